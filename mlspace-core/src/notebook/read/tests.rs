use super::super::Status;
use super::super::instance::tests::instance;
use super::super::tests::{platform, platform_with, spec};
use super::*;
use crate::project::ProjectSpec;
use crate::records::TerminationConfig;
use crate::testing::{self, FakePlatform, operation};

const NAME: &str = "alice-fraud";

async fn read(
    platform: &FakePlatform,
    prior: Option<&PriorNotebook>,
) -> Result<Option<Notebook>, Error> {
    platform.services.notebooks.read(&spec().name, prior).await
}

async fn drift(platform: &FakePlatform, prior: &PriorNotebook) -> Vec<String> {
    read(platform, Some(prior)).await.unwrap().unwrap().drift
}

/// Gives the project fraud a default stop time.
async fn set_default_stop(platform: &FakePlatform, time: &str) {
    let spec = ProjectSpec {
        termination: Some(TerminationConfig {
            default_notebook_stop_time: Some(time.to_owned()),
            allow_notebook_owner_override: true,
            ..TerminationConfig::default()
        }),
        ..testing::project("fraud")
    };
    let projects = &platform.services.projects;
    projects.update(&operation(), &spec, true).await.unwrap();
}

fn at(text: &str) -> Option<StopTime> {
    Some(text.parse().unwrap())
}

#[test]
fn stop_hides_default_of_project() {
    let none = StopPolicy::default();
    let five = StopPolicy {
        default: at("17:00"),
        may_override: true,
    };
    assert_eq!(stop(at("19:00"), none, at("19:00")), (at("19:00"), None));
    assert_eq!(stop(None, none, at("19:00")), (None, None));
    assert_eq!(stop(at("20:00"), five, at("19:00")), (at("20:00"), None));
    assert_eq!(stop(at("17:00"), five, at("17:00")), (at("17:00"), None));
    assert_eq!(stop(at("17:00"), five, None), (None, None));
    assert_eq!(stop(at("18:00"), five, None), (at("18:00"), None));
    assert_eq!(stop(at("18:00"), none, None), (at("18:00"), None));
    assert_eq!(stop(None, none, None), (None, None));
    let (shown, sentence) = stop(None, five, None);
    assert_eq!(shown, None);
    assert!(sentence.unwrap().contains("`17:00`"));
}

#[tokio::test]
async fn owner_by_tags_needs_tags_of_platform() {
    let platform = platform().await;
    let notebooks = &platform.services.notebooks;
    let name = spec().name;
    let good = Tags::from([
        ("system", "MLSpace"),
        ("project", "fraud"),
        ("user", "alice"),
    ]);
    let owner = notebooks.owner_by_tags(&name, &good).unwrap();
    assert_eq!((owner.project, owner.user), (spec().project, spec().user));
    for (key, value) in [("system", "Other"), ("project", "a*"), ("user", "")] {
        let mut bad = good.clone();
        bad.insert(key, value);
        assert!(notebooks.owner_by_tags(&name, &bad).is_err(), "{key}");
        bad.remove(key);
        let error = notebooks.owner_by_tags(&name, &bad).unwrap_err();
        assert!(error.to_string().contains(key), "{error}");
    }
}

#[test]
fn notebook_is_running_by_status() {
    let tags = Tags::new;
    let read = |status: &str| {
        let found = InstanceState {
            status: Status::from_name(status),
            ..instance()
        };
        let prior = PriorNotebook::from(&spec());
        notebook(
            &spec().name,
            &prior,
            found,
            tags(),
            tags(),
            None,
            Vec::new(),
        )
        .running
    };
    assert!(read("InService") && read("Pending"));
    for still in ["Stopped", "Stopping", "Updating", "Failed"] {
        assert!(!read(still), "{still}");
    }
}

#[tokio::test]
async fn read_gives_none_without_instance() {
    let platform = platform().await;
    assert_eq!(read(&platform, None).await, Ok(None));
}

#[tokio::test]
async fn read_gives_none_while_deleting() {
    let platform = platform_with(&spec()).await;
    platform
        .notebooks
        .edit(NAME, |instance| instance.state.status = Status::Deleting);
    assert_eq!(read(&platform, None).await, Ok(None));
}

#[tokio::test]
async fn read_gives_none_when_deleted_meanwhile() {
    let platform = platform_with(&spec()).await;
    let notebooks = std::sync::Arc::clone(&platform.notebooks);
    platform.faults.before("ListTags", move || {
        notebooks.remove(NAME);
        Ok(())
    });
    assert_eq!(read(&platform, None).await, Ok(None));
}

