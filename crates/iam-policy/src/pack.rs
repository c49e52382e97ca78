//! Packing: fitting statements into as few documents as the quotas allow.
//!
//! Packing is deterministic and stable: statements keep their order, and a list that has to be
//! split is distributed by a hash of each value, so that one more value changes one document and
//! not all documents after it.
//!
//! The quotas are those of [`PolicyType::limit`]; how statements can be joined follows from,
//! "Policy evaluation logic"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>).

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::condition::Conditions;
use super::document::{Document, Version};
use super::error::shown;
use super::policy_type::PolicyType;
use super::principal::Principal;
use super::print::statement_size;
use super::statement::{Clause, Effect, Statement};

/// The maximum number of parts that a list is distributed to at once. It is at least the number of
/// documents of every target in use: larger lists are distributed in rounds.
const MAX_PARTS: usize = 32;

/// The policies that packed documents must fit into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackTarget {
    /// The type of the policies, which sets the size limit of each document.
    pub policy_type: PolicyType,
    /// The maximum number of documents.
    pub documents: usize,
}

/// Statements that do not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages say what the variants and their fields mean"
)]
#[non_exhaustive]
pub enum PackError {
    #[error(
        "{statement} has {size} characters with a single action and resource, but {kind} holds {limit} \
         ({room} without `Version` and brackets); shorten its conditions"
    )]
    Statement {
        statement: String,
        size: usize,
        kind: &'static str,
        limit: usize,
        room: usize,
    },
    #[error(
        "{statements} statements of {size} characters need at least {needed} documents of {limit} characters, but at most {documents} can be used \
         ({documents} × {limit} = {}); remove statements, or use wider patterns", documents * limit
    )]
    TooMany {
        statements: usize,
        size: usize,
        needed: usize,
        limit: usize,
        documents: usize,
    },
    #[error(
        "documents of version `2008-10-17` and `2012-10-17` cannot share a document; write all in `2012-10-17`"
    )]
    MixedVersions,
}

/// Fits the statements of the documents into documents of the target.
///
/// Repeated statements are dropped. If the rest does not fit into one document, statements that
/// differ only in their actions, or only in their resources, are joined under the `Sid` of the
/// first; statements that are still too large are split over documents. Patterns are never widened.
/// Ids are dropped, and a `Sid` that would repeat in a document gets a number.
///
/// # Errors
///
/// [`PackError`] with the arithmetic when the statements do not fit.
pub fn pack(documents: &[Document], target: PackTarget) -> Result<Vec<Document>, PackError> {
    let version = documents.first().map_or(Version::V2012, |d| d.version);
    if documents.iter().any(|d| d.version != version) {
        return Err(PackError::MixedVersions);
    }
    let mut seen = BTreeSet::new();
    let mut statements: Vec<Statement> = documents
        .iter()
        .flat_map(|d| d.statements.iter().cloned())
        .collect();
    statements.retain(|s| {
        seen.insert(Statement {
            sid: None,
            ..s.clone()
        })
    });
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    let packer = Packer {
        version,
        target,
        room: room(version, target.policy_type),
    };
    let sizes = statements.iter().map(|s| statement_size(s) + 1);
    if target.documents > 0 && sizes.sum::<usize>() <= packer.room + 1 {
        let single = packer.fill(&statements);
        if single.len() == 1 {
            return Ok(single);
        }
    }
    let merged = merge(statements);
    for statement in &merged {
        packer.check_smallest(statement)?;
    }
    // If the sum of characters exceeds all documents, splitting cannot help, and trying is slow for
    // long lists.
    let size: usize = merged.iter().map(statement_size).sum();
    let least = size.div_ceil(packer.room.max(1));
    let too_many = |needed| PackError::TooMany {
        statements: merged.len(),
        size,
        needed,
        limit: target.policy_type.limit(),
        documents: target.documents,
    };
    if least > target.documents {
        return Err(too_many(least));
    }
    // Loose first: pieces distributed by hash change little from one packing to the next, but leave
    // space unused. Tight only if loose needs too many documents.
    let loose = packer.split_and_fill(&merged, false)?;
    if loose.len() <= target.documents {
        return Ok(loose);
    }
    let tight = packer.split_and_fill(&merged, true)?;
    if tight.len() <= target.documents {
        return Ok(tight);
    }
    Err(too_many(tight.len()))
}

/// The number of characters for statements in a document of the type.
fn room(version: Version, kind: PolicyType) -> usize {
    let frame = Document {
        version,
        ..Document::new([])
    }
    .size();
    kind.limit().saturating_sub(frame)
}

