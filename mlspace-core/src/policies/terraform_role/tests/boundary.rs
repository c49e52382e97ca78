//! The boundary of the role that runs Terraform allows every call of the provider, and none that
//! would extend permissions.

use super::*;

/// Whether the role is allowed a call, with its boundary and a policy that allows everything.
fn allowed_within_boundary(action: &str, resource: &str, context: &[(&str, &str)]) -> bool {
    let deployment = Deployment::new();
    let boundary = provider_boundary(&deployment.context(), &access()).unwrap();
    let all = Document::new([Statement::allow("All").actions(["*"]).resources(["*"])]);
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/terraform").unwrap();
    let request = context.iter().fold(
        Request::new(caller, action, resource),
        |request, (key, value)| request.context(*key, [*value]),
    );
    PolicySet::new()
        .identity("all", &all)
        .boundary("boundary", &boundary)
        .decide(&request)
        .is_allowed()
}

#[test]
fn provider_boundary_allows_every_call() {
    for (action, resource, context) in calls() {
        assert!(
            allowed_within_boundary(action, &resource, context),
            "{action} {resource}"
        );
    }
}

#[test]
fn provider_boundary_denies_other_calls() {
    for (action, resource) in DENIED {
        // Only the policy restricts access to single tables.
        if action.starts_with("dynamodb:") && !action.ends_with("Table") {
            continue;
        }
        let context: Vec<_> = [BOUNDED, ATTACH, NEW_NOTEBOOK, LISTED]
            .concat()
            .into_iter()
            .chain([("iam:PassedToService", "sagemaker.amazonaws.com")])
            .collect();
        assert!(
            !allowed_within_boundary(action, resource, &context),
            "{action} {resource}"
        );
    }
    assert!(!allowed_within_boundary("iam:CreateRole", ROLE, &[]));
    assert!(!allowed_within_boundary(
        "iam:PassRole",
        ROLE,
        &[("iam:PassedToService", "ec2.amazonaws.com")]
    ));
}
