use super::*;
use crate::event::{Value, ValueType};
use crate::target::{DataType, DefaultValue};

fn parse(text: &str) -> Spec {
    Spec::parse(text, "t.yaml", Some("dev")).unwrap_or_else(|error| {
        let problems = error.problems().iter().map(ToString::to_string);
        panic!("{error}: {}", problems.collect::<Vec<_>>().join("\n"))
    })
}

fn faults(text: &str) -> Vec<String> {
    let error = Spec::parse(text, "t.yaml", Some("dev")).unwrap_err();
    error.problems().iter().map(ToString::to_string).collect()
}

/// A table with one column `id`, and what a test adds at the top.
fn with(more: &str) -> String {
    format!("catalog: c\nschema: s\ntable: t\ncolumns:\n  - {{name: id, datatype: int}}\n{more}")
}

/// A table with one column of which a test says the rest.
fn column(more: &str) -> String {
    format!("catalog: c\nschema: s\ntable: t\ncolumns:\n  - name: id\n{more}")
}

/// With every key that Layker's own example has, written in its two ways.
const LAYKER: &str = r#"
catalog: dq_
schema: sandbox
table: example
primary_key: [example_id]
partitioned_by: [event_date]
unique_keys: []
foreign_keys:
  fk_date:
    columns: [event_date]
    reference_table: calendars.dates
    reference_columns: [date]
table_check_constraints:
  constraint_1:
    name: check_past
    expression: "event_date <= current_date()"
row_filters:
  filter_1:
    name: internal_only
    expression: "classification = 'internal'"
tags: {team: dq, pii: false, nothing: null, level: 3, share: 1.50}
owner: somebody@example.org
properties:
  comment: |
    **Table** of `examples`

    It's kept.
  table_properties:
    delta.columnMapping.mode: "name"
    delta.minReaderVersion: "2"
columns:
  2:
    name: event_date
    datatype: DATE
    nullable: false
    comment: ""
    tags: {}
    column_masking_rule: ""
    default_value: null
    variable_value: "date_code"
    allowed_values: []
    active: true
  1:
    name: example_id
    datatype: string
    nullable: false
    comment: "It's the key"
    tags: {pii: false, business_key: yes}
    column_masking_rule: "MASKED WITH SHA256"
    default_value: null
    variable_value: 42
    allowed_values: ["A", "B"]
    column_check_constraints:
      constraint_1: {name: check_nonempty, expression: "length(example_id) > 0"}
    active: true
  3: {name: later, datatype: "decimal(10,2)", nullable: true, active: false, default_value: 0.50}
"#;

#[test]
fn laykers_keys_are_all_understood() {
    let spec = parse(LAYKER);
    let table = &spec.table;
    assert_eq!(table.name.to_string(), "dq_dev.sandbox.example");
    let names: Vec<_> = table.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        ["example_id", "event_date"],
        "numbers give the order"
    );
    assert_eq!(spec.inactive, ["later"]);
    assert_eq!(table.primary_key, ["example_id"]);
    let reference = table.foreign_keys["fk_date"].reference_table.to_string();
    assert_eq!(reference, "dq_dev.calendars.dates");
    assert_eq!(table.checks["constraint_1"].name, "check_past");
    let filter = &table.row_filters["filter_1"].expression;
    assert_eq!(filter, "classification = 'internal'");
    assert_eq!(
        Value::Object(table.tags.clone()).canonical(),
        r#"{"level":3,"nothing":null,"pii":false,"share":{"$dec":"1.50"},"team":"dq"}"#
    );
    let comment = table.comment.as_deref().unwrap();
    assert_eq!(comment, "**Table** of `examples`\n\nIt's kept.\n");
    assert_eq!(
        table.properties["delta.minReaderVersion"],
        Value::Text("2".into())
    );
    let [id, date] = table.columns.as_slice() else {
        panic!("two columns")
    };
    assert_eq!(id.comment.as_deref(), Some("It's the key"));
    assert_eq!(
        id.tags["business_key"],
        Value::Text("yes".into()),
        "YAML 1.2"
    );
    assert_eq!(id.masking_rule.as_deref(), Some("MASKED WITH SHA256"));
    assert_eq!(id.variable_value, Some(Value::Int(42)));
    assert_eq!(id.allowed_values.len(), 2);
    assert_eq!(id.checks["constraint_1"].name, "check_nonempty");
    assert_eq!(date.datatype, DataType::Date);
    assert_eq!(
        (&date.comment, &date.masking_rule, &date.default),
        (&None, &None, &None)
    );
}

