//! Checks, at plan time, of the base policies and the boundary that a membership's role would have
//! in addition to the platform's own policies.

use std::collections::BTreeMap;

use super::read::id;
use super::{MembershipSpec, Memberships, Shares};
use crate::access::{Deviation, Deviations, ExternalPolicies, IamRole, cross_tenant, invalid_role};
use crate::aws::{Error, PolicyModel};
use crate::iam::RoleState;
use crate::name::{ProjectName, UserName};
use crate::plan::{Notice, PlanOutcome};
use crate::policies::isolation::TenantModel;
use crate::policies::{self, ProjectAccess};
use iam_policy::Document;

/// The base policies and the boundary of all memberships, as far as they could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ReadPolicies {
    /// What was read.
    pub external: ExternalPolicies,
    /// Of each that could not be read or understood, one sentence why.
    pub unread: Vec<String>,
}

impl Memberships {
    /// Checks, at plan time, what base policies and boundary change of this membership's permissions:
    /// permissions beyond the access model are errors, missing ones are warnings.
    pub(super) async fn review(&self, spec: &MembershipSpec) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        let mut first = false;
        let read = || {
            first = true;
            self.read_external()
        };
        let external = self.external.get_or_init(read).await;
        // Said once, by the first membership of a plan.
        if first {
            outcome
                .warnings
                .extend(external.unread.iter().map(not_checked));
            let crossing = self.review_tenants(&external.external).await;
            outcome.warnings.extend(crossing);
        }
        let review = match self.review_with(spec, external).await {
            Ok(review) => review,
            Err(error) => return outcome.and(PlanOutcome::failed(&error)),
        };
        if !review.excess.is_empty() {
            let excess = Notice {
                attribute: "",
                summary: "Base policies grant excess permissions".to_owned(),
                detail: format!(
                    "Base policies would let `{}` {}. Narrow them, or remove them from `base_policy_arns`.",
                    id(spec),
                    list_deviations(&review.excess)
                ),
            };
            let bounded = self.clients.settings().permissions_boundary_arn.is_some();
            // A boundary that is unknown, or does not exist yet, might deny it again.
            if external.external.boundary.is_some() || !bounded {
                outcome.errors.push(excess);
            } else {
                outcome.warnings.push(excess);
            }
        }
        if !review.missing.is_empty() {
            outcome.warnings.push(Notice {
                attribute: "",
                summary: "Member permissions are restricted".to_owned(),
                detail: format!(
                    "Base policies or the permissions boundary would not let `{}` {}. Widen them if this is not intended.",
                    id(spec),
                    list_deviations(&review.missing)
                ),
            });
        }
        outcome
    }

    /// What base policies would let the role of any membership do to other tenants, decided for all
    /// names and requests.
    async fn review_tenants(&self, external: &ExternalPolicies) -> Vec<Notice> {
        // What fails here fails for each membership, too, and is said there.
        let Ok(context) = self.clients.policy_context().await else {
            return Vec::new();
        };
        if external.base.is_empty() {
            return Vec::new();
        }
        let model = match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => TenantModel::PerPrincipal,
            PolicyModel::Attribute => TenantModel::Attribute,
        };
        let Ok(found) = cross_tenant(&context, model, external) else {
            return Vec::new();
        };
        let notice = |summary: &str, what: &str, all: &[Deviation]| {
            (!all.is_empty()).then(|| Notice {
                attribute: "",
                summary: summary.to_owned(),
                detail: format!("{what} {}.", list_deviations(all)),
            })
        };
        let refuted = notice(
            "Base policies cross tenants",
            "Narrow the base policies, or remove them from `base_policy_arns`: of all requests, they would let a member",
            &found.refuted,
        );
        let not_decided = notice(
            "Base policies not decided",
            "Simplify the base policies, or check them with `mlspace-policy prove`: it is not decided whether they would \
             let a member",
            &found.not_decided,
        );
        refuted.into_iter().chain(not_decided).collect()
    }

    /// Refuses base policies and a permissions boundary of another account or partition. IAM says of
    /// them that they do not exist.
    pub(super) async fn check_accounts(&self) -> Result<(), Error> {
        let settings = self.clients.settings();
        let account = self.clients.account().await?;
        let boundary = settings.permissions_boundary_arn.iter();
        let base = settings.base_policy_arns.iter();
        let all = boundary
            .map(|arn| ("permissions_boundary_arn", arn))
            .chain(base.map(|arn| ("base_policy_arns", arn)));
        for (setting, arn) in all {
            if !account.can_attach(arn) {
                return Err(Error::Invalid {
                    attribute: None,
                    message: format!(
                        "policy `{arn}` cannot be attached to a role of account {} in partition `{}`, because it is \
                         not of that account",
                        account.account_id, account.partition
                    ),
                    remedy: format!(
                        "create the policy in that account and correct `{setting}` in the provider block, or use \
                         credentials of the policy's account"
                    ),
                });
            }
        }
        Ok(())
    }

    /// Reads the base policies and the permissions boundary. Those that are not there are left out: the same run may make them.
    async fn read_external(&self) -> ReadPolicies {
        let settings = self.clients.settings();
        let mut found = ReadPolicies::default();
        for arn in &settings.base_policy_arns {
            match self.external_document(arn).await {
                Ok(document) => found
                    .external
                    .base
                    .extend(document.map(|document| (arn.clone(), document))),
                Err(why) => found.unread.push(why),
            }
        }
        if let Some(arn) = &settings.permissions_boundary_arn {
            match self.external_document(arn).await {
                Ok(document) => {
                    found.external.boundary = document.map(|document| (arn.clone(), document));
                }
                Err(why) => found.unread.push(why),
            }
        }
        found
    }

    async fn external_document(&self, arn: &str) -> Result<Option<Document>, String> {
        let text = self.policies.any_document(arn).await;
        let text = text.map_err(|error| format!("`{arn}` could not be read: {error}"))?;
        text.map(|text| Document::parse(&text))
            .transpose()
            .map_err(|error| format!("`{arn}` could not be understood: {error}"))
    }

    /// Where base policies and boundary would depart from the access model for this membership.
    ///
    /// # Errors
    /// When a policy of the membership cannot be made, or does not fit: too many approved subnets, say.
    async fn review_with(
        &self,
        spec: &MembershipSpec,
        external: &ReadPolicies,
    ) -> Result<Deviations, Error> {
        let (project, user) = (&spec.project, &spec.user);
        let context = self.clients.policy_context().await?;
        let shares = self.groups.cached_shares_of(project, user).await?;
        let role = self.role_with(spec, &shares).await?;
        role.deviations(&context, project, user, &external.external)
            .map_err(|error| invalid_role(&error))
    }

    /// Base policies and boundary of all roles, read once.
    pub(crate) async fn external_policies(&self) -> &ExternalPolicies {
        let read = || self.read_external();
        &self.external.get_or_init(read).await.external
    }

    /// The role of a membership with the platform's own policies as they would be if this is shared
    /// with it.
    ///
    /// # Errors
    /// When a policy of the membership cannot be made, or does not fit.
    pub(crate) async fn role_with(
        &self,
        spec: &MembershipSpec,
        shares: &Shares,
    ) -> Result<IamRole, Error> {
        let access = self.projects.planned_access(&spec.project).await?;
        self.role_of(spec, shares, &access, false).await
    }

    /// The same, of a project with this access that is suspended or not.
    async fn role_of(
        &self,
        spec: &MembershipSpec,
        shares: &Shares,
        access: &ProjectAccess,
        suspended: bool,
    ) -> Result<IamRole, Error> {
        let (project, user) = (&spec.project, &spec.user);
        let context = self.clients.policy_context().await?;
        let role_arn = self.member_roles.arn(project, user).await?;
        let role = IamRole::new(role_arn.as_str()).tagged(self.member_roles.tags(project, user));
        let own = self
            .inline
            .desired(project, user, spec.owner, access, shares)
            .await?;
        let role = match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => role
                .policy(
                    "project",
                    policies::project_policy(&context, project, access, suspended)?,
                )
                .policy("user", policies::user_policy(&context, user)?),
            PolicyModel::Attribute => {
                let listed: &[ProjectName] = if suspended {
                    std::slice::from_ref(project)
                } else {
                    &[]
                };
                role.policy("members", policies::attribute_policy(&context)?)
                    .policy("suspended", policies::suspension_policy(&context, listed)?)
            }
        }
        .policy(OWN, own);
        let groups = self.groups.cached_policies_of(user).await?;
        Ok(groups
            .into_iter()
            .fold(role, |role, group| role.policy(group.name, group.document)))
    }

    /// What a repair, such as that of a membership that was imported, changes of the permissions of
    /// the role: a warning with what it gains and loses, decided for all requests. None if it is
    /// proved that it changes nothing, and none without the role.
    pub(super) async fn review_repair(
        &self,
        spec: &MembershipSpec,
    ) -> Result<Option<Notice>, Error> {
        let name = self.member_roles.name(&spec.project, &spec.user)?;
        let Some(state) = self.roles.cached(&name).await? else {
            return Ok(None);
        };
        let record = self.projects.record(&spec.project).await?;
        let suspended = record.is_some_and(|record| record.suspended);
        let external = self.external.get_or_init(|| self.read_external()).await;
        let before = match self.attached_role(state).await? {
            Ok(role) => role,
            Err(why) => return Ok(Some(not_compared(spec, &why))),
        };
        let shares = self
            .groups
            .cached_shares_of(&spec.project, &spec.user)
            .await?;
        let access = self.projects.planned_access(&spec.project).await?;
        let own = self.role_of(spec, &shares, &access, suspended).await?;
        let after = external.external.attached_to(own);
        let changes = before
            .difference_in_words(&after)
            .map_err(|error| invalid_role(&error))?;
        Ok(changes.map(|changes| Notice {
            attribute: "",
            summary: "Member permissions change".to_owned(),
            detail: format!(
                "The apply repairs the role of `{}`, which {changes}. Check that nobody relies on what it loses.",
                id(spec)
            ),
        }))
    }

    /// What the role of a member gains and loses when the access of the project changes so, decided
    /// for all requests. None if it is proved that it changes nothing, and none for a user who is no
    /// member.
    ///
    /// # Errors
    /// When a policy of the membership cannot be made, or does not fit.
    pub(crate) async fn access_change(
        &self,
        project: &ProjectName,
        user: &UserName,
        (before, after): (&ProjectAccess, &ProjectAccess),
    ) -> Result<Option<String>, Error> {
        if !self.members.is_member(project, user).await? {
            return Ok(None);
        }
        let spec = MembershipSpec {
            project: project.clone(),
            user: user.clone(),
            owner: self.members.is_owner(project, user).await?,
        };
        let shares = self.groups.cached_shares_of(project, user).await?;
        let external = self.external_policies().await;
        let role = async |access| {
            let own = self.role_of(&spec, &shares, access, false).await?;
            Ok::<IamRole, Error>(external.attached_to(own))
        };
        let (before, after) = (role(before).await?, role(after).await?);
        before
            .difference_in_words(&after)
            .map_err(|error| invalid_role(&error))
    }

    /// The role with the documents that are attached to it now, or why one is not understood.
    async fn attached_role(&self, state: RoleState) -> Result<Result<IamRole, String>, Error> {
        let mut documents = BTreeMap::new();
        for arn in state.attached.iter().chain(&state.boundary) {
            let text = self.policies.any_document(arn).await?;
            documents.insert(arn.clone(), text);
        }
        Ok(IamRole::of_state(&state, &documents))
    }
}

