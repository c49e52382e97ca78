//! Who is granted a location, and what for.

use std::fmt;
use std::str::FromStr;

use crate::name::{GroupName, LocationName, NameError, ProjectName, UserName};

/// What a grant lets members do with the objects of a location.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Read and list.
    #[default]
    Read,
    /// Also write, tag and delete.
    ReadWrite,
}

impl Access {
    /// The names in configurations.
    pub const NAMES: &'static [&'static str] = &["read", "read_write"];

    /// The access of a grant that allows writing, or does not.
    #[must_use]
    pub const fn of(write: bool) -> Self {
        if write { Self::ReadWrite } else { Self::Read }
    }

    /// Whether objects can be written.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::ReadWrite)
    }

    /// The name in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWrite => "read_write",
        }
    }
}

impl FromStr for Access {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "read" => Ok(Self::Read),
            "read_write" => Ok(Self::ReadWrite),
            other => Err(format!(
                "`{}` is not an access: use `read` or `read_write`",
                other.escape_debug()
            )),
        }
    }
}

/// The memberships that a grant is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    /// All members of a project.
    Project(ProjectName),
    /// A user in a project.
    Membership(ProjectName, UserName),
    /// The members of a group, in all of their projects.
    Group(GroupName),
    /// A user, in all of their projects.
    User(UserName),
}

impl Grantee {
    /// Whether a user in a project, with these groups, is one of them.
    #[must_use]
    pub fn includes(&self, project: &ProjectName, user: &UserName, groups: &[GroupName]) -> bool {
        match self {
            Self::Project(name) => name == project,
            Self::Membership(name, member) => name == project && member == user,
            Self::Group(group) => groups.contains(group),
            Self::User(name) => name == user,
        }
    }

    /// The project, if it is in one.
    #[must_use]
    pub const fn project(&self) -> Option<&ProjectName> {
        match self {
            Self::Project(project) | Self::Membership(project, _) => Some(project),
            Self::Group(_) | Self::User(_) => None,
        }
    }

    /// In words: "every member of project `fraud`".
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Project(project) => format!("every member of project `{project}`"),
            Self::Membership(project, user) => format!("user `{user}` in project `{project}`"),
            Self::Group(group) => {
                format!("every member of group `{group}`, in all of their projects,")
            }
            Self::User(user) => format!("user `{user}`, in all of their projects,"),
        }
    }
}

/// As in ids: `project/fraud`, `membership/fraud/alice`, `group/risk`, `user/alice`.
impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(project) => write!(f, "project/{project}"),
            Self::Membership(project, user) => write!(f, "membership/{project}/{user}"),
            Self::Group(group) => write!(f, "group/{group}"),
            Self::User(user) => write!(f, "user/{user}"),
        }
    }
}

/// Reason why a text is not a grantee or the id of a grant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantIdError {
    /// A name in it is invalid.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It has another form.
    #[error(
        "`{}` is not the id of a grant: write `LOCATION/project/PROJECT`, `LOCATION/membership/PROJECT/USER`, \
         `LOCATION/group/GROUP` or `LOCATION/user/USER`",
        .0.escape_debug()
    )]
    Form(String),
}

impl FromStr for Grantee {
    type Err = GrantIdError;

    fn from_str(text: &str) -> Result<Self, GrantIdError> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            ["project", project] => Ok(Self::Project(project.parse()?)),
            ["membership", project, user] => Ok(Self::Membership(project.parse()?, user.parse()?)),
            ["group", group] => Ok(Self::Group(group.parse()?)),
            ["user", user] => Ok(Self::User(user.parse()?)),
            _ => Err(GrantIdError::Form(text.to_owned())),
        }
    }
}

/// A location and who is granted it: what tells grants apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantKey {
    /// The location.
    pub location: LocationName,
    /// Who is granted it.
    pub grantee: Grantee,
}

/// The id.
impl fmt::Display for GrantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.location, self.grantee)
    }
}

impl FromStr for GrantKey {
    type Err = GrantIdError;

    fn from_str(id: &str) -> Result<Self, GrantIdError> {
        let (location, grantee) = id
            .split_once('/')
            .ok_or_else(|| GrantIdError::Form(id.to_owned()))?;
        Ok(Self {
            location: location.parse()?,
            grantee: grantee.parse().map_err(|error| match error {
                GrantIdError::Form(_) => GrantIdError::Form(id.to_owned()),
                name @ GrantIdError::Name(_) => name,
            })?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip() {
        for id in [
            "lake/project/fraud",
            "lake/membership/fraud/alice@example.com",
            "lake/group/risk",
            "lake/user/alice",
        ] {
            let key: GrantKey = id.parse().unwrap();
            assert_eq!(key.to_string(), id);
        }
        for id in [
            "lake",
            "lake/project",
            "lake/project/a/b",
            "lake/team/x",
            "/project/a",
            "",
        ] {
            assert!(id.parse::<GrantKey>().is_err(), "{id}");
        }
        let error = "lake/team/x".parse::<GrantKey>().unwrap_err();
        assert!(error.to_string().starts_with("`lake/team/x` is not"));
    }

    #[test]
    fn includes_is_by_project_user_and_group() {
        let (fraud, churn): (ProjectName, ProjectName) =
            ("fraud".parse().unwrap(), "churn".parse().unwrap());
        let (alice, bob): (UserName, UserName) = ("alice".parse().unwrap(), "bob".parse().unwrap());
        let risk = ["risk".parse().unwrap()];
        let includes = |text: &str, project: &ProjectName, user: &UserName| {
            text.parse::<Grantee>()
                .unwrap()
                .includes(project, user, &risk)
        };
        assert!(includes("project/fraud", &fraud, &bob));
        assert!(!includes("project/fraud", &churn, &bob));
        assert!(includes("membership/fraud/alice", &fraud, &alice));
        assert!(!includes("membership/fraud/alice", &churn, &alice));
        assert!(!includes("membership/fraud/alice", &fraud, &bob));
        assert!(includes("group/risk", &churn, &bob));
        assert!(!includes("group/audit", &churn, &bob));
        assert!(includes("user/alice", &churn, &alice));
        assert!(!includes("user/alice", &churn, &bob));
    }

    #[test]
    fn access_round_trips() {
        for name in Access::NAMES {
            assert_eq!(name.parse::<Access>().unwrap().name(), *name);
        }
        assert!("write".parse::<Access>().is_err());
    }
}
