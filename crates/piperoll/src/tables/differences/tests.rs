use super::*;
use crate::event::Json;
use std::collections::BTreeSet;

fn spec(text: &str) -> Spec {
    Spec::parse(text, "t.yaml", Some("dev"))
        .unwrap_or_else(|error| panic!("{error}: {:?}", error.problems()))
}

fn state(text: &str) -> State {
    State::new(spec(text).table)
}

fn between(declared: &str, live: &str) -> Value {
    differences(&spec(declared), Some(&state(live))).to_value()
}

fn json(text: &str) -> Value {
    Value::from_json(Json::parse(text.as_bytes()).unwrap())
}

const DECLARED: &str = r#"
catalog: dq_
schema: sales
table: orders
match: position
primary_key: [id]
partitioned_by: [day]
unique_keys: [[email]]
foreign_keys:
  fk_day: {columns: [day], reference_table: ref.cal.dates, reference_columns: [d]}
table_check_constraints:
  c1: {name: amount_pos, expression: "amount >= 0"}
row_filters:
  rf1: {name: internal_only, expression: "region = 'EU'"}
tags: {team: dq, pii: false}
owner: a.b@x.org
table_comment: "Orders"
table_properties: {delta.columnMapping.mode: "name", delta.minReaderVersion: "2", delta.minWriterVersion: "5"}
columns:
  1: {name: id, datatype: bigint, nullable: false, active: true, comment: "pk", tags: {key: "yes"}}
  2: {name: day, datatype: date, nullable: true, active: true}
  3: {name: email, datatype: string, nullable: true, active: true, tags: {pii: true}, column_masking_rule: "mask_email",
      column_check_constraints: {e1: {name: email_at, expression: "email like '%@%'"}}}
  4: {name: amount, datatype: double, nullable: true, active: true, default_value: 0.5}
"#;

const LIVE: &str = r#"
catalog: dq_
schema: sales
table: orders
primary_key: [id, day_old]
partitioned_by: [day_old]
table_check_constraints:
  c1: {name: amount_pos, expression: "amount > 0"}
row_filters:
  rf_old: {name: rf_old, expression: "x"}
tags: {old: 1}
owner: z
table_comment: "old comment"
table_properties: {delta.minReaderVersion: "1"}
columns:
  1: {name: id, datatype: bigint, nullable: false, active: true, comment: "old pk", tags: {gone: "1"}}
  2: {name: day_old, datatype: string, nullable: false, active: true}
  3: {name: email, datatype: string, nullable: true, active: true}
"#;

/// Layker's second worked example, and what Layker does not see in it: the comment, the tags, a property, a type.
#[test]
fn an_increment_has_laykers_shape_and_what_layker_is_blind_to() {
    let expected = json(
        r#"{"full_table_name":"dq_dev.sales.orders",
        "add":{"unique_keys":[["email"]],
          "foreign_keys":{"fk_day":{"columns":["day"],"reference_table":"ref.cal.dates","reference_columns":["d"]}},
          "row_filters":{"rf1":{"name":"internal_only","expression":"region = 'EU'"}},
          "table_tags":{"team":"dq","pii":false},
          "table_properties":{"delta.columnMapping.mode":"name","delta.minWriterVersion":"5"},
          "columns":{"4":{"name":"amount","datatype":"double","nullable":true,"default_value":0.5,
            "column_comment":"","column_tags":{},"column_masking_rule":"","column_check_constraints":{}}}},
        "update":{"primary_key":["id"],
          "table_check_constraints":{"c1":{"name":"amount_pos","expression":"amount >= 0"}},
          "table_comment":"Orders",
          "table_properties":{"delta.minReaderVersion":"2"},
          "owner":"a.b@x.org",
          "columns":{"1":{"column_comment":"pk","column_tags":{"key":"yes"}},
            "2":{"name":"day","datatype":"date","nullable":true},
            "3":{"column_masking_rule":"mask_email","column_tags":{"pii":true},"column_check_constraints":{"e1":{"name":"email_at","expression":"email like '%@%'"}}}}},
        "remove":{"row_filters":{"rf_old":{"name":"rf_old","expression":"x"}},"table_tags":{"old":1},
          "columns":{"1":{"column_tags":{"gone":"1"}}}}}"#,
    );
    assert_eq!(between(DECLARED, LIVE).canonical(), expected.canonical());
}

