use super::canonical::write_object;
use super::json::Json;
use super::members::Members;
use super::value::{Value, write_kept};
use crate::error::Problem;
use crate::limits::{NESTING_MAX, PAYLOAD_BYTES_MAX};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll_sha256::{Key, Text, hmac_pair};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Levels of arrays and objects in a part of a payload: those of a line, less the line's own object and the payload.
const LEVELS_MAX: usize = NESTING_MAX - 2;

/// The part of an event that may be erased: row key, before, differences, after, context. Holds its canonical bytes, at most
/// [`PAYLOAD_BYTES_MAX`].
#[derive(Debug, Clone)]
pub struct Payload {
    key: Option<Value>,
    context: Option<Value>,
    /// The event that is made of it has the same.
    bytes: Arc<[u8]>,
}

/// A member of a context that is yet to be written.
enum Part<'a> {
    Value(&'a Value),
    Object(&'a Members),
}

/// The names of a payload's parts, in canonical order.
const PARTS: [&str; 5] = ["after", "before", "context", "differences", "key"];

impl Payload {
    /// A payload of these parts; `None` is a part that is not there, which differs from `Value::Null`.
    ///
    /// # Errors
    /// The faults: a `key` that is null or empty, a `context` that is no object, arrays and objects nested deeper than an input line could hold
    /// them, or too many bytes.
    pub fn new(
        key: Option<Value>,
        before: Option<Value>,
        differences: Option<Value>,
        after: Option<Value>,
        context: Option<Value>,
    ) -> Result<Self, Vec<Problem>> {
        let parts = [after, before, context, differences, key];
        let too_deep = PARTS.iter().zip(&parts).filter(|(_, part)| {
            part.as_ref()
                .is_some_and(|part| part.is_deeper_than(LEVELS_MAX))
        });
        let problems: Vec<Problem> = too_deep
            .map(|(name, _)| {
                Problem::new(
                    format!("payload.{name}"),
                    format!("is nested more than {LEVELS_MAX} deep"),
                )
            })
            .collect();
        // What is too deep is not walked through.
        if !problems.is_empty() {
            return Err(problems);
        }
        let bytes = write_parts(&parts, |bytes, part| part.write(bytes));
        let [_, _, context, _, key] = parts;
        Self::checked(key, context, bytes, problems)
    }

    /// A payload of a context alone: of values, and of objects that are not made values for it. [`Payload::context`] knows the values only. The names are the
    /// program's own, of ASCII.
    ///
    /// # Errors
    /// As [`Payload::new`].
    pub(crate) fn of_context(
        values: BTreeMap<&'static str, Value>,
        objects: &[(&'static str, &Members)],
    ) -> Result<Self, Vec<Problem>> {
        // The context and the object itself are two levels more.
        let too_deep = |(_, members): &&(&str, &Members)| members.is_deeper_than(LEVELS_MAX - 1);
        let problems: Vec<Problem> = (objects.iter().filter(too_deep))
            .map(|(name, _)| {
                let message = format!("is nested more than {} deep", LEVELS_MAX - 1);
                Problem::new(format!("payload.context.{name}"), message)
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let values_there = values
            .iter()
            .map(|(name, value)| (*name, Part::Value(value)));
        let objects = objects.iter();
        let objects_there = objects.map(|(name, members)| (*name, Part::Object(members)));
        let parts: BTreeMap<&str, Part<'_>> = values_there.chain(objects_there).collect();
        let parts = parts.iter().map(|(name, part)| (*name, part));
        let mut bytes = Vec::with_capacity(512);
        bytes.extend(b"{\"context\":");
        write_object(&mut bytes, parts, |out, part| match part {
            Part::Value(value) => value.write(out),
            Part::Object(members) => members.write(out),
        });
        bytes.push(b'}');
        let values = values.into_iter();
        let context = values.map(|(name, value)| (name.to_owned(), value));
        let context = Value::Object(context.collect());
        Self::checked(None, Some(context), bytes, Vec::new())
    }

    /// The payload that JSON from outside stands for.
    ///
    /// # Errors
    /// All faults, with their places below `payload`.
    pub fn from_json(json: Json<'_>) -> Result<Self, Vec<Problem>> {
        let (parts, problems) = parts(json)?;
        let bytes = write_parts(&parts, write_kept);
        let [_, _, context, _, key] = parts;
        let (key, context) = (key.map(Value::from_json), context.map(Value::from_json));
        Self::checked(key, context, bytes, problems)
    }

    /// The payload that stored bytes hold. It keeps them as they are: they are what a header commits to.
    ///
    /// # Errors
    /// As [`Payload::from_json`]; bytes that are no JSON are a fault, too.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let json = Json::parse_stored(bytes).map_err(in_payload)?;
        let ([_, _, context, _, key], problems) = parts(json)?;
        let (key, context) = (key.map(Value::from_json), context.map(Value::from_json));
        Self::checked(key, context, bytes.to_vec(), problems)
    }

    fn checked(
        key: Option<Value>,
        context: Option<Value>,
        bytes: Vec<u8>,
        mut problems: Vec<Problem>,
    ) -> Result<Self, Vec<Problem>> {
        let empty_key = match &key {
            Some(Value::Null) => true,
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::Object(members)) => members.is_empty(),
            _ => false,
        };
        if empty_key {
            problems.push(Problem::new("payload.key", "must not be null or empty"));
        }
        if !matches!(context, None | Some(Value::Object(_))) {
            problems.push(Problem::new("payload.context", "must be an object"));
        }
        if bytes.len() > PAYLOAD_BYTES_MAX {
            let length = bytes.len();
            problems.push(Problem::new(
                "payload",
                format!("has {length} bytes; at most {PAYLOAD_BYTES_MAX} (16 MiB) are kept"),
            ));
        }
        if problems.is_empty() {
            Ok(Self {
                key,
                context,
                bytes: bytes.into(),
            })
        } else {
            Err(problems)
        }
    }

    /// The canonical JSON that the header commits to.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn share_bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.bytes)
    }

    /// The key of the row.
    pub fn key(&self) -> Option<&Value> {
        self.key.as_ref()
    }

    /// The whole context.
    pub fn into_context(self) -> Option<Value> {
        self.context
    }

    /// A member of the context; of one made by `Payload::of_context` only a value.
    pub fn context(&self, name: &str) -> Option<&Value> {
        match &self.context {
            Some(Value::Object(members)) => members.get(name),
            _ => None,
        }
    }
}

/// The bytes are what is sealed, and say all.
impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

/// The parts of a payload in the order of [`PARTS`], and the faults of its names.
type JsonParts<'a> = ([Option<Json<'a>>; 5], Vec<Problem>);

