//! The records of all locations with their grants: the only reader and writer of these items.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::ExternalLocationSpec;
use crate::aws::lock::Locks;
use crate::aws::{Backoff, Cached, Clients, Error, Guard, IfPresent as _, Operation};
use crate::grant::{Access, GrantKey, Grantee};
use crate::name::{GroupName, LocationName, ProjectName, UserName};
use crate::policies::BucketGrant;
use crate::records::{Change, Item, LocationRecord, RecordStore, Write};
use crate::tables::LOCATION_TYPE;

/// How often a change of the grants is attempted while others change them.
const MAX_ATTEMPTS: u32 = 30;

/// A location on record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FoundLocation {
    /// What it consists of.
    pub(crate) spec: ExternalLocationSpec,
    /// Its record.
    pub(crate) record: LocationRecord,
    /// The item with all of its attributes.
    pub(crate) item: Item,
}

impl FoundLocation {
    fn of(record: LocationRecord, item: Item) -> Option<Self> {
        let spec = ExternalLocationSpec {
            name: record.name.parse().ok()?,
            bucket: record.bucket.clone(),
            prefixes: record.prefixes.clone(),
            kms_key_arn: record.kms_key_arn.clone(),
        };
        Some(Self { spec, record, item })
    }

    /// Its grants, but for those that are being removed.
    pub(crate) fn grants(&self) -> impl Iterator<Item = (Grantee, Access)> + '_ {
        let grants = self.record.grants.iter();
        grants.filter_map(|(grantee, grant)| {
            let grantee = grantee.parse().ok()?;
            (!grant.leaving).then(|| (grantee, Access::of(grant.write)))
        })
    }
}

/// Locations and grants that this process plans.
#[derive(Default)]
struct Planned {
    locations: BTreeMap<LocationName, ExternalLocationSpec>,
    grants: BTreeMap<GrantKey, Access>,
}

/// The records of locations.
pub(crate) struct LocationStore {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    locks: Locks,
    cache: Cached<Vec<FoundLocation>>,
    planned: Mutex<Planned>,
}