#[test]
fn a_table_that_is_not_there_is_added_whole() {
    let minimal = "catalog: c_\nschema: s\ntable: t\nprimary_key: [id]\ncolumns:\n  1: {name: id, datatype: bigint, nullable: false, active: true, comment: pk}\n";
    let found = differences(&spec(minimal), None);
    assert!(found.creates());
    let expected = json(
        r#"{"add":{"catalog":"c_dev","cluster_by":[],"columns":{"1":{"active":true,"column_check_constraints":{},"column_masking_rule":"","comment":"pk","datatype":"bigint","name":"id","nullable":false,"tags":{}}},"foreign_keys":{},"owner":"","partitioned_by":[],"primary_key":["id"],"row_filters":{},"schema":"s","table":"t","table_check_constraints":{},"table_comment":"","table_properties":{},"table_tags":{},"unique_keys":[]},"full_table_name":"c_dev.s.t"}"#,
    );
    assert_eq!(found.to_value().canonical(), expected.canonical());
}

#[test]
fn a_table_as_declared_has_none_in_any_spelling() {
    for text in [DECLARED, LIVE] {
        let found = differences(&spec(text), Some(&state(text)));
        assert_eq!(found.changes, []);
        assert_eq!(
            found.to_value().canonical(),
            r#"{"full_table_name":"dq_dev.sales.orders"}"#
        );
    }
    let aliases = DECLARED
        .replace("bigint", "LONG")
        .replace("datatype: string", "datatype: text");
    assert!(differences(&spec(&aliases), Some(&state(DECLARED))).is_empty());
    // The key of a check is a label of the file: the engine does not know it.
    let labels = DECLARED
        .replace("c1: {", "other: {")
        .replace("e1: {", "another: {");
    assert!(differences(&spec(&labels), Some(&state(DECLARED))).is_empty());
}

const TWO: &str = "catalog: c\nschema: s\ntable: t\nprimary_key: a\ncolumns:\n- {name: a, datatype: int, nullable: false}\n- {name: b, datatype: string}\n";

