//! The matrix: roles down, parts of the data across.

use std::collections::BTreeSet;

use iam_policy::evaluate::CallerError;
use mlspace_core::access::{
    AccountDetails, Area, Attached, DetailsError, Rights, RoleDetails, Verdict, WorkAccess,
};
use mlspace_core::layout::{Account, DatasetKey, DatasetScope};
use mlspace_core::policies::{ApprovedNetwork, GrantContext};
use mlspace_core::tags::{PROJECT, SYSTEM, USER};

use crate::arguments::Access;
use crate::input::InputError;
use crate::output::count;

/// Who may do what on whose data.
pub(super) struct Matrix {
    pub(super) account: Account,
    pub(super) data_bucket: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// A part of the data.
pub(super) struct Column {
    pub(super) area: Area,
    /// What it is called: its prefix, without the `/` at the end.
    pub(super) name: String,
}

/// A role.
pub(super) struct Row {
    pub(super) role: Attached,
    pub(super) who: Who,
    /// One for each column.
    pub(super) cells: Vec<Cell>,
    /// What it may do in SageMaker; nothing is asked of roles that are no membership.
    pub(super) work: Option<WorkAccess>,
}

/// Whose role it is. Names are as the tags have them: whoever may set these can write anything there.
pub(super) enum Who {
    Member {
        project: String,
        user: String,
    },
    /// No membership, by the role's name.
    Other(String),
}

/// What a role may do in a part of the data.
pub(super) struct Cell {
    pub(super) rights: Rights,
    /// The rights that the access model does not give.
    pub(super) beyond: Vec<&'static str>,
}

/// The headings under which columns stand, in their order.
pub(super) const GROUPS: [&str; 4] = ["Projects", "Private", "Everybody", "Groups"];

/// What is asked of memberships in SageMaker.
pub(super) const WORK: [&str; 3] = [
    "create a tagged job",
    "create an untagged job",
    "use the resources of others",
];

impl Column {
    fn new(area: Area) -> Self {
        let name = area.prefix().trim_end_matches('/').to_owned();
        Self { area, name }
    }

    /// The index of the heading that it stands under.
    pub(super) fn group(&self) -> usize {
        match &self.area {
            Area::Project(_) => 0,
            Area::Private(_) => 1,
            Area::Global | Area::GlobalReadOnly => 2,
            Area::Dataset(key) => match key.scope {
                DatasetScope::Project(_) => 0,
                DatasetScope::Private(_) => 1,
                DatasetScope::Global => 2,
                DatasetScope::Group => 3,
            },
        }
    }
}

impl Who {
    fn of(role: &RoleDetails, system: &str) -> Self {
        let tag = |key| role.tags.get(key).map(str::to_owned);
        match (role.tags.get(SYSTEM), tag(PROJECT), tag(USER)) {
            (Some(own), Some(project), Some(user)) if own == system => {
                Self::Member { project, user }
            }
            _ => Self::Other(role.name.clone()),
        }
    }

    /// The project and the user, for members.
    fn names(&self) -> Option<(&str, &str)> {
        match self {
            Self::Member { project, user } => Some((project, user)),
            Self::Other(_) => None,
        }
    }

    /// What stands in the columns of project and person.
    pub(super) fn shown(&self) -> (&str, &str) {
        match self {
            Self::Member { project, user } => (project, user),
            Self::Other(name) => ("(other role)", name),
        }
    }
}

impl Cell {
    fn new(area: &Area, who: &Who, rights: Rights) -> Self {
        let beyond = who
            .names()
            .map(|(project, user)| rights.beyond(area.most_rights(project, user)))
            .unwrap_or_default();
        Self { rights, beyond }
    }

    /// `rwdl`, with a dot for each right that is missing.
    pub(super) fn letters(&self) -> String {
        let letter = |(name, verdict): (&str, &Verdict)| match name.chars().next() {
            Some(letter) if verdict.is_allowed() => letter,
            _ => '·',
        };
        self.rights.by_name().into_iter().map(letter).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.rights.by_name().iter().any(|(_, v)| v.is_allowed())
    }
}

impl Row {
    /// What is asked of a membership in SageMaker: a name, whether it should be allowed, and whether it is.
    pub(super) fn work(&self) -> Option<[(&'static str, bool, &Verdict); 3]> {
        let work = self.work.as_ref()?;
        let [own, untagged, others] = WORK;
        Some([
            (own, true, &work.create_job),
            (untagged, false, &work.create_untagged_job),
            (others, false, &work.use_others),
        ])
    }

    fn beyond(&self) -> usize {
        let work = self.work().into_iter().flatten();
        let wrong = work.filter(|(_, should, is)| is.is_allowed() && !should);
        self.cells
            .iter()
            .map(|cell| cell.beyond.len())
            .sum::<usize>()
            + wrong.count()
    }
}

impl Matrix {
    /// How many rights are more than the access model gives.
    pub(super) fn beyond(&self) -> usize {
        self.rows.iter().map(Row::beyond).sum()
    }

