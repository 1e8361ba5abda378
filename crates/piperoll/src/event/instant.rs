use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// Microseconds of 0000-01-01T00:00:00Z.
const FIRST: i64 = -62_167_219_200_000_000;
/// Microseconds of 9999-12-31T23:59:59.999999Z.
const LAST: i64 = 253_402_300_799_999_999;
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// An instant in UTC, to the microsecond, of the years 0000 to 9999. Prints as `2026-11-01T08:00:00.000000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Why a text is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstantError {
    /// Not of the form of RFC 3339.
    #[error("is not an RFC 3339 date and time with an offset, such as 2026-11-01T08:00:00Z")]
    Form,
    /// More than six fraction digits.
    #[error("has more than 6 fraction digits; the trail keeps microseconds")]
    Fraction,
    /// No such day, hour, minute, second or offset.
    #[error("is not a date and time that exists")]
    Range,
    /// Outside the years 0000 to 9999 in UTC.
    #[error("is outside the years 0000 to 9999 in UTC")]
    Year,
}

impl Instant {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The instant `micros` microseconds after 1970-01-01T00:00:00Z; `None` outside the years 0000 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (FIRST..=LAST).contains(&micros).then_some(Self(micros))
    }

    /// The instant of a clock's reading, cut to microseconds; one outside the years 0000 to 9999 becomes the nearest inside.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond().clamp(FIRST, LAST))
    }

    /// Reads an RFC 3339 date-time with any offset and 0 to 6 fraction digits. The leap second 23:59:60 UTC at the end of a month becomes the
    /// second after it, as in POSIX time.
    ///
    /// # Errors
    /// [`InstantError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InstantError> {
        if let Some(instant) = Self::parse_canonical(text) {
            return Ok(instant);
        }
        let (civil, rest) = text.split_at_checked(19).ok_or(InstantError::Form)?;
        let (date, time) = civil.split_at_checked(10).ok_or(InstantError::Form)?;
        let (separator, time) = time.split_at_checked(1).ok_or(InstantError::Form)?;
        if !matches!(separator, "T" | "t") {
            return Err(InstantError::Form);
        }
        let [year, month, day] = numbers(date, b'-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(time, b':', [2, 2, 2])?;
        let (micros, zone) = fraction(rest)?;
        let offset_minutes = offset(zone)?;

        let leap = second == 60;
        let date =
            Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| InstantError::Range)?;
        let civil = DateTime::new(
            date.year(),
            date.month(),
            date.day(),
            narrow(hour)?,
            narrow(minute)?,
            narrow(if leap { 59 } else { second })?,
            0,
        )
        .map_err(|_| InstantError::Range)?;
        let seconds = civil.duration_since(EPOCH).as_secs() + i64::from(leap) - offset_minutes * 60;
        let instant = Self::from_micros(seconds * 1_000_000 + micros).ok_or(InstantError::Year)?;
        if leap {
            let after = Self(seconds * 1_000_000)
                .civil()
                .ok_or(InstantError::Year)?;
            if (after.day(), after.hour(), after.minute(), after.second()) != (1, 0, 0, 0) {
                return Err(InstantError::Range);
            }
        }
        Ok(instant)
    }

    /// Reads the form that is printed, as every header has it; `None` for any other, and where there is something to say about it.
    fn parse_canonical(text: &str) -> Option<Self> {
        let text: &[u8; 27] = text.as_bytes().try_into().ok()?;
        let mut numbers = [0i64; 7];
        let mut rest = text.as_slice();
        let parts = [
            (4, b'-'),
            (2, b'-'),
            (2, b'T'),
            (2, b':'),
            (2, b':'),
            (2, b'.'),
            (6, b'Z'),
        ];
        for (number, (digits, end)) in numbers.iter_mut().zip(parts) {
            let (this, behind) = rest.split_at_checked(digits + 1)?;
            let (last, this) = this.split_last()?;
            if *last != end || !this.iter().all(u8::is_ascii_digit) {
                return None;
            }
            *number = this
                .iter()
                .fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
            rest = behind;
        }
        let [year, month, day, hour, minute, second, micros] = numbers;
        // The last days of months and leap seconds are judged with all else.
        if !(1..=12).contains(&month)
            || !(1..=28).contains(&day)
            || hour > 23
            || minute > 59
            || second > 59
        {
            return None;
        }
        // Days since 1970-01-01 of the proleptic Gregorian calendar, in years that begin with March.
        let (year, month) = match month {
            1 | 2 => (year - 1, month + 9),
            _ => (year, month - 3),
        };
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        let days = 365 * year + leap_days + (153 * month + 2) / 5 + day - 719_469;
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
        Self::from_micros(seconds * 1_000_000 + micros)
    }

    /// Its text, written into a buffer. There is one for every instant that can be made.
    pub(crate) fn write_to<'b>(&self, buffer: &'b mut [u8; 27]) -> Option<&'b str> {
        let civil = self.civil()?;
        let rest = digits(buffer, civil.year().into(), 4, b'-')?;
        let rest = digits(rest, civil.month().into(), 2, b'-')?;
        let rest = digits(rest, civil.day().into(), 2, b'T')?;
        let rest = digits(rest, civil.hour().into(), 2, b':')?;
        let rest = digits(rest, civil.minute().into(), 2, b':')?;
        let rest = digits(rest, civil.second().into(), 2, b'.')?;
        digits(rest, self.0.rem_euclid(1_000_000), 6, b'Z')?;
        std::str::from_utf8(buffer).ok()
    }

    fn civil(self) -> Option<DateTime> {
        EPOCH.checked_add(SignedDuration::from_micros(self.0)).ok()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 27];
        f.write_str(self.write_to(&mut text).ok_or(fmt::Error)?)
    }
}

