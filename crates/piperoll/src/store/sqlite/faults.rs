//! What is wrong with the file's own make, compared with a new one.

use super::append::layout_checksum;
use super::connection::number;
use super::{schema, statements};
use crate::store::stored::Fault;
use rusqlite::Connection;
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
    let unused = connection.query_row(statements::UNUSED_NAME, [], |_| Ok(()));
    if unused.is_ok() {
        let detail = "has a name that no entry uses".to_owned();
        faults.push(fault("table", "names", detail));
    }
    Ok(faults)
}

/// What SQLite says of the file: an index that does not hold what its table holds answers a search wrongly, whatever the table says.
fn broken(connection: &Connection) -> rusqlite::Result<Vec<Fault>> {
    let mut statement = connection.prepare(statements::INTEGRITY)?;
    let messages = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut faults = Vec::new();
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
    Ok(faults)
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
    let text = |value: rusqlite::types::ValueRef<'_>| match value {
        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
        rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| Ok((text(row.get_ref(0)?), text(row.get_ref(1)?))))?;
    rows.collect()
}
