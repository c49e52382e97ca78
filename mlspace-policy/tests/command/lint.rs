//! `lint`.

use serde_json::json;

use crate::support::{FAULTY, SOUND, Workspace};

#[test]
fn lint_shows_location_reason_and_remedy() {
    let workspace = Workspace::new()
        .with("guardrail.json", FAULTY)
        .with("cards.json", SOUND);
    insta::assert_snapshot!(
        workspace
            .run("lint guardrail.json cards.json --kind scp")
            .transcript()
    );
}

#[test]
fn lint_passes_a_sound_policy() {
    let run = Workspace::new()
        .with("cards.json", SOUND)
        .run("lint cards.json");
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, ""),
        "{}",
        run.transcript()
    );
    assert!(
        run.stdout.ends_with("1 policy, 0 errors, 0 warnings\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn json_contains_the_findings() {
    let run = Workspace::new().run_with("lint - --kind scp --format json", FAULTY);
    assert_eq!(run.code, 1);
    let found = run.json();
    assert_eq!(found[0]["policy"], "standard input");
    assert_eq!(found[0]["kind"], "scp");
    assert_eq!(found[0]["limit"], 5_120);
    let finding = &found[0]["findings"][0];
    assert_eq!(finding["rule"], "L02");
    assert_eq!(finding["slug"], "conjoined-requirements");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["sid"], "NeedNetwork");
    assert_eq!(finding["statement"], 0);
    assert_eq!(finding["pointer"], "/Statement/0/Condition");
    assert!(finding["why"].is_string() && finding["remedy"].is_string());
}

#[test]
fn skip_disables_rules() {
    let workspace = Workspace::new().with("guardrail.json", FAULTY);
    assert_eq!(
        workspace
            .run("lint guardrail.json --kind scp --skip L02")
            .code,
        0
    );
    let by_slug = "lint guardrail.json --kind scp --skip conjoined-requirements";
    assert_eq!(workspace.run(by_slug).code, 0);
    let run = workspace.run("lint guardrail.json --skip L99");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("`L99` is not a lint rule"),
        "{}",
        run.stderr
    );
}

#[test]
fn lint_checks_each_policy_of_a_list() {
    let list = format!("[{SOUND}, {}]", json!(FAULTY));
    let run = Workspace::new()
        .with("all.json", list)
        .run("lint all.json --format json");
    let found = run.json();
    assert_eq!(found[0]["policy"], "all.json[0]");
    assert_eq!(found[0]["findings"], json!([]));
    assert_eq!(found[1]["policy"], "all.json[1]");
    assert_eq!(found[1]["findings"][0]["rule"], "L02");
}

#[test]
fn together_combines_policies() {
    // The condition of an Allow has no effect when another policy allows the same without it.
    let limited = r#"{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Allow","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}}"#;
    let open = r#"{"Version":"2012-10-17","Statement":{"Sid":"B","Effect":"Allow","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/*"}}"#;
    let workspace = Workspace::new()
        .with("limited.json", limited)
        .with("open.json", open);
    assert_eq!(workspace.run("lint limited.json open.json").code, 0);
    let run = workspace.run("lint --together limited.json open.json --format json");
    assert_eq!(run.code, 1);
    assert_eq!(run.json()[0]["findings"][0]["rule"], "L01");
}

#[test]
fn lint_reports_what_aws_refuses() {
    let principal = r#"{"Version":"2012-10-17","Statement":{"Sid":"a b","Effect":"Allow","Principal":"*","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/*"}}"#;
    let run = Workspace::new()
        .with("p.json", principal)
        .run("lint p.json --kind managed");
    assert_eq!(run.code, 1);
    assert!(
        run.stdout
            .contains("error: AWS would refuse it: statement `a b` has a `Principal`"),
        "{}",
        run.stdout
    );
}

#[test]
fn lint_reads_terraform_plans() {
    let resource = |address: &str, values: serde_json::Value| {
        let kind = address.rsplit('.').nth(1).unwrap();
        json!({"address": address, "type": kind, "values": values})
    };
    let trust = r#"{"Version":"2012-10-17","Statement":{"Sid":"T","Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},
        "Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}}"#;
    let plan = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {
            "resources": [
                resource("aws_organizations_policy.guard", json!({"content": FAULTY, "type": "SERVICE_CONTROL_POLICY"})),
                resource("aws_organizations_policy.tags", json!({"content": "{\"tags\":{}}", "type": "TAG_POLICY"})),
                resource("aws_iam_role.member", json!({
                    "assume_role_policy": trust, "name": "member",
                    "inline_policy": [{"name": "own", "policy": SOUND}],
                })),
                resource("aws_s3_bucket.none", json!({"policy": "", "bucket": "b"})),
            ],
            "child_modules": [{"resources": [resource("module.a.aws_sns_topic.alarm", json!({"policy": SOUND}))]}],
        }},
        "resource_changes": [
            {"address": "aws_iam_policy.later", "type": "aws_iam_policy", "change": {"after_unknown": {"policy": true, "arn": true}}},
            {"address": "aws_iam_role.member", "type": "aws_iam_role", "change": {"after_unknown": {"inline_policy": [{}], "arn": true}}},
        ],
    });
    let workspace = Workspace::new().with("plan.json", plan.to_string());
    insta::assert_snapshot!(workspace.run("lint plan.json").transcript());
}

