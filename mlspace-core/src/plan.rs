//! Results of planning a resource.

use crate::aws::Error;

/// A warning or an error of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The configuration attribute at fault; empty for the resource as a whole.
    pub attribute: &'static str,
    /// A short title.
    pub summary: String,
    /// The cause and what to do, in full sentences.
    pub detail: String,
}

impl From<&Error> for Notice {
    fn from(error: &Error) -> Self {
        Self {
            attribute: error.attribute().unwrap_or_default(),
            summary: error.summary().to_owned(),
            detail: error.detail(),
        }
    }
}

/// The result of planning one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOutcome<T> {
    /// Values that are known before the apply; `None` when they could not be computed.
    pub values: Option<T>,
    /// Warnings for the user.
    pub warnings: Vec<Notice>,
    /// Errors that make the plan fail.
    pub errors: Vec<Notice>,
}

impl<T> PlanOutcome<T> {
    /// A plan with these values and without notices.
    pub fn new(values: T) -> Self {
        Self {
            values: Some(values),
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A plan that fails.
    pub fn failed(error: &Error) -> Self {
        Self {
            values: None,
            warnings: Vec::new(),
            errors: vec![error.into()],
        }
    }

    /// This plan with the notices of another that has no values of its own.
    #[must_use]
    pub fn and(mut self, other: PlanOutcome<()>) -> Self {
        self.warnings.extend(other.warnings);
        self.errors.extend(other.errors);
        self
    }
}

impl PlanOutcome<()> {
    /// A plan without values: with these warnings, or one that fails.
    pub(crate) fn warned(planned: Result<Vec<Notice>, Error>) -> Self {
        match planned {
            Ok(warnings) => Self {
                warnings,
                ..Self::new(())
            },
            Err(error) => Self::failed(&error),
        }
    }
}

impl<T> From<Result<T, Error>> for PlanOutcome<T> {
    fn from(result: Result<T, Error>) -> Self {
        match result {
            Ok(values) => Self::new(values),
            Err(error) => Self::failed(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid(attribute: Option<&'static str>) -> Error {
        Error::Invalid {
            attribute,
            message: "the name is taken".to_owned(),
            remedy: "choose another".to_owned(),
        }
    }

    #[test]
    fn notice_names_the_attribute_at_fault() {
        let notice = Notice::from(&invalid(Some("name")));
        assert_eq!(notice.attribute, "name");
        assert_eq!(notice.summary, invalid(Some("name")).summary());
        assert_eq!(notice.detail, invalid(Some("name")).detail());
        assert_eq!(Notice::from(&invalid(None)).attribute, "");
    }

    #[test]
    fn outcome_has_values_or_errors() {
        assert_eq!(PlanOutcome::from(Ok(1)), PlanOutcome::new(1));
        let failed = PlanOutcome::<i32>::from(Err(invalid(None)));
        assert_eq!(failed.values, None);
        assert_eq!(failed.errors, [Notice::from(&invalid(None))]);
        assert!(failed.warnings.is_empty());
    }

    #[test]
    fn and_collects_the_notices_of_both() {
        let notice = Notice::from(&invalid(None));
        let warned = PlanOutcome {
            warnings: vec![notice.clone()],
            ..PlanOutcome::new(())
        };
        let both = PlanOutcome::new(1)
            .and(warned)
            .and(PlanOutcome::failed(&invalid(None)));
        assert_eq!(both.values, Some(1));
        assert_eq!(both.warnings, std::slice::from_ref(&notice));
        assert_eq!(both.errors, [notice]);
    }
}
