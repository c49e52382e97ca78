//! Budgets of projects on in-memory fakes: every step, and every interruption.

use super::api::{Filter, Notification, Subscriber};
use super::fake::FakeBudget;
use super::spec::tests::budget;
use super::*;
use crate::aws::{Error, PolicyModel};
use crate::ownership::OnlyCreates;
use crate::project::{Project, ProjectSpec};
use crate::records::ProjectRecord;
use crate::services::Services;
use crate::tags::{TOKEN, Tags};
use crate::testing::{FakePlatform, converges, operation, project, project_name};

const NAME: &str = "MLSpace-project-fraud";
const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];

fn with(budget: Budget) -> ProjectSpec {
    ProjectSpec {
        budget: Some(budget),
        ..project("fraud")
    }
}

async fn create(services: &Services, spec: &ProjectSpec) -> Result<Project, Error> {
    let created = services.projects.create(&operation(), spec).await;
    created.map_err(|failure| failure.error)
}

async fn update(services: &Services, spec: &ProjectSpec) -> Result<Project, Error> {
    let updated = services.projects.update(&operation(), spec, false).await;
    updated.map_err(|failure| failure.error)
}

async fn delete(services: &Services) -> Result<(), Error> {
    let name = project_name("fraud");
    services.projects.delete(&operation(), &name, false).await
}

async fn read(platform: &FakePlatform) -> Project {
    let read = platform
        .services
        .projects
        .read(&project_name("fraud"))
        .await;
    read.unwrap().unwrap()
}

/// Removes the project's record as another program would.
fn forget_record(platform: &FakePlatform) {
    let key = ProjectRecord::key(&project_name("fraud"));
    platform.records.remove("mlspace-projects", &key);
}

/// The project `fraud` with the budget of [`budget`].
async fn platform(model: PolicyModel) -> FakePlatform {
    let platform = FakePlatform::new(model);
    create(&platform.services, &with(budget())).await.unwrap();
    platform.faults.take_calls();
    platform
}

fn the_budget(platform: &FakePlatform) -> FakeBudget {
    platform.budgets.budgets()[NAME].clone()
}

fn calls_of_budgets(platform: &FakePlatform) -> Vec<String> {
    let calls = platform.faults.take_calls().into_iter();
    let of = |call: &String| {
        call.contains("Budget") || call.contains("Notification") || call == "ListTagsForResource"
    };
    calls.filter(of).collect()
}

#[tokio::test]
async fn create_makes_a_budget_before_the_record() {
    for model in MODELS {
        let platform = FakePlatform::new(model);
        let created = create(&platform.services, &with(budget())).await.unwrap();
        let calls = platform.faults.take_calls();
        let position = |call: &str| calls.iter().position(|made| made == call).unwrap();
        assert!(position("CreateBudget") < position("PutItem"), "{calls:?}");
        let made = the_budget(&platform);
        assert_eq!(made.state.amount.as_deref(), Some("5000"));
        assert_eq!(made.state.unit, "USD");
        let tag = |key: &str, value: &str| (key.to_owned(), [value.to_owned()].into());
        let tags = [tag("project", "fraud"), tag("system", "MLSpace")];
        assert_eq!(made.state.filter, Filter::Tags(tags.into()));
        assert_eq!(
            made.tags,
            Tags::from([("project", "fraud"), ("system", "MLSpace")])
        );
        let alice = Subscriber::Email("alice@example.com".to_owned());
        let told: Vec<_> = made
            .notifications
            .iter()
            .map(|one| (one.trigger.kind.as_str(), one.trigger.threshold))
            .collect();
        assert_eq!(told, [("ACTUAL", 80.0), ("ACTUAL", 100.0)]);
        let mut all = made.notifications.iter();
        assert!(all.all(|one| one.subscribers == [alice.clone()].into()));
        assert_eq!(read(&platform).await, created);
        assert_eq!(created.record.unwrap().budget, Some(budget()));
        assert_eq!(created.drift, Vec::<String>::new());
    }
}

#[tokio::test]
async fn projects_without_a_budget_make_no_call() {
    for model in MODELS {
        let platform = FakePlatform::new(model);
        create(&platform.services, &project("fraud")).await.unwrap();
        read(&platform).await;
        let described = ProjectSpec {
            description: "new".to_owned(),
            ..project("fraud")
        };
        update(&platform.services, &described).await.unwrap();
        delete(&platform.services).await.unwrap();
        assert_eq!(calls_of_budgets(&platform), Vec::<String>::new());
    }
}

