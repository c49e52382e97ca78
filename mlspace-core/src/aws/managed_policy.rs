//! Customer-managed policies: made, kept to a document, and removed, with proof of whose they are.

mod delete;

use aws_sdk_iam::types::{PolicyScopeType, Tag};

use super::authorization::{decode, tags_of};
use super::error::Error;
use super::outcome::{Called as _, IfPresent as _};
use super::platform::Platform;
use super::wait::{Backoff, Operation, settle};
use crate::tags::{self, PolicyOwner, Tags};
use iam_policy::Document;

/// Versions that IAM keeps of one policy (IAM user guide, "IAM and AWS STS quotas").
const VERSIONS: usize = 5;

/// How often something that others make and remove at the same time is looked at again: about half
/// a minute, in which IAM's answers come to agree.
pub(crate) const TRIES: u32 = 15;

/// A managed policy as IAM holds it now.
#[derive(Debug, Clone)]
pub(crate) struct ManagedPolicy {
    /// The tags.
    pub(crate) tags: Tags,
    /// The default version's document, as JSON.
    pub(crate) document: String,
}

/// A managed policy as it should be.
#[derive(Debug, Clone)]
pub(crate) struct WantedPolicy<'a> {
    /// The policy's name.
    pub(crate) name: String,
    /// Whom it is for.
    pub(crate) owner: PolicyOwner<'a>,
    /// What it says.
    pub(crate) document: Document,
    /// What to do when another's policy bears this name.
    pub(crate) in_the_way: String,
}

impl WantedPolicy<'_> {
    /// The error when a policy that isn't ours bears this name.
    pub(crate) fn refusal(&self) -> Error {
        Error::AlreadyExists {
            what: format!(
                "policy `{}` that isn't tagged as this platform's",
                self.name
            ),
            remedy: self.in_the_way.clone(),
        }
    }
}

/// The lock that all changes to a policy take.
pub(crate) fn lock_key(name: &str) -> String {
    format!("policy/{}", name.to_ascii_lowercase())
}

/// Whether a policy of another's would be taken for ours.
fn proves(owner: PolicyOwner<'_>, system: &str, found: &Tags) -> bool {
    found.get(owner.key()) == Some(owner.name()) && found.get(tags::SYSTEM) == Some(system)
}

/// Whether the JSON of a policy found means the same as the wanted document.
pub(crate) fn means(found: &str, wanted: &Document) -> bool {
    Document::parse(found).is_ok_and(|found| found.equivalent(wanted))
}

/// Our tags as IAM's.
pub(crate) fn iam_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
        .collect()
}

impl Platform {
    /// The tags that a policy of this owner bears.
    pub(crate) fn wanted_policy_tags(&self, owner: PolicyOwner<'_>) -> Tags {
        let settings = self.settings();
        settings
            .default_tags
            .clone()
            .overlaid(&tags::policy_tags(&settings.system_tag, owner))
    }

    /// The policy as it is now.
    pub(crate) async fn live_policy(&self, arn: &str) -> Result<Option<ManagedPolicy>, Error> {
        let client = self.iam().await?;
        let found = client
            .get_policy()
            .policy_arn(arn)
            .send()
            .await
            .called("iam", "GetPolicy");
        let Some(policy) = found.if_present()?.and_then(|output| output.policy) else {
            return Ok(None);
        };
        let version = client
            .get_policy_version()
            .policy_arn(arn)
            .version_id(policy.default_version_id().unwrap_or("v1"))
            .send()
            .await
            .called("iam", "GetPolicyVersion");
        let Some(version) = version
            .if_present()?
            .and_then(|output| output.policy_version)
        else {
            return Ok(None);
        };
        Ok(Some(ManagedPolicy {
            tags: tags_of(policy.tags()),
            document: decode(version.document().unwrap_or_default()),
        }))
    }

    /// The policy as it is, its document as fresh as [`Self::policy_document`]. Bulk reads leave out
    /// the tags of policies, which are asked for singly.
    pub(crate) async fn policy(&self, arn: &str) -> Result<Option<ManagedPolicy>, Error> {
        let client = self.iam().await?;
        let tags = async {
            let found = client
                .get_policy()
                .policy_arn(arn)
                .send()
                .await
                .called("iam", "GetPolicy");
            let policy = found.if_present()?.and_then(|output| output.policy);
            Ok::<_, Error>(policy.map(|policy| tags_of(policy.tags())))
        };
        let (tags, document) = futures::try_join!(tags, self.policy_document(arn))?;
        Ok(tags
            .zip(document)
            .map(|(tags, document)| ManagedPolicy { tags, document }))
    }

