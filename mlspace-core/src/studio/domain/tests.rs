use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::aws::PolicyModel;
use crate::ownership::{Claim, OnlyCreates};
use crate::services::Services;
use crate::studio::{AppSettings, VOLUME_SIZE_DEFAULT};
use crate::testing::{FakePlatform, converges, operation, operation_of};

/// A domain with few settings.
pub(crate) fn spec() -> DomainSpec {
    DomainSpec {
        name: "ml".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        subnet_ids: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        kms_key_id: "1a2b3c4d-0000-4000-8000-000000000000".to_owned(),
        settings: DomainSettings {
            execution_role_arn: "arn:aws:iam::123456789012:role/studio-none".to_owned(),
            security_group_ids: vec!["sg-1".to_owned()],
            jupyter_lab: AppSettings::default(),
            code_editor: AppSettings::default(),
            volumes: VOLUME_SIZE_DEFAULT,
            hidden_tools: BTreeSet::new(),
            hidden_instance_types: BTreeSet::new(),
            docker: false,
            docker_trusted_account_ids: BTreeSet::new(),
        },
        tags: Tags::from([("team", "platform")]),
    }
}

pub(super) fn platform() -> FakePlatform {
    FakePlatform::new(PolicyModel::PerPrincipal)
}

/// A platform with this domain, and its id.
async fn platform_with(spec: &DomainSpec) -> (FakePlatform, String) {
    let platform = platform();
    let id = create(&platform, spec).await.unwrap().id;
    platform.faults.take_calls();
    (platform, id)
}

pub(super) async fn create(
    platform: &FakePlatform,
    spec: &DomainSpec,
) -> Result<StudioDomain, Error> {
    let domains = &platform.services.studio_domains;
    let created = domains.create(&operation(), spec).await;
    created
        .map(|created| created.object)
        .map_err(|failure| failure.error)
}

async fn update(
    platform: &FakePlatform,
    id: &str,
    spec: &DomainSpec,
) -> Result<StudioDomain, Error> {
    let domains = &platform.services.studio_domains;
    let updated = domains.update(&operation(), id, spec).await;
    updated.map_err(|failure| failure.error)
}

async fn read(platform: &FakePlatform, id: &str) -> StudioDomain {
    let domains = &platform.services.studio_domains;
    let known = spec().tags;
    domains.read(id, Some(&known)).await.unwrap().unwrap()
}

fn writes(platform: &FakePlatform) -> Vec<String> {
    let mut calls = platform.faults.take_calls();
    let is_read = |call: &String| {
        ["List", "Describe"]
            .iter()
            .any(|word| call.starts_with(word))
    };
    calls.retain(|call| !is_read(call));
    calls
}

#[tokio::test]
async fn create_waits_and_reads_back() {
    let platform = platform();
    platform.studio.hide(2);
    let domain = create(&platform, &spec()).await.unwrap();
    assert_eq!(
        (domain.name.as_str(), domain.status.as_str()),
        ("ml", "InService")
    );
    assert_eq!(domain.settings, spec().settings);
    assert_eq!(domain.tags, spec().tags);
    assert_eq!(domain.drift, Vec::<String>::new());
    assert_eq!(writes(&platform), ["CreateDomain", "AddTags"]);
    assert_eq!(read(&platform, &domain.id).await, domain);
    let tags = &platform.studio.domains()["ml"].tags;
    assert_eq!(tags.get(SYSTEM), Some("MLSpace"));
}

