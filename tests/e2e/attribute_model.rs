//! `policy_model = "attribute"`: policies that all memberships share, and roles identified by their
//! tags.

use serde_json::{Value, json};

use crate::support::{PEOPLE, TEAM, TestEnv, e2e_test};

const MEMBERS: &str = "arn:aws:iam::123456789012:policy/MLSpace-members";
const SUSPENDED: &str = "arn:aws:iam::123456789012:policy/MLSpace-suspended";

/// Six projects, each with the same two members.
const MANY_MEMBERSHIPS: &str = r#"
locals {
  people = { for pair in setproduct(range(6), ["alice", "bob"]) : "${pair[0]}-${pair[1]}" => pair }
}

resource "mlspace_project" "many" {
  count      = 6
  name       = "project${count.index}"
  created_by = "alice"
  suspended  = contains([SUSPENDED], count.index)
}

resource "mlspace_membership" "many" {
  for_each = local.people
  project  = mlspace_project.many[each.value[0]].name
  user     = each.value[1]
}
"#;

fn many_memberships(suspended: &str) -> String {
    MANY_MEMBERSHIPS.replace("SUSPENDED", suspended)
}

fn use_attribute_model(env: &TestEnv) {
    env.provider("policy_model = \"attribute\"");
}

/// The names in the policy for suspended projects; `-` stands for none.
fn suspended_projects(env: &TestEnv) -> Vec<String> {
    let document = &env.aws.account_state()["policies"][SUSPENDED]["document"];
    let names = &document["Statement"][0]["Condition"]["StringEquals"]["aws:PrincipalTag/project"];
    match names {
        Value::String(name) => vec![name.clone()],
        names => serde_json::from_value(names.clone()).expect("names"),
    }
}

fn role(env: &TestEnv) -> String {
    let name = env.attribute("mlspace_membership.alice", "role_name");
    name.as_str().expect("a name").to_owned()
}

fn edit_policy(env: &TestEnv, arn: &str, document: &Value) {
    let version = json!({
        "PolicyArn": arn,
        "PolicyDocument": document.to_string(),
        "SetAsDefault": "true",
    });
    env.aws.call("iam", "CreatePolicyVersion", version);
}

e2e_test! {
    /// Create, import, update, destroy.
    fn lifecycle(env) {
        use_attribute_model(env);
        env.apply_and_verify(TEAM);
        assert_eq!(env.attribute("mlspace_project.fraud", "policy_arn"), Value::Null);
        let account = env.aws.account_state();
        let before = env.aws.pristine["policies"].as_object().expect("policies");
        let now = account["policies"].as_object().expect("policies");
        let created: Vec<&String> = now.keys().filter(|arn| !before.contains_key(*arn)).collect();
        assert_eq!(created, [MEMBERS, SUSPENDED]);
        assert_eq!(
            now[MEMBERS]["tags"],
            json!({"shared": "members", "system": "MLSpace", "policyVersion": "1"})
        );
        assert_eq!(suspended_projects(env), ["-"]);
        let role = &account["roles"][role(env)];
        let attached = [MEMBERS, SUSPENDED, env.aws.seeded("base_policy_arn")];
        for arn in attached {
            assert!(role["attached"].as_array().expect("ARNs").contains(&json!(arn)), "{role}");
        }
        let mut tags = role["tags"].clone();
        let token = tags.as_object_mut().expect("tags").remove("mlspace-token");
        assert!(token.is_some(), "{role}");
        assert_eq!(
            tags,
            json!({"system": "MLSpace", "project": "fraud", "user": "alice", "dynamic-user-role": "true"})
        );
        assert!(!role["trust"].to_string().contains("sts:TagSession"), "{role}");

        for (address, id) in [("mlspace_project.fraud", "fraud"), ("mlspace_membership.alice", "fraud/alice")] {
            env.work.forget(address);
            let done = env.work.import(address, id);
            assert_eq!(done.code, Some(0), "{address}: {}{}", done.stdout, done.stderr);
            env.plan().assert_empty();
        }
        env.apply_and_verify(&TEAM.replace("Card fraud models\"", "Models\"\n  suspended = true").replace("20\n", "20\n  running = false\n"));
        assert_eq!(suspended_projects(env), ["fraud"]);
        env.destroy_and_verify();
    }
}