#[tokio::test]
async fn read_imports_owner_and_tags() {
    let tagged = NotebookSpec {
        tags: Tags::from([("team", "cards")]),
        daily_stop_time: at("19:00"),
        ..spec()
    };
    let platform = platform_with(&tagged).await;
    // That of a suspended project, which no configuration has.
    platform.notebooks.edit("alice-fraud", |instance| {
        instance.tags.insert(crate::tags::SUSPENDED, "true");
    });
    let notebook = read(&platform, None).await.unwrap().unwrap();
    assert_eq!(
        (notebook.project, notebook.user),
        (tagged.project, tagged.user)
    );
    assert_eq!(notebook.tags, tagged.tags);
    assert_eq!(notebook.tags_all.len(), 4);
    assert_eq!(notebook.daily_stop_time, at("19:00"));
    assert_eq!(notebook.drift, Vec::<String>::new());
}

#[tokio::test]
async fn read_keeps_instance_without_listed_tags() {
    let tagged = NotebookSpec {
        tags: Tags::from([("team", "cards")]),
        ..spec()
    };
    let platform = platform_with(&tagged).await;
    platform.notebooks.hide_tags(1);
    let prior = PriorNotebook::from(&tagged);
    let notebook = read(&platform, Some(&prior)).await.unwrap().unwrap();
    assert_eq!((notebook.tags, notebook.drift), (tagged.tags, Vec::new()));
    // An import needs them.
    platform.notebooks.hide_tags(1);
    assert!(read(&platform, None).await.is_err());
    // Deleted between the two calls.
    let notebooks = std::sync::Arc::clone(&platform.notebooks);
    platform.faults.before("ListTags", move || {
        notebooks.remove(NAME);
        Ok(())
    });
    assert_eq!(read(&platform, Some(&prior)).await, Ok(None));
}

#[tokio::test]
async fn read_refuses_import_of_foreign_instance() {
    let platform = platform_with(&spec()).await;
    platform.notebooks.edit(NAME, |instance| {
        instance.tags.insert("system", "Other");
    });
    let error = read(&platform, None).await.unwrap_err();
    assert!(error.to_string().contains("`Other`"), "{error}");
    let prior = PriorNotebook::from(&spec());
    assert_eq!(
        drift(&platform, &prior).await,
        ["tag `system` is `Other` instead of `MLSpace`"]
    );
}

#[tokio::test]
async fn read_reports_drift_of_settings() {
    let platform = platform_with(&spec()).await;
    platform.notebooks.edit(NAME, |instance| {
        instance.state.root_access = "Enabled".to_owned();
        instance.state.direct_internet_access = "Enabled".to_owned();
        instance.tags.remove("user");
    });
    let prior = PriorNotebook::from(&spec());
    let notebook = read(&platform, Some(&prior)).await.unwrap().unwrap();
    assert_eq!(notebook.drift.len(), 3, "{:?}", notebook.drift);
    assert!(notebook.must_replace.is_some());
}

#[tokio::test]
async fn read_tells_default_tags_from_own() {
    let mut platform = platform_with(&spec()).await;
    platform.reconfigure(|settings| settings.default_tags = Tags::from([("env", "prod")]));
    let mut prior = PriorNotebook::from(&spec());
    assert_eq!(
        drift(&platform, &prior).await,
        ["tag `env` is missing, it should be `prod`"]
    );
    platform.notebooks.edit(NAME, |instance| {
        instance.tags.insert("env", "prod");
    });
    let notebook = read(&platform, Some(&prior)).await.unwrap().unwrap();
    assert_eq!((notebook.tags, notebook.drift), (Tags::new(), Vec::new()));
    prior.tags = Tags::from([("env", "prod")]);
    let notebook = read(&platform, Some(&prior)).await.unwrap().unwrap();
    assert_eq!(notebook.tags, prior.tags);
}

#[tokio::test]
async fn read_reports_drift_of_daily_stop() {
    let platform = platform_with(&spec()).await;
    let prior = PriorNotebook::from(&spec());
    set_default_stop(&platform, "17:00").await;
    let sentences = drift(&platform, &prior).await;
    assert!(sentences[0].contains("`17:00`"), "{sentences:?}");
    let notebooks = &platform.services.notebooks;
    notebooks.update(&operation(), &spec()).await.unwrap();
    assert_eq!(drift(&platform, &prior).await, Vec::<String>::new());
    let notebook = read(&platform, Some(&prior)).await.unwrap().unwrap();
    assert_eq!(notebook.daily_stop_time, None);
}

#[tokio::test]
async fn read_reports_malformed_record() {
    let scheduled = NotebookSpec {
        daily_stop_time: at("19:00"),
        ..spec()
    };
    let platform = platform_with(&scheduled).await;
    let table = "mlspace-resource-schedule";
    let mut item = platform.records.items(table).remove(0);
    item.remove("terminationTime");
    let key = crate::records::ScheduleRecord::key(NAME, crate::records::NOTEBOOK_INSTANCE);
    platform.records.remove(table, &key);
    platform.records.insert(table, item);
    let error = read(&platform, None).await.unwrap_err();
    assert_eq!(error.summary(), "Malformed record");
}

