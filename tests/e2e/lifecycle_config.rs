//! `mlspace_lifecycle_config`: its whole life, and what instances that use it stand in the way of.

use serde_json::json;

use crate::support::{TestEnv, e2e_test, notebook};

/// A configuration whose settings are `body`.
fn standard(body: &str) -> String {
    format!(
        "resource \"mlspace_lifecycle_config\" \"standard\" {{\n  name = \"standard\"\n{body}\n}}\n"
    )
}

const SETTINGS: &str = r#"
  sdk_defaults     = true
  idle_stop        = "2h"
  git_repositories = ["https://git.example.com/team/cards.git"]
  code_artifact    = { domain = "packages", repository = "python" }
  on_start         = "echo started"
"#;

/// The names of the lifecycle configurations in AWS.
fn configs(env: &TestEnv) -> serde_json::Value {
    env.aws.account_state()["lifecycle_configs"].clone()
}

e2e_test! {
    /// Created, planned empty, changed in place, imported, destroyed.
    fn lifecycle_config_lives(env) {
        let address = "mlspace_lifecycle_config.standard";
        env.apply_and_verify(&standard(SETTINGS));
        assert_eq!(configs(env), json!(["standard"]));
        assert_eq!(env.attribute(address, "id"), "standard");
        assert_eq!(env.attribute(address, "idle_stop"), "2h");

        env.apply_and_verify(&standard("  on_create = \"echo created\"\n  idle_stop = \"90m\""));
        env.work.forget(address);
        env.work.write(
            "imports.tf",
            &format!("import {{\n  to = {address}\n  id = \"standard\"\n}}\n"),
        );
        env.apply().assert_ok();
        env.plan().assert_empty();
        assert_eq!(env.attribute(address, "on_create"), "echo created");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// One that a notebook uses cannot be deleted, and the error names the notebook.
    fn lifecycle_config_in_use(env) {
        let config = standard("  idle_stop = \"60m\"");
        let notebook = notebook(
            "  instance_type = \"ml.t3.medium\"\n  lifecycle_config_name = mlspace_lifecycle_config.standard.name",
        );
        env.apply_and_verify(&format!("{notebook}{config}"));
        let user = notebook.replace("mlspace_lifecycle_config.standard.name", "\"standard\"");
        env.configure(&user);
        env.apply().assert_error(&["`standard`", "still used by", "alice-fraud"]);
        assert_eq!(configs(env), json!(["standard"]));
    }
}

e2e_test! {
    /// Refused by the plan: a name that is taken, settings that are not valid, and nothing to do.
    fn lifecycle_config_bad_input(env) {
        env.apply_and_verify(&standard(SETTINGS));
        let other = standard(SETTINGS).replace("\"standard\" {", "\"other\" {");
        env.configure(&format!("{}{other}", standard(SETTINGS)));
        env.work.plan(&[]).outcome.assert_error(&["standard"]);
        for (body, words) in [
            ("  idle_stop = \"5m\"", "idle_stop"),
            ("  git_repositories = [\"http://example.com/a\"]", "git_repositories"),
            ("  sdk_defaults = false", "does nothing"),
            ("  on_start = \"\"", "empty"),
            ("  code_artifact = { domain = \"A B\", repository = \"python\" }", "CodeArtifact"),
        ] {
            env.configure(&standard(body));
            env.work.plan(&[]).outcome.assert_error(&[words]);
        }
        assert_eq!(configs(env), json!(["standard"]));
    }
}

e2e_test! {
    /// Another state deleted it and made it anew: the first state leaves it alone until it imports it.
    fn lifecycle_config_of_another_state(env) {
        let address = "mlspace_lifecycle_config.standard";
        let workspace = |command: &str, name: &str| {
            assert_eq!(env.work.run(&["workspace", command, name]).code, Some(0));
        };
        env.apply_and_verify(&standard(SETTINGS));
        workspace("new", "second");
        env.work.plan(&[]).outcome.assert_error(&["already exists", "import {"]);
        assert_eq!(env.work.import(address, "standard").code, Some(0));
        env.plan().assert_empty();
        env.work.destroy().assert_ok();
        env.apply_and_verify(&standard(SETTINGS));

        workspace("select", "default");
        env.aws.clear_log();
        env.plan().assert_empty();
        env.configure(&standard("  idle_stop = \"90m\""));
        env.work.plan(&[]).outcome.assert_error(&["Resource managed elsewhere"]);
        assert_eq!(env.work.run(&["destroy", "-auto-approve", "-no-color"]).code, Some(1));
        assert_eq!(env.aws.writes(), Vec::<String>::new());
        env.configure(&standard(SETTINGS));
        env.work.forget(address);
        assert_eq!(env.work.import(address, "standard").code, Some(0));
        env.destroy_and_verify();
    }
}
