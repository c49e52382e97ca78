use std::sync::Arc;

use super::super::Status;
use super::super::tests::{instance_calls, platform, platform_with, spec};
use super::*;
use crate::services::Services;
use crate::tags::Tags;
use crate::testing::{FakePlatform, converges, operation};

const NAME: &str = "alice-fraud";

async fn update(platform: &FakePlatform, spec: &NotebookSpec) -> Outcome<Notebook> {
    platform.services.notebooks.update(&operation(), spec).await
}

fn larger() -> NotebookSpec {
    NotebookSpec {
        volume_size: 50,
        ..spec()
    }
}

fn validation(operation: &'static str, message: &str) -> Error {
    Error::Aws {
        service: "sagemaker",
        operation,
        code: "ValidationException".to_owned(),
        message: message.to_owned(),
        request_id: None,
    }
}

fn wrong_status(operation: &'static str, status: &str) -> Error {
    let message =
        format!("Status ({status}) not in ([Stopped]). Unable to transition to (Updating)");
    validation(operation, &message)
}

#[tokio::test]
async fn update_changes_tags_without_stop() {
    let old = NotebookSpec {
        tags: Tags::from([("team", "cards"), ("stage", "test")]),
        ..spec()
    };
    let platform = platform_with(&old).await;
    let new = NotebookSpec {
        tags: Tags::from([("team", "loans")]),
        ..spec()
    };
    let notebook = update(&platform, &new).await.unwrap();
    assert_eq!(notebook.tags, new.tags);
    let calls = platform.faults.take_calls();
    assert!(calls.contains(&"AddTags".to_owned()) && calls.contains(&"DeleteTags".to_owned()));
    assert!(
        !calls.contains(&"StopNotebookInstance".to_owned()),
        "{calls:?}"
    );
}

