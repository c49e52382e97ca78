//! The process is killed, or a call fails, at any point: the next apply has the result of an
//! uninterrupted one.
//!
//! Tests that go through the writing calls run with the pinned Terraform only: they test the provider,
//! and each takes dozens of applies. A run tries a third of the calls, another third each time, and
//! `make test-sweeps` all.

use std::collections::HashSet;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{PEOPLE, TEAM, TestEnv, e2e_test, without_timestamps};

/// [`TEAM`] with a budget, its resources created one after the other in the same order by every apply,
/// so that the nth writing call is the same one.
fn team_in_order() -> String {
    let budget =
        "  budget {\n    monthly_usd = 5000\n    notify_emails = [\"alice@example.com\"]\n  }\n}\n";
    let text = TEAM.replacen("}\n", budget, 1);
    [
        ("\"mlspace_dataset\" \"cards\"", "mlspace_membership.alice"),
        ("\"mlspace_notebook\" \"alice\"", "mlspace_dataset.cards"),
    ]
    .into_iter()
    .fold(text, |text, (resource, before)| {
        let head = format!("resource {resource} {{\n");
        assert!(text.contains(&head), "{head}");
        text.replace(&head, &format!("{head}  depends_on = [{before}]\n"))
    })
}

/// The account after an uninterrupted apply, and the writing calls of that apply.
fn uninterrupted(env: &TestEnv, text: &str) -> (Value, Vec<String>) {
    env.aws.set_transition_polls(0);
    env.aws.clear_log();
    env.configure(text);
    env.apply().assert_ok();
    let writes = env.aws.writes();
    let account = comparable(env);
    env.destroy_and_verify();
    (account, writes)
}

/// The calls that this run tries, with their positions. The environment variable `SWEEP` says which:
/// `all`, or the remainder of the position divided by three. Without it, one of three by chance.
pub(crate) fn sample(calls: &[String]) -> Vec<(usize, &String)> {
    const PARTS: usize = 3;
    let part = match std::env::var("SWEEP").as_deref() {
        Ok("all") => None,
        Ok(part) => Some(part.parse().expect("SWEEP is `all` or 0, 1 or 2")),
        Err(_) => Some(std::process::id() as usize % PARTS),
    };
    eprintln!("part of the sweep: {part:?}");
    let of_part = |(n, _): &(usize, &String)| part.is_none_or(|part| n % PARTS == part);
    let chosen = calls.iter().enumerate().filter(of_part).collect::<Vec<_>>();
    assert!(!chosen.is_empty(), "no call of part {part:?}");
    chosen
}

/// The account, without what differs between two runs.
fn comparable(env: &TestEnv) -> Value {
    without_timestamps(env.aws.account_state())
}

/// Applies until Terraform succeeds, and returns what had to be imported for that. An object that was
/// finished when the state was lost cannot be distinguished from someone else's. The error then shows
/// the import block, and this imports the object, as an operator would.
fn recover_by_import(env: &TestEnv, context: &str) -> Vec<&'static str> {
    const IDS: [(&str, &str); 4] = [
        ("mlspace_project.fraud", "fraud"),
        ("mlspace_membership.alice", "fraud/alice"),
        ("mlspace_dataset.cards", "project/fraud/cards-2026"),
        ("mlspace_notebook.alice", "alice-fraud"),
    ];
    let mut imported = Vec::new();
    for _ in 0..=IDS.len() {
        let outcome = env.apply();
        if outcome.code == Some(0) {
            env.plan().assert_empty();
            return imported;
        }
        let errors = outcome.errors();
        let before = imported.len();
        for error in &errors {
            let named = IDS.iter().find(|(address, _)| *address == error.address);
            if let Some((address, id)) = named
                && error.detail.contains("import {")
            {
                let done = env.work.import(address, id);
                assert_eq!(done.code, Some(0), "{context}: {}", done.stderr);
                imported.push(*address);
            }
        }
        assert!(imported.len() > before, "{context}: {errors:#?}");
    }
    panic!("{context}: still failing after importing everything");
}

