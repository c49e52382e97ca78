//! What unit tests of operations share: interrupted calls, and a platform on in-memory fakes.

mod interleave;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::aws::{Clients, Error, NotebookDefaults, Operation, PolicyModel, Settings};
use crate::budget::fake::FakeBudgets;
use crate::dataset::DatasetSpec;
use crate::dataset::fake::FakeObjects;
use crate::external_location::fake::FakeLocations;
use crate::iam::fake::FakeIam;
use crate::identity_center::fake::FakeIdentityStore;
use crate::layout::Account;
use crate::lifecycle_config::fake::FakeLifecycleConfigs;
use crate::membership::MembershipSpec;
use crate::name::ProjectName;
use crate::notebook::NotebookSpec;
use crate::notebook::fake::FakeNotebooks;
use crate::ownership::{Caller, Claim};
use crate::project::ProjectSpec;
use crate::records::ItemBuilder;
use crate::records::memory::MemoryStore;
use crate::scheduler::fake::FakeScheduler;
use crate::services::{Apis, Services};
use crate::studio::fake::FakeStudio;
use crate::tagged::fake::FakeTagging;
use crate::tags::{TOKEN, Tags};

pub(crate) use interleave::{interleaved, seeds};

/// Where in the sequence of calls an operation is interrupted, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interruption {
    /// This write call fails without an effect.
    Before(usize),
    /// This write call takes effect and its answer is lost.
    After(usize),
    /// The answer of this read call is lost.
    Read(usize),
}

/// What another program does right before a call, or the error that the call returns.
type Hook = Box<dyn FnOnce() -> Result<(), Error> + Send>;

#[derive(Default)]
struct Log {
    calls: Vec<String>,
    writes: usize,
    reads: usize,
    interruption: Option<Interruption>,
    denied: Vec<&'static str>,
    hooks: Vec<(&'static str, Hook)>,
}

/// The calls made to all fakes of a test, and the one that fails. Cloning shares the log.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Log>>);

impl Faults {
    /// Interrupts the calls from now on as `interruption` says, once.
    pub(crate) fn interrupt(&self, interruption: Interruption) {
        let mut log = self.0.lock().unwrap();
        log.writes = 0;
        log.reads = 0;
        log.interruption = Some(interruption);
    }

    /// Denies every call of this operation from now on.
    pub(crate) fn deny(&self, operation: &'static str) {
        self.0.lock().unwrap().denied.push(operation);
    }

    /// Runs `act` right before the next call of this operation that has no hook yet. When it returns
    /// an error, the call is not made and returns that error.
    pub(crate) fn before(
        &self,
        operation: &'static str,
        act: impl FnOnce() -> Result<(), Error> + Send + 'static,
    ) {
        let mut log = self.0.lock().unwrap();
        log.hooks.push((operation, Box::new(act)));
    }

    /// Makes the next `times` calls of this operation return an error of AWS with this code.
    pub(crate) fn refuse(
        &self,
        service: &'static str,
        operation: &'static str,
        code: &'static str,
        times: usize,
    ) {
        for _ in 0..times {
            self.before(operation, move || Err(refusal(service, operation, code)));
        }
    }

    fn run_hook(&self, operation: &str) -> Result<(), Error> {
        let hook = {
            let mut log = self.0.lock().unwrap();
            let position = log.hooks.iter().position(|(on, _)| *on == operation);
            position.map(|position| log.hooks.remove(position).1)
        };
        // The lock is free again, since hooks call fakes.
        hook.map_or(Ok(()), |act| act())
    }

    /// Whether the interruption has not happened yet.
    pub(crate) fn is_pending(&self) -> bool {
        self.0.lock().unwrap().interruption.is_some()
    }

    /// Removes and returns the names of all calls so far, reads and writes, in order.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }

    /// Records a read call.
    pub(crate) fn read(&self, service: &'static str, operation: &'static str) -> Result<(), Error> {
        interleave::at_call();
        let mut log = self.0.lock().unwrap();
        log.calls.push(operation.to_owned());
        if log.denied.contains(&operation) {
            return Err(refusal(service, operation, "AccessDenied"));
        }
        let number = log.reads;
        log.reads += 1;
        let interrupted = log.interruption == Some(Interruption::Read(number));
        if interrupted {
            log.interruption = None;
            return Err(lost(service, operation));
        }
        drop(log);
        self.run_hook(operation)
    }

