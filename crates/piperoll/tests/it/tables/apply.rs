use super::faulty::{Fault, Faulty};
use super::workshop::{ORDERS, Workshop, context, orders, part, request, spec, text_of};
use crate::place::assert_sound;
use piperoll::ErrorKind;
use piperoll::event::{Phase, Value};
use piperoll::tables::{Request, SnapshotFormat, apply};

#[test]
fn a_table_is_made_and_changed_and_each_change_is_recorded_whole() {
    let shop = Workshop::new();
    let created = shop.apply(ORDERS).unwrap();
    assert_eq!(created.change_key.unwrap().to_string(), "create-1");
    assert_eq!(
        shop.told(),
        [
            "schema CREATE intent unknown",
            "schema CREATE outcome success"
        ]
    );
    let again = shop.apply(ORDERS).unwrap();
    assert!(again.plan.is_empty() && again.change_key.is_none());
    assert_eq!(
        shop.entries().len(),
        2,
        "what is as declared leaves no entry"
    );

    let noted = format!("{ORDERS}- {{name: note, datatype: string}}\n");
    let changed = shop.apply(&noted).unwrap();
    assert_eq!(changed.change_key.unwrap().to_string(), "create-1~update-1");
    let entries = shop.entries();
    let [create, _, outcome] = &entries[1..] else {
        panic!("four entries")
    };
    assert_eq!(outcome.header.of, Some(entries[2].header.id));
    assert_eq!(outcome.header.phase, Some(Phase::Outcome));
    assert_eq!(outcome.header.reason.as_deref(), Some("release 42"));
    let resource = &outcome.header.resource;
    assert_eq!(
        (
            resource.system.as_str(),
            resource.name.as_str(),
            resource.kind.as_str()
        ),
        ("shop", "shop.main.orders", "table")
    );
    assert_eq!(part(create, "before"), serde_json::Value::Null);
    assert_eq!(part(outcome, "before"), part(create, "after"));
    assert_eq!(part(outcome, "after")["columns"]["4"]["name"], "note");
    assert_eq!(
        part(outcome, "differences")["add"]["columns"]["4"]["datatype"],
        "string"
    );
    for (name, value) in [
        ("env", "prod"),
        ("yaml_path", "t.yaml"),
        ("change_category", "update"),
        ("change_key", "create-1~update-1"),
        ("snapshot_format", "json_pretty"),
    ] {
        assert_eq!(text_of(outcome, name).as_deref(), Some(value));
    }
    let Some(Value::Array(done)) = context(outcome, "statements_done") else {
        panic!("statements")
    };
    assert_eq!(done.len(), changed.plan.statements().len());
    assert_eq!(text_of(&entries[2], "digest"), text_of(outcome, "digest"));
    assert_sound(&shop.place.settings(), None);
}

#[test]
fn a_table_that_was_dropped_outside_begins_a_new_life() {
    let shop = Workshop::new();
    let key = |text: &str| shop.apply(text).unwrap().change_key.unwrap().to_string();
    let tagged = |tag: u32| format!("{ORDERS}table_properties: {{step: {tag}}}\n");
    assert_eq!(key(ORDERS), "create-1");
    assert_eq!(key(&tagged(1)), "create-1~update-1");
    assert_eq!(key(&tagged(2)), "create-1~update-2");
    shop.sql("DROP TABLE orders");
    assert_eq!(key(ORDERS), "create-2");
    assert_eq!(key(&tagged(3)), "create-2~update-1");
}

#[test]
fn without_audit_nothing_is_recorded() {
    let shop = Workshop::new();
    let applied = apply(&spec(ORDERS), &*shop.target(), None, &request(), None).unwrap();
    assert_eq!(applied.change_key, None);
    assert_eq!(shop.tables(), ["orders"]);
    assert!(!shop.place.files().contains(&"trail.db".to_owned()));
}

#[test]
fn a_stale_plan_is_refused_and_leaves_no_entry() {
    let shop = Workshop::new();
    let planned = shop.plan(ORDERS).unwrap().tables.remove(0);
    shop.sql("CREATE TABLE orders(order_id INTEGER)");
    let error = apply(
        &spec(ORDERS),
        &*shop.target(),
        Some(&shop.trail()),
        &request(),
        Some(&planned),
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "the plan of `shop.main.orders` is stale: the table has changed since it was made"
    );
    assert_eq!(shop.entries().len(), 0);
}

#[test]
fn what_loses_something_must_be_allowed() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    let less = ORDERS.replace("- {name: amount, datatype: 'decimal(10,2)'}\n", "");
    let careful = Request {
        allow_destructive: false,
        ..request()
    };
    let error = shop.apply_as(&less, &careful).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "something would be lost by this plan; nothing was done"
    );
    assert_eq!(error.problems().len(), 1);
    assert_eq!(shop.entries().len(), 2);
    shop.apply(&less).unwrap();
    assert_eq!(
        shop.left(&less),
        r#"{"full_table_name":"shop.main.orders"}"#
    );
}

