//! What a membership's role must never be allowed, as questions about all requests.
//!
//! Each claim is a [`Question`] whose answer must be that no such request is allowed, whatever base
//! policy the role has. [Proved](iam_policy::prove::prove) for the documents of this module, it
//! holds for all names, since the names in it are the values of context keys that a question leaves
//! open, or those of one membership.

use iam_policy::Operator;
use iam_policy::evaluate::Caller;
use iam_policy::prove::{Question, Word};

use super::context::GrantContext;
use crate::layout::{GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX};
use crate::tags::{PROJECT, USER};

/// A membership as it stands in patterns: its names, or policy variables in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The project.
    pub project: String,
    /// The user.
    pub user: String,
    /// ARN of the role.
    pub role_arn: String,
    /// Datasets that are shared with the user's groups.
    pub shared_datasets: Vec<String>,
}

/// A kind of requests that no membership's role is allowed to make.
#[derive(Debug, Clone)]
pub struct IsolationClaim {
    /// What the requests would do: an infinitive without "to".
    pub what: &'static str,
    /// The requests.
    pub question: Question,
}

/// The shape of a project's name, for [`Question::any_word`].
#[must_use]
pub fn project_word() -> Word {
    Word::new([('0', '9'), ('A', 'Z'), ('a', 'z')], 1, 24)
}

/// The shape of a user's name, for [`Question::any_word`].
#[must_use]
pub fn user_word() -> Word {
    let marks = ['_', '.', '@', '+', '-'].map(|mark| (mark, mark));
    Word::new(
        marks
            .into_iter()
            .chain([('0', '9'), ('A', 'Z'), ('a', 'z')]),
        1,
        64,
    )
}

/// Writes objects or changes them.
const WRITES: [&str; 4] = ["s3:Put*", "s3:Delete*", "s3:Restore*", "s3:Replicate*"];

/// The claims about a membership's role. `ask` adds what is known about its requests, such as the
/// tags of the role.
#[must_use]
pub fn isolation_claims(
    context: &GrantContext<'_>,
    caller: &Caller,
    tenant: &Tenant,
    ask: impl Fn(Question) -> Question,
) -> Vec<IsolationClaim> {
    let objects = |prefix: &str| context.objects(prefix);
    let project = format!("project/{}/", tenant.project);
    let private = format!("private/{}/", tenant.user);
    let datasets = tenant.shared_datasets.iter();
    let datasets: Vec<String> = datasets
        .map(|name| format!("group/datasets/{name}/"))
        .collect();
    let shared = [GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX];
    let listed = [project.as_str(), private.as_str()]
        .into_iter()
        .chain(shared)
        .chain(datasets.iter().map(String::as_str))
        .map(|prefix| format!("{prefix}*"));
    let tag = |on: &str, key: &str| format!("aws:{on}Tag/{key}");
    let other = |question: Question, key: String, own: &str| {
        question
            .when(Operator::StringNotEquals, key.clone(), [own])
            .when(Operator::Null, key, ["false"])
    };
    let all = || ask(Question::new(caller.clone()));
    let s3 = || all().actions(["s3:*"]);
    let sagemaker = || all().actions(["sagemaker:*"]);
    let claim = |what, question| IsolationClaim { what, question };
    // AWS checks the endpoint that is created, and its configuration, each with its own tags.
    let created = |question: Question| {
        question.except(
            "sagemaker:CreateEndpoint",
            context.sagemaker("endpoint-config"),
        )
    };
    vec![
        claim(
            "reach objects of other projects",
            s3().resources([objects("project/")])
                .not_resources([objects(&project)]),
        ),
        claim(
            "reach private objects of other users",
            s3().resources([objects("private/")])
                .not_resources([objects(&private)]),
        ),
        claim(
            "reach objects of datasets of other groups",
            s3().resources([objects("group/")])
                .not_resources(datasets.iter().map(|prefix| objects(prefix))),
        ),
        claim(
            "reach other objects of the data bucket",
            s3().resources([objects("")]).not_resources(
                ["project/", "private/", "group/", shared[0], shared[1]].map(objects),
            ),
        ),
        claim(
            "change data that all members read",
            all().actions(WRITES).resources(shared.map(objects)),
        ),
        claim(
            "list prefixes of others",
            all()
                .actions(["s3:ListBucket", "s3:ListBucketVersions"])
                .resources([context.bucket()])
                .when(Operator::StringNotLike, "s3:prefix", listed),
        ),
        claim(
            "use SageMaker resources of other projects",
            other(
                sagemaker().not_actions(["sagemaker:AddTags", "sagemaker:Create*"]),
                tag("Resource", PROJECT),
                &tenant.project,
            ),
        ),
        claim(
            "deploy endpoint configurations of other projects",
            other(
                all()
                    .actions(["sagemaker:CreateEndpoint"])
                    .resources([context.sagemaker("endpoint-config")]),
                tag("Resource", PROJECT),
                &tenant.project,
            ),
        ),
        claim(
            "tag SageMaker resources of other projects",
            other(
                all().actions(["sagemaker:AddTags", "sagemaker:DeleteTags"]),
                tag("Resource", PROJECT),
                &tenant.project,
            ),
        ),
        claim(
            "create SageMaker resources for other projects",
            other(
                created(all().actions(["sagemaker:Create*"])),
                tag("Request", PROJECT),
                &tenant.project,
            ),
        ),
        claim(
            "create SageMaker resources for other users",
            other(
                created(all().actions(["sagemaker:Create*"])),
                tag("Request", USER),
                &tenant.user,
            ),
        ),
        claim(
            "pass other roles",
            all()
                .actions(["iam:PassRole"])
                .not_resources([tenant.role_arn.as_str()]),
        ),
        claim(
            "change IAM",
            all()
                .actions(["iam:*"])
                .not_actions(["iam:PassRole", "iam:Get*", "iam:List*"]),
        ),
        claim("assume roles", all().actions(["sts:AssumeRole*"])),
    ]
}
