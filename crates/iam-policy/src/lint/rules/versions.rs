//! Policy variables in documents of the old version.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::values;
use crate::{Clause, PolicyType, Version};

pub(super) const VARIABLE_WITHOUT_VERSION: Examples = Examples {
    policy_type: PolicyType::Bucket,
    bad: r#"{"Version": "2008-10-17", "Statement": {"Sid": "OwnFolder", "Effect": "Allow", "Principal": {"AWS": "111122223333"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mlspace-data/${aws:username}/*"}}"#,
    good: Some(
        r#"{"Sid": "OwnFolder", "Effect": "Allow", "Principal": {"AWS": "111122223333"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mlspace-data/${aws:username}/*"}"#,
    ),
};

/// L24.
pub(super) fn variable_without_version(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        let document = scope
            .policies
            .get(context.policy)
            .map(|policy| policy.document);
        if document.is_none_or(|document| document.version != Version::V2008) {
            continue;
        }
        let resources = context.statement.resources.iter().flat_map(Clause::values);
        let values = context.statement.conditions.iter().flat_map(|c| &c.values);
        let member = context.resource_member();
        let in_resources = resources.map(|text| (member, text));
        let all = in_resources.chain(values.map(|text| ("Condition", text)));
        for (member, text) in all {
            if !values::variables(text).is_empty() {
                reporter.at(
                    context,
                    &[member],
                    format!("the variable in `{text}` is plain text, because the document has no `Version`, or an old one"),
                    "write `\"Version\": \"2012-10-17\"` at the top of the document",
                );
            }
        }
    }
}