/// Verifies that `drift` contains these parts, that the plan updates only the membership, and that
/// the apply restores IAM.
#[track_caller]
fn verify_drift_repaired(env: &TestEnv, original: &Value, parts: &[String]) {
    env.work.run(&["refresh"]);
    let drift = env
        .attribute("mlspace_membership.alice", "drift")
        .to_string();
    assert!(parts.iter().all(|part| drift.contains(part)), "{drift}");
    env.plan()
        .assert_only("mlspace_membership.alice", &["update"]);
    env.apply().assert_ok();
    env.plan().assert_empty();
    let now = env.aws.account_state();
    assert_eq!(now["roles"], original["roles"]);
    for (arn, policy) in original["policies"].as_object().expect("policies") {
        assert_eq!(
            now["policies"][arn]["document"], policy["document"],
            "{arn}"
        );
    }
}

/// Changes outside of Terraform are shown and repaired: the role's identity, the shared policies,
/// and the settings that they are derived from.
#[test]
fn drift() {
    let env = TestEnv::pinned();
    use_attribute_model(&env);
    env.apply_and_verify(PEOPLE);
    let original = env.aws.account_state();
    let role = role(&env);

    let follows = "what it may follows from this tag";
    let tags = json!([{"Key": "project", "Value": "churn"}, {"Key": "system", "Value": "Other"}]);
    env.aws
        .call("iam", "TagRole", json!({"RoleName": role, "Tags": tags}));
    let keys = json!({"RoleName": role, "TagKeys": ["user"]});
    env.aws.call("iam", "UntagRole", keys);
    let expected = [
        format!("has the tag `project` = `churn`: {follows}"),
        format!("has the tag `system` = `Other`: {follows}"),
        format!("lost its tag `user`: {follows}"),
    ];
    verify_drift_repaired(&env, &original, &expected);

    for arn in [MEMBERS, SUSPENDED] {
        let attachment = json!({"RoleName": role, "PolicyArn": arn});
        env.aws.call("iam", "DetachRolePolicy", attachment);
    }
    let wide = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    edit_policy(&env, MEMBERS, &wide);
    let expected = [
        format!("lost the policy `{MEMBERS}`"),
        format!("lost the policy `{SUSPENDED}`"),
        "policy `MLSpace-members` was edited".to_owned(),
    ];
    verify_drift_repaired(&env, &original, &expected);

    // The project and its memberships repair an edited list of suspended projects.
    env.apply_and_verify(&PEOPLE.replace("\"Card fraud models\"", "\"\"\n  suspended = true"));
    assert_eq!(suspended_projects(&env), ["fraud"]);
    edit_policy(
        &env,
        SUSPENDED,
        &original["policies"][SUSPENDED]["document"],
    );
    assert_eq!(suspended_projects(&env), ["-"]);
    let changed: Vec<String> = env
        .plan()
        .changes()
        .into_iter()
        .map(|(address, _)| address)
        .collect();
    assert_eq!(
        changed,
        ["mlspace_membership.alice", "mlspace_project.fraud"]
    );
    env.apply().assert_ok();
    env.plan().assert_empty();
    assert_eq!(suspended_projects(&env), ["fraud"]);
    env.apply_and_verify(PEOPLE);
    assert_eq!(suspended_projects(&env), ["-"]);

    // Another network changes each role's inline policy, another bucket the shared policy.
    let subnet = json!([env.aws.seed["subnet_ids"][0]]);
    let group = &env.aws.seed["security_group_ids"];
    let settings = format!(
        "provider \"mlspace\" {{\n data_bucket = \"another-bucket\"\n notebook_defaults {{\n subnet_ids = {subnet}\n security_group_ids = {group}\n }}\n}}\n"
    );
    env.work.write("settings_override.tf", &settings);
    env.plan()
        .assert_only("mlspace_membership.alice", &["update"]);
    env.apply().assert_ok();
    env.plan().assert_empty();
    let account = env.aws.account_state();
    let inline = account["roles"][&role]["inline"].to_string();
    let second = env.aws.seed["subnet_ids"][1].as_str().expect("an id");
    assert!(!inline.contains(second), "{inline}");
    assert!(
        account["policies"][MEMBERS]["document"]
            .to_string()
            .contains("another-bucket")
    );
    env.destroy_and_verify();
}

