//! Memberships with the policies that we generate for them, and requests close to what these allow.

use std::collections::BTreeMap;
use std::rc::Rc;

use iam_policy::{Document, Statement};
use mlspace_core::layout::{Account, role_name};
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::policies::actions::{OBJECT, OPERATE};
use mlspace_core::policies::{
    ApprovedNetwork, MemberAccess, PlatformAccess, PolicyContext, ProjectAccess, group_policies,
    notebook_base_policy, pass_role_policy, permissions_boundary, project_policy, user_policy,
};

use crate::case::{Case, CaseRequest, Layers, Values};
use crate::rng::Rng;

const BUCKET: &str = "mlspace-data";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef";
const OTHER_KEY: &str =
    "arn:aws:kms:us-east-1:111122223333:key/ffffffff-0000-0000-0000-000000000000";
const SUBNETS: [&str; 2] = ["subnet-0a", "subnet-0b"];
const GROUPS: [&str; 1] = ["sg-0a"];
const PROJECTS: [&str; 3] = ["alpha", "alphabeta", "Alpha"];
const USERS: [&str; 3] = ["al", "alice", "al.ice@x-1"];
/// Requests per set of policies.
const REQUESTS: usize = 40;

/// SageMaker's create actions with the type that they create, and whether the request has a
/// network, a volume key and an output key.
const CREATED: [(&str, &str, bool, bool, bool); 9] = [
    ("CreateAutoMLJob", "automl-job", true, true, true),
    ("CreateAutoMLJobV2", "automl-job", true, true, true),
    ("CreateEndpoint", "endpoint", false, false, false),
    (
        "CreateEndpointConfig",
        "endpoint-config",
        false,
        true,
        false,
    ),
    (
        "CreateHyperParameterTuningJob",
        "hyper-parameter-tuning-job",
        true,
        true,
        true,
    ),
    ("CreateModel", "model", true, false, false),
    ("CreateProcessingJob", "processing-job", true, true, true),
    ("CreateTrainingJob", "training-job", true, true, true),
    ("CreateTransformJob", "transform-job", false, true, true),
];

/// Actions that every member is denied, each with a resource.
const DENIED: [(&str, &str); 16] = [
    ("sagemaker:ListModels", "*"),
    ("sagemaker:Search", "*"),
    (
        "sagemaker:CreateDomain",
        "arn:aws:sagemaker:us-east-1:111122223333:domain/d",
    ),
    (
        "sagemaker:CreateNotebookInstance",
        "arn:aws:sagemaker:us-east-1:111122223333:notebook-instance/n",
    ),
    (
        "sagemaker:UpdateNotebookInstance",
        "arn:aws:sagemaker:us-east-1:111122223333:notebook-instance/n",
    ),
    (
        "sagemaker:StopNotebookInstance",
        "arn:aws:sagemaker:us-east-1:111122223333:notebook-instance/n",
    ),
    (
        "sagemaker:CreatePipeline",
        "arn:aws:sagemaker:us-east-1:111122223333:pipeline/p",
    ),
    (
        "sagemaker:DeleteTags",
        "arn:aws:sagemaker:us-east-1:111122223333:model/m",
    ),
    ("iam:GetRole", "arn:aws:iam::111122223333:role/admin"),
    ("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/admin"),
    (
        "dynamodb:GetItem",
        "arn:aws:dynamodb:us-east-1:111122223333:table/mlspace-projects",
    ),
    ("s3:PutBucketPolicy", "arn:aws:s3:::mlspace-data"),
    ("s3:ListAllMyBuckets", "*"),
    (
        "logs:CreateLogGroup",
        "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/x",
    ),
    ("ec2:DescribeSubnets", "*"),
    ("ecr:GetAuthorizationToken", "*"),
];

/// A member, and the other project and user of requests that must be denied.
struct Member {
    project: String,
    user: String,
    other_project: String,
    other_user: String,
    role: String,
}

pub(crate) fn cases(rng: &mut Rng, count: usize) -> Vec<Case> {
    let mut all = Vec::with_capacity(count + REQUESTS);
    while all.len() < count {
        let (member, layers) = membership(rng);
        let layers = Rc::new(layers);
        for _ in 0..REQUESTS {
            all.push(Case {
                layers: Rc::clone(&layers),
                request: request(rng, &member),
            });
        }
    }
    all.truncate(count);
    all
}

/// Requests of one member with the usual policies: of project, user and role, and the boundary.
pub(crate) fn of_one_member(rng: &mut Rng, count: usize) -> Vec<Case> {
    let [project, user] = [PROJECTS[0], USERS[1]];
    let grants = Grants::of(project, user, true, false);
    let member = grants.member(PROJECTS[1], USERS[0]);
    let layers = Rc::new(Layers {
        identity: grants.own,
        boundary: Some(grants.boundary),
        ..Layers::default()
    });
    let case = |_| Case {
        layers: Rc::clone(&layers),
        request: request(rng, &member),
    };
    (0..count).map(case).collect()
}

/// What a deployment grants a membership.
struct Grants {
    project: ProjectName,
    user: UserName,
    role: String,
    own: Vec<Document>,
    group: Vec<Document>,
    base: Document,
    boundary: Document,
}

