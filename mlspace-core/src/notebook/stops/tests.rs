use crate::aws::{Enforce, PolicyModel, Settings, Termination};
use crate::notebook::tests::spec;
use crate::notebook::{Notebook, NotebookSpec, PriorNotebook};
use crate::project::ProjectSpec;
use crate::records::TerminationConfig;
use crate::scheduler::fake::GROUP;
use crate::services::Services;
use crate::testing::{self, FakePlatform, converges, operation};

const TABLE: &str = "mlspace-resource-schedule";
const NAME: &str = "alice-fraud";

fn termination(enforce: Enforce) -> Termination {
    Termination {
        enforce,
        schedule_group: Some(GROUP.to_owned()),
        role_arn: Some("arn:aws:iam::123456789012:role/stop".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
    }
}

async fn platform(enforce: Enforce) -> FakePlatform {
    let settings = Settings {
        policy_model: PolicyModel::PerPrincipal,
        termination: termination(enforce),
        ..testing::settings()
    };
    FakePlatform::with(settings).with_alice_in_fraud().await
}

fn at(time: &str) -> NotebookSpec {
    NotebookSpec {
        daily_stop_time: Some(time.parse().unwrap()),
        ..spec()
    }
}

async fn with_notebook(enforce: Enforce, spec: &NotebookSpec) -> FakePlatform {
    let platform = platform(enforce).await;
    let notebooks = &platform.services.notebooks;
    let created = notebooks.create(&operation(), spec).await.unwrap();
    assert!(created.warnings.is_empty(), "{:?}", created.warnings);
    platform.faults.take_calls();
    platform
}

async fn read(platform: &FakePlatform, spec: &NotebookSpec) -> Notebook {
    let prior = PriorNotebook::from(spec);
    let notebooks = &platform.services.notebooks;
    notebooks
        .read(&spec.name, Some(&prior))
        .await
        .unwrap()
        .unwrap()
}

async fn update(platform: &FakePlatform, spec: &NotebookSpec) -> Notebook {
    let notebooks = &platform.services.notebooks;
    notebooks.update(&operation(), spec).await.unwrap()
}

#[tokio::test]
async fn create_schedules_one_call() {
    let platform = with_notebook(Enforce::Scheduler, &at("19:30")).await;
    let schedules = platform.schedules.schedules();
    let schedule = &schedules[NAME];
    assert_eq!(schedule.expression, "cron(30 19 * * ? *)");
    assert_eq!(schedule.time_zone, "Europe/Berlin");
    assert!(schedule.enabled && !schedule.flexible);
    assert_eq!(
        schedule.target.arn,
        "arn:aws:scheduler:::aws-sdk:sagemaker:stopNotebookInstance"
    );
    assert_eq!(
        schedule.target.input,
        r#"{"NotebookInstanceName":"alice-fraud"}"#
    );
    assert!(schedule.target.max_age <= 3600);
    assert!(platform.records.items(TABLE).is_empty());
    let read = read(&platform, &at("19:30")).await;
    assert_eq!(read.daily_stop_time, at("19:30").daily_stop_time);
    assert_eq!(read.drift, Vec::<String>::new());
}

#[tokio::test]
async fn time_changes_and_goes() {
    let platform = with_notebook(Enforce::Scheduler, &at("19:30")).await;
    update(&platform, &at("00:05")).await;
    let schedules = platform.schedules.schedules();
    assert_eq!(schedules[NAME].expression, "cron(5 0 * * ? *)");
    update(&platform, &spec()).await;
    assert!(platform.schedules.schedules().is_empty());
}

#[tokio::test]
async fn default_of_the_project_is_scheduled() {
    let platform = platform(Enforce::Scheduler).await;
    let project = ProjectSpec {
        termination: Some(TerminationConfig {
            default_notebook_stop_time: Some("17:00".to_owned()),
            ..TerminationConfig::default()
        }),
        ..testing::project("fraud")
    };
    let Services {
        projects,
        notebooks,
        ..
    } = &platform.services;
    projects.update(&operation(), &project, true).await.unwrap();
    notebooks.create(&operation(), &spec()).await.unwrap();
    let schedules = platform.schedules.schedules();
    assert_eq!(schedules[NAME].expression, "cron(0 17 * * ? *)");
    let found = read(&platform, &spec()).await;
    assert_eq!((found.daily_stop_time, found.drift.len()), (None, 0));
    platform.schedules.remove(NAME);
    assert_eq!(read(&platform, &spec()).await.drift.len(), 1);
}

#[tokio::test]
async fn drift_is_shown_and_repaired() {
    type Edit = fn(&mut crate::scheduler::Schedule);
    let edits: [Edit; 6] = [
        |schedule| schedule.enabled = false,
        |schedule| schedule.time_zone = "UTC".to_owned(),
        |schedule| schedule.flexible = true,
        |schedule| schedule.target.max_age = 86_400,
        |schedule| schedule.target.role_arn = "arn:aws:iam::123456789012:role/other".to_owned(),
        |schedule| schedule.expression = "rate(1 days)".to_owned(),
    ];
    let platform = with_notebook(Enforce::Scheduler, &at("19:30")).await;
    let whole = platform.schedules.schedules();
    for edit in edits {
        platform.schedules.edit(NAME, edit);
        let drift = read(&platform, &at("19:30")).await.drift;
        assert!(drift[0].contains("was edited"), "{drift:?}");
        let updated = update(&platform, &at("19:30")).await;
        assert_eq!(updated.drift, Vec::<String>::new());
        assert_eq!(platform.schedules.schedules(), whole);
    }
    platform.schedules.remove(NAME);
    assert_eq!(read(&platform, &at("19:30")).await.daily_stop_time, None);
    update(&platform, &at("19:30")).await;
    assert_eq!(platform.schedules.schedules(), whole);
}

#[tokio::test]
async fn schedules_of_others_are_left() {
    let platform = with_notebook(Enforce::Scheduler, &at("19:30")).await;
    platform.schedules.edit(NAME, |schedule| {
        schedule.target.input = r#"{"NotebookInstanceName":"bob-fraud"}"#.to_owned();
    });
    let before = platform.schedules.schedules();
    let drift = read(&platform, &at("19:30")).await.drift;
    assert!(
        drift[0].contains("does not stop this notebook"),
        "{drift:?}"
    );
    let notebooks = &platform.services.notebooks;
    let failed = notebooks.update(&operation(), &at("19:30")).await;
    assert!(failed.unwrap_err().error.is_owned_by_others());
    notebooks.delete(&operation(), &spec().name).await.unwrap();
    assert_eq!(platform.schedules.schedules(), before);
}

#[tokio::test]
async fn missing_group_is_named() {
    let mut platform = with_notebook(Enforce::Scheduler, &spec()).await;
    platform.reconfigure(|settings| {
        settings.termination.schedule_group = Some("other".to_owned());
    });
    let notebooks = &platform.services.notebooks;
    let failed = notebooks.update(&operation(), &at("19:30")).await;
    let detail = failed.unwrap_err().error.detail();
    assert!(
        detail.contains("`other`") && detail.contains("schedule_group"),
        "{detail}"
    );
}

#[tokio::test]
async fn new_roles_are_waited_for() {
    let platform = platform(Enforce::Scheduler).await;
    platform.faults.before("CreateSchedule", || {
        Err(crate::aws::Error::Aws {
            service: "scheduler",
            operation: "CreateSchedule",
            code: "ValidationException".to_owned(),
            message: "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
                .to_owned(),
            request_id: None,
        })
    });
    let notebooks = &platform.services.notebooks;
    let created = notebooks.create(&operation(), &at("19:30")).await.unwrap();
    assert!(created.warnings.is_empty(), "{:?}", created.warnings);
    assert_eq!(platform.schedules.schedules().len(), 1);
}

#[tokio::test]
async fn another_enforcement_moves_the_stop() {
    let mut platform = with_notebook(Enforce::Mlspace, &at("19:30")).await;
    assert_eq!(platform.records.items(TABLE).len(), 1);
    assert!(platform.schedules.schedules().is_empty());
    for (enforce, records, schedules) in [
        (Enforce::Scheduler, 0, 1),
        (Enforce::Mlspace, 1, 0),
        (Enforce::None, 0, 0),
        (Enforce::Scheduler, 0, 1),
        (Enforce::None, 0, 0),
    ] {
        platform.reconfigure(|settings| settings.termination = termination(enforce));
        let found = read(&platform, &at("19:30")).await;
        let shown = found.daily_stop_time != at("19:30").daily_stop_time;
        assert!(shown || !found.drift.is_empty(), "{enforce:?}");
        update(&platform, &at("19:30")).await;
        assert_eq!(platform.records.items(TABLE).len(), records, "{enforce:?}");
        assert_eq!(
            platform.schedules.schedules().len(),
            schedules,
            "{enforce:?}"
        );
        let found = read(&platform, &at("19:30")).await;
        assert_eq!(found.daily_stop_time, at("19:30").daily_stop_time);
        assert_eq!(found.drift, Vec::<String>::new());
    }
}

#[tokio::test]
async fn mlspace_alone_calls_no_scheduler() {
    let mut platform = with_notebook(Enforce::Mlspace, &at("19:30")).await;
    platform.reconfigure(|settings| settings.termination = Termination::default());
    read(&platform, &at("19:30")).await;
    update(&platform, &at("20:00")).await;
    let notebooks = &platform.services.notebooks;
    notebooks.delete(&operation(), &spec().name).await.unwrap();
    let calls = platform.faults.take_calls();
    assert!(
        calls.iter().all(|call| !call.ends_with("Schedule")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn create_update_and_delete_converge() {
    converges(
        || platform(Enforce::Scheduler),
        async |services: &Services| {
            let created = services.notebooks.create(&operation(), &at("19:30")).await;
            let created = created.map_err(|failure| failure.error)?;
            if created.warnings.is_empty() {
                return Ok(());
            }
            let updated = services.notebooks.update(&operation(), &at("19:30")).await;
            updated.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
    for wanted in [at("20:00"), spec()] {
        converges(
            async || with_notebook(Enforce::Scheduler, &at("19:30")).await,
            async |services: &Services| {
                let updated = services.notebooks.update(&operation(), &wanted).await;
                updated.map(drop).map_err(|failure| failure.error)
            },
        )
        .await;
    }
    converges(
        async || with_notebook(Enforce::Scheduler, &at("19:30")).await,
        async |services: &Services| {
            let notebooks = &services.notebooks;
            notebooks.delete(&operation(), &spec().name).await
        },
    )
    .await;
}

#[tokio::test]
async fn suspension_keeps_the_stop() {
    let platform = with_notebook(Enforce::Scheduler, &at("19:30")).await;
    let suspended = ProjectSpec {
        suspended: true,
        ..testing::project("fraud")
    };
    let projects = &platform.services.projects;
    projects
        .update(&operation(), &suspended, true)
        .await
        .unwrap();
    assert_eq!(platform.schedules.schedules().len(), 1);
}

#[tokio::test]
async fn plan_warns_of_skipped_and_idle_stops() {
    for (enforce, time, summary) in [
        (Enforce::Scheduler, "02:30", Some("Stop time skipped once")),
        (Enforce::Scheduler, "19:30", None),
        (Enforce::None, "19:30", Some("Nothing stops the notebook")),
        (Enforce::Mlspace, "02:30", None),
    ] {
        let platform = platform(enforce).await;
        let notebooks = &platform.services.notebooks;
        let unknown = crate::notebook::UnknownSettings::default();
        let outcome = notebooks.plan_new(&at(time), false, unknown).await;
        let summaries: Vec<_> = outcome
            .warnings
            .iter()
            .map(|one| one.summary.as_str())
            .collect();
        let stops: Vec<_> = summaries
            .into_iter()
            .filter(|one| one.contains("top"))
            .collect();
        assert_eq!(
            stops,
            summary.into_iter().collect::<Vec<_>>(),
            "{enforce:?} {time}"
        );
    }
}
