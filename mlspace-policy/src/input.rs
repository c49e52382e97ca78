//! Policy files.

mod plan;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use iam_policy::{Document, ParseError, PolicyType};
use serde_json::Value;

/// Largest file that is read, in bytes. Plans and account exports are far larger than policies.
const MAX_BYTES: u64 = 256 << 20;

/// Reason why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    #[error("`{file}` cannot be read: {source}")]
    Read {
        file: String,
        source: std::io::Error,
    },
    #[error("`{file}` has more than {} MiB, which is the limit of this command", MAX_BYTES >> 20)]
    TooLong { file: String },
    #[error("`{file}` is not valid UTF-8 at byte {at}")]
    NotText { file: String, at: usize },
    #[error("`{file}` is not valid JSON of the expected form: {source}")]
    Json {
        file: String,
        source: serde_json::Error,
    },
    #[error("`{label}` is not a valid policy: {source}")]
    Policy {
        label: String,
        source: Box<ParseError>,
    },
    #[error("`{file}` contains no policy: {reason}")]
    None { file: String, reason: &'static str },
    #[error("`{file}` contains {found} policies where one is expected")]
    Multiple { file: String, found: usize },
    #[error("{0}")]
    Other(String),
}

/// A policy with its source.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// The file, with the position in it when it contains multiple policies.
    pub(crate) label: String,
    /// Its type, when the file states it.
    pub(crate) kind: Option<PolicyType>,
    /// The policy.
    pub(crate) document: Document,
}

impl Policy {
    /// Its type: from the file, otherwise from the user, otherwise inferred from its content.
    pub(crate) fn kind(&self, by_user: Option<PolicyType>) -> PolicyType {
        let inferred = || {
            let statements = &self.document.statements;
            let has_principal = statements.iter().any(|s| s.principals.is_some());
            let has_no_resource = statements.iter().all(|s| s.resources.is_none());
            match (has_principal, has_no_resource) {
                (false, _) => PolicyType::Managed,
                (true, true) => PolicyType::Trust,
                (true, false) => PolicyType::Bucket,
            }
        };
        self.kind.or(by_user).unwrap_or_else(inferred)
    }
}

/// Policies with notes about their files.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    pub(crate) found: Vec<Policy>,
    /// What should be a policy and is not a valid one.
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) notes: Vec<String>,
}

/// A document that is not a valid policy.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// As the label of a policy.
    pub(crate) label: String,
    pub(crate) error: Box<ParseError>,
}

impl From<Unreadable> for InputError {
    fn from(unreadable: Unreadable) -> Self {
        Self::Policy {
            label: unreadable.label,
            source: unreadable.error,
        }
    }
}

impl Policies {
    /// Parses a document into `found` or `unreadable`.
    fn parse(&mut self, label: String, kind: Option<PolicyType>, text: &str) {
        match Document::parse(text) {
            Ok(document) => self.found.push(Policy {
                label,
                kind,
                document,
            }),
            Err(error) => self.unreadable.push(Unreadable {
                label,
                error: Box::new(error),
            }),
        }
    }

    /// The policies, if all documents are valid.
    fn complete(mut self) -> Result<Self, InputError> {
        if self.unreadable.is_empty() {
            Ok(self)
        } else {
            Err(self.unreadable.remove(0).into())
        }
    }

    /// The notes, and one for each document that is not a valid policy.
    pub(crate) fn into_notes(self) -> Vec<String> {
        let left_out = self.unreadable.into_iter().map(|one| {
            let Unreadable { label, error } = one;
            format!("`{label}` is not a valid policy and is left out: {error}")
        });
        self.notes.into_iter().chain(left_out).collect()
    }

    fn append(&mut self, mut more: Self) {
        self.found.append(&mut more.found);
        self.unreadable.append(&mut more.unreadable);
        self.notes.append(&mut more.notes);
    }
}

/// Content of a file, or of standard input for `-`, without a byte order mark.
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

/// All policies of multiple files, at least one in each. An invalid one is an error.
pub(crate) fn all(paths: &[impl AsRef<Path>]) -> Result<Policies, InputError> {
    let mut all = Policies::default();
    for path in paths {
        all.append(policies(path.as_ref())?);
    }
    all.label_uniquely();
    Ok(all)
}

