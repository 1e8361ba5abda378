//! Random tables that draw every attribute.

use super::draw::Draw;
use super::names::{COLUMNS, TEXTS};
use super::{Abilities, name};
use piperoll::event::{Value, ValueType};
use piperoll::target::{
    Check, Column, DataType, DefaultValue, ForeignKey, RowFilter, StructField, Table, TableName,
    UniqueKey,
};
use std::collections::BTreeMap;

/// The table that foreign keys refer to.
pub fn parents() -> Table {
    let mut id = bare_column("id", DataType::Bigint);
    id.nullable = false;
    let mut table = bare_table(&name("parents"), vec![id]);
    table.primary_key = vec!["id".to_owned()];
    table
}

/// A table of columns, without anything else.
pub fn bare_table(name: &TableName, columns: Vec<Column>) -> Table {
    Table {
        name: name.clone(),
        columns,
        primary_key: Vec::new(),
        unique_keys: Vec::new(),
        foreign_keys: BTreeMap::new(),
        checks: BTreeMap::new(),
        row_filters: BTreeMap::new(),
        tags: BTreeMap::new(),
        owner: None,
        comment: None,
        properties: BTreeMap::new(),
        partitioned_by: Vec::new(),
        cluster_by: Vec::new(),
    }
}

/// A column of a type, without anything else.
pub fn bare_column(name: &str, datatype: DataType) -> Column {
    Column {
        name: name.to_owned(),
        datatype,
        nullable: true,
        default: None,
        variable_value: None,
        generated: None,
        comment: None,
        tags: BTreeMap::new(),
        masking_rule: None,
        checks: BTreeMap::new(),
        allowed_values: Vec::new(),
    }
}

/// A table that a target of these abilities can have. Its foreign keys refer to [`parents`].
pub fn table(draw: &mut Draw, name: &TableName, abilities: Abilities) -> Table {
    let mut names = Vec::new();
    for _ in 0..=draw.below(7) {
        let column = *draw.pick(&COLUMNS);
        if !names.contains(&column) {
            names.push(column);
        }
    }
    let columns = names
        .iter()
        .map(|each| column(draw, each, &names, abilities))
        .collect();
    let mut table = bare_table(name, columns);
    whole(draw, &mut table, abilities);
    table
}

/// Draws what is the table's own, for the columns that it has.
pub fn whole(draw: &mut Draw, table: &mut Table, abilities: Abilities) {
    if table
        .columns
        .iter()
        .all(|column| column.generated.is_some())
    {
        table.columns[0].generated = None;
    }
    let own: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .map(|column| column.name.clone())
        .collect();
    if draw.chance(60) {
        table.primary_key = draw.some(&own, 40);
        for column in &mut table.columns {
            if table.primary_key.contains(&column.name) {
                column.nullable = false;
            }
        }
    }
    for _ in 0..draw.below(3) {
        let columns = draw.some(&own, 40);
        let taken = table.unique_keys.iter().any(|key| key.columns == columns);
        if !columns.is_empty() && !taken && columns != table.primary_key {
            table.unique_keys.push(UniqueKey { columns });
        }
    }
    let referring = table
        .columns
        .iter()
        .find(|column| column.datatype == DataType::Bigint && column.generated.is_none());
    if let Some(column) = referring
        && draw.chance(70)
    {
        let key = ForeignKey {
            columns: vec![column.name.clone()],
            reference_table: parents().name,
            reference_columns: vec!["id".to_owned()],
        };
        let name = format!("fk {}", draw.pick(&TEXTS));
        table.foreign_keys.insert(name, key);
    }
    table.checks = checks(draw, "the table", &own);
    table.tags = values(draw);
    table.properties = values(draw);
    table.comment = text(draw);
    table.owner = text(draw);
    if abilities.row_filters && draw.chance(30) {
        let filter = RowFilter {
            name: "mine".to_owned(),
            expression: "1 = 1".to_owned(),
        };
        table.row_filters.insert("mine".to_owned(), filter);
    }
    if abilities.partitions && draw.chance(30) {
        table.partitioned_by = own.iter().take(1).cloned().collect();
    }
}

/// A column. `all` are the names of the columns that it may be computed from.
pub fn column(draw: &mut Draw, name: &str, all: &[&str], abilities: Abilities) -> Column {
    let mut column = bare_column(name, datatype(draw, 2));
    column.nullable = draw.chance(60);
    column.comment = text(draw);
    column.tags = values(draw);
    if abilities.masks && draw.chance(20) {
        column.masking_rule = Some("hidden".to_owned());
    }
    let others: Vec<&&str> = all.iter().filter(|other| **other != name).collect();
    if draw.chance(15) && !others.is_empty() {
        // A column that is computed from one that is computed from it would be refused: constants alone.
        let number = draw.below(100);
        column.datatype = DataType::Bigint;
        column.generated = Some(format!("{number} + length('a')"));
        return column;
    }
    if draw.chance(20) {
        column.variable_value = values(draw).pop_first().map(|(_, value)| value);
    }
    if draw.chance(50) {
        column.default = default(draw, &column.datatype);
    }
    if draw.chance(30) {
        column.allowed_values = allowed(draw, &column.datatype);
    }
    column.checks = checks(draw, name, &[name.to_owned()]);
    column
}

