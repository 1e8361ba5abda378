use super::json::{Json, Rest};
use super::value::{Value, write_own, write_plain_members};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// An object of the caller's own. One that comes from an entry stays the text that it is there until somebody looks into it: most of what is found is only passed on.
#[derive(Clone, Default)]
pub struct Members {
    /// An object without white space whose names ascend, and which is no typed value. While there is one, `tree` is empty.
    text: Option<Arc<str>>,
    tree: BTreeMap<String, Value>,
}

impl Members {
    /// The object that a text of an entry stands for, which was walked through; `None` when it is another value.
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        if text.starts_with("{\"$") {
            return match stored_value(text) {
                Value::Object(members) => Some(members.into()),
                _ => None,
            };
        }
        text.starts_with('{').then(|| Self {
            text: Some(text.into()),
            tree: BTreeMap::new(),
        })
    }

    /// The object of a document that knows no typed values.
    pub(crate) fn of_document(members: &[(Cow<'_, str>, Json<'_>)]) -> Self {
        let mut text = Vec::new();
        write_plain_members(&mut text, members);
        let text = String::from_utf8(text).unwrap_or_default();
        let mut rest = Rest::of(text.as_bytes());
        let walked = rest
            .as_mut()
            .and_then(Rest::raw)
            .and_then(Self::from_stored);
        walked.unwrap_or_else(|| stored_tree(&text).into())
    }

    /// Whether any name in it, at any depth, is one of those. In a text the marks of typed values are names, too.
    pub(crate) fn any_name(&self, is_one: &mut dyn FnMut(&str) -> bool) -> bool {
        let mut found = false;
        match &self.text {
            Some(text) => {
                let rest = Rest::of(text.as_bytes());
                let walked = rest.and_then(|mut rest| {
                    walk_names(&mut rest, &mut |name| found = found || is_one(name))
                });
                found || walked.is_none()
            }
            None => any_name_in(&self.tree, is_one),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        match &self.text {
            Some(text) => &**text == "{}",
            None => self.tree.is_empty(),
        }
    }

    /// A member.
    pub fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        let Some(text) = &self.text else {
            return self.tree.get(name).map(Cow::Borrowed);
        };
        let mut found = None;
        Rest::of(text.as_bytes())?.members(|rest, member| {
            let value = rest.raw()?;
            if member == name {
                found = Some(value);
            }
            Some(())
        })?;
        found.map(|text| Cow::Owned(stored_value(text)))
    }

    /// Puts a member in the place of what has its name.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) {
        self.tree_mut().insert(name.into(), value);
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.tree_mut().remove(name)
    }

    /// All of them.
    pub fn tree(&self) -> Cow<'_, BTreeMap<String, Value>> {
        match &self.text {
            Some(text) => Cow::Owned(stored_tree(text)),
            None => Cow::Borrowed(&self.tree),
        }
    }

    /// All of them, to be changed.
    pub fn tree_mut(&mut self) -> &mut BTreeMap<String, Value> {
        if let Some(text) = self.text.take() {
            self.tree = stored_tree(&text);
        }
        &mut self.tree
    }

    /// All of them, to be kept.
    pub fn into_tree(mut self) -> BTreeMap<String, Value> {
        std::mem::take(self.tree_mut())
    }

    /// Its text, where it has one and nothing in it is a typed value: what any reader of JSON takes as it is meant.
    pub(crate) fn as_plain_json(&self) -> Option<&str> {
        self.text.as_deref().filter(|text| !text.contains("\"$"))
    }

    /// Writes the canonical JSON.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match &self.text {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => write_own(out, &self.tree),
        }
    }

    /// Whether they are nested more than `levels` deep. What an entry has is not.
    pub(super) fn is_deeper_than(&self, levels: usize) -> bool {
        let inner = levels.checked_sub(1);
        let too_deep = |levels| self.tree.values().any(|value| value.is_deeper_than(levels));
        self.text.is_none() && inner.is_none_or(too_deep)
    }
}

impl From<BTreeMap<String, Value>> for Members {
    fn from(tree: BTreeMap<String, Value>) -> Self {
        Self { text: None, tree }
    }
}

