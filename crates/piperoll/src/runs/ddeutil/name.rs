//! Names of workflows and runs as names of folders and files: whatever a name is, it is one component of a path, and stays in its folder.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Longest escaped name; a longer one is cut here, and a hash of the whole tells it from others that begin the same.
const BYTES_MAX: usize = 200;
/// Bytes of that hash.
const HASH_BYTES: usize = 8;

/// A name without `/`, `\`, `%` and control characters, which are percent-encoded, as are the dots of a name of dots only.
pub(super) fn escaped(name: &str) -> String {
    let only_dots = name.bytes().all(|byte| byte == b'.');
    let mut escaped = String::with_capacity(name.len());
    let mut cut = 0;
    for letter in name.chars() {
        if matches!(letter, '/' | '\\' | '%') || letter.is_control() || only_dots {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                // Writing to a String does not fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
        } else {
            escaped.push(letter);
        }
        if escaped.len() <= BYTES_MAX {
            cut = escaped.len();
        }
    }
    if escaped.len() > BYTES_MAX {
        escaped.truncate(cut);
        escaped.push('~');
        for byte in Sha256::digest(name.as_bytes()).iter().take(HASH_BYTES) {
            let _ = write!(escaped, "{byte:02x}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn d_f16_no_name_leaves_its_folder() {
        for (name, expected) in [
            ("data-pipeline", "data-pipeline"),
            ("a b[*]?:", "a b[*]?:"),
            ("n\u{e4}me", "n\u{e4}me"),
            ("../../etc/passwd", "..%2F..%2Fetc%2Fpasswd"),
            ("/etc/passwd", "%2Fetc%2Fpasswd"),
            ("workflow=x/release=y", "workflow=x%2Frelease=y"),
            (r"C:\x", "C:%5Cx"),
            (".", "%2E"),
            ("..", "%2E%2E"),
            ("..a", "..a"),
            ("100%", "100%25"),
            ("%2F", "%252F"),
            ("a\nb\u{7f}\u{85}", "a%0Ab%7F%C2%85"),
            ("", ""),
        ] {
            assert_eq!(escaped(name), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_letters_and_stay_apart() {
        let names = [
            "x".repeat(200),
            "x".repeat(201),
            "x".repeat(202),
            "\u{e4}".repeat(101),
            format!("{}/", "x".repeat(199)),
            format!("{}\u{1f600}", "x".repeat(198)),
        ];
        let escaped: Vec<String> = names.iter().map(|name| escaped(name)).collect();
        assert_eq!(escaped[0], names[0]);
        assert_eq!(escaped[3][..200], *"\u{e4}".repeat(100));
        assert_eq!(escaped[4][..200], format!("{}~", "x".repeat(199)));
        assert_eq!(escaped[5][..199], format!("{}~", "x".repeat(198)));
        for escaped in &escaped {
            assert!(escaped.len() <= 217, "{escaped}");
        }
        assert_eq!(escaped.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
