//! What the platform's fences are about besides tags, network and keys: side doors of jobs, names,
//! models, logs, images, public data, the domain and searches.

use super::super::Member;
use super::workloads::{NOTHING, good_workload};
use super::{Case, case, others, owned, sagemaker};
use iam_policy::evaluate::Request;

/// A case that the role's own policies decide: the boundary allows it.
fn own_case(what: impl Into<String>, request: Request, allowed: bool) -> Case {
    Case {
        allowed_by_boundary: true,
        ..case(what, request, allowed)
    }
}

/// File systems, shells in running jobs, and tag keys in another case.
pub(super) fn side_doors(member: &Member<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    for (action, kind) in [
        ("sagemaker:CreateTrainingJob", "training-job"),
        ("sagemaker:CreateProcessingJob", "processing-job"),
    ] {
        let good = good_workload(member, action, &sagemaker(member, kind));
        let mut add = |what: &str, key: &str, values: &[&str], allowed| {
            let request = good.clone().context(key, values.to_vec());
            all.push(own_case(format!("{action} {what}"), request, allowed));
        };
        let debug = "sagemaker:EnableRemoteDebug";
        add("with remote debugging", debug, &["true"], false);
        add("without debugging", debug, &["false"], true);
        let system = "sagemaker:FileSystemId";
        add("with a file system", system, &["fs-01234567"], false);
        let keys = "aws:TagKeys";
        add("with tag keys", keys, &["system", "project", "user"], true);
        for other in [
            "Project", "PROJECT", "pRoject", "prOject", "proJect", "projEct", "projeCt", "projecT",
            "User", "USER", "uSER", "System", "SYSTEM",
        ] {
            add(
                &format!("with a tag key in another case, {other}"),
                keys,
                &["system", "project", "user", other],
                false,
            );
        }
    }
    let update = owned(
        member,
        member.request(
            "sagemaker:UpdateTrainingJob",
            &sagemaker(member, "training-job"),
        ),
    );
    let debugged = |value: &str| {
        update
            .clone()
            .context("sagemaker:EnableRemoteDebug", [value])
    };
    all.push(own_case(
        "sagemaker:UpdateTrainingJob",
        debugged("false"),
        true,
    ));
    all.push(own_case(
        "sagemaker:UpdateTrainingJob with remote debugging",
        debugged("true"),
        false,
    ));
    all
}

/// Names of others, models of others, and models that are not said.
pub(super) fn names_and_models(member: &Member<'_>) -> Vec<Case> {
    let (q, _) = others(member);
    let arn =
        |kind: &str, name: &str| format!("arn:aws:sagemaker:us-east-1:123456789012:{kind}/{name}");
    let mut all = Vec::new();
    for (action, kind) in [
        ("sagemaker:CreateModel", "model"),
        ("sagemaker:CreateTransformJob", "transform-job"),
        ("sagemaker:CreateEndpointConfig", "endpoint-config"),
    ] {
        for name in [
            format!("{q}-x"),
            "x".to_owned(),
            format!("{}x-x", member.project),
        ] {
            let good = good_workload(member, action, &arn(kind, &name));
            all.push(own_case(
                format!("{action} under another name, {name}"),
                good,
                false,
            ));
        }
    }
    for (action, kind) in [
        ("sagemaker:CreateTransformJob", "transform-job"),
        ("sagemaker:CreateEndpointConfig", "endpoint-config"),
    ] {
        let good = good_workload(member, action, &sagemaker(member, kind));
        let of = |models: &[String]| good.clone().context("sagemaker:ModelArn", models.to_vec());
        let own = arn("model", &format!("{}-y", member.project));
        let other = arn("model", &format!("{q}-x"));
        all.push(case(
            format!("{action} of a model of one's own"),
            of(std::slice::from_ref(&own)),
            true,
        ));
        for models in [vec![other.clone()], vec![own, other]] {
            all.push(case(
                format!("{action} of a model of others, {models:?}"),
                of(&models),
                false,
            ));
        }
    }
    let job = sagemaker(member, "transform-job");
    let unsaid = good_workload(member, "sagemaker:CreateTransformJob", &job)
        .context("sagemaker:ModelArn", NOTHING);
    all.push(own_case(
        "sagemaker:CreateTransformJob without its model",
        unsaid,
        false,
    ));
    all
}