impl FromIterator<(String, Value)> for Members {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        members.into_iter().collect::<BTreeMap<_, _>>().into()
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        match (&self.text, &other.text) {
            (Some(one), Some(other)) if one == other => true,
            _ => self.tree() == other.tree(),
        }
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.tree().iter()).finish()
    }
}

fn walk_names(rest: &mut Rest<'_>, visit: &mut dyn FnMut(&str)) -> Option<()> {
    match rest.peek()? {
        b'{' => rest.members(|rest, name| {
            visit(name);
            walk_names(rest, visit)
        }),
        b'[' => rest.items(|rest| walk_names(rest, visit)),
        _ => rest.value(0),
    }
}

fn any_name_in(members: &BTreeMap<String, Value>, is_one: &mut dyn FnMut(&str) -> bool) -> bool {
    let mut members = members.iter();
    members.any(|(name, value)| is_one(name) || any_name_within(value, is_one))
}

fn any_name_within(value: &Value, is_one: &mut dyn FnMut(&str) -> bool) -> bool {
    match value {
        Value::Object(members) => any_name_in(members, is_one),
        Value::Array(items) => items.iter().any(|item| any_name_within(item, is_one)),
        _ => false,
    }
}

/// The members of the context of a stored payload that has nothing else, each as `make` has it of its name and text; `None` for any other, which may have a context
/// or not.
pub(crate) fn stored_context<'p, T>(
    payload: &'p [u8],
    make: impl Fn(&'p str, &'p str) -> T,
) -> Option<Vec<T>> {
    let mut members = Vec::with_capacity(16);
    let mut rest = Rest::of(payload)?;
    rest.members(|rest, part| match part {
        "context" => rest.members(|rest, name| {
            // A name that starts with `$` may make another value of an object.
            if name.starts_with('$') {
                return None;
            }
            members.push(make(name, rest.raw()?));
            Some(())
        }),
        _ => None,
    })?;
    (rest.is_empty() && !members.is_empty()).then_some(members)
}

/// A part of a stored payload: `before`, `differences`, `after`.
pub(crate) fn stored_part(payload: &[u8], name: &str) -> Option<Value> {
    let Ok(Json::Object(members)) = Json::parse_stored(payload) else {
        return None;
    };
    let mut members = members.into_iter();
    let (_, part) = members.find(|(member, _)| member == name)?;
    Some(Value::from_json(part))
}

/// The value of a text of an entry that was walked through.
pub(crate) fn stored_value(text: &str) -> Value {
    // What was walked through is JSON.
    Json::parse_stored(text.as_bytes()).map_or(Value::Null, Value::from_json)
}

