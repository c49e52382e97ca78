//! The boundary of the role that runs Terraform: room for every call, and for nothing that would widen rights.

use super::provider::{ATTACH, BOUNDED, ELSEWHERE, LISTED, NEW_NOTEBOOK, ROLE, access, calls};
use super::*;
use iam_policy::Statement;
use iam_policy::evaluate::{Caller, PolicySet, Request};

/// The role that runs Terraform, with its boundary and whatever was attached besides.
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
fn the_boundary_leaves_room_for_every_call() {
    for (action, resource, context) in calls() {
        assert!(
            allowed_within_boundary(action, &resource, context),
            "{action} {resource}"
        );
    }
}

#[test]
fn the_boundary_holds_an_administrator_to_the_platform() {
    for (action, resource) in ELSEWHERE {
        // Tables are told apart by the policy alone.
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
