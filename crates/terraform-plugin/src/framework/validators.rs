//! Validators for attributes, for use with [`Attribute::validate`](super::Attribute::validate).
//!
//! The selection is that of HashiCorp's terraform-plugin-framework-validators, as far as it has
//! been needed so far. Like there, a validator accepts values of types for which it is not meant:
//! the schema checks types.

use std::{fmt::Display, str::FromStr};

use super::{
    schema::{ValidationError, parse_duration},
    value::Value,
};

/// Accepts strings for which `check` succeeds.
pub fn string<E: Display>(
    check: impl Fn(&str) -> Result<(), E> + Send + Sync + 'static,
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    move |value| match value {
        Value::String(string) => check(string).map_err(ValidationError::new),
        _ => Ok(()),
    }
}

/// Accepts strings that parse as a `T`.
///
/// # Errors
/// The error of parsing.
pub fn parses_as<T>(value: &Value) -> Result<(), ValidationError>
where
    T: FromStr,
    T::Err: Display,
{
    match value {
        Value::String(string) => string.parse::<T>().map(drop).map_err(ValidationError::new),
        _ => Ok(()),
    }
}

/// Accepts the given strings.
pub fn one_of(
    values: &'static [&'static str],
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    string(move |string| {
        if values.contains(&string) {
            return Ok(());
        }
        Err(format!(
            "`{}` is not a valid value. Use {}.",
            string.escape_debug(),
            join_quoted(values)
        ))
    })
}

/// Accepts whole numbers from `min` to `max`, both included.
pub fn between(
    min: i64,
    max: i64,
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    move |value| match value {
        Value::Number(number) if !number.as_i64().is_some_and(|n| (min..=max).contains(&n)) => {
            Err(ValidationError::new(format!(
                "{number} is out of range. Use a whole number from {min} to {max}."
            )))
        }
        _ => Ok(()),
    }
}

/// Accepts durations from `min` to `max`, both included, in the notation of [`parse_duration`].
pub fn duration_between(
    min: &'static str,
    max: &'static str,
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    string(move |string| {
        let duration = parse_duration(string).ok_or_else(|| {
            format!(
                "`{}` is not a valid duration. Use numbers with units, as in `90s`, `20m` or `1h30m`.",
                string.escape_debug()
            )
        })?;
        let (least, most) = (parse_duration(min), parse_duration(max));
        if least.is_none_or(|least| least <= duration) && most.is_none_or(|most| duration <= most) {
            return Ok::<(), String>(());
        }
        Err(format!(
            "`{string}` is out of range. Use a duration from `{min}` to `{max}`."
        ))
    })
}

/// Accepts `http` and `https` URLs with a host.
///
/// # Errors
/// If the string is not such a URL.
pub fn http_url(value: &Value) -> Result<(), ValidationError> {
    let Value::String(string) = value else {
        return Ok(());
    };
    let host = string
        .strip_prefix("https://")
        .or_else(|| string.strip_prefix("http://"));
    if host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace)) {
        return Ok(());
    }
    Err(ValidationError::new(format!(
        "`{}` is not a valid URL. Use one like `https://api.example.com`.",
        string.escape_debug()
    )))
}

/// Accepts lists, sets and maps whose known elements the validator accepts.
pub fn each(
    validator: impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static,
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    move |value| {
        let elements = value.as_elements().into_iter().flatten();
        let entries = value
            .as_entries()
            .into_iter()
            .flat_map(|entries| entries.values());
        elements
            .chain(entries)
            // As for attributes, validators are not called with null or unknown values.
            .filter(|element| !element.is_null() && !element.is_unknown())
            .try_for_each(&validator)
    }
}

/// Joins words to an enumeration for messages and descriptions: "`a`, `b` or `c`".
#[must_use]
pub fn join_quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::number::Number;

    fn message(result: Result<(), ValidationError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn string_passes_only_strings_to_the_check() {
        let never = string(|_| Err("never"));
        assert_eq!(message(never(&Value::from("x"))), "never");
        assert_eq!(never(&Value::from(1)), Ok(()));
    }

    #[test]
    fn parses_as_returns_the_error_of_parsing() {
        assert_eq!(parses_as::<std::net::IpAddr>(&Value::from("::1")), Ok(()));
        assert!(message(parses_as::<u8>(&Value::from("256"))).contains("too large"));
    }

    #[test]
    fn one_of_lists_the_valid_values() {
        let validator = one_of(&["a", "b", "c"]);
        assert_eq!(validator(&Value::from("b")), Ok(()));
        assert_eq!(
            message(validator(&Value::from("B\n"))),
            "`B\\n` is not a valid value. Use `a`, `b` or `c`."
        );
    }

    #[test]
    fn between_accepts_whole_numbers_in_range() {
        let validator = between(1, 10);
        for number in ["1", "10", "5.0"] {
            let number: Number = number.parse().unwrap();
            assert_eq!(validator(&Value::from(number)), Ok(()));
        }
        for number in ["0", "11", "5.5", "1e30"] {
            let number: Number = number.parse().unwrap();
            assert!(message(validator(&Value::from(number))).contains("from 1 to 10"));
        }
    }

    #[test]
    fn duration_between_checks_notation_and_range() {
        let validator = duration_between("15m", "12h");
        for duration in ["15m", "1h30m", "12h"] {
            assert_eq!(validator(&Value::from(duration)), Ok(()), "{duration}");
        }
        for duration in ["14m", "13h"] {
            assert!(message(validator(&Value::from(duration))).contains("from `15m` to `12h`"));
        }
        assert!(message(validator(&Value::from("soon"))).contains("not a valid duration"));
    }

    #[test]
    fn http_url_requires_scheme_and_host() {
        for url in ["https://iam.example.com", "http://127.0.0.1:4566/x"] {
            assert_eq!(http_url(&Value::from(url)), Ok(()), "{url}");
        }
        for url in ["", "iam.example.com", "ftp://x", "https://", "https://a b"] {
            assert!(http_url(&Value::from(url)).is_err(), "{url}");
        }
    }

    #[test]
    fn each_validates_known_elements() {
        let validator = each(one_of(&["a"]));
        let elements = || vec![Value::from("a"), Value::Unknown, Value::Null];
        assert_eq!(validator(&Value::List(elements())), Ok(()));
        assert!(validator(&Value::set(["a", "b"])).is_err());
        assert!(validator(&Value::map([("k", "b")])).is_err());
    }

    #[test]
    fn join_quoted_reads_as_an_enumeration() {
        assert_eq!(join_quoted(&[]), "");
        assert_eq!(join_quoted(&["a"]), "`a`");
        assert_eq!(join_quoted(&["a", "b"]), "`a` or `b`");
    }
}
