//! The matrix as lines of text.

use std::collections::BTreeSet;

use iam_policy::evaluate::StatementRef;
use mlspace_core::access::Verdict;

use super::matrix::{Matrix, Row};
use crate::output::{Lines, one_line};

/// A line for each role and each part of the data in which it may do something, and below it what goes beyond the access
/// model, with the statements that allow it.
pub(super) fn text(matrix: &Matrix) -> String {
    let wide = |longest: &dyn Fn(&Row) -> usize| matrix.rows.iter().map(longest).max().unwrap_or(0);
    let columns = Columns {
        project: wide(&|row| width(row.who.shown().0)).max("PROJECT".len()),
        user: wide(&|row| width(row.who.shown().1)).max("PERSON".len()),
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
        let (project, user) = row.who.shown();
        for (column, cell) in matrix.columns.iter().zip(&row.cells) {
            if !cell.is_empty() {
                lines.add(
                    0,
                    columns.line(project, user, &column.name, &cell.letters()),
                );
                let rights = cell.rights.by_name().into_iter();
                let more = rights.filter(|(name, _)| cell.beyond.contains(name));
                beyond(&mut lines, &more.collect::<Vec<_>>());
            }
        }
        for (name, should, is) in row.work().into_iter().flatten() {
            if is.is_allowed() && !should {
                lines.add(0, columns.line(project, user, "SageMaker", name));
                beyond(&mut lines, &[(name, is)]);
            }
        }
    }
    lines.gap();
    lines.add(0, "r read, w write, d delete, l list");
    lines.add(0, matrix.summary());
    lines.into_text()
}

/// How wide the columns are.
struct Columns {
    project: usize,
    user: usize,
    data: usize,
}

impl Columns {
    fn line(&self, project: &str, user: &str, data: &str, rights: &str) -> String {
        let pad = |text: &str, to: usize| {
            let text = one_line(text);
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
    one_line(text).chars().count()
}

/// What goes beyond the access model, with the statements that allow it.
fn beyond(lines: &mut Lines, rights: &[(&str, &Verdict)]) {
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
