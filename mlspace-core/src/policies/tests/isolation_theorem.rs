//! The isolation of tenants, proved for all names, actions, resources and contexts.
//!
//! [`AnyTenant`] has the documents with variables in the place of names, and the claims.

use super::*;
use crate::policies::isolation::{AnyTenant, TenantModel, project_word, user_word};
use iam_policy::prove::{Answer, Question, prove};

/// What the tags of the role are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tags {
    Set,
    WithoutProject,
    WithoutUser,
    Lost,
}

/// A kind of role.
#[derive(Clone, Copy, Debug)]
struct Kind {
    model: TenantModel,
    bounded: bool,
    tags: Tags,
}

fn kinds() -> Vec<Kind> {
    let mut all = Vec::new();
    for model in [TenantModel::PerPrincipal, TenantModel::Attribute] {
        for bounded in [false, true] {
            for tags in [
                Tags::Set,
                Tags::WithoutProject,
                Tags::WithoutUser,
                Tags::Lost,
            ] {
                all.push(Kind {
                    model,
                    bounded,
                    tags,
                });
            }
        }
    }
    all
}

/// The claims that do not hold, with the requests.
fn open_claims(deployment: &Deployment, kind: Kind) -> Vec<(&'static str, Answer)> {
    let context = deployment.context();
    let any = AnyTenant::new(&context, kind.model).unwrap();
    let mut set = any.policies().identity("base", &allow_all("*"));
    if kind.bounded {
        let boundary = permissions_boundary(&context).unwrap();
        set = set.boundary("boundary", &boundary);
    }
    let tags = |question: Question| {
        let none = [""; 0];
        let question = match kind.tags {
            Tags::Set | Tags::WithoutUser => {
                question.any_word("aws:PrincipalTag/project", project_word())
            }
            _ => question.context("aws:PrincipalTag/project", none),
        };
        match kind.tags {
            Tags::Set | Tags::WithoutProject => {
                question.any_word("aws:PrincipalTag/user", user_word())
            }
            _ => question.context("aws:PrincipalTag/user", none),
        }
    };
    any.claims_with(&context, tags)
        .into_iter()
        .map(|claim| (claim.what, prove(&set, &claim.question)))
        .filter(|(_, answer)| !answer.holds())
        .collect()
}

/// One of the kinds, so that they are decided side by side.
fn assert_isolated(wanted: impl Fn(&Kind) -> bool) {
    let deployment = Deployment::new();
    let mut wrong = Vec::new();
    for kind in kinds().into_iter().filter(wanted) {
        for (what, answer) in open_claims(&deployment, kind) {
            assert!(
                !matches!(answer, Answer::NotDecided(_)),
                "{kind:?} {what}: {answer}"
            );
            wrong.push(format!("{kind:?}: a role can {what}: {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn policies_per_principal_isolate_all_tenants() {
    assert_isolated(|kind| kind.model == TenantModel::PerPrincipal && !kind.bounded);
}

#[test]
fn policies_per_principal_isolate_all_tenants_with_boundary() {
    assert_isolated(|kind| kind.model == TenantModel::PerPrincipal && kind.bounded);
}

#[test]
fn attribute_policies_isolate_all_tenants() {
    assert_isolated(|kind| kind.model == TenantModel::Attribute && !kind.bounded);
}

#[test]
fn attribute_policies_isolate_all_tenants_with_boundary() {
    assert_isolated(|kind| kind.model == TenantModel::Attribute && kind.bounded);
}
