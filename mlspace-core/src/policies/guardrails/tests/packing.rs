//! Packing many guardrails into close to the least number of documents.

use iam_policy::{PackTarget, pack};

use super::*;
use crate::policies::except_principals;

/// This number of statements of guardrails, for multiple tenants with their own network, key and
/// exempt role.
fn guardrail_statements(count: usize) -> Vec<Document> {
    let of_tenant = |n: usize| {
        let key = format!("arn:aws:kms:us-east-1:111122223333:key/{n:032x}");
        let parameters = json!({
            "subnet_ids": [format!("subnet-{n:017x}")],
            "security_group_ids": [format!("sg-{n:017x}")],
            "kms_key_arns": [key],
        });
        let exempt = [format!("arn:aws:iam::111122223333:role/admin-{n}")];
        ["G02", "G10", "G13"]
            .map(|id| except_principals(guardrail_for(id, &parameters).unwrap(), &exempt))
    };
    let statements = (0..).flat_map(of_tenant).flat_map(|d| d.statements);
    statements.take(count).map(|s| Document::new([s])).collect()
}

/// `make bench` measures the run time.
#[test]
fn pack_fills_documents_with_10000_statements() {
    let source = guardrail_statements(10_000);
    let target = PackTarget {
        policy_type: PolicyType::ServiceControl,
        documents: 10_000,
    };
    let packed = pack(&source, target).unwrap();
    let size: usize = packed.iter().map(Document::size).sum();
    let least = size.div_ceil(target.policy_type.limit());
    assert!(
        packed.len() * 10 <= least * 11,
        "{} for {least}",
        packed.len()
    );
    assert!(
        packed
            .iter()
            .all(|d| d.size() <= target.policy_type.limit())
    );
}
