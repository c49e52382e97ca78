//! What AWS's services do that a policy can miss, one test each: what the documents of a member hold
//! against it, with a base policy that allows everything.
//!
//! The member is alice in the project fraud; bob is in it too, and churn is another project.

use super::*;
use crate::policies::members::role;
use iam_policy::evaluate::{Caller, PolicySet, Request};

/// Tags of a resource or a request: a project and a user of it.
type Tags<'a> = Option<(&'a str, &'a str)>;

const OWN: Tags<'static> = Some(("fraud", "alice"));
const MATE: Tags<'static> = Some(("fraud", "bob"));
const OTHER: Tags<'static> = Some(("churn", "carol"));

/// Alice's role in a project with all services, with a base policy that allows everything.
struct Alice {
    policies: PolicySet,
    role: String,
}

/// What a request carries.
#[derive(Default)]
struct With<'a> {
    request: Tags<'a>,
    resource: Tags<'a>,
    context: &'a [(&'a str, &'a str)],
}

impl Alice {
    fn new() -> Self {
        let deployment = Deployment::new();
        let context = PolicyContext {
            platform: PlatformAccess {
                services: Service::ALL,
                ..PlatformAccess::default()
            },
            ..deployment.context()
        };
        let (project, user) = (project("fraud"), user("alice"));
        let role = deployment.role_arn(&project, &user);
        let mut services = Services::default();
        for service in Service::ALL {
            let arns = match service {
                Service::Bedrock => {
                    vec!["arn:aws:bedrock:us-east-1::foundation-model/m".to_owned()]
                }
                Service::Codeartifact => {
                    vec![
                        "arn:aws:codeartifact:us-east-1:123456789012:repository/d/shared"
                            .to_owned(),
                    ]
                }
                _ => Vec::new(),
            };
            let options = ServiceOptions {
                arns,
                guardrail_arn: None,
            };
            services.switch_on(*service, options);
        }
        let access = ProjectAccess {
            services,
            ..ProjectAccess::default()
        };
        let member = MemberAccess::new(&project, &user, &role, &access);
        // All services together exceed a role's inline policy. What it says of each is the same.
        let inline = Document::new(role::statements(&context, &member));
        let policies = PolicySet::new()
            .identity("base", &allow_all("*"))
            .identity("user", &user_policy(&context, &user).unwrap())
            .identity("inline", &inline);
        Self { policies, role }
    }

    /// Whether she can call this action on a resource of SageMaker, or any resource if it is an ARN.
    fn can(&self, action: &str, resource: &str, with: &With<'_>) -> bool {
        let resource = if resource.starts_with("arn:") || resource == "*" {
            resource.to_owned()
        } else {
            format!("arn:aws:sagemaker:us-east-1:123456789012:{resource}")
        };
        let mut request = Request::new(Caller::from_arn(&self.role).unwrap(), action, resource);
        for (key, value) in [
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice"),
        ] {
            request = request.principal_tag(key, value);
        }
        if let Some((project, user)) = with.request {
            for (key, value) in [("system", "MLSpace"), ("project", project), ("user", user)] {
                request = request.request_tag(key, value);
            }
        }
        if let Some((project, user)) = with.resource {
            for (key, value) in [("system", "MLSpace"), ("project", project), ("user", user)] {
                request = request.resource_tag(key, value);
            }
        }
        for (key, value) in with.context {
            request = request.context(*key, [*value]);
        }
        self.policies.decide(&request).is_allowed()
    }

    fn can_on(&self, action: &str, resource: &str, tags: Tags<'_>) -> bool {
        let with = With {
            resource: tags,
            ..With::default()
        };
        self.can(action, resource, &with)
    }
}

/// 1. A resource of a mate runs under the mate's role: nobody else makes it work on data of their
///    own choice.
#[test]
fn trap_mates_resources_are_not_lent() {
    let alice = Alice::new();
    for (action, resource) in [
        ("sagemaker:InvokeEndpointAsync", "endpoint/fraud-e"),
        ("sagemaker:UpdateEndpoint", "endpoint/fraud-e"),
        ("sagemaker:StartPipelineExecution", "pipeline/fraud-p"),
        (
            "sagemaker:RetryPipelineExecution",
            "pipeline/fraud-p/execution/x",
        ),
        ("sagemaker:UpdatePipeline", "pipeline/fraud-p"),
        (
            "sagemaker:UpdateMonitoringSchedule",
            "monitoring-schedule/fraud-s",
        ),
    ] {
        assert!(alice.can_on(action, resource, OWN), "{action}");
        assert!(!alice.can_on(action, resource, MATE), "{action}");
        assert!(!alice.can_on(action, resource, OTHER), "{action}");
    }
    assert!(alice.can_on("sagemaker:InvokeEndpoint", "endpoint/fraud-e", MATE));
    assert!(alice.can_on("sagemaker:DescribePipeline", "pipeline/fraud-p", MATE));
}

