//! Values, and numbers of `dynamic` blocks, that Terraform does not know before the apply.

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

e2e_test! {
    /// Nothing that follows from the type is known before it is.
    fn dataset_of_unknown_type(env) {
        for kind in ["group", "global"] {
            env.configure(&format!(
                r#"
resource "terraform_data" "type" {{
  input = "{kind}"
}}
resource "mlspace_dataset" "d" {{
  name = "cards"
  type = terraform_data.type.output
}}
"#
            ));
            env.apply().assert_ok();
            env.plan().assert_empty();
            assert_eq!(env.attribute("mlspace_dataset.d", "id"), format!("{kind}/cards"));
        }
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// An unknown setting is not taken for one that is left out.
    fn lifecycle_config_of_unknown_settings(env) {
        env.configure(
            r#"
resource "terraform_data" "yes" {
  input = true
}
resource "mlspace_lifecycle_config" "c" {
  name         = "standard"
  sdk_defaults = terraform_data.yes.output
}
"#,
        );
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}
