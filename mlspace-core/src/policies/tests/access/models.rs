//! The attribute model and the policies per project and user make the same decision for every
//! request.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;
use crate::policies::actions::{CREATE, NOTEBOOK_TYPE, OBJECT, OPERATE, TYPES};

impl Member<'_> {
    /// [`Member::policies`] in the attribute model.
    fn attribute_policies(&self, suspended: &[ProjectName]) -> PolicySet {
        let context = self.deployment.context();
        let datasets = [dataset(SHARED_DATASET)];
        let groups = group_policies(&context, &group("analysts"), &datasets).unwrap();
        groups.iter().fold(
            PolicySet::new()
                .identity("members", &attribute_policy(&context).unwrap())
                .identity(
                    "suspended",
                    &suspension_policy(&context, suspended).unwrap(),
                )
                .identity("role", &self.inline(attribute_role_policy)),
            |set, document| set.identity("group", document),
        )
    }
}

#[test]
fn attribute_model_has_the_access_of_the_table() {
    let deployment = Deployment::new();
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    let mut all = Vec::new();
    for member in members(&deployment) {
        let set = member.attribute_policies(&[project("gamma")]);
        all.extend(differences(&member, "alone", &set, |_| true));
        for base in ["sagemaker:*", "*"] {
            let set = member
                .attribute_policies(&[])
                .identity("base", &allow_all(base))
                .boundary("boundary", &boundary);
            let decided = |case: &Case| !case.base_policy_can_allow;
            all.extend(differences(&member, base, &set, decided));
        }
    }
    assert_no_differences(all);
}

#[test]
fn suspension_applies_to_listed_projects_only() {
    let deployment = Deployment::new();
    let suspended = [project("alpha"), project("Alphabeta")];
    let mut differing = Vec::new();
    for member in members(&deployment) {
        let set = member.attribute_policies(&suspended);
        if member.project.as_str() == "alpha" {
            let set = set.identity("base", &allow_all("*")).compile();
            for case in access_cases(&member) {
                assert!(!set.decide(&case.request).is_allowed(), "{}", case.what);
            }
        } else {
            differing.extend(differences(&member, "not suspended", &set, |_| true));
        }
    }
    assert_no_differences(differing);
}

#[test]
fn attribute_model_denies_tenant_data_to_untagged_roles() {
    let deployment = Deployment::new();
    let member = &members(&deployment)[0];
    let set = member
        .attribute_policies(&[])
        .identity("base", &allow_all("*"))
        .compile();
    for case in access_cases(member) {
        let none: [String; 0] = [];
        let request = case
            .request
            .context("aws:PrincipalTag/project", none.clone())
            .context("aws:PrincipalTag/user", none);
        let tenants = ["project/", "private/", "s3:ListBucket", "sagemaker:Create"];
        if tenants.iter().any(|part| case.what.contains(part)) {
            assert!(!set.decide(&request).is_allowed(), "{}", case.what);
        }
    }
}

/// Names of a project and a user, and similar ones.
fn names() -> impl Strategy<Value = [String; 4]> {
    let similar = |name: &String, how: u8| match how {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        2 => format!("{name}0"),
        _ => name.chars().take(name.len().div_ceil(2)).collect(),
    };
    let pair = (
        "[A-Za-z0-9]{1,23}",
        "[A-Za-z0-9][A-Za-z0-9_.@+-]{0,62}",
        0..4_u8,
        0..4_u8,
    );
    pair.prop_map(move |(p, u, a, b)| {
        let (q, v) = (similar(&p, a), similar(&u, b));
        [p, u, q, v]
    })
    .prop_filter("usable names", |[p, u, ..]| {
        p.parse::<ProjectName>().is_ok() && u.parse::<UserName>().is_ok()
    })
}