/// A plan with one resource for each type, attribute and value.
fn plan(resources: &[(&str, &str, serde_json::Value)]) -> String {
    let resources: Vec<_> = resources
        .iter()
        .map(|(kind, attribute, value)| {
            json!({"address": format!("{kind}.a"), "type": kind, "values": {*attribute: value}})
        })
        .collect();
    json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
    })
    .to_string()
}

#[test]
fn lint_accepts_a_plan_without_policies() {
    let empty = plan(&[]);
    for command in ["lint plan.json", "explain plan.json", "size plan.json"] {
        let run = Workspace::new()
            .with("plan.json", empty.as_str())
            .run(command);
        assert_eq!(run.code, 0, "{}", run.transcript());
        assert!(
            run.stderr
                .starts_with("note: `plan.json` contains no policy"),
            "{}",
            run.stderr
        );
    }
    // A decision needs one.
    let run = Workspace::new()
        .with("plan.json", empty)
        .run("evaluate --identity plan.json --principal anonymous --action s3:GetObject");
    assert_eq!(run.code, 2, "{}", run.transcript());
}

#[test]
fn lint_leaves_out_what_only_resembles_a_policy() {
    let cedar = json!({"Statement": "permit(principal, action, resource);"});
    let plan = plan(&[
        ("aws_iam_policy", "policy", json!(SOUND)),
        (
            "aws_ssm_parameter",
            "value",
            json!(r#"{"statement":"monthly","currency":"EUR"}"#),
        ),
        ("aws_s3_object", "content", json!(cedar.to_string())),
    ]);
    let run = Workspace::new()
        .with("plan.json", plan)
        .run("lint plan.json");
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(
        run.stdout
            .contains("aws_iam_policy.a.policy: as a managed policy")
    );
    for label in ["aws_ssm_parameter.a.value", "aws_s3_object.a.content"] {
        let note = format!("note: `{label}` has a member `Statement`, but is not a policy");
        assert!(run.stderr.contains(&note), "{}", run.stderr);
    }
}

#[test]
fn lint_goes_on_after_an_invalid_policy() {
    let repeated = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"A","Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"},
        {"Sid":"A","Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}"#;
    let passes = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}}"#;
    let plan = plan(&[
        ("aws_sqs_queue", "policy", json!(repeated)),
        ("aws_iam_role_policy", "policy", json!(passes)),
        ("aws_iam_policy", "policy", json!("{")),
    ]);
    let list = format!("[{SOUND}, {}, {}]", json!(repeated), json!(passes));
    let workspace = Workspace::new()
        .with("plan.json", plan)
        .with("list.json", list)
        .with("sound.json", SOUND)
        .with("cut.json", &SOUND[..20])
        .with("pass.json", passes);
    for (command, invalid) in [
        ("lint plan.json", 2),
        ("lint list.json", 1),
        ("lint cut.json sound.json pass.json", 1),
    ] {
        let run = workspace.run(command);
        assert_eq!(run.code, 1, "{}", run.transcript());
        let found = run.stdout.matches(": not a valid policy\n").count();
        assert_eq!(found, invalid, "{}", run.stdout);
        let refused = run
            .stdout
            .matches("error: AWS would refuse it: line ")
            .count();
        assert_eq!(refused, invalid, "{}", run.stdout);
        assert!(
            run.stdout.contains("L15 privilege-escalation"),
            "{}",
            run.stdout
        );
    }
    let found = workspace.run("lint list.json --format json").json();
    let broken = found.as_array().unwrap().last().unwrap();
    assert_eq!(broken["policy"], "list.json[1]");
    assert!(broken["refused"][0].as_str().unwrap().contains("unique"));
    // Decisions and packing need all policies.
    assert_eq!(workspace.run("pack list.json --kind managed").code, 2);
    let run = workspace.run("explain list.json");
    assert_eq!(run.code, 1, "{}", run.transcript());
    assert!(
        run.stderr
            .contains("`list.json[1]` is not a valid policy and is left out")
    );
    // Alone, it is invalid input.
    assert_eq!(workspace.run("lint cut.json").code, 2);
}

#[test]
fn lint_names_the_object_form_of_a_principal() {
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"PRINCIPAL","Action":"s3:GetObject","Resource":"*"}}"#;
    for (principal, remedy) in [
        (
            "arn:aws:iam::123456789012:root",
            r#"write `{"AWS": "arn:aws:iam::123456789012:root"}`"#,
        ),
        ("123456789012", r#"write `{"AWS": "123456789012"}`"#),
        (
            "s3.amazonaws.com",
            r#"write `{"Service": "s3.amazonaws.com"}`"#,
        ),
        ("alice", r#"write an object such as `{"AWS": "#),
    ] {
        let run = Workspace::new().run_with("lint -", &policy.replace("PRINCIPAL", principal));
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(remedy), "{}", run.stderr);
        assert!(!run.stderr.contains("`*`"), "{}", run.stderr);
    }
}

#[test]
fn control_characters_are_escaped() {
    let hostile = r#"{"Statement":{"Sid":"\u001b[2J\nerror: all is well","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    for command in ["lint - --kind managed", "explain -"] {
        let run = Workspace::new().run_with(command, hostile);
        assert!(run.stdout.contains("error: all is well"), "{}", run.stdout);
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
        assert!(
            !run.stdout.contains("\nerror: all is well"),
            "{}",
            run.stdout
        );
    }
}
