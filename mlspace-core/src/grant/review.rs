//! Checks, at plan time, of what a grant would really open: whether its members would get through the
//! policies of bucket and platform, who else has the same objects, and whether the roles have room.

use std::collections::{BTreeMap, BTreeSet};

use super::{Access, GrantSpec, Grantee, Grants};
use crate::access::IamRole;
use crate::aws::Error;
use crate::external_location::{
    Bucket, ExternalLocationSpec, FoundLocation, PlacedGrant, PolicyText,
};
use crate::membership::MembershipSpec;
use crate::name::{ProjectName, UserName};
use crate::plan::{Notice, PlanOutcome};
use crate::policies::PolicyError;
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::{Document, PolicyType, Principal, Statement};

/// How many memberships of a grant are checked.
const CHECKED: usize = 50;

/// Share of the inline policy's limit, in percent, from which a plan tells its size.
const TELL_SIZE: usize = 85;

/// What is known of the bucket's own side.
struct BucketSide {
    policy: Option<Document>,
    notices: Vec<Notice>,
}

impl Grants {
    /// Checks a grant of this location; `all` are the locations on record.
    pub(super) async fn review(
        &self,
        spec: &GrantSpec,
        location: &ExternalLocationSpec,
        all: &[FoundLocation],
    ) -> Result<PlanOutcome<()>, Error> {
        let mut outcome = PlanOutcome::new(());
        let grants = self.store.with_planned(all);
        outcome.warnings.extend(overlap(spec, location, &grants));
        let bucket = self.bucket_side(location).await?;
        outcome.warnings.extend(bucket.notices);
        let mut refusals: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (project, user, owner) in self.memberships_of(&spec.key.grantee).await? {
            let member = format!("{project}/{user}");
            match self.role_with(&project, &user, owner, &grants).await {
                Ok(role) => {
                    outcome.warnings.extend(size_notice(&member, &role));
                    for refusal in self
                        .refusals(&role, spec.access, location, bucket.policy.as_ref())
                        .await?
                    {
                        refusals.entry(refusal).or_default().insert(member.clone());
                    }
                }
                Err(Error::Grant(error @ PolicyError::TooLarge { .. })) => {
                    outcome.errors.push(Notice {
                        attribute: "location",
                        summary: "Too many grants".to_owned(),
                        detail: format!(
                            "With this grant, member `{member}` has more than fits into the inline policies of a role: {error}."
                        ),
                    });
                }
                Err(error) => return Err(error),
            }
        }
        outcome.warnings.extend(
            refusals
                .into_iter()
                .map(|(refusal, members)| refused(&refusal, &members)),
        );
        Ok(outcome)
    }

    /// The memberships that the grant is for, on record or planned by this process; one that stands for
    /// all if there are none yet. Each with whether it is an owner's.
    async fn memberships_of(
        &self,
        grantee: &Grantee,
    ) -> Result<Vec<(ProjectName, UserName, bool)>, Error> {
        let mut all = self.roles.of(grantee).await?;
        let planned = self.roles.planned();
        all.extend(
            planned
                .into_iter()
                .filter(|(project, user)| grantee.includes(project, user, &[])),
        );
        if all.is_empty() {
            let (project, user) = match grantee {
                Grantee::Project(project) => (Some(project), None),
                Grantee::Membership(project, user) => (Some(project), Some(user)),
                Grantee::User(user) => (None, Some(user)),
                // No role is in a group that has no members.
                Grantee::Group(_) => return Ok(Vec::new()),
            };
            let project = project.cloned().map_or_else(|| "any".parse(), Ok);
            let user = user.cloned().map_or_else(|| "any".parse(), Ok);
            if let (Ok(project), Ok(user)) = (project, user) {
                all.insert((project, user));
            }
        }
        let mut members = Vec::new();
        for (project, user) in all.into_iter().take(CHECKED) {
            let owner = self.roles.is_owner(&project, &user).await?;
            members.push((project, user, owner));
        }
        Ok(members)
    }