/// The value of a tag: absent, the member's, another tenant's, or a wildcard or variable.
fn tag(own: String, other: String) -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        4 => Just(Some(own)),
        2 => Just(Some(other)),
        1 => prop::sample::select(vec!["*", "", "?", "${aws:PrincipalTag/project}", "${aws:PrincipalTag/user}"])
            .prop_map(|value| Some(value.to_owned())),
    ]
}

fn all_actions() -> Vec<&'static str> {
    let more = [
        "dynamodb:GetItem",
        "iam:PassRole",
        "iam:TagRole",
        "kms:CreateGrant",
        "kms:Decrypt",
        "s3:GetBucketPolicy",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutObjectAcl",
        "sagemaker:AddTags",
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreateLabelingJob",
        "sagemaker:DeleteTags",
        "sagemaker:ListModels",
        "sagemaker:Search",
        "sagemaker:UpdateNotebookInstance",
        "sts:TagSession",
    ];
    [&OBJECT[..], &CREATE, &OPERATE, &more].concat()
}

fn resources(deployment: &Deployment, own_role: &str, names: &[String; 4]) -> Vec<String> {
    let [p, u, q, v] = names;
    let bucket = format!("arn:aws:s3:::{}", deployment.bucket);
    let mut all: Vec<String> = [
        "*".to_owned(),
        bucket.clone(),
        own_role.to_owned(),
        format!("{own_role}x"),
        "arn:aws:s3:::elsewhere/project/x".to_owned(),
        "arn:aws:dynamodb:us-east-1:123456789012:table/mlspace-projects".to_owned(),
    ]
    .into();
    let keys = [
        format!("project/{p}/x"),
        format!("project/{q}/x"),
        format!("project/{p}"),
        format!("private/{u}/x"),
        format!("private/{v}/x"),
        "project/${aws:PrincipalTag/project}/x".to_owned(),
        "private/*/x".to_owned(),
        format!("group/datasets/{SHARED_DATASET}/x"),
        format!("group/datasets/{OTHER_DATASET}/x"),
        "global/x".to_owned(),
        "other".to_owned(),
    ];
    all.extend(keys.iter().map(|key| format!("{bucket}/{key}")));
    let kinds = TYPES.iter().chain([&NOTEBOOK_TYPE, &"pipeline"]);
    all.extend(kinds.map(|kind| format!("arn:aws:sagemaker:us-east-1:123456789012:{kind}/{p}-x")));
    all
}

type Tags = [Option<String>; 3];

#[derive(Clone, Debug)]
struct Scenario {
    names: [String; 4],
    action: &'static str,
    resource: usize,
    request_tags: Tags,
    resource_tags: Tags,
    prefix: Option<usize>,
    network: u8,
    key: u8,
    tagging: bool,
    suspended: bool,
    base: u8,
    bounded: bool,
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let tags = |[p, u, q, v]: &[String; 4]| {
        let system = tag("MLSpace".to_owned(), "mlspace".to_owned());
        (system, tag(p.clone(), q.clone()), tag(u.clone(), v.clone())).prop_map(<[_; 3]>::from)
    };
    names().prop_flat_map(move |names| {
        (
            Just(names.clone()),
            prop::sample::select(all_actions()),
            any::<prop::sample::Index>(),
            (tags(&names), tags(&names)),
            prop::option::of(0..11_usize),
            (0..4_u8, 0..3_u8, any::<bool>()),
            (prop::bool::weighted(0.1), 0..3_u8, any::<bool>()),
        )
            .prop_map(|(names, action, at, tags, prefix, more, set)| Scenario {
                names,
                action,
                resource: at.index(usize::MAX - 1),
                request_tags: tags.0,
                resource_tags: tags.1,
                prefix,
                network: more.0,
                key: more.1,
                tagging: more.2,
                suspended: set.0,
                base: set.1,
                bounded: set.2,
            })
    })
}

