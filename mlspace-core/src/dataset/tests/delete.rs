//! Deleting datasets.

use super::*;
use crate::aws::Error;
use crate::testing::operation;

/// A platform with this dataset, and without the calls that created it.
async fn with(spec: &DatasetSpec) -> FakePlatform {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), spec).await.unwrap();
    platform.faults.take_calls();
    platform
}

async fn delete(platform: &FakePlatform, spec: &DatasetSpec, force: bool) -> Result<(), Error> {
    let datasets = &platform.services.datasets;
    datasets.delete(&operation(), &spec.key, force).await
}

#[tokio::test]
async fn delete_removes_sharing_and_record() {
    let spec = shared("cards", &["risk", "audit"]);
    let platform = with(&spec).await;
    delete(&platform, &spec, false).await.unwrap();
    assert_eq!(item(&platform, &spec), None);
    assert_eq!(shares(&platform), Vec::<String>::new());
    assert_eq!(risk_policy(&platform), None);
    assert!(!alice_has_risk(&platform));
    let steps = [
        "TransactWriteItems",
        "PutRolePolicy",
        "DetachRolePolicy",
        "DeletePolicy",
        "DeleteItem",
    ];
    assert_eq!(writes(&platform), steps);
}

#[tokio::test]
async fn delete_keeps_other_shares_of_a_group() {
    let (cards, loans) = (shared("cards", &["risk"]), shared("loans", &["risk"]));
    let platform = with(&cards).await;
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), &loans).await.unwrap();
    delete(&platform, &cards, false).await.unwrap();
    assert_eq!(shares(&platform), ["risk/loans"]);
    assert!(alice_has_risk(&platform));
    let document = risk_policy(&platform).unwrap();
    assert!(!document.contains("cards"), "{document}");
}

#[tokio::test]
async fn delete_of_other_types_leaves_group_rows() {
    // Rows name a dataset without its type: `project/fraud/cards` is not `group/cards`.
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    platform.add_share("cards", "risk");
    delete(&platform, &spec, false).await.unwrap();
    assert_eq!(shares(&platform), ["risk/cards"]);
    assert_eq!(writes(&platform), ["DeleteItem"]);
}

#[tokio::test]
async fn delete_of_nothing_is_done() {
    let platform = with(&dataset("private/fraud/cards")).await;
    platform.objects.put("project/fraud/datasets/cards/a.csv");
    let before = platform.snapshot();
    for id in ["project/fraud/cards", "global/cards"] {
        delete(&platform, &dataset(id), true).await.unwrap();
    }
    assert_eq!(platform.snapshot(), before);
}

#[tokio::test]
async fn delete_refuses_while_objects_exist() {
    let spec = shared("cards", &["risk"]);
    for current in [true, false] {
        let platform = with(&spec).await;
        platform
            .objects
            .add("group/datasets/cards/a.csv", current, false);
        let before = platform.snapshot();
        let error = delete(&platform, &spec, false).await.unwrap_err();
        assert!(matches!(error, Error::InUse { .. }), "{error}");
        let object = "s3://mlspace-data/group/datasets/cards/a.csv";
        assert!(error.to_string().contains(object), "{error}");
        assert_eq!(platform.snapshot(), before);
    }
}

#[tokio::test]
async fn force_destroy_deletes_all_versions() {
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    for n in 0..5 {
        let key = format!("project/fraud/datasets/cards/{n}.csv");
        platform.objects.add(&key, false, false);
        platform.objects.put(&key);
    }
    platform
        .objects
        .put("project/fraud/datasets/cards2/kept.csv");
    delete(&platform, &spec, true).await.unwrap();
    let left = platform.objects.objects();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].key, "project/fraud/datasets/cards2/kept.csv");
    assert_eq!(item(&platform, &spec), None);
    // Ten versions in pages of two, and then the record.
    let calls = writes(&platform);
    assert_eq!(
        calls.iter().filter(|call| *call == "DeleteObject").count(),
        5
    );
    assert_eq!(calls.last().unwrap(), "DeleteItem");
}

#[tokio::test]
async fn force_destroy_names_locked_objects() {
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    let locked = "project/fraud/datasets/cards/a.csv";
    platform.objects.add(locked, true, true);
    platform.objects.put("project/fraud/datasets/cards/b.csv");
    let error = delete(&platform, &spec, true).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&format!("`{locked}` (AccessDenied)")),
        "{error}"
    );
    assert!(item(&platform, &spec).is_some(), "a later delete can go on");
    assert_eq!(platform.objects.objects().len(), 1);
}

#[tokio::test]
async fn force_destroy_repeats_what_is_refused_for_a_moment() {
    let spec = dataset("project/fraud/cards");
    for code in ["InternalError", "SlowDown"] {
        let platform = with(&spec).await;
        let (a, b) = (
            "project/fraud/datasets/cards/a.csv",
            "project/fraud/datasets/cards/b.csv",
        );
        platform.objects.put(a);
        platform.objects.put(b);
        platform.objects.keep_once(a, code);
        delete(&platform, &spec, true).await.unwrap();
        assert_eq!(platform.objects.objects(), []);
        assert_eq!(item(&platform, &spec), None);
    }
}

#[tokio::test]
async fn force_destroy_aborts_uploads() {
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    platform
        .objects
        .start_upload("project/fraud/datasets/cards/a.csv");
    platform
        .objects
        .start_upload("project/fraud/datasets/loans/b.csv");
    delete(&platform, &spec, true).await.unwrap();
    let left = platform.objects.pending_uploads();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].key, "project/fraud/datasets/loans/b.csv");
}

#[tokio::test]
async fn force_destroy_deletes_objects_written_meanwhile() {
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    platform.objects.put("project/fraud/datasets/cards/b.csv");
    let objects = std::sync::Arc::clone(&platform.objects);
    platform.faults.before("DeleteObject", move || {
        // Before the listed ones, so that only a second pass finds it.
        objects.put("project/fraud/datasets/cards/a.csv");
        Ok(())
    });
    delete(&platform, &spec, true).await.unwrap();
    assert_eq!(platform.objects.objects(), []);
}

#[tokio::test]
async fn delete_leaves_uploads_without_force() {
    // An unfinished upload is not an object yet.
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    platform
        .objects
        .start_upload("project/fraud/datasets/cards/a.csv");
    delete(&platform, &spec, false).await.unwrap();
    assert_eq!(platform.objects.pending_uploads().len(), 1);
}

#[tokio::test]
async fn delete_works_without_the_bucket() {
    for force in [true, false] {
        let spec = shared("cards", &["risk"]);
        let platform = with(&spec).await;
        platform.objects.drop_bucket();
        delete(&platform, &spec, force).await.unwrap();
        assert_eq!(item(&platform, &spec), None);
    }
}

#[tokio::test]
async fn delete_syncs_groups_of_an_interrupted_delete() {
    // The rows went, the policies and the record did not.
    let spec = shared("cards", &["risk"]);
    let platform = with(&spec).await;
    let key = crate::records::GroupDatasetRecord::key(&"risk".parse().unwrap(), &spec.key.name);
    platform.records.remove(SHARES, &key);
    delete(&platform, &spec, false).await.unwrap();
    assert_eq!(risk_policy(&platform), None);
}

#[tokio::test]
async fn delete_stops_between_batches() {
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    platform.objects.put("project/fraud/datasets/cards/a.csv");
    let operation = operation();
    operation.cancel.cancel();
    let datasets = &platform.services.datasets;
    let error = datasets
        .objects
        .purge(&operation, &spec.key)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Cancelled { .. }), "{error}");
    assert_eq!(platform.objects.objects().len(), 1);
}
