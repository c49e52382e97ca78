//! Creating datasets.

use super::*;
use crate::aws::{Error, Settings};
use crate::ownership::Claim;
use crate::records::is_unfinished;
use crate::testing::{Interruption, operation, operation_of, settings};

/// The error of a create that must fail without having made anything.
async fn refusal(platform: &FakePlatform, spec: &DatasetSpec) -> Error {
    let before = platform.snapshot();
    let created = platform.services.datasets.create(&operation(), spec).await;
    let failure = created.unwrap_err();
    assert_eq!(failure.reached, None, "{}", failure.error);
    assert_eq!(platform.snapshot(), before, "{}", failure.error);
    failure.error
}

#[tokio::test]
async fn create_records_every_type() {
    let platform = platform().await;
    for (id, prefix, created_by) in [
        ("global/cards", "global/datasets/cards/", ""),
        ("group/cards", "group/datasets/cards/", ""),
        ("project/fraud/cards", "project/fraud/datasets/cards/", ""),
        (
            "private/alice/cards",
            "private/alice/datasets/cards/",
            "alice",
        ),
    ] {
        let spec = dataset(id);
        let datasets = &platform.services.datasets;
        let created = datasets.create(&operation(), &spec).await.unwrap();
        assert_eq!(created.prefix, prefix);
        assert_eq!(created.location, format!("s3://mlspace-data/{prefix}"));
        assert_eq!(created.arn, format!("arn:aws:s3:::mlspace-data/{prefix}"));
        assert_eq!(created.created_by, created_by);
        assert_eq!(created.drift, Vec::<String>::new());
        let token = Token::of_item(&item(&platform, &spec).unwrap());
        assert!(created.token.is_some() && created.token == token, "{id}");
        let write = match spec.key.scope {
            crate::layout::DatasetScope::Project(_) => "TransactWriteItems",
            _ => "PutItem",
        };
        assert_eq!(writes(&platform), [write], "{id}");
    }
}

#[tokio::test]
async fn create_records_before_it_shares() {
    let platform = platform().await;
    let spec = shared("cards", &["risk", "audit"]);
    let datasets = &platform.services.datasets;
    let created = datasets.create(&operation(), &spec).await.unwrap();
    assert_eq!(created.groups, ["audit", "risk"]);
    assert_eq!(shares(&platform), ["audit/cards", "risk/cards"]);
    assert!(alice_has_risk(&platform));
    let document = risk_policy(&platform).unwrap();
    assert!(document.contains("group/datasets/cards/"), "{document}");
    let steps = [
        "PutItem",
        "TransactWriteItems",
        "CreatePolicy",
        "PutRolePolicy",
        "AttachRolePolicy",
        "UpdateItem",
    ];
    assert_eq!(writes(&platform), steps);
    let item = item(&platform, &spec).unwrap();
    assert!(!is_unfinished(&item));
}

/// MLSpace cannot list the datasets of a group that has a row without a record.
#[tokio::test]
async fn create_leaves_no_row_without_record() {
    let spec = shared("cards", &["risk", "audit"]);
    for n in 0.. {
        for interruption in [Interruption::Before(n), Interruption::After(n)] {
            let platform = platform().await;
            platform.faults.interrupt(interruption);
            let datasets = &platform.services.datasets;
            let created = datasets.create(&operation(), &spec).await;
            if platform.faults.is_pending() {
                created.unwrap();
                assert!(n > 4, "{n} calls only");
                return;
            }
            let recorded = item(&platform, &spec);
            assert!(
                shares(&platform).is_empty() || recorded.is_some(),
                "{interruption:?}"
            );
            if let Some(item) = recorded {
                assert!(
                    is_unfinished(&item) || shares(&platform).len() == 2,
                    "{interruption:?}"
                );
            }
        }
    }
}

/// A finished dataset of another state has the same mark of this platform.
#[tokio::test]
async fn create_refuses_finished_dataset_without_groups() {
    let platform = platform().await;
    platform
        .records
        .insert(DATASETS, own_record(&shared("cards", &[])));
    let error = refusal(&platform, &shared("cards", &["risk"])).await;
    assert!(matches!(error, Error::Exists { .. }), "{error}");
}

#[tokio::test]
async fn create_writes_many_shares_in_chunks() {
    let platform = platform().await;
    let names: Vec<String> = (0..101).map(|n| format!("g{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let spec = shared("cards", &names);
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), &spec).await.unwrap();
    assert_eq!(shares(&platform).len(), 101);
    let steps = [
        "PutItem",
        "TransactWriteItems",
        "TransactWriteItems",
        "UpdateItem",
    ];
    assert_eq!(writes(&platform), steps);
}

#[tokio::test]
async fn create_repeats_conflicting_transactions() {
    let platform = platform().await;
    let (call, code) = ("TransactWriteItems", "TransactionConflictException");
    platform.faults.refuse("dynamodb", call, code, 2);
    let datasets = &platform.services.datasets;
    let spec = shared("cards", &["audit"]);
    datasets.create(&operation(), &spec).await.unwrap();
    assert_eq!(
        writes(&platform),
        ["PutItem", call, call, call, "UpdateItem"]
    );
}

