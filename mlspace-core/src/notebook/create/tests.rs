use super::super::tests::{instance_calls, platform, platform_with, spec};
use super::*;
use crate::ownership::Claim;
use crate::records::{NOTEBOOK_INSTANCE, ScheduleRecord};
use crate::testing::{FakePlatform, Interruption, converges, operation, operation_of};

const NAME: &str = "alice-fraud";

/// Creates a notebook, without warnings.
async fn create(
    platform: &FakePlatform,
    spec: &NotebookSpec,
) -> Result<Notebook, Failure<Notebook>> {
    let notebooks = &platform.services.notebooks;
    let created = notebooks.create(&operation(), spec).await?;
    assert_eq!(created.warnings, []);
    Ok(created.object)
}

fn status(platform: &FakePlatform) -> Option<Status> {
    let instances = platform.notebooks.instances();
    instances
        .get(&spec().name)
        .map(|instance| instance.state.status.clone())
}

/// Lets another program change the instance right before the next call of this operation.
fn edit_before(platform: &FakePlatform, operation: &'static str, status: Status) {
    let notebooks = std::sync::Arc::clone(&platform.notebooks);
    platform.faults.before(operation, move || {
        notebooks.edit(NAME, |instance| instance.state.status = status);
        Ok(())
    });
}

/// Marks the instance as one that an interrupted create left.
fn leave_unfinished(platform: &FakePlatform) {
    let mark = Mark {
        token: Token::random(),
        finished: false,
    };
    platform
        .notebooks
        .edit(NAME, |instance| instance.tags.extend(mark.tags()));
}

#[test]
fn spec_errors_have_attribute_and_remedy() {
    let error = Error::from(NotebookSpecError::VolumeSize { given: 4 });
    assert_eq!(error.attribute(), Some("volume_size"));
    assert_eq!(
        error.detail(),
        "A volume of 4 GB is not possible. Choose between 5 and 16384."
    );
}

#[tokio::test]
async fn create_waits_until_running() {
    let platform = platform().await;
    platform.faults.take_calls();
    let notebook = create(&platform, &spec()).await.unwrap();
    assert_eq!(
        (notebook.status.as_str(), notebook.running),
        ("InService", true)
    );
    assert_eq!(notebook.subnet_id.as_deref(), Some("subnet-a"));
    assert_eq!(notebook.security_group_ids, ["sg-1"]);
    assert!(notebook.role_arn.contains(":role/MLSpace-fraud-"));
    assert_eq!(notebook.tags, Tags::new());
    assert_eq!(notebook.tags_all.get("user"), Some("alice"));
    assert_eq!(notebook.drift, Vec::<String>::new());
    assert_eq!(instance_calls(&platform), ["CreateNotebookInstance"]);
}

#[tokio::test]
async fn create_stops_unless_running() {
    let platform = platform().await;
    platform.faults.take_calls();
    let stopped = NotebookSpec {
        running: Some(false),
        ..spec()
    };
    let notebook = create(&platform, &stopped).await.unwrap();
    assert_eq!(notebook.status, "Stopped");
    assert_eq!(
        instance_calls(&platform),
        ["CreateNotebookInstance", "StopNotebookInstance"]
    );
}

#[tokio::test]
async fn create_records_daily_stop() {
    let platform = platform().await;
    let time = "19:00".parse().unwrap();
    let scheduled = NotebookSpec {
        daily_stop_time: Some(time),
        ..spec()
    };
    let notebook = create(&platform, &scheduled).await.unwrap();
    assert_eq!(notebook.daily_stop_time, Some(time));
    let records = platform.records.items("mlspace-resource-schedule");
    let record = ScheduleRecord::read(&records[0]).unwrap();
    assert_eq!(
        (record.resource_id.as_str(), record.resource_type.as_str()),
        (NAME, NOTEBOOK_INSTANCE)
    );
    assert_eq!(record.project, "fraud");
}

#[tokio::test]
async fn create_reports_failed_start() {
    let platform = platform().await;
    platform.notebooks.fail_next_start("insufficient capacity");
    let failure = create(&platform, &spec()).await.unwrap_err();
    let text = failure.error.to_string();
    assert!(text.contains("insufficient capacity"), "{text}");
    let reached = failure.reached.unwrap();
    assert_eq!(reached.status, "Failed");
    assert!(!reached.running);
}

