//! SQLite's names, texts, values and types.

#[cfg(feature = "sqlite")]
use crate::event::{Value, ValueType};
#[cfg(feature = "sqlite")]
use crate::target::data_type::DataType;
#[cfg(feature = "sqlite")]
use base64::Engine as _;
#[cfg(feature = "sqlite")]
use base64::engine::general_purpose::STANDARD;

/// A name, quoted: it can be anything but the empty name and one with U+0000, which `problems` refuses.
pub(crate) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names in a list, quoted.
pub(crate) fn names<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|each| name(each.as_ref())).collect();
    quoted.join(", ")
}

/// A text, quoted.
pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(feature = "sqlite")]
/// A value as a literal. `Err` says why there is none.
pub(in crate::target) fn value(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::Null => Ok("NULL".to_owned()),
        Value::Bool(true) => Ok("TRUE".to_owned()),
        Value::Bool(false) => Ok("FALSE".to_owned()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Real(number) => real(*number),
        Value::Text(content) => literal(content),
        Value::Array(_) | Value::Object(_) => literal(&value.canonical()),
        Value::Typed(ValueType::Int | ValueType::Decimal, digits) => Ok(digits.clone()),
        Value::Typed(ValueType::Real, digits) => real(digits.parse().map_err(|_| "is no number")?),
        Value::Typed(ValueType::Bytes, base64) => {
            let bytes = STANDARD.decode(base64).map_err(|_| "is no base64")?;
            let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            Ok(format!("X'{digits}'"))
        }
        Value::Typed(_, content) => literal(content),
    }
}

#[cfg(feature = "sqlite")]
fn literal(content: &str) -> Result<String, &'static str> {
    if content.contains('\0') {
        return Err("holds U+0000, which SQLite's SQL cannot hold");
    }
    Ok(text(content))
}

#[cfg(feature = "sqlite")]
fn real(number: f64) -> Result<String, &'static str> {
    if number.is_nan() {
        Err("is NaN, which SQLite does not have")
    } else if number.is_infinite() {
        // There is no word for it; a number beyond the largest double is read as infinity.
        Ok(if number > 0.0 { "9e999" } else { "-9e999" }.to_owned())
    } else {
        Ok(format!("{number:?}"))
    }
}

#[cfg(feature = "sqlite")]
/// The type of a column in SQL. The declared one stands in the side table: as a type's name, `string` would give a column that turns '007' into 7.
pub(in crate::target) fn sql_type(datatype: &DataType) -> &'static str {
    match datatype {
        DataType::Tinyint
        | DataType::Smallint
        | DataType::Int
        | DataType::Bigint
        | DataType::Boolean => "INTEGER",
        DataType::Float | DataType::Double => "REAL",
        DataType::Decimal { .. } => "NUMERIC",
        DataType::Binary => "BLOB",
        DataType::String
        | DataType::Varchar(_)
        | DataType::Char(_)
        | DataType::Date
        | DataType::Time
        | DataType::Timestamp
        | DataType::TimestampNtz
        | DataType::Uuid
        | DataType::Variant
        | DataType::Array(_)
        | DataType::Map(..)
        | DataType::Struct(_) => "TEXT",
    }
}

#[cfg(feature = "sqlite")]
/// What the type of a column that somebody else made is, by its name, else by the affinity that SQLite gives it.
pub(in crate::target) fn live_type(sql: &str) -> DataType {
    let upper = sql.trim().to_ascii_uppercase();
    match upper.as_str() {
        // SQLite's integers have 64 bits, and its numbers no precision.
        "INTEGER" => return DataType::Bigint,
        "NUMERIC" | "DECIMAL" => return DataType::Double,
        "DATETIME" => return DataType::TimestampNtz,
        "" | "ANY" => return DataType::Variant,
        _ => {}
    }
    if let Ok(datatype) = DataType::parse(sql) {
        return datatype;
    }
    let has = |part: &&str| upper.contains(*part);
    if has(&"INT") {
        DataType::Bigint
    } else if ["CHAR", "CLOB", "TEXT"].iter().any(has) {
        DataType::String
    } else if has(&"BLOB") {
        DataType::Binary
    } else {
        DataType::Double
    }
}

/// What a column turns its values into, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affinity {
    Integer,
    Text,
    /// Into nothing else.
    None,
    Real,
    Numeric,
}

/// The affinity of a column of a table that is not strict (<https://www.sqlite.org/datatype3.html#determination_of_column_affinity>).
pub(crate) fn affinity(sql_type: &str) -> Affinity {
    let upper = sql_type.to_ascii_uppercase();
    let has = |part: &&str| upper.contains(*part);
    if has(&"INT") {
        Affinity::Integer
    } else if ["CHAR", "CLOB", "TEXT"].iter().any(has) {
        Affinity::Text
    } else if upper.is_empty() || has(&"BLOB") {
        Affinity::None
    } else if ["REAL", "FLOA", "DOUB"].iter().any(has) {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}