#[tokio::test]
async fn update_sends_only_what_differs() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    platform.budgets.edit(NAME, |budget| {
        // As AWS answers.
        budget.state.amount = Some("5000.0".to_owned());
        budget.state.spend.actual = Some(("12.5".to_owned(), "USD".to_owned()));
    });
    let whole = the_budget(&platform);
    let described = ProjectSpec {
        description: "new".to_owned(),
        ..with(budget())
    };
    let updated = update(&platform.services, &described).await.unwrap();
    assert_eq!(updated.drift, Vec::<String>::new());
    assert_eq!(the_budget(&platform), whole);
    let writes = |calls: Vec<String>| -> Vec<String> {
        let reads = ["Describe", "List"];
        let is_read = |call: &String| reads.iter().any(|read| call.starts_with(read));
        calls.into_iter().filter(|call| !is_read(call)).collect()
    };
    assert_eq!(writes(calls_of_budgets(&platform)), Vec::<String>::new());

    let more = Budget {
        monthly_usd: "6000.50".parse().unwrap(),
        ..budget()
    };
    update(&platform.services, &with(more)).await.unwrap();
    assert_eq!(writes(calls_of_budgets(&platform)), ["UpdateBudget"]);
    let changed = the_budget(&platform);
    assert_eq!(changed.state.amount.as_deref(), Some("6000.50"));
    assert_eq!(changed.state.period, whole.state.period);
    assert_eq!(changed.notifications, whole.notifications);

    let others = Budget {
        monthly_usd: "6000.50".parse().unwrap(),
        notify_percent: [80, 90].into(),
        notify_forecast_percent: [100].into(),
        notify_topic_arn: Some("arn:aws:sns:us-east-1:123456789012:costs".to_owned()),
        ..budget()
    };
    update(&platform.services, &with(others)).await.unwrap();
    let calls = writes(calls_of_budgets(&platform));
    let (removed, added) = calls.split_at(2);
    assert_eq!(removed, ["DeleteNotification"; 2]);
    assert_eq!(added, ["CreateNotification"; 3]);
    assert_eq!(read(&platform).await.drift, Vec::<String>::new());
}

#[tokio::test]
async fn drift_is_shown_and_repaired() {
    type Edit = fn(&mut FakeBudget);
    let edits: [(Edit, &str); 8] = [
        (
            |budget| budget.state.amount = Some("1.0".to_owned()),
            "is 1.0 USD, not 5000 USD",
        ),
        (
            |budget| budget.state.amount = None,
            "different for each month",
        ),
        (|budget| budget.state.unit = "EUR".to_owned(), "5000 EUR"),
        (
            |budget| budget.state.filter = Filter::Other,
            "counts other costs",
        ),
        (|budget| budget.state.is_plain = false, "counts other costs"),
        (|budget| budget.notifications.clear(), "notifications"),
        (
            |budget| budget.notifications[0].subscribers.clear(),
            "notifications",
        ),
        (
            |budget| {
                let one = budget.notifications[0].clone();
                let trigger = api::Trigger {
                    unit: "ABSOLUTE_VALUE".to_owned(),
                    ..one.trigger
                };
                budget.notifications.push(Notification { trigger, ..one });
            },
            "notifications",
        ),
    ];
    let platform = platform(PolicyModel::PerPrincipal).await;
    let whole = the_budget(&platform);
    for (edit, words) in edits {
        platform.budgets.edit(NAME, edit);
        let drift = read(&platform).await.drift;
        assert!(
            matches!(drift.as_slice(), [one] if one.contains(words)),
            "{drift:?}"
        );
        let updated = update(&platform.services, &with(budget())).await.unwrap();
        assert_eq!(updated.drift, Vec::<String>::new());
        assert_eq!(the_budget(&platform), whole, "{words}");
    }
    platform.budgets.remove(NAME);
    let drift = read(&platform).await.drift;
    assert_eq!(drift, [format!("budget `{NAME}` is missing")]);
    update(&platform.services, &with(budget())).await.unwrap();
    assert_eq!(the_budget(&platform), whole);
}

