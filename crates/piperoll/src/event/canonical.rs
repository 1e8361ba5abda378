//! Canonical JSON (RFC 8785), written piece by piece. Members come in the order in which they are written: [`in_order`] is the canonical one.

use super::json::plain_length;
use std::collections::BTreeMap;

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

/// Writes an object of members that come in canonical order.
pub(super) fn write_object<'m, T: ?Sized + 'm>(
    out: &mut Vec<u8>,
    members: impl IntoIterator<Item = (&'m str, &'m T)>,
    write: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(b'{');
    for (position, (name, value)) in members.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_text(out, name);
        out.push(b':');
        write(out, value);
    }
    out.push(b'}');
}

/// The members in canonical order: by the UTF-16 code units of their names.
pub(super) fn in_order<T>(members: &BTreeMap<String, T>) -> Vec<(&str, &T)> {
    let mut members: Vec<(&str, &T)> = members.iter().map(|(name, v)| (name.as_str(), v)).collect();
    // Bytes of UTF-8 are in the order of UTF-16 but where surrogates come before U+E000 to U+FFFF; both begin with a byte from 0xEE on.
    if members
        .iter()
        .any(|(name, _)| name.bytes().any(|b| b >= 0xee))
    {
        members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    }
    members
}
