//! Amounts of money.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// An amount of US dollars, exact to the cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    cents: u64,
}

/// Reason why text is not an [`Amount`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{}` is no amount of dollars: write 0.01 to 1,000,000,000,000 with at most two decimals", text.escape_debug())]
pub struct AmountError {
    text: String,
}

impl Amount {
    /// The largest amount, in dollars.
    const MAX: u64 = 1_000_000_000_000;

    /// The number of dollars. Exact, as far as a double is.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "the largest amount has fewer digits than a double"
    )]
    pub fn dollars(self) -> f64 {
        self.cents as f64 / 100.0
    }

    /// Whether the decimal number `text` has this value. AWS answers `5000.0` for `5000`
    /// (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Spend.html>).
    pub(super) fn is(self, text: &str) -> bool {
        text.parse() == Ok(self)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, cents) = (self.cents / 100, self.cents % 100);
        match cents {
            0 => write!(f, "{dollars}"),
            cents => write!(f, "{dollars}.{cents:02}"),
        }
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let wrong = || AmountError {
            text: text.to_owned(),
        };
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) {
            return Err(wrong());
        }
        let decimals = decimals.trim_end_matches('0');
        let cents = match decimals.len() {
            0 => 0,
            1 => decimals.parse::<u64>().map_err(|_| wrong())? * 10,
            2 => decimals.parse::<u64>().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        };
        let dollars: u64 = whole.parse().map_err(|_| wrong())?;
        if dollars > Self::MAX || (dollars == Self::MAX && cents > 0) || dollars + cents == 0 {
            return Err(wrong());
        }
        Ok(Self {
            cents: dollars * 100 + cents,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_are_compared_as_decimals() {
        for same in ["5000", "5000.0", "5000.00", "05000", "5000.000000"] {
            assert!(amount("5000").is(same), "{same}");
        }
        for other in ["5000.01", "5000.001", "500", "", "5e3", "-5000", "x"] {
            assert!(!amount("5000").is(other), "{other}");
        }
        assert!(amount("0.5").is("0.50"));
    }

    #[test]
    fn amounts_round_trip() {
        for (text, shown) in [
            ("5000.0", "5000"),
            ("0.5", "0.50"),
            ("0.05", "0.05"),
            ("1000000000000", "1000000000000"),
            ("999999999999.99", "999999999999.99"),
        ] {
            let amount = amount(text);
            assert_eq!(amount.to_string(), shown);
            assert_eq!(amount.dollars().to_string().parse(), Ok(amount), "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "0",
            "0.00",
            "0.001",
            "-1",
            "1.",
            ".5",
            "1,000",
            "1e3",
            "1000000000000.01",
            "99999999999999999999",
            "NaN",
            "inf",
        ] {
            let error = text.parse::<Amount>().unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("0.01"), "{error}");
        }
    }
}