#[test]
fn what_layker_refuses_by_mistake_is_taken() {
    let spec = parse(
        "catalog: Sales\nschema: _s\ntable: T1\nprimary_key: Id\ncolumns:\n\
         - {name: Id, datatype: BIGINT}\n\
         - {name: amount, datatype: 'decimal(10,2)', default_value: 0}\n\
         - {name: ratio, datatype: double, default_value: 0}\n\
         - {name: code, datatype: varchar(3), default_value: a'b}\n\
         - {name: at, datatype: timestamp_ntz}\n\
         - {name: small, datatype: smallint, generated: amount * 2}\n",
    );
    assert_eq!(spec.table.name.to_string(), "Sales._s.T1");
    assert_eq!(spec.table.primary_key, ["Id"], "a scalar is one name");
    assert!(!spec.table.columns[0].nullable, "a key is never null");
    let default = |index: usize| spec.table.columns[index].default.clone();
    assert_eq!(default(1), Some(DefaultValue::Value(Value::Int(0))));
    assert_eq!(
        default(3),
        Some(DefaultValue::Value(Value::Text("a'b".into())))
    );
    assert_eq!(
        spec.table.columns[5].generated.as_deref(),
        Some("amount * 2")
    );
}

#[test]
fn our_own_keys_are_read() {
    let spec = parse(
        "catalog: c\nschema: s\ntable: t\nrenamed_from: old\nmatch: position\ncluster_by: a\n\
         comment: \"two\\nlines, 'quoted'\"\ncolumns:\n\
         - {name: a, datatype: int, renamed_from: b}\n\
         - {name: at, datatype: timestamp, default_expression: current_timestamp}\n",
    );
    assert_eq!(spec.renamed_from.unwrap().to_string(), "c.s.old");
    assert_eq!(spec.matching, Matching::Position);
    assert_eq!(spec.renamed_columns, [("b".to_owned(), "a".to_owned())]);
    assert_eq!(spec.table.cluster_by, ["a"]);
    assert_eq!(spec.table.comment.as_deref(), Some("two\nlines, 'quoted'"));
    assert_eq!(
        spec.table.columns[1].default,
        Some(DefaultValue::Expression("current_timestamp".into()))
    );
}

#[test]
fn the_environment_goes_behind_an_underscore_only() {
    let name = |catalog: &str, env: Option<&str>| {
        let text = with("").replacen("catalog: c", &format!("catalog: {catalog}"), 1);
        Spec::parse(&text, "t.yaml", env).map(|spec| spec.table.name.to_string())
    };
    assert_eq!(name("dq_", Some("prod")).unwrap(), "dq_prod.s.t");
    assert_eq!(name("dq_", None).unwrap(), "dq_.s.t");
    assert_eq!(name("dq", Some("prod")).unwrap(), "dq.s.t");
    let error = name("dq_", Some("dev-eu")).unwrap_err();
    assert_eq!(
        error.problems()[0].to_string(),
        "t.yaml:1:10: `catalog`: `dq_dev-eu` is not a letter or `_`, then letters, digits and `_`"
    );
}

