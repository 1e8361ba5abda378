use crate::event::{Instant, InstantError};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The logical date and time of a run: an instant, and the offset that it was given with. Releases of one instant are one release, whatever their offsets.
///
/// It prints as Python's `isoformat` does: `2024-01-15T10:30:00+07:00`, with six fraction digits where there is a fraction, without an offset where none was given.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    at: Instant,
    /// Seconds east of UTC.
    offset: Option<i32>,
}

/// Why a text is no release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// Not of a form that is read.
    #[error("is not a date and time such as 2024-01-15T10:30:00+07:00")]
    Form,
    /// It has the form, and is none.
    #[error(transparent)]
    Instant(#[from] InstantError),
}

const OFFSET_MAX: i32 = 24 * 3600 - 1;

impl Release {
    /// An instant with an offset, in seconds east of UTC; `None` when its date there is outside the years 0000 to 9999, or the offset is a day or more.
    pub fn new(at: Instant, offset: Option<i32>) -> Option<Self> {
        let release = Self { at, offset };
        let fits = offset.is_none_or(|offset| (-OFFSET_MAX..=OFFSET_MAX).contains(&offset));
        (fits && release.local().is_some()).then_some(release)
    }

    /// An instant in UTC.
    pub const fn utc(at: Instant) -> Self {
        Self {
            at,
            offset: Some(0),
        }
    }

    /// The instant. A release that was given without an offset is taken as UTC, in whatever zone it is read.
    pub const fn at(&self) -> Instant {
        self.at
    }

    /// Seconds east of UTC, where an offset was given.
    pub const fn offset(&self) -> Option<i32> {
        self.offset
    }

    /// Reads a date and time with `T` or a space between them, 0 to 6 fraction digits, and an offset or none; a date alone is its midnight.
    /// ddeutil's form without separators (`20240115103000`) is read, too.
    ///
    /// # Errors
    /// [`ReleaseError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, ReleaseError> {
        let spelled = match text.len() {
            10 => format!("{text}T00:00:00"),
            14 if text.bytes().all(|byte| byte.is_ascii_digit()) => spell(text),
            _ => text.replacen(' ', "T", 1),
        };
        let (local, offset) = split(&spelled)?;
        // Of the form `hh:mm` the seconds are 0.
        let seconds = if local.len() == 16 { ":00" } else { "" };
        let local = Instant::parse(&format!("{local}{seconds}Z"))?;
        if spelled.get(17..19) == Some("60") {
            return Err(InstantError::Range.into());
        }
        let east = i64::from(offset.unwrap_or(0)) * 1_000_000;
        let at = Instant::from_micros(local.as_micros().saturating_sub(east));
        let at = at.ok_or(InstantError::Year)?;
        Ok(Self { at, offset })
    }

    /// Its digits without separators, in its own offset, to the second: `20240115103000`.
    pub fn digits(&self) -> String {
        let text = self.to_string();
        let digits = text.chars().filter(char::is_ascii_digit);
        digits.take(14).collect()
    }

    /// How the offset is written; `None` where none was given.
    pub fn offset_text(&self) -> Option<String> {
        let offset = self.offset?;
        let sign = if offset < 0 { '-' } else { '+' };
        let seconds = offset.unsigned_abs();
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        Some(match seconds {
            0 => format!("{sign}{hours:02}:{minutes:02}"),
            _ => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
        })
    }

    /// The instant as an entry has it: in UTC, with as many fraction digits as there must be, so that equal instants are equal texts.
    pub fn instant_text(&self) -> String {
        let mut text = self.at.to_string();
        let length = without_fraction(&text).len();
        text.truncate(length);
        text.push('Z');
        text
    }

    /// Reads the two texts of an entry; `None` when the first is not letter by letter as [`Release::instant_text`] writes it.
    pub fn from_texts(instant: &str, offset: Option<&str>) -> Option<Self> {
        let at = instant_of(instant)?;
        let offset = match offset {
            Some(text) => Some(offset_of(text).ok()?),
            None => None,
        };
        Self::new(at, offset)
    }

    /// The date and time that clocks show there, as if it were UTC.
    fn local(&self) -> Option<Instant> {
        let east = i64::from(self.offset.unwrap_or(0)) * 1_000_000;
        Instant::from_micros(self.at.as_micros().saturating_add(east))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local().ok_or(fmt::Error)?.to_string();
        let text = local.trim_end_matches('Z');
        f.write_str(text.strip_suffix(".000000").unwrap_or(text))?;
        f.write_str(&self.offset_text().unwrap_or_default())
    }
}

