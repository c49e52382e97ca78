//! `size`, `pack` and `equivalent`.

use iam_policy::{Document, PackTarget, pack as pack_documents};

use crate::arguments::{Equivalent, Pack, Size};
use crate::input::{self, InputError};
use crate::output::{Answer, Lines, thousands};

pub(crate) fn size(options: &Size) -> Result<Answer, InputError> {
    let policies = input::all(&options.files)?;
    let mut lines = Lines::default();
    let mut fine = true;
    for policy in &policies.found {
        let kind = policy.kind(options.kind);
        let (size, limit) = (policy.document.size(), kind.limit());
        fine &= size <= limit;
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
    Ok(Answer {
        text: lines.into_text(),
        notes: policies.notes,
        fine,
    })
}

pub(crate) fn pack(options: &Pack) -> Result<Answer, InputError> {
    let policies = input::all(&options.files)?;
    let documents: Vec<Document> = policies.found.into_iter().map(|p| p.document).collect();
    let carrier = PackTarget {
        policy_type: options.kind,
        documents: options.documents,
    };
    match pack_documents(&documents, carrier) {
        Ok(packed) => Ok(Answer {
            text: as_text(&packed),
            notes: policies.notes,
            fine: true,
        }),
        // No fault of the input: the answer is that there is no room.
        Err(error) => Ok(Answer {
            text: String::new(),
            notes: vec![error.to_string()],
            fine: false,
        }),
    }
}

/// One document as it is, any other number as a list.
pub(crate) fn as_text(documents: &[Document]) -> String {
    match documents {
        [only] => format!("{}\n", only.to_json_pretty()),
        many => {
            let pretty: Vec<String> = many.iter().map(Document::to_json_pretty).collect();
            format!("[\n{}\n]\n", pretty.join(",\n"))
        }
    }
}

pub(crate) fn equivalent(options: &Equivalent) -> Result<Answer, InputError> {
    let (one, other) = (input::policy(&options.one)?, input::policy(&options.other)?);
    let same = one.document.equivalent(&other.document);
    let text = if same {
        "equivalent: the policies mean the same\n"
    } else {
        "different: the policies are not known to mean the same\n"
    };
    Ok(Answer::new(text, same))
}
