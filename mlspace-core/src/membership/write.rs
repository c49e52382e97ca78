//! Making and changing memberships.

use std::time::Duration;

use super::read::id;
use super::rights::{ATTACHMENTS, Difference, PASS_ROLE, Rights, too_many};
use super::{Membership, MembershipSpec, lock_key};
use crate::aws::authorization::RoleState;
use crate::aws::managed_policy::TRIES;
use crate::aws::wait::{SETTLING, until_within};
use crate::aws::{Backoff, Called as _, Error, Failure, Operation, Outcome, Platform, Poll};
use crate::records::{Change, Item, OWNER, ProjectUserRecord, Write, is_ours, mark_ours};
use crate::tags::Tags;
use crate::{grants, layout};

/// Longest wait for a policy to be seen that was there before, or that others may have removed.
const SEEN: Duration = Duration::from_secs(15);

/// Longest wait for a role to be seen with all it was given.
const VISIBLE: Duration = Duration::from_secs(120);

impl Platform {
    /// Checks at plan time what a new membership would run into: a user's name that differs from
    /// another's in case only, names and settings that no role or policy can be made from.
    ///
    /// A project that isn't there may be made by the same run; that is seen when it is applied.
    ///
    /// # Errors
    /// What the check finds, or what keeps it from looking.
    pub async fn check_new_membership(&self, spec: &MembershipSpec) -> Result<(), Error> {
        self.membership_role_name(&spec.project, &spec.user)?;
        let context = self.grant_context().await?;
        grants::user_policy(&context, &spec.user)?;
        layout::project_policy_name(&self.settings().iam_resource_prefix, &spec.project)?;
        // Groups' tables that aren't there yet hold no groups.
        let groups = self.group_policies_of(&spec.user).await?;
        self.check_attachments(groups.len()).await?;
        self.check_user_twins(&spec.user).await
    }

