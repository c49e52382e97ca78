//! Size limits, with long names and many subnets.

use super::*;
use crate::layout::IAM_PREFIX_MAX;
use iam_policy::{ATTACHED_POLICIES_PER_ROLE, PolicyType};

/// The longest names of regions, by partition.
const REGIONS: [&str; 4] = [
    "ap-northeast-1",
    "ap-southeast-7",
    "cn-northwest-1",
    "us-gov-east-1",
];

/// A deployment with six subnets, a bucket's name of this length and this number of security
/// groups.
fn large_deployment(region: &str, bucket: usize, groups: usize) -> Deployment {
    let account = Account::new("123456789012", region);
    Deployment {
        bucket: "b".repeat(bucket),
        subnets: (0..6).map(subnet).collect(),
        groups: (0..groups).map(|n| format!("sg-{n:017x}")).collect(),
        key: Some(account.kms_arn(&format!("mrk-{}", "a".repeat(32)))),
        account,
    }
}

/// With six subnets and every service: in each partition two security groups and a bucket's name of 33
/// characters fit.
#[test]
fn boundary_fits_six_subnets() {
    let prefix = "p".repeat(IAM_PREFIX_MAX);
    for region in REGIONS {
        let deployment = large_deployment(region, 33, 2);
        let context = PolicyContext {
            iam_prefix: &prefix,
            platform: PlatformAccess {
                services: Service::ALL,
                ..PlatformAccess::default()
            },
            ..deployment.context()
        };
        let base = notebook_base_policy(&context).unwrap().size();
        assert!(base <= PolicyType::Managed.limit(), "{region}: {base}");
        let boundary = permissions_boundary(&context).map(|boundary| boundary.size());
        assert!(boundary.is_ok(), "{region}: {boundary:?}");
    }
}

/// Every service fits alone, and the usual ones of machine learning fit together.
#[test]
fn inline_policy_fits_services() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let (project, user) = (project("fraud"), user("alice"));
    let role = deployment.role_arn(&project, &user);
    let arns = vec!["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0".to_owned()];
    let mut sets: Vec<Vec<Service>> = Service::ALL.iter().map(|service| vec![*service]).collect();
    sets.push(vec![
        Service::Registry,
        Service::ModelCards,
        Service::Pipelines,
        Service::Experiments,
        Service::FeatureStore,
        Service::InferenceComponents,
    ]);
    for set in sets {
        let mut services = Services::default();
        for service in &set {
            let options = match service.entry().options {
                Some(_) => ServiceOptions {
                    arns: arns.clone(),
                    guardrail_arn: None,
                },
                None => ServiceOptions::default(),
            };
            services.switch_on(*service, options);
        }
        let access = ProjectAccess {
            services,
            ..ProjectAccess::default()
        };
        let member = MemberAccess::new(&project, &user, &role, &access);
        let inline = attribute_role_policy(&context, &member);
        assert!(inline.is_ok(), "{set:?}: {inline:?}");
        assert!(
            project_policy(&context, &project, &access, false).is_ok(),
            "{set:?}"
        );
    }
}

/// The datasets of a user's groups are in the role's inline policy.
#[test]
fn inline_policy_has_room_for_datasets() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let (project, user) = (project("fraud"), user("alice"));
    let role = deployment.role_arn(&project, &user);
    let access = ProjectAccess::default();
    let fits = |count: usize| {
        let datasets: Vec<_> = (0..count)
            .map(|n| dataset(&format!("dataset-{n:03}")))
            .collect();
        let member = MemberAccess {
            datasets: &datasets,
            ..MemberAccess::new(&project, &user, &role, &access)
        };
        pass_role_policy(&context, &member).is_ok()
    };
    let most = (0..100).take_while(|count| fits(*count)).last().unwrap();
    assert!(most >= 10, "{most}");
    println!("{most} datasets fit");
}