#[tokio::test]
async fn create_refuses_foreign_records() {
    let spec = shared("cards", &["risk"]);
    let other = super::super::create::record(&spec, "mlspace-data", 1);
    for record in [other.item(), own_record(&spec)] {
        let platform = platform().await;
        platform.records.insert(DATASETS, record);
        let error = refusal(&platform, &spec).await;
        assert!(matches!(error, Error::Exists { .. }), "{error}");
        assert!(error.detail().contains("id = \"group/cards\""), "{error}");
    }
}

#[tokio::test]
async fn create_takes_back_a_record_whose_response_was_lost() {
    let platform = platform().await;
    platform.faults.interrupt(Interruption::After(0));
    refusal(&platform, &shared("cards", &["risk"])).await;
}

#[tokio::test]
async fn create_with_a_lost_last_response_is_done() {
    let platform = platform().await;
    platform.faults.interrupt(Interruption::After(5));
    let spec = shared("cards", &["risk"]);
    let datasets = &platform.services.datasets;
    let created = datasets.create(&operation(), &spec).await.unwrap();
    assert!(!platform.faults.is_pending());
    assert_eq!(datasets.read(&spec.key).await, Ok(Some(created)));
}

#[tokio::test]
async fn other_states_change_and_delete_nothing() {
    let platform = platform().await;
    let spec = shared("cards", &["risk"]);
    let datasets = &platform.services.datasets;
    let created = datasets.create(&operation(), &spec).await.unwrap();
    platform.objects.put("group/datasets/cards/a.csv");
    let before = platform.snapshot();
    let theirs = operation_of(Claim::NoToken);
    let changed = shared("cards", &["audit"]);
    let failed = datasets.update(&theirs, &changed).await.unwrap_err();
    assert!(matches!(failed.error, Error::Foreign { .. }));
    let failed = datasets.delete(&theirs, &spec.key, true).await;
    assert!(matches!(failed, Err(Error::Foreign { .. })));
    assert_eq!(platform.snapshot(), before);
    let ours = operation_of(Claim::Token(created.token.unwrap()));
    datasets.update(&ours, &changed).await.unwrap();
    datasets.delete(&ours, &spec.key, true).await.unwrap();
}

#[tokio::test]
async fn create_refuses_another_types_record() {
    let platform = platform().await;
    let private = own_record(&dataset("private/fraud/cards"));
    platform.records.insert(DATASETS, private);
    let error = refusal(&platform, &dataset("project/fraud/cards")).await;
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert!(
        error.to_string().contains("private dataset `cards`"),
        "{error}"
    );
}

#[tokio::test]
async fn create_refuses_malformed_records() {
    let platform = platform().await;
    let spec = dataset("private/alice/cards");
    let mut record = own_record(&spec);
    record.remove("type");
    record.remove("location");
    platform.records.insert(DATASETS, record);
    let error = refusal(&platform, &spec).await;
    assert!(matches!(error, Error::Record { .. }), "{error}");
}

#[tokio::test]
async fn create_refuses_to_share_unrecorded_objects() {
    let platform = platform().await;
    platform.objects.put("group/datasets/cards/a.csv");
    let error = refusal(&platform, &shared("cards", &["risk"])).await;
    let text = error.to_string();
    for part in [
        "`group/datasets/cards/a.csv`",
        "group `risk`",
        "`groups = []`",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn create_takes_over_unshared_objects() {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    for id in ["group/cards", "project/fraud/cards"] {
        let spec = dataset(id);
        platform.objects.put(&format!("{}a.csv", spec.key.prefix()));
        datasets.create(&operation(), &spec).await.unwrap();
    }
}

#[tokio::test]
async fn create_keeps_existing_shares_of_objects() {
    // The rows of an interrupted create, or of a record that was lost.
    let platform = platform().await;
    platform.objects.put("group/datasets/cards/a.csv");
    platform.add_share("cards", "risk");
    let spec = shared("cards", &["risk"]);
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), &spec).await.unwrap();
    assert!(alice_has_risk(&platform));
}

#[tokio::test]
async fn create_removes_shares_that_are_not_asked_for() {
    let platform = platform().await;
    platform.add_share("cards", "audit");
    let spec = shared("cards", &["risk"]);
    let datasets = &platform.services.datasets;
    datasets.create(&operation(), &spec).await.unwrap();
    assert_eq!(shares(&platform), ["risk/cards"]);
}

#[tokio::test]
async fn create_needs_the_bucket() {
    let platform = platform().await;
    platform.objects.drop_bucket();
    let error = refusal(&platform, &dataset("global/cards")).await;
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("`mlspace-data`"), "{error}");

    let without = FakePlatform::with(Settings {
        data_bucket: String::new(),
        ..settings()
    });
    let error = refusal(&without, &dataset("global/cards")).await;
    assert_eq!(error.attribute(), Some("data_bucket"));
}

