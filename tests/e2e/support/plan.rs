//! A plan, as `terraform show -json` prints it.

use serde_json::Value;

use super::outcome::Outcome;

/// A plan, and the result of the command that made it.
pub(crate) struct Plan {
    pub(crate) outcome: Outcome,
    json: Value,
}

impl Plan {
    pub(crate) fn new(outcome: Outcome, json: Value) -> Self {
        Self { outcome, json }
    }

    /// The changes other than reads: address and actions.
    pub(crate) fn changes(&self) -> Vec<(String, Vec<String>)> {
        let none = Vec::new();
        let all = self.json["resource_changes"].as_array().unwrap_or(&none);
        all.iter()
            .map(|change| {
                let actions = change["change"]["actions"].as_array().expect("actions");
                let actions = actions.iter().filter_map(Value::as_str).map(str::to_owned);
                let address = change["address"].as_str().expect("an address").to_owned();
                (address, actions.collect::<Vec<_>>())
            })
            .filter(|(_, actions)| actions != &["no-op"] && actions != &["read"])
            .collect()
    }

    /// Fails unless the plan changes nothing.
    #[track_caller]
    pub(crate) fn assert_empty(&self) {
        let outputs = self.json["output_changes"].as_object();
        let outputs: Vec<_> = outputs
            .into_iter()
            .flatten()
            .filter(|(_, change)| change["actions"] != serde_json::json!(["no-op"]))
            .collect();
        assert!(
            self.changes().is_empty() && outputs.is_empty(),
            "the plan is not empty: {:#?} {outputs:#?}\n{:#}",
            self.changes(),
            self.json["resource_changes"],
        );
    }

    /// Fails unless the plan changes only `address`, with exactly these actions.
    #[track_caller]
    pub(crate) fn assert_only(&self, address: &str, actions: &[&str]) {
        let found = self.changes();
        let wanted = actions.iter().map(|each| (*each).to_owned()).collect();
        assert_eq!(found, [(address.to_owned(), wanted)]);
    }

    /// Whether an attribute is not known before the apply.
    pub(crate) fn is_unknown(&self, address: &str, attribute: &str) -> bool {
        self.change(address)["after_unknown"][attribute] == true
    }

    #[track_caller]
    fn change(&self, address: &str) -> &Value {
        let all = self.json["resource_changes"].as_array().expect("changes");
        let found = all.iter().find(|change| change["address"] == address);
        &found.unwrap_or_else(|| panic!("no change of {address}"))["change"]
    }
}