impl LocationStore {
    /// The table that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self {
            clients,
            records,
            locks: Locks::default(),
            cache: Cached::default(),
            planned: Mutex::default(),
        }
    }

    pub(crate) fn table(&self) -> &str {
        &self.clients.settings().table_names.resource_metadata
    }

    /// Waits until this process changes neither the location nor its grants, and keeps it so.
    pub(crate) async fn lock(&self, location: &LocationName) -> Guard {
        self.locks.lock(location.as_str()).await
    }

    /// How many changes of grants this process has begun: if it is the same before and after, no
    /// grant was added or removed by this process in between.
    pub(crate) fn changes(&self) -> u64 {
        self.cache.changes()
    }

    /// Notes that grants have changed, so that no list from before is used.
    pub(crate) async fn forget(&self) {
        self.cache.forget().await;
    }

    /// The location; `None` when there is none.
    pub(crate) async fn find(&self, name: &LocationName) -> Result<Option<FoundLocation>, Error> {
        let key = LocationRecord::key(name);
        let Some(item) = self.records.get(self.table(), &key).await? else {
            return Ok(None);
        };
        let record = LocationRecord::read(&item).map_err(|error| error.of(self.table(), &key))?;
        Ok(FoundLocation::of(record, item))
    }

    /// All locations. A deployment without the table has none. Malformed records open nothing, so that
    /// they are left out.
    pub(crate) async fn all(&self) -> Result<Vec<FoundLocation>, Error> {
        let items = self
            .records
            .query(self.table(), LocationRecord::HASH, LOCATION_TYPE)
            .await
            .if_present()?;
        let items = items.unwrap_or_default().into_iter();
        let mut all: Vec<FoundLocation> = items
            .filter_map(|item| FoundLocation::of(LocationRecord::read(&item).ok()?, item))
            .filter(|found| {
                found
                    .spec
                    .check(&self.clients.settings().data_bucket)
                    .is_ok()
            })
            .collect();
        all.sort_by(|a, b| a.spec.name.cmp(&b.spec.name));
        Ok(all)
    }

    /// All locations, as they were at the first look.
    pub(crate) async fn cached(&self) -> Result<Arc<Vec<FoundLocation>>, Error> {
        self.cache.get(|| self.all()).await
    }

    /// All locations, at most a few seconds old.
    pub(crate) async fn recent(&self) -> Result<Arc<Vec<FoundLocation>>, Error> {
        self.cache.recent(|| self.all()).await
    }

    /// Creates the item; refused when there is one.
    pub(crate) async fn create(&self, name: &LocationName, item: Item) -> Result<Write, Error> {
        let key = LocationRecord::key(name);
        self.records.create(self.table(), &key, item).await
    }

    /// Changes the item.
    pub(crate) async fn update(
        &self,
        name: &LocationName,
        change: &Change,
    ) -> Result<Write, Error> {
        let key = LocationRecord::key(name);
        self.records.update(self.table(), &key, change).await
    }

    /// Deletes the item.
    pub(crate) async fn delete(&self, name: &LocationName) -> Result<(), Error> {
        let key = LocationRecord::key(name);
        self.records.delete(self.table(), &key).await
    }

    /// Changes the grants of a location that exists and is not being deleted: `change` gets the
    /// attributes of each, by grantee, and says whether it has changed them. It is called again when
    /// others have changed them meanwhile.
    ///
    /// # Errors
    /// Those of `change`; [`Error::NotFound`] for a location that does not exist.
    pub(crate) async fn change_grants(
        &self,
        operation: &Operation,
        name: &LocationName,
        change: impl Fn(&mut BTreeMap<String, Item>) -> Result<bool, Error> + Send + Sync,
    ) -> Result<FoundLocation, Error> {
        let _guard = self.lock(name).await;
        for attempt in 0..MAX_ATTEMPTS {
            operation.check(&format!("changing the grants of location `{name}`"))?;
            let found = self
                .find(name)
                .await?
                .filter(|found| !found.record.deleting);
            let found = found.ok_or_else(|| missing_location(name))?;
            let before = found.record.grants.iter();
            let mut grants: BTreeMap<String, Item> = before
                .map(|(grantee, grant)| (grantee.clone(), grant.item.clone()))
                .collect();
            if !change(&mut grants)? {
                return Ok(found);
            }
            let write = Change::new()
                .set(LocationRecord::GRANTS, LocationRecord::grants_value(grants))
                .expect_present(LocationRecord::HASH)
                .expect(
                    LocationRecord::GRANTS,
                    found.item.get(LocationRecord::GRANTS),
                )
                .expect(LocationRecord::DELETING, None);
            let written = self.update(name, &write).await;
            // It can be written although the response was lost.
            self.forget().await;
            match written? {
                Write::Done => return Ok(found),
                Write::Refused => {
                    let what = format!("changing the grants of location `{name}`");
                    operation.back_off(Backoff::QUICK, attempt, &what).await?;
                }
            }
        }
        Err(Error::Conflict {
            message: format!("the grants of location `{name}` keep being changed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// Notes that this process plans the location.
    pub(crate) fn plan_location(&self, spec: &ExternalLocationSpec) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.locations.insert(spec.name.clone(), spec.clone());
    }

    /// The location as this process plans it.
    pub(crate) fn planned_location(&self, name: &LocationName) -> Option<ExternalLocationSpec> {
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.locations.get(name).cloned()
    }

    /// Notes that this process plans the grant.
    pub(crate) fn plan_grant(&self, key: &GrantKey, access: Access) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.grants.insert(key.clone(), access);
    }

    /// All grants, of these locations and as this process plans them.
    pub(crate) fn with_planned(&self, locations: &[FoundLocation]) -> Vec<PlacedGrant> {
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let mut specs: BTreeMap<LocationName, ExternalLocationSpec> = BTreeMap::new();
        let mut grants: BTreeMap<GrantKey, Access> = BTreeMap::new();
        for found in locations {
            specs.insert(found.spec.name.clone(), found.spec.clone());
            for (grantee, access) in found.grants() {
                let location = found.spec.name.clone();
                grants.insert(GrantKey { location, grantee }, access);
            }
        }
        specs.extend(planned.locations.clone());
        grants.extend(planned.grants.clone());
        grants
            .into_iter()
            .filter_map(|(key, access)| {
                let location = specs.get(&key.location)?.clone();
                Some(PlacedGrant {
                    location,
                    grantee: key.grantee,
                    access,
                })
            })
            .collect()
    }
}

/// A grant with the location that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlacedGrant {
    pub(crate) location: ExternalLocationSpec,
    pub(crate) grantee: Grantee,
    pub(crate) access: Access,
}

