//! Questions about all requests of a kind.

use std::collections::BTreeMap;

use super::budget::DEFAULT_STEPS;
use super::principals::Arns;
use crate::evaluate::{Caller, CallerError};
use crate::{Condition, ConditionKey, ConditionOperator, Conditions};

/// A set of requests of one caller, given by patterns: those that a question asks about.
///
/// Without patterns, it has every action and resource. Context keys can have any value that AWS's
/// tables admit, or none, unless they are given, follow from the caller, or are tags of the caller:
/// it has the given tags only. The resources are in the caller's account. For services with a table
/// of actions, a request has only the keys that AWS lists for the action, and `*` as resource where
/// the action has no resource types.
///
/// ```
/// use iam_policy::Operator;
/// use iam_policy::evaluate::Caller;
/// use iam_policy::prove::Question;
///
/// let alice = Caller::from_arn("arn:aws:iam::123456789012:role/alice")?;
/// let others_data = Question::new(alice)
///     .actions(["s3:*"])
///     .resources(["arn:aws:s3:::data/project/*"])
///     .not_resources(["arn:aws:s3:::data/project/fraud/*"])
///     .principal_tag("project", "fraud")
///     .when(Operator::Bool, "aws:SecureTransport", ["true"]);
/// # Ok::<(), iam_policy::evaluate::CallerError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Question {
    pub(super) caller: Caller,
    /// Patterns of the callers' ARNs; none: the caller alone.
    pub(super) principals: Vec<String>,
    pub(super) actions: Vec<String>,
    pub(super) not_actions: Vec<String>,
    pub(super) resources: Vec<String>,
    pub(super) not_resources: Vec<String>,
    pub(super) conditions: Conditions,
    /// Pairs of an action and a resource pattern whose requests are left out.
    pub(super) except: Vec<(String, String)>,
    pub(super) context: BTreeMap<ConditionKey, Given>,
    pub(super) any_principal_tags: bool,
    pub(super) beyond_tables: bool,
    pub(super) steps: u64,
}

/// What is given about a context key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// These values; none: the key is missing.
    Values(Vec<String>),
    /// Anything.
    Open,
    /// One value of this shape.
    Word(Word),
    /// The ARN of a principal that no policy names.
    Principal(Arns),
}

/// The shape of a name: its characters and how many it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub(super) ranges: Vec<(char, char)>,
    pub(super) shortest: usize,
    pub(super) longest: usize,
}

impl Word {
    /// Words of these characters, given as ranges with both ends, with lengths between two bounds.
    /// The shortest has at least one character, and the longest no more than 200.
    #[must_use]
    pub fn new(
        ranges: impl IntoIterator<Item = (char, char)>,
        shortest: usize,
        longest: usize,
    ) -> Self {
        let mut ranges: Vec<(char, char)> = ranges.into_iter().collect();
        ranges.sort_unstable();
        let shortest = shortest.clamp(1, 200);
        Self {
            ranges,
            shortest,
            longest: longest.clamp(shortest, 200),
        }
    }

    /// Whether the text is such a word.
    pub(super) fn admits(&self, text: &str) -> bool {
        let in_ranges = |c: char| {
            self.ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&c))
        };
        (self.shortest..=self.longest).contains(&text.chars().count())
            && text.chars().all(in_ranges)
    }
}

impl Question {
    /// All requests of a caller.
    #[must_use]
    pub fn new(caller: Caller) -> Self {
        Self {
            caller,
            principals: Vec::new(),
            actions: Vec::new(),
            not_actions: Vec::new(),
            resources: Vec::new(),
            not_resources: Vec::new(),
            conditions: Conditions::default(),
            except: Vec::new(),
            context: BTreeMap::new(),
            any_principal_tags: false,
            beyond_tables: false,
            steps: DEFAULT_STEPS,
        }
    }

