//! ddeutil-workflow's package, timed by `bench/beside_ddeutil.py`.

use crate::place::Place;
use piperoll::event::{Json, Value};
use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// What the script runs with: a Python that has the package.
const PYTHON: &str = "PIPEROLL_BENCH_RUNS_PYTHON";

/// The package.
pub struct Beside {
    python: OsString,
}

impl Beside {
    /// The package, where there is a Python that has it.
    pub fn there() -> Option<Self> {
        let python = std::env::var_os(PYTHON).filter(|python| !python.is_empty())?;
        Some(Self { python })
    }

    /// What it takes, by name: milliseconds of all, bytes of one.
    pub fn measure(
        &self,
        folder: &Path,
        saves: usize,
        releases: usize,
    ) -> Result<BTreeMap<String, f64>, Box<dyn Error>> {
        let place = Place::new_in(folder, "ddeutil")?;
        let output = Command::new(&self.python)
            .arg("bench/beside_ddeutil.py")
            .arg(place.path())
            .args([saves, releases].map(|number| number.to_string()))
            .output()?;
        if !output.status.success() {
            return Err(format!("ddeutil: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let json =
            Json::parse(output.stdout.trim_ascii()).map_err(|problems| format!("{problems:?}"))?;
        let Value::Object(members) = Value::from_json(json) else {
            return Err("ddeutil: no object".into());
        };
        let mut all = BTreeMap::new();
        for (name, value) in members {
            let number = match value {
                Value::Real(number) => number,
                Value::Int(number) => number as f64,
                Value::Typed(_, text) => text.parse()?,
                other => return Err(format!("ddeutil: {name}: {other:?}").into()),
            };
            all.insert(name, number);
        }
        Ok(all)
    }
}
