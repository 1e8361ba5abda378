//! Instants as microseconds since 0000-01-01T00:00:00Z in the proleptic Gregorian calendar.

use super::shape::{digits, numbers, split_zone};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Reads an RFC 3339 date-time of any offset with 0 to 6 fraction digits.
///
/// # Errors
///
/// A text of another form, a day that the calendar does not have, a second 60 that is not the
/// last of a month in UTC, an instant outside the years 0000 to 9999 in UTC.
pub fn read(text: &str) -> Result<i64, String> {
    let form = || format!("`{text}` is no RFC 3339 date-time with at most six fraction digits");
    let upper = text.to_ascii_uppercase();
    let (local, zone) = split_zone(&upper).ok_or_else(form)?;
    let (whole, fraction) = match local.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (local, "0"),
    };
    let parts = numbers(whole, "dddd-dd-ddTdd:dd:dd").ok_or_else(form)?;
    let &[
        year,
        month @ 1..=12,
        day,
        hour @ 0..=23,
        minute @ 0..=59,
        second @ 0..=60,
    ] = parts.as_slice()
    else {
        return Err(form());
    };
    if !digits(fraction) || fraction.len() > 6 {
        return Err(form());
    }
    if day < 1 || day > days_of(year, month) {
        return Err(format!("`{text}` is a day that the calendar does not have"));
    }
    let minutes = (days_before(year, month, day) * 24 + hour) * 60 + minute - zone;
    let seconds = minutes * 60 + second;
    if second == 60 && !is_start_of_month(seconds * SECOND) {
        return Err(format!("`{text}` is not the last second of a month in UTC"));
    }
    let micros = format!("{fraction:0<6}")
        .parse::<i64>()
        .map_err(|_| form())?;
    let instant = seconds * SECOND + micros;
    if !(0..days_before(10_000, 1, 1) * DAY).contains(&instant) {
        return Err(format!("`{text}` is outside the years 0000 to 9999 in UTC"));
    }
    Ok(instant)
}

/// Prints `YYYY-MM-DDThh:mm:ss.ffffffZ`.
pub fn print(instant: i64) -> String {
    let (year, month, day) = date_of(instant.div_euclid(DAY));
    let micros = instant.rem_euclid(DAY);
    let second = micros / SECOND;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}Z",
        second / 3600,
        second / 60 % 60,
        second % 60,
        micros % SECOND
    )
}

fn is_start_of_month(instant: i64) -> bool {
    instant.rem_euclid(DAY) == 0 && date_of(instant.div_euclid(DAY)).2 == 1
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (0..year).map(days_of_year).sum();
    let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
    years + months + day - 1
}

/// Counts forward from 0000-01-01; days before it are counted in the year 0000 and are refused
/// by the range check.
fn date_of(mut day: i64) -> (i64, i64, i64) {
    let mut year = 0;
    while day >= days_of_year(year) {
        day -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while day >= days_of(year, month) {
        day -= days_of(year, month);
        month += 1;
    }
    (year, month, day + 1)
}