impl Grants {
    /// `defaults`: the deployment has an approved network and key.
    fn of(project: &str, user: &str, defaults: bool, suspended: bool) -> Self {
        let account = Account::new("111122223333", "us-east-1");
        let subnet_ids = SUBNETS.map(str::to_owned);
        let security_group_ids = GROUPS.map(str::to_owned);
        let network = ApprovedNetwork {
            subnet_ids: &subnet_ids,
            security_group_ids: &security_group_ids,
        };
        let context = PolicyContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: BUCKET,
            network: defaults.then_some(network),
            kms_key: defaults.then_some(KEY),
            platform: PlatformAccess::default(),
        };
        let project: ProjectName = project.parse().unwrap();
        let user: UserName = user.parse().unwrap();
        let role = account.role_arn(&role_name("MLSpace", &project, &user).unwrap());
        let (group, shared) = ("analysts".parse().unwrap(), ["cards".parse().unwrap()]);
        let access = ProjectAccess::default();
        let member = MemberAccess {
            datasets: &shared,
            ..MemberAccess::new(&project, &user, &role, &access)
        };
        Self {
            own: vec![
                project_policy(&context, &project, &access, suspended).unwrap(),
                user_policy(&context, &user).unwrap(),
                pass_role_policy(&context, &member).unwrap(),
            ],
            group: group_policies(&context, &group, &shared).unwrap(),
            base: notebook_base_policy(&context).unwrap(),
            boundary: permissions_boundary(&context).unwrap(),
            project,
            user,
            role,
        }
    }

    fn member(&self, other_project: &str, other_user: &str) -> Member {
        Member {
            project: self.project.to_string(),
            user: self.user.to_string(),
            other_project: other_project.to_owned(),
            other_user: other_user.to_owned(),
            role: self.role.clone(),
        }
    }
}

fn membership(rng: &mut Rng) -> (Member, Layers) {
    let defaults = rng.chance(80);
    let (project, user) = (*rng.one(&PROJECTS), *rng.one(&USERS));
    let everything = |actions: &str| {
        Document::new([Statement::allow("Base").actions([actions]).resources(["*"])])
    };

    let mut layers = Layers::default();
    let granted = rng.chance(85);
    let grants = Grants::of(project, user, defaults, granted && rng.chance(5));
    let (other_project, other_user) = (*rng.one(&PROJECTS), *rng.one(&USERS));
    let member = grants.member(other_project, other_user);
    if granted {
        layers.identity = grants.own;
        layers.identity.extend(grants.group);
        layers.boundary = rng.chance(50).then_some(grants.boundary);
    } else {
        layers.identity = vec![everything("*")];
        layers.boundary = Some(grants.boundary);
    }
    match rng.below(4) {
        0 => layers.identity.push(grants.base),
        1 => layers.identity.push(everything("sagemaker:*")),
        2 => layers.identity.push(everything("*")),
        _ => {}
    }
    (member, layers)
}

type Context = BTreeMap<String, Values>;

fn one(context: &mut Context, key: &str, value: impl Into<String>) {
    context.insert(key.to_owned(), Values::One(value.into()));
}

fn many(context: &mut Context, key: &str, values: &[&str]) {
    context.insert(
        key.to_owned(),
        Values::Many(values.iter().map(|v| (*v).to_owned()).collect()),
    );
}

