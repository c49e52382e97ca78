//! Requests that MLSpace's own policies allow by mistake, and that the generated policies deny.
//!
//! Each test builds a policy as MLSpace has it, shows with the evaluator which request it allows,
//! and checks the generated policies with the same request. `with_broad_base` is a membership in
//! its weakest state: with an additional base policy that allows everything, and without the
//! permissions boundary.

mod services;
mod size_limits;
mod storage;
mod tenants;
mod terraform_role;
mod workloads;

use super::*;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::lint::{LintOptions, LintTarget, RuleId, lint};
use iam_policy::{Operator, PolicyType, Principal, Statement};

const ROLE: &str = "arn:aws:iam::123456789012:role/MLSpace-foo-0123456789abcdef";
const BUCKET: &str = "arn:aws:s3:::mlspace-data-123456789012";

/// ARN of a SageMaker resource, whose name begins with the project's.
fn arn(resource: &str) -> String {
    let named = resource.split_once('/').map_or_else(
        || resource.to_owned(),
        |(kind, name)| format!("{kind}/foo-{name}"),
    );
    format!("arn:aws:sagemaker:us-east-1:123456789012:{named}")
}

/// A request by alice's role in the project foo.
fn ask(action: &str, resource: &str) -> Request {
    Request::new(Caller::from_arn(ROLE).unwrap(), action, resource)
        .principal_tag("system", "MLSpace")
        .principal_tag("project", "foo")
        .principal_tag("user", "alice")
}

/// The same, with the tags of a new resource.
fn create(action: &str, resource: &str, project: &str, user: &str) -> Request {
    ask(action, resource)
        .request_tag("system", "MLSpace")
        .request_tag("project", project)
        .request_tag("user", user)
}

/// The same, on a resource with these tags.
fn operate(action: &str, resource: &str, project: &str, user: &str) -> Request {
    ask(action, resource)
        .resource_tag("system", "MLSpace")
        .resource_tag("project", project)
        .resource_tag("user", user)
}

/// The policies of alice's role in the project foo.
fn membership() -> PolicySet {
    let deployment = Deployment::new();
    let context = deployment.context();
    let (project, user) = (project("foo"), user("alice"));
    let groups = group_policies(&context, &group("analysts"), &[dataset("cards")]).unwrap();
    let mut documents = vec![
        project_policy(&context, &project, &ProjectAccess::default(), false).unwrap(),
        user_policy(&context, &user).unwrap(),
        pass_role_policy(
            &context,
            &MemberAccess {
                datasets: &[dataset("cards")],
                ..MemberAccess::new(&project, &user, ROLE, &ProjectAccess::default())
            },
        )
        .unwrap(),
    ];
    documents.extend(groups);
    documents.iter().fold(PolicySet::new(), |set, document| {
        set.identity("own", document)
    })
}

/// The same, with an additional base policy that allows everything.
fn with_broad_base() -> PolicySet {
    membership().identity("base", &allow_all("*"))
}

/// A role with these statements of MLSpace.
fn mlspace_role(statements: impl IntoIterator<Item = Statement>) -> PolicySet {
    PolicySet::new().identity("mlspace", &Document::new(statements))
}

#[track_caller]
fn allows(set: &PolicySet, request: &Request) {
    let decision = set.decide(request);
    assert!(
        decision.is_allowed(),
        "{} {}: {decision}",
        request.action(),
        request.resource()
    );
}

#[track_caller]
fn denies(set: &PolicySet, request: &Request) {
    let decision = set.decide(request);
    assert!(
        !decision.is_allowed(),
        "{} {}: {decision}",
        request.action(),
        request.resource()
    );
}

fn findings(policy_type: PolicyType, document: &Document) -> Vec<RuleId> {
    let policy = LintTarget {
        label: "mlspace",
        policy_type,
        document,
    };
    lint(&[policy], &LintOptions::default())
        .iter()
        .map(|f| f.id())
        .collect()
}

/// Whether a policy that denies applies to a request that another policy allows.
fn is_denied(document: &Document, action: &str, context: &[(&str, &[&str])]) -> bool {
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/MLSpace-fraud-0").unwrap();
    let request = context.iter().fold(
        Request::new(caller, action, "arn:aws:iam::123456789012:role/any"),
        |request, (key, values)| request.context(*key, values.to_vec()),
    );
    let set = PolicySet::new()
        .identity("all", &allow_all("*"))
        .identity("constraint", document);
    !set.decide(&request).is_allowed()
}