    /// Records a write call and makes it, unless it is to be interrupted.
    pub(crate) fn write<T>(
        &self,
        service: &'static str,
        operation: &'static str,
        act: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        interleave::at_call();
        {
            let mut log = self.0.lock().unwrap();
            log.calls.push(operation.to_owned());
            if log.denied.contains(&operation) {
                return Err(refusal(service, operation, "AccessDenied"));
            }
        }
        self.run_hook(operation)?;
        let interruption = {
            let mut log = self.0.lock().unwrap();
            let number = log.writes;
            log.writes += 1;
            log.interruption.take_if(|interruption| match interruption {
                Interruption::Before(n) | Interruption::After(n) => *n == number,
                Interruption::Read(_) => false,
            })
        };
        match interruption {
            Some(Interruption::Before(_)) => Err(refusal(service, operation, "ServiceFailure")),
            Some(Interruption::After(_)) => {
                act()?;
                Err(lost(service, operation))
            }
            Some(Interruption::Read(_)) | None => act(),
        }
    }
}

/// The error for a call whose answer is lost.
fn lost(service: &'static str, operation: &'static str) -> Error {
    Error::Unreachable {
        service,
        operation,
        message: "the connection was reset".to_owned(),
    }
}

/// An error answer of AWS.
pub(crate) fn refusal(service: &'static str, operation: &'static str, code: &str) -> Error {
    Error::Aws {
        service,
        operation,
        code: code.to_owned(),
        message: "refused by the fake".to_owned(),
        request_id: None,
    }
}

/// A platform on in-memory fakes.
pub(crate) struct FakePlatform {
    /// What the operations under test belong to. Made anew by [`FakePlatform::restart`].
    pub(crate) services: Services,
    pub(crate) iam: Arc<FakeIam>,
    pub(crate) records: Arc<MemoryStore>,
    pub(crate) objects: Arc<FakeObjects>,
    pub(crate) notebooks: Arc<FakeNotebooks>,
    pub(crate) lifecycle_configs: Arc<FakeLifecycleConfigs>,
    pub(crate) locations: Arc<FakeLocations>,
    pub(crate) studio: Arc<FakeStudio>,
    pub(crate) schedules: Arc<FakeScheduler>,
    pub(crate) budgets: Arc<FakeBudgets>,
    /// Interrupts calls to any of the fakes, and records them.
    pub(crate) faults: Faults,
    settings: Settings,
}

impl FakePlatform {
    /// An empty platform with this policy model.
    pub(crate) fn new(policy_model: PolicyModel) -> Self {
        Self::with(Settings {
            policy_model,
            ..settings()
        })
    }

    /// An empty platform with these settings.
    pub(crate) fn with(settings: Settings) -> Self {
        let faults = Faults::default();
        let account = account();
        let iam = Arc::new(FakeIam::new(account.clone(), faults.clone()));
        let records = Arc::new(MemoryStore::new(faults.clone()));
        let objects = Arc::new(FakeObjects::new(faults.clone()));
        let notebooks = Arc::new(FakeNotebooks::new(account, faults.clone()));
        let lifecycle_configs = Arc::new(FakeLifecycleConfigs::new(
            Arc::clone(&notebooks),
            faults.clone(),
        ));
        let locations = Arc::new(FakeLocations::new(faults.clone()));
        let studio = Arc::new(FakeStudio::new(faults.clone()));
        let schedules = Arc::new(FakeScheduler::new(faults.clone()));
        let budgets = Arc::new(FakeBudgets::new(faults.clone()));
        let services = services(
            &settings,
            &iam,
            &records,
            &objects,
            &notebooks,
            &lifecycle_configs,
            &locations,
            &studio,
            &schedules,
            &budgets,
        );
        Self {
            services,
            iam,
            records,
            objects,
            notebooks,
            lifecycle_configs,
            locations,
            studio,
            schedules,
            budgets,
            faults,
            settings,
        }
    }

    /// Another process on the same platform.
    pub(crate) fn other_process(&self) -> Services {
        services(
            &self.settings,
            &self.iam,
            &self.records,
            &self.objects,
            &self.notebooks,
            &self.lifecycle_configs,
            &self.locations,
            &self.studio,
            &self.schedules,
            &self.budgets,
        )
    }

    /// Starts a new process: caches and plans of the old one are gone, AWS stays.
    pub(crate) fn restart(&mut self) {
        self.services = self.other_process();
    }

    /// Starts a new process with other settings.
    pub(crate) fn reconfigure(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        self.restart();
    }

    /// Creates the project `fraud` and alice's membership in it.
    pub(crate) async fn with_alice_in_fraud(self) -> Self {
        let Services {
            projects,
            memberships,
            ..
        } = &self.services;
        projects
            .create(&operation(), &project("fraud"))
            .await
            .unwrap();
        memberships
            .create(&operation(), &member("fraud", "alice"))
            .await
            .unwrap();
        self
    }
}

impl FakePlatform {
    /// Puts the user into the group, as the web application would.
    pub(crate) fn add_to_group(&self, user: &str, group: &str) {
        let item = ItemBuilder::new()
            .string("group", group)
            .string("user", user);
        let table = &self.settings.table_names.group_users;
        self.records.insert(table, item.build());
    }

