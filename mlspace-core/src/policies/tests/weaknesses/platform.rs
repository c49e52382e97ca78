//! The roles of the platform itself, and services that act for it.

use super::*;

const PLATFORM: &str = "arn:aws:iam::123456789012:role/terraform";
const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/MLSpace-boundary";

fn call(action: &str, resource: &str, context: &[(&str, &str)]) -> Request {
    let request = Request::new(Caller::from_arn(PLATFORM).unwrap(), action, resource);
    context.iter().fold(request, |request, (key, value)| {
        request.context(*key, [*value])
    })
}

/// What runs Terraform, and has our policy only.
fn provider() -> PolicySet {
    let deployment = Deployment::new();
    let access = ProviderAccess {
        boundary_arn: Some(BOUNDARY),
        ..ProviderAccess::default()
    };
    let documents = provider_policy(&deployment.context(), &access).unwrap();
    documents.iter().fold(PolicySet::new(), |set, document| {
        set.identity("provider", document)
    })
}

#[test]
fn w07_the_platform_cannot_make_itself_administrator() {
    let role = "arn:aws:iam::123456789012:role/MLSpace*";
    let ancestor = ancestor([
        Statement::allow("")
            .actions(["iam:CreatePolicy", "iam:CreatePolicyVersion"])
            .resources(["arn:aws:iam::123456789012:policy/MLSpace*"]),
        Statement::allow("")
            .actions(["iam:AttachRolePolicy", "iam:TagRole"])
            .resources([role]),
        Statement::allow("")
            .actions(["iam:PassRole"])
            .resources([PLATFORM]),
    ]);
    let policy = |name: &str| format!("arn:aws:iam::123456789012:policy/{name}");
    let admin = (
        "iam:PolicyARN",
        "arn:aws:iam::aws:policy/AdministratorAccess",
    );
    for (action, resource, context) in [
        // A policy that is attached to the platform's own role, though its name lies under the prefix, and a role that has no boundary.
        (
            "iam:CreatePolicyVersion",
            policy("MLSpace-kms-instance-constraint-policy"),
            vec![],
        ),
        (
            "iam:AttachRolePolicy",
            "arn:aws:iam::123456789012:role/MLSpace-notebook-role".to_owned(),
            vec![admin],
        ),
        (
            "iam:PassRole",
            PLATFORM.to_owned(),
            vec![("iam:PassedToService", "ec2.amazonaws.com")],
        ),
    ] {
        let request = call(action, &resource, &context);
        allows(&ancestor, &request);
        refuses(&provider(), &request);
    }
    let bounded = ("iam:PermissionsBoundary", BOUNDARY);
    for (action, resource, context) in [
        ("iam:CreatePolicyVersion", BOUNDARY.to_owned(), vec![]),
        (
            "iam:AttachRolePolicy",
            ROLE.to_owned(),
            vec![bounded, admin],
        ),
        ("iam:CreateRole", ROLE.to_owned(), vec![]),
        (
            "iam:DeleteRolePermissionsBoundary",
            ROLE.to_owned(),
            vec![bounded],
        ),
        ("iam:PutRolePolicy", PLATFORM.to_owned(), vec![]),
    ] {
        refuses(&provider(), &call(action, &resource, &context));
    }
    allows(&provider(), &call("iam:CreateRole", ROLE, &[bounded]));
}

#[test]
fn w24_a_service_acts_for_this_account_only() {
    let service = |account: &str| {
        let caller = Caller::Service("sagemaker.amazonaws.com".to_owned());
        Request::new(caller, "sts:AssumeRole", ROLE).context("aws:SourceAccount", [account])
    };
    let trusts = |document: &Document| PolicySet::new().resource("trust", document);
    let ancestor = Document::new([Statement::allow("")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole"])]);
    let deployment = Deployment::new();
    let ours = trust_policy(&deployment.context());
    allows(&trusts(&ancestor), &service("444455556666"));
    refuses(&trusts(&ours), &service("444455556666"));
    allows(&trusts(&ours), &service("123456789012"));
    let session = Request::new(
        Caller::Service("sagemaker.amazonaws.com".to_owned()),
        "sts:TagSession",
        ROLE,
    )
    .context("aws:SourceAccount", ["123456789012"]);
    refuses(&trusts(&ours), &session);
}

/// IAM deletes no policy that has other versions than the default one, and a policy that was changed once has: what deletes policies must be
/// let to see and delete these. That it does so is the end-to-end tests' matter.
#[test]
fn w26_versions_can_be_deleted_before_their_policy() {
    let ancestor = ancestor([Statement::allow("")
        .actions(["iam:DeletePolicy"])
        .resources(["arn:aws:iam::123456789012:policy/MLSpace*"])]);
    for name in ["MLSpace-project-foo", "MLSpace-user-alice"] {
        let policy = format!("arn:aws:iam::123456789012:policy/{name}");
        for action in ["iam:ListPolicyVersions", "iam:DeletePolicyVersion"] {
            refuses(&ancestor, &call(action, &policy, &[]));
            allows(&provider(), &call(action, &policy, &[]));
        }
        allows(&provider(), &call("iam:DeletePolicy", &policy, &[]));
    }
}
