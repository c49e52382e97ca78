//! Wildcard patterns and their matcher.
//!
//! A pattern is a list of tokens over characters, so it can be matched here and converted to a
//! regular expression elsewhere. Matching takes at most (tokens × characters) steps and never
//! recurses.

/// One token of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// This character.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any number of characters.
    Many,
    /// `*` inside one of an ARN's first five parts: any number of characters except colons.
    ManyWithinPart,
}

/// Whether letters that differ in ASCII case match each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// They do not.
    Sensitive,
    /// They do, as in action names.
    Ignored,
}

/// A wildcard pattern with no policy variable left in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(Vec<Token>);

impl Pattern {
    /// Reads `*` and `?` as wildcards, everything else as itself.
    #[must_use]
    pub fn wildcard(text: &str) -> Self {
        Self(text.chars().map(Self::token).collect())
    }

    /// Reads every character as itself.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self(text.chars().map(Token::Char).collect())
    }

    pub(crate) fn from_tokens(tokens: Vec<Token>) -> Self {
        Self(tokens)
    }

    pub(super) fn token(c: char) -> Token {
        match c {
            '*' => Token::Many,
            '?' => Token::One,
            c => Token::Char(c),
        }
    }

    /// The tokens in order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.0
    }

    /// The string that matches, if the pattern has no wildcard.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let chars = self.0.iter().map(|token| match token {
            Token::Char(c) => Some(*c),
            Token::One | Token::Many | Token::ManyWithinPart => None,
        });
        chars.collect()
    }

    /// Whether the whole string matches.
    #[must_use]
    pub fn matches(&self, text: &str, case: Case) -> bool {
        tokens_match(&self.0, text, case)
    }

    /// Reads the pattern as a `Resource` element: a star that is not the last character of one of
    /// the first five parts of the ARN stays within its part; any other crosses colons.
    ///
    /// Source: "IAM JSON policy elements: Resource", section on wildcards
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>).
    #[must_use]
    pub fn into_resource(mut self) -> Self {
        let mut colons = 0;
        let next: Vec<Option<Token>> = self
            .0
            .iter()
            .skip(1)
            .copied()
            .map(Some)
            .chain([None])
            .collect();
        for (token, next) in self.0.iter_mut().zip(next) {
            match (*token, next) {
                (Token::Char(':'), _) => colons += 1,
                (Token::Many, Some(next)) if colons < 5 && next != Token::Char(':') => {
                    *token = Token::ManyWithinPart;
                }
                _ => {}
            }
        }
        self
    }

    /// Whether the string is an ARN whose six parts match the six parts of this pattern, one by
    /// one. A pattern or string with fewer parts never matches; further colons belong to the sixth
    /// part.
    ///
    /// Source: "Amazon Resource Name (ARN) condition operators"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).
    #[must_use]
    pub fn matches_arn(&self, text: &str) -> bool {
        let mut patterns = self.0.splitn(6, |token| *token == Token::Char(':'));
        let mut texts = text.splitn(6, ':');
        for _ in 0..6 {
            match (patterns.next(), texts.next()) {
                (Some(pattern), Some(text)) if tokens_match(pattern, text, Case::Sensitive) => {}
                _ => return false,
            }
        }
        true
    }
}

fn same(a: char, b: char, case: Case) -> bool {
    match case {
        Case::Sensitive => a == b,
        Case::Ignored => a.eq_ignore_ascii_case(&b),
    }
}

fn tokens_match(tokens: &[Token], text: &str, case: Case) -> bool {
    if tokens.contains(&Token::ManyWithinPart) {
        by_steps(tokens, text, case)
    } else {
        greedy(tokens, text, case)
    }
}

/// The usual greedy matcher: after a mismatch it only extends the latest star, because the latest
/// star can match everything that an earlier one could.
fn greedy(tokens: &[Token], text: &str, case: Case) -> bool {
    let (mut tokens, mut text) = (tokens, text);
    // The tokens after the latest star, and the position at which they are tried.
    let mut star: Option<(&[Token], &str)> = None;
    loop {
        let mut chars = text.chars();
        match (tokens.split_first(), chars.next()) {
            (None, None) => return true,
            (Some((Token::Many, behind)), _) => {
                if behind.is_empty() {
                    return true;
                }
                star = Some((behind, text));
                tokens = behind;
                continue;
            }
            (Some((Token::One, behind)), Some(_)) => (tokens, text) = (behind, chars.as_str()),
            (Some((Token::Char(want), behind)), Some(have)) if same(*want, have, case) => {
                (tokens, text) = (behind, chars.as_str());
            }
            _ => {
                let Some((behind, tried)) = star else {
                    return false;
                };
                let mut chars = tried.chars();
                if chars.next().is_none() {
                    return false;
                }
                star = Some((behind, chars.as_str()));
                (tokens, text) = (behind, chars.as_str());
            }
        }
    }
}

