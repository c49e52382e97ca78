//! Nothing that exists is taken over: by a second workspace, a second block, or a state whose object
//! another state made anew. And a name can be corrected in case only.

use serde_json::{Value, json};

use crate::support::{PEOPLE, TEAM, TestEnv, e2e_test};

const IDS: [(&str, &str); 4] = [
    ("mlspace_project.fraud", "fraud"),
    ("mlspace_membership.alice", "fraud/alice"),
    ("mlspace_dataset.cards", "project/fraud/cards-2026"),
    ("mlspace_notebook.alice", "alice-fraud"),
];

/// Makes a workspace, or selects it.
#[track_caller]
fn workspace(env: &TestEnv, command: &str, name: &str) {
    let done = env.work.run(&["workspace", command, name]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
}

/// The same configuration in a second workspace: everything is refused, and nothing is touched.
fn second_workspace(env: &TestEnv) {
    // Without references, so that Terraform plans each resource whatever becomes of the others.
    let literal = [
        ("mlspace_project.fraud.name", "\"fraud\""),
        ("mlspace_membership.alice.project", "\"fraud\""),
        ("mlspace_membership.alice.user", "\"alice\""),
    ]
    .iter()
    .fold(TEAM.to_owned(), |text, (reference, name)| {
        text.replace(reference, name)
    });
    // A plan from before anything existed.
    workspace(env, "new", "early");
    env.configure(&literal);
    let saved = env.work.run(&["plan", "-out=early.plan", "-no-color"]);
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);

    workspace(env, "select", "default");
    env.apply_and_verify(TEAM);
    let before = env.aws.account_state();

    workspace(env, "new", "second");
    env.configure(&literal);
    env.aws.clear_log();
    let refused = env.work.plan(&[]).outcome;
    for (address, id) in IDS {
        let kind = address.split('.').next().expect("a type");
        let (to, id) = (format!("to = {kind}.NAME"), format!("id = \"{id}\""));
        let errors = refused.errors();
        let error = errors.iter().find(|error| error.address == address);
        let error = error.unwrap_or_else(|| panic!("{address}: {errors:#?}"));
        assert_eq!(error.summary, "Resource already exists");
        for part in ["import {", &to, &id] {
            assert!(error.detail.contains(part), "{part}: {}", error.detail);
        }
    }
    assert_eq!(env.apply().code, Some(1));
    env.work.destroy().assert_ok();

    workspace(env, "select", "early");
    let applied = env.work.run(&["apply", "-no-color", "early.plan"]);
    assert_eq!(applied.code, Some(1), "{}", applied.stdout);
    assert!(
        applied.stderr.contains("already exists"),
        "{}",
        applied.stderr
    );
    // With a refresh, Terraform plans the configuration once more before a destroy.
    let destroy = ["destroy", "-auto-approve", "-no-color", "-refresh=false"];
    assert_eq!(env.work.run(&destroy).code, Some(0));

    assert_eq!(env.aws.writes(), Vec::<String>::new());
    assert_eq!(env.aws.account_state(), before);
    workspace(env, "select", "default");
    env.configure(TEAM);
    env.plan().assert_empty();
    env.destroy_and_verify();
}

e2e_test! {
    fn second_workspace_is_refused(env) {
        second_workspace(env);
    }
}

/// The same where all members share policies.
#[test]
fn second_workspace_is_refused_by_attribute() {
    let env = TestEnv::pinned();
    env.provider("policy_model = \"attribute\"");
    second_workspace(&env);
}

const TWINS: &str = r#"
resource "mlspace_project" "a" {
  name = "fraud"
}

resource "mlspace_project" "b" {
  name = "fraud"
}
"#;