#[tokio::test]
async fn budgets_of_others_are_left() {
    type Edit = fn(&mut FakeBudget);
    let edits: [Edit; 3] = [
        |budget| budget.tags = Tags::new(),
        |budget| drop(budget.tags.remove(TOKEN)),
        |budget| drop(budget.tags.insert("project", "other")),
    ];
    let words = "not made for the project";
    for edit in edits {
        let platform = platform(PolicyModel::PerPrincipal).await;
        platform.budgets.edit(NAME, edit);
        platform.budgets.edit(NAME, |budget| {
            budget.state.amount = Some("1".to_owned());
        });
        let before = the_budget(&platform);
        let drift = read(&platform).await.drift;
        assert!(drift[0].contains("is not that of project"), "{drift:?}");
        let error = update(&platform.services, &with(budget()))
            .await
            .unwrap_err();
        assert!(
            error.is_owned_by_others() && error.detail().contains(words),
            "{error}"
        );
        update(&platform.services, &project("fraud")).await.unwrap();
        delete(&platform.services).await.unwrap();
        assert_eq!(the_budget(&platform), before);

        // A new project does not take it over either, and its plan says so.
        let projects = &platform.services.projects;
        let planned = projects.plan(&with(budget()), None, &OnlyCreates).await;
        assert!(planned.errors[0].detail.contains(words), "{planned:?}");
        let error = create(&platform.services, &with(budget()))
            .await
            .unwrap_err();
        assert!(error.is_owned_by_others(), "{error}");
        assert_eq!(the_budget(&platform), before);
    }
}

#[tokio::test]
async fn projects_without_a_record_take_their_budget_along() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    forget_record(&platform);
    delete(&platform.services).await.unwrap();
    assert!(platform.budgets.budgets().is_empty());

    let mut platform = self::platform(PolicyModel::PerPrincipal).await;
    forget_record(&platform);
    update(&platform.services, &project("fraud")).await.unwrap();
    assert!(platform.budgets.budgets().is_empty());

    // Who cannot look at budgets removes the project all the same.
    forget_record(&platform);
    platform.restart();
    platform.faults.deny("ListTagsForResource");
    delete(&platform.services).await.unwrap();
}

#[tokio::test]
async fn removing_the_block_removes_the_budget_first() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let updated = update(&platform.services, &project("fraud")).await.unwrap();
    let calls = platform.faults.take_calls();
    let position = |call: &str| calls.iter().position(|made| made == call).unwrap();
    assert!(
        position("DeleteBudget") < position("UpdateItem"),
        "{calls:?}"
    );
    assert!(platform.budgets.budgets().is_empty());
    assert_eq!(updated.record.unwrap().budget, None);
    assert_eq!(updated.drift, Vec::<String>::new());
}

#[tokio::test]
async fn delete_refused_for_members_keeps_the_budget() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let memberships = &platform.services.memberships;
    let alice = crate::testing::member("fraud", "alice");
    memberships.create(&operation(), &alice).await.unwrap();
    let error = delete(&platform.services).await.unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    assert_eq!(platform.budgets.budgets().len(), 1);
}

/// Creates, or, as Terraform would after a create that left something, updates.
async fn create_or_update(services: &Services, spec: &ProjectSpec) -> Result<Project, Error> {
    match create(services, spec).await {
        Err(error) if error.is_owned_by_others() => update(services, spec).await,
        created => created,
    }
}

#[tokio::test]
async fn every_change_converges_after_any_interruption() {
    let other = Budget {
        monthly_usd: "1".parse().unwrap(),
        notify_percent: [50, 100].into(),
        notify_emails: ["bob@example.com".to_owned()].into(),
        ..budget()
    };
    for model in MODELS {
        converges(
            async || FakePlatform::new(model),
            async |services: &Services| create_or_update(services, &with(budget())).await,
        )
        .await;
        for wanted in [with(other.clone()), project("fraud")] {
            converges(
                async || platform(model).await,
                async |services: &Services| update(services, &wanted).await,
            )
            .await;
        }
        converges(
            async || {
                let platform = FakePlatform::new(model);
                create(&platform.services, &project("fraud")).await.unwrap();
                platform
            },
            async |services: &Services| update(services, &with(other.clone())).await,
        )
        .await;
        converges(async || platform(model).await, delete).await;
    }
}

