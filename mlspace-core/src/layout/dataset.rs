//! Datasets: scopes, ids and S3 locations.

use std::{fmt, str::FromStr};

use thiserror::Error;

use super::{Account, GLOBAL_PREFIX, group_dataset_prefix, private_prefix, project_prefix};
use crate::name::{DatasetName, NameError, ProjectName, UserName};

/// Owner of a dataset: MLSpace's dataset type with its scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatasetScope {
    /// All members, who can read it.
    Global,
    /// A project.
    Project(ProjectName),
    /// One user.
    Private(UserName),
    /// Groups. The dataset's id does not name them.
    Group,
}

impl DatasetScope {
    /// Name of the type: `global`, `project`, `private` or `group`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Project(_) => "project",
            Self::Private(_) => "private",
            Self::Group => "group",
        }
    }

    /// The project or the user that the scope names; `None` for global and group datasets.
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Project(project) => Some(project.as_str()),
            Self::Private(user) => Some(user.as_str()),
            Self::Global | Self::Group => None,
        }
    }

    /// Scope of a type, with the name of the project or user for `project` and `private`.
    ///
    /// # Errors
    /// [`DatasetKeyError`] for an unknown type, a missing or superfluous scope, or an invalid name.
    pub fn from_parts(kind: &str, scope: Option<&str>) -> Result<Self, DatasetKeyError> {
        match (kind, scope) {
            ("global", None) => Ok(Self::Global),
            ("group", None) => Ok(Self::Group),
            ("project", Some(project)) => Ok(Self::Project(project.parse()?)),
            ("private", Some(user)) => Ok(Self::Private(user.parse()?)),
            ("project", None) => Err(DatasetKeyError::MissingScope {
                kind: "project",
                what: "the project",
            }),
            ("private", None) => Err(DatasetKeyError::MissingScope {
                kind: "private",
                what: "the user",
            }),
            ("global", Some(scope)) => Err(DatasetKeyError::UnexpectedScope {
                kind: "global",
                scope: scope.to_owned(),
            }),
            ("group", Some(scope)) => Err(DatasetKeyError::UnexpectedScope {
                kind: "group",
                scope: scope.to_owned(),
            }),
            (kind, _) => Err(DatasetKeyError::Kind {
                kind: kind.to_owned(),
            }),
        }
    }
}

/// Identity of a dataset.
///
/// Its id, which [`fmt::Display`] writes and [`FromStr`] reads, is `global/{name}`, `group/{name}`,
/// `project/{project}/{name}` or `private/{user}/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatasetKey {
    /// Its owner.
    pub scope: DatasetScope,
    /// Its name.
    pub name: DatasetName,
}

impl DatasetKey {
    /// The dataset `name` in `scope`.
    pub fn new(scope: DatasetScope, name: DatasetName) -> Self {
        Self { scope, name }
    }

    /// The id, as [`fmt::Display`] writes it.
    pub fn id(&self) -> String {
        self.to_string()
    }

    /// Prefix of its objects in the data bucket, with a `/` at the end and none at the start.
    pub fn prefix(&self) -> String {
        let name = &self.name;
        match &self.scope {
            DatasetScope::Global => format!("{GLOBAL_PREFIX}datasets/{name}/"),
            DatasetScope::Project(project) => {
                format!("{}datasets/{name}/", project_prefix(project))
            }
            DatasetScope::Private(user) => format!("{}datasets/{name}/", private_prefix(user)),
            DatasetScope::Group => group_dataset_prefix(name),
        }
    }

    /// Hash key of its record in MLSpace's datasets table: the project, the user, `global` or `group`.
    ///
    /// A project and a user of the same name have the same hash key: the table cannot hold a dataset
    /// of each with the same name.
    pub fn record_scope(&self) -> &str {
        self.scope.owner().unwrap_or(self.scope.kind())
    }

    /// URL of its objects: `s3://{bucket}/{prefix}`.
    pub fn location(&self, bucket: &str) -> String {
        format!("s3://{bucket}/{}", self.prefix())
    }

    /// ARN of its prefix. With `*` appended, it matches all of its objects.
    pub fn arn(&self, account: &Account, bucket: &str) -> String {
        account.object_arn(bucket, &self.prefix())
    }
}

impl fmt::Display for DatasetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope.owner() {
            Some(owner) => write!(f, "{}/{owner}/{}", self.scope.kind(), self.name),
            None => write!(f, "{}/{}", self.scope.kind(), self.name),
        }
    }
}

impl FromStr for DatasetKey {
    type Err = DatasetKeyError;

    fn from_str(id: &str) -> Result<Self, DatasetKeyError> {
        let parts: Vec<&str> = id.split('/').collect();
        let (kind, scope, name) = match parts.as_slice() {
            [kind @ ("global" | "group"), name] => (*kind, None, *name),
            [kind @ ("project" | "private"), scope, name] => (*kind, Some(*scope), *name),
            _ => return Err(DatasetKeyError::Id { id: id.to_owned() }),
        };
        Ok(Self {
            scope: DatasetScope::from_parts(kind, scope)?,
            name: name.parse()?,
        })
    }
}

/// Reason why an id, a type or a scope of a dataset is invalid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DatasetKeyError {
    /// The id has none of the four forms.
    #[error(
        "`{}` is not a valid dataset id: write `global/NAME`, `group/NAME`, `project/PROJECT/NAME` or `private/USER/NAME`", id.escape_debug()
    )]
    Id {
        /// The refused id.
        id: String,
    },
    /// The type is unknown.
    #[error("`{}` is not a valid dataset type: use `global`, `project`, `private` or `group`", kind.escape_debug())]
    Kind {
        /// The refused type.
        kind: String,
    },
    /// The type requires a scope.
    #[error("a {kind} dataset needs a scope: set it to {what} that the dataset belongs to")]
    MissingScope {
        /// The dataset's type.
        kind: &'static str,
        /// The kind of name that the scope is.
        what: &'static str,
    },
    /// The type has no scope.
    #[error("a {kind} dataset has no scope, but `{}` was given: remove it", scope.escape_debug())]
    UnexpectedScope {
        /// The dataset's type.
        kind: &'static str,
        /// The superfluous scope.
        scope: String,
    },
    /// One of the names is invalid.
    #[error(transparent)]
    Name(#[from] NameError),
}
