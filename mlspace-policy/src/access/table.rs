//! The access matrix as text.

use std::collections::BTreeSet;

use iam_policy::evaluate::StatementRef;
use mlspace_core::access::Verdict;

use super::matrix::{Matrix, Row};
use crate::output::{Lines, sanitize};

/// A line for each role and location with permissions. Below it, the permissions in excess of the access
/// model with the statements that allow them.
pub(super) fn text(matrix: &Matrix) -> String {
    let widest = |of: &dyn Fn(&Row) -> usize| matrix.rows.iter().map(of).max().unwrap_or(0);
    let columns = Columns {
        project: widest(&|row| width(row.owner.labels().0)).max("PROJECT".len()),
        user: widest(&|row| width(row.owner.labels().1)).max("PERSON".len()),
        data: matrix
            .columns
            .iter()
            .map(|c| width(&c.name))
            .max()
            .unwrap_or(0),
    };
    let mut lines = Lines::default();
    lines.add(0, columns.line("PROJECT", "PERSON", "DATA", "RIGHTS"));
    for row in &matrix.rows {
        let (project, user) = row.owner.labels();
        for (column, cell) in matrix.columns.iter().zip(&row.cells) {
            if !cell.is_empty() {
                lines.add(0, columns.line(project, user, &column.name, &cell.flags()));
                let rights = cell.rights.by_name().into_iter();
                let excess = rights.filter(|(name, _)| cell.excess.contains(name));
                push_excess(&mut lines, &excess.collect::<Vec<_>>());
            }
            if let Some(reason) = cell.proof.reason() {
                if cell.is_empty() {
                    lines.add(0, columns.line(project, user, &column.name, &cell.flags()));
                }
                lines.add(2, format!("! {}: {reason}", cell.proof.word()));
            }
        }
        for (name, granted, verdict) in row.sagemaker_rights().into_iter().flatten() {
            if verdict.is_allowed() && !granted {
                lines.add(0, columns.line(project, user, "SageMaker", name));
                push_excess(&mut lines, &[(name, verdict)]);
            }
        }
        for claim in &row.isolation {
            if let Some(reason) = claim.proof.reason() {
                lines.add(
                    0,
                    columns.line(project, user, "isolation", claim.proof.word()),
                );
                lines.add(2, format!("! {}: {reason}", claim.what));
            }
        }
    }
    lines.gap();
    lines.add(0, "r read, w write, d delete, l list");
    lines.add(0, matrix.summary());
    lines.into_text()
}

/// Widths of the columns.
struct Columns {
    project: usize,
    user: usize,
    data: usize,
}

impl Columns {
    fn line(&self, project: &str, user: &str, data: &str, rights: &str) -> String {
        let pad = |text: &str, to: usize| {
            // The escaped form determines the width.
            let text = sanitize(text);
            let gap = to.saturating_sub(width(&text));
            format!("{text}{:gap$}", "")
        };
        format!(
            "{}  {}  {}  {rights}",
            pad(project, self.project),
            pad(user, self.user),
            pad(data, self.data)
        )
    }
}

fn width(text: &str) -> usize {
    sanitize(text).chars().count()
}

/// Adds the permissions in excess of the access model, with the statements that allow them.
fn push_excess(lines: &mut Lines, rights: &[(&str, &Verdict)]) {
    if rights.is_empty() {
        return;
    }
    let names: Vec<&str> = rights.iter().map(|(name, _)| *name).collect();
    lines.add(
        2,
        format!("! beyond the access model: {}", names.join(", ")),
    );
    let decisions = rights.iter().filter_map(|(_, verdict)| verdict.decision());
    let deciding: BTreeSet<&StatementRef> = decisions.flat_map(|d| &d.deciding).collect();
    for source in deciding {
        lines.add(4, format!("by {source}"));
    }
}
