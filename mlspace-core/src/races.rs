//! Two operations at once on the same objects, in one process and in two, in both policy models.
//!
//! `INTERLEAVINGS=1000 cargo nextest run -p mlspace-core races` tries more orders than a usual run.

use crate::aws::PolicyModel;
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
}

/// Runs `race` on a platform with the projects `fraud` and `churn` for each model, kind of processes
/// and seed.
fn each_order(race: impl AsyncFn(&Race, u64)) {
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
                    race(&Race { platform, second }, seed).await;
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
    each_order(async |race, seed| {
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
fn no_dataset_outlives_its_project() {
    each_order(async |race, seed| {
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
    each_order(async |race, seed| {
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