/// The next apply makes up for what was interrupted, without an import.
fn recover(env: &TestEnv, context: &str) {
    assert_eq!(recover_by_import(env, context), [""; 0], "{context}");
}

/// Checks what was imported after kills at each writing call: an object once at most, which is after
/// the last call of its create.
fn assert_imported_once(imported: &[&str]) {
    let once = imported.iter().collect::<HashSet<_>>();
    assert_eq!(once.len(), imported.len(), "{imported:?}");
}

/// Lets each writing call fail in turn: with `error` before it took effect, with `error_after`
/// after.
fn fail_each_write(mode: &str) {
    let env = TestEnv::pinned();
    let (goal, writes) = uninterrupted(&env, &team_in_order());
    for (n, call) in sample(&writes) {
        let context = format!("{mode} at write {n} ({call})");
        eprintln!("{context}");
        env.aws.fault(&json!({
            "mode": mode, "writes_only": true, "skip": n,
            "code": "AccessDeniedException", "message": "denied by the test",
        }));
        let outcome = env.apply();
        // A create that made its last call finds out, and is done. A notebook that exists is not
        // tainted by what comes after: that is a warning, and the next apply makes up for it.
        assert!(
            outcome.code != Some(0) || mode == "error_after" || !outcome.warnings().is_empty(),
            "{context}: the error was not reported"
        );
        assert_eq!(env.aws.clear_faults(), [1], "{context}");
        recover(&env, &context);
        assert_eq!(comparable(&env), goal, "{context}");
        env.destroy_and_verify();
    }
}

/// Each call that creates the four resources fails, one per apply, without effect.
#[test]
fn apply_recovers_from_failed_write() {
    fail_each_write("error");
}

/// The same, where the call took effect although the response is an error.
#[test]
fn apply_recovers_from_failed_write_with_effect() {
    fail_each_write("error_after");
}