#[test]
fn policies_fit_the_longest_names() {
    let deployment = Deployment {
        account: Account::new("123456789012", "us-gov-west-1"),
        bucket: "b".repeat(63),
        subnets: (0..6).map(subnet).collect(),
        ..Deployment::new()
    };
    let context = PolicyContext {
        system_tag: "A platform with a long name",
        ..deployment.context()
    };
    let (project, user) = (project(&"P".repeat(24)), user(&"u".repeat(64)));
    let limit = PolicyType::Managed.limit();
    assert!(
        project_policy(&context, &project, &ProjectAccess::default(), true)
            .unwrap()
            .size()
            <= limit
    );
    assert!(user_policy(&context, &user).unwrap().size() <= limit);
    assert!(notebook_base_policy(&context).unwrap().size() <= limit);
    assert!(attribute_policy(&context).unwrap().size() <= limit);
    let provider = provider_policy(&context, &terraform_role::tests::access()).unwrap();
    let sizes: Vec<usize> = provider.iter().map(Document::size).collect();
    assert_eq!(provider.len(), 2, "{sizes:?}");
    assert!(provider.iter().all(|document| document.size() <= limit));
    let base: Vec<String> = (0..4)
        .map(|n| {
            let name = "n".repeat(32);
            format!("arn:aws-us-gov:iam::123456789012:policy/platform/{name}-limits-{n}")
        })
        .collect();
    let key =
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
    let access = TerraformRoleAccess {
        boundary_arn: Some(&base[0]),
        base_policy_arns: &base[1..],
        table_key_arn: Some(key),
        ..TerraformRoleAccess::default()
    };
    let boundary = provider_boundary(&context, &access).unwrap();
    assert!(boundary.size() <= PolicyType::Boundary.limit());
    // The module `roles` has three managed policies for them.
    let provider = provider_policy(&context, &access).unwrap();
    let sizes: Vec<usize> = provider.iter().map(Document::size).collect();
    assert!(provider.len() <= 3, "{sizes:?}");
    let (arn, own) = (
        deployment.role_arn(&project, &user),
        ProjectAccess::default(),
    );
    let member = MemberAccess::new(&project, &user, &arn, &own);
    let inline = pass_role_policy(&context, &member).unwrap();
    assert!(inline.size() <= PolicyType::RoleInline.limit());
    let inline = attribute_role_policy(&context, &member).unwrap();
    assert!(inline.size() <= PolicyType::RoleInline.limit());
}

#[test]
fn boundary_reports_too_many_subnets() {
    let deployment = Deployment {
        subnets: (0..60).map(subnet).collect(),
        ..Deployment::new()
    };
    let error = permissions_boundary(&deployment.context()).unwrap_err();
    assert!(
        matches!(error, PolicyError::TooLarge { limit: 6_144, .. }),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("IAM allows 6144: approve fewer subnets and security groups, offer fewer services, or shorten the data bucket's name"),
        "{error}"
    );
}

#[test]
fn group_policies_pack_many_datasets() {
    let deployment = Deployment::new();
    let datasets: Vec<_> = (0..200)
        .rev()
        .map(|n| dataset(&format!("{n:03}-{}", "x".repeat(27))))
        .collect();
    let packed = group_policies(&deployment.context(), &group("analysts"), &datasets).unwrap();
    assert!(packed.len() > 1);
    let mut shared = Vec::new();
    for document in &packed {
        assert!(document.size() <= PolicyType::Managed.limit());
        let resources = document.statements[0].resources.clone().unwrap();
        shared.extend(resources.values().iter().cloned());
    }
    let mut expected: Vec<_> = datasets
        .iter()
        .map(|name| format!("arn:aws:s3:::mlspace-data-123456789012/group/datasets/{name}/*"))
        .collect();
    expected.sort();
    assert_eq!(shared, expected);
    let mut doubled = datasets.clone();
    doubled.extend(datasets);
    assert_eq!(
        group_policies(&deployment.context(), &group("analysts"), &doubled).unwrap(),
        packed
    );
}

/// Number of managed policies of a role whose user is in this number of groups, which share 200
/// datasets with names of this length: the policies of the groups, the project and the user, and a
/// base policy.
fn attached_policies(deployment: &Deployment, groups: usize, name: usize) -> usize {
    let datasets: Vec<_> = (0..200).map(|n| dataset(&format!("{n:x<name$}"))).collect();
    let chunks = datasets.chunks(datasets.len().div_ceil(groups));
    let own = chunks.enumerate().map(|(n, shared)| {
        let group = group(&format!("group{n}"));
        let packed = group_policies(&deployment.context(), &group, shared).unwrap();
        packed.len()
    });
    own.sum::<usize>() + 3
}