fn parts(json: Json<'_>) -> Result<JsonParts<'_>, Vec<Problem>> {
    let Json::Object(members) = json else {
        let message = format!("must be an object, not {}", json.type_name());
        return Err(vec![Problem::new("payload", message)]);
    };
    let mut parts = [const { None }; 5];
    let mut problems = Vec::new();
    for (name, value) in members {
        match PARTS.iter().position(|part| *part == name) {
            Some(_) if name == "context" && value == Json::Null => {}
            Some(position) => {
                if let Some(part) = parts.get_mut(position) {
                    *part = Some(value);
                }
            }
            None => problems.push(Problem::new(
                format!("payload.{name}"),
                "is an unknown key; a payload has key, before, differences, after, context",
            )),
        }
    }
    Ok((parts, problems))
}

fn write_parts<T>(parts: &[Option<T>; 5], write: impl Fn(&mut Vec<u8>, &T)) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    let parts = PARTS.into_iter().zip(parts);
    let there = parts.filter_map(|(name, part)| Some((name, part.as_ref()?)));
    write_object(&mut bytes, there, write);
    bytes
}

/// Faults of JSON, with their places in the payload.
fn in_payload(problems: Vec<Problem>) -> Vec<Problem> {
    let moved = |problem: Problem| {
        let dot = if problem.place.is_empty() { "" } else { "." };
        Problem::new(format!("payload{dot}{}", problem.place), problem.message)
    };
    problems.into_iter().map(moved).collect()
}

/// 32 random bytes beside a payload, without which nobody can guess it from its commitment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// The salt of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The salt of these bytes; `None` unless there are exactly 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// HMAC-SHA-256 of a payload under its salt: what the header says of the payload. Prints as base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment([u8; 32]);

impl Commitment {
    /// The commitment to `payload` under `salt`.
    pub fn to_payload(payload: &[u8], salt: &Salt) -> Self {
        Self(Key::new(&salt.0).hmac(payload))
    }

    /// The commitments to two payloads, worked out beside each other.
    pub(crate) fn to_payloads(payloads: [&[u8]; 2], salts: [&Salt; 2]) -> [Self; 2] {
        let keys = salts.map(|salt| Key::new(&salt.0));
        hmac_pair(keys.each_ref(), payloads).map(Self)
    }

    /// The commitment to a payload, and beside it the hash of another text.
    pub(crate) fn beside(payload: &[u8], salt: &Salt, other: Text<'_>) -> (Self, [u8; 32]) {
        let (commitment, hash) = Key::new(&salt.0).hmac_beside(payload, other);
        (Self(commitment), hash)
    }

    /// Reads base64 of 32 bytes in its one canonical spelling.
    pub fn parse(text: &str) -> Option<Self> {
        // One byte more than 32, which is what the decoder asks of a buffer for 44 letters.
        let mut bytes = [0; 33];
        let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
        let (hash, _) = bytes.split_first_chunk()?;
        (length == 32).then_some(Self(*hash))
    }
}

impl Commitment {
    /// Its text, written into a buffer.
    pub(super) fn write_to<'b>(&self, buffer: &'b mut [u8; 44]) -> &'b str {
        // 32 bytes are 44 letters, all of them ASCII.
        let length = STANDARD.encode_slice(self.0, buffer).unwrap_or_default();
        let text = buffer.get(..length).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write_to(&mut [0; 44]))
    }
}

#[cfg(test)]
mod tests;
