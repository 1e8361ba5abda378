//! The trail's runs into the table.

use super::blob::BLOB_BYTES_MAX;
use super::row::{self, Audit};
use super::{connection, statements};
use crate::error::Result;
use crate::event::Instant;
use crate::runs::ddeutil::is_told_as;
use crate::runs::export::each_ended;
use crate::runs::{Exported, Progress, Run, RunEntry};
use crate::seal::EntryIndex;
use crate::trail::Trail;
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::path::Path;

/// Writes the newest attempt of each release that has ended into the table `audits` of a database, in one transaction; both are made where they are not there. The other
/// attempts, for which the table has no room, are told as older; a run whose row holds one that the trail does not have is skipped.
///
/// # Errors
/// `InvalidInput` when the file is no database, or its table another one, `Denied` without the right, `Conflict` when another program holds its lock, `Unavailable`
/// when it cannot be written, and those of the trail. The database is as it was then.
pub fn export_sqlite(trail: &Trail, path: &Path, progress: &mut Progress<'_>) -> Result<Exported> {
    let newest = Newest::of(trail)?;
    let mut connection = connection::writer(path)?;
    let mut exported = Exported::default();
    // An attempt that was the newest at an earlier export makes room.
    each_ended(trail, &mut |_, _| {}, &mut |entry| {
        if let Some(attempt) = newest.later_than(&entry) {
            let message = format!("attempt {attempt} of its release is newer");
            exported.older.add(place(&entry.run), message);
            remove(&mut connection, path, &entry)?;
        }
        Ok(())
    })?;
    exported.running = each_ended(trail, progress, &mut |entry| {
        if newest.later_than(&entry).is_some() {
            return Ok(());
        }
        match put(&mut connection, path, &entry)? {
            Put::Written => exported.written += 1,
            Put::There => exported.there += 1,
            Put::Other(run_id) => {
                let message = format!(
                    "its row holds the run `{run_id}`, which is not in the trail: import it first"
                );
                exported.skipped.add(place(&entry.run), message);
            }
        }
        Ok(())
    })?;
    connection
        .execute_batch(statements::COMMIT)
        .map_err(|error| connection::failure(path, error))?;
    Ok(exported)
}

/// The newest attempt of each release: its number and where it is.
struct Newest(HashMap<(String, Instant), (u32, EntryIndex)>);

impl Newest {
    fn of(trail: &Trail) -> Result<Self> {
        let mut counts: HashMap<(String, Instant), u32> = HashMap::new();
        let mut newest = HashMap::new();
        each_ended(trail, &mut |_, _| {}, &mut |entry| {
            let key = key(&entry);
            let count = counts.entry(key.clone()).or_default();
            *count += 1;
            let attempt = (entry.run.attempt.unwrap_or(*count), entry.index);
            let there = newest.entry(key).or_insert(attempt);
            *there = attempt.max(*there);
            Ok(())
        })?;
        Ok(Self(newest))
    }

    /// The number of the newest attempt, where this one is another.
    fn later_than(&self, entry: &RunEntry) -> Option<u32> {
        let (attempt, index) = self.0.get(&key(entry))?;
        (*index != entry.index).then_some(*attempt)
    }
}

fn key(entry: &RunEntry) -> (String, Instant) {
    (entry.run.name.clone(), entry.run.release.at())
}

fn remove(connection: &mut Connection, path: &Path, entry: &RunEntry) -> Result<()> {
    let run = &entry.run;
    let release = run.release.to_string();
    connection
        .prepare_cached(statements::REMOVE)
        .and_then(|mut statement| statement.execute(params![run.name, release, run.run_id]))
        .map_err(|error| connection::failure(path, error))?;
    Ok(())
}

/// What became of a row.
enum Put {
    Written,
    /// It was there as it is.
    There,
    /// It is that of another run.
    Other(String),
}

fn put(connection: &mut Connection, path: &Path, entry: &RunEntry) -> Result<Put> {
    let run = &entry.run;
    let audit = Audit::of(run)?;
    let started = run.started_at.unwrap_or(entry.recorded_at);
    let ended = run.ended_at.unwrap_or(entry.recorded_at);
    let done = (|| {
        let mut statement = connection.prepare_cached(statements::ROW)?;
        let mut rows = statement.query(params![BLOB_BYTES_MAX, audit.workflow, audit.release])?;
        if let Some(row) = rows.next()? {
            let run_id = row::run_id(row)?;
            if run_id != run.run_id {
                return Ok(Put::Other(run_id));
            }
            if row::read(row).is_ok_and(|(there, _)| is_told_as(&there, run)) {
                return Ok(Put::There);
            }
        }
        connection
            .prepare_cached(statements::PUT)?
            .execute(params![
                audit.workflow,
                audit.release,
                audit.run_type,
                audit.context,
                audit.parent_run_id,
                audit.run_id,
                audit.metadata,
                stamp(started),
                stamp(ended),
            ])?;
        Ok(Put::Written)
    })();
    done.map_err(|error| connection::failure(path, error))
}

/// An instant as SQLite's `CURRENT_TIMESTAMP` has it.
fn stamp(at: Instant) -> String {
    let text = at.to_string().replacen('T', " ", 1);
    text.get(..19).unwrap_or(&text).to_owned()
}

/// How a run is called where something is told of it.
fn place(run: &Run) -> String {
    format!("{} {} {}", run.name, run.release, run.run_id)
}
