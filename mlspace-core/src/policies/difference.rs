//! What a change of policies opens and closes, in words for a plan.

use iam_policy::evaluate::PolicySet;
use iam_policy::prove::{Change, Difference, Question, difference};

/// How many changes of a kind a plan names.
const SHOWN: usize = 4;

/// Work for each request that a plan looks for, in the steps of [`Question::steps`]: a tenth of a
/// second.
const STEPS: u64 = 2_000_000;

/// What the policies `after` allow that those of `before` do not, and the reverse, among the
/// requests of a question: a clause such as "gains `s3:GetObject` on `arn:aws:s3:::b/*`; loses
/// nothing". `None` if it is proved that both allow the same.
///
/// It is decided for all requests, not for samples. What cannot be decided with little work is said
/// to be open.
///
/// ```
/// use iam_policy::evaluate::{Caller, PolicySet};
/// use iam_policy::prove::Question;
/// use iam_policy::{Document, Statement};
/// use mlspace_core::policies::difference_in_words;
///
/// let read = |resource: &str| {
///     let allow = Statement::allow("Read").actions(["s3:GetObject"]).resources([resource.to_owned()]);
///     PolicySet::new().identity("data", &Document::new([allow]))
/// };
/// let question = Question::new(Caller::from_arn("arn:aws:iam::123456789012:role/alice")?);
/// let (narrow, wide) = (read("arn:aws:s3:::b/a/*"), read("arn:aws:s3:::b/*"));
/// assert_eq!(
///     difference_in_words(&narrow, &wide, &question).unwrap(),
///     "gains `s3:GetObject` on `arn:aws:s3:::b/*`; loses nothing"
/// );
/// assert_eq!(difference_in_words(&wide, &wide, &question), None);
/// # Ok::<(), iam_policy::evaluate::CallerError>(())
/// ```
#[must_use]
pub fn difference_in_words(
    before: &PolicySet,
    after: &PolicySet,
    question: &Question,
) -> Option<String> {
    let found = difference(before, after, &question.clone().steps(STEPS));
    (!found.is_none()).then(|| in_words(&found))
}

fn in_words(found: &Difference) -> String {
    let mut words = format!("gains {}; loses {}", list(&found.gained), list(&found.lost));
    if let Some(reason) = &found.not_decided {
        words.push_str(&format!(
            "; whether more changes is not decided, because {reason}"
        ));
    }
    words
}

/// The first few changes, and how many more there are.
fn list(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing".to_owned();
    }
    let shown: Vec<String> = changes
        .iter()
        .take(SHOWN)
        .map(|change| format!("`{}` on `{}`", change.action, change.resource))
        .collect();
    match changes.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use iam_policy::evaluate::Caller;
    use iam_policy::{Document, Operator, Statement};

    use super::*;

    fn policies(statements: impl IntoIterator<Item = Statement>) -> PolicySet {
        PolicySet::new().identity("p", &Document::new(statements))
    }

    fn words(before: &PolicySet, after: &PolicySet) -> Option<String> {
        let caller = Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap();
        difference_in_words(before, after, &Question::new(caller))
    }

    #[test]
    fn difference_in_words_names_both_directions() {
        let read = Statement::allow("")
            .actions(["s3:GetObject"])
            .resources(["arn:aws:s3:::b/*"]);
        let queue = Statement::allow("")
            .actions(["sqs:SendMessage"])
            .resources(["arn:aws:sqs:*:*:q"]);
        assert_eq!(
            words(&policies([read.clone()]), &policies([queue])).unwrap(),
            "gains `sqs:SendMessage` on `arn:aws:sqs:*:*:q`; loses `s3:GetObject` on `arn:aws:s3:::b/*`"
        );
        let twice = policies([read.clone(), read.clone()]);
        assert_eq!(words(&policies([read]), &twice), None);
    }

    #[test]
    fn difference_in_words_counts_what_it_does_not_name() {
        let actions = ["A", "B", "C", "D", "E", "F"].map(|name| format!("x:{name}"));
        let all = actions.map(|action| Statement::allow("").actions([action]).resources(["*"]));
        assert_eq!(
            words(&policies([]), &policies(all)).unwrap(),
            "gains `x:A` on `*`, `x:B` on `*`, `x:C` on `*`, `x:D` on `*` and 2 more; loses nothing"
        );
    }

    #[test]
    fn difference_in_words_says_what_is_not_decided() {
        let mixed = Statement::allow("")
            .actions(["s3:GetObject"])
            .resources(["arn:aws:s3:::b/*"])
            .when(Operator::NumericLessThan, "s3:max-keys", ["5"])
            .when(Operator::StringLike, "s3:max-keys", ["?1?*"]);
        let words = words(&policies([]), &policies([mixed])).unwrap();
        assert!(
            words.contains("whether more changes is not decided"),
            "{words}"
        );
    }
}