e2e_test! {
    /// Two new blocks, and a second one beside one that was applied.
    fn two_blocks_of_one_name_are_refused(env) {
        env.configure(TWINS);
        env.work.plan(&[]).outcome.assert_error(&["Duplicate resource", "`name` = `fraud`"]);
        let (first, _) = TWINS.split_once("\n\n").expect("two blocks");
        env.apply_and_verify(first);
        env.configure(TWINS);
        let refused = env.work.plan(&[]).outcome;
        assert_eq!(refused.code, Some(1));
        env.configure(first);
        env.plan().assert_empty();
        // Replaced or tainted, it has one block as before.
        env.work.plan(&["-replace=mlspace_project.a"]).outcome.assert_ok();
        let tainted = env.work.run(&["taint", "mlspace_project.a"]);
        assert_eq!(tainted.code, Some(0));
        for refresh in ["-refresh=false", "-refresh=true"] {
            env.work.plan(&[refresh]).outcome.assert_ok();
        }
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Another state deleted the project and made it anew: the first one changes and destroys
    /// nothing until it imports it.
    fn object_of_another_state_is_left_alone(env) {
        env.apply_and_verify(PEOPLE);
        workspace(env, "new", "second");
        for (address, id) in &IDS[..2] {
            assert_eq!(env.work.import(address, id).code, Some(0));
        }
        env.plan().assert_empty();
        env.work.destroy().assert_ok();
        env.apply_and_verify(PEOPLE);
        let before = env.aws.account_state();

        workspace(env, "select", "default");
        env.aws.clear_log();
        let warned = env.plan();
        warned.assert_empty();
        let warnings = warned.outcome.warnings();
        assert!(warnings.iter().any(|warning| warning.summary == "Resource managed elsewhere"));
        for (changed, object) in [
            (PEOPLE.replace("owner   = true", ""), "Membership `fraud/alice`"),
            (PEOPLE.replace("Card fraud models", "Changed"), "Project `fraud`"),
        ] {
            env.configure(&changed);
            let refused = env.work.plan(&[]).outcome;
            refused.assert_error(&["Resource managed elsewhere", "another Terraform state", object]);
        }
        for arguments in [
            &["destroy", "-auto-approve", "-no-color"][..],
            &["destroy", "-auto-approve", "-no-color", "-refresh=false"],
            &["apply", "-auto-approve", "-no-color", "-replace=mlspace_project.fraud"],
        ] {
            assert_eq!(env.work.run(arguments).code, Some(1), "{arguments:?}");
        }
        assert_eq!(env.aws.writes(), Vec::<String>::new());
        assert_eq!(env.aws.account_state(), before);

        env.configure(PEOPLE);
        for (address, id) in &IDS[..2] {
            env.work.forget(address);
            assert_eq!(env.work.import(address, id).code, Some(0));
        }
        env.plan().assert_empty();
        env.destroy_and_verify();
        workspace(env, "select", "second");
        env.plan();
    }
}

e2e_test! {
    /// A change was planned, and the record is deleted before it is applied.
    fn deleted_record_is_not_a_bug(env) {
        env.apply_and_verify(PEOPLE);
        env.configure(&PEOPLE.replace("Card fraud models", "Changed"));
        let saved = env.work.run(&["plan", "-out=change.plan", "-no-color"]);
        assert_eq!(saved.code, Some(0), "{}", saved.stderr);
        let key = json!({"TableName": "mlspace-projects", "Key": {"name": {"S": "fraud"}}});
        env.aws.call("dynamodb", "DeleteItem", key);
        let applied = env.work.run(&["apply", "-no-color", "change.plan"]);
        assert_eq!(applied.code, Some(1));
        let text = applied.stderr.replace("\n│ ", " ");
        assert!(text.contains("deleted by someone else"), "{text}");
        assert!(!text.to_lowercase().contains("bug"), "{text}");
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}

/// A project with members and a dataset, all of which are spelled by the caller.
fn spelled(project: &str, user: &str, dataset: &str) -> String {
    format!(
        r#"
resource "mlspace_project" "p" {{
  name = "{project}"
}}

resource "mlspace_membership" "m" {{
  for_each = toset(["{user}"])
  project  = mlspace_project.p.name
  user     = each.key
}}

resource "mlspace_membership" "n" {{
  project = mlspace_project.p.name
  user    = "{user}x"
}}

resource "mlspace_dataset" "d" {{
  name  = "{dataset}"
  type  = "project"
  scope = mlspace_project.p.name
}}
"#
    )
}

e2e_test! {
    /// Names are corrected in case only, and the configuration can be destroyed on the way.
    fn names_are_corrected_in_case_only(env) {
        env.apply_and_verify(&spelled("Fraud", "Bob", "Cards"));
        env.apply_and_verify(&spelled("Fraud", "bob", "Cards"));
        env.apply_and_verify(&spelled("Fraud", "bob", "cards"));
        env.apply_and_verify(&spelled("fraud", "bob", "cards"));
        env.configure(&spelled("FRAUD", "BOB", "CARDS"));
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Both spellings at once, and a replacement that creates first.
    fn names_that_differ_in_case_are_refused(env) {
        env.apply_and_verify(&spelled("fraud", "bob", "cards"));
        let twin = "\nresource \"mlspace_project\" \"twin\" {\n  name = \"Fraud\"\n}\n";
        env.configure(&(spelled("fraud", "bob", "cards") + twin));
        env.work.plan(&[]).outcome.assert_error(&["`fraud`", "only in upper and lower case"]);
        let first = "\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n\nresource \"mlspace_dataset\"";
        let user = spelled("fraud", "bob", "cards").replace("\"bobx\"", "\"Bobx\"");
        env.configure(&user.replacen("\n}\n\nresource \"mlspace_dataset\"", first, 1));
        env.apply().assert_error(&["`bobx`", "create_before_destroy"]);
        env.configure(&spelled("fraud", "bob", "cards"));
        env.plan();
        env.destroy_and_verify();
    }
}

/// The tokens that records and tags contain.
#[test]
fn old_objects_get_tokens_by_an_update() {
    let env = TestEnv::pinned();
    env.apply_and_verify(PEOPLE);
    let edit = |table: &str, key: Value| {
        let edit =
            json!({"TableName": table, "Key": key, "UpdateExpression": "REMOVE terraformToken"});
        env.aws.call("dynamodb", "UpdateItem", edit);
    };
    let token =
        || env.aws.account_state()["tables"]["mlspace-projects"][0]["terraformToken"].clone();
    edit("mlspace-projects", json!({"name": {"S": "fraud"}}));
    edit(
        "mlspace-project-users",
        json!({"project": {"S": "fraud"}, "user": {"S": "alice"}}),
    );
    env.plan().assert_empty();
    assert_eq!(token(), Value::Null);
    env.apply_and_verify(&PEOPLE.replace("Card fraud models", "Changed"));
    assert_ne!(token(), Value::Null);
    env.destroy_and_verify();
}
