//! Files of policies.

mod plan;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use iam_policy::{Document, ParseError, PolicyType};
use serde_json::Value;

/// The largest file that is read, in bytes: plans and accounts are far larger than policies.
const MAX_BYTES: u64 = 256 << 20;

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    #[error("`{file}` cannot be read: {source}")]
    Read {
        file: String,
        source: std::io::Error,
    },
    #[error("`{file}` has more than {} MiB; nothing that this command reads is as long", MAX_BYTES >> 20)]
    TooLong { file: String },
    #[error("`{file}` is no UTF-8 text, from byte {at} on")]
    NotText { file: String, at: usize },
    #[error("`{file}` is not the JSON that it should be: {source}")]
    Json {
        file: String,
        source: serde_json::Error,
    },
    #[error("`{label}` is no policy: {source}")]
    Policy {
        label: String,
        source: Box<ParseError>,
    },
    #[error("`{file}` holds no policy; {remedy}")]
    None { file: String, remedy: &'static str },
    #[error("`{file}` holds {found} policies where one is needed")]
    Several { file: String, found: usize },
    #[error("{0}")]
    Other(String),
}

/// A policy and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// The file, with the place in it where it holds several.
    pub(crate) label: String,
    /// What it is used for, if the file says so.
    pub(crate) kind: Option<PolicyType>,
    /// The policy.
    pub(crate) document: Document,
}

impl Policy {
    /// What it is used for: as the file says, else as the user says, else as it looks.
    pub(crate) fn kind(&self, by_user: Option<PolicyType>) -> PolicyType {
        let by_looks = || {
            let statements = &self.document.statements;
            let named = statements.iter().any(|s| s.principals.is_some());
            let on_nothing = statements.iter().all(|s| s.resources.is_none());
            match (named, on_nothing) {
                (false, _) => PolicyType::Managed,
                (true, true) => PolicyType::Trust,
                (true, false) => PolicyType::Bucket,
            }
        };
        self.kind.or(by_user).unwrap_or_else(by_looks)
    }
}

/// Policies, and what else to say of the file that they come from.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    pub(crate) found: Vec<Policy>,
    pub(crate) notes: Vec<String>,
}

/// The text of a file, or of standard input for `-`, without a byte order mark.
pub(crate) fn text(path: &Path) -> Result<String, InputError> {
    let file = path.display().to_string();
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|open| open.take(MAX_BYTES + 1).read_to_end(&mut bytes))
    };
    if let Err(source) = read {
        return Err(InputError::Read { file, source });
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(InputError::TooLong { file });
    }
    let text = String::from_utf8(bytes).map_err(|error| InputError::NotText {
        at: error.utf8_error().valid_up_to(),
        file,
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// All policies of some files.
pub(crate) fn all(paths: &[impl AsRef<Path>]) -> Result<Policies, InputError> {
    let mut all = Policies::default();
    for path in paths {
        let mut more = policies(path.as_ref())?;
        all.found.append(&mut more.found);
        all.notes.append(&mut more.notes);
    }
    // A file that is named twice is two policies.
    let mut seen = BTreeMap::<String, usize>::new();
    for policy in &mut all.found {
        let times = seen.entry(policy.label.clone()).or_default();
        *times += 1;
        if *times > 1 {
            policy.label = format!("{} ({times})", policy.label);
        }
    }
    Ok(all)
}

/// The only policy of a file.
pub(crate) fn policy(path: &Path) -> Result<Policy, InputError> {
    let mut found = policies(path)?.found;
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (_, others) => Err(InputError::Several {
            file: path.display().to_string(),
            found: others + 1,
        }),
    }
}

/// The policies of a file, at least one.
pub(crate) fn policies(path: &Path) -> Result<Policies, InputError> {
    let file = match path.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => path.display().to_string(),
    };
    let text = text(path)?;
    if text.trim_start().starts_with('[') {
        return list(&file, &text);
    }
    // What is no JSON at all is best explained by the reader of policies.
    let value = serde_json::from_str::<Value>(&text).unwrap_or_default();
    if plan::is_plan(&value) {
        return plan::policies(&file, &value);
    }
    let (text, kind) = match wrapped(&value) {
        Some((inner, kind)) => (inner, kind),
        None => (text, None),
    };
    Ok(Policies {
        found: vec![parse(file, kind, &text)?],
        notes: Vec::new(),
    })
}

fn parse(label: String, kind: Option<PolicyType>, text: &str) -> Result<Policy, InputError> {
    match Document::parse(text) {
        Ok(document) => Ok(Policy {
            label,
            kind,
            document,
        }),
        Err(error) => Err(InputError::Policy {
            label,
            source: Box::new(error),
        }),
    }
}

