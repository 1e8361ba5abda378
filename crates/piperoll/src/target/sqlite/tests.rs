use super::SqliteTarget;
use crate::event::{Value, ValueType};
use crate::target::{
    Check, Column, DataType, DefaultValue, ForeignKey, State, Table, TableChange, TableName,
    Target, UniqueKey,
};
use std::collections::BTreeMap;

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