impl PartialEq for Release {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Release {}

impl Hash for Release {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}

impl Ord for Release {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at.cmp(&other.at)
    }
}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `20240115103000` with its separators.
fn spell(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let date = [part(0, 4), part(4, 6), part(6, 8)].join("-");
    let time = [part(8, 10), part(10, 12), part(12, 14)].join(":");
    format!("{date}T{time}")
}

/// The instant whose text is letter by letter this one.
fn instant_of(text: &str) -> Option<Instant> {
    let (civil, rest) = text.split_at_checked(19)?;
    let rest = rest.strip_suffix('Z')?;
    let fraction = match rest.strip_prefix('.') {
        Some(digits) if (1..=6).contains(&digits.len()) && !digits.ends_with('0') => digits,
        None if rest.is_empty() => "",
        _ => return None,
    };
    // What is read in other forms, too, is never written in them.
    if civil.get(10..11) != Some("T") || civil.get(17..) == Some("60") {
        return None;
    }
    let mut whole = *b"0000-00-00T00:00:00.000000Z";
    for (place, byte) in whole.iter_mut().zip(civil.bytes()) {
        *place = byte;
    }
    for (place, byte) in whole.iter_mut().skip(20).zip(fraction.bytes()) {
        *place = byte;
    }
    Instant::parse(std::str::from_utf8(&whole).ok()?).ok()
}

fn without_fraction(text: &str) -> &str {
    let text = text.trim_end_matches('Z').trim_end_matches('0');
    text.strip_suffix('.').unwrap_or(text)
}

/// The local date and time, and the offset behind it.
fn split(text: &str) -> Result<(&str, Option<i32>), ReleaseError> {
    let (date, time) = text.split_at_checked(11).ok_or(ReleaseError::Form)?;
    let at = time.find(['Z', 'z', '+', '-']);
    let Some(at) = at else {
        return Ok((text, None));
    };
    let (local, offset) = text
        .split_at_checked(date.len() + at)
        .ok_or(ReleaseError::Form)?;
    Ok((local, Some(offset_of(offset)?)))
}

/// Seconds of `Z`, `+hh`, `+hhmm`, `+hh:mm` or `+hh:mm:ss`.
fn offset_of(text: &str) -> Result<i32, ReleaseError> {
    if matches!(text, "Z" | "z") {
        return Ok(0);
    }
    let (sign, rest) = text.split_at_checked(1).ok_or(ReleaseError::Form)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return Err(ReleaseError::Form),
    };
    let digits = match rest.len() {
        5 | 8 => {
            let colons = rest.bytes().skip(2).step_by(3).all(|byte| byte == b':');
            let digits = colons.then(|| rest.replace(':', ""));
            digits.ok_or(ReleaseError::Form)?
        }
        2 | 4 => rest.to_owned(),
        _ => return Err(ReleaseError::Form),
    };
    if digits.len() % 2 != 0 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ReleaseError::Form);
    }
    let part = |at: usize| {
        let digits = digits.get(at..at + 2).unwrap_or("0");
        digits.parse::<i32>().map_err(|_| ReleaseError::Form)
    };
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return Err(InstantError::Range.into());
    }
    Ok(sign * (hours * 3600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests;
