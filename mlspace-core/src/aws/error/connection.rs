//! Faults between the caller and AWS: no connection, no credentials, another account.

use std::error::Error;

/// Reason why AWS cannot be called, or not with these credentials.
///
/// The HTTP client and the credentials provider put it into the chain of an SDK error, from where
/// [`Error::from_sdk`](super::Error::from_sdk) takes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConnectionFault {
    /// The title of a diagnostic.
    pub summary: &'static str,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to do, as a fragment.
    pub remedy: String,
}

impl ConnectionFault {
    /// The first fault in the chain of an error.
    pub(in crate::aws) fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        chain(error).find_map(|error| error.downcast_ref())
    }
}

/// An error and its sources, outermost first.
pub(in crate::aws) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// A response that is not one of AWS: most likely another server answers at the endpoint, or a proxy
/// in its place.
pub(super) fn not_aws(
    service: &str,
    operation: &str,
    status: Option<u16>,
    cause: &str,
) -> ConnectionFault {
    let name = super::display_name(service);
    let status = status.map_or_else(String::new, |status| format!("HTTP status {status}, "));
    ConnectionFault {
        summary: "Unexpected response",
        message: format!(
            "the response to {name} {operation} is not one of AWS: {status}{}",
            cause.trim_end_matches('.')
        ),
        remedy: format!(
            "check `endpoints` in the provider block (`{service}`), the environment variables \
             AWS_ENDPOINT_URL and HTTPS_PROXY, and whether {name} has an outage"
        ),
    }
}
