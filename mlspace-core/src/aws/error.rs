//! Errors of operations on the platform.

mod codes;
mod connection;
#[cfg(test)]
mod tests;

pub use connection::ConnectionFault;
pub(super) use connection::chain;

use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use aws_sdk_sts::operation::RequestId as _;

use crate::ownership::Object;
pub(super) use codes::names_throttling;
use codes::{ABSENT, Meaning};

/// A failed operation on the platform.
///
/// It displays as one line for logs. Diagnostics take [`Error::summary`], [`Error::detail`] and,
/// where a configuration attribute is at fault, [`Error::attribute`].
///
/// Texts in the variants are fragments: lower case, without a final period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something that the operation needs does not exist.
    NotFound {
        /// The missing object, with its name in backticks.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// An object with this name exists and was not created by this operation.
    AlreadyExists {
        /// The existing object, with its name in backticks.
        what: String,
        /// What to do: usually the import command.
        remedy: String,
    },
    /// An object that the configuration would create exists and is complete.
    Exists {
        /// The object.
        object: Object,
        /// Whose it is, as a relative clause such as "which …"; or empty.
        whose: String,
    },
    /// The object has the token of another Terraform state.
    Foreign {
        /// The object.
        object: Object,
    },
    /// A value in the configuration is not valid.
    Invalid {
        /// The attribute at fault, by its name in the configuration.
        attribute: Option<&'static str>,
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A table of the platform is missing.
    NoTable {
        /// The table's name.
        table: String,
    },
    /// A name cannot be formed from the settings.
    Layout(#[from] crate::layout::LayoutError),
    /// A policy cannot be generated from the settings.
    Grant(#[from] crate::policies::PolicyError),
    /// The object is still used by others.
    InUse {
        /// The object that was to be deleted.
        what: String,
        /// Its users, by name.
        by: Vec<String>,
        /// What to do.
        remedy: String,
    },
    /// The operation cannot continue from the state it found.
    Conflict {
        /// What was found and what was expected.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A stored record is malformed.
    Record {
        /// The table's name.
        table: String,
        /// The item's key.
        key: String,
        /// What is wrong with it, as a predicate: "has no attribute `name`".
        problem: String,
    },
    /// The caller cancelled the operation.
    Cancelled {
        /// The current step, as "creating …".
        what: String,
    },
    /// A condition did not become true in time.
    Timeout {
        /// The current step, as "waiting for …".
        what: String,
        /// The last status seen.
        last_status: String,
        /// How long the operation waited.
        waited: Duration,
    },
    /// AWS cannot be called, or not with these credentials.
    Connection(#[from] ConnectionFault),
    /// AWS did not answer: the connection broke off, or there was no response in time.
    Unreachable {
        /// The service's id, such as `iam`.
        service: &'static str,
        /// The API operation.
        operation: &'static str,
        /// The chain of causes.
        message: String,
    },
    /// AWS returned an error.
    Aws {
        /// The service's id, such as `iam`.
        service: &'static str,
        /// The API operation.
        operation: &'static str,
        /// The error code, as AWS names it.
        code: String,
        /// AWS's message.
        message: String,
        /// AWS's id of the request, for AWS Support and CloudTrail.
        request_id: Option<String>,
    },
}

/// One line: the cause, and the remedy where the operation gave one.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause())?;
        match self {
            // Their remedies are general advice, too long for a line that may be part of another.
            Self::NoTable { .. }
            | Self::Connection(_)
            | Self::Unreachable { .. }
            | Self::Aws { .. } => Ok(()),
            Self::Exists { object, .. } => {
                write!(f, "; import it as `{}`, or choose another name", object.id)
            }
            Self::Foreign { .. } => f.write_str("; take it out of this state, or import it again"),
            _ => self
                .remedy()
                .map_or(Ok(()), |remedy| write!(f, "; {remedy}")),
        }
    }
}

impl Error {
    /// Converts an SDK error: the service's code, message and request id, or the chain of causes
    /// when there was no response. Debug output is left out, because it contains headers.
    pub fn from_sdk<E>(
        service: &'static str,
        operation: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        if let Some(fault) = ConnectionFault::find(error) {
            return Self::Connection(fault.clone());
        }
        if chain(error).any(|cause| cause.is::<super::cancel::Cancelled>()) {
            let what = format!("calling {} {operation}", display_name(service));
            return Self::Cancelled { what };
        }
        let answered = matches!(
            error,
            SdkError::ServiceError(_) | SdkError::ResponseError(_)
        );
        match error.code() {
            Some(code) if answered => Self::Aws {
                service,
                operation,
                code: code.to_owned(),
                message: one_line(&with_bucket_region(
                    error.message().map_or_else(|| causes(error), str::to_owned),
                    error.raw_response(),
                )),
                request_id: error.request_id().map(str::to_owned),
            },
            _ if answered => {
                let status = error
                    .raw_response()
                    .map(|response| response.status().as_u16());
                let cause = one_line(&causes(error));
                Self::Connection(connection::not_aws(service, operation, status, &cause))
            }
            _ => Self::Unreachable {
                service,
                operation,
                message: one_line(&causes(error)),
            },
        }
    }

    /// Adds to an error of AWS the object that its message does not name, such as "bucket `data`".
    #[must_use]
    pub(crate) fn concerning(mut self, object: &str) -> Self {
        if let Self::Aws { message, .. } = &mut self
            && !message.contains(object)
        {
            *message = format!("{} ({object})", message.trim_end_matches('.'));
        }
        self
    }

    /// AWS's error code, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Aws { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether AWS said that the object does not exist.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::NoTable { .. })
            || self.code().is_some_and(|code| ABSENT.contains(&code))
    }

    /// Whether AWS denied the caller access.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.meaning() == Some(Meaning::Denied)
    }

    fn meaning(&self) -> Option<Meaning> {
        match self {
            Self::Aws { code, message, .. } => Some(Meaning::of(code, message)),
            _ => None,
        }
    }

    /// Whether an object is in the way that belongs to others.
    #[must_use]
    pub const fn is_owned_by_others(&self) -> bool {
        matches!(
            self,
            Self::AlreadyExists { .. } | Self::Exists { .. } | Self::Foreign { .. }
        )
    }

    /// Whether AWS returned this error code.
    #[must_use]
    pub fn is(&self, expected: &str) -> bool {
        self.code() == Some(expected)
    }

    /// The configuration attribute at fault, where there is one.
    #[must_use]
    pub fn attribute(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { attribute, .. } => *attribute,
            _ => None,
        }
    }

    /// The title of a diagnostic: general, the same for every error of this kind.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "Resource not found",
            Self::AlreadyExists { .. } | Self::Exists { .. } => "Resource already exists",
            Self::Foreign { .. } => "Resource managed elsewhere",
            Self::Invalid {
                attribute: Some(_), ..
            } => "Invalid value",
            Self::Invalid { .. } => "Invalid configuration",
            Self::NoTable { .. } => "Table not found",
            Self::Layout(_) | Self::Grant(_) => "Invalid settings",
            Self::InUse { .. } => "Resource in use",
            Self::Conflict { .. } => "Unexpected state",
            Self::Record { .. } => "Malformed record",
            Self::Cancelled { .. } => "Operation cancelled",
            Self::Timeout { .. } => "Operation timed out",
            Self::Connection(fault) => fault.summary,
            Self::Unreachable { .. } => "No response from AWS",
            Self::Aws { code, message, .. } => Meaning::of(code, message).summary(),
        }
    }

    /// The body of a diagnostic: cause and remedy, each a sentence.
    #[must_use]
    pub fn detail(&self) -> String {
        let cause = self.cause_sentence();
        match self.remedy() {
            Some(remedy) => format!("{cause} {}", sentence(&remedy)),
            None => cause,
        }
    }

    /// As [`Self::detail`], where a create failed and left an object. Terraform marks it as tainted:
    /// the next apply does not continue, as other failed operations advise, but replaces it
    /// (*Terraform CLI*, "untaint":
    /// <https://developer.hashicorp.com/terraform/cli/commands/untaint>).
    #[must_use]
    pub fn detail_if_tainted(&self) -> String {
        let detail = match self {
            Self::Cancelled { .. } => self.cause_sentence(),
            Self::Timeout { .. } => format!("{} Increase the timeout.", self.cause_sentence()),
            _ => self.detail(),
        };
        format!(
            "{detail} The object exists and is tainted, so the next plan replaces it. To keep it, run \
             `terraform untaint ADDRESS`; the next apply then finishes it."
        )
    }

    /// What went wrong, as a sentence.
    #[must_use]
    pub fn cause_sentence(&self) -> String {
        sentence(&self.cause())
    }

    /// What went wrong, as a fragment.
    fn cause(&self) -> String {
        match self {
            Self::NotFound { what, .. } => format!("{what} does not exist"),
            Self::AlreadyExists { what, .. } => format!("{what} already exists"),
            Self::Exists { object, whose } if whose.is_empty() => {
                format!("{object} already exists")
            }
            Self::Exists { object, whose } => format!("{object}, {whose}, already exists"),
            Self::Foreign { object } => {
                format!("{object} has the token of another Terraform state, which manages it")
            }
            Self::Invalid { message, .. } | Self::Conflict { message, .. } => message.clone(),
            Self::NoTable { table } => format!("table `{table}` does not exist"),
            Self::Layout(error) => error.to_string(),
            Self::Grant(error) => error.to_string(),
            Self::InUse { what, by, .. } => format!("{what} is still used by {}", list(by)),
            Self::Record {
                table,
                key,
                problem,
            } => format!("the record {key} in table `{table}` {problem}"),
            Self::Cancelled { what } => format!("cancelled while {what}"),
            Self::Timeout {
                what,
                last_status,
                waited,
            } => format!(
                "timed out after {} s while {what} (last status: {last_status})",
                waited.as_secs()
            ),
            Self::Connection(fault) => fault.message.clone(),
            Self::Unreachable {
                service,
                operation,
                message,
            } => format!(
                "cannot call {} {operation}: {message}",
                display_name(service)
            ),
            Self::Aws {
                service,
                operation,
                code,
                message,
                request_id,
            } => {
                let service = display_name(service);
                let request = request_id
                    .as_ref()
                    .map(|id| format!(" (request {id})"))
                    .unwrap_or_default();
                let message = message.trim_end_matches('.');
                format!("{service} {operation} returned {code}: {message}{request}")
            }
        }
    }

    /// What to do about it, as a fragment.
    pub(super) fn remedy(&self) -> Option<String> {
        let advice = match self {
            Self::NotFound { remedy, .. }
            | Self::AlreadyExists { remedy, .. }
            | Self::Invalid { remedy, .. }
            | Self::InUse { remedy, .. }
            | Self::Conflict { remedy, .. } => remedy.as_str(),
            Self::Exists { object, .. } => return Some(object.import_advice()),
            Self::Foreign { object } => return Some(object.takeover_advice()),
            Self::Record { .. } => {
                "correct this attribute, for example with the item editor of the DynamoDB console, and leave the rest of \
                 the item as it is"
            }
            Self::Cancelled { .. } => "apply again to continue",
            Self::Timeout { .. } => "apply again to continue waiting, or increase the timeout",
            Self::NoTable { .. } => {
                "create the platform's tables first, or correct `table_names` in the provider block"
            }
            Self::Connection(fault) => fault.remedy.as_str(),
            Self::Unreachable { service, .. } => {
                return Some(format!(
                    "apply again. If it happens again, check the network, the proxy and `endpoints` \
                     in the provider block (`{service}`)"
                ));
            }
            Self::Aws {
                service, operation, ..
            } => return self.meaning()?.remedy(service, operation),
            Self::Layout(_) | Self::Grant(_) => return None,
        };
        Some(advice.to_owned())
    }
}

