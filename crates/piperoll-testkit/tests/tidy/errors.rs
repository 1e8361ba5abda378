//! `docs/errors.md` has a row for each kind of error.

use piperoll::ErrorKind;

/// The rows of the table, in which the first cell is a kind.
fn rows(page: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let line = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        Some(
            line.split('|')
                .map(|cell| cell.trim().to_owned())
                .collect::<Vec<_>>(),
        )
    };
    page.lines()
        .skip_while(|line| !line.starts_with("| kind |"))
        .skip(2)
        .map_while(cells)
        .collect()
}

/// What is wrong with the table.
fn problems(page: &str) -> Vec<String> {
    const EXITS: [&str; 6] = ["2", "4", "5", "6", "7", "70"];
    let rows = rows(page);
    let mut problems = Vec::new();
    let named = rows
        .iter()
        .map(|row| row[0].trim_matches('`').to_owned())
        .collect::<Vec<_>>();
    let kinds = ErrorKind::ALL.map(|kind| format!("{kind:?}"));
    if named != kinds {
        problems.push(format!("the table has {named:?}, the library {kinds:?}"));
    }
    for row in &rows {
        let [_, what, exit, http, python] = row.as_slice() else {
            problems.push(format!("five cells expected: {row:?}"));
            continue;
        };
        let exit = exit.split(' ').next().unwrap_or_default();
        let status = http
            .split(' ')
            .next()
            .and_then(|code| code.parse::<u16>().ok());
        let python = python.trim_matches('`');
        if what.is_empty()
            || !EXITS.contains(&exit)
            || !status.is_some_and(|status| (400..600).contains(&status))
            || !python.ends_with("Error")
        {
            problems.push(format!("a cell is missing or wrong: {row:?}"));
        }
    }
    problems
}

#[test]
fn a_missing_row_and_a_wrong_cell_are_found() {
    let row =
        |kind: &str, exit: &str| format!("| `{kind}` | mend it | {exit} | 400 | `XError` |\n");
    let page = |rows: &str| {
        format!("# Errors\n\n| kind | do | exit | HTTP | Python |\n|---|---|---|---|---|\n{rows}\n")
    };
    let all = ErrorKind::ALL
        .map(|kind| row(&format!("{kind:?}"), "2"))
        .concat();

    assert_eq!(problems(&page(&all)), Vec::<String>::new());
    assert_eq!(
        problems(&page(&all.replacen(&row("Corrupt", "2"), "", 1))).len(),
        1
    );
    assert_eq!(problems(&page(&all.replacen("| 2 |", "| 3 |", 1))).len(), 1);
    assert_eq!(problems(&page(&all.replacen("| 400 |", "| |", 1))).len(), 1);
    assert_eq!(problems(&page(&all.replacen("| mend it ", "", 1))).len(), 1);
}

#[test]
fn every_kind_of_error_is_explained() {
    let path = crate::tree::root().join("docs/errors.md");
    let page = std::fs::read_to_string(path).expect("docs/errors.md is there");
    assert_eq!(problems(&page), Vec::<String>::new());
}