    /// Records that the dataset is shared with the group, without an update of the group's policies.
    pub(crate) fn add_share(&self, dataset: &str, group: &str) {
        let item = ItemBuilder::new()
            .string("group", group)
            .string("dataset", dataset);
        let table = &self.settings.table_names.group_datasets;
        self.records.insert(table, item.build());
    }
}

#[expect(clippy::too_many_arguments, reason = "one for each fake")]
fn services(
    settings: &Settings,
    iam: &Arc<FakeIam>,
    records: &Arc<MemoryStore>,
    objects: &Arc<FakeObjects>,
    notebooks: &Arc<FakeNotebooks>,
    lifecycle_configs: &Arc<FakeLifecycleConfigs>,
    locations: &Arc<FakeLocations>,
    studio: &Arc<FakeStudio>,
    schedules: &Arc<FakeScheduler>,
    budgets: &Arc<FakeBudgets>,
) -> Services {
    let apis = Apis {
        iam: Arc::clone(iam) as _,
        records: Arc::clone(records) as _,
        objects: Arc::clone(objects) as _,
        notebooks: Arc::clone(notebooks) as _,
        lifecycle_configs: Arc::clone(lifecycle_configs) as _,
        locations: Arc::clone(locations) as _,
        studio: Arc::clone(studio) as _,
        schedules: Arc::clone(schedules) as _,
        budgets: Arc::clone(budgets) as _,
        // No resource reads a directory: tests of it have a store of their own.
        identity_stores: Arc::new(FakeIdentityStore::default()),
        tagging: Arc::new(FakeTagging::new(Arc::clone(notebooks), Arc::clone(studio))),
    };
    Services::with_apis(Clients::offline(account(), settings.clone()), apis)
}

/// A time of the last change for a fake's object, another one after each change. It does not count the
/// changes, which differ between operations with and without an interruption.
pub(crate) fn modified(object: &impl std::fmt::Debug) -> Option<i64> {
    let digest = Sha256::digest(format!("{object:?}"));
    digest.first_chunk().map(|first| i64::from_be_bytes(*first))
}

/// The account of all fakes.
pub(crate) fn account() -> Account {
    Account::new("123456789012", "us-east-1")
}

/// Settings with a data bucket and a network.
pub(crate) fn settings() -> Settings {
    Settings {
        data_bucket: "mlspace-data".to_owned(),
        notebook_defaults: NotebookDefaults {
            subnet_ids: vec!["subnet-a".to_owned()],
            security_group_ids: vec!["sg-1".to_owned()],
            ..NotebookDefaults::default()
        },
        ..Settings::default()
    }
}

/// An operation with a minute of time, whose waits take none of it.
pub(crate) fn operation() -> Operation {
    Operation::without_pauses(CancellationToken::new(), Duration::from_secs(60))
}

/// As [`operation`], on behalf of a state with this claim.
pub(crate) fn operation_of(claim: Claim) -> Operation {
    operation().on_behalf_of(Caller {
        claim,
        ..Caller::default()
    })
}

/// A project that says nothing but its name.
pub(crate) fn project(name: &str) -> ProjectSpec {
    ProjectSpec::new(name.parse().unwrap())
}

/// A membership that is not an owner's.
pub(crate) fn member(project: &str, user: &str) -> MembershipSpec {
    MembershipSpec {
        project: project.parse().unwrap(),
        user: user.parse().unwrap(),
        owner: false,
    }
}

/// A dataset of this id that says nothing else.
pub(crate) fn dataset(id: &str) -> DatasetSpec {
    DatasetSpec {
        key: id.parse().unwrap(),
        groups: Vec::new(),
        description: String::new(),
        created_by: None,
    }
}

/// A running notebook with the default settings.
pub(crate) fn notebook(name: &str, project: &str, user: &str) -> NotebookSpec {
    NotebookSpec {
        name: name.parse().unwrap(),
        project: project.parse().unwrap(),
        user: user.parse().unwrap(),
        instance_type: "ml.t3.medium".to_owned(),
        volume_size: 20,
        subnet_id: None,
        security_group_ids: None,
        kms_key_id: None,
        lifecycle_config_name: None,
        platform_identifier: None,
        running: Some(true),
        daily_stop_time: None,
        tags: Tags::new(),
    }
}

/// A project's name.
pub(crate) fn project_name(name: &str) -> ProjectName {
    name.parse().unwrap()
}

/// Runs `act` once for each call that it makes, interrupted at a read, and before and after a write,
/// then, if it failed, again in a new process. The second run must succeed and lead to the same as an
/// undisturbed one.
pub(crate) async fn converges<T: std::fmt::Debug>(
    setup: impl AsyncFn() -> FakePlatform,
    act: impl AsyncFn(&Services) -> Result<T, Error>,
) {
    // Boxed, as a platform is large.
    let undisturbed = Box::pin(setup()).await;
    Box::pin(act(&undisturbed.services)).await.unwrap();
    let expected = undisturbed.snapshot();
    let mut interruptions = 0;
    for n in 0.. {
        let run = |interruption| Box::pin(disturbed(&setup, &act, interruption, &expected));
        let before = run(Interruption::Before(n)).await;
        let after = run(Interruption::After(n)).await;
        if !before && !after {
            break;
        }
        interruptions += 1;
    }
    assert!(interruptions > 0, "the operation makes no write call");
    let mut reads = 0;
    while Box::pin(disturbed(
        &setup,
        &act,
        Interruption::Read(reads),
        &expected,
    ))
    .await
    {
        reads += 1;
    }
    println!("{interruptions} writes and {reads} reads were interrupted");
}

/// One run of [`converges`]. False when the operation has no such call.
async fn disturbed<T: std::fmt::Debug>(
    setup: &impl AsyncFn() -> FakePlatform,
    act: &impl AsyncFn(&Services) -> Result<T, Error>,
    interruption: Interruption,
    expected: &Snapshot,
) -> bool {
    let mut platform = Box::pin(setup()).await;
    platform.faults.interrupt(interruption);
    let first = Box::pin(act(&platform.services)).await;
    if platform.faults.is_pending() {
        first.unwrap();
        return false;
    }
    if first.is_err() {
        platform.restart();
        let again = Box::pin(act(&platform.services)).await;
        assert!(again.is_ok(), "{interruption:?}, then {again:?}");
    }
    assert_eq!(&platform.snapshot(), expected, "{interruption:?}");
    true
}

/// Everything that a platform holds, without times and tokens.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot {
    iam: crate::iam::fake::FakeAccount,
    records: Vec<(String, Vec<crate::records::Item>)>,
    objects: Vec<crate::dataset::fake::FakeObject>,
    uploads: Vec<crate::dataset::Upload>,
    notebooks:
        std::collections::BTreeMap<crate::name::NotebookName, crate::notebook::fake::FakeInstance>,
    lifecycle_configs:
        std::collections::BTreeMap<String, crate::lifecycle_config::fake::FakeConfig>,
    studio: std::collections::BTreeMap<String, crate::studio::fake::FakeDomain>,
    schedules: std::collections::BTreeMap<String, crate::scheduler::Schedule>,
    budgets: std::collections::BTreeMap<String, crate::budget::fake::FakeBudget>,
}

