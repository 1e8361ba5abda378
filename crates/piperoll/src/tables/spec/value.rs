//! Values of a file, which keep their type: `pii: false` is no text, and `1.50` keeps its scale.

use crate::event::{Json, Value, ValueType};
use crate::target::DataType;
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
    number(&scalar.text).ok_or("must be a finite number; put other text in quotes")
}

/// A number in one of YAML's spellings (`+1.`, `.5`, `0007.5`) that is no 64-bit integer.
fn number(text: &str) -> Option<Value> {
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let mantissa = mantissa.strip_suffix('.').unwrap_or(mantissa);
    let mantissa = mantissa.trim_start_matches('0');
    let zero = if mantissa.starts_with(|digit: char| digit.is_ascii_digit()) {
        ""
    } else {
        "0"
    };
    let plain = format!("{minus}{zero}{mantissa}{exponent}");
    let json = Json::parse(plain.as_bytes()).ok()?;
    matches!(json, Json::Number(_)).then(|| Value::from_json(json))
}

/// What is wrong with a value for a column of a type; to follow the value's name.
pub(super) fn misfit(value: &Value, datatype: &DataType) -> Option<String> {
    let wanted = match datatype {
        DataType::String | DataType::Varchar(_) | DataType::Char(_) => {
            return text_misfit(value, datatype);
        }
        DataType::Tinyint => integer(value, 8),
        DataType::Smallint => integer(value, 16),
        DataType::Int => integer(value, 32),
        DataType::Bigint => integer(value, 64),
        DataType::Float | DataType::Double => (!is_number(value)).then_some("a number"),
        DataType::Decimal { precision, scale } => {
            return decimal_misfit(value, *precision, *scale, datatype);
        }
        DataType::Boolean => (!matches!(value, Value::Bool(_))).then_some("`true` or `false`"),
        DataType::Date => not_well_formed(value, &[ValueType::Date], "a date such as '2026-11-01'"),
        DataType::Time => not_well_formed(value, &[ValueType::Time], "a time such as '08:00:00'"),
        DataType::Timestamp | DataType::TimestampNtz => not_well_formed(
            value,
            &[ValueType::Timestamp, ValueType::TimestampZone],
            "a time such as '2026-11-01T08:00:00'",
        ),
        DataType::Uuid => match value {
            Value::Text(text) if uuid::Uuid::try_parse(text).is_ok() => None,
            _ => Some("a UUID"),
        },
        DataType::Variant => None,
        DataType::Binary | DataType::Array(_) | DataType::Map(..) | DataType::Struct(_) => {
            return Some(format!("cannot be given as a value of type `{datatype}`"));
        }
    };
    wanted.map(|wanted| format!("must be {wanted} for the type `{datatype}`"))
}

fn text_misfit(value: &Value, datatype: &DataType) -> Option<String> {
    let Value::Text(text) = value else {
        return Some(format!(
            "must be text for the type `{datatype}`; put it in quotes"
        ));
    };
    let (DataType::Varchar(most) | DataType::Char(most)) = datatype else {
        return None;
    };
    let letters = text.chars().count();
    (letters > usize::try_from(*most).unwrap_or(usize::MAX))
        .then(|| format!("has {letters} characters; `{datatype}` takes at most {most}"))
}

fn integer(value: &Value, bits: u32) -> Option<&'static str> {
    let fits = |number: i64| {
        let half = 1_i64.checked_shl(bits - 1).filter(|_| bits < 64);
        half.is_none_or(|half| (-half..half).contains(&number))
    };
    match (value, bits) {
        (Value::Int(number), _) if fits(*number) => None,
        (_, 8) => Some("an integer of 8 bits"),
        (_, 16) => Some("an integer of 16 bits"),
        (_, 32) => Some("an integer of 32 bits"),
        _ => Some("an integer of 64 bits"),
    }
}

fn is_number(value: &Value) -> bool {
    matches!(
        value,
        Value::Int(_) | Value::Real(_) | Value::Typed(ValueType::Int | ValueType::Decimal, _)
    )
}

fn decimal_misfit(value: &Value, precision: u8, scale: u8, datatype: &DataType) -> Option<String> {
    let text = match value {
        Value::Int(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Typed(ValueType::Int | ValueType::Decimal, text) => text.clone(),
        _ => return Some(format!("must be a number for the type `{datatype}`")),
    };
    if text.contains(['e', 'E']) {
        return Some("must be written without exponent".to_owned());
    }
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0').len();
    let fits = whole <= usize::from(precision - scale) && fraction.len() <= usize::from(scale);
    (!fits).then(|| format!("has more digits than `{datatype}` takes"))
}

fn not_well_formed(
    value: &Value,
    types: &[ValueType],
    wanted: &'static str,
) -> Option<&'static str> {
    match value {
        Value::Text(text) => {
            let text = text.replacen(' ', "T", 1);
            let well_formed = types.iter().any(|ty| ty.is_well_formed(&text));
            (!well_formed).then_some(wanted)
        }
        _ => Some(wanted),
    }
}
