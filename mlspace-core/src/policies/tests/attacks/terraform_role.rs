//! The role that runs Terraform, and services that assume roles.

use super::*;

const PLATFORM: &str = "arn:aws:iam::123456789012:role/terraform";
const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/MLSpace-boundary";

fn call(action: &str, resource: &str, context: &[(&str, &str)]) -> Request {
    let request = Request::new(Caller::from_arn(PLATFORM).unwrap(), action, resource);
    context.iter().fold(request, |request, (key, value)| {
        request.context(*key, [*value])
    })
}

/// The role that runs Terraform, with the generated policy only.
fn provider() -> PolicySet {
    let deployment = Deployment::new();
    let access = TerraformRoleAccess {
        boundary_arn: Some(BOUNDARY),
        ..TerraformRoleAccess::default()
    };
    let documents = provider_policy(&deployment.context(), &access).unwrap();
    documents.iter().fold(PolicySet::new(), |set, document| {
        set.identity("provider", document)
    })
}

#[test]
fn terraform_role_cannot_become_administrator() {
    let role = "arn:aws:iam::123456789012:role/MLSpace*";
    let mlspace = mlspace_role([
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
        // A policy with a name under the prefix that is attached to the platform's own role, and a
        // role without a boundary.
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
        allows(&mlspace, &request);
        denies(&provider(), &request);
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
        denies(&provider(), &call(action, &resource, &context));
    }
    let tagged = ("aws:RequestTag/system", "MLSpace");
    denies(&provider(), &call("iam:CreateRole", ROLE, &[bounded]));
    allows(
        &provider(),
        &call("iam:CreateRole", ROLE, &[bounded, tagged]),
    );
}

#[test]
fn trust_policy_is_limited_to_the_account() {
    let service = |account: &str| {
        let caller = Caller::Service("sagemaker.amazonaws.com".to_owned());
        Request::new(caller, "sts:AssumeRole", ROLE).context("aws:SourceAccount", [account])
    };
    let trusts = |document: &Document| PolicySet::new().resource("trust", document);
    let mlspace = Document::new([Statement::allow("")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole"])]);
    let deployment = Deployment::new();
    let generated = trust_policy(&deployment.context());
    allows(&trusts(&mlspace), &service("444455556666"));
    denies(&trusts(&generated), &service("444455556666"));
    allows(&trusts(&generated), &service("123456789012"));
    let session = Request::new(
        Caller::Service("sagemaker.amazonaws.com".to_owned()),
        "sts:TagSession",
        ROLE,
    )
    .context("aws:SourceAccount", ["123456789012"]);
    denies(&trusts(&generated), &session);
}

/// IAM deletes only policies without versions other than the default one, so the role must be
/// allowed to list and delete versions. End-to-end tests check that the provider does so.
#[test]
fn terraform_role_can_delete_policy_versions() {
    let mlspace = mlspace_role([Statement::allow("")
        .actions(["iam:DeletePolicy"])
        .resources(["arn:aws:iam::123456789012:policy/MLSpace*"])]);
    for name in ["MLSpace-project-foo", "MLSpace-user-alice"] {
        let policy = format!("arn:aws:iam::123456789012:policy/{name}");
        for action in ["iam:ListPolicyVersions", "iam:DeletePolicyVersion"] {
            denies(&mlspace, &call(action, &policy, &[]));
            allows(&provider(), &call(action, &policy, &[]));
        }
        allows(&provider(), &call("iam:DeletePolicy", &policy, &[]));
    }
}
