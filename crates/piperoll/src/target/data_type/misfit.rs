//! Which values a column of a type takes, as a specification writes them.

use super::DataType;
use crate::event::{Value, ValueType};

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
            (!well_formed || !has_its_day(&text)).then_some(wanted)
        }
        _ => Some(wanted),
    }
}

/// Whether the day that a text begins with is in the calendar; a text that begins with none has nothing to ask for.
fn has_its_day(text: &str) -> bool {
    let day = text
        .get(..10)
        .filter(|day| ValueType::Date.is_well_formed(day));
    day.is_none_or(|day| day.parse::<jiff::civil::Date>().is_ok())
}
