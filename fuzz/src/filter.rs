use crate::text;
use piperoll::event::{Instant, Json, Secret, Value, key_attribute};
use piperoll::query::{Bound, parse_key, parse_when};
use piperoll::store::Glob;

/// 2026-11-08T12:00:00Z.
const NOW_MICROS: i64 = 1_794_139_200_000_000;

const GLOB_BYTES_MAX: usize = 64;

/// What people write to find entries: keys, times, patterns. The pattern is the first line, the name the rest.
pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    key(text);
    when(text);
    let (pattern, name) = text.split_once('\n').unwrap_or((text, text));
    glob(pattern, name);
}

fn key(text: &str) {
    let Ok(key) = parse_key(text) else { return };
    let canonical = key.canonical();
    let secret = Secret::new([0; 32]);
    // A wrapper may have made it deeper than JSON is read.
    if let Ok(json) = Json::parse(canonical.as_bytes()) {
        let again = Value::from_json(json);
        assert_eq!(again, key);
        assert_eq!(key_attribute(&again, &secret), key_attribute(&key, &secret));
    }
}

fn when(text: &str) {
    let Some(now) = Instant::from_micros(NOW_MICROS) else {
        panic!("now is a time");
    };
    let of = |text: &str, bound| parse_when(text, bound, now).ok();
    let (since, until) = (of(text, Bound::Since), of(text, Bound::Until));
    // The end of the last day is no time, though its beginning is one.
    assert!(until.is_none() || since <= until);
    if let Some(since) = since {
        assert_eq!(of(&since.to_string(), Bound::Until), Some(since));
    }
}

fn glob(pattern: &str, name: &str) {
    // Each pattern becomes an automaton, which takes its time.
    if pattern.len() > GLOB_BYTES_MAX || name.len() > GLOB_BYTES_MAX {
        return;
    }
    if let Ok(glob) = Glob::parse(pattern) {
        let matches = glob.matches(name);
        if let Some(exact) = glob.as_name() {
            assert_eq!(matches, exact == name);
        }
    }
    let escaped: String = name
        .chars()
        .flat_map(|letter| {
            let special = "*?[]{}\\,!-".contains(letter);
            special.then_some('\\').into_iter().chain([letter])
        })
        .collect();
    for (pattern, other) in [(escaped.as_str(), false), ("*", true)] {
        let glob = Glob::parse(pattern);
        assert!(
            glob.as_ref().is_ok_and(|glob| glob.matches(name)),
            "{pattern:?} {name:?}"
        );
        assert!(glob.is_ok_and(|glob| glob.matches(&format!("{name}x")) == other));
    }
}
