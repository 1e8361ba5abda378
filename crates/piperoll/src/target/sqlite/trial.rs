//! Rows that are tried on an expression, in memory: SQLite makes tables with some that it then refuses whatever the row is (`raise(...)`, what reads the clock).

use super::expression::Declared;
use super::layout::{Layout, Part};
use super::scratch::Scratch;
use super::tokens::{Token, tokens};
use super::{lay, statements};
use crate::target::table::Table;

/// What each column of a row is: none of them is what an expression wants, but one may pass where another cannot be computed.
const VALUES: [&str; 5] = ["NULL", "0", "1", "'2026-11-01'", "'[1]'"];

/// How SQLite begins to say that an expression reads the clock.
const CLOCK: &str = "non-deterministic use of";

/// What SQLite says of a value beyond the bound.
const TOO_BIG: &str = "string or blob too big";

/// Why no row could ever be written or read with the expression; none when one can.
pub(super) fn refusal(table: &Table, declared: &Declared) -> Option<String> {
    let tokens = tokens(&declared.expression).ok()?;
    if !calls(&tokens) {
        return None;
    }
    let scratch = match Scratch::empty() {
        Ok(scratch) => scratch,
        Err(error) => return Some(error.chain()),
    };
    if let Err(fault) = scratch.bound() {
        return Some(fault);
    }
    if let Part::Default { .. } = &declared.constraint.part {
        // It names no column: it is the same for every row.
        let evaluate = statements::evaluate(&declared.expression);
        return scratch
            .run(&evaluate)
            .err()
            .filter(|fault| fault != TOO_BIG);
    }
    let (layout, written) = layout(table, declared, &tokens)?;
    let name = table.name.table();
    if let Err(fault) = scratch.run(&statements::create(name, &layout.sql())) {
        return Some(fault);
    }
    let mut last = None;
    let mut passes = false;
    for value in VALUES {
        let tried = scratch
            .run(&statements::try_row(name, &written, value))
            .and_then(|()| scratch.run(&statements::read_rows(name)));
        match tried {
            Ok(()) => passes = true,
            // What is larger than what is tried may be right.
            Err(fault) if fault == TOO_BIG => passes = true,
            Err(fault) if fault.starts_with(CLOCK) => return Some(fault),
            Err(fault) => last = Some(fault),
        }
    }
    last.filter(|_| !passes)
}

/// Functions that never fail, and words that a parenthesis follows: the usual checks need no trial.
const SURE: [&str; 26] = [
    "and", "between", "case", "cast", "check", "coalesce", "else", "hex", "ifnull", "iif", "in",
    "instr", "length", "lower", "ltrim", "not", "nullif", "or", "replace", "rtrim", "substr",
    "then", "trim", "typeof", "upper", "when",
];

/// Words by which more may be done than to compare: a collation that is not there is missed by each row alone.
const UNSURE: [&str; 4] = ["match", "regexp", "collate", "escape"];

/// Whether an expression may do more than compare: nothing else can fail with every row.
fn calls(tokens: &[Token<'_>]) -> bool {
    let is_sure = |token: &Token<'_>| SURE.iter().any(|word| token.is(word));
    let opens = tokens.windows(2).any(|pair| match pair {
        [one, next] => next.is_sign("(") && one.name().is_some() && !is_sure(one),
        _ => false,
    });
    let mut words = tokens.iter();
    opens || words.any(|token| UNSURE.iter().any(|word| token.is(word)))
}

/// A table with the columns that the expression names, and the names of those that can be written.
fn layout(
    table: &Table,
    declared: &Declared,
    tokens: &[Token<'_>],
) -> Option<(Layout, Vec<String>)> {
    let names: Vec<String> = tokens.iter().filter_map(Token::name).collect();
    let own = declared.column.as_deref();
    let generates = matches!(declared.constraint.part, Part::Generated { .. });
    let is_computed = |name: &str| generates && own == Some(name);
    let is_named = |name: &str| {
        own == Some(name) || names.iter().any(|other| other.eq_ignore_ascii_case(name))
    };
    let mut columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| is_named(&column.name))
        .collect();
    if columns.iter().all(|column| is_computed(&column.name)) {
        // A table needs a column that can be written.
        let mut others = table.columns.iter();
        columns.push(others.find(|column| !is_computed(&column.name))?);
    }
    let mut layout = Layout {
        columns: columns.iter().copied().map(lay::bare).collect(),
        ..Layout::default()
    };
    match own.and_then(|name| layout.column_mut(name)) {
        Some(column) => column.constraints.push(declared.constraint.clone()),
        None => layout.constraints.push(declared.constraint.clone()),
    }
    let written = columns.iter().map(|column| column.name.clone());
    let written = written.filter(|name| !is_computed(name)).collect();
    Some((layout, written))
}