    /// All requests of the principal with this ARN, or of all principals whose ARN matches, if it
    /// has wildcards (`*`, `?`) behind its account: roles or users of that account. Service-linked
    /// roles are left out.
    ///
    /// ```
    /// use iam_policy::evaluate::PolicySet;
    /// use iam_policy::prove::{Question, prove};
    /// use iam_policy::{Document, Principal, Statement};
    ///
    /// let owner = "arn:aws:iam::123456789012:role/team/owner";
    /// let bucket = Document::new([Statement::allow("Read")
    ///     .principal(Principal::aws(owner))
    ///     .actions(["s3:GetObject"])
    ///     .resources(["arn:aws:s3:::b/*"])]);
    /// let policies = PolicySet::new().resource("bucket", &bucket);
    /// let of = |pattern| Question::of_principals(pattern).map(|question| prove(&policies, &question));
    ///
    /// assert!(of("arn:aws:iam::123456789012:role/other/*")?.holds());
    /// let answer = of("arn:aws:iam::123456789012:role/team/*")?;
    /// assert_eq!(answer.counterexample().unwrap().request.caller().arn(), Some(owner));
    /// # Ok::<(), iam_policy::evaluate::CallerError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallerError`] when it is neither the ARN of a principal nor such a pattern.
    pub fn of_principals(pattern: &str) -> Result<Self, CallerError> {
        let has_wildcards = pattern.contains(['*', '?']);
        let caller = Caller::from_arn(&pattern.replace(['*', '?'], "x"))?;
        let is_fixed = pattern
            .split(':')
            .take(5)
            .all(|part| !part.contains(['*', '?']));
        let has_kind = matches!(caller, Caller::Role { session: None, .. } | Caller::User(_));
        if has_wildcards && !(is_fixed && has_kind) {
            return Err(CallerError::new(pattern));
        }
        let mut question = Self::new(caller);
        if has_wildcards {
            question.principals.push(pattern.to_owned());
        }
        Ok(question)
    }

    /// Keeps the requests with an action that matches one of these patterns.
    #[must_use]
    pub fn actions(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.actions.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Leaves out the actions that match one of these patterns.
    #[must_use]
    pub fn not_actions(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.not_actions
            .extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Keeps the requests with a resource that matches one of these patterns, which can contain
    /// variables.
    #[must_use]
    pub fn resources(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.resources.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Leaves out the resources that match one of these patterns, which can contain variables.
    #[must_use]
    pub fn not_resources(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.not_resources
            .extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Leaves out the requests whose action and resource match both patterns.
    #[must_use]
    pub fn except(mut self, action: impl Into<String>, resource: impl Into<String>) -> Self {
        self.except.push((action.into(), resource.into()));
        self
    }

    /// Keeps the requests for which a condition holds.
    #[must_use]
    pub fn when(
        mut self,
        operator: impl Into<ConditionOperator>,
        key: impl Into<ConditionKey>,
        values: impl IntoIterator<Item: Into<String>>,
    ) -> Self {
        self.conditions.insert(Condition {
            operator: operator.into(),
            key: key.into(),
            values: values.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Keeps the requests for which all conditions hold.
    #[must_use]
    pub fn conditions(mut self, conditions: &Conditions) -> Self {
        for condition in conditions {
            self.conditions.insert(condition.clone());
        }
        self
    }

    /// Gives the caller a tag.
    #[must_use]
    pub fn principal_tag(self, key: &str, value: impl Into<String>) -> Self {
        self.context(format!("aws:PrincipalTag/{key}"), [value.into()])
    }

    /// Asks about callers with any value of a tag, and without it.
    #[must_use]
    pub fn any_principal_tag(self, key: &str) -> Self {
        self.any_context(format!("aws:PrincipalTag/{key}"))
    }

    /// Asks about callers with any tags.
    #[must_use]
    pub fn any_principal_tags(mut self) -> Self {
        self.any_principal_tags = true;
        self
    }

    /// Gives a context key these values; without any it is missing.
    #[must_use]
    pub fn context(
        mut self,
        key: impl Into<ConditionKey>,
        values: impl IntoIterator<Item: Into<String>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.context.insert(key.into(), Given::Values(values));
        self
    }

    /// Leaves a context key open, also one that follows from the caller.
    #[must_use]
    pub fn any_context(mut self, key: impl Into<ConditionKey>) -> Self {
        self.context.insert(key.into(), Given::Open);
        self
    }

    /// Gives a context key one value, which can be any word of a shape.
    #[must_use]
    pub fn any_word(mut self, key: impl Into<ConditionKey>, word: Word) -> Self {
        self.context.insert(key.into(), Given::Word(word));
        self
    }

    /// Asks also about requests that AWS's tables of actions rule out: with context keys that the
    /// action does not have, and with a resource although the action has none.
    #[must_use]
    pub fn beyond_tables(mut self) -> Self {
        self.beyond_tables = true;
        self
    }

    /// Limits the work, in steps of which a second has about twenty million. A question that needs
    /// more is not decided.
    #[must_use]
    pub fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }
}
