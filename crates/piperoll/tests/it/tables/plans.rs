#![expect(clippy::disallowed_methods, reason = "a test reads a file")]

use super::workshop::{ORDERS, Workshop, spec};
use piperoll::ErrorKind;
use piperoll::tables::{Plan, PlanFile, compare, dump, plan};
use piperoll::target::{SqliteTarget, Target as _};

const CUSTOMERS: &str = "catalog: shop
schema: main
table: customers
primary_key: customer_id
columns:
- {name: customer_id, datatype: bigint}
";

fn referring() -> String {
    format!(
        "{ORDERS}- {{name: customer_id, datatype: bigint}}\n\
         foreign_keys: {{c: {{columns: customer_id, reference_table: customers, reference_columns: customer_id}}}}\n"
    )
}

#[test]
fn a_table_comes_after_those_that_it_refers_to() {
    let shop = Workshop::new();
    let specs = [spec(&referring()), spec(CUSTOMERS)];
    let plan = plan(&*shop.target(), &specs).unwrap();
    let names: Vec<_> = plan
        .tables
        .iter()
        .map(|table| table.name().table())
        .collect();
    assert_eq!(names, ["customers", "orders"]);
}

#[test]
fn one_table_in_two_files_is_refused() {
    let shop = Workshop::new();
    let error = plan(&*shop.target(), &[spec(ORDERS), spec(ORDERS)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`shop.main.orders` is declared in `t.yaml` and again in `t.yaml`"
    );
}

#[test]
fn a_trail_is_no_target() {
    let shop = Workshop::new();
    drop(shop.trail());
    let file = shop.db().with_file_name("trail.db");
    let target = SqliteTarget::new("shop", &file);
    let before = std::fs::read(&file).unwrap();
    let error = plan(&target, &[spec(&ORDERS.replace("orders", "entries"))]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("is a trail"), "{error}");
    assert!(target.session().is_err());
    assert!(std::fs::read(&file).unwrap() == before);
}

#[test]
fn two_names_of_one_table_are_refused() {
    let shop = Workshop::new();
    for other in [
        ORDERS.replace("table: orders", "table: Orders"),
        ORDERS.replace("catalog: shop", "catalog: store"),
    ] {
        let error = plan(&*shop.target(), &[spec(ORDERS), spec(&other)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let told = error.to_string();
        assert!(told.ends_with("are one table of sqlite"), "{told}");
    }
}

#[test]
fn what_a_target_refuses_stands_at_its_line_and_column() {
    let shop = Workshop::new();
    let text = "catalog: c
schema: other
table: t
row_filters: {f: {name: f, expression: a > 0}}
unique_keys: [[a], [b]]
table_check_constraints:
  k:
    name: n
    expression: nope > 0
columns:
- {name: a, datatype: int, column_masking_rule: m}
- {name: a.b, datatype: int, column_check_constraints: {k: {name: m, expression: (}}}
- name: b
  datatype: int
  default_expression: nope()
";
    let places = |text: &str| -> Vec<String> {
        let error = plan(&*shop.target(), &[spec(text)]).unwrap_err();
        let problems = error.problems().iter();
        problems
            .map(|problem| {
                problem
                    .to_string()
                    .split(": ")
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    };
    assert_eq!(
        places(text),
        [
            "t.yaml:2:9 `schema`",
            "t.yaml:4:40 `row_filters.f`",
            "t.yaml:11:49 `columns.a.column_masking_rule`"
        ]
    );
    let text = text
        .replace("schema: other", "schema: main")
        .replace("row_filters: {f: {name: f, expression: a > 0}}\n", "")
        .replace(", column_masking_rule: m", "");
    assert_eq!(
        places(&text),
        [
            "t.yaml:11:82 `columns.a.b.checks.k`",
            "t.yaml:14:23 `columns.b.default`",
            "t.yaml:8:17 `checks.k`",
        ]
    );
}

#[test]
fn a_digest_says_what_is_done_and_nothing_else() {
    let shop = Workshop::new();
    let digest = |text: &str| shop.plan(text).unwrap().digest();
    assert_eq!(digest(ORDERS), digest(&format!("# the same\n{ORDERS}")));
    assert_ne!(
        digest(ORDERS),
        digest(&ORDERS.replace("What was", "All that was"))
    );
    let before = digest(ORDERS);
    assert_eq!(before.len(), "sha256:".len() + 64);
    shop.apply(ORDERS).unwrap();
    assert_ne!(before, digest(ORDERS));
    assert_eq!(digest(ORDERS), Plan::default().digest());
}

#[test]
fn a_plan_file_holds_one_plan_and_notices_any_change() {
    let shop = Workshop::new();
    let planned = shop.plan(ORDERS).unwrap();
    let text = PlanFile::write(&planned);
    let file = PlanFile::read(text.as_bytes(), "p.plan").unwrap();
    file.check(&shop.plan(ORDERS).unwrap()).unwrap();
    let other = shop.plan(&ORDERS.replace("orders", "sales")).unwrap();
    let error = file.check(&other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "the plan is stale: a file or a table has changed since it was made: `shop.main.orders`, `shop.main.sales`"
    );
    for (text, message) in [
        (
            text.replace("What was", "What is"),
            "`p.plan` was changed after it was written: its digest does not fit",
        ),
        (
            text.replace(r#""piperoll_plan":1"#, r#""piperoll_plan":2"#),
            "`p.plan` is a plan of version 2; this Piperoll reads version 1",
        ),
        ("{}".to_owned(), "`p.plan` is no plan file"),
        ("x".to_owned(), "`p.plan` is no plan file"),
        (
            text.replace("digest", "digset"),
            "`p.plan` has no `digest` or no `tables`",
        ),
        (
            text.replace(r#""piperoll_plan":1"#, r#""piperoll_plan":1,"signed":true"#),
            "`p.plan` has `signed`, which no plan has",
        ),
    ] {
        let error = PlanFile::read(text.as_bytes(), "p.plan").unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_dump_is_a_specification_without_differences() {
    let shop = Workshop::new();
    let hostile = format!(
        "{ORDERS}- name: \"a \\\"b\\\" 'c'\\n\\td\\u0085 yes: no # \\u2028\"\n  datatype: struct<`x y`:int>\n  \
         comment: \"line\\nline '\\\\\"\n  tags: {{\"'k\": null, \"n\": 1.50, \"on\": 'true', t: '7', u: true}}\n  \
         column_check_constraints: {{k: {{name: \"n n\", expression: \"amount > 0\"}}}}\n\
         owner: 'null'\nunique_keys: [[status], [amount, status]]\n"
    );
    shop.apply(CUSTOMERS).unwrap();
    let hostile = format!(
        "{hostile}foreign_keys: {{f: {{columns: order_id, reference_table: customers, reference_columns: customer_id}}}}\n"
    );
    shop.apply(&hostile).unwrap();
    let state = shop.state(&hostile).unwrap();
    let dumped = dump(&state);
    let found = compare(&*shop.target(), &[spec(&dumped)]).unwrap();
    assert_eq!(found[0].changes, [], "{dumped}");
}

/// The first of them makes the side table: that does not make the plan of the second stale.
#[test]
fn a_plan_of_several_tables_is_applied_as_it_was_made() {
    let shop = Workshop::new();
    shop.sql("CREATE TABLE orders(a INT); CREATE TABLE sales(a INT)");
    let text = |table: &str| {
        format!(
            "catalog: shop\nschema: main\ntable: {table}\ncomment: c\ncolumns: [{{name: a, datatype: int}}]\n"
        )
    };
    let specs = [spec(&text("orders")), spec(&text("sales"))];
    let planned = plan(&*shop.target(), &specs).unwrap();
    let trail = shop.trail();
    for table in &planned.tables {
        let request = super::workshop::request();
        piperoll::tables::apply(
            &table.spec,
            &*shop.target(),
            Some(&trail),
            &request,
            Some(table),
        )
        .unwrap();
    }
    assert!(plan(&*shop.target(), &specs).unwrap().is_empty());
}

/// What is up to date is found out at one look, however many tables there are.
#[test]
fn two_hundred_tables_that_are_as_declared_are_found_at_one_look() {
    let shop = Workshop::new();
    let columns: String = (0..20)
        .map(|n| format!("- {{name: c{n}, datatype: int, comment: number {n}}}\n"))
        .collect();
    let specs: Vec<_> = (0..200)
        .map(|n| {
            spec(&format!(
                "catalog: shop\nschema: main\ntable: t{n}\ncolumns:\n{columns}"
            ))
        })
        .collect();
    for one in &specs {
        piperoll::tables::apply(
            one,
            &*shop.target(),
            None,
            &super::workshop::request(),
            None,
        )
        .unwrap();
    }
    let plan = plan(&*shop.target(), &specs).unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.unchanged.len(), 200);
}
