//! The access matrix as a self-contained HTML page.
//!
//! Tenants can choose tags, names of policies and Sids of the account. Text and attributes are therefore
//! escaped, the script inserts decisions as text only, and the page's Content Security Policy allows no
//! request and only the style and the script whose hashes it contains.

mod record;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use mlspace_core::access::Proof;

use super::matrix::{Cell, GROUPS, Matrix, RoleOwner, Row};
use record::DecisionRecord;

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// Renders the page.
pub(super) fn html(matrix: &Matrix) -> String {
    let mut record = DecisionRecord::default();
    let table = table(matrix, &mut record);
    let title = format!(
        "Access matrix of account {}",
        escape(&matrix.account.account_id)
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{}{}\
         <div class=\"scroll\" role=\"region\" aria-labelledby=\"title\" tabindex=\"0\">\n{table}</div>\n\
         <p id=\"none\" hidden>No role is left by the filters.</p>\n\
         <dialog id=\"dialog\" aria-labelledby=\"dialog-title\"><div id=\"dialog-body\"></div></dialog>\n{}\
         <script type=\"application/json\" id=\"record\">{}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        hash(STYLE),
        hash(SCRIPT),
        header(matrix),
        filters(matrix),
        footer(),
        embed(&record.into_json()),
    )
}

