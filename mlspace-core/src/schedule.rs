//! Daily stop times of notebooks: arithmetic, a project's policy, and the record in MLSpace's
//! resource-schedule table.
//!
//! MLSpace's sweeper stops a notebook when the `terminationTime` of its record has passed, and then
//! sets it to the next occurrence of the same time of day. Only the time of day is a setting.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use thiserror::Error;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// A time of day in UTC, to the minute.
///
/// ```
/// use mlspace_core::schedule::StopTime;
///
/// let evening: StopTime = "19:00".parse()?;
/// assert_eq!(evening.next_after(0), 19 * 3600);
/// assert_eq!(evening.next_after(19 * 3600), (24 + 19) * 3600);
/// # Ok::<(), mlspace_core::schedule::StopTimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StopTime {
    // INVARIANT: below 24 * 60.
    minute_of_day: u16,
}

impl StopTime {
    /// Time of day of a moment, given in epoch seconds.
    pub fn of_epoch(epoch: i64) -> Self {
        let minute = epoch.rem_euclid(DAY) / MINUTE;
        Self {
            minute_of_day: u16::try_from(minute).unwrap_or_default(),
        }
    }

    /// The schedule expression that fires at this time every day
    /// (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>).
    #[must_use]
    pub fn cron(self) -> String {
        let (hour, minute) = (self.minute_of_day / 60, self.minute_of_day % 60);
        format!("cron({minute} {hour} * * ? *)")
    }

    /// The time of an expression that [`Self::cron`] has written.
    #[must_use]
    pub fn of_cron(expression: &str) -> Option<Self> {
        let fields = expression
            .strip_prefix("cron(")?
            .strip_suffix(" * * ? *)")?;
        let (minute, hour) = fields.split_once(' ')?;
        let time = Self {
            minute_of_day: hour.parse::<u16>().ok().filter(|hour| *hour < 24)? * 60
                + minute.parse::<u16>().ok().filter(|minute| *minute < 60)?,
        };
        (time.cron() == expression).then_some(time)
    }

    /// First moment after `now` with this time of day; both in epoch seconds.
    pub fn next_after(self, now: i64) -> i64 {
        let midnight = now.div_euclid(DAY) * DAY;
        let today = midnight + i64::from(self.minute_of_day) * MINUTE;
        if today > now { today } else { today + DAY }
    }
}

impl fmt::Display for StopTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02}:{:02}",
            self.minute_of_day / 60,
            self.minute_of_day % 60
        )
    }
}

impl FromStr for StopTime {
    type Err = StopTimeError;

    fn from_str(text: &str) -> Result<Self, StopTimeError> {
        let refused = || StopTimeError {
            text: text.to_owned(),
        };
        let (hour, minute) = text.split_once(':').ok_or_else(refused)?;
        let number = |digits: &str, limit: u16| {
            let two_digits = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            let value = two_digits.then(|| digits.parse::<u16>().ok()).flatten()?;
            (value < limit).then_some(value)
        };
        match (number(hour, 24), number(minute, 60)) {
            (Some(hour), Some(minute)) => Ok(Self {
                minute_of_day: hour * 60 + minute,
            }),
            _ => Err(refused()),
        }
    }
}

impl TryFrom<String> for StopTime {
    type Error = StopTimeError;

    fn try_from(text: String) -> Result<Self, StopTimeError> {
        text.parse()
    }
}

impl From<StopTime> for String {
    fn from(time: StopTime) -> Self {
        time.to_string()
    }
}

/// A string that is not a valid time of day.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{}` is not a valid time of day: write hours and minutes in UTC as `HH:MM`, from `00:00` to `23:59`", text.escape_debug()
)]
pub struct StopTimeError {
    /// The refused string.
    pub text: String,
}

