//! `mlspace_notebook_url` and `mlspace_studio_url`: opened by plan and apply, handed on, and written
//! nowhere.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::studio::{add_role, domain, profile, remove_role};
use crate::support::{TerraformVersion, TestEnv, notebook};

/// A module that opens both, with further arguments of each.
fn module(of_notebook: &str, of_studio: &str) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    mlspace = {{ source = "mlspace/mlspace" }}
  }}
}}

variable "notebook" {{
  type = string
}}

variable "profile" {{
  type = object({{ domain_id = string, project = string, user = string }})
}}

ephemeral "mlspace_notebook_url" "this" {{
  name = var.notebook
  {of_notebook}
}}

ephemeral "mlspace_studio_url" "this" {{
  domain_id = var.profile.domain_id
  project   = var.profile.project
  user      = var.profile.user
  {of_studio}
}}

locals {{
  notebook = ephemeral.mlspace_notebook_url.this
  studio   = ephemeral.mlspace_studio_url.this
}}

output "urls" {{
  value     = "${{local.notebook.url}} ${{local.studio.url}}"
  ephemeral = true
}}

output "whose" {{
  value     = "${{local.notebook.project}}/${{local.notebook.user}} ${{local.studio.user_profile_name}}"
  ephemeral = true
}}
"#
    )
}

/// The module, and what gets the URLs from it.
const CALL: &str = r#"
module "open" {
  source   = "./open"
  notebook = mlspace_notebook.alice.name
  profile  = mlspace_studio_user_profile.alice
}

resource "terraform_data" "launcher" {
  provisioner "local-exec" {
    command     = "printf %s \"$URLS\" > handed-over; printf %s \"$WHOSE\" > whose"
    environment = { URLS = module.open.urls, WHOSE = module.open.whose }
  }
}
"#;

fn open(env: &TestEnv, of_notebook: &str, of_studio: &str) {
    env.work
        .write("open/main.tf", &module(of_notebook, of_studio));
}

/// Everything in the files of a directory, except those with this name.
fn contents(directory: &Path, without: &str, text: &mut String) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            contents(&path, without, text);
        } else if !path.ends_with(without) {
            let bytes = fs::read(&path).expect("a file");
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
}

fn urls_are_opened_and_written_nowhere(version: &TerraformVersion) {
    let mut env = TestEnv::new(version);
    let log = env.work.path().join("provider.log");
    env.work.set_env("TF_LOG_PROVIDER", "TRACE");
    env.work.set_env("TF_LOG_PATH", &log.display().to_string());
    add_role(&env);
    let platform = format!(
        "{}{}{}",
        notebook("  instance_type = \"ml.t3.medium\""),
        domain(&env, ""),
        profile("")
    );
    let text = format!("{platform}{CALL}");
    fs::create_dir(env.work.path().join("open")).expect("a directory");
    open(
        &env,
        "session_expiration = \"1h\"",
        "landing_uri = \"studio::spaces\"\n  expires_in = \"30s\"",
    );
    env.configure(&text);
    let got = env.work.run(&["get"]);
    assert_eq!(got.code, Some(0), "{}", got.stderr);

    // What the plan creates is opened by the apply.
    let mut said = String::new();
    let first = env.plan();
    said.push_str(&first.outcome.stdout);
    assert!(
        !env.aws
            .calls()
            .iter()
            .any(|call| call.contains("CreatePresigned"))
    );
    said.push_str(&env.work.run(&["show", "-json", "tfplan"]).stdout);
    let applied = env.apply();
    applied.assert_ok();
    said.push_str(&applied.stdout);
    let handed = fs::read_to_string(env.work.path().join("handed-over")).expect("the URLs");
    let whose = fs::read_to_string(env.work.path().join("whose")).expect("the owners");
    assert_eq!(whose, "fraud/alice fraud-alice");
    let tokens: Vec<&str> = handed
        .split(' ')
        .map(|url| url.split_once("oken=").expect("a presigned URL").1)
        .collect();
    assert_eq!(tokens[0], "alice-fraud-3600", "the session of an hour");
    assert!(
        tokens[1].starts_with("fraud-alice-") && tokens[1].ends_with("-30"),
        "{handed}"
    );

    // The next plan opens both again, and changes nothing.
    env.aws.clear_log();
    let second = env.plan();
    second.assert_empty();
    for call in [
        "CreatePresignedNotebookInstanceUrl",
        "CreatePresignedDomainUrl",
    ] {
        assert!(
            env.aws.calls().iter().any(|made| made.ends_with(call)),
            "{call}"
        );
    }
    said.push_str(&second.outcome.stdout);
    for shown in [&["show", "-json", "tfplan"][..], &["show", "-json"]] {
        said.push_str(&env.work.run(shown).stdout);
    }
    let log = fs::read_to_string(log).expect("the log");
    for rpc in ["OpenEphemeralResource", "CloseEphemeralResource"] {
        assert!(log.contains(rpc), "the log shows {rpc}");
    }
    contents(&env.work.path(), "handed-over", &mut said);
    assert!(said.contains("alice-fraud") && said.contains("OpenEphemeralResource"));
    for token in ["authToken=alice", "token=fraud-alice", tokens[0], tokens[1]] {
        assert!(!said.contains(token), "`{token}` is written somewhere");
    }

    refusals(&env, &platform, &text);
    // Terraform opens them for the plan of a destroy, too.
    env.work.destroy().assert_error(&["is suspended"]);
    env.configure(&platform);
    env.work.destroy().assert_ok();
    remove_role(&env);
    env.aws.assert_pristine();
}

