//! The forms of typed texts: `docs/format.md` section 4, "Well formed".

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `-?(0|[1-9][0-9]*)`
pub(super) fn is_integer(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    digits(number) && (number == "0" || !number.starts_with('0'))
}

/// `-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`
pub(super) fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    let exponent = exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    mantissa && exponent
}

/// Two digits from `low` to `high`.
fn two(text: &str, low: u8, high: u8) -> bool {
    text.len() == 2 && digits(text) && text.parse().is_ok_and(|n: u8| (low..=high).contains(&n))
}

pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let year = parts
        .next()
        .is_some_and(|year| year.len() == 4 && digits(year));
    let month = parts.next().is_some_and(|month| two(month, 1, 12));
    let day = parts.next().is_some_and(|day| two(day, 1, 31));
    year && month && day && parts.next().is_none()
}

pub(super) fn is_time(text: &str) -> bool {
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let mut parts = clock.split(':');
    let mut part = |high| parts.next().is_some_and(|part| two(part, 0, high));
    let clock = part(23) && part(59) && part(60) && parts.next().is_none();
    clock && fraction.is_none_or(|fraction| digits(fraction) && fraction.len() <= 9)
}

pub(super) fn is_timestamp(text: &str) -> bool {
    text.split_once('T')
        .is_some_and(|(date, time)| is_date(date) && is_time(time))
}

pub(super) fn is_timestamp_zone(text: &str) -> bool {
    if let Some(timestamp) = text.strip_suffix('Z') {
        return is_timestamp(timestamp);
    }
    let Some(at) = text.len().checked_sub(6) else {
        return false;
    };
    let Some((timestamp, offset)) = text.split_at_checked(at) else {
        return false;
    };
    let offset = offset
        .strip_prefix(['+', '-'])
        .and_then(|offset| offset.split_once(':'));
    offset.is_some_and(|(hours, minutes)| two(hours, 0, 23) && two(minutes, 0, 59))
        && is_timestamp(timestamp)
}