/// Checks the name of a time zone.
///
/// # Errors
/// With the reason, when it is not one of IANA's names
/// (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>, "Time zones").
pub fn check_time_zone(name: &str) -> Result<(), String> {
    let known = TimeZone::get(name).is_ok_and(|zone| zone.iana_name() == Some(name));
    if known {
        return Ok(());
    }
    Err(format!(
        "`{}` is not a valid time zone: write a name of the IANA database as it is spelled there, such as `UTC` or `Europe/Berlin`",
        name.escape_debug()
    ))
}

/// Checks the name of a schedule group: 1 to 64 letters, digits, hyphens, underscores and periods
/// (<https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html>), and not
/// `default`, where anybody's schedules are.
///
/// # Errors
/// With the reason.
pub fn check_group(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name == "default" {
        return Err(
            "`default` is the group of schedules without one: use a group of the platform's own"
                .to_owned(),
        );
    }
    if (1..=64).contains(&name.len()) && name.chars().all(plain) {
        return Ok(());
    }
    Err(format!(
        "`{}` is not a valid name of a schedule group: write 1 to 64 letters, digits, `-`, `_` and `.`",
        name.escape_debug()
    ))
}

/// The first day, in the year after `from`, that does not have this time of day in the time zone,
/// because the clocks are put forward. Scheduler skips the invocation on that day
/// (<https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>, "Daylight savings
/// time"). `None` too for an unknown time zone.
#[must_use]
pub fn skipped(time: StopTime, zone: &str, from: Timestamp) -> Option<Date> {
    let zone = TimeZone::get(zone).ok()?;
    let hour = i8::try_from(time.minute_of_day / 60).ok()?;
    let minute = i8::try_from(time.minute_of_day % 60).ok()?;
    let today = from.to_zoned(zone.clone()).date();
    today.series(1.day()).take(366).find(|day| {
        let time = day.at(hour, minute, 0, 0);
        matches!(
            zone.to_ambiguous_timestamp(time).offset(),
            AmbiguousOffset::Gap { .. }
        )
    })
}

/// Rule of a project for the stop times of its notebooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StopPolicy {
    /// Stop time of notebooks that set none.
    pub default: Option<StopTime>,
    /// Whether a notebook can have a time other than the default.
    pub may_override: bool,
}

impl StopPolicy {
    /// Stop time of a notebook that requests `own`.
    ///
    /// In a project without a default, notebooks have the time that they request, or none.
    ///
    /// # Errors
    /// [`StopPolicyError`] when the project has a default and does not allow another time.
    pub fn effective(&self, own: Option<StopTime>) -> Result<Option<StopTime>, StopPolicyError> {
        match (self.default, own) {
            (Some(default), Some(own)) if own != default && !self.may_override => {
                Err(StopPolicyError { own, default })
            }
            (default, own) => Ok(own.or(default)),
        }
    }
}

/// A stop time that the project does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the project stops its notebooks at `{default}` and allows no other time: `{own}` was given"
)]
pub struct StopPolicyError {
    /// The requested time.
    pub own: StopTime,
    /// The project's default.
    pub default: StopTime,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stop_time_parses_hh_mm_only() {
        for good in ["00:00", "07:05", "19:00", "23:59"] {
            assert_eq!(good.parse::<StopTime>().unwrap().to_string(), good);
        }
        for bad in [
            "", ":", "7:05", "07:5", "24:00", "23:60", "19:00:00", " 19:00", "19.00", "+1:00",
            "1٣:00", "19:0O", "-1:00", "1900",
        ] {
            let error = bad.parse::<StopTime>().unwrap_err();
            assert!(error.to_string().contains("HH:MM"), "{bad}");
        }
    }

    #[test]
    fn of_cron_reads_what_cron_writes() {
        for time in ["00:00", "00:05", "19:30", "23:59"] {
            let time: StopTime = time.parse().unwrap();
            assert_eq!(StopTime::of_cron(&time.cron()), Some(time));
        }
        for other in [
            "cron(0 24 * * ? *)",
            "cron(60 1 * * ? *)",
            "cron(00 19 * * ? *)",
            "cron(0 19 ? * MON-FRI *)",
            "rate(1 days)",
            "",
        ] {
            assert_eq!(StopTime::of_cron(other), None, "{other}");
        }
    }

