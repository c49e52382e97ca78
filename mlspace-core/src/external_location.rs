//! External locations: named parts of buckets outside of the platform, which projects, members and
//! groups can be granted.
//!
//! A location by itself opens nothing. It is a record only: bucket and key stay as they are, and
//! belong to whoever made them. What grants of it open is in the inline policies of the members'
//! roles ([`crate::grant`]), which are written again when the location changes.

mod api;
#[cfg(test)]
pub(crate) mod fake;
mod sdk;
mod spec;
mod store;

pub use spec::{ExternalLocationSpec, LocationSpecError, PREFIX_MAX, check_key, check_prefix};

pub(crate) use api::{Bucket, LocationApi, PolicyText};
pub(crate) use sdk::SdkLocations;
pub(crate) use store::{
    FoundLocation, LocationStore, PlacedGrant, granted_to, missing_location, placed,
};

use std::sync::Arc;

use crate::aws::{Backoff, Clients, Error, Failure, Operation, Outcome};
use crate::grant::{GrantKey, GrantedRoles};
use crate::name::LocationName;
use crate::ownership::{Claim, Kind, Object, Owned, Run, Token};
use crate::plan::{Notice, PlanOutcome};
use crate::records::{Change, LocationRecord, UNFINISHED, Write, is_unfinished};

/// An external location as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalLocation {
    /// What it consists of.
    pub spec: ExternalLocationSpec,
    /// What is not as it should be: one sentence each.
    pub drift: Vec<String>,
    /// The token in its record.
    pub token: Option<Token>,
}

impl Owned for ExternalLocation {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// External locations.
pub struct ExternalLocations {
    clients: Clients,
    api: Arc<dyn LocationApi>,
    store: Arc<LocationStore>,
    roles: Arc<GrantedRoles>,
}

impl ExternalLocations {
    /// Locations with their records in `store`, which looks at their buckets with `api`.
    pub(crate) fn new(
        clients: Clients,
        api: Arc<dyn LocationApi>,
        store: Arc<LocationStore>,
        roles: Arc<GrantedRoles>,
    ) -> Self {
        Self {
            clients,
            api,
            store,
            roles,
        }
    }

    /// Plans a location. `exists` says that the state holds it; `run` what else happens to existing
    /// ones.
    pub async fn plan(
        &self,
        spec: &ExternalLocationSpec,
        exists: bool,
        run: &dyn Run,
    ) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        match self.try_plan(spec, exists, run).await {
            Ok(warnings) => outcome.warnings = warnings,
            Err(error) => return PlanOutcome::failed(&error),
        }
        self.store.plan_location(spec);
        outcome
    }

    async fn try_plan(
        &self,
        spec: &ExternalLocationSpec,
        exists: bool,
        run: &dyn Run,
    ) -> Result<Vec<Notice>, Error> {
        spec.check(&self.clients.settings().data_bucket)?;
        let object = object(&spec.name);
        let all = self.store.cached().await?;
        if !exists
            && !run.replaces(&object)
            && all
                .iter()
                .any(|found| found.spec.name == spec.name && !found.is_left())
            && self.store.find(&spec.name).await?.is_some()
        {
            return Err(object.exists());
        }
        self.check_overlap(spec, &all, run).await?;
        let mut warnings = Vec::new();
        match self.api.bucket(&spec.bucket).await? {
            // The same run may create it.
            Bucket::Missing => warnings.push(Notice {
                attribute: "s3",
                summary: "Bucket not found".to_owned(),
                detail: format!(
                    "There is no bucket `{}`. Unless this run creates it first, the apply fails: a bucket that someone \
                     else creates under this name would be opened to members. Let `bucket` refer to the resource that \
                     creates it.",
                    spec.bucket
                ),
            }),
            Bucket::Own(Some(region)) if region != self.clients.account().await?.region => {
                warnings.push(Notice {
                    attribute: "s3",
                    summary: "Bucket in another region".to_owned(),
                    detail: format!(
                        "Bucket `{}` is in the region `{region}`. SageMaker reads training data in its own region only, \
                         and VPC endpoints do not reach other regions.",
                        spec.bucket
                    ),
                });
            }
            Bucket::Own(_) | Bucket::Elsewhere => {}
        }
        Ok(warnings)
    }