    /// The role of a membership under these grants.
    async fn role_with(
        &self,
        project: &ProjectName,
        user: &UserName,
        owner: bool,
        grants: &[PlacedGrant],
    ) -> Result<IamRole, Error> {
        let spec = MembershipSpec {
            project: project.clone(),
            user: user.clone(),
            owner,
        };
        let shares = self.roles.shares_with(project, user, grants).await?;
        self.memberships.role_with(&spec, &shares).await
    }

    /// What the bucket's own policy says, as far as it can be read.
    async fn bucket_side(&self, location: &ExternalLocationSpec) -> Result<BucketSide, Error> {
        let bucket = &location.bucket;
        let mut side = BucketSide {
            policy: None,
            notices: Vec::new(),
        };
        let unread = |reason: &str| Notice {
            attribute: "location",
            summary: "Policies not checked".to_owned(),
            detail: format!(
                "Whether the policy of bucket `{bucket}` lets members in cannot be checked: {reason}. It has to allow the \
                 roles of the members if the bucket is in another account."
            ),
        };
        match self.api.bucket(bucket).await? {
            // A plan of the location tells.
            Bucket::Missing => {}
            Bucket::Elsewhere => side.notices.push(unread(
                "it is in another account or region, or out of sight for the identity that runs Terraform",
            )),
            Bucket::Own(_) => match self.api.bucket_policy(bucket).await? {
                PolicyText::None => {}
                PolicyText::Unread(reason) => side.notices.push(unread(&reason)),
                PolicyText::Text(text) => match Document::parse(&text) {
                    Ok(document) => side.policy = Some(document),
                    Err(error) => side.notices.push(unread(&error.to_string())),
                },
            },
        }
        Ok(side)
    }

    /// What the role would be refused of the grant, and by which layer.
    async fn refusals(
        &self,
        role: &IamRole,
        access: Access,
        location: &ExternalLocationSpec,
        policy: Option<&Document>,
    ) -> Result<Vec<String>, Error> {
        let account = self.clients.account().await?;
        let own = role.policy_set();
        let set = self.memberships.external_policies().await.added_to(&own);
        let with_bucket = |set: PolicySet| match policy {
            Some(document) => set.resource(&format!("bucket {}", location.bucket), document),
            None => set,
        };
        let set = with_bucket(set);
        let Ok(caller) = Caller::from_arn(role.role_arn()) else {
            return Ok(Vec::new());
        };
        let vpc = self.clients.settings().source_vpc_ids.first();
        let request = |action: &str, resource: String| {
            let request = Request::new(caller.clone(), action, resource)
                .resource_account(account.account_id.as_str())
                .context("s3:ResourceAccount", [account.account_id.as_str()])
                .context("aws:RequestedRegion", [account.region.as_str()])
                .context("aws:SecureTransport", ["true"])
                .context("s3:TlsVersion", ["1.3"]);
            let request = match vpc {
                Some(vpc) => request.context("aws:SourceVpc", [vpc.as_str()]),
                None => request,
            };
            let tags = role.tags().iter();
            tags.fold(request, |request, (key, value)| {
                request.principal_tag(key, value)
            })
        };
        let mut refusals = Vec::new();
        for prefix in location.all_prefixes() {
            let object = account.object_arn(&location.bucket, &format!("{prefix}any"));
            let mut requests = vec![
                request("s3:GetObject", object.clone()),
                request("s3:ListBucket", account.bucket_arn(&location.bucket))
                    .context("s3:prefix", [prefix]),
            ];
            if access.writes() {
                let put = request("s3:PutObject", object.clone());
                requests.push(match &location.kms_key_arn {
                    Some(key) => put
                        .context("s3:x-amz-server-side-encryption", ["aws:kms"])
                        .context(
                            "s3:x-amz-server-side-encryption-aws-kms-key-id",
                            [key.as_str()],
                        ),
                    None => put,
                });
                requests.push(request("s3:DeleteObject", object));
            }
            let url = format!("s3://{}/{prefix}", location.bucket);
            refusals.extend(requests.iter().filter_map(|request| {
                let readings = set.readings(request);
                let (decision, action) = (readings.certain(), request.action());
                (!decision.is_allowed()).then(|| format!("`{action}` on `{url}` is {decision}"))
            }));
        }
        if let Some(key) = &location.kms_key_arn {
            let actions: &[&str] = match access {
                Access::Read => &["kms:Decrypt"],
                Access::ReadWrite => &["kms:Decrypt", "kms:GenerateDataKey"],
            };
            // What the key's own policy says is not known here.
            let set = self.memberships.external_policies().await.added_to(&own);
            let owner = key.split(':').nth(4).unwrap_or_default();
            let root = Statement::allow("Root")
                .principal(Principal::aws(format!(
                    "arn:{}:iam::{owner}:root",
                    account.partition
                )))
                .actions(["kms:*"])
                .resources(["*"]);
            let set = set.resource("key", &Document::new([root]));
            for action in actions {
                let request = request(action, key.clone())
                    .resource_account(owner)
                    .context(
                        "kms:ViaService",
                        [format!("s3.{}.amazonaws.com", account.region)],
                    );
                let readings = set.readings(&request);
                let decision = readings.certain();
                if !decision.is_allowed() {
                    refusals.push(format!("`{action}` on `{key}` is {decision}"));
                }
            }
        }
        Ok(refusals)
    }
}

