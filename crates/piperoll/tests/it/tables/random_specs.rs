//! Random specifications that draw every key of the JSON schema.

use super::workshop::{Workshop, request, spec};
use crate::random::Random;
use piperoll::tables::{Change, apply, compare, differences, dump, json_schema};
use piperoll::target::{Attribute, State, Table};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What stands in texts.
const WORDS: [&str; 8] = [
    "plain",
    "it's",
    "two\nlines",
    "a \"b\"",
    "'); DROP TABLE t; --",
    "\u{e4}\u{1f600}",
    "null",
    "100%",
];
const TYPES: [&str; 14] = [
    "string",
    "varchar(20)",
    "char(3)",
    "smallint",
    "int",
    "BIGINT",
    "double",
    "float",
    "decimal(10,2)",
    "boolean",
    "date",
    "timestamp",
    "array<int>",
    "struct<a:int,`b c`:map<string,date>>",
];

/// Draws specifications as JSON, which is YAML, and remembers which keys it drew.
struct Drawing {
    random: Random,
    drawn: BTreeSet<String>,
    /// What SQLite refuses is left out.
    sqlite: bool,
}

impl Drawing {
    fn new(seed: u64, sqlite: bool) -> Self {
        Self {
            random: Random::new(seed),
            drawn: BTreeSet::new(),
            sqlite,
        }
    }

    fn chance(&mut self) -> bool {
        self.random.below(3) == 0
    }

    fn word(&mut self) -> String {
        (*self.random.pick(&WORDS)).to_owned()
    }

    fn scalar(&mut self) -> Value {
        match self.random.below(6) {
            0 => Value::Null,
            1 => json!(self.random.below(2) == 0),
            2 => json!(self.random.below(1_000_000)),
            3 => json!(self.random.below(1_000) as f64 + 0.25),
            _ => json!(self.word()),
        }
    }

    fn values(&mut self) -> Value {
        let count = self.random.below(3);
        let values = (0..count).map(|_| (self.word(), self.scalar()));
        Value::Object(values.collect::<Vec<_>>().into_iter().collect())
    }

    fn put(&mut self, object: &mut Map<String, Value>, level: &str, key: &str, value: Value) {
        self.drawn.insert(format!("{level}.{key}"));
        object.insert(key.to_owned(), value);
    }

    fn maybe(
        &mut self,
        object: &mut Map<String, Value>,
        level: &str,
        key: &str,
        value: impl FnOnce(&mut Self) -> Value,
    ) {
        if self.chance() {
            let value = value(self);
            self.put(object, level, key, value);
        }
    }

    fn rules(&mut self, name: &str, expression: &str) -> Value {
        let mut rule = Map::new();
        let number = self.random.below(1_000_000);
        self.put(&mut rule, "rule", "name", json!(format!("{name}_{number}")));
        self.put(&mut rule, "rule", "expression", json!(expression));
        json!({ self.word(): rule })
    }

    fn column(&mut self, name: &str) -> Value {
        let mut column = Map::new();
        let datatype = *self.random.pick(&TYPES);
        self.put(&mut column, "column", "name", json!(name));
        self.put(&mut column, "column", "datatype", json!(datatype));
        self.maybe(&mut column, "column", "nullable", |_| json!(true));
        self.maybe(&mut column, "column", "active", |_| json!(true));
        self.maybe(&mut column, "column", "comment", |draw| json!(draw.word()));
        self.maybe(&mut column, "column", "tags", Self::values);
        self.maybe(&mut column, "column", "variable_value", Self::scalar);
        if !self.sqlite {
            self.maybe(&mut column, "column", "column_masking_rule", |draw| {
                json!(draw.word())
            });
            self.maybe(&mut column, "column", "generated", |_| json!("1 + 1"));
        }
        self.maybe(&mut column, "column", "renamed_from", |draw| {
            json!(format!("old {}", draw.random.below(1_000_000_000)))
        });
        let value = match datatype {
            "string" => Some(json!(self.word())),
            "smallint" | "int" | "BIGINT" => Some(json!(self.random.below(100))),
            "double" => Some(json!(0.5)),
            "boolean" => Some(json!(true)),
            "date" => Some(json!("2026-11-01")),
            _ => None,
        };
        if let Some(value) = value.filter(|_| !column.contains_key("generated")) {
            match self.random.below(4) {
                0 => self.put(&mut column, "column", "default_value", value.clone()),
                1 => self.put(&mut column, "column", "default_expression", json!("1 + 1")),
                _ => {}
            }
            self.maybe(&mut column, "column", "allowed_values", |_| json!([value]));
        }
        let expression = format!("\"{}\" IS NOT NULL", name.replace('"', "\"\""));
        self.maybe(&mut column, "column", "column_check_constraints", |draw| {
            draw.rules("check", &expression)
        });
        Value::Object(column)
    }

