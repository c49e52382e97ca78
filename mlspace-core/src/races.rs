//! Two operations at once on the same objects, in one process and in two, in both policy models.
//!
//! `INTERLEAVINGS=1000 cargo nextest run -p mlspace-core races` tries more orders than a usual run.

use crate::aws::PolicyModel;
use crate::dataset::DatasetSpec;
use crate::membership::MembershipSpec;
use crate::services::Services;
use crate::testing::{
    FakePlatform, dataset, interleaved, member, operation, project, project_name, seeds,
};

const MODELS: [PolicyModel; 2] = [PolicyModel::PerPrincipal, PolicyModel::Attribute];

/// Where the two operations run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Processes {
    One,
    Two,
}

/// A platform, and the processes in which two operations run.
struct Race {
    platform: FakePlatform,
    second: Option<Services>,
}

impl Race {
    fn first(&self) -> &Services {
        &self.platform.services
    }

    fn second(&self) -> &Services {
        self.second.as_ref().unwrap_or(&self.platform.services)
    }

    /// Names of the policies that exist.
    fn policies(&self) -> Vec<String> {
        let policies = self.platform.iam.state().policies.into_keys();
        policies
            .filter_map(|arn| Some(arn.rsplit_once('/')?.1.to_owned()))
            .collect()
    }

    fn roles(&self) -> usize {
        self.platform.iam.state().roles.len()
    }

    fn records(&self, table: &str) -> usize {
        self.platform.records.items(table).len()
    }

    async fn create_members(&self, members: &[(&str, &str)]) {
        for (project, user) in members {
            let memberships = &self.first().memberships;
            let (run, spec) = (operation(), member(project, user));
            memberships.create(&run, &spec).await.unwrap();
        }
    }

    /// What a refresh by a new process finds changed about alice's membership in `fraud`.
    async fn drift(&self) -> Vec<String> {
        let services = self.platform.other_process();
        let (project, user) = (project_name("fraud"), "alice".parse().unwrap());
        let read = services.memberships.read(&project, &user).await.unwrap();
        read.unwrap().drift
    }
}

fn shared(name: &str, groups: &[&str]) -> DatasetSpec {
    DatasetSpec {
        groups: groups.iter().map(|group| group.parse().unwrap()).collect(),
        ..dataset(&format!("group/{name}"))
    }
}

