//! Making, finding, and what becomes of a session.

use super::draw::Draw;
use super::names::TEXTS;
use super::tables::{self, bare_column, bare_table};
use super::{Setup, apply, change, name, sorted, state};
use piperoll::error::ErrorKind;
use piperoll::target::{Check, DataType, DefaultValue, RowFilter, State, Step, Table};
use std::collections::BTreeSet;

/// How many tables a case draws.
const TABLES: u64 = 60;

/// A target that was not made has no table, and looking at it does not make it.
pub fn where_nothing_is_nothing_is_found<S: Setup>(setup: &S) {
    let target = setup.target();
    assert_eq!(target.inspect(&[name("orders")]).unwrap(), [None]);
    assert_eq!(target.list("main").unwrap(), [""; 0]);
    assert_eq!(target.inspect(&[]).unwrap(), []);
    let simple = bare_table(&name("orders"), vec![bare_column("id", DataType::Int)]);
    apply(&*target, &change(None, &simple)).unwrap();
    assert_eq!(target.list("main").unwrap(), ["orders"]);
    assert_eq!(target.inspect(&[name("other")]).unwrap(), [None]);
}

/// Every attribute comes back, nothing is unknown, and there is nothing left to do.
pub fn any_table_is_found_as_it_is_declared<S: Setup>(setup: &S) {
    let target = setup.target();
    apply(&*target, &change(None, &tables::parents())).unwrap();
    let mut drawn = BTreeSet::new();
    for seed in 0..TABLES {
        let mut draw = Draw::new(seed);
        let table = tables::table(&mut draw, &name(&format!("t{seed}")), setup.abilities());
        drawn.extend(attributes(&table));
        apply(&*target, &change(None, &table)).unwrap_or_else(|error| {
            panic!("seed {seed}: {} {:?}", error.chain(), error.problems())
        });
        let found = state(&*target, &table.name);
        assert_eq!(sorted(&found.table), sorted(&table), "seed {seed}");
        assert_eq!(found.unknown, BTreeSet::new(), "seed {seed}");
        let again = target.steps(&change(Some(&found), &table)).unwrap();
        assert_eq!(again, [], "seed {seed}");
    }
    let wanted = [
        "allowed_values",
        "checks",
        "columns.checks",
        "columns.comment",
        "columns.tags",
        "comment",
        "default expression",
        "default value",
        "foreign_keys",
        "generated",
        "not null",
        "owner",
        "primary_key",
        "properties",
        "tags",
        "unique_keys",
        "variable_value",
    ];
    for each in wanted {
        assert!(drawn.contains(each), "{each} was never drawn");
    }
}

/// Which attributes a table has.
fn attributes(table: &Table) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut note = |there: bool, what| found.extend(there.then_some(what));
    note(!table.primary_key.is_empty(), "primary_key");
    note(!table.unique_keys.is_empty(), "unique_keys");
    note(!table.foreign_keys.is_empty(), "foreign_keys");
    note(!table.checks.is_empty(), "checks");
    note(!table.tags.is_empty(), "tags");
    note(table.owner.is_some(), "owner");
    note(table.comment.is_some(), "comment");
    note(!table.properties.is_empty(), "properties");
    for column in &table.columns {
        note(!column.nullable, "not null");
        note(column.generated.is_some(), "generated");
        note(column.comment.is_some(), "columns.comment");
        note(column.variable_value.is_some(), "variable_value");
        note(!column.tags.is_empty(), "columns.tags");
        note(!column.checks.is_empty(), "columns.checks");
        note(!column.allowed_values.is_empty(), "allowed_values");
        match &column.default {
            Some(DefaultValue::Value(_)) => note(true, "default value"),
            Some(DefaultValue::Expression(_)) => note(true, "default expression"),
            None => {}
        }
    }
    found
}