    /// How much it covers, in words.
    pub(super) fn size(&self) -> String {
        let members = self
            .rows
            .iter()
            .filter(|row| row.who.names().is_some())
            .count();
        let others = match self.rows.len() - members {
            0 => String::new(),
            others => format!(", {}", count(others, "other role")),
        };
        let parts = count(self.columns.len(), "part");
        format!(
            "{}{others}, {parts} of the data",
            count(members, "membership")
        )
    }

    /// One line about all of it.
    pub(super) fn summary(&self) -> String {
        let beyond = match self.beyond() {
            0 => "no right beyond the access model".to_owned(),
            more => format!("{} beyond the access model", count(more, "right")),
        };
        format!("{}, {beyond}", self.size())
    }

    pub(super) fn build(
        options: &Access,
        details: &AccountDetails,
        datasets: Vec<DatasetKey>,
    ) -> Result<Self, InputError> {
        let wrong = |message: String| InputError::Other(message);
        let account_id = details.account_id().unwrap_or_default();
        let account = Account::new(account_id, options.region.as_str());
        let network = (!options.subnet.is_empty() || !options.security_group.is_empty()).then_some(
            ApprovedNetwork {
                subnet_ids: &options.subnet,
                security_group_ids: &options.security_group,
            },
        );
        let context = GrantContext {
            account: &account,
            system_tag: &options.system_tag,
            iam_prefix: "",
            data_bucket: &options.data_bucket,
            network,
            kms_key: options.kms_key.as_deref(),
        };
        let roles: Vec<(Who, &RoleDetails)> = details
            .roles()
            .iter()
            .map(|role| (Who::of(role, &options.system_tag), role))
            .collect();
        let columns = columns(&roles, datasets);
        let areas: Vec<Area> = columns.iter().map(|column| column.area.clone()).collect();

        let mut rows = Vec::new();
        for (who, role) in roles {
            let wanted = match who.names() {
                Some((project, user)) => {
                    options.project.as_ref().is_none_or(|only| only == project)
                        && options.user.as_ref().is_none_or(|only| only == user)
                }
                None => options.other_roles,
            };
            if wanted {
                let asked = row(details, &context, &areas, who, role);
                rows.push(asked.map_err(|error| wrong(error.to_string()))?);
            }
        }
        rows.retain(|row| row.who.names().is_some() || !row.cells.iter().all(Cell::is_empty));
        if rows.is_empty() {
            return Err(wrong(format!(
                "no role in `{}` has the tags of a membership, with `{SYSTEM}` = `{}`, and is wanted by the filters",
                options.account.display(),
                options.system_tag
            )));
        }
        let order = |row: &Row| {
            let (project, user) = row.who.shown();
            (
                row.who.names().is_none(),
                project.to_owned(),
                user.to_owned(),
                row.role.role_arn().to_owned(),
            )
        };
        rows.sort_by_cached_key(order);
        Ok(Self {
            data_bucket: options.data_bucket.clone(),
            columns,
            rows,
            account,
        })
    }
}

/// A role that cannot be judged.
#[derive(Debug, thiserror::Error)]
enum RowError {
    #[error(transparent)]
    Details(#[from] DetailsError),
    #[error(transparent)]
    Caller(#[from] CallerError),
}

fn row(
    details: &AccountDetails,
    context: &GrantContext<'_>,
    areas: &[Area],
    who: Who,
    role: &RoleDetails,
) -> Result<Row, RowError> {
    let role = role.attached(details)?;
    let rights = role.rights(context, areas)?;
    let cells = areas
        .iter()
        .zip(rights)
        .map(|(area, rights)| Cell::new(area, &who, rights));
    let work = match who.names() {
        Some((project, user)) => Some(role.work(context, project, user)?),
        None => None,
    };
    Ok(Row {
        cells: cells.collect(),
        work,
        role,
        who,
    })
}

/// The areas of all projects and users that roles name, what is everybody's, and the datasets.
fn columns(roles: &[(Who, &RoleDetails)], datasets: Vec<DatasetKey>) -> Vec<Column> {
    let mut areas = BTreeSet::from([Area::Global, Area::GlobalReadOnly]);
    for (project, user) in roles.iter().filter_map(|(who, _)| who.names()) {
        // What can be no name of ours has no area of its own.
        areas.extend(project.parse().ok().map(Area::Project));
        areas.extend(user.parse().ok().map(Area::Private));
    }
    areas.extend(datasets.into_iter().map(Area::Dataset));
    let mut columns: Vec<Column> = areas.into_iter().map(Column::new).collect();
    columns.sort_by(|a, b| (a.group(), &a.name).cmp(&(b.group(), &b.name)));
    columns
}