    /// Makes a membership: the role with all its rights, then the record.
    ///
    /// # Errors
    /// The first step's that failed, with the membership as far as it exists.
    pub async fn create_membership(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Outcome<Membership> {
        let _turn = self.lock(&lock_key(&spec.user)).await;
        let role = self.member_role_arn(&spec.project, &spec.user).await?;
        // An interrupted create of this very membership wrote its record as its last step.
        let finished = |record: &ProjectUserRecord, item: &Item| {
            is_ours(item) && record.role == role && record.is_owner() == spec.owner
        };
        if let Some((record, item)) = self.find_member(&spec.project, &spec.user).await?
            && !finished(&record, &item)
        {
            return Err(Error::AlreadyExists {
                what: format!("member `{}`", id(spec)),
                remedy: import_hint(spec),
            }
            .into());
        }
        self.check_user_twins(&spec.user).await?;
        Box::pin(self.bring_about(operation, spec, false)).await
    }

    /// Changes a membership in place, and mends what was changed outside.
    ///
    /// # Errors
    /// The first step's that failed, with the membership as it is then.
    pub async fn update_membership(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Outcome<Membership> {
        let _turn = self.lock(&lock_key(&spec.user)).await;
        Box::pin(self.bring_about(operation, spec, true)).await
    }

    /// Makes the membership what it should be. `managed` says that the state already holds it, so
    /// that a role under its name is its own whatever became of the role's tags.
    async fn bring_about(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        managed: bool,
    ) -> Outcome<Membership> {
        let done = async {
            self.set_up_role(operation, spec, managed).await?;
            self.record_member(operation, spec).await
        };
        match done.await {
            Ok(()) => Ok(Membership {
                project: spec.project.clone(),
                user: spec.user.clone(),
                owner: spec.owner,
                role_name: self.membership_role_name(&spec.project, &spec.user)?,
                role_arn: self.member_role_arn(&spec.project, &spec.user).await?,
                drift: Vec::new(),
            }),
            Err(error) => {
                let reached = self
                    .read_membership(&spec.project, &spec.user)
                    .await
                    .ok()
                    .flatten();
                Err(Failure { error, reached })
            }
        }
    }

    async fn set_up_role(
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
        // The project's policy is the project's to keep; but members are not made without it.
        let project_policy = self
            .wanted_project_policy(project, record.suspended)
            .await?;
        let project_arn = self.account().await?.policy_arn(&project_policy.name);
        if self.live_policy(&project_arn).await?.is_none() {
            self.ensure_policy(operation, &project_policy).await?;
        }
        let rights = self.rights(project, user, &groups).await?;
        let name = self.ensure_role(operation, spec, &rights, managed).await?;
        let user_policy = self.wanted_user_policy(user).await?;
        self.ensure_policy(operation, &user_policy).await?;

        let found = self.wait_for_role(operation, &name, |_| Vec::new()).await?;
        for difference in rights.differences(&found) {
            operation.check(&format!("setting up role `{name}`"))?;
            self.mend(operation, spec, &name, &rights, difference)
                .await?;
        }
        self.wait_for_role(operation, &name, |found| rights.differences(found))
            .await?;
        Ok(())
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
            Difference::ForeignPolicy(arn) => self.detach_policy(operation, role, &arn).await,
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
            Difference::MissingPolicy(_, arn) => self.attach(operation, spec, role, &arn).await,
            Difference::MissingPassRole | Difference::EditedPassRole => {
                self.set_inline(operation, role, PASS_ROLE, &rights.pass_role.to_json())
                    .await
            }
        }
    }

    /// Attaches a policy. The user's is shared: another process may remove it with the last of its
    /// roles at this very moment, so it is made again where it is missed.
    async fn attach(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        role: &str,
        arn: &str,
    ) -> Result<(), Error> {
        let own = self.wanted_user_policy(&spec.user).await?;
        let shared = self.account().await?.policy_arn(&own.name) == arn;
        let foreign = self
            .settings()
            .base_policy_arns
            .iter()
            .any(|base| base == arn);
        let patience = if shared || foreign { SEEN } else { SETTLING };
        for _ in 0..3 {
            match self.attach_policy(operation, role, arn, patience).await {
                Err(error) if error.is_absent() && shared => {
                    self.ensure_policy(operation, &own).await?;
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

    /// Refuses more policies than a role may carry. The account's own quota is asked for only when
    /// the usual one is not enough.
    async fn check_attachments(&self, groups: usize) -> Result<(), Error> {
        let base = self.settings().base_policy_arns.len();
        if too_many(base, groups, ATTACHMENTS).is_none() {
            return Ok(());
        }
        let client = self.iam().await?;
        let summary = client
            .get_account_summary()
            .send()
            .await
            .called("iam", "GetAccountSummary")?;
        let quota = summary
            .summary_map()
            .and_then(|map| {
                map.iter()
                    .find(|(key, _)| key.as_str() == "AttachedPoliciesPerRoleQuota")
            })
            .and_then(|(_, quota)| usize::try_from(*quota).ok())
            .unwrap_or(ATTACHMENTS);
        match too_many(base, groups, quota) {
            None => Ok(()),
            Some(message) => Err(Error::Invalid {
                attribute: None,
                message,
                remedy: "merge policies of `base_policy_arns`, share fewer datasets with the groups, or ask \
                         for a higher quota of managed policies attached to a role"
                    .to_owned(),
            }),
        }
    }

    /// Brings the record about, last of all.
    async fn record_member(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Result<(), Error> {
        let table = &self.settings().table_names.project_users;
        let key = ProjectUserRecord::key(&spec.project, &spec.user);
        let role = self.member_role_arn(&spec.project, &spec.user).await?;
        for _ in 0..5 {
            operation.check(&format!("recording member `{}`", id(spec)))?;
            let write = match self.find_member(&spec.project, &spec.user).await? {
                None => {
                    let record = ProjectUserRecord {
                        project: spec.project.to_string(),
                        user: spec.user.to_string(),
                        permissions: spec.owner.then(|| OWNER.to_owned()).into_iter().collect(),
                        role: role.clone(),
                    };
                    self.create_item(table, &key, mark_ours(record.item()))
                        .await?
                }
                Some((record, item)) => {
                    let permissions = record.permissions_with(spec.owner);
                    let mut change = Change::new();
                    if record.is_owner() != spec.owner {
                        change = change.set_texts("permissions", &permissions);
                    }
                    if record.role != role {
                        change = change.set_text("role", &role);
                    }
                    if change.is_empty() {
                        return Ok(());
                    }
                    let change = change
                        .expect_present("project")
                        .expect("permissions", item.get("permissions"))
                        .expect("role", item.get("role"));
                    self.update_item(table, &key, &change).await?
                }
            };
            if write == Write::Done {
                return Ok(());
            }
        }
        Err(Error::Conflict {
            message: format!(
                "the record of member `{}` keeps being changed by others",
                id(spec)
            ),
            remedy: "apply again when they are done".to_owned(),
        })
    }
}

fn import_hint(spec: &MembershipSpec) -> String {
    format!(
        "run `terraform import mlspace_membership.<name> {}` to manage it here",
        id(spec)
    )
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
