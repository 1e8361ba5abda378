//! Payloads as they are mostly written, read without a tree of JSON in between: nearly all are, and `verify` reads every one. What is unusual in any way is left to
//! the reader of all JSON, so that this one takes less than that one, and nothing else.

use crate::event::json::{DEPTH_MAX, Rest};
use crate::limits::PAYLOAD_BYTES_MAX;

/// What attributes come from in a payload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain<'a> {
    /// Whether there is a key.
    pub(super) has_key: bool,
    /// Members of the context, where they are text.
    pub(super) release: Option<&'a str>,
    pub(super) status: Option<&'a str>,
    pub(super) change_key: Option<&'a str>,
}

/// The parts of a payload without white space whose names ascend, and in `key` the canonical array of its key's values as text; `None` for any other, which may
/// be one or not.
pub(super) fn read<'a>(bytes: &'a [u8], key: &mut Vec<u8>) -> Option<Plain<'a>> {
    if bytes.len() > PAYLOAD_BYTES_MAX {
        return None;
    }
    let mut rest = Rest::of(bytes)?;
    let mut plain = Plain {
        has_key: false,
        release: None,
        status: None,
        change_key: None,
    };
    rest.members(|rest, name| match name {
        "after" | "before" | "differences" => rest.value(DEPTH_MAX),
        "context" => read_context(rest, &mut plain),
        "key" => {
            plain.has_key = true;
            key.clear();
            read_key(rest, key)
        }
        _ => None,
    })?;
    rest.is_empty().then_some(plain)
}

/// The context. One with a name that starts with `$` may be another value than an object.
fn read_context<'a>(rest: &mut Rest<'a>, plain: &mut Plain<'a>) -> Option<()> {
    rest.members(|rest, name| {
        let wanted = match name {
            "release" => &mut plain.release,
            "status" => &mut plain.status,
            "change_key" => &mut plain.change_key,
            _ if name.starts_with('$') => return None,
            _ => return rest.value(DEPTH_MAX),
        };
        match rest.peek()? {
            b'"' => {
                *wanted = Some(rest.plain_text()?);
                Some(())
            }
            _ => rest.value(DEPTH_MAX),
        }
    })
}

/// The key: its values, each of which has its text where it stands.
fn read_key(rest: &mut Rest<'_>, out: &mut Vec<u8>) -> Option<()> {
    let mut is_first = true;
    let mut value = |rest: &mut Rest<'_>| {
        out.push(if is_first { b'[' } else { b',' });
        is_first = false;
        let start = rest.at();
        match rest.peek()? {
            b'n' => {
                rest.word("null")?;
                out.extend(b"null");
                return Some(());
            }
            b'"' => {
                rest.plain_text()?;
                out.extend_from_slice(rest.since(start)?.as_bytes());
                return Some(());
            }
            b't' => rest.word("true")?,
            b'f' => rest.word("false")?,
            _ => rest.number()?,
        }
        out.push(b'"');
        out.extend_from_slice(rest.since(start)?.as_bytes());
        out.push(b'"');
        Some(())
    };
    match rest.peek()? {
        b'[' => rest.items(value)?,
        // The values come in the order of their names' UTF-16, which is that of their bytes below U+E000.
        b'{' => rest.members(|rest, name| {
            let is_plain = !name.starts_with('$') && name.bytes().all(|byte| byte < 0xee);
            if is_plain { value(rest) } else { None }
        })?,
        b'n' => return None,
        _ => value(rest)?,
    }
    // One without values is no key.
    if out.is_empty() {
        return None;
    }
    out.push(b']');
    Some(())
}
