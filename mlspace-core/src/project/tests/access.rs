//! Services, sharing and limits of projects: where they are written, and what a plan says of them.

use iam_policy::Document;
use iam_policy::evaluate::{Caller, PolicySet, Request};

use super::*;
use crate::membership::PASS_ROLE;
use crate::plan::PlanOutcome;
use crate::policies::{
    Limits, ProjectAccess, Service, ServiceOptions, Services as Switched, Sharing, Workload,
};

/// The project `fraud` with these services.
fn with(services: &[Service]) -> ProjectSpec {
    ProjectSpec {
        access: ProjectAccess {
            services: services.iter().copied().collect(),
            ..ProjectAccess::default()
        },
        ..project("fraud")
    }
}

/// A platform with alice in `fraud`, whose project has these services, and on which projects can
/// switch on the registry, pipelines and Bedrock.
async fn platform(model: PolicyModel, services: &[Service]) -> FakePlatform {
    let mut platform = FakePlatform::new(model);
    platform.reconfigure(|settings| {
        settings.services = vec![Service::Registry, Service::Pipelines, Service::Bedrock];
    });
    let platform = platform.with_alice_in_fraud().await;
    update(&platform.services, &with(services)).await.unwrap();
    platform
}

/// Whether alice's role can create such a resource, with the tags and the name of the project.
fn can_create(platform: &FakePlatform, action: &str, resource: &str) -> bool {
    let state = platform.iam.state();
    let (name, role) = state.roles.iter().next().unwrap();
    let attached = role.attached.iter().map(|arn| {
        let document = Document::parse(state.policies[arn].document()).unwrap();
        (arn.clone(), document)
    });
    let inline = role
        .inline
        .iter()
        .map(|(name, json)| (name.clone(), Document::parse(json).unwrap()));
    let policies = attached
        .chain(inline)
        .fold(PolicySet::new(), |set, (label, document)| {
            set.identity(&label, &document)
        });
    let caller = Caller::from_arn(&format!("arn:aws:iam::123456789012:role/{name}")).unwrap();
    let resource = format!("arn:aws:sagemaker:us-east-1:123456789012:{resource}");
    let mut request = Request::new(caller, action, resource);
    for (key, value) in [
        ("system", "MLSpace"),
        ("project", "fraud"),
        ("user", "alice"),
    ] {
        request = request
            .principal_tag(key, value)
            .request_tag(key, value)
            .resource_tag(key, value);
    }
    policies.decide(&request).is_allowed()
}

/// Whether alice can create groups of the registry, and pipelines.
fn registry_and_pipelines(platform: &FakePlatform) -> (bool, bool) {
    (
        can_create(
            platform,
            "sagemaker:CreateModelPackageGroup",
            "model-package-group/fraud-g",
        ),
        can_create(platform, "sagemaker:CreatePipeline", "pipeline/fraud-p"),
    )
}

/// The drift of the project and of alice's membership, seen by a new process.
async fn drift(platform: &mut FakePlatform) -> Vec<String> {
    platform.restart();
    let services = &platform.services;
    let project = services.projects.read(&project_name("fraud")).await;
    let alice = "alice".parse().unwrap();
    let member = services
        .memberships
        .read(&project_name("fraud"), &alice)
        .await;
    let mut all = project.unwrap().unwrap().drift;
    all.extend(member.unwrap().unwrap().drift);
    all
}

#[tokio::test]
async fn services_reach_members_and_leave_them() {
    for model in MODELS {
        let mut platform = platform(model, &[]).await;
        assert_eq!(registry_and_pipelines(&platform), (false, false));
        let steps = [
            (vec![Service::Registry], (true, false)),
            (vec![Service::Registry, Service::Pipelines], (true, true)),
            (vec![Service::Pipelines], (false, true)),
            (vec![], (false, false)),
        ];
        for (services, expected) in steps {
            let updated = update(&platform.services, &with(&services)).await.unwrap();
            assert_eq!(updated.record.unwrap().access, with(&services).access);
            assert_eq!(registry_and_pipelines(&platform), expected, "{model:?}");
            assert_eq!(drift(&mut platform).await, Vec::<String>::new());
        }
        assert!(!record(&platform).contains_key("access"));
    }
}