/// Writes so many digits of a number, and what ends it.
fn digits(rest: &mut [u8], number: i64, digits: usize, end: u8) -> Option<&mut [u8]> {
    let (this, behind) = rest.split_at_mut_checked(digits + 1)?;
    let (last, places) = this.split_last_mut()?;
    *last = end;
    let mut left = number;
    for place in places.iter_mut().rev() {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
    }
    Some(behind)
}

/// The numbers of a text, each of so many digits, with `separator` between them.
fn numbers<const N: usize>(
    text: &str,
    separator: u8,
    digits: [usize; N],
) -> Result<[i16; N], InstantError> {
    let mut numbers = [0i16; N];
    let mut bytes = text.bytes();
    for (position, (number, digits)) in numbers.iter_mut().zip(digits).enumerate() {
        if position > 0 && bytes.next() != Some(separator) {
            return Err(InstantError::Form);
        }
        for _ in 0..digits {
            let digit = bytes.next().filter(u8::is_ascii_digit);
            let digit = digit.ok_or(InstantError::Form)? - b'0';
            *number = *number * 10 + i16::from(digit);
        }
    }
    match bytes.next() {
        None => Ok(numbers),
        Some(_) => Err(InstantError::Form),
    }
}

fn narrow(number: i16) -> Result<i8, InstantError> {
    i8::try_from(number).map_err(|_| InstantError::Range)
}

/// The microseconds of `.ffffff`, and what follows.
fn fraction(text: &str) -> Result<(i64, &str), InstantError> {
    let Some(rest) = text.strip_prefix('.') else {
        return Ok((0, text));
    };
    let end = rest
        .bytes()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, zone) = rest.split_at(end);
    match digits.len() {
        0 => Err(InstantError::Form),
        1..=6 => {
            let digits = digits.bytes().map(|b| i64::from(b - b'0'));
            let micros = digits.chain(std::iter::repeat(0)).take(6);
            Ok((micros.fold(0, |sum, digit| sum * 10 + digit), zone))
        }
        _ => Err(InstantError::Fraction),
    }
}

/// The offset from UTC in minutes.
fn offset(zone: &str) -> Result<i64, InstantError> {
    if matches!(zone, "Z" | "z") {
        return Ok(0);
    }
    let (sign, rest) = zone.split_at_checked(1).ok_or(InstantError::Form)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return Err(InstantError::Form),
    };
    let [hours, minutes] = numbers(rest, b':', [2, 2])?;
    if hours > 23 || minutes > 59 {
        return Err(InstantError::Range);
    }
    Ok(sign * (i64::from(hours) * 60 + i64::from(minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_rfc_3339_allows() {
        for (text, expected) in [
            ("2026-11-01T08:00:00Z", "2026-11-01T08:00:00.000000Z"),
            ("2026-11-01t08:00:00.5z", "2026-11-01T08:00:00.500000Z"),
            (
                "2026-11-01T08:00:00.123456+05:30",
                "2026-11-01T02:30:00.123456Z",
            ),
            ("2026-11-01T00:30:00-00:00", "2026-11-01T00:30:00.000000Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
            (
                "2017-01-01T00:59:60.25+01:00",
                "2017-01-01T00:00:00.250000Z",
            ),
            ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000000Z"),
        ] {
            assert_eq!(
                Instant::parse(text).unwrap().to_string(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_printed_is_read_in_every_year_and_month() {
        let day = 86_400_000_000;
        let mut micros = FIRST;
        let mut read = 0;
        // A step that meets each day of a month, and each hour, sooner or later.
        while micros <= LAST {
            let instant = Instant::from_micros(micros).unwrap();
            let text = instant.to_string();
            assert_eq!(Instant::parse(&text), Ok(instant), "{text}");
            if text[8..10] <= *"28" {
                assert_eq!(Instant::parse_canonical(&text), Some(instant), "{text}");
                read += 1;
            }
            micros += 29 * day + 3_723_000_007;
        }
        assert!(read > 100_000, "{read}");
    }

    #[test]
    fn refuses_the_rest_with_its_reason() {
        for (text, error) in [
            ("yesterday", InstantError::Form),
            ("2026-11-01", InstantError::Form),
            ("2026-11-01T08:00:00", InstantError::Form),
            ("2026-11-01 08:00:00Z", InstantError::Form),
            ("2026-11-01T08:00:00.Z", InstantError::Form),
            ("2026-11-01T08:00:00+0100", InstantError::Form),
            ("+026-11-01T08:00:00Z", InstantError::Form),
            ("2026-11-01T08:00:00Z ", InstantError::Form),
            ("2026-11-01T08:00:00.1234567Z", InstantError::Fraction),
            ("2026-02-29T08:00:00Z", InstantError::Range),
            ("2026-13-01T08:00:00Z", InstantError::Range),
            ("2026-11-01T24:00:00Z", InstantError::Range),
            ("2026-11-01T08:00:60Z", InstantError::Range),
            ("2026-11-01T08:00:00+24:00", InstantError::Range),
            ("0000-01-01T00:00:00+01:00", InstantError::Year),
            ("9999-12-31T23:59:59-01:00", InstantError::Year),
        ] {
            assert_eq!(Instant::parse(text), Err(error), "{text}");
        }
    }
}