    /// Refuses objects that someone has been granted through another location and that this location
    /// has not granted to them: who may reach an object would depend on two names.
    async fn check_overlap(
        &self,
        spec: &ExternalLocationSpec,
        all: &[FoundLocation],
        run: &dyn Run,
    ) -> Result<(), Error> {
        let own: Vec<_> = all
            .iter()
            .filter(|found| found.spec.name == spec.name)
            .flat_map(|found| found.grants().map(|(grantee, _)| grantee))
            .collect();
        let others = all
            .iter()
            .filter(|found| found.spec.name != spec.name && found.spec.overlaps(spec));
        for other in others {
            if run.removes(&object(&other.spec.name)).await {
                continue;
            }
            let foreign = other
                .grants()
                .map(|(grantee, _)| grantee)
                .find(|grantee| !own.contains(grantee));
            if let Some(grantee) = foreign {
                return Err(Error::Invalid {
                    attribute: Some("s3"),
                    message: format!(
                        "{} overlaps with the external location `{}` ({}), which is granted to {}",
                        spec.objects(),
                        other.spec.name,
                        other.spec.objects(),
                        grantee.in_words().trim_end_matches(',')
                    ),
                    remedy: format!(
                        "grant the location `{}` instead, or choose other prefixes",
                        other.spec.name
                    ),
                });
            }
        }
        Ok(())
    }

