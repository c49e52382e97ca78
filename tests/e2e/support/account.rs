//! Comparing what exists in the account at two moments.

use serde_json::Value;

/// The emulator's account state without what differs between two runs of the same configuration:
/// timestamps and tokens of records, tokens in tags, and the numbers of policy versions.
pub(crate) fn without_timestamps(mut state: Value) -> Value {
    let policies = state["policies"].as_object_mut().expect("policies");
    for policy in policies.values_mut() {
        policy["versions"] = Value::Null;
    }
    for kind in ["roles", "policies", "notebooks", "budgets"] {
        for object in state[kind].as_object_mut().expect("objects").values_mut() {
            let tags = object["tags"].as_object_mut().expect("tags");
            tags.remove("mlspace-token");
        }
    }
    let tables = state["tables"].as_object_mut().expect("tables");
    for table in tables.values_mut() {
        for item in table.as_array_mut().expect("items") {
            let item = item.as_object_mut().expect("an item");
            for random in [
                "createdAt",
                "lastUpdatedAt",
                "terminationTime",
                "terraformToken",
            ] {
                item.remove(random);
            }
            let grants = item
                .get_mut("grants")
                .and_then(|value| value["M"].as_object_mut());
            for grant in grants.into_iter().flat_map(|grants| grants.values_mut()) {
                let grant = grant["M"].as_object_mut().expect("a grant");
                grant.remove("terraformToken");
            }
        }
    }
    state
}

/// Fails unless both account states are the same, [without timestamps](without_timestamps).
#[track_caller]
pub(crate) fn assert_same_account(found: Value, expected: Value) {
    assert_eq!(without_timestamps(found), without_timestamps(expected));
}
