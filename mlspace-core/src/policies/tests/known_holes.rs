//! Holes that a review found in the documents of an earlier edition (commit 78e5832): refuted on
//! those, proved on today's.

use std::path::Path;

use super::*;
use iam_policy::Operator;
use iam_policy::evaluate::{Caller, PolicySet, UnsetVariable};
use iam_policy::prove::{Answer, Question, prove};

/// Which documents a role has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Edition {
    Earlier,
    Todays,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Model {
    PerPrincipal,
    Attribute,
}

/// A base policy.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Base {
    None,
    SageMakerFull,
    Everything,
}

/// A role and a question that must hold.
struct Hole {
    name: &'static str,
    models: &'static [Model],
    bounded: bool,
    suspended: bool,
    base: Base,
    tags: &'static [(&'static str, &'static str)],
    unset: &'static [UnsetVariable],
    ask: fn(Question) -> Question,
}

const BOTH: &[Model] = &[Model::PerPrincipal, Model::Attribute];
const TAGS: &[(&str, &str)] = &[
    ("system", "MLSpace"),
    ("project", "fraud"),
    ("user", "alice"),
];
const PLAIN: &[UnsetVariable] = &[UnsetVariable::MatchesNothing];
const DATA: &str = "arn:aws:s3:::mlspace-data-123456789012";

impl Hole {
    fn new(name: &'static str, ask: fn(Question) -> Question) -> Self {
        Self {
            name,
            models: BOTH,
            bounded: false,
            suspended: false,
            base: Base::None,
            tags: TAGS,
            unset: PLAIN,
            ask,
        }
    }
}

fn of_other_projects(question: Question) -> Question {
    question
        .when(
            Operator::StringNotEquals,
            "aws:ResourceTag/project",
            ["fraud"],
        )
        .when(Operator::Null, "aws:ResourceTag/project", ["false"])
}

fn holes() -> Vec<Hole> {
    vec![
        Hole {
            bounded: true,
            ..Hole::new("A1: work with another tenant's model", |question| {
                // A request names a model of its own account.
                let (all, own) = (
                    "arn:aws:sagemaker:*:123456789012:model/*",
                    "arn:aws:sagemaker:*:123456789012:model/fraud-*",
                );
                question
                    .actions([
                        "sagemaker:CreateTransformJob",
                        "sagemaker:CreateEndpointConfig",
                    ])
                    .when(Operator::ArnNotLike, "sagemaker:ModelArn", [own])
                    .when(Operator::ArnLike, "sagemaker:ModelArn", [all])
            })
        },
        Hole {
            bounded: true,
            base: Base::SageMakerFull,
            ..Hole::new(
                "A2: objects of group datasets that are not shared",
                |question| {
                    question
                        .actions(["s3:*"])
                        .resources([format!("{DATA}/group/*")])
                },
            )
        },
        Hole {
            models: &[Model::Attribute],
            base: Base::Everything,
            tags: &[("user", "alice")],
            unset: &[UnsetVariable::VoidsStatement, UnsetVariable::FailsElement],
            ..Hole::new(
                "A3: objects of projects, without the tag `project`",
                |question| {
                    question
                        .actions(["s3:*"])
                        .resources([format!("{DATA}/project/*")])
                },
            )
        },
        Hole {
            models: &[Model::Attribute],
            bounded: true,
            suspended: true,
            tags: &[("system", "MLSpace"), ("user", "alice")],
            ..Hole::new(
                "N1: anything in a suspended project, without the tag `project`",
                |question| question.actions(["s3:*", "sagemaker:*", "kms:*", "iam:PassRole"]),
            )
        },
        Hole {
            models: &[Model::Attribute],
            base: Base::SageMakerFull,
            tags: &[("system", "MLSpace")],
            unset: &[UnsetVariable::VoidsStatement, UnsetVariable::FailsElement],
            ..Hole::new(
                "N2: resources of other projects, without the tag `project`",
                |question| {
                    of_other_projects(question.actions([
                        "sagemaker:InvokeEndpoint",
                        "sagemaker:Stop*",
                        "sagemaker:Delete*",
                        "sagemaker:Describe*",
                    ]))
                },
            )
        },
        Hole {
            base: Base::SageMakerFull,
            ..Hole::new("N3: services beside S3 and SageMaker", |question| {
                question.actions([
                    "secretsmanager:*",
                    "lambda:*",
                    "codecommit:*",
                    "glue:*",
                    "athena:*",
                    "redshift-data:*",
                    "s3express:*",
                ])
            })
        },
        Hole {
            bounded: true,
            ..Hole::new("N4: tag resources of other projects", |question| {
                of_other_projects(question.actions(["sagemaker:AddTags"]))
            })
        },
        Hole {
            base: Base::Everything,
            ..Hole::new("N5: identities and keys", |question| {
                question.actions([
                    "sso:*",
                    "identitystore:*",
                    "rolesanywhere:*",
                    "ram:*",
                    "account:*",
                    "sts:SetContext",
                    "sts:GetFederationToken",
                    "kms:Sign",
                    "kms:GenerateMac",
                    "kms:DeriveSharedSecret",
                ])
            })
        },
    ]
}

