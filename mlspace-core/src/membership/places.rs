//! Who is a member of a project through a group: every user of a group that is recorded as a member of
//! the project. Such a user has no record of a membership, only the role of one.

use std::collections::{BTreeMap, BTreeSet};

use super::MemberRecords;
use crate::aws::{Backoff, Error, IfPresent as _, Operation};
use crate::name::{GroupName, ProjectName, UserName};
use crate::project_group::ProjectGroupKey;
use crate::records::{
    Change, GIVEN, GroupUserRecord, Item, ProjectGroupRecord, REMOVING, View, Write,
};

/// A group that is a member of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The project.
    pub(crate) project: ProjectName,
    /// The group.
    pub(crate) group: GroupName,
    /// Whether the group's users own the project.
    pub(crate) owner: bool,
}

impl Place {
    /// The place that an item gives. One that is being removed gives none, and neither does a name that
    /// none here can have.
    fn of(item: &Item) -> Option<Self> {
        if item.contains_key(REMOVING) {
            return None;
        }
        let record = ProjectGroupRecord::read(item).ok()?;
        Some(Self {
            owner: record.is_owner(),
            project: record.project.parse().ok()?,
            group: record.group.parse().ok()?,
        })
    }
}

/// The groups in projects and the users in groups.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: Vec<Place>,
    /// The users of the groups that are in projects.
    users: BTreeMap<GroupName, BTreeSet<UserName>>,
}

impl MemberRecords {
    fn groups_table(&self) -> &str {
        &self.clients.settings().table_names.project_groups
    }

    /// The groups in the project now. Deployments without groups may lack the table.
    pub(crate) async fn places_in(&self, project: &ProjectName) -> Result<Vec<Place>, Error> {
        let hash = ProjectGroupRecord::HASH;
        let items = self
            .records
            .query(self.groups_table(), hash, project.as_str())
            .await
            .if_present()?;
        Ok(items.iter().flatten().filter_map(Place::of).collect())
    }

    /// The projects that the group is in now. The whole table is read, because its index can be behind.
    pub(crate) async fn places_of(&self, group: &GroupName) -> Result<Vec<Place>, Error> {
        let all = self.scan_places().await?;
        Ok(all
            .into_iter()
            .filter(|place| place.group == *group)
            .collect())
    }

    async fn scan_places(&self) -> Result<Vec<Place>, Error> {
        let attributes = [ProjectGroupRecord::HASH, "group", "permissions", REMOVING];
        let items = self.records.scan(self.groups_table(), &attributes).await;
        let items = items.if_present()?.unwrap_or_default();
        Ok(items.iter().filter_map(Place::of).collect())
    }

