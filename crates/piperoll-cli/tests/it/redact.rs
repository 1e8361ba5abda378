//! What differs from run to run, told by its form: keys, hashes, signatures, ids that Piperoll made, the present, the folder of the test.

use piperoll::clock::{Clock as _, SystemClock};
use piperoll::event::Instant;
use std::path::Path;

/// Ids of test data; any other was made by Piperoll.
const OUR_IDS: [&str; 2] = ["00000000-", "01932c07-"];
const MINUTE: i64 = 60_000_000;

/// The text with all that replaced by names in brackets.
pub(crate) fn redact(text: &str, folder: &Path) -> String {
    let text = text.replace(folder.to_str().unwrap(), "[FOLDER]");
    let mut rest = text.as_str();
    let mut redacted = String::new();
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let line_end = rest.starts_with("\\n").then_some((2, ""));
        let found = line_end.or_else(|| vkey(rest)).or_else(|| {
            // The middle of a word is no beginning of one.
            if before.is_ascii_alphanumeric() {
                return None;
            }
            base64(rest).or_else(|| id(rest)).or_else(|| present(rest))
        });
        let (length, name) = found.unwrap_or((letter.len_utf8(), ""));
        redacted.push_str(if name.is_empty() {
            &rest[..length]
        } else {
            name
        });
        // A line end in JSON ends in a letter that belongs to no word.
        before = match line_end {
            Some(_) => '\n',
            None => rest[..length].chars().next_back().unwrap(),
        };
        rest = &rest[length..];
    }
    redacted
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn run(text: &str, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(*byte)).count()
}

/// `+e3eea1c0+AYGA...`: the id and key of a public or private key, behind its name.
fn vkey(text: &str) -> Option<(usize, &'static str)> {
    let id = text.strip_prefix('+')?;
    let hex = run(id, |byte| {
        byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
    });
    let key = id.get(hex..)?.strip_prefix('+').filter(|_| hex == 8)?;
    (run(key, is_base64) == 44).then_some((1 + 8 + 1 + 44, "+[ID]+[KEY]"))
}

/// A hash (32 bytes), or a signature with its key's id and time.
fn base64(text: &str) -> Option<(usize, &'static str)> {
    let letters = run(text, is_base64);
    let length = letters + run(&text[letters..], |byte| byte == b'=');
    match (letters, length) {
        (43, 44) => Some((length, "[HASH]")),
        (91, 92) | (102, 104) => Some((length, "[SIGNATURE]")),
        _ => None,
    }
}

fn id(text: &str) -> Option<(usize, &'static str)> {
    let id = text.get(..36)?;
    let is_id = id.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    (is_id && !OUR_IDS.iter().any(|ours| id.starts_with(ours))).then_some((36, "[UUID]"))
}

/// An instant that is now, give or take some minutes.
fn present(text: &str) -> Option<(usize, &'static str)> {
    const LENGTH: usize = "2026-11-01T08:00:00.000000Z".len();
    let instant = Instant::parse(text.get(..LENGTH)?).ok()?;
    let now = Instant::from_timestamp(SystemClock.now());
    let apart = now.as_micros().abs_diff(instant.as_micros());
    (apart < 30 * MINUTE.unsigned_abs()).then_some((LENGTH, "[NOW]"))
}

#[test]
fn what_is_random_is_replaced_and_nothing_else() {
    let folder = Path::new("/some/folder");
    let key = "A".repeat(44);
    let hash = format!("{}=", "a/+B".repeat(11).get(..43).unwrap());
    let now = Instant::from_timestamp(SystemClock.now());
    for (text, expected) in [
        (
            format!("shop.example/audit+0a1b2c3d+{key}\n"),
            "shop.example/audit+[ID]+[KEY]\n",
        ),
        (
            format!("root {hash}, leaf {hash}"),
            "root [HASH], leaf [HASH]",
        ),
        (
            format!("audit {}= {}==", "a".repeat(91), "b".repeat(102)),
            "audit [SIGNATURE] [SIGNATURE]",
        ),
        (
            "id 01932c08-a001-7000-8000-000000000001".to_owned(),
            "id [UUID]",
        ),
        (format!("{{\"3\\n{hash}\\n\"}}"), "{\"3\\n[HASH]\\n\"}"),
        (format!("\"{now}\""), "\"[NOW]\""),
        ("in /some/folder/a".to_owned(), "in [FOLDER]/a"),
    ] {
        assert_eq!(redact(&text, folder), expected);
    }
    for kept in [
        "01932c07-a001-7000-8000-000000000001",
        "2020-11-01T08:00:00.000000Z \u{1f600} aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=",
    ] {
        assert_eq!(redact(kept, folder), kept);
    }
}
