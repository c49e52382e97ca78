//! Domains as others see them: by id or name, and whoever manages them.

use super::StudioDomains;
use crate::aws::Error;
use crate::studio::Status;
use crate::studio::api::{DomainState, ListedDomain};

/// A domain that exists, whether or not Terraform manages it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDomain {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// SageMaker's status.
    pub status: String,
    /// Where Studio answers.
    pub url: Option<String>,
    /// How people sign in: `IAM` or `SSO`.
    pub auth_mode: String,
    /// The VPC.
    pub vpc_id: Option<String>,
    /// The subnets, in order.
    pub subnet_ids: Vec<String>,
    /// The security groups of all apps, in order.
    pub security_group_ids: Vec<String>,
    /// The KMS key of the volumes; `None` for a key of AWS.
    pub kms_key_id: Option<String>,
    /// The role of profiles that name none.
    pub default_execution_role_arn: Option<String>,
    /// The home file system.
    pub home_efs_file_system_id: Option<String>,
}

impl From<DomainState> for FoundDomain {
    fn from(found: DomainState) -> Self {
        let role = found.settings.execution_role_arn;
        Self {
            id: found.id,
            arn: found.arn,
            name: found.name,
            status: found.status.to_string(),
            url: found.url,
            auth_mode: found.auth_mode,
            vpc_id: found.vpc_id,
            subnet_ids: found.subnet_ids,
            security_group_ids: found.settings.security_group_ids,
            kms_key_id: found.kms_key_id,
            default_execution_role_arn: Some(role).filter(|role| !role.is_empty()),
            home_efs_file_system_id: found.home_efs_file_system_id,
        }
    }
}

impl StudioDomains {
    /// The domain with this id.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `id` if there is none, and those of the calls.
    pub async fn by_id(&self, id: &str) -> Result<FoundDomain, Error> {
        match self.api.domain(id).await? {
            Some(found) => Ok(found.into()),
            None => Err(no_domain("id", id)),
        }
    }

    /// The domain with this name. One that is being deleted does not count.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `name` if there is none, or more than one, and those of the calls.
    pub async fn by_name(&self, name: &str) -> Result<FoundDomain, Error> {
        let mut listed = self.api.domains().await?;
        listed.retain(|one| one.status != Status::Deleting);
        let named: Vec<&ListedDomain> = listed.iter().filter(|one| one.name == name).collect();
        if let [one] = named.as_slice()
            && let Some(found) = self.api.domain(&one.id).await?
        {
            return Ok(found.into());
        }
        let of = |what: fn(&ListedDomain) -> &String, domains: &[&ListedDomain]| {
            let texts: Vec<String> = domains
                .iter()
                .map(|one| format!("`{}`", what(one)))
                .collect();
            texts.join(", ")
        };
        let (message, remedy) = match named.as_slice() {
            [] | [_] if listed.is_empty() => (
                format!(
                    "there is no Studio domain `{name}`, nor any other in the account and region"
                ),
                "correct the account or the region, or create the domain first".to_owned(),
            ),
            [] | [_] => (
                format!(
                    "there is no Studio domain `{name}`; the account and region has {}",
                    of(|one| &one.name, &listed.iter().collect::<Vec<_>>())
                ),
                "correct the name, which is compared with regard to case".to_owned(),
            ),
            several => (
                format!(
                    "several Studio domains have the name `{name}`: {}",
                    of(|one| &one.id, several)
                ),
                "name the domain by its `id`".to_owned(),
            ),
        };
        Err(Error::Invalid {
            attribute: Some("name"),
            message,
            remedy,
        })
    }
}

/// The error for an id that no domain has.
pub(in crate::studio) fn no_domain(attribute: &'static str, id: &str) -> Error {
    Error::Invalid {
        attribute: Some(attribute),
        message: format!("there is no Studio domain `{id}` in the account and region"),
        remedy: "correct the id, the account or the region".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{create, platform, spec};

    #[tokio::test]
    async fn domains_are_found_by_id_and_name() {
        let platform = platform();
        let domains = &platform.services.studio_domains;
        let error = domains.by_name("ml").await.unwrap_err();
        assert!(error.to_string().contains("nor any other"), "{error}");
        let id = create(&platform, &spec()).await.unwrap().id;
        // One that was made elsewhere.
        platform.studio.edit("ml", |domain| {
            domain.tags.remove(crate::tags::SYSTEM);
            domain.state.auth_mode = "SSO".to_owned();
            domain.state.home_efs_file_system_id = Some("fs-1".to_owned());
        });
        platform.faults.take_calls();
        let found = domains.by_name("ml").await.unwrap();
        assert_eq!(
            platform.faults.take_calls(),
            ["ListDomains", "DescribeDomain"]
        );
        assert_eq!(domains.by_id(&id).await.unwrap(), found);
        assert_eq!(platform.faults.take_calls(), ["DescribeDomain"]);
        assert_eq!((found.id, found.auth_mode.as_str()), (id, "SSO"));
        assert_eq!(found.security_group_ids, ["sg-1"]);
        assert_eq!(found.home_efs_file_system_id.as_deref(), Some("fs-1"));
    }

    #[tokio::test]
    async fn errors_name_what_exists() {
        let platform = platform();
        let domains = &platform.services.studio_domains;
        create(&platform, &spec()).await.unwrap();
        let error = domains.by_name("ML").await.unwrap_err();
        assert_eq!(error.attribute(), Some("name"));
        assert!(error.to_string().contains("has `ml`"), "{error}");
        let error = domains.by_id("d-0").await.unwrap_err();
        assert_eq!(error.attribute(), Some("id"));

        let mut second = spec();
        second.name = "ml2".to_owned();
        create(&platform, &second).await.unwrap();
        let rename = |domain: &mut crate::studio::fake::FakeDomain| {
            domain.state.name = "ml".to_owned();
        };
        platform.studio.edit("ml2", rename);
        let error = domains.by_name("ml").await.unwrap_err().to_string();
        let ids = ["`d-000000000001`", "`d-000000000002`"];
        assert!(ids.iter().all(|id| error.contains(id)), "{error}");
    }
}
