//! The process dies, or a call fails, at any point: the next apply ends in the same place.
//!
//! The sweeps over every writing call run under the pinned core alone: the provider is on trial, and
//! each is dozens of applies.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Core, PEOPLE, Stage, TEAM, scenario};

/// Where a run that nothing disturbs arrives, and how many writing calls it takes.
fn undisturbed(stage: &Stage, text: &str) -> (Value, Vec<String>) {
    stage.aws.pace(0);
    stage.aws.clear_log();
    stage.configure(text);
    stage.apply().assert_ok();
    let writes = stage.aws.writes();
    let world = comparable(stage);
    stage.strike();
    (world, writes)
}

/// The account without times and version numbers.
fn comparable(stage: &Stage) -> Value {
    let mut world = stage.aws.world();
    for policy in world["policies"]
        .as_object_mut()
        .expect("policies")
        .values_mut()
    {
        policy["versions"] = Value::Null;
    }
    for table in world["tables"]
        .as_object_mut()
        .expect("tables")
        .values_mut()
    {
        for item in table.as_array_mut().expect("items") {
            let item = item.as_object_mut().expect("an item");
            for time in ["createdAt", "lastUpdatedAt", "terminationTime"] {
                item.remove(time);
            }
        }
    }
    world
}

/// Applies until Terraform succeeds. What was finished when the state was lost can't be told from
/// someone else's; the error then names the import command, and this follows it, as an operator would.
fn recover(stage: &Stage, context: &str) {
    const IDS: [(&str, &str); 4] = [
        ("mlspace_project.fraud", "fraud"),
        ("mlspace_membership.alice", "fraud/alice"),
        ("mlspace_dataset.cards", "project/fraud/cards-2026"),
        ("mlspace_notebook.alice", "alice-fraud"),
    ];
    for _ in 0..=IDS.len() {
        let outcome = stage.apply();
        if outcome.code == Some(0) {
            stage.plan().assert_empty();
            return;
        }
        let errors = outcome.errors();
        let mut followed = false;
        for error in &errors {
            let named = IDS.iter().find(|(address, _)| *address == error.address);
            if let Some((address, id)) = named
                && error.detail.contains("import")
            {
                let done = stage.work.import(address, id);
                assert_eq!(done.code, Some(0), "{context}: {}", done.stderr);
                followed = true;
            }
        }
        assert!(followed, "{context}: {errors:#?}");
    }
    panic!("{context}: still failing after importing everything");
}

/// Each writing call is refused in turn: `error` before it took effect, `error_after` thereafter.
fn any_write_fails(mode: &str) {
    let stage = Stage::new(&Core::pinned());
    let (goal, writes) = undisturbed(&stage, TEAM);
    for (n, call) in writes.iter().enumerate() {
        let context = format!("{mode} at write {n} ({call})");
        eprintln!("{context}");
        stage.aws.fault(&json!({
            "mode": mode, "writes_only": true, "skip": n,
            "code": "AccessDeniedException", "message": "refused by the test",
        }));
        let outcome = stage.apply();
        assert_ne!(outcome.code, Some(0), "{context}: the error was swallowed");
        assert_eq!(stage.aws.clear_faults(), [1], "{context}");
        recover(&stage, &context);
        assert_eq!(comparable(&stage), goal, "{context}");
        stage.strike();
    }
}

/// The calls that make the four resources, refused one by one without having taken effect.
#[test]
fn any_write_is_refused() {
    any_write_fails("error");
}

/// The same, where the call took effect although the answer is an error.
#[test]
fn any_write_fails_after_its_effect() {
    any_write_fails("error_after");
}

/// Each reply to a writing call is lost in turn; the SDK's retry must not make two of anything.
#[test]
fn any_reply_is_lost() {
    let stage = Stage::new(&Core::pinned());
    let (goal, writes) = undisturbed(&stage, TEAM);
    for (n, call) in writes.iter().enumerate() {
        let context = format!("lost reply to write {n} ({call})");
        eprintln!("{context}");
        stage
            .aws
            .fault(&json!({"mode": "lost", "writes_only": true, "skip": n}));
        let outcome = stage.apply();
        assert_eq!(stage.aws.clear_faults(), [1], "{context}");
        if outcome.code != Some(0) {
            recover(&stage, &context);
        }
        stage.plan().assert_empty();
        assert_eq!(comparable(&stage), goal, "{context}");
        stage.strike();
    }
}