    #[test]
    fn check_time_zone_takes_names_of_iana() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"] {
            assert_eq!(check_time_zone(good), Ok(()));
        }
        for bad in [
            "",
            "europe/berlin",
            "Europe/Berlln",
            "+01:00",
            "CEST",
            "../UTC",
        ] {
            assert!(check_time_zone(bad).unwrap_err().contains("IANA"), "{bad}");
        }
    }

    #[test]
    fn check_group_takes_names_of_scheduler() {
        for good in ["mlspace-stop", "a", "A_1.b"] {
            assert_eq!(check_group(good), Ok(()));
        }
        for bad in ["", "default", "a/b", "a*", &"a".repeat(65)] {
            assert!(check_group(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn skipped_is_the_day_of_the_gap() {
        let start: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let day = |zone, time: &str| {
            let day = skipped(time.parse().unwrap(), zone, start);
            day.map(|day| day.to_string())
        };
        for (zone, time, gap) in [
            ("Europe/Berlin", "02:00", "2027-03-28"),
            ("Europe/Berlin", "02:59", "2027-03-28"),
            ("America/New_York", "02:30", "2027-03-14"),
            // Across midnight: the day begins an hour late.
            ("Asia/Beirut", "00:00", "2027-03-28"),
            ("Africa/Cairo", "00:30", "2027-04-30"),
            ("America/Santiago", "00:59", "2027-09-05"),
            // Half an hour.
            ("Australia/Lord_Howe", "02:15", "2027-10-03"),
        ] {
            assert_eq!(day(zone, time).as_deref(), Some(gap), "{zone} {time}");
        }
        for (zone, time) in [
            ("UTC", "02:30"),
            ("Europe/Berlin", "01:59"),
            ("Europe/Berlin", "03:00"),
            ("America/New_York", "01:59"),
            ("Australia/Lord_Howe", "02:30"),
            ("Asia/Tokyo", "02:30"),
            ("Not/AZone", "02:30"),
        ] {
            assert_eq!(day(zone, time), None, "{zone} {time}");
        }
    }

    #[test]
    fn next_after_is_never_now() {
        let time: StopTime = "17:00".parse().unwrap();
        let five = 20_000 * DAY + 17 * 3600;
        assert_eq!(time.next_after(five - 1), five);
        assert_eq!(time.next_after(five), five + DAY);
        assert_eq!(time.next_after(five + 59), five + DAY);
    }

    #[test]
    fn effective_enforces_the_default() {
        let (five, seven) = ("17:00".parse().unwrap(), "19:00".parse().unwrap());
        let strict = StopPolicy {
            default: Some(five),
            may_override: false,
        };
        assert_eq!(strict.effective(None), Ok(Some(five)));
        assert_eq!(strict.effective(Some(five)), Ok(Some(five)));
        assert!(strict.effective(Some(seven)).is_err());
        let lenient = StopPolicy {
            may_override: true,
            ..strict
        };
        assert_eq!(lenient.effective(Some(seven)), Ok(Some(seven)));
        let unset = StopPolicy::default();
        assert_eq!(unset.effective(Some(seven)), Ok(Some(seven)));
        assert_eq!(unset.effective(None), Ok(None));
    }

    proptest! {
        #[test]
        fn next_after_is_within_a_day(minute in 0_i64..1440, now in -1_000_000_000_000_i64..1_000_000_000_000) {
            let time = StopTime::of_epoch(minute * MINUTE);
            let next = time.next_after(now);
            prop_assert!(next > now && next <= now + DAY);
            prop_assert_eq!(StopTime::of_epoch(next), time);
            prop_assert_eq!(next.rem_euclid(MINUTE), 0);
            prop_assert_eq!(time.to_string().parse::<StopTime>().unwrap(), time);
        }
    }
}
