//! `access`.

use serde_json::{Value, json};

use crate::account::{Details, PLATFORM, open};
use crate::support::{Desk, Run};

fn run(details: &Details, more: &str) -> Run {
    Desk::new()
        .with("account.json", details.json())
        .run(&format!("access account.json {PLATFORM} {more}"))
}

/// A platform with a member who has everything, and a role beside it.
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
fn a_sound_platform_is_fine() {
    let run = run(
        &Details::platform(),
        "--dataset project/fraud/cards --dataset group/shared",
    );
    insta::assert_snapshot!(run.seen());
}

#[test]
fn what_goes_beyond_the_model_is_shown_with_its_statement() {
    let run = run(&faulty(), "--user mallory");
    insta::assert_snapshot!(run.seen());
}

#[test]
fn groups_open_their_datasets_and_delete_nothing() {
    let mut details = Details::platform();
    details.member("fraud", "dora", &["MLSpace-group-analysts"]);
    let error = run(&details, "");
    assert_eq!(error.code, 2, "{}", error.seen());
    assert!(
        error.err.contains(
            "role `MLSpace-fraud-dora` carries `arn:aws:iam::123456789012:policy/MLSpace-user-dora`"
        ),
        "{}",
        error.err
    );

    let mut details = Details::platform();
    details.member("fraud", "carol", &["MLSpace-group-analysts"]);
    let run = run(
        &details,
        "--dataset group/shared --project fraud --user carol",
    );
    assert_eq!(run.code, 0, "{}", run.seen());
    assert!(
        run.out
            .contains("fraud    carol   group/datasets/shared  rw·l"),
        "{}",
        run.out
    );
}

#[test]
fn other_roles_are_shown_when_asked_for_and_mighty() {
    let with = run(&faulty(), "--other-roles");
    assert!(with.out.contains("(other role)  deploy"), "{}", with.out);
    assert!(!with.out.contains("idle"), "{}", with.out);
    assert!(!run(&faulty(), "").out.contains("deploy"));
}

#[test]
fn json_holds_every_cell() {
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
}

#[test]
fn datasets_come_from_files() {
    let scan = json!({"Items": [
        {"type": {"S": "private"}, "scope": {"S": "bob"}, "name": {"S": "notes"}},
        {"type": {"S": "global"}, "scope": {"S": "global"}, "name": {"S": "days"}},
    ], "Count": 2});
    let desk = |content: &Value| {
        Desk::new()
            .with("account.json", Details::platform().json())
            .with("d.json", content.to_string())
    };
    let arguments = format!("access account.json {PLATFORM} --datasets d.json");
    for content in [scan, json!(["private/bob/notes", "global/days"])] {
        let run = desk(&content).run(&arguments);
        assert_eq!(run.code, 0, "{}", run.seen());
        assert!(
            run.out.contains("private/bob/datasets/notes  rwdl"),
            "{}",
            run.out
        );
        assert!(
            run.out.contains("global/datasets/days        r··l"),
            "{}",
            run.out
        );
    }
    for (content, message) in [
        (json!({}), "`d.json` holds no datasets"),
        (json!(["fraud/*"]), "dataset 1 of `d.json` is wrong"),
        (
            json!({"Items": [{"type": {"S": "global"}}]}),
            "dataset 1 of `d.json` is wrong: it has no text `scope`",
        ),
    ] {
        let run = desk(&content).run(&arguments);
        assert_eq!(run.code, 2);
        assert!(run.err.contains(message), "{}", run.err);
    }
}

#[test]
fn the_page_asks_for_nothing_and_runs_nothing_else() {
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
    let desk = Desk::new().with("account.json", details.json());
    let run = desk.run(&format!(
        "access account.json {PLATFORM} --format html --output page.html"
    ));
    assert_eq!((run.code, run.out.as_str()), (1, ""), "{}", run.seen());
    assert!(run.err.starts_with("note: 5 memberships, "), "{}", run.err);
    let page = desk.read("page.html");
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
fn an_account_that_is_none_is_refused() {
    let desk = Desk::new()
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
            "`b.json` cannot be used: the account's details hold no roles",
        ),
        ("c.json", "`c.json` cannot be used: "),
        ("d.json", "`d.json` cannot be read: "),
    ] {
        let run = desk.run(&format!("access {file} {PLATFORM}"));
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{file}");
        assert!(run.err.contains(message), "{file}: {}", run.err);
    }
    let run = run(&Details::platform(), "--system-tag Other");
    assert!(
        run.err
            .contains("no role in `account.json` has the tags of a membership"),
        "{}",
        run.err
    );
}
