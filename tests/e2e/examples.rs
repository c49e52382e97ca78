//! The examples of the documentation: Terraform applies each, and the quickstart does what the
//! README says.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::identity_center;
use crate::studio::{add_role, remove_role};
use crate::support::{TestEnv, e2e_test};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One file of each example of a kind, joined in the order of the examples' names.
fn join_examples(kind: &str, file: &str) -> String {
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
fn all_examples() -> String {
    [
        join_examples("resources", "resource.tf"),
        join_examples("data-sources", "data-source.tf"),
        join_examples("functions", "function.tf"),
    ]
    .join("\n")
}

/// The buckets of other teams in the examples.
const BUCKETS: [&str; 2] = ["analytics-lake-123456789012", "card-results-123456789012"];

/// Applies all examples in an account that has the buckets of other teams, and imports them again by
/// the blocks in the file of this name.
fn apply_and_import(env: &TestEnv, imports: &str) {
    for bucket in BUCKETS {
        env.aws.create_bucket(bucket);
    }
    add_role(env);
    env.provider("services = [\"registry\", \"pipelines\", \"bedrock\"]");
    let group = json!({"DisplayName": "ML Fraud", "Description": "x"});
    let group = identity_center::create(env, "CreateGroup", group);
    identity_center::add_member(env, &group, "erin@example.com");
    let vpc = env.aws.seeded("vpc_id");
    let named = "  name          = \"alice-lab\"\n";
    let forced = format!("{named}  force_destroy = true\n");
    let text = all_examples().replace("vpc-0a1b2c3d4e5f60718", vpc);
    assert!(text.contains(named), "the example of a space has a name");
    // A space is not destroyed otherwise.
    env.apply_and_verify(&text.replace(named, &forced));
    let id = env.attribute("mlspace_studio_domain.main", "id");
    let id = id.as_str().expect("the id that SageMaker gave the domain");
    open_ephemeral(env, id);
    let blocks = join_examples("resources", imports).replace("d-0123456789ab", id);
    import_again(env, &blocks);
    env.work.destroy().assert_ok();
    remove_role(env);
    for bucket in BUCKETS {
        env.aws.delete_bucket(bucket);
    }
    env.aws.assert_pristine();
}

/// Opens the examples of ephemeral resources. They are of a configuration of its own, which is applied
/// when what it opens is there, and changes nothing.
fn open_ephemeral(env: &TestEnv, domain_id: &str) {
    let text = join_examples("ephemeral-resources", "ephemeral-resource.tf");
    env.work
        .write("ephemeral.tf", &text.replace("d-0123456789ab", domain_id));
    env.aws.clear_log();
    env.plan().assert_empty();
    env.apply().assert_ok();
    for call in [
        "CreatePresignedNotebookInstanceUrl",
        "CreatePresignedDomainUrl",
    ] {
        let called = env.aws.calls().iter().any(|made| made.ends_with(call));
        assert!(called, "{call} was not called");
    }
    env.work.write("ephemeral.tf", "");
}

/// Removes the resources of the import blocks from the state, and imports them again.
fn import_again(env: &TestEnv, blocks: &str) {
    let imported: Vec<&str> = blocks
        .lines()
        .filter_map(|line| line.trim().strip_prefix("to = "))
        .collect();
    assert!(
        imported.len() >= 4,
        "one import of each resource: {imported:?}"
    );
    for address in &imported {
        env.work.forget(address);
    }
    env.work.write("imports.tf", blocks);
    env.apply().assert_ok();
    env.plan().assert_empty();
    for address in &imported {
        env.attribute(address, "id");
    }
}

e2e_test! {
    /// All together are applied, plan empty, are imported by id and leave nothing.
    fn reference_examples(env) {
        apply_and_import(env, "import-by-string-id.tf");
    }
}

e2e_test! {
    /// Is valid without changes.
    fn provider_example(env) {
        env.work.write("provider.tf", &read(&examples().join("provider/provider.tf")));
        let done = env.work.run(&["validate", "-no-color"]);
        assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    }
}

e2e_test! {
    /// Creates what its outputs list, plans empty and leaves nothing.
    fn quickstart(env) {
        for entry in fs::read_dir(examples().join("quickstart")).expect("the quickstart") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                env.work.write(&path.file_name().expect("a name").to_string_lossy(), &read(&path));
            }
        }
        let seed = &env.aws.seed;
        let variables = json!({
            "region": "us-east-1",
            "endpoint": env.aws.endpoint(),
            "data_bucket": seed["data_bucket"],
            "permissions_boundary_arn": seed["permissions_boundary_arn"],
            "subnet_ids": seed["subnet_ids"],
            "security_group_ids": seed["security_group_ids"],
            "kms_key_id": seed["kms_key_id"],
        });
        env.work.write("terraform.tfvars.json", &variables.to_string());
        let keys = "provider \"mlspace\" {\n  access_key = \"test\"\n  secret_key = \"test\"\n}\n";
        env.work.write("keys_override.tf", keys);

        env.apply().assert_ok();
        env.plan().assert_empty();

        let roles = env.work.run(&["output", "-json", "roles"]);
        let roles: serde_json::Value = serde_json::from_str(&roles.stdout).expect("outputs in JSON");
        let roles = roles.as_object().expect("a map");
        let names: Vec<&String> = roles.keys().collect();
        assert_eq!(names, ["churn/bob", "churn/carol", "fraud/alice", "fraud/bob"]);
        assert_eq!(env.aws.account_state()["roles"].as_object().map(serde_json::Map::len), Some(4));
        env.destroy_and_verify();
    }
}

/// Needs Terraform 1.12 or newer.
#[test]
fn reference_examples_import_by_identity() {
    let env = TestEnv::pinned();
    apply_and_import(&env, "import-by-identity.tf");
}
