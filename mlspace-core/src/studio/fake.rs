//! Studio in memory, for unit tests.
//!
//! Objects pass through their transitional statuses and move on each time they are described or
//! listed. What SageMaker refuses in a status is refused.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::Status;
use super::api::{
    App, AppKind, DomainChange, DomainState, Fixed, Listed, ListedDomain, NewDomain, NewSpace,
    ProfileState, SpaceState, StudioApi, UrlRequest,
};
use super::settings::ProfileSettings;
use super::space::SpaceSettings;
use crate::aws::Error;
use crate::presigned::SecretUrl;
use crate::tags::{TOKEN, Tags};
use crate::testing::{self, Faults};

/// A domain with its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FakeDomain {
    pub(crate) state: DomainState,
    pub(crate) tags: Tags,
    pub(crate) profiles: BTreeMap<String, FakeProfile>,
    pub(crate) spaces: BTreeMap<String, FakeSpace>,
    pub(crate) apps: Vec<App>,
}

impl FakeDomain {
    /// Leaves out what differs between two runs of the same operations: token, id and ARN.
    pub(crate) fn forget_run(&mut self) {
        self.tags.remove(TOKEN);
        for profile in self.profiles.values_mut() {
            profile.tags.remove(TOKEN);
            profile.state.arn.clear();
        }
        for space in self.spaces.values_mut() {
            space.tags.remove(TOKEN);
            space.state.arn.clear();
        }
        for text in [&mut self.state.id, &mut self.state.arn] {
            text.clear();
        }
        self.state.url = None;
    }
}

/// A space with its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FakeSpace {
    pub(crate) state: SpaceState,
    pub(crate) tags: Tags,
}

/// A profile with its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FakeProfile {
    pub(crate) state: ProfileState,
    pub(crate) tags: Tags,
}

#[derive(Default)]
struct Inner {
    domains: BTreeMap<String, FakeDomain>,
    created: usize,
    /// Why the next transition fails.
    failure: Option<String>,
    /// Why the next app fails to start.
    app_failure: Option<String>,
    /// How many reads do not find a domain yet.
    hidden: u32,
}

/// SageMaker Studio in memory.
pub(crate) struct FakeStudio {
    inner: Mutex<Inner>,
    faults: Faults,
}

impl FakeStudio {
    /// No domains; `faults` can interrupt the calls.
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            inner: Mutex::default(),
            faults,
        }
    }

    /// Domains by name: ids are numbered anew in each test.
    pub(crate) fn domains(&self) -> BTreeMap<String, FakeDomain> {
        let inner = self.inner.lock().unwrap();
        let domains = inner.domains.values();
        domains
            .map(|one| (one.state.name.clone(), one.clone()))
            .collect()
    }

    /// Changes a domain as another program would.
    pub(crate) fn edit(&self, name: &str, act: impl FnOnce(&mut FakeDomain)) {
        let mut inner = self.inner.lock().unwrap();
        let found = inner
            .domains
            .values_mut()
            .find(|one| one.state.name == name);
        act(found.unwrap());
    }

    /// Lets the next create or change fail for this reason, after it was accepted.
    pub(crate) fn fail_next(&self, reason: &str) {
        self.inner.lock().unwrap().failure = Some(reason.to_owned());
    }

    /// Lets the next app fail to start for this reason.
    pub(crate) fn fail_next_app(&self, reason: &str) {
        self.inner.lock().unwrap().app_failure = Some(reason.to_owned());
    }

    /// Lets the next `reads` of a domain not find it, as reads do that are older than its create.
    pub(crate) fn hide(&self, reads: u32) {
        self.inner.lock().unwrap().hidden = reads;
    }

    /// A space of a profile with a running app in it.
    pub(crate) fn add_space(&self, domain: &str, profile: &str, space: &str) {
        self.edit(domain, |one| {
            let arn = profile_arn(&one.state.id, profile);
            one.profiles
                .entry(profile.to_owned())
                .or_insert_with(|| FakeProfile {
                    state: ProfileState {
                        arn,
                        status: Status::InService,
                        modified: None,
                        failure_reason: None,
                        settings: ProfileSettings {
                            role_arn: "arn:aws:iam::123456789012:role/other".to_owned(),
                            security_group_ids: Vec::new(),
                            jupyter_lab: None,
                            code_editor: None,
                        },
                        home_efs_file_system_uid: None,
                    },
                    tags: Tags::new(),
                });
            let state = SpaceState {
                arn: space_arn(&one.state.id, space),
                status: Status::InService,
                modified: None,
                failure_reason: None,
                url: None,
                owner: Some(profile.to_owned()),
                private: true,
                app_type: "JupyterLab".to_owned(),
                settings: SpaceSettings {
                    instance_type: "ml.t3.medium".to_owned(),
                    volume_size: 5,
                    lifecycle_config_arn: None,
                },
                image_arn: None,
                image_version_arn: None,
            };
            let tags = Tags::new();
            one.spaces
                .insert(space.to_owned(), FakeSpace { state, tags });
            one.apps.push(App {
                kind: "JupyterLab".to_owned(),
                name: "default".to_owned(),
                profile: None,
                space: Some(space.to_owned()),
                status: "InService".to_owned(),
                failure_reason: None,
            });
        });
    }

    fn change<T>(
        &self,
        operation: &'static str,
        id: &str,
        act: impl FnOnce(&mut FakeDomain) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.faults.write("sagemaker", operation, || {
            let mut inner = self.inner.lock().unwrap();
            match inner.domains.get_mut(id) {
                Some(domain) => act(domain),
                None => Err(refusal(operation, "ResourceNotFound", "no such domain")),
            }
        })
    }
}

