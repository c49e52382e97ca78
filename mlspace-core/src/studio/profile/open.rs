//! Presigned URLs of user profiles.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::super::Status;
use super::super::api::UrlRequest;
use super::super::steps::Described as _;
use super::{ProfileKey, StudioProfiles};
use crate::aws::Error;
use crate::presigned::{Opened, Records, check_role, foreign};

/// The longest landing page, in characters.
const LANDING_MAX: usize = 1023;

/// What landing pages of the apps that a platform has begin with.
const LANDINGS: [&str; 3] = ["studio::", "app:JupyterLab:", "app:CodeEditor:"];

/// Checks a landing page: one of Studio or of the apps that a platform has (*CreatePresignedDomainUrl*,
/// `LandingUri`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html>).
///
/// # Errors
/// What is wrong, as a sentence.
pub fn check_landing_uri(uri: &str) -> Result<(), String> {
    let known = LANDINGS.iter().any(|start| uri.starts_with(start));
    if known && uri.chars().count() <= LANDING_MAX {
        return Ok(());
    }
    Err(format!(
        "`{}` is not a landing page. Use at most {LANDING_MAX} characters that begin with `studio::`, `app:JupyterLab:` \
         or `app:CodeEditor:`, as in `studio::spaces`.",
        uri.escape_debug()
    ))
}

/// How a profile is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The space to open; `None` for Studio.
    pub space: Option<String>,
    /// The landing page; `None` for the domain's.
    pub landing_uri: Option<String>,
    /// How long the URL can be opened: 5 s to 5 min, the default.
    pub expires_in: Option<Duration>,
    /// How long it signs in for: 30 min to 12 h, the default.
    pub session: Option<Duration>,
}

impl StudioProfiles {
    /// A URL that opens Studio with a profile.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such profile or space; [`Error::Conflict`] if the profile is
    /// not of this platform, its member is suspended, it has another role, it is not ready, or the
    /// space is not its own; and those of the calls.
    pub async fn open(&self, key: &ProfileKey, opening: &Opening) -> Result<Opened, Error> {
        let name = key.name();
        let what = format!("user profile `{name}` of Studio domain `{}`", key.domain_id);
        let found = self.api.profile(&key.domain_id, &name).await?;
        let found = found.filter(|found| found.status != Status::Deleting);
        let found = found.ok_or_else(|| Error::NotFound {
            what: what.clone(),
            remedy: "correct `domain_id`, `project` and `user`, or refer to the attributes of the \
                     `mlspace_studio_user_profile`, so that it is created first"
                .to_owned(),
        })?;
        let tags = self.api.tags(&found.arn).await?.unwrap_or_default();
        if !self.owns(key, &tags) {
            return Err(foreign(&what, "mlspace_studio_user_profile"));
        }
        let records = Records {
            projects: &self.projects,
            members: &self.members,
            directory: &self.directory,
        };
        let (project, user) = (&key.project, &key.user);
        records.check(&what, &tags, project, user).await?;
        let role_arn = self.member_roles.arn(project, user).await?;
        check_role(&what, &found.settings.role_arn, &role_arn)?;
        check_ready(
            &what,
            &found.status,
            found.reason(),
            "mlspace_studio_user_profile",
        )?;
        if let Some(space) = &opening.space {
            self.check_own_space(key, space).await?;
        }
        let request = UrlRequest {
            domain: &key.domain_id,
            profile: &name,
            opening,
        };
        let url = self.api.presigned_url(&request).await?;
        Ok(Opened {
            project: project.clone(),
            user: user.clone(),
            url,
        })
    }

    /// Refuses a space that is not the profile's. A person who may open the profile need not be allowed
    /// to describe its spaces; SageMaker then decides alone.
    async fn check_own_space(&self, key: &ProfileKey, space: &str) -> Result<(), Error> {
        let what = format!("space `{space}` of Studio domain `{}`", key.domain_id);
        let found = match self.api.space(&key.domain_id, space).await {
            Err(error) if error.is_denied() => return Ok(()),
            found => found?.filter(|found| found.status != Status::Deleting),
        };
        let Some(found) = found else {
            return Err(Error::NotFound {
                what,
                remedy: "correct `space_name`, or create the space first".to_owned(),
            });
        };
        let own = found.owner.as_deref();
        if !found.private || !own.is_some_and(|owner| owner.eq_ignore_ascii_case(&key.name())) {
            return Err(Error::Conflict {
                message: format!(
                    "{what} is not a private space of user profile `{}`",
                    key.name()
                ),
                remedy: "open only spaces that the profile owns".to_owned(),
            });
        }
        check_ready(&what, &found.status, found.reason(), "mlspace_studio_space")
    }
}

/// Refuses what is not ready. After a change that failed, it is.
fn check_ready(what: &str, status: &Status, reason: &str, resource: &str) -> Result<(), Error> {
    let remedy = match status {
        Status::InService | Status::UpdateFailed => return Ok(()),
        Status::Failed | Status::DeleteFailed => {
            format!(
                "its last change failed ({reason}): correct the cause and apply its `{resource}`"
            )
        }
        _ => "run Terraform again when it is `InService`".to_owned(),
    };
    Err(Error::Conflict {
        message: format!("{what} is `{status}`, and can be opened only while it is `InService`"),
        remedy,
    })
}