/// The warning about requests that this layer refuses.
fn refused(refusal: &str, members: &BTreeSet<String>) -> Notice {
    let names: Vec<String> = members
        .iter()
        .take(5)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match members.len().saturating_sub(names.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Notice {
        attribute: "location",
        summary: "Grant does not get through".to_owned(),
        detail: format!(
            "For {}{more}, {refusal}. Change the policy that refuses it, or the grant opens less than it says. The \
             permissions boundary has to name the bucket in `granted_buckets` and its key in `granted_key_arns`.",
            names.join(", ")
        ),
    }
}

/// The warning about others who are granted the same objects.
fn overlap(
    spec: &GrantSpec,
    location: &ExternalLocationSpec,
    grants: &[PlacedGrant],
) -> Option<Notice> {
    let others: Vec<&PlacedGrant> = grants
        .iter()
        .filter(|grant| grant.grantee != spec.key.grantee && grant.location.overlaps(location))
        .collect();
    let writes = spec.access.writes() || others.iter().any(|grant| grant.access.writes());
    let others: Vec<String> = others
        .into_iter()
        .map(|grant| {
            let access = match grant.access {
                Access::Read => "read",
                Access::ReadWrite => "read and write",
            };
            format!(
                "{} can {access} {}",
                grant.grantee.in_words().trim_end_matches(','),
                grant.location.objects()
            )
        })
        .collect();
    (!others.is_empty()).then(|| Notice {
        attribute: "location",
        summary: "Location shared with others".to_owned(),
        detail: format!(
            "Others are granted the same objects: {}.{}",
            others.join("; "),
            if writes {
                " What one writes there, the others read."
            } else {
                ""
            }
        ),
    })
}

/// The warning about a role whose inline policy is nearly full.
fn size_notice(member: &str, role: &IamRole) -> Option<Notice> {
    let size = role.policy_size(crate::membership::OWN)?;
    let limit = PolicyType::RoleInline.limit();
    (size * 100 > limit * TELL_SIZE).then(|| Notice {
        attribute: "location",
        summary: "Inline policy nearly full".to_owned(),
        detail: format!(
            "The inline policy of member `{member}` has {size} of the {limit} characters that IAM allows for a role, \
             so that few more grants, datasets and services fit."
        ),
    })
}