fn refusal(operation: &'static str, code: &str, message: &str) -> Error {
    Error::Aws {
        service: "sagemaker",
        operation,
        code: code.to_owned(),
        message: message.to_owned(),
        request_id: None,
    }
}

fn profile_arn(domain: &str, name: &str) -> String {
    format!("arn:aws:sagemaker:us-east-1:123456789012:user-profile/{domain}/{name}")
}

fn space_arn(domain: &str, name: &str) -> String {
    format!("arn:aws:sagemaker:us-east-1:123456789012:space/{domain}/{name}")
}

/// Moves a status on; false when the object is gone.
fn progress(status: &mut Status) -> bool {
    match status {
        Status::Pending | Status::Updating => *status = Status::InService,
        Status::Deleting => return false,
        _ => {}
    }
    true
}

impl Inner {
    /// The tags of the domain, profile or space with this ARN.
    fn tags(&mut self, arn: &str) -> Option<&mut Tags> {
        self.domains.values_mut().find_map(|one| {
            if one.state.arn == arn {
                return Some(&mut one.tags);
            }
            let mut profiles = one.profiles.values_mut();
            if let Some(profile) = profiles.find(|profile| profile.state.arn == arn) {
                return Some(&mut profile.tags);
            }
            let mut spaces = one.spaces.values_mut();
            let found = spaces.find(|space| space.state.arn == arn);
            found.map(|space| &mut space.tags)
        })
    }

    fn progress(&mut self, id: &str) {
        let Some(domain) = self.domains.get_mut(id) else {
            return;
        };
        let failed = match domain.state.status {
            Status::Pending => Status::Failed,
            Status::Updating => Status::UpdateFailed,
            Status::Deleting => Status::DeleteFailed,
            _ => return,
        };
        if let Some(reason) = self.failure.take() {
            domain.state.status = failed;
            domain.state.failure_reason = Some(reason);
        } else if failed == Status::DeleteFailed {
            self.domains.remove(id);
        } else {
            domain.state.status = Status::InService;
            domain.state.failure_reason = None;
        }
    }
}

#[async_trait]
impl StudioApi for FakeStudio {
    async fn domains(&self) -> Result<Vec<ListedDomain>, Error> {
        self.faults.read("sagemaker", "ListDomains")?;
        let inner = self.inner.lock().unwrap();
        let domains = inner.domains.values().map(|one| ListedDomain {
            id: one.state.id.clone(),
            arn: one.state.arn.clone(),
            name: one.state.name.clone(),
            status: one.state.status.clone(),
        });
        Ok(domains.collect())
    }