scenario! {
    /// Ctrl-C while a notebook starts: Terraform ends soon, and knows the notebook.
    fn interrupted_while_waiting(stage) {
        stage.aws.pace(u32::MAX);
        stage.configure(TEAM);
        let mut child = stage.work.start(&["apply", "-auto-approve", "-no-color"]);
        let waiting = "sagemaker:DescribeNotebookInstance".to_owned();
        let created = "sagemaker:CreateNotebookInstance".to_owned();
        until("the notebook is waited for", || {
            let calls = stage.aws.calls();
            let made = calls.iter().position(|call| *call == created);
            made.is_some_and(|made| calls[made..].contains(&waiting))
        });
        signal("-INT", &child);
        until("Terraform has ended", || child.try_wait().expect("a child").is_some());
        let state = stage.work.state("mlspace_notebook.alice").expect("a partial state");
        assert_eq!(state["name"], "alice-fraud");
        stage.aws.pace(1);
        stage.apply().assert_ok();
        stage.plan().assert_empty();
        stage.strike();
    }
}

/// Looks again and again until something holds, or fails after two minutes.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !holds() {
        assert!(Instant::now() < deadline, "gave up waiting until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal to Terraform and the providers that it started, as a terminal does.
fn signal(name: &str, child: &Child) {
    let group = format!("-{}", child.id());
    let sent = Command::new("kill").args([name, "--", &group]).status();
    assert!(
        sent.is_ok_and(|status| status.success()),
        "kill {name} {group}"
    );
}

/// One resource at a time, so that Terraform isn't killed while it writes its state about another:
/// it writes in place, and half a state file reads as none. That loss is Terraform's own.
pub(crate) const ONE: &str = "-parallelism=1";

/// Runs Terraform until the `n`th writing call arrives, and kills it and the provider there.
pub(crate) fn kill_at(stage: &Stage, arguments: &[&str], mode: &str, n: usize) {
    stage
        .aws
        .fault(&json!({"mode": mode, "writes_only": true, "skip": n}));
    let mut child = stage.work.start(arguments);
    until(&format!("write {n} comes"), || {
        let ended = child.try_wait().expect("a child").is_some();
        assert!(!ended, "Terraform ended before write {n}");
        stage.aws.struck() == [1]
    });
    signal("-KILL", &child);
    child.wait().expect("a child");
    stage.aws.clear_faults();
}

fn killed_anywhere(stage: &Stage, mode: &str) {
    let (goal, writes) = undisturbed(stage, TEAM);
    for (n, call) in writes.iter().enumerate() {
        let context = format!("killed ({mode}) at write {n} ({call})");
        eprintln!("{context}");
        kill_at(stage, &["apply", "-auto-approve", ONE], mode, n);
        recover(stage, &context);
        assert_eq!(comparable(stage), goal, "{context}");
        stage.strike();
    }
}

/// Before each writing call takes effect.
#[test]
fn killed_before_any_write() {
    killed_anywhere(&Stage::new(&Core::pinned()), "hold");
}

/// After each writing call took effect.
#[test]
fn killed_after_any_write() {
    killed_anywhere(&Stage::new(&Core::pinned()), "hold_after");
}

/// With policies that all memberships share, after each write that makes them and each that takes
/// them down.
#[test]
fn killed_by_attribute() {
    let stage = Stage::new(&Core::pinned());
    stage.provider("policy_model = \"attribute\"");
    let (goal, writes) = undisturbed(&stage, PEOPLE);
    stage.apply().assert_ok();
    stage.aws.clear_log();
    stage.strike();
    let back = stage.aws.writes();
    for n in 0..writes.len().max(back.len()) {
        eprintln!(
            "killed after writes {n}: {:?}, {:?}",
            writes.get(n),
            back.get(n)
        );
        if n < writes.len() {
            kill_at(&stage, &["apply", "-auto-approve", ONE], "hold_after", n);
        }
        recover(&stage, &format!("write {n}"));
        assert_eq!(comparable(&stage), goal, "write {n}");
        if n < back.len() {
            kill_at(&stage, &["destroy", "-auto-approve", ONE], "hold_after", n);
        }
        stage.strike();
    }
}

/// While destroying: the next destroy finishes the work.
#[test]
fn killed_while_destroying() {
    let stage = Stage::new(&Core::pinned());
    stage.aws.pace(0);
    stage.configure(TEAM);
    stage.apply().assert_ok();
    stage.aws.clear_log();
    stage.strike();
    let writes = stage.aws.writes();
    for mode in ["hold", "hold_after"] {
        for (n, call) in writes.iter().enumerate() {
            eprintln!("killed ({mode}) at write {n} of the destroy ({call})");
            stage.apply().assert_ok();
            kill_at(&stage, &["destroy", "-auto-approve", ONE], mode, n);
            stage.strike();
        }
    }
}
