//! `prove` and `diff`.

use serde_json::json;

use crate::support::{Run, SOUND, Workspace};

const CALLER: &str = "--principal arn:aws:iam::123456789012:role/alice";

fn workspace() -> Workspace {
    let wide = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "SageMaker", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*sagemaker*"},
    ]});
    Workspace::new()
        .with("cards.json", SOUND)
        .with("wide.json", wide.to_string())
}

fn prove(more: &str) -> Run {
    workspace().run(&format!("prove --identity wide.json {CALLER} {more}"))
}

#[test]
fn prove_names_an_allowed_request() {
    let run = prove("--action s3:* --resource arn:aws:s3:::data/group/*");
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn prove_says_what_is_proved() {
    let run = prove(
        "--action s3:* --resource arn:aws:s3:::data/* --not-resource arn:aws:s3:::*sagemaker*",
    );
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "PROVED: no such request is allowed\n")
    );
    let run = prove("--action s3:Put* --format json");
    assert_eq!(run.json(), json!({"answer": "proved"}));
}

#[test]
fn prove_reads_conditions() {
    let ask = |when: &str| prove(&format!("--action s3:* --when {when}"));
    assert_eq!(ask(r#"{"Null":{"aws:SourceVpce":"true"}}"#).code, 1);
    let run = ask(r#"{"Nil":{}}"#);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("`--when` is not the Condition block"),
        "{}",
        run.stderr
    );
}

#[test]
fn diff_lists_what_changes() {
    let diff = |before: &str, after: &str| {
        workspace().run(&format!("diff --before {before} --after {after} {CALLER}"))
    };
    let run = diff("wide.json", "wide.json");
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "allows the same requests\n")
    );
    let run = workspace().run(&format!(
        "diff --before cards.json --after cards.json --after wide.json {CALLER} --format json"
    ));
    assert_eq!(run.code, 1);
    let changes = run.json();
    assert_eq!(changes["gained"][0]["resource"], "arn:aws:s3:::*sagemaker*");
    assert_eq!(changes["lost"], json!([]));
}
