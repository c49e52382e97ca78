//! Any bytes: an error with a position in the input, or a document that prints and reads again as
//! the same.

use iam_policy::lint::{LintOptions, LintTarget, lint};
use iam_policy::{Document, PolicyType, equivalent};

pub(crate) fn run(data: &[u8]) {
    let document = match Document::parse_bytes(data) {
        Ok(document) => document,
        Err(error) => {
            let lines = data.iter().filter(|b| **b == b'\n').count() + 1;
            assert!((1..=lines).contains(&error.line()), "{error}");
            assert!((1..=data.len() + 1).contains(&error.column()), "{error}");
            readable(&error.to_string());
            return;
        }
    };
    // What we accept is JSON to serde_json, too, except for numbers beyond its range.
    if let Err(theirs) = serde_json::from_slice::<serde_json::Value>(data) {
        assert!(
            theirs.to_string().contains("number out of range"),
            "{theirs}"
        );
    }
    printed(&document);
    for (index, policy_type) in PolicyType::ALL.into_iter().enumerate() {
        for violation in document.check(policy_type) {
            readable(&violation.to_string());
        }
        // Rules depend on the policy type: one per input keeps this fast.
        if data.len() % PolicyType::ALL.len() == index {
            let policy = LintTarget {
                label: "input",
                policy_type,
                document: &document,
            };
            for finding in lint(&[policy], &LintOptions::default()) {
                let text = document.to_json();
                let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                assert!(
                    value.pointer(&finding.location.pointer).is_some(),
                    "{finding} points nowhere in {text}"
                );
            }
        }
    }
}

/// Printing and reading again changes nothing, and neither does white space.
pub(crate) fn printed(document: &Document) {
    let (compact, pretty) = (document.to_json(), document.to_json_pretty());
    let values =
        [&compact, &pretty].map(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    assert!(values[0].is_some() && values[0] == values[1], "{compact}");
    for text in [&compact, &pretty] {
        let again = Document::parse(text);
        assert_eq!(again.as_ref(), Ok(document), "{text}");
        assert!(again.is_ok_and(|again| equivalent(&again, document)));
        let counted = text.chars().filter(|c| !c.is_whitespace()).count();
        assert_eq!(document.size(), counted, "{text}");
    }
}

/// A message is one line that a terminal can show, and no longer than one reads.
fn readable(message: &str) {
    assert!(
        !message.is_empty() && message.chars().count() < 600,
        "{} characters",
        message.len()
    );
    assert!(!message.contains(char::is_control), "{message:?}");
}