    /// Creates the location's record.
    ///
    /// # Errors
    /// [`Error::Exists`] for a location that is on record, [`Error::NotFound`] for a bucket that does
    /// not exist, and those of the calls.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &ExternalLocationSpec,
    ) -> Outcome<ExternalLocation> {
        operation.check(&format!("creating external location `{}`", spec.name))?;
        spec.check(&self.clients.settings().data_bucket)
            .map_err(Error::from)?;
        let _guard = self.store.lock(&spec.name).await;
        if self.store.find(&spec.name).await?.is_some() {
            return Err(object(&spec.name).exists().into());
        }
        let all = self.store.all().await?;
        self.check_overlap(spec, &all, operation.run()).await?;
        if self.api.bucket(&spec.bucket).await? == Bucket::Missing {
            return Err(Error::NotFound {
                what: format!("bucket `{}`", spec.bucket),
                remedy: "create it first, or correct `bucket`".to_owned(),
            }
            .into());
        }
        let token = Token::random();
        let made = ExternalLocation {
            spec: spec.clone(),
            drift: Vec::new(),
            token: Some(token.clone()),
        };
        let written = self
            .store
            .create(&spec.name, token.mark(record(spec).item()))
            .await;
        self.store.forget().await;
        match written {
            Ok(Write::Done) => Ok(made),
            Ok(Write::Refused) => Err(object(&spec.name).exists().into()),
            Err(error) => match self.store.find(&spec.name).await {
                // Only the response was lost.
                Ok(Some(found)) if Token::of_item(&found.item) == Some(token) => Ok(made),
                Ok(_) => Err(error.into()),
                // It may be there.
                Err(_) => Err(Failure {
                    reached: error.code().is_none().then_some(made),
                    error,
                }),
            },
        }
    }

    /// Reads the location; `None` when it is not on record.
    ///
    /// # Errors
    /// Those of the calls, and of a malformed record.
    pub async fn read(&self, name: &LocationName) -> Result<Option<ExternalLocation>, Error> {
        let found = self.store.find(name).await?;
        Ok(found.as_ref().map(location))
    }

    /// Changes bucket, prefixes and key: the record first, then the policies of all roles that are
    /// granted the location.
    ///
    /// # Errors
    /// The first step's that failed, with the location as it is then. The next update continues.
    pub async fn update(
        &self,
        operation: &Operation,
        spec: &ExternalLocationSpec,
    ) -> Outcome<ExternalLocation> {
        let done = Box::pin(self.try_update(operation, spec)).await;
        let reached = match self.store.find(&spec.name).await {
            Ok(found) => found.as_ref().map(location),
            Err(_) => None,
        };
        match (done, reached) {
            (Ok(()), Some(location)) => Ok(location),
            (Ok(()), None) => Err(missing_location(&spec.name).into()),
            (Err(error), reached) => Err(Failure { error, reached }),
        }
    }

    async fn try_update(
        &self,
        operation: &Operation,
        spec: &ExternalLocationSpec,
    ) -> Result<(), Error> {
        spec.check(&self.clients.settings().data_bucket)?;
        let all = self.store.all().await?;
        self.check_overlap(spec, &all, operation.run()).await?;
        let found = self
            .set(operation, &spec.name, |found| {
                let change = Change::new()
                    .set_string("bucket", &spec.bucket)
                    .set_strings("prefixes", &spec.prefixes)
                    .set_bool(UNFINISHED, true)
                    .remove(LocationRecord::DELETING);
                let change = match &spec.kms_key_arn {
                    Some(key) => change.set_string("kmsKeyArn", key),
                    None => change.remove("kmsKeyArn"),
                };
                (found.spec != *spec || found.is_left()).then_some(change)
            })
            .await?;
        for grantee in found
            .record
            .grants
            .keys()
            .filter_map(|text| text.parse().ok())
        {
            Box::pin(self.roles.rewrite(operation, &grantee)).await?;
        }
        self.set(operation, &spec.name, |found| {
            is_unfinished(&found.item).then(|| Change::new().remove(UNFINISHED))
        })
        .await
        .map(drop)
    }

    /// Makes a change of the record, if `change` has one, on the condition that nobody else changes
    /// it meanwhile.
    async fn set(
        &self,
        operation: &Operation,
        name: &LocationName,
        change: impl Fn(&FoundLocation) -> Option<Change> + Send + Sync,
    ) -> Result<FoundLocation, Error> {
        let _guard = self.store.lock(name).await;
        let what = format!("changing external location `{name}`");
        // The same one in each attempt.
        let claim = Claim::Token(operation.claim().token(None));
        for attempt in 0..5 {
            operation.check(&what)?;
            let Some(found) = self.store.find(name).await? else {
                return Err(Error::Conflict {
                    message: format!("external location `{name}` was deleted by someone else"),
                    remedy: "apply again to create it".to_owned(),
                });
            };
            let token = Token::of_item(&found.item);
            operation.claim().check(&object(name), token.as_ref())?;
            let change = change(&found).map(|change| {
                let change = change.expect_present(LocationRecord::HASH);
                ["bucket", "prefixes", "kmsKeyArn", LocationRecord::GRANTS]
                    .into_iter()
                    .fold(change, |change, attribute| {
                        change.expect(attribute, found.item.get(attribute))
                    })
            });
            let Some(change) = claim.guard(LocationRecord::HASH, &found.item, change) else {
                return Ok(found);
            };
            let written = self.store.update(name, &change).await;
            self.store.forget().await;
            match written? {
                Write::Done => return Ok(found),
                Write::Refused => operation.back_off(Backoff::QUICK, attempt, &what).await?,
            }
        }
        Err(Error::Conflict {
            message: format!("external location `{name}` keeps being changed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// Deletes the location's record. One that does not exist is not an error.
    ///
    /// # Errors
    /// [`Error::InUse`] while it is granted to someone, and those of the calls.
    pub async fn delete(&self, operation: &Operation, name: &LocationName) -> Result<(), Error> {
        if self.store.find(name).await?.is_none() {
            return Ok(());
        }
        let mut granted = Vec::new();
        let found = self
            .set(operation, name, |found| {
                (found.record.grants.is_empty() && !found.record.deleting)
                    .then(|| Change::new().set_bool(LocationRecord::DELETING, true))
            })
            .await?;
        for grantee in found.record.grants.keys() {
            granted.push(match grantee.parse() {
                Ok(grantee) => GrantKey {
                    location: name.clone(),
                    grantee,
                }
                .to_string(),
                Err(_) => format!("{name}/{grantee}"),
            });
        }
        if !granted.is_empty() {
            return Err(Error::InUse {
                what: format!("external location `{name}`"),
                by: granted,
                remedy: "remove these grants first; let each `mlspace_grant` refer to the location, so that Terraform \
                         deletes it before"
                    .to_owned(),
            });
        }
        let deleted = self.store.delete(name).await;
        self.store.forget().await;
        deleted
    }
}

impl FoundLocation {
    /// Whether a change of it was interrupted.
    fn is_left(&self) -> bool {
        is_unfinished(&self.item) || self.record.deleting
    }
}

/// The location on record.
fn location(found: &FoundLocation) -> ExternalLocation {
    let name = &found.spec.name;
    let mut drift = Vec::new();
    if found.record.deleting {
        drift.push(format!(
            "the deletion of external location `{name}` was interrupted"
        ));
    }
    if is_unfinished(&found.item) {
        drift.push(format!(
            "a change of external location `{name}` was interrupted before all roles had it"
        ));
    }
    ExternalLocation {
        spec: found.spec.clone(),
        drift,
        token: Token::of_item(&found.item),
    }
}

/// The record of a new location.
fn record(spec: &ExternalLocationSpec) -> LocationRecord {
    LocationRecord {
        name: spec.name.to_string(),
        bucket: spec.bucket.clone(),
        prefixes: spec.prefixes.clone(),
        kms_key_arn: spec.kms_key_arn.clone(),
        ..LocationRecord::default()
    }
}

/// The location, as an object that someone manages.
fn object(name: &LocationName) -> Object {
    Object::new(Kind::ExternalLocation, name)
}

#[cfg(test)]
mod tests;