#[tokio::test]
async fn create_refuses_foreign_instance() {
    let platform = platform_with(&spec()).await;
    leave_unfinished(&platform);
    let retag = |key: &'static str, value: Option<&'static str>| {
        platform.notebooks.edit(NAME, |instance| match value {
            Some(value) => drop(instance.tags.insert(key, value)),
            None => drop(instance.tags.remove(key)),
        });
    };
    retag("user", Some("bob"));
    let failure = create(&platform, &spec()).await.unwrap_err();
    assert_eq!(failure.error.summary(), "Resource already exists");
    let detail = failure.error.detail();
    assert!(detail.contains("`bob` in project `fraud`"), "{detail}");
    assert!(detail.contains("to = mlspace_notebook.NAME"), "{detail}");
    assert_eq!(failure.reached, None);
    retag("user", None);
    let detail = create(&platform, &spec()).await.unwrap_err().error.detail();
    assert!(detail.contains("tags"), "{detail}");
    assert_eq!(instance_calls(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn create_refuses_finished_instance() {
    let platform = platform_with(&spec()).await;
    let before = platform.snapshot();
    let failure = create(&platform, &spec()).await.unwrap_err();
    assert!(matches!(failure.error, Error::Exists { .. }));
    assert_eq!(failure.reached, None);
    // As MLSpace tags its notebooks.
    platform.notebooks.edit(NAME, |instance| {
        drop(instance.tags.remove(crate::tags::TOKEN))
    });
    let failure = create(&platform, &spec()).await.unwrap_err();
    assert!(matches!(failure.error, Error::Exists { .. }));
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn create_marks_the_instance_until_its_last_call() {
    let platform = platform().await;
    let notebooks = std::sync::Arc::clone(&platform.notebooks);
    platform.faults.before("AddTags", move || {
        let tags = notebooks.instances()[&spec().name].tags.clone();
        assert!(!Mark::of(&tags).unwrap().finished);
        Ok(())
    });
    let notebook = create(&platform, &spec()).await.unwrap();
    let tags = platform.notebooks.instances()[&spec().name].tags.clone();
    let mark = Mark::of(&tags).unwrap();
    assert!(mark.finished);
    assert_eq!(notebook.token, Some(mark.token));
    assert!(!notebook.tags_all.contains_key(crate::tags::TOKEN));
}

#[tokio::test]
async fn create_replaces_an_unfinished_instance_that_it_cannot_change() {
    let platform = platform_with(&spec()).await;
    leave_unfinished(&platform);
    let elsewhere = NotebookSpec {
        subnet_id: Some("subnet-b".to_owned()),
        ..spec()
    };
    let notebook = create(&platform, &elsewhere).await.unwrap();
    assert_eq!(notebook.subnet_id.as_deref(), Some("subnet-b"));
    let calls = instance_calls(&platform);
    assert_eq!(calls.last().unwrap(), "CreateNotebookInstance");
}

#[tokio::test]
async fn create_leaves_an_instance_that_another_create_took_over() {
    let platform = platform().await;
    let notebooks = std::sync::Arc::clone(&platform.notebooks);
    let theirs = Mark {
        token: Token::random(),
        finished: true,
    };
    let tags = theirs.tags();
    // The first listing of tags is that of the last step.
    platform.faults.before("ListTags", move || {
        notebooks.edit(NAME, |instance| instance.tags.extend(tags));
        Ok(())
    });
    let failure = create(&platform, &spec()).await.unwrap_err();
    assert!(matches!(failure.error, Error::Foreign { .. }));
    assert_eq!(failure.reached, None);
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    let platform = platform_with(&spec()).await;
    let notebooks = &platform.services.notebooks;
    let before = platform.snapshot();
    let theirs = operation_of(Claim::NoToken);
    let larger = NotebookSpec {
        volume_size: 50,
        ..spec()
    };
    let failed = notebooks.update(&theirs, &larger).await.unwrap_err();
    assert!(matches!(failed.error, Error::Foreign { .. }));
    let failed = notebooks.delete(&theirs, &spec().name).await;
    assert!(matches!(failed, Err(Error::Foreign { .. })));
    assert_eq!(platform.snapshot(), before);
    let found = notebooks.read(&spec().name, None).await.unwrap().unwrap();
    let ours = operation_of(Claim::Token(found.token.unwrap()));
    notebooks.update(&ours, &larger).await.unwrap();
    notebooks.delete(&ours, &spec().name).await.unwrap();
}

#[tokio::test]
async fn create_finishes_own_instance() {
    let platform = platform_with(&spec()).await;
    leave_unfinished(&platform);
    platform.notebooks.edit(NAME, |instance| {
        instance.state.status = Status::Stopped;
        instance.state.volume_size = 10;
    });
    let tagged = NotebookSpec {
        tags: Tags::from([("team", "cards")]),
        ..spec()
    };
    let notebook = create(&platform, &tagged).await.unwrap();
    assert_eq!((notebook.volume_size, notebook.running), (20, true));
    assert_eq!(notebook.tags, tagged.tags);
    assert_eq!(
        instance_calls(&platform),
        ["UpdateNotebookInstance", "StartNotebookInstance"]
    );
}

#[tokio::test]
async fn create_waits_for_deletion() {
    let platform = platform_with(&spec()).await;
    platform
        .notebooks
        .edit(NAME, |instance| instance.state.status = Status::Deleting);
    let notebook = create(&platform, &spec()).await.unwrap();
    assert!(notebook.running);
    assert_eq!(instance_calls(&platform), ["CreateNotebookInstance"]);
}

#[tokio::test]
async fn create_survives_lost_answer() {
    let platform = platform().await;
    platform.faults.interrupt(Interruption::After(0));
    let notebook = create(&platform, &spec()).await.unwrap();
    assert!(notebook.running && !platform.faults.is_pending());
}

#[tokio::test]
async fn create_keeps_error_without_instance() {
    let platform = platform().await;
    platform.faults.interrupt(Interruption::Before(0));
    let failure = create(&platform, &spec()).await.unwrap_err();
    assert!(failure.error.is("ServiceFailure"), "{}", failure.error);
    assert_eq!(failure.reached, None);
}

#[tokio::test]
async fn create_refuses_instance_of_race() {
    let platform = platform_with(&spec()).await;
    let mut foreign = platform.notebooks.remove(NAME).unwrap();
    foreign.tags.insert("project", "other");
    let notebooks = std::sync::Arc::clone(&platform.notebooks);
    platform.faults.before("CreateNotebookInstance", move || {
        notebooks.insert(NAME, foreign);
        Ok(())
    });
    let failure = create(&platform, &spec()).await.unwrap_err();
    assert!(matches!(failure.error, Error::Exists { .. }));
    assert_eq!(failure.reached, None);
}

#[tokio::test]
async fn create_reports_denied_call() {
    let platform = platform().await;
    platform.faults.deny("CreateNotebookInstance");
    let failure = create(&platform, &spec()).await.unwrap_err();
    assert!(failure.error.is_denied());
    assert_eq!((failure.reached, status(&platform)), (None, None));
}

#[tokio::test]
async fn create_stops_before_calls_when_cancelled() {
    let platform = platform().await;
    let operation = operation();
    operation.cancel.cancel();
    let notebooks = &platform.services.notebooks;
    let failure = notebooks.create(&operation, &spec()).await.unwrap_err();
    assert!(matches!(failure.error, Error::Cancelled { .. }));
    assert_eq!(status(&platform), None);
}

#[tokio::test]
async fn create_checks_spec_first() {
    let mut platform = platform().await;
    platform.reconfigure(|settings| settings.notebook_defaults.subnet_ids.clear());
    platform.faults.take_calls();
    let reserved = NotebookSpec {
        tags: Tags::from([("Project", "other")]),
        subnet_id: Some("subnet-x".to_owned()),
        ..spec()
    };
    let many = (0..48).map(|n| (format!("t{n}"), "x"));
    let tagged = NotebookSpec {
        tags: many.collect(),
        subnet_id: Some("subnet-x".to_owned()),
        ..spec()
    };
    let small = NotebookSpec {
        volume_size: 1,
        ..spec()
    };
    for (bad, attribute) in [
        (reserved, "tags"),
        (tagged, "tags"),
        (small, "volume_size"),
        (spec(), "subnet_id"),
    ] {
        let failure = create(&platform, &bad).await.unwrap_err();
        assert_eq!(failure.error.attribute(), Some(attribute));
    }
    assert_eq!(platform.faults.take_calls(), Vec::<String>::new());
}

#[tokio::test]
async fn create_converges() {
    for running in [None, Some(true), Some(false)] {
        let spec = NotebookSpec {
            running,
            daily_stop_time: Some("19:00".parse().unwrap()),
            tags: Tags::from([("team", "cards")]),
            ..spec()
        };
        let create = async |services: &crate::services::Services| {
            let notebooks = &services.notebooks;
            match notebooks.create(&operation(), &spec).await {
                Ok(created) if created.warnings.is_empty() => Ok(()),
                Ok(created) => Err(Error::Cancelled {
                    what: format!("{:?}", created.warnings),
                }),
                // The first apply left it in the state, so the next one updates it.
                Err(Failure {
                    error: Error::Exists { .. },
                    ..
                }) => match notebooks.update(&operation(), &spec).await {
                    Ok(_) => Ok(()),
                    Err(failure) => Err(failure.error),
                },
                Err(failure) => Err(failure.error),
            }
        };
        converges(platform, create).await;
    }
}

#[tokio::test]
async fn converge_waits_for_foreign_update() {
    let platform = platform_with(&spec()).await;
    leave_unfinished(&platform);
    // The first read is that of `create`.
    platform
        .faults
        .before("DescribeNotebookInstance", || Ok(()));
    edit_before(&platform, "DescribeNotebookInstance", Status::Updating);
    let notebook = create(&platform, &spec()).await.unwrap();
    assert!(notebook.running);
    assert_eq!(instance_calls(&platform), ["StartNotebookInstance"]);
}

#[tokio::test]
async fn converge_demands_replacement() {
    let platform = platform_with(&spec()).await;
    leave_unfinished(&platform);
    platform.notebooks.edit(NAME, |instance| {
        instance.state.direct_internet_access = "Enabled".to_owned();
    });
    let failure = create(&platform, &spec()).await.unwrap_err();
    let text = failure.error.to_string();
    assert!(
        text.contains("direct internet access") && text.contains("-replace"),
        "{text}"
    );
    assert!(failure.reached.unwrap().must_replace.is_some());
    assert_eq!(instance_calls(&platform), Vec::<String>::new());
}
