//! Sizes of documents.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use crate::PolicyType;

pub(super) const DOCUMENT_TOO_LARGE: Examples = Examples {
    policy_type: PolicyType::Trust,
    bad: r#"{"Sid": "Projects", "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-01-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-02-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-03-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-04-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-05-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-06-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-07-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-08-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-09-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-10-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-11-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-12-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-13-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-14-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-15-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-16-in-europe-west-1",
        "arn:aws:iam::111122223333:role/mlspace/research-and-development/notebook-execution-role-of-project-17-in-europe-west-1"]}}"#,
    good: Some(
        r#"{"Sid": "Projects", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Condition": {"ArnLike": {
        "aws:PrincipalArn": "arn:aws:iam::111122223333:role/mlspace/research-and-development/*"}}}"#,
    ),
};

/// L18.
pub(super) fn document_too_large(reporter: &mut Reporter<'_>) {
    let policies = reporter.scope.policies;
    for (index, policy) in policies.iter().enumerate() {
        let (size, limit) = (policy.document.size(), policy.policy_type.limit());
        if size > limit {
            reporter.document(
                index,
                format!(
                    "the document has {size} characters; the limit for {} is {limit}",
                    policy.policy_type.with_article()
                ),
                "split it, merge statements, or use wider patterns",
            );
        }
    }
}
