//! Permissions that jobs need in addition to their data: requests for the base policy, and the
//! limits that the boundary sets for it.

use super::cases::{Case, keys};
use super::*;

/// `allowed` is the decision with the notebook base policy. `allowed_by_boundary` is the decision
/// with a base policy that allows everything, within the boundary.
pub(super) fn base_policy_cases(member: &Member<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    let mut add =
        |request: Request, keys: &[(&str, &str)], allowed: bool, allowed_by_boundary: bool| {
            let what = format!("{} {} {keys:?}", request.action(), request.resource());
            let request = keys.iter().fold(request, |request, (key, value)| {
                request.context(*key, [*value])
            });
            all.push(Case {
                what,
                request,
                allowed,
                base_policy_can_allow: false,
                allowed_by_boundary,
                open_to_all: false,
            });
        };
    let ask = |action: &str, resource: &str| member.request(action, resource);
    let local = |service: &str, resource: &str| {
        format!("arn:aws:{service}:us-east-1:123456789012:{resource}")
    };
    let ec2 = |resource: &str| local("ec2", resource);

    let subnet = ec2(&format!("subnet/{}", member.deployment.subnets[0]));
    let group = ec2(&format!("security-group/{}", member.deployment.groups[0]));
    let interface = ec2("network-interface/eni-0");
    for (resource, allowed, within) in [
        (&subnet, true, true),
        (&group, true, true),
        (&interface, true, true),
        (&ec2("subnet/subnet-9"), false, true),
        (&ec2("security-group/sg-9"), false, true),
        (&ec2("instance/i-0"), false, true),
    ] {
        add(
            ask("ec2:CreateNetworkInterface", resource),
            &[],
            allowed,
            within,
        );
    }
    let delete = || ask("ec2:DeleteNetworkInterface", &interface);
    add(delete(), &[("ec2:Subnet", &subnet)], true, true);
    add(
        delete(),
        &[("ec2:Subnet", &ec2("subnet/subnet-9"))],
        false,
        true,
    );
    add(delete(), &[], false, true);
    add(
        ask("ec2:DeleteNetworkInterface", &ec2("instance/i-0")),
        &[("ec2:Subnet", &subnet)],
        false,
        true,
    );
    for (action, allowed) in [
        ("ec2:DescribeSubnets", true),
        ("ec2:DescribeVpcs", true),
        ("ec2:DescribeInstances", false),
        ("ecr:GetAuthorizationToken", true),
        ("ecr:DescribeRegistry", false),
    ] {
        add(ask(action, "*"), &[], allowed, allowed);
    }
    add(
        ask("ec2:RunInstances", &ec2("instance/i-0")),
        &[],
        false,
        false,
    );

    let project = &member.project;
    let image =
        |region: &str, kind: &str| format!("arn:aws:ecr:{region}:123456789012:{kind}/pytorch");
    let own = format!("repository/{project}-x");
    let own = |region: &str| format!("arn:aws:ecr:{region}:123456789012:{own}");
    add(ask("ecr:BatchGetImage", &own("us-east-1")), &[], true, true);
    add(
        ask("ecr:BatchGetImage", &image("us-east-1", "repository")),
        &[],
        false,
        true,
    );
    add(
        ask("ecr:BatchGetImage", &image("us-east-1", "other")),
        &[],
        false,
        true,
    );
    add(
        ask("ecr:PutImage", &image("us-east-1", "repository")),
        &[],
        false,
        false,
    );

    let stream = |group: &str, stream: &str| {
        local(
            "logs",
            &format!("log-group:/aws/sagemaker/{group}:log-stream:{stream}"),
        )
    };
    for action in [
        "logs:PutLogEvents",
        "logs:GetLogEvents",
        "logs:CreateLogStream",
    ] {
        let own = stream("TrainingJobs", &format!("{project}-x/algo-1"));
        add(ask(action, &own), &[], true, true);
        let own = stream(&format!("Endpoints/{project}-x"), "AllTraffic/i-0");
        add(ask(action, &own), &[], true, true);
        for other in ["x/algo-1", "beta-x/algo-1", &format!("{project}x/algo-1")] {
            add(
                ask(action, &stream("TrainingJobs", other)),
                &[],
                false,
                true,
            );
        }
    }
    let group = |name: &str| local("logs", &format!("log-group:/aws/{name}"));
    for (action, name, allowed) in [
        ("logs:DescribeLogStreams", "sagemaker/TrainingJobs", true),
        (
            "logs:DescribeLogStreams",
            "sagemaker/Endpoints/beta-x",
            false,
        ),
        ("logs:DescribeLogStreams", "lambda/f", false),
        // It is authorized on a group, or on all of its streams.
        (
            "logs:DescribeLogStreams",
            &format!("sagemaker/TrainingJobs:log-stream:{project}-x"),
            false,
        ),
        ("logs:FilterLogEvents", "sagemaker/TrainingJobs", false),
        ("logs:DeleteLogGroup", "sagemaker/TrainingJobs", false),
    ] {
        let within = action == "logs:DescribeLogStreams";
        add(ask(action, &group(name)), &[], allowed, within);
    }

    let metrics = || ask("cloudwatch:PutMetricData", "*");
    for (namespace, allowed) in [
        ("/aws/sagemaker/Endpoints", false),
        ("/aws/sagemaker/TrainingJobs", true),
        (format!("MLSpace/{project}").as_str(), true),
        ("MLSpace/beta", false),
        ("Billing", false),
    ] {
        add(
            metrics(),
            &[("cloudwatch:namespace", namespace)],
            allowed,
            true,
        );
    }
    add(metrics(), &[], false, true);

    let (own, other) = keys(member);
    for (key, allowed) in [(&own, true), (&other, false)] {
        add(ask("kms:Decrypt", key), &[], allowed, allowed);
        add(
            ask("kms:CreateGrant", key),
            &[("kms:GrantIsForAWSResource", "true")],
            allowed,
            allowed,
        );
        add(
            ask("kms:CreateGrant", key),
            &[("kms:GrantIsForAWSResource", "false")],
            false,
            allowed,
        );
        add(ask("kms:CreateGrant", key), &[], false, allowed);
    }

    let bucket = format!("arn:aws:s3:::{}", member.deployment.bucket);
    add(ask("s3:GetBucketLocation", &bucket), &[], true, true);
    add(
        ask(
            "s3:GetBucketLocation",
            "arn:aws:s3:::jumpstart-cache-prod-us-east-1",
        ),
        &[],
        false,
        true,
    );
    add(
        ask("s3:GetBucketLocation", "arn:aws:s3:::another-bucket"),
        &[],
        false,
        false,
    );
    all.extend(pulls(member));
    all
}

