//! Sizes.

use super::super::scope::Report;

/// L18.
pub(crate) fn over_limit(report: &mut Report<'_>) {
    let policies = report.scope.policies;
    for (index, policy) in policies.iter().enumerate() {
        let (size, limit) = (policy.document.size(), policy.policy_type.limit());
        if size > limit {
            report.document(
                index,
                format!(
                    "the document has {size} characters, and {} may have {limit}",
                    policy.policy_type.with_article()
                ),
                "split it, or merge statements and shorten lists",
            );
        }
    }
}
