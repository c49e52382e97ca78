//! Wrong configurations: each is refused before anything changes, by an error that names the attribute.
//!
//! The provider runs once for all cases, as `--debug` lets Terraform attach to it.

mod cases;

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use cases::{Case, all};

use crate::support::{Core, PEOPLE, PROVIDER, Stage};

/// A provider that serves many Terraform commands; it ends with this value.
/// Its output stays open: a provider that can't print is of no use to itself.
struct Served(
    Child,
    #[expect(dead_code, reason = "kept open")] Lines<BufReader<ChildStdout>>,
);

impl Served {
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
                let line = line.expect("the provider prints text");
                line.contains("TF_REATTACH_PROVIDERS").then_some(line)
            })
            .expect("the provider prints how to attach");
        let value = line.split_once('=').expect("a value").1;
        let value = value.trim().trim_matches('\'').to_owned();
        (Self(child, lines), value)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already; there is nothing left to do then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn refuses_all(core: &Core) {
    let mut stage = Stage::new(core);
    let (_served, attach) = Served::start();
    stage.work.set_env("TF_REATTACH_PROVIDERS", &attach);
    stage.converge(PEOPLE);
    let before = stage.aws.world();
    let cases = all();
    let mut wrong = Vec::new();
    for case in &cases {
        if let Err(problem) = refused(&stage, case) {
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
    assert_eq!(stage.aws.world(), before, "bad input changes nothing");
    stage.provider("");
    stage.configure(PEOPLE);
    stage.strike();
}

/// Checks one case: an error, of ours, at the attribute, saying what the case demands.
fn refused(stage: &Stage, case: &Case) -> Result<(), String> {
    stage.provider(case.provider);
    stage.configure(&format!("{PEOPLE}\n{}", case.text));
    let outcome = stage.work.run(&["plan", "-input=false", "-json"]);
    let errors = outcome.errors();
    if outcome.code == Some(0) || errors.is_empty() {
        return Err(format!("was accepted ({:?})", outcome.code));
    }
    let said = errors.iter().any(|error| {
        let text = format!("{} {}", error.summary, error.detail).to_lowercase();
        // The error points at the attribute's line, or names it.
        let at = error.code.contains(case.attribute) || text.contains(case.attribute);
        at && text.contains(&case.says.to_lowercase())
    });
    if said {
        Ok(())
    } else {
        Err(format!(
            "expected `{}` and {:?} in {errors:#?}",
            case.attribute, case.says
        ))
    }
}

#[test]
fn pinned() {
    refuses_all(&Core::pinned());
}

#[test]
fn on_path() {
    match Core::on_path() {
        Some(core) => refuses_all(&core),
        None => eprintln!("NOT RUN: no second Terraform on PATH"),
    }
}
