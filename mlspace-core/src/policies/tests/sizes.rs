//! That documents fit, also with long names and many subnets.

use super::*;
use iam_policy::{ATTACHED_POLICIES_PER_ROLE, PackTarget, PolicyType, pack};

/// The longest names of regions, by partition.
const REGIONS: [&str; 4] = [
    "ap-northeast-1",
    "ap-southeast-7",
    "cn-northwest-1",
    "us-gov-east-1",
];

/// Six private subnets, with a bucket's name of this length and this many security groups.
fn large(region: &str, bucket: usize, groups: usize) -> Deployment {
    let account = Account::new("123456789012", region);
    Deployment {
        bucket: "b".repeat(bucket),
        subnets: (0..6).map(subnet).collect(),
        groups: (0..groups).map(|n| format!("sg-{n:017x}")).collect(),
        key: Some(account.kms_arn(&format!("mrk-{}", "a".repeat(32)))),
        account,
    }
}

/// The boundary names the bucket seven times, a security group in 23 characters, and the partition in every ARN. So in the partition with the
/// longest name there is room for two groups and a bucket of 33 characters; in the shortest, for five and one of 43.
#[test]
fn a_vpc_of_six_subnets_fits_into_one_document_each() {
    // With a longer prefix not even a project of one letter has a name for its roles.
    let prefix = "p".repeat(44);
    let (short, user) = (project("a"), user("alice"));
    assert!(role_name(&prefix, &short, &user).is_ok());
    assert!(role_name(&format!("{prefix}p"), &short, &user).is_err());
    let size = |region, bucket, groups| {
        let deployment = large(region, bucket, groups);
        let context = GrantContext {
            iam_prefix: &prefix,
            ..deployment.context()
        };
        let base = notebook_base_policy(&context).unwrap().size();
        assert!(base <= PolicyType::Managed.limit(), "{region}: {base}");
        permissions_boundary(&context).map(|boundary| boundary.size())
    };
    for region in REGIONS {
        let size = size(region, 33, 2).unwrap();
        assert!(size <= PolicyType::Boundary.limit(), "{region}: {size}");
    }
    assert!(size("us-gov-east-1", 33, 3).is_err());
    assert!(size("ap-northeast-1", 43, 5).is_ok());
    assert!(size("ap-northeast-1", 44, 5).is_err());
}

#[test]
fn the_longest_names_fit() {
    let deployment = Deployment {
        account: Account::new("123456789012", "us-gov-west-1"),
        bucket: "b".repeat(63),
        subnets: (0..6).map(subnet).collect(),
        ..Deployment::new()
    };
    let context = GrantContext {
        system_tag: "A platform with a long name",
        ..deployment.context()
    };
    let (project, user) = (project(&"P".repeat(24)), user(&"u".repeat(64)));
    let limit = PolicyType::Managed.limit();
    assert!(project_policy(&context, &project, true).unwrap().size() <= limit);
    assert!(user_policy(&context, &user).unwrap().size() <= limit);
    assert!(notebook_base_policy(&context).unwrap().size() <= limit);
    assert!(attribute_policy(&context).unwrap().size() <= limit);
    let provider = provider_policy(&context, &super::provider::access()).unwrap();
    assert_eq!(provider.len(), 2);
    assert!(provider.iter().all(|document| document.size() <= limit));
    let base: Vec<String> = (0..4)
        .map(|n| {
            let name = "n".repeat(32);
            format!("arn:aws-us-gov:iam::123456789012:policy/platform/{name}-limits-{n}")
        })
        .collect();
    let key =
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
    let access = ProviderAccess {
        boundary_arn: Some(&base[0]),
        base_policy_arns: &base[1..],
        table_key_arn: Some(key),
        ..ProviderAccess::default()
    };
    let boundary = provider_boundary(&context, &access).unwrap();
    assert!(boundary.size() <= PolicyType::Boundary.limit());
    let inline = PackTarget {
        policy_type: PolicyType::RoleInline,
        documents: 1,
    };
    assert!(pack(&provider_policy(&context, &access).unwrap(), inline).is_ok());
    let inline = pass_role_policy(&context, &deployment.role_arn(&project, &user)).unwrap();
    assert!(inline.size() <= PolicyType::RoleInline.limit());
    let inline = attribute_role_policy(&context, &deployment.role_arn(&project, &user)).unwrap();
    assert!(inline.size() <= PolicyType::RoleInline.limit());
}

#[test]
fn too_many_subnets_for_the_boundary_are_told() {
    let deployment = Deployment {
        subnets: (0..60).map(subnet).collect(),
        ..Deployment::new()
    };
    let error = permissions_boundary(&deployment.context()).unwrap_err();
    assert!(
        matches!(error, GrantError::TooLarge { limit: 6_144, .. }),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .ends_with("IAM takes 6144: approve fewer subnets and security groups, or shorten the data bucket's name"),
        "{error}"
    );
}

