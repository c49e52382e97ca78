use std::sync::Arc;

use super::script;
use super::*;
use crate::aws::PolicyModel;
use crate::ownership::Claim;
use crate::tags::TOKEN;
use crate::testing::{self, FakePlatform, converges, operation, operation_of};

/// A configuration with every setting.
fn full() -> LifecycleConfigSpec {
    LifecycleConfigSpec {
        name: "standard".to_owned(),
        sdk_defaults: true,
        idle_stop: Some("60m".parse().unwrap()),
        code_artifact: Some(CodeArtifact {
            domain: "packages".to_owned(),
            domain_owner: Some("210987654321".to_owned()),
            repository: "python".to_owned(),
        }),
        git_repositories: vec![
            "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/cards".to_owned(),
        ],
        on_create: Some("#!/bin/bash\necho created\n".to_owned()),
        on_start: Some("echo 'started: é'\n".to_owned()),
        tags: Tags::from([("team", "platform")]),
    }
}

/// A configuration of one own script.
fn own() -> LifecycleConfigSpec {
    LifecycleConfigSpec {
        name: "own".to_owned(),
        on_start: Some("echo started".to_owned()),
        ..LifecycleConfigSpec::default()
    }
}

fn platform() -> FakePlatform {
    FakePlatform::new(PolicyModel::PerPrincipal)
}

async fn platform_with(spec: &LifecycleConfigSpec) -> FakePlatform {
    let platform = platform();
    configs(&platform).create(&operation(), spec).await.unwrap();
    platform.faults.take_calls();
    platform
}

fn configs(platform: &FakePlatform) -> &Arc<LifecycleConfigs> {
    &platform.services.lifecycle_configs
}

fn sdk_config() -> SdkConfig {
    SdkConfig::from(&testing::settings())
}

/// Runs bash without executing anything, to check the syntax of a script.
fn has_valid_syntax(script: &str) -> bool {
    use std::io::Write as _;
    let mut bash = std::process::Command::new("bash")
        .arg("-n")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    bash.wait().unwrap().success()
}

#[test]
fn script_reads_back_what_was_rendered() {
    for spec in [
        full(),
        own(),
        LifecycleConfigSpec {
            on_start: None,
            ..full()
        },
        LifecycleConfigSpec {
            sdk_defaults: true,
            ..LifecycleConfigSpec::default()
        },
    ] {
        let scripts = script::render(&spec, &sdk_config()).unwrap();
        let read = script::read(&spec.name, &scripts);
        let untagged = LifecycleConfigSpec {
            tags: Tags::new(),
            ..spec
        };
        assert_eq!(read, untagged);
        for script in [&scripts.on_create, &scripts.on_start] {
            assert!(script.as_deref().is_none_or(has_valid_syntax), "{script:?}");
        }
    }
}

#[test]
fn script_matches_snapshot() {
    let scripts = script::render(&full(), &sdk_config()).unwrap();
    let script = scripts.on_start.unwrap();
    let (before, rest) = script.split_once("payload = \"").unwrap();
    let (payload, after) = rest.split_once('"').unwrap();
    assert!(
        payload.len() < 10_000,
        "room for own scripts: {}",
        payload.len()
    );
    insta::assert_snapshot!(format!("{before}payload = \"…\"{after}"));
}

#[test]
fn script_of_others_is_own() {
    for text in [
        "echo hello",
        "# settings: {}\npayload = \"x\"\n",
        "# settings: {\"unknown\": 1}\n",
    ] {
        let scripts = Scripts {
            on_create: None,
            on_start: Some(text.to_owned()),
        };
        let read = script::read("x", &scripts);
        assert_eq!(read.on_start.as_deref(), Some(text));
        assert!(!read.sdk_defaults);
    }
}

#[test]
fn script_that_is_too_long_is_refused() {
    let long = LifecycleConfigSpec {
        on_create: Some("x".repeat(12_289)),
        ..own()
    };
    let error = script::render(&long, &sdk_config()).unwrap_err();
    assert_eq!(error.attribute(), Some("on_create"));
    let fits = LifecycleConfigSpec {
        on_create: Some("x".repeat(12_288)),
        ..own()
    };
    assert!(script::render(&fits, &sdk_config()).is_ok());
}

#[tokio::test]
async fn create_writes_scripts_and_tags() {
    let platform = platform_with(&full()).await;
    let stored = &platform.lifecycle_configs.configs()["standard"];
    assert_eq!(
        stored.scripts,
        script::render(&full(), &sdk_config()).unwrap()
    );
    let mut tags = stored.tags.clone();
    assert!(tags.remove(TOKEN).is_some());
    let expected = Tags::from([("system", "MLSpace"), ("team", "platform")]);
    assert_eq!(tags, expected);
    let read = configs(&platform).read("standard", Some(&full())).await;
    let read = read.unwrap().unwrap();
    assert_eq!(read.spec, full());
    assert!(read.drift.is_empty(), "{:?}", read.drift);
}

#[tokio::test]
async fn existing_configuration_is_refused() {
    let platform = platform_with(&own()).await;
    let planned = configs(&platform).plan(&own(), false).await;
    assert!(planned.errors[0].detail.contains("import {"));
    let failure = configs(&platform).create(&operation(), &own()).await;
    let failure = failure.unwrap_err();
    assert!(matches!(failure.error, Error::Exists { .. }));
    assert_eq!(failure.reached, None);
}

