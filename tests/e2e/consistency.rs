//! Many at once, and an AWS that is late: throttling, changes that show later, shared policies.

use serde_json::json;

use crate::support::{TEAM, scenario};

/// Six projects, each with the same two people.
const CROWD: &str = r#"
locals {
  people = { for pair in setproduct(range(6), ["alice", "bob"]) : "${pair[0]}-${pair[1]}" => pair }
}

resource "mlspace_project" "many" {
  count      = 6
  name       = "project${count.index}"
  created_by = "alice"
}

resource "mlspace_membership" "many" {
  for_each = local.people
  project  = mlspace_project.many[each.value[0]].name
  user     = each.value[1]
  owner    = each.value[1] == "alice"
}
"#;

scenario! {
    /// Throttling is waited out.
    fn throttling(stage) {
        for service in ["iam", "dynamodb", "sagemaker", "s3"] {
            stage.aws.fault(&json!({"mode": "throttle", "service": service, "times": 2}));
        }
        stage.converge(TEAM);
        assert_eq!(stage.aws.clear_faults(), [2, 2, 2, 2]);
        stage.strike();
    }
}

scenario! {
    /// What IAM just made isn't there yet for the next call: the provider waits for it.
    fn changes_that_show_later(stage) {
        let late = |action: &str| json!({
            "mode": "error", "service": "iam", "action": action, "times": 2,
            "code": "NoSuchEntity", "message": "not found yet", "status": 404,
        });
        for action in ["AttachRolePolicy", "PutRolePolicy"] {
            stage.aws.fault(&late(action));
        }
        stage.aws.fault(&json!({
            "mode": "error", "service": "sagemaker", "action": "CreateNotebookInstance", "times": 2,
            "code": "ValidationException", "status": 400,
            "message": "Could not assume role arn:aws:iam::123456789012:role/x. Please ensure that the \
                        role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.",
        }));
        stage.converge(TEAM);
        assert_eq!(stage.aws.clear_faults(), [2, 2, 2]);

        // A policy that was just detached still counts as attached for a while.
        for action in ["DeletePolicy", "DeleteRole"] {
            stage.aws.fault(&json!({
                "mode": "error", "service": "iam", "action": action, "times": 2,
                "code": "DeleteConflict", "message": "still attached", "status": 409,
            }));
        }
        stage.strike();
        assert_eq!(stage.aws.clear_faults(), [2, 2]);
    }
}

scenario! {
    /// Memberships of the same people in many projects come and go at once.
    fn many_at_once(stage) {
        stage.converge(CROWD);
        let world = stage.aws.world();
        assert_eq!(world["roles"].as_object().map(serde_json::Map::len), Some(12));
        stage.strike();
    }
}

scenario! {
    /// Refreshing a dozen memberships takes one bulk read, or a few, and none for each of them.
    fn memberships_are_read_in_bulk(stage) {
        stage.converge(CROWD);
        stage.aws.clear_log();
        stage.plan().assert_empty();
        let calls = stage.aws.calls();
        let count = |name: &str| calls.iter().filter(|call| *call == name).count();
        let bulk = count("iam:GetAccountAuthorizationDetails");
        assert!((1..=3).contains(&bulk), "{calls:?}");
        for each in ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies", "GetRolePolicy"] {
            assert_eq!(count(&format!("iam:{each}")), 0, "{calls:?}");
        }
        assert_eq!(stage.aws.writes(), Vec::<String>::new());
        stage.strike();
    }
}

scenario! {
    /// A failure in one of many leaves the others done, and the next apply does the rest.
    fn one_of_many_fails(stage) {
        stage.configure(CROWD);
        stage.aws.fault(&json!({
            "mode": "error", "service": "iam", "action": "CreateRole", "skip": 3, "times": 1,
            "code": "AccessDenied", "message": "refused by the test",
        }));
        assert_ne!(stage.apply().code, Some(0));
        assert_eq!(stage.aws.clear_faults(), [1]);
        let world = stage.aws.world();
        assert_eq!(world["roles"].as_object().map(serde_json::Map::len), Some(11));
        stage.apply().assert_ok();
        stage.plan().assert_empty();
        stage.strike();
    }
}