#[test]
fn numbers_keep_what_was_written() {
    let value = |text: &str| {
        let spec = parse(&with(&format!("tags: {{v: {text}}}")));
        spec.table.tags["v"].clone()
    };
    let decimal = |text: &str| Value::Typed(ValueType::Decimal, text.into());
    for (text, expected) in [
        ("7", Value::Int(7)),
        ("0x1F", Value::Int(31)),
        ("007", Value::Int(7)),
        ("1.50", decimal("1.50")),
        ("0.5", Value::Real(0.5)),
        ("+.5", Value::Real(0.5)),
        ("3.", Value::Int(3)),
        ("-0007.25", Value::Real(-7.25)),
        (
            "18446744073709551616",
            Value::Typed(ValueType::Int, "18446744073709551616".into()),
        ),
        ("'7'", Value::Text("7".into())),
        ("~", Value::Null),
        ("TRUE", Value::Bool(true)),
    ] {
        assert_eq!(value(text), expected, "of {text}");
    }
    for text in [".inf", ".nan", "[1]", "{a: 1}"] {
        let found = faults(&with(&format!("tags: {{v: {text}}}")));
        assert!(found[0].contains("`v` in `tags` must be a"), "{found:?}");
    }
}

#[test]
fn every_fault_is_named_at_its_place() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        (
            String::new(),
            "t.yaml:1:1: the file is empty; a table has at least `catalog`, `schema`, `table` and `columns`",
        ),
        (
            "[1]".to_owned(),
            "t.yaml:1:1: expected a mapping, found a list",
        ),
        (
            with("tabel: x"),
            "t.yaml:6:1: unknown key `tabel`; did you mean `table`?",
        ),
        (
            with("table: u"),
            "t.yaml:6:1: the key `table` is there twice",
        ),
        (with("comment: null"), "t.yaml:6:10: `comment` has no value"),
        (
            with("comment: 7"),
            "t.yaml:6:10: `comment` must be text, not an integer; put it in quotes",
        ),
        (
            with("owner: [a]"),
            "t.yaml:6:8: `owner` must be text, not a list",
        ),
        (
            with("match: index"),
            "t.yaml:6:8: `match` must be `name` or `position`, not `index`",
        ),
        (
            with("primary_key: [ID]"),
            "t.yaml:6:15: `primary_key` names `ID`, which is no column of the table; did you mean `id`?",
        ),
        (
            with("primary_key: [id, id]"),
            "t.yaml:6:19: `primary_key` names `id` twice",
        ),
        (
            with("unique_keys: [[id, no]]"),
            "t.yaml:6:20: `unique_keys` names `no`, which is no column of the table",
        ),
        (
            with("unique_keys: [[id], [id]]"),
            "t.yaml:6:22: `unique_keys` has these columns twice",
        ),
        (
            with("comment: a\ntable_comment: b"),
            "t.yaml:7:16: `table_comment` says what another key of the table said before",
        ),
        (
            with("properties: {owner: x}"),
            "t.yaml:6:14: unknown key `owner`",
        ),
        (
            with("tags: x"),
            "t.yaml:6:7: `tags` must be a mapping, not text",
        ),
        (
            with("row_filters: {a: {name: f, expression: ' '}}"),
            "t.yaml:6:40: `expression` is blank",
        ),
        (
            with("row_filters: {a: {name: f}}"),
            "t.yaml:6:18: missing key `expression`",
        ),
        (
            with(
                "foreign_keys: {f: {columns: id, reference_table: a.b.c.d, reference_columns: x}}",
            ),
            "t.yaml:6:50: `reference_table`: `a.b.c.d` is not `catalog.schema.table`",
        ),
        (
            with("foreign_keys: {f: {columns: id, reference_table: x, reference_columns: [a, b]}}"),
            "t.yaml:6:72: `f` has 1 `columns` and 2 `reference_columns`; each column refers to one",
        ),
        (
            with("renamed_from: t"),
            "t.yaml:6:15: `renamed_from` is the name that the table has",
        ),
        (
            with("renamed_from: a.b"),
            "t.yaml:6:15: `renamed_from`: `a.b` is not a letter or `_`, then letters, digits and `_`; it is a table of the same schema",
        ),
        (
            column("    datatype: strin"),
            "t.yaml:6:15: `datatype`: `strin` is no type; known are string, varchar(n), char(n)",
        ),
        (
            "catalog: c\nschema: s\ntable: t\ncolumns: [{name: x, datatype: decimal(10,2)}]\n"
                .to_owned(),
            "t.yaml:4:31: `datatype`: `)` is missing at character 11 of `decimal(10`; in `{ }` a type with a comma stands in quotes",
        ),
        (
            column("    datatype: int\n    nullable: yes"),
            "t.yaml:7:15: `nullable` must be `true` or `false`, not text",
        ),
        (
            column("    datatype: int\n    default_value: x"),
            "t.yaml:7:20: `default_value` must be an integer of 32 bits for the type `int`",
        ),
        (
            column("    datatype: int\n    default_value: true"),
            "t.yaml:7:20: `default_value` must be an integer of 32 bits for the type `int`",
        ),
        (
            column("    datatype: tinyint\n    default_value: 128"),
            "t.yaml:7:20: `default_value` must be an integer of 8 bits for the type `tinyint`",
        ),
        (
            column("    datatype: string\n    default_value: 1"),
            "t.yaml:7:20: `default_value` must be text for the type `string`; put it in quotes",
        ),
        (
            column("    datatype: date\n    default_value: '2026-02-30'"),
            "t.yaml:7:20: `default_value` must be a date such as '2026-11-01' for the type `date`",
        ),
        (
            column("    datatype: timestamp\n    default_value: '2025-02-29 08:00:00'"),
            "t.yaml:7:20: `default_value` must be a time such as '2026-11-01T08:00:00' for the type `timestamp`",
        ),
        (
            "catalog: c\nschema: s\ntable: t\ncolumns:\n  - {name: x, datatype: int, renamed_from: y}\n  - {name: y, datatype: int, renamed_from: x}\n"
                .to_owned(),
            "t.yaml:5:44: `renamed_from` leads from `y` back to the same name, and nobody could tell whether that exchange is done; take a name that is free for one of them, apply, and then give it its last name",
        ),
        (
            column("    datatype: varchar(2)\n    default_value: abc"),
            "t.yaml:7:20: `default_value` has 3 characters; `varchar(2)` takes at most 2",
        ),
        (
            column("    datatype: decimal(4,2)\n    default_value: 123.4"),
            "t.yaml:7:20: `default_value` has more digits than `decimal(4,2)` takes",
        ),
        (
            column("    datatype: date\n    default_value: 2026-13-01"),
            "t.yaml:7:20: `default_value` must be a date such as '2026-11-01' for the type `date`",
        ),
        (
            column("    datatype: array<int>\n    default_value: x"),
            "t.yaml:7:20: `default_value` cannot be given as a value of type `array<int>`",
        ),
        (
            column("    datatype: int\n    default_value: 1\n    default_expression: 1+1"),
            "t.yaml:8:25: a column has `default_value` or `default_expression`, not both",
        ),
        (
            column("    datatype: int\n    default_value: 1\n    generated: 1+1"),
            "t.yaml:8:16: a column has `generated` or a default, not both",
        ),
        (
            column("    datatype: int\n    allowed_values: [1, x, 1]"),
            "t.yaml:7:25: a value of `allowed_values` must be an integer of 32 bits for the type `int`",
        ),
        (
            column("    datatype: int\n    allowed_values: [null]"),
            "t.yaml:7:22: `allowed_values` holds null; a column that may be null says `nullable: true`",
        ),
        (
            column("    datatype: int\n    renamed_from: id"),
            "t.yaml:7:19: `renamed_from` is the name that the column has",
        ),
        (
            column("    datatype: int\n    active: false\nprimary_key: id"),
            "t.yaml:8:14: `primary_key` names `id`, which is not active",
        ),
        (
            column("    datatype: int\n    nullable: maybe\nprimary_key: id"),
            "t.yaml:7:15: `nullable` must be `true` or `false`, not text",
        ),
        (
            column("    datatype: itn\n  - {name: id, datatype: int}"),
            "t.yaml:7:12: a column called `id` stands at t.yaml:5:11 already",
        ),
        (
            column("    datatype: int\n  - {name: id, datatype: int}"),
            "t.yaml:7:12: a column called `id` stands at t.yaml:5:11 already",
        ),
        (
            column(
                "    datatype: int\n    column_check_constraints: {a: {name: n, expression: x}}\ntable_check_constraints: {b: {name: n, expression: y}}",
            ),
            "t.yaml:7:42: a check called `n` stands at t.yaml:8:37 already",
        ),
        (
            with("").replace("  - {", "  3: {"),
            "t.yaml:5:3: the keys of `columns` are 1 to 1, each once, not `3`",
        ),
        (
            "catalog: c\nschema: s\ntable: t\ncolumns: []\n".to_owned(),
            "t.yaml:4:10: `columns` is empty; a table has at least one column",
        ),
        (
            "catalog: c\nschema: s\ntable: t\ncolumns: x\n".to_owned(),
            "t.yaml:4:10: `columns` must be a list, or a mapping with the keys 1 to N, not text",
        ),
        (
            "catalog: c\nschema: s\ntable: 'a b'\ncolumns: [{name: x, datatype: int}]\n".to_owned(),
            "t.yaml:3:8: `table`: `a b` is not a letter or `_`, then letters, digits and `_`",
        ),
    ] {
        let found = faults(&text);
        if !found.iter().any(|fault| fault.starts_with(expected)) {
            wrong.push(format!(
                "wanted {expected}
found {found:#?}
of {text}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "
"
        )
    );
}

#[test]
fn what_names_a_column_that_could_not_be_read_is_not_to_blame() {
    let keys = "catalog: c\nschema: s\ntable: t\nprimary_key: [a, no]\ncolumns:\n";
    let places = |columns: &str| {
        let found = faults(&format!("{keys}{columns}"));
        let places = found.iter().map(|fault| fault.split(": ").next().unwrap());
        places.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        places("- {name: a, datatype: x}\n"),
        ["t.yaml:4:18", "t.yaml:6:23"]
    );
    assert_eq!(
        places("- {nam: a, datatype: int}\n"),
        ["t.yaml:6:3", "t.yaml:6:4"]
    );
    assert_eq!(
        places("  1: {name: a, datatype: int}\n  3: {name: b, datatype: int}\n"),
        ["t.yaml:4:18", "t.yaml:7:3"]
    );
}

#[test]
fn all_faults_of_a_file_come_at_once() {
    let found = faults(
        "catalog: c d\nschema: s\ntabel: t\nprimary_key: no\ncolumns:\n\
         - {name: a, datatype: strin, nullable: maybe, colour: red}\n\
         - {name: a, datatype: int, comment: null, default_value: x}\n",
    );
    let places: Vec<_> = found
        .iter()
        .map(|fault| fault.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "t.yaml:1:1",
            "t.yaml:1:10",
            "t.yaml:3:1",
            "t.yaml:4:14",
            "t.yaml:6:23",
            "t.yaml:6:40",
            "t.yaml:6:47",
            "t.yaml:7:10",
            "t.yaml:7:37",
            "t.yaml:7:58"
        ],
        "{found:#?}"
    );
}

/// C8.63
#[test]
fn c8_63_hostile_files_are_refused_or_read_as_what_they_are() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
                g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    assert!(
        faults(bomb)[0].contains("more than 1000000 nodes"),
        "{:?}",
        faults(bomb)
    );
    assert!(faults(&with("tags: !!python/object:os.system {a: b}"))[0].contains("unknown tag"));
    assert!(faults(&"x".repeat(crate::limits::TABLE_BYTES_MAX + 1))[0].contains("longer than"));
    let spec = parse(&with(
        "comment: \"'); DROP TABLE t; --\"\nowner: 'a`; DROP'\ntags: {\"k' = 'v'); --\": \"it's\"}",
    ));
    assert_eq!(spec.table.comment.as_deref(), Some("'); DROP TABLE t; --"));
    assert_eq!(spec.table.tags["k' = 'v'); --"], Value::Text("it's".into()));
    let many: String = (0..10_000)
        .map(|n| format!("  - {{name: column_{n}, datatype: int, nullable: true, active: true, comment: c, tags: {{a: b}}}}\n"))
        .collect();
    let spec = parse(&format!(
        "catalog: c\nschema: s\ntable: t\ncolumns:\n{many}"
    ));
    assert_eq!(spec.table.columns.len(), 10_000);
}
