//! What a lifecycle configuration should be, and what makes one invalid.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::aws::Error;
use crate::tags::Tags;

/// A lifecycle configuration as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecycleConfigSpec {
    /// Its name, unique in the account and region.
    pub name: String,
    /// Whether instances give the SDKs for Python what the platform requires.
    pub sdk_defaults: bool,
    /// After how long without use an instance is stopped.
    pub idle_stop: Option<IdleStop>,
    /// A repository of CodeArtifact from which pip installs packages.
    pub code_artifact: Option<CodeArtifact>,
    /// URLs of git repositories that are cloned into the home directory.
    pub git_repositories: Vec<String>,
    /// A script that runs once, when an instance is created.
    pub on_create: Option<String>,
    /// A script that runs at each start, after what the settings do.
    pub on_start: Option<String>,
    /// Tags in addition to those of the platform.
    pub tags: Tags,
}

/// A repository of CodeArtifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeArtifact {
    /// Its domain.
    pub domain: String,
    /// The account that owns the domain; by default that of the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_owner: Option<String>,
    /// Its name.
    pub repository: String,
}

/// A time without use: whole minutes, from 10 minutes to 7 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdleStop {
    minutes: u32,
}

impl IdleStop {
    /// The shortest time, in minutes.
    pub const SHORTEST: u32 = 10;
    /// The longest time, in minutes.
    pub const LONGEST: u32 = 7 * 24 * 60;

    /// The time in minutes.
    #[must_use]
    pub const fn minutes(self) -> u32 {
        self.minutes
    }
}

impl FromStr for IdleStop {
    type Err = LifecycleConfigSpecError;

    /// Reads `90m` or `2h`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || LifecycleConfigSpecError::IdleStop {
            given: text.to_owned(),
        };
        let (number, factor) = match text.strip_suffix('m') {
            Some(number) => (number, 1),
            None => (text.strip_suffix('h').ok_or_else(invalid)?, 60),
        };
        if number.starts_with('0') || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let minutes = number
            .parse::<u32>()
            .ok()
            .and_then(|number| number.checked_mul(factor))
            .filter(|minutes| (Self::SHORTEST..=Self::LONGEST).contains(minutes));
        Ok(Self {
            minutes: minutes.ok_or_else(invalid)?,
        })
    }
}

impl fmt::Display for IdleStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minutes.is_multiple_of(60) {
            write!(f, "{}h", self.minutes / 60)
        } else {
            write!(f, "{}m", self.minutes)
        }
    }
}

/// A setting that is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleConfigSpecError {
    /// The name is one that SageMaker refuses.
    #[error("`{}` is not a name of a lifecycle configuration: use 1 to 63 ASCII letters, digits and inner hyphens", given.escape_debug())]
    Name {
        /// The name.
        given: String,
    },
    /// The time is not one.
    #[error("`{}` is not a time without use: write whole minutes or hours, `10m` to `168h`", given.escape_debug())]
    IdleStop {
        /// The text.
        given: String,
    },
    /// Part of a repository of CodeArtifact has another form.
    #[error("`{}` is not a {part} of CodeArtifact: {form}", given.escape_debug())]
    CodeArtifact {
        /// Which part.
        part: &'static str,
        /// The text.
        given: String,
        /// What to write.
        form: &'static str,
    },
    /// The URL cannot be cloned.
    #[error("`{}` is not the HTTPS URL of a git repository: write `https://HOST/PATH` without credentials", given.escape_debug())]
    Repository {
        /// The text.
        given: String,
    },
    /// A script of one's own is empty.
    #[error("the script is empty: write one, or leave `{attribute}` out")]
    EmptyScript {
        /// Which script.
        attribute: &'static str,
    },
    /// The configuration would do nothing.
    #[error(
        "the configuration does nothing: set `sdk_defaults`, `idle_stop`, `code_artifact`, `git_repositories`, `on_create` or `on_start`"
    )]
    Nothing,
    /// The script is longer than SageMaker takes.
    #[error(
        "the script has {size} bytes{with_settings}, and SageMaker takes {limit} at most: shorten it, or let it fetch the rest from the data bucket"
    )]
    TooLong {
        /// Which script.
        attribute: &'static str,
        /// Its size.
        size: usize,
        /// The largest size.
        limit: usize,
        /// What else is in it.
        with_settings: &'static str,
    },
}

