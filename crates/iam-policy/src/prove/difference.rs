//! What policies allow beyond others, in words.

use std::fmt;

use super::answer::{Answer, Counterexample, NotDecided};
use super::budget::Work;
use super::question::Question;
use super::solve::prove_within_work;
use crate::evaluate::Layer;
use crate::evaluate::policies::PolicySet;
use crate::evaluate::statement::resource_matches;
use crate::pattern::Case;
use crate::template::Template;

/// The requests that one set of policies allows and another does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the second set allows and the first does not.
    pub gained: Vec<Change>,
    /// What the first set allows and the second does not.
    pub lost: Vec<Change>,
    /// Why more can differ than is listed.
    pub not_decided: Option<NotDecided>,
}

/// Requests of a pattern of actions and resources, at least some of which only one side allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The pattern of the actions, as the statement has it that allows them.
    pub action: String,
    /// The pattern of the resources.
    pub resource: String,
    /// A shortest request, with the statements that allow it.
    pub example: Counterexample,
}

/// The number of changes after which a difference is not looked into any further.
const MAX_CHANGES: usize = 100;

/// The work for each direction, in that of a question.
const BUDGETS: u64 = 5;

/// What differs between two sets of policies, among the requests of a question.
///
/// ```
/// use iam_policy::evaluate::{Caller, PolicySet};
/// use iam_policy::prove::{Question, difference};
/// use iam_policy::{Document, Statement};
///
/// let read = |resource: &str| {
///     let allow = Statement::allow("Read").actions(["s3:GetObject"]).resources([resource.to_owned()]);
///     PolicySet::new().identity("data", &Document::new([allow]))
/// };
/// let alice = Caller::from_arn("arn:aws:iam::123456789012:role/alice")?;
/// let found = difference(&read("arn:aws:s3:::b/a/*"), &read("arn:aws:s3:::b/*"), &Question::new(alice));
/// assert_eq!(
///     found.to_string(),
///     "gains `s3:GetObject` on `arn:aws:s3:::b/*`, such as `s3:GetObject` on `arn:aws:s3:::b/x`, \
///      allowed by statement `Read` of identity policy `data`"
/// );
/// # Ok::<(), iam_policy::evaluate::CallerError>(())
/// ```
#[must_use]
pub fn difference(before: &PolicySet, after: &PolicySet, question: &Question) -> Difference {
    let mut not_decided = None;
    let mut side = |wide: &PolicySet, narrow: &PolicySet| {
        let mut work = Work::new(question.steps.saturating_mul(BUDGETS));
        let (changes, reason) = beyond(wide, narrow, question, &mut work);
        if reason.is_some() {
            not_decided = reason;
        }
        changes
    };
    let gained = side(after, before);
    let lost = side(before, after);
    Difference {
        gained,
        lost,
        not_decided,
    }
}

impl Difference {
    /// Whether it is proved that both sides allow the same.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty() && self.not_decided.is_none()
    }
}

fn beyond(
    wide: &PolicySet,
    narrow: &PolicySet,
    question: &Question,
    work: &mut Work,
) -> (Vec<Change>, Option<NotDecided>) {
    let mut question = question.clone();
    let mut changes: Vec<Change> = Vec::new();
    let mut reason = Some(NotDecided::TooLarge);
    while changes.len() < MAX_CHANGES {
        match prove_within_work(wide, narrow, &question, work) {
            Answer::Holds => {
                reason = None;
                break;
            }
            Answer::NotDecided(other) => {
                reason = Some(other);
                break;
            }
            Answer::Refuted(example) => {
                let (action, resource) = pattern(wide, &example);
                question.except.push((action.clone(), resource.clone()));
                changes.push(Change {
                    action,
                    resource,
                    example: *example,
                });
            }
        }
    }
    changes.sort_by(|a, b| (&a.action, &a.resource).cmp(&(&b.action, &b.resource)));
    (changes, reason)
}

/// The patterns of the statement that allows a request: of an identity policy, or else of the
/// resource policy. For an inverted element, those of the service and of everything.
fn pattern(policies: &PolicySet, example: &Counterexample) -> (String, String) {
    let request = &example.request;
    let of = |layer: Layer| example.decision.deciding.iter().find(|s| s.layer == layer);
    let source = of(Layer::Identity).or_else(|| of(Layer::Resource));
    let statement = source.and_then(|source| policies.statement(source));
    let action = statement
        .filter(|statement| !statement.not_actions)
        .and_then(|statement| {
            let mut patterns = statement.actions.iter();
            patterns.find(|pattern| pattern.matches(request.action(), Case::Ignored))
        })
        .map(|pattern| Template::Fixed(pattern.clone()).to_string());
    let resource = statement
        .filter(|statement| !statement.not_resources)
        .and_then(|statement| statement.resources.as_deref())
        .and_then(|templates| {
            let mut templates = templates.iter();
            templates.find(|template| {
                resource_matches(template, request.resource(), |key| request.value(key))
            })
        })
        .map(Template::to_string);
    let service = request.action().split(':').next().unwrap_or_default();
    (
        action.unwrap_or_else(|| format!("{service}:*")),
        resource.unwrap_or_else(|| "*".to_owned()),
    )
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` on `{}`, such as {}",
            self.action,
            self.resource,
            self.example.in_words()
        )
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gained = self.gained.iter().map(|change| format!("gains {change}"));
        let lost = self.lost.iter().map(|change| format!("loses {change}"));
        let mut lines: Vec<String> = gained.chain(lost).collect();
        if let Some(reason) = &self.not_decided {
            lines.push(format!("not decided whether more differs: {reason}"));
        }
        if lines.is_empty() {
            lines.push("allows the same requests".to_owned());
        }
        f.write_str(&lines.join("\n"))
    }
}
