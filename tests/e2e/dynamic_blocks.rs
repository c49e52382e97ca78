//! `dynamic` blocks whose number Terraform does not know before the apply.

use serde_json::json;

use crate::support::{TestEnv, e2e_test};

/// A project with a `termination` block for each element of another resource's list.
fn project(times: &str) -> String {
    format!(
        r#"
resource "terraform_data" "times" {{
  input = {times}
}}
resource "mlspace_project" "p" {{
  name = "fraud"
  dynamic "termination" {{
    for_each = terraform_data.times.output
    content {{
      default_notebook_stop_time = termination.value
    }}
  }}
}}
"#
    )
}

fn stop_time(env: &TestEnv) -> serde_json::Value {
    let state = env.work.state("mlspace_project.p").expect("a state");
    state["termination"].clone()
}

e2e_test! {
    /// The list turns out empty, then gets an element, then is empty again.
    fn termination_of_unknown_length(env) {
        env.configure(&project("[]"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert_eq!(stop_time(env), json!([]));

        env.configure(&project("[\"17:00\"]"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert_eq!(stop_time(env)[0]["default_notebook_stop_time"], "17:00");

        env.configure(&project("[]"));
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert_eq!(stop_time(env), json!([]));
        env.destroy_and_verify();
    }
}
