//! Many operations at once, and an AWS that is late: throttling, eventual consistency, shared
//! policies.

use serde_json::json;

use crate::support::{TEAM, e2e_test};

/// Six projects, each with the same two members.
const MANY_MEMBERSHIPS: &str = r#"
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

e2e_test! {
    /// Throttled calls are retried.
    fn throttling(env) {
        for service in ["iam", "dynamodb", "sagemaker", "s3"] {
            env.aws.fault(&json!({"mode": "throttle", "service": service, "times": 2}));
        }
        env.apply_and_verify(TEAM);
        assert_eq!(env.aws.clear_faults(), [2, 2, 2, 2]);
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// The next call does not see yet what IAM has just created: the provider waits for it.
    fn eventual_consistency(env) {
        let not_found = |action: &str| json!({
            "mode": "error", "service": "iam", "action": action, "times": 2,
            "code": "NoSuchEntity", "message": "not found yet", "status": 404,
        });
        for action in ["AttachRolePolicy", "PutRolePolicy"] {
            env.aws.fault(&not_found(action));
        }
        env.aws.fault(&json!({
            "mode": "error", "service": "sagemaker", "action": "CreateNotebookInstance", "times": 2,
            "code": "ValidationException", "status": 400,
            "message": "Could not assume role arn:aws:iam::123456789012:role/x. Please ensure that the \
                        role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.",
        }));
        env.apply_and_verify(TEAM);
        assert_eq!(env.aws.clear_faults(), [2, 2, 2]);

        // For a while, IAM treats a policy as attached that was just detached.
        for action in ["DeletePolicy", "DeleteRole"] {
            env.aws.fault(&json!({
                "mode": "error", "service": "iam", "action": action, "times": 2,
                "code": "DeleteConflict", "message": "still attached", "status": 409,
            }));
        }
        env.destroy_and_verify();
        assert_eq!(env.aws.clear_faults(), [2, 2]);
    }
}

e2e_test! {
    /// Memberships of the same users in many projects are created and destroyed at once.
    fn many_memberships_at_once(env) {
        env.apply_and_verify(MANY_MEMBERSHIPS);
        let account = env.aws.account_state();
        assert_eq!(account["roles"].as_object().map(serde_json::Map::len), Some(12));
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// Refreshing twelve memberships takes one to three bulk reads, and no read per membership.
    fn many_memberships_read_in_bulk(env) {
        env.apply_and_verify(MANY_MEMBERSHIPS);
        env.aws.clear_log();
        env.plan().assert_empty();
        let calls = env.aws.calls();
        let count = |name: &str| calls.iter().filter(|call| *call == name).count();
        let bulk = count("iam:GetAccountAuthorizationDetails");
        assert!((1..=3).contains(&bulk), "{calls:?}");
        for action in ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies", "GetRolePolicy"] {
            assert_eq!(count(&format!("iam:{action}")), 0, "{calls:?}");
        }
        assert_eq!(env.aws.writes(), Vec::<String>::new());
        env.destroy_and_verify();
    }
}

e2e_test! {
    /// One failure leaves the other memberships created, and the next apply creates the rest.
    fn many_memberships_one_fails(env) {
        env.configure(MANY_MEMBERSHIPS);
        env.aws.fault(&json!({
            "mode": "error", "service": "iam", "action": "CreateRole", "skip": 3, "times": 1,
            "code": "AccessDenied", "message": "denied by the test",
        }));
        assert_ne!(env.apply().code, Some(0));
        assert_eq!(env.aws.clear_faults(), [1]);
        let account = env.aws.account_state();
        assert_eq!(account["roles"].as_object().map(serde_json::Map::len), Some(11));
        env.apply().assert_ok();
        env.plan().assert_empty();
        env.destroy_and_verify();
    }
}
