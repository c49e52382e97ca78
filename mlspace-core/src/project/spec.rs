//! A project as it should be, and what can be checked of it without asking AWS.

use crate::aws::{Error, Settings};
use crate::budget::Budget;
use crate::layout::Account;
use crate::name::{ProjectName, UserName};
use crate::policies::ProjectAccess;
use crate::records::{ProjectRecord, TerminationConfig};

/// Longest description that MLSpace accepts, in characters.
pub const DESCRIPTION_MAX: usize = 4_000;

/// A project as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSpec {
    /// The name, which identifies it.
    pub name: ProjectName,
    /// Description of its purpose.
    pub description: String,
    /// The user who created it. `None` keeps the user on record, or records none.
    pub created_by: Option<UserName>,
    /// Whether its members are denied everything.
    pub suspended: bool,
    /// Times at which its resources are stopped or deleted.
    pub termination: Option<TerminationConfig>,
    /// What its members can do beyond what all members can do, and what limits them.
    pub access: ProjectAccess,
    /// What it may cost in a month before people are told.
    pub budget: Option<Budget>,
    /// Whether deleting it deletes its members, datasets and notebooks.
    pub force_destroy: bool,
    /// Creation time that a record which is lost is written with again, in seconds since the epoch.
    /// `None` is the present time.
    pub created_at: Option<i64>,
}

impl ProjectSpec {
    /// A project of this name with the default of every other attribute.
    #[must_use]
    pub fn new(name: ProjectName) -> Self {
        Self {
            name,
            description: String::new(),
            created_by: None,
            suspended: false,
            termination: None,
            access: ProjectAccess::default(),
            budget: None,
            force_destroy: false,
            created_at: None,
        }
    }

    /// The record of this project, over an existing one; `now` in seconds since the epoch.
    pub(super) fn record(&self, existing: Option<&ProjectRecord>, now: i64) -> ProjectRecord {
        let created_by = self.created_by.as_ref().map(ToString::to_string);
        ProjectRecord {
            name: self.name.to_string(),
            description: self.description.clone(),
            suspended: self.suspended,
            // A configuration that does not say keeps who is on record.
            created_by: created_by
                .or_else(|| existing.map(|record| record.created_by.clone()))
                .unwrap_or_default(),
            created_at: existing.map_or(self.created_at.unwrap_or(now), |record| record.created_at),
            last_updated_at: now,
            termination: self.termination.clone(),
            access: self.access.clone(),
            budget: self.budget.clone(),
        }
    }

    /// Checks what members can do against what the platform offers in this account.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the attribute.
    pub(super) fn check_access(&self, settings: &Settings, account: &Account) -> Result<(), Error> {
        let name = &self.name;
        let invalid = |attribute, message: String, remedy: String| {
            Err(Error::Invalid {
                attribute: Some(attribute),
                message,
                remedy,
            })
        };
        for service in self.access.services.names() {
            if !settings.services.contains(&service) {
                let offered: Vec<&str> = settings.services.iter().map(|one| one.name()).collect();
                let offered = match offered.as_slice() {
                    [] => "nothing".to_owned(),
                    some => some.join(", "),
                };
                return invalid(
                    "services",
                    format!(
                        "project `{name}` switches on `{service}`, which the platform does not offer (it offers {offered})"
                    ),
                    format!(
                        "add `{service}` to `services` in the provider block, or switch it off here"
                    ),
                );
            }
            if !service.is_in(&account.partition) {
                return invalid(
                    "services",
                    format!(
                        "the partition `{}` of AWS has no {}",
                        account.partition,
                        service.entry().title
                    ),
                    format!("switch `{service}` off"),
                );
            }
        }
        let checks = [
            ("services", self.access.services.check()),
            ("limits", self.access.limits.check()),
        ];
        for (attribute, checked) in checks {
            if let Err(error) = checked {
                let text = error.to_string();
                let (message, remedy) = text
                    .split_once(": ")
                    .unwrap_or((text.as_str(), "correct it"));
                return invalid(attribute, message.to_owned(), remedy.to_owned());
            }
        }
        let beyond = self.access.limits.beyond(&settings.limits);
        if !beyond.is_empty() {
            return invalid(
                "limits",
                format!(
                    "limits of project `{name}` are wider than those of the platform: {}",
                    beyond.join(" ").trim_end_matches('.')
                ),
                "narrow or remove them here, or widen `limits` in the provider block".to_owned(),
            );
        }
        Ok(())
    }

