//! `evaluate`.

use serde_json::{Value, json};

use crate::support::{Run, SOUND, Workspace};

const CALLER: &str =
    "--principal arn:aws:iam::123456789012:role/alice --principal-tag project=fraud";

fn workspace() -> Workspace {
    Workspace::new().with("cards.json", SOUND)
}

fn get(key: &str, more: &str) -> Run {
    workspace().run(&format!(
        "evaluate --identity cards.json {CALLER} --action s3:GetObject --resource arn:aws:s3:::data/{key} {more}"
    ))
}

#[test]
fn evaluate_names_the_allowing_statement() {
    let run = get("project/fraud/x", "--context aws:SecureTransport=true");
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn evaluate_names_the_denying_statement() {
    let run = get("private/x", "--context aws:SecureTransport=true");
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn evaluate_names_unmet_conditions() {
    let run = get("project/fraud/x", "");
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn json_contains_the_decision() {
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
fn evaluate_applies_every_layer() {
    let allow = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": {"Sid": "Only", "Effect": "Allow", "Action": action, "Resource": "*"}})
            .to_string()
    };
    let open = |action: &str| {
        json!({"Version": "2012-10-17", "Statement":
            {"Sid": "Only", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}})
        .to_string()
    };
    let workspace = Workspace::new()
        .with("s3.json", allow("s3:*"))
        .with("ec2.json", allow("ec2:*"))
        .with(
            "levels.json",
            format!("[{}, {}]", allow("ec2:*"), allow("s3:*")),
        )
        .with("endpoint.json", open("ec2:*"));
    let with = |more: &str| {
        workspace.run(&format!("evaluate --identity s3.json {CALLER} --action s3:GetObject --resource arn:aws:s3:::b/k {more}"))
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
            run.stdout.contains(&format!("no {layer} allows it")),
            "{flag}: {}",
            run.stdout
        );
    }
    // One policy of a level is enough.
    assert_eq!(with("--scp levels.json --session levels.json").code, 0);
    let other = workspace.run(
        "evaluate --resource-policy endpoint.json --principal anonymous --action ec2:RunInstances --resource *",
    );
    assert_eq!(other.code, 0, "{}", other.transcript());
}

#[test]
fn readings_of_variables_have_to_agree() {
    let fence = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Sid": "Others", "Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/${aws:PrincipalTag/user}/*"},
    ]});
    let role = "arn:aws:iam::123456789012:role/alice";
    let expecting = |expect: &str| {
        let request = json!({"principal": role, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/x", "expect": expect});
        json!([request]).to_string()
    };
    let workspace = Workspace::new()
        .with("fence.json", fence.to_string())
        .with("allow.json", expecting("allow"))
        .with("deny.json", expecting("deny"));
    for file in ["allow.json", "deny.json"] {
        let run = workspace.run(&format!("evaluate --identity fence.json --requests {file}"));
        assert_eq!(run.code, 1, "{}", run.transcript());
        assert!(
            run.stdout
                .starts_with("NOT CERTAIN, which is NOT AS EXPECTED\n"),
            "{}",
            run.stdout
        );
    }
    let get = format!(
        "evaluate --identity fence.json --principal {role} --action s3:GetObject --resource arn:aws:s3:::b/x"
    );
    let text = workspace.run(&get).stdout;
    for line in [
        "  DENIED, if a variable without a value matches nothing:\n",
        "  ALLOWED, if a variable without a value voids its statement:\n",
        "  ALLOWED, if a variable without a value fails its element:\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let json = workspace.run(&format!("{get} --format json")).json();
    let decided = &json[0];
    assert_eq!(
        (&decided["certain"], &decided["allowed"]),
        (&json!(false), &json!(false))
    );
    let readings = decided["readings"].as_array().unwrap();
    let allowed: Vec<&Value> = readings.iter().map(|reading| &reading["allowed"]).collect();
    assert_eq!(allowed, [false, true, true]);

    let tagged = workspace.run(&format!("{get} --principal-tag user=bob --format json"));
    let decided = &tagged.json()[0];
    assert_eq!(
        (&decided["certain"], &decided["outcome"]),
        (&json!(true), &json!("explicit deny"))
    );
    assert!(decided.get("readings").is_none());
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
fn expectations_determine_the_exit_code() {
    let workspace = workspace().with("requests.json", requests().to_string());
    let run = workspace.run("evaluate --identity cards.json --requests requests.json");
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(
        run.stdout
            .ends_with("3 requests: 1 allowed, 2 denied; of 3 expectations 0 failed\n"),
        "{}",
        run.stdout
    );

    let mut wrong = requests();
    wrong[1]["expect"] = json!("allow");
    let workspace = workspace.with("requests.json", wrong.to_string());
    let run = workspace.run("evaluate --identity cards.json --requests requests.json");
    assert_eq!(run.code, 1);
    assert!(
        run.stdout
            .contains("others: DENIED, which is NOT AS EXPECTED\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn invalid_requests_are_numbered() {
    let cases = [
        (
            json!([{"principal": "x", "action": "s3:GetObject"}]),
            "request 1 of `r.json` is invalid: `x` ",
        ),
        (
            json!({"principal": "anonymous", "action": "s3"}),
            "request 1 of `r.json` is invalid: `s3` is not a valid action",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:*"}]),
            "`s3:*` is not a valid action: write its full name",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:A", "tags": {}}]),
            "unknown field `tags`",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:A", "context": {"aws:SourceIp": null}}]),
            "`context.aws:SourceIp` is null; write a string",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:A", "context": {"k:k": [1, {}]}}]),
            "`context.k:k` is an object; write a string",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:A", "context": {"k:k": 1e30}}]),
            "`context.k:k` is a number that cannot be kept exactly; write a string",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:A", "resource_tags": {"team": []}}]),
            "`resource_tags.team` is a list; write a string",
        ),
        (
            json!([{"action": "s3:A"}]),
            "request 1 of `r.json` is invalid: `principal` is missing; add it",
        ),
        (
            json!([{"principal": "anonymous", "action": "s3:A", "expect": "allowed"}]),
            "`expect` is `\"allowed\"`; write `allow` or `deny`",
        ),
        (json!([]), "`r.json` contains no request: the list is empty"),
    ];
    for (file, message) in cases {
        let run = workspace()
            .with("r.json", file.to_string())
            .run("evaluate --identity cards.json --requests r.json");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{message}");
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
    }
}

#[test]
fn requests_accept_booleans_and_numbers() {
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{
        "Bool":{"aws:SecureTransport":true},"NumericLessThanEquals":{"s3:max-keys":10.5},
        "StringEquals":{"aws:ResourceAccount":"123456789012","aws:ResourceTag/level":"3"},
        "ForAllValues:NumericEquals":{"my:Numbers":[1,18446744073709551615]}}}}"#;
    let request = json!({
        "principal": "arn:aws:iam::123456789012:role/r", "action": "s3:ListBucket", "resource": "arn:aws:s3:::b",
        "resource_account": 123_456_789_012_u64, "resource_tags": {"level": 3},
        "context": {"aws:SecureTransport": true, "s3:max-keys": 10.25, "my:Numbers": [1, 18_446_744_073_709_551_615_u64]},
        "expect": "allow",
    });
    let run = Workspace::new()
        .with("p.json", policy)
        .with("r.json", request.to_string())
        .run("evaluate --identity p.json --requests r.json");
    assert_eq!(run.code, 0, "{}", run.transcript());
}
