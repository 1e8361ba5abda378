use super::{SqliteTarget, expression, inspect, read, statements, tokens};
use crate::event::{Value, ValueType};
use crate::target::{
    Check, Column, DataType, DefaultValue, ForeignKey, State, Table, TableChange, TableName,
    Target, UniqueKey,
};
use proptest::prelude::*;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

fn name(table: &str) -> TableName {
    TableName::new("shop", "main", table).unwrap()
}

fn column(name: &str, datatype: DataType) -> Column {
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

fn table(table: &str, columns: Vec<Column>) -> Table {
    Table {
        name: name(table),
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

/// Applies a change and returns the state after it.
fn apply(target: &SqliteTarget, from: Option<&State>, to: &Table) -> State {
    let change = TableChange {
        from,
        to,
        renamed_columns: &[],
        renamed_from: None,
        set_aside: &[],
    };
    let mut session = target.session().unwrap();
    for step in target.steps(&change).unwrap() {
        session.execute(&step).unwrap();
    }
    session.finish().unwrap();
    let mut states = target.inspect(std::slice::from_ref(&to.name)).unwrap();
    states.pop().unwrap().unwrap()
}

fn sample() -> Table {
    let mut status = column("status", DataType::String);
    status.nullable = false;
    status.default = Some(DefaultValue::Value(Value::Text("it's".into())));
    status.allowed_values = vec![Value::Text("it's".into()), Value::Text("paid".into())];
    status.comment = Some("a \"comment\"\nof two lines; DROP TABLE x; --".into());
    status.tags = BTreeMap::from([("pii".into(), Value::Bool(false))]);
    let mut amount = column(
        "amount",
        DataType::Decimal {
            precision: 10,
            scale: 2,
        },
    );
    amount.checks = BTreeMap::from([(
        "positive".into(),
        Check {
            name: "amount_positive".into(),
            expression: "amount >= 0".into(),
        },
    )]);
    amount.default = Some(DefaultValue::Value(Value::Typed(
        ValueType::Decimal,
        "12.50".into(),
    )));
    let mut twice = column("twice", DataType::Double);
    twice.generated = Some("amount * 2".into());
    let mut at = column("at", DataType::Timestamp);
    at.default = Some(DefaultValue::Expression("CURRENT_TIMESTAMP".into()));
    let mut id = column("id", DataType::Bigint);
    id.nullable = false;
    let mut orders = table(
        "orders",
        vec![
            id,
            column("customer", DataType::Int),
            status,
            amount,
            twice,
            at,
        ],
    );
    orders.primary_key = vec!["id".into()];
    orders.unique_keys = vec![UniqueKey {
        columns: vec!["customer".into(), "at".into()],
    }];
    orders.foreign_keys = BTreeMap::from([(
        "to_customer".into(),
        ForeignKey {
            columns: vec!["customer".into()],
            reference_table: name("customers"),
            reference_columns: vec!["id".into()],
        },
    )]);
    orders.checks = BTreeMap::from([(
        "sane".into(),
        Check {
            name: "sane".into(),
            expression: "amount < 1000 OR status = 'paid'".into(),
        },
    )]);
    orders.owner = Some("alice".into());
    orders.comment = Some("all orders".into());
    orders.tags = BTreeMap::from([("area".into(), Value::Int(7))]);
    orders.properties = BTreeMap::from([("p".into(), Value::Text("1".into()))]);
    orders
}

#[test]
fn a_new_table_is_found_as_it_was_declared() {
    let folder = tempfile::tempdir().unwrap();
    let target = SqliteTarget::new("shop", &folder.path().join("shop.db"));
    let mut customers = table("customers", vec![column("id", DataType::Bigint)]);
    customers.columns[0].nullable = false;
    customers.primary_key = vec!["id".into()];
    apply(&target, None, &customers);
    let orders = sample();
    let state = apply(&target, None, &orders);
    assert_eq!(state.table, orders);
    assert_eq!(state.unknown.len(), 0);
}

#[test]
fn three_queries_tell_any_number_of_tables() {
    let folder = tempfile::tempdir().unwrap();
    let target = SqliteTarget::new("shop", &folder.path().join("shop.db"));
    let names: Vec<TableName> = (0..20).map(|at| name(&format!("t{at}"))).collect();
    for each in &names {
        let mut commented = table(each.table(), vec![column("a", DataType::Date)]);
        commented.comment = Some("x".into());
        apply(&target, None, &commented);
    }
    let mut connection = rusqlite::Connection::open(target.path()).unwrap();
    let run: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&run);
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, sql) = event {
            seen.lock().unwrap().push(sql.to_owned());
        }
    };
    connection
        .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note))
        .unwrap();
    for count in [1, 20] {
        let states = inspect::states(&connection, target.path(), &names[..count]).unwrap();
        assert_eq!(states.iter().flatten().count(), count);
        let mut queries = std::mem::take(&mut *run.lock().unwrap());
        // The table-valued functions ask pragmas inside, and the first use of a connection reads the schema; those are no queries of ours.
        queries.retain(|sql| !sql.contains("PRAGMA"));
        assert_eq!(queries.len(), 3, "{count} tables: {queries:?}");
    }
}

