//! Typed values in conditions: decimals, timestamps, IP ranges.

use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;

/// An exact decimal number: sign, digits before the point without leading zeros, digits after it
/// without trailing ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    /// Parses an integer or decimal without exponent.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let only_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !only_digits(whole) || !only_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self {
            negative: negative && !zero,
            whole,
            fraction,
        })
    }

    /// The one spelling of the number.
    pub(crate) fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let Self {
            whole, fraction, ..
        } = self;
        format!("{sign}{whole}.{fraction}")
    }

    /// Numbers such that each bound is among them, and one of each range between bounds.
    pub(crate) fn between(bounds: &[&Self]) -> Vec<String> {
        let mut sorted: Vec<&Self> = bounds.to_vec();
        sorted.sort();
        sorted.dedup();
        let digits = sorted.iter().map(|bound| bound.fraction.len()).max();
        let width = digits.unwrap_or_default();
        let mut all: Vec<String> = vec!["0".to_owned()];
        all.extend(sorted.iter().map(|bound| bound.to_string()));
        // Away from zero by less than any two bounds differ.
        let beyond = |bound: &Self| {
            let sign = if bound.negative { "-" } else { "" };
            let whole = if bound.whole.is_empty() {
                "0"
            } else {
                &bound.whole
            };
            format!("{sign}{whole}.{:0<width$}1", bound.fraction)
        };
        for bound in &sorted {
            all.push(beyond(bound));
            if bound.whole.is_empty() && bound.fraction.is_empty() {
                all.push(format!("-{}", beyond(bound)));
            }
        }
        all.push(
            sorted
                .iter()
                .rev()
                .find(|b| !b.negative)
                .map_or("1".to_owned(), |b| {
                    format!("1{:0<1$}", "", b.whole.len() + 1)
                }),
        );
        all.push(
            sorted
                .iter()
                .find(|b| b.negative)
                .map_or("-1".to_owned(), |b| {
                    format!("-1{:0<1$}", "", b.whole.len() + 1)
                }),
        );
        all
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        let whole = self
            .whole
            .len()
            .cmp(&other.whole.len())
            .then_with(|| self.whole.cmp(&other.whole));
        whole.then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let whole = if self.whole.is_empty() {
            "0"
        } else {
            &self.whole
        };
        write!(f, "{sign}{whole}")?;
        if self.fraction.is_empty() {
            Ok(())
        } else {
            write!(f, ".{}", self.fraction)
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// A point in time, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(i128);

impl Timestamp {
    /// Times such that each bound is among them, and one of each range between bounds, as far as
    /// they can be written.
    pub(crate) fn between(bounds: &[Self]) -> Vec<String> {
        // Outside of the years that have four digits, times are whole seconds.
        let offsets = [0, -1_000_000_000, 1_000_000_000, -1, 1];
        let near = offsets
            .iter()
            .flat_map(|offset| bounds.iter().map(move |bound| bound.0 + offset));
        let now = 1_800_000_000_000_000_000;
        let mut all: Vec<String> = near.chain([now]).filter_map(Self::written).collect();
        all.dedup();
        all
    }

    /// The time in seconds, or as a date where it needs fractions.
    fn written(nanos: i128) -> Option<String> {
        let seconds = nanos.div_euclid(1_000_000_000);
        let fraction = nanos.rem_euclid(1_000_000_000);
        let date = || {
            let midnight = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
            let span = jiff::SignedDuration::new(i64::try_from(seconds).ok()?, 0);
            let time = midnight.checked_add(span).ok()?;
            let text = time.strftime("%Y-%m-%dT%H:%M:%S");
            Some(if fraction == 0 {
                format!("{text}Z")
            } else {
                format!("{text}.{fraction:09}Z")
            })
        };
        let whole = || (fraction == 0).then(|| seconds.to_string());
        [date(), whole()]
            .into_iter()
            .flatten()
            .find(|text| Self::parse(text) == Some(Self(nanos)))
    }

    /// Parses one of the W3C forms of ISO 8601, from `2026` to `2026-11-22T06:40:55.5+01:00`, or
    /// seconds since 1970. Missing parts take their lowest value; four digits are a year. A time
    /// needs an offset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != 4
            && let Ok(seconds) = text.parse::<i64>()
        {
            return Some(Self(i128::from(seconds) * 1_000_000_000));
        }
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut parts = date.splitn(3, '-');
        let year: i16 = digits(parts.next()?, 4)?.try_into().ok()?;
        let month: i8 = parts
            .next()
            .map_or(Some(1), |m| digits(m, 2))?
            .try_into()
            .ok()?;
        let day = parts.next();
        // A time requires a complete date.
        if time.is_some() && day.is_none() {
            return None;
        }
        let day: i8 = day.map_or(Some(1), |d| digits(d, 2))?.try_into().ok()?;
        // Not `jiff::Timestamp`: its range ends a day before the year 9999 does, and policies use
        // that year for "never".
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        let midnight = date.duration_since(jiff::civil::date(1970, 1, 1));
        Some(Self(
            midnight.as_nanos() + time.map_or(Some(0), since_midnight)?,
        ))
    }
}

impl Timestamp {
    /// The one spelling of the time.
    pub(crate) fn canonical(self) -> String {
        self.0.to_string()
    }
}

/// Nanoseconds from midnight UTC to `hh:mm[:ss[.f]]` with an offset.
fn since_midnight(text: &str) -> Option<i128> {
    let (clock, offset) = match text.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let (clock, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let minutes = digits(hours, 2)?
                .checked_mul(60)?
                .checked_add(digits(minutes, 2)?)?;
            let sign = match zone.chars().next()? {
                '+' => 1,
                '-' => -1,
                _ => return None,
            };
            (clock, sign * i128::from(minutes) * 60)
        }
    };
    let mut parts = clock.splitn(3, ':');
    let (hours, minutes) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (seconds, fraction) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            let nanos: String = fraction
                .chars()
                .chain("000000000".chars())
                .take(9)
                .collect();
            if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            (digits(whole, 2)?, digits(&nanos, 9)?)
        }
    };
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let seconds =
        i128::from(hours) * 3_600 + i128::from(minutes) * 60 + i128::from(seconds) - offset;
    Some(seconds * 1_000_000_000 + i128::from(fraction))
}

