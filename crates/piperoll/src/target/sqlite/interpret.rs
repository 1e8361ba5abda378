//! What a layout, together with the side table, says of a table. The side table is believed where the live statement bears it out.

use super::laid::{laid_checks, laid_foreign_keys};
use super::layout::{LaidColumn, Layout, Part};
use super::read::{inside_parentheses, literal_tokens};
use super::tokens::{Kind, same, unqualified, unquoted};
use super::{lay, metadata};
use crate::event::{Json, Value, ValueType};
use crate::target::data_type::DataType;
use crate::target::dialect::sqlite as dialect;
use crate::target::state::{Attribute, Metadata};
use crate::target::table::{Check, Column, DefaultValue, ForeignKey, Table, TableName, UniqueKey};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The columns of a table's primary key, by the table's name; for foreign keys that name none.
pub(super) type KeyOf<'a> = &'a dyn Fn(&str) -> Option<Vec<String>>;

/// The table, and what of it cannot be told.
pub(super) fn table(
    name: &TableName,
    layout: &Layout,
    rows: &[Metadata],
    key_of: KeyOf<'_>,
) -> (Table, BTreeSet<Attribute>) {
    let mut unknown = BTreeSet::new();
    let rows = &Rows::new(rows);
    let alias = layout.rowid_alias();
    let key = layout.primary_key();
    let is_key = |name: &str| key.iter().any(|each| each.eq_ignore_ascii_case(name));
    let mut checks: BTreeMap<Option<String>, BTreeMap<String, Check>> = BTreeMap::new();
    for laid in laid_checks(layout, rows) {
        let own = checks.entry(laid.column).or_default();
        own.insert(laid.key, laid.check);
    }
    let of_table = checks.remove(&None).unwrap_or_default();
    let columns = layout.columns.iter().map(|laid| {
        let never_null =
            alias == Some(laid.name.as_str()) || layout.is_without_rowid() && is_key(&laid.name);
        let checks = checks.remove(&Some(laid.name.clone()));
        column(laid, rows, never_null, checks.unwrap_or_default())
    });
    let columns = columns.collect();
    let foreign_keys = match foreign_keys(name, layout, key_of) {
        Some(keys) => keys,
        None => {
            unknown.insert(Attribute::ForeignKeys);
            BTreeMap::new()
        }
    };
    let mut table = Table {
        name: name.clone(),
        columns,
        primary_key: key,
        unique_keys: unique_keys(layout),
        foreign_keys,
        checks: of_table,
        row_filters: BTreeMap::new(),
        tags: rows.values(None, metadata::TAG),
        owner: rows.text(None, metadata::OWNER),
        comment: rows.text(None, metadata::COMMENT),
        properties: rows.values(None, metadata::PROPERTY),
        partitioned_by: Vec::new(),
        cluster_by: Vec::new(),
    };
    leave_out_own_name(&mut table);
    (table, unknown)
}

/// A check may name a column with its table; that says nothing, and would have to change in a rebuild.
fn leave_out_own_name(table: &mut Table) {
    let own = table.name.table().to_owned();
    let of_columns = table.columns.iter_mut().flat_map(|column| {
        let checks = column.checks.values_mut().map(|each| &mut each.expression);
        checks.chain(column.generated.as_mut())
    });
    let of_table = table.checks.values_mut().map(|each| &mut each.expression);
    for expression in of_columns.chain(of_table) {
        if let Some(shorter) = unqualified(expression, &own) {
            *expression = shorter;
        }
    }
}

/// The comments and tags of the columns, from the side table alone.
pub(super) fn describe(table: &mut Table, rows: &[Metadata]) {
    let rows = Rows::new(rows);
    for column in &mut table.columns {
        column.comment = rows.text(Some(&column.name), metadata::COMMENT);
        column.variable_value = variable_value(&column.name, &rows);
        column.tags = rows.values(Some(&column.name), metadata::TAG);
    }
}

