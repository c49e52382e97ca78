//! Isolation of tenants as a property, for arbitrary names.

use proptest::prelude::*;

use super::*;
use crate::policies::actions::{CREATE, OBJECT, OPERATE, SHARED_OPERATIONS, TYPES};
use crate::policies::members::limits::wildcard;

/// Two different names, often similar to each other.
fn two_names() -> impl Strategy<Value = (String, String)> {
    let pair =
        ("[A-Za-z0-9]{1,10}", "[A-Za-z0-9]{1,10}", 0..4_u8).prop_map(|(a, b, how)| match how {
            0 => (a.clone(), a + &b),
            1 => (a.clone() + &b, a),
            2 => (a.to_uppercase(), a.to_lowercase()),
            _ => (a, b),
        });
    let usable =
        |name: &String| name.parse::<ProjectName>().is_ok() && name.parse::<UserName>().is_ok();
    pair.prop_filter("two usable names", move |(a, b)| {
        a != b && usable(a) && usable(b)
    })
}

/// An action of the list, or another one that a base policy could allow.
fn any_action(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    let wide = [
        "s3:PutObjectAcl",
        "s3:RestoreObject",
        "sagemaker:BatchGetMetrics",
        "sagemaker:AddTags",
        "sagemaker:DeleteTags",
    ];
    let service = of[0].split(':').next().unwrap();
    let all: Vec<String> = of
        .iter()
        .copied()
        .chain(wide)
        .filter(|a| a.starts_with(service))
        .map(str::to_owned)
        .collect();
    prop::sample::select(all)
}

fn sets(member: &Member<'_>) -> [PolicySet; 3] {
    let boundary = permissions_boundary(&member.deployment.context()).unwrap();
    let everything = allow_all("*");
    [
        member.policies(false),
        member.policies(false).identity("base", &everything),
        PolicySet::new()
            .identity("base", &everything)
            .boundary("boundary", &boundary),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn objects_of_other_tenants_are_denied(
        (p, q) in two_names(), (u, v) in two_names(), action in any_action(&OBJECT), rest in "[a-zA-Z0-9/._*?${}-]{0,20}",
    ) {
        let deployment = Deployment::new();
        let member = Member { deployment: &deployment, project: project(&p), user: user(&u) };
        for key in [format!("project/{q}/{rest}"), format!("private/{v}/{rest}")] {
            let object = member.request(&action, &format!("arn:aws:s3:::{}/{key}", deployment.bucket));
            let list = member.request("s3:ListBucket", &format!("arn:aws:s3:::{}", deployment.bucket)).context("s3:prefix", [&key]);
            for set in sets(&member) {
                prop_assert!(!set.decide(&object).is_allowed(), "{action} {key}");
                prop_assert!(!set.decide(&list).is_allowed(), "list {key}");
            }
        }
    }

    #[test]
    fn resources_of_other_tenants_are_denied(
        (p, q) in two_names(), (u, v) in two_names(), action in any_action(&OPERATE),
        kind in prop::sample::select(TYPES.to_vec()), foreign in 1..4_u8,
    ) {
        let deployment = Deployment::new();
        let member = Member { deployment: &deployment, project: project(&p), user: user(&u) };
        let (other_project, other_user) = (foreign & 1 != 0, foreign & 2 != 0);
        let shared = SHARED_OPERATIONS
            .iter()
            .any(|pattern| wildcard(pattern.as_bytes(), action.as_bytes()));
        prop_assume!(other_project || !shared);
        let request = member
            .request(&action, &format!("arn:aws:sagemaker:us-east-1:123456789012:{kind}/{p}-x"))
            .resource_tag("system", "MLSpace")
            .resource_tag("project", if other_project { &q } else { &p })
            .resource_tag("user", if other_user { &v } else { &u })
            .request_tag("system", "MLSpace")
            .request_tag("project", &p)
            .request_tag("user", &u);
        // The boundary tells projects apart, not users.
        let sets = sets(&member);
        for set in &sets[..if other_project { 3 } else { 2 }] {
            prop_assert!(!set.decide(&request).is_allowed(), "{action} {kind}");
        }
    }

    #[test]
    fn creating_for_other_tenants_is_denied(
        (p, q) in two_names(), (u, v) in two_names(), action in prop::sample::select(CREATE.to_vec()),
        kind in prop::sample::select(TYPES.to_vec()), foreign in 1..4_u8,
    ) {
        prop_assume!(kind != "endpoint-config" && action != "sagemaker:CreateEndpointConfig");
        let deployment = Deployment::new();
        let member = Member { deployment: &deployment, project: project(&p), user: user(&u) };
        let key = deployment.key.clone().unwrap();
        let request = member
            .request(action, &format!("arn:aws:sagemaker:us-east-1:123456789012:{kind}/{p}-x"))
            .request_tag("system", "MLSpace")
            .request_tag("project", if foreign & 1 != 0 { &q } else { &p })
            .request_tag("user", if foreign & 2 != 0 { &v } else { &u })
            .context("sagemaker:VpcSubnets", [&deployment.subnets[0]])
            .context("sagemaker:VpcSecurityGroupIds", [&deployment.groups[0]])
            .context("sagemaker:VolumeKmsKeyArn", [&key])
            .context("sagemaker:OutputKmsKeyArn", [&key]);
        for set in sets(&member) {
            prop_assert!(!set.decide(&request).is_allowed(), "{action} {kind}");
        }
    }

    #[test]
    fn datasets_of_other_groups_are_denied((a, b) in two_names(), action in any_action(&OBJECT)) {
        let deployment = Deployment::new();
        let granted = group_policies(&deployment.context(), &group("analysts"), &[dataset(&a)]).unwrap();
        let member = Member { deployment: &deployment, project: project("alpha"), user: user("al") };
        let set = granted.iter().fold(member.policies(false), |set, document| set.identity("group", document));
        prop_assume!(b != SHARED_DATASET);
        let key = format!("arn:aws:s3:::{}/group/datasets/{b}/x", deployment.bucket);
        prop_assert!(!set.decide(&member.request(&action, &key)).is_allowed(), "{action} {key}");
    }
}
