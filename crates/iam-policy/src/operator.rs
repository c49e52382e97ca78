//! Condition operators: the comparison, its set qualifier and `IfExists`.

use std::fmt;
use std::str::FromStr;

/// A comparison, without qualifier or suffix.
///
/// Source: "IAM JSON policy elements: Condition operators"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are IAM's own operator names")]
pub enum Operator {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

impl Operator {
    /// Every comparison, in the order of the AWS page.
    pub const ALL: [Self; 27] = [
        Self::StringEquals,
        Self::StringNotEquals,
        Self::StringEqualsIgnoreCase,
        Self::StringNotEqualsIgnoreCase,
        Self::StringLike,
        Self::StringNotLike,
        Self::NumericEquals,
        Self::NumericNotEquals,
        Self::NumericLessThan,
        Self::NumericLessThanEquals,
        Self::NumericGreaterThan,
        Self::NumericGreaterThanEquals,
        Self::DateEquals,
        Self::DateNotEquals,
        Self::DateLessThan,
        Self::DateLessThanEquals,
        Self::DateGreaterThan,
        Self::DateGreaterThanEquals,
        Self::Bool,
        Self::BinaryEquals,
        Self::IpAddress,
        Self::NotIpAddress,
        Self::ArnEquals,
        Self::ArnNotEquals,
        Self::ArnLike,
        Self::ArnNotLike,
        Self::Null,
    ];

    /// The name as IAM spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringEqualsIgnoreCase => "StringEqualsIgnoreCase",
            Self::StringNotEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::NumericEquals => "NumericEquals",
            Self::NumericNotEquals => "NumericNotEquals",
            Self::NumericLessThan => "NumericLessThan",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::NumericGreaterThan => "NumericGreaterThan",
            Self::NumericGreaterThanEquals => "NumericGreaterThanEquals",
            Self::DateEquals => "DateEquals",
            Self::DateNotEquals => "DateNotEquals",
            Self::DateLessThan => "DateLessThan",
            Self::DateLessThanEquals => "DateLessThanEquals",
            Self::DateGreaterThan => "DateGreaterThan",
            Self::DateGreaterThanEquals => "DateGreaterThanEquals",
            Self::Bool => "Bool",
            Self::BinaryEquals => "BinaryEquals",
            Self::IpAddress => "IpAddress",
            Self::NotIpAddress => "NotIpAddress",
            Self::ArnEquals => "ArnEquals",
            Self::ArnNotEquals => "ArnNotEquals",
            Self::ArnLike => "ArnLike",
            Self::ArnNotLike => "ArnNotLike",
            Self::Null => "Null",
        }
    }

    /// The comparison that a negated operator denies: `StringEquals` for `StringNotEquals`. Others
    /// give themselves.
    #[must_use]
    pub fn positive(self) -> Self {
        match self {
            Self::StringNotEquals => Self::StringEquals,
            Self::StringNotEqualsIgnoreCase => Self::StringEqualsIgnoreCase,
            Self::StringNotLike => Self::StringLike,
            Self::NumericNotEquals => Self::NumericEquals,
            Self::DateNotEquals => Self::DateEquals,
            Self::NotIpAddress => Self::IpAddress,
            Self::ArnNotEquals => Self::ArnEquals,
            Self::ArnNotLike => Self::ArnLike,
            other => other,
        }
    }

    /// Whether the operator holds when none of its values match (and so also when the key is
    /// missing).
    #[must_use]
    pub fn is_negated(self) -> bool {
        self.positive() != self
    }

    /// This comparison, true when at least one value of the request matches.
    #[must_use]
    pub fn for_any_value(self) -> ConditionOperator {
        ConditionOperator::from(self).for_any_value()
    }

    /// This comparison, true when every value of the request matches (and when there is none).
    #[must_use]
    pub fn for_all_values(self) -> ConditionOperator {
        ConditionOperator::from(self).for_all_values()
    }

    /// This comparison, true also when the key is missing from the request.
    #[must_use]
    pub fn if_exists(self) -> ConditionOperator {
        ConditionOperator::from(self).if_exists()
    }
}

/// How a comparison treats a key with many values.
///
/// Source: "Set operators for multivalued context keys"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetQualifier {
    /// `ForAllValues:` — every value of the request must match; true when the key is missing.
    ForAllValues,
    /// `ForAnyValue:` — some value of the request must match; false when the key is missing.
    ForAnyValue,
}

