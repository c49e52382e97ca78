//! In-memory schedules for unit tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::{Schedule, SchedulerApi};
use crate::aws::Error;
use crate::testing::{Faults, refusal};

/// The only group that exists.
pub(crate) const GROUP: &str = "mlspace-stop";

/// EventBridge Scheduler in memory, with the group [`GROUP`].
pub(crate) struct FakeScheduler {
    schedules: Mutex<BTreeMap<String, Schedule>>,
    faults: Faults,
}

impl FakeScheduler {
    /// No schedules; `faults` can interrupt the calls.
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            schedules: Mutex::default(),
            faults,
        }
    }

    /// The group's schedules by name.
    pub(crate) fn schedules(&self) -> BTreeMap<String, Schedule> {
        self.schedules.lock().unwrap().clone()
    }

    /// Changes a schedule as another program would.
    pub(crate) fn edit(&self, name: &str, act: impl FnOnce(&mut Schedule)) {
        act(self.schedules.lock().unwrap().get_mut(name).unwrap());
    }

    /// Removes a schedule as another program would.
    pub(crate) fn remove(&self, name: &str) {
        self.schedules.lock().unwrap().remove(name);
    }

    fn write<T>(
        &self,
        operation: &'static str,
        group: &str,
        act: impl FnOnce(&mut BTreeMap<String, Schedule>) -> Result<T, &'static str>,
    ) -> Result<T, Error> {
        self.faults.write("scheduler", operation, || {
            let refused = |code| refusal("scheduler", operation, code);
            if group != GROUP {
                return Err(refused("ResourceNotFoundException"));
            }
            act(&mut self.schedules.lock().unwrap()).map_err(refused)
        })
    }
}

#[async_trait]
impl SchedulerApi for FakeScheduler {
    async fn get(&self, group: &str, name: &str) -> Result<Option<Schedule>, Error> {
        self.faults.read("scheduler", "GetSchedule")?;
        let found = self.schedules.lock().unwrap().get(name).cloned();
        Ok(found.filter(|_| group == GROUP))
    }

    async fn create(&self, group: &str, name: &str, schedule: &Schedule) -> Result<(), Error> {
        self.write("CreateSchedule", group, |schedules| {
            if schedules.contains_key(name) {
                return Err("ConflictException");
            }
            schedules.insert(name.to_owned(), schedule.clone());
            Ok(())
        })
    }

    async fn update(&self, group: &str, name: &str, schedule: &Schedule) -> Result<(), Error> {
        self.write("UpdateSchedule", group, |schedules| {
            let found = schedules.get_mut(name);
            let found = found.ok_or("ResourceNotFoundException")?;
            *found = schedule.clone();
            Ok(())
        })
    }

    async fn delete(&self, group: &str, name: &str) -> Result<(), Error> {
        self.write("DeleteSchedule", group, |schedules| {
            schedules.remove(name);
            Ok(())
        })
    }
}