fn stored_tree(text: &str) -> BTreeMap<String, Value> {
    match stored_value(text) {
        Value::Object(members) => members,
        _ => BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"a\":{\"$dec\":\"1.0\"},\"b\":[1,{\"c\":null}],\"d\":\"x\\n\u{fc}\"}";

    fn of_tree(text: &str) -> Members {
        stored_tree(text).into()
    }

    #[test]
    fn text_and_tree_are_one_object() {
        let text = TEXT;
        let stored = Members::from_stored(text).unwrap();
        assert_eq!(stored, of_tree(text));
        assert_ne!(stored, of_tree(&text.replace("null", "true")));
        assert_ne!(
            stored,
            Members::from_stored(&text.replace("null", "true")).unwrap()
        );
        for members in [&stored, &of_tree(text)] {
            assert_eq!(
                members.get("a").as_deref(),
                Some(&Value::Typed(
                    crate::event::ValueType::Decimal,
                    "1.0".into()
                ))
            );
            assert_eq!(members.get("b").unwrap().canonical(), r#"[1,{"c":null}]"#);
            assert_eq!(members.get("c"), None);
            assert!(!members.is_empty());
            let mut out = Vec::new();
            members.write(&mut out);
            assert_eq!(out, text.as_bytes());
        }
        let mut changed = stored.clone();
        changed.insert("a", Value::Int(2));
        assert_eq!(changed.remove("d"), Some(Value::Text("x\n\u{fc}".into())));
        assert_eq!(
            Value::Object(changed.into_tree()).canonical(),
            r#"{"a":2,"b":[1,{"c":null}]}"#
        );
        assert_eq!(stored, of_tree(text));
        assert!(Members::from_stored("{}").unwrap().is_empty());
        assert_eq!(Members::from_stored("{}").unwrap(), Members::default());
    }

    #[test]
    fn what_is_another_value_is_no_object_and_what_is_wrapped_is_one() {
        for other in ["null", "[]", r#""{""#, r#"{"$dec":"1.0"}"#] {
            assert!(Members::from_stored(other).is_none(), "{other}");
        }
        let wrapped = r#"{"$obj":{"$dec":"1.0"}}"#;
        let members = Members::from_stored(wrapped).unwrap();
        assert_eq!(
            members.get("$dec").as_deref(),
            Some(&Value::Text("1.0".into()))
        );
        let mut out = Vec::new();
        members.write(&mut out);
        assert_eq!(out, wrapped.as_bytes());
    }

    #[test]
    fn a_document_is_the_same_object_whichever_form_it_has() {
        for (document, kept, is_text) in [
            (
                r#"{"b":[1.0,{"$dec":"1"}],"a":null}"#,
                r#"{"a":null,"b":[{"$dec":"1.0"},{"$obj":{"$dec":"1"}}]}"#,
                true,
            ),
            (r#"{"$x":1}"#, r#"{"$obj":{"$x":1}}"#, false),
            (r#"{"e":"\u001b[0m"}"#, r#"{"e":"\u001b[0m"}"#, false),
            ("{}", "{}", true),
            (
                "{\"\u{fb33}\":1,\"\u{1f600}\":2}",
                "{\"\u{1f600}\":2,\"\u{fb33}\":1}",
                false,
            ),
        ] {
            let Ok(Json::Object(members)) = Json::parse(document.as_bytes()) else {
                panic!("{document} is an object");
            };
            let members = Members::of_document(&members);
            let mut out = Vec::new();
            members.write(&mut out);
            assert_eq!(out, kept.as_bytes());
            assert_eq!(members.text.is_some(), is_text, "{document}");
        }
    }

    #[test]
    fn names_are_looked_at_at_any_depth_in_either_form() {
        let text = r#"{"a":[1,{"deep":{"er":"name"}}],"b":{}}"#;
        for members in [Members::from_stored(text).unwrap(), of_tree(text)] {
            for (name, there) in [("a", true), ("er", true), ("b", true), ("name", false)] {
                assert_eq!(
                    members.any_name(&mut |known| known == name),
                    there,
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn only_what_any_reader_takes_as_it_is_meant_is_passed_on() {
        let plain = |text| {
            Members::from_stored(text)
                .unwrap()
                .as_plain_json()
                .is_some()
        };
        assert!(plain(r#"{"a":[1,-0,2.50,"a$"],"b$":{}}"#));
        assert!(!plain(r#"{"a":{"$int":"9007199254740993"}}"#));
        assert!(!plain(r#"{"a":{"$obj":{"$x":1}}}"#));
    }

    #[test]
    fn a_context_is_walked_through_only_where_it_is_as_it_is_written() {
        let read = |payload| stored_context(payload, |name, text| (name, text));
        let found = read(br#"{"context":{"a":{"b":1},"c":"x"}}"#);
        assert_eq!(found.unwrap(), [("a", r#"{"b":1}"#), ("c", r#""x""#)]);
        for other in [
            r#"{"context":{"a":1},"key":1}"#,
            r#"{"context":{}}"#,
            r#"{"context":{"$obj":{"$a":1}}}"#,
            r#"{"context":{"b":1,"a":1}}"#,
            r#"{"context":{"a":1,"a":1}}"#,
            r#"{"context":{"a": 1}}"#,
            r#"{"context":{"a":"\u0000"}}"#,
            r#"{"context":{"a":01}}"#,
            r#"{"context":{"a":1}} "#,
            r#"{"context":[]}"#,
            "{",
            "",
        ] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }
}
