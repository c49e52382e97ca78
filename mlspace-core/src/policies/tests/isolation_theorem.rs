//! The isolation of tenants, proved for all names, actions, resources and contexts.
//!
//! The documents are generated for names that stand for any: in their text, policy variables over
//! keys of this test take the place of these names, and questions leave the values of the keys open
//! within the shapes of names.

use super::*;
use crate::policies::isolation::{Tenant, isolation_claims, project_word, user_word};
use iam_policy::evaluate::{Caller, PolicySet};
use iam_policy::prove::{Answer, Question, prove};

/// Names that occur nowhere else in the documents, with the keys that replace them.
const NAMES: [(&str, &str); 4] = [
    ("Pqzx7", "theorem:project"),
    ("Uqzx7", "theorem:user"),
    ("Rqzx7", "theorem:role"),
    ("Dqzx7", "theorem:dataset"),
];
const ROLE: &str = "arn:aws:iam::123456789012:role/Rqzx7";

/// The text with variables in the place of names.
fn general(text: &str) -> String {
    NAMES.iter().fold(text.to_owned(), |text, (name, key)| {
        text.replace(name, &format!("${{{key}}}"))
    })
}

fn general_document(document: &Document) -> Document {
    Document::parse(&general(&document.to_json())).unwrap()
}

/// A question about any names.
fn any_names(question: Question) -> Question {
    question
        .any_word("theorem:project", project_word())
        .any_word("theorem:user", user_word())
        .any_word("theorem:role", user_word())
        .any_word("theorem:dataset", user_word())
}

/// What the tags of the role are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tags {
    Set,
    WithoutProject,
    WithoutUser,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Model {
    PerPrincipal,
    Attribute,
}

/// A kind of role.
#[derive(Clone, Copy, Debug)]
struct Kind {
    model: Model,
    bounded: bool,
    tags: Tags,
}

fn kinds() -> Vec<Kind> {
    let mut all = Vec::new();
    for model in [Model::PerPrincipal, Model::Attribute] {
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

fn policies(deployment: &Deployment, kind: Kind) -> PolicySet {
    let context = deployment.context();
    let datasets = [dataset("Dqzx7")];
    let mut documents = group_policies(&context, &group("analysts"), &datasets).unwrap();
    match kind.model {
        Model::PerPrincipal => documents.extend([
            project_policy(&context, &project("Pqzx7"), false).unwrap(),
            user_policy(&context, &user("Uqzx7")).unwrap(),
            pass_role_policy(&context, ROLE).unwrap(),
        ]),
        Model::Attribute => documents.extend([
            attribute_policy(&context).unwrap(),
            attribute_role_policy(&context, ROLE).unwrap(),
        ]),
    }
    let mut set = PolicySet::new().identity("base", &allow_all("*"));
    for document in documents {
        set = set.identity("own", &general_document(&document));
    }
    if kind.bounded {
        let boundary = permissions_boundary(&context).unwrap();
        set = set.boundary("boundary", &general_document(&boundary));
    }
    set
}

/// The claims that do not hold, with the requests.
fn open_claims(deployment: &Deployment, kind: Kind) -> Vec<(&'static str, Answer)> {
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/member").unwrap();
    let variable = |key: &str| format!("${{{key}}}");
    let (own_project, own_user) = match kind.model {
        Model::PerPrincipal => (variable("theorem:project"), variable("theorem:user")),
        Model::Attribute => (
            variable("aws:PrincipalTag/project"),
            variable("aws:PrincipalTag/user"),
        ),
    };
    let tenant = Tenant {
        project: own_project,
        user: own_user,
        role_arn: general(ROLE),
        shared_datasets: vec![general("Dqzx7")],
    };
    let ask = |question: Question| {
        let question = any_names(question).principal_tag("system", "MLSpace");
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
    let set = policies(deployment, kind);
    isolation_claims(&deployment.context(), &caller, &tenant, ask)
        .into_iter()
        .map(|claim| (claim.what, prove(&set, &claim.question)))
        .filter(|(_, answer)| !answer.holds())
        .collect()
}

/// Claims that today's documents do not meet without a boundary, or with one.
///
/// - Datasets of other groups, and lists of them, are denied only implicitly, and the boundary
///   allows them to all.
/// - SageMaker operations that no statement names, such as `CreateAction`, are left to the base
///   policy; the boundary does not allow them.
/// - `AddTags` needs only that the request has `sagemaker:TaggingAction`, whatever the resource.
const OPEN: [(&str, bool); 6] = [
    ("reach objects of datasets of other groups", true),
    ("list prefixes of others", true),
    ("tag SageMaker resources of other projects", true),
    ("use SageMaker resources of other projects", false),
    ("create SageMaker resources for other projects", false),
    ("create SageMaker resources for other users", false),
];

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
            let known = OPEN.iter().find(|(open, _)| *open == what);
            if !known.is_some_and(|(_, with_boundary)| *with_boundary || !kind.bounded) {
                wrong.push(format!("{kind:?}: a role can {what}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn policies_per_principal_isolate_all_tenants() {
    assert_isolated(|kind| kind.model == Model::PerPrincipal && !kind.bounded);
}

#[test]
fn policies_per_principal_isolate_all_tenants_with_boundary() {
    assert_isolated(|kind| kind.model == Model::PerPrincipal && kind.bounded);
}

#[test]
fn attribute_policies_isolate_all_tenants() {
    assert_isolated(|kind| kind.model == Model::Attribute && !kind.bounded);
}

#[test]
fn attribute_policies_isolate_all_tenants_with_boundary() {
    assert_isolated(|kind| kind.model == Model::Attribute && kind.bounded);
}