    async fn domain(&self, id: &str) -> Result<Option<DomainState>, Error> {
        self.faults.read("sagemaker", "DescribeDomain")?;
        let mut inner = self.inner.lock().unwrap();
        if inner.hidden > 0 {
            inner.hidden -= 1;
            return Ok(None);
        }
        let found = inner.domains.get(id).map(|one| one.state.clone());
        inner.progress(id);
        Ok(found)
    }

    async fn create_domain(&self, domain: &NewDomain<'_>) -> Result<String, Error> {
        let operation = "CreateDomain";
        self.faults.write("sagemaker", operation, || {
            let mut inner = self.inner.lock().unwrap();
            let taken = inner
                .domains
                .values()
                .any(|one| one.state.name == domain.name);
            if taken {
                return Err(refusal(operation, "ResourceInUse", "the name is taken"));
            }
            inner.created += 1;
            let id = format!("d-{:012}", inner.created);
            let state = DomainState {
                id: id.clone(),
                arn: format!("arn:aws:sagemaker:us-east-1:123456789012:domain/{id}"),
                name: domain.name.to_owned(),
                status: Status::Pending,
                failure_reason: None,
                url: Some(format!("https://{id}.studio.us-east-1.sagemaker.aws")),
                auth_mode: "IAM".to_owned(),
                vpc_id: Some(domain.vpc_id.to_owned()),
                subnet_ids: domain.subnet_ids.to_vec(),
                kms_key_id: Some(domain.kms_key_id.to_owned()),
                home_efs_file_system_id: None,
                settings: domain.settings.clone(),
                deviations: Vec::new(),
            };
            inner.domains.insert(
                id.clone(),
                FakeDomain {
                    state,
                    tags: domain.tags.clone(),
                    profiles: BTreeMap::new(),
                    spaces: BTreeMap::new(),
                    apps: Vec::new(),
                },
            );
            Ok(id)
        })
    }

    async fn update_domain(&self, change: &DomainChange<'_>) -> Result<(), Error> {
        let operation = "UpdateDomain";
        self.change(operation, &change.found.id, |one| {
            if !matches!(one.state.status, Status::InService | Status::UpdateFailed) {
                return Err(refusal(operation, "ResourceInUse", "wrong status"));
            }
            let removes = one
                .state
                .subnet_ids
                .iter()
                .any(|subnet| !change.subnet_ids.contains(subnet));
            let role = one.state.settings.execution_role_arn != change.settings.execution_role_arn;
            let network = one.state.deviations.contains(&Fixed::VpcOnly);
            if (removes || role || network) && one.apps.iter().any(App::is_live) {
                let message = "Unable to update Domain with InService App";
                return Err(refusal(operation, "ValidationException", message));
            }
            one.state.subnet_ids = change.subnet_ids.to_vec();
            one.state.settings = change.settings.clone();
            one.state.deviations.clear();
            one.state.status = Status::Updating;
            Ok(())
        })
    }

    async fn delete_domain(&self, id: &str) -> Result<(), Error> {
        let operation = "DeleteDomain";
        let answer = self.change(operation, id, |one| {
            if !(one.profiles.is_empty() && one.spaces.is_empty()) {
                return Err(refusal(operation, "ResourceInUse", "it has profiles"));
            }
            one.state.status = Status::Deleting;
            Ok(())
        });
        match answer {
            Err(error) if error.is_absent() => Ok(()),
            answer => answer,
        }
    }

    async fn profiles(&self, domain: &str) -> Result<Vec<Listed>, Error> {
        self.faults.read("sagemaker", "ListUserProfiles")?;
        let mut inner = self.inner.lock().unwrap();
        let Some(one) = inner.domains.get_mut(domain) else {
            return Ok(Vec::new());
        };
        let listed = one.profiles.iter().map(|(name, profile)| Listed {
            name: name.clone(),
            status: profile.state.status.clone(),
            modified: testing::modified(&profile.state),
            owner: None,
        });
        let listed = listed.collect();
        one.profiles
            .retain(|_, profile| progress(&mut profile.state.status));
        Ok(listed)
    }