/// All policies of multiple files, with those that are not valid. A file that is neither a policy
/// nor a collection of policies is an error if there is no other policy.
pub(crate) fn each(paths: &[impl AsRef<Path>]) -> Result<Policies, InputError> {
    let mut all = Policies::default();
    let mut has_plan = false;
    for path in paths {
        let file = file_name(path.as_ref());
        let (more, is_plan) = read(path.as_ref(), &file)?;
        if is_plan && more.found.is_empty() && more.unreadable.is_empty() {
            all.notes
                .push(format!("`{file}` contains no policy: {}", plan::NONE));
        }
        has_plan |= is_plan;
        all.append(more);
    }
    if all.found.is_empty() && !has_plan {
        all = all.complete()?;
    }
    all.label_uniquely();
    Ok(all)
}

impl Policies {
    /// Findings refer to policies by label: a file that is named twice needs two labels.
    fn label_uniquely(&mut self) {
        let mut seen = BTreeMap::<String, usize>::new();
        let found = self.found.iter_mut().map(|policy| &mut policy.label);
        let unreadable = self.unreadable.iter_mut().map(|one| &mut one.label);
        for label in found.chain(unreadable) {
            let times = seen.entry(label.clone()).or_default();
            *times += 1;
            if *times > 1 {
                *label = format!("{label} ({times})");
            }
        }
    }
}

/// The only policy of a file.
pub(crate) fn policy(path: &Path) -> Result<Policy, InputError> {
    let mut found = policies(path)?.found;
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (_, others) => Err(InputError::Multiple {
            file: path.display().to_string(),
            found: others + 1,
        }),
    }
}

/// The policies of a file, at least one. An invalid one is an error.
pub(crate) fn policies(path: &Path) -> Result<Policies, InputError> {
    let file = file_name(path);
    let policies = read(path, &file)?.0.complete()?;
    if policies.found.is_empty() {
        let reason = plan::NONE;
        return Err(InputError::None { file, reason });
    }
    Ok(policies)
}

/// The file in messages.
fn file_name(path: &Path) -> String {
    match path.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => path.display().to_string(),
    }
}

/// The policies of a file, and whether it is a plan or a state.
fn read(path: &Path, file: &str) -> Result<(Policies, bool), InputError> {
    let text = text(path)?;
    if text.trim_start().starts_with('[') {
        return Ok((list(file, &text)?, false));
    }
    // The policy parser reports invalid JSON with line and column.
    let value = serde_json::from_str::<Value>(&text).unwrap_or_default();
    if plan::is_plan(&value) {
        return Ok((plan::policies(&value), true));
    }
    let (text, kind) = match wrapped(&value) {
        Some((inner, kind)) => (inner, kind),
        None => (text, None),
    };
    let mut policies = Policies::default();
    policies.parse(file.to_owned(), kind, &text);
    Ok((policies, false))
}

/// A list of policies. Each is an object, or a string that contains one.
fn list(file: &str, text: &str) -> Result<Policies, InputError> {
    let values: Vec<Value> = serde_json::from_str(text).map_err(|source| InputError::Json {
        file: file.to_owned(),
        source,
    })?;
    if values.is_empty() {
        return Err(InputError::None {
            file: file.to_owned(),
            reason: "the list is empty",
        });
    }
    // Each policy is parsed from its source text: a JSON value would drop duplicate keys, which the
    // policy parser rejects.
    let pieces = pieces(text, values.len());
    let mut policies = Policies::default();
    for (index, (value, piece)) in values.iter().zip(pieces).enumerate() {
        let label = format!("{file}[{index}]");
        match value {
            Value::String(text) => policies.parse(label, None, text),
            _ => policies.parse(label, None, piece),
        }
    }
    Ok(policies)
}

/// Source text of each element of a list that is known to be valid JSON.
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

/// The policy in a response of the AWS CLI, with its type where the response implies one.
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
    fn pieces_keep_the_source_text() {
        let text = r#" [ {"a": 1, "a": 2} , "x,]" ,[3]]"#;
        let pieces: Vec<&str> = pieces(text, 3).into_iter().map(str::trim).collect();
        assert_eq!(pieces, [r#"{"a": 1, "a": 2}"#, r#""x,]""#, "[3]"]);
    }

    #[test]
    fn kind_is_inferred_last() {
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
    fn wrapped_reads_aws_cli_responses() {
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