#[tokio::test]
async fn services_of_a_new_member_are_the_projects() {
    for model in MODELS {
        let mut platform = FakePlatform::new(model);
        platform.reconfigure(|settings| settings.services = vec![Service::Registry]);
        let services = &platform.services;
        create(services, &with(&[Service::Registry])).await.unwrap();
        let alice = member("fraud", "alice");
        services
            .memberships
            .create(&operation(), &alice)
            .await
            .unwrap();
        assert_eq!(registry_and_pipelines(&platform), (true, false));
        assert_eq!(drift(&mut platform).await, Vec::<String>::new());
        // What the platform takes back is gone with the next apply of each resource.
        platform.reconfigure(|settings| settings.services.clear());
        assert_ne!(drift(&mut platform).await, Vec::<String>::new());
        let memberships = &platform.services.memberships;
        memberships.update(&operation(), &alice).await.unwrap();
        assert_eq!(registry_and_pipelines(&platform), (false, false));
    }
}

#[tokio::test]
async fn changing_services_converges() {
    for model in MODELS {
        converges(
            async || platform(model, &[Service::Registry]).await,
            async |services| update(services, &with(&[Service::Pipelines])).await,
        )
        .await;
    }
}

/// Wherever a change stops, a member can do what was possible before or what is possible after, and
/// not both.
#[tokio::test]
async fn changing_services_is_never_wider_than_both() {
    for model in MODELS {
        for n in 0..20 {
            let platform = platform(model, &[Service::Registry]).await;
            platform.faults.interrupt(Interruption::After(n));
            let _ = update(&platform.services, &with(&[Service::Pipelines])).await;
            let both = registry_and_pipelines(&platform);
            assert_ne!(both, (true, true), "{model:?} after call {n}");
        }
    }
}

#[tokio::test]
async fn roles_of_mlspace_are_left_alone() {
    let platform = platform(PolicyModel::PerPrincipal, &[]).await;
    let theirs = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Pass","Effect":"Allow","Action":"iam:PassRole","Resource":"*"}]}"#;
    platform.iam.edit(|account| {
        for role in account.roles.values_mut() {
            role.inline.insert(PASS_ROLE.to_owned(), theirs.to_owned());
        }
    });
    let done = update(&platform.services, &with(&[Service::Registry])).await;
    done.unwrap();
    let state = platform.iam.state();
    let role = state.roles.values().next().unwrap();
    assert_eq!(role.inline[PASS_ROLE], theirs);
}

async fn plan(
    platform: &FakePlatform,
    spec: &ProjectSpec,
    prior: Option<&ProjectSpec>,
) -> PlanOutcome<PlannedProject> {
    let projects = &platform.services.projects;
    projects.plan(spec, prior, &OnlyCreates).await
}

fn training(patterns: &[&str]) -> Limits {
    let patterns = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    Limits {
        instance_types: [(Workload::Training, patterns)].into(),
        ..Limits::default()
    }
}

#[tokio::test]
async fn plan_refuses_what_the_platform_does_not_offer() {
    let mut platform = platform(PolicyModel::PerPrincipal, &[]).await;
    let error = |outcome: PlanOutcome<PlannedProject>| {
        let [error] = outcome.errors.as_slice() else {
            panic!("{outcome:?}")
        };
        (error.attribute, error.detail.clone())
    };
    let (attribute, detail) = error(
        plan(
            &platform,
            &with(&[Service::Automl]),
            Some(&project("fraud")),
        )
        .await,
    );
    assert_eq!(attribute, "services");
    assert!(detail.contains("registry, pipelines, bedrock"), "{detail}");
    let (attribute, detail) = error(
        plan(
            &platform,
            &with(&[Service::Bedrock]),
            Some(&project("fraud")),
        )
        .await,
    );
    assert_eq!(attribute, "services");
    assert!(detail.contains("Name the ARNs"), "{detail}");

    platform.reconfigure(|settings| settings.limits = training(&["ml.m5.*"]));
    let limited = |patterns: &[&str]| ProjectSpec {
        access: ProjectAccess {
            limits: training(patterns),
            ..ProjectAccess::default()
        },
        ..project("fraud")
    };
    let (attribute, detail) =
        error(plan(&platform, &limited(&["ml.p4d.*"]), Some(&project("fraud"))).await);
    assert_eq!(attribute, "limits");
    assert!(detail.contains("`ml.p4d.*`"), "{detail}");
    let narrower = limited(&["ml.m5.large"]);
    assert_eq!(plan(&platform, &narrower, Some(&narrower)).await.errors, []);
}

