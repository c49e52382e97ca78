//! The context of one call of a resource or data source.

use std::{collections::BTreeMap, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::{diagnostics::Diagnostics, objects::Objects, path::Path};

/// Timeout of operations for which neither the configuration nor the schema sets one.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20 * 60);

/// The context of one call: cancellation, timeouts and private state.
#[derive(Debug, Clone)]
pub struct Call {
    cancel: CancellationToken,
    timeouts: BTreeMap<String, Duration>,
    pub(crate) private: Private,
    objects: Objects,
    /// Warnings of an apply that succeeds.
    pub(crate) warnings: Diagnostics,
}

impl Default for Call {
    fn default() -> Self {
        Self::new(CancellationToken::new())
    }
}

impl Call {
    /// A call without timeouts and private state, for tests.
    #[must_use]
    pub fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            timeouts: BTreeMap::new(),
            private: Private::default(),
            objects: Objects::default(),
            warnings: Diagnostics::new(),
        }
    }

    pub(crate) fn with(mut self, timeouts: BTreeMap<String, Duration>, private: Private) -> Self {
        self.timeouts = timeouts;
        self.private = private;
        self
    }

    pub(crate) fn among(mut self, objects: Objects) -> Self {
        self.objects = objects;
        self
    }

    /// What this run of Terraform does with the objects of its state and configuration.
    #[must_use]
    pub const fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Cancelled when Terraform asks the provider to stop. Operations should then stop waiting and
    /// return the state that they have reached.
    #[must_use]
    pub const fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Timeout of the operation (`create`, `read`, `update` or `delete`; `open`, `renew` or `close` of
    /// an ephemeral resource): from the timeouts block,
    /// else the schema's default, else [`DEFAULT_TIMEOUT`].
    #[must_use]
    pub fn timeout(&self, operation: &str) -> Duration {
        self.timeouts
            .get(operation)
            .copied()
            .unwrap_or(DEFAULT_TIMEOUT)
    }

    /// A value of the private state, which Terraform stores with the resource and does not show to
    /// users. `None` if it is absent or of another type.
    #[must_use]
    pub fn private<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.private.get(key)
    }

    /// Sets a value of the private state. It is stored when the call ends, with or without an
    /// error. A plan sets values with [`Plan::set_private`](super::Plan::set_private).
    ///
    /// # Errors
    /// If the value cannot be serialized as JSON.
    pub fn set_private<T: Serialize>(
        &mut self,
        key: &str,
        value: &T,
    ) -> Result<(), serde_json::Error> {
        self.private.set(key, value)
    }

    /// Removes a value of the private state.
    pub fn remove_private(&mut self, key: &str) {
        self.private.remove(key);
    }

    /// Adds a warning to the answer of a create, update or delete, whether it succeeds or not, or of a data
    /// source that is read.
    pub fn warn(
        &mut self,
        path: impl Into<Path>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) {
        self.warnings.warning(path, summary, detail);
    }
}

/// The private state: JSON values by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Private(BTreeMap<String, Json>);

impl Private {
    pub(crate) fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.0.get(key)?.clone()).ok()
    }

    pub(crate) fn set<T: Serialize>(
        &mut self,
        key: &str,
        value: &T,
    ) -> Result<(), serde_json::Error> {
        self.0.insert(key.to_owned(), serde_json::to_value(value)?);
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// These values, overwritten by those of `stronger`.
    pub(crate) fn overlaid(mut self, stronger: Self) -> Self {
        self.0.extend(stronger.0);
        self
    }

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
        let call = Call::default().with(BTreeMap::new(), Private::decode(&stored));
        assert_eq!(call.private::<i64>("hash"), Some(42));
        assert_eq!(call.private::<String>("hash"), None);
        assert_eq!(call.private::<i64>("other"), None);
        assert_eq!(Private::decode(b"\xffgarbage"), Private::default());
        assert!(Private::default().encode().is_empty());
    }
}
