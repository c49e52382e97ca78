//! Memberships with their generated policies, and requests similar to those that these allow.

use std::collections::BTreeMap;
use std::rc::Rc;

use iam_policy::{Document, Statement};
use mlspace_core::layout::{Account, role_name};
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::policies::actions::{OBJECT, OPERATE};
use mlspace_core::policies::{
    ApprovedNetwork, GrantContext, group_policies, notebook_base_policy, pass_role_policy,
    permissions_boundary, project_policy, user_policy,
};

use crate::case::{Ask, Case, Values, World};
use crate::draw::Draw;

const BUCKET: &str = "mlspace-data";
const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef";
const OTHER_KEY: &str =
    "arn:aws:kms:us-east-1:111122223333:key/ffffffff-0000-0000-0000-000000000000";
const SUBNETS: [&str; 2] = ["subnet-0a", "subnet-0b"];
const GROUPS: [&str; 1] = ["sg-0a"];
const PROJECTS: [&str; 3] = ["alpha", "alphabeta", "Alpha"];
const USERS: [&str; 3] = ["al", "alice", "al.ice@x-1"];
/// Requests of one world.
const ASKS: usize = 40;

/// What SageMaker's creating actions make, and whether they name a network, a volume's key and an output's key.
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

/// Actions that no member has, with a resource of theirs.
const CLOSED: [(&str, &str); 16] = [
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

/// A member, and who could be taken for them.
struct Member {
    project: String,
    user: String,
    other_project: String,
    other_user: String,
    role: String,
}

pub(crate) fn cases(draw: &mut Draw, count: usize) -> Vec<Case> {
    let mut all = Vec::with_capacity(count + ASKS);
    while all.len() < count {
        let (member, world) = membership(draw);
        let world = Rc::new(world);
        for _ in 0..ASKS {
            all.push(Case {
                world: Rc::clone(&world),
                ask: ask(draw, &member),
            });
        }
    }
    all.truncate(count);
    all
}

/// Requests of one member who has what every member has: the policies of project and user, the role's own, and the boundary.
pub(crate) fn of_one_member(draw: &mut Draw, count: usize) -> Vec<Case> {
    let [project, user] = [PROJECTS[0], USERS[1]];
    let grants = Grants::of(project, user, true, false);
    let member = grants.member(PROJECTS[1], USERS[0]);
    let world = Rc::new(World {
        identity: grants.own,
        boundary: Some(grants.boundary),
        ..World::default()
    });
    let case = |_| Case {
        world: Rc::clone(&world),
        ask: ask(draw, &member),
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
        let context = GrantContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: BUCKET,
            network: defaults.then_some(network),
            kms_key: defaults.then_some(KEY),
        };
        let project: ProjectName = project.parse().unwrap();
        let user: UserName = user.parse().unwrap();
        let role = account.role_arn(&role_name("MLSpace", &project, &user).unwrap());
        let (group, shared) = ("analysts".parse().unwrap(), "cards".parse().unwrap());
        Self {
            own: vec![
                project_policy(&context, &project, suspended).unwrap(),
                user_policy(&context, &user).unwrap(),
                pass_role_policy(&context, &role).unwrap(),
            ],
            group: group_policies(&context, &group, &[shared]).unwrap(),
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

fn membership(draw: &mut Draw) -> (Member, World) {
    let defaults = draw.chance(80);
    let (project, user) = (*draw.one(&PROJECTS), *draw.one(&USERS));
    let everything = |actions: &str| {
        Document::new([Statement::allow("Base").actions([actions]).resources(["*"])])
    };

    let mut world = World::default();
    let granted = draw.chance(85);
    let grants = Grants::of(project, user, defaults, granted && draw.chance(5));
    let (other_project, other_user) = (*draw.one(&PROJECTS), *draw.one(&USERS));
    let member = grants.member(other_project, other_user);
    if granted {
        world.identity = grants.own;
        world.identity.extend(grants.group);
        world.boundary = draw.chance(50).then_some(grants.boundary);
    } else {
        world.identity = vec![everything("*")];
        world.boundary = Some(grants.boundary);
    }
    match draw.below(4) {
        0 => world.identity.push(grants.base),
        1 => world.identity.push(everything("sagemaker:*")),
        2 => world.identity.push(everything("*")),
        _ => {}
    }
    (member, world)
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

fn ask(draw: &mut Draw, member: &Member) -> Ask {
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
    let (action, resource) = match draw.below(100) {
        0..25 => object(draw, member),
        25..37 => {
            one(&mut context, "s3:prefix", near_prefix(draw, member));
            ("s3:ListBucket".to_owned(), format!("arn:aws:s3:::{BUCKET}"))
        }
        37..65 => {
            let (name, kind, network, volume, output) = *draw.one(&CREATED);
            tags(&mut context, "aws:RequestTag");
            many(&mut context, "aws:TagKeys", &["system", "project", "user"]);
            if network {
                many(
                    &mut context,
                    "sagemaker:VpcSubnets",
                    &SUBNETS[..1 + draw.below(2)],
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
            let kind = if name == "CreateEndpoint" && draw.chance(40) {
                tags(&mut context, "aws:ResourceTag");
                "endpoint-config"
            } else {
                kind
            };
            (format!("sagemaker:{name}"), sagemaker(kind))
        }
        65..83 => {
            let action = *draw.one(&OPERATE);
            let kind = operated(draw, action);
            tags(&mut context, "aws:ResourceTag");
            tags(&mut context, "sagemaker:ResourceTag");
            (action.to_owned(), sagemaker(kind))
        }
        83..87 => {
            tags(&mut context, "aws:RequestTag");
            if draw.chance(70) {
                one(&mut context, "sagemaker:TaggingAction", "CreateTrainingJob");
            }
            ("sagemaker:AddTags".to_owned(), sagemaker("training-job"))
        }
        87..92 => {
            one(
                &mut context,
                "iam:PassedToService",
                *draw.one(&["sagemaker.amazonaws.com", "lambda.amazonaws.com"]),
            );
            let role = if draw.chance(60) {
                member.role.as_str()
            } else {
                "arn:aws:iam::111122223333:role/admin"
            };
            ("iam:PassRole".to_owned(), role.to_owned())
        }
        _ => {
            let (action, resource) = *draw.one(&CLOSED);
            tags(&mut context, "aws:ResourceTag");
            tags(&mut context, "aws:RequestTag");
            (action.to_owned(), resource.to_owned())
        }
    };
    for _ in 0..draw.below(3) {
        edge(draw, member, &mut context);
    }
    let account = "111122223333".to_owned();
    Ask {
        caller: Some(member.role.clone()),
        action,
        resource,
        account,
        context,
    }
}

fn object(draw: &mut Draw, member: &Member) -> (String, String) {
    let more = [
        "s3:PutObjectAcl",
        "s3:GetObjectVersion",
        "s3:DeleteObjectVersion",
    ];
    let action = if draw.chance(85) {
        *draw.one(&OBJECT)
    } else {
        *draw.one(&more)
    };
    let bucket = if draw.chance(95) {
        BUCKET
    } else {
        "another-bucket"
    };
    let key = format!(
        "{}{}",
        near_prefix(draw, member),
        draw.one(&["x", "datasets/d/x", "/x", "ü b"])
    );
    (action.to_owned(), format!("arn:aws:s3:::{bucket}/{key}"))
}

fn near_prefix(draw: &mut Draw, member: &Member) -> String {
    let Member {
        project,
        user,
        other_project,
        other_user,
        ..
    } = member;
    match draw.below(16) {
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
        _ => (*draw.one(&["", "p", "index/", "private/", "Project/alpha/"])).to_owned(),
    }
}

/// A type that the action is about.
fn operated(draw: &mut Draw, action: &str) -> &'static str {
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
    named.map_or_else(|| draw.one(&KINDS).1, |(_, kind)| kind)
}

/// Moves one value of the context over the edge, or beside it.
fn edge(draw: &mut Draw, member: &Member, context: &mut Context) {
    let keys: Vec<String> = context.keys().cloned().collect();
    let key = draw.one(&keys);
    if draw.chance(30) {
        context.remove(key);
        return;
    }
    let near = |draw: &mut Draw, value: &str| match draw.below(7) {
        0 => value.to_uppercase(),
        1 => format!("{value}x"),
        2 => String::new(),
        3 => "*".to_owned(),
        4 => member.other_project.clone(),
        5 => member.other_user.clone(),
        _ => OTHER_KEY.to_owned(),
    };
    let changed = match &context[key] {
        Values::One(value) => Values::One(near(draw, value)),
        Values::Many(values) => {
            let mut values = values.clone();
            match draw.below(4) {
                0 => values.clear(),
                1 => values.push("subnet-ffff".to_owned()),
                2 => values = vec![String::new()],
                _ => values = values.iter().map(|value| near(draw, value)).collect(),
            }
            Values::Many(values)
        }
    };
    context.insert(key.clone(), changed);
}
