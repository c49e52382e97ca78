//! Reduction of a case to a smaller one with the same disagreement.

use std::path::Path;
use std::rc::Rc;

use iam_policy::evaluate::Outcome;
use iam_policy::{Clause, Condition, Conditions, Document, Statement};

use crate::case::{Case, Layers, Values};
use crate::simulator::simulate;

/// Removes parts of the case as long as both outcomes stay the same.
pub(crate) fn shrink(directory: &Path, case: &Case, ours: Outcome, theirs: Outcome) -> Case {
    let mut smallest = case.clone();
    loop {
        // Every key has a policy: without one the package answers another question.
        let is_key = smallest.request.action.starts_with("kms:");
        let smaller: Vec<Case> = variants(&smallest)
            .into_iter()
            .filter(|case| case.ours() == ours && (!is_key || case.layers.resource.is_some()))
            .collect();
        let answers = simulate(directory, &smaller);
        let found = smaller
            .into_iter()
            .zip(answers)
            .find(|(_, answer)| *answer == Ok(theirs));
        match found {
            Some((case, _)) => smallest = case,
            None => return smallest,
        }
    }
}

/// The case without one of its parts, the largest parts first.
fn variants(case: &Case) -> Vec<Case> {
    let mut all: Vec<Case> = layer_sets(&case.layers)
        .into_iter()
        .map(|layers| Case {
            layers: Rc::new(layers),
            request: case.request.clone(),
        })
        .collect();
    for (key, values) in &case.request.context {
        let mut without = case.clone();
        without.request.context.remove(key);
        all.push(without);
        if let Values::Many(values) = values {
            for at in 0..values.len() {
                let mut fewer = values.clone();
                fewer.remove(at);
                let mut without = case.clone();
                without
                    .request
                    .context
                    .insert(key.clone(), Values::Many(fewer));
                all.push(without);
            }
        }
    }
    all
}

fn layer_sets(layers: &Layers) -> Vec<Layers> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Layers)| {
        let mut changed = layers.clone();
        change(&mut changed);
        if changed != *layers {
            all.push(changed);
        }
    };
    add(&|w| w.boundary = None);
    add(&|w| w.session = None);
    add(&|w| w.resource = None);
    add(&|w| w.endpoint = None);
    add(&|w| w.service_control.clear());
    add(&|w| w.resource_control.clear());
    for at in 0..layers.identity.len() {
        add(&|w| drop(w.identity.remove(at)));
    }
    for at in 0..layers.service_control.len() {
        add(&|w| drop(w.service_control.remove(at)));
    }
    let count = layers.clone().documents_mut().count();
    for at in 0..count {
        let document = layers.clone().documents_mut().nth(at).unwrap().clone();
        for smaller in documents(&document) {
            add(&|w| *w.documents_mut().nth(at).unwrap() = smaller.clone());
        }
    }
    all
}

fn documents(document: &Document) -> Vec<Document> {
    let mut all = Vec::new();
    for at in 0..document.statements.len() {
        if document.statements.len() > 1 {
            let mut without = document.clone();
            without.statements.remove(at);
            all.push(without);
        }
        for smaller in statements(&document.statements[at]) {
            let mut changed = document.clone();
            changed.statements[at] = smaller;
            all.push(changed);
        }
    }
    all
}

fn statements(statement: &Statement) -> Vec<Statement> {
    let mut all = Vec::new();
    let conditions: Vec<&Condition> = statement.conditions.iter().collect();
    for at in 0..conditions.len() {
        let rest = conditions
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != at);
        let rest: Conditions = rest.map(|(_, condition)| (*condition).clone()).collect();
        all.push(Statement {
            conditions: rest.clone(),
            ..statement.clone()
        });
        for values in fewer(&conditions[at].values) {
            let mut changed = rest.clone();
            changed.insert(Condition {
                values,
                ..conditions[at].clone()
            });
            all.push(Statement {
                conditions: changed,
                ..statement.clone()
            });
        }
    }
    for actions in clauses(&statement.actions) {
        all.push(Statement {
            actions,
            ..statement.clone()
        });
    }
    for resources in statement.resources.iter().flat_map(clauses) {
        all.push(Statement {
            resources: Some(resources),
            ..statement.clone()
        });
    }
    for principals in statement.principals.iter().flat_map(clauses) {
        all.push(Statement {
            principals: Some(principals),
            ..statement.clone()
        });
    }
    all
}

fn clauses<T: Ord + Clone>(clause: &Clause<T>) -> Vec<Clause<T>> {
    let same = |values| {
        if clause.is_except() {
            Clause::Except(values)
        } else {
            Clause::Only(values)
        }
    };
    fewer(clause.values()).into_iter().map(same).collect()
}

fn fewer<T: Ord + Clone>(
    values: &std::collections::BTreeSet<T>,
) -> Vec<std::collections::BTreeSet<T>> {
    let least = if values.len() > 1 { values.len() } else { 0 };
    values
        .iter()
        .take(least)
        .map(|left_out| {
            values
                .iter()
                .filter(|value| *value != left_out)
                .cloned()
                .collect()
        })
        .collect()
}