/// The `hash-source` expression that allows this string only (Content Security Policy Level 3).
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Escapes a string for an element or a quoted attribute. Control characters become visible.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in crate::output::sanitize(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// JSON for a script element, in which nothing ends the element or opens a comment.
fn embed(json: &serde_json::Value) -> String {
    json.to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

fn header(matrix: &Matrix) -> String {
    let (class, verdict) = match matrix.excess() {
        0 => ("good", "Nothing goes beyond the access model.".to_owned()),
        1 => ("bad", "1 right goes beyond the access model.".to_owned()),
        more => ("bad", format!("{more} rights go beyond the access model.")),
    };
    format!(
        "<header>\n<h1 id=\"title\">Who may do what, on whose data</h1>\n\
         <p class=\"facts\">Account <b>{}</b> <span>·</span> {} <span>·</span> bucket <b>{}</b> <span>·</span> {}</p>\n\
         <p class=\"verdict {class}\">{verdict}</p>\n\
         <p class=\"facts\">Requests that reach other tenants: {}.</p>\n</header>\n",
        escape(&matrix.account.account_id),
        escape(&matrix.account.region),
        escape(&matrix.data_bucket),
        escape(&matrix.size()),
        escape(&matrix.isolation()),
    )
}

fn filters(matrix: &Matrix) -> String {
    let choices = |of: &dyn Fn(&Row) -> String| {
        let all: std::collections::BTreeSet<String> = matrix.rows.iter().map(of).collect();
        all.iter().fold(String::new(), |mut options, name| {
            let name = escape(name);
            let _ = write!(options, "<option value=\"{name}\">{name}</option>");
            options
        })
    };
    format!(
        "<form id=\"filters\" class=\"filters\">\n\
         <label>Project <select id=\"project\"><option value=\"\">all</option>{}</select></label>\n\
         <label>Person <select id=\"person\"><option value=\"\">all</option>{}</select></label>\n\
         <label>Data <input id=\"data\" type=\"search\" placeholder=\"part of a name\" autocomplete=\"off\" spellcheck=\"false\"></label>\n\
         <label class=\"check\"><input id=\"only-beyond\" type=\"checkbox\"> only roles beyond the model</label>\n\
         <output id=\"shown\" role=\"status\"></output>\n</form>\n",
        choices(&|row| row.owner.labels().0.to_owned()),
        choices(&|row| row.owner.labels().1.to_owned()),
    )
}

fn footer() -> &'static str {
    "<footer>\n<ul class=\"legend\" aria-label=\"Legend\">\n\
     <li><span class=\"cell full\">rwdl</span> read, write, delete and list</li>\n\
     <li><span class=\"cell write\">rw·l</span> write, but not delete</li>\n\
     <li><span class=\"cell read\">r··l</span> read</li>\n\
     <li><span class=\"cell list\">···l</span> names only</li>\n\
     <li><span class=\"cell none\">–</span> nothing</li>\n\
     <li><span class=\"cell read beyond\">r··l</span> underlined: more than the access model gives</li>\n\
     <li><span class=\"cell none open\">–</span> dashed: not proved for all objects</li>\n</ul>\n\
     <p>Decided by the policies, the permissions boundary and the tags of each role, by IAM's own rules. Policies of the bucket, of keys, of \
     endpoints and of the organization are not in it. One object of each part is shown; that what is denied for it is denied for all objects \
     of the part, and that no request reaches another tenant, is proved, or refuted with a request. Select a cell for the statements \
     that decide it; arrow keys move between cells.</p>\n<noscript><p>Without scripts the grid can be read, but cells do not open.</p></noscript>\n\
     </footer>\n"
}

fn table(matrix: &Matrix, record: &mut DecisionRecord) -> String {
    let mut out = String::from(
        "<table id=\"matrix\">\n<caption>Rights of each role in each part of the data</caption>\n",
    );
    head(matrix, &mut out);
    out.push_str("<tbody>\n");
    for row in &matrix.rows {
        body_row(matrix, row, record, &mut out);
    }
    out.push_str("</tbody>\n</table>\n");
    out
}

fn head(matrix: &Matrix, out: &mut String) {
    out.push_str(
        "<thead>\n<tr><th scope=\"col\" rowspan=\"2\" class=\"who\">Project</th><th scope=\"col\" rowspan=\"2\" class=\"who\">Person</th>",
    );
    for (index, group) in GROUPS.iter().enumerate() {
        let columns = matrix.columns.iter().filter(|c| c.group() == index).count();
        if columns > 0 {
            let _ = write!(
                out,
                "<th scope=\"colgroup\" colspan=\"{columns}\" class=\"group\">{group}</th>"
            );
        }
    }
    let _ = write!(
        out,
        "<th scope=\"colgroup\" colspan=\"{}\" class=\"group\">SageMaker</th>\
         <th scope=\"colgroup\" colspan=\"1\" class=\"group\">All requests</th></tr>\n<tr>",
        matrix.sagemaker_names().len()
    );
    let mut before = None;
    for column in &matrix.columns {
        heading(&column.name, before != Some(column.group()), out);
        before = Some(column.group());
    }
    for (index, name) in matrix.sagemaker_names().iter().enumerate() {
        heading(name, index == 0, out);
    }
    heading("reach other tenants", true, out);
    out.push_str("</tr>\n</thead>\n");
}

fn heading(name: &str, first: bool, out: &mut String) {
    let first = if first { " first" } else { "" };
    let _ = write!(
        out,
        "<th scope=\"col\" class=\"what{first}\"><span>{}</span></th>",
        escape(name)
    );
}

fn body_row(matrix: &Matrix, row: &Row, record: &mut DecisionRecord, out: &mut String) {
    let (project, user) = row.owner.labels();
    let other = match row.owner {
        RoleOwner::Other(_) => " class=\"other\"",
        RoleOwner::Member { .. } => "",
    };
    let _ = write!(
        out,
        "<tr{other}><th scope=\"row\" title=\"{0}\">{0}</th><th scope=\"row\" title=\"{1}\">{2}</th>",
        escape(project),
        escape(row.role.role_arn()),
        escape(user),
    );
    let mut before = None;
    for (column, cell) in matrix.columns.iter().zip(&row.cells) {
        let first = before != Some(column.group());
        before = Some(column.group());
        data_cell(row, cell, first, record, out);
    }
    let names = matrix.sagemaker_names();
    match row.sagemaker_rights() {
        Some(rights) => {
            let shown = rights.into_iter().take(names.len());
            for (index, (name, granted, verdict)) in shown.enumerate() {
                let at = record.cell(&row.role, &[(name, verdict)], &[]);
                let (text, class) = match (verdict.is_allowed(), granted) {
                    (true, true) => ("yes", "full"),
                    (true, false) => ("yes", "full beyond"),
                    (false, _) => ("no", "none"),
                };
                button(at, text, class, text, index == 0, out);
            }
        }
        None => {
            out.push_str("<td class=\"first\"></td>");
            out.push_str(&"<td></td>".repeat(names.len() - 1));
        }
    }
    isolation_cell(row, record, out);
    out.push_str("</tr>\n");
}

/// The cell that opens the answers about other tenants.
fn isolation_cell(row: &Row, record: &mut DecisionRecord, out: &mut String) {
    if row.isolation.is_empty() {
        out.push_str("<td class=\"first\"></td>");
        return;
    }
    let proofs: Vec<(&str, &Proof)> = row
        .isolation
        .iter()
        .map(|claim| (claim.what, &claim.proof))
        .collect();
    let at = record.cell(&row.role, &[], &proofs);
    let proof = row.is_isolated();
    let class = match proof {
        Proof::Proved => "none",
        Proof::Refuted(_) => "full beyond",
        Proof::NotDecided(_) => "none open",
    };
    button(at, proof.word(), class, proof.word(), true, out);
}

fn data_cell(row: &Row, cell: &Cell, first: bool, record: &mut DecisionRecord, out: &mut String) {
    let proofs = [("all other requests are denied", &cell.proof)];
    let at = record.cell(&row.role, &cell.rights.by_name(), &proofs);
    let names: Vec<&str> = cell
        .rights
        .by_name()
        .into_iter()
        .filter(|(_, verdict)| verdict.is_allowed())
        .map(|(name, _)| name)
        .collect();
    let level = match names.as_slice() {
        [] => "none",
        names if names.contains(&"delete") => "full",
        names if names.contains(&"write") => "write",
        names if names.contains(&"read") => "read",
        _ => "list",
    };
    let mut label = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    let mut class = level.to_owned();
    if !cell.excess.is_empty() {
        class.push_str(" beyond");
        label.push_str("; beyond the access model: ");
        label.push_str(&cell.excess.join(", "));
    } else if cell.proof != Proof::Proved {
        class.push_str(" open");
        label.push_str("; for other objects ");
        label.push_str(cell.proof.word());
    }
    let text = if names.is_empty() {
        "–".to_owned()
    } else {
        cell.flags()
    };
    button(at, &text, &class, &label, first, out);
}

/// A cell that opens the deciding statements.
fn button(at: usize, text: &str, class: &str, label: &str, first: bool, out: &mut String) {
    let first = if first { " class=\"first\"" } else { "" };
    let _ = write!(
        out,
        "<td{first}><button type=\"button\" class=\"cell {class}\" data-at=\"{at}\" aria-label=\"{label}\">{text}</button></td>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_leaves_no_markup() {
        assert_eq!(
            escape("<script>alert('x' + \"y\")</script>&\u{202e}\n"),
            "&lt;script&gt;alert(&#39;x&#39; + &quot;y&quot;)&lt;/script&gt;&amp;\\u{202e}\\u{a}"
        );
    }

    #[test]
    fn embed_keeps_the_value_without_markup() {
        let value = serde_json::json!({"a": "</script><!--<script>&\u{2028}"});
        let text = embed(&value);
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }

    #[test]
    fn style_and_script_contain_no_end_tag() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("insertAdjacentHTML"));
    }

    #[test]
    fn hash_matches_browsers() {
        // Computed by another implementation of SHA-256 and Base64.
        assert_eq!(
            hash("doSubmit()"),
            "'sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY='"
        );
    }
}