#[tokio::test]
async fn plan_tells_what_is_opened_and_for_whom() {
    let platform = platform(PolicyModel::Attribute, &[]).await;
    let warning = |outcome: PlanOutcome<PlannedProject>| {
        assert_eq!(outcome.errors, []);
        let details = outcome.warnings.into_iter().map(|notice| notice.detail);
        details.collect::<Vec<_>>().join("\n")
    };
    let before = ProjectSpec {
        access: ProjectAccess {
            sharing: Sharing::User,
            services: [Service::Registry].into_iter().collect(),
            limits: training(&["ml.m5.*"]),
        },
        ..project("fraud")
    };
    assert_eq!(warning(plan(&platform, &before, Some(&before)).await), "");
    let mut services: Switched = [Service::Registry].into_iter().collect();
    services.switch_on(
        Service::Bedrock,
        ServiceOptions {
            arns: vec!["arn:aws:bedrock:us-east-1::foundation-model/m".to_owned()],
            guardrail_arn: None,
        },
    );
    let after = ProjectSpec {
        access: ProjectAccess {
            sharing: Sharing::Project,
            services,
            limits: training(&["ml.m5.*", "ml.g5.*"]),
        },
        ..project("fraud")
    };
    insta::assert_snapshot!(warning(plan(&platform, &after, Some(&before)).await));
    insta::assert_snapshot!(
        "narrower",
        warning(plan(&platform, &before, Some(&after)).await)
    );
}

#[tokio::test]
async fn plan_says_what_a_service_changes_of_a_role() {
    for model in [PolicyModel::PerPrincipal, PolicyModel::Attribute] {
        let platform = platform(model, &[]).await;
        let off = project("fraud");
        let on = with(&[Service::Registry]);
        let warning = async |spec, prior| {
            let planned = plan(&platform, spec, Some(prior)).await;
            let [warning] = planned.warnings.as_slice() else {
                panic!("{planned:?}")
            };
            warning.clone()
        };
        let (on, off) = (warning(&on, &off).await, warning(&off, &on).await);
        assert_eq!(on.summary, "Members gain access");
        assert!(
            on.detail.contains("the role of `alice` gains `sagemaker:")
                && on.detail.contains("loses nothing"),
            "{}",
            on.detail
        );
        assert_eq!(off.summary, "Member permissions change");
        assert!(
            off.detail
                .contains("the role of `alice` gains nothing; loses `sagemaker:"),
            "{}",
            off.detail
        );
        let same = plan(&platform, &with(&[]), Some(&project("fraud"))).await;
        assert_eq!(same.warnings, []);
    }
}

#[tokio::test]
async fn plan_refuses_services_that_do_not_fit() {
    let mut platform = FakePlatform::new(PolicyModel::PerPrincipal)
        .with_alice_in_fraud()
        .await;
    platform.reconfigure(|settings| settings.services = Service::ALL.to_vec());
    let mut all: Switched = Service::ALL.iter().copied().collect();
    let arns = |n: usize| {
        (0..n).map(|n| format!("arn:aws:bedrock:us-east-1::foundation-model/model-{n:03}"))
    };
    for (service, kind) in [(Service::Bedrock, 200), (Service::Codeartifact, 1)] {
        let options = ServiceOptions {
            arns: arns(kind).collect(),
            guardrail_arn: None,
        };
        all.switch_on(service, options);
    }
    let spec = ProjectSpec {
        access: ProjectAccess {
            services: all,
            ..ProjectAccess::default()
        },
        ..project("fraud")
    };
    let planned = plan(&platform, &spec, Some(&project("fraud"))).await;
    assert!(
        planned.errors[0].detail.contains("characters"),
        "{planned:?}"
    );
}