#[test]
fn a_column_in_the_middle_is_new_by_name_and_a_renaming_by_position() {
    let inserted = TWO.replace("- {name: b", "- {name: new, datatype: date}\n- {name: b");
    let by_name = between(&inserted, TWO).canonical();
    assert!(
        by_name.contains(r#""add":{"columns":{"2":{"#) && !by_name.contains("update"),
        "{by_name}"
    );
    let by_position = between(&format!("{inserted}match: position\n"), TWO).canonical();
    assert!(
        by_position.contains(r#""update":{"columns":{"2":{"datatype":"date","name":"new"}}"#),
        "{by_position}"
    );
    assert!(
        by_position.contains(r#""add":{"columns":{"3":{"#),
        "{by_position}"
    );
}

#[test]
fn a_renaming_is_done_when_the_old_name_is_gone() {
    let renamed = TWO.replace("{name: b,", "{name: c, renamed_from: b,");
    let renamed = renamed
        .replace("{name: a,", "{name: k, renamed_from: a,")
        .replace("primary_key: a", "primary_key: k");
    let found = differences(&spec(&renamed), Some(&state(TWO)));
    let pairs = [("a", "k"), ("b", "c")].map(|(old, new)| (old.to_owned(), new.to_owned()));
    assert_eq!(found.renamed_columns(), pairs);
    assert_eq!(
        found.changes.len(),
        2,
        "the key has its column still: {:?}",
        found.changes
    );
    assert!(differences(&spec(&renamed), Some(&state(&renamed))).is_empty());
    let moved = TWO.replace("table: t", "table: u\nrenamed_from: t");
    let found = differences(&spec(&moved), Some(&state(TWO)));
    assert_eq!(found.renamed_from().unwrap().to_string(), "c.s.t");
    assert_eq!(
        found.to_value().canonical(),
        r#"{"full_table_name":"c.s.u","update":{"renamed_from":"c.s.t"}}"#
    );
}

#[test]
fn a_name_that_one_renaming_frees_is_taken_by_the_next() {
    let chain = TWO.replace(
        "{name: a,",
        "{name: c, renamed_from: b, datatype: string}\n- {name: b, renamed_from: a,",
    );
    let chain: String = chain
        .lines()
        .filter(|line| !line.starts_with("- {name: b, datatype"))
        .map(|line| format!("{line}\n"))
        .collect();
    let chain = chain.replace("primary_key: a", "primary_key: b");
    let found = differences(&spec(&chain), Some(&state(TWO)));
    let mut pairs = found.renamed_columns();
    pairs.sort();
    let wanted = [("a", "b"), ("b", "c")].map(|(old, new)| (old.to_owned(), new.to_owned()));
    assert_eq!(pairs, wanted, "{:?}", found.changes);
    assert_eq!(found.changes.len(), 2, "{:?}", found.changes);
    assert!(differences(&spec(&chain), Some(&state(&chain))).is_empty());
}

#[test]
fn a_name_in_other_letters_is_a_renaming() {
    let upper = TWO
        .replace("{name: a,", "{name: A,")
        .replace("primary_key: a", "primary_key: A");
    assert_eq!(
        between(&upper, TWO).canonical(),
        r#"{"full_table_name":"c.s.t","update":{"columns":{"1":{"name":"A"}}}}"#
    );
    let both = format!("{TWO}- {{name: B, datatype: string}}\n");
    assert!(
        differences(&spec(&both), Some(&state(TWO)))
            .renamed_columns()
            .is_empty(),
        "`b` is there still"
    );
}

#[test]
fn what_is_not_active_is_left_alone() {
    let inactive = TWO.replace(
        "{name: b, datatype: string",
        "{name: b, active: false, datatype: date",
    );
    assert!(differences(&spec(&inactive), Some(&state(TWO))).is_empty());
    let in_other_letters = inactive.replace("{name: b, active", "{name: B, active");
    assert!(differences(&spec(&in_other_letters), Some(&state(TWO))).is_empty());
    assert_eq!(goal(&spec(&inactive), Some(&state(TWO))), state(TWO).table);
    let without = TWO.replace("- {name: b, datatype: string}\n", "");
    assert!(differences(&spec(&inactive), Some(&state(&without))).is_empty());
    assert_eq!(
        between(&without, TWO).canonical(),
        r#"{"full_table_name":"c.s.t","remove":{"columns":{"2":{"column_check_constraints":{},"column_tags":{},"name":"b"}}}}"#
    );
}

#[test]
fn what_is_unknown_is_neither_equal_nor_different_nor_lost() {
    let commented = format!("{TWO}comment: declared\nowner: me\n");
    let mut live = state(TWO);
    live.unknown = BTreeSet::from([Attribute::Comment, Attribute::Owner]);
    assert!(differences(&spec(&commented), Some(&live)).is_empty());
    assert_eq!(goal(&spec(&commented), Some(&live)).comment, None);
    let shown = crate::tables::snapshot(&live).canonical();
    assert!(
        shown.contains(r#""unknown":["owner","table_comment"]"#),
        "{shown}"
    );
    assert!(!shown.contains(r#""owner":"""#), "{shown}");
}

#[test]
fn an_owner_is_compared_where_one_is_declared() {
    let owned = format!("{TWO}owner: me\n");
    assert!(differences(&spec(TWO), Some(&state(&owned))).is_empty());
    assert_eq!(
        goal(&spec(TWO), Some(&state(&owned))).owner.as_deref(),
        Some("me")
    );
    assert_eq!(
        between(&owned, TWO).canonical(),
        r#"{"full_table_name":"c.s.t","update":{"owner":"me"}}"#
    );
}