/// Exactly this many digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// A range of IP addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IpRange {
    address: IpAddr,
    prefix: u32,
}

impl IpRange {
    /// Parses an address with or without prefix length.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(text) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse().ok()?
            }
            Some(_) => return None,
        };
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// The one spelling of the range.
    pub(crate) fn canonical(&self) -> String {
        let network: IpAddr = match self.address {
            IpAddr::V4(address) => {
                let unused = u32::MAX.checked_shr(self.prefix).unwrap_or(0);
                std::net::Ipv4Addr::from(u32::from(address) & !unused).into()
            }
            IpAddr::V6(address) => {
                let unused = u128::MAX.checked_shr(self.prefix).unwrap_or(0);
                std::net::Ipv6Addr::from(u128::from(address) & !unused).into()
            }
        };
        format!("{network}/{}", self.prefix)
    }

    /// The first address, and the first behind the range.
    pub(crate) fn bounds(&self) -> (IpAddr, Option<IpAddr>) {
        match self.address {
            IpAddr::V4(address) => {
                let size = 1_u64 << (32 - self.prefix.min(32));
                let first = u64::from(u32::from(address)) / size * size;
                let behind = u32::try_from(first + size).ok();
                let first = u32::try_from(first).unwrap_or_default();
                (
                    IpAddr::V4(first.into()),
                    behind.map(|at| IpAddr::V4(at.into())),
                )
            }
            IpAddr::V6(address) => {
                let all = u128::from(address);
                let rest = u128::MAX.checked_shr(self.prefix).unwrap_or(0);
                let first = all & !rest;
                let behind = first.checked_add(rest).and_then(|last| last.checked_add(1));
                (
                    IpAddr::V6(first.into()),
                    behind.map(|at| IpAddr::V6(at.into())),
                )
            }
        }
    }

    /// Whether the range contains all of the other. Ranges of different address families never do.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        let head = |bits: u128, width: u32| bits.checked_shr(width - self.prefix).unwrap_or(0);
        let same = match (self.address, other.address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                head(u32::from(a).into(), 32) == head(u32::from(b).into(), 32)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => head(a.into(), 128) == head(b.into(), 128),
            _ => return false,
        };
        same && self.prefix <= other.prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimal_parses_and_orders() {
        let d = |s: &str| Decimal::parse(s).unwrap();
        assert_eq!(d("7"), d("+007.00"));
        assert_eq!(d("-0"), d("0.0"));
        assert!(
            d("-2") < d("-1.5") && d("-1.5") < d("0") && d("0.09") < d("0.1") && d("9") < d("10")
        );
        assert!(d("99999999999999999999.1") < d("99999999999999999999.2"));
        for bad in [
            "", "-", ".", "1.", ".5", "1e3", "NaN", "inf", "1,0", " 1", "0x1", "--1", "١",
        ] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn timestamp_parses_and_orders() {
        let at = |s: &str| Timestamp::parse(s).unwrap();
        assert_eq!(at("0"), at("1970"));
        assert_eq!(at("1970-01-01T00:00:00Z"), at("1970-01"));
        assert_eq!(at("86400"), at("1970-01-02"));
        assert_eq!(at("2026-11-22T06:40Z"), at("2026-11-22T07:40:00.000+01:00"));
        assert_eq!(at("2026-11-22T06:40:00Z"), at("2026-11-21T23:10:00-07:30"));
        assert!(at("2026-11-22T06:40:55Z") < at("2026-11-22T06:40:55.5Z"));
        assert!(at("-1") < at("0"));
        for bad in [
            "",
            "NaN",
            "2026-13",
            "2026-02-30",
            "2026-11-22T06:40",
            "2026-11T06:40Z",
            "2026-11-22T24:00Z",
            "2026-11-22T06:40:55.Z",
            "2026-11-22T06:40:55+0100",
            "2026-11-22 06:40Z",
            "T",
            "2026-1-1",
            "20é6",
            "2026-11-22T06:40é00:00",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ip_range_contains() {
        let contains = |a: &str, b: &str| {
            IpRange::parse(a)
                .unwrap()
                .contains(&IpRange::parse(b).unwrap())
        };
        assert!(contains("203.0.113.0/24", "203.0.113.255"));
        assert!(contains("203.0.113.77/24", "203.0.113.1/32"));
        assert!(!contains("203.0.113.0/24", "203.0.114.0"));
        assert!(!contains("203.0.113.0/24", "203.0.0.0/16"));
        assert!(contains("0.0.0.0/0", "255.255.255.255") && contains("::/0", "::1"));
        assert!(contains(
            "2001:DB8:1234:5678::/64",
            "2001:db8:1234:5678:9::"
        ));
        assert!(!contains("0.0.0.0/0", "::1"));
        for bad in [
            "",
            "*",
            "1.2.3",
            "1.2.3.4/33",
            "::/129",
            "1.2.3.4/",
            "1.2.3.4/+8",
            "1.2.3.4/8/8",
            "999.1.1.1",
        ] {
            assert_eq!(IpRange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn between_covers_every_range() {
        let numbers: Vec<Decimal> = ["-3", "-0.5", "0", "0.25", "7", "7.1", "12"]
            .iter()
            .map(|text| Decimal::parse(text).unwrap())
            .collect();
        let found: Vec<Decimal> = Decimal::between(&numbers.iter().collect::<Vec<_>>())
            .iter()
            .map(|text| Decimal::parse(text).unwrap())
            .collect();
        assert!(numbers.iter().all(|number| found.contains(number)));
        assert!(
            numbers
                .windows(2)
                .all(|pair| found.iter().any(|n| *n > pair[0] && *n < pair[1]))
        );
        assert!(found.iter().any(|n| *n < numbers[0]) && found.iter().any(|n| *n > numbers[6]));

        let times = [
            "2026-11-22T06:40:55Z",
            "2026-11-22T06:40:55.000000002Z",
            "0",
        ];
        let bounds: Vec<Timestamp> = times.iter().map(|t| Timestamp::parse(t).unwrap()).collect();
        let found = Timestamp::between(&bounds);
        let has = |nanos: i128| {
            found
                .iter()
                .any(|t| Timestamp::parse(t) == Some(Timestamp(nanos)))
        };
        assert!(
            bounds
                .iter()
                .all(|b| has(b.0 - 1) && has(b.0) && has(b.0 + 1))
        );

        let bounds = |text: &str| {
            let (first, behind) = IpRange::parse(text).unwrap().bounds();
            (first.to_string(), behind.map(|b| b.to_string()))
        };
        let v = |first: &str, behind: Option<&str>| (first.to_owned(), behind.map(str::to_owned));
        assert_eq!(bounds("10.1.2.3/8"), v("10.0.0.0", Some("11.0.0.0")));
        assert_eq!(bounds("255.0.0.0/8"), v("255.0.0.0", None));
        assert_eq!(bounds("0.0.0.0/0"), v("0.0.0.0", None));
        assert_eq!(bounds("::/0"), v("::", None));
        assert_eq!(bounds("2001:db8::1"), v("2001:db8::1", Some("2001:db8::2")));
    }

    proptest! {
        #[test]
        fn decimal_orders_like_integers(a in -100_000_i64..100_000, b in -100_000_i64..100_000) {
            let text = |n: i64| format!("{}{}.{:03}", if n < 0 { "-" } else { "" }, n.abs() / 1_000, n.abs() % 1_000);
            let ours = Decimal::parse(&text(a)).unwrap().cmp(&Decimal::parse(&text(b)).unwrap());
            prop_assert_eq!(ours, a.cmp(&b));
        }

        #[test]
        fn parsers_accept_any_string(text in ".{0,30}") {
            let _ = (Decimal::parse(&text), Timestamp::parse(&text), IpRange::parse(&text));
        }

        #[test]
        fn timestamp_agrees_with_jiff(seconds in 10_000_i64..4_000_000_000) {
            let text = jiff::Timestamp::from_second(seconds).unwrap().to_string();
            prop_assert_eq!(Timestamp::parse(&text), Timestamp::parse(&seconds.to_string()));
            prop_assert!(Timestamp::parse(&text).is_some());
        }
    }
}
