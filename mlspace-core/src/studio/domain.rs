//! Domains: the place that profiles, spaces and apps are in.

mod create;
mod delete;
mod find;
mod plan;
#[cfg(test)]
pub(crate) mod tests;
mod update;

pub use find::FoundDomain;
pub(super) use find::no_domain;
pub use plan::DomainDefaults;

use std::sync::Arc;

use super::Status;
use super::api::{DomainState, Fixed, StudioApi};
use super::settings::{DomainSettings, StudioSpecError, check_name};
use super::steps::{self, Described as _};
use crate::aws::lock::Locks;
use crate::aws::{Clients, Error, Operation};
use crate::notebook::own_tags;
use crate::ownership::{Kind, Mark, Object, Owned, Token};
use crate::tags::{self, SYSTEM, Tags, check_user_tags};

/// A domain as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSpec {
    /// The domain's name, unique in the account and region.
    pub name: String,
    /// The VPC of the subnets.
    pub vpc_id: String,
    /// The private subnets that apps run in, in order.
    pub subnet_ids: Vec<String>,
    /// The KMS key of the volumes.
    pub kms_key_id: String,
    /// What changes in place.
    pub settings: DomainSettings,
    /// Tags in addition to those of the platform.
    pub tags: Tags,
}

impl DomainSpec {
    /// Checks the settings without a call. Tags are checked elsewhere.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn check(&self) -> Result<(), StudioSpecError> {
        check_name(&self.name)?;
        for (attribute, missing) in [
            ("vpc_id", self.vpc_id.is_empty()),
            ("subnet_ids", self.subnet_ids.is_empty()),
            (
                "security_group_ids",
                self.settings.security_group_ids.is_empty(),
            ),
            ("kms_key_id", self.kms_key_id.is_empty()),
            (
                "default_execution_role_arn",
                self.settings.execution_role_arn.is_empty(),
            ),
        ] {
            if missing {
                return Err(StudioSpecError::Missing { attribute });
            }
        }
        self.settings.check()
    }
}

/// A domain as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioDomain {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The VPC.
    pub vpc_id: Option<String>,
    /// The subnets, in order.
    pub subnet_ids: Vec<String>,
    /// The KMS key of the volumes; `None` for a key of AWS.
    pub kms_key_id: Option<String>,
    /// What changes in place.
    pub settings: DomainSettings,
    /// Its tags without those of the platform.
    pub tags: Tags,
    /// Where Studio answers.
    pub url: Option<String>,
    /// SageMaker's status.
    pub status: String,
    /// The home file system that an imported domain can have.
    pub home_efs_file_system_id: Option<String>,
    /// Changes outside of Terraform that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// Its token, in a tag.
    pub token: Option<Token>,
}

impl Owned for StudioDomain {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// Domains of Studio.
pub struct StudioDomains {
    clients: Clients,
    api: Arc<dyn StudioApi>,
    locks: Locks,
}

impl StudioDomains {
    /// Domains behind `api`.
    pub(crate) fn new(clients: Clients, api: Arc<dyn StudioApi>) -> Self {
        Self {
            clients,
            api,
            locks: Locks::default(),
        }
    }

    /// Reads a domain; `None` when it does not exist or is being deleted. `known` has the domain's
    /// own tags in the state.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a domain whose users sign in through IAM Identity Center, and those of
    /// the calls.
    pub async fn read(
        &self,
        id: &str,
        known: Option<&Tags>,
    ) -> Result<Option<StudioDomain>, Error> {
        let Some(found) = self.api.domain(id).await? else {
            return Ok(None);
        };
        if found.status == Status::Deleting {
            return Ok(None);
        }
        if found.auth_mode != "IAM" {
            return Err(Error::Conflict {
                message: format!(
                    "people sign in to Studio domain `{id}` with `{}`, which no change turns into IAM",
                    found.auth_mode
                ),
                remedy: "manage only domains with the authentication mode IAM here".to_owned(),
            });
        }
        let tags = match self.api.tags(&found.arn).await? {
            Some(tags) => tags,
            // SageMaker does not list the tags of a new domain yet.
            None => self.desired_tags(known.unwrap_or(&Tags::new())),
        };
        Ok(Some(self.domain(found, &tags, known)))
    }