struct Packer {
    version: Version,
    target: PackTarget,
    room: usize,
}

impl Packer {
    fn split_and_fill(
        &self,
        statements: &[Statement],
        tight: bool,
    ) -> Result<Vec<Document>, PackError> {
        let mut pieces = Vec::new();
        for statement in statements {
            self.split(statement, tight, 0, &mut pieces)?;
        }
        Ok(self.fill(&pieces))
    }

    /// Rejects a statement that is too large even with only its longest action and its longest
    /// resource.
    fn check_smallest(&self, statement: &Statement) -> Result<(), PackError> {
        if statement_size(statement) <= self.room {
            return Ok(());
        }
        let longest = |clause: &Clause<String>| match clause {
            Clause::Only(values) => {
                let longest = values.iter().max_by_key(|value| value.len());
                Clause::Only(longest.cloned().into_iter().collect())
            }
            except @ Clause::Except(_) => except.clone(),
        };
        let smallest = Statement {
            actions: longest(&statement.actions),
            resources: statement.resources.as_ref().map(longest),
            ..statement.clone()
        };
        let size = statement_size(&smallest);
        if size + 4 > self.room {
            return Err(self.too_large(statement, size));
        }
        Ok(())
    }

    /// Fills documents in order: each statement goes into the first document with enough space.
    fn fill(&self, statements: &[Statement]) -> Vec<Document> {
        let mut bins: Vec<(usize, Document, BTreeSet<String>)> = Vec::new();
        for statement in statements {
            let size = statement_size(statement) + 1; // with a comma
            // `unique_sid` can add a number of up to four characters.
            let reserve = size + if statement.sid.is_some() { 4 } else { 0 };
            let at = bins
                .iter()
                .position(|(used, ..)| used + reserve <= self.room + 1);
            let at = at.unwrap_or_else(|| {
                bins.push((
                    0,
                    Document {
                        version: self.version,
                        ..Document::new([])
                    },
                    BTreeSet::new(),
                ));
                bins.len() - 1
            });
            let Some((used, document, sids)) = bins.get_mut(at) else {
                continue;
            };
            let statement = unique_sid(statement.clone(), sids);
            *used += statement_size(&statement) + 1;
            document.statements.push(statement);
        }
        bins.into_iter().map(|(_, document, _)| document).collect()
    }

    /// Splits a statement that is too large for a document, over its resources or, if it has fewer
    /// of those, its actions.
    fn split(
        &self,
        statement: &Statement,
        tight: bool,
        depth: u8,
        pieces: &mut Vec<Statement>,
    ) -> Result<(), PackError> {
        // As in `fill`: the number of a repeated Sid takes up to four characters.
        let size = statement_size(statement) + 4;
        if size <= self.room {
            pieces.push(statement.clone());
            return Ok(());
        }
        let resources = match &statement.resources {
            Some(Clause::Only(values)) => values.len(),
            _ => 0,
        };
        let actions = match &statement.actions {
            Clause::Only(values) => values.len(),
            Clause::Except(_) => 0,
        };
        let by_resource = resources >= actions;
        let values = match (&statement.resources, &statement.actions) {
            (Some(Clause::Only(values)), _) if by_resource && resources > 1 => values,
            (_, Clause::Only(values)) if actions > 1 => values,
            _ => return Err(self.too_large(statement, size - 4)),
        };
        let with = |part: BTreeSet<String>| {
            let mut piece = statement.clone();
            if by_resource {
                piece.resources = Some(Clause::Only(part));
            } else {
                piece.actions = Clause::Only(part);
            }
            piece
        };
        for part in if tight {
            halves(values)
        } else {
            self.distribute(values, size, depth)
        } {
            self.split(&with(part), tight, depth.saturating_add(1), pieces)?;
        }
        Ok(())
    }

    /// Distributes values to parts by rendezvous hashing: a value goes to the part whose number has
    /// the highest hash with it. As long as the number of parts does not change, a new value joins
    /// one part and moves no other value.
    ///
    /// Each value is hashed with each part. Lists that need many parts are therefore distributed in
    /// rounds of a few parts, with different hashes in each round.
    fn distribute(
        &self,
        values: &BTreeSet<String>,
        size: usize,
        depth: u8,
    ) -> Vec<BTreeSet<String>> {
        // A quarter of each document stays free, because parts differ in size and lists grow.
        let parts = (size.saturating_mul(4) / self.room.saturating_mul(3).max(1) + 1)
            .clamp(2, values.len().clamp(2, MAX_PARTS));
        let mut parts_by_number: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for value in values {
            let part = (0..parts)
                .max_by_key(|part| weight(value, *part, depth))
                .unwrap_or(0);
            parts_by_number
                .entry(part)
                .or_default()
                .insert(value.clone());
        }
        // One part with all values would be as large as the list.
        if parts_by_number.len() > 1 {
            parts_by_number.into_values().collect()
        } else {
            halves(values)
        }
    }

