//! Exact decimal numbers.
//!
//! Terraform represents numbers as 512-bit binary floats and sends each one as an integer, a double
//! or, if neither is exact, a decimal string. A provider that converts them all to `f64` changes
//! `9007199254740993`, and Terraform then rejects the plan. Here every number has one canonical
//! representation, so equality is equality of values.
//!
//! `bigdecimal` 0.4 would replace only the digits and exponent of `Parts`. Its parser accepts
//! what Terraform does not (`1_000`, `.5`, `5.`) and exponents of any size, its `to_i64` truncates
//! fractions, and its `to_f64` does not round correctly, so syntax, bounds, and the choice of an
//! exact integer or double for the wire would still be checked here, for about the same amount of
//! code and one more dependency.

use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

/// Maximum power of ten in exponent notation. It bounds the length of the plain notation of a
/// number.
const MAX_EXPONENT: i64 = 10_000;

/// An exact, finite number of any size.
#[derive(Clone, PartialEq)]
pub struct Number(Repr);

// INVARIANT: each value has exactly one representation: the first variant that represents it
// exactly. `Float` is finite and never a whole number in the range of the integers. `Decimal` is in
// plain notation without redundant zeros.
#[derive(Clone, Debug, PartialEq)]
enum Repr {
    Int(i64),
    Uint(u64),
    Float(f64),
    Decimal(String),
}

/// A string or float that is not a valid number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The string is not a decimal number.
    #[error("`{0}` is not a valid number")]
    Syntax(String),
    /// The exponent is outside the accepted range.
    #[error("the exponent of `{0}` is too large")]
    Exponent(String),
    /// NaN or an infinity.
    #[error("the number is not finite")]
    NotFinite,
}

/// The encoding of a number on the wire.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wire<'a> {
    Int(i64),
    Uint(u64),
    Float(f64),
    String(&'a str),
}

impl Number {
    /// The number with exactly the value of the double, as received from the wire.
    ///
    /// # Errors
    /// [`NumberError::NotFinite`] for NaN and the infinities.
    pub fn from_exact_f64(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError::NotFinite);
        }
        if value.fract() == 0.0 {
            // The bounds are powers of two, which doubles represent exactly, so the casts below
            // cannot saturate.
            if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
                return Ok(Self(Repr::Int(value as i64)));
            }
            if (0.0..18_446_744_073_709_551_616.0).contains(&value) {
                return Ok(Self(Repr::Uint(value as u64)));
            }
        }
        Ok(Self(Repr::Float(value)))
    }

    /// The number with the shortest decimal form of the double, so that `0.1` is one tenth.
    ///
    /// # Errors
    /// [`NumberError::NotFinite`] for NaN and the infinities.
    pub fn from_shortest_f64(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError::NotFinite);
        }
        value.to_string().parse()
    }

    /// The number as a signed integer, if it is one in range.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(int) => Some(int),
            _ => None,
        }
    }

    /// The number as an unsigned integer, if it is one in range.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self.0 {
            Repr::Int(int) => u64::try_from(int).ok(),
            Repr::Uint(uint) => Some(uint),
            _ => None,
        }
    }

    /// The nearest double; infinite if the number is out of range.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(int) => *int as f64,
            Repr::Uint(uint) => *uint as f64,
            Repr::Float(float) => *float,
            Repr::Decimal(text) => text.parse().unwrap_or(f64::INFINITY),
        }
    }

    pub(crate) fn wire(&self) -> Wire<'_> {
        match &self.0 {
            Repr::Int(int) => Wire::Int(*int),
            Repr::Uint(uint) => Wire::Uint(*uint),
            Repr::Float(float) => Wire::Float(*float),
            Repr::Decimal(text) => Wire::String(text),
        }
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Int(int) => int.hash(state),
            Repr::Uint(uint) => uint.hash(state),
            // Neither NaN nor negative zero: equal doubles have equal bits.
            Repr::Float(float) => float.to_bits().hash(state),
            Repr::Decimal(text) => text.hash(state),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(int) => int.fmt(f),
            Repr::Uint(uint) => uint.fmt(f),
            // The default format of a double is its shortest form, which is not exact. With 1,074
            // decimal places it is.
            Repr::Float(float) => f.write_str(
                format!("{float:.1074}")
                    .trim_end_matches('0')
                    .trim_end_matches('.'),
            ),
            Repr::Decimal(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(i64::try_from(value).map_or(Repr::Uint(value), Repr::Int))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = Parts::parse(text)?;
        if parts.digits.is_empty() {
            return Ok(Self(Repr::Int(0)));
        }
        let plain = parts.plain();
        if let Ok(int) = plain.parse::<i64>() {
            return Ok(Self(Repr::Int(int)));
        }
        if let Ok(uint) = plain.parse::<u64>() {
            return Ok(Self(Repr::Uint(uint)));
        }
        Ok(Self(
            parts
                .as_double(&plain)
                .map_or(Repr::Decimal(plain), Repr::Float),
        ))
    }
}

