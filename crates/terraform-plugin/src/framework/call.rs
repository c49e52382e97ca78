//! The context of one call of a resource or data source.

use std::{collections::BTreeMap, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::{
    model::{self, ModelError},
    value::Value,
};

/// Timeout of operations for which neither the configuration nor the schema sets one.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20 * 60);

/// Properties of a request.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// Cancelled when Terraform asks the provider to stop.
    pub cancel: CancellationToken,
    /// Id of the request, as in the log lines of the call (`tf_req_id`).
    pub request_id: String,
}

/// The context of one call: cancellation, timeouts, configuration and private state.
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
    /// A call without timeouts, configuration and private state, for tests.
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

    /// Cancelled when Terraform asks the provider to stop. Operations should then stop waiting and
    /// return the state that they have reached.
    #[must_use]
    pub const fn cancel(&self) -> &CancellationToken {
        &self.incoming.cancel
    }

    /// Id of the request, as in the log lines of the call (`tf_req_id`). Use it to correlate
    /// requests to a remote API, for example as a client request token.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.incoming.request_id
    }

    /// Timeout of the operation (`create`, `read`, `update` or `delete`): from the timeouts block,
    /// else the schema's default, else [`DEFAULT_TIMEOUT`].
    #[must_use]
    pub fn timeout(&self, operation: &str) -> Duration {
        self.timeouts
            .get(operation)
            .copied()
            .unwrap_or(DEFAULT_TIMEOUT)
    }

    /// The configuration, as the user wrote it. Only here do write-only attributes have values.
    /// There is no configuration when a resource is read or deleted.
    ///
    /// # Errors
    /// If there is no configuration, or the model does not match it.
    pub fn config<M: DeserializeOwned>(&self) -> Result<M, ModelError> {
        model::from_value(&self.config)
    }

    /// A value of the private state, which Terraform stores with the resource and does not show to
    /// users. `None` if it is absent or of another type.
    #[must_use]
    pub fn private<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.private.0.get(key)?.clone()).ok()
    }

    /// Sets a value of the private state. It is stored when the call ends, with or without an
    /// error. A plan cannot change the private state.
    ///
    /// # Errors
    /// If the value cannot be serialized as JSON.
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

    /// Removes a value of the private state.
    pub fn remove_private(&mut self, key: &str) {
        self.private.0.remove(key);
    }
}

/// The private state: JSON values by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Private(BTreeMap<String, Json>);

impl Private {
    /// Reads the stored form. Anything else (for example the private state of a provider with
    /// another SDK) counts as empty, so that the resource stays usable.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        Self(serde_json::from_slice(bytes).unwrap_or_default())
    }

    /// The form to store: no bytes if there are no values.
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