#[tokio::test]
async fn create_refuses_existing_domain() {
    let (platform, id) = platform_with(&spec()).await;
    let error = create(&platform, &spec()).await.unwrap_err();
    assert!(error.is_owned_by_others(), "{error}");
    assert!(error.detail().contains(&id), "{error}");
    let domains = &platform.services.studio_domains;
    let planned = domains.plan_new("ml", &OnlyCreates).await;
    assert_eq!(planned.errors[0].summary, "Resource already exists");
    let other = domains.plan_new("ml2", &OnlyCreates).await;
    assert!(other.errors.is_empty());
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn create_converges() {
    converges(
        || async { platform() },
        async |services: &Services| {
            let domains = &services.studio_domains;
            let created = domains.create(&operation(), &spec()).await;
            created.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
}

/// As a process leaves it that is killed after CreateDomain.
fn leave_unfinished(platform: &FakePlatform) {
    platform.studio.edit("ml", |domain| {
        let mark = Mark {
            token: Token::random(),
            finished: false,
        };
        domain.tags = domain.tags.clone().overlaid(&mark.tags());
    });
}

#[tokio::test]
async fn create_finishes_what_a_killed_process_left() {
    let (platform, id) = platform_with(&spec()).await;
    leave_unfinished(&platform);
    let domain = create(&platform, &spec()).await.unwrap();
    assert_eq!(domain.id, id);
    assert_eq!(writes(&platform), ["AddTags", "AddTags"]);
    assert_eq!(domain.drift, Vec::<String>::new());
}

#[tokio::test]
async fn create_replaces_an_unfinished_domain_that_cannot_become_it() {
    for status in [Status::Failed, Status::InService] {
        let (platform, id) = platform_with(&spec()).await;
        leave_unfinished(&platform);
        platform.studio.edit("ml", |domain| {
            if status == Status::InService {
                domain.state.vpc_id = Some("vpc-2".to_owned());
            }
            domain.state.status = status.clone();
        });
        let domain = create(&platform, &spec()).await.unwrap();
        assert_ne!(domain.id, id);
        assert_eq!(platform.studio.domains().len(), 1);
    }
}

#[tokio::test]
async fn create_says_why_it_failed_and_keeps_the_domain() {
    let platform = platform();
    platform.studio.fail_next("no such subnet");
    let domains = &platform.services.studio_domains;
    let failure = domains.create(&operation(), &spec()).await.unwrap_err();
    assert!(failure.error.to_string().contains("no such subnet"));
    let reached = failure.reached.unwrap();
    assert_eq!(reached.status, "Failed");
    let (claim, id) = (Claim::Token(reached.token.unwrap()), reached.id);
    let deleted = domains.delete(&operation_of(claim), &id, false).await;
    assert_eq!(deleted, Ok(()));
    assert!(platform.studio.domains().is_empty());
}

#[tokio::test]
async fn update_changes_settings_in_place() {
    let (platform, id) = platform_with(&spec()).await;
    let mut wanted = spec();
    wanted.settings.docker = true;
    wanted.subnet_ids = vec![
        "subnet-a".to_owned(),
        "subnet-b".to_owned(),
        "subnet-c".to_owned(),
    ];
    wanted.tags = Tags::from([("stage", "test")]);
    let domain = update(&platform, &id, &wanted).await.unwrap();
    assert_eq!(domain.settings, wanted.settings);
    assert_eq!(domain.subnet_ids, wanted.subnet_ids);
    assert_eq!(domain.tags, wanted.tags);
    assert_eq!(writes(&platform), ["UpdateDomain", "AddTags", "DeleteTags"]);
    update(&platform, &id, &wanted).await.unwrap();
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_converges() {
    converges(
        || async { platform_with(&spec()).await.0 },
        async |services: &Services| {
            let mut wanted = spec();
            wanted.settings.docker = true;
            wanted.tags = Tags::from([("stage", "test")]);
            let domains = &services.studio_domains;
            let updated = domains
                .update(&operation(), "d-000000000001", &wanted)
                .await;
            updated.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
}

#[tokio::test]
async fn update_repairs_drift() {
    let (platform, id) = platform_with(&spec()).await;
    platform.studio.edit("ml", |domain| {
        domain.state.deviations = vec![Fixed::VpcOnly, Fixed::NoSharing];
        domain.tags.insert(SYSTEM, "other");
    });
    let drift = read(&platform, &id).await.drift;
    assert_eq!(drift.len(), 3, "{drift:?}");
    assert!(drift[0].contains("internet"), "{drift:?}");
    let domain = update(&platform, &id, &spec()).await.unwrap();
    assert_eq!(domain.drift, Vec::<String>::new());
}

#[tokio::test]
async fn update_names_the_apps_that_block_it() {
    let (platform, id) = platform_with(&spec()).await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    let fewer = DomainSpec {
        subnet_ids: vec!["subnet-a".to_owned()],
        ..spec()
    };
    let domains = &platform.services.studio_domains;
    let planned = domains.plan_change(&id, &spec(), &fewer).await;
    assert!(
        planned.warnings[0]
            .detail
            .contains("JupyterLab/default of space lab")
    );
    platform.faults.take_calls();
    let error = update(&platform, &id, &fewer).await.unwrap_err();
    assert!(
        error.detail().contains("JupyterLab/default of space lab"),
        "{error}"
    );
    assert_eq!(writes(&platform), Vec::<String>::new());
    // What does not need it is changed all the same.
    let mut docker = spec();
    docker.settings.docker = true;
    assert!(
        domains
            .plan_change(&id, &spec(), &docker)
            .await
            .warnings
            .is_empty()
    );
    update(&platform, &id, &docker).await.unwrap();
    // A failed app blocks nothing.
    platform.studio.edit("ml", |domain| {
        domain.apps[0].status = "Failed".to_owned();
    });
    update(&platform, &id, &fewer).await.unwrap();
}

#[tokio::test]
async fn update_refuses_what_only_a_replacement_changes() {
    let (platform, id) = platform_with(&spec()).await;
    let moved = DomainSpec {
        vpc_id: "vpc-2".to_owned(),
        ..spec()
    };
    let error = update(&platform, &id, &moved).await.unwrap_err();
    assert!(error.to_string().contains("the VPC"), "{error}");
    let same_key = DomainSpec {
        kms_key_id: format!(
            "arn:aws:kms:us-east-1:123456789012:key/{}",
            spec().kms_key_id
        ),
        ..spec()
    };
    update(&platform, &id, &same_key).await.unwrap();
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_says_why_it_failed() {
    let (platform, id) = platform_with(&spec()).await;
    platform.studio.fail_next("no such image");
    let mut wanted = spec();
    wanted.settings.docker = true;
    let error = update(&platform, &id, &wanted).await.unwrap_err();
    assert!(error.to_string().contains("no such image"), "{error}");
}

#[tokio::test]
async fn domain_of_another_state_is_left_alone() {
    let (platform, id) = platform_with(&spec()).await;
    let domains = &platform.services.studio_domains;
    let other = operation_of(Claim::Token(Token::random()));
    let updated = domains.update(&other, &id, &spec()).await;
    assert!(matches!(updated.unwrap_err().error, Error::Foreign { .. }));
    let deleted = domains.delete(&other, &id, true).await;
    assert!(matches!(deleted, Err(Error::Foreign { .. })));
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn read_refuses_identity_center() {
    let (platform, id) = platform_with(&spec()).await;
    platform
        .studio
        .edit("ml", |domain| domain.state.auth_mode = "SSO".to_owned());
    let domains = &platform.services.studio_domains;
    let error = domains.read(&id, None).await.unwrap_err();
    assert!(error.to_string().contains("SSO"), "{error}");
    assert_eq!(domains.read("d-none", None).await, Ok(None));
}

#[tokio::test]
async fn delete_refuses_a_domain_with_contents() {
    let (platform, id) = platform_with(&spec()).await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    let domains = &platform.services.studio_domains;
    let error = domains.delete(&operation(), &id, false).await.unwrap_err();
    let detail = error.detail();
    for part in [
        "profile fraud-alice",
        "space lab of profile fraud-alice",
        "force_destroy",
    ] {
        assert!(detail.contains(part), "{detail}");
    }
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn delete_by_force_goes_from_the_inside_out() {
    let (platform, id) = platform_with(&spec()).await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    platform.studio.add_space("ml", "fraud-bob", "lab2");
    platform.studio.edit("ml", |domain| {
        domain.apps[1].status = "Pending".to_owned();
    });
    // A member starts an app while the spaces are being deleted.
    let studio = Arc::clone(&platform.studio);
    platform.faults.before("DeleteSpace", move || {
        studio.edit("ml", |domain| {
            domain.apps[0].status = "InService".to_owned();
        });
        Ok(())
    });
    let domains = &platform.services.studio_domains;
    domains.delete(&operation(), &id, true).await.unwrap();
    assert!(platform.studio.domains().is_empty());
    let calls = writes(&platform);
    let last = |name: &str| calls.iter().rposition(|call| call == name);
    assert!(last("DeleteApp") < last("DeleteSpace"), "{calls:?}");
    assert!(last("DeleteSpace") < last("DeleteUserProfile"), "{calls:?}");
    assert_eq!(calls.last().unwrap(), "DeleteDomain");
    domains.delete(&operation(), &id, true).await.unwrap();
}

#[tokio::test]
async fn delete_converges() {
    converges(
        || async {
            let (platform, _) = platform_with(&spec()).await;
            platform.studio.add_space("ml", "fraud-alice", "lab");
            platform
        },
        async |services: &Services| {
            let domains = &services.studio_domains;
            domains.delete(&operation(), "d-000000000001", true).await
        },
    )
    .await;
}

#[tokio::test]
async fn delete_reports_failure() {
    let (platform, id) = platform_with(&spec()).await;
    platform.studio.fail_next("the network is stuck");
    let domains = &platform.services.studio_domains;
    let error = domains.delete(&operation(), &id, false).await.unwrap_err();
    assert!(
        error.to_string().contains("the network is stuck"),
        "{error}"
    );
    domains.delete(&operation(), &id, false).await.unwrap();
}

#[test]
fn plan_replacement_needs_force() {
    let refused = StudioDomains::plan_replacement("ml", &["vpc_id"], false);
    let detail = &refused.errors[0].detail;
    for part in ["`vpc_id`", "aws s3 sync", "force_destroy"] {
        assert!(detail.contains(part), "{detail}");
    }
    let warned = StudioDomains::plan_replacement("ml", &[], true);
    assert!(warned.errors.is_empty() && warned.warnings.len() == 1);
}

#[test]
fn check_domain_id_follows_the_pattern() {
    for id in ["d-0123456789ab", "d-a", "d--a"] {
        assert_eq!(check_domain_id(id), Ok(()), "{id}");
    }
    for id in ["", "d-", "x-abc", "d-ABC", "d-a-", "d-a/b"] {
        assert!(check_domain_id(id).is_err(), "{id}");
    }
}