/// Many at once are told as each alone.
pub fn one_inspection_tells_many_tables_in_their_order<S: Setup>(setup: &S) {
    let target = setup.target();
    apply(&*target, &change(None, &tables::parents())).unwrap();
    let mut names = Vec::new();
    for seed in 100..110 {
        let table = tables::table(
            &mut Draw::new(seed),
            &name(&format!("t{seed}")),
            setup.abilities(),
        );
        apply(&*target, &change(None, &table)).unwrap();
        names.push(table.name);
    }
    names.insert(3, name("absent"));
    names.reverse();
    let together = target.inspect(&names).unwrap();
    for (name, found) in names.iter().zip(together) {
        let alone = target.inspect(std::slice::from_ref(name)).unwrap();
        // What a target keeps for itself may tell of more tables when it was asked for more.
        let told = |state: &State| (state.table.clone(), state.unknown.clone());
        let alone: Vec<_> = alone.iter().map(|each| each.as_ref().map(told)).collect();
        assert_eq!(alone, [found.as_ref().map(told)], "{name}");
    }
}

/// What was executed is seen by the session alone, and is gone with it.
pub fn a_session_that_is_dropped_has_done_nothing<S: Setup>(setup: &S) {
    let target = setup.target();
    let parents = tables::parents();
    apply(&*target, &change(None, &parents)).unwrap();
    let before = setup.picture();
    let table = tables::table(&mut Draw::new(1), &name("t"), setup.abilities());
    let mut session = target.session().unwrap();
    for step in target.steps(&change(None, &table)).unwrap() {
        session.execute(&step).unwrap();
    }
    let names = [table.name];
    let seen = session.inspect(&names).unwrap();
    assert_eq!(
        sorted(&seen[0].as_ref().unwrap().table).columns.len(),
        table.columns.len()
    );
    drop(session);
    assert_eq!(target.inspect(&names).unwrap(), [None]);
    assert_eq!(setup.picture(), before);
}

/// Every statement of a change in turn is followed by one that fails.
pub fn whatever_step_fails_nothing_of_a_session_is_kept<S: Setup>(setup: &S) {
    let target = setup.target();
    apply(&*target, &change(None, &tables::parents())).unwrap();
    let table = tables::table(&mut Draw::new(7), &name("t"), setup.abilities());
    apply(&*target, &change(None, &table)).unwrap();
    let before = setup.picture();
    let from = state(&*target, &table.name);
    let mut to = table.clone();
    to.columns.push(bare_column("one more", DataType::Int));
    to.comment = Some("other".to_owned());
    to.checks.clear();
    let whole = target.steps(&change(Some(&from), &to)).unwrap();
    let statements: Vec<&String> = whole.iter().flat_map(|step| &step.statements).collect();
    for kept in 0..=statements.len() {
        let mut broken: Vec<String> = statements[..kept]
            .iter()
            .map(|sql| (*sql).clone())
            .collect();
        broken.push("INSERT INTO \"not there\" VALUES (1)".to_owned());
        let step = Step {
            what: "break".to_owned(),
            statements: broken,
            guards: Vec::new(),
            destructive: false,
            rewrites: false,
            undo: None,
        };
        let mut session = target.session().unwrap();
        let error = session.execute(&step).unwrap_err();
        assert!(error.chain().contains("not there"), "{}", error.chain());
        assert!(session.execute(&whole[0]).is_err());
        assert!(session.finish().is_err());
        assert_eq!(setup.picture(), before, "after {kept} statements");
    }
    apply(&*target, &change(Some(&from), &to)).unwrap();
    assert_eq!(sorted(&state(&*target, &to.name).table), sorted(&to));
}

/// Two sessions at once: the second waits in vain.
pub fn a_second_writer_is_told_of_the_conflict<S: Setup>(setup: &S) {
    let target = setup.target();
    apply(&*target, &change(None, &tables::parents())).unwrap();
    let first = target.session().unwrap();
    let other = setup.target();
    let Err(error) = other.session() else {
        panic!("two sessions write at once");
    };
    assert_eq!(error.kind(), ErrorKind::Conflict);
    // Whoever only looks is not in anybody's way.
    assert!(other.inspect(&[tables::parents().name]).unwrap()[0].is_some());
    drop(first);
    other.session().unwrap().finish().unwrap();
}

