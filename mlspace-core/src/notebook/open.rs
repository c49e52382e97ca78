//! Presigned URLs of notebooks.

use std::time::Duration;

use super::{Notebooks, Status};
use crate::aws::Error;
use crate::name::NotebookName;
use crate::presigned::{Opened, Records, check_role, foreign};

impl Notebooks {
    /// A URL that opens a notebook that runs; it can be opened within five minutes, and signs in for
    /// `session` (*CreatePresignedNotebookInstanceUrl*:
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedNotebookInstanceUrl.html>).
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such notebook; [`Error::Conflict`] if it is not of this
    /// platform, its owner is suspended or no member, it runs as another role, or it does not run; and
    /// those of the calls.
    pub async fn open(
        &self,
        name: &NotebookName,
        session: Option<Duration>,
    ) -> Result<Opened, Error> {
        let what = format!("notebook `{name}`");
        let found = self.instances.describe(name).await?;
        let found = found.filter(|found| found.status != Status::Deleting);
        let found = found.ok_or_else(|| Error::NotFound {
            what: what.clone(),
            remedy: "correct `name`, or refer to `mlspace_notebook.NAME.name`, so that it is created first"
                .to_owned(),
        })?;
        let tags = self.instances.tags(&found.arn).await?.unwrap_or_default();
        let owner = self.owner_by_tags(name, &tags);
        let owner = owner.map_err(|_| foreign(&what, "mlspace_notebook"))?;
        let (project, user) = (owner.project, owner.user);
        let records = Records {
            projects: &self.projects,
            members: &self.members,
            directory: &self.directory,
        };
        records.check(&what, &tags, &project, &user).await?;
        let role_arn = self.member_roles.arn(&project, &user).await?;
        check_role(&what, &found.role_arn, &role_arn)?;
        if found.status != Status::InService {
            return Err(not_running(&what, &found.status));
        }
        let url = self.instances.presigned_url(name, session).await?;
        Ok(Opened { project, user, url })
    }
}

/// The error for a notebook that cannot be opened now.
fn not_running(what: &str, status: &Status) -> Error {
    let remedy = match status {
        Status::Stopped | Status::Failed => {
            "start it first, for example by applying `running = true` in its `mlspace_notebook`"
        }
        _ => "run Terraform again when it is `InService`",
    };
    Error::Conflict {
        message: format!("{what} is `{status}`, and can be opened only while it is `InService`"),
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{platform_with, spec};
    use super::*;
    use crate::project::ProjectSpec;
    use crate::tags::{SUSPENDED, SYSTEM, Tags, USER};
    use crate::testing::{self, FakePlatform, operation};

    async fn open(platform: &FakePlatform) -> Result<Opened, Error> {
        let notebooks = &platform.services.notebooks;
        notebooks
            .open(&spec().name, Some(Duration::from_secs(1800)))
            .await
    }

    async fn refusal(platform: &FakePlatform) -> String {
        let error = open(platform).await.unwrap_err();
        assert!(
            !platform
                .faults
                .take_calls()
                .iter()
                .any(|call| call.starts_with("CreatePresigned"))
        );
        error.detail()
    }

    fn tag(platform: &FakePlatform, key: &'static str, value: &'static str) {
        platform.notebooks.edit("alice-fraud", |instance| {
            instance.tags = instance.tags.clone().overlaid(&Tags::from([(key, value)]));
        });
    }

    #[tokio::test]
    async fn open_gives_the_url_of_a_running_notebook() {
        let platform = platform_with(&spec()).await;
        let opened = open(&platform).await.unwrap();
        assert_eq!(opened.project, testing::project_name("fraud"));
        assert_eq!(opened.user.as_str(), "alice");
        assert_eq!(
            opened.url.reveal(),
            "https://alice-fraud.notebook.us-east-1.sagemaker.aws?authToken=1800"
        );
        assert!(!format!("{opened:?}").contains("authToken"));
    }

    #[tokio::test]
    async fn open_refuses_what_is_not_of_a_member() {
        let platform = platform_with(&spec()).await;
        for (key, value, words) in [
            (SYSTEM, "Other", "tags `system`"),
            (USER, "bob", "`bob`, who is not a member"),
            (USER, "*", "tags `system`"),
        ] {
            let before = platform.notebooks.instances();
            tag(&platform, key, value);
            let detail = refusal(&platform).await;
            assert!(detail.contains(words), "{detail}");
            for (name, instance) in before {
                platform.notebooks.insert(name.as_str(), instance);
            }
        }
        platform
            .notebooks
            .edit("alice-fraud", |instance| instance.state.role_arn.push('x'));
        let detail = refusal(&platform).await;
        assert!(detail.contains("runs as role"), "{detail}");
        platform.notebooks.remove("alice-fraud");
        assert!(matches!(open(&platform).await, Err(Error::NotFound { .. })));
    }

    #[tokio::test]
    async fn open_refuses_the_suspended() {
        let platform = platform_with(&spec()).await;
        tag(&platform, SUSPENDED, "true");
        assert!(refusal(&platform).await.contains("is suspended"));
        platform.notebooks.edit("alice-fraud", |instance| {
            drop(instance.tags.remove(SUSPENDED))
        });
        let suspended = ProjectSpec {
            suspended: true,
            ..testing::project("fraud")
        };
        let projects = &platform.services.projects;
        projects
            .update(&operation(), &suspended, true)
            .await
            .unwrap();
        // As if another program had started it and removed the tag.
        platform.notebooks.edit("alice-fraud", |instance| {
            instance.state.status = Status::InService;
            instance.tags.remove(SUSPENDED);
        });
        let detail = refusal(&platform).await;
        assert!(detail.contains("project `fraud` is suspended"), "{detail}");
    }

    #[tokio::test]
    async fn open_goes_by_tags_where_records_cannot_be_read() {
        let mut platform = platform_with(&spec()).await;
        platform.restart();
        platform.faults.deny("GetItem");
        platform.faults.deny("Query");
        platform.faults.deny("Scan");
        open(&platform).await.unwrap();
        platform.faults.take_calls();
        tag(&platform, SUSPENDED, "true");
        assert!(refusal(&platform).await.contains("is suspended"));
    }

    #[tokio::test]
    async fn open_refuses_what_does_not_run() {
        let platform = platform_with(&spec()).await;
        for (status, words) in [
            (Status::Stopped, "`running = true`"),
            (Status::Failed, "`running = true`"),
            (Status::Pending, "Run Terraform again"),
        ] {
            platform
                .notebooks
                .edit("alice-fraud", |instance| instance.state.status = status);
            let detail = refusal(&platform).await;
            assert!(detail.contains(words), "{detail}");
        }
        platform.notebooks.edit("alice-fraud", |instance| {
            instance.state.status = Status::Deleting
        });
        assert!(matches!(open(&platform).await, Err(Error::NotFound { .. })));
    }

    #[tokio::test]
    async fn open_says_which_right_is_missing() {
        let platform = platform_with(&spec()).await;
        platform.faults.deny("CreatePresignedNotebookInstanceUrl");
        let error = open(&platform).await.unwrap_err();
        assert_eq!(error.summary(), "Access denied");
        let detail = error.detail();
        assert!(
            detail.contains("sagemaker:CreatePresignedNotebookInstanceUrl"),
            "{detail}"
        );
        assert!(detail.contains("`data_scientist`"), "{detail}");
    }
}
