//! Updating datasets.

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::aws::Error;
use crate::records::{Change, RecordStore as _, Write};
use crate::testing::operation;

/// A platform with this dataset, and without the calls that created it.
async fn with(spec: &DatasetSpec) -> FakePlatform {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), spec).await.unwrap();
    platform.faults.take_calls();
    platform
}

async fn edit(platform: &FakePlatform, spec: &DatasetSpec, change: Change) {
    let key = DatasetRecord::key(&spec.key);
    let written = platform.records.update(DATASETS, &key, &change).await;
    assert_eq!(written, Ok(Write::Done));
    platform.faults.take_calls();
}

#[tokio::test]
async fn update_adds_and_removes_groups() {
    let platform = with(&shared("cards", &["risk", "audit"])).await;
    platform.add_to_group("alice", "ops");
    let spec = shared("cards", &["audit", "ops"]);
    let datasets = &platform.services.datasets;
    let updated = datasets.update(&operation(), &spec).await.unwrap();
    assert_eq!(updated.groups, ["audit", "ops"]);
    assert_eq!(updated.drift, Vec::<String>::new());
    assert_eq!(shares(&platform), ["audit/cards", "ops/cards"]);
    assert_eq!(risk_policy(&platform), None);
    let attached = &platform.iam.state().roles[ALICE].attached;
    assert!(attached.contains(&RISK.replace("risk", "ops")));
    let calls = writes(&platform);
    // The rows first, the record's list last.
    assert_eq!(calls.first().unwrap(), "TransactWriteItems");
    assert_eq!(calls.last().unwrap(), "UpdateItem");
}

#[tokio::test]
async fn update_without_a_difference_writes_nothing() {
    let spec = shared("cards", &["risk"]);
    let platform = with(&spec).await;
    let datasets = &platform.services.datasets;
    datasets.update(&operation(), &spec).await.unwrap();
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn update_keeps_attributes_of_others() {
    let spec = dataset("project/fraud/cards");
    let platform = with(&spec).await;
    let theirs = Change::new()
        .set_string("theirs", "kept")
        .set_string("createdBy", "bob");
    edit(&platform, &spec, theirs).await;
    let described = DatasetSpec {
        description: "transactions".to_owned(),
        ..spec.clone()
    };
    let datasets = &platform.services.datasets;
    let updated = datasets.update(&operation(), &described).await.unwrap();
    assert_eq!(updated.description, "transactions");
    assert_eq!(updated.created_by, "bob");
    let item = item(&platform, &spec).unwrap();
    assert_eq!(View(&item).string("theirs"), Ok("kept".to_owned()));
    assert_eq!(writes(&platform), ["UpdateItem"]);
}

#[tokio::test]
async fn update_repairs_drift() {
    let spec = shared("cards", &["risk"]);
    let platform = with(&spec).await;
    let odd = Change::new()
        .set_string("location", "s3://old/")
        .set_strings("groups", &["audit".to_owned()]);
    edit(&platform, &spec, odd).await;
    let datasets = &platform.services.datasets;
    let read = datasets.read(&spec.key).await.unwrap().unwrap();
    assert_eq!(read.drift.len(), 2);
    let updated = datasets.update(&operation(), &spec).await.unwrap();
    assert_eq!(updated.drift, Vec::<String>::new());
}

#[tokio::test]
async fn update_syncs_groups_of_an_interrupted_update() {
    // The rows changed, the policies and the record's list did not.
    let spec = shared("cards", &["risk"]);
    let platform = with(&spec).await;
    let key = crate::records::GroupDatasetRecord::key(&"risk".parse().unwrap(), &spec.key.name);
    platform.records.remove(SHARES, &key);
    let datasets = &platform.services.datasets;
    let unshared = shared("cards", &[]);
    datasets.update(&operation(), &unshared).await.unwrap();
    assert_eq!(risk_policy(&platform), None);
}

#[tokio::test]
async fn update_needs_the_record() {
    let platform = with(&dataset("private/fraud/cards")).await;
    let datasets = &platform.services.datasets;
    for id in ["project/fraud/cards", "global/cards"] {
        let failure = datasets
            .update(&operation(), &dataset(id))
            .await
            .unwrap_err();
        assert!(matches!(failure.error, Error::NotFound { .. }), "{id}");
        assert_eq!(failure.reached, None, "{id}");
    }
}

#[tokio::test]
async fn update_tries_again_after_a_refusal() {
    let spec = dataset("global/cards");
    let platform = with(&spec).await;
    platform.records.refuse_writes(4);
    let described = DatasetSpec {
        description: "transactions".to_owned(),
        ..spec
    };
    let datasets = &platform.services.datasets;
    datasets.update(&operation(), &described).await.unwrap();
    assert_eq!(writes(&platform), ["UpdateItem"; 5]);
}

#[tokio::test]
async fn update_keeps_changes_made_meanwhile() {
    let spec = dataset("global/cards");
    let platform = with(&spec).await;
    let records = std::sync::Arc::clone(&platform.records);
    let mut theirs = own_record(&spec);
    theirs.insert("createdBy".to_owned(), AttributeValue::S("bob".to_owned()));
    let key = DatasetRecord::key(&spec.key);
    platform.faults.before("UpdateItem", move || {
        records.remove(DATASETS, &key);
        records.insert(DATASETS, theirs);
        Ok(())
    });
    let described = DatasetSpec {
        description: "transactions".to_owned(),
        ..spec
    };
    let datasets = &platform.services.datasets;
    let updated = datasets.update(&operation(), &described).await.unwrap();
    assert_eq!(updated.created_by, "bob");
    assert_eq!(updated.description, "transactions");
    assert_eq!(writes(&platform), ["UpdateItem"; 2]);
}

#[tokio::test]
async fn update_reports_a_record_deleted_meanwhile() {
    let spec = dataset("global/cards");
    let platform = with(&spec).await;
    let records = std::sync::Arc::clone(&platform.records);
    let key = DatasetRecord::key(&spec.key);
    platform.faults.before("UpdateItem", move || {
        records.remove(DATASETS, &key);
        Ok(())
    });
    let described = DatasetSpec {
        description: "transactions".to_owned(),
        ..spec
    };
    let datasets = &platform.services.datasets;
    let failure = datasets.update(&operation(), &described).await.unwrap_err();
    assert!(matches!(failure.error, Error::NotFound { .. }));
    assert_eq!(failure.reached, None);
}

#[tokio::test]
async fn update_gives_up_on_repeated_refusal() {
    let spec = dataset("global/cards");
    let platform = with(&spec).await;
    platform.records.refuse_writes(5);
    let described = DatasetSpec {
        description: "transactions".to_owned(),
        ..spec
    };
    let datasets = &platform.services.datasets;
    let failure = datasets.update(&operation(), &described).await.unwrap_err();
    assert!(matches!(failure.error, Error::Conflict { .. }));
    assert_eq!(failure.reached.unwrap().description, "");
}

#[tokio::test]
async fn update_reports_what_it_reached() {
    let platform = with(&shared("cards", &["risk"])).await;
    platform.faults.deny("UpdateItem");
    let spec = shared("cards", &["audit"]);
    let datasets = &platform.services.datasets;
    let failure = datasets.update(&operation(), &spec).await.unwrap_err();
    assert!(failure.error.is_denied());
    let reached = failure.reached.unwrap();
    assert_eq!(reached.groups, ["audit"]);
    assert_eq!(reached.drift.len(), 1, "the record still lists `risk`");
}