    fn table(&mut self) -> String {
        let mut table = Map::new();
        for (key, value) in [("catalog", "shop"), ("schema", "main"), ("table", "t")] {
            self.put(&mut table, "table", key, json!(value));
        }
        let names: Vec<String> = (0..=self.random.below(6))
            .map(|n| format!("c{n} {}", ["", "x'y", "\"q\"", "select"][n as usize % 4]))
            .map(|name| name.trim().to_owned())
            .collect();
        let columns: Vec<Value> = names.iter().map(|name| self.column(name)).collect();
        let columns = if self.chance() {
            let numbered = columns.into_iter().enumerate();
            Value::Object(
                numbered
                    .map(|(n, column)| ((n + 1).to_string(), column))
                    .collect(),
            )
        } else {
            Value::Array(columns)
        };
        self.put(&mut table, "table", "columns", columns);
        let first = names[0].clone();
        let last = names[names.len() - 1].clone();
        self.maybe(&mut table, "table", "renamed_from", |_| json!("older"));
        self.maybe(&mut table, "table", "match", |_| json!("name"));
        self.maybe(&mut table, "table", "owner", |draw| json!(draw.word()));
        self.maybe(&mut table, "table", "tags", Self::values);
        let key = first.clone();
        if table["columns"][0].get("nullable").is_none() && table["columns"].is_array() {
            self.maybe(&mut table, "table", "primary_key", |_| json!(key));
        }
        self.maybe(&mut table, "table", "unique_keys", |_| json!([[last]]));
        self.maybe(&mut table, "table", "foreign_keys", |draw| {
            let mut foreign = Map::new();
            draw.put(&mut foreign, "foreign_key", "columns", json!(first));
            draw.put(
                &mut foreign,
                "foreign_key",
                "reference_table",
                json!("shop.main.parents"),
            );
            draw.put(
                &mut foreign,
                "foreign_key",
                "reference_columns",
                json!(["id"]),
            );
            json!({ "refers": foreign })
        });
        self.maybe(&mut table, "table", "table_check_constraints", |draw| {
            draw.rules("rule", "1 = 1")
        });
        match self.random.below(4) {
            0 => {
                let comment = json!(self.word());
                self.put(&mut table, "table", "comment", comment);
            }
            1 => {
                let comment = json!(self.word());
                self.put(&mut table, "table", "table_comment", comment);
                let values = self.values();
                self.put(&mut table, "table", "table_properties", values);
            }
            2 => {
                let mut properties = Map::new();
                let comment = json!(self.word());
                self.put(&mut properties, "properties", "comment", comment);
                let values = self.values();
                self.put(&mut properties, "properties", "table_properties", values);
                self.put(&mut table, "table", "properties", Value::Object(properties));
            }
            _ => {}
        }
        if !self.sqlite {
            self.maybe(&mut table, "table", "row_filters", |draw| {
                draw.rules("filter", "1 = 1")
            });
            self.maybe(&mut table, "table", "partitioned_by", |_| json!([names[0]]));
            self.maybe(&mut table, "table", "cluster_by", |_| json!(names[0]));
        }
        Value::Object(table).to_string()
    }
}

/// `table.catalog`, `column.name`, ... of every key of the schema.
fn keys_of_the_schema() -> BTreeSet<String> {
    let schema: Value = serde_json::from_str(&json_schema().canonical()).unwrap();
    let table = &schema["properties"];
    let column = &table["columns"]["anyOf"][0]["items"]["properties"];
    let foreign_key = &table["foreign_keys"]["additionalProperties"]["properties"];
    let rule = &table["row_filters"]["additionalProperties"]["properties"];
    let properties = &table["properties"]["properties"];
    let mut keys = BTreeSet::new();
    for (level, object) in [
        ("table", table),
        ("column", column),
        ("foreign_key", foreign_key),
        ("rule", rule),
        ("properties", properties),
    ] {
        let names = object.as_object().unwrap().keys();
        keys.extend(names.map(|name| format!("{level}.{name}")));
    }
    keys
}

#[test]
fn a_specification_does_not_differ_from_itself_whatever_it_says() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut drawing = Drawing::new(seed, false);
    for _ in 0..1_000 {
        let text = drawing.table();
        let declared = spec(&text);
        let state = State::new(declared.table.clone());
        let found = differences(&declared, Some(&state));
        assert_eq!(found.changes, [], "seed {seed}: {text}");
        let dumped = spec(&dump(&state));
        assert_eq!(dumped.table, declared.table, "seed {seed}: {text}");
    }
    assert_eq!(drawing.drawn, keys_of_the_schema(), "drawn on the left");
}

