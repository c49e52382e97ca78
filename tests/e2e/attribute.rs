//! `policy_model = "attribute"`: policies that all memberships share, and roles whose tags are their identity.

use serde_json::{Value, json};

use crate::support::{Core, PEOPLE, Stage, TEAM, scenario};

const MEMBERS: &str = "arn:aws:iam::123456789012:policy/MLSpace-members";
const SUSPENDED: &str = "arn:aws:iam::123456789012:policy/MLSpace-suspended";

/// Six projects, each with the same two people.
const CROWD: &str = r#"
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

fn crowd(suspended: &str) -> String {
    CROWD.replace("SUSPENDED", suspended)
}

fn by_attribute(stage: &Stage) {
    stage.provider("policy_model = \"attribute\"");
}

/// The names in the list of suspended projects; `-` stands for none.
fn listed(stage: &Stage) -> Vec<String> {
    let document = &stage.aws.world()["policies"][SUSPENDED]["document"];
    let names = &document["Statement"][0]["Condition"]["StringEquals"]["aws:PrincipalTag/project"];
    match names {
        Value::String(name) => vec![name.clone()],
        names => serde_json::from_value(names.clone()).expect("names"),
    }
}

fn role(stage: &Stage) -> String {
    let name = stage.attribute("mlspace_membership.alice", "role_name");
    name.as_str().expect("a name").to_owned()
}

fn edit_policy(stage: &Stage, arn: &str, document: &Value) {
    let version = json!({
        "PolicyArn": arn,
        "PolicyDocument": document.to_string(),
        "SetAsDefault": "true",
    });
    stage.aws.aws("iam", "CreatePolicyVersion", version);
}

scenario! {
    /// From nothing to everything, by import, and back.
    fn lifecycle(stage) {
        by_attribute(stage);
        stage.converge(TEAM);
        assert_eq!(stage.attribute("mlspace_project.fraud", "policy_arn"), Value::Null);
        let world = stage.aws.world();
        let before = stage.aws.pristine["policies"].as_object().expect("policies");
        let now = world["policies"].as_object().expect("policies");
        let made: Vec<&String> = now.keys().filter(|arn| !before.contains_key(*arn)).collect();
        assert_eq!(made, [MEMBERS, SUSPENDED]);
        assert_eq!(
            now[MEMBERS]["tags"],
            json!({"shared": "members", "system": "MLSpace", "policyVersion": "1"})
        );
        assert_eq!(listed(stage), ["-"]);
        let role = &world["roles"][role(stage)];
        let attached = [MEMBERS, SUSPENDED, stage.aws.seeded("base_policy_arn")];
        for arn in attached {
            assert!(role["attached"].as_array().expect("ARNs").contains(&json!(arn)), "{role}");
        }
        assert_eq!(
            role["tags"],
            json!({"system": "MLSpace", "project": "fraud", "user": "alice", "dynamic-user-role": "true"})
        );
        assert!(!role["trust"].to_string().contains("sts:TagSession"), "{role}");

        for (address, id) in [("mlspace_project.fraud", "fraud"), ("mlspace_membership.alice", "fraud/alice")] {
            stage.work.forget(address);
            let done = stage.work.import(address, id);
            assert_eq!(done.code, Some(0), "{address}: {}{}", done.stdout, done.stderr);
            stage.plan().assert_empty();
        }
        stage.converge(&TEAM.replace("Card fraud models\"", "Models\"\n  suspended = true").replace("20\n", "20\n  running = false\n"));
        assert_eq!(listed(stage), ["fraud"]);
        stage.strike();
    }
}

/// Plans an update of the membership alone that says `what`, applies it, and checks that IAM is as it was.
#[track_caller]
fn seen_and_mended(stage: &Stage, good: &Value, what: &[String]) {
    stage.work.run(&["refresh"]);
    let drift = stage
        .attribute("mlspace_membership.alice", "drift")
        .to_string();
    assert!(what.iter().all(|what| drift.contains(what)), "{drift}");
    stage
        .plan()
        .assert_only("mlspace_membership.alice", &["update"]);
    stage.apply().assert_ok();
    stage.plan().assert_empty();
    let now = stage.aws.world();
    assert_eq!(now["roles"], good["roles"]);
    for (arn, policy) in good["policies"].as_object().expect("policies") {
        assert_eq!(
            now["policies"][arn]["document"], policy["document"],
            "{arn}"
        );
    }
}

