//! The spellings of a project's name in names of resources.

use crate::name::ProjectName;

/// A project's name as it begins the names of resources: as it is, and in lower case, since the ARNs
/// of some types of SageMaker resources are in lower case.
///
/// No project is called like another one in other case, so both spellings belong to one project.
pub(in crate::policies) struct Names {
    exact: String,
    lower: String,
}

impl Names {
    /// The spellings of this project's name.
    pub(in crate::policies) fn of(project: &ProjectName) -> Self {
        Self::of_text(project.as_str())
    }

    /// The spellings of a project's name, or a policy variable instead of it.
    pub(in crate::policies) fn of_text(project: &str) -> Self {
        if project.starts_with('$') {
            return Self::variable(project);
        }
        Self {
            exact: project.to_owned(),
            lower: project.to_lowercase(),
        }
    }

    /// A policy variable instead of a name. It has one spelling.
    pub(in crate::policies) fn variable(variable: &str) -> Self {
        Self {
            exact: variable.to_owned(),
            lower: variable.to_owned(),
        }
    }

    /// Only the spelling in lower case, if it differs.
    pub(in crate::policies) fn only_lower(&self) -> Option<Self> {
        (self.lower != self.exact).then(|| Self::variable(&self.lower))
    }

    /// The name as it is.
    pub(in crate::policies) fn exact(&self) -> &str {
        &self.exact
    }

    /// The name in lower case.
    pub(in crate::policies) fn lower(&self) -> &str {
        &self.lower
    }

    /// One value for each spelling.
    pub(in crate::policies) fn map(&self, value: impl Fn(&str) -> String) -> Vec<String> {
        let mut all = vec![value(&self.exact)];
        if self.lower != self.exact {
            all.push(value(&self.lower));
        }
        all
    }

    /// Patterns of the project's own repositories of container images.
    pub(in crate::policies) fn own_repositories(
        &self,
        context: &crate::policies::PolicyContext<'_>,
    ) -> Vec<String> {
        ["-*", "/*"]
            .iter()
            .map(|rest| {
                // Names of repositories are in lower case.
                let repository = format!("repository/{}{rest}", self.lower);
                // Images of other accounts are not the project's, so the account is written out.
                format!(
                    "arn:{}:ecr:*:{}:{repository}",
                    context.account.partition, context.account.account_id
                )
            })
            .collect()
    }
}