impl LifecycleConfigSpecError {
    /// The attribute at fault; `None` for the configuration as a whole.
    #[must_use]
    pub const fn attribute(&self) -> Option<&'static str> {
        match self {
            Self::Name { .. } => Some("name"),
            Self::IdleStop { .. } => Some("idle_stop"),
            Self::CodeArtifact { .. } => Some("code_artifact"),
            Self::Repository { .. } => Some("git_repositories"),
            Self::EmptyScript { attribute } | Self::TooLong { attribute, .. } => Some(attribute),
            Self::Nothing => None,
        }
    }
}

impl From<LifecycleConfigSpecError> for Error {
    fn from(error: LifecycleConfigSpecError) -> Self {
        let text = error.to_string();
        let (message, remedy) = text.split_once(": ").unwrap_or((&text, "correct it"));
        Self::Invalid {
            attribute: error.attribute(),
            message: message.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

impl LifecycleConfigSpec {
    /// Checks the settings without a call.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn check(&self) -> Result<(), LifecycleConfigSpecError> {
        check_name(&self.name)?;
        if let Some(repository) = &self.code_artifact {
            repository.check()?;
        }
        for url in &self.git_repositories {
            check_repository(url)?;
        }
        for (attribute, script) in [("on_create", &self.on_create), ("on_start", &self.on_start)] {
            if script.as_ref().is_some_and(|text| text.trim().is_empty()) {
                return Err(LifecycleConfigSpecError::EmptyScript { attribute });
            }
        }
        if !self.has_settings() && self.on_create.is_none() && self.on_start.is_none() {
            return Err(LifecycleConfigSpecError::Nothing);
        }
        Ok(())
    }

    /// Whether a setting adds something to the script of each start.
    pub(crate) fn has_settings(&self) -> bool {
        self.sdk_defaults
            || self.idle_stop.is_some()
            || self.code_artifact.is_some()
            || !self.git_repositories.is_empty()
    }
}

/// Checks a name: 1 to 63 letters, digits and inner hyphens
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstanceLifecycleConfig.html>).
///
/// # Errors
/// [`LifecycleConfigSpecError::Name`].
pub fn check_name(given: &str) -> Result<(), LifecycleConfigSpecError> {
    let valid = (1..=63).contains(&given.len())
        && given
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !given.starts_with('-')
        && !given.ends_with('-');
    valid
        .then_some(())
        .ok_or_else(|| LifecycleConfigSpecError::Name {
            given: given.to_owned(),
        })
}

/// Checks the URL of a git repository. It is written into a shell script, so that only characters
/// without a meaning there are accepted.
///
/// # Errors
/// [`LifecycleConfigSpecError::Repository`].
pub fn check_repository(given: &str) -> Result<(), LifecycleConfigSpecError> {
    let path = given.strip_prefix("https://").unwrap_or_default();
    let valid = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte))
        && path.split('/').filter(|part| !part.is_empty()).count() >= 2
        && !directory_of(given).starts_with('.');
    valid
        .then_some(())
        .ok_or_else(|| LifecycleConfigSpecError::Repository {
            given: given.to_owned(),
        })
}

/// The directory that `git clone` makes for this URL.
pub(super) fn directory_of(url: &str) -> &str {
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or(url);
    last.strip_suffix(".git").unwrap_or(last)
}