#[test]
fn another_apply_is_waited_for_and_then_a_conflict() {
    let shop = Workshop::new();
    let trail = shop.trail();
    // Somebody alive holds the table: an intent of this process without outcome.
    let held = Faulty::new(shop.target(), Fault::DieBefore);
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        drop(apply(&spec(ORDERS), &held, Some(&trail), &request(), None));
    }));
    assert!(died.is_err());
    assert_eq!(shop.told(), ["schema CREATE intent unknown"]);
    let started = std::time::Instant::now();
    let error = shop.apply(ORDERS).unwrap_err();
    assert!(started.elapsed().as_secs() >= 9, "it waits first");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(
        error.to_string(),
        format!("another apply holds `{}`: entry 0", orders())
    );
    assert!(shop.tables().is_empty());
}

#[test]
fn snapshots_are_kept_in_the_form_that_was_asked_for() {
    let shop = Workshop::new();
    let kv = Request {
        snapshot_format: SnapshotFormat::Kv,
        ..request()
    };
    shop.apply_as(ORDERS, &kv).unwrap();
    let after = part(&shop.entries()[1], "after");
    let first = &after[0];
    assert_eq!(
        (&first["key"], &first["value"]),
        (&"catalog".into(), &"shop".into())
    );
    let noted = format!("{ORDERS}- {{name: note, datatype: string}}\n");
    shop.apply(&noted).unwrap();
    assert_eq!(part(&shop.entries()[3], "before")["catalog"], "shop");
}

#[test]
fn a_denied_change_is_one_plain_entry_and_nothing_is_done() {
    let shop = Workshop::new();
    let target = Faulty::new(shop.target(), Fault::Delta);
    let apply = |text: &str| apply(&spec(text), &target, Some(&shop.trail()), &request(), None);
    apply(ORDERS).unwrap();
    let noted = format!("{ORDERS}- {{name: note, datatype: string}}\n");
    let error = apply(&noted).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "the columns of `shop.main.orders` must not be changed"
    );
    assert_eq!(
        error.problems()[0].to_string(),
        "delta.columnMapping.mode: is not set; to add, rename or drop columns it must be `name`"
    );
    assert_eq!(shop.told()[2..], ["schema ALTER plain denied"]);
    let denied = &shop.entries()[2];
    assert_eq!(text_of(denied, "change_key"), None);
    assert_eq!(
        part(denied, "differences")["add"]["columns"]["4"]["name"],
        "note"
    );
    assert_eq!(shop.state(ORDERS).unwrap().table.columns.len(), 3);
    let allowed = "table_properties: {delta.columnMapping.mode: name, delta.minReaderVersion: 3, delta.minWriterVersion: 7}\n";
    assert_eq!(
        apply(&format!("{ORDERS}{allowed}"))
            .unwrap()
            .change_key
            .unwrap()
            .update,
        1
    );
    assert_eq!(
        apply(&format!("{noted}{allowed}"))
            .unwrap()
            .change_key
            .unwrap()
            .update,
        2
    );
}

#[test]
fn a_renamed_table_goes_on_under_its_new_name() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    shop.sql("INSERT INTO orders(order_id) VALUES (7)");
    let renamed = ORDERS.replace("table: orders", "table: sales\nrenamed_from: orders");
    let applied = shop.apply(&renamed).unwrap();
    assert_eq!(applied.change_key.unwrap().to_string(), "create-1~update-1");
    assert_eq!(shop.tables(), ["sales"]);
    assert_eq!(
        shop.left(&renamed),
        r#"{"full_table_name":"shop.main.sales"}"#
    );
    let entries = shop.entries();
    let outcome = entries.last().unwrap();
    assert_eq!(outcome.header.resource.name, "shop.main.sales");
    assert_eq!(
        part(outcome, "before")["full_table_name"],
        "shop.main.orders"
    );
    assert!(shop.apply(&renamed).unwrap().plan.is_empty());
}

#[test]
fn what_delta_tables_must_say_of_themselves() {
    use piperoll::error::Problem;
    use piperoll::tables::{differences, preflight};
    use piperoll::target::State;
    let live = spec(ORDERS).table;
    let noted = format!("{ORDERS}- {{name: note, datatype: string}}\n");
    let missing = |properties: &str| {
        let mut live = live.clone();
        live.properties = spec(&format!("{ORDERS}table_properties: {properties}\n"))
            .table
            .properties;
        let state = State::new(live);
        let found = preflight(&differences(&spec(&noted), Some(&state)), Some(&state));
        let places = found.into_iter().map(|Problem { place, .. }| place);
        places.collect::<Vec<_>>()
    };
    let (mode, reader, writer) = (
        "delta.columnMapping.mode",
        "delta.minReaderVersion",
        "delta.minWriterVersion",
    );
    assert_eq!(missing("{}"), [mode, reader, writer]);
    let all =
        "{delta.columnMapping.mode: name, delta.minReaderVersion: '2', delta.minWriterVersion: 5}";
    assert_eq!(missing(all), [""; 0]);
    // A table of a later version is not refused, as Layker would.
    assert_eq!(
        missing(&all.replace("'2'", "'3'").replace(": 5", ": '7'")),
        [""; 0]
    );
    assert_eq!(
        missing(&all.replace("'2'", "'1'").replace("name,", "id,")),
        [mode, reader]
    );
    // A change of a comment evolves no schema, and a new table has none yet.
    let state = State::new(live.clone());
    let comment = spec(&ORDERS.replace("What was", "All that was"));
    assert_eq!(
        preflight(&differences(&comment, Some(&state)), Some(&state)),
        []
    );
    assert_eq!(preflight(&differences(&comment, None), None), []);
}