    /// Whether the policy's tags prove that it is the platform's and this owner's.
    pub(crate) fn owns_policy(&self, owner: PolicyOwner<'_>, policy: &ManagedPolicy) -> bool {
        proves(owner, &self.settings().system_tag, &policy.tags)
    }

    /// Makes the policy what it should be: created when there is none, adopted when its tags prove
    /// that it is ours, its document and tags mended. Returns its ARN.
    pub(crate) async fn ensure_policy(
        &self,
        operation: &Operation,
        wanted: &WantedPolicy<'_>,
    ) -> Result<String, Error> {
        let name = &wanted.name;
        let arn = self.account().await?.policy_arn(name);
        let _turn = self.lock(&lock_key(name)).await;
        self.authorizations().written(&arn);
        let what = format!("setting up policy `{name}`");
        // Another process may make or remove the policy in between; then it is looked at again.
        for attempt in 0..TRIES {
            operation.check(&what)?;
            match self.live_policy(&arn).await? {
                Some(found) if !self.owns_policy(wanted.owner, &found) => {
                    return Err(wanted.refusal());
                }
                Some(found) => {
                    if self.mend_policy(operation, &arn, wanted, &found).await? {
                        return Ok(arn);
                    }
                }
                None => {
                    if self.create_policy(operation, wanted).await? {
                        return Ok(arn);
                    }
                    self.check_policy_twin(name).await?;
                }
            }
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
        }
        Err(Error::Conflict {
            message: format!("policy `{name}` keeps being made and removed by others"),
            remedy: "let the other run finish and apply again".to_owned(),
        })
    }