    async fn profile(&self, domain: &str, name: &str) -> Result<Option<ProfileState>, Error> {
        self.faults.read("sagemaker", "DescribeUserProfile")?;
        let mut inner = self.inner.lock().unwrap();
        let failure = inner.failure.clone();
        let Some(one) = inner.domains.get_mut(domain) else {
            return Ok(None);
        };
        let Some(profile) = one.profiles.get_mut(name) else {
            return Ok(None);
        };
        let found = ProfileState {
            modified: testing::modified(&profile.state),
            ..profile.state.clone()
        };
        let state = &mut profile.state;
        let moves = state.status.is_transitional();
        if let Some(reason) = failure.filter(|_| moves) {
            state.status = match state.status {
                Status::Pending => Status::Failed,
                Status::Updating => Status::UpdateFailed,
                _ => Status::DeleteFailed,
            };
            state.failure_reason = Some(reason);
            inner.failure = None;
        } else if !progress(&mut state.status) {
            one.profiles.remove(name);
        }
        Ok(Some(found))
    }

    async fn create_profile(
        &self,
        domain: &str,
        name: &str,
        settings: &ProfileSettings,
        tags: &Tags,
    ) -> Result<(), Error> {
        let operation = "CreateUserProfile";
        self.change(operation, domain, |one| {
            if one.state.status != Status::InService {
                return Err(refusal(operation, "ResourceInUse", "wrong status"));
            }
            if one
                .profiles
                .keys()
                .any(|key| key.eq_ignore_ascii_case(name))
            {
                return Err(refusal(operation, "ResourceInUse", "the name is taken"));
            }
            let state = ProfileState {
                arn: profile_arn(domain, name),
                status: Status::Pending,
                modified: None,
                failure_reason: None,
                settings: settings.clone(),
                home_efs_file_system_uid: None,
            };
            let profile = FakeProfile {
                state,
                tags: tags.clone(),
            };
            one.profiles.insert(name.to_owned(), profile);
            Ok(())
        })
    }

    async fn update_profile(
        &self,
        domain: &str,
        name: &str,
        settings: &ProfileSettings,
        _: &ProfileSettings,
    ) -> Result<(), Error> {
        let operation = "UpdateUserProfile";
        self.change(operation, domain, |one| {
            let Some(profile) = one.profiles.get_mut(name) else {
                return Err(refusal(operation, "ResourceNotFound", "no such profile"));
            };
            if !matches!(
                profile.state.status,
                Status::InService | Status::UpdateFailed
            ) {
                return Err(refusal(operation, "ResourceInUse", "wrong status"));
            }
            profile.state.settings = settings.clone();
            profile.state.status = Status::Updating;
            Ok(())
        })
    }

    async fn delete_profile(&self, domain: &str, name: &str) -> Result<(), Error> {
        let operation = "DeleteUserProfile";
        self.change(operation, domain, |one| {
            let owns = |space: &FakeSpace| space.state.owner.as_deref() == Some(name);
            let runs = |app: &App| app.is_live() && app.profile.as_deref() == Some(name);
            if one.spaces.values().any(owns) || one.apps.iter().any(runs) {
                return Err(refusal(operation, "ResourceInUse", "App(s) are associated"));
            }
            if let Some(profile) = one.profiles.get_mut(name) {
                profile.state.status = Status::Deleting;
            }
            Ok(())
        })
    }

    async fn spaces(&self, domain: &str) -> Result<Vec<Listed>, Error> {
        self.faults.read("sagemaker", "ListSpaces")?;
        let mut inner = self.inner.lock().unwrap();
        let Some(one) = inner.domains.get_mut(domain) else {
            return Ok(Vec::new());
        };
        let listed = one.spaces.iter().map(|(name, space)| Listed {
            name: name.clone(),
            status: space.state.status.clone(),
            modified: testing::modified(&space.state),
            owner: space.state.owner.clone(),
        });
        let listed = listed.collect();
        one.spaces
            .retain(|_, space| progress(&mut space.state.status));
        Ok(listed)
    }

