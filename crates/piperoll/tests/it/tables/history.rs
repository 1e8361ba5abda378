//! The seed's queries on the view `table_changes`, in the `sqlite3` of the system.

use super::workshop::{ORDERS, Workshop, orders, request};
use piperoll::event::{Action, Draft, DraftActor, EventId, Kind, Payload, Phase, Resource, Value};
use piperoll::tables::{CHANGE_COLUMNS, Request, history};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

fn with_history() -> Workshop {
    let shop = Workshop::new();
    let noted = format!("{ORDERS}- {{name: note, datatype: string}}\n");
    shop.apply(ORDERS).unwrap();
    let run = Request {
        run_id: Some("nightly".into()),
        notes: Some("it's needed".into()),
        ..request()
    };
    shop.apply_as(&noted, &run).unwrap();
    shop.apply(&ORDERS.replace("orders", "sales")).unwrap();
    shop
}

#[test]
fn the_view_has_laykers_columns_and_answers_the_seeds_queries() {
    let shop = with_history();
    let sql = |sql: &str| shop.place.sql(sql).unwrap();
    let columns = sql("SELECT group_concat(name) FROM pragma_table_info('table_changes')");
    assert_eq!(columns.trim(), CHANGE_COLUMNS.join(","));
    assert_eq!(
        sql(
            "SELECT fqn, change_category, COUNT(*) AS cnt FROM table_changes GROUP BY fqn, change_category ORDER BY fqn, change_category;"
        ),
        "shop.main.orders|create|1\nshop.main.orders|update|1\nshop.main.sales|create|1"
    );
    let latest =
        sql("SELECT fqn, MAX(created_at) AS last_change_at FROM table_changes GROUP BY fqn;");
    let entries = shop.entries();
    let at = |index: usize| entries[index].header.at;
    assert_eq!(
        latest,
        format!("shop.main.orders|{}\nshop.main.sales|{}", at(3), at(5))
    );
    assert_eq!(
        sql(
            "SELECT change_key, change_category, created_at FROM table_changes WHERE fqn = 'shop.main.orders' ORDER BY created_at;"
        ),
        format!(
            "create-1|create|{}\ncreate-1~update-1|update|{}",
            at(1),
            at(3)
        )
    );
    let last = sql(
        "WITH last_row AS (SELECT * FROM table_changes WHERE fqn = 'shop.main.orders' ORDER BY created_at DESC LIMIT 1) \
         SELECT json_array_length(json_extract(before_value, '$.primary_key')), json_extract(after_value, '$.columns.4.name'), \
         json_extract(differences, '$.add.columns.4.datatype'), run_id, notes, created_by, updated_at IS NULL, env, yaml_path FROM last_row;",
    );
    assert_eq!(
        last.trim(),
        "1|note|string|nightly|it's needed|alice|1|prod|t.yaml"
    );
    let before =
        sql("SELECT before_value IS NULL FROM table_changes WHERE change_key = 'create-1'");
    assert_eq!(before, "1\n1");
}

#[test]
fn the_history_and_the_view_tell_the_same() {
    let shop = with_history();
    let mut keys = Vec::new();
    history(&shop.trail(), &orders(), &mut |changed| {
        keys.push(format!("{}|{}", changed.change_key, changed.change_id));
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    let view = shop
        .place
        .sql("SELECT change_key, change_id FROM table_changes WHERE fqn = 'shop.main.orders' ORDER BY created_at")
        .unwrap();
    assert_eq!(view.lines().collect::<Vec<_>>(), keys);
    assert_eq!(keys.len(), 2);
}

/// A change as somebody records it who has no apply: under the number `key`.
fn by_hand(key: &str, of: Option<EventId>) -> Draft {
    let resource = Resource::new("shop", "shop.main.orders", "table");
    let mut draft = Draft::new(
        Kind::Schema,
        Action::Create,
        DraftActor::named("mallory"),
        resource,
    );
    draft.phase = of.map(|_| Phase::Outcome);
    draft.of = of;
    let context = BTreeMap::from([("change_key".to_owned(), Value::Text(key.to_owned()))]);
    let payload = Payload::new(None, None, None, None, Some(Value::Object(context)));
    draft.payload = Some(payload.unwrap());
    draft
}

#[test]
fn what_somebody_records_by_hand_is_no_change_and_takes_no_number() {
    let shop = Workshop::new();
    let noted = format!("{ORDERS}- {{name: note, datatype: string}}\n");
    let trail = shop.trail();
    trail.record(&[by_hand("create-1", None)]).unwrap();
    shop.apply(ORDERS).unwrap();
    let entries = shop.entries();
    // Neither a plain entry, nor the outcome of what is no intent, nor a second outcome of an apply.
    let ids = [0, 1, 2].map(|index| entries[index].header.id);
    let forged = ids.map(|id| by_hand("create-1~update-1", Some(id)));
    trail.record(&forged).unwrap();
    trail.record(&[by_hand("create-9", None)]).unwrap();
    shop.apply(&noted).unwrap();
    let mut keys = Vec::new();
    history(&trail, &orders(), &mut |changed| {
        keys.push(format!("{}|{}", changed.change_key, changed.created_by));
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    assert_eq!(keys, ["create-1|alice", "create-1~update-1|alice"]);
    let view = shop
        .place
        .sql("SELECT change_key, created_by FROM table_changes ORDER BY created_at")
        .unwrap();
    assert_eq!(view.lines().collect::<Vec<_>>(), keys);
}
