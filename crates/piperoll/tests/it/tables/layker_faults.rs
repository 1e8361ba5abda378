//! Layker's sixteen faults: each situation, and what Piperoll does in it.

use super::faulty::{Fault, Faulty};
use super::workshop::{ORDERS, Workshop, context, part, request, spec, text_of};
use crate::place::{assert_sound, settings_in};
use piperoll::ErrorKind;
use piperoll::event::{Strength, Value};
use piperoll::tables::{Spec, apply, differences};
use piperoll::trail::{Surroundings, Trail};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

const NOTHING: &str = r#"{"full_table_name":"shop.main.orders"}"#;

#[test]
fn l_f1_a_trail_that_cannot_be_written_stops_before_the_first_statement() {
    let shop = Workshop::new();
    drop(shop.trail());
    let location = shop.place.settings().location;
    let reader = Trail::open_to_read(&location, None, Surroundings::default()).unwrap();
    let target = Faulty::new(shop.target(), Fault::Idle);
    let error = apply(&spec(ORDERS), &target, Some(&reader), &request(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(target.statements.load(Ordering::Relaxed), 0);
    assert!(!shop.db().exists(), "the target was not even made");
}

#[test]
fn l_f2_a_failed_statement_is_recorded_and_the_rest_still_differs() {
    let shop = Workshop::new();
    let target = Faulty::new(shop.target(), Fault::Step(1));
    apply(
        &spec(ORDERS),
        &target,
        Some(&shop.trail()),
        &request(),
        None,
    )
    .unwrap_err();
    assert_eq!(
        shop.told(),
        [
            "schema CREATE intent unknown",
            "schema CREATE outcome failure"
        ]
    );
    let outcome = &shop.entries()[1];
    assert_eq!(
        text_of(outcome, "statements_done").as_deref(),
        Some("[]"),
        "one transaction"
    );
    let Some(Value::Array(left)) = context(outcome, "statements_not_done") else {
        panic!("statements")
    };
    assert_eq!(
        left.len(),
        shop.plan(ORDERS).unwrap().tables[0].statements().len()
    );
    assert_ne!(shop.left(ORDERS), NOTHING);
}

#[test]
fn l_f3_a_change_without_effect_is_a_failure_and_differences_are_what_the_table_shows() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    let commented = ORDERS.replace("How far it is", "Its state");
    let target = Faulty::new(shop.target(), Fault::Idle);
    let error = apply(
        &spec(&commented),
        &target,
        Some(&shop.trail()),
        &request(),
        None,
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(
        error.to_string(),
        "`shop.main.orders` still differs after its statements; they were taken back"
    );
    assert_eq!(shop.told()[3], "schema ALTER outcome failure");
    shop.apply(&commented).unwrap();
    let entries = shop.entries();
    let done = entries.last().unwrap();
    let comment = "/columns/2/comment";
    assert_eq!(
        part(done, "before").pointer(comment).unwrap(),
        "How far it is"
    );
    assert_eq!(part(done, "after").pointer(comment).unwrap(), "Its state");
    assert_eq!(
        part(done, "differences")["update"]["columns"],
        serde_json::json!({"2": {"column_comment": "Its state"}})
    );
}

#[test]
fn l_f4_columns_are_added_renamed_and_dropped() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    shop.sql("INSERT INTO orders(order_id, status, amount) VALUES (1, 'paid', 12.5)");
    let added = format!("{ORDERS}- {{name: note, datatype: string}}\n");
    let renamed = added.replace("{name: status,", "{name: state, renamed_from: status,");
    let dropped = renamed.replace("- {name: note, datatype: string}\n", "");
    for (text, key) in [(&added, 1), (&renamed, 2), (&dropped, 3)] {
        let applied = shop.apply(text).unwrap();
        assert_eq!(
            applied.change_key.unwrap().to_string(),
            format!("create-1~update-{key}")
        );
        assert_eq!(shop.left(text), NOTHING);
    }
    let connection = rusqlite::Connection::open(shop.db()).unwrap();
    let row: (String, f64) = connection
        .query_row("SELECT state, amount FROM orders", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(row, ("paid".to_owned(), 12.5), "no row is lost");
}

#[test]
fn l_f5_a_table_has_its_own_columns_only() {
    let shop = Workshop::new();
    let names = "catalog: shop\nschema: main\ntable: orders\ncolumns:\n- {name: name, datatype: string}\n- {name: catalog, datatype: string}\n- {name: Type, datatype: string}\n";
    shop.apply(names).unwrap();
    let state = shop.state(names).unwrap();
    let columns: Vec<_> = state
        .table
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(columns, ["name", "catalog", "Type"]);
    assert_eq!(shop.left(names), NOTHING);
}

/// All that SQLite can have.
const EVERYTHING: &str = r#"
catalog: shop
schema: main
table: orders
owner: a.b@x.org
comment: "it's all\nhere"
primary_key: [a, b]
unique_keys: [[c], [d, a]]
foreign_keys: {up: {columns: [d], reference_table: orders, reference_columns: [c]}}
table_check_constraints: {k: {name: positive, expression: a >= 0}}
tags: {team: dq, pii: false, none: null, share: 1.50}
table_properties: {p: "q"}
columns:
- {name: a, datatype: int}
- {name: b, datatype: 'varchar(10)', default_value: x}
- {name: c, datatype: string, comment: "c's", tags: {key: "yes"}, allowed_values: [u, v]}
- {name: d, datatype: string, column_check_constraints: {e: {name: at, expression: "d like '%@%'"}}, variable_value: 7}
- {name: at, datatype: timestamp, default_expression: current_timestamp}
"#;

#[test]
fn l_f6_after_an_apply_nothing_differs_of_any_attribute() {
    let shop = Workshop::new();
    shop.apply(EVERYTHING).unwrap();
    assert_eq!(shop.left(EVERYTHING), NOTHING);
    assert!(shop.plan(EVERYTHING).unwrap().is_empty());
    assert!(shop.apply(EVERYTHING).unwrap().plan.is_empty());
    assert_eq!(shop.entries().len(), 2);
}

#[test]
fn l_f7_hostile_text_stays_text_and_each_statement_is_one() {
    let hostile = "x'); DROP TABLE victim; -- \" ` ; /*";
    let quoted = serde_json::json!(hostile).to_string();
    let text = format!(
        "{{catalog: shop, schema: main, table: orders, owner: {quoted}, comment: {quoted}, tags: {{{quoted}: {quoted}}}, \
         table_properties: {{{quoted}: {quoted}}}, unique_keys: [[{quoted}]], \
         table_check_constraints: {{{quoted}: {{name: {quoted}, expression: 1 = 1}}}}, \
         foreign_keys: {{{quoted}: {{columns: {quoted}, reference_table: victim, reference_columns: {quoted}}}}}, \
         columns: [{{name: {quoted}, datatype: string, comment: {quoted}, tags: {{{quoted}: {quoted}}}, default_value: {quoted}, \
         allowed_values: [{quoted}], variable_value: {quoted}}}]}}"
    );
    let shop = Workshop::new();
    shop.sql("CREATE TABLE victim(a)");
    let plan = shop.plan(&text).unwrap();
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let statements = plan.tables[0].statements();
    assert!(statements.len() >= 2);
    for statement in statements {
        // It refuses more than one statement.
        let run = connection.execute(statement, []);
        run.unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
    shop.apply(&text).unwrap();
    assert_eq!(shop.left(&text), NOTHING);
    assert!(shop.tables().contains(&"victim".to_owned()));
    // An expression is one expression: it cannot end the statement.
    for expression in [
        "1 = 1); DROP TABLE victim; --",
        "1 = 1) --",
        "1; SELECT 1",
        "1 = 1 /*",
    ] {
        let check = serde_json::json!({"k": {"name": "n", "expression": expression}});
        let text =
            ORDERS.replace("orders", "other") + &format!("table_check_constraints: {check}\n");
        let error = shop.apply(&text).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Unsupported,
            "{expression}: {error}"
        );
    }
    assert_eq!(shop.tables(), ["orders", "victim"]);
}

#[test]
fn l_f8_a_read_that_fails_stops_everything() {
    for fault in [Fault::Read(0), Fault::Read(1), Fault::Read(2)] {
        let shop = Workshop::new();
        let target = Faulty::new(shop.target(), fault);
        let error = apply(
            &spec(ORDERS),
            &target,
            Some(&shop.trail()),
            &request(),
            None,
        )
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{fault:?}");
        assert!(shop.tables().is_empty(), "{fault:?}");
        let successes = shop
            .told()
            .iter()
            .filter(|line| line.ends_with("success"))
            .count();
        assert_eq!(successes, 0, "{fault:?}");
    }
}

#[test]
fn l_f9_eight_applies_at_once_take_eight_keys() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    let path = shop.place.path();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let shop = &shop;
            scope.spawn(move || {
                let trail = Trail::open(&settings_in(path), Surroundings::default()).unwrap();
                for step in 0..3 {
                    // Each wants another comment, so that each finds a difference.
                    let text = ORDERS.replace("What was ordered", &format!("{writer} {step}"));
                    let applied = apply(
                        &spec(&text),
                        &*shop.target(),
                        Some(&trail),
                        &request(),
                        None,
                    );
                    applied.unwrap();
                }
            });
        }
    });
    let entries = shop.entries();
    let keys: Vec<_> = entries
        .iter()
        .filter_map(|entry| text_of(entry, "change_key"))
        .collect();
    let distinct: BTreeSet<_> = keys.iter().collect();
    assert_eq!(keys.len(), 25);
    assert_eq!(distinct.len(), 25, "{keys:?}");
    assert!(keys.contains(&"create-1~update-24".to_owned()));
    // Each change begins with what the one before it left.
    let outcomes: Vec<_> = entries
        .iter()
        .filter(|entry| text_of(entry, "change_key").is_some())
        .collect();
    for pair in outcomes.windows(2) {
        assert_eq!(part(pair[0], "after"), part(pair[1], "before"));
    }
    assert_sound(&shop.place.settings(), None);
}