/// Runs `race` on a platform with the projects `fraud` and `churn` for each model, kind of processes
/// and seed.
fn each_order(race: impl AsyncFn(&Race, u64, Processes)) {
    for model in MODELS {
        for processes in [Processes::One, Processes::Two] {
            for seed in seeds() {
                let context = format!("{model:?}, {processes:?}, seed {seed}");
                let work = async {
                    let platform = FakePlatform::new(model);
                    for name in ["fraud", "churn"] {
                        let projects = &platform.services.projects;
                        projects.create(&operation(), &project(name)).await.unwrap();
                    }
                    let second = (processes == Processes::Two).then(|| platform.other_process());
                    race(&Race { platform, second }, seed, processes).await;
                };
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build()
                    .unwrap();
                let ran = std::panic::AssertUnwindSafe(|| runtime.block_on(work));
                if let Err(panic) = std::panic::catch_unwind(ran) {
                    eprintln!("{context}");
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
}

#[test]
fn last_memberships_of_a_user_are_removed_together() {
    each_order(async |race, seed, _| {
        race.create_members(&[("fraud", "alice"), ("churn", "alice")])
            .await;
        let (fraud, churn) = (project_name("fraud"), project_name("churn"));
        let (alice, run) = ("alice".parse().unwrap(), operation());
        let (one, two) = interleaved(
            seed,
            race.first().memberships.delete(&run, &fraud, &alice),
            race.second().memberships.delete(&run, &churn, &alice),
        );
        assert_eq!((one, two), (Ok(()), Ok(())));
        assert_eq!(race.roles(), 0);
        let left = race.policies();
        let left: Vec<&String> = left
            .iter()
            .filter(|name| !name.contains("project"))
            .collect();
        assert_eq!(left, Vec::<&String>::new());
    });
}

#[test]
fn a_role_is_removed_while_its_group_gets_a_dataset() {
    each_order(async |race, seed, _| {
        race.create_members(&[("fraud", "alice"), ("fraud", "bob")])
            .await;
        race.platform.add_to_group("alice", "risk");
        let (fraud, alice, run) = (project_name("fraud"), "alice".parse().unwrap(), operation());
        let cards = shared("cards", &["risk"]);
        let (removed, created) = interleaved(
            seed,
            race.first().memberships.delete(&run, &fraud, &alice),
            race.second().datasets.create(&run, &cards),
        );
        removed.unwrap();
        created.unwrap();
        assert_eq!(race.roles(), 1);
    });
}

#[test]
fn a_member_is_added_while_a_group_gets_and_loses_datasets() {
    each_order(async |race, seed, processes| {
        for group in ["risk", "audit"] {
            race.platform.add_to_group("alice", group);
        }
        let run = operation();
        let (cards, moved) = (shared("cards", &["risk"]), shared("cards", &["audit"]));
        race.first().datasets.create(&run, &cards).await.unwrap();
        let alice = member("fraud", "alice");
        let (created, changed) = interleaved(
            seed,
            race.first().memberships.create(&run, &alice),
            race.second().datasets.update(&run, &moved),
        );
        created.unwrap();
        changed.unwrap();
        if processes == Processes::Two && !race.drift().await.is_empty() {
            // It was shared before the membership was on record. The next apply sees it, and mends it.
            race.first().memberships.update(&run, &alice).await.unwrap();
        }
        assert_eq!(race.drift().await, Vec::<String>::new());
    });
}

#[test]
fn a_membership_changes_while_its_group_gets_and_loses_datasets() {
    each_order(async |race, seed, _| {
        for group in ["risk", "audit"] {
            race.platform.add_to_group("alice", group);
        }
        race.create_members(&[("fraud", "alice")]).await;
        let run = operation();
        let cards = shared("cards", &["risk"]);
        race.first().datasets.create(&run, &cards).await.unwrap();
        let owner = MembershipSpec {
            owner: true,
            ..member("fraud", "alice")
        };
        let moved = shared("cards", &["audit"]);
        let (changed, shared) = interleaved(
            seed,
            race.first().memberships.update(&run, &owner),
            race.second().datasets.update(&run, &moved),
        );
        changed.unwrap();
        shared.unwrap();
        assert_eq!(race.drift().await, Vec::<String>::new());
    });
}

#[test]
fn datasets_of_a_group_are_created_and_deleted_together() {
    each_order(async |race, seed, _| {
        race.platform.add_to_group("alice", "risk");
        race.create_members(&[("fraud", "alice")]).await;
        let run = operation();
        let (cards, loans) = (shared("cards", &["risk"]), shared("loans", &["risk"]));
        race.first().datasets.create(&run, &cards).await.unwrap();
        let (created, deleted) = interleaved(
            seed,
            race.first().datasets.create(&run, &loans),
            race.second().datasets.delete(&run, &cards.key, false),
        );
        created.unwrap();
        deleted.unwrap();
        assert_eq!(race.drift().await, Vec::<String>::new());
    });
}

#[test]
fn no_dataset_outlives_its_project() {
    each_order(async |race, seed, _| {
        let (fraud, run) = (project_name("fraud"), operation());
        let cards = dataset("project/fraud/cards");
        let (deleted, created) = interleaved(
            seed,
            race.first().projects.delete(&run, &fraud, true),
            race.second().datasets.create(&run, &cards),
        );
        deleted.unwrap();
        // One that was created first went with the project.
        drop(created);
        assert_eq!(race.records("mlspace-datasets"), 0);
        assert_eq!(race.records("mlspace-projects"), 1);
    });
}

#[test]
fn a_project_in_use_stays_open_for_others() {
    each_order(async |race, seed, _| {
        race.create_members(&[("fraud", "bob")]).await;
        let (fraud, run) = (project_name("fraud"), operation());
        let cards = dataset("project/fraud/cards");
        let (refused, created) = interleaved(
            seed,
            race.first().projects.delete(&run, &fraud, false),
            race.second().datasets.create(&run, &cards),
        );
        assert!(refused.is_err());
        if created.is_err() {
            let again = race.second().datasets.create(&run, &cards).await;
            again.unwrap();
        }
        assert_eq!(race.records("mlspace-datasets"), 1);
    });
}

#[test]
fn no_member_outlives_its_project() {
    each_order(async |race, seed, _| {
        let (fraud, alice, run) = (project_name("fraud"), "alice".parse().unwrap(), operation());
        let spec = member("fraud", "alice");
        let (deleted, created) = interleaved(
            seed,
            race.first().projects.delete(&run, &fraud, true),
            race.second().memberships.create(&run, &spec),
        );
        deleted.unwrap();
        // What is in the state goes with the next apply.
        let kept = match created {
            Ok(_) => true,
            Err(failure) => failure.reached.is_some(),
        };
        if kept {
            let memberships = race.platform.other_process().memberships;
            memberships.delete(&run, &fraud, &alice).await.unwrap();
        }
        assert_eq!(race.records("mlspace-project-users"), 0);
        assert_eq!(race.roles(), 0);
        let left = race.policies();
        let left: Vec<&String> = left.iter().filter(|name| !name.contains("churn")).collect();
        assert_eq!(left, Vec::<&String>::new());
    });
}
