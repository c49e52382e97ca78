//! Keeps credentials out of text: masks values that a credential's name introduces, access key ids, and the query
//! strings of URLs that carry a signature or a token.
//!
//! It errs on the side of hiding: a pagination token is masked too.

/// What stands in for a hidden value.
pub const MASK: &str = "(hidden)";

/// Parts of names that mean a credential; compared in lower case, without `_` and `-`.
const SENSITIVE: [&str; 13] = [
    "secret",
    "password",
    "passwd",
    "token",
    "credential",
    "accesskey",
    "apikey",
    "privatekey",
    "authorization",
    "signature",
    "cookie",
    "presignedurl",
    "authorizedurl",
];

/// Whether a field, header or parameter of this name holds a credential.
#[must_use]
pub fn is_sensitive(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    SENSITIVE.iter().any(|part| plain.contains(part))
}

/// The text without credentials.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if !is_word(letter) {
            clean.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (word, after) = split_while(rest, is_word);
        rest = after;
        if is_access_key_id(word) {
            clean.push_str(MASK);
            continue;
        }
        clean.push_str(word);
        if rest.starts_with("://") {
            let (url, after) = split_while(rest, is_url);
            clean.push_str(&redact_url(url));
            rest = after;
        } else if is_sensitive(word)
            && let Some((lead, quote, after)) = introduction(rest)
        {
            let after = skip_value(word, quote, after);
            clean.push_str(lead);
            clean.push_str(MASK);
            rest = after;
        }
    }
    clean
}

/// A URL from its `://` on: without user information, and without a query or fragment that holds a credential.
fn redact_url(url: &str) -> String {
    let (place, query) = match url.find(['?', '#']) {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let authority = place.trim_start_matches("://");
    let host_end = authority.find('/').unwrap_or(authority.len());
    let (host, path) = authority.split_at(host_end);
    let mut clean = String::from("://");
    match host.rsplit_once('@') {
        Some((_, host)) => {
            clean.push_str(MASK);
            clean.push('@');
            clean.push_str(host);
        }
        None => clean.push_str(host),
    }
    clean.push_str(path);
    let holds_credential = query
        .split(['?', '#', '&', ';'])
        .any(|pair| is_sensitive(pair.split_once('=').map_or(pair, |(name, _)| name)));
    if holds_credential {
        clean.push('?');
        clean.push_str(MASK);
    } else {
        clean.push_str(query);
    }
    clean
}

/// What stands between a credential's name and its value (`=`, `: `, `": "`, `=Some(` …): that text, the quote that
/// opens the value, and what follows.
fn introduction(text: &str) -> Option<(&str, Option<Quote>, &str)> {
    let after_name = text.strip_prefix('\\').unwrap_or(text);
    let after_name = after_name
        .strip_prefix(['"', '\'', '`'])
        .unwrap_or(after_name);
    let sign = after_name.trim_start_matches(' ');
    let value = if sign.starts_with("::") {
        return None;
    } else if let Some(value) = sign.strip_prefix(['=', ':']) {
        value.strip_prefix('>').unwrap_or(value)
    } else {
        sign.strip_prefix("%3D")
            .or_else(|| sign.strip_prefix("%3d"))?
    };
    let mut value = value.trim_start_matches([' ', '\t']);
    for opening in ["Some(", "[", "("] {
        value = value.strip_prefix(opening).unwrap_or(value);
    }
    let (quote, value) = Quote::open(value);
    let lead = text
        .get(..text.len().saturating_sub(value.len()))
        .unwrap_or_default();
    let next = value.chars().next()?;
    if quote.is_none() && next.is_whitespace() {
        return None;
    }
    Some((lead, quote, value))
}

/// How a value is quoted.
#[derive(Debug, Clone, Copy)]
struct Quote {
    mark: char,
    /// The quote itself is escaped: JSON within a string.
    escaped: bool,
}

impl Quote {
    fn open(text: &str) -> (Option<Self>, &str) {
        let (escaped, unescaped) = match text.strip_prefix('\\') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        match unescaped.chars().next() {
            Some(mark @ ('"' | '\'' | '`')) => (
                Some(Self { mark, escaped }),
                unescaped.get(1..).unwrap_or_default(),
            ),
            _ => (None, text),
        }
    }

    /// What follows the value, from its closing quote on.
    fn skip(self, value: &str) -> &str {
        let mut letters = value.char_indices();
        while let Some((at, letter)) = letters.next() {
            let ends = letter == self.mark
                || (self.escaped
                    && letter == '\\'
                    && value
                        .get(at + 1..)
                        .is_some_and(|rest| rest.starts_with(self.mark)));
            if ends {
                return value.get(at..).unwrap_or_default();
            }
            if letter == '\\' {
                letters.next();
            }
        }
        ""
    }
}

fn skip_value<'a>(name: &str, quote: Option<Quote>, value: &'a str) -> &'a str {
    if let Some(quote) = quote {
        return quote.skip(value);
    }
    // A scheme, a space, and then what matters.
    let name = name.to_ascii_lowercase();
    if name.ends_with("authorization") || name.ends_with("cookie") {
        return split_while(value, |letter| !matches!(letter, '\n' | '\r' | '"')).1;
    }
    split_while(value, |letter| {
        !letter.is_whitespace()
            && !matches!(
                letter,
                '&' | ',' | ';' | ')' | '}' | ']' | '"' | '\'' | '<' | '>'
            )
    })
    .1
}

