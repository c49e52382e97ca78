//! Presigned URLs with which a person opens a notebook or Studio. Whoever has one works there as the
//! member whose it is, with no further right, so each is refused for what is not a member's, or of a
//! member who is suspended.

use std::fmt;
use std::time::Duration;

use crate::aws::Error;
use crate::directory::Directory;
use crate::membership::MemberRecords;
use crate::name::{ProjectName, UserName};
use crate::project::ProjectRecords;
use crate::tags::{SUSPENDED, Tags};

/// A presigned URL. Its debug output is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The URL in an answer of SageMaker to this call.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the answer has none.
    pub(crate) fn answered(operation: &str, url: Option<String>) -> Result<Self, Error> {
        match url.filter(|url| !url.is_empty()) {
            Some(url) => Ok(Self(url)),
            None => Err(Error::Conflict {
                message: format!("SageMaker answered {operation} without a URL"),
                remedy: "run Terraform again".to_owned(),
            }),
        }
    }

    /// The URL itself, which is a credential.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretUrl(…)")
    }
}

/// What opens and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The project.
    pub project: ProjectName,
    /// The member, as whom the holder of the URL works.
    pub user: UserName,
    /// The URL.
    pub url: SecretUrl,
}

/// A duration in SageMaker's whole seconds.
pub(crate) fn seconds(duration: Option<Duration>) -> Option<i32> {
    let seconds = duration?.as_secs();
    Some(i32::try_from(seconds).unwrap_or(i32::MAX))
}

/// Where records of projects and people are.
#[derive(Clone, Copy)]
pub(crate) struct Records<'a> {
    pub(crate) projects: &'a ProjectRecords,
    pub(crate) members: &'a MemberRecords,
    pub(crate) directory: &'a Directory,
}

impl Records<'_> {
    /// Refuses to open `what`, which has these tags, if its owner is no member or is suspended.
    ///
    /// Whoever may open it, such as a data scientist, need not be allowed to read records. The tag of
    /// suspended notebooks and profiles then decides, as it does in the policies of people.
    ///
    /// # Errors
    /// [`Error::Conflict`], and those of the calls.
    pub(crate) async fn check(
        self,
        what: &str,
        tags: &Tags,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        match self.check_records(what, project, user).await {
            Err(error) if error.is_denied() => {}
            checked => checked?,
        }
        match tags.contains_key(SUSPENDED) {
            true => Err(suspended(what, "its project or user")),
            false => Ok(()),
        }
    }

    async fn check_records(
        self,
        what: &str,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let rules = self.projects.read_notebook_rules(project).await?;
        let is_member = match &rules {
            Some(_) => self.members.is_member(project, user).await?,
            None => false,
        };
        if !is_member {
            return Err(Error::Conflict {
                message: format!(
                    "{what} belongs to `{user}`, who is not a member of project `{project}`"
                ),
                remedy: "add the `mlspace_membership`, or open one of a member".to_owned(),
            });
        }
        if rules.is_some_and(|rules| rules.suspended) {
            return Err(suspended(what, &format!("project `{project}`")));
        }
        if self.directory.was_suspended(user).await? {
            return Err(suspended(what, &format!("user `{user}`")));
        }
        Ok(())
    }
}

fn suspended(what: &str, who: &str) -> Error {
    Error::Conflict {
        message: format!("{what} stays closed, because {who} is suspended"),
        remedy: "apply `suspended = false` to the project or user first, or do not open it"
            .to_owned(),
    }
}

/// Refuses to open what runs as another role than its member's, since the holder of the URL would
/// have the rights of that role.
pub(crate) fn check_role(what: &str, found: &str, expected: &str) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Conflict {
        message: format!("{what} runs as role `{found}` instead of its member's, `{expected}`"),
        remedy: "apply the resource that manages it to give it its member's role".to_owned(),
    })
}

/// The error for what has the tags of no member.
pub(crate) fn foreign(what: &str, resource: &str) -> Error {
    Error::Conflict {
        message: format!(
            "{what} does not have the tags `system`, `project` and `user` of a membership"
        ),
        remedy: format!("open only what `{resource}` manages"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_url_is_masked() {
        let url = SecretUrl::answered("Open", Some("https://x?authToken=hush".to_owned())).unwrap();
        assert_eq!(url.reveal(), "https://x?authToken=hush");
        assert!(!format!("{url:?}").contains("hush"));
        let error = SecretUrl::answered("Open", None).unwrap_err();
        assert!(error.to_string().contains("without a URL"), "{error}");
    }

    #[test]
    fn seconds_are_whole() {
        assert_eq!(seconds(Some(Duration::from_millis(5900))), Some(5));
        assert_eq!(seconds(None), None);
    }
}
