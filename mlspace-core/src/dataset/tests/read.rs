//! Reading datasets.

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::aws::Error;
use crate::records::{Change, RecordStore as _, Write};
use crate::testing::{operation, project_name};

/// A platform with this dataset.
async fn with(spec: &DatasetSpec) -> FakePlatform {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), spec).await.unwrap();
    platform
}

async fn drift(platform: &FakePlatform, spec: &DatasetSpec) -> Vec<String> {
    let read = platform.services.datasets.read(&spec.key).await.unwrap();
    read.unwrap().drift
}

async fn edit(platform: &FakePlatform, spec: &DatasetSpec, change: Change) {
    let key = DatasetRecord::key(&spec.key);
    let written = platform.records.update(DATASETS, &key, &change).await;
    assert_eq!(written, Ok(Write::Done));
}

#[tokio::test]
async fn read_returns_what_create_returned() {
    for spec in [
        shared("cards", &["risk", "audit"]),
        dataset("private/alice/x"),
    ] {
        let platform = platform().await;
        let datasets = &platform.services.datasets;
        let created = datasets.create(&operation(), &spec).await.unwrap();
        assert_eq!(datasets.read(&spec.key).await, Ok(Some(created)));
    }
}

#[tokio::test]
async fn read_is_none_without_a_record() {
    let platform = platform().await;
    platform.add_share("cards", "risk");
    platform.objects.put("group/datasets/cards/a.csv");
    let key = dataset("group/cards").key;
    assert_eq!(platform.services.datasets.read(&key).await, Ok(None));
}

#[tokio::test]
async fn read_passes_over_another_type() {
    let platform = with(&dataset("private/fraud/cards")).await;
    let key = dataset("project/fraud/cards").key;
    assert_eq!(platform.services.datasets.read(&key).await, Ok(None));
}

/// A record that MLSpace cannot read is repaired by the next update.
#[tokio::test]
async fn read_reports_what_mlspace_needs() {
    let spec = dataset("global/cards");
    let platform = with(&spec).await;
    let odd = Change::new()
        .set_bool("description", true)
        .remove("type")
        .remove("createdBy")
        .set_string("theirs", "kept");
    edit(&platform, &spec, odd).await;
    let expected = "the record lacks `type`, `description`, `createdBy`, which MLSpace needs";
    assert_eq!(drift(&platform, &spec).await, [expected]);
    let datasets = &platform.services.datasets;
    datasets.update(&operation(), &spec).await.unwrap();
    assert_eq!(drift(&platform, &spec).await, [""; 0]);
    let item = item(&platform, &spec).unwrap();
    assert_eq!(View(&item).string("theirs"), Ok("kept".to_owned()));
}

#[tokio::test]
async fn read_refuses_records_of_unclear_type() {
    let spec = dataset("private/alice/cards");
    let platform = with(&spec).await;
    let odd = Change::new().remove("type").remove("location");
    edit(&platform, &spec, odd).await;
    let read = platform.services.datasets.read(&spec.key).await;
    let error = read.unwrap_err();
    assert!(matches!(error, Error::Record { .. }), "{error}");
    assert!(error.to_string().contains("`type`"), "{error}");
}

#[tokio::test]
async fn read_reports_another_location() {
    let spec = dataset("global/cards");
    let platform = with(&spec).await;
    edit(
        &platform,
        &spec,
        Change::new().set_string("location", "s3://old/"),
    )
    .await;
    let expected = "the record's location is `s3://old/` instead of `s3://mlspace-data/global/datasets/cards/`";
    assert_eq!(drift(&platform, &spec).await, [expected]);
}

#[tokio::test]
async fn read_reports_a_moved_bucket() {
    let spec = dataset("global/cards");
    let mut platform = with(&spec).await;
    platform.reconfigure(|settings| settings.data_bucket = "other".to_owned());
    let read = platform.services.datasets.read(&spec.key).await;
    let read = read.unwrap().unwrap();
    assert_eq!(read.location, "s3://other/global/datasets/cards/");
    assert_eq!(read.drift.len(), 1, "{:?}", read.drift);
}

#[tokio::test]
async fn read_reports_shares_that_the_record_does_not_list() {
    let spec = shared("cards", &["risk"]);
    let platform = with(&spec).await;
    platform.add_share("cards", "audit");
    let found = drift(&platform, &spec).await;
    assert!(
        found[0].ends_with("is shared with `audit`, `risk`"),
        "{found:?}"
    );

    edit(&platform, &spec, Change::new().remove("groups")).await;
    let found = drift(&platform, &spec).await;
    assert!(found[0].contains("(none)"), "{found:?}");
}

#[tokio::test]
async fn read_looks_up_rows_that_an_index_still_lists() {
    let spec = shared("cards", &["risk"]);
    let platform = with(&spec).await;
    let datasets = &platform.services.datasets;
    let hints = ["risk".to_owned(), "audit".to_owned()];
    let found = datasets.shared_with(&spec.key.name, hints).await.unwrap();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["risk"]);
}

#[tokio::test]
async fn of_project_lists_its_datasets_only() {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    for id in [
        "project/fraud/cards",
        "project/fraud/loans",
        "private/fraud/x",
        "global/y",
    ] {
        let created = datasets.create(&operation(), &dataset(id)).await;
        created.unwrap();
    }
    let found = datasets.of_project(&project_name("fraud")).await.unwrap();
    let mut ids: Vec<String> = found.iter().map(ToString::to_string).collect();
    ids.sort();
    assert_eq!(ids, ["project/fraud/cards", "project/fraud/loans"]);
    let mut odd = own_record(&dataset("project/fraud/z"));
    odd.insert("name".to_owned(), AttributeValue::S("a/*".to_owned()));
    platform.records.insert(DATASETS, odd);
    let error = datasets.of_project(&project_name("fraud")).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("`a/*`"),
        "a dataset that would be left behind: {error}"
    );
}
