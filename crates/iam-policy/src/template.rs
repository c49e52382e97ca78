//! Strings with policy variables: resources and condition values.
//!
//! Source: "IAM policy elements: Variables and tags"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).

use std::borrow::Cow;
use std::fmt;

use super::condition::ConditionKey;
use super::document::Version;
use super::pattern::{Pattern, Token};

/// The special characters of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    /// `${…}` is a variable or an escape. Not in version `2008-10-17`.
    pub variables: bool,
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
}

impl Syntax {
    /// The syntax of a `Resource` element in a document of this version.
    #[must_use]
    pub fn resource(version: Version) -> Self {
        Self {
            variables: version == Version::V2012,
            wildcards: true,
        }
    }
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// A character or wildcard of the pattern.
    Token(Token),
    /// `${key}` or `${key, 'default'}`: the request's value of the key, taken literally.
    Variable {
        /// The context key.
        key: ConditionKey,
        /// The value if the request does not have exactly one for the key.
        default: Option<String>,
    },
}

/// A pattern that can contain variables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Template {
    /// No variable: the pattern holds for every request.
    Fixed(Pattern),
    /// With variables.
    Varying(Vec<Piece>),
}

impl Template {
    /// Parses a string. `${*}`, `${?}` and `${$}` are those characters themselves. A `${` without a
    /// closing `}` is literal.
    #[must_use]
    pub fn parse(text: &str, syntax: Syntax) -> Self {
        let plain = |c| {
            if syntax.wildcards {
                Pattern::token(c)
            } else {
                Token::Char(c)
            }
        };
        let mut pieces = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if syntax.variables
                && let Some((piece, behind)) = variable(rest)
            {
                pieces.push(piece);
                rest = behind;
            } else {
                pieces.push(Piece::Token(plain(c)));
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
        let tokens: Option<Vec<Token>> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Token(token) => Some(*token),
                Piece::Variable { .. } => None,
            })
            .collect();
        tokens.map_or(Self::Varying(pieces), |tokens| {
            Self::Fixed(Pattern::from_tokens(tokens))
        })
    }

    /// Completes the ARN of a `Resource` in an identity-based policy: missing parts are `*`, so
    /// `arn:aws:sqs` means `arn:aws:sqs:*:*:*`. A template with variables does not change, because
    /// their values can contain parts too, and AWS does not document that case.
    ///
    /// Source: "IAM identifiers", on ARNs
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
    #[must_use]
    pub fn complete_arn(self) -> Self {
        let colon = Token::Char(':');
        match self {
            Self::Fixed(pattern)
                if pattern
                    .tokens()
                    .starts_with(&"arn:".chars().map(Token::Char).collect::<Vec<_>>()) =>
            {
                let mut tokens = pattern.tokens().to_vec();
                let colons = tokens.iter().filter(|token| **token == colon).count();
                for _ in colons..5 {
                    tokens.extend([colon, Token::Many]);
                }
                Self::Fixed(Pattern::from_tokens(tokens))
            }
            other => other,
        }
    }

    /// The keys whose values the template needs.
    pub fn keys(&self) -> impl Iterator<Item = &ConditionKey> {
        let pieces: &[Piece] = match self {
            Self::Fixed(_) => &[],
            Self::Varying(pieces) => pieces,
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key),
            Piece::Token(_) => None,
        })
    }

    /// The keys of variables without a default.
    pub(crate) fn required_keys(&self) -> impl Iterator<Item = &ConditionKey> {
        let pieces: &[Piece] = match self {
            Self::Fixed(_) => &[],
            Self::Varying(pieces) => pieces,
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, default: None } => Some(key),
            _ => None,
        })
    }

    /// Whether all variables have a value or a default.
    pub(crate) fn is_set<'v>(&self, value: impl Fn(&ConditionKey) -> Option<&'v str>) -> bool {
        self.required_keys().all(|key| value(key).is_some())
    }

    /// Replaces the variables with values. `value` returns the single value of a key. If it returns
    /// none and the variable has no default, the template matches nothing and the result is `None`.
    pub fn resolve<'v>(
        &self,
        value: impl Fn(&ConditionKey) -> Option<&'v str>,
    ) -> Option<Cow<'_, Pattern>> {
        let pieces = match self {
            Self::Fixed(pattern) => return Some(Cow::Borrowed(pattern)),
            Self::Varying(pieces) => pieces,
        };
        let mut tokens = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Token(token) => tokens.push(*token),
                Piece::Variable { key, default } => {
                    let text = value(key).or(default.as_deref())?;
                    tokens.extend(text.chars().map(Token::Char));
                }
            }
        }
        Some(Cow::Owned(Pattern::from_tokens(tokens)))
    }
}

