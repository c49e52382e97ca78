//! Results of calls and operations.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::error::Error;
use crate::plan::Notice;

/// Adds the name of the call to an SDK result.
pub trait SdkResultExt<T> {
    /// Turns an SDK error into an [`Error`] that names the service and operation.
    ///
    /// # Errors
    /// The SDK's error, translated by [`Error::from_sdk`].
    fn called(self, service: &'static str, operation: &'static str) -> Result<T, Error>;
}

impl<T, E> SdkResultExt<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    fn called(self, service: &'static str, operation: &'static str) -> Result<T, Error> {
        self.map_err(|error| {
            let error = Error::from_sdk(service, operation, &error);
            tracing::debug!(service, operation, code = error.code(), "call failed");
            error
        })
    }
}

/// Turns errors for missing objects into `None`.
pub trait IfPresent<T> {
    /// `Ok(None)` when AWS returned that the object does not exist.
    ///
    /// # Errors
    /// Any other error, unchanged.
    fn if_present(self) -> Result<Option<T>, Error>;

    /// `Ok(None)` when AWS denied the call.
    ///
    /// # Errors
    /// Any other error, unchanged.
    fn if_allowed(self) -> Result<Option<T>, Error>;
}

impl<T> IfPresent<T> for Result<T, Error> {
    fn if_present(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn if_allowed(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_denied() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A failed operation, with the resource that exists by then, so that the state does not lose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure<T> {
    /// The error.
    pub error: Error,
    /// The resource as it exists; `None` when none was created.
    pub reached: Option<T>,
}

/// A resource that was created or changed, with warnings about steps that are not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed<T> {
    /// The resource.
    pub object: T,
    /// What the next plan will show as left to do.
    pub warnings: Vec<Notice>,
}

/// The result of an operation that creates or changes a resource.
pub type Outcome<T> = Result<T, Failure<T>>;

impl<T> From<Error> for Failure<T> {
    fn from(error: Error) -> Self {
        Self {
            error,
            reached: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str) -> Error {
        Error::Aws {
            service: "iam",
            operation: "GetRole",
            code: code.to_owned(),
            message: "no".to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn if_present_turns_missing_into_none() {
        let absent: Result<(), _> = Err(error("NoSuchEntity"));
        assert_eq!(absent.if_present(), Ok(None));
        let denied: Result<(), _> = Err(error("AccessDenied"));
        assert!(denied.clone().if_present().is_err());
        assert_eq!(denied.if_allowed(), Ok(None));
    }

    #[test]
    fn called_names_service_and_operation() {
        type Answer =
            Result<(), SdkError<aws_sdk_iam::operation::get_role::GetRoleError, HttpResponse>>;
        let answer: Answer = Err(SdkError::timeout_error("too slow"));
        let error = answer.called("iam", "GetRole").unwrap_err();
        assert!(
            error.to_string().starts_with("cannot call IAM GetRole"),
            "{error}"
        );
    }

    #[test]
    fn failure_from_error_reached_nothing() {
        let failure = Failure::<()>::from(error("AccessDenied"));
        assert_eq!(
            (failure.error, failure.reached),
            (error("AccessDenied"), None)
        );
    }
}