/// Tracks all positions at once. Needed for stars of two kinds: extending only the latest can miss
/// a match.
fn by_steps(tokens: &[Token], text: &str, case: Case) -> bool {
    // reached[i]: the tokens so far can match the first i characters.
    let chars: Vec<char> = text.chars().collect();
    let mut reached = vec![false; chars.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for token in tokens {
        let mut before = false; // reached[i - 1] under the tokens up to the previous one
        let mut run = false; // a star reaches here
        let previous = std::iter::once(None).chain(chars.iter().copied().map(Some));
        for (here, c) in reached.iter_mut().zip(previous) {
            let old = std::mem::replace(&mut before, *here);
            *here = match (*token, c) {
                (Token::Many, _) => extend(&mut run, *here, true),
                (Token::ManyWithinPart, c) => extend(&mut run, *here, c != Some(':')),
                (Token::One, c) => c.is_some() && old,
                (Token::Char(want), c) => old && c.is_some_and(|have| same(want, have, case)),
            };
        }
    }
    reached.last().copied().unwrap_or(false)
}

/// Continues a star's run over one more character, or starts one here.
fn extend(run: &mut bool, here: bool, takes: bool) -> bool {
    *run = here || (*run && takes);
    *run
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, by trying everything: slow and plainly right.
    fn naive(tokens: &[Token], text: &[char]) -> bool {
        let Some((token, behind)) = tokens.split_first() else {
            return text.is_empty();
        };
        match token {
            Token::Many => (0..=text.len()).any(|n| naive(behind, &text[n..])),
            Token::ManyWithinPart => {
                (0..=text.len()).any(|n| !text[..n].contains(&':') && naive(behind, &text[n..]))
            }
            Token::One => !text.is_empty() && naive(behind, &text[1..]),
            Token::Char(c) => text.first() == Some(c) && naive(behind, &text[1..]),
        }
    }

    #[test]
    fn matches_by_example() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("?", "", false),
            ("?", "é", true),
            ("??", "é", false),
            ("s3:Get*", "s3:GetObject", true),
            ("s3:Get*", "s3:PutObject", false),
            ("*:*", "s3:GetObject", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZcd", false),
            ("***a", "bba", true),
            ("a?", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(
                Pattern::wildcard(pattern).matches(text, Case::Sensitive),
                expected,
                "{pattern} {text}"
            );
        }
        assert!(Pattern::literal("a*").matches("a*", Case::Sensitive));
        assert!(!Pattern::literal("a*").matches("ab", Case::Sensitive));
    }

    #[test]
    fn matches_ignores_case() {
        let pattern = Pattern::wildcard("S3:get*");
        assert!(pattern.matches("s3:GetObject", Case::Ignored));
        assert!(!pattern.matches("s3:GetObject", Case::Sensitive));
    }

    #[test]
    fn matches_hostile_patterns_fast() {
        let pattern = Pattern::wildcard(&"a*".repeat(2_000));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(1_999)), Case::Sensitive));
        let within = Pattern(vec![Token::Many, Token::ManyWithinPart, Token::Char('b')]);
        assert!(!within.matches(&"a".repeat(1_000), Case::Sensitive));
    }

    #[test]
    fn into_resource_limits_stars() {
        let cases = [
            ("*", "arn:aws:s3:::b/k", true),
            ("arn:aws:s3:::b/*.csv", "arn:aws:s3:::b/2026:01.csv", true),
            // The star ends its part: it crosses colons.
            (
                "arn:aws:sagemaker:*:111122223333:model/m",
                "arn:aws:sagemaker:eu-west-1:111122223333:model/m",
                true,
            ),
            (
                "arn:aws:sns:*:end",
                "arn:aws:sns:eu-west-1:111122223333:topic:end",
                true,
            ),
            // It does not end its part: it does not cross colons.
            ("arn:aws:sns:eu-*-1:1:t", "arn:aws:sns:eu-west-1:1:t", true),
            (
                "arn:aws:sns:eu-*-1:1:t",
                "arn:aws:sns:eu-west-2:9:x-1:1:t",
                false,
            ),
        ];
        for (pattern, text, expected) in cases {
            let resource = Pattern::wildcard(pattern).into_resource();
            assert_eq!(
                resource.matches(text, Case::Sensitive),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn matches_arn_by_part() {
        let long = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
        let cases = [
            // The example of the AWS page: a string pattern crosses colons, an ARN pattern does
            // not.
            ("arn:aws:someservice:*:111122223333:finance/*", long, false),
            (
                "arn:aws:iam::*:role/*",
                "arn:aws:iam::111122223333:role/ml/exec",
                true,
            ),
            (
                "arn:aws:iam::*:role/*",
                "arn:aws:iam::111122223333:user/x",
                false,
            ),
            ("arn:aws:sns:*:*:a:*", "arn:aws:sns:r:1:a:b:c", true),
            ("*", "arn:aws:iam::111122223333:role/x", false),
            (
                "arn:aws:iam::111122223333",
                "arn:aws:iam::111122223333:root",
                false,
            ),
            ("arn:aws:iam::1:role/x", "no arn", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(
                Pattern::wildcard(pattern).matches_arn(text),
                expected,
                "{pattern} {text}"
            );
        }
        assert!(
            Pattern::wildcard("arn:aws:someservice:*:111122223333:finance/*")
                .matches(long, Case::Sensitive)
        );
    }

    fn token() -> impl Strategy<Value = Token> {
        prop_oneof![
            3 => prop::sample::select(vec!['a', 'b', ':']).prop_map(Token::Char),
            1 => Just(Token::One),
            2 => Just(Token::Many),
            2 => Just(Token::ManyWithinPart),
        ]
    }

    proptest! {
        #[test]
        fn matches_agrees_with_definition(tokens in prop::collection::vec(token(), 0..7), text in "[ab:]{0,9}") {
            let chars: Vec<char> = text.chars().collect();
            prop_assert_eq!(Pattern(tokens.clone()).matches(&text, Case::Sensitive), naive(&tokens, &chars));
        }

        #[test]
        fn literal_matches_itself(text in ".{0,40}") {
            prop_assert!(Pattern::literal(&text).matches(&text, Case::Sensitive));
            prop_assert!(Pattern::wildcard(&text).matches(&text, Case::Ignored));
        }
    }
}