impl FakePlatform {
    /// What all fakes hold. Versions of policies are numbered anew.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut iam = self.iam.state();
        for policy in iam.policies.values_mut() {
            let documents = std::mem::take(&mut policy.versions).into_values();
            policy.versions = (1..).zip(documents).collect();
            policy.tags.remove(TOKEN);
        }
        for role in iam.roles.values_mut() {
            role.tags.remove(TOKEN);
        }
        let mut notebooks = self.notebooks.instances();
        for notebook in notebooks.values_mut() {
            notebook.tags.remove(TOKEN);
        }
        let mut lifecycle_configs = self.lifecycle_configs.configs();
        for config in lifecycle_configs.values_mut() {
            config.tags.remove(TOKEN);
        }
        let mut studio = self.studio.domains();
        for domain in studio.values_mut() {
            domain.forget_run();
        }
        let tables = self.settings.table_names.entries();
        Snapshot {
            iam,
            records: tables
                .into_iter()
                .map(|(_, table)| (table.to_owned(), self.timeless(table)))
                .collect(),
            objects: self.objects.objects(),
            uploads: self.objects.pending_uploads(),
            notebooks,
            lifecycle_configs,
            studio,
            schedules: self.schedules.schedules(),
            budgets: self.budgets.budgets(),
        }
    }

    /// The items of a table without their times, in the order of their keys.
    fn timeless(&self, table: &str) -> Vec<crate::records::Item> {
        let mut items = self.records.items(table);
        for item in &mut items {
            item.remove("createdAt");
            item.remove("lastUpdatedAt");
            item.remove("lastLogin");
            item.remove("actionedAt");
            item.remove("terminationTime");
            item.remove("terraformToken");
            if let Some(AttributeValue::M(grants)) = item.get_mut("grants") {
                for grant in grants.values_mut() {
                    if let AttributeValue::M(grant) = grant {
                        grant.remove("terraformToken");
                    }
                }
            }
        }
        items.sort_by_key(|item| {
            let mut fields: Vec<String> = item.iter().map(|(k, v)| format!("{k}{v:?}")).collect();
            fields.sort();
            fields
        });
        items
    }
}