    /// False when a policy of this name, in any case, exists.
    pub(crate) async fn create_policy(
        &self,
        operation: &Operation,
        wanted: &WantedPolicy<'_>,
    ) -> Result<bool, Error> {
        let client = self.iam().await?;
        let tags = iam_tags(&self.wanted_policy_tags(wanted.owner));
        let document = wanted.document.to_json();
        let kind = match wanted.owner {
            PolicyOwner::Project(_) => "Project",
            PolicyOwner::User(_) => "User",
            PolicyOwner::Group(_) => "Group",
            PolicyOwner::Members | PolicyOwner::Suspended => "Shared",
        };
        let created = settle(
            operation,
            &format!("creating policy `{}`", wanted.name),
            || async {
                client
                    .create_policy()
                    .policy_name(&wanted.name)
                    .policy_document(&document)
                    .description(format!("MLSpace::{kind}::{}", wanted.owner.name()))
                    .set_tags(Some(tags.clone()))
                    .send()
                    .await
                    .called("iam", "CreatePolicy")
            },
        )
        .await;
        match created {
            Ok(_) => Ok(true),
            Err(error) if error.is("EntityAlreadyExists") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// IAM compares names without regard to case: finds the policy that is in the way of `name`.
    async fn check_policy_twin(&self, name: &str) -> Result<(), Error> {
        let client = self.iam().await?;
        let mut marker = None;
        loop {
            let page = client
                .list_policies()
                .scope(PolicyScopeType::Local)
                .set_marker(marker.take())
                .send()
                .await
                .called("iam", "ListPolicies")?;
            let twin = page
                .policies()
                .iter()
                .filter_map(|policy| policy.policy_name())
                .find(|found| *found != name && found.eq_ignore_ascii_case(name));
            if let Some(twin) = twin {
                return Err(Error::AlreadyExists {
                    what: format!(
                        "policy `{twin}`, whose name differs from `{name}` in case only,"
                    ),
                    remedy: "IAM takes both for one: choose a name that differs in more than case"
                        .to_owned(),
                });
            }
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(());
            }
        }
    }

    /// Brings a policy found in line. False when it has gone in the meantime.
    pub(crate) async fn mend_policy(
        &self,
        operation: &Operation,
        arn: &str,
        wanted: &WantedPolicy<'_>,
        found: &ManagedPolicy,
    ) -> Result<bool, Error> {
        let client = self.iam().await?;
        let what = format!("updating policy `{}`", wanted.name);
        if !means(&found.document, &wanted.document) {
            self.make_room(operation, arn, &what).await?;
            let document = wanted.document.to_json();
            let created = settle(operation, &what, || async {
                client
                    .create_policy_version()
                    .policy_arn(arn)
                    .policy_document(&document)
                    .set_as_default(true)
                    .send()
                    .await
                    .called("iam", "CreatePolicyVersion")
            })
            .await;
            match created {
                Ok(_) => {}
                // Gone, or another process took the room: look again.
                Err(error) if error.is_absent() || error.is("LimitExceeded") => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        let tags = self.wanted_policy_tags(wanted.owner);
        let missing: Tags = tags
            .iter()
            // The template's version is for its own writer: any value is as good.
            .filter(|(key, value)| match found.tags.get(key) {
                Some(_) if *key == tags::POLICY_VERSION => false,
                other => other != Some(value),
            })
            .collect();
        if !missing.is_empty() {
            settle(operation, &what, || async {
                client
                    .tag_policy()
                    .policy_arn(arn)
                    .set_tags(Some(iam_tags(&missing)))
                    .send()
                    .await
                    .called("iam", "TagPolicy")
            })
            .await?;
        }
        Ok(true)
    }

    /// Removes the oldest version that isn't the default when IAM takes no more.
    async fn make_room(&self, operation: &Operation, arn: &str, what: &str) -> Result<(), Error> {
        let client = self.iam().await?;
        let mut others = self.other_versions(arn).await?;
        // Ids are `v1`, `v2` and so on, in the order of their making.
        others.sort_by_key(|id| {
            id.trim_start_matches('v')
                .parse::<u64>()
                .unwrap_or(u64::MAX)
        });
        let surplus = (others.len() + 2).saturating_sub(VERSIONS);
        for id in others.iter().take(surplus) {
            settle(operation, what, || async {
                client
                    .delete_policy_version()
                    .policy_arn(arn)
                    .version_id(id)
                    .send()
                    .await
                    .called("iam", "DeletePolicyVersion")
            })
            .await
            .if_present()?;
        }
        Ok(())
    }

    async fn other_versions(&self, arn: &str) -> Result<Vec<String>, Error> {
        let client = self.iam().await?;
        let mut ids = Vec::new();
        let mut marker = None;
        loop {
            let page = client
                .list_policy_versions()
                .policy_arn(arn)
                .set_marker(marker.take())
                .send()
                .await
                .called("iam", "ListPolicyVersions");
            let Some(page) = page.if_present()? else {
                return Ok(ids);
            };
            ids.extend(
                page.versions()
                    .iter()
                    .filter(|version| !version.is_default_version())
                    .filter_map(|version| version.version_id().map(str::to_owned)),
            );
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(ids);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::ProjectName;

    #[test]
    fn tags_prove_ownership_with_regard_to_case() {
        let fraud: ProjectName = "fraud".parse().unwrap();
        let owner = PolicyOwner::Project(&fraud);
        let tags =
            |project: &str, system: &str| Tags::from([("project", project), ("system", system)]);
        assert!(proves(owner, "MLSpace", &tags("fraud", "MLSpace")));
        assert!(!proves(owner, "MLSpace", &tags("Fraud", "MLSpace")));
        assert!(!proves(owner, "MLSpace", &tags("fraud", "mlspace")));
        assert!(!proves(
            owner,
            "MLSpace",
            &Tags::from([("project", "fraud")])
        ));
    }

    #[test]
    fn documents_are_compared_by_meaning() {
        use iam_policy::Statement;
        let wanted = Document::new([Statement::allow("A")
            .actions(["s3:GetObject"])
            .resources(["*"])]);
        let spelt = r#"{"Statement":{"Sid":"A","Resource":["*"],"Action":["s3:GetObject"],"Effect":"Allow"},"Version":"2012-10-17"}"#;
        assert!(means(spelt, &wanted));
        assert!(!means(&spelt.replace("GetObject", "*"), &wanted));
        assert!(!means("not json", &wanted));
    }
}