#[tokio::test]
async fn create_needs_the_project() {
    let platform = platform().await;
    let error = refusal(&platform, &dataset("project/churn/cards")).await;
    assert!(error.to_string().contains("`churn`"), "{error}");
    assert_eq!(error.attribute(), Some("scope"));
}

#[tokio::test]
async fn create_checks_the_spec_first() {
    let platform = platform().await;
    let spec = DatasetSpec {
        groups: vec!["risk".parse().unwrap()],
        ..dataset("global/cards")
    };
    let error = refusal(&platform, &spec).await;
    assert_eq!(error.attribute(), Some("groups"));
    assert_eq!(platform.faults.take_calls(), Vec::<String>::new());
}

#[tokio::test]
async fn create_refuses_names_differing_in_case() {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    // A private dataset of the user `fraud` has another prefix: its name does not count.
    for id in ["project/fraud/cards", "private/fraud/loans"] {
        let created = datasets.create(&operation(), &dataset(id)).await;
        created.unwrap();
    }
    let error = refusal(&platform, &dataset("project/fraud/Cards")).await;
    assert_eq!(error.attribute(), Some("name"));
    let allowed = dataset("project/fraud/Loans");
    datasets.create(&operation(), &allowed).await.unwrap();
}

#[tokio::test]
async fn create_stops_when_cancelled() {
    let platform = platform().await;
    let operation = operation();
    operation.cancel.cancel();
    let spec = dataset("global/cards");
    let created = platform.services.datasets.create(&operation, &spec).await;
    let failure = created.unwrap_err();
    assert!(matches!(failure.error, Error::Cancelled { .. }));
    assert_eq!(writes(&platform), Vec::<String>::new());
}

#[tokio::test]
async fn create_takes_sharing_back_when_it_fails() {
    let platform = platform().await;
    platform.faults.deny("UpdateItem");
    let error = refusal(&platform, &shared("cards", &["risk", "audit"])).await;
    assert!(error.is_denied(), "{error}");
    assert_eq!(risk_policy(&platform), None);
}

#[tokio::test]
async fn create_keeps_earlier_sharing_when_it_fails() {
    let platform = platform().await;
    platform.add_share("cards", "audit");
    platform.faults.deny("UpdateItem");
    let spec = shared("cards", &["audit", "risk"]);
    let error = refusal(&platform, &spec).await;
    assert!(error.is_denied(), "{error}");
    assert_eq!(shares(&platform), ["audit/cards"]);
}

#[tokio::test]
async fn create_survives_a_failed_take_back() {
    let platform = platform().await;
    platform.faults.deny("UpdateItem");
    platform.faults.deny("DetachRolePolicy");
    let spec = shared("cards", &["risk"]);
    let datasets = &platform.services.datasets;
    let failure = datasets.create(&operation(), &spec).await.unwrap_err();
    assert_eq!(failure.error.code(), Some("AccessDenied"));
    assert!(failure.error.to_string().contains("UpdateItem"));
    // The rows are gone, and the next create continues the record.
    assert_eq!(shares(&platform), Vec::<String>::new());
    assert!(is_unfinished(&item(&platform, &spec).unwrap()));
}

#[tokio::test]
async fn create_refuses_a_record_created_meanwhile() {
    let platform = platform().await;
    let spec = shared("cards", &["risk"]);
    let theirs = own_record(&spec);
    let records = std::sync::Arc::clone(&platform.records);
    platform.faults.before("PutItem", move || {
        records.insert(DATASETS, theirs);
        Ok(())
    });
    let datasets = &platform.services.datasets;
    let failure = datasets.create(&operation(), &spec).await.unwrap_err();
    assert!(matches!(failure.error, Error::Exists { .. }));
    assert_eq!(shares(&platform), Vec::<String>::new());
    assert_eq!(risk_policy(&platform), None);
}

#[tokio::test]
async fn create_reports_contested_records() {
    let platform = platform().await;
    platform.records.refuse_writes(1);
    let error = refusal(&platform, &dataset("global/cards")).await;
    assert!(error.to_string().contains("another program"), "{error}");
}

#[tokio::test]
async fn outcome_keeps_what_cannot_be_read() {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    let spec = shared("cards", &["risk"]);
    platform.faults.deny("GetItem");
    let failure = datasets.outcome(&spec, Ok(())).await.unwrap_err();
    assert!(failure.error.is_denied(), "{}", failure.error);
    let reached = failure.reached.unwrap();
    assert_eq!(reached.key, spec.key);
    assert_eq!(reached.groups, ["risk"]);
    assert_eq!(reached.location, "s3://mlspace-data/group/datasets/cards/");
}

#[tokio::test]
async fn outcome_names_a_lost_record() {
    let platform = platform().await;
    let datasets = &platform.services.datasets;
    let spec = dataset("global/cards");
    let failure = datasets.outcome(&spec, Ok(())).await.unwrap_err();
    assert_eq!(failure.reached, None);
    assert!(matches!(failure.error, Error::NotFound { .. }));
}
