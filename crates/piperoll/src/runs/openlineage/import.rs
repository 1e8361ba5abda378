//! OpenLineage's run events into the trail.

use super::event::{Lineage, RunKey};
use super::fold::{Fold, Folded};
use super::lines::{At, Sources};
use crate::error::Result;
use crate::runs::import::Importer;
use crate::runs::{Imported, Progress, Recording};
use crate::trail::Trail;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;

/// Imports the run events of a file of JSON Lines, or of all files of a folder, as the client's file transport writes them. The events of a run may come in any order and
/// more than once. A run whose start has no end is recorded as one that has begun; its end can come with a later import. A line that cannot be read is skipped and
/// named, and hides no other. Events of jobs and data sets alone are no runs, and are passed over.
///
/// Memory grows with the runs that are begun and not ended at one place of the files, and a little with all of them.
///
/// # Errors
/// `NotFound` when there is nothing at the path, `Denied` and `Unavailable` when it cannot be read, and those of [`Trail::record`]. What was recorded before
/// stays; importing again goes on from there.
pub fn import_openlineage(
    trail: &Trail,
    path: &Path,
    how: &Recording,
    progress: &mut Progress<'_>,
) -> Result<Imported> {
    let sources = Sources::at(path)?;
    let last = last_of_each(&sources)?;
    let mut importer = Importer::new(trail, how);
    let mut open: HashMap<Short, Fold> = HashMap::new();
    sources.each(&mut |at, line, (done, all)| {
        progress(done, all);
        let read = match line {
            Ok(line) => Lineage::parse(line),
            Err(message) => {
                importer.imported.skipped.add(sources.place(at), message);
                return Ok(());
            }
        };
        let event = match read {
            Ok(Lineage::Run(event)) => event,
            Ok(Lineage::Static) => return Ok(()),
            Err(problems) => {
                importer
                    .imported
                    .skipped
                    .faults(sources.place(at), &problems);
                return Ok(());
            }
        };
        let key = of_key(&event.key);
        let is_last = last.get(&key).is_none_or(|last| *last <= at);
        let mut fold = open.remove(&key).unwrap_or_else(|| Fold::of(&event));
        fold.add(*event);
        if !is_last {
            open.insert(key, fold);
            return Ok(());
        }
        let Folded {
            mut run,
            notes,
            is_release_guessed,
        } = fold.finish();
        if is_release_guessed && let Some(release) = importer.release_of(&run.name, &run.run_id)? {
            run.release = release;
        }
        let place = format!("{} {} {}", sources.place(at), run.name, run.run_id);
        for note in notes {
            importer.imported.noted.add(place.clone(), note);
        }
        importer.add(place, run, None)
    })?;
    importer.finish()
}

/// Where the last event of each run is: what it said is complete then.
fn last_of_each(sources: &Sources) -> Result<HashMap<Short, At>> {
    let mut last = HashMap::new();
    sources.each(&mut |at, line, _| {
        if let Ok(Ok(Lineage::Run(event))) = line.map(Lineage::parse) {
            last.insert(of_key(&event.key), at);
        }
        Ok(())
    })?;
    Ok(last)
}

/// A hash that tells runs apart.
type Short = [u8; 16];

fn of_key(key: &RunKey) -> Short {
    short(&[&key.namespace, &key.job, &key.run_id])
}

fn short(parts: &[&str]) -> Short {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let (short, _) = digest.as_chunks();
    short.first().copied().unwrap_or_default()
}
