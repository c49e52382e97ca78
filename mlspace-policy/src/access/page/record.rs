//! What the cells of the page open: the decisions, each kept once.

use std::collections::BTreeMap;

use iam_policy::evaluate::{MissingAllow, StatementRef};
use mlspace_core::access::{Attached, Verdict};
use serde_json::{Value, json};

use crate::words;

/// Statements, verdicts and cells by number; whatever repeats has one number.
#[derive(Default)]
pub(super) struct Record {
    statements: Shelf,
    verdicts: Shelf,
    cells: Shelf,
}

/// Texts of JSON in the order in which they came.
#[derive(Default)]
struct Shelf {
    places: BTreeMap<String, usize>,
    values: Vec<Value>,
}

impl Shelf {
    fn place(&mut self, value: Value) -> usize {
        let next = self.values.len();
        let place = *self.places.entry(value.to_string()).or_insert(next);
        if place == next {
            self.values.push(value);
        }
        place
    }
}

impl Record {
    /// The number of a cell with these rights.
    pub(super) fn cell(&mut self, role: &Attached, rights: &[(&str, &Verdict)]) -> usize {
        let rights: Vec<Value> = rights
            .iter()
            .map(|(name, verdict)| json!([name, self.verdict(role, verdict)]))
            .collect();
        self.cells.place(Value::Array(rights))
    }

    fn verdict(&mut self, role: &Attached, verdict: &Verdict) -> usize {
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
        self.verdicts.place(json!({
            "allowed": verdict.is_allowed(),
            "deciding": deciding,
            "missing": missing,
        }))
    }

    fn missing(&mut self, role: &Attached, missing: &MissingAllow) -> Value {
        let near: Vec<Value> = missing
            .near_misses
            .iter()
            .map(|near| {
                let unmet: Vec<String> = near.unmet.iter().map(words::condition).collect();
                json!({"statement": self.statement(role, &near.statement), "unmet": unmet})
            })
            .collect();
        json!({"layer": missing.layer.to_string(), "near": near})
    }

    fn statement(&mut self, role: &Attached, source: &StatementRef) -> usize {
        let text = role
            .statement(source)
            .map(|statement| statement.to_json_pretty());
        self.statements.place(json!({
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
