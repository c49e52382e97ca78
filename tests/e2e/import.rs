//! What exists is taken over by its id, and then nothing is left to do.

use serde_json::json;

use crate::support::{Core, Stage, TEAM, scenario};

const IDS: [(&str, &str); 4] = [
    ("mlspace_project.fraud", "fraud"),
    ("mlspace_membership.alice", "fraud/alice"),
    ("mlspace_dataset.cards", "project/fraud/cards-2026"),
    ("mlspace_notebook.alice", "alice-fraud"),
];

scenario! {
    /// Each of the four resources is imported by its id, and the plan is empty.
    fn by_id(stage) {
        stage.converge(TEAM);
        for (address, id) in IDS {
            stage.work.forget(address);
            let done = stage.work.import(address, id);
            assert_eq!(done.code, Some(0), "{address}: {}{}", done.stdout, done.stderr);
            stage.plan().assert_empty();
        }
        stage.strike();
    }
}

scenario! {
    /// Import blocks do the same in one plan, without any other change.
    fn by_block(stage) {
        stage.converge(TEAM);
        let mut blocks = TEAM.to_owned();
        for (address, id) in IDS {
            stage.work.forget(address);
            blocks.push_str(&format!("\nimport {{\n  to = {address}\n  id = \"{id}\"\n}}\n"));
        }
        stage.configure(&blocks);
        stage.aws.clear_log();
        let plan = stage.plan();
        assert_eq!(plan.changes(), []);
        stage.apply().assert_ok();
        assert_eq!(stage.aws.writes(), Vec::<String>::new(), "importing changes nothing");
        stage.plan().assert_empty();
        stage.strike();
    }
}

/// Import blocks may name a resource by its identity, since Terraform 1.12.
#[test]
fn by_identity() {
    let stage = Stage::new(&Core::pinned());
    stage.converge(TEAM);
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
        stage.work.forget(address);
        let block = format!("\nimport {{\n to = {address}\n identity = {{\n {identity}\n }}\n}}\n");
        blocks.push_str(&block);
    }
    stage.configure(&blocks);
    assert_eq!(stage.plan().changes(), []);
    stage.apply().assert_ok();
    stage.plan().assert_empty();
    stage.strike();
}

scenario! {
    /// An id that is none, or of nothing, says so.
    fn of_nothing(stage) {
        stage.configure(TEAM);
        let cases = [
            ("mlspace_project.fraud", "nowhere", "non-existent"),
            ("mlspace_membership.alice", "fraud", "project/user"),
            ("mlspace_membership.alice", "fraud/nobody", "non-existent"),
            ("mlspace_dataset.cards", "project/cards", "project/cards"),
            ("mlspace_dataset.cards", "project/fraud/none", "non-existent"),
            ("mlspace_notebook.alice", "none", "non-existent"),
        ];
        for (address, id, named) in cases {
            let done = stage.work.import(address, id);
            assert_ne!(done.code, Some(0), "{address} {id}");
            assert!(done.stderr.contains(named), "{address} {id}: {}", done.stderr);
            assert_eq!(stage.work.state(address), None);
        }
        assert_eq!(stage.aws.writes(), Vec::<String>::new());
    }
}

scenario! {
    /// What exists already is not taken over in silence: the error names the import command.
    fn creating_what_exists(stage) {
        stage.converge(TEAM);
        // What the provider made is known by this mark, and taken over if it is the same.
        let records = [
            ("mlspace-projects", json!({"name": {"S": "fraud"}})),
            ("mlspace-project-users", json!({"project": {"S": "fraud"}, "user": {"S": "alice"}})),
            ("mlspace-datasets", json!({"scope": {"S": "fraud"}, "name": {"S": "cards-2026"}})),
        ];
        for (table, key) in records {
            let edit = json!({
                "TableName": table,
                "Key": key,
                "UpdateExpression": "REMOVE managedBy",
            });
            stage.aws.aws("dynamodb", "UpdateItem", edit);
        }
        // An instance is known by its tags.
        let arn = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-fraud";
        let tag = |user: &str| {
            let tags = json!([{"Key": "user", "Value": user}]);
            stage.aws.aws("sagemaker", "AddTags", json!({"ResourceArn": arn, "Tags": tags}))
        };
        for (address, id) in IDS {
            stage.work.forget(address);
            if address == "mlspace_notebook.alice" {
                tag("bob");
            }
            let before = stage.aws.world();
            stage.apply().assert_error(&["import", id]);
            assert_eq!(stage.aws.world(), before, "{address}: nothing changes");
            tag("alice");
            let done = stage.work.import(address, id);
            assert_eq!(done.code, Some(0), "{address}: {}", done.stderr);
        }
        stage.plan().assert_empty();
        stage.strike();
    }
}