/// What is refused, and what the errors say to do.
fn refusals(env: &TestEnv, platform: &str, text: &str) {
    for (of_notebook, of_studio, words) in [
        ("session_expiration = \"29m\"", "", "from `30m` to `12h`"),
        ("session_expiration = \"soon\"", "", "not a valid duration"),
        ("url = \"x\"", "", "url"),
        ("", "expires_in = \"4s\"", "from `5s` to `5m`"),
        ("", "session_expiration = \"13h\"", "from `30m` to `12h`"),
        ("", "landing_uri = \"https://example.com\"", "`studio::`"),
        ("", "space_name = \"alice_lab\"", "space_name"),
        ("", "space_name = \"none\"", "space `none`"),
    ] {
        open(env, of_notebook, of_studio);
        env.work.plan(&[]).outcome.assert_error(&[words]);
    }
    open(env, "", "");
    for call in [
        "CreatePresignedNotebookInstanceUrl",
        "CreatePresignedDomainUrl",
    ] {
        env.aws.fault(&json!({
            "mode": "error", "service": "sagemaker", "action": call, "times": 100,
            "code": "AccessDeniedException", "message": format!("not authorized to perform: sagemaker:{call}"),
        }));
        let denied = env.work.plan(&[]).outcome;
        denied.assert_error(&[
            "Access denied",
            &format!("sagemaker:{call}"),
            "data_scientist",
            "on purpose",
        ]);
        env.aws.clear_faults();
    }
    env.aws.set_notebook("alice-fraud", "Stopped", "");
    let stopped = env.work.plan(&[]).outcome;
    stopped.assert_error(&["is `Stopped`", "`running = true`"]);
    env.aws.set_notebook("alice-fraud", "InService", "");

    let suspended = platform.replacen(
        "created_by  = \"alice\"",
        "created_by  = \"alice\"\n  suspended   = true",
        1,
    );
    assert!(suspended.contains("suspended   = true"));
    env.configure(&suspended);
    env.apply().assert_ok();
    env.configure(&text.replacen(platform, &suspended, 1));
    let closed = env.work.plan(&[]).outcome;
    closed.assert_error(&["notebook `alice-fraud`", "project `fraud` is suspended"]);
    closed.assert_error(&["user profile `fraud-alice`", "project `fraud` is suspended"]);
}

mod urls {
    use super::*;

    #[test]
    fn pinned_terraform() {
        urls_are_opened_and_written_nowhere(&TerraformVersion::pinned());
    }

    #[test]
    #[ignore = "needs a second Terraform on PATH"]
    fn path_terraform() {
        urls_are_opened_and_written_nowhere(&TerraformVersion::on_path());
    }
}
