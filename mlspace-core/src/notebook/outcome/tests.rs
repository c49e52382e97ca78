use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::super::tests::{platform, spec};
use super::*;
use crate::aws::Operation;
use crate::tags::Tags;
use crate::testing::{FakePlatform, operation};

const NAME: &str = "alice-fraud";

type Created = Result<Completed<Notebook>, Failure<Notebook>>;

async fn create(platform: &FakePlatform, operation: &Operation, spec: &NotebookSpec) -> Created {
    platform.services.notebooks.create(operation, spec).await
}

/// The notebook and the details of its warnings.
fn warned(created: Created) -> (Notebook, Vec<String>) {
    let Completed { object, warnings } = created.unwrap();
    let details = warnings.into_iter().map(|warning| warning.detail);
    (object, details.collect())
}

/// Skips the look before the create, so that the next hook meets the first look after it.
fn skip_first_look(platform: &FakePlatform) {
    let call = "DescribeNotebookInstance";
    platform.faults.before(call, || Ok(()));
}

/// Cancels the operation right before the first look after the create.
fn cancel_while_waiting(platform: &FakePlatform, status: Status) -> Operation {
    skip_first_look(platform);
    let operation = operation();
    let (cancel, notebooks) = (operation.cancel.clone(), Arc::clone(&platform.notebooks));
    platform.faults.before("DescribeNotebookInstance", move || {
        notebooks.edit(NAME, |instance| {
            instance.state.status = status;
            instance.state.failure_reason = Some("no capacity".to_owned());
        });
        cancel.cancel();
        Ok(())
    });
    operation
}

#[tokio::test]
async fn created_keeps_instance_of_cancelled_create() {
    for status in [Status::Pending, Status::Updating, Status::Stopping] {
        let platform = platform().await;
        let operation = cancel_while_waiting(&platform, status);
        let created = create(&platform, &operation, &spec()).await;
        let (notebook, warnings) = warned(created);
        assert_eq!(notebook.name, spec().name);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(
            warnings[0].contains("Cancelled while waiting"),
            "{warnings:?}"
        );
        assert!(warnings[0].contains("next plan shows"), "{warnings:?}");
    }
}

#[tokio::test]
async fn created_keeps_instance_of_timed_out_create() {
    let platform = platform().await;
    let cancel = CancellationToken::new();
    let operation = Operation::without_pauses(cancel, Duration::from_millis(30));
    // Never seen until the time is over.
    platform.notebooks.hide_instances(u32::MAX);
    let created = create(&platform, &operation, &spec()).await;
    platform.notebooks.hide_instances(0);
    let (notebook, warnings) = warned(created);
    let real = platform.notebooks.instances()[&spec().name].state.clone();
    assert_eq!((notebook.arn, notebook.role_arn), (real.arn, real.role_arn));
    assert_eq!(notebook.status, "Pending");
    assert!(warnings[0].contains("Timed out"), "{warnings:?}");
}

#[tokio::test]
async fn created_waits_until_instance_is_visible() {
    let platform = platform().await;
    platform.notebooks.hide_instances(4);
    let created = create(&platform, &operation(), &spec()).await;
    let (notebook, warnings) = warned(created);
    assert_eq!((notebook.status.as_str(), warnings.len()), ("InService", 0));
}

#[tokio::test]
async fn created_fails_with_failed_instance() {
    let platform = platform().await;
    let operation = cancel_while_waiting(&platform, Status::Failed);
    let failure = create(&platform, &operation, &spec()).await.unwrap_err();
    assert!(failure.error.detail().contains("no capacity"));
    assert_eq!(failure.reached.unwrap().status, "Failed");
}

#[tokio::test]
async fn created_warns_of_unrecorded_stop() {
    let platform = platform().await;
    platform.faults.deny("UpdateItem");
    let scheduled = NotebookSpec {
        daily_stop_time: Some("19:00".parse().unwrap()),
        ..spec()
    };
    let created = create(&platform, &operation(), &scheduled).await;
    let (notebook, warnings) = warned(created);
    assert_eq!(notebook.status, "InService");
    assert_eq!(notebook.daily_stop_time, None);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("dynamodb:UpdateItem"), "{warnings:?}");
}

#[tokio::test]
async fn created_warns_of_failed_read() {
    let platform = platform().await;
    platform.faults.deny("ListTags");
    let tagged = NotebookSpec {
        tags: Tags::from([("team", "cards")]),
        ..spec()
    };
    let created = create(&platform, &operation(), &tagged).await;
    let (notebook, warnings) = warned(created);
    assert_eq!(notebook.status, "InService");
    assert_eq!(notebook.subnet_id.as_deref(), Some("subnet-a"));
    assert_eq!(notebook.tags, tagged.tags);
    let real = platform.notebooks.instances()[&spec().name].state.clone();
    assert_eq!((notebook.arn, notebook.role_arn), (real.arn, real.role_arn));
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("sagemaker:ListTags"), "{warnings:?}");
}

#[tokio::test]
async fn created_drops_instance_deleted_by_others() {
    let platform = platform().await;
    skip_first_look(&platform);
    let notebooks = Arc::clone(&platform.notebooks);
    platform.faults.before("DescribeNotebookInstance", move || {
        notebooks.edit(NAME, |instance| instance.state.status = Status::Deleting);
        Ok(())
    });
    let failure = create(&platform, &operation(), &spec()).await.unwrap_err();
    assert!(failure.error.detail().contains("being deleted"));
    assert_eq!(failure.reached, None);
}
