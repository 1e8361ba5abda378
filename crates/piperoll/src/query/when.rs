use crate::error::{Error, Result};
use crate::event::Instant;

/// Which end of a span of time a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// From there on: a day means its beginning.
    Since,
    /// Up to there: a day means its end, so that it is included.
    Until,
}

const DAY: i64 = 86_400_000_000;

/// Reads a time as a person writes it: RFC 3339 (`2026-11-01T08:00:00+01:00`), a day in UTC (`2026-11-01`), or how long ago (`90s`, `30m`, `24h`, `7d`, `2w`).
///
/// # Errors
/// `InvalidInput` when it is none of these.
pub fn parse_when(text: &str, bound: Bound, now: Instant) -> Result<Instant> {
    let refused = || {
        Error::invalid_input(format!("`{text}` is no time"))
            .hint("write 2026-11-01T08:00:00Z, 2026-11-01, or how long ago: 30m, 24h, 7d, 2w")
    };
    if let Some(span) = parse_span(text) {
        let ago = now.as_micros().checked_sub(span);
        return ago.and_then(Instant::from_micros).ok_or_else(refused);
    }
    if text.len() == 10 {
        let begin = Instant::parse(&format!("{text}T00:00:00Z")).map_err(|_| refused())?;
        return match bound {
            Bound::Since => Ok(begin),
            Bound::Until => Instant::from_micros(begin.as_micros() + DAY).ok_or_else(refused),
        };
    }
    Instant::parse(text).map_err(|error| refused().because(error))
}

/// Reads a span of time, in microseconds: a whole number and `s`, `m`, `h`, `d` or `w`.
pub fn parse_span(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        's' => 1_000_000,
        'm' => 60_000_000,
        'h' => 3_600_000_000,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    let digits = text.get(..text.len() - 1)?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain
        .then_some(digits)?
        .parse::<i64>()
        .ok()?
        .checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now = Instant::parse("2026-11-08T12:00:00Z").unwrap();
        for (text, bound, expected) in [
            (
                "2026-11-01T08:00:00+01:00",
                Bound::Since,
                "2026-11-01T07:00:00.000000Z",
            ),
            ("2026-11-01", Bound::Since, "2026-11-01T00:00:00.000000Z"),
            ("2026-11-01", Bound::Until, "2026-11-02T00:00:00.000000Z"),
            ("7d", Bound::Since, "2026-11-01T12:00:00.000000Z"),
            ("90m", Bound::Until, "2026-11-08T10:30:00.000000Z"),
        ] {
            assert_eq!(parse_when(text, bound, now).unwrap().to_string(), expected);
        }
        for text in [
            "",
            "d",
            "7y",
            "yesterday",
            "2026-13-01",
            "99999999999999999d",
            "\u{e4}",
        ] {
            let error = parse_when(text, Bound::Since, now).unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is no time"));
        }
    }
}