#[tokio::test]
async fn failed_budget_leaves_no_record() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    platform.faults.deny("CreateBudget");
    let projects = &platform.services.projects;
    let failed = projects.create(&operation(), &with(budget())).await;
    let failure = failed.unwrap_err();
    let detail = failure.error.detail();
    assert!(detail.contains("budgets:ModifyBudget"), "{detail}");
    // What exists is in the state, to be finished.
    assert_eq!(failure.reached.unwrap().record, None);
    assert!(platform.records.items("mlspace-projects").is_empty());
}

#[tokio::test]
async fn adding_a_budget_records_it_first() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    create(&platform.services, &project("fraud")).await.unwrap();
    platform.faults.deny("CreateBudget");
    update(&platform.services, &with(budget()))
        .await
        .unwrap_err();
    let read = read(&platform).await;
    assert_eq!(read.record.unwrap().budget, Some(budget()));
    assert!(read.drift[0].contains("is missing"), "{:?}", read.drift);
}

#[tokio::test]
async fn lost_answers_are_looked_at_again() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    create(&platform.services, &project("fraud")).await.unwrap();
    // The SDK sends a call again whose answer was lost.
    let (budgets, found) = (
        std::sync::Arc::clone(&platform.budgets),
        platform.records.items("mlspace-projects"),
    );
    let token = crate::ownership::Token::of_item(&found[0]).unwrap();
    platform.faults.before("CreateBudget", move || {
        let mut state = FakeBudget::of_project("fraud", "5000");
        state.tags.insert(TOKEN, token.to_string());
        budgets.insert(NAME, state);
        Ok(())
    });
    update(&platform.services, &with(budget())).await.unwrap();
    assert_eq!(read(&platform).await.drift, Vec::<String>::new());
}

#[tokio::test]
async fn plan_warns_of_new_and_changed_budgets() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let projects = &platform.services.projects;
    let plan = async |spec: &ProjectSpec, prior: &ProjectSpec| {
        projects.plan(spec, Some(prior), &OnlyCreates).await
    };
    let changed = Budget {
        monthly_usd: "9".parse().unwrap(),
        ..budget()
    };
    let warned = plan(&with(changed), &with(budget())).await;
    assert!(warned.errors.is_empty());
    let detail = &warned.warnings[0].detail;
    for words in [
        "9 USD",
        "8 to 12 hours",
        "cost allocation tags",
        "`project` = `fraud`",
    ] {
        assert!(detail.contains(words), "{detail}");
    }
    for (spec, prior) in [
        (with(budget()), with(budget())),
        (project("fraud"), with(budget())),
        (project("fraud"), project("fraud")),
    ] {
        let planned = plan(&spec, &prior).await;
        assert_eq!((planned.warnings.len(), planned.errors.len()), (0, 0));
    }
    let topic = Budget {
        notify_topic_arn: Some("arn:aws:sns:us-east-1:210987654321:costs".to_owned()),
        ..budget()
    };
    let refused = plan(&with(topic), &with(budget())).await;
    assert!(refused.errors[0].detail.contains("notify_topic_arn"));
}

#[tokio::test]
async fn spend_tells_what_aws_knows() {
    let platform = platform(PolicyModel::PerPrincipal).await;
    let (projects, fraud) = (&platform.services.projects, project_name("fraud"));
    let money = |amount: &str| Some((amount.to_owned(), "USD".to_owned()));
    let none = projects.spend(&fraud).await.unwrap();
    assert!(none.may_be_unknown() && none.actual.is_none(), "{none:?}");
    assert_eq!(none.limit.as_deref(), Some("5000"));
    for (actual, unknown) in [("0.0", true), ("0.01", false), ("1200.5", false)] {
        platform.budgets.edit(NAME, |budget| {
            budget.state.spend.actual = money(actual);
            budget.state.spend.forecast = money("2000");
            budget.state.spend.updated = Some(1_793_500_000);
        });
        let spend = projects.spend(&fraud).await.unwrap();
        assert_eq!(spend.actual.as_deref(), Some(actual));
        assert_eq!(spend.forecast.as_deref(), Some("2000"));
        assert_eq!(
            (spend.currency.as_str(), spend.updated),
            ("USD", Some(1_793_500_000))
        );
        assert_eq!(spend.may_be_unknown(), unknown, "{actual}");
    }
    let error = projects.spend(&project_name("other")).await.unwrap_err();
    assert!(error.detail().contains("block `budget`"), "{error}");
}
