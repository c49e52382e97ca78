//! The objects of one run of Terraform: those that its state holds, and what its plans do with
//! them.
//!
//! Terraform plans each resource instance alone and in any order, and a replacement with two calls:
//! the second, which creates the new object, has no prior state. So a plan cannot see by itself
//! whether an existing object is the one that the same run replaces, or whether another block of
//! the configuration claims the same object. The server records here what the calls of a run say
//! (a run is what follows one `ConfigureProvider`), by the resource identity. How Terraform makes
//! these calls is in its source, `node_resource_abstract_instance.go`:
//! <https://github.com/hashicorp/terraform/blob/v1.15.5/internal/terraform/node_resource_abstract_instance.go>.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::call::Private;
use super::schema::Schema;
use super::value::Value;

/// How long [`Objects::leaves`] waits for the plan of another resource instance, which Terraform
/// may be about to request.
const PATIENCE: Duration = Duration::from_secs(3);

/// An object: the resource type, and the attributes of its identity that are not null.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectKey {
    type_name: String,
    identity: BTreeMap<String, String>,
}

impl ObjectKey {
    /// The object of this type with this identity.
    #[must_use]
    pub fn new<'a>(
        type_name: &str,
        identity: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        Self {
            type_name: type_name.to_owned(),
            identity: identity
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// The attributes of the identity, by name.
    #[must_use]
    pub const fn identity(&self) -> &BTreeMap<String, String> {
        &self.identity
    }

    /// The object that a state or plan describes. `None` if the type has no identity, or if a part
    /// of it is unknown.
    pub(crate) fn of(type_name: &str, schema: &Schema, value: &Value) -> Option<Self> {
        let mut identity = BTreeMap::new();
        for attribute in schema.identity_attributes() {
            match value.attribute(attribute.name()) {
                Value::Null => {}
                part => {
                    identity.insert(attribute.name().to_owned(), part.as_str()?.to_owned());
                }
            }
        }
        (!identity.is_empty()).then(|| Self {
            type_name: type_name.to_owned(),
            identity,
        })
    }
}

/// As in `mlspace_membership with project = "fraud", user = "alice"`.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` with", self.type_name)?;
        for (n, (name, value)) in self.identity.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            write!(f, "{comma} `{name}` = `{value}`")?;
        }
        Ok(())
    }
}

/// What a plan does with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Keeps it, changed or not.
    Keep,
    /// Deletes it: a destroy, or the first half of a replacement.
    Leave,
    /// Creates it: a new resource, the second half of a replacement, or a tainted resource, which
    /// Terraform plans as if it did not exist.
    Create,
}

/// What the calls so far say about an object.
#[derive(Debug, Default)]
struct Entry {
    /// Resource instances in the state.
    stored: usize,
    /// Private state of the last of them that was read or planned.
    private: Private,
    keeps: usize,
    leaves: usize,
    creates: usize,
}

impl Entry {
    /// Whether more than one resource instance claims the object. An instance that is planned again
    /// (there are no more instances than the state has) counts once.
    fn is_contested(&self) -> bool {
        let instances = self.stored.max(1);
        let keeps = self.keeps.min(instances);
        let repeated = self.leaves.saturating_sub(instances);
        let creates = self.creates.saturating_sub(repeated);
        let deletes_what_is_kept = self.keeps > 0 && self.leaves > 0 && self.stored > 1;
        keeps + creates > 1 || deletes_what_is_kept
    }

    /// Whether the object leaves; `None` while no plan says.
    const fn leaves(&self) -> Option<bool> {
        if self.keeps > 0 || self.creates > 0 {
            Some(false)
        } else if self.leaves > 0 {
            Some(true)
        } else {
            None
        }
    }
}

/// The objects of one run. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Objects(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    entries: Mutex<BTreeMap<ObjectKey, Entry>>,
    changed: Notify,
    patience: Duration,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
            changed: Notify::new(),
            patience: PATIENCE,
        }
    }
}

impl Objects {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<ObjectKey, Entry>> {
        self.0
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that the state of this run holds the object, or will after an import.
    pub(crate) fn stored(&self, key: ObjectKey) {
        self.entries().entry(key).or_default().stored += 1;
        self.0.changed.notify_waiters();
    }

    /// Records that a read found the object, with the private state that it leads to.
    pub(crate) fn found(&self, key: ObjectKey, private: &Private) {
        self.entries().entry(key).or_default().private = private.clone();
    }

    /// Records that a read found that an object of the state is gone. Terraform then creates it.
    pub(crate) fn gone(&self, key: ObjectKey) {
        let mut entries = self.entries();
        let stored = &mut entries.entry(key).or_default().stored;
        *stored = stored.saturating_sub(1);
    }

    /// Records a step of a plan. False if more than one resource instance now claims the object.
    pub(crate) fn plan(&self, key: &ObjectKey, step: Step) -> bool {
        let mut entries = self.entries();
        let entry = entries.entry(key.clone()).or_default();
        match step {
            Step::Keep => entry.keeps += 1,
            Step::Leave => entry.leaves += 1,
            Step::Create => entry.creates += 1,
        }
        let contested = entry.is_contested();
        drop(entries);
        self.0.changed.notify_waiters();
        !contested
    }

    /// Turns a [`Step::Keep`] into a [`Step::Leave`]: Terraform replaces the object although the
    /// plan kept it (`-replace`, `replace_triggered_by`).
    pub(crate) fn leave_after_all(&self, key: &ObjectKey) {
        if let Some(entry) = self.entries().get_mut(key) {
            entry.keeps = entry.keeps.saturating_sub(1);
            entry.leaves += 1;
        }
        self.0.changed.notify_waiters();
    }