/// Each dataset needs 54 characters, the bucket's name, and twice its own name: in an ARN and in a
/// prefix for listing. A document has about 5,750 characters for datasets, so seven documents hold
/// 200 datasets of about 190 characters each: with this bucket, names of 55 characters. Each group
/// needs at least one document, so a user can be in seven groups.
#[test]
fn role_has_room_for_200_group_datasets() {
    let usual = Deployment::new();
    for groups in [1, 2, 7] {
        for name in [20, 40] {
            let attached = attached_policies(&usual, groups, name);
            assert!(
                attached <= ATTACHED_POLICIES_PER_ROLE,
                "{groups} groups, {name}: {attached}"
            );
        }
    }
    assert_eq!(attached_policies(&usual, 1, 55), 10);
    assert_eq!(
        attached_policies(&large_deployment("us-east-1", 63, 1), 1, 40),
        10
    );
    assert_eq!(attached_policies(&usual, 8, 20), 11);
}

#[test]
fn group_policies_are_empty_without_datasets() {
    let none = group_policies(&Deployment::new().context(), &group("analysts"), &[]).unwrap();
    assert_eq!(none, Vec::<Document>::new());
}

#[test]
fn policies_reject_wildcards_and_variables() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let wild = vec!["subnet-*".to_owned()];
    let network = ApprovedNetwork {
        subnet_ids: &wild,
        security_group_ids: &[],
    };
    for bad in [
        PolicyContext {
            system_tag: "ML*",
            ..context
        },
        PolicyContext {
            system_tag: "${aws:username}",
            ..context
        },
        PolicyContext {
            system_tag: "",
            ..context
        },
        PolicyContext {
            data_bucket: "mlspace-*",
            ..context
        },
        PolicyContext {
            iam_prefix: "*",
            ..context
        },
        PolicyContext {
            network: Some(network),
            ..context
        },
        PolicyContext {
            kms_key: Some("*"),
            platform: PlatformAccess::default(),
            ..context
        },
    ] {
        assert!(
            project_policy(&bad, &project("fraud"), &ProjectAccess::default(), false).is_err(),
            "{bad:?}"
        );
        assert!(user_policy(&bad, &user("alice")).is_err(), "{bad:?}");
        assert!(
            group_policies(&bad, &group("analysts"), &[]).is_err(),
            "{bad:?}"
        );
        assert!(permissions_boundary(&bad).is_err(), "{bad:?}");
        assert!(notebook_base_policy(&bad).is_err(), "{bad:?}");
        assert!(
            pass_role_policy(
                &bad,
                &MemberAccess::new(
                    &project("fraud"),
                    &user("alice"),
                    "arn:aws:iam::123456789012:role/r",
                    &ProjectAccess::default()
                )
            )
            .is_err(),
            "{bad:?}"
        );
    }
    let error = project_policy(
        &PolicyContext {
            kms_key: Some("*"),
            ..context
        },
        &project("a"),
        &ProjectAccess::default(),
        false,
    );
    insta::assert_snapshot!(error.unwrap_err(), @"the KMS key `*` cannot be used in a policy: write the key's ARN, its id or `alias/NAME`");
}

#[test]
fn approved_key_matches_arn_and_alias() {
    let deployment = Deployment {
        key: Some("alias/ml".to_owned()),
        ..Deployment::new()
    };
    let context = deployment.context();
    let own = user_policy(&context, &user("alice")).unwrap().to_json();
    assert!(
        own.contains(r#"["alias/ml","arn:aws:kms:us-east-1:123456789012:alias/ml"]"#),
        "{own}"
    );
    let base = notebook_base_policy(&context).unwrap().to_json();
    assert!(
        base.contains(r#""ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/ml"}"#),
        "{base}"
    );
}

#[test]
fn suspension_policy_fits_50_projects() {
    let deployment = Deployment::new();
    let names = |n: usize| -> Vec<_> { (0..n).map(|n| project(&format!("P{n:023}"))).collect() };
    let few = suspension_policy(&deployment.context(), &names(50)).unwrap();
    assert!(few.size() <= PolicyType::Managed.limit());
    let error = suspension_policy(&deployment.context(), &names(300)).unwrap_err();
    assert!(
        error.to_string().contains("IAM allows 6144: delete some"),
        "{error}"
    );
}