#[test]
fn l_f10_environment_actor_and_time_are_recorded_as_they_are() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    let outcome = &shop.entries()[1];
    assert_eq!(
        text_of(outcome, "env").as_deref(),
        Some("prod"),
        "not coerced to dev"
    );
    assert_eq!(outcome.header.actor.name, "alice");
    assert_eq!(outcome.header.actor.strength, Strength::Asserted);
    assert!(outcome.header.at.to_string().ends_with('Z'));
}

#[test]
fn l_f11_values_come_out_as_they_went_in() {
    let shop = Workshop::new();
    let text = format!(
        "{ORDERS}table_properties: {{a: false, b: 0, c: null, d: '', e: \"it's\", f: 1.50, g: 'false'}}\n"
    );
    shop.apply(&text).unwrap();
    let state = shop.state(&text).unwrap();
    assert_eq!(state.table.properties, spec(&text).table.properties);
    assert_eq!(state.table.tags["pii"], Value::Bool(false));
    let entries = shop.entries();
    let after = part(&entries[1], "after");
    assert_eq!(after["table_tags"]["pii"], serde_json::json!(false));
    assert_eq!(after["table_properties"]["e"], "it's");
}

#[test]
fn l_f12_a_scalar_is_one_name() {
    let shop = Workshop::new();
    let list = ORDERS.replace("primary_key: order_id", "primary_key: [order_id]");
    assert_ne!(list, ORDERS);
    assert_eq!(
        shop.plan(&list).unwrap().digest(),
        shop.plan(ORDERS).unwrap().digest()
    );
}

