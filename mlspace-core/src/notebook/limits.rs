//! Limits of projects on notebooks. The platform creates notebooks, so that no policy of a member
//! holds them: plan and apply check them.

use super::{NotebookSpec, Notebooks};
use crate::aws::Error;
use crate::name::ProjectName;
use crate::plan::{Notice, PlanOutcome};
use crate::policies::{Limits, ResourceNames, Workload};

/// [`check_machine`] for a notebook.
pub(super) fn check(
    limits: &Limits,
    spec: &NotebookSpec,
    existing: Option<(&str, i64)>,
) -> Result<(), Error> {
    let machine = (spec.instance_type.as_str(), spec.volume_size);
    check_machine(limits, ("notebooks", &spec.project), machine, existing)
}

/// Refuses an instance type and a volume, in GB, beyond the limits on notebooks, for `what` of a
/// project, unless it has `existing` ones and they stay: narrower limits bind with the next change.
pub(crate) fn check_machine(
    limits: &Limits,
    (what, project): (&str, &ProjectName),
    (kind, size): (&str, i64),
    existing: Option<(&str, i64)>,
) -> Result<(), Error> {
    let invalid = |attribute, message: String, remedy: String| {
        Err(Error::Invalid {
            attribute: Some(attribute),
            message,
            remedy,
        })
    };
    let keeps_type = existing.is_some_and(|(existing, _)| existing == kind);
    if !keeps_type && !limits.allows(Workload::Notebook, kind) {
        return invalid(
            "instance_type",
            format!(
                "{what} of project `{project}` cannot have the type `{}`",
                kind.escape_debug()
            ),
            format!(
                "use one of {}, or widen the `limits` of the project or the provider",
                limits.types_of(Workload::Notebook)
            ),
        );
    }
    let keeps_volume = existing.is_some_and(|(_, existing)| existing >= size);
    let above = limits
        .max_notebook_volume_gb
        .filter(|most| u64::try_from(size).is_ok_and(|size| size > *most));
    match above {
        Some(most) if !keeps_volume => invalid(
            "volume_size",
            format!("volumes of {what} of project `{project}` have at most {most} GB"),
            "choose a smaller volume, or widen the `limits` of the project or the provider"
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

impl Notebooks {
    /// Checks a planned notebook against the limits of its project and platform, and the name of a new
    /// one. `existing` are the type and the volume size, in GB, of one that is changed.
    pub async fn plan_limits(
        &self,
        spec: &NotebookSpec,
        existing: Option<(&str, i64)>,
    ) -> PlanOutcome<()> {
        let checked = async {
            let access = self.projects.planned_access(&spec.project).await?;
            check(&access.limits, spec, existing)?;
            let prefixed = self.clients.settings().resource_names == ResourceNames::Prefixed;
            if existing.is_some() || !prefixed {
                return Ok(None);
            }
            let others = self.projects.cached_names().await?;
            check_name(spec, &others)
        };
        match checked.await {
            Ok(warning) => {
                let mut outcome = PlanOutcome::new(());
                outcome.warnings.extend(warning);
                outcome
            }
            Err(error) => PlanOutcome::failed(&error),
        }
    }
}

/// Whether a name begins with a project's, in a spelling that the project's policies grant.
fn is_of(name: &str, project: &ProjectName) -> bool {
    let project = project.as_str();
    [project.to_owned(), project.to_lowercase()]
        .iter()
        .any(|spelling| {
            name.strip_prefix(spelling.as_str())
                .is_some_and(|rest| rest.starts_with('-'))
        })
}

/// Refuses a name that begins with another project's, whose members read its logs then. Warns of
/// one that begins with no project's.
fn check_name(spec: &NotebookSpec, projects: &[ProjectName]) -> Result<Option<Notice>, Error> {
    let (name, own) = (spec.name.as_str(), &spec.project);
    if is_of(name, own) {
        return Ok(None);
    }
    if let Some(other) = projects.iter().find(|other| is_of(name, other)) {
        return Err(Error::Invalid {
            attribute: Some("name"),
            message: format!(
                "the name `{name}` begins with that of project `{other}`, whose members could read the notebook's log"
            ),
            remedy: format!("begin it with `{own}-`"),
        });
    }
    Ok(Some(Notice {
        attribute: "name",
        summary: "Notebook name without its project".to_owned(),
        detail: format!(
            "Names tell the log streams of projects apart, and `{name}` does not begin with `{own}-`: members cannot \
             read the log of this notebook. Begin the name with `{own}-`, or set `resource_names = \"free\"` in the \
             provider block if names are chosen by MLSpace's web application."
        ),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{platform, spec};
    use super::*;
    use crate::aws::{PolicyModel, Settings};
    use crate::policies::ProjectAccess;
    use crate::project::ProjectSpec;
    use crate::testing::{self, FakePlatform, operation};

    fn limits() -> Limits {
        Limits {
            instance_types: [(Workload::Notebook, vec!["ml.m5.*".to_owned()])].into(),
            max_notebook_volume_gb: Some(50),
            ..Limits::default()
        }
    }

    fn sized(instance_type: &str, volume_size: i64) -> NotebookSpec {
        NotebookSpec {
            name: "fraud-n".parse().unwrap(),
            instance_type: instance_type.to_owned(),
            volume_size,
            ..spec()
        }
    }

    #[test]
    fn check_binds_what_changes() {
        let attribute = |spec: &NotebookSpec, existing| {
            let checked = check(&limits(), spec, existing);
            checked.err().and_then(|error| error.attribute())
        };
        assert_eq!(attribute(&sized("ml.m5.large", 50), None), None);
        let large = sized("ml.p3.2xlarge", 80);
        assert_eq!(attribute(&large, None), Some("instance_type"));
        assert_eq!(
            attribute(&sized("ml.m5.large", 51), None),
            Some("volume_size")
        );
        assert_eq!(attribute(&large, Some(("ml.p3.2xlarge", 80))), None);
        let grown = Some(("ml.p3.2xlarge", 60));
        assert_eq!(attribute(&large, grown), Some("volume_size"));
    }

    #[tokio::test]
    async fn limits_of_project_and_provider_bind() {
        let by_project = FakePlatform::new(PolicyModel::PerPrincipal);
        let project = ProjectSpec {
            access: ProjectAccess {
                limits: limits(),
                ..ProjectAccess::default()
            },
            ..testing::project("fraud")
        };
        let projects = &by_project.services.projects;
        projects.create(&operation(), &project).await.unwrap();
        let mut by_platform = platform().await;
        by_platform.reconfigure(|settings: &mut Settings| settings.limits = limits());
        for platform in [by_project, by_platform] {
            let notebooks = &platform.services.notebooks;
            let small = notebooks.plan_limits(&sized("ml.m5.large", 20), None).await;
            assert_eq!(small, PlanOutcome::new(()));
            let large = sized("ml.p3.2xlarge", 20);
            let planned = notebooks.plan_limits(&large, None).await;
            assert_eq!(planned.errors[0].attribute, "instance_type");
            let alice = testing::member("fraud", "alice");
            let _ = platform
                .services
                .memberships
                .create(&operation(), &alice)
                .await;
            let error = notebooks.create(&operation(), &large).await.unwrap_err();
            assert_eq!(error.error.attribute(), Some("instance_type"));
        }
    }

    #[test]
    fn check_name_tells_projects_apart() {
        let projects: Vec<ProjectName> = ["fraud", "Churn"]
            .iter()
            .map(|name| name.parse().unwrap())
            .collect();
        let named = |name: &str| {
            let spec = NotebookSpec {
                name: name.parse().unwrap(),
                ..spec()
            };
            check_name(&spec, &projects)
        };
        assert_eq!(named("fraud-alice"), Ok(None));
        assert!(named("alice-fraud").unwrap().is_some());
        for foreign in ["Churn-alice", "churn-alice"] {
            let error = named(foreign).unwrap_err();
            assert_eq!(error.attribute(), Some("name"));
        }
        assert!(named("churnalice").unwrap().is_some());
    }
}
