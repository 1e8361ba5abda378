//! Values of a file, which keep their type: `pii: false` is no text, and `1.50` keeps its scale.

use crate::event::Value;
use crate::yaml::{Field, Node, Problems};
use std::collections::BTreeMap;

/// The value of a scalar; a list or a mapping is a fault.
pub(super) fn scalar(field: Field<'_>, problems: &mut Problems) -> Option<Value> {
    match of(field.node) {
        Ok(value) => Some(value),
        Err(fault) => {
            problems.add(field.node.at, format!("`{}` {fault}", field.name));
            None
        }
    }
}

/// Names with values: tags, properties.
pub(super) fn map(field: Field<'_>, problems: &mut Problems) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    let Some(entries) = field.node.as_mapping() else {
        // This says what it must be.
        drop(field.mapping(problems));
        return values;
    };
    for entry in entries {
        match of(&entry.value) {
            Ok(value) => drop(values.insert(entry.key.clone(), value)),
            Err(fault) => {
                let name = crate::yaml::quoted(&entry.key);
                problems.add(
                    entry.value.at,
                    format!("{name} in `{}` {fault}", field.name),
                );
            }
        }
    }
    values
}

fn of(node: &Node) -> Result<Value, &'static str> {
    let Some(scalar) = node.as_scalar() else {
        return Err("must be a single value: text, a number, `true`, `false` or `null`");
    };
    if node.is_null() {
        return Ok(Value::Null);
    }
    if let Some(value) = node.as_bool() {
        return Ok(Value::Bool(value));
    }
    if let Some(text) = node.as_text() {
        return Ok(Value::Text(text.to_owned()));
    }
    if let Some(integer) = node.as_integer() {
        return Ok(Value::Int(integer));
    }
    Value::number(&scalar.text).ok_or("must be a finite number; put other text in quotes")
}
