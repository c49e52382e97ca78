//! The access matrix: a row for each role, a column for each location of data.

use std::collections::BTreeSet;

use iam_policy::evaluate::CallerError;
use mlspace_core::access::{
    AccountDetails, DataLocation, DetailsError, ExpectedAccess, IamRole, IsolationProof,
    KnownProofs, Proof, Rights, RoleDetails, SageMakerAccess, Verdict,
};
use mlspace_core::layout::{Account, DatasetKey, DatasetScope};
use mlspace_core::policies::{ApprovedNetwork, PlatformAccess, PolicyContext};
use mlspace_core::tags::{PROJECT, SYSTEM, USER, are_of_mlspace_itself};

use crate::arguments::Access;
use crate::input::InputError;
use crate::output::count;

/// Permissions of roles on locations of data.
pub(super) struct Matrix {
    pub(super) account: Account,
    pub(super) data_bucket: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

/// A location of data.
pub(super) struct Column {
    pub(super) location: DataLocation,
    /// Its name: the prefix, without the `/` at the end.
    pub(super) name: String,
}

/// A role with its permissions.
pub(super) struct Row {
    pub(super) role: IamRole,
    pub(super) owner: RoleOwner,
    /// One for each column.
    pub(super) cells: Vec<Cell>,
    /// Permissions in SageMaker, for memberships only.
    pub(super) sagemaker: Option<SageMakerAccess>,
    /// Whether any request at all reaches other tenants, by kinds of requests; for memberships only.
    pub(super) isolation: Vec<IsolationProof>,
}

/// Owner of a role. The names are values of tags and can contain any character.
pub(super) enum RoleOwner {
    Member {
        project: String,
        user: String,
    },
    /// The role does not belong to a membership. The name is the role's.
    Other(String),
}

/// Permissions of a role on a location.
pub(super) struct Cell {
    pub(super) rights: Rights,
    /// Names of the permissions in excess of the access model.
    pub(super) excess: Vec<&'static str>,
    /// Whether what is denied for one object is denied for all of the location.
    pub(super) proof: Proof,
}

/// Headings of groups of columns, in order.
pub(super) const GROUPS: [&str; 4] = ["Projects", "Private", "Everybody", "Groups"];

/// What goes beyond the access model where one object is closed and another is not.
const SOME_REQUESTS: &str = "some objects";

/// Names of the permissions in SageMaker; the last two are about Studio.
const SAGEMAKER_RIGHTS: [&str; 5] = [
    "create a tagged job",
    "create an untagged job",
    "use the resources of others",
    "use one's own spaces",
    "use the spaces of others",
];

impl Column {
    fn new(location: DataLocation) -> Self {
        let name = location.prefix().trim_end_matches('/').to_owned();
        Self { location, name }
    }

