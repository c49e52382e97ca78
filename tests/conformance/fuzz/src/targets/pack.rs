//! Packed documents keep the limits, and have the same decisions as the input.

use iam_policy::evaluate::{Outcome, PolicySet, Request};
use iam_policy::{Document, PackError, PackTarget, PolicyType, Violation, pack};

use super::make::Maker;
use super::parse::printed;

pub(crate) fn run(data: &[u8]) {
    let mut make = Maker::new(data);
    let kind = match make.upto(2) {
        0 => PolicyType::Session, // the smallest
        1 => PolicyType::ServiceControl,
        _ => PolicyType::Managed,
    };
    let carrier = PackTarget {
        policy_type: kind,
        documents: make.upto(12),
    };
    let mut documents: Vec<Document> = (0..=make.upto(3)).map(|_| make.document(6)).collect();
    if !make.rarely(8) {
        let version = documents.first().map(|d| d.version).unwrap_or_default();
        documents.iter_mut().for_each(|d| d.version = version);
    }
    let packed = pack(&documents, carrier);
    assert_eq!(packed, pack(&documents, carrier));
    let packed = match packed {
        Ok(packed) => packed,
        Err(error) => {
            assert!(!error.to_string().contains('\n'), "{error}");
            if let PackError::TooMany {
                needed, documents, ..
            } = error
            {
                assert!(needed > documents, "{error}");
            }
            return;
        }
    };
    assert!(packed.len() <= carrier.documents);
    for document in &packed {
        printed(document);
        let wrong = |v: &Violation| {
            matches!(
                v,
                Violation::Size { .. } | Violation::RepeatedSid { .. } | Violation::NoStatement
            )
        };
        assert!(
            !document.check(kind).iter().any(wrong),
            "{:?}",
            document.check(kind)
        );
    }
    for request in make.requests() {
        assert_eq!(
            outcome(&documents, &request),
            outcome(&packed, &request),
            "{request:?} by {documents:#?}"
        );
    }
}

pub(crate) fn outcome(documents: &[Document], request: &Request) -> Outcome {
    let set = documents
        .iter()
        .fold(PolicySet::new(), |set, d| set.identity("p", d));
    set.decide(request).outcome
}
