//! The table into the trail.

use super::blob::BLOB_BYTES_MAX;
use super::{connection, row, statements};
use crate::error::Result;
use crate::runs::import::Importer;
use crate::runs::{Imported, Progress, Recording};
use crate::trail::Trail;
use std::path::Path;

/// Imports the rows of a database's table `audits`. A row that cannot be read is skipped and named, and hides no other; a run that the trail has is not recorded
/// again. A run happened when its context says that it began, else when its row was written.
///
/// # Errors
/// `NotFound` when there is no such file, `InvalidInput` when it is no database with that table, and those of [`Trail::record`]. What was recorded before stays;
/// importing again goes on from there.
pub fn import_sqlite(
    trail: &Trail,
    path: &Path,
    how: &Recording,
    progress: &mut Progress<'_>,
) -> Result<Imported> {
    let failed = |error| connection::failure(path, error);
    let connection = connection::reader(path)?;
    let mut importer = Importer::new(trail, how);
    // One picture of the table, whatever is written meanwhile.
    connection
        .execute_batch(statements::BEGIN_READ)
        .map_err(failed)?;
    let all: i64 = connection
        .query_row(statements::COUNT, [], |row| row.get(0))
        .map_err(failed)?;
    let mut statement = connection.prepare(statements::ROWS).map_err(failed)?;
    let mut rows = statement.query([BLOB_BYTES_MAX]).map_err(failed)?;
    let all = u64::try_from(all).unwrap_or(0);
    let mut number = 0;
    while let Some(found) = rows.next().map_err(failed)? {
        number += 1;
        match row::read(found) {
            Ok((run, created)) => importer.add(row::place(number, found), run, created)?,
            Err(problems) => {
                let place = row::place(number, found);
                importer.imported.skipped.faults(place, &problems);
            }
        }
        progress(number, all);
    }
    importer.finish()
}
