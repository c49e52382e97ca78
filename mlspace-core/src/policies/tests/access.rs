//! What the documents of a membership decide together, by our evaluator: the access table in both directions.
//!
//! Two projects and two users whose names begin alike, all four memberships; without a base policy, with one for notebooks, with one that
//! allows all of SageMaker, and with one that allows everything; with and without the permissions boundary; and the boundary by itself.

mod cases;
mod isolation;
mod models;
mod support;
mod teeth;

use super::*;
use cases::{Case, cases};
use iam_policy::Statement;
use iam_policy::evaluate::{Caller, Outcome, PolicySet, Request};

const PROJECTS: [&str; 2] = ["alpha", "alphabeta"];
const USERS: [&str; 2] = ["al", "alice"];
/// Shared with the group that every user is in.
const SHARED_DATASET: &str = "cards";
/// Shared with another group.
const OTHER_DATASET: &str = "cards-eu";

/// A member and the deployment it belongs to.
struct Member<'a> {
    deployment: &'a Deployment,
    project: ProjectName,
    user: UserName,
}

impl Member<'_> {
    fn role_arn(&self) -> String {
        self.deployment.role_arn(&self.project, &self.user)
    }

    fn request(&self, action: &str, resource: &str) -> Request {
        let caller = Caller::from_arn(&self.role_arn()).unwrap();
        Request::new(caller, action, resource)
            .principal_tag("system", "MLSpace")
            .principal_tag("project", self.project.as_str())
            .principal_tag("user", self.user.as_str())
            .principal_tag("dynamic-user-role", "true")
    }

    fn policies(&self, suspended: bool) -> PolicySet {
        let context = self.deployment.context();
        let mut set = PolicySet::new()
            .identity(
                "project",
                &project_policy(&context, &self.project, suspended).unwrap(),
            )
            .identity("user", &user_policy(&context, &self.user).unwrap())
            .identity(
                "role",
                &pass_role_policy(&context, &self.role_arn()).unwrap(),
            );
        let datasets = [dataset(SHARED_DATASET)];
        for document in group_policies(&context, &group("analysts"), &datasets).unwrap() {
            set = set.identity("group", &document);
        }
        set
    }
}

fn members(deployment: &Deployment) -> Vec<Member<'_>> {
    let pairs = PROJECTS
        .iter()
        .flat_map(|p| USERS.iter().map(move |u| (p, u)));
    pairs
        .map(|(p, u)| Member {
            deployment,
            project: project(p),
            user: user(u),
        })
        .collect()
}

fn allow_all(actions: &str) -> Document {
    Document::new([Statement::allow("Base").actions([actions]).resources(["*"])])
}

/// All ways in which the cases differ from what `set` decides.
fn differences(
    member: &Member<'_>,
    label: &str,
    set: &PolicySet,
    relevant: impl Fn(&Case) -> bool,
) -> Vec<String> {
    let compiled = set.compile();
    let allows = |request: &Request| compiled.outcome(request) == Outcome::Allowed;
    let differ = |case: &Case| relevant(case) && allows(&case.request) != case.may;
    let told = |case: Case| {
        let decision = compiled.decide(&case.request);
        let Member { project, user, .. } = member;
        format!("{project}/{user} {label}: {}: {decision}", case.what)
    };
    let expected = cases(member).into_iter();
    expected.filter(differ).map(told).collect()
}

fn assert_none(differences: Vec<String>) {
    assert!(
        differences.is_empty(),
        "{} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn a_membership_may_exactly_what_the_table_says() {
    let deployment = Deployment::new();
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    let mut all = Vec::new();
    for member in members(&deployment) {
        let own = member.policies(false);
        all.extend(differences(&member, "alone", &own, |_| true));
        all.extend(differences(
            &member,
            "bounded",
            &own.boundary("boundary", &boundary),
            |_| true,
        ));
    }
    assert_none(all);
}

#[test]
fn no_base_policy_opens_more() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let boundary = permissions_boundary(&context).unwrap();
    let bases = [
        ("notebook", notebook_base_policy(&context).unwrap()),
        ("sagemaker", allow_all("sagemaker:*")),
        ("everything", allow_all("*")),
    ];
    let mut all = Vec::new();
    for member in members(&deployment) {
        for (label, base) in &bases {
            let set = member.policies(false).identity("base", base);
            let closed = |case: &Case| *label != "everything" || !case.open_to_base;
            all.extend(differences(&member, label, &set, closed));
            all.extend(differences(
                &member,
                label,
                &set.boundary("boundary", &boundary),
                closed,
            ));
        }
    }
    assert_none(all);
}

#[test]
fn the_boundary_holds_the_limits_by_itself() {
    let deployment = Deployment::new();
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    let set = PolicySet::new()
        .identity("everything", &allow_all("*"))
        .boundary("boundary", &boundary);
    let mut all = Vec::new();
    for member in members(&deployment) {
        all.extend(differences(&member, "boundary", &set, |case| {
            !case.within_boundary && !case.open_to_base
        }));
    }
    assert_none(all);
}

#[test]
fn a_role_without_tags_reaches_nothing_of_tenants_through_the_boundary() {
    let deployment = Deployment::new();
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    let set = PolicySet::new()
        .identity("everything", &allow_all("*"))
        .boundary("boundary", &boundary)
        .compile();
    let member = &members(&deployment)[0];
    let untagged = |request: Request| {
        let none: [String; 0] = [];
        request
            .context("aws:PrincipalTag/project", none.clone())
            .context("aws:PrincipalTag/user", none)
    };
    let shared = [
        "global",
        "group/datasets",
        "sagemaker:AddTags",
        "on endpoint-config",
    ];
    for case in cases(member) {
        if shared.iter().any(|part| case.what.contains(part)) {
            continue;
        }
        assert!(
            !set.decide(&untagged(case.request)).is_allowed(),
            "{}",
            case.what
        );
    }
}

#[test]
fn a_suspended_project_denies_everything_to_its_members() {
    let deployment = Deployment::new();
    for member in members(&deployment) {
        let set = member.policies(true).identity("base", &allow_all("*"));
        let set = set.compile();
        for case in cases(&member) {
            assert!(!set.decide(&case.request).is_allowed(), "{}", case.what);
        }
    }
}

#[test]
fn without_defaults_network_and_key_may_be_any_but_must_be_named() {
    let deployment = Deployment {
        key: None,
        subnets: Vec::new(),
        groups: Vec::new(),
        ..Deployment::new()
    };
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    let member = &members(&deployment)[0];
    for set in [
        member.policies(false),
        member.policies(false).boundary("boundary", &boundary),
    ] {
        let set = set.identity("base", &allow_all("sagemaker:*")).compile();
        for case in cases(member) {
            // The cases name networks and keys that are others only where some are approved.
            let may = case.may
                || case.what.contains("other subnet")
                || case.what.contains("other group")
                || case.what.contains("other key");
            assert_eq!(set.decide(&case.request).is_allowed(), may, "{}", case.what);
        }
    }
}