/// `±digits × 10^exponent`. `digits` has no leading or trailing zeros, and is empty for zero.
#[derive(PartialEq)]
struct Parts {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Parts {
    fn parse(text: &str) -> Result<Self, NumberError> {
        let syntax = || NumberError::Syntax(text.chars().take(40).collect());
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, exponent.parse::<i64>().map_err(|_| syntax())?)
            }
            None => (rest, 0),
        };
        if exponent.abs() > MAX_EXPONENT {
            return Err(NumberError::Exponent(text.chars().take(40).collect()));
        }
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(syntax());
        }
        let kept = all.trim_end_matches('0');
        let places = i64::try_from(fraction.len()).map_err(|_| syntax())?;
        let dropped = i64::try_from(all.len().saturating_sub(kept.len())).map_err(|_| syntax())?;
        let digits = kept.trim_start_matches('0').to_owned();
        let zero = digits.is_empty();
        Ok(Self {
            negative: negative && !zero,
            digits,
            exponent: if zero {
                0
            } else {
                exponent.saturating_sub(places).saturating_add(dropped)
            },
        })
    }

    /// The plain notation, without an exponent.
    fn plain(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let shift = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if self.exponent >= 0 {
            return format!("{sign}{}{}", self.digits, "0".repeat(shift));
        }
        match self
            .digits
            .len()
            .checked_sub(shift)
            .and_then(|at| self.digits.split_at_checked(at))
        {
            Some(("", fraction)) => format!("{sign}0.{fraction}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!(
                "{sign}0.{}{}",
                "0".repeat(shift.saturating_sub(self.digits.len())),
                self.digits
            ),
        }
    }

    /// The double with exactly this value, if any.
    fn as_double(&self, plain: &str) -> Option<f64> {
        // Shortcuts: the decimal form of a binary fraction ends in 5, and no double has more than
        // 767 significant digits.
        if (self.exponent < 0 && !self.digits.ends_with('5')) || self.digits.len() > 767 {
            return None;
        }
        let double: f64 = plain
            .parse()
            .ok()
            .filter(|double: &f64| double.is_finite())?;
        // With 1,074 places the formatting of a double is exact.
        let exact = Self::parse(&format!("{double:.1074}")).ok()?;
        (exact == *self).then_some(double)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn number_has_one_form_per_value() {
        assert_eq!(number("1"), Number::from(1_i64));
        assert_eq!(number("1.0"), Number::from(1_u64));
        assert_eq!(number("10e-1"), number("+01.00"));
        assert_eq!(number("-0.0"), Number::from(0_i64));
        assert_eq!(number("0.5"), Number::from_exact_f64(0.5).unwrap());
        assert_eq!(number("1e300"), number(&format!("1{}", "0".repeat(300))));
        assert_eq!(number("18446744073709551615").wire(), Wire::Uint(u64::MAX));
        assert_eq!(number("9223372036854775808").wire(), Wire::Uint(1 << 63));
        assert_eq!(number("0.1").wire(), Wire::String("0.1"));
        assert_eq!(number("0.00012").to_string(), "0.00012");
        assert_eq!(number("123.456").to_string(), "123.456");
    }

    #[test]
    fn number_distinguishes_a_tenth_from_its_double() {
        assert_ne!(number("0.1"), Number::from_exact_f64(0.1).unwrap());
        assert_eq!(number("0.1"), Number::from_shortest_f64(0.1).unwrap());
    }

    #[test]
    fn number_distinguishes_integers_above_2_to_the_53() {
        assert_ne!(number("9007199254740993"), number("9007199254740992"));
        assert_ne!(
            number("90071992547409930000001"),
            number("90071992547409930000000")
        );
    }

    #[test]
    fn number_rejects_invalid_strings() {
        for text in [
            "", "-", ".", "1e", "e1", "1.2.3", "0x10", "NaN", "inf", "1 ", "١",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert!(matches!(
            "1e10001".parse::<Number>(),
            Err(NumberError::Exponent(_))
        ));
        assert_eq!(
            Number::from_exact_f64(f64::NAN),
            Err(NumberError::NotFinite)
        );
    }

    proptest! {
        #[test]
        fn number_round_trips_through_strings(text in "-?[0-9]{1,30}(\\.[0-9]{1,30})?") {
            let once = number(&text);
            prop_assert_eq!(number(&once.to_string()), once);
        }

        #[test]
        fn number_represents_doubles_exactly(double in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            let exact = Number::from_exact_f64(double).unwrap();
            prop_assert_eq!(exact.to_f64(), double);
            prop_assert_eq!(number(&format!("{double:.1074}")), exact);
        }
    }
}
