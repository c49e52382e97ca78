//! `access`.

use serde_json::{Value, json};

use crate::account::{Details, PLATFORM, open};
use crate::support::{Run, Workspace};

fn run(details: &Details, more: &str) -> Run {
    Workspace::new()
        .with("account.json", details.json())
        .run(&format!("access account.json {PLATFORM} {more}"))
}

/// A platform with a membership and another role that have all permissions.
fn faulty() -> Details {
    let mut details = Details::platform();
    let tags = [
        ("system", "MLSpace"),
        ("project", "churn"),
        ("user", "mallory"),
    ];
    details.role(
        "MLSpace-churn-mallory",
        &tags,
        &["MLSpace-project-churn"],
        &[("extra", open("Everything"))],
        None,
    );
    details.role("deploy", &[], &[], &[("all", open("Everything"))], None);
    details.role("idle", &[("system", "MLSpace")], &[], &[], None);
    details
}

#[test]
fn access_of_a_sound_platform() {
    let run = run(
        &Details::platform(),
        "--dataset project/fraud/cards --dataset group/shared",
    );
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn access_shows_excess_with_its_statement() {
    let run = run(&faulty(), "--user mallory");
    insta::assert_snapshot!(run.transcript());
}

#[test]
fn access_follows_group_policies() {
    let mut details = Details::platform();
    details.member("fraud", "dora", &["MLSpace-group-analysts"]);
    let error = run(&details, "");
    assert_eq!(error.code, 2, "{}", error.transcript());
    assert!(
        error.stderr.contains(
            "the policy `arn:aws:iam::123456789012:policy/MLSpace-user-dora` of role `MLSpace-fraud-dora` is not in"
        ),
        "{}",
        error.stderr
    );

    let mut details = Details::platform();
    details.member("fraud", "carol", &["MLSpace-group-analysts"]);
    let run = run(
        &details,
        "--dataset group/shared --project fraud --user carol",
    );
    assert_eq!(run.code, 0, "{}", run.transcript());
    assert!(
        run.stdout
            .contains("fraud    carol   group/datasets/shared  rw·l"),
        "{}",
        run.stdout
    );
}

#[test]
fn other_roles_need_the_flag_and_permissions() {
    let with = run(&faulty(), "--other-roles");
    assert!(
        with.stdout.contains("(other role)  deploy"),
        "{}",
        with.stdout
    );
    assert!(!with.stdout.contains("idle"), "{}", with.stdout);
    assert!(!run(&faulty(), "").stdout.contains("(other role)"));
}

#[test]
fn json_contains_every_cell() {
    let run = run(&faulty(), "--format json");
    assert_eq!(run.code, 1);
    let found = run.json();
    assert_eq!(found["account"], "123456789012");
    let roles = found["roles"].as_array().unwrap();
    assert_eq!(roles.len(), 5);
    let role = |project: &str, user: &str| -> &Value {
        roles
            .iter()
            .find(|r| r["project"] == project && r["user"] == user)
            .unwrap()
    };
    let cell = |role: &'_ Value, prefix: &str| -> Value {
        role["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|c| c["prefix"] == prefix)
            .unwrap()
            .clone()
    };
    let own = cell(role("fraud", "alice"), "project/fraud/");
    assert_eq!(own["read"]["allowed"], true);
    assert_eq!(own["beyond"], json!([]));
    let others = cell(role("fraud", "alice"), "private/bob/");
    assert_eq!(
        others["write"]["deciding"][0]["statement"]["Effect"],
        "Deny"
    );
    assert_eq!(
        cell(role("churn", "mallory"), "private/bob/")["beyond"],
        json!(["read", "write", "delete", "list"])
    );
    let work = &role("fraud", "bob")["work"];
    assert_eq!(
        (
            &work["create_job"]["allowed"],
            &work["use_others"]["allowed"]
        ),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        (
            &work["use_own_spaces"]["allowed"],
            &role("churn", "mallory")["work"]["use_others_spaces"]["allowed"]
        ),
        (&json!(false), &json!(true))
    );
}

#[test]
fn datasets_are_read_from_files() {
    let scan = json!({"Items": [
        {"type": {"S": "private"}, "scope": {"S": "bob"}, "name": {"S": "notes"}},
        {"type": {"S": "global"}, "scope": {"S": "global"}, "name": {"S": "days"}},
    ], "Count": 2});
    let workspace = |content: &Value| {
        Workspace::new()
            .with("account.json", Details::platform().json())
            .with("d.json", content.to_string())
    };
    let arguments = format!("access account.json {PLATFORM} --datasets d.json");
    for content in [scan, json!(["private/bob/notes", "global/days"])] {
        let run = workspace(&content).run(&arguments);
        assert_eq!(run.code, 0, "{}", run.transcript());
        assert!(
            run.stdout.contains("private/bob/datasets/notes  rwdl"),
            "{}",
            run.stdout
        );
        assert!(
            run.stdout.contains("global/datasets/days        r··l"),
            "{}",
            run.stdout
        );
    }
    for (content, message) in [
        (json!({}), "`d.json` contains no datasets"),
        (json!(["fraud/*"]), "dataset 1 of `d.json` is invalid"),
        (
            json!({"Items": [{"type": {"S": "global"}}]}),
            "dataset 1 of `d.json` is invalid: it has no string attribute `scope`",
        ),
    ] {
        let run = workspace(&content).run(&arguments);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn html_page_is_self_contained() {
    let mut details = Details::platform();
    let hostile = [
        ("system", "MLSpace"),
        ("project", "</script><script>alert(1)</script>"),
        ("user", "\"><img src=x onerror=alert(2)>"),
    ];
    details.role(
        "x",
        &hostile,
        &[],
        &[("<svg onload=alert(3)>", open("<b onclick='alert(4)'>"))],
        None,
    );
    let workspace = Workspace::new().with("account.json", details.json());
    let run = workspace.run(&format!(
        "access account.json {PLATFORM} --format html --output page.html"
    ));
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (1, ""),
        "{}",
        run.transcript()
    );
    assert!(
        run.stderr.starts_with("note: 5 memberships, "),
        "{}",
        run.stderr
    );
    let page = workspace.read("page.html");
    for tag in [
        "<img",
        "<svg",
        "<b onclick",
        "<iframe",
        "<link",
        "http://",
        "https://",
        "src=x onerror=alert(2)>\"",
    ] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(
        page.contains("default-src 'none'; style-src 'sha256-"),
        "{}",
        &page[..600]
    );
}

#[test]
fn access_rejects_invalid_accounts() {
    let workspace = Workspace::new()
        .with("a.json", "{\"RoleDetailList\": [")
        .with("b.json", "{}")
        .with("c.json", "[]");
    for (file, message) in [
        (
            "a.json",
            "`a.json` cannot be used: the account's details are not as `get-account-authorization-details` prints them: EOF",
        ),
        (
            "b.json",
            "`b.json` cannot be used: the account's details contain no roles",
        ),
        ("c.json", "`c.json` cannot be used: "),
        ("d.json", "`d.json` cannot be read: "),
    ] {
        let run = workspace.run(&format!("access {file} {PLATFORM}"));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{file}");
        assert!(run.stderr.contains(message), "{file}: {}", run.stderr);
    }
    let run = run(&Details::platform(), "--system-tag Other");
    assert!(
        run.stderr
            .contains("no role in `account.json` has the tags of a membership"),
        "{}",
        run.stderr
    );
}