fn request(rng: &mut Rng, member: &Member) -> CaseRequest {
    let mut context = Context::new();
    one(&mut context, "aws:PrincipalTag/system", "MLSpace");
    one(&mut context, "aws:PrincipalTag/project", &member.project);
    one(&mut context, "aws:PrincipalTag/user", &member.user);
    let sagemaker = |kind: &str| format!("arn:aws:sagemaker:us-east-1:111122223333:{kind}/x");
    let tags = |context: &mut Context, source: &str| {
        for (tag, value) in [
            ("system", "MLSpace"),
            ("project", &member.project),
            ("user", &member.user),
        ] {
            one(context, &format!("{source}/{tag}"), value);
        }
    };
    let (action, resource) = match rng.below(100) {
        0..25 => object(rng, member),
        25..37 => {
            one(&mut context, "s3:prefix", near_prefix(rng, member));
            ("s3:ListBucket".to_owned(), format!("arn:aws:s3:::{BUCKET}"))
        }
        37..65 => {
            let (name, kind, network, volume, output) = *rng.one(&CREATED);
            tags(&mut context, "aws:RequestTag");
            many(&mut context, "aws:TagKeys", &["system", "project", "user"]);
            if network {
                many(
                    &mut context,
                    "sagemaker:VpcSubnets",
                    &SUBNETS[..1 + rng.below(2)],
                );
                many(&mut context, "sagemaker:VpcSecurityGroupIds", &GROUPS);
            }
            for (key, named) in [
                ("sagemaker:VolumeKmsKeyArn", volume),
                ("sagemaker:OutputKmsKeyArn", output),
            ] {
                if named {
                    one(&mut context, key, KEY);
                }
            }
            let kind = if name == "CreateEndpoint" && rng.chance(40) {
                tags(&mut context, "aws:ResourceTag");
                "endpoint-config"
            } else {
                kind
            };
            (format!("sagemaker:{name}"), sagemaker(kind))
        }
        65..83 => {
            let action = *rng.one(&OPERATE);
            let kind = operated(rng, action);
            tags(&mut context, "aws:ResourceTag");
            tags(&mut context, "sagemaker:ResourceTag");
            (action.to_owned(), sagemaker(kind))
        }
        83..87 => {
            tags(&mut context, "aws:RequestTag");
            if rng.chance(70) {
                one(&mut context, "sagemaker:TaggingAction", "CreateTrainingJob");
            }
            ("sagemaker:AddTags".to_owned(), sagemaker("training-job"))
        }
        87..92 => {
            one(
                &mut context,
                "iam:PassedToService",
                *rng.one(&["sagemaker.amazonaws.com", "lambda.amazonaws.com"]),
            );
            let role = if rng.chance(60) {
                member.role.as_str()
            } else {
                "arn:aws:iam::111122223333:role/admin"
            };
            ("iam:PassRole".to_owned(), role.to_owned())
        }
        _ => {
            let (action, resource) = *rng.one(&DENIED);
            tags(&mut context, "aws:ResourceTag");
            tags(&mut context, "aws:RequestTag");
            (action.to_owned(), resource.to_owned())
        }
    };
    for _ in 0..rng.below(3) {
        edge(rng, member, &mut context);
    }
    let account = "111122223333".to_owned();
    CaseRequest {
        caller: Some(member.role.clone()),
        action,
        resource,
        account,
        context,
    }
}

fn object(rng: &mut Rng, member: &Member) -> (String, String) {
    let more = [
        "s3:PutObjectAcl",
        "s3:GetObjectVersion",
        "s3:DeleteObjectVersion",
    ];
    let action = if rng.chance(85) {
        *rng.one(&OBJECT)
    } else {
        *rng.one(&more)
    };
    let bucket = if rng.chance(95) {
        BUCKET
    } else {
        "another-bucket"
    };
    let key = format!(
        "{}{}",
        near_prefix(rng, member),
        rng.one(&["x", "datasets/d/x", "/x", "ü b"])
    );
    (action.to_owned(), format!("arn:aws:s3:::{bucket}/{key}"))
}

fn near_prefix(rng: &mut Rng, member: &Member) -> String {
    let Member {
        project,
        user,
        other_project,
        other_user,
        ..
    } = member;
    match rng.below(16) {
        0..3 => format!("project/{project}/"),
        3..6 => format!("private/{user}/"),
        6 => format!("project/{other_project}/"),
        7 => format!("private/{other_user}/"),
        8 => format!("project/{project}"),
        9 => format!("project/{}/", project.to_uppercase()),
        10 => "global/".to_owned(),
        11 => "global-read-only/datasets/".to_owned(),
        12 => "group/datasets/cards/".to_owned(),
        13 => "group/datasets/cards-eu/".to_owned(),
        14 => "group/datasets/".to_owned(),
        _ => (*rng.one(&["", "p", "index/", "private/", "Project/alpha/"])).to_owned(),
    }
}

/// A type that the action is about.
fn operated(rng: &mut Rng, action: &str) -> &'static str {
    const KINDS: [(&str, &str); 9] = [
        ("AutoMLJob", "automl-job"),
        ("HyperParameterTuningJob", "hyper-parameter-tuning-job"),
        ("TrainingJob", "training-job"),
        ("ProcessingJob", "processing-job"),
        ("TransformJob", "transform-job"),
        ("NotebookInstance", "notebook-instance"),
        ("EndpointConfig", "endpoint-config"),
        ("Endpoint", "endpoint"),
        ("Model", "model"),
    ];
    let named = KINDS.iter().find(|(name, _)| action.contains(name));
    named.map_or_else(|| rng.one(&KINDS).1, |(_, kind)| kind)
}

/// Moves one value of the context over the edge, or beside it.
fn edge(rng: &mut Rng, member: &Member, context: &mut Context) {
    let keys: Vec<String> = context.keys().cloned().collect();
    let key = rng.one(&keys);
    if rng.chance(30) {
        context.remove(key);
        return;
    }
    let near = |rng: &mut Rng, value: &str| match rng.below(7) {
        0 => value.to_uppercase(),
        1 => format!("{value}x"),
        2 => String::new(),
        3 => "*".to_owned(),
        4 => member.other_project.clone(),
        5 => member.other_user.clone(),
        _ => OTHER_KEY.to_owned(),
    };
    let changed = match &context[key] {
        Values::One(value) => Values::One(near(rng, value)),
        Values::Many(values) => {
            let mut values = values.clone();
            match rng.below(4) {
                0 => values.clear(),
                1 => values.push("subnet-ffff".to_owned()),
                2 => values = vec![String::new()],
                _ => values = values.iter().map(|value| near(rng, value)).collect(),
            }
            Values::Many(values)
        }
    };
    context.insert(key.clone(), changed);
}
