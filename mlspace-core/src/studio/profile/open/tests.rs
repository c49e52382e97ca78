use super::super::tests::{DOMAIN, edit, platform_with, spec};
use super::*;
use crate::project::ProjectSpec;
use crate::tags::{SUSPENDED, SYSTEM, Tags, USER};
use crate::testing::{self, FakePlatform, operation};

async fn open_with(platform: &FakePlatform, opening: &Opening) -> Result<Opened, Error> {
    let profiles = &platform.services.studio_profiles;
    profiles.open(&spec().key, opening).await
}

async fn open(platform: &FakePlatform) -> Result<Opened, Error> {
    open_with(platform, &Opening::default()).await
}

async fn refusal(platform: &FakePlatform, opening: &Opening) -> String {
    let error = open_with(platform, opening).await.unwrap_err();
    let calls = platform.faults.take_calls();
    assert!(!calls.iter().any(|call| call.starts_with("CreatePresigned")));
    error.detail()
}

fn in_space(name: &str) -> Opening {
    Opening {
        space: Some(name.to_owned()),
        ..Opening::default()
    }
}

fn tag(platform: &FakePlatform, key: &'static str, value: &'static str) {
    edit(platform, |profile| {
        profile.tags = profile.tags.clone().overlaid(&Tags::from([(key, value)]));
    });
}

#[tokio::test]
async fn open_gives_the_url_of_a_profile() {
    let platform = platform_with(&spec()).await;
    let opening = Opening {
        landing_uri: Some("studio::spaces".to_owned()),
        ..Opening::default()
    };
    let opened = open_with(&platform, &opening).await.unwrap();
    let url = "https://d-000000000001.studio.us-east-1.sagemaker.aws/auth?token=fraud-alicestudio::spaces";
    assert_eq!(opened.url.reveal(), url);
    assert_eq!(
        (opened.project, opened.user),
        (spec().key.project, spec().key.user)
    );
}

#[tokio::test]
async fn open_refuses_what_is_not_of_a_member() {
    let platform = platform_with(&spec()).await;
    for (key, value) in [(SYSTEM, "Other"), (USER, "bob")] {
        tag(&platform, key, value);
        let detail = refusal(&platform, &Opening::default()).await;
        assert!(detail.contains("tags `system`"), "{detail}");
    }
    tag(&platform, SYSTEM, "MLSpace");
    tag(&platform, USER, "alice");
    edit(&platform, |profile| {
        profile.state.settings.role_arn.push('x')
    });
    let detail = refusal(&platform, &Opening::default()).await;
    assert!(detail.contains("runs as role"), "{detail}");
    let key = ProfileKey {
        user: "bob".parse().unwrap(),
        ..spec().key
    };
    let profiles = &platform.services.studio_profiles;
    let missing = profiles.open(&key, &Opening::default()).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn open_refuses_the_suspended() {
    let mut platform = platform_with(&spec()).await;
    let suspended = ProjectSpec {
        suspended: true,
        ..testing::project("fraud")
    };
    let projects = &platform.services.projects;
    projects
        .update(&operation(), &suspended, true)
        .await
        .unwrap();
    edit(&platform, |profile| drop(profile.tags.remove(SUSPENDED)));
    let detail = refusal(&platform, &Opening::default()).await;
    assert!(detail.contains("project `fraud` is suspended"), "{detail}");
    // Who cannot read the records goes by the tag.
    platform.restart();
    for call in ["GetItem", "Query", "Scan"] {
        platform.faults.deny(call);
    }
    open(&platform).await.unwrap();
    platform.faults.take_calls();
    tag(&platform, SUSPENDED, "true");
    let detail = refusal(&platform, &Opening::default()).await;
    assert!(detail.contains("is suspended"), "{detail}");
}

#[tokio::test]
async fn open_refuses_what_is_not_ready() {
    let platform = platform_with(&spec()).await;
    for (status, words) in [
        (Status::Pending, "run Terraform again"),
        (Status::Updating, "run Terraform again"),
        (Status::Failed, "mlspace_studio_user_profile"),
    ] {
        edit(&platform, |profile| profile.state.status = status);
        let detail = refusal(&platform, &Opening::default()).await.to_lowercase();
        assert!(detail.contains(&words.to_lowercase()), "{detail}");
        edit(&platform, |profile| profile.state.status = Status::Failed);
    }
    edit(&platform, |profile| {
        profile.state.status = Status::UpdateFailed
    });
    open(&platform).await.unwrap();
    edit(&platform, |profile| profile.state.status = Status::Deleting);
    assert!(matches!(open(&platform).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn open_goes_to_own_spaces_only() {
    let platform = platform_with(&spec()).await;
    platform.studio.add_space("ml", "fraud-alice", "lab");
    platform.studio.add_space("ml", "fraud-bob", "bobs");
    open_with(&platform, &in_space("lab")).await.unwrap();
    platform.faults.take_calls();
    let detail = refusal(&platform, &in_space("bobs")).await;
    assert!(
        detail.contains("not a private space of user profile `fraud-alice`"),
        "{detail}"
    );
    assert!(detail.contains(DOMAIN), "{detail}");
    let missing = open_with(&platform, &in_space("none")).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })));
    platform.studio.edit("ml", |domain| {
        domain.spaces.get_mut("lab").unwrap().state.private = false;
    });
    refusal(&platform, &in_space("lab")).await;
    // SageMaker alone decides for those who cannot describe spaces.
    platform.faults.deny("DescribeSpace");
    open_with(&platform, &in_space("lab")).await.unwrap();
}

#[test]
fn check_landing_uri_admits_apps_of_the_platform() {
    for good in [
        "studio::",
        "studio::spaces",
        "app:JupyterLab:lab",
        "app:CodeEditor:",
    ] {
        assert_eq!(check_landing_uri(good), Ok(()), "{good}");
    }
    let long = format!("studio::{}", "x".repeat(1016));
    for bad in ["", "lab", "app:JupyterServer:", "https://x", &long] {
        assert!(
            check_landing_uri(bad).unwrap_err().contains("`studio::`"),
            "{bad}"
        );
    }
}
