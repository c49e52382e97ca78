//! What a membership's role must never be allowed, as questions about all requests.
//!
//! Each claim is a [`Question`] whose answer must be that no such request is allowed, whatever base
//! policy the role has. [Proved](iam_policy::prove::prove) for the documents of this module, it
//! holds for all names, since the names in it are the values of context keys that a question leaves
//! open, or those of one membership.

use iam_policy::evaluate::{Caller, PolicySet};
use iam_policy::prove::{Question, Word};
use iam_policy::{Clause, Condition, Document, Operator};

use super::context::{PolicyContext, PolicyError};
use super::members;
use crate::layout::{GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX};
use crate::name::{DatasetName, GroupName, ProjectName, UserName};
use crate::tags::{PROJECT, SYSTEM, USER};

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

/// The claim about objects of other projects.
pub(crate) const OTHER_PROJECTS: &str = "reach objects of other projects";
/// The claim about private objects of other users.
pub(crate) const OTHER_USERS: &str = "reach private objects of other users";
/// The claim about objects of group datasets that are not shared with the tenant.
pub(crate) const OTHER_GROUPS: &str = "reach objects of datasets of other groups";
/// The claim about listing what is neither the tenant's own nor for everybody.
pub(crate) const LIST_OTHERS: &str = "list prefixes of others";

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
    context: &PolicyContext<'_>,
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
    // AWS checks the endpoint that is created, and its configuration, each with its own tags. No other
    // creation is authorized on a configuration.
    let created = || {
        all()
            .actions(["sagemaker:Create*"])
            .not_resources([context.sagemaker("endpoint-config")])
    };
    let configured = || {
        all()
            .actions(["sagemaker:CreateEndpointConfig"])
            .resources([context.sagemaker("endpoint-config")])
    };
    vec![
        claim(
            OTHER_PROJECTS,
            s3().resources([objects("project/")])
                .not_resources([objects(&project)]),
        ),
        claim(
            OTHER_USERS,
            s3().resources([objects("private/")])
                .not_resources([objects(&private)]),
        ),
        claim(
            OTHER_GROUPS,
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
            LIST_OTHERS,
            all()
                .actions(["s3:ListBucket", "s3:ListBucketVersions"])
                .resources([context.bucket()])
                .when(Operator::StringNotLike, "s3:prefix", listed),
        ),
        claim(
            "use SageMaker resources of other projects",
            other(
                sagemaker()
                    .not_actions(["sagemaker:AddTags", "sagemaker:Create*"])
                    .resources([context.sagemaker("*")]),
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
            other(created(), tag("Request", PROJECT), &tenant.project),
        ),
        claim(
            "create SageMaker resources for other users",
            other(created(), tag("Request", USER), &tenant.user),
        ),
        claim(
            "create endpoint configurations for other projects",
            other(configured(), tag("Request", PROJECT), &tenant.project),
        ),
        claim(
            "create endpoint configurations for other users",
            other(configured(), tag("Request", USER), &tenant.user),
        ),
        claim(
            "pass other roles",
            all()
                .actions(["iam:PassRole"])
                .resources([format!("arn:{}:iam::*:role/*", context.account.partition)])
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

/// How memberships' policies name their tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantModel {
    /// By the names, in a policy for each project and each user.
    PerPrincipal,
    /// By the tags of the role, in shared policies.
    Attribute,
}

/// A membership whose names can be any: in its documents, policy variables stand in their place.
#[derive(Debug, Clone)]
pub struct AnyTenant {
    model: TenantModel,
    documents: Vec<Document>,
}

/// Names that no document contains by itself.
const STAND_INS: [&str; 4] = ["Pqzx7", "Uqzx7", "Rqzx7", "Dqzx7"];

impl TenantModel {
    /// The keys whose variables replace [`STAND_INS`]: project, user, role and dataset.
    ///
    /// Shared policies know project and user by the role's tags. A role's inline policy has the same
    /// names written out, so that the same variables stand for them. A role that lost its tags is
    /// denied everything.
    const fn keys(self) -> [&'static str; 4] {
        let (project, user) = match self {
            Self::PerPrincipal => ("mlspace:project", "mlspace:user"),
            Self::Attribute => ("aws:PrincipalTag/project", "aws:PrincipalTag/user"),
        };
        [project, user, "mlspace:role", "mlspace:dataset"]
    }
}

impl AnyTenant {
    /// The policies of a membership in a group with one dataset.
    ///
    /// # Errors
    /// [`PolicyError`] when they cannot be generated.
    pub fn new(context: &PolicyContext<'_>, model: TenantModel) -> Result<Self, PolicyError> {
        let stand_in = "a name of letters and digits";
        let invalid = |_| PolicyError::Value {
            what: "name",
            value: String::new(),
            expected: stand_in,
        };
        let project: ProjectName = "Pqzx7".parse().map_err(invalid)?;
        let user: UserName = "Uqzx7".parse().map_err(invalid)?;
        let group: GroupName = "Gqzx7".parse().map_err(invalid)?;
        let dataset: DatasetName = "Dqzx7".parse().map_err(invalid)?;
        let role = context.account.role_arn("Rqzx7");
        let datasets = [dataset];
        let access = members::ProjectAccess::default();
        let member = members::MemberAccess {
            datasets: &datasets,
            ..members::MemberAccess::new(&project, &user, &role, &access)
        };
        let mut documents = members::group_policies(context, &group, &datasets)?;
        match model {
            TenantModel::PerPrincipal => documents.extend([
                members::project_policy(context, &project, &access, false)?,
                members::user_policy(context, &user)?,
                members::pass_role_policy(context, &member)?,
            ]),
            TenantModel::Attribute => {
                let none: [ProjectName; 0] = [];
                documents.extend([
                    members::attribute_policy(context)?,
                    members::suspension_policy(context, &none)?,
                    members::attribute_role_policy(context, &member)?,
                ]);
            }
        }
        let keys = model.keys();
        let documents = documents
            .iter()
            .map(|document| with_variables(document, keys))
            .collect();
        Ok(Self { model, documents })
    }

    /// The policies attached to the role.
    #[must_use]
    pub fn policies(&self) -> PolicySet {
        let documents = self.documents.iter();
        documents.fold(PolicySet::new(), |set, document| {
            set.identity("the platform's own", document)
        })
    }

    /// The claims about the role, for any names, while it has its tags.
    #[must_use]
    pub fn claims(&self, context: &PolicyContext<'_>) -> Vec<IsolationClaim> {
        self.claims_with(context, |question| {
            question
                .any_word(format!("aws:PrincipalTag/{PROJECT}"), project_word())
                .any_word(format!("aws:PrincipalTag/{USER}"), user_word())
        })
    }

    /// The claims about the role, for any names. `tags` says which tags the role has.
    #[must_use]
    pub fn claims_with(
        &self,
        context: &PolicyContext<'_>,
        tags: impl Fn(Question) -> Question,
    ) -> Vec<IsolationClaim> {
        let [project, user, role, dataset] = self.model.keys();
        let variable = |key: &str| format!("${{{key}}}");
        let tenant = Tenant {
            project: variable(project),
            user: variable(user),
            role_arn: context.account.role_arn(&variable(role)),
            shared_datasets: vec![variable(dataset)],
        };
        let caller = Caller::Role {
            arn: context.account.role_arn("member"),
            session: None,
        };
        isolation_claims(context, &caller, &tenant, |question| {
            let question = question
                .any_word(project, project_word())
                .any_word(user, user_word())
                .any_word(role, user_word())
                .any_word(dataset, user_word());
            tags(question.principal_tag(SYSTEM, context.system_tag))
        })
    }
}

/// The document with variables in the place of names.
fn with_variables(document: &Document, keys: [&str; 4]) -> Document {
    let replace = |text: &String| {
        STAND_INS
            .iter()
            .zip(keys)
            .fold(text.clone(), |text, (name, key)| {
                text.replace(name, &format!("${{{key}}}"))
            })
    };
    let mut document = document.clone();
    for statement in &mut document.statements {
        if let Some(Clause::Only(all) | Clause::Except(all)) = &mut statement.resources {
            *all = all.iter().map(replace).collect();
        }
        statement.conditions = statement
            .conditions
            .iter()
            .map(|condition| Condition {
                values: condition.values.iter().map(replace).collect(),
                ..condition.clone()
            })
            .collect();
    }
    document
}