    /// Checks what can be checked without asking AWS.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the attribute.
    pub fn check(&self) -> Result<(), Error> {
        let invalid = |attribute, message: String, remedy: &str| {
            Err(Error::Invalid {
                attribute: Some(attribute),
                message,
                remedy: remedy.to_owned(),
            })
        };
        check_description(&self.description)?;
        if let Some(budget) = &self.budget {
            budget.check()?;
        }
        let Some(termination) = &self.termination else {
            return Ok(());
        };
        if let Some(time) = &termination.default_notebook_stop_time
            && time.parse::<crate::schedule::StopTime>().is_err()
        {
            return invalid(
                "termination",
                format!("`{}` is no time of day", time.escape_debug()),
                "write `default_notebook_stop_time` as HH:MM in UTC, such as `17:00`",
            );
        }
        let hours = [
            (
                "default_endpoint_ttl_hours",
                termination.default_endpoint_ttl_hours,
            ),
            (
                "default_emr_cluster_ttl_hours",
                termination.default_emr_cluster_ttl_hours,
            ),
        ];
        match hours
            .into_iter()
            .find(|(_, hours)| hours.is_some_and(|hours| hours < 1))
        {
            Some((name, _)) => invalid(
                "termination",
                format!("`{name}` is less than an hour"),
                "write a number of hours from 1, or leave it out to keep resources until they are deleted",
            ),
            None => Ok(()),
        }
    }
}

/// Checks a description: printable ASCII on one line, which is what `MLSpace` takes.
///
/// # Errors
/// [`Error::Invalid`] naming the attribute `description`.
pub fn check_description(description: &str) -> Result<(), Error> {
    let (message, remedy) =
        if let Some(odd) = description.chars().find(|c| !(' '..='~').contains(c)) {
            let message = format!(
                "the description holds `{}`, which MLSpace refuses",
                odd.escape_debug()
            );
            (message, "write printable ASCII characters on one line")
        } else if description.len() > DESCRIPTION_MAX {
            let length = description.len();
            (
                format!("the description has {length} characters, MLSpace takes {DESCRIPTION_MAX}"),
                "shorten it",
            )
        } else {
            return Ok(());
        };
    Err(Error::Invalid {
        attribute: Some("description"),
        message,
        remedy: remedy.to_owned(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::project) fn spec() -> ProjectSpec {
        ProjectSpec {
            description: "Card fraud models".to_owned(),
            created_by: Some("alice".parse().unwrap()),
            ..ProjectSpec::new("fraud".parse().unwrap())
        }
    }

    fn attribute(spec: &ProjectSpec) -> Option<&'static str> {
        spec.check().err().and_then(|error| error.attribute())
    }

    #[test]
    fn descriptions_are_what_the_web_application_takes() {
        assert_eq!(attribute(&spec()), None);
        for description in ["two\nlines", "na\u{ef}ve", &"x".repeat(4_001)] {
            let spec = ProjectSpec {
                description: description.to_owned(),
                ..spec()
            };
            assert_eq!(attribute(&spec), Some("description"), "{description}");
        }
        let longest = ProjectSpec {
            description: "x".repeat(4_000),
            ..spec()
        };
        assert_eq!(attribute(&longest), None);
    }

    #[test]
    fn termination_takes_times_of_day_and_whole_hours() {
        let with = |termination| ProjectSpec {
            termination: Some(termination),
            ..spec()
        };
        let time = |time: &str| TerminationConfig {
            default_notebook_stop_time: Some(time.to_owned()),
            ..TerminationConfig::default()
        };
        assert_eq!(attribute(&with(time("17:00"))), None);
        assert_eq!(attribute(&with(time("25:00"))), Some("termination"));
        let none = TerminationConfig {
            default_endpoint_ttl_hours: Some(0),
            ..TerminationConfig::default()
        };
        assert_eq!(attribute(&with(none)), Some("termination"));
    }
}