/// Any type; nested at most so deep.
pub fn datatype(draw: &mut Draw, depth: usize) -> DataType {
    let scalars = [
        DataType::String,
        DataType::Varchar(1 + u32::try_from(draw.below(300)).unwrap()),
        DataType::Char(1 + u32::try_from(draw.below(20)).unwrap()),
        DataType::Tinyint,
        DataType::Smallint,
        DataType::Int,
        DataType::Bigint,
        DataType::Bigint,
        DataType::Float,
        DataType::Double,
        DataType::Decimal {
            precision: 10 + u8::try_from(draw.below(9)).unwrap(),
            scale: u8::try_from(draw.below(5)).unwrap(),
        },
        DataType::Boolean,
        DataType::Binary,
        DataType::Date,
        DataType::Time,
        DataType::Timestamp,
        DataType::TimestampNtz,
        DataType::Uuid,
        DataType::Variant,
    ];
    if depth == 0 || draw.chance(85) {
        return draw.pick(&scalars).clone();
    }
    match draw.below(3) {
        0 => DataType::Array(Box::new(datatype(draw, depth - 1))),
        1 => DataType::Map(
            Box::new(DataType::String),
            Box::new(datatype(draw, depth - 1)),
        ),
        _ => DataType::Struct(vec![
            StructField {
                name: "a".to_owned(),
                datatype: datatype(draw, depth - 1),
            },
            StructField {
                name: "odd `name".to_owned(),
                datatype: datatype(draw, depth - 1),
            },
        ]),
    }
}

/// A value of a type; none of those that have no literal.
pub fn value(draw: &mut Draw, datatype: &DataType) -> Option<Value> {
    let small = i64::try_from(draw.below(100)).unwrap();
    Some(match datatype {
        DataType::String | DataType::Varchar(_) | DataType::Char(_) => {
            Value::Text((*draw.pick(&TEXTS)).to_owned())
        }
        DataType::Tinyint | DataType::Smallint | DataType::Int => Value::Int(small - 50),
        DataType::Bigint => Value::Int(*draw.pick(&[small, i64::MAX, i64::MIN, 1 << 53])),
        DataType::Float | DataType::Double => Value::Real(*draw.pick(&[0.5, -1.25, 1e300, 2.0])),
        DataType::Decimal { .. } => Value::Typed(ValueType::Decimal, format!("{small}.50")),
        DataType::Boolean => Value::Bool(draw.chance(50)),
        DataType::Binary => Value::bytes(&[0, 255, 39]),
        DataType::Date => Value::Typed(ValueType::Date, "2026-11-01".to_owned()),
        DataType::Time => Value::Typed(ValueType::Time, "08:00:00".to_owned()),
        DataType::Timestamp => Value::Typed(
            ValueType::TimestampZone,
            "2026-11-01T08:00:00+01:00".to_owned(),
        ),
        DataType::TimestampNtz => {
            Value::Typed(ValueType::Timestamp, "2026-11-01T08:00:00".to_owned())
        }
        _ => return None,
    })
}

fn default(draw: &mut Draw, datatype: &DataType) -> Option<DefaultValue> {
    let number = draw.below(100);
    match (draw.below(10), datatype) {
        (0, _) => Some(DefaultValue::Value(Value::Null)),
        (1 | 2, DataType::Int | DataType::Bigint) => {
            Some(DefaultValue::Expression(format!("{number} + length('a')")))
        }
        (1 | 2, DataType::String) => Some(DefaultValue::Expression(
            "lower('A)''; --') || ')'".to_owned(),
        )),
        _ => value(draw, datatype).map(DefaultValue::Value),
    }
}

/// Allowed values of a type.
pub fn allowed(draw: &mut Draw, datatype: &DataType) -> Vec<Value> {
    let mut values = Vec::new();
    for _ in 0..=draw.below(3) {
        if let Some(value) = value(draw, datatype)
            && !values.contains(&value)
        {
            values.push(value);
        }
    }
    values
}

/// Checks of a column or of the table: their names are there once in the whole table.
fn checks(draw: &mut Draw, of: &str, columns: &[String]) -> BTreeMap<String, Check> {
    let mut checks = BTreeMap::new();
    for at in 0..draw.below(3) {
        let column = draw.pick(columns).replace('"', "\"\"");
        let number = draw.below(100);
        let key = format!("{} {at} of {of}", draw.pick(&TEXTS));
        let name = if draw.chance(50) {
            key.clone()
        } else {
            format!("c{at} {} of {of}", draw.pick(&TEXTS))
        };
        let expression = format!("\"{column}\" IS NULL OR {number} <> length(')''(')");
        checks.insert(key, Check { name, expression });
    }
    checks
}

/// Tags or properties.
pub fn values(draw: &mut Draw) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for _ in 0..draw.below(3) {
        let value = match draw.below(7) {
            0 => Value::Null,
            6 => Value::Typed(ValueType::Decimal, "1.0".to_owned()),
            1 => Value::Bool(draw.chance(50)),
            2 => Value::Int(*draw.pick(&[7, i64::MAX])),
            3 => Value::Real(*draw.pick(&[1.5, 2.0, f64::INFINITY])),
            4 => Value::Array(vec![Value::Int(1), Value::Text("a".to_owned())]),
            _ => Value::Text((*draw.pick(&TEXTS)).to_owned()),
        };
        found.insert((*draw.pick(&TEXTS)).to_owned(), value);
    }
    found
}

/// A text, or none.
pub fn text(draw: &mut Draw) -> Option<String> {
    draw.chance(50).then(|| (*draw.pick(&TEXTS)).to_owned())
}
