//! Budgets of projects: the life of one, drift, and what is refused.

use serde_json::{Value, json};

use crate::support::{TestEnv, assert_same_account, e2e_test};

const NAME: &str = "MLSpace-project-fraud";
const ADDRESS: &str = "mlspace_project.fraud";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:costs";

/// The project with this body.
fn project(body: &str) -> String {
    format!("resource \"mlspace_project\" \"fraud\" {{\n  name = \"fraud\"\n{body}\n}}\n")
}

/// The project with a budget of these attributes.
fn budget(attributes: &str) -> String {
    project(&format!("  budget {{\n{attributes}\n  }}"))
}

const MAILED: &str = "    monthly_usd   = 5000\n    notify_emails = [\"alice@example.com\"]";

/// The budget in AWS.
fn found(env: &TestEnv) -> Value {
    env.aws.account_state()["budgets"][NAME].clone()
}

/// The thresholds of its notifications, with their types and the number of subscribers.
fn told(env: &TestEnv) -> Value {
    let budget = found(env);
    let notices = budget["notices"].as_array().expect("notifications").iter();
    let each = |notice: &Value| {
        let of = &notice["Notification"];
        let subscribers = notice["Subscribers"].as_array().expect("subscribers").len();
        json!([of["NotificationType"], of["Threshold"], subscribers])
    };
    notices.map(each).collect()
}

e2e_test! {
    /// Created with a warning, changed, repaired, made anew, imported, removed and destroyed.
    fn budget_of_project(env) {
        env.apply_and_verify(&project(""));
        assert!(!env.aws.calls().iter().any(|call| call.contains("Budget")));
        env.configure(&budget(MAILED));
        let warnings = env.plan().outcome.warnings();
        assert!(warnings.iter().any(|one| one.summary == "Budget is no hard limit"), "{warnings:?}");
        env.apply_and_verify(&budget(MAILED));
        let settings = found(env)["settings"].clone();
        assert_eq!(settings["BudgetLimit"], json!({"Amount": "5000.0", "Unit": "USD"}));
        let tag = |key: &str, value: &str| {
            json!({"Tags": {"Key": key, "Values": [value], "MatchOptions": ["EQUALS"]}})
        };
        let tags = json!({"And": [tag("project", "fraud"), tag("system", "MLSpace")]});
        assert_eq!(settings["FilterExpression"], tags);
        assert_eq!(found(env)["tags"]["project"], "fraud");
        assert_eq!(told(env), json!([["ACTUAL", 80.0, 1], ["ACTUAL", 100.0, 1]]));

        let spend = "data \"mlspace_project_spend\" \"fraud\" {\n  project = mlspace_project.fraud.name\n}\n";
        env.configure(&format!("{}{spend}", budget(MAILED)));
        let warnings = env.plan().outcome.warnings();
        assert!(warnings.iter().any(|one| one.summary == "No costs yet"), "{warnings:?}");
        env.aws.spend(NAME, "1200.5", "2000");

        // A change of the project leaves the budget alone, with what it knows.
        env.aws.clear_log();
        let described = project(&format!("  description = \"x\"\n  budget {{\n{MAILED}\n  }}"));
        env.apply_and_verify(&format!("{described}{spend}"));
        let known = |name: &str| env.attribute("data.mlspace_project_spend.fraud", name);
        assert_eq!((known("actual"), known("forecast")), (json!(1200.5), json!(2000)));
        assert_eq!((known("currency"), known("monthly_limit")), (json!("USD"), json!(5000)));
        assert!(!env.aws.writes().iter().any(|call| call.contains("budgets")), "{:?}", env.aws.writes());

        let more = format!(
            "    monthly_usd             = 5000.5\n    notify_percent          = [90]\n    \
             notify_forecast_percent = [100]\n    notify_topic_arn        = \"{TOPIC}\""
        );
        env.apply_and_verify(&budget(&more));
        assert_eq!(found(env)["settings"]["BudgetLimit"]["Amount"], "5000.5");
        assert_eq!(told(env), json!([["ACTUAL", 90.0, 1], ["FORECASTED", 100.0, 1]]));
        assert_eq!(env.attribute(ADDRESS, "budget")[0]["monthly_usd"], 5000.5);
        let original = env.aws.account_state();

        // Changes by others.
        let of = json!({"AccountId": "123456789012", "BudgetName": NAME});
        let call = |action: &str, more: &Value| {
            let mut params = of.clone();
            params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            env.aws.call("budgets", action, params);
        };
        let trigger = found(env)["notices"][0]["Notification"].clone();
        let mut higher = settings.clone();
        higher["BudgetLimit"]["Amount"] = json!("9000");
        let edits = [
            ("DeleteNotification", json!({"Notification": trigger})),
            ("UpdateBudget", json!({"NewBudget": higher})),
            ("DeleteBudget", json!({})),
        ];
        for (action, params) in &edits {
            call(action, params);
            env.plan().assert_only(ADDRESS, &["update"]);
            env.apply().assert_ok();
            env.plan().assert_empty();
            let mut repaired = env.aws.account_state();
            repaired["budgets"][NAME]["notices"] = sorted(&repaired["budgets"][NAME]["notices"]);
            assert_same_account(repaired, original.clone());
        }

        env.work.forget(ADDRESS);
        env.work.import(ADDRESS, "fraud").assert_ok();
        env.plan().assert_empty();

        // Refused at plan: a topic of another account, and too many notifications.
        for (attributes, words) in [
            (more.replace("123456789012", "210987654321"), "notify_topic_arn"),
            (more.replace("[90]", "[1, 2, 3, 4, 5]"), "at most 5"),
            (more.replace("5000.5", "0.001"), "two decimals"),
        ] {
            env.configure(&budget(&attributes));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }

        env.apply_and_verify(&project(""));
        assert_eq!(env.aws.account_state()["budgets"], json!({}));

        // One of somebody else is neither taken over nor removed.
        let theirs = json!({
            "AccountId": "123456789012",
            "Budget": {
                "BudgetName": NAME, "BudgetType": "COST", "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": "1", "Unit": "USD"},
            },
        });
        env.aws.call("budgets", "CreateBudget", theirs);
        env.configure(&budget(MAILED));
        env.work.plan(&[]).outcome.assert_error(&[NAME, "not made for the project"]);
        call("DeleteBudget", &json!({}));
        env.apply_and_verify(&budget(MAILED));
        env.destroy_and_verify();
    }
}

/// Notifications in the order in which the provider makes them.
fn sorted(notices: &Value) -> Value {
    let mut all = notices.as_array().expect("notifications").clone();
    all.sort_by_key(|one| one["Notification"]["NotificationType"].to_string());
    all.into()
}