    /// What Terraform's state has of a domain that was found.
    fn domain(&self, found: DomainState, found_tags: &Tags, known: Option<&Tags>) -> StudioDomain {
        let mark = Mark::of(found_tags);
        let mut drift: Vec<String> = found
            .deviations
            .iter()
            .map(|fixed| fixed.drift().to_owned())
            .collect();
        if found.status == Status::Failed {
            drift.push(format!("its creation failed: {}", found.reason()));
        }
        if mark.as_ref().is_some_and(|mark| !mark.finished) {
            drift.push("its tags say that its create is not finished".to_owned());
        }
        let expected = self.desired_tags(&Tags::new());
        let own = known.cloned().unwrap_or_default();
        for (key, value) in expected.iter().filter(|(key, _)| !own.contains_key(key)) {
            if found_tags.get(key) != Some(value) {
                drift.push(format!("its tag `{key}` is not `{value}`"));
            }
        }
        StudioDomain {
            tags: own_tags(found_tags, self.clients.settings(), known),
            token: mark.map(|mark| mark.token),
            status: found.status.to_string(),
            id: found.id,
            arn: found.arn,
            name: found.name,
            vpc_id: found.vpc_id,
            subnet_ids: found.subnet_ids,
            kms_key_id: found.kms_key_id,
            settings: found.settings,
            url: found.url,
            home_efs_file_system_id: found.home_efs_file_system_id,
            drift,
        }
    }

    /// All tags that a domain with these own tags should have.
    fn desired_tags(&self, own: &Tags) -> Tags {
        let settings = self.clients.settings();
        settings
            .default_tags
            .clone()
            .overlaid(own)
            .overlaid(&Tags::from([(SYSTEM, settings.system_tag.as_str())]))
    }

    /// Checks the domain's own tags, and that they are not too many with those of the platform.
    fn check_tags(&self, own: &Tags) -> Result<(), Error> {
        let all = self.desired_tags(own).overlaid(&Token::random().tags());
        let checked = check_user_tags(own).and_then(|()| tags::check_together(&all, own.len()));
        checked.map_err(|error| Error::Invalid {
            attribute: Some("tags"),
            message: error.to_string(),
            remedy: "correct the tags".to_owned(),
        })
    }

    /// Waits until the domain is at rest; `None` when it is gone. One that this operation `created`
    /// may not be visible yet.
    async fn settle(
        &self,
        operation: &Operation,
        id: &str,
        created: bool,
    ) -> Result<Option<DomainState>, Error> {
        let object = format!("Studio domain `{id}`");
        steps::settle(operation, &object, created, || self.api.domain(id)).await
    }
}

/// Whether SageMaker makes this change only while no app of the domain runs: subnets are removed, the
/// default role changes, or the internet is closed (*UpdateDomain*:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateDomain.html>; *Edit domain
/// settings*: <https://docs.aws.amazon.com/sagemaker/latest/dg/domain-edit.html>).
fn needs_no_apps(
    (found_subnets, found_role): (&[String], &str),
    deviations: &[Fixed],
    spec: &DomainSpec,
) -> bool {
    let removes = |subnet: &String| !spec.subnet_ids.contains(subnet);
    found_subnets.iter().any(removes)
        || found_role != spec.settings.execution_role_arn
        || deviations.contains(&Fixed::VpcOnly)
}

/// Checks the id of a domain (*DescribeDomain*, `DomainId`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeDomain.html>).
///
/// # Errors
/// [`StudioSpecError::DomainId`].
pub fn check_domain_id(id: &str) -> Result<(), StudioSpecError> {
    let fits = id.strip_prefix("d-").is_some_and(|rest| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=61).contains(&rest.len()) && rest.chars().all(fits) && !rest.ends_with('-')
    });
    if fits {
        Ok(())
    } else {
        Err(StudioSpecError::DomainId { id: id.to_owned() })
    }
}

/// The domain, as an object that someone manages.
fn object(id: &str) -> Object {
    Object::new(Kind::StudioDomain, id)
}

/// The error for a domain that was deleted during an operation.
fn missing(id: &str) -> Error {
    Error::NotFound {
        what: format!("Studio domain `{id}`"),
        remedy: "apply again to create it, because another process deleted it".to_owned(),
    }
}
