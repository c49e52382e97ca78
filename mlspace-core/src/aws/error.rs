//! What can go wrong when the platform talks to AWS, in the words an operator needs.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use aws_sdk_sts::operation::RequestId as _;

/// A failure of an operation on the platform.
///
/// [`Error::summary`] is a short title, [`Error::detail`] the cause with what to do about it, and
/// [`Error::attribute`] the configuration attribute at fault, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something the operation needs does not exist.
    #[error("{what} does not exist; {remedy}")]
    NotFound {
        /// The missing thing, with its name in backticks.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// Something with this name exists and was not made by this create.
    #[error("{what} exists already; {remedy}")]
    AlreadyExists {
        /// The thing in the way, with its name in backticks.
        what: String,
        /// What to do: usually the import command.
        remedy: String,
    },
    /// A value in the configuration cannot work.
    #[error("{message}; {remedy}")]
    Invalid {
        /// The attribute at fault, by its name in the configuration.
        attribute: Option<&'static str>,
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A table of the platform's is missing.
    #[error("table `{table}` does not exist")]
    NoTable {
        /// The table's name.
        table: String,
    },
    /// A name cannot be formed from the settings.
    #[error(transparent)]
    Layout(#[from] crate::layout::LayoutError),
    /// A policy cannot be made from the settings.
    #[error(transparent)]
    Grant(#[from] crate::policies::GrantError),
    /// The thing is still needed by others.
    #[error("{what} is still in use by {}; {remedy}", list(.by))]
    InUse {
        /// The thing that was to be removed.
        what: String,
        /// What uses it, by name.
        by: Vec<String>,
        /// What to do.
        remedy: String,
    },
    /// The state found is not one the operation can go on from.
    #[error("{message}; {remedy}")]
    Conflict {
        /// What was found and what was expected.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A stored record cannot be understood.
    #[error("the record {key} in table `{table}` {problem}; correct or remove the item")]
    Record {
        /// The table's name.
        table: String,
        /// The item's key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The caller asked to stop.
    #[error("interrupted while {what}; apply again to go on from here")]
    Cancelled {
        /// What was being done.
        what: String,
    },
    /// A condition did not come true in time.
    #[error("gave up {what} after {} s (last seen: {last_status}); apply again to go on waiting, or raise the timeout", .waited.as_secs())]
    Timeout {
        /// What was being waited for, as "waiting for …".
        what: String,
        /// The last status seen.
        last_status: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// No answer from AWS: no credentials, no route, no endpoint.
    #[error("could not call {service} {operation}: {message}")]
    Unreachable {
        /// The service's name.
        service: &'static str,
        /// The API operation.
        operation: &'static str,
        /// The chain of causes.
        message: String,
    },
    /// AWS answered with an error.
    #[error("{service} {operation} answered {code}: {message}{}", request(.request_id))]
    Aws {
        /// The service's name.
        service: &'static str,
        /// The API operation.
        operation: &'static str,
        /// The error code, as AWS names it.
        code: String,
        /// The message AWS gave.
        message: String,
        /// AWS's id of the request, for its support and for CloudTrail.
        request_id: Option<String>,
    },
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn request(id: &Option<String>) -> String {
    id.as_ref()
        .map(|id| format!(" (request {id})"))
        .unwrap_or_default()
}

/// Codes that mean "it isn't there", over the services used here. IAM and S3 say `NoSuch…`, DynamoDB
/// `ResourceNotFoundException`; `SageMaker` says `ValidationException` with words, which callers test.
const ABSENT: [&str; 7] = [
    "NoSuchEntity",
    "NoSuchEntityException",
    "NoSuchBucket",
    "NoSuchKey",
    "NotFound",
    "ResourceNotFoundException",
    "ResourceNotFound",
];

const DENIED: [&str; 6] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "NotAuthorized",
    "AuthorizationError",
    "AllAccessDisabled",
];

const BAD_CREDENTIALS: [&str; 6] = [
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "ExpiredToken",
    "ExpiredTokenException",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
];

impl Error {
    /// Translates an SDK error: the service's own code, message and request id, or the chain of
    /// causes when there was no answer. Debug forms are left out: they would show headers.
    pub fn from_sdk<E>(
        service: &'static str,
        operation: &'static str,
        error: &SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        let message = |fallback: String| error.message().map_or(fallback, str::to_owned);
        match error {
            SdkError::ServiceError(_) | SdkError::ResponseError(_) => Self::Aws {
                service,
                operation,
                code: error.code().unwrap_or("an unknown error").to_owned(),
                message: one_line(&message(causes(error))),
                request_id: error.request_id().map(str::to_owned),
            },
            _ => Self::Unreachable {
                service,
                operation,
                message: one_line(&causes(error)),
            },
        }
    }

    /// The error code AWS gave, if AWS gave one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Aws { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether AWS said that the thing asked for isn't there.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::NoTable { .. })
            || self.code().is_some_and(|code| ABSENT.contains(&code))
    }

    /// Whether AWS refused the caller.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.code().is_some_and(|code| DENIED.contains(&code))
    }

    /// Whether AWS answered with this code.
    #[must_use]
    pub fn is(&self, expected: &str) -> bool {
        self.code() == Some(expected)
    }

    /// The attribute of the configuration that is at fault, where one is.
    #[must_use]
    pub fn attribute(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { attribute, .. } => *attribute,
            _ => None,
        }
    }

    /// A short title.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::NotFound { what, .. } => format!("{what} does not exist"),
            Self::AlreadyExists { what, .. } => format!("{what} exists already"),
            Self::Invalid {
                attribute: Some(attribute),
                ..
            } => format!("invalid `{attribute}`"),
            Self::Invalid { .. } => "invalid configuration".to_owned(),
            Self::NoTable { table } => format!("table `{table}` does not exist"),
            Self::Layout(_) | Self::Grant(_) => "unusable settings".to_owned(),
            Self::InUse { what, .. } => format!("{what} is still in use"),
            Self::Conflict { .. } => "unexpected state".to_owned(),
            Self::Record { table, .. } => format!("malformed record in table `{table}`"),
            Self::Cancelled { .. } => "interrupted".to_owned(),
            Self::Timeout { .. } => "timed out".to_owned(),
            Self::Unreachable { service, .. } => format!("no answer from {service}"),
            Self::Aws {
                service, operation, ..
            } if self.is_denied() => {
                format!("not allowed to call {service} {operation}")
            }
            Self::Aws {
                service, operation, ..
            } => format!("{service} {operation} failed"),
        }
    }

    /// The cause and what to do about it, on one line.
    #[must_use]
    pub fn detail(&self) -> String {
        match self.remedy() {
            Some(remedy) => format!("{self}; {remedy}"),
            None => self.to_string(),
        }
    }

    /// What to do about errors whose text comes from AWS.
    fn remedy(&self) -> Option<String> {
        match self {
            Self::NoTable { .. } => Some(
                "create the platform's tables first, or correct `table_names` in the provider block"
                    .to_owned(),
            ),
            Self::Unreachable { service, .. } => Some(format!(
                "check the credentials, the region and the endpoint of {service} in the provider block"
            )),
            Self::Aws {
                service,
                operation,
                code,
                ..
            } => {
                if self.is_denied() {
                    Some(format!(
                        "allow `{service}:{operation}` to the caller, in its policies, its boundary and the organization's"
                    ))
                } else if BAD_CREDENTIALS.contains(&code.as_str()) {
                    Some("renew the credentials given to the provider".to_owned())
                } else if code == "NoSuchBucket" {
                    Some(
                        "create the data bucket first, or correct `data_bucket` in the provider block"
                            .to_owned(),
                    )
                } else if code.starts_with("LimitExceeded") || code == "ResourceLimitExceeded" {
                    Some(
                        "ask for a higher quota in Service Quotas, or remove what is not needed"
                            .to_owned(),
                    )
                } else {
                    None
                }
            }
            _ => None,
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The messages of an error and its sources, outermost first, without repeating one.
fn causes(error: &dyn std::error::Error) -> String {
    let mut parts: Vec<String> = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = cause.source();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(service: &'static str, operation: &'static str, code: &str) -> Error {
        Error::Aws {
            service,
            operation,
            code: code.to_owned(),
            message: "no".to_owned(),
            request_id: Some("1a2b".to_owned()),
        }
    }

    #[test]
    fn denied_calls_name_the_action_to_allow_and_the_request() {
        let error = answered("iam", "CreateRole", "AccessDenied");
        assert!(error.is_denied());
        assert_eq!(error.summary(), "not allowed to call iam CreateRole");
        assert!(
            error.detail().contains("`iam:CreateRole`"),
            "{}",
            error.detail()
        );
        assert!(
            error.detail().contains("request 1a2b"),
            "{}",
            error.detail()
        );
    }

    #[test]
    fn a_missing_table_points_at_the_provider_block() {
        let error = Error::NoTable {
            table: "mlspace-datasets".to_owned(),
        };
        assert!(error.is_absent());
        assert!(
            error.detail().contains("`table_names`"),
            "{}",
            error.detail()
        );
    }

    #[test]
    fn causes_are_listed_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer: {0}")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("refused"));
        assert_eq!(causes(&error), "outer: refused");
    }

    #[test]
    fn users_are_named_in_the_refusal() {
        let error = Error::InUse {
            what: "project `fraud`".to_owned(),
            by: vec!["fraud/alice".to_owned(), "fraud/bob".to_owned()],
            remedy: "remove them first".to_owned(),
        };
        assert_eq!(
            error.detail(),
            "project `fraud` is still in use by `fraud/alice`, `fraud/bob`; remove them first"
        );
    }
}
