//! The header `Retry-After`: seconds, or a date in one of the three formats of RFC 9110 5.6.7.

use std::time::Duration;

use avmarks_spec::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The wait that a value of the header asks for at `now`. A number too large for 64 bits asks for the longest wait; a date in the
/// past, for none. A value in no known format is ignored.
pub(super) fn wait(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    date(value, now).map(|then| then.saturating_duration_since(now))
}

/// The time of a date: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
fn date(value: &str, now: Timestamp) -> Option<Timestamp> {
    let parts: Vec<&str> = value.split([' ', ',', '-', ':']).filter(|part| !part.is_empty()).collect();
    let (day, month, year, hour, minute, second) = match parts.as_slice() {
        [_, day, month, year, hour, minute, second, "GMT" | "UTC"] => (day, month, year, hour, minute, second),
        [_, month, day, hour, minute, second, year] => (day, month, year, hour, minute, second),
        _ => return None,
    };
    let month = 1 + u64::try_from(MONTHS.iter().position(|name| name == month)?).ok()?;
    let year = match (number(year, 9_999)?, year.len()) {
        (year, 4) => year,
        (year, 2) => of_two_digits(year, now),
        _ => return None,
    };
    let days = days_since_epoch(year, month, number(day, 31).filter(|day| *day > 0)?)?;
    // 60 is a leap second.
    let seconds = (number(hour, 23)? * 60 + number(minute, 59)?) * 60 + number(second, 60)?;
    Some(Timestamp::from_millis((days * 86_400 + seconds) * 1_000))
}

fn number(digits: &str, max: u64) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?.filter(|number| *number <= max)
}

/// Finds the year of two digits: of all years that end in them, the latest that is at most 50 years in the future. Source: RFC 9110,
/// section 5.6.7.
fn of_two_digits(year: u64, now: Timestamp) -> u64 {
    let this_year = 1970 + now.as_seconds() / 31_556_952;
    let last = this_year + 50;
    last - (last - year) % 100
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. None before 1970.
fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    // Counted from 0000-03-01, so that a leap day is the last day of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06 08:49:37, the date of RFC 9110.
    const DATE: u64 = 784_111_777;

    #[test]
    fn seconds_and_all_three_date_formats_are_read() {
        let now = Timestamp::from_millis((DATE - 90) * 1_000);
        for (value, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("18446744073709551615", Some(u64::MAX)),
            ("99999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(90)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(90)),
            ("Sun Nov  6 08:49:37 1994", Some(90)),
            ("Sun, 06 Nov 1994 08:48:07 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:48:06 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:48:08 GMT", Some(1)),
            ("Sun, 06 Nov 1969 08:49:37 GMT", None),
            ("Sun, 32 Nov 1994 08:49:37 GMT", None),
            ("Sun, 00 Nov 1994 08:49:37 GMT", None),
            ("Sun, 01 Nov 1994 00:00:00 GMT", Some(0)),
            ("Wed, 30 Nov 1994 08:49:37 GMT", Some(90 + 24 * 86_400)),
            ("Thu, 31 Dec 1994 23:59:60 GMT", Some(90 + 55 * 86_400 + 15 * 3_600 + 10 * 60 + 23)),
            ("Thu, 31 Dec 1994 23:60:60 GMT", None),
            ("Thu, 31 Dec 1994 23:59:61 GMT", None),
            ("Fri, 31 Dec 9999 08:49:37 GMT", Some(252_618_134_490)),
            ("Sun, 06 Now 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(wait(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (date, days) in
            [((1970, 1, 1), 0), ((2000, 2, 29), 11_016), ((2000, 3, 1), 11_017), ((2026, 11, 29), 20_786)]
        {
            assert_eq!(days_since_epoch(date.0, date.1, date.2), Some(days), "{date:?}");
        }
        assert_eq!(days_since_epoch(1969, 12, 31), None);
    }

    #[test]
    fn a_year_of_two_digits_is_near() {
        let now = Timestamp::from_millis(1_795_412_030_000);
        assert_eq!([26, 76, 77, 99, 0].map(|year| of_two_digits(year, now)), [2026, 2076, 1977, 1999, 2000]);
        // In December 2099 the next year has the digits 00.
        let now = Timestamp::from_millis(4_101_000_000_000);
        assert_eq!([99, 0, 49, 50].map(|year| of_two_digits(year, now)), [2099, 2100, 2149, 2050]);
    }
}