/// 2. Five kinds of call name a model that IAM is not told: they are withheld.
#[test]
fn trap_models_without_a_key_are_withheld() {
    let alice = Alice::new();
    for (action, resource) in [
        (
            "sagemaker:UpdateInferenceComponent",
            "inference-component/fraud-c",
        ),
        (
            "sagemaker:CreateInferenceExperiment",
            "inference-experiment/fraud-x",
        ),
        (
            "sagemaker:UpdateInferenceExperiment",
            "inference-experiment/fraud-x",
        ),
        (
            "sagemaker:CreateInferenceRecommendationsJob",
            "inference-recommendations-job/fraud-j",
        ),
        (
            "sagemaker:CreateOptimizationJob",
            "optimization-job/fraud-j",
        ),
        (
            "sagemaker:CreateEdgePackagingJob",
            "edge-packaging-job/fraud-j",
        ),
    ] {
        let with = With {
            request: OWN,
            resource: OWN,
            ..With::default()
        };
        assert!(!alice.can(action, resource, &with), "{action}");
    }
    let model = |name: &str| {
        let arn = format!("arn:aws:sagemaker:us-east-1:123456789012:model/{name}");
        let context = [("sagemaker:ModelArn", arn.as_str())];
        let with = With {
            request: OWN,
            resource: OWN,
            context: &context,
        };
        alice.can(
            "sagemaker:CreateInferenceComponent",
            "inference-component/fraud-c",
            &with,
        )
    };
    assert!(model("fraud-m"));
    assert!(!model("churn-m"));
}

/// 3. Operations without an action in AWS's reference are denied all the same.
#[test]
fn trap_operations_outside_the_reference_are_denied() {
    let alice = Alice::new();
    for action in [
        "sagemaker:PutEndpointPolicy",
        "sagemaker:PutResourcePolicy",
        "sagemaker:CreateInferenceRouter",
        "sagemaker:CreateGlobalInferenceGateway",
        "sagemaker:CreateTrainingSession",
        "sagemaker:AnythingThatAwsAddsLater",
    ] {
        assert!(!alice.can_on(action, "endpoint/fraud-e", OWN), "{action}");
    }
}

/// 4. A version of a model package takes no tags: its name binds it.
#[test]
fn trap_model_package_versions_are_bound_by_name() {
    let alice = Alice::new();
    let create = "sagemaker:CreateModelPackage";
    assert!(alice.can(create, "model-package/fraud-g/1", &With::default()));
    assert!(!alice.can(create, "model-package/churn-g/1", &With::default()));
    assert!(!alice.can(create, "model-package-group/churn-g", &With::default()));
}

/// 5. The SDK lists all groups of model packages before it registers a model: IAM cannot limit the
///    list, so that it stays closed, and registering into a group by its name works.
#[test]
fn trap_registering_needs_no_list() {
    let alice = Alice::new();
    assert!(!alice.can("sagemaker:ListModelPackageGroups", "*", &With::default()));
    let group = "model-package-group/fraud-g";
    assert!(alice.can_on("sagemaker:DescribeModelPackageGroup", group, MATE));
    assert!(!alice.can_on("sagemaker:DescribeModelPackageGroup", group, OTHER));
}

/// 6. The SDK sets the tags of a pipeline again when it updates one: the same ones, on one's own.
#[test]
fn trap_pipelines_keep_their_tags() {
    let alice = Alice::new();
    let tag = |resource: &str, on: Tags<'_>, to: Tags<'_>| {
        let with = With {
            request: to,
            resource: on,
            ..With::default()
        };
        alice.can("sagemaker:AddTags", resource, &with)
    };
    let pipeline = "pipeline/fraud-p";
    assert!(tag(pipeline, OWN, OWN));
    assert!(!tag(pipeline, OWN, MATE), "given away");
    assert!(!tag(pipeline, OWN, OTHER), "given away");
    assert!(!tag(pipeline, MATE, OWN), "taken");
    assert!(!tag(pipeline, OTHER, OWN), "taken");
    assert!(!tag("model/fraud-m", OWN, OWN), "another type");
    assert!(!alice.can_on("sagemaker:DeleteTags", pipeline, OWN));
}

