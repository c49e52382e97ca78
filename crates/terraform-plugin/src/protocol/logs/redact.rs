//! Masks credentials in strings: values after the name of a credential, access key ids, and query
//! strings of URLs that contain a signature or a token.
//!
//! False positives are accepted: a pagination token is masked too.

/// The replacement for a masked value.
pub const MASK: &str = "(hidden)";

/// Parts of names that indicate a credential; compared in lower case, without `_` and `-`.
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

/// Whether a field, header or parameter of this name contains a credential.
#[must_use]
pub fn is_sensitive(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    SENSITIVE.iter().any(|part| plain.contains(part))
}

/// The string with credentials masked.
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

/// Masks the user information of a URL (given from its `://` on), and its query and fragment if
/// they contain a credential.
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

/// Splits off the separator between a credential's name and its value (`=`, `: `, `": "`, `=Some(`
/// and so on). Returns the separator, the opening quote of the value, and the rest.
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

/// The quoting of a value.
#[derive(Debug, Clone, Copy)]
struct Quote {
    mark: char,
    /// The quote itself is escaped, as in JSON within a string.
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

    /// The rest of the string after the value, from its closing quote on.
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
    // The value is a scheme, a space, and then the secret: mask to the end of the line.
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

/// Ids of long-term and temporary access keys (IAM User Guide, "IAM identifiers": unique ID
/// prefixes).
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
    fn is_sensitive_ignores_case_and_separators() {
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
    fn redact_masks_queries_of_presigned_urls() {
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
    fn redact_keeps_other_strings() {
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
    fn redact_masks_user_information_in_urls() {
        assert_eq!(
            redact("http://me:pw@host:8080/x"),
            "http://(hidden)@host:8080/x"
        );
    }

    #[test]
    fn redact_masks_values_after_credential_names() {
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
        fn redact_removes_every_secret(
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
            // The space ends any quoting or word that the random prefix may have begun.
            let text = format!("{before} \n{}", template.replace("{}", &secret));
            let clean = redact(&text);
            prop_assert!(!clean.contains(&secret), "{clean}");
        }

        #[test]
        fn redact_accepts_any_string(text in any::<String>()) {
            let clean = redact(&text);
            prop_assert!(clean.len() <= text.len().saturating_mul(MASK.len() + 1));
        }
    }
}