/// A refresh by another process, with what the last one kept. Returns its calls, too.
async fn refresh(platform: &FakePlatform, last: &Notebook) -> (Notebook, Vec<String>) {
    let services = platform.other_process();
    let prior = PriorNotebook::from(&spec());
    platform.faults.take_calls();
    let read = services
        .notebooks
        .refresh(&spec().name, Some(&prior), last.memory.as_ref())
        .await;
    let mut calls = platform.faults.take_calls();
    calls.retain(|call| !call.contains("Item"));
    (read.unwrap().unwrap(), calls)
}

const PAGES: [&str; 2] = ["ListNotebookInstances", "GetResources"];

#[tokio::test]
async fn refresh_of_an_unchanged_notebook_lists_only() {
    let platform = platform_with(&spec()).await;
    let prior = PriorNotebook::from(&spec());
    let first = read(&platform, Some(&prior)).await.unwrap().unwrap();
    let (second, calls) = refresh(&platform, &first).await;
    assert_eq!(calls, PAGES);
    assert_eq!(second, first);
    // What it keeps serves the next one as well.
    assert_eq!(refresh(&platform, &second).await.1, PAGES);
}

#[tokio::test]
async fn refresh_shares_lists_between_notebooks() {
    let platform = platform_with(&spec()).await;
    let other = testing::notebook("alice-2", "fraud", "alice");
    let services = &platform.services;
    services
        .notebooks
        .create(&operation(), &other)
        .await
        .unwrap();
    let mut memories = Vec::new();
    for one in [spec(), other] {
        let prior = PriorNotebook::from(&one);
        let found = services.notebooks.read(&one.name, Some(&prior)).await;
        memories.push((one.name, prior, found.unwrap().unwrap().memory));
    }
    let process = platform.other_process();
    platform.faults.take_calls();
    for (name, prior, memory) in &memories {
        let refreshed = process
            .notebooks
            .refresh(name, Some(prior), memory.as_ref());
        assert!(refreshed.await.unwrap().is_some());
    }
    let mut calls = platform.faults.take_calls();
    calls.retain(|call| !call.contains("Item"));
    assert_eq!(calls, PAGES);
}

#[tokio::test]
async fn refresh_describes_what_changed() {
    let platform = platform_with(&spec()).await;
    let prior = PriorNotebook::from(&spec());
    let first = read(&platform, Some(&prior)).await.unwrap().unwrap();
    platform.notebooks.edit(NAME, |instance| {
        instance.state.root_access = "Enabled".to_owned();
    });
    let (second, calls) = refresh(&platform, &first).await;
    assert_eq!(
        calls,
        [
            "ListNotebookInstances",
            "DescribeNotebookInstance",
            "GetResources"
        ]
    );
    assert_eq!(second.drift.len(), 1);
    platform.notebooks.edit(NAME, |instance| {
        instance.tags.remove("user");
    });
    let (third, calls) = refresh(&platform, &second).await;
    assert_eq!(
        calls,
        ["ListNotebookInstances", "GetResources", "ListTags"],
        "only the tags are read"
    );
    assert_eq!(third.drift.len(), 2, "drift that was found before stays");
    platform.notebooks.remove(NAME);
    let process = platform.other_process();
    let (name, memory) = (spec().name, third.memory.as_ref());
    let gone = process.notebooks.refresh(&name, Some(&prior), memory);
    assert_eq!(gone.await, Ok(None));
}

#[tokio::test]
async fn refresh_works_where_lists_are_denied() {
    let platform = platform_with(&spec()).await;
    let prior = PriorNotebook::from(&spec());
    let first = read(&platform, Some(&prior)).await.unwrap().unwrap();
    for denied in PAGES {
        platform.faults.deny(denied);
    }
    let (second, calls) = refresh(&platform, &first).await;
    assert_eq!(second, first);
    assert!(calls.contains(&"DescribeNotebookInstance".to_owned()));
    assert!(calls.contains(&"ListTags".to_owned()));
}

#[tokio::test]
async fn nothing_is_kept_of_a_notebook_that_is_changing() {
    let platform = platform_with(&spec()).await;
    let prior = PriorNotebook::from(&spec());
    for (status, kept) in [("InService", true), ("Stopped", true), ("Pending", false)] {
        platform.notebooks.edit(NAME, |instance| {
            instance.state.status = Status::from_name(status);
        });
        let found = read(&platform, Some(&prior)).await.unwrap().unwrap();
        assert_eq!(found.memory.is_some(), kept, "{status}");
    }
    // Tags that are assumed are no tags that were read.
    platform.notebooks.hide_tags(1);
    let found = read(&platform, Some(&prior)).await.unwrap().unwrap();
    assert_eq!(found.memory, None);
}