/// Log streams, log groups and images, whose names begin with the project's.
pub(super) fn logs_and_images(member: &Member<'_>) -> Vec<Case> {
    let (q, _) = others(member);
    let p = &member.project;
    let arn =
        |service: &str, rest: &str| format!("arn:aws:{service}:us-east-1:123456789012:{rest}");
    let group = |name: &str| arn("logs", &format!("log-group:/aws/sagemaker/{name}"));
    let mut all = Vec::new();
    let mut add = |action: &str, resource: String, allowed| {
        let request = member.request(action, &resource);
        all.push(own_case(format!("{action} {resource}"), request, allowed));
    };
    for action in [
        "logs:CreateLogStream",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
    ] {
        for (name, allowed) in [
            (p.as_str(), true),
            (q, false),
            (format!("{p}x").as_str(), false),
        ] {
            for group_of_streams in [
                "TrainingJobs",
                "ProcessingJobs",
                "TransformJobs",
                "NotebookInstances",
            ] {
                let stream = group(&format!("{group_of_streams}:log-stream:{name}-x/algo-1"));
                add(action, stream, allowed);
            }
            for kind in ["Endpoints", "InferenceComponents"] {
                let stream = group(&format!("{kind}/{name}-x:log-stream:AllTraffic/i-0"));
                add(action, stream, allowed);
            }
        }
        let other = arn("logs", "log-group:/aws/lambda/f:log-stream:x");
        add(action, other, false);
    }
    for action in ["logs:CreateLogGroup", "logs:DescribeLogStreams"] {
        for kind in ["Endpoints", "InferenceComponents"] {
            add(action, group(&format!("{kind}/{p}-x")), true);
            add(action, group(&format!("{kind}/{q}-x")), false);
        }
        add(action, arn("logs", "log-group:/aws/lambda/f"), false);
    }
    for action in [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    ] {
        for (name, allowed) in [
            (format!("{p}-x"), true),
            (format!("{p}/x"), true),
            (format!("{q}-x"), false),
            (format!("{q}/x"), false),
            (p.to_string(), false),
            ("x".to_owned(), false),
        ] {
            add(action, arn("ecr", &format!("repository/{name}")), allowed);
        }
    }
    all
}

/// AWS's public buckets of the region, which can be read.
pub(super) fn public_data(member: &Member<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    for bucket in [
        "jumpstart-cache-prod-us-east-1",
        "sagemaker-example-files-prod-us-east-1",
        "sagemaker-sample-files",
    ] {
        let (list, object) = (
            format!("arn:aws:s3:::{bucket}"),
            format!("arn:aws:s3:::{bucket}/models/x"),
        );
        let mut add = |action: &str, resource: &str, allowed| {
            let request = member.request(action, resource);
            all.push(own_case(format!("{action} {resource}"), request, allowed));
        };
        add("s3:GetObject", &object, true);
        add("s3:ListBucket", &list, true);
        add("s3:PutObject", &object, false);
        add("s3:DeleteObject", &object, false);
        add("s3:PutObjectTagging", &object, false);
        let prefixed = member
            .request("s3:ListBucket", &list)
            .context("s3:prefix", ["models/"]);
        all.push(case(format!("list models of {bucket}"), prefixed, true));
    }
    let elsewhere = "arn:aws:s3:::jumpstart-cache-prod-eu-west-1/x";
    all.push(case(
        "get public data of another region",
        member.request("s3:GetObject", elsewhere),
        false,
    ));
    all
}

/// The platform's Studio domain, and searches in the own project.
pub(super) fn domain_and_search(member: &Member<'_>) -> Vec<Case> {
    let (q, _) = others(member);
    let p = member.project.as_str();
    let domain = |region: &str| {
        let arn = format!("arn:aws:sagemaker:{region}:123456789012:domain/d-0123456789ab");
        member.request("sagemaker:DescribeDomain", &arn)
    };
    let tagged_system = |request: Request, value: &str| request.resource_tag("system", value);
    let here = || domain("us-east-1");
    let mut all = vec![
        own_case(
            "describe the domain",
            tagged_system(here(), "MLSpace"),
            true,
        ),
        own_case("describe a domain without tags", here(), false),
        own_case(
            "describe the domain of something else",
            tagged_system(here(), "Other"),
            false,
        ),
        Case {
            // The region is limited by the Allow statements only.
            base_policy_can_allow: true,
            ..own_case(
                "describe a domain in another region",
                tagged_system(domain("eu-west-1"), "MLSpace"),
                false,
            )
        },
        case(
            "describe the domain of others",
            tagged_system(here(), "MLSpace").resource_tag("project", q),
            false,
        ),
    ];
    let search = member.request("sagemaker:Search", "*");
    let key = "sagemaker:SearchVisibilityCondition/Tags.project/EqualsIfExists";
    for (what, values, allowed) in [
        ("in the own project", vec![p], true),
        ("in another project", vec![q], false),
        ("everywhere", vec![], false),
    ] {
        all.push(own_case(
            format!("search {what}"),
            search.clone().context(key, values),
            allowed,
        ));
    }
    all
}