#[test]
fn many_group_datasets_are_packed() {
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

/// How many managed policies a role carries whose user's groups, of one size, share 200 datasets with names of this length: those of the
/// groups, of the project and of the user, and a base policy.
fn carried(deployment: &Deployment, groups: usize, name: usize) -> usize {
    let datasets: Vec<_> = (0..200).map(|n| dataset(&format!("{n:x<name$}"))).collect();
    let chunks = datasets.chunks(datasets.len().div_ceil(groups));
    let own = chunks.enumerate().map(|(n, shared)| {
        let group = group(&format!("group{n}"));
        let packed = group_policies(&deployment.context(), &group, shared).unwrap();
        packed.len()
    });
    own.sum::<usize>() + 3
}

/// A dataset takes its name and the bucket's in an ARN, and its name once more for listing: 54 characters, the bucket's name, and twice its own.
/// A document has some 5,750 characters for datasets, so seven documents hold 200 of up to 190 characters or so: with this bucket, names of 55.
/// Each group takes a document at least, so a user who is in more than seven does not fit.
#[test]
fn a_role_carries_two_hundred_datasets_of_groups() {
    let usual = Deployment::new();
    for groups in [1, 2, 7] {
        for name in [20, 40] {
            let carried = carried(&usual, groups, name);
            assert!(
                carried <= ATTACHED_POLICIES_PER_ROLE,
                "{groups} groups, {name}: {carried}"
            );
        }
    }
    assert_eq!(carried(&usual, 1, 55), 10);
    assert_eq!(carried(&large("us-east-1", 63, 1), 1, 40), 10);
    assert_eq!(carried(&usual, 8, 20), 11);
}

#[test]
fn a_group_without_datasets_has_no_policy() {
    let none = group_policies(&Deployment::new().context(), &group("analysts"), &[]).unwrap();
    assert_eq!(none, Vec::<Document>::new());
}

#[test]
fn values_that_mean_something_in_a_policy_are_refused() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let wild = vec!["subnet-*".to_owned()];
    let network = ApprovedNetwork {
        subnet_ids: &wild,
        security_group_ids: &[],
    };
    for bad in [
        GrantContext {
            system_tag: "ML*",
            ..context
        },
        GrantContext {
            system_tag: "${aws:username}",
            ..context
        },
        GrantContext {
            system_tag: "",
            ..context
        },
        GrantContext {
            data_bucket: "mlspace-*",
            ..context
        },
        GrantContext {
            iam_prefix: "*",
            ..context
        },
        GrantContext {
            network: Some(network),
            ..context
        },
        GrantContext {
            kms_key: Some("*"),
            ..context
        },
    ] {
        assert!(
            project_policy(&bad, &project("fraud"), false).is_err(),
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
            pass_role_policy(&bad, "arn:aws:iam::123456789012:role/r").is_err(),
            "{bad:?}"
        );
    }
    let error = project_policy(
        &GrantContext {
            kms_key: Some("*"),
            ..context
        },
        &project("a"),
        false,
    );
    insta::assert_snapshot!(error.unwrap_err(), @"the KMS key `*` cannot stand in a policy: write the key's ARN, its id or `alias/NAME`");
}

#[test]
fn a_key_is_recognised_by_arn_and_by_the_form_it_was_given_in() {
    let deployment = Deployment {
        key: Some("alias/ml".to_owned()),
        ..Deployment::new()
    };
    let context = deployment.context();
    let arn = deployment.role_arn(&project("fraud"), &user("alice"));
    let inline = pass_role_policy(&context, &arn).unwrap().to_json();
    assert!(
        inline.contains(r#"["alias/ml","arn:aws:kms:us-east-1:123456789012:alias/ml"]"#),
        "{inline}"
    );
    let base = notebook_base_policy(&context).unwrap().to_json();
    assert!(
        base.contains(r#""ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/ml"}"#),
        "{base}"
    );
    assert!(
        permissions_boundary(&context)
            .unwrap()
            .to_json()
            .contains("kms:ResourceAliases")
    );
}

#[test]
fn two_hundred_projects_can_be_suspended_at_once() {
    let deployment = Deployment::new();
    let names = |n: usize| -> Vec<_> { (0..n).map(|n| project(&format!("P{n:023}"))).collect() };
    let few = suspension_policy(&deployment.context(), &names(200)).unwrap();
    assert!(few.size() <= PolicyType::Managed.limit());
    let error = suspension_policy(&deployment.context(), &names(300)).unwrap_err();
    assert!(
        error.to_string().contains("IAM takes 6144: delete some"),
        "{error}"
    );
}