/// 7. Names that SageMaker or the SDK invents: the default trial of a run and components of jobs are
///    the project's by name, and names without the project are nobody's.
#[test]
fn trap_invented_names_belong_to_projects() {
    let alice = Alice::new();
    let create = |action: &str, resource: &str| {
        let with = With {
            request: OWN,
            ..With::default()
        };
        alice.can(action, resource, &with)
    };
    let trial = "sagemaker:CreateTrial";
    assert!(create(trial, "experiment-trial/Default-Run-Group-fraud-e"));
    assert!(create(trial, "experiment-trial/default-run-group-fraud-e"));
    assert!(!create(trial, "experiment-trial/Default-Run-Group-churn-e"));
    let component = |name: &str| alice.can_on("sagemaker:UpdateTrialComponent", name, None);
    assert!(component(
        "experiment-trial-component/fraud-j-aws-training-job"
    ));
    assert!(!component(
        "experiment-trial-component/churn-j-aws-training-job"
    ));
    assert!(!create(
        "sagemaker:CreateTrainingJob",
        "training-job/pipelines-abc-Train-x"
    ));
}

/// 8. `Search` answers with what bears no tag: it needs the condition on the own project.
#[test]
fn trap_search_needs_a_visibility_condition() {
    let alice = Alice::new();
    let key = "sagemaker:SearchVisibilityCondition/Tags.project/EqualsIfExists";
    let search = |context: &[(&str, &str)]| {
        let with = With {
            context,
            ..With::default()
        };
        alice.can("sagemaker:Search", "*", &with)
    };
    assert!(search(&[(key, "fraud")]));
    assert!(!search(&[(key, "churn")]));
    assert!(!search(&[]));
    assert!(!alice.can("sagemaker:GetSearchSuggestions", "*", &With::default()));
}

/// 9. `GetDataAccess` of S3 Access Grants hands out another role's credentials: it is no service of
///    the catalogue, and denied.
#[test]
fn trap_access_grants_are_closed() {
    let alice = Alice::new();
    let instance = "arn:aws:s3:us-east-1:123456789012:access-grants/default";
    assert!(!alice.can("s3:GetDataAccess", instance, &With::default()));
    assert!("access_grants".parse::<Service>().is_err());
}

/// 10. What a service creates without tags is nobody's: a member cannot touch it by its name alone.
#[test]
fn trap_children_without_tags_are_nobodys() {
    let alice = Alice::new();
    for (action, resource) in [
        (
            "sagemaker:DescribeTrainingJob",
            "training-job/fraud-automl-child",
        ),
        (
            "sagemaker:StopProcessingJob",
            "processing-job/fraud-monitor-child",
        ),
        ("sagemaker:InvokeEndpoint", "endpoint/fraud-clarify-shadow"),
        ("sagemaker:CreateEndpoint", "endpoint/fraud-clarify-shadow"),
    ] {
        assert!(
            alice.can(
                action,
                resource,
                &With {
                    request: OWN,
                    resource: OWN,
                    ..With::default()
                }
            ),
            "{action}"
        );
        assert!(!alice.can_on(action, resource, None), "{action}");
    }
}

/// 11. Where AWS's reference and its policies disagree about tags, a request without them is denied.
#[test]
fn trap_disputed_tags_are_required() {
    let alice = Alice::new();
    for (action, resource) in [
        ("sagemaker:ListCandidatesForAutoMLJob", "automl-job/fraud-j"),
        (
            "sagemaker-mlflow:SearchRuns",
            "mlflow-tracking-server/fraud-s",
        ),
    ] {
        assert!(alice.can_on(action, resource, OWN), "{action}");
        assert!(!alice.can_on(action, resource, OTHER), "{action}");
        assert!(!alice.can_on(action, resource, None), "{action}");
    }
}

/// 12. The shortest names of SageMaker have 32 characters: the longest name of a project leaves room
///     for a name behind it.
#[test]
fn trap_short_names_leave_room() {
    let longest = project(&"P".repeat(24));
    assert!(
        "P".repeat(25)
            .parse::<ProjectName>()
            .and_then(|name| name.check_new().map(|()| name))
            .is_err()
    );
    let prefix = format!("{longest}-");
    // Tuning and AutoML jobs, and SageMaker's projects (API Reference).
    assert!(32 - prefix.len() >= 7, "{prefix}");
}
