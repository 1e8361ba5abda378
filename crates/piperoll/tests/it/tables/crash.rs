//! C5.36: an apply dies at every step. The trail tells what happened, and the next apply finishes the work.

use super::faulty::{Fault, Faulty};
use super::workshop::{ORDERS, Workshop, dead_process, orders, part, request, spec, text_of};
use crate::place::assert_sound;
use piperoll::event::Outcome;
use piperoll::tables::{Request, apply, reconcile};
use std::sync::Arc;

const NOTED: &str = "catalog: shop
schema: main
table: orders
primary_key: order_id
comment: What was ordered, with notes
tags: {domain: sales, pii: false}
columns:
- {name: order_id, datatype: bigint, nullable: false}
- {name: note, datatype: string}
- {name: status, datatype: string, default_value: new, comment: How far it is}
- {name: amount, datatype: 'decimal(10,2)'}
";

/// The apply of `text` dies, as one of a process that is dead by now.
fn die(shop: &Workshop, text: &str, fault: Fault) {
    let target = Faulty::new(shop.target(), fault);
    let trail = shop.trail();
    let request = Request {
        process: dead_process(),
        run_id: Some("run of the dead".into()),
        ..request()
    };
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        drop(apply(&spec(text), &target, Some(&trail), &request, None));
    }));
    assert!(died.is_err(), "{fault:?} did not happen");
}

const BEFORE: [Fault; 5] = [
    Fault::DieBefore,
    Fault::DieAtStep(0),
    Fault::DieAtStep(1),
    Fault::DieBeforeFinish,
    Fault::DieAfterFinish,
];

#[test]
fn c5_36_an_apply_that_dies_at_any_step_is_told_and_finished() {
    for (first, text, word) in [(None, ORDERS, "CREATE"), (Some(ORDERS), NOTED, "ALTER")] {
        for fault in BEFORE {
            let shop = Workshop::new();
            drop(shop.trail());
            if let Some(first) = first {
                shop.apply(first).unwrap();
            }
            let there = shop.entries().len();
            die(&shop, text, fault);
            assert_eq!(
                shop.entries().len(),
                there + 1,
                "{fault:?}: the intent is there"
            );
            let applied = shop.apply(text).unwrap();
            assert_eq!(
                shop.left(text),
                r#"{"full_table_name":"shop.main.orders"}"#,
                "{fault:?}"
            );
            let told = shop.told().split_off(there);
            let line = |phase: &str| format!("schema {word} {phase}");
            let done = fault == Fault::DieAfterFinish;
            if done {
                assert_eq!(
                    told,
                    [line("intent unknown"), line("outcome success")],
                    "{fault:?}"
                );
                assert!(applied.plan.is_empty());
            } else {
                let expected = [
                    line("intent unknown"),
                    line("outcome failure"),
                    line("intent unknown"),
                    line("outcome success"),
                ];
                assert_eq!(told, expected, "{fault:?}");
            }
            let entries = shop.entries();
            let outcome = &entries[there + 1];
            assert_eq!(outcome.header.of, Some(entries[there].header.id));
            assert_eq!(text_of(outcome, "reconciled").as_deref(), Some("true"));
            assert_eq!(
                text_of(outcome, "run_id").as_deref(),
                Some("run of the dead")
            );
            assert_eq!(text_of(outcome, "change_key").is_some(), done);
            let last = entries.last().unwrap();
            let key = if first.is_some() {
                "create-1~update-1"
            } else {
                "create-1"
            };
            assert_eq!(
                text_of(last, "change_key").as_deref(),
                Some(key),
                "{fault:?}"
            );
            assert_eq!(
                part(last, "after")["table_comment"],
                spec(text).table.comment.unwrap()
            );
            assert_sound(&shop.place.settings(), None);
        }
    }
}

#[test]
fn a_renaming_that_dies_is_told_and_finished() {
    let renamed = ORDERS.replace("table: orders", "table: sales\nrenamed_from: orders");
    for (fault, told) in [
        (
            Fault::DieBeforeFinish,
            &[
                "intent unknown",
                "outcome failure",
                "intent unknown",
                "outcome success",
            ][..],
        ),
        (
            Fault::DieAfterFinish,
            &["intent unknown", "outcome success"],
        ),
    ] {
        let shop = Workshop::new();
        shop.apply(ORDERS).unwrap();
        die(&shop, &renamed, fault);
        shop.apply(&renamed).unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|phase| format!("schema ALTER {phase}"))
            .collect();
        assert_eq!(shop.told()[2..], told, "{fault:?}");
        assert_eq!(shop.tables(), ["sales"]);
    }
}

