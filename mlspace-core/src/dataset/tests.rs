//! Operations on datasets, on in-memory fakes.

mod converges;
mod create;
mod delete;
mod plan;
mod read;
mod update;

use super::DatasetSpec;
use crate::aws::PolicyModel;
use crate::ownership::Token;
use crate::records::{DatasetRecord, Item, View};
use crate::testing::{FakePlatform, dataset};

/// The table of datasets.
const DATASETS: &str = "mlspace-datasets";
/// The table of datasets shared with groups.
const SHARES: &str = "mlspace-group-datasets";
/// The role of alice's membership in the project `fraud`.
const ALICE: &str = "MLSpace-fraud-2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f9";
/// The policy of the group `risk`.
const RISK: &str = "arn:aws:iam::123456789012:policy/MLSpace-group-risk";

/// A platform with the project `fraud` and its member alice, who is in the group `risk`.
async fn platform() -> FakePlatform {
    platform_of(PolicyModel::PerPrincipal).await
}

async fn platform_of(model: PolicyModel) -> FakePlatform {
    let platform = FakePlatform::new(model).with_alice_in_fraud().await;
    platform.add_to_group("alice", "risk");
    platform.faults.take_calls();
    platform
}

/// A group dataset that is shared with these groups.
fn shared(name: &str, groups: &[&str]) -> DatasetSpec {
    DatasetSpec {
        groups: groups.iter().map(|group| group.parse().unwrap()).collect(),
        ..dataset(&format!("group/{name}"))
    }
}

/// The record that a create of this dataset writes.
fn own_record(spec: &DatasetSpec) -> Item {
    let record = super::create::record(spec, "mlspace-data", 1_700_000_000);
    Token::random().mark(record.item())
}

/// The dataset's item; `None` when it is not on record.
fn item(platform: &FakePlatform, spec: &DatasetSpec) -> Option<Item> {
    let key = DatasetRecord::key(&spec.key).attributes();
    let has_key = |item: &Item| {
        key.iter()
            .all(|(name, value)| item.get(name) == Some(value))
    };
    platform.records.items(DATASETS).into_iter().find(has_key)
}

/// The rows that share datasets, as `group/dataset`.
fn shares(platform: &FakePlatform) -> Vec<String> {
    let rows = platform.records.items(SHARES);
    let mut rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let [group, dataset] = ["group", "dataset"].map(|name| View(row).string(name).unwrap());
            format!("{group}/{dataset}")
        })
        .collect();
    rows.sort();
    rows
}

/// The document of the policy of the group `risk`; `None` when there is no such policy.
fn risk_policy(platform: &FakePlatform) -> Option<String> {
    let state = platform.iam.state();
    state
        .policies
        .get(RISK)
        .map(|policy| policy.document().to_owned())
}

/// Whether alice's role carries the policy of the group `risk`.
fn alice_has_risk(platform: &FakePlatform) -> bool {
    platform.iam.state().roles[ALICE].attached.contains(RISK)
}

/// The write calls since the last look.
fn writes(platform: &FakePlatform) -> Vec<String> {
    let mut calls = platform.faults.take_calls();
    let reads = ["Get", "List", "Query", "Scan"];
    calls.retain(|call| !reads.iter().any(|read| call.starts_with(read)));
    calls
}
