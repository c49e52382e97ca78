//! Lists of what is in a domain, read once for all of a refresh.

use std::collections::HashMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Status;
use super::api::{App, AppKind, DEFAULT_APP, Listed, ProfileState, SpaceState, StudioApi};
use super::steps::Described;
use crate::aws::{CachedByKey, Error, IfPresent as _};
use crate::memory::{Memory, Remembered};
use crate::tagged::TaggedResources;
use crate::tags::Tags;

/// Listed objects by name; `None` where listing them is not allowed.
type ByName = Option<HashMap<String, Listed>>;

/// The profiles, spaces and apps of domains, by the domain's id, and the tags of all of them.
pub(crate) struct StudioLists {
    api: Arc<dyn StudioApi>,
    tagged: Arc<TaggedResources>,
    profiles: CachedByKey<ByName>,
    spaces: CachedByKey<ByName>,
    apps: CachedByKey<Option<Vec<App>>>,
}

/// An object as it is, with its tags if a list confirms them.
pub(super) struct Refreshed<T> {
    pub(super) found: T,
    pub(super) tags: Option<Tags>,
}

impl StudioLists {
    /// Lists behind `api`, and the tags in `tagged`.
    pub(crate) fn new(api: Arc<dyn StudioApi>, tagged: Arc<TaggedResources>) -> Self {
        Self {
            api,
            tagged,
            profiles: CachedByKey::default(),
            spaces: CachedByKey::default(),
            apps: CachedByKey::default(),
        }
    }

    /// The profile as it is: as it was when `memory` was kept, if the list says so, else described.
    pub(super) async fn profile(
        &self,
        domain: &str,
        name: &str,
        memory: Option<&Memory>,
    ) -> Result<Option<Refreshed<ProfileState>>, Error> {
        let list = || async { by_name(self.api.profiles(domain).await) };
        let describe = || self.api.profile(domain, name);
        let lists = &self.profiles;
        self.refreshed((domain, name), memory, (lists, list), describe)
            .await
    }

    /// As [`Self::profile`], of a space.
    pub(super) async fn space(
        &self,
        domain: &str,
        name: &str,
        memory: Option<&Memory>,
    ) -> Result<Option<Refreshed<SpaceState>>, Error> {
        let list = || async { by_name(self.api.spaces(domain).await) };
        let describe = || self.api.space(domain, name);
        let lists = &self.spaces;
        self.refreshed((domain, name), memory, (lists, list), describe)
            .await
    }

    /// Whether the app `default` of a space runs, or starts: by a list for a space that was remembered,
    /// else by a call of its own.
    pub(super) async fn runs(
        &self,
        domain: &str,
        space: &str,
        kind: AppKind,
        memory: Option<&Memory>,
    ) -> Result<bool, Error> {
        if memory.is_some() {
            let list = || async { self.api.apps(domain).await.if_allowed() };
            if let Some(apps) = self.apps.get(domain, list).await?.as_ref() {
                let is_its = |app: &&App| {
                    app.space.as_deref() == Some(space)
                        && app.kind == kind.name()
                        && app.name == DEFAULT_APP
                };
                return Ok(apps.iter().filter(is_its).any(App::runs));
            }
        }
        let app = self.api.space_app(domain, space, kind).await?;
        Ok(app.as_ref().is_some_and(App::runs))
    }

    /// An object of a domain as `memory` has it, if the list of its kind says so, else described.
    async fn refreshed<T, L, LFut, D, DFut>(
        &self,
        (domain, name): (&str, &str),
        memory: Option<&Memory>,
        (lists, list): (&CachedByKey<ByName>, L),
        describe: D,
    ) -> Result<Option<Refreshed<T>>, Error>
    where
        T: Described + DeserializeOwned + Send,
        L: FnOnce() -> LFut + Send,
        LFut: Future<Output = Result<ByName, Error>> + Send,
        D: FnOnce() -> DFut + Send,
        DFut: Future<Output = Result<Option<T>, Error>> + Send,
    {
        let Some(remembered) = memory.and_then(Memory::open::<T>) else {
            let found = describe().await?;
            return Ok(found.map(|found| Refreshed { found, tags: None }));
        };
        let listed = lists.get(domain, list).await?;
        let tags = remembered.tags.clone();
        let found = match unchanged(&listed, name, remembered) {
            Some(found) => Some(found),
            None => describe().await?,
        };
        let Some(found) = found else { return Ok(None) };
        let confirmed = self.tagged.have(found.arn(), &tags).await?;
        Ok(Some(Refreshed {
            found,
            tags: confirmed.then_some(tags),
        }))
    }
}

fn by_name(listed: Result<Vec<Listed>, Error>) -> Result<ByName, Error> {
    let listed = listed.if_allowed()?;
    Ok(listed.map(|all| {
        let named = all.into_iter().map(|one| (one.name.clone(), one));
        named.collect()
    }))
}

/// What is remembered of an object, if the list has it as it was then.
fn unchanged<T: Described + DeserializeOwned>(
    listed: &ByName,
    name: &str,
    remembered: Remembered<T>,
) -> Option<T> {
    let listed = listed.as_ref()?.get(name)?;
    let is_same =
        listed.modified == Some(remembered.modified) && listed.status == *remembered.found.status();
    is_same.then_some(remembered.found)
}

/// What the next refresh is to know of an object that was found with these tags, unless its status
/// changes by itself.
pub(super) fn memory<T: Described + serde::Serialize>(
    found: &T,
    modified: Option<i64>,
    tags: &Tags,
) -> Option<Memory> {
    match found.status() {
        Status::InService => Memory::of(modified, found, tags),
        _ => None,
    }
}
