//! `lint`.

use serde_json::json;

use crate::support::{Desk, FAULTY, SOUND};

#[test]
fn findings_have_a_place_a_reason_and_a_remedy() {
    let desk = Desk::new()
        .with("guardrail.json", FAULTY)
        .with("cards.json", SOUND);
    insta::assert_snapshot!(desk.run("lint guardrail.json cards.json --kind scp").seen());
}

#[test]
fn a_sound_policy_is_fine() {
    let run = Desk::new().with("cards.json", SOUND).run("lint cards.json");
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.seen());
    assert!(
        run.out.ends_with("1 policy, 0 errors, 0 warnings\n"),
        "{}",
        run.out
    );
}

#[test]
fn json_has_all_that_the_text_has() {
    let run = Desk::new().run_with("lint - --kind scp --format json", FAULTY);
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
fn rules_can_be_left_out() {
    let desk = Desk::new().with("guardrail.json", FAULTY);
    assert_eq!(
        desk.run("lint guardrail.json --kind scp --skip L02").code,
        0
    );
    let by_slug = "lint guardrail.json --kind scp --skip conjoined-requirements";
    assert_eq!(desk.run(by_slug).code, 0);
    let run = desk.run("lint guardrail.json --skip L99");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("`L99` is not a lint rule"), "{}", run.err);
}

#[test]
fn a_list_is_judged_policy_by_policy() {
    let list = format!("[{SOUND}, {}]", json!(FAULTY));
    let run = Desk::new()
        .with("all.json", list)
        .run("lint all.json --format json");
    let found = run.json();
    assert_eq!(found[0]["policy"], "all.json[0]");
    assert_eq!(found[0]["findings"], json!([]));
    assert_eq!(found[1]["policy"], "all.json[1]");
    assert_eq!(found[1]["findings"][0]["rule"], "L02");
}

#[test]
fn policies_of_one_role_bear_on_each_other() {
    // An Allow with a condition limits nothing beside one without, which may stand in another policy.
    let limited = r#"{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Allow","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}}"#;
    let open = r#"{"Version":"2012-10-17","Statement":{"Sid":"B","Effect":"Allow","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/*"}}"#;
    let desk = Desk::new()
        .with("limited.json", limited)
        .with("open.json", open);
    assert_eq!(desk.run("lint limited.json open.json").code, 0);
    let run = desk.run("lint --together limited.json open.json --format json");
    assert_eq!(run.code, 1);
    assert_eq!(run.json()[0]["findings"][0]["rule"], "L01");
}

#[test]
fn what_aws_would_refuse_is_said() {
    let principal = r#"{"Version":"2012-10-17","Statement":{"Sid":"a b","Effect":"Allow","Principal":"*","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/*"}}"#;
    let run = Desk::new()
        .with("p.json", principal)
        .run("lint p.json --kind managed");
    assert_eq!(run.code, 1);
    assert!(
        run.out
            .contains("error: AWS would refuse it: statement `a b` has a `Principal`"),
        "{}",
        run.out
    );
}

#[test]
fn terraform_plans_are_searched() {
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
    let desk = Desk::new().with("plan.json", plan.to_string());
    insta::assert_snapshot!(desk.run("lint plan.json").seen());
}

#[test]
fn a_plan_without_policies_is_no_clean_plan() {
    let plan = r#"{"format_version":"1.2","planned_values":{"root_module":{}}}"#;
    let run = Desk::new().with("plan.json", plan).run("lint plan.json");
    assert_eq!(run.code, 2);
    assert!(
        run.err.starts_with("error: `plan.json` holds no policy"),
        "{}",
        run.err
    );
}

#[test]
fn names_from_files_move_no_cursor() {
    let hostile = r#"{"Statement":{"Sid":"\u001b[2J\nerror: all is well","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    for command in ["lint - --kind managed", "explain -"] {
        let run = Desk::new().run_with(command, hostile);
        assert!(run.out.contains("error: all is well"), "{}", run.out);
        assert!(!run.out.contains('\u{1b}'), "{}", run.out);
        assert!(!run.out.contains("\nerror: all is well"), "{}", run.out);
    }
}