#[test]
fn a_random_table_is_applied_and_then_as_declared() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut drawing = Drawing::new(seed, true);
    for _ in 0..40 {
        let shop = Workshop::new();
        shop.sql("CREATE TABLE parents(id INTEGER PRIMARY KEY)");
        let target = shop.target();
        for _ in 0..3 {
            let text = drawing.table();
            let declared = spec(&text);
            let applied = apply(&declared, &*target, None, &request(), None);
            applied.unwrap_or_else(|error| {
                panic!(
                    "seed {seed}: {}: {:?}\n{text}",
                    error.chain(),
                    error.problems()
                )
            });
            let left = compare(&*target, &[declared]).unwrap();
            assert_eq!(left[0].changes, [], "seed {seed}: {text}");
        }
    }
}

/// A table in which everything is said.
const FULL: &str = r#"
catalog: shop
schema: main
table: t
owner: me
comment: c
primary_key: a
partitioned_by: a
cluster_by: a
unique_keys: [[b]]
foreign_keys: {f: {columns: a, reference_table: u, reference_columns: x}}
table_check_constraints: {k: {name: n, expression: a > 0}}
row_filters: {r: {name: m, expression: a > 0}}
tags: {x: 1}
table_properties: {p: 1}
columns:
- {name: a, datatype: int}
- name: b
  datatype: int
  comment: c
  tags: {x: 1}
  column_masking_rule: r
  default_value: 1
  variable_value: 1
  allowed_values: [1, 2]
  column_check_constraints: {k: {name: o, expression: b > 0}}
- {name: g, datatype: int, generated: a + 1}
"#;

type Mutation = (Attribute, fn(&mut Table));

const CHANGES: [Mutation; 21] = [
    (Attribute::Datatype, |t| {
        t.columns[1].datatype = piperoll::target::DataType::Bigint;
    }),
    (Attribute::Nullable, |t| {
        t.columns[1].nullable = false;
    }),
    (Attribute::Default, |t| {
        t.columns[1].default = None;
    }),
    (Attribute::VariableValue, |t| {
        t.columns[1].variable_value = None;
    }),
    (Attribute::Generated, |t| {
        t.columns[2].generated = Some("a + 2".into());
    }),
    (Attribute::ColumnComment, |t| {
        t.columns[1].comment = None;
    }),
    (Attribute::ColumnTags, |t| {
        t.columns[1].tags.clear();
    }),
    (Attribute::MaskingRule, |t| {
        t.columns[1].masking_rule = Some("s".into());
    }),
    (Attribute::ColumnChecks, |t| {
        t.columns[1].checks.clear();
    }),
    (Attribute::AllowedValues, |t| {
        drop(t.columns[1].allowed_values.pop());
    }),
    (Attribute::PrimaryKey, |t| {
        t.primary_key.push("b".into());
    }),
    (Attribute::UniqueKeys, |t| {
        t.unique_keys[0].columns.push("a".into());
    }),
    (Attribute::ForeignKeys, |t| {
        t.foreign_keys.get_mut("f").unwrap().reference_columns[0].push('y');
    }),
    (Attribute::Checks, |t| {
        t.checks.get_mut("k").unwrap().expression.push('0');
    }),
    (Attribute::RowFilters, |t| {
        t.row_filters.get_mut("r").unwrap().name.push('0');
    }),
    (Attribute::Tags, |t| {
        drop(
            t.tags
                .insert("x".into(), piperoll::event::Value::Text("1".into())),
        );
    }),
    (Attribute::Owner, |t| {
        t.owner = Some("you".into());
    }),
    (Attribute::Comment, |t| {
        t.comment = Some("d".into());
    }),
    (Attribute::Properties, |t| {
        drop(
            t.properties
                .insert("q".into(), piperoll::event::Value::Null),
        );
    }),
    (Attribute::PartitionedBy, |t| {
        t.partitioned_by.clear();
    }),
    (Attribute::ClusterBy, |t| {
        t.cluster_by.push("b".into());
    }),
];

#[test]
fn each_changed_attribute_is_seen_and_nothing_else() {
    let declared = spec(FULL);
    for (attribute, change) in CHANGES {
        let mut live = declared.table.clone();
        change(&mut live);
        let found = differences(&declared, Some(&State::new(live)));
        assert!(!found.changes.is_empty(), "{attribute:?} is not seen");
        for change in &found.changes {
            let seen = match change {
                Change::Table(altered) | Change::Column { altered, .. } => altered.attribute,
                other => panic!("{attribute:?} is seen as {other:?}"),
            };
            assert_eq!(seen, attribute);
        }
        let text = found.to_value().canonical();
        assert!(
            text.len() > r#"{"full_table_name":"shop.main.t"}"#.len(),
            "{attribute:?}: {text}"
        );
    }
    let told: BTreeSet<_> = CHANGES.iter().map(|(attribute, _)| *attribute).collect();
    assert_eq!(told.len(), 21, "each once");
}
