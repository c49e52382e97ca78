//! What lives in a project and keeps it from being removed.

use futures::{StreamExt as _, TryStreamExt as _};

use crate::aws::{Called as _, Error, IfPresent as _, Platform};
use crate::layout::{DatasetKey, DatasetScope};
use crate::name::{NotebookName, ProjectName, UserName};
use crate::records::{DatasetRecord, ProjectUserRecord};
use crate::tags::{self, Tags};

/// How many notebooks are asked for their tags at once.
const AT_ONCE: usize = 8;

/// A notebook of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedNotebook {
    /// The notebook.
    pub(crate) name: NotebookName,
    /// Its status when it was listed, as `SageMaker` names it.
    pub(crate) status: String,
    /// The user it is for.
    pub(crate) user: String,
}

impl Platform {
    /// The users recorded as members of the project.
    pub(crate) async fn members(&self, project: &ProjectName) -> Result<Vec<UserName>, Error> {
        let table = &self.settings().table_names.project_users;
        let items = self.query_items(table, "project", project.as_str()).await?;
        let mut users = Vec::new();
        for item in &items {
            let key = ProjectUserRecord::read(item).map(|record| record.user);
            users.extend(key.ok().and_then(|user| user.parse().ok()));
        }
        Ok(users)
    }

    /// The groups recorded as members of the project. Deployments without groups may lack the table.
    pub(super) async fn member_groups(&self, project: &ProjectName) -> Result<Vec<String>, Error> {
        let table = &self.settings().table_names.project_groups;
        let items = self
            .query_items(table, "project", project.as_str())
            .await
            .if_present()?;
        let groups = items.unwrap_or_default();
        Ok(groups
            .iter()
            .filter_map(|item| item.get("group")?.as_s().ok().cloned())
            .collect())
    }

    /// The project's datasets. A user of the project's name may have private ones under the same
    /// key; they aren't the project's.
    pub(super) async fn project_datasets(
        &self,
        project: &ProjectName,
    ) -> Result<Vec<DatasetKey>, Error> {
        let table = &self.settings().table_names.datasets;
        let items = self.query_items(table, "scope", project.as_str()).await?;
        Ok(items
            .iter()
            .filter_map(|item| DatasetRecord::read(item).ok())
            .filter(|record| record.kind == "project")
            .filter_map(|record| record.name.parse().ok())
            .map(|name| DatasetKey::new(DatasetScope::Project(project.clone()), name))
            .collect())
    }

    /// The notebooks whose tags say that they are the project's, and the user's if one is given.
    pub(crate) async fn project_notebooks(
        &self,
        project: &ProjectName,
        user: Option<&UserName>,
    ) -> Result<Vec<OwnedNotebook>, Error> {
        let client = self.sagemaker().await?;
        let mut listed = Vec::new();
        let mut token = None;
        loop {
            let page = client
                .list_notebook_instances()
                .max_results(100)
                .set_next_token(token.take())
                .send()
                .await
                .called("sagemaker", "ListNotebookInstances")?;
            for notebook in page.notebook_instances() {
                let name = notebook
                    .notebook_instance_name()
                    .and_then(|name| name.parse().ok());
                let status = notebook
                    .notebook_instance_status()
                    .map(|status| status.as_str());
                if let (Some(name), Some(arn)) = (name, notebook.notebook_instance_arn()) {
                    listed.push((name, arn.to_owned(), status.unwrap_or_default().to_owned()));
                }
            }
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        let owned: Vec<Option<OwnedNotebook>> = futures::stream::iter(listed)
            .map(|(name, arn, status)| async move {
                let tags = self.sagemaker_tags(&arn).await?;
                let system = &self.settings().system_tag;
                Ok::<_, Error>(
                    owner_in(&tags, system, project, user).map(|user| OwnedNotebook {
                        name,
                        status,
                        user,
                    }),
                )
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let mut owned: Vec<OwnedNotebook> = owned.into_iter().flatten().collect();
        owned.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(owned)
    }

    /// The tags of a `SageMaker` resource; none when it has gone in the meantime.
    async fn sagemaker_tags(&self, arn: &str) -> Result<Tags, Error> {
        let client = self.sagemaker().await?;
        let mut tags = Tags::new();
        let mut token = None;
        loop {
            let call = client
                .list_tags()
                .resource_arn(arn)
                .set_next_token(token.take());
            let page = match call.send().await.called("sagemaker", "ListTags") {
                Ok(page) => page,
                Err(error) if error.is_absent() || error.is("ValidationException") => {
                    return Ok(tags);
                }
                Err(error) => return Err(error),
            };
            for tag in page.tags() {
                if let (Some(key), Some(value)) = (tag.key(), tag.value()) {
                    tags.insert(key, value);
                }
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(tags);
            }
        }
    }
}

/// The user that the tags name, if they are the project's (and this user's).
fn owner_in(
    found: &Tags,
    system: &str,
    project: &ProjectName,
    user: Option<&UserName>,
) -> Option<String> {
    let same = |key, value: &str| found.get(key) == Some(value);
    let ours = same(tags::SYSTEM, system)
        && same(tags::PROJECT, project.as_str())
        && user.is_none_or(|user| same(tags::USER, user.as_str()));
    ours.then(|| found.get(tags::USER).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notebooks_belong_by_all_three_tags() {
        let (fraud, alice, bob) = (
            "fraud".parse().unwrap(),
            "alice".parse().unwrap(),
            "bob".parse().unwrap(),
        );
        let tags = tags::resource_tags("MLSpace", &fraud, &alice);
        assert_eq!(
            owner_in(&tags, "MLSpace", &fraud, None).as_deref(),
            Some("alice")
        );
        assert_eq!(
            owner_in(&tags, "MLSpace", &fraud, Some(&alice)).as_deref(),
            Some("alice")
        );
        assert_eq!(owner_in(&tags, "MLSpace", &fraud, Some(&bob)), None);
        assert_eq!(owner_in(&tags, "Other", &fraud, None), None);
        assert_eq!(
            owner_in(&tags, "MLSpace", &"Fraud".parse().unwrap(), None),
            None
        );
    }
}
