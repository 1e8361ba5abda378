//! Small tests of a text's form.

/// One or more ASCII digits.
pub fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The numbers in a text that looks like the mask, in which `d` is a digit and all else itself.
pub fn numbers(text: &str, mask: &str) -> Option<Vec<i64>> {
    if text.len() != mask.len() {
        return None;
    }
    let alike = |(c, wanted): (char, char)| match wanted {
        'd' => c.is_ascii_digit(),
        _ => c == wanted,
    };
    if !text.chars().zip(mask.chars()).all(alike) {
        return None;
    }
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect()
}

/// `YYYY-MM-DD`, month 01 to 12 and day 01 to 31; the calendar is not asked.
pub fn is_date(text: &str) -> bool {
    matches!(
        numbers(text, "dddd-dd-dd").as_deref(),
        Some([_, 1..=12, 1..=31])
    )
}

/// `hh:mm:ss` with a second up to 60 and an optional fraction of 1 to 9 digits.
pub fn is_time(text: &str) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    matches!(
        numbers(whole, "dd:dd:dd").as_deref(),
        Some([0..=23, 0..=59, 0..=60])
    ) && fraction.is_none_or(|fraction| digits(fraction) && fraction.len() <= 9)
}

/// Date, `T`, time.
pub fn is_timestamp(text: &str) -> bool {
    text.split_once('T')
        .is_some_and(|(date, time)| is_date(date) && is_time(time))
}

/// A timestamp and its zone.
pub fn is_zoned(text: &str) -> bool {
    split_zone(text).is_some_and(|(timestamp, _)| is_timestamp(timestamp))
}

/// Splits `Z` or `+hh:mm` or `-hh:mm` off the end and gives its minutes east of UTC.
pub fn split_zone(text: &str) -> Option<(&str, i64)> {
    if let Some(rest) = text.strip_suffix('Z') {
        return Some((rest, 0));
    }
    let (rest, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (east, west) = (numbers(zone, "+dd:dd"), numbers(zone, "-dd:dd"));
    match east.or(west)?.as_slice() {
        [hours @ 0..=23, minutes @ 0..=59] => Some((rest, sign * (hours * 60 + minutes))),
        _ => None,
    }
}

/// Text that is not empty and not white space alone.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// The UUID in lower case, if it is one of version 7 or 8 and variant 10 with its hyphens.
pub fn uuid(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let groups: Vec<&str> = lower.split('-').collect();
    let hexadecimal = |group: &str| {
        group
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let right = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| hexadecimal(group))
        && groups.get(2)?.starts_with(['7', '8'])
        && groups.get(3)?.starts_with(['8', '9', 'a', 'b']);
    right.then_some(lower)
}

/// One of the known actions, or `x.<namespace>.<name>`.
pub fn is_action(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    match text.split('.').collect::<Vec<_>>().as_slice() {
        [word] => ACTIONS.contains(word) || TRAIL_ACTIONS.contains(word),
        ["x", namespace, name] => part(namespace) && part(name),
        _ => false,
    }
}

/// The actions of every kind but `trail`.
pub const ACTIONS: [&str; 21] = [
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "TRUNCATE",
    "CREATE",
    "ALTER",
    "DROP",
    "READ",
    "EXPORT",
    "REPORT",
    "LOGIN",
    "LOGOUT",
    "LOGIN_FAILED",
    "GRANT",
    "REVOKE",
    "ROLE_ASSIGN",
    "RUN",
    "CHECK",
    "CORRECTION",
    "POLICY_CHANGE",
];

/// The actions of the kind `trail`, and of no other.
pub const TRAIL_ACTIONS: [&str; 7] = [
    "ARCHIVE",
    "PURGE",
    "ERASE",
    "HOLD",
    "RELEASE_HOLD",
    "KEY_ROTATE",
    "ADOPT",
];

/// The kinds that a line may have.
pub const KINDS: [&str; 8] = [
    "schema", "run", "row", "access", "security", "config", "quality", "business",
];