/// What was changed outside is seen and mended: the role's identity, the shared policies, and the settings they follow from.
#[test]
fn drift() {
    let stage = Stage::new(&Core::pinned());
    by_attribute(&stage);
    stage.converge(PEOPLE);
    let good = stage.aws.world();
    let role = role(&stage);

    let follows = "what it may follows from this tag";
    let tags = json!([{"Key": "project", "Value": "churn"}, {"Key": "system", "Value": "Other"}]);
    stage
        .aws
        .aws("iam", "TagRole", json!({"RoleName": role, "Tags": tags}));
    let keys = json!({"RoleName": role, "TagKeys": ["user"]});
    stage.aws.aws("iam", "UntagRole", keys);
    let incidents = [
        format!("has the tag `project` = `churn`: {follows}"),
        format!("has the tag `system` = `Other`: {follows}"),
        format!("lost its tag `user`: {follows}"),
    ];
    seen_and_mended(&stage, &good, &incidents);

    for arn in [MEMBERS, SUSPENDED] {
        let attachment = json!({"RoleName": role, "PolicyArn": arn});
        stage.aws.aws("iam", "DetachRolePolicy", attachment);
    }
    let open = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    edit_policy(&stage, MEMBERS, &open);
    let seen = [
        format!("lost the policy `{MEMBERS}`"),
        format!("lost the policy `{SUSPENDED}`"),
        "policy `MLSpace-members` was edited".to_owned(),
    ];
    seen_and_mended(&stage, &good, &seen);

    // A list that was edited is the project's to mend, and the members'.
    stage.converge(&PEOPLE.replace("\"Card fraud models\"", "\"\"\n  suspended = true"));
    assert_eq!(listed(&stage), ["fraud"]);
    edit_policy(&stage, SUSPENDED, &good["policies"][SUSPENDED]["document"]);
    assert_eq!(listed(&stage), ["-"]);
    let changed: Vec<String> = stage
        .plan()
        .changes()
        .into_iter()
        .map(|(address, _)| address)
        .collect();
    assert_eq!(
        changed,
        ["mlspace_membership.alice", "mlspace_project.fraud"]
    );
    stage.apply().assert_ok();
    stage.plan().assert_empty();
    assert_eq!(listed(&stage), ["fraud"]);
    stage.converge(PEOPLE);
    assert_eq!(listed(&stage), ["-"]);

    // Another network is in each role's inline policy, another bucket in the shared one.
    let subnet = json!([stage.aws.seed["subnet_ids"][0]]);
    let group = &stage.aws.seed["security_group_ids"];
    let settings = format!(
        "provider \"mlspace\" {{\n data_bucket = \"another-bucket\"\n notebook_defaults {{\n subnet_ids = {subnet}\n security_group_ids = {group}\n }}\n}}\n"
    );
    stage.work.write("settings_override.tf", &settings);
    stage
        .plan()
        .assert_only("mlspace_membership.alice", &["update"]);
    stage.apply().assert_ok();
    stage.plan().assert_empty();
    let world = stage.aws.world();
    let inline = world["roles"][&role]["inline"].to_string();
    let second = stage.aws.seed["subnet_ids"][1].as_str().expect("an id");
    assert!(!inline.contains(second), "{inline}");
    assert!(
        world["policies"][MEMBERS]["document"]
            .to_string()
            .contains("another-bucket")
    );
    stage.strike();
}

