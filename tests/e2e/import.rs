//! Import of existing resources: the next plan is empty.

use crate::support::{TEAM, TestEnv, e2e_test};

const IDS: [(&str, &str); 4] = [
    ("mlspace_project.fraud", "fraud"),
    ("mlspace_membership.alice", "fraud/alice"),
    ("mlspace_dataset.cards", "project/fraud/cards-2026"),
    ("mlspace_notebook.alice", "alice-fraud"),
];

e2e_test! {
    /// Each of the four resources, by the import command.
    fn import_by_id(env) {
        env.apply_and_verify(TEAM);
        for (address, id) in IDS {
            env.work.forget(address);
            let done = env.work.import(address, id);
            assert_eq!(done.code, Some(0), "{address}: {}{}", done.stdout, done.stderr);
            env.plan().assert_empty();
        }
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// All four in one plan, without any other change.
    fn import_block(env) {
        env.apply_and_verify(TEAM);
        let mut blocks = TEAM.to_owned();
        for (address, id) in IDS {
            env.work.forget(address);
            blocks.push_str(&format!("\nimport {{\n  to = {address}\n  id = \"{id}\"\n}}\n"));
        }
        env.configure(&blocks);
        env.aws.clear_log();
        let plan = env.plan();
        assert_eq!(plan.changes(), []);
        env.apply().assert_ok();
        assert_eq!(env.aws.writes(), Vec::<String>::new(), "an import changes nothing");
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}

/// Needs Terraform 1.12 or newer.
#[test]
fn import_block_with_identity() {
    let env = TestEnv::pinned();
    env.apply_and_verify(TEAM);
    let identities = [
        ("mlspace_project.fraud", "name = \"fraud\""),
        (
            "mlspace_membership.alice",
            "project = \"fraud\"\n user = \"alice\"",
        ),
        ("mlspace_dataset.cards", "id = \"project/fraud/cards-2026\""),
        ("mlspace_notebook.alice", "name = \"alice-fraud\""),
    ];
    let mut blocks = TEAM.to_owned();
    for (address, identity) in identities {
        env.work.forget(address);
        let block = format!("\nimport {{\n to = {address}\n identity = {{\n {identity}\n }}\n}}\n");
        blocks.push_str(&block);
    }
    env.configure(&blocks);
    assert_eq!(env.plan().changes(), []);
    env.apply().assert_ok();
    env.plan().assert_empty();
    env.destroy_and_verify();
}

/// An identity can name the account and region, which must be those of the provider.
#[test]
fn import_block_with_identity_of_another_account() {
    let env = TestEnv::pinned();
    env.apply_and_verify(TEAM);
    env.work.forget("mlspace_project.fraud");
    let configure = |identity: &str| {
        let block = format!("identity = {{\n {identity}\n }}");
        let import = format!("import {{\n to = mlspace_project.fraud\n {block}\n}}");
        env.configure(&format!("{TEAM}\n{import}\n"));
    };
    let name = "name = \"fraud\"";
    configure(&format!("{name}\n account_id = \"999999999999\""));
    env.apply().assert_error(&["999999999999", "123456789012"]);
    configure(&format!("{name}\n region = \"eu-west-1\""));
    env.apply().assert_error(&["eu-west-1", "us-east-1"]);
    configure("account_id = \"123456789012\"");
    env.apply().assert_error(&["name"]);
    configure(&format!(
        "{name}\n account_id = \"123456789012\"\n region = \"us-east-1\""
    ));
    assert_eq!(env.plan().changes(), []);
    env.apply().assert_ok();
    env.destroy_and_verify();
}

e2e_test! {
    /// The error says that the id is not valid, or that nothing has it.
    fn import_of_invalid_id(env) {
        env.configure(TEAM);
        let cases = [
            ("mlspace_project.fraud", "nowhere", "non-existent"),
            ("mlspace_membership.alice", "fraud", "project/user"),
            ("mlspace_membership.alice", "fraud/zoe", "non-existent"),
            ("mlspace_dataset.cards", "project/cards", "project/cards"),
            ("mlspace_dataset.cards", "project/fraud/none", "non-existent"),
            ("mlspace_notebook.alice", "none", "non-existent"),
        ];
        for (address, id, named) in cases {
            let done = env.work.import(address, id);
            assert_ne!(done.code, Some(0), "{address} {id}");
            assert!(done.stderr.contains(named), "{address} {id}: {}", done.stderr);
            assert_eq!(env.work.state(address), None);
        }
        assert_eq!(env.aws.writes(), Vec::<String>::new());
    }
}
