//! Decisions that the cells of the page open, without duplicates.

use std::collections::BTreeMap;

use iam_policy::evaluate::{MissingAllow, StatementRef};
use mlspace_core::access::{IamRole, Proof, Verdict};
use serde_json::{Value, json};

use crate::describe;

/// Statements, verdicts and cells, which refer to each other by index.
#[derive(Default)]
pub(super) struct DecisionRecord {
    statements: Section,
    verdicts: Section,
    cells: Section,
}

/// JSON values without duplicates, in order of insertion.
#[derive(Default)]
struct Section {
    /// Index of each value, by its JSON.
    indexes: BTreeMap<String, usize>,
    values: Vec<Value>,
}

impl Section {
    /// Index of a value, which is added unless it is there.
    fn index(&mut self, value: Value) -> usize {
        let next = self.values.len();
        let index = *self.indexes.entry(value.to_string()).or_insert(next);
        if index == next {
            self.values.push(value);
        }
        index
    }
}

impl DecisionRecord {
    /// Index of a cell with these permissions, and proofs of what they are about.
    pub(super) fn cell(
        &mut self,
        role: &IamRole,
        rights: &[(&str, &Verdict)],
        proofs: &[(&str, &Proof)],
    ) -> usize {
        let rights: Vec<Value> = rights
            .iter()
            .map(|(name, verdict)| json!([name, self.verdict(role, verdict)]))
            .collect();
        let proofs: Vec<Value> = proofs
            .iter()
            .map(|(what, proof)| json!([what, proof.word(), proof.reason()]))
            .collect();
        self.cells
            .index(json!({"rights": rights, "proofs": proofs}))
    }

    fn verdict(&mut self, role: &IamRole, verdict: &Verdict) -> usize {
        let decision = verdict.decision();
        let deciding: Vec<usize> = decision
            .into_iter()
            .flat_map(|d| &d.deciding)
            .map(|source| self.statement(role, source))
            .collect();
        let missing: Vec<Value> = decision
            .into_iter()
            .flat_map(|d| &d.missing)
            .map(|missing| self.missing(role, missing))
            .collect();
        self.verdicts.index(json!({
            "allowed": verdict.is_allowed(),
            "deciding": deciding,
            "missing": missing,
        }))
    }

    fn missing(&mut self, role: &IamRole, missing: &MissingAllow) -> Value {
        let near: Vec<Value> = missing
            .near_misses
            .iter()
            .map(|near| {
                let unmet: Vec<String> = near.unmet.iter().map(describe::condition).collect();
                json!({"statement": self.statement(role, &near.statement), "unmet": unmet})
            })
            .collect();
        json!({"layer": missing.layer.to_string(), "near": near})
    }

    fn statement(&mut self, role: &IamRole, source: &StatementRef) -> usize {
        let text = role
            .statement(source)
            .map(|statement| statement.to_json_pretty());
        self.statements.index(json!({
            "layer": source.layer.to_string(),
            "policy": source.policy,
            "name": match &source.sid {
                Some(sid) => sid.clone(),
                None => format!("statement {}", source.index + 1),
            },
            "text": text,
        }))
    }

    pub(super) fn into_json(self) -> Value {
        json!({
            "statements": self.statements.values,
            "verdicts": self.verdicts.values,
            "cells": self.cells.values,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_index_repeats_for_equal_values() {
        let mut section = Section::default();
        let indexes = [json!([1]), json!([2]), json!([1])].map(|value| section.index(value));
        assert_eq!(indexes, [0, 1, 0]);
        assert_eq!(section.values, [json!([1]), json!([2])]);
    }
}