/// All grants of these locations.
pub(crate) fn placed(locations: &[FoundLocation]) -> Vec<PlacedGrant> {
    let of = |found: &FoundLocation| {
        let location = found.spec.clone();
        let grants: Vec<PlacedGrant> = found
            .grants()
            .map(|(grantee, access)| PlacedGrant {
                location: location.clone(),
                grantee,
                access,
            })
            .collect();
        grants
    };
    locations.iter().flat_map(of).collect()
}

/// What these grants open for a user in a project, with these groups: one for each location, which
/// allows writing if any grant does.
pub(crate) fn granted_to(
    grants: &[PlacedGrant],
    project: &ProjectName,
    user: &UserName,
    groups: &[GroupName],
) -> Vec<BucketGrant> {
    let mut by_location: BTreeMap<&LocationName, (&ExternalLocationSpec, Access)> = BTreeMap::new();
    for grant in grants {
        if grant.grantee.includes(project, user, groups) {
            let entry = by_location
                .entry(&grant.location.name)
                .or_insert((&grant.location, grant.access));
            entry.1 = entry.1.max(grant.access);
        }
    }
    by_location
        .into_values()
        .map(|(location, access)| BucketGrant {
            bucket: location.bucket.clone(),
            prefixes: location.prefixes.clone(),
            write: access.writes(),
            kms_key_arn: location.kms_key_arn.clone(),
        })
        .collect()
}

/// The error for a location that does not exist.
pub(crate) fn missing_location(name: &LocationName) -> Error {
    Error::NotFound {
        what: format!("external location `{name}`"),
        remedy: "create it with `mlspace_external_location` first, and refer to its `name`"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(location: &str, grantee: &str, access: Access) -> PlacedGrant {
        PlacedGrant {
            location: ExternalLocationSpec {
                name: location.parse().unwrap(),
                bucket: format!("{location}-bucket"),
                prefixes: vec!["a/".to_owned()],
                kms_key_arn: None,
            },
            grantee: grantee.parse().unwrap(),
            access,
        }
    }

    #[test]
    fn granted_to_merges_grants_of_a_location() {
        let grants = [
            grant("lake", "project/fraud", Access::Read),
            grant("lake", "membership/fraud/alice", Access::ReadWrite),
            grant("rates", "group/risk", Access::Read),
            grant("loans", "project/churn", Access::Read),
        ];
        let granted = |project: &str, user: &str, groups: &[GroupName]| -> Vec<String> {
            let all = granted_to(
                &grants,
                &project.parse().unwrap(),
                &user.parse().unwrap(),
                groups,
            );
            all.into_iter()
                .map(|grant| format!("{} {}", grant.bucket, grant.write))
                .collect()
        };
        let risk = ["risk".parse().unwrap()];
        assert_eq!(
            granted("fraud", "alice", &risk),
            ["lake-bucket true", "rates-bucket false"]
        );
        assert_eq!(granted("fraud", "bob", &[]), ["lake-bucket false"]);
        assert_eq!(granted("churn", "alice", &[]), ["loans-bucket false"]);
    }
}