fn column(
    laid: &LaidColumn,
    rows: &Rows<'_>,
    never_null: bool,
    checks: BTreeMap<String, Check>,
) -> Column {
    let name = Some(laid.name.as_str());
    let datatype = datatype(laid, rows);
    let allowed_values = allowed_values(laid, rows).map(|(values, _)| values);
    Column {
        name: laid.name.clone(),
        nullable: !never_null && !laid.has(|part| *part == Part::NotNull),
        default: laid
            .default()
            .and_then(|sql| default(sql, &laid.name, &datatype, rows)),
        variable_value: variable_value(&laid.name, rows),
        generated: laid.generated().map(str::to_owned),
        comment: rows.text(name, metadata::COMMENT),
        tags: rows.values(name, metadata::TAG),
        masking_rule: None,
        checks,
        allowed_values: allowed_values.unwrap_or_default(),
        datatype,
    }
}

/// The allowed values and their check, if that check still stands.
pub(super) fn allowed_values(laid: &LaidColumn, rows: &Rows<'_>) -> Option<(Vec<Value>, String)> {
    let stored = rows.text(Some(&laid.name), metadata::ALLOWED_VALUES)?;
    let Value::Array(values) = value(&stored) else {
        return None;
    };
    let sql = lay::allowed_expression(&laid.name, &values).ok()?;
    let stands = |part: &Part| matches!(part, Part::Check { expression } if same(expression, &sql));
    laid.has(stands).then_some((values, sql))
}

fn variable_value(column: &str, rows: &Rows<'_>) -> Option<Value> {
    let stored = rows.text(Some(column), metadata::VARIABLE_VALUE)?;
    Some(value(&stored))
}

/// The declared type, if the column still has the SQL type that such a column gets.
fn datatype(laid: &LaidColumn, rows: &Rows<'_>) -> DataType {
    rows.text(Some(&laid.name), metadata::DATATYPE)
        .and_then(|stored| DataType::parse(&stored).ok())
        .filter(|declared| dialect::sql_type(declared).eq_ignore_ascii_case(&laid.sql_type))
        .unwrap_or_else(|| dialect::live_type(&laid.sql_type))
}

/// The declared default, if it still is what the column has.
fn default(sql: &str, column: &str, datatype: &DataType, rows: &Rows<'_>) -> Option<DefaultValue> {
    let declared = rows
        .text(Some(column), metadata::DEFAULT)
        .map(|stored| value(&stored))
        .filter(|declared| dialect::value(declared).is_ok_and(|literal| literal == sql));
    match declared {
        Some(declared) => Some(DefaultValue::Value(declared)),
        None => live_default(sql, datatype),
    }
}

/// What a default says without the side table. NULL is what a column without one has, and a literal that is no value of the column's type (`VARCHAR(2) DEFAULT 7`)
/// is an expression.
pub(super) fn live_default(sql: &str, datatype: &DataType) -> Option<DefaultValue> {
    if let Some(inner) = inside_parentheses(sql) {
        return Some(DefaultValue::Expression(inner.to_owned()));
    }
    let value = match (literal(sql), datatype) {
        (Some(Value::Null), _) => return None,
        // SQLite has no booleans: these are its own.
        (Some(Value::Int(number @ (0 | 1))), DataType::Boolean) => Some(Value::Bool(number == 1)),
        (value, _) => value,
    };
    Some(
        match value.filter(|value| datatype.misfit(value).is_none()) {
            Some(value) => DefaultValue::Value(value),
            None => DefaultValue::Expression(sql.to_owned()),
        },
    )
}

