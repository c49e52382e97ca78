//! Packing. That packed documents decide like their source is tested with the evaluator.

use std::collections::BTreeSet;
use std::slice::from_ref;

use proptest::prelude::*;

use super::strategies::document;
use crate::{Document, Operator, PackError, PackTarget, PolicyType, Statement, equivalent, pack};

const ROLE: PackTarget = PackTarget {
    policy_type: PolicyType::Managed,
    documents: 10,
};

/// All statements in one document, for comparing meanings.
fn together(documents: &[Document]) -> Document {
    let version = documents.first().map(|d| d.version).unwrap_or_default();
    let statements = documents
        .iter()
        .flat_map(|d| d.statements.clone())
        .collect();
    Document {
        version,
        id: None,
        statements,
    }
}

fn group(names: impl IntoIterator<Item = usize>) -> Document {
    let resources = names
        .into_iter()
        .map(|n| format!("arn:aws:s3:::mlspace-data/group/datasets/dataset-{n:04}/*"));
    Document::new([Statement::allow("Group")
        .actions(["s3:GetObject", "s3:PutObject"])
        .resources(resources)])
}

#[test]
fn pack_keeps_fitting_statements() {
    let source = Document::new([
        Statement::allow("A").actions(["a:X"]).resources(["r"]),
        Statement::allow("B").actions(["a:Y"]).resources(["r"]),
    ]);
    assert_eq!(
        pack(&[source.clone(), source.clone()], ROLE).unwrap(),
        [source]
    );
    assert_eq!(pack(&[], ROLE).unwrap(), []);
    assert_eq!(pack(&[Document::new([])], ROLE).unwrap(), []);
}

#[test]
fn pack_joins_statements() {
    let statements = (0..150).flat_map(|n| {
        ["s3:GetObject", "s3:PutObject"].map(|action| {
            Statement::allow(format!("S{n}{}", &action[3..]))
                .actions([action])
                .resources([format!("arn:aws:s3:::b/{n}")])
        })
    });
    let source = Document::new(statements);
    assert!(source.size() > 6_144);
    let packed = pack(from_ref(&source), ROLE).unwrap();
    assert_eq!(packed.len(), 1);
    assert_eq!(packed[0].statements.len(), 1);
    assert_eq!(packed[0].statements[0].sid.as_deref(), Some("S0GetObject"));
    assert!(equivalent(&source, &packed[0]));
}

#[test]
fn pack_splits_long_lists() {
    let source = group(0..400);
    let packed = pack(from_ref(&source), ROLE).unwrap();
    assert!(packed.len() > 3 && packed.len() <= 10, "{}", packed.len());
    assert!(
        packed
            .iter()
            .all(|d| d.check(PolicyType::Managed).is_empty())
    );
    assert!(equivalent(&source, &together(&packed)));
    assert_eq!(pack(&[source], ROLE).unwrap(), packed);
}

#[test]
fn pack_is_stable_for_one_more_value() {
    let before = pack(&[group((0..300).filter(|n| *n != 17))], ROLE).unwrap();
    let after = pack(&[group(0..300)], ROLE).unwrap();
    let old: BTreeSet<_> = before.iter().collect();
    let changed = after.iter().filter(|d| !old.contains(d)).count();
    assert_eq!((before.len(), changed), (after.len(), 1));
}

#[test]
fn pack_finds_a_tight_fit() {
    // Dealt by hash these would leave too much room; halved they fit.
    let source = group(0..92);
    let two = PackTarget {
        policy_type: PolicyType::Managed,
        documents: 2,
    };
    let packed = pack(&[source.clone(), group(92..170)], two).unwrap();
    assert_eq!(packed.len(), 2);
    assert!(equivalent(&group(0..170), &together(&packed)));
}

#[test]
fn pack_error_shows_sizes() {
    let error = pack(&[group(0..2_000)], ROLE).unwrap_err();
    let PackError::TooMany {
        needed,
        documents: 10,
        limit: 6_144,
        statements: 1,
        size,
    } = error
    else {
        panic!("{error}");
    };
    assert!(size > 10 * 6_144 && needed >= size / 6_144, "{error}");
    assert!(error.to_string().contains("10 × 6144 = 61440"), "{error}");

    let values: Vec<String> = (0..800).map(|n| format!("value{n}")).collect();
    let fat = Statement::deny("Fat")
        .actions(["a:X", "a:Y"])
        .resources(["*"])
        .when(Operator::StringEquals, "k:k", values);
    let error = pack(&[Document::new([fat])], ROLE).unwrap_err();
    assert!(
        error.to_string().starts_with("statement `Fat` has "),
        "{error}"
    );
    assert!(
        error.to_string().contains("a managed policy holds 6144"),
        "{error}"
    );
}

#[test]
fn pack_rejects_mixed_versions() {
    let old =
        Document::parse(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"${a:b}"}}"#)
            .unwrap();
    assert_eq!(
        pack(&[old, group(0..1)], ROLE),
        Err(PackError::MixedVersions)
    );
}

#[test]
fn pack_many_statements() {
    let statements = (0..2_000).map(|n| {
        let action = format!("service{}:Action{}", n % 7, n % 200);
        Statement::deny(format!("Deny{n}"))
            .actions([action])
            .resources([format!("arn:aws:s3:::b/{}", n % 90)])
    });
    let source = Document::new(statements);
    let packed = pack(
        from_ref(&source),
        PackTarget {
            policy_type: PolicyType::Managed,
            documents: 1_000,
        },
    )
    .unwrap();
    assert!(
        packed
            .iter()
            .all(|d| d.check(PolicyType::Managed).is_empty())
    );
    assert!(equivalent(&source, &together(&packed)));
}

#[test]
fn pack_keeps_sids_unique() {
    let one = Document::new([Statement::allow("A").actions(["a:X"]).resources(["r"])]);
    let two = Document::new([Statement::allow("A").actions(["a:Y"]).resources(["s"])]);
    let packed = pack(&[one, two], ROLE).unwrap();
    let sids: Vec<_> = packed[0]
        .statements
        .iter()
        .filter_map(|s| s.sid.as_deref())
        .collect();
    assert_eq!(sids, ["A", "A2"]);
}

proptest! {
    #[test]
    fn pack_keeps_the_meaning(documents in prop::collection::vec(document(), 1..4), limit in 0_usize..2) {
        let version = documents[0].version;
        let documents: Vec<_> = documents.into_iter().map(|d| Document { version, ..d }).collect();
        let kind = [PolicyType::Trust, PolicyType::Managed][limit];
        let packed = pack(&documents, PackTarget { policy_type: kind, documents: 20 }).unwrap();
        prop_assert!(equivalent(&together(&documents), &together(&packed)));
        for document in &packed {
            prop_assert!(document.size() <= kind.limit());
        }
        prop_assert_eq!(pack(&documents, PackTarget { policy_type: kind, documents: 20 }).unwrap(), packed);
    }
}
