//! Tables that are renamed beside others: what refers to them, and tables that take each other's names.

use super::workshop::{Workshop, request, spec};
use piperoll::tables::{Plan, Spec, apply, plan};

const CUSTOMERS: &str = "catalog: shop
schema: main
table: customers
primary_key: id
columns:
- {name: id, datatype: bigint, nullable: false}
";

const ORDERS: &str = "catalog: shop
schema: main
table: orders
foreign_keys: {buyer: {columns: buyer, reference_table: customers, reference_columns: id}}
columns:
- {name: buyer, datatype: bigint}
";

fn planned(shop: &Workshop, texts: &[&str]) -> Plan {
    let specs: Vec<_> = texts.iter().map(|text| spec(text)).collect();
    plan(&*shop.target(), &specs).unwrap()
}

/// What is said of files that cannot be planned.
fn refused(shop: &Workshop, texts: &[&str]) -> String {
    let texts = texts.iter().enumerate();
    let specs: Vec<_> = texts
        .map(|(number, text)| Spec::parse(text, &format!("{number}.yaml"), None).unwrap())
        .collect();
    plan(&*shop.target(), &specs).unwrap_err().to_string()
}

/// Applies a plan as it was looked at: table by table, and none that has become another.
fn carry_out(shop: &Workshop, plan: &Plan) {
    let request = request();
    for table in &plan.tables {
        let done = apply(
            &table.spec,
            &*shop.target(),
            Some(&shop.trail()),
            &request,
            Some(table),
        );
        done.unwrap_or_else(|error| panic!("{}: {}", table.name(), error.chain()));
    }
}

fn names(plan: &Plan) -> Vec<&str> {
    let tables = plan.tables.iter();
    tables.map(|table| table.name().table()).collect()
}

#[test]
fn a_foreign_key_follows_the_table_that_it_refers_to() {
    let shop = Workshop::new();
    carry_out(&shop, &planned(&shop, &[ORDERS, CUSTOMERS]));
    shop.sql("INSERT INTO customers VALUES (1); INSERT INTO orders VALUES (1)");
    let clients = CUSTOMERS
        .replace(
            "table: customers",
            "table: clients\nrenamed_from: customers",
        )
        .replace("primary_key: id", "primary_key: number")
        .replace("{name: id,", "{name: number, renamed_from: id,");
    let orders = ORDERS
        .replace("reference_table: customers", "reference_table: clients")
        .replace("reference_columns: id", "reference_columns: number");

    let found = planned(&shop, &[&orders, &clients]);
    assert_eq!(names(&found), ["clients"]);
    assert!(!found.is_destructive());
    carry_out(&shop, &found);
    assert!(planned(&shop, &[&orders, &clients]).is_empty());

    // And it goes on where something else changes, too.
    let people = clients.replace(
        "table: clients\nrenamed_from: customers",
        "table: people\nrenamed_from: clients",
    );
    let checked = orders
        .replace("reference_table: clients", "reference_table: people")
        .replace(
            "{name: buyer, datatype: bigint}",
            "{name: buyer, datatype: bigint, nullable: false}",
        );
    let found = planned(&shop, &[&checked, &people]);
    assert_eq!(names(&found), ["people", "orders"]);
    assert!(!found.is_destructive());
    carry_out(&shop, &found);
    assert!(planned(&shop, &[&checked, &people]).is_empty());

    // A file that still names the old table differs, and that is told before anything is done.
    let persons = people.replace(
        "table: people\nrenamed_from: clients",
        "table: persons\nrenamed_from: people",
    );
    let found = planned(&shop, &[&checked, &persons]);
    assert_eq!(names(&found), ["persons", "orders"]);
    assert!(found.is_destructive());
}

