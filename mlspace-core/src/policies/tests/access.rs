//! Decisions of a membership's policies together: the access table of [`crate::policies`], as
//! requests that are allowed and requests that are denied.
//!
//! There are two projects and two users whose names start with the same letters, and all four
//! memberships. They are tested without a base policy, with one for notebooks, with one that allows
//! all of SageMaker, and with one that allows everything; with and without the permissions
//! boundary; and with the boundary alone.

mod base_policy;
mod cases;
mod isolation;
mod models;
mod mutation;

use super::*;
use cases::{Case, access_cases};
use iam_policy::evaluate::{Caller, Outcome, PolicySet, Request};

const PROJECTS: [&str; 2] = ["alpha", "alphabeta"];
const USERS: [&str; 2] = ["al", "alice"];
/// Dataset shared with the group of every user.
const SHARED_DATASET: &str = "cards";
/// Dataset shared with another group.
const OTHER_DATASET: &str = "cards-eu";

/// A membership in a deployment.
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

    /// The inline policy of the role, in one of the models.
    fn inline(
        &self,
        make: fn(&PolicyContext<'_>, &MemberAccess<'_>) -> Result<Document, PolicyError>,
    ) -> Document {
        let (role, access) = (self.role_arn(), ProjectAccess::default());
        let member = MemberAccess {
            datasets: &[dataset(SHARED_DATASET)],
            ..MemberAccess::new(&self.project, &self.user, &role, &access)
        };
        make(&self.deployment.context(), &member).unwrap()
    }

    fn policies(&self, suspended: bool) -> PolicySet {
        let context = self.deployment.context();
        let mut set = PolicySet::new()
            .identity(
                "project",
                &project_policy(
                    &context,
                    &self.project,
                    &ProjectAccess::default(),
                    suspended,
                )
                .unwrap(),
            )
            .identity("user", &user_policy(&context, &self.user).unwrap())
            .identity("role", &self.inline(pass_role_policy));
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

/// The relevant cases that `set` decides differently.
fn differences(
    member: &Member<'_>,
    label: &str,
    set: &PolicySet,
    relevant: impl Fn(&Case) -> bool,
) -> Vec<String> {
    let compiled = set.compile();
    let allows = |request: &Request| compiled.outcome(request) == Outcome::Allowed;
    let differs = |case: &Case| relevant(case) && allows(&case.request) != case.allowed;
    let describe = |case: Case| {
        let decision = compiled.decide(&case.request);
        let Member { project, user, .. } = member;
        format!("{project}/{user} {label}: {}: {decision}", case.what)
    };
    let expected = access_cases(member).into_iter();
    expected.filter(differs).map(describe).collect()
}

fn assert_no_differences(differences: Vec<String>) {
    assert!(
        differences.is_empty(),
        "{} differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

#[test]
fn membership_has_the_access_of_the_table() {
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
    assert_no_differences(all);
}

#[test]
fn base_policies_allow_nothing_more() {
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
            let decided = |case: &Case| *label == "notebook" || !case.base_policy_can_allow;
            all.extend(differences(&member, label, &set, decided));
            all.extend(differences(
                &member,
                label,
                &set.boundary("boundary", &boundary),
                decided,
            ));
        }
    }
    assert_no_differences(all);
}

#[test]
fn boundary_alone_denies_other_tenants() {
    let deployment = Deployment::new();
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    let set = PolicySet::new()
        .identity("everything", &allow_all("*"))
        .boundary("boundary", &boundary);
    let mut all = Vec::new();
    for member in members(&deployment) {
        all.extend(differences(&member, "boundary", &set, |case| {
            !case.allowed_by_boundary && !case.base_policy_can_allow
        }));
    }
    assert_no_differences(all);
}

#[test]
fn boundary_denies_tenant_data_to_untagged_roles() {
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
    for case in access_cases(member) {
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
fn suspension_denies_everything() {
    let deployment = Deployment::new();
    for member in members(&deployment) {
        let set = member.policies(true).identity("base", &allow_all("*"));
        let set = set.compile();
        for case in access_cases(&member) {
            assert!(!set.decide(&case.request).is_allowed(), "{}", case.what);
        }
    }
}

#[test]
fn policies_without_defaults_require_any_network_and_key() {
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
        for case in access_cases(member)
            .into_iter()
            .filter(|case| !case.base_policy_can_allow)
        {
            // Without approved networks and keys, all of them are allowed.
            let allowed = case.allowed
                || case.what.contains("other subnet")
                || case.what.contains("other group")
                || case.what.contains("other key");
            assert_eq!(
                set.decide(&case.request).is_allowed(),
                allowed,
                "{}",
                case.what
            );
        }
    }
}
