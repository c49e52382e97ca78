//! What the documentation shows: Terraform takes every example, and the quickstart does what the README says.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::{Core, Stage, scenario};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text of one file of each example of a kind, in the order of the examples' names.
fn gather(kind: &str, file: &str) -> String {
    let mut folders: Vec<PathBuf> = fs::read_dir(examples().join(kind))
        .expect("examples of the kind")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.sort();
    assert!(!folders.is_empty(), "no examples in {kind}");
    let texts: Vec<String> = folders
        .iter()
        .map(|folder| read(&folder.join(file)))
        .collect();
    texts.join("\n")
}

/// All examples as one configuration: they refer to each other.
fn everything() -> String {
    [
        gather("resources", "resource.tf"),
        gather("data-sources", "data-source.tf"),
        gather("functions", "function.tf"),
    ]
    .join("\n")
}

/// Takes what the examples made out of the state, and brings it back by the given import blocks.
fn import_again(stage: &Stage, blocks: &str) {
    let imported: Vec<&str> = blocks
        .lines()
        .filter_map(|line| line.trim().strip_prefix("to = "))
        .collect();
    assert!(
        imported.len() >= 4,
        "one import of each resource: {imported:?}"
    );
    for address in &imported {
        stage.work.forget(address);
    }
    stage.work.write("imports.tf", blocks);
    stage.apply().assert_ok();
    stage.plan().assert_empty();
    for address in &imported {
        stage.attribute(address, "id");
    }
}

scenario! {
    /// All examples together apply, plan empty, import by id and leave nothing.
    fn of_the_reference(stage) {
        stage.converge(&everything());
        import_again(stage, &gather("resources", "import-by-string-id.tf"));
        stage.strike();
    }
}

scenario! {
    /// The provider's example is accepted as it stands.
    fn of_the_provider(stage) {
        stage.work.write("provider.tf", &read(&examples().join("provider/provider.tf")));
        let done = stage.work.run(&["validate", "-no-color"]);
        assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    }
}

scenario! {
    /// The quickstart makes what its outputs say, plans empty and leaves nothing.
    fn quickstart(stage) {
        for entry in fs::read_dir(examples().join("quickstart")).expect("the quickstart") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                stage.work.write(&path.file_name().expect("a name").to_string_lossy(), &read(&path));
            }
        }
        let seed = &stage.aws.seed;
        let variables = json!({
            "region": "us-east-1",
            "endpoint": stage.aws.endpoint(),
            "data_bucket": seed["data_bucket"],
            "permissions_boundary_arn": seed["permissions_boundary_arn"],
            "subnet_ids": seed["subnet_ids"],
            "security_group_ids": seed["security_group_ids"],
            "kms_key_id": seed["kms_key_id"],
        });
        stage.work.write("terraform.tfvars.json", &variables.to_string());
        let keys = "provider \"mlspace\" {\n  access_key = \"test\"\n  secret_key = \"test\"\n}\n";
        stage.work.write("keys_override.tf", keys);

        stage.apply().assert_ok();
        stage.plan().assert_empty();

        let roles = stage.work.run(&["output", "-json", "roles"]);
        let roles: serde_json::Value = serde_json::from_str(&roles.stdout).expect("outputs in JSON");
        let roles = roles.as_object().expect("a map");
        let names: Vec<&String> = roles.keys().collect();
        assert_eq!(names, ["churn/bob", "churn/carol", "fraud/alice", "fraud/bob"]);
        assert_eq!(stage.aws.world()["roles"].as_object().map(serde_json::Map::len), Some(4));
        stage.strike();
    }
}

/// All examples import by identity, which Terraform knows from 1.12 on.
#[test]
fn by_identity() {
    let stage = Stage::new(&Core::pinned());
    stage.converge(&everything());
    import_again(&stage, &gather("resources", "import-by-identity.tf"));
    stage.strike();
}