/// Each reply to a writing call is lost in turn; the retry of the SDK must not create anything
/// twice.
#[test]
fn apply_recovers_from_lost_reply() {
    let env = TestEnv::pinned();
    let (goal, writes) = uninterrupted(&env, &team_in_order());
    for (n, call) in sample(&writes) {
        let context = format!("lost reply to write {n} ({call})");
        eprintln!("{context}");
        env.aws
            .fault(&json!({"mode": "lost", "writes_only": true, "skip": n}));
        let outcome = env.apply();
        assert_eq!(env.aws.clear_faults(), [1], "{context}");
        if outcome.code != Some(0) {
            recover(&env, &context);
        }
        env.plan().assert_empty();
        assert_eq!(comparable(&env), goal, "{context}");
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Ctrl-C while a notebook starts: Terraform ends soon, and the notebook is in the state.
    fn interrupt_while_notebook_starts(env) {
        env.aws.set_transition_polls(u32::MAX);
        env.configure(TEAM);
        let mut child = env.work.start(&["apply", "-auto-approve", "-no-color"]);
        let waiting = "sagemaker:DescribeNotebookInstance".to_owned();
        let created = "sagemaker:CreateNotebookInstance".to_owned();
        until("the provider waits for the notebook", || {
            let calls = env.aws.calls();
            let position = calls.iter().position(|call| *call == created);
            position.is_some_and(|position| calls[position..].contains(&waiting))
        });
        signal("-INT", &child);
        until("Terraform has ended", || child.try_wait().expect("a child").is_some());
        let state = env.work.state("mlspace_notebook.alice").expect("a partial state");
        assert_eq!(state["name"], "alice-fraud");
        env.aws.set_transition_polls(1);
        env.apply().assert_ok();
        assert_eq!(env.aws.count("sagemaker:CreateNotebookInstance"), 1, "it is kept");
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}

/// Polls until a condition is true, or fails after two minutes.
#[track_caller]
pub(crate) fn until(condition: &str, mut is_true: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_true() {
        assert!(
            Instant::now() < deadline,
            "gave up waiting until {condition}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal to Terraform and its providers, as a terminal does.
fn signal(name: &str, child: &Child) {
    let group = format!("-{}", child.id());
    let sent = Command::new("kill").args([name, "--", &group]).status();
    assert!(
        sent.is_ok_and(|status| status.success()),
        "kill {name} {group}"
    );
}

/// One resource at a time. Terraform overwrites its state file in place: killed while it writes the
/// state of another resource, it would lose the whole file, which is not the provider's fault.
pub(crate) const ONE: &str = "-parallelism=1";

/// Runs Terraform until the `n`th writing call arrives, then kills it and the provider.
pub(crate) fn kill_at(env: &TestEnv, arguments: &[&str], mode: &str, n: usize) {
    env.aws
        .fault(&json!({"mode": mode, "writes_only": true, "skip": n}));
    let mut child = env.work.start(arguments);
    until(&format!("write {n} arrives"), || {
        let ended = child.try_wait().expect("a child").is_some();
        assert!(!ended, "Terraform ended before write {n}");
        env.aws.fault_counts() == [1]
    });
    signal("-KILL", &child);
    child.wait().expect("a child");
    env.aws.clear_faults();
}

fn kill_at_each_write(env: &TestEnv, mode: &str) {
    let (goal, writes) = uninterrupted(env, &team_in_order());
    let mut imported = Vec::new();
    for (n, call) in sample(&writes) {
        let context = format!("killed ({mode}) at write {n} ({call})");
        eprintln!("{context}");
        kill_at(env, &["apply", "-auto-approve", ONE], mode, n);
        if mode == "hold" {
            recover(env, &context);
        } else {
            imported.extend(recover_by_import(env, &context));
        }
        assert_eq!(comparable(env), goal, "{context}");
        env.destroy_and_verify();
    }
    assert_imported_once(&imported);
}

/// Before each writing call takes effect.
#[test]
fn apply_recovers_from_kill_before_write() {
    kill_at_each_write(&TestEnv::pinned(), "hold");
}

/// After each writing call took effect.
#[test]
fn apply_recovers_from_kill_after_write() {
    kill_at_each_write(&TestEnv::pinned(), "hold_after");
}

/// With policies that all memberships share: after each write that creates or deletes them.
#[test]
fn attribute_model_recovers_from_kill() {
    let env = TestEnv::pinned();
    env.provider("policy_model = \"attribute\"");
    let (goal, writes) = uninterrupted(&env, PEOPLE);
    env.apply().assert_ok();
    env.aws.clear_log();
    env.destroy_and_verify();
    let deletes = env.aws.writes();
    let mut imported = Vec::new();
    for (n, call) in sample(&writes) {
        let context = format!("killed after write {n} ({call})");
        eprintln!("{context}");
        kill_at(&env, &["apply", "-auto-approve", ONE], "hold_after", n);
        imported.extend(recover_by_import(&env, &context));
        assert_eq!(comparable(&env), goal, "{context}");
        env.destroy_and_verify();
    }
    for (n, call) in sample(&deletes) {
        eprintln!("killed after write {n} of the destroy ({call})");
        env.apply().assert_ok();
        kill_at(&env, &["destroy", "-auto-approve", ONE], "hold_after", n);
        env.destroy_and_verify();
    }
    assert_imported_once(&imported);
}

/// The next destroy finishes the work.
#[test]
fn destroy_recovers_from_kill() {
    let env = TestEnv::pinned();
    env.aws.set_transition_polls(0);
    env.configure(&team_in_order());
    env.apply().assert_ok();
    env.aws.clear_log();
    env.destroy_and_verify();
    let writes = env.aws.writes();
    for mode in ["hold", "hold_after"] {
        for (n, call) in sample(&writes) {
            eprintln!("killed ({mode}) at write {n} of the destroy ({call})");
            env.apply().assert_ok();
            kill_at(&env, &["destroy", "-auto-approve", ONE], mode, n);
            env.destroy_and_verify();
        }
    }
}