    async fn space(&self, domain: &str, name: &str) -> Result<Option<SpaceState>, Error> {
        self.faults.read("sagemaker", "DescribeSpace")?;
        let mut inner = self.inner.lock().unwrap();
        let failure = inner.failure.clone();
        let Some(one) = inner.domains.get_mut(domain) else {
            return Ok(None);
        };
        let Some(space) = one.spaces.get_mut(name) else {
            return Ok(None);
        };
        let found = SpaceState {
            modified: testing::modified(&space.state),
            ..space.state.clone()
        };
        let state = &mut space.state;
        let moves = state.status.is_transitional();
        if let Some(reason) = failure.filter(|_| moves) {
            state.status = match state.status {
                Status::Pending => Status::Failed,
                Status::Updating => Status::UpdateFailed,
                _ => Status::DeleteFailed,
            };
            state.failure_reason = Some(reason);
            inner.failure = None;
        } else if !progress(&mut state.status) {
            one.spaces.remove(name);
        }
        Ok(Some(found))
    }

    async fn create_space(&self, space: &NewSpace<'_>) -> Result<(), Error> {
        let operation = "CreateSpace";
        self.change(operation, space.domain, |one| {
            let same = |name: &String| name.eq_ignore_ascii_case(space.name);
            if one.spaces.keys().any(same) {
                return Err(refusal(operation, "ResourceInUse", "the name is taken"));
            }
            let owner = one.profiles.get(space.owner);
            if owner.is_none_or(|owner| owner.state.status != Status::InService) {
                return Err(refusal(operation, "ResourceNotFound", "no such profile"));
            }
            let state = SpaceState {
                arn: space_arn(space.domain, space.name),
                status: Status::Pending,
                modified: None,
                failure_reason: None,
                url: Some(format!("https://studio/{}", space.name)),
                owner: Some(space.owner.to_owned()),
                private: true,
                app_type: space.app.name().to_owned(),
                settings: space.settings.clone(),
                image_arn: None,
                image_version_arn: None,
            };
            let tags = space.tags.clone();
            one.spaces
                .insert(space.name.to_owned(), FakeSpace { state, tags });
            Ok(())
        })
    }

    async fn update_space(
        &self,
        domain: &str,
        name: &str,
        _: AppKind,
        settings: &SpaceSettings,
        _: &SpaceState,
    ) -> Result<(), Error> {
        let operation = "UpdateSpace";
        self.change(operation, domain, |one| {
            let inside = |app: &App| app.is_live() && app.space.as_deref() == Some(name);
            if one.apps.iter().any(inside) {
                return Err(refusal(operation, "ResourceInUse", "App(s) are associated"));
            }
            let Some(space) = one.spaces.get_mut(name) else {
                return Err(refusal(operation, "ResourceNotFound", "no such space"));
            };
            let state = &mut space.state;
            if !matches!(state.status, Status::InService | Status::UpdateFailed) {
                return Err(refusal(operation, "ResourceInUse", "wrong status"));
            }
            if settings.volume_size < state.settings.volume_size {
                return Err(refusal(operation, "ValidationException", "smaller volume"));
            }
            state.settings = settings.clone();
            state.status = Status::Updating;
            Ok(())
        })
    }

    async fn delete_space(&self, domain: &str, name: &str) -> Result<(), Error> {
        let operation = "DeleteSpace";
        self.change(operation, domain, |one| {
            let inside = |app: &App| app.space.as_deref() == Some(name);
            if one.apps.iter().any(|app| app.is_live() && inside(app)) {
                return Err(refusal(operation, "ResourceInUse", "App(s) are associated"));
            }
            if let Some(space) = one.spaces.get_mut(name) {
                space.state.status = Status::Deleting;
            }
            Ok(())
        })
    }

    async fn apps(&self, domain: &str) -> Result<Vec<App>, Error> {
        self.faults.read("sagemaker", "ListApps")?;
        let mut inner = self.inner.lock().unwrap();
        let Some(one) = inner.domains.get_mut(domain) else {
            return Ok(Vec::new());
        };
        let listed = one.apps.clone();
        for app in &mut one.apps {
            match app.status.as_str() {
                "Pending" => app.status = "InService".to_owned(),
                "Deleting" => app.status = "Deleted".to_owned(),
                _ => {}
            }
        }
        Ok(listed)
    }