    fn too_large(&self, statement: &Statement, size: usize) -> PackError {
        let statement = match &statement.sid {
            Some(sid) => format!("statement `{}`", shown(sid)),
            None => "a statement without `Sid`".to_owned(),
        };
        let kind = self.target.policy_type;
        PackError::Statement {
            statement,
            size,
            kind: kind.with_article(),
            limit: kind.limit(),
            room: self.room,
        }
    }
}

fn weight(value: &str, part: usize, depth: u8) -> [u8; 32] {
    // The number of the round, from the second round on.
    let round = [depth];
    Sha256::new()
        .chain_update(u64::try_from(part).unwrap_or(u64::MAX).to_be_bytes())
        .chain_update(value.as_bytes())
        .chain_update(if depth == 0 { &[] } else { round.as_slice() })
        .finalize()
        .into()
}

fn halves(values: &BTreeSet<String>) -> Vec<BTreeSet<String>> {
    let middle = values.len() / 2;
    let (low, high): (Vec<_>, Vec<_>) = values
        .iter()
        .cloned()
        .enumerate()
        .partition(|(index, _)| *index < middle);
    [low, high]
        .into_iter()
        .map(|half| half.into_iter().map(|(_, value)| value).collect())
        .collect()
}

fn unique_sid(mut statement: Statement, taken: &mut BTreeSet<String>) -> Statement {
    if let Some(sid) = &statement.sid {
        let numbered = (2..).map(|n| format!("{sid}{n}"));
        let free = std::iter::once(sid.clone())
            .chain(numbered)
            .find(|name| !taken.contains(name));
        statement.sid = free;
        taken.extend(statement.sid.clone());
    }
    statement
}

/// The elements that joined statements have in common, all except for the joined list.
type SharedElements = (
    Effect,
    Option<Clause<Principal>>,
    Option<Clause<String>>,
    Conditions,
);

/// Joins statements that differ only in actions, then those that differ only in resources, until
/// nothing changes. A joined statement stands where the first of its parts stood.
fn merge(mut statements: Vec<Statement>) -> Vec<Statement> {
    loop {
        let before = statements.len();
        statements = join(
            statements,
            |s| {
                let Clause::Only(actions) = &mut s.actions else {
                    return None;
                };
                let actions = std::mem::take(actions);
                Some((
                    (
                        s.effect,
                        s.principals.clone(),
                        s.resources.clone(),
                        s.conditions.clone(),
                    ),
                    actions,
                ))
            },
            |s, values| s.actions = Clause::Only(values),
        );
        statements = join(
            statements,
            |s| {
                let Some(Clause::Only(resources)) = &mut s.resources else {
                    return None;
                };
                let resources = std::mem::take(resources);
                Some((
                    (
                        s.effect,
                        s.principals.clone(),
                        Some(s.actions.clone()),
                        s.conditions.clone(),
                    ),
                    resources,
                ))
            },
            |s, values| s.resources = Some(Clause::Only(values)),
        );
        if statements.len() == before {
            return statements;
        }
    }
}

fn join(
    statements: Vec<Statement>,
    take: impl Fn(&mut Statement) -> Option<(SharedElements, BTreeSet<String>)>,
    put: impl Fn(&mut Statement, BTreeSet<String>),
) -> Vec<Statement> {
    let mut places: BTreeMap<SharedElements, usize> = BTreeMap::new();
    let mut joined: Vec<(Statement, Option<BTreeSet<String>>)> = Vec::new();
    for mut statement in statements {
        let Some((shared, values)) = take(&mut statement) else {
            joined.push((statement, None));
            continue;
        };
        let place = *places.entry(shared).or_insert(joined.len());
        match joined.get_mut(place) {
            Some((_, Some(all))) => all.extend(values),
            _ => joined.push((statement, Some(values))),
        }
    }
    let restore = |(mut statement, values): (Statement, Option<BTreeSet<String>>)| {
        if let Some(values) = values {
            put(&mut statement, values);
        }
        statement
    };
    joined.into_iter().map(restore).collect()
}
