//! A folder of ddeutil's files into the trail.

use super::Files;
use super::files::Found;
use crate::error::{Error, Result};
use crate::fs::Node;
use crate::runs::import::Importer;
use crate::runs::{Imported, Progress, Recording};
use crate::trail::Trail;
use std::path::Path;

/// Imports the files of a folder, or one file. A file that cannot be read is skipped and named, and hides no other; a run that the trail has is not recorded again.
///
/// A run happened when its context says that it began, else when its file was written; the runs of one release are recorded in that order.
///
/// # Errors
/// `NotFound` when there is nothing at the path, `Denied` and `Unavailable` when a folder cannot be read, and those of [`Trail::record`]. What was recorded
/// before stays; importing again goes on from there.
pub fn import_files(
    trail: &Trail,
    path: &Path,
    how: &Recording,
    progress: &mut Progress<'_>,
) -> Result<Imported> {
    let mut importer = Importer::new(trail, how);
    let shown = path.display();
    let found = match Node::at(path)? {
        None => return Err(Error::not_found(format!("there is nothing at `{shown}`"))),
        Some(Node::File(written)) => vec![Found::at(path, written)],
        Some(_) => Files::new(path).list(&mut importer.imported.skipped)?,
    };
    let all = found.len() as u64;
    let mut done = 0;
    for release in found.chunk_by(|one, other| one.path.parent() == other.path.parent()) {
        let mut runs = Vec::with_capacity(release.len());
        for found in release {
            let place = found.path.display().to_string();
            match found.read() {
                Ok(run) => runs.push((run.started_at.or(found.written), place, run)),
                Err(problems) => importer.imported.skipped.faults(place, &problems),
            }
        }
        // Attempts count in the order in which they are recorded.
        runs.sort_by_key(|(at, ..)| *at);
        for (at, place, run) in runs {
            importer.add(place, run, at)?;
            done += 1;
            progress(done, all);
        }
    }
    importer.finish()
}