    async fn space_app(
        &self,
        domain: &str,
        space: &str,
        kind: AppKind,
    ) -> Result<Option<App>, Error> {
        self.faults.read("sagemaker", "DescribeApp")?;
        let mut inner = self.inner.lock().unwrap();
        let failure = inner.app_failure.clone();
        let Some(one) = inner.domains.get_mut(domain) else {
            return Ok(None);
        };
        let is_it = |app: &&mut App| app.space.as_deref() == Some(space) && app.kind == kind.name();
        let Some(app) = one.apps.iter_mut().find(is_it) else {
            return Ok(None);
        };
        let found = app.clone();
        match app.status.as_str() {
            "Pending" if failure.is_some() => {
                app.status = "Failed".to_owned();
                app.failure_reason = failure;
                inner.app_failure = None;
            }
            "Pending" => app.status = "InService".to_owned(),
            "Deleting" => app.status = "Deleted".to_owned(),
            _ => {}
        }
        Ok(Some(found))
    }

    async fn create_app(
        &self,
        domain: &str,
        space: &str,
        kind: AppKind,
        _: &SpaceState,
        _: &Tags,
    ) -> Result<(), Error> {
        let operation = "CreateApp";
        self.change(operation, domain, |one| {
            let inside = |app: &App| app.space.as_deref() == Some(space);
            if one.apps.iter().any(|app| app.is_live() && inside(app)) {
                return Err(refusal(operation, "ResourceInUse", "it exists"));
            }
            one.apps.retain(|app| !inside(app));
            one.apps.push(App {
                kind: kind.name().to_owned(),
                name: "default".to_owned(),
                profile: None,
                space: Some(space.to_owned()),
                status: "Pending".to_owned(),
                failure_reason: None,
            });
            Ok(())
        })
    }

    async fn delete_app(&self, domain: &str, app: &App) -> Result<(), Error> {
        let operation = "DeleteApp";
        self.change(operation, domain, |one| {
            let same = |other: &&mut App| {
                (&other.kind, &other.name, &other.profile, &other.space)
                    == (&app.kind, &app.name, &app.profile, &app.space)
            };
            let Some(found) = one.apps.iter_mut().find(same) else {
                return Err(refusal(operation, "ResourceNotFound", "no such app"));
            };
            match found.status.as_str() {
                "InService" => found.status = "Deleting".to_owned(),
                "Pending" => {
                    return Err(refusal(operation, "ValidationException", "it is Pending"));
                }
                _ => {
                    let message = "App has already been deleted";
                    return Err(refusal(operation, "ValidationException", message));
                }
            }
            Ok(())
        })
    }

    async fn presigned_url(&self, request: &UrlRequest<'_>) -> Result<SecretUrl, Error> {
        let operation = "CreatePresignedDomainUrl";
        self.change(operation, request.domain, |one| {
            let Some(profile) = one.profiles.get(request.profile) else {
                return Err(refusal(operation, "ResourceNotFound", "no such profile"));
            };
            match profile.state.status {
                Status::InService | Status::UpdateFailed => Ok(()),
                _ => Err(refusal(operation, "ResourceInUse", "wrong status")),
            }
        })?;
        let landing = request.opening.landing_uri.as_deref().unwrap_or_default();
        let url = format!(
            "https://{}.studio.us-east-1.sagemaker.aws/auth?token={}{landing}",
            request.domain, request.profile
        );
        SecretUrl::answered(operation, Some(url))
    }

    async fn tags(&self, arn: &str) -> Result<Option<Tags>, Error> {
        self.faults.read("sagemaker", "ListTags")?;
        let mut inner = self.inner.lock().unwrap();
        Ok(inner.tags(arn).cloned())
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.faults.write("sagemaker", "AddTags", || {
            let mut inner = self.inner.lock().unwrap();
            let Some(found) = inner.tags(arn) else {
                return Err(refusal("AddTags", "ResourceNotFound", "no such resource"));
            };
            *found = found.clone().overlaid(tags);
            Ok(())
        })
    }

    async fn delete_tags(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.faults.write("sagemaker", "DeleteTags", || {
            let mut inner = self.inner.lock().unwrap();
            if let Some(found) = inner.tags(arn) {
                for key in keys {
                    found.remove(key);
                }
            }
            Ok(())
        })
    }
}
