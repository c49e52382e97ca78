//! Bringing a membership's role about.

use std::time::Duration;

use super::MembershipSpec;
use super::read::id;
use super::rights::{ATTACHMENTS, Difference, PASS_ROLE, Rights, denying_all, too_many};
use super::write::import_hint;
use crate::aws::authorization::RoleState;
use crate::aws::managed_policy::TRIES;
use crate::aws::wait::{SETTLING, until_within};
use crate::aws::{Backoff, Called as _, Error, Operation, Platform, PolicyModel, Poll};
use crate::layout;
use crate::tags::{PolicyOwner, Tags};

/// Longest wait for a policy to be seen that was there before, or that others may have removed.
const SEEN: Duration = Duration::from_secs(15);

/// Longest wait for a role to be seen with all it was given.
const VISIBLE: Duration = Duration::from_secs(120);

impl Platform {
    /// Makes the role with all its rights, or mends it. `managed` says that the state already holds
    /// the membership.
    pub(super) async fn set_up_role(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        managed: bool,
    ) -> Result<(), Error> {
        let (project, user) = (&spec.project, &spec.user);
        let Some(record) = self.project_record(project).await? else {
            return Err(Error::Invalid {
                attribute: Some("project"),
                message: format!("there is no project `{project}`"),
                remedy: format!(
                    "add an `mlspace_project` of this name and refer to its `name`, or create the record in table `{}`",
                    self.settings().table_names.projects
                ),
            });
        };
        let groups = self.ensure_group_policies_of(operation, user).await?;
        self.check_attachments(groups.len()).await?;
        let using = self.using_shared_policies().await;
        let rights = self
            .rights(project, user, &groups, record.suspended)
            .await?;
        let name = self.ensure_role(operation, spec, &rights, managed).await?;
        let found = self.wait_for_role(operation, &name, |_| Vec::new()).await?;
        let changes_over = rights.changes_over(&found);
        self.ensure_own_policies(operation, spec, record.suspended, changes_over)
            .await?;
        let quota = if changes_over {
            self.attachment_quota(rights.in_between(&found)).await?
        } else {
            ATTACHMENTS
        };
        for step in rights.steps(&found, quota) {
            operation.check(&format!("setting up role `{name}`"))?;
            self.mend(operation, spec, &name, &rights, step).await?;
        }
        self.wait_for_role(operation, &name, |found| rights.differences(found))
            .await?;
        drop(using);
        if managed || changes_over {
            self.remove_superseded_policies(operation, spec, &name)
                .await?;
        }
        Ok(())
    }

    /// Makes the policies that the model attaches to this role, beside groups', what they should be.
    async fn ensure_own_policies(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        suspended: bool,
        changes_over: bool,
    ) -> Result<(), Error> {
        let (project, user) = (&spec.project, &spec.user);
        match self.settings().policy_model {
            PolicyModel::Attribute => self.ensure_shared_policies(operation, suspended).await,
            PolicyModel::PerPrincipal => {
                // The project's policy is the project's to keep; but members are not made without
                // it, and don't change over to one that was left from long ago.
                let policy = self.wanted_project_policy(project, suspended).await?;
                let arn = self.account().await?.policy_arn(&policy.name);
                if changes_over || self.live_policy(&arn).await?.is_none() {
                    self.ensure_policy(operation, &policy).await?;
                }
                let policy = self.wanted_user_policy(user).await?;
                self.ensure_policy(operation, &policy).await.map(drop)
            }
        }
    }