/// A comparison with its set qualifier and `IfExists`, as it stands in a `Condition` block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionOperator {
    /// The comparison.
    pub comparison: Operator,
    /// `ForAllValues:` or `ForAnyValue:`, if any.
    pub qualifier: Option<SetQualifier>,
    /// Whether the name ends in `IfExists`. Without meaning for `Null`, which IAM refuses to
    /// combine with it.
    pub if_exists: bool,
}

impl ConditionOperator {
    /// The operator with `ForAnyValue:`.
    #[must_use]
    pub fn for_any_value(self) -> Self {
        Self {
            qualifier: Some(SetQualifier::ForAnyValue),
            ..self
        }
    }

    /// The operator with `ForAllValues:`.
    #[must_use]
    pub fn for_all_values(self) -> Self {
        Self {
            qualifier: Some(SetQualifier::ForAllValues),
            ..self
        }
    }

    /// The operator with `IfExists`; `Null` stays as it is, since IAM has no `NullIfExists`.
    #[must_use]
    pub fn if_exists(self) -> Self {
        Self {
            if_exists: self.comparison != Operator::Null,
            ..self
        }
    }
}

impl From<Operator> for ConditionOperator {
    fn from(comparison: Operator) -> Self {
        Self {
            comparison,
            qualifier: None,
            if_exists: false,
        }
    }
}

impl fmt::Display for ConditionOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.qualifier {
            Some(SetQualifier::ForAllValues) => f.write_str("ForAllValues:")?,
            Some(SetQualifier::ForAnyValue) => f.write_str("ForAnyValue:")?,
            None => {}
        }
        f.write_str(self.comparison.as_str())?;
        if self.if_exists {
            f.write_str("IfExists")
        } else {
            Ok(())
        }
    }
}

/// The string is not a condition operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not a condition operator; use one such as `StringEquals`, `ForAnyValue:StringLike` or `BoolIfExists`",
    super::error::shown(.0)
)]
pub struct UnknownOperator(String);

impl FromStr for ConditionOperator {
    type Err = UnknownOperator;

    fn from_str(text: &str) -> Result<Self, UnknownOperator> {
        let unknown = || UnknownOperator(text.to_owned());
        let (qualifier, rest) = match text.split_once(':') {
            None => (None, text),
            Some((q, rest)) if q.eq_ignore_ascii_case("ForAllValues") => {
                (Some(SetQualifier::ForAllValues), rest)
            }
            Some((q, rest)) if q.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(SetQualifier::ForAnyValue), rest)
            }
            Some(_) => return Err(unknown()),
        };
        let suffix = rest
            .len()
            .checked_sub("IfExists".len())
            .and_then(|at| rest.split_at_checked(at));
        let (name, if_exists) = match suffix {
            Some((name, end)) if end.eq_ignore_ascii_case("IfExists") => (name, true),
            _ => (rest, false),
        };
        let comparison = Operator::ALL
            .into_iter()
            .find(|op| op.as_str().eq_ignore_ascii_case(name))
            .ok_or_else(unknown)?;
        if if_exists && comparison == Operator::Null {
            return Err(unknown());
        }
        Ok(Self {
            comparison,
            qualifier,
            if_exists,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn condition_operator_round_trips() {
        for comparison in Operator::ALL {
            let plain = ConditionOperator::from(comparison);
            for operator in [plain, plain.for_any_value(), plain.for_all_values()] {
                for operator in [operator, operator.if_exists()] {
                    assert_eq!(operator.to_string().parse(), Ok(operator));
                    assert_eq!(operator.to_string().to_lowercase().parse(), Ok(operator));
                }
            }
        }
    }

    #[test]
    fn condition_operator_rejects_similar_names() {
        for text in [
            "",
            "IfExists",
            "StringEqual",
            "ForSome:StringLike",
            "NullIfExists",
            ":Bool",
            "Bool:",
            "Bøøl",
        ] {
            assert_eq!(
                text.parse::<ConditionOperator>(),
                Err(UnknownOperator(text.to_owned()))
            );
        }
    }

    #[test]
    fn is_negated_matches_names() {
        let negated = Operator::ALL.into_iter().filter(|op| op.is_negated());
        for op in negated {
            assert!(op.as_str().contains("Not"), "{op:?}");
            assert!(!op.positive().is_negated());
        }
        assert!(
            Operator::ALL
                .into_iter()
                .filter(|op| op.as_str().contains("Not"))
                .all(Operator::is_negated)
        );
    }
}