/// Images of other accounts that let everybody pull them: those of AWS, and of a stranger.
fn pulls(member: &Member<'_>) -> Vec<Case> {
    let pull = |action: &str, account: &str| {
        let arn = format!("arn:aws:ecr:us-east-1:{account}:repository/pytorch-training");
        member.request(action, &arn)
    };
    let mut all = Vec::new();
    for action in [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ] {
        let (of_aws, of_stranger) = ("763104351884", "999999999999");
        // AWS does not list `aws:ResourceAccount` among the keys of ECR.
        let unsaid = pull(action, of_aws).context("aws:ResourceAccount", [""; 0]);
        for (what, request, allowed) in [
            ("an image of AWS", pull(action, of_aws), true),
            ("an image of AWS, its account unsaid", unsaid, true),
            ("an image of a stranger", pull(action, of_stranger), false),
        ] {
            all.push(Case {
                what: format!("{action} {what}"),
                request,
                allowed,
                base_policy_can_allow: false,
                allowed_by_boundary: true,
                open_to_all: true,
            });
        }
    }
    all
}

/// The policies, with that of the resource of a case that is open to all.
pub(super) fn with_resource(set: &PolicySet, case: &Case) -> PolicySet {
    if !case.open_to_all {
        return set.clone();
    }
    let open = iam_policy::Statement::allow("Everybody")
        .principal(iam_policy::Principal::Any)
        .actions(["ecr:*"]);
    set.clone().resource("repository", &Document::new([open]))
}

#[test]
fn base_policy_is_sufficient_and_within_the_boundary() {
    let deployment = Deployment::new();
    let context = deployment.context();
    let boundary = permissions_boundary(&context).unwrap();
    let base = notebook_base_policy(&context).unwrap();
    let outer = PolicySet::new()
        .identity("base", &allow_all("*"))
        .boundary("boundary", &boundary);
    for member in members(&deployment) {
        let own = member.policies(false).identity("base", &base);
        let bounded = own.clone().boundary("boundary", &boundary);
        for case in base_policy_cases(&member) {
            let allows = |set: &PolicySet| {
                let set = with_resource(set, &case);
                set.decide(&case.request).is_allowed()
            };
            let what = &case.what;
            assert_eq!(allows(&own), case.allowed, "{what}");
            assert_eq!(allows(&bounded), case.allowed, "bounded: {what}");
            assert_eq!(allows(&outer), case.allowed_by_boundary, "boundary: {what}");
        }
    }
}

#[test]
fn project_security_groups_are_those_with_the_tags_of_the_project() {
    let deployment = Deployment::new();
    let mut context = deployment.context();
    context.platform.project_security_groups = true;
    let base = notebook_base_policy(&context).unwrap();
    let local = |resource: &str| format!("arn:aws:ec2:us-east-1:123456789012:{resource}");
    let listed = local(&format!("security-group/{}", deployment.groups[0]));
    for member in members(&deployment) {
        let own = member.policies(false).identity("base", &base);
        let wide = own.clone().identity("wide", &allow_all("ec2:*"));
        let project = member.project.as_str();
        let others = format!("{project}x");
        for (group, tags, allowed) in [
            (
                "sg-9",
                [("system", "MLSpace"), ("project", project)].as_slice(),
                true,
            ),
            (
                "sg-9",
                &[("system", "MLSpace"), ("project", &others)],
                false,
            ),
            ("sg-9", &[("system", "Other"), ("project", project)], false),
            ("sg-9", &[("project", project)], false),
            ("sg-9", &[("system", "MLSpace")], false),
            ("sg-9", &[], false),
            // The group that all share admits nobody, and is not for workloads of projects.
            (&deployment.groups[0], &[("system", "MLSpace")], false),
        ] {
            let group = local(&format!("security-group/{group}"));
            let mut request = member.request("ec2:CreateNetworkInterface", &group);
            for (key, value) in tags {
                request = request.context(format!("aws:ResourceTag/{key}"), [*value]);
            }
            for set in [&own, &wide] {
                assert_eq!(
                    set.decide(&request).is_allowed(),
                    allowed,
                    "{group} {tags:?}"
                );
            }
        }
        for (resource, allowed) in [
            (local(&format!("subnet/{}", deployment.subnets[0])), true),
            (local("network-interface/eni-0"), true),
            (local("subnet/subnet-9"), false),
            (listed.clone(), false),
        ] {
            let request = member.request("ec2:CreateNetworkInterface", &resource);
            assert_eq!(own.decide(&request).is_allowed(), allowed, "{resource}");
        }
    }
}
