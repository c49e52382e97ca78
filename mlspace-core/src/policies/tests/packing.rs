//! Packing many guardrails: close to the least number of documents.

use iam_policy::{Document, PackTarget, PolicyType, pack};

use crate::policies::{Parameters, exempting, guardrail};

/// Statements of guardrails, for as many tenants as it takes, each with a network, a key and an exempt role of its own.
fn guardrails(count: usize) -> Vec<Document> {
    let of_tenant = |n: usize| {
        let key = format!("arn:aws:kms:us-east-1:111122223333:key/{n:032x}");
        let parameters = Parameters::new()
            .set("subnet_ids", [format!("subnet-{n:017x}")])
            .set("security_group_ids", [format!("sg-{n:017x}")])
            .set("kms_key_arns", [key]);
        let exempt = [format!("arn:aws:iam::111122223333:role/admin-{n}")];
        ["G02", "G10", "G13"].map(|id| exempting(guardrail(id, &parameters).unwrap(), &exempt))
    };
    let statements = (0..).flat_map(of_tenant).flat_map(|d| d.statements);
    statements.take(count).map(|s| Document::new([s])).collect()
}

/// How long it takes is measured by `make bench`.
#[test]
fn ten_thousand_statements_of_guardrails_fill_their_documents() {
    let source = guardrails(10_000);
    let carrier = PackTarget {
        policy_type: PolicyType::ServiceControl,
        documents: 10_000,
    };
    let packed = pack(&source, carrier).unwrap();
    let size: usize = packed.iter().map(Document::size).sum();
    let least = size.div_ceil(carrier.policy_type.limit());
    assert!(
        packed.len() * 10 <= least * 11,
        "{} for {least}",
        packed.len()
    );
    assert!(
        packed
            .iter()
            .all(|d| d.size() <= carrier.policy_type.limit())
    );
}
