//! Packing: fitting statements into as few documents as the quotas allow.
//!
//! Packing is deterministic, and stable: statements keep their order, and a list that has to be split is dealt out by
//! a hash of each value, so that one more value changes one document and not all that follow it.
//!
//! The quotas are those of [`PolicyType::limit`]; what may be joined follows from how statements combine, "Policy evaluation logic"
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

/// How many parts a list is dealt into at a time: no fewer than the documents of any target in use.
const MOST_PARTS: usize = 32;

/// Where packed documents go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackTarget {
    /// The kind of policy, whose limit every document keeps.
    pub policy_type: PolicyType,
    /// How many documents there is room for.
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
         ({room} beside its frame); shorten its conditions"
    )]
    Statement {
        statement: String,
        size: usize,
        kind: &'static str,
        limit: usize,
        room: usize,
    },
    #[error(
        "{statements} statements of {size} characters need at least {needed} documents of {limit} characters, but there is room \
         for {documents} ({documents} × {limit} = {}); leave out what is not needed, or use wider patterns", documents * limit
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

/// Fits the documents' statements into documents of the target.
///
/// Repeated statements are dropped. If the rest does not fit into one document, statements that differ only in their
/// actions, or only in their resources, are joined under the first one's `Sid`; what is still too large is split over
/// documents. Patterns are never widened. Ids are dropped, and a `Sid` that would repeat in a document gets a number.
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
    // What has too many characters fits in no way: no need to try, which takes long for long lists.
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
    // Loose first: pieces dealt by hash change little from one packing to the next. Tight where that costs too much.
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

/// Characters for statements in a document of the kind.
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

    /// Refuses a statement that is too large even with the longest of its actions and resources alone.
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

    /// First fit, in order.
    fn fill(&self, statements: &[Statement]) -> Vec<Document> {
        let mut bins: Vec<(usize, Document, BTreeSet<String>)> = Vec::new();
        for statement in statements {
            let size = statement_size(statement) + 1; // with the comma
            // A Sid may have to grow by a number.
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

    /// Splits a statement that no document holds, over its resources or, where these are few, its actions.
    fn split(
        &self,
        statement: &Statement,
        tight: bool,
        depth: u8,
        pieces: &mut Vec<Statement>,
    ) -> Result<(), PackError> {
        // Numbered Sids grow by up to four characters.
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
            self.deal(values, size, depth)
        } {
            self.split(&with(part), tight, depth.saturating_add(1), pieces)?;
        }
        Ok(())
    }

    /// Deals values into parts by rendezvous hashing: a value goes to the part whose number hashes highest with it,
    /// so a further value joins one part and moves none of the others, as long as the number of parts stays.
    ///
    /// What needs many parts is dealt in rounds of a few, each by hashes of its own, since every value meets every part.
    fn deal(&self, values: &BTreeSet<String>, size: usize, depth: u8) -> Vec<BTreeSet<String>> {
        // A quarter of each document stays free, for parts are not alike and lists grow.
        let parts = (size.saturating_mul(4) / self.room.saturating_mul(3).max(1) + 1)
            .clamp(2, values.len().clamp(2, MOST_PARTS));
        let mut dealt: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for value in values {
            let part = (0..parts)
                .max_by_key(|part| weight(value, *part, depth))
                .unwrap_or(0);
            dealt.entry(part).or_default().insert(value.clone());
        }
        // All in one part would not get smaller.
        if dealt.len() > 1 {
            dealt.into_values().collect()
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
    // The number of the round, from the second on.
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

/// What joined statements share besides the joined list.
type Shared = (
    Effect,
    Option<Clause<Principal>>,
    Option<Clause<String>>,
    Conditions,
);

/// Joins statements that differ only in actions, then those that differ only in resources, until nothing changes. A
/// joined statement stands where the first of its parts stood.
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
    take: impl Fn(&mut Statement) -> Option<(Shared, BTreeSet<String>)>,
    put: impl Fn(&mut Statement, BTreeSet<String>),
) -> Vec<Statement> {
    let mut places: BTreeMap<Shared, usize> = BTreeMap::new();
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