#[test]
fn tables_take_the_names_that_others_leave() {
    let table = |name: &str, column: &str, old: Option<&str>| {
        let renamed = old.map(|old| format!("renamed_from: {old}\n"));
        let renamed = renamed.unwrap_or_default();
        format!(
            "catalog: shop\nschema: main\ntable: {name}\n{renamed}columns:\n- {{name: {column}, datatype: int}}\n"
        )
    };
    let shop = Workshop::new();
    let (a, b) = (table("a", "of_a", None), table("b", "of_b", None));
    carry_out(&shop, &planned(&shop, &[&a, &b]));
    shop.sql("CREATE VIEW both AS SELECT of_a, of_b FROM a, b; INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)");

    // `a` becomes `b`, `b` becomes `c`, and there is a new `a`.
    let b = table("b", "of_a", Some("a"));
    let c = table("c", "of_b", Some("b"));
    let a = table("a", "new", None);
    let found = planned(&shop, &[&a, &b, &c]);
    assert_eq!(names(&found), ["c", "b", "a"]);
    assert!(!found.is_destructive());
    carry_out(&shop, &found);
    assert!(planned(&shop, &[&a, &b, &c]).is_empty());
    assert_eq!(shop.tables(), ["a", "b", "c"]);
    let connection = rusqlite::Connection::open(shop.db()).unwrap();
    let both = connection.query_row("SELECT of_a, of_b FROM both", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    assert_eq!(both, Ok((1, 2)));
}

/// Both names are there before it and after it, so that a plan could only tell what is wrong: that all is as it is declared.
#[test]
fn two_tables_do_not_exchange_their_names() {
    let shop = Workshop::new();
    let orders = ORDERS.replace("foreign_keys: {buyer: {columns: buyer, reference_table: customers, reference_columns: id}}\n", "");
    carry_out(&shop, &planned(&shop, &[&orders, CUSTOMERS]));
    let one = orders.replace("table: orders", "table: orders\nrenamed_from: customers");
    let other = CUSTOMERS.replace("table: customers", "table: customers\nrenamed_from: orders");
    let told = refused(&shop, &[&one, &other]);
    assert_eq!(
        told,
        "0.yaml: `renamed_from` leads from `customers` back to the same name, and nobody could tell whether that exchange is done"
    );
    // Nor three in a circle, nor do two tables come of one.
    let third = CUSTOMERS.replace("table: customers", "table: third\nrenamed_from: orders");
    let other = CUSTOMERS.replace("table: customers", "table: customers\nrenamed_from: third");
    let told = refused(&shop, &[&one, &other, &third]);
    assert!(
        told.starts_with("0.yaml: `renamed_from` leads from `customers` back"),
        "{told}"
    );
    let again = CUSTOMERS.replace("table: customers", "table: fourth\nrenamed_from: orders");
    let told = refused(&shop, &[&third, &again]);
    assert_eq!(
        told,
        "1.yaml: `shop.main.orders` is what `shop.main.fourth` is renamed from, and `shop.main.third` is, too"
    );
}

#[test]
fn columns_exchange_their_names_by_position_whatever_else_is_called_aside() {
    let table = |columns: &str| {
        format!("catalog: shop\nschema: main\ntable: t\nmatch: position\ncolumns: [{columns}]\n")
    };
    let shop = Workshop::new();
    let named = |names: [&str; 3]| {
        let columns = names.map(|name| format!("{{name: {name}, datatype: int}}"));
        table(&columns.join(", "))
    };
    carry_out(
        &shop,
        &planned(&shop, &[&named(["a", "b", "piperoll_aside_0"])]),
    );
    shop.sql("INSERT INTO t VALUES (1, 2, 3)");
    let exchanged = named(["b", "a", "piperoll_aside_0"]);
    carry_out(&shop, &planned(&shop, &[&exchanged]));
    let connection = rusqlite::Connection::open(shop.db()).unwrap();
    let row = connection.query_row("SELECT a, b, piperoll_aside_0 FROM t", [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    });
    assert_eq!(row, Ok((2, 1, 3)));
}