/// Ids of long-term and temporary access keys (IAM User Guide, "IAM identifiers": unique ID prefixes).
fn is_access_key_id(word: &str) -> bool {
    (word.starts_with("AKIA") || word.starts_with("ASIA"))
        && word.len() >= 16
        && word
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

fn is_url(letter: char) -> bool {
    !letter.is_whitespace() && !matches!(letter, '"' | '\'' | '<' | '>' | '\\' | '`')
}

fn split_while(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|letter| !belongs(letter)).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_credentials_are_known_in_any_spelling() {
        for name in [
            "secret_key",
            "SecretAccessKey",
            "X-Amz-Security-Token",
            "authToken",
            "aws_session_token",
            "PASSWORD",
        ] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in [
            "project",
            "role_arn",
            "notebook_url",
            "tf_req_id",
            "bucket",
            "key",
        ] {
            assert!(!is_sensitive(name), "{name}");
        }
    }

    #[test]
    fn presigned_urls_lose_their_query() {
        let url = "GET https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=abc&X-Amz-Credential=AK%2F1 failed";
        assert_eq!(
            redact(url),
            "GET https://b.s3.amazonaws.com/k?(hidden) failed"
        );
        let notebook = r#"url: "https://n.notebook.us-east-1.sagemaker.aws?authToken=eyJ0", ok"#;
        assert_eq!(
            redact(notebook),
            r#"url: "https://n.notebook.us-east-1.sagemaker.aws?(hidden)", ok"#
        );
    }

    #[test]
    fn other_urls_and_texts_stay() {
        for text in [
            "https://iam.amazonaws.com/?Action=CreateRole&Version=2010-05-08",
            "role `MLSpace-fraud-1f` has no policy: attach it",
            "arn:aws:iam::123456789012:role/x",
            "naïve ünïcode → fine",
            "token::parse went well",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn user_information_in_a_url_is_hidden() {
        assert_eq!(
            redact("http://me:pw@host:8080/x"),
            "http://(hidden)@host:8080/x"
        );
    }

    #[test]
    fn values_after_a_credentials_name_are_hidden() {
        for (text, clean) in [
            ("secret_key=abc, region=x", "secret_key=(hidden), region=x"),
            (
                "Authorization: AWS4-HMAC-SHA256 Credential=A/b, Signature=c\nHost: h",
                "Authorization: (hidden)\nHost: h",
            ),
            (
                r#"{"SecretAccessKey":"a\"b","x":1}"#,
                r#"{"SecretAccessKey":"(hidden)","x":1}"#,
            ),
            (
                r#"{\"SessionToken\":\"abc\",\"x\":1}"#,
                r#"{\"SessionToken\":\"(hidden)\",\"x\":1}"#,
            ),
            (r#"token: Some("abc")"#, r#"token: Some("(hidden)")"#),
            (
                "x=%3FX-Amz-Signature%3Dabc%26y",
                "x=%3FX-Amz-Signature%3D(hidden)",
            ),
            ("used ASIAABCDEFGHIJKLMNOP to sign", "used (hidden) to sign"),
        ] {
            assert_eq!(redact(text), clean);
        }
    }

    proptest! {
        #[test]
        fn a_secret_never_survives(
            secret in "[A-Za-z0-9/+]{24,40}",
            before in "\\PC{0,20}",
            template in prop::sample::select(vec![
                "aws_secret_access_key = {}",
                "SecretAccessKey: \"{}\"",
                "{\"sessionToken\": \"{}\"}",
                "{\\\"sessionToken\\\":\\\"{}\\\"}",
                "https://h.example/p?a=b&X-Amz-Signature={}&c=d",
                "https://h.example?authToken={}#x",
                "x-amz-security-token: {}",
                "Authorization: Bearer {}",
                "Config { token: Some(\"{}\") }",
            ]),
        ) {
            // A space ends whatever the text before began.
            let text = format!("{before} \n{}", template.replace("{}", &secret));
            let clean = redact(&text);
            prop_assert!(!clean.contains(&secret), "{clean}");
        }

        #[test]
        fn any_text_is_accepted(text in any::<String>()) {
            let clean = redact(&text);
            prop_assert!(clean.len() <= text.len().saturating_mul(MASK.len() + 1));
        }
    }
}