#[tokio::test]
async fn update_without_changes_writes_nothing_to_instance() {
    let platform = platform_with(&spec()).await;
    update(&platform, &spec()).await.unwrap();
    assert_eq!(instance_calls(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_changes_settings_between_stop_and_start() {
    let platform = platform_with(&spec()).await;
    let notebook = update(&platform, &larger()).await.unwrap();
    assert_eq!((notebook.volume_size, notebook.running), (50, true));
    assert_eq!(
        instance_calls(&platform),
        [
            "StopNotebookInstance",
            "UpdateNotebookInstance",
            "StartNotebookInstance"
        ]
    );
}

#[tokio::test]
async fn update_repairs_weakened_settings() {
    let platform = platform_with(&spec()).await;
    let before = platform.notebooks.instances();
    platform.notebooks.edit(NAME, |instance| {
        instance.state.root_access = "Enabled".to_owned();
        instance.state.metadata_service = "1".to_owned();
        instance.state.role_arn = "arn:aws:iam::123456789012:role/admin".to_owned();
        instance.state.lifecycle_config_name = Some("theirs".to_owned());
        instance.tags.insert("project", "other");
    });
    update(&platform, &spec()).await.unwrap();
    assert_eq!(platform.notebooks.instances(), before);
}

#[tokio::test]
async fn update_stops_and_starts_for_running() {
    let platform = platform_with(&spec()).await;
    let stopped = NotebookSpec {
        running: Some(false),
        ..larger()
    };
    let notebook = update(&platform, &stopped).await.unwrap();
    assert_eq!(
        (notebook.status.as_str(), notebook.volume_size),
        ("Stopped", 50)
    );
    assert_eq!(
        instance_calls(&platform),
        ["StopNotebookInstance", "UpdateNotebookInstance"]
    );
    let notebook = update(&platform, &larger()).await.unwrap();
    assert_eq!(notebook.status, "InService");
    assert_eq!(instance_calls(&platform), ["StartNotebookInstance"]);
}

#[tokio::test]
async fn update_restarts_after_refusal() {
    let platform = platform_with(&spec()).await;
    platform.faults.deny("UpdateNotebookInstance");
    let failure = update(&platform, &larger()).await.unwrap_err();
    assert!(failure.error.is_denied());
    let reached = failure.reached.unwrap();
    assert_eq!((reached.volume_size, reached.running), (20, true));
    assert_eq!(
        instance_calls(&platform),
        [
            "StopNotebookInstance",
            "UpdateNotebookInstance",
            "StartNotebookInstance"
        ]
    );
}

#[tokio::test]
async fn update_reports_refusal_when_restart_fails() {
    let platform = platform_with(&spec()).await;
    platform.faults.deny("UpdateNotebookInstance");
    platform.faults.deny("StartNotebookInstance");
    let failure = update(&platform, &larger()).await.unwrap_err();
    let text = failure.error.to_string();
    assert!(text.contains("UpdateNotebookInstance"), "{text}");
    assert_eq!(failure.reached.unwrap().status, "Stopped");
}

#[tokio::test]
async fn update_repairs_failed_instance() {
    let platform = platform_with(&spec()).await;
    platform.notebooks.edit(NAME, |instance| {
        instance.state.status = Status::Failed;
    });
    let notebook = update(&platform, &larger()).await.unwrap();
    assert_eq!(
        (notebook.status.as_str(), notebook.volume_size),
        ("InService", 50)
    );
}

#[tokio::test]
async fn update_asks_to_replace_failed_instance() {
    let platform = platform_with(&spec()).await;
    platform.notebooks.edit(NAME, |instance| {
        instance.state.status = Status::Failed;
        instance.state.failure_reason = Some("volume lost".to_owned());
    });
    for (call, spec) in [
        ("UpdateNotebookInstance", larger()),
        ("StartNotebookInstance", spec()),
    ] {
        platform
            .faults
            .before(call, move || Err(wrong_status(call, "Failed")));
        let failure = update(&platform, &spec).await.unwrap_err();
        let text = failure.error.to_string();
        assert!(
            text.contains("volume lost") && text.contains("-replace="),
            "{text}"
        );
    }
}

/// Reads that are older than the start show the failure that the start ends.
#[tokio::test]
async fn update_outlasts_old_reads_of_failure() {
    let platform = platform_with(&spec()).await;
    let fail = |notebooks: &crate::notebook::fake::FakeNotebooks| {
        notebooks.edit(NAME, |instance| instance.state.status = Status::Failed);
    };
    fail(&platform.notebooks);
    platform.faults.before("StartNotebookInstance", {
        let (faults, notebooks) = (platform.faults.clone(), Arc::clone(&platform.notebooks));
        move || {
            for status in [Status::Failed, Status::Failed, Status::Pending] {
                let notebooks = Arc::clone(&notebooks);
                faults.before("DescribeNotebookInstance", move || {
                    notebooks.edit(NAME, |instance| instance.state.status = status);
                    Ok(())
                });
            }
            Ok(())
        }
    });
    let notebook = update(&platform, &spec()).await.unwrap();
    assert_eq!(notebook.status, "InService");
    assert_eq!(instance_calls(&platform), ["StartNotebookInstance"]);
}

#[tokio::test]
async fn update_leaves_unmanaged_status() {
    let unmanaged = NotebookSpec {
        running: None,
        ..larger()
    };
    let platform = platform_with(&spec()).await;
    assert!(update(&platform, &unmanaged).await.unwrap().running);
    platform.notebooks.edit(NAME, |instance| {
        instance.state.status = Status::Stopped;
        instance.state.volume_size = 20;
    });
    platform.faults.take_calls();
    let notebook = update(&platform, &unmanaged).await.unwrap();
    assert_eq!((notebook.volume_size, notebook.running), (50, false));
    assert_eq!(instance_calls(&platform), ["UpdateNotebookInstance"]);
}

#[tokio::test]
async fn update_keeps_larger_volume() {
    let platform = platform_with(&larger()).await;
    let notebook = update(&platform, &spec()).await.unwrap();
    assert_eq!(notebook.volume_size, 50);
    assert_eq!(instance_calls(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_sets_tags_that_are_not_listed() {
    let platform = platform_with(&spec()).await;
    platform.notebooks.hide_tags(1);
    let tagged = NotebookSpec {
        tags: Tags::from([("team", "cards")]),
        ..spec()
    };
    assert_eq!(update(&platform, &tagged).await.unwrap().tags, tagged.tags);
}

#[tokio::test]
async fn update_reports_failed_update() {
    let platform = platform_with(&spec()).await;
    let notebooks = Arc::clone(&platform.notebooks);
    // Reads: before the change, running, stopping, stopped; the next one follows the change.
    platform.faults.before("UpdateNotebookInstance", {
        let faults = platform.faults.clone();
        move || {
            faults.before("DescribeNotebookInstance", move || {
                notebooks.edit(NAME, |instance| {
                    instance.state.status = Status::Failed;
                    instance.state.failure_reason = Some("no such image".to_owned());
                });
                Ok(())
            });
            Ok(())
        }
    });
    let failure = update(&platform, &larger()).await.unwrap_err();
    let text = failure.error.to_string();
    assert!(text.contains("no such image"), "{text}");
    assert_eq!(failure.reached.unwrap().status, "Failed");
}

#[tokio::test]
async fn update_reports_deleted_instance() {
    let platform = platform_with(&spec()).await;
    for call in [
        "ListTags",
        "StopNotebookInstance",
        "DescribeNotebookInstance",
    ] {
        let instance = platform.notebooks.instances()[&spec().name].clone();
        let notebooks = Arc::clone(&platform.notebooks);
        platform.faults.before(call, move || {
            notebooks.remove(NAME);
            Ok(())
        });
        let failure = update(&platform, &larger()).await.unwrap_err();
        assert!(matches!(failure.error, Error::NotFound { .. }), "{call}");
        assert_eq!(failure.reached, None);
        platform.notebooks.insert(NAME, instance);
    }
}

#[tokio::test]
async fn update_reports_deletion_in_progress() {
    let platform = platform_with(&spec()).await;
    let notebooks = Arc::clone(&platform.notebooks);
    platform.faults.before("StopNotebookInstance", move || {
        notebooks.edit(NAME, |instance| instance.state.status = Status::Deleting);
        Ok(())
    });
    let failure = update(&platform, &larger()).await.unwrap_err();
    let text = failure.error.to_string();
    assert!(text.contains("being deleted"), "{text}");
    assert_eq!(failure.reached, None);
}

#[tokio::test]
async fn update_repeats_calls_in_wrong_status() {
    let platform = platform_with(&spec()).await;
    let refuse = |call: &'static str, times| {
        for _ in 0..times {
            platform
                .faults
                .before(call, move || Err(wrong_status(call, "Pending")));
        }
    };
    refuse("StopNotebookInstance", 12);
    refuse("StartNotebookInstance", 12);
    update(&platform, &larger()).await.unwrap();

    refuse("StopNotebookInstance", 13);
    let largest = NotebookSpec {
        volume_size: 60,
        ..spec()
    };
    let failure = update(&platform, &largest).await.unwrap_err();
    assert_eq!(
        failure.error,
        wrong_status("StopNotebookInstance", "Pending")
    );
}

#[tokio::test]
async fn update_repeats_transient_errors() {
    let platform = platform_with(&spec()).await;
    let call = "UpdateNotebookInstance";
    platform.faults.before(call, move || {
        Err(validation(
            call,
            "Could not assume role arn:aws:iam::123456789012:role/x",
        ))
    });
    update(&platform, &larger()).await.unwrap();
}

#[tokio::test]
async fn update_checks_spec_and_owner() {
    let platform = platform_with(&spec()).await;
    let reserved = NotebookSpec {
        tags: Tags::from([("user", "bob")]),
        ..spec()
    };
    let bobs = NotebookSpec {
        user: "bob".parse().unwrap(),
        ..spec()
    };
    for (bad, attribute) in [(reserved, "tags"), (bobs, "user")] {
        let failure = update(&platform, &bad).await.unwrap_err();
        assert_eq!(failure.error.attribute(), Some(attribute));
        assert!(failure.reached.unwrap().running);
    }
    assert_eq!(instance_calls(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_records_daily_stop() {
    let platform = platform_with(&spec()).await;
    let time = "18:30".parse().unwrap();
    let scheduled = NotebookSpec {
        daily_stop_time: Some(time),
        ..spec()
    };
    let notebook = update(&platform, &scheduled).await.unwrap();
    assert_eq!(notebook.daily_stop_time, Some(time));
    let notebook = update(&platform, &spec()).await.unwrap();
    assert_eq!(notebook.daily_stop_time, None);
    assert!(
        platform
            .records
            .items("mlspace-resource-schedule")
            .is_empty()
    );
}

#[tokio::test]
async fn update_converges() {
    for running in [Some(true), Some(false)] {
        let spec = NotebookSpec {
            running,
            instance_type: "ml.m5.xlarge".to_owned(),
            lifecycle_config_name: Some("gpu".to_owned()),
            tags: Tags::from([("team", "cards")]),
            daily_stop_time: Some("19:00".parse().unwrap()),
            ..larger()
        };
        let before = NotebookSpec {
            tags: Tags::from([("stage", "test")]),
            ..super::super::tests::spec()
        };
        converges(
            || platform_with(&before),
            async |services: &Services| {
                let updated = services.notebooks.update(&operation(), &spec).await;
                updated.map_err(|failure| failure.error)
            },
        )
        .await;
    }
}

#[tokio::test]
async fn update_of_missing_instance_fails() {
    let platform = platform().await;
    let failure = update(&platform, &spec()).await.unwrap_err();
    assert!(matches!(failure.error, Error::NotFound { .. }));
}
