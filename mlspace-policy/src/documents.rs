//! `size`, `pack` and `equivalent`.

use iam_policy::{Document, PackTarget, pack as pack_documents};
use mlspace_core::text::thousands;

use crate::arguments::{Equivalent, Pack, Size};
use crate::input::{self, InputError};
use crate::output::{CommandOutput, Lines};

pub(crate) fn size(options: &Size) -> Result<CommandOutput, InputError> {
    let policies = input::each(&options.files)?;
    let mut lines = Lines::default();
    let mut passed = policies.unreadable.is_empty();
    for policy in &policies.found {
        let kind = policy.kind(options.kind);
        let (size, limit) = (policy.document.size(), kind.limit());
        passed &= size <= limit;
        let verdict = if size <= limit {
            "fits"
        } else {
            "DOES NOT FIT"
        };
        lines.add(
            0,
            format!(
                "{}: {} of the {} characters of {}: {verdict}",
                policy.label,
                thousands(size),
                thousands(limit),
                kind.with_article(),
            ),
        );
    }
    Ok(CommandOutput {
        text: lines.into_text(),
        notes: policies.into_notes(),
        passed,
    })
}

pub(crate) fn pack(options: &Pack) -> Result<CommandOutput, InputError> {
    let policies = input::all(&options.files)?;
    let documents: Vec<Document> = policies.found.into_iter().map(|p| p.document).collect();
    let carrier = PackTarget {
        policy_type: options.kind,
        documents: options.documents,
    };
    match pack_documents(&documents, carrier) {
        Ok(packed) => Ok(CommandOutput {
            text: to_json(&packed),
            notes: policies.notes,
            passed: true,
        }),
        // The input is valid: the result is that it does not fit.
        Err(error) => Ok(CommandOutput {
            text: String::new(),
            notes: vec![error.to_string()],
            passed: false,
        }),
    }
}

/// One document as an object, any other number as a list.
pub(crate) fn to_json(documents: &[Document]) -> String {
    match documents {
        [only] => format!("{}\n", only.to_json_pretty()),
        many => {
            let pretty: Vec<String> = many.iter().map(Document::to_json_pretty).collect();
            format!("[\n{}\n]\n", pretty.join(",\n"))
        }
    }
}

pub(crate) fn equivalent(options: &Equivalent) -> Result<CommandOutput, InputError> {
    let (one, other) = (input::policy(&options.one)?, input::policy(&options.other)?);
    let same = one.document.equivalent(&other.document);
    let text = if same {
        "equivalent: the policies mean the same\n"
    } else {
        "different: the policies are not known to mean the same\n"
    };
    Ok(CommandOutput::new(text, same))
}