/// A service's name as AWS writes it.
fn display_name(service: &str) -> &str {
    match service {
        "iam" => "IAM",
        "sagemaker" => "SageMaker",
        "s3" => "S3",
        "dynamodb" => "DynamoDB",
        "sts" => "STS",
        "budgets" => "AWS Budgets",
        other => other,
    }
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// A fragment as a sentence: a capital letter first, a period last.
fn sentence(fragment: &str) -> String {
    let end = if fragment.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    let mut rest = fragment.chars();
    match rest.next() {
        Some(first) => format!("{}{}{end}", first.to_ascii_uppercase(), rest.as_str()),
        None => String::new(),
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The message, with the region of the bucket where S3 gives it in a header.
fn with_bucket_region(message: String, response: Option<&HttpResponse>) -> String {
    let region = response.and_then(|response| response.headers().get("x-amz-bucket-region"));
    match region {
        Some(region) if !message.contains(region) => format!(
            "{} (the bucket is in the region `{region}`)",
            message.trim_end_matches('.')
        ),
        _ => message,
    }
}

/// The messages of an error and its sources, outermost first, each once.
pub(super) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in chain(error) {
        let text = match cause.downcast_ref::<ErrorMetadata>() {
            // It displays as Rust's debug output.
            Some(metadata) => match (metadata.code(), metadata.message()) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                (one, other) => one.or(other).unwrap_or_default().to_owned(),
            },
            None => cause.to_string(),
        };
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}
