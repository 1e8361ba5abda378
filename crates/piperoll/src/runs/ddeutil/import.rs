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
/// A run happened when its context says that it began, else when its file was written.
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
    let mut importer = Importer::new(trail, how, &mut |_| {})?;
    let shown = path.display();
    let found = match Node::at(path)? {
        None => return Err(Error::not_found(format!("there is nothing at `{shown}`"))),
        Some(Node::File(written)) => vec![Found::at(path, written)],
        Some(_) => Files::new(path).list(&mut importer.imported.skipped)?,
    };
    let all = found.len() as u64;
    for (found, done) in found.into_iter().zip(1..) {
        let place = found.path.display().to_string();
        match found.read() {
            Ok(run) => importer.add(place, run, found.written)?,
            Err(problems) => importer.imported.skipped.faults(place, &problems),
        }
        progress(done, all);
    }
    importer.finish()
}
