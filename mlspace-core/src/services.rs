//! The services of a configured provider, with their dependencies.

use std::sync::Arc;

use crate::access::AccessReports;
use crate::aws::{Clients, ConnectionConfig, Settings};
use crate::budget::{BudgetApi, Budgets, SdkBudgets};
use crate::collisions::CaseCollisions;
use crate::dataset::{Datasets, ObjectStore, S3Objects};
use crate::directory::Directory;
use crate::external_location::{ExternalLocations, LocationApi, LocationStore, SdkLocations};
use crate::grant::{GrantedRoles, Grants};
use crate::group::Groups;
use crate::iam::{IamApi, IamCache, ManagedPolicies, Roles, SdkIam};
use crate::identity_center::{IdentityCenter, IdentityStoreApi, SdkIdentityStore};
use crate::lifecycle_config::{LifecycleConfigApi, LifecycleConfigs, SdkLifecycleConfigs};
use crate::membership::{MemberRecords, MembershipParts, Memberships};
use crate::notebook::{
    DailyStops, NotebookApi, NotebookInstances, NotebookInventory, Notebooks, SdkNotebooks,
};
use crate::owners::Owners;
use crate::project::{DependentResources, ProjectParts, ProjectRecords, Projects, SuspensionList};
use crate::project_group::{ProjectGroupParts, ProjectGroups};
use crate::records::{CachedRecords, DynamoStore, RecordStore};
use crate::scheduler::{SchedulerApi, SdkScheduler};
use crate::studio::{
    SdkStudio, StudioApi, StudioDomains, StudioInventory, StudioLists, StudioProfiles, StudioSpaces,
};
use crate::tagged::{SdkTagging, TaggedResources, TaggingApi};
use crate::user::{UserParts, UserRecords, Users};
use crate::user_group::{UserGroupParts, UserGroups};

/// One service for each kind of resource.
///
/// This struct only connects them: each service gets its dependencies in its constructor.
pub struct Services {
    /// The SDK clients, the settings and the caller.
    pub clients: Clients,
    /// Projects.
    pub projects: Projects,
    /// Memberships.
    pub memberships: Arc<Memberships>,
    /// Datasets.
    pub datasets: Arc<Datasets>,
    /// Notebooks.
    pub notebooks: Arc<Notebooks>,
    /// Lifecycle configurations of notebook instances.
    pub lifecycle_configs: Arc<LifecycleConfigs>,
    /// Domains of Studio.
    pub studio_domains: StudioDomains,
    /// User profiles of Studio.
    pub studio_profiles: StudioProfiles,
    /// Spaces of Studio.
    pub studio_spaces: StudioSpaces,
    /// External locations.
    pub external_locations: ExternalLocations,
    /// Grants of external locations.
    pub grants: Arc<Grants>,
    /// Users.
    pub users: Users,
    /// Groups of users.
    pub user_groups: UserGroups,
    /// Groups of IAM Identity Center.
    pub identity_center: IdentityCenter,
    /// Groups as members of projects.
    pub project_groups: ProjectGroups,
    /// Reports of the access of memberships.
    pub access: AccessReports,
}

/// The APIs of AWS, or their fakes.
pub(crate) struct Apis {
    pub(crate) iam: Arc<dyn IamApi>,
    pub(crate) records: Arc<dyn RecordStore>,
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) notebooks: Arc<dyn NotebookApi>,
    pub(crate) lifecycle_configs: Arc<dyn LifecycleConfigApi>,
    pub(crate) locations: Arc<dyn LocationApi>,
    pub(crate) studio: Arc<dyn StudioApi>,
    pub(crate) schedules: Arc<dyn SchedulerApi>,
    pub(crate) budgets: Arc<dyn BudgetApi>,
    pub(crate) identity_stores: Arc<dyn IdentityStoreApi>,
    pub(crate) tagging: Arc<dyn TaggingApi>,
}

