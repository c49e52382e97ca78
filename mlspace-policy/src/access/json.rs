//! The access matrix as JSON.

use mlspace_core::access::{Proof, Verdict};
use serde_json::{Map, Value, json};

use super::matrix::{Cell, Matrix, RoleOwner, Row};
use crate::output;

/// Every role with its permissions on every location, each with the deciding statements.
pub(super) fn value(matrix: &Matrix) -> Value {
    json!({
        "account": matrix.account.account_id,
        "region": matrix.account.region,
        "data_bucket": matrix.data_bucket,
        "beyond": matrix.excess(),
        "roles": matrix.rows.iter().map(|row| role(matrix, row)).collect::<Vec<_>>(),
    })
}

fn role(matrix: &Matrix, row: &Row) -> Value {
    let data = matrix.columns.iter().zip(&row.cells).map(|(column, cell)| {
        let mut rights = rights(row, cell);
        rights.insert("prefix".to_owned(), column.location.prefix().into());
        Value::Object(rights)
    });
    let (project, user) = match &row.owner {
        RoleOwner::Member { project, user } => (Some(project), Some(user)),
        RoleOwner::Other(_) => (None, None),
    };
    let isolation = row.isolation.iter().map(|claim| {
        let mut proof = proof(&claim.proof);
        proof.insert("what".to_owned(), claim.what.into());
        Value::Object(proof)
    });
    let sagemaker = row.sagemaker.as_ref().map(|access| {
        json!({
            "create_job": verdict(row, &access.create_job),
            "create_untagged_job": verdict(row, &access.create_untagged_job),
            "use_others": verdict(row, &access.use_others),
            "use_own_spaces": verdict(row, &access.use_own_spaces),
            "use_others_spaces": verdict(row, &access.use_others_spaces),
        })
    });
    json!({
        "role_arn": row.role.role_arn(),
        "project": project,
        "user": user,
        "data": data.collect::<Vec<_>>(),
        "work": sagemaker,
        "isolation": isolation.collect::<Vec<_>>(),
    })
}

fn rights(row: &Row, cell: &Cell) -> Map<String, Value> {
    let rights = cell.rights.by_name().into_iter();
    let mut all: Map<String, Value> = rights
        .map(|(name, right)| (name.to_owned(), verdict(row, right)))
        .collect();
    all.insert("beyond".to_owned(), json!(cell.excess));
    all.insert("proof".to_owned(), Value::Object(proof(&cell.proof)));
    all
}

fn proof(proof: &Proof) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("answer".to_owned(), proof.word().into());
    object.insert("reason".to_owned(), proof.reason().into());
    object
}

fn verdict(row: &Row, verdict: &Verdict) -> Value {
    let deciding = verdict.decision().into_iter().flat_map(|d| &d.deciding);
    let deciding = deciding.map(|source| output::source(source, row.role.statement(source)));
    json!({
        "allowed": verdict.is_allowed(),
        "reason": verdict.reason(),
        "deciding": deciding.collect::<Vec<_>>(),
    })
}