    /// Makes a policy that is shared with other roles anew.
    async fn make_shared_policy_again(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Result<(), Error> {
        match self.settings().policy_model {
            PolicyModel::PerPrincipal => {
                let policy = self.wanted_user_policy(&spec.user).await?;
                self.ensure_policy(operation, &policy).await.map(drop)
            }
            PolicyModel::Attribute => {
                self.forget_shared_policies().await;
                self.ensure_shared_policies(operation, false).await
            }
        }
    }

    /// Removes the other model's policies that `role` carried, where no other role does.
    async fn remove_superseded_policies(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        role: &str,
    ) -> Result<(), Error> {
        let prefix = &self.settings().iam_resource_prefix;
        let (project, user) = (&spec.project, &spec.user);
        match self.settings().policy_model {
            PolicyModel::PerPrincipal => self.remove_unused_shared_policies(operation, role).await,
            PolicyModel::Attribute => {
                let name = layout::user_policy_name(prefix, user)?;
                self.delete_policy_if_unused(operation, &name, PolicyOwner::User(user), role)
                    .await?;
                let name = layout::project_policy_name(prefix, project)?;
                let owner = PolicyOwner::Project(project);
                self.delete_policy_if_unused(operation, &name, owner, role)
                    .await
            }
        }
    }

    /// The role under this membership's name: created without rights, or found and proven its own.
    async fn ensure_role(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        rights: &Rights,
        managed: bool,
    ) -> Result<String, Error> {
        let name = self.membership_role_name(&spec.project, &spec.user)?;
        for attempt in 0..TRIES {
            match self.live_role(&name).await? {
                Some(found) if managed || self.owns_role(&spec.project, &spec.user, &found) => {
                    return Ok(name);
                }
                Some(_) => {
                    return Err(Error::AlreadyExists {
                        what: format!("role `{name}` that isn't tagged as that of `{}`", id(spec)),
                        remedy: format!(
                            "remove or rename it, or, if it is the member's, {}",
                            import_hint(spec)
                        ),
                    });
                }
                None => {}
            }
            operation.check(&format!("creating role `{name}`"))?;
            let description = format!(
                "Default SageMaker Notebook role for Project: {} - User: {}",
                spec.project, spec.user
            );
            let (trust, boundary) = (rights.trust.to_json(), rights.boundary.as_deref());
            let created = self
                .create_role(
                    operation,
                    &name,
                    &description,
                    &trust,
                    boundary,
                    &rights.tags,
                )
                .await;
            match created {
                Ok(true) => return Ok(name),
                // Made by another process a moment ago, and not seen yet.
                Ok(false) => {
                    operation
                        .back_off(Backoff::QUICK, attempt, "creating a role")
                        .await?
                }
                Err(error) => return Err(explain_boundary(error, boundary)),
            }
        }
        Err(Error::Conflict {
            message: format!("role `{name}` can neither be created nor read"),
            remedy: "remove a role whose name differs in case only, or let another run finish, and apply again".to_owned(),
        })
    }

    /// Waits until the role is seen, and seen without `differences`.
    async fn wait_for_role<F>(
        &self,
        operation: &Operation,
        name: &str,
        differences: F,
    ) -> Result<RoleState, Error>
    where
        F: Fn(&RoleState) -> Vec<Difference> + Send + Sync,
    {
        let what = format!("waiting for role `{name}` to be seen as it was set up");
        let differences = &differences;
        until_within(operation, VISIBLE, &what, Backoff::QUICK, || async move {
            let Some(found) = self.live_role(name).await? else {
                return Ok(Poll::Pending("it is not seen".to_owned()));
            };
            let status: Vec<String> = differences(&found)
                .iter()
                .map(|d| format!("it {d}"))
                .collect();
            Ok(if status.is_empty() {
                Poll::Ready(found)
            } else {
                Poll::Pending(status.join(", "))
            })
        })
        .await
    }

    /// Mends one difference of the role.
    async fn mend(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        role: &str,
        rights: &Rights,
        difference: Difference,
    ) -> Result<(), Error> {
        match difference {
            Difference::ForeignPolicy(arn) | Difference::Superseded(arn) => {
                self.detach_policy(operation, role, &arn).await
            }
            Difference::ForeignInline(name) => self.delete_inline(operation, role, &name).await,
            Difference::Trust => {
                self.set_trust(operation, role, &rights.trust.to_json())
                    .await
            }
            Difference::Boundary(_) => {
                let boundary = rights.boundary.as_deref();
                let set = self.set_boundary(operation, role, boundary).await;
                set.map_err(|error| explain_boundary(error, boundary))
            }
            Difference::Tag(key, _) => {
                let tag: Tags = rights
                    .tags
                    .iter()
                    .filter(|(other, _)| *other == key)
                    .collect();
                self.tag_role(operation, role, &tag).await
            }
            Difference::Crowded => {
                let document = denying_all().to_json();
                self.set_inline(operation, role, PASS_ROLE, &document).await
            }
            Difference::MissingInline | Difference::EditedInline => {
                self.set_inline(operation, role, PASS_ROLE, &rights.inline.to_json())
                    .await
            }
            Difference::MissingPolicy(_, arn) => {
                self.attach(operation, spec, role, rights, &arn).await
            }
        }
    }

    /// Attaches a policy. One that is shared with other roles may be removed by another process, with
    /// the last of these, at this very moment, so it is made again where it is missed.
    async fn attach(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        role: &str,
        rights: &Rights,
        arn: &str,
    ) -> Result<(), Error> {
        let own = rights.attached.iter().take(2).any(|own| own == arn);
        // The project's goes with the project.
        let shared = own && self.project_policy_arn(&spec.project).await?.as_deref() != Some(arn);
        let foreign = self
            .settings()
            .base_policy_arns
            .iter()
            .any(|base| base == arn);
        let patience = if shared || foreign { SEEN } else { SETTLING };
        for _ in 0..3 {
            match self.attach_policy(operation, role, arn, patience).await {
                Err(error) if error.is_absent() && shared => {
                    self.make_shared_policy_again(operation, spec).await?;
                }
                Err(error) if error.is_absent() && foreign => {
                    return Err(Error::NotFound {
                        what: format!("policy `{arn}`, which role `{role}` is to carry,"),
                        remedy:
                            "create it first, or correct `base_policy_arns` in the provider block"
                                .to_owned(),
                    });
                }
                result => return result,
            }
        }
        Err(Error::Conflict {
            message: format!("policy `{arn}` keeps being removed by others"),
            remedy: "let the other run finish and apply again".to_owned(),
        })
    }

    /// Managed policies that a role may carry. The account's own quota is asked for only when the
    /// usual one is not enough for `needed`.
    async fn attachment_quota(&self, needed: usize) -> Result<usize, Error> {
        if needed <= ATTACHMENTS {
            return Ok(ATTACHMENTS);
        }
        let client = self.iam().await?;
        let summary = client
            .get_account_summary()
            .send()
            .await
            .called("iam", "GetAccountSummary")?;
        Ok(summary
            .summary_map()
            .and_then(|map| {
                map.iter()
                    .find(|(key, _)| key.as_str() == "AttachedPoliciesPerRoleQuota")
            })
            .and_then(|(_, quota)| usize::try_from(*quota).ok())
            .unwrap_or(ATTACHMENTS))
    }

    /// Refuses more policies than a role may carry.
    pub(super) async fn check_attachments(&self, groups: usize) -> Result<(), Error> {
        let base = self.settings().base_policy_arns.len();
        let quota = self.attachment_quota(base + 2 + groups).await?;
        match too_many(self.settings().policy_model, base, groups, quota) {
            None => Ok(()),
            Some(message) => Err(Error::Invalid {
                attribute: None,
                message,
                remedy: "merge policies of `base_policy_arns`, put the user into fewer groups, share fewer datasets with them, or ask \
                         for a higher quota of managed policies attached to a role"
                    .to_owned(),
            }),
        }
    }
}

/// Says where the boundary comes from when IAM doesn't know it.
fn explain_boundary(error: Error, boundary: Option<&str>) -> Error {
    match boundary {
        Some(arn) if error.is_absent() => Error::NotFound {
            what: format!("the permissions boundary `{arn}`"),
            remedy: "create it first, or correct `permissions_boundary_arn` in the provider block"
                .to_owned(),
        },
        _ => error,
    }
}