    /// As [`Self::through_groups`], but a group that another process has added in the last seconds is not
    /// seen, which costs no call where no group is in the project.
    pub(crate) async fn recent_through_groups(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Option<bool>, Error> {
        match self.projects_through_groups(user).await?.contains(project) {
            true => self.through_groups(project, user).await,
            false => Ok(None),
        }
    }

    /// Whether a group explains a role of the user in the project: it gives it now, or the group's row says
    /// that it may have given it.
    pub(super) async fn explains_role(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<bool, Error> {
        let hash = ProjectGroupRecord::HASH;
        let table = self.groups_table();
        let items = self.records.query(table, hash, project.as_str()).await;
        let items = items.if_present()?.unwrap_or_default();
        let noted = |item: &Item| {
            let noted = View(item).strings(GIVEN).unwrap_or_default();
            noted.iter().any(|name| name == user.as_str())
        };
        Ok(items.iter().any(noted) || self.through_groups(project, user).await?.is_some())
    }

    /// Whether the user owns the project through a group now; `None` for one who is no member through
    /// any.
    pub(crate) async fn through_groups(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Option<bool>, Error> {
        let mut owner = None;
        for place in self.places_in(project).await? {
            if owner != Some(true) && self.is_in(&place.group, user).await? {
                owner = Some(owner.unwrap_or_default() || place.owner);
            }
        }
        Ok(owner)
    }

    /// Whether the user is in the group now.
    async fn is_in(&self, group: &GroupName, user: &UserName) -> Result<bool, Error> {
        let table = &self.clients.settings().table_names.group_users;
        let found = self
            .records
            .get(table, &GroupUserRecord::key(group, user))
            .await;
        Ok(found.if_present()?.flatten().is_some())
    }

    /// The users of the group now.
    pub(crate) async fn users_of(&self, group: &GroupName) -> Result<BTreeSet<UserName>, Error> {
        let table = &self.clients.settings().table_names.group_users;
        let items = self.records.query(table, "group", group.as_str()).await;
        let items = items.if_present()?.unwrap_or_default();
        let user = |item: &Item| GroupUserRecord::read(item).ok()?.user.parse().ok();
        Ok(items.iter().filter_map(user).collect())
    }

    /// The members of the project through groups now.
    async fn members_through_groups(
        &self,
        project: &ProjectName,
    ) -> Result<BTreeSet<UserName>, Error> {
        let mut users = BTreeSet::new();
        for place in self.places_in(project).await? {
            users.extend(self.users_of(&place.group).await?);
        }
        Ok(users)
    }

    /// All members of the project now, by name or through groups.
    ///
    /// # Errors
    /// As of [`Self::of_project`].
    pub(crate) async fn all_in(&self, project: &ProjectName) -> Result<BTreeSet<UserName>, Error> {
        let mut users = self.members_through_groups(project).await?;
        users.extend(self.of_project(project).await?);
        Ok(users)
    }

    /// The projects that the user is a member of through groups, a few seconds ago.
    pub(crate) async fn projects_through_groups(
        &self,
        user: &UserName,
    ) -> Result<BTreeSet<ProjectName>, Error> {
        let recent = self.places.recent(|| self.read_places()).await?;
        Ok(recent
            .of_user(user)
            .map(|place| place.project.clone())
            .collect())
    }

    /// All users in projects through groups, a few seconds ago.
    pub(crate) async fn all_through_groups(
        &self,
    ) -> Result<BTreeSet<(ProjectName, UserName)>, Error> {
        let recent = self.places.recent(|| self.read_places()).await?;
        let mut all = BTreeSet::new();
        for place in &recent.places {
            let users = recent.users.get(&place.group).into_iter().flatten();
            all.extend(users.map(|user| (place.project.clone(), user.clone())));
        }
        Ok(all)
    }

    /// As [`Self::through_groups`], as it was at the first look.
    pub(crate) async fn cached_through_groups(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Option<bool>, Error> {
        let places = self.places.get(|| self.read_places()).await?;
        let own = places
            .of_user(user)
            .filter(|place| place.project == *project);
        Ok(own.map(|place| place.owner).reduce(|a, b| a || b))
    }

    async fn read_places(&self) -> Result<Places, Error> {
        let places = self.scan_places().await?;
        let mut users: BTreeMap<GroupName, BTreeSet<UserName>> = BTreeMap::new();
        // Most deployments have no groups in projects, and then nothing else is read.
        if !places.is_empty() {
            let table = &self.clients.settings().table_names.group_users;
            let items = self.records.scan(table, &["group", "user"]).await;
            for item in items.if_present()?.unwrap_or_default() {
                if let Ok(record) = GroupUserRecord::read(&item)
                    && let (Ok(group), Ok(user)) = (record.group.parse(), record.user.parse())
                {
                    users.entry(group).or_default().insert(user);
                }
            }
        }
        Ok(Places { places, users })
    }

    /// Notes in the row of the group in the project that these users may get a role through it. A row that
    /// is gone has none to give.
    pub(crate) async fn note_given(
        &self,
        operation: &Operation,
        key: &ProjectGroupKey,
        users: &BTreeSet<UserName>,
    ) -> Result<(), Error> {
        let row = ProjectGroupRecord::key(&key.project, &key.group);
        let what = format!(
            "changing group `{}` in project `{}`",
            key.group, key.project
        );
        for attempt in 0..5 {
            operation.check(&what)?;
            let Some(item) = self.records.get(self.groups_table(), &row).await? else {
                return Ok(());
            };
            let mut noted: BTreeSet<String> = View(&item)
                .strings(GIVEN)
                .unwrap_or_default()
                .into_iter()
                .collect();
            let before = noted.len();
            noted.extend(users.iter().map(ToString::to_string));
            if noted.len() == before {
                return Ok(());
            }
            let noted: Vec<String> = noted.into_iter().collect();
            let change = Change::new()
                .set_strings(GIVEN, &noted)
                .expect_present(ProjectGroupRecord::HASH)
                .expect(GIVEN, item.get(GIVEN));
            match self
                .records
                .update(self.groups_table(), &row, &change)
                .await?
            {
                Write::Done => return Ok(()),
                Write::Refused => operation.back_off(Backoff::QUICK, attempt, &what).await?,
            }
        }
        Err(Error::Conflict {
            message: format!(
                "the record of group `{}` in project `{}` keeps being changed by others",
                key.group, key.project
            ),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// Notes that this process changes groups in projects, or users in groups.
    pub(crate) async fn forget_places(&self) {
        self.places.forget().await;
    }

    /// Whether the user is a member of the project, by name or through a group.
    pub(crate) async fn is_member(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<bool, Error> {
        Ok(
            self.exists(project, user).await?
                || self.through_groups(project, user).await?.is_some(),
        )
    }

    /// Whether the user owns the project, by name or through a group.
    pub(crate) async fn is_owner(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<bool, Error> {
        let found = self.find(project, user).await?;
        let by_name = found.is_some_and(|(record, _)| record.is_owner());
        Ok(by_name || self.through_groups(project, user).await? == Some(true))
    }
}

impl Places {
    fn of_user<'a>(&'a self, user: &'a UserName) -> impl Iterator<Item = &'a Place> {
        let has = |place: &&Place| {
            let users = self.users.get(&place.group);
            users.is_some_and(|users| users.contains(user))
        };
        self.places.iter().filter(has)
    }
}
