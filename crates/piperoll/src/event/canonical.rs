//! Canonical JSON (RFC 8785), written piece by piece.

use super::json::plain_length;

/// Writes a text with its quotes.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, left) = rest
            .split_at_checked(plain_length(rest))
            .unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let Some((byte, left)) = left.split_first() else {
            break;
        };
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            0x08 => out.extend(b"\\b"),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            0x0c => out.extend(b"\\f"),
            b'\r' => out.extend(b"\\r"),
            _ => out.extend(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = left;
    }
    out.push(b'"');
}

/// Writes a double that is finite: `Number::toString` of ECMA-262, which differs from Rust's where two shortest forms are equally near.
pub(super) fn write_double(out: &mut Vec<u8>, number: f64) {
    out.extend_from_slice(ryu_js::Buffer::new().format_finite(number).as_bytes());
}

/// Writes an array.
pub(super) fn write_array<T>(out: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Writes an object. The members come in the order of their names' bytes.
pub(super) fn write_object<'m, T: 'm>(
    out: &mut Vec<u8>,
    members: impl Iterator<Item = (&'m str, &'m T)> + Clone,
    write: impl Fn(&mut Vec<u8>, &T),
) {
    if is_in_order(members.clone()) {
        write_members(out, members, write);
    } else {
        write_members(out, in_order(members).into_iter(), write);
    }
}

/// The members in canonical order: by the UTF-16 code units of their names. They come in the order of their bytes.
pub(super) fn in_order<'m, T>(
    members: impl Iterator<Item = (&'m str, &'m T)> + Clone,
) -> Vec<(&'m str, &'m T)> {
    let mut sorted: Vec<_> = members.clone().collect();
    if !is_in_order(members) {
        sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    }
    sorted
}

/// Bytes of UTF-8 are in the order of UTF-16, except that there surrogates come before U+E000 to U+FFFF. In UTF-8 both begin with a byte from 0xEE on.
fn is_in_order<'m, T: 'm>(mut members: impl Iterator<Item = (&'m str, &'m T)>) -> bool {
    members.all(|(name, _)| name.bytes().all(|b| b < 0xee))
}

fn write_members<'m, T: 'm>(
    out: &mut Vec<u8>,
    members: impl Iterator<Item = (&'m str, &'m T)>,
    write: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(b'{');
    for (position, (name, value)) in members.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_text(out, name);
        out.push(b':');
        write(out, value);
    }
    out.push(b'}');
}
