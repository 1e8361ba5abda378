//! The trail's runs into a folder of ddeutil's files.

use super::Files;
use crate::error::Result;
use crate::runs::export::each_ended;
use crate::runs::{Exported, Progress};
use crate::trail::Trail;

/// Writes all runs that have ended; those that are there stay as they are.
///
/// # Errors
/// As [`Files::write`], and those of the trail. What was written before stays; exporting again goes on from there.
pub fn export_files(trail: &Trail, files: &Files, progress: &mut Progress<'_>) -> Result<Exported> {
    let mut exported = Exported::default();
    exported.running = each_ended(trail, progress, &mut |entry| {
        if files.write(&entry.run)?.was_there {
            exported.there += 1;
        } else {
            exported.written += 1;
        }
        Ok(())
    })?;
    Ok(exported)
}
