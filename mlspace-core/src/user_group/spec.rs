//! A group as it should be.

use std::collections::BTreeSet;

use crate::aws::Error;
use crate::name::{GroupName, UserName};

/// A group as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserGroupSpec {
    /// The name.
    pub name: GroupName,
    /// Description: printable ASCII on one line, as MLSpace requires.
    pub description: String,
    /// Its users: all of them.
    pub members: BTreeSet<UserName>,
    /// Whether projects may be left without an owner.
    pub allow_ownerless_projects: bool,
}

impl UserGroupSpec {
    /// Checks what no call is needed for. MLSpace has the same rule for descriptions of groups as for
    /// those of projects (`backend/src/ml_space_lambda/group/lambda_functions.py`,
    /// <https://github.com/awslabs/mlspace>).
    pub(super) fn check(&self) -> Result<(), Error> {
        crate::project::check_description(&self.description)
    }
}