/// One connection serves all, and none of its queries lists the whole file, as none tells the state of tables that are not asked for.
#[test]
fn so_many_tables_need_so_many_times_the_queries_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let target = SqliteTarget::new("shop", &folder.path().join("shop.db"));
    let make = |at: usize| {
        let name = format!("t{at}");
        let mut commented = table(&name, vec![column("a", DataType::Date)]);
        commented.comment = Some("x".into());
        let names = [commented.name.clone()];
        assert_eq!(target.inspect(&names).unwrap(), [None]);
        let state = apply(&target, None, &commented);
        let objects = &state.native.as_ref().unwrap().objects;
        let found: BTreeSet<&str> = objects.iter().map(|each| each.table.as_str()).collect();
        assert_eq!(found, BTreeSet::from(["piperoll_metadata", name.as_str()]));
    };
    let run: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut counts = Vec::new();
    let mut at = 1;
    make(0);
    for count in [5, 10, 20] {
        let mut writer = target.idle.take(target.path()).unwrap();
        let seen = Arc::clone(&run);
        let note = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(_, sql) = event {
                seen.lock().unwrap().push(sql.to_owned());
            }
        };
        let traced = writer
            .connection
            .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note));
        traced.unwrap();
        target.idle.keep(writer);
        for _ in 0..count {
            make(at);
            at += 1;
        }
        let mut queries = std::mem::take(&mut *run.lock().unwrap());
        // The table-valued functions ask pragmas inside.
        queries.retain(|sql| !sql.contains("PRAGMA"));
        assert!(!queries.iter().any(|sql| sql == statements::OBJECTS));
        counts.push(queries.len() / count);
        assert_eq!(queries.len() % count, 0, "{count} tables: {queries:?}");
    }
    assert!(counts.first().is_some_and(|count| *count > 5), "{counts:?}");
    assert!(
        counts.windows(2).all(|pair| pair[0] == pair[1]),
        "{counts:?}"
    );
}

proptest! {
    /// A statement out of a file may hold anything.
    #[test]
    fn any_text_is_read_or_is_not(text in "\\PC{0,200}", pieces in pieces()) {
        drop(read::layout(&text));
        drop(tokens::tokens(&text));
        let _fault = expression::fault(&text);
        drop(read::layout(&pieces));
    }

    /// Cut and put together again, a text is the same but for its blanks.
    #[test]
    fn tokens_lose_nothing(text in pieces()) {
        if let Ok(tokens) = tokens::tokens(&text) {
            let mut at = 0;
            for token in tokens {
                prop_assert!(text[at..token.at].trim().is_empty());
                prop_assert_eq!(&text[token.at..token.end()], token.text);
                at = token.end();
            }
            prop_assert!(text[at..].trim().is_empty());
        }
    }
}

/// Pieces of `CREATE TABLE` statements in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "CREATE TABLE",
        "t",
        "(",
        ")",
        ",",
        "a",
        "\"b\"",
        "'c'",
        "[d]",
        "INT",
        "NOT NULL",
        "NULL",
        "PRIMARY KEY",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "-",
        "1",
        "x'00'",
        "COLLATE",
        "REFERENCES",
        "ON DELETE SET",
        "MATCH",
        "DEFERRABLE",
        "INITIALLY",
        "GENERATED ALWAYS AS",
        "STORED",
        "CONSTRAINT",
        "FOREIGN KEY",
        "ON CONFLICT",
        "WITHOUT ROWID",
        "--",
        "/*",
        "*/",
        "\n",
        "'",
        "\"",
    ]);
    prop::collection::vec(piece, 0..40)
        .prop_map(|pieces| format!("CREATE TABLE t (a {}", pieces.join(" ")))
}
