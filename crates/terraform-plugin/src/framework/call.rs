//! What surrounds one call of a resource's or data source's code.

use std::{collections::BTreeMap, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::{
    model::{self, ModelError},
    value::Value,
};

/// What holds for an operation for which neither configuration nor schema names a time.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20 * 60);

/// What every request brings along.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// Cancelled when Terraform asks the provider to stop.
    pub cancel: CancellationToken,
    /// Names the request, as the log lines of the call do (`tf_req_id`).
    pub request_id: String,
}

/// One call: its cancellation, its time limits, its private state.
#[derive(Debug, Clone)]
pub struct Call {
    incoming: Incoming,
    timeouts: BTreeMap<String, Duration>,
    config: Value,
    pub(crate) private: Private,
}

impl Default for Call {
    fn default() -> Self {
        Self::new(Incoming::default())
    }
}

impl Call {
    /// A call without time limits and private state of its own, as tests need it; the server fills them in.
    #[must_use]
    pub fn new(incoming: Incoming) -> Self {
        Self {
            incoming,
            timeouts: BTreeMap::new(),
            config: Value::Null,
            private: Private::default(),
        }
    }

    pub(crate) fn with(
        mut self,
        timeouts: BTreeMap<String, Duration>,
        config: Value,
        private: Private,
    ) -> Self {
        self.timeouts = timeouts;
        self.config = config;
        self.private = private;
        self
    }

    /// Cancelled when Terraform asks the provider to stop: waits should end, and what exists by then be returned.
    #[must_use]
    pub const fn cancel(&self) -> &CancellationToken {
        &self.incoming.cancel
    }

    /// Names the request, as the log lines of the call do (`tf_req_id`).
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.incoming.request_id
    }

    /// How long the operation (`create`, `read`, `update`, `delete`) may take: from the timeouts block, else the
    /// schema's default, else [`DEFAULT_TIMEOUT`].
    #[must_use]
    pub fn timeout(&self, operation: &str) -> Duration {
        self.timeouts
            .get(operation)
            .copied()
            .unwrap_or(DEFAULT_TIMEOUT)
    }

    /// The configuration as the user wrote it, the only place where write-only attributes have values. There is none on
    /// reading and deleting.
    ///
    /// # Errors
    /// When there is no configuration or the model does not fit it.
    pub fn config<M: DeserializeOwned>(&self) -> Result<M, ModelError> {
        model::from_value(&self.config)
    }

    /// A value from the private state, which Terraform stores beside the resource and shows to nobody. `None` when it
    /// is absent or of another type.
    #[must_use]
    pub fn private<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.private.0.get(key)?.clone()).ok()
    }

    /// Puts a value into the private state; it is stored when the call ends, be it with success or failure.
    ///
    /// # Errors
    /// When the value has no JSON form.
    pub fn set_private<T: Serialize>(
        &mut self,
        key: &str,
        value: &T,
    ) -> Result<(), serde_json::Error> {
        self.private
            .0
            .insert(key.to_owned(), serde_json::to_value(value)?);
        Ok(())
    }

    /// Removes a value from the private state.
    pub fn remove_private(&mut self, key: &str) {
        self.private.0.remove(key);
    }
}

/// The private state: JSON values under keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Private(BTreeMap<String, Json>);

impl Private {
    /// Reads the stored form. What is not ours counts as empty: private state is a help, never the truth.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        Self(serde_json::from_slice(bytes).unwrap_or_default())
    }

    /// The form to store; nothing at all when empty.
    pub(crate) fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            Vec::new()
        } else {
            serde_json::to_vec(&self.0).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_state_survives_storage() {
        let mut call = Call::default();
        call.set_private("hash", &42).unwrap();
        let stored = call.private.encode();
        let call = Call::default().with(BTreeMap::new(), Value::Null, Private::decode(&stored));
        assert_eq!(call.private::<i64>("hash"), Some(42));
        assert_eq!(call.private::<String>("hash"), None);
        assert_eq!(call.private::<i64>("other"), None);
        assert_eq!(Private::decode(b"\xffgarbage"), Private::default());
        assert!(Private::default().encode().is_empty());
    }
}