impl Services {
    /// Services for a platform that is reached by `connection` and laid out by `settings`. Makes no
    /// call.
    #[must_use]
    pub fn new(connection: ConnectionConfig, settings: Settings) -> Self {
        let clients = Clients::new(connection, settings);
        let apis = Apis {
            iam: Arc::new(SdkIam::new(clients.clone())),
            records: Arc::new(DynamoStore::new(clients.clone())),
            objects: Arc::new(S3Objects::new(clients.clone())),
            notebooks: Arc::new(SdkNotebooks::new(clients.clone())),
            lifecycle_configs: Arc::new(SdkLifecycleConfigs::new(clients.clone())),
            locations: Arc::new(SdkLocations::new(clients.clone())),
            studio: Arc::new(SdkStudio::new(clients.clone())),
            schedules: Arc::new(SdkScheduler::new(clients.clone())),
            budgets: Arc::new(SdkBudgets::new(clients.clone())),
            identity_stores: Arc::new(SdkIdentityStore::new(clients.clone())),
            tagging: Arc::new(SdkTagging::new(clients.clone())),
        };
        Self::with_apis(clients, apis)
    }

    /// Services that call these APIs.
    pub(crate) fn with_apis(clients: Clients, apis: Apis) -> Self {
        let Apis {
            iam,
            records,
            objects,
            notebooks: api,
            lifecycle_configs,
            locations: buckets,
            studio,
            schedules,
            budgets,
            identity_stores,
            tagging,
        } = apis;
        let tagged = Arc::new(TaggedResources::new(clients.clone(), tagging));
        let studio_domains = StudioDomains::new(clients.clone(), Arc::clone(&studio));
        let studio_inventory = Arc::new(StudioInventory::new(clients.clone(), Arc::clone(&studio)));
        let records: Arc<dyn RecordStore> = Arc::new(CachedRecords::new(records));
        let lifecycle_configs = Arc::new(LifecycleConfigs::new(clients.clone(), lifecycle_configs));
        let cache = Arc::new(IamCache::new(Arc::clone(&iam)));
        let roles = Arc::new(Roles::new(Arc::clone(&iam), Arc::clone(&cache)));
        let policies = Arc::new(ManagedPolicies::new(
            clients.clone(),
            iam,
            cache,
            Arc::clone(&roles),
        ));
        let projects = Arc::new(ProjectRecords::new(clients.clone(), Arc::clone(&records)));
        let members = Arc::new(MemberRecords::new(clients.clone(), Arc::clone(&records)));
        let collisions = Arc::new(CaseCollisions::new(clients.clone(), Arc::clone(&records)));
        let users = Arc::new(UserRecords::new(clients.clone(), Arc::clone(&records)));
        let directory = Arc::new(Directory::new(
            clients.clone(),
            Arc::clone(&records),
            Arc::clone(&users),
        ));
        let inventory = Arc::new(NotebookInventory::new(clients.clone(), Arc::clone(&api)));
        let suspensions = Arc::new(SuspensionList::new(
            clients.clone(),
            Arc::clone(&projects),
            Arc::clone(&users),
            Arc::clone(&policies),
        ));
        let locations = Arc::new(LocationStore::new(clients.clone(), Arc::clone(&records)));
        let groups = Arc::new(Groups::new(
            clients.clone(),
            Arc::clone(&records),
            Arc::clone(&roles),
            Arc::clone(&policies),
            Arc::clone(&locations),
            Arc::clone(&projects),
            Arc::clone(&members),
        ));
        let memberships = Arc::new(Memberships::new(
            clients.clone(),
            MembershipParts {
                records: Arc::clone(&records),
                roles: Arc::clone(&roles),
                policies: Arc::clone(&policies),
                projects: Arc::clone(&projects),
                suspensions: Arc::clone(&suspensions),
                members: Arc::clone(&members),
                groups: Arc::clone(&groups),
                inventory: Arc::clone(&inventory),
                studio: Arc::clone(&studio_inventory),
                collisions: Arc::clone(&collisions),
                directory: Arc::clone(&directory),
                users: Arc::clone(&users),
            },
        ));
        let granted = Arc::new(GrantedRoles::new(
            Arc::clone(&members),
            Arc::clone(&memberships),
            Arc::clone(&groups),
        ));
        let places = Arc::clone(&locations);
        let external_locations = ExternalLocations::new(
            clients.clone(),
            Arc::clone(&buckets),
            Arc::clone(&locations),
            Arc::clone(&granted),
        );
        let grants = Arc::new(Grants::new(
            clients.clone(),
            buckets,
            locations,
            Arc::clone(&projects),
            Arc::clone(&memberships),
            granted,
        ));
        let datasets = Arc::new(Datasets::new(
            clients.clone(),
            Arc::clone(&records),
            objects,
            Arc::clone(&projects),
            Arc::clone(&groups),
            Arc::clone(&directory),
        ));
        let owners = Arc::new(Owners::new(
            clients.clone(),
            Arc::clone(&records),
            Arc::clone(&users),
        ));
        let project_groups = ProjectGroups::new(
            clients.clone(),
            ProjectGroupParts {
                records: Arc::clone(&records),
                members: Arc::clone(&members),
                memberships: Arc::clone(&memberships),
                groups: Arc::clone(&groups),
                owners: Arc::clone(&owners),
                directory: Arc::clone(&directory),
            },
        );
        let user_groups = UserGroups::new(
            clients.clone(),
            UserGroupParts {
                records: Arc::clone(&records),
                users: Arc::clone(&users),
                groups: Arc::clone(&groups),
                members: Arc::clone(&members),
                memberships: Arc::clone(&memberships),
                owners: Arc::clone(&owners),
                locations: Arc::clone(&places),
                directory: Arc::clone(&directory),
            },
        );
        let people = Users::new(
            clients.clone(),
            UserParts {
                owners,
                users: Arc::clone(&users),
                roles: Arc::clone(&roles),
                policies: Arc::clone(&policies),
                suspensions: Arc::clone(&suspensions),
                projects: Arc::clone(&projects),
                members: Arc::clone(&members),
                memberships: Arc::clone(&memberships),
                groups,
                inventory: Arc::clone(&inventory),
                studio: Arc::clone(&studio_inventory),
                collisions: Arc::clone(&collisions),
                directory: Arc::clone(&directory),
            },
        );
        let lists = Arc::new(StudioLists::new(Arc::clone(&studio), Arc::clone(&tagged)));
        let studio_profiles = StudioProfiles::new(
            clients.clone(),
            Arc::clone(&studio),
            Arc::clone(&lists),
            Arc::clone(&projects),
            Arc::clone(&members),
            Arc::clone(&roles),
            Arc::clone(&directory),
        );
        let studio_spaces =
            StudioSpaces::new(clients.clone(), studio, lists, Arc::clone(&projects));
        let notebooks = Arc::new(Notebooks::new(
            clients.clone(),
            NotebookInstances::new(api, tagged),
            DailyStops::new(clients.clone(), Arc::clone(&records), schedules),
            Arc::clone(&projects),
            Arc::clone(&members),
            Arc::clone(&roles),
            directory,
        ));
        let access = AccessReports::new(
            clients.clone(),
            Arc::clone(&records),
            Arc::clone(&roles),
            Arc::clone(&policies),
            Arc::clone(&members),
        );
        Self {
            projects: Projects::new(
                clients.clone(),
                ProjectParts {
                    records,
                    roles,
                    policies,
                    projects,
                    suspensions,
                    budgets: Budgets::new(clients.clone(), budgets),
                    collisions,
                    inventory,
                    studio: studio_inventory,
                    members,
                    users,
                    dependents: DependentResources {
                        memberships: Arc::clone(&memberships),
                        datasets: Arc::clone(&datasets),
                        notebooks: Arc::clone(&notebooks),
                        grants: Arc::clone(&grants),
                    },
                },
            ),
            clients,
            memberships,
            datasets,
            notebooks,
            lifecycle_configs,
            studio_domains,
            studio_profiles,
            studio_spaces,
            external_locations,
            grants,
            users: people,
            user_groups,
            identity_center: IdentityCenter::new(identity_stores),
            project_groups,
            access,
        }
    }
}