impl CodeArtifact {
    /// Checks the form of its parts
    /// (<https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_CreateRepository.html>).
    ///
    /// # Errors
    /// [`LifecycleConfigSpecError::CodeArtifact`].
    pub fn check(&self) -> Result<(), LifecycleConfigSpecError> {
        let wrong = |part, given: &str, form| {
            Err(LifecycleConfigSpecError::CodeArtifact {
                part,
                given: given.to_owned(),
                form,
            })
        };
        let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(2..=50).contains(&self.domain.len())
            || !self.domain.bytes().all(lower)
            || self.domain.starts_with('-')
            || self.domain.ends_with('-')
        {
            return wrong(
                "domain",
                &self.domain,
                "use 2 to 50 lower-case letters, digits and inner hyphens",
            );
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !(2..=100).contains(&self.repository.len())
            || !self.repository.bytes().all(plain)
            || !self
                .repository
                .starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            return wrong(
                "repository",
                &self.repository,
                "use 2 to 100 letters, digits, dots, hyphens and underscores, a letter or digit first",
            );
        }
        match &self.domain_owner {
            Some(owner) if owner.len() != 12 || !owner.bytes().all(|b| b.is_ascii_digit()) => {
                wrong("domain owner", owner, "write the 12 digits of an account")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_stop_reads_minutes_and_hours() {
        for (text, minutes) in [("10m", 10), ("90m", 90), ("2h", 120), ("168h", 10_080)] {
            assert_eq!(
                text.parse::<IdleStop>().unwrap().minutes(),
                minutes,
                "{text}"
            );
        }
        for bad in [
            "",
            "m",
            "9m",
            "60",
            "1d",
            "169h",
            "+60m",
            "060m",
            "1.5h",
            "99999999999h",
        ] {
            assert!(bad.parse::<IdleStop>().is_err(), "{bad}");
        }
        assert_eq!("2h".parse::<IdleStop>().unwrap().to_string(), "2h");
    }

    #[test]
    fn check_repository_refuses_what_a_shell_would_read() {
        for good in [
            "https://git.example.com/team/cards.git",
            "https://example.com/a",
        ] {
            assert_eq!(check_repository(good), Ok(()), "{good}");
        }
        for bad in [
            "http://example.com/a",
            "https://example.com",
            "https://example.com/..",
            "https://u:p@example.com/a",
            "https://example.com/a b",
            "https://example.com/$(x)",
            "https://example.com/a'b",
            "git@example.com:a",
        ] {
            assert!(check_repository(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn check_name_follows_sagemaker() {
        for good in ["a", "Std-1", &"a".repeat(63)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", "-a", "a-", "a_b", "a b", &"a".repeat(64)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn check_refuses_what_does_nothing() {
        let named = LifecycleConfigSpec {
            name: "std".to_owned(),
            ..LifecycleConfigSpec::default()
        };
        assert_eq!(named.check(), Err(LifecycleConfigSpecError::Nothing));
        let empty = LifecycleConfigSpec {
            on_start: Some(" \n".to_owned()),
            ..named
        };
        assert_eq!(empty.check().unwrap_err().attribute(), Some("on_start"));
    }

    #[test]
    fn code_artifact_check_names_the_part() {
        let good = CodeArtifact {
            domain: "packages".to_owned(),
            domain_owner: None,
            repository: "python".to_owned(),
        };
        assert_eq!(good.check(), Ok(()));
        for bad in [
            CodeArtifact {
                domain: "Packages".to_owned(),
                ..good.clone()
            },
            CodeArtifact {
                repository: "$(x)".to_owned(),
                ..good.clone()
            },
            CodeArtifact {
                domain_owner: Some("1".to_owned()),
                ..good
            },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn errors_split_into_cause_and_remedy() {
        let error = Error::from(check_name("a_b").unwrap_err());
        assert_eq!(error.attribute(), Some("name"));
        assert!(
            error.detail().ends_with("inner hyphens."),
            "{}",
            error.detail()
        );
    }
}
