//! Invalid configurations: each is rejected before any change, with an error that names the
//! attribute.
//!
//! The provider runs once for all cases: with `--debug`, Terraform attaches to it.

mod cases;

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use cases::{Case, all};

use crate::support::{PEOPLE, PROVIDER, TerraformVersion, TestEnv};

/// A provider that serves many Terraform commands. Dropping it ends the process.
///
/// Its output is kept open, since it exits when it cannot print.
struct DebugProvider(
    Child,
    #[expect(dead_code, reason = "kept open")] Lines<BufReader<ChildStdout>>,
);

impl DebugProvider {
    /// Starts one, and returns it with the value for `TF_REATTACH_PROVIDERS`.
    fn start() -> (Self, String) {
        let mut child = Command::new(PROVIDER)
            .arg("--debug")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the provider starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines();
        let line = lines
            .find_map(|line| {
                let line = line.expect("the provider prints UTF-8");
                line.contains("TF_REATTACH_PROVIDERS").then_some(line)
            })
            .expect("the provider prints how to attach");
        let value = line.split_once('=').expect("a value").1;
        let value = value.trim().trim_matches('\'').to_owned();
        (Self(child, lines), value)
    }
}

impl Drop for DebugProvider {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn rejects_all(version: &TerraformVersion) {
    let mut env = TestEnv::new(version);
    let (_provider, attach) = DebugProvider::start();
    env.work.set_env("TF_REATTACH_PROVIDERS", &attach);
    env.apply_and_verify(PEOPLE);
    let before = env.aws.account_state();
    let cases = all();
    let mut wrong = Vec::new();
    for case in &cases {
        if let Err(problem) = rejected(&env, case) {
            wrong.push(format!("{}: {problem}", case.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert_eq!(
        env.aws.account_state(),
        before,
        "invalid input changes nothing"
    );
    env.provider("");
    env.configure(PEOPLE);
    env.destroy_and_verify();
}

/// Checks one case: there must be an error at the attribute with the expected text.
fn rejected(env: &TestEnv, case: &Case) -> Result<(), String> {
    env.provider(case.provider);
    env.configure(&format!("{PEOPLE}\n{}", case.text));
    let outcome = env.work.run(&["plan", "-input=false", "-json"]);
    let errors = outcome.errors();
    if outcome.code == Some(0) || errors.is_empty() {
        return Err(format!("was accepted (exit code {:?})", outcome.code));
    }
    let found = errors.iter().any(|error| {
        let text = format!("{} {}", error.summary, error.detail).to_lowercase();
        // The error points to the attribute's line, or names the attribute.
        let at = error.code.contains(case.attribute) || text.contains(case.attribute);
        at && text.contains(&case.says.to_lowercase())
    });
    if found {
        Ok(())
    } else {
        Err(format!(
            "expected `{}` and {:?} in {errors:#?}",
            case.attribute, case.says
        ))
    }
}

#[test]
fn invalid_input_pinned_terraform() {
    rejects_all(&TerraformVersion::pinned());
}

#[test]
#[ignore = "needs a second Terraform on PATH"]
fn invalid_input_path_terraform() {
    rejects_all(&TerraformVersion::on_path());
}
