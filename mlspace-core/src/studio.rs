//! SageMaker Studio: domains in the platform's network, a profile for each membership.
//!
//! A domain runs in private subnets only, its volumes are encrypted with a customer's key, people
//! sign in with IAM, and it has no home file system: the files of a space are on the space's volume.
//! None of these can be configured. A profile carries the role of its membership, so that the
//! domain's own role needs no rights.

mod api;
mod contents;
mod domain;
#[cfg(test)]
pub(crate) mod fake;
mod lists;
mod profile;
mod sdk;
mod settings;
mod space;
mod status;
mod steps;

pub use api::AppKind;
pub use domain::{
    DomainDefaults, DomainSpec, FoundDomain, StudioDomain, StudioDomains, check_domain_id,
};
pub use profile::{
    FoundProfile, Opening, ProfileKey, StudioProfiles, StudioUserProfile, UserProfileSpec,
    check_landing_uri,
};
pub use settings::{
    AppSettings, CustomImage, DomainSettings, IDLE_MINUTES_MAX, IDLE_MINUTES_MIN, IdleTimeout,
    StudioSpecError, VOLUME_SIZE_DEFAULT, VOLUME_SIZE_MAX, VOLUME_SIZE_MIN, VolumeSizes,
    check_name,
};
pub use space::{
    KnownSpace, SpaceKey, SpaceSettings, SpaceSpec, StudioSpace, StudioSpaces, check_space_name,
};
pub use status::Status;

pub(crate) use api::StudioApi;
pub(crate) use lists::StudioLists;
pub(crate) use profile::{DependentProfile, StudioInventory};
pub(crate) use sdk::SdkStudio;