/// A dozen memberships take two policies; projects that are suspended at once are all listed.
#[test]
fn many_at_once() {
    let stage = Stage::new(&Core::pinned());
    by_attribute(&stage);
    stage.aws.clear_log();
    stage.converge(&crowd(""));
    assert_eq!(stage.aws.count("iam:CreateRole"), 12);
    assert_eq!(stage.aws.count("iam:CreatePolicy"), 2);
    assert_eq!(stage.aws.count("iam:CreatePolicyVersion"), 0);

    stage.aws.clear_log();
    stage.converge(&crowd("0, 2, 3, 5"));
    assert_eq!(
        listed(&stage),
        ["project0", "project2", "project3", "project5"]
    );
    assert_eq!(
        stage.aws.count("iam:CreatePolicyVersion"),
        4,
        "one call for each"
    );
    assert_eq!(stage.aws.count("iam:CreatePolicy"), 0);
    stage.converge(&crowd("1, 2"));
    assert_eq!(listed(&stage), ["project1", "project2"]);
    stage.strike();
}

/// Another process changes the list at the same moment: whoever looks last adds what is missing.
#[test]
fn suspended_by_two_processes() {
    let stage = Stage::new(&Core::pinned());
    by_attribute(&stage);
    stage.converge(&crowd(""));
    stage.configure(&crowd("1"));
    stage
        .aws
        .fault(&json!({"mode": "hold_after", "service": "iam", "action": "ListPolicyVersions"}));
    let mut child = stage.work.start(&["apply", "-auto-approve", "-no-color"]);
    crate::crash::until("the list is about to be written", || {
        stage.aws.struck() == [1]
    });
    // It has read the list, and is about to write it without what the other adds now.
    let mut theirs = stage.aws.world()["policies"][SUSPENDED]["document"].clone();
    theirs["Statement"][0]["Condition"]["StringEquals"]["aws:PrincipalTag/project"] =
        json!("project4");
    edit_policy(&stage, SUSPENDED, &theirs);
    let record = json!({
        "TableName": "mlspace-projects",
        "Key": {"name": {"S": "project4"}},
        "UpdateExpression": "SET suspended = :yes",
        "ExpressionAttributeValues": {":yes": {"BOOL": true}},
    });
    stage.aws.aws("dynamodb", "UpdateItem", record);
    stage.aws.clear_faults();
    assert!(child.wait().expect("Terraform ends").success());
    assert_eq!(listed(&stage), ["project1", "project4"]);
    stage.configure(&crowd("1, 4"));
    stage.plan().assert_empty();
    stage.strike();
}

/// More suspended projects than a policy can list are refused at plan time, with the sum.
#[test]
fn too_many_suspended() {
    let stage = Stage::new(&Core::pinned());
    by_attribute(&stage);
    for n in 0..230 {
        let item = json!({"name": {"S": format!("{n:024}")}, "suspended": {"BOOL": true}});
        stage.aws.aws(
            "dynamodb",
            "PutItem",
            json!({"TableName": "mlspace-projects", "Item": item}),
        );
    }
    stage.configure(PEOPLE);
    stage.plan();
    stage.configure(&PEOPLE.replace("\"Card fraud models\"", "\"\"\n  suspended = true"));
    let refused = stage.work.plan(&[]).outcome;
    refused.assert_error(&["231 suspended projects", "6144"]);
}

/// Policies of others under the names of ours are left alone, and named.
#[test]
fn policies_of_others_in_the_way() {
    let stage = Stage::new(&Core::pinned());
    by_attribute(&stage);
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
    });
    for (name, arn) in [
        ("MLSpace-members", MEMBERS),
        ("MLSpace-suspended", SUSPENDED),
    ] {
        let theirs = json!({"PolicyName": name, "PolicyDocument": document.to_string()});
        stage.aws.aws("iam", "CreatePolicy", theirs);
        stage.configure(PEOPLE);
        stage.apply().assert_error(&[name, "shared"]);
        assert_eq!(stage.aws.world()["policies"][arn]["document"], document);
        stage.work.destroy().assert_ok();
        stage
            .aws
            .aws("iam", "DeletePolicy", json!({"PolicyArn": arn}));
        stage.aws.assert_pristine();
    }
}