    /// The private state of the object of a tainted resource, whose plan Terraform requests without
    /// prior state. `None` unless the state holds such a resource.
    pub(crate) fn tainted(&self, key: &ObjectKey) -> Option<Private> {
        let entries = self.entries();
        let entry = entries.get(key)?;
        (entry.leaves == 0 && entry.stored > entry.keeps).then(|| entry.private.clone())
    }

    /// Whether this run deletes its own object of this identity before it creates one: the object
    /// is in the state, and the resource is replaced or tainted.
    #[must_use]
    pub fn is_replaced(&self, key: &ObjectKey) -> bool {
        let entries = self.entries();
        let entry = entries.get(key);
        entry.is_some_and(|entry| entry.leaves > 0 || entry.stored > entry.keeps)
    }

    /// Whether this run creates the object, for the first time or again.
    #[must_use]
    pub fn is_created(&self, key: &ObjectKey) -> bool {
        self.entries()
            .get(key)
            .is_some_and(|entry| entry.creates > 0)
    }

    /// A value of the private state of an object that this run has read or planned.
    #[must_use]
    pub fn private<T: DeserializeOwned>(&self, key: &ObjectKey, name: &str) -> Option<T> {
        self.entries().get(key)?.private.get(name)
    }

    /// Whether this run deletes the object and does not create it again. Terraform plans in any
    /// order, so this waits a few seconds while it is open; after that, an object that the state
    /// holds counts as deleted, and if it is kept after all, the object's own plan has to find the
    /// conflict.
    pub async fn leaves(&self, key: &ObjectKey) -> bool {
        let deadline = Instant::now() + self.0.patience;
        loop {
            let changed = self.0.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(leaves) = self.entries().get(key).and_then(Entry::leaves) {
                return leaves;
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                let entries = self.entries();
                return entries.get(key).is_some_and(|entry| entry.stored > 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> ObjectKey {
        ObjectKey::new("toy_note", [("name", name)])
    }

    /// The steps in this order, and whether the last one is contested.
    fn contested(stored: usize, steps: &[Step]) -> bool {
        let objects = Objects::default();
        for _ in 0..stored {
            objects.stored(key("a"));
        }
        let mut last = true;
        for step in steps {
            assert!(last, "contested too early");
            last = objects.plan(&key("a"), *step);
        }
        !last
    }

    #[test]
    fn plan_accepts_one_claim_on_an_object() {
        use Step::{Create, Keep, Leave};
        assert!(!contested(0, &[Create]));
        assert!(!contested(1, &[Keep]));
        assert!(!contested(1, &[Leave]));
        assert!(!contested(1, &[Leave, Create]), "replaced");
        assert!(!contested(1, &[Create]), "tainted");
        assert!(!contested(1, &[Keep, Keep]), "planned again");
        assert!(!contested(1, &[Leave, Create, Leave, Create]));
    }

    #[test]
    fn plan_finds_two_claims_in_any_order() {
        use Step::{Create, Keep, Leave};
        assert!(contested(0, &[Create, Create]));
        assert!(contested(1, &[Create, Keep]));
        assert!(contested(1, &[Keep, Create]));
        assert!(contested(1, &[Leave, Create, Create]));
        assert!(contested(1, &[Create, Create]), "one of them tainted");
        assert!(contested(2, &[Keep, Keep]), "both in the state");
        assert!(contested(2, &[Leave, Keep]), "would delete what is kept");
    }

    #[test]
    fn forced_replacement_releases_the_kept_object() {
        let objects = Objects::default();
        objects.stored(key("a"));
        assert!(objects.plan(&key("a"), Step::Keep));
        assert!(!objects.is_replaced(&key("a")));
        objects.leave_after_all(&key("a"));
        assert!(objects.is_replaced(&key("a")));
        assert!(objects.plan(&key("a"), Step::Create));
        assert!(objects.is_created(&key("a")));
    }

    #[test]
    fn tainted_object_has_its_private_state() {
        let objects = Objects::default();
        assert_eq!(objects.tainted(&key("a")), None);
        objects.stored(key("a"));
        let mut private = Private::default();
        private.set("token", &7).unwrap();
        objects.found(key("a"), &private);
        assert_eq!(objects.tainted(&key("a")), Some(private));
        assert_eq!(objects.private::<i64>(&key("a"), "token"), Some(7));
        assert!(!objects.is_created(&key("a")));
        assert!(objects.is_replaced(&key("a")));
        objects.gone(key("a"));
        assert!(!objects.is_replaced(&key("a")));
    }

    #[tokio::test]
    async fn leaves_waits_for_the_other_plan() {
        for (step, expected) in [
            (Step::Leave, true),
            (Step::Keep, false),
            (Step::Create, false),
        ] {
            let objects = Objects::default();
            objects.stored(key("a"));
            let asked = objects.clone();
            let question = tokio::spawn(async move { asked.leaves(&key("a")).await });
            tokio::task::yield_now().await;
            objects.plan(&key("a"), step);
            assert_eq!(question.await.unwrap(), expected, "{step:?}");
        }
    }

    #[tokio::test]
    async fn leaves_decides_without_a_plan_by_the_state() {
        let objects = Objects(Arc::new(Inner {
            patience: Duration::ZERO,
            ..Inner::default()
        }));
        assert!(!objects.leaves(&key("a")).await);
        objects.stored(key("a"));
        assert!(objects.leaves(&key("a")).await);
    }
}
