//! `evaluate`.

use serde_json::{Value, json};

use crate::support::{Desk, Run, SOUND};

const WHO: &str = "--principal arn:aws:iam::123456789012:role/alice --principal-tag project=fraud";

fn desk() -> Desk {
    Desk::new().with("cards.json", SOUND)
}

fn get(key: &str, more: &str) -> Run {
    desk().run(&format!(
        "evaluate --identity cards.json {WHO} --action s3:GetObject --resource arn:aws:s3:::data/{key} {more}"
    ))
}

#[test]
fn an_allowed_request_names_the_statement() {
    let run = get("project/fraud/x", "--context aws:SecureTransport=true");
    insta::assert_snapshot!(run.seen());
}

#[test]
fn a_denied_request_names_the_statement() {
    let run = get("private/x", "--context aws:SecureTransport=true");
    insta::assert_snapshot!(run.seen());
}

#[test]
fn what_is_missing_is_said_in_words() {
    let run = get("project/fraud/x", "");
    insta::assert_snapshot!(run.seen());
}

#[test]
fn json_holds_the_same() {
    let of = |key, more: &str| get(key, &format!("{more} --format json")).json()[0].clone();
    let allowed = of("project/fraud/x", "--context aws:SecureTransport=true");
    assert_eq!(allowed["outcome"], "allowed");
    assert_eq!(allowed["deciding"][0]["sid"], "ReadCards");
    assert_eq!(allowed["deciding"][0]["statement"]["Effect"], "Allow");
    let missing = of("project/fraud/x", "");
    assert_eq!(missing["outcome"], "implicit deny");
    let unmet = &missing["missing"][0]["near"][0]["unmet"][0];
    assert_eq!(unmet["key"], "aws:SecureTransport");
    assert_eq!(unmet["found"], json!([]));
    assert_eq!(of("private/x", "")["deciding"][0]["sid"], "DenyOthers");
}

#[test]
fn every_layer_has_its_say() {
    let allow = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": {"Sid": "Only", "Effect": "Allow", "Action": action, "Resource": "*"}})
            .to_string()
    };
    let open = |action: &str| {
        json!({"Version": "2012-10-17", "Statement":
            {"Sid": "Only", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}})
        .to_string()
    };
    let desk = Desk::new()
        .with("s3.json", allow("s3:*"))
        .with("ec2.json", allow("ec2:*"))
        .with(
            "levels.json",
            format!("[{}, {}]", allow("ec2:*"), allow("s3:*")),
        )
        .with("endpoint.json", open("ec2:*"));
    let with = |more: &str| {
        desk.run(&format!("evaluate --identity s3.json {WHO} --action s3:GetObject --resource arn:aws:s3:::b/k {more}"))
    };
    assert_eq!(with("").code, 0);
    for (flag, layer) in [
        ("--boundary ec2.json", "permissions boundary"),
        ("--session ec2.json", "session policy"),
        ("--scp ec2.json", "service control policy"),
        ("--scp s3.json --scp ec2.json", "service control policy"),
        ("--rcp ec2.json", "resource control policy"),
        ("--endpoint endpoint.json", "endpoint policy"),
    ] {
        let run = with(flag);
        assert_eq!(run.code, 1, "{flag}");
        assert!(
            run.out.contains(&format!("no {layer} allows it")),
            "{flag}: {}",
            run.out
        );
    }
    // One policy of a level is enough.
    assert_eq!(with("--scp levels.json --session levels.json").code, 0);
    let other = desk.run(
        "evaluate --resource-policy endpoint.json --principal anonymous --action ec2:RunInstances --resource *",
    );
    assert_eq!(other.code, 0, "{}", other.seen());
}

fn requests() -> Value {
    let role = "arn:aws:iam::123456789012:role/alice";
    let get = |name: &str, key: &str, expect: &str| {
        json!({
            "name": name, "principal": role, "action": "s3:GetObject", "resource": format!("arn:aws:s3:::data/{key}"),
            "principal_tags": {"project": "fraud"}, "context": {"aws:SecureTransport": "true"}, "expect": expect,
        })
    };
    json!([
        get("own", "project/fraud/a", "allow"),
        get("others", "project/churn/a", "deny"),
        get("elsewhere", "x", "deny"),
    ])
}

#[test]
fn a_file_of_expectations_is_a_test() {
    let desk = desk().with("requests.json", requests().to_string());
    let run = desk.run("evaluate --identity cards.json --requests requests.json");
    assert_eq!(run.code, 0, "{}", run.seen());
    assert!(
        run.out
            .ends_with("3 requests: 1 allowed, 2 denied; of 3 expectations 0 failed\n"),
        "{}",
        run.out
    );

    let mut wrong = requests();
    wrong[1]["expect"] = json!("allow");
    let desk = desk.with("requests.json", wrong.to_string());
    let run = desk.run("evaluate --identity cards.json --requests requests.json");
    assert_eq!(run.code, 1);
    assert!(
        run.out
            .contains("others: DENIED, which is NOT AS EXPECTED\n"),
        "{}",
        run.out
    );
}

#[test]
fn a_wrong_request_is_named() {
    let cases = [
        (
            json!([{"principal": "x", "action": "s3:GetObject"}]),
            "request 1 of `r.json` is wrong: `x` is not the ARN",
        ),
        (
            json!({"principal": "anonymous", "action": "s3"}),
            "request 1 of `r.json` is wrong: `s3` is no action",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:*"}]),
            "`s3:*` is no action; write one in full",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:A", "tags": {}}]),
            "unknown field `tags`",
        ),
        (json!([]), "`r.json` holds no request; the list is empty"),
    ];
    for (file, message) in cases {
        let run = desk()
            .with("r.json", file.to_string())
            .run("evaluate --identity cards.json --requests r.json");
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{message}");
        assert!(run.err.contains(message), "{message}: {}", run.err);
    }
}