/// A document of the earlier edition, or AWS's own.
fn stored(name: &str) -> Document {
    let folder = "../crates/iam-policy/src/prove/tests/documents";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    Document::parse(&std::fs::read_to_string(path.join(name)).unwrap()).unwrap()
}

fn policies(hole: &Hole, edition: Edition, model: Model, deployment: &Deployment) -> PolicySet {
    let (project, user) = (project("fraud"), user("alice"));
    let context = deployment.context();
    let listed: &[ProjectName] = if hole.suspended {
        std::slice::from_ref(&project)
    } else {
        &[]
    };
    let role = deployment.role_arn(&project, &user);
    let access = ProjectAccess::default();
    let member = MemberAccess::new(&project, &user, &role, &access);
    let mut documents = match (edition, model) {
        (Edition::Earlier, Model::PerPrincipal) => {
            ["project.json", "user.json", "pass_role.json", "base.json"]
                .map(stored)
                .to_vec()
        }
        (Edition::Earlier, Model::Attribute) => {
            let suspension = if hole.suspended {
                "suspension_fraud.json"
            } else {
                "suspension.json"
            };
            [
                "attribute.json",
                suspension,
                "attribute_role.json",
                "base.json",
            ]
            .map(stored)
            .to_vec()
        }
        (Edition::Todays, Model::PerPrincipal) => vec![
            project_policy(&context, &project, &access, hole.suspended).unwrap(),
            user_policy(&context, &user).unwrap(),
            pass_role_policy(&context, &member).unwrap(),
            notebook_base_policy(&context).unwrap(),
        ],
        (Edition::Todays, Model::Attribute) => vec![
            attribute_policy(&context).unwrap(),
            suspension_policy(&context, listed).unwrap(),
            attribute_role_policy(&context, &member).unwrap(),
            notebook_base_policy(&context).unwrap(),
        ],
    };
    documents.extend(match hole.base {
        Base::None => None,
        Base::SageMakerFull => Some(stored("AmazonSageMakerFullAccess.json")),
        Base::Everything => Some(allow_all("*")),
    });
    let set = documents.iter().fold(PolicySet::new(), |set, document| {
        set.identity("own", document)
    });
    match (hole.bounded, edition) {
        (false, _) => set,
        (true, Edition::Earlier) => set.boundary("boundary", &stored("boundary.json")),
        (true, Edition::Todays) => {
            set.boundary("boundary", &permissions_boundary(&context).unwrap())
        }
    }
}

/// The answer for each model and reading of a variable without a value.
fn answers(hole: &Hole, edition: Edition) -> Vec<(String, Answer)> {
    let deployment = Deployment::new();
    let role = deployment.role_arn(&project("fraud"), &user("alice"));
    let question = Question::new(Caller::from_arn(&role).unwrap());
    let question = hole.tags.iter().fold(question, |question, (key, value)| {
        question.principal_tag(key, *value)
    });
    let question = (hole.ask)(question);
    let mut all = Vec::new();
    for model in hole.models {
        for unset in hole.unset {
            let set = policies(hole, edition, *model, &deployment).unset_variables(*unset);
            let label = format!("{}, {edition:?}, {model:?}, {unset:?}", hole.name);
            all.push((label, prove(&set, &question)));
        }
    }
    all
}

#[test]
fn known_holes_are_refuted_on_the_earlier_edition() {
    for hole in holes() {
        for (label, answer) in answers(&hole, Edition::Earlier) {
            assert!(answer.counterexample().is_some(), "{label}: {answer}");
        }
    }
}

#[test]
fn known_holes_are_proved_closed_today() {
    let mut open = Vec::new();
    for hole in holes() {
        let answers = answers(&hole, Edition::Todays).into_iter();
        let failed = answers.filter(|(_, answer)| !answer.holds());
        open.extend(failed.map(|(label, answer)| format!("{label}: {answer}")));
    }
    assert!(open.is_empty(), "{}", open.join("\n"));
}
