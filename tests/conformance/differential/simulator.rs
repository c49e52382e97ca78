//! Node processes that decide requests with iam-simulate.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use iam_policy::evaluate::Outcome;
use serde_json::Value;

use crate::case::Case;

/// Number of processes: the cores of the smallest CI machine.
const PROCESSES: usize = 2;

/// The directory with the program and the pinned packages, downloaded unless they are there.
pub(crate) fn install() -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("differential");
    crate::npm::install(&directory);
    directory
}

/// The package's outcome of each case; an error if it rejects the case or ignores a part of the
/// request.
pub(crate) fn simulate(directory: &Path, cases: &[Case]) -> Vec<Result<Outcome, String>> {
    let share = cases.len().div_ceil(PROCESSES).max(1);
    let inputs: Vec<String> = cases.chunks(share).map(input).collect();
    let answers = thread::scope(|scope| {
        let running: Vec<_> = inputs
            .iter()
            .map(|input| scope.spawn(move || run(directory, input)))
            .collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(answers.len(), cases.len(), "the simulator ended early");
    answers
}

/// The lines of the cases for `simulate.mjs`.
pub(crate) fn input(cases: &[Case]) -> String {
    let before = [None].into_iter().chain(cases.iter().map(Some));
    cases
        .iter()
        .zip(before)
        .enumerate()
        .map(|(id, (case, before))| case.lines(id, before))
        .collect()
}

/// The outcomes of one process.
pub(crate) fn run(directory: &Path, input: &str) -> Vec<Result<Outcome, String>> {
    let mut process = Simulator::start(directory);
    let answers = process.decide(input);
    process.end();
    answers
}

/// A running process.
pub(crate) struct Simulator {
    child: Child,
    to: Option<ChildStdin>,
    from: Lines<BufReader<ChildStdout>>,
}

impl Simulator {
    pub(crate) fn start(directory: &Path) -> Self {
        let mut child = Command::new("node")
            .arg("simulate.mjs")
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node 20 is needed, and `node` does not start");
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, to, from }
    }

    /// Sends requests, as [`input`] writes them, and waits for all outcomes.
    pub(crate) fn decide(&mut self, input: &str) -> Vec<Result<Outcome, String>> {
        let count = input
            .lines()
            .filter(|line| line.starts_with(REQUEST))
            .count();
        let (to, from) = (self.to.as_mut().unwrap(), &mut self.from);
        thread::scope(|scope| {
            scope.spawn(|| to.write_all(input.as_bytes()).unwrap());
            from.take(count)
                .enumerate()
                .map(|(id, line)| answer(id, &line.unwrap()))
                .collect()
        })
    }

    pub(crate) fn end(mut self) {
        drop(self.to.take());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "the simulator failed: {status}");
    }
}

/// The beginning of a line with a request.
const REQUEST: &str = r#"{"request""#;

fn answer(id: usize, line: &str) -> Result<Outcome, String> {
    let answer: Value = serde_json::from_str(line).unwrap();
    assert_eq!(answer["id"], id, "answers out of order");
    if let Some(error) = answer["error"].as_str() {
        return Err(error.to_owned());
    }
    let ignored = answer["ignored"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !ignored.is_empty() {
        return Err(format!(
            "context keys that the action does not have: {ignored:?}"
        ));
    }
    match answer["result"].as_str() {
        Some("Allowed") => Ok(Outcome::Allowed),
        Some("ExplicitlyDenied") => Ok(Outcome::ExplicitDeny),
        Some("ImplicitlyDenied") => Ok(Outcome::ImplicitDeny),
        _ => Err(format!("no result in {line}")),
    }
}