/// The warning about a role whose policies cannot be compared, for this reason.
fn not_compared(spec: &MembershipSpec, why: &str) -> Notice {
    Notice {
        attribute: "",
        summary: "Member permissions not compared".to_owned(),
        detail: format!(
            "The apply repairs the role of `{}`. What it gains and loses cannot be told: {why}.",
            id(spec)
        ),
    }
}

/// Label of the inline policy of a role that is judged.
pub(crate) const OWN: &str = "own";

/// The warning about a policy that could not be read, for this reason.
fn not_checked(reason: &String) -> Notice {
    Notice {
        attribute: "",
        summary: "Policies not checked".to_owned(),
        detail: format!(
            "Without a policy it cannot be checked whether members get exactly their permissions: {reason}. \
             Allow reading it, or look at `mlspace_access` after the apply."
        ),
    }
}

/// The first few with their reasons, and how many more there are.
fn list_deviations(all: &[Deviation]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = all
        .iter()
        .take(SHOWN)
        .map(|deviation| format!("{} ({})", deviation.action, deviation.reason))
        .collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{}, and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_deviations_shows_three_and_counts_the_rest() {
        let all: Vec<Deviation> = (0..5)
            .map(|n| Deviation {
                action: format!("do {n}"),
                reason: "some statement".to_owned(),
            })
            .collect();
        assert_eq!(list_deviations(&all[..1]), "do 0 (some statement)");
        assert!(list_deviations(&all).ends_with("do 2 (some statement), and 2 more"));
    }
}
