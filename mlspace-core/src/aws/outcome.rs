//! Results of calls and operations.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::error::Error;

/// Names the call that an SDK result came from.
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

/// Turns "it isn't there" into `None`.
pub trait IfPresent<T> {
    /// `Ok(None)` when AWS says the thing asked for does not exist.
    ///
    /// # Errors
    /// Every other error, unchanged.
    fn if_present(self) -> Result<Option<T>, Error>;
}

impl<T> IfPresent<T> for Result<T, Error> {
    fn if_present(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A failed operation, with what exists by then: the truth that must not be lost from the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure<T> {
    /// Why it failed.
    pub error: Error,
    /// What exists by then; `None` when nothing was made.
    pub reached: Option<T>,
}

/// The result of an operation that makes or changes a resource.
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

    fn answered(code: &str) -> Error {
        Error::Aws {
            service: "iam",
            operation: "GetRole",
            code: code.to_owned(),
            message: "no".to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn absence_is_no_error_and_refusal_is() {
        let absent: Result<(), _> = Err(answered("NoSuchEntity"));
        assert_eq!(absent.if_present(), Ok(None));
        let denied: Result<(), _> = Err(answered("AccessDenied"));
        assert!(denied.if_present().is_err());
    }
}
