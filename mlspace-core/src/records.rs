//! Records: items of DynamoDB tables with the keys and attributes of MLSpace, so that this platform
//! and MLSpace's web application can read each other's items.
//!
//! Reads are strongly consistent and creates are conditional. Updates change single attributes, on
//! the condition that the item has the expected state, and keep attributes of other programs. Times
//! are whole seconds since the epoch, stored as numbers; fractions that other programs write are
//! rounded down when read.

mod batch;
mod cached;
mod change;
#[cfg(test)]
mod contract;
mod dataset;
mod dynamodb;
mod group;
mod item;
mod location;
#[cfg(test)]
pub(crate) mod memory;
#[cfg(test)]
mod mlspace_items;
mod ownership;
mod project;
mod project_access;
mod project_budget;
mod project_group;
mod project_user;
mod schedule;
mod store;
mod user;

pub use change::Change;
pub use dataset::DatasetRecord;
pub use group::{GroupDatasetRecord, GroupRecord, GroupUserRecord};
pub use item::{Item, ItemBuilder, Key, Malformed, View};
pub use location::{GrantRecord, LocationRecord};
pub use project::{ProjectRecord, TerminationConfig};
pub use project_group::ProjectGroupRecord;
pub use project_user::{OWNER, ProjectUserRecord};
pub use schedule::{NOTEBOOK_INSTANCE, ScheduleRecord};
pub use store::Write;
pub use user::{ADMIN, UserRecord};

pub(crate) use cached::CachedRecords;
pub(crate) use dynamodb::DynamoStore;
pub(crate) use group::{CHANGING, MemberAction, history};
pub(crate) use project_access::ACCESS;
pub(crate) use project_budget::BUDGET;
pub(crate) use project_group::GIVEN;
pub(crate) use store::{CANCELED, RecordStore, TRANSACTION_WRITES, TransactWrite, WriteWithin};

pub(crate) use ownership::{REMOVING, UNFINISHED, is_unfinished, mark_unfinished};