/// The text of a `Resource` element.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = |f: &mut fmt::Formatter<'_>, token: &Token| match token {
            Token::Char(c @ ('*' | '?')) => write!(f, "${{{c}}}"),
            Token::Char(c) => write!(f, "{c}"),
            Token::One => f.write_str("?"),
            Token::Many | Token::ManyWithinPart => f.write_str("*"),
        };
        match self {
            Self::Fixed(pattern) => pattern.tokens().iter().try_for_each(|one| token(f, one)),
            Self::Varying(pieces) => pieces.iter().try_for_each(|piece| match piece {
                Piece::Token(one) => token(f, one),
                Piece::Variable { key, default: None } => write!(f, "${{{key}}}"),
                Piece::Variable {
                    key,
                    default: Some(default),
                } => write!(f, "${{{key}, '{default}'}}"),
            }),
        }
    }
}

/// The variable or escape at the start of the string, and the rest.
fn variable(text: &str) -> Option<(Piece, &str)> {
    let inner = text.strip_prefix("${")?;
    // A default can contain a brace: with a default the variable ends at `'}`, otherwise at the
    // first brace.
    let brace = inner.find('}')?;
    let quoted = inner.find(", '").filter(|at| *at < brace);
    if let Some(at) = quoted {
        let (key, rest) = inner.split_at_checked(at)?;
        let (default, behind) = rest.strip_prefix(", '")?.split_once("'}")?;
        let piece = Piece::Variable {
            key: key.trim().into(),
            default: Some(default.to_owned()),
        };
        return Some((piece, behind));
    }
    let (name, behind) = inner.split_once('}')?;
    let piece = match name {
        "*" => Piece::Token(Token::Char('*')),
        "?" => Piece::Token(Token::Char('?')),
        "$" => Piece::Token(Token::Char('$')),
        name => Piece::Variable {
            key: name.trim().into(),
            default: None,
        },
    };
    Some((piece, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Case;

    const FULL: Syntax = Syntax {
        variables: true,
        wildcards: true,
    };

    fn matches(template: &str, syntax: Syntax, text: &str) -> Option<bool> {
        let value = |key: &ConditionKey| match key.as_str() {
            "aws:PrincipalTag/user" => Some("al*ce"),
            _ => None,
        };
        let template = Template::parse(template, syntax);
        template
            .resolve(value)
            .map(|pattern| pattern.matches(text, Case::Sensitive))
    }

    #[test]
    fn resolve_takes_values_literally() {
        let text = "private/${aws:PrincipalTag/user}/*";
        assert_eq!(matches(text, FULL, "private/al*ce/x"), Some(true));
        assert_eq!(matches(text, FULL, "private/alice/x"), Some(false));
    }

    #[test]
    fn resolve_uses_defaults() {
        assert_eq!(matches("a/${aws:userid}", FULL, "a/"), None);
        assert_eq!(
            matches("a/${aws:userid, 'anonymous'}", FULL, "a/anonymous"),
            Some(true)
        );
        assert_eq!(matches("a/${aws:userid, ''}", FULL, "a/"), Some(true));
        assert_eq!(
            matches("a/${aws:userid, 'x}*'}b", FULL, "a/x}*b"),
            Some(true)
        );
        assert_eq!(
            matches("${aws:PrincipalTag/user, 'other'}", FULL, "al*ce"),
            Some(true)
        );
    }

    #[test]
    fn parse_reads_escapes() {
        assert_eq!(matches("a${*}b${?}${$}{x}", FULL, "a*b?${x}"), Some(true));
        assert_eq!(matches("a${*}b", FULL, "aXb"), Some(false));
        let exact = Syntax {
            variables: true,
            wildcards: false,
        };
        assert_eq!(matches("*${*}", exact, "**"), Some(true));
        assert_eq!(matches("*", exact, "a"), Some(false));
    }

    #[test]
    fn parse_keeps_unknown_variables() {
        let old = Syntax::resource(Version::V2008);
        assert_eq!(matches("${aws:userid}", old, "${aws:userid}"), Some(true));
        assert_eq!(matches("${*}", old, "${x}"), Some(true));
        assert_eq!(matches("a${b", FULL, "a${b"), Some(true));
        assert_eq!(matches("$", FULL, "$"), Some(true));
    }

    #[test]
    fn display_gives_the_text() {
        for text in ["arn:aws:s3:::b/*", "a?${*}${x:y}b${x:y, 'z'}", "*"] {
            assert_eq!(Template::parse(text, FULL).to_string(), text);
        }
    }

    #[test]
    fn complete_arn_adds_parts() {
        let complete = |text: &str| Template::parse(text, FULL).complete_arn();
        for (short, whole) in [
            ("arn:aws:sqs", "arn:aws:sqs:*:*:*"),
            ("arn:aws:iam::*", "arn:aws:iam::*:*"),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/*"),
            ("arn:aws:${a:b}", "arn:aws:${a:b}"),
            ("arn:aws:${*}", "arn:aws:${*}:*:*:*"),
            ("*", "*"),
            ("arn", "arn"),
        ] {
            assert_eq!(complete(short), Template::parse(whole, FULL), "{short}");
        }
    }

    #[test]
    fn keys_lists_variables() {
        let template = Template::parse("${a:b}-${c:d, 'x'}-${*}", FULL);
        assert_eq!(
            template
                .keys()
                .map(ConditionKey::as_str)
                .collect::<Vec<_>>(),
            ["a:b", "c:d"]
        );
    }
}