/// A process that is killed while it writes leaves a journal that has to be played back before anything can be read.
#[test]
fn a_journal_that_a_killed_process_left_is_played_back() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    let busy = rusqlite::Connection::open(shop.db()).unwrap();
    busy.execute_batch(
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; DROP TABLE orders; CREATE TABLE filler(a); \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO filler SELECT randomblob(500) FROM n;",
    )
    .unwrap();
    let left = Workshop::new();
    for ending in ["", "-journal"] {
        let from = format!("{}{ending}", shop.db().display());
        let to = format!("{}{ending}", left.db().display());
        let copied = std::process::Command::new("cp").args([from, to]).status();
        assert!(copied.unwrap().success());
    }
    assert_eq!(
        left.left(ORDERS),
        r#"{"full_table_name":"shop.main.orders"}"#
    );
}

#[test]
fn a_table_that_somebody_changed_after_the_crash_is_told_as_unknown() {
    let shop = Workshop::new();
    shop.apply(ORDERS).unwrap();
    die(&shop, NOTED, Fault::DieBeforeFinish);
    shop.sql("ALTER TABLE orders ADD COLUMN other TEXT");
    let names = [spec(ORDERS).table.name];
    let found = reconcile(&names, &*shop.target(), &shop.trail(), &request()).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].outcome, Outcome::Unknown);
    let entries = shop.entries();
    let last = entries.last().unwrap();
    assert_eq!(
        text_of(last, "change_key"),
        None,
        "what nobody knows takes no number"
    );
    assert_eq!(part(last, "after")["columns"]["4"]["name"], "other");
    let again = reconcile(&names, &*shop.target(), &shop.trail(), &request()).unwrap();
    assert_eq!(again, []);
}

#[test]
fn a_statement_that_fails_is_recorded_with_what_was_not_done() {
    let shop = Workshop::new();
    let target = Faulty::new(shop.target(), Fault::Step(1));
    let error = apply(
        &spec(ORDERS),
        &target,
        Some(&shop.trail()),
        &request(),
        None,
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "the disk is full");
    assert!(
        shop.tables().is_empty(),
        "the first statement was taken back"
    );
    assert_eq!(
        shop.told(),
        [
            "schema CREATE intent unknown",
            "schema CREATE outcome failure"
        ]
    );
    let outcome = &shop.entries()[1];
    assert_eq!(
        text_of(outcome, "error").as_deref(),
        Some("the disk is full")
    );
    assert_eq!(text_of(outcome, "statements_done").as_deref(), Some("[]"));
    assert_eq!(text_of(outcome, "change_key"), None);
    shop.apply(ORDERS).unwrap();
    assert_eq!(
        text_of(&shop.entries()[3], "change_key").as_deref(),
        Some("create-1")
    );
}

#[test]
fn a_change_that_two_applies_would_record_has_one_number() {
    // The first is given up as dead, though it only was slow: another apply records what became of it.
    let shop = Arc::new(Workshop::new());
    let target = Faulty::new(shop.target(), Fault::Read(usize::MAX));
    let other = Arc::clone(&shop);
    let take_over = move || {
        let found = reconcile(&[orders()], &*other.target(), &other.trail(), &request()).unwrap();
        assert_eq!(found[0].outcome, Outcome::Success);
    };
    *target.after_finish.lock().unwrap() = Some(Box::new(take_over));
    let slow = Request {
        process: dead_process(),
        ..request()
    };
    let applied = apply(&spec(ORDERS), &target, Some(&shop.trail()), &slow, None).unwrap();
    assert_eq!(applied.change_key, None);
    assert_eq!(
        applied.warnings,
        ["another apply has recorded that `shop.main.orders` was changed"]
    );
    assert_eq!(
        shop.told(),
        [
            "schema CREATE intent unknown",
            "schema CREATE outcome success"
        ]
    );
    assert_eq!(
        text_of(&shop.entries()[1], "change_key").as_deref(),
        Some("create-1")
    );
}
