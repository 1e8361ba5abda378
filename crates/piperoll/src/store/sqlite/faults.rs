//! What is wrong with the file's own make, compared with a new one.

use super::append::layout_checksum;
use super::block::{BLOCK, Field};
use super::connection::number;
use super::{schema, statements};
use crate::store::stored::Fault;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;

/// The faults of the schema, the marks, and the rows that nobody should have left.
pub(super) fn faults(connection: &Connection) -> rusqlite::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(schema::LAYOUT)?;
    compare(&objects(&fresh)?, &objects(connection)?, &mut faults);

    let marks = [
        (
            "application_id",
            statements::APPLICATION_ID,
            schema::APPLICATION_ID,
        ),
        (
            "user_version",
            statements::USER_VERSION,
            schema::LAYOUT_VERSION,
        ),
    ];
    for (name, sql, expected) in marks {
        let found = number(connection, sql)?;
        if found != expected {
            faults.push(fault(
                "setting",
                name,
                format!("is {found}, not {expected}"),
            ));
        }
    }
    faults.extend(broken(connection)?);
    // A table that is gone, or has other columns, is named above already.
    if number(connection, statements::GATE_ROWS).is_ok_and(|rows| rows != 0) {
        faults.push(fault(
            "table",
            "gate",
            "is open: what is sealed could be changed".to_owned(),
        ));
    }
    if number(connection, statements::HEAD_ROWS).is_ok_and(|rows| rows != 1) {
        faults.push(fault("table", "head", "has not exactly one row".to_owned()));
    }
    let expected = [(schema::LAYOUT_VERSION.to_string(), layout_checksum())];
    if pairs(connection, statements::MIGRATIONS).is_ok_and(|found| found != expected) {
        let detail = "does not have exactly the checksum of this layout".to_owned();
        faults.push(fault("table", "migrations", detail));
    }
    let keys = ["created", "origin", "secret", "signature"];
    if pairs(connection, statements::META)
        .is_ok_and(|found| !found.iter().map(|(key, _)| key.as_str()).eq(keys))
    {
        faults.push(fault(
            "table",
            "meta",
            format!("has not exactly the keys {}", keys.join(", ")),
        ));
    }
    blocks(connection, &mut faults);
    Ok(faults)
}

/// What SQLite says of the file: an index that does not hold what its table holds answers a search wrongly, whatever the table says.
fn broken(connection: &Connection) -> rusqlite::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for sql in statements::INTEGRITY {
        // A table that is gone is named above already.
        let Ok(mut statement) = connection.prepare(sql) else {
            continue;
        };
        let messages = statement.query_map([], |row| row.get::<_, String>(0))?;
        for message in messages {
            // An error ends the check; it is itself what is wrong.
            let message = message.unwrap_or_else(|error| error.to_string());
            if message != "ok" {
                faults.push(Fault {
                    object: "the file".to_owned(),
                    detail: format!("is broken: {message}"),
                });
            }
        }
    }
    Ok(faults)
}

/// The blocks must be those of the entries, and the names those of the blocks: each name gets the next code when a block first has it.
fn blocks(connection: &Connection, faults: &mut Vec<Fault>) {
    let Ok(size) = number(connection, statements::END) else {
        return;
    };
    let full = size / BLOCK as i64;
    for (table, sql) in statements::BLOCK_TABLES {
        let three = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let found: rusqlite::Result<(i64, i64, i64)> = connection.query_row(sql, [], three);
        if found.is_ok_and(|found| found != (full, 0, full - 1)) {
            let detail = format!("has not exactly the blocks of {size} entries");
            faults.push(fault("table", table, detail));
        }
    }
    let names = number(connection, statements::COUNT_NAMES);
    if let (Ok(names), Ok(used)) = (names, codes_used(connection))
        && used != Some(names)
    {
        let detail = "has not exactly the names of the blocks, in their order".to_owned();
        faults.push(fault("table", "names", detail));
    }
}

/// How many codes the blocks use; `None` when one of them is not the next that there was to be.
fn codes_used(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare(statements::BLOCKS)?;
    let mut rows = statement.query([])?;
    let mut used = 0;
    while let Some(row) = rows.next()? {
        let mut new = Vec::new();
        for column in 1..=5 {
            let field = match row.get_ref(column)? {
                ValueRef::Blob(bytes) => Field::read(bytes),
                _ => None,
            };
            // What cannot be read is named with its entries.
            let Some(field) = field else { return Ok(None) };
            new.extend(field.codes().iter().copied().filter(|code| *code > used));
        }
        new.sort_unstable();
        new.dedup();
        let next = used.saturating_add(1);
        if !(next..).take(new.len()).eq(new.iter().copied()) {
            return Ok(None);
        }
        used = used.saturating_add(new.len() as i64);
    }
    Ok(Some(used))
}

fn fault(ty: &str, name: &str, detail: String) -> Fault {
    Fault {
        object: format!("{ty} `{name}`"),
        detail,
    }
}

/// By type and name: the table that it belongs to, and its statement.
type Objects = BTreeMap<(String, String), (String, String)>;

fn objects(connection: &Connection) -> rusqlite::Result<Objects> {
    let mut statement = connection.prepare(statements::OBJECTS)?;
    let rows = statement.query_map([], |row| {
        let sql: Option<String> = row.get(3)?;
        let made = (row.get(2)?, sql.unwrap_or_default());
        Ok(((row.get(0)?, row.get(1)?), made))
    })?;
    rows.collect()
}

fn compare(expected: &Objects, found: &Objects, faults: &mut Vec<Fault>) {
    for ((ty, name), made) in expected {
        match found.get(&(ty.clone(), name.clone())) {
            None => faults.push(fault(ty, name, "is gone".to_owned())),
            Some(changed) if changed != made => {
                faults.push(fault(ty, name, "is not as Piperoll made it".to_owned()));
            }
            Some(_) => {}
        }
    }
    for (ty, name) in found
        .keys()
        .filter(|object| !expected.contains_key(*object))
    {
        faults.push(fault(ty, name, "is not of Piperoll's making".to_owned()));
    }
}

/// The rows of two columns as text, whatever their types are.
fn pairs(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(sql)?;
    let text = |value: ValueRef<'_>| match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| Ok((text(row.get_ref(0)?), text(row.get_ref(1)?))))?;
    rows.collect()
}
