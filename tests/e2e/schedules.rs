//! Schedules that stop notebooks: the life of one, drift, and the clock.

use serde_json::json;

use crate::support::{TestEnv, e2e_test, notebook};

const SCHEDULER: &str = r#"
  termination {
    enforce        = "scheduler"
    schedule_group = "mlspace-stop"
    role_arn       = "arn:aws:iam::123456789012:role/platform/stop"
    time_zone      = "Europe/Berlin"
  }
"#;

/// A notebook that is stopped at `time`.
fn stopped_at(time: &str) -> String {
    notebook(&format!(
        "  instance_type = \"ml.t3.medium\"\n  daily_stop_time = \"{time}\""
    ))
}

/// The schedules in AWS, by name.
fn schedules(env: &TestEnv) -> serde_json::Value {
    env.aws.account_state()["schedules"]["mlspace-stop"].clone()
}

e2e_test! {
    /// Created, fired without drift, changed, repaired, moved to MLSpace and back, destroyed.
    fn schedule_stops_notebook(env) {
        let address = "mlspace_notebook.alice";
        env.provider(SCHEDULER);
        env.apply_and_verify(&stopped_at("19:30"));
        let schedule = schedules(env)["alice-fraud"].clone();
        assert_eq!(schedule["ScheduleExpression"], "cron(30 19 * * ? *)");
        assert_eq!(schedule["ScheduleExpressionTimezone"], "Europe/Berlin");

        // In summer, 19:30 in Berlin is 17:30 in UTC.
        let fire = |after: &str, until: &str| {
            let at = |time| format!("2027-06-01T{time}:00+00:00");
            env.aws.fire_schedules(&at(after), &at(until))
        };
        assert_eq!(fire("12:00", "17:29"), json!([]));
        assert_eq!(fire("17:29", "17:30"), json!(["alice-fraud"]));
        env.aws.finish_transitions();
        env.plan().assert_empty();

        env.apply_and_verify(&stopped_at("00:05"));
        assert_eq!(schedules(env)["alice-fraud"]["ScheduleExpression"], "cron(5 0 * * ? *)");
        assert_eq!(env.attribute(address, "daily_stop_time"), "00:05");

        env.provider(&SCHEDULER.replace("\"scheduler\"", "\"mlspace\"").replace("Europe/Berlin", "UTC"));
        env.apply().assert_ok();
        assert_eq!(schedules(env), json!({}));
        env.plan().assert_empty();
        env.provider(SCHEDULER);
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.destroy_and_verify();
        assert_eq!(schedules(env), json!({}));
    }
}
