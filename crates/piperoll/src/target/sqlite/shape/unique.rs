//! What the rows of a table are unique by, as its indexes say it.

use super::{Index, Seen, failure};
use crate::error::{Error, Result};
use crate::target::dialect::sqlite as dialect;
use crate::target::shape::{Term, Unique};
use crate::target::sqlite::statements;
use crate::target::sqlite::tokens::{Token, code, unqualified};
use crate::yaml::quoted;
use rusqlite::Connection;
use std::path::Path;

/// What a unique index keeps apart.
///
/// # Errors
/// `Unsupported` when it cannot be understood.
pub(super) fn terms(
    connection: &Connection,
    path: &Path,
    (table, index): (&str, &Index),
    seen: &[Seen],
) -> Result<Unique> {
    let failed = |error| failure(path, error);
    let mut statement = connection
        .prepare_cached(statements::INDEX_TERMS)
        .map_err(failed)?;
    let columns: Vec<(Option<String>, Option<String>)> = statement
        .query_map([&index.name], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(failed)?;
    let unreadable = || {
        let name = quoted(&index.name);
        Error::unsupported(format!("the unique index {name} cannot be understood"))
            .hint("its rows cannot be tracked as long as it is there")
    };
    let has_expression = columns.iter().any(|(column, _)| column.is_none());
    let (mut texts, mut condition) = (Vec::new(), None);
    if has_expression || index.partial {
        let sql: String = connection
            .query_row(statements::INDEX_SQL, [&index.name], |row| row.get(0))
            .map_err(failed)?;
        let read = read(&sql).ok_or_else(unreadable)?;
        // The trigger calls the table otherwise.
        condition = read.condition;
        condition = condition.map(|sql| unqualified(&sql, table).unwrap_or(sql));
        texts = read.terms;
        if texts.len() != columns.len() {
            return Err(unreadable());
        }
    }
    let mut terms = Vec::new();
    for (at, (column, collation)) in columns.into_iter().enumerate() {
        let (present, coming) = match &column {
            Some(name) => {
                let present = dialect::name(name);
                let mut all = seen.iter();
                let stored = all.find(|seen| seen.stored.name == *name);
                let coming = match stored {
                    Some(stored) => stored.coming(),
                    None => format!("NEW.{present}"),
                };
                (present, coming)
            }
            None => {
                let text = texts.get(at).ok_or_else(unreadable)?;
                let coming = of_the_coming(text, seen).ok_or_else(unreadable)?;
                (format!("({text})"), format!("({coming})"))
            }
        };
        // What is computed from a number that is yet to be given may be anything.
        let is_plain = column.as_ref().is_some_and(|name| {
            let mut all = seen.iter();
            all.any(|each| each.stored.name == *name && each.computed.is_none())
        });
        let rowid = seen.iter().find(|each| each.is_rowid);
        let rowid = rowid.map(|each| format!("NEW.{}", dialect::name(&each.stored.name)));
        let coming = match rowid {
            Some(rowid) if !is_plain && coming.contains(&rowid) => {
                format!("CASE WHEN {rowid} = -1 THEN {present} ELSE {coming} END")
            }
            _ => coming,
        };
        terms.push(Term {
            column,
            present,
            coming,
            collation,
        });
    }
    Ok(Unique {
        terms,
        condition: condition.filter(|_| index.partial),
    })
}

/// A `CREATE INDEX` statement as it was read.
struct Read {
    terms: Vec<String>,
    condition: Option<String>,
}

fn read(sql: &str) -> Option<Read> {
    let tokens = code(sql).ok()?;
    let open = tokens.iter().position(|token| token.is_sign("("))?;
    let (mut depth, mut start, mut terms) = (0_usize, open + 1, Vec::new());
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
            depth -= 1;
        }
        let ends_list = depth == 0;
        if ends_list || depth == 1 && token.is_sign(",") {
            terms.push(slice(sql, tokens.get(start..at)?)?);
            start = at + 1;
        }
        if ends_list {
            let rest = tokens.get(at + 1..)?;
            let condition = match rest.split_first() {
                Some((first, rest)) if first.is("where") => Some(slice(sql, rest)?),
                Some(_) => return None,
                None => None,
            };
            return Some(Read { terms, condition });
        }
    }
    None
}

/// The text from the first to the last of tokens, without the direction at its end.
fn slice(sql: &str, tokens: &[Token<'_>]) -> Option<String> {
    let tokens = match tokens.split_last() {
        Some((last, rest)) if last.is("asc") || last.is("desc") => rest,
        _ => tokens,
    };
    let (first, last) = (tokens.first()?, tokens.last()?);
    sql.get(first.at..last.end()).map(str::to_owned)
}

/// An expression in which each column is that of the row that comes.
pub(super) fn of_the_coming(expression: &str, seen: &[Seen]) -> Option<String> {
    let tokens = code(expression).ok()?;
    let mut text = String::new();
    let mut done = 0;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let is_call = tokens.get(at + 1).is_some_and(|next| next.is_sign("("));
        let is_other = before
            .is_some_and(|before| before.is("collate") || before.is("as") || before.is_sign("."));
        let name = token.name().filter(|_| !token.text.starts_with('\''));
        let Some(name) = name.filter(|_| !is_call && !is_other) else {
            continue;
        };
        let mut columns = seen.iter();
        if let Some(seen) = columns.find(|seen| seen.stored.name.eq_ignore_ascii_case(&name)) {
            text.push_str(expression.get(done..token.at)?);
            text.push_str(&seen.coming());
            done = token.end();
        }
    }
    text.push_str(expression.get(done..)?);
    Some(text)
}

/// Whether an expression names a column of some kind, or one that is computed from such.
pub(super) fn refers(expression: &str, seen: &[Seen], is: impl Fn(&Seen) -> bool) -> bool {
    let text = of_the_coming(expression, seen).unwrap_or_default();
    let is_named = |seen: &&Seen| {
        let named = format!("NEW.{}", dialect::name(&seen.stored.name));
        text.contains(&named)
    };
    seen.iter().filter(is_named).any(is)
}