/// A list of policies, each an object or a text that holds one.
fn list(file: &str, text: &str) -> Result<Policies, InputError> {
    let values: Vec<Value> = serde_json::from_str(text).map_err(|source| InputError::Json {
        file: file.to_owned(),
        source,
    })?;
    if values.is_empty() {
        return Err(InputError::None {
            file: file.to_owned(),
            remedy: "the list is empty",
        });
    }
    // Each is read from the text itself: a JSON value would have lost members that stand there twice.
    let pieces = pieces(text, values.len());
    let parse = |(index, (value, piece)): (usize, (&Value, &str))| {
        let label = format!("{file}[{index}]");
        match value {
            Value::String(text) => parse(label, None, text),
            _ => parse(label, None, piece),
        }
    };
    Ok(Policies {
        found: values
            .iter()
            .zip(pieces)
            .enumerate()
            .map(parse)
            .collect::<Result<_, _>>()?,
        notes: Vec::new(),
    })
}

/// The texts of the elements of a list that is known to be well formed.
fn pieces(text: &str, count: usize) -> Vec<&str> {
    let mut rest = text.trim_start().strip_prefix('[').unwrap_or_default();
    let mut pieces = Vec::with_capacity(count);
    for _ in 0..count {
        let mut stream =
            serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
        stream.next();
        let (piece, after) = rest.split_at(stream.byte_offset());
        pieces.push(piece);
        rest = after.trim_start().strip_prefix(',').unwrap_or_default();
    }
    pieces
}

/// A policy in an answer of the AWS CLI, and what it is used for where the answer tells.
fn wrapped(value: &Value) -> Option<(String, Option<PolicyType>)> {
    const PLACES: [(&str, Option<PolicyType>); 5] = [
        ("/PolicyVersion/Document", None),
        ("/PolicyDocument", Some(PolicyType::RoleInline)),
        ("/Role/AssumeRolePolicyDocument", Some(PolicyType::Trust)),
        ("/Policy/Content", None),
        ("/Policy", None),
    ];
    PLACES.iter().find_map(|(pointer, kind)| {
        let text = match value.pointer(pointer)? {
            Value::String(text) => text.clone(),
            object @ Value::Object(_) => object.to_string(),
            _ => return None,
        };
        Some((text, *kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_text() {
        let text = r#" [ {"a": 1, "a": 2} , "x,]" ,[3]]"#;
        let pieces: Vec<&str> = pieces(text, 3).into_iter().map(str::trim).collect();
        assert_eq!(pieces, [r#"{"a": 1, "a": 2}"#, r#""x,]""#, "[3]"]);
    }

    #[test]
    fn kinds_are_told_by_looks_only_where_nothing_else_tells() {
        let of = |text: &str| Policy {
            label: String::new(),
            kind: None,
            document: Document::parse(text).unwrap(),
        };
        let trust =
            of(r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#);
        let bucket = of(
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#,
        );
        let plain = of(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#);
        let kinds = [&trust, &bucket, &plain].map(|policy| policy.kind(None));
        assert_eq!(
            kinds,
            [PolicyType::Trust, PolicyType::Bucket, PolicyType::Managed]
        );
        assert_eq!(plain.kind(Some(PolicyType::Boundary)), PolicyType::Boundary);
        let known = Policy {
            kind: Some(PolicyType::Key),
            ..bucket
        };
        assert_eq!(known.kind(Some(PolicyType::Boundary)), PolicyType::Key);
    }

    #[test]
    fn answers_of_the_aws_cli_are_unwrapped() {
        let inner = r#"{"Statement":[]}"#;
        for (answer, kind) in [
            (
                format!(r#"{{"PolicyVersion":{{"Document":{inner}}}}}"#),
                None,
            ),
            (
                format!(r#"{{"RoleName":"r","PolicyDocument":{inner}}}"#),
                Some(PolicyType::RoleInline),
            ),
            (
                format!(r#"{{"Role":{{"AssumeRolePolicyDocument":{inner}}}}}"#),
                Some(PolicyType::Trust),
            ),
            (format!(r#"{{"Policy":{}}}"#, Value::from(inner)), None),
            (
                format!(r#"{{"Policy":{{"Content":{}}}}}"#, Value::from(inner)),
                None,
            ),
        ] {
            let value = serde_json::from_str(&answer).unwrap();
            assert_eq!(wrapped(&value), Some((inner.to_owned(), kind)), "{answer}");
        }
        assert_eq!(wrapped(&serde_json::from_str(inner).unwrap()), None);
    }
}