#[tokio::test]
async fn read_tells_drift() {
    let platform = platform_with(&full()).await;
    platform.lifecycle_configs.edit("standard", |config| {
        config.tags.remove("system");
        config.scripts.on_create = Some("echo other".to_owned());
    });
    let read = configs(&platform).read("standard", Some(&full())).await;
    let read = read.unwrap().unwrap();
    assert_eq!(read.spec.on_create.as_deref(), Some("echo other"));
    assert_eq!(read.drift.len(), 1, "{:?}", read.drift);
    configs(&platform)
        .update(&operation(), &full())
        .await
        .unwrap();
    let read = configs(&platform).read("standard", Some(&full())).await;
    let read = read.unwrap().unwrap();
    assert_eq!((read.spec, read.drift), (full(), Vec::new()));
}

#[tokio::test]
async fn changed_platform_is_drift() {
    let mut platform = platform_with(&full()).await;
    platform.reconfigure(|settings| settings.data_bucket = "other".to_owned());
    let read = configs(&platform).read("standard", Some(&full())).await;
    assert_eq!(read.unwrap().unwrap().drift.len(), 1);
}

#[tokio::test]
async fn update_of_deleted_configuration_says_so() {
    let platform = platform_with(&own()).await;
    platform.lifecycle_configs.remove("own");
    let failure = configs(&platform).update(&operation(), &own()).await;
    let detail = failure.unwrap_err().error.detail();
    assert!(detail.contains("deleted by someone else"), "{detail}");
    assert_eq!(configs(&platform).read("own", None).await.unwrap(), None);
}

#[tokio::test]
async fn delete_refuses_while_in_use() {
    let platform = platform().with_alice_in_fraud().await;
    configs(&platform)
        .create(&operation(), &own())
        .await
        .unwrap();
    let mut notebook = testing::notebook("alice-fraud", "fraud", "alice");
    notebook.lifecycle_config_name = Some("own".to_owned());
    let notebooks = &platform.services.notebooks;
    notebooks.create(&operation(), &notebook).await.unwrap();
    let error = configs(&platform).delete(&operation(), "own").await;
    let detail = error.unwrap_err().detail();
    assert!(detail.contains("alice-fraud"), "{detail}");
    notebooks
        .delete(&operation(), &notebook.name)
        .await
        .unwrap();
    configs(&platform)
        .delete(&operation(), "own")
        .await
        .unwrap();
    assert!(platform.lifecycle_configs.configs().is_empty());
    configs(&platform)
        .delete(&operation(), "own")
        .await
        .unwrap();
}

#[tokio::test]
async fn lost_answer_of_create_is_looked_up() {
    use crate::testing::Interruption;
    let platform = platform();
    platform.faults.interrupt(Interruption::After(0));
    let created = configs(&platform).create(&operation(), &own()).await;
    let created = created.unwrap();
    assert_eq!(created.spec, own());
    let read = configs(&platform).read("own", Some(&own())).await;
    assert_eq!(read.unwrap(), Some(created));
}

#[tokio::test]
async fn lost_answer_of_create_is_kept_when_it_cannot_be_looked_up() {
    use crate::testing::{Interruption, refusal};
    const LOOK: &str = "DescribeNotebookInstanceLifecycleConfig";
    let platform = platform();
    platform.faults.before(LOOK, || Ok(()));
    platform
        .faults
        .before(LOOK, || Err(refusal("sagemaker", LOOK, "ServiceFailure")));
    platform.faults.interrupt(Interruption::After(0));
    let failed = configs(&platform).create(&operation(), &own()).await;
    let reached = failed.unwrap_err().reached.unwrap();
    let read = configs(&platform).read("own", Some(&own())).await;
    assert_eq!(read.unwrap(), Some(reached));
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    let platform = platform_with(&own()).await;
    let configs = configs(&platform);
    let before = platform.lifecycle_configs.configs();
    let changed = LifecycleConfigSpec {
        name: "own".to_owned(),
        ..full()
    };
    for claim in [Claim::NoToken, Claim::Token(Token::random())] {
        let theirs = operation_of(claim);
        let failed = configs.update(&theirs, &changed).await.unwrap_err();
        assert!(matches!(failed.error, Error::Foreign { .. }));
        assert_eq!(failed.reached, None);
        let failed = configs.delete(&theirs, "own").await;
        assert!(matches!(failed, Err(Error::Foreign { .. })));
    }
    assert_eq!(platform.lifecycle_configs.configs(), before);
    let token = configs.read("own", None).await.unwrap().unwrap().token;
    let ours = operation_of(Claim::Token(token.clone().unwrap()));
    let updated = configs.update(&ours, &changed).await.unwrap();
    assert_eq!(updated.token, token);
    configs.delete(&ours, "own").await.unwrap();
}

/// One that was made elsewhere, or by an earlier version, has no token.
#[tokio::test]
async fn update_gives_a_token_to_one_without() {
    let platform = platform_with(&own()).await;
    let configs = configs(&platform);
    platform.lifecycle_configs.edit("own", |config| {
        config.tags.remove(TOKEN);
    });
    let read = configs.read("own", Some(&own())).await.unwrap().unwrap();
    assert_eq!((read.token, read.drift), (None, Vec::new()));
    let first = operation_of(Claim::NoToken);
    let updated = configs.update(&first, &own()).await.unwrap();
    let late = configs.update(&first, &own()).await.unwrap_err();
    assert!(matches!(late.error, Error::Foreign { .. }));
    let read = configs.read("own", None).await.unwrap().unwrap();
    assert_eq!(read.token, updated.token);
}

#[tokio::test]
async fn update_and_delete_converge() {
    converges(
        || async { platform_with(&own()).await },
        async |services| {
            let changed = LifecycleConfigSpec {
                name: "own".to_owned(),
                ..full()
            };
            let configs = &services.lifecycle_configs;
            let updated = configs.update(&operation(), &changed).await;
            updated.map(drop).map_err(|failure| failure.error)
        },
    )
    .await;
    converges(
        || async { platform_with(&own()).await },
        async |services| services.lifecycle_configs.delete(&operation(), "own").await,
    )
    .await;
}
