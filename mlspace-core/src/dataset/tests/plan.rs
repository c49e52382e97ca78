//! Planning datasets.

use super::*;
use crate::aws::Settings;
use crate::ownership::{Object, OnlyCreates, Run};
use crate::plan::Notice;
use crate::testing::{operation, settings};

/// The one error of a plan that must fail.
async fn error(platform: &FakePlatform, spec: &DatasetSpec) -> Notice {
    let mut outcome = platform
        .services
        .datasets
        .plan_new(spec, &OnlyCreates)
        .await;
    assert_eq!(outcome.values, None);
    assert_eq!(outcome.errors.len(), 1, "{outcome:?}");
    outcome.errors.remove(0)
}

#[tokio::test]
async fn plan_new_computes_values() {
    let platform = FakePlatform::new(PolicyModel::PerPrincipal);
    // The project and the tables can be created by the same run.
    platform.records.drop_table(DATASETS);
    let spec = dataset("project/fraud/cards");
    let outcome = platform
        .services
        .datasets
        .plan_new(&spec, &OnlyCreates)
        .await;
    assert!(outcome.errors.is_empty() && outcome.warnings.is_empty());
    let planned = outcome.values.unwrap();
    assert_eq!(planned.id, "project/fraud/cards");
    assert_eq!(planned.prefix, "project/fraud/datasets/cards/");
    assert_eq!(
        planned.location,
        "s3://mlspace-data/project/fraud/datasets/cards/"
    );
    assert_eq!(
        planned.arn,
        "arn:aws:s3:::mlspace-data/project/fraud/datasets/cards/"
    );
}

#[tokio::test]
async fn plan_new_predicts_create() {
    let platform = platform().await;
    let spec = shared("cards", &["risk"]);
    let datasets = &platform.services.datasets;
    let planned = datasets.plan_new(&spec, &OnlyCreates).await.values.unwrap();
    assert_eq!(writes(&platform), Vec::<String>::new());
    let created = datasets.create(&operation(), &spec).await.unwrap();
    assert_eq!(planned.id, created.key.id());
    assert_eq!(planned.prefix, created.prefix);
    assert_eq!(planned.location, created.location);
    assert_eq!(planned.arn, created.arn);
}

#[tokio::test]
async fn plan_new_names_attributes_at_fault() {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    let existing = dataset("project/fraud/cards");
    datasets.create(&operation(), &existing).await.unwrap();
    let long = DatasetSpec {
        description: "x".repeat(255),
        ..dataset("global/x")
    };
    assert_eq!(error(&platform, &long).await.attribute, "description");
    let colliding = dataset("project/fraud/CARDS");
    assert_eq!(error(&platform, &colliding).await.attribute, "name");

    let without = FakePlatform::with(Settings {
        data_bucket: String::new(),
        ..settings()
    });
    assert_eq!(error(&without, &existing).await.attribute, "data_bucket");
}

/// A run that replaces or removes this dataset.
#[derive(Debug)]
struct Removes(&'static str);

#[async_trait::async_trait]
impl Run for Removes {
    fn replaces(&self, object: &Object) -> bool {
        object.id == self.0
    }

    async fn removes(&self, object: &Object) -> bool {
        self.replaces(object)
    }
}

#[tokio::test]
async fn plan_new_accepts_what_the_run_removes() {
    let platform = platform().await;
    let old = dataset("project/fraud/cards");
    platform.records.insert(DATASETS, own_record(&old));
    let datasets = &platform.services.datasets;
    let run = Removes("project/fraud/cards");
    // Replaced, renamed in case only, and of another type with the same key.
    for id in [
        "project/fraud/cards",
        "project/fraud/Cards",
        "private/fraud/cards",
    ] {
        let new = dataset(id);
        assert_eq!(datasets.plan_new(&new, &run).await.errors, [], "{id}");
        error(&platform, &new).await;
    }
}

#[tokio::test]
async fn plan_new_refuses_existing_records() {
    let platform = platform().await;
    let existing = own_record(&dataset("private/fraud/cards"));
    platform.records.insert(DATASETS, existing);
    let exists = error(&platform, &dataset("private/fraud/cards")).await;
    assert!(exists.detail.contains("import {"), "{exists:?}");
    let conflict = error(&platform, &dataset("project/fraud/cards")).await;
    assert!(conflict.detail.contains("private dataset"), "{conflict:?}");
}