#[test]
fn l_f13_plain_mistakes_have_a_place_and_a_message() {
    let head = "catalog: c\nschema: s\ntable: t\n";
    for (text, problem) in [
        (
            format!("{head}comment: null\ncolumns: [{{name: a, datatype: int}}]\n"),
            "x.yaml:4:10: `comment` has no value",
        ),
        (
            String::new(),
            "x.yaml:1:1: the file is empty; a table has at least `catalog`, `schema`, `table` and `columns`",
        ),
        (
            format!("{head}columns: [a]\n"),
            "x.yaml:4:11: expected a mapping, found text",
        ),
        (
            format!("{head}table: u\ncolumns: [{{name: a, datatype: int}}]\n"),
            "x.yaml:4:1: the key `table` is there twice",
        ),
    ] {
        let error = Spec::parse(&text, "x.yaml", None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        let found: Vec<_> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(found, [problem]);
    }
    // A list of columns is no mistake any more.
    spec(&format!("{head}columns: [{{name: a, datatype: int}}]\n"));
}

#[test]
fn l_f14_an_edited_change_is_found_by_verify() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    let edit = "DROP TRIGGER entries_update; UPDATE entries SET payload = replace(payload, 'create-1', 'create-9') WHERE seq = 1";
    shop.place.sql(edit).unwrap();
    let store = shop
        .place
        .settings()
        .location
        .open(piperoll::store::Access::Read)
        .unwrap();
    let request = piperoll::verify::Request::default();
    let report = piperoll::verify::verify(&*store, &request, &mut |_, _| {}).unwrap();
    let altered = report
        .findings
        .iter()
        .any(|finding| finding.entries == Some((1, 1)));
    assert!(altered, "{:?}", report.findings);
}

#[test]
fn l_f15_a_thousand_columns_take_few_statements() {
    let columns: String = (0..1_000)
        .map(|n| {
            format!(
                "- {{name: c{n}, datatype: int, comment: number {n}, tags: {{a: {n}, b: true}}}}\n"
            )
        })
        .collect();
    let text = format!("catalog: shop\nschema: main\ntable: orders\ncolumns:\n{columns}");
    let shop = Workshop::new();
    let plan = shop.plan(&text).unwrap();
    let statements = plan.tables[0].statements().len();
    assert!(statements <= 5, "{statements} statements");
    shop.apply(&text).unwrap();
    assert_eq!(shop.left(&text), NOTHING);
}

#[test]
fn l_f16_every_specification_in_the_documents_is_valid() {
    let guide = include_str!("../../../../../docs/guide/tables.md");
    let mut checked = 0;
    for block in guide.split("```yaml\n").skip(1) {
        let text = block.split("```").next().unwrap();
        if text.contains("catalog:") {
            let declared = spec(text);
            let state = piperoll::target::State::new(declared.table.clone());
            assert!(differences(&declared, Some(&state)).is_empty());
            checked += 1;
        }
    }
    assert!(checked >= 2, "{checked} specifications in the guide");
}