/// Each thread makes its own; who finds the lock taken, tries again.
pub fn eight_threads_make_their_tables_at_once<S: Setup>(setup: &S) {
    let threads: Vec<u64> = (0..8).collect();
    let made = |thread: &u64| {
        let target = setup.target();
        let table = bare_table(
            &name(&format!("of_thread_{thread}")),
            vec![bare_column("id", DataType::Int)],
        );
        for _ in 0..1_000 {
            match apply(&*target, &change(None, &table)) {
                Ok(()) => return,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{}", error.chain()),
            }
        }
        panic!("thread {thread} never got the lock");
    };
    std::thread::scope(|scope| {
        for thread in &threads {
            scope.spawn(|| made(thread));
        }
    });
    assert_eq!(setup.target().list("main").unwrap().len(), 8);
}

/// Each at its key, and `steps` refuses all of them.
pub fn what_a_target_cannot_have_is_refused_by_name<S: Setup>(setup: &S) {
    let target = setup.target();
    let abilities = setup.abilities();
    let mut table = bare_table(&name("t"), vec![bare_column("id", DataType::Int)]);
    let mut wanted = Vec::new();
    if !abilities.row_filters {
        let filter = RowFilter {
            name: "mine".to_owned(),
            expression: "id = 1".to_owned(),
        };
        table.row_filters.insert("f".to_owned(), filter);
        wanted.push("row_filters.f");
    }
    if !abilities.partitions {
        table.partitioned_by = vec!["id".to_owned()];
        table.cluster_by = vec!["id".to_owned()];
        wanted.extend(["partitioned_by", "cluster_by"]);
    }
    if !abilities.masks {
        table.columns[0].masking_rule = Some("rule".to_owned());
        wanted.push("columns.id.column_masking_rule");
    }
    let problems = target.problems(&table);
    let places: Vec<&str> = problems.iter().map(|each| each.place.as_str()).collect();
    assert_eq!(places, wanted);
    if wanted.is_empty() {
        return;
    }
    let error = target.steps(&change(None, &table)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.problems(), problems);
}

/// Whatever would end the statement, hide its rest or ask other tables.
pub fn an_expression_that_is_not_exactly_one_is_refused<S: Setup>(setup: &S) {
    let target = setup.target();
    let with = |expression: &str| {
        let mut table = bare_table(&name("t"), vec![bare_column("a", DataType::Int)]);
        let check = Check {
            name: "c".to_owned(),
            expression: expression.to_owned(),
        };
        table.checks.insert("c".to_owned(), check);
        table
    };
    let refused = [
        "",
        "a > 0)",
        "(a > 0",
        "a > 0); DROP TABLE parents; --",
        "a > 0; DROP TABLE parents",
        "a > 0 -- the rest",
        "a > 0 /* the rest",
        "a > 0 /* all */",
        "a > 0), CHECK (1 = 1",
        "1) , b int, CHECK (1",
        "a = 'open",
        "a = \"open",
        "a >",
        "a a a",
        "a > 0, a < 9",
        "no_such_column > 0",
        "no_such_function(a) > 0",
        "a IN (SELECT 1)",
        "exists (SELECT 1)",
        "SELECT 1",
        "a = ?1",
        "a = $1",
        "a = :name",
        "count(a) > 1",
        "a > 0\0",
    ];
    for expression in refused {
        let table = with(expression);
        let problems = target.problems(&table);
        assert!(
            problems.iter().any(|each| each.place == "checks.c"),
            "{expression:?} is taken: {problems:?}"
        );
        assert!(target.steps(&change(None, &table)).is_err());
        let mut table = with("a > 0");
        table.columns[0].default = Some(DefaultValue::Expression(expression.to_owned()));
        assert_ne!(target.problems(&table), [], "{expression:?} as a default");
        let mut table = with("a > 0");
        let mut computed = bare_column("b", DataType::Int);
        computed.generated = Some(expression.to_owned());
        table.columns.push(computed);
        assert_ne!(
            target.problems(&table),
            [],
            "{expression:?} as what is computed"
        );
    }
    for text in TEXTS {
        let expression = format!("a <> length('{}')", text.replace('\'', "''"));
        assert_eq!(target.problems(&with(&expression)), [], "{expression:?}");
    }
}