/// Twelve memberships need two policies; projects suspended in the same apply are all listed.
#[test]
fn many_memberships_at_once() {
    let env = TestEnv::pinned();
    use_attribute_model(&env);
    env.aws.clear_log();
    env.apply_and_verify(&many_memberships(""));
    assert_eq!(env.aws.count("iam:CreateRole"), 12);
    assert_eq!(env.aws.count("iam:CreatePolicy"), 2);
    assert_eq!(env.aws.count("iam:CreatePolicyVersion"), 0);

    env.aws.clear_log();
    env.apply_and_verify(&many_memberships("0, 2, 3, 5"));
    assert_eq!(
        suspended_projects(&env),
        ["project0", "project2", "project3", "project5"]
    );
    assert_eq!(
        env.aws.count("iam:CreatePolicyVersion"),
        4,
        "one call for each"
    );
    assert_eq!(env.aws.count("iam:CreatePolicy"), 0);
    env.apply_and_verify(&many_memberships("1, 2"));
    assert_eq!(suspended_projects(&env), ["project1", "project2"]);
    env.destroy_and_verify();
}

/// Another process changes the list at the same time: the one that reads last adds what is missing.
#[test]
fn suspension_by_two_processes() {
    let env = TestEnv::pinned();
    use_attribute_model(&env);
    env.apply_and_verify(&many_memberships(""));
    env.configure(&many_memberships("1"));
    env.aws
        .fault(&json!({"mode": "hold_after", "service": "iam", "action": "ListPolicyVersions"}));
    let mut child = env.work.start(&["apply", "-auto-approve", "-no-color"]);
    crate::crash::until("the list has been read", || env.aws.fault_counts() == [1]);
    // The provider has read the list, and will write it without what the other process adds now.
    let mut theirs = env.aws.account_state()["policies"][SUSPENDED]["document"].clone();
    theirs["Statement"][0]["Condition"]["StringEquals"]["aws:PrincipalTag/project"] =
        json!("project4");
    edit_policy(&env, SUSPENDED, &theirs);
    let record = json!({
        "TableName": "mlspace-projects",
        "Key": {"name": {"S": "project4"}},
        "UpdateExpression": "SET suspended = :yes",
        "ExpressionAttributeValues": {":yes": {"BOOL": true}},
    });
    env.aws.call("dynamodb", "UpdateItem", record);
    env.aws.clear_faults();
    assert!(child.wait().expect("Terraform ends").success());
    assert_eq!(suspended_projects(&env), ["project1", "project4"]);
    env.configure(&many_memberships("1, 4"));
    env.plan().assert_empty();
    env.destroy_and_verify();
}

/// More suspended projects than a policy can list are rejected at plan time, with the number.
#[test]
fn suspension_of_too_many_projects() {
    let env = TestEnv::pinned();
    use_attribute_model(&env);
    for n in 0..230 {
        let item = json!({"name": {"S": format!("{n:024}")}, "suspended": {"BOOL": true}});
        env.aws.call(
            "dynamodb",
            "PutItem",
            json!({"TableName": "mlspace-projects", "Item": item}),
        );
    }
    env.configure(PEOPLE);
    env.plan();
    env.configure(&PEOPLE.replace("\"Card fraud models\"", "\"\"\n  suspended = true"));
    let outcome = env.work.plan(&[]).outcome;
    outcome.assert_error(&["231 suspended projects", "6144"]);
}

/// Existing policies with our names are left unchanged, and the error names them.
#[test]
fn shared_policy_names_taken() {
    let env = TestEnv::pinned();
    use_attribute_model(&env);
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
    });
    for (name, arn) in [
        ("MLSpace-members", MEMBERS),
        ("MLSpace-suspended", SUSPENDED),
    ] {
        let theirs = json!({"PolicyName": name, "PolicyDocument": document.to_string()});
        env.aws.call("iam", "CreatePolicy", theirs);
        env.configure(PEOPLE);
        env.apply().assert_error(&[name, "shared"]);
        assert_eq!(
            env.aws.account_state()["policies"][arn]["document"],
            document
        );
        env.work.destroy().assert_ok();
        env.aws
            .call("iam", "DeletePolicy", json!({"PolicyArn": arn}));
        env.aws.assert_pristine();
    }
}
