//! A table that is there, as a specification.

use super::snapshot::key;
use crate::event::{Value, ValueType};
use crate::target::{Check, Column, DefaultValue, State, Table};
use crate::yaml::plain_text;
use std::collections::BTreeMap;

/// The specification of what was found: from it to the table there are no differences. What the engine could not tell is named in a comment.
pub fn dump(state: &State) -> String {
    let mut text = String::new();
    for attribute in &state.unknown {
        line(
            &mut text,
            0,
            &format!("# unknown here: {}", key(*attribute)),
        );
    }
    table(&mut text, &state.table);
    text
}

fn table(text: &mut String, table: &Table) {
    for (name, part) in [
        ("catalog", table.name.catalog()),
        ("schema", table.name.schema()),
        ("table", table.name.table()),
    ] {
        line(text, 0, &format!("{name}: {}", quoted(part)));
    }
    for (name, value) in [("table_comment", &table.comment), ("owner", &table.owner)] {
        if let Some(value) = value {
            line(text, 0, &format!("{name}: {}", quoted(value)));
        }
    }
    values(text, 0, "tags", &table.tags);
    values(text, 0, "table_properties", &table.properties);
    for (name, columns) in [
        ("primary_key", &table.primary_key),
        ("partitioned_by", &table.partitioned_by),
        ("cluster_by", &table.cluster_by),
    ] {
        if !columns.is_empty() {
            line(text, 0, &format!("{name}: {}", names(columns)));
        }
    }
    if !table.unique_keys.is_empty() {
        line(text, 0, "unique_keys:");
        for unique in &table.unique_keys {
            line(text, 1, &format!("- {}", names(&unique.columns)));
        }
    }
    if !table.foreign_keys.is_empty() {
        line(text, 0, "foreign_keys:");
        for (name, foreign) in &table.foreign_keys {
            line(text, 1, &format!("{}:", quoted(name)));
            line(text, 2, &format!("columns: {}", names(&foreign.columns)));
            let referred = quoted(&foreign.reference_table.to_string());
            line(text, 2, &format!("reference_table: {referred}"));
            let referred = names(&foreign.reference_columns);
            line(text, 2, &format!("reference_columns: {referred}"));
        }
    }
    checks(text, 0, "table_check_constraints", &table.checks);
    let filters = table.row_filters.iter().map(|(key, filter)| {
        let check = Check {
            name: filter.name.clone(),
            expression: filter.expression.clone(),
        };
        (key.clone(), check)
    });
    checks(text, 0, "row_filters", &filters.collect());
    line(text, 0, "columns:");
    for declared in &table.columns {
        column(text, declared);
    }
}

fn column(text: &mut String, column: &Column) {
    line(text, 1, &format!("- name: {}", quoted(&column.name)));
    let datatype = column.datatype.to_string();
    line(text, 2, &format!("datatype: {}", quoted(&datatype)));
    line(text, 2, &format!("nullable: {}", column.nullable));
    match &column.default {
        Some(DefaultValue::Value(value)) => {
            line(text, 2, &format!("default_value: {}", scalar(value)));
        }
        Some(DefaultValue::Expression(expression)) => {
            line(
                text,
                2,
                &format!("default_expression: {}", quoted(expression)),
            );
        }
        None => {}
    }
    if let Some(value) = &column.variable_value {
        line(text, 2, &format!("variable_value: {}", scalar(value)));
    }
    for (name, value) in [
        ("generated", &column.generated),
        ("comment", &column.comment),
        ("column_masking_rule", &column.masking_rule),
    ] {
        if let Some(value) = value {
            line(text, 2, &format!("{name}: {}", quoted(value)));
        }
    }
    values(text, 2, "tags", &column.tags);
    if !column.allowed_values.is_empty() {
        let allowed: Vec<String> = column.allowed_values.iter().map(scalar).collect();
        line(
            text,
            2,
            &format!("allowed_values: [{}]", allowed.join(", ")),
        );
    }
    checks(text, 2, "column_check_constraints", &column.checks);
}

fn values(text: &mut String, level: usize, name: &str, values: &BTreeMap<String, Value>) {
    if values.is_empty() {
        return;
    }
    line(text, level, &format!("{name}:"));
    for (key, value) in values {
        line(
            text,
            level + 1,
            &format!("{}: {}", quoted(key), scalar(value)),
        );
    }
}

fn checks(text: &mut String, level: usize, name: &str, checks: &BTreeMap<String, Check>) {
    if checks.is_empty() {
        return;
    }
    line(text, level, &format!("{name}:"));
    for (key, check) in checks {
        line(text, level + 1, &format!("{}:", quoted(key)));
        line(text, level + 2, &format!("name: {}", quoted(&check.name)));
        let expression = quoted(&check.expression);
        line(text, level + 2, &format!("expression: {expression}"));
    }
}

fn line(text: &mut String, level: usize, content: &str) {
    text.push_str(&"  ".repeat(level));
    text.push_str(content);
    text.push('\n');
}

fn names(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Typed(ValueType::Int | ValueType::Decimal, text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Real(number) if number.is_finite() && number.fract() == 0.0 => format!("{number:?}"),
        Value::Real(number) if number.is_finite() => value.canonical(),
        Value::Null | Value::Bool(_) => value.canonical(),
        // No specification declares such a value; as text it is at least seen.
        other => quoted(&other.canonical()),
    }
}

/// A text as YAML: bare where it is a plain word and stands for nothing else.
fn quoted(text: &str) -> String {
    let mut letters = text.chars();
    let starts = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_.()<>".contains(letter);
    // Other readers of YAML take these for booleans.
    let old_boolean = ["y", "n", "yes", "no", "on", "off"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    if starts && letters.all(plain) && plain_text(text) && !old_boolean {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if letter.is_control()
                || matches!(
                    letter,
                    '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                ) =>
            {
                quoted.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