fn literal(sql: &str) -> Option<Value> {
    let (negative, token) = literal_tokens(sql)?;
    match token.kind {
        Kind::Text => Some(Value::Text(unquoted(token.text))),
        Kind::Blob => {
            let digits = token.text.get(2..token.text.len().checked_sub(1)?)?;
            let bytes = digits
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
            Some(Value::bytes(&bytes.collect::<Option<Vec<u8>>>()?))
        }
        Kind::Number => {
            let sign = if negative { "-" } else { "" };
            let digits = format!("{sign}{}", token.text);
            let integer = digits.parse().map(Value::Int).ok();
            integer.or_else(|| Value::number(&digits))
        }
        Kind::Word if token.is("null") => Some(Value::Null),
        Kind::Word if token.is("true") => Some(Value::Bool(true)),
        Kind::Word if token.is("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

fn unique_keys(layout: &Layout) -> Vec<UniqueKey> {
    let mut keys = Vec::new();
    // One that is written twice is one.
    let mut add = |columns: Vec<String>| {
        let key = UniqueKey { columns };
        if !keys.contains(&key) {
            keys.push(key);
        }
    };
    for column in &layout.columns {
        if column.has(|part| matches!(part, Part::Unique { .. })) {
            add(vec![column.name.clone()]);
        }
    }
    for constraint in &layout.constraints {
        if let Part::Unique { columns } = &constraint.part {
            add(columns.clone());
        }
    }
    keys
}

/// The foreign keys; none when one refers to a table whose name is none of ours, or names no columns and it cannot be told which are meant.
fn foreign_keys(
    name: &TableName,
    layout: &Layout,
    key_of: KeyOf<'_>,
) -> Option<BTreeMap<String, ForeignKey>> {
    let mut found = BTreeMap::new();
    for (key, columns, constraint) in laid_foreign_keys(layout) {
        let Part::ForeignKey {
            table, references, ..
        } = &constraint.part
        else {
            continue;
        };
        let reference_table = TableName::new(name.catalog(), name.schema(), table).ok()?;
        let reference_columns = if references.is_empty() {
            key_of(table)?
        } else {
            references.clone()
        };
        if reference_columns.len() != columns.len() {
            return None;
        }
        let foreign_key = ForeignKey {
            columns,
            reference_table,
            reference_columns,
        };
        found.insert(key, foreign_key);
    }
    Some(found)
}

/// The rows of a table in the side table, by column in lower case; those of the table itself under the empty name.
pub(super) struct Rows<'a>(HashMap<Cow<'a, str>, Vec<&'a Metadata>>);

impl<'a> Rows<'a> {
    pub(super) fn new(rows: &'a [Metadata]) -> Self {
        let mut by_column: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            by_column
                .entry(folded(row.column.as_deref()))
                .or_default()
                .push(row);
        }
        Self(by_column)
    }

    pub(super) fn of(
        &self,
        column: Option<&str>,
        attribute: &'static str,
    ) -> impl Iterator<Item = &'a Metadata> {
        let rows = match self.0.is_empty() {
            true => None,
            false => self.0.get(folded(column).as_ref()),
        };
        rows.into_iter()
            .flatten()
            .copied()
            .filter(move |row| row.attribute == attribute)
    }

    fn text(&self, column: Option<&str>, attribute: &'static str) -> Option<String> {
        self.of(column, attribute)
            .next()
            .map(|row| row.value.clone())
    }

    fn values(&self, column: Option<&str>, attribute: &'static str) -> BTreeMap<String, Value> {
        self.of(column, attribute)
            .map(|row| (row.key.clone(), value(&row.value)))
            .collect()
    }
}

fn folded(column: Option<&str>) -> Cow<'_, str> {
    let name = column.unwrap_or_default();
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// A value as it is stored: canonical JSON. What is none was written by somebody's hand, and is a text.
pub(super) fn value(stored: &str) -> Value {
    Json::parse_stored(stored.as_bytes()).map_or_else(
        |_| Value::Text(stored.to_owned()),
        |json| plain(Value::from_json(json)),
    )
}

/// Numbers that JSON cannot hold, but we can, as numbers.
fn plain(value: Value) -> Value {
    match &value {
        Value::Typed(ValueType::Int, digits) => digits.parse().map_or(value, Value::Int),
        Value::Typed(ValueType::Real, digits) => match digits.parse::<f64>() {
            Ok(number) if !number.is_nan() => Value::Real(number),
            _ => value,
        },
        Value::Array(items) => Value::Array(items.iter().cloned().map(plain).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), plain(value.clone())))
                .collect(),
        ),
        _ => value,
    }
}