fn request(member: &Member<'_>, scenario: &Scenario) -> Request {
    let deployment = member.deployment;
    let all = resources(deployment, &member.role_arn(), &scenario.names);
    // Mostly resources of the action's own service, since requests for others are always denied.
    let service = scenario.action.split(':').next().unwrap();
    let fitting: Vec<&String> = all
        .iter()
        .filter(|arn| arn.split(':').nth(2) == Some(service))
        .collect();
    let resource = match fitting.len() {
        0 => &all[scenario.resource % all.len()],
        n if !scenario.resource.is_multiple_of(8) => fitting[scenario.resource / 8 % n],
        _ => &all[scenario.resource / 8 % all.len()],
    };
    let mut request = member.request(scenario.action, resource);
    for (key, (on_request, on_resource)) in ["system", "project", "user"]
        .into_iter()
        .zip(scenario.request_tags.iter().zip(&scenario.resource_tags))
    {
        if let Some(value) = on_request {
            request = request.request_tag(key, value);
        }
        if let Some(value) = on_resource {
            request = request.resource_tag(key, value);
        }
    }
    let objects = all
        .iter()
        .filter_map(|arn| arn.split_once(&format!("{}/", deployment.bucket)));
    if let Some((_, prefix)) = scenario.prefix.and_then(|n| objects.clone().nth(n)) {
        request = request.context("s3:prefix", [prefix]);
    }
    if scenario.network > 0 {
        let groups = if scenario.network == 2 {
            "sg-other"
        } else {
            &deployment.groups[0]
        };
        request = request
            .context(
                "sagemaker:VpcSubnets",
                &deployment.subnets[..usize::from(scenario.network != 3)],
            )
            .context("sagemaker:VpcSecurityGroupIds", [groups]);
    }
    if scenario.key > 0 {
        let key = if scenario.key == 2 {
            "other"
        } else {
            deployment.key.as_deref().unwrap()
        };
        request = request
            .context("sagemaker:VolumeKmsKeyArn", [key])
            .context("sagemaker:OutputKmsKeyArn", [key]);
    }
    if scenario.tagging {
        request = request.context("sagemaker:TaggingAction", ["CreateModel"]);
    }
    if scenario.action == "iam:PassRole" {
        request = request.context("iam:PassedToService", ["sagemaker.amazonaws.com"]);
    }
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn models_make_the_same_decisions(scenario in scenarios()) {
        let deployment = Deployment::new();
        let [p, u, q, _] = &scenario.names;
        let member = Member { deployment: &deployment, project: project(p), user: user(u) };
        let own = member.project.clone();
        let mut listed: Vec<ProjectName> = scenario.suspended.then_some(own).into_iter().collect();
        listed.extend(q.parse().ok().filter(|other: &ProjectName| other.as_str() != p));
        let request = request(&member, &scenario);
        let boundary = permissions_boundary(&deployment.context()).unwrap();
        let outcomes: Vec<Outcome> = [member.policies(scenario.suspended), member.attribute_policies(&listed)]
            .into_iter()
            .map(|set| {
                let set = match scenario.base {
                    0 => set,
                    1 => set.identity("base", &allow_all("sagemaker:*")),
                    _ => set.identity("base", &allow_all("*")),
                };
                let set = if scenario.bounded { set.boundary("boundary", &boundary) } else { set };
                set.decide(&request).outcome
            })
            .collect();
        prop_assert_eq!(outcomes[0], outcomes[1], "{:?}", request);
    }
}

/// The comparison is meaningful only if there are requests with every outcome.
#[test]
fn scenarios_have_all_outcomes() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let deployment = Deployment::new();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..120 {
        let scenario = scenarios().new_tree(&mut runner).unwrap().current();
        let [p, u, ..] = &scenario.names;
        let member = Member {
            deployment: &deployment,
            project: project(p),
            user: user(u),
        };
        let set = member.attribute_policies(&[]);
        seen.insert(set.decide(&request(&member, &scenario)).outcome);
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}
