//! SageMaker's calls on Studio, one method per call. Lists include all pages.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::Status;
use super::profile::Opening;
use super::settings::{DomainSettings, ProfileSettings};
use super::space::SpaceSettings;
use crate::aws::Error;
use crate::presigned::SecretUrl;
use crate::tags::Tags;

/// A domain as ListDomains returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedDomain {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) status: Status,
}

/// A setting of a domain that is the same in every domain of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fixed {
    /// Apps reach nothing but the domain's subnets.
    VpcOnly,
    /// Tags of domain, profile and space go to what is created in Studio.
    TagPropagation,
    /// Outputs of notebooks are not shared.
    NoSharing,
    /// Sessions of execution roles are named after their users.
    SessionNames,
    /// People land in Studio, not in Studio Classic.
    Portal,
}

impl Fixed {
    pub(crate) const ALL: [Self; 5] = [
        Self::VpcOnly,
        Self::TagPropagation,
        Self::NoSharing,
        Self::SessionNames,
        Self::Portal,
    ];

    /// What is different in a domain that deviates from it.
    pub(crate) const fn drift(self) -> &'static str {
        match self {
            Self::VpcOnly => "apps reach the internet past the VPC",
            Self::TagPropagation => "tags are not propagated to what is created in Studio",
            Self::NoSharing => "outputs of notebooks can be shared",
            Self::SessionNames => "sessions of execution roles are not named after their users",
            Self::Portal => "people do not land in Studio",
        }
    }
}

/// A domain as DescribeDomain returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainState {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) status: Status,
    pub(crate) failure_reason: Option<String>,
    pub(crate) url: Option<String>,
    /// `IAM` or `SSO`.
    pub(crate) auth_mode: String,
    pub(crate) vpc_id: Option<String>,
    /// In order.
    pub(crate) subnet_ids: Vec<String>,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) home_efs_file_system_id: Option<String>,
    pub(crate) settings: DomainSettings,
    /// Where it is not as every domain of a platform.
    pub(crate) deviations: Vec<Fixed>,
}

/// A domain to create.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewDomain<'a> {
    pub(crate) name: &'a str,
    pub(crate) vpc_id: &'a str,
    pub(crate) subnet_ids: &'a [String],
    pub(crate) kms_key_id: &'a str,
    pub(crate) settings: &'a DomainSettings,
    pub(crate) tags: &'a Tags,
}

/// A change of a domain. What does not differ from `found` is not sent: SageMaker refuses some
/// settings while apps run, also unchanged ones
/// (<https://github.com/hashicorp/terraform-provider-aws/issues/45528>).
#[derive(Clone, Copy, Debug)]
pub(crate) struct DomainChange<'a> {
    pub(crate) found: &'a DomainState,
    pub(crate) vpc_id: &'a str,
    pub(crate) subnet_ids: &'a [String],
    pub(crate) settings: &'a DomainSettings,
}

/// A user profile as DescribeUserProfile returns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProfileState {
    pub(crate) arn: String,
    pub(crate) status: Status,
    /// When it was changed last, in milliseconds since the epoch.
    pub(crate) modified: Option<i64>,
    pub(crate) failure_reason: Option<String>,
    pub(crate) settings: ProfileSettings,
    /// User id on the domain's home file system.
    pub(crate) home_efs_file_system_uid: Option<String>,
}

/// A profile or a space in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) status: Status,
    /// When it was changed last, in milliseconds since the epoch.
    pub(crate) modified: Option<i64>,
    /// The name of the profile that a space belongs to; `None` for profiles, and for spaces that are
    /// shared without an owner.
    pub(crate) owner: Option<String>,
}

/// The name of the app that Studio starts in a space.
pub(crate) const DEFAULT_APP: &str = "default";

/// An app that a space can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// `JupyterLab`.
    JupyterLab,
    /// Code Editor.
    CodeEditor,
}

impl AppKind {
    /// The names in SageMaker's API.
    pub const NAMES: &'static [&'static str] = &["JupyterLab", "CodeEditor"];

    /// The name in SageMaker's API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::JupyterLab => "JupyterLab",
            Self::CodeEditor => "CodeEditor",
        }
    }

    /// The app of this name in SageMaker's API.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "JupyterLab" => Some(Self::JupyterLab),
            "CodeEditor" => Some(Self::CodeEditor),
            _ => None,
        }
    }
}

/// A space as DescribeSpace returns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SpaceState {
    pub(crate) arn: String,
    pub(crate) status: Status,
    /// When it was changed last, in milliseconds since the epoch.
    pub(crate) modified: Option<i64>,
    pub(crate) failure_reason: Option<String>,
    pub(crate) url: Option<String>,
    /// Name of the profile that owns it.
    pub(crate) owner: Option<String>,
    /// Whether only its owner uses it.
    pub(crate) private: bool,
    pub(crate) app_type: String,
    pub(crate) settings: SpaceSettings,
    /// The image that its owner chose, which a change of other settings keeps.
    pub(crate) image_arn: Option<String>,
    pub(crate) image_version_arn: Option<String>,
}

/// A private space to create.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewSpace<'a> {
    pub(crate) domain: &'a str,
    pub(crate) name: &'a str,
    /// Name of the profile that owns it.
    pub(crate) owner: &'a str,
    pub(crate) app: AppKind,
    pub(crate) settings: &'a SpaceSettings,
    pub(crate) tags: &'a Tags,
}

/// An app as ListApps and DescribeApp return it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct App {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The profile, if it runs in none of its spaces.
    pub(crate) profile: Option<String>,
    /// The space.
    pub(crate) space: Option<String>,
    /// `Pending`, `InService`, `Failed`, `Deleting` or `Deleted`.
    pub(crate) status: String,
    /// Why it failed, from DescribeApp.
    pub(crate) failure_reason: Option<String>,
}