    /// Index of its heading in [`GROUPS`].
    pub(super) fn group(&self) -> usize {
        match &self.location {
            DataLocation::Project(_) => 0,
            DataLocation::Private(_) => 1,
            DataLocation::Global | DataLocation::GlobalReadOnly => 2,
            DataLocation::Dataset(key) => match key.scope {
                DatasetScope::Project(_) => 0,
                DatasetScope::Private(_) => 1,
                DatasetScope::Global => 2,
                DatasetScope::Group => 3,
            },
        }
    }
}

impl RoleOwner {
    fn of(role: &RoleDetails, system: &str) -> Self {
        let tag = |key| role.tags.get(key).map(str::to_owned);
        match (role.tags.get(SYSTEM), tag(PROJECT), tag(USER)) {
            (Some(own), Some(project), Some(user))
                if own == system && !are_of_mlspace_itself(&role.tags) =>
            {
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

    /// Content of the columns for project and person.
    pub(super) fn labels(&self) -> (&str, &str) {
        match self {
            Self::Member { project, user } => (project, user),
            Self::Other(name) => ("(other role)", name),
        }
    }
}

impl Cell {
    fn new(location: &DataLocation, owner: &RoleOwner, rights: Rights, proof: Proof) -> Self {
        // The access model only speaks of memberships: other roles have no excess.
        let expected = owner
            .names()
            .map(|(project, user)| location.expected_access(project, user));
        let mut excess = expected
            .map(|expected| rights.excess(expected))
            .unwrap_or_default();
        let is_foreign = expected == Some(ExpectedAccess::NONE);
        if is_foreign && excess.is_empty() && matches!(proof, Proof::Refuted(_)) {
            excess.push(SOME_REQUESTS);
        }
        Self {
            rights,
            excess,
            proof,
        }
    }

    /// `rwdl`, with a dot for each missing permission.
    pub(super) fn flags(&self) -> String {
        let flag = |(name, verdict): (&str, &Verdict)| match name.chars().next() {
            Some(flag) if verdict.is_allowed() => flag,
            _ => '·',
        };
        self.rights.by_name().into_iter().map(flag).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.rights.by_name().iter().any(|(_, v)| v.is_allowed())
    }
}

impl Row {
    /// Permissions of a membership in SageMaker: name, whether the access model grants it, verdict.
    pub(super) fn sagemaker_rights(&self) -> Option<[(&'static str, bool, &Verdict); 5]> {
        let access = self.sagemaker.as_ref()?;
        let [own, untagged, others, own_spaces, others_spaces] = SAGEMAKER_RIGHTS;
        Some([
            (own, true, &access.create_job),
            (untagged, false, &access.create_untagged_job),
            (others, false, &access.use_others),
            (own_spaces, true, &access.use_own_spaces),
            (others_spaces, false, &access.use_others_spaces),
        ])
    }

    fn excess(&self) -> usize {
        let sagemaker = self.sagemaker_rights().into_iter().flatten();
        let sagemaker = sagemaker.filter(|(_, granted, verdict)| verdict.is_allowed() && !granted);
        self.cells
            .iter()
            .map(|cell| cell.excess.len())
            .sum::<usize>()
            + sagemaker.count()
    }

    /// Whether the membership is isolated from other tenants in every way.
    pub(super) fn is_isolated(&self) -> Proof {
        Proof::all(self.isolation.iter().map(|claim| &claim.proof))
    }
}

impl Matrix {
    /// Number of permissions in excess of the access model.
    pub(super) fn excess(&self) -> usize {
        self.rows.iter().map(Row::excess).sum()
    }

    /// Names of the permissions in SageMaker. Those in Studio are among them if any role has one.
    pub(super) fn sagemaker_names(&self) -> Vec<&'static str> {
        let mut roles = self.rows.iter().filter_map(|row| row.sagemaker.as_ref());
        let in_studio = roles.any(|access| {
            access.use_own_spaces.is_allowed() || access.use_others_spaces.is_allowed()
        });
        let left_out = if in_studio { 0 } else { 2 };
        let shown = SAGEMAKER_RIGHTS.len() - left_out;
        SAGEMAKER_RIGHTS.into_iter().take(shown).collect()
    }

    /// Number of roles and columns, in words.
    pub(super) fn size(&self) -> String {
        let members = self
            .rows
            .iter()
            .filter(|row| row.owner.names().is_some())
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

    /// Summary in one line.
    pub(super) fn summary(&self) -> String {
        let excess = match self.excess() {
            0 => "no right beyond the access model".to_owned(),
            more => format!("{} beyond the access model", count(more, "right")),
        };
        format!("{}, {excess}, {}", self.size(), self.isolation())
    }

    /// How many memberships are proved to reach no other tenant, in words.
    pub(super) fn isolation(&self) -> String {
        let members = self.rows.iter().filter(|row| row.owner.names().is_some());
        let (mut proved, mut refuted, mut open) = (0, 0, 0);
        for row in members {
            match row.is_isolated() {
                Proof::Proved => proved += 1,
                Proof::Refuted(_) => refuted += 1,
                Proof::NotDecided(_) => open += 1,
            }
        }
        format!("isolation proved for {proved}, refuted for {refuted}, not decided for {open}")
    }

    pub(super) fn build(
        options: &Access,
        details: &AccountDetails,
        datasets: Vec<DatasetKey>,
    ) -> Result<Self, InputError> {
        let account_id = details.account_id().unwrap_or_default();
        let account = Account::new(account_id, options.region.as_str());
        let network = (!options.subnet.is_empty() || !options.security_group.is_empty()).then_some(
            ApprovedNetwork {
                subnet_ids: &options.subnet,
                security_group_ids: &options.security_group,
            },
        );
        let context = PolicyContext {
            account: &account,
            system_tag: &options.system_tag,
            iam_prefix: "",
            data_bucket: &options.data_bucket,
            network,
            kms_key: options.kms_key.as_deref(),
            platform: PlatformAccess::default(),
        };
        let roles: Vec<(RoleOwner, &RoleDetails)> = details
            .roles()
            .iter()
            .map(|role| (RoleOwner::of(role, &options.system_tag), role))
            .collect();
        let columns = columns(&roles, datasets);
        let locations: Vec<DataLocation> = columns
            .iter()
            .map(|column| column.location.clone())
            .collect();

        let known = KnownProofs::default();
        let mut rows = Vec::new();
        for (owner, role) in roles {
            let selected = match owner.names() {
                Some((project, user)) => {
                    options.project.as_ref().is_none_or(|only| only == project)
                        && options.user.as_ref().is_none_or(|only| only == user)
                }
                None => options.other_roles,
            };
            if selected {
                let row = row(details, &context, &locations, owner, role, &known);
                rows.push(row.map_err(|error| InputError::Other(error.to_string()))?);
            }
        }
        rows.retain(|row| row.owner.names().is_some() || !row.cells.iter().all(Cell::is_empty));
        if rows.is_empty() {
            return Err(InputError::Other(format!(
                "no role in `{}` has the tags of a membership, with `{SYSTEM}` = `{}`, and matches the filters",
                options.account.display(),
                options.system_tag
            )));
        }
        let order = |row: &Row| {
            let (project, user) = row.owner.labels();
            (
                row.owner.names().is_none(),
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

/// Reason why a role cannot be evaluated.
#[derive(Debug, thiserror::Error)]
enum RowError {
    #[error(transparent)]
    Details(#[from] DetailsError),
    #[error(transparent)]
    Caller(#[from] CallerError),
}

fn row(
    details: &AccountDetails,
    context: &PolicyContext<'_>,
    locations: &[DataLocation],
    owner: RoleOwner,
    role: &RoleDetails,
    known: &KnownProofs,
) -> Result<Row, RowError> {
    let role = role.role(details)?;
    let rights = role.rights(context, owner.names(), locations)?;
    let prover = role.prover(context, owner.names(), known)?;
    let cells = locations.iter().zip(rights).map(|(location, rights)| {
        let proof = prover.under(&location.prefix(), &rights);
        Cell::new(location, &owner, rights, proof)
    });
    let cells = cells.collect();
    let isolation = prover.isolation().to_vec();
    let sagemaker = match owner.names() {
        Some((project, user)) => Some(role.sagemaker_access(context, project, user)?),
        None => None,
    };
    Ok(Row {
        cells,
        sagemaker,
        isolation,
        role,
        owner,
    })
}

/// Columns for the projects and users of all memberships, the global data and the datasets.
fn columns(roles: &[(RoleOwner, &RoleDetails)], datasets: Vec<DatasetKey>) -> Vec<Column> {
    let mut locations = BTreeSet::from([DataLocation::Global, DataLocation::GlobalReadOnly]);
    for (project, user) in roles.iter().filter_map(|(owner, _)| owner.names()) {
        // A tag whose value is not a valid name has no prefix in the bucket.
        locations.extend(project.parse().ok().map(DataLocation::Project));
        locations.extend(user.parse().ok().map(DataLocation::Private));
    }
    locations.extend(datasets.into_iter().map(DataLocation::Dataset));
    let mut columns: Vec<Column> = locations.into_iter().map(Column::new).collect();
    columns.sort_by(|a, b| (a.group(), &a.name).cmp(&(b.group(), &b.name)));
    columns
}
