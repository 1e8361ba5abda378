//! A folder that is gone when it is no longer used, and the trail in it.

use piperoll::seal::Origin;
use piperoll::store::Location;
use piperoll::trail::{KeySource, Settings};
use std::error::Error;
use std::path::{Path, PathBuf};

/// A new folder.
pub struct Place(PathBuf);

impl Place {
    /// A new folder in another.
    pub fn new_in(folder: &Path, name: &str) -> Result<Self, Box<dyn Error>> {
        let path = folder.join(format!("piperoll-bench-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The trail in a folder.
pub fn settings(folder: &Path) -> Result<Settings, Box<dyn Error>> {
    Ok(Settings {
        location: Location::Sqlite(folder.join("trail.db")),
        origin: Origin::parse("shop.example/audit")?,
        key: KeySource::File(folder.join("trail.key")),
    })
}