impl App {
    /// Whether it is in the way of changes and deletions. SageMaker lists deleted apps for a day, and
    /// failed ones neither need nor stand a deletion (*Delete a domain*:
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html>).
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.status.as_str(), "Deleted" | "Failed")
    }

    /// Whether it runs or starts.
    pub(crate) fn runs(&self) -> bool {
        self.is_live() && self.status != "Deleting"
    }
}

/// As in "`JupyterLab/default` in space `alice-lab`", without the backticks.
impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, name) = match (&self.space, &self.profile) {
            (Some(space), _) => ("space", space.as_str()),
            (None, Some(profile)) => ("profile", profile.as_str()),
            (None, None) => ("", ""),
        };
        write!(f, "{}/{} of {place} {name}", self.kind, self.name)
    }
}

/// A profile to open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UrlRequest<'a> {
    pub(crate) domain: &'a str,
    pub(crate) profile: &'a str,
    pub(crate) opening: &'a Opening,
}

/// SageMaker's calls on Studio. What does not exist is `None` for reads and an error for which
/// [`is_missing`] holds for changes; deletions of it succeed.
#[async_trait]
pub(crate) trait StudioApi: Send + Sync {
    /// ListDomains.
    async fn domains(&self) -> Result<Vec<ListedDomain>, Error>;
    /// DescribeDomain.
    async fn domain(&self, id: &str) -> Result<Option<DomainState>, Error>;
    /// CreateDomain; returns the id.
    async fn create_domain(&self, domain: &NewDomain<'_>) -> Result<String, Error>;
    /// UpdateDomain.
    async fn update_domain(&self, change: &DomainChange<'_>) -> Result<(), Error>;
    /// DeleteDomain. A home file system, which imported domains can have, is kept.
    async fn delete_domain(&self, id: &str) -> Result<(), Error>;

    /// ListUserProfiles.
    async fn profiles(&self, domain: &str) -> Result<Vec<Listed>, Error>;
    /// DescribeUserProfile.
    async fn profile(&self, domain: &str, name: &str) -> Result<Option<ProfileState>, Error>;
    /// CreateUserProfile.
    async fn create_profile(
        &self,
        domain: &str,
        name: &str,
        settings: &ProfileSettings,
        tags: &Tags,
    ) -> Result<(), Error>;
    /// UpdateUserProfile, with what differs from `found`.
    async fn update_profile(
        &self,
        domain: &str,
        name: &str,
        settings: &ProfileSettings,
        found: &ProfileSettings,
    ) -> Result<(), Error>;
    /// DeleteUserProfile.
    async fn delete_profile(&self, domain: &str, name: &str) -> Result<(), Error>;
    /// ListSpaces.
    async fn spaces(&self, domain: &str) -> Result<Vec<Listed>, Error>;
    /// DescribeSpace.
    async fn space(&self, domain: &str, name: &str) -> Result<Option<SpaceState>, Error>;
    /// CreateSpace.
    async fn create_space(&self, space: &NewSpace<'_>) -> Result<(), Error>;
    /// UpdateSpace, with what differs from `found`.
    async fn update_space(
        &self,
        domain: &str,
        name: &str,
        app: AppKind,
        settings: &SpaceSettings,
        found: &SpaceState,
    ) -> Result<(), Error>;
    /// DeleteSpace.
    async fn delete_space(&self, domain: &str, name: &str) -> Result<(), Error>;
    /// ListApps.
    async fn apps(&self, domain: &str) -> Result<Vec<App>, Error>;
    /// DescribeApp, of the app `default` in a space, which is what Studio itself starts. SageMaker
    /// describes a deleted app for some time.
    async fn space_app(
        &self,
        domain: &str,
        space: &str,
        kind: AppKind,
    ) -> Result<Option<App>, Error>;
    /// CreateApp, of the app `default` in a space.
    async fn create_app(
        &self,
        domain: &str,
        space: &str,
        kind: AppKind,
        found: &SpaceState,
        tags: &Tags,
    ) -> Result<(), Error>;
    /// DeleteApp.
    async fn delete_app(&self, domain: &str, app: &App) -> Result<(), Error>;

    /// CreatePresignedDomainUrl.
    async fn presigned_url(&self, request: &UrlRequest<'_>) -> Result<SecretUrl, Error>;

    /// ListTags, without the tags of AWS (`aws:…`) and those that Studio adds (`sagemaker:…`, *Domain
    /// resource isolation*: <https://docs.aws.amazon.com/sagemaker/latest/dg/domain-multiple-tag.html>).
    async fn tags(&self, arn: &str) -> Result<Option<Tags>, Error>;
    /// AddTags.
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error>;
    /// DeleteTags.
    async fn delete_tags(&self, arn: &str, keys: &[String]) -> Result<(), Error>;
}

fn has_message(error: &Error, words: &[&str]) -> bool {
    matches!(error, Error::Aws { service: "sagemaker", message, .. }
        if words.iter().any(|words| message.contains(words)))
}

/// Whether the object does not exist: `ResourceNotFound`, or a `ValidationException` that says so.
pub(super) fn is_missing(error: &Error) -> bool {
    error.is_absent() || has_message(error, &["RecordNotFound", "does not exist"])
}

/// Whether an app cannot be deleted because it is gone: SageMaker answers `ValidationException`.
pub(super) fn is_deleted(error: &Error) -> bool {
    let gone = ["has already been deleted", "was automatically deleted"];
    is_missing(error) || has_message(error, &gone)
}
