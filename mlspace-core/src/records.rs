//! The records: items of `DynamoDB` tables whose keys and shapes are those of `MLSpace`, so that its
//! web application and this platform read each other's.
//!
//! Reads are strongly consistent, creates are conditional, and updates change single attributes
//! under a condition on the state they expect: what others add to an item survives. Times are whole
//! seconds since the epoch, stored as numbers without a fraction; fractions written by others are
//! read and rounded down.

mod batch;
mod change;
mod dataset;
mod dynamodb;
mod group;
mod item;
#[cfg(test)]
pub(crate) mod memory;
mod ownership;
mod project;
mod project_user;
mod schedule;
mod store;

pub use change::Change;
pub use dataset::DatasetRecord;
pub use group::{GroupDatasetRecord, GroupUserRecord};
pub use item::{Item, ItemBuilder, Key, Malformed, View};
pub use project::{ProjectRecord, TerminationConfig};
pub use project_user::{OWNER, ProjectUserRecord};
pub use schedule::{NOTEBOOK_INSTANCE, ScheduleRecord};
pub use store::Write;

pub(crate) use dynamodb::DynamoStore;
pub(crate) use store::{RecordStore, TRANSACTION_WRITES, TransactWrite};

pub(crate) use ownership::{is_ours, mark_ours};
