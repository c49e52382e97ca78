//! Equivalent documents have the same decisions, and a reformulated document is equivalent.

use iam_policy::lint::{LintOptions, LintTarget, lint};
use iam_policy::{Clause, Document, PolicyType, Statement, equivalent};

use super::make::Maker;
use super::pack::outcome;
use super::parse::printed;

pub(crate) fn run(data: &[u8]) {
    let mut make = Maker::new(data);
    let document = make.document(4);
    printed(&document);
    let same = reworded(&mut make, &document);
    assert!(equivalent(&document, &same), "{document} and {same}");
    let mut other = document.clone();
    for more in make.document(2).statements {
        let at = make.upto(other.statements.len());
        match other.statements.get_mut(at) {
            Some(statement) if make.rarely(2) => statement.conditions = more.conditions,
            Some(statement) if make.rarely(2) => statement.resources = more.resources,
            Some(statement) => statement.actions = more.actions,
            None => other.statements.push(more),
        }
    }
    let alike = equivalent(&document, &other);
    assert_eq!(alike, equivalent(&other, &document));
    for request in make.requests() {
        let [a, b, c] =
            [&document, &same, &other].map(|d| outcome(std::slice::from_ref(d), &request));
        assert_eq!(a, b, "{request:?} by {document} and {same}");
        if alike {
            assert_eq!(a, c, "{request:?} by {document} and {other}");
        }
    }
    let policy_type = PolicyType::ALL
        .get(make.upto(PolicyType::ALL.len() - 1))
        .copied()
        .unwrap_or(PolicyType::ALL[0]);
    let policies = [("a", &document), ("b", &other)].map(|(label, document)| LintTarget {
        label,
        policy_type,
        document,
    });
    for finding in lint(&policies, &LintOptions::default()) {
        assert!(
            ["a", "b"].contains(&finding.location.policy.as_str()),
            "{finding}"
        );
    }
}

/// The same by meaning: statements apart, doubled and in another order, actions in another case.
fn reworded(make: &mut Maker<'_>, document: &Document) -> Document {
    let mut statements: Vec<Statement> = Vec::new();
    for statement in &document.statements {
        let anonymous = Statement {
            sid: None,
            ..statement.clone()
        };
        let parts = match &statement.actions {
            Clause::Only(actions) if make.rarely(2) => actions
                .iter()
                .map(|a| anonymous.clone().actions([a.to_ascii_uppercase()]))
                .collect(),
            _ => vec![anonymous],
        };
        for part in parts {
            match &part.resources {
                Some(Clause::Only(resources)) if make.rarely(2) => {
                    statements.extend(
                        resources
                            .iter()
                            .map(|r| part.clone().resources([r.clone()])),
                    );
                }
                _ => statements.push(part),
            }
        }
        if make.rarely(3) {
            let at = make.upto(statements.len().saturating_sub(1));
            statements.extend(statements.get(at).cloned());
        }
    }
    for _ in 0..make.upto(3) {
        let middle = make.upto(statements.len());
        statements.rotate_left(middle);
    }
    Document {
        statements,
        ..document.clone()
    }
}
