//! Where parts of runs wait while their trail cannot be written: a file of lines, each with the id that its entry will have, so that none is brought in twice.

use super::record::with_files;
use super::{Part, Recording, Run, draft};
use crate::error::{Error, ErrorKind, Problem, Result};
use crate::event::{Draft, EventId, Json, Value};
use crate::fs::LockedFile;
use crate::limits::SPOOL_BYTES_MAX;
use crate::trail::Trail;
use std::path::PathBuf;

/// The file in which parts wait.
#[derive(Debug, Clone)]
pub struct Spool {
    path: PathBuf,
}

impl Spool {
    /// The one at a path; it is made when something comes into it.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Puts a part of a run into it, redacted and durable.
    ///
    /// # Errors
    /// `InvalidInput` when the run cannot be recorded, `Unavailable` when it is full; those of files.
    pub fn add(&self, id: EventId, run: &Run, part: &Part, how: &Recording) -> Result<()> {
        let mut run = super::record::redacted(run, how).into_owned();
        run.actor = run.actor.or_else(|| how.actor.clone());
        // What could not be recorded must not wait to be.
        draft(&run, part, how).map_err(|problems| refused(&run, problems))?;
        if let Some(folder) = self.path.parent() {
            crate::fs::create_folder(folder)?;
        }
        let mut file = LockedFile::open(&self.path)?;
        let mut lines = file.read(SPOOL_BYTES_MAX.saturating_add(1))?;
        let (of, part) = match part {
            Part::Whole => (String::new(), "whole"),
            Part::Start(_) => (String::new(), "start"),
            Part::End(of) => (format!(r#","of":"{of}""#), "end"),
        };
        let reason = match &how.reason {
            Some(reason) => {
                let reason = Value::Text(reason.clone()).canonical();
                format!(r#","reason":{reason}"#)
            }
            None => String::new(),
        };
        let run = run.to_json();
        let line = format!("{{\"id\":\"{id}\",\"part\":\"{part}\"{of}{reason},\"run\":{run}}}\n");
        if lines.len() + line.len() > SPOOL_BYTES_MAX {
            let message = format!(
                "the spool `{}` would have more than {SPOOL_BYTES_MAX} bytes",
                self.path.display()
            );
            return Err(Error::unavailable(message)
                .hint("bring the trail back: the next `piperoll run` empties the spool"));
        }
        lines.extend_from_slice(line.as_bytes());
        file.replace(&lines)
    }

    /// Records what waits, once, and empties it. Returns how many parts came in.
    ///
    /// # Errors
    /// `Corrupt` when a line cannot be read, which then waits on with the others; those of files and of the trail.
    pub fn bring_in(&self, trail: &Trail, how: &Recording) -> Result<u64> {
        if !self.path.exists() {
            return Ok(0);
        }
        let mut file = LockedFile::open(&self.path)?;
        let bytes = file.read(SPOOL_BYTES_MAX)?;
        let mut drafts = Vec::new();
        for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1u64..) {
            if line.is_empty() {
                continue;
            }
            let spooled = read(line).map_err(|problems| {
                let place = format!("line {number} of the spool `{}`", self.path.display());
                Error::corrupt(format!("{place} cannot be read"))
                    .with_problems(problems)
                    .hint("a line that was cut short was never acknowledged: remove it")
            })?;
            drafts.push(spooled);
        }
        let came = drafts.len() as u64;
        if came > 0 {
            let receipt = trail.record(&drafts).map_err(Error::from)?;
            with_files(trail, receipt, how)?;
        }
        match file.remove() {
            // Whoever removed it has brought it in, under the same ids.
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(came),
        }
    }
}

/// The draft that a line stands for.
fn read(line: &[u8]) -> Result<Draft, Vec<Problem>> {
    let fault = |place: &str| vec![Problem::new(place, "is missing or wrong")];
    let Json::Object(members) = Json::parse(line)? else {
        return Err(fault(""));
    };
    let text = |name: &str| match members.iter().find(|(member, _)| member == name) {
        Some((_, Json::Text(text))) => Some(text.as_ref()),
        _ => None,
    };
    let id = text("id")
        .and_then(EventId::parse)
        .ok_or_else(|| fault("id"))?;
    let of = text("of").and_then(EventId::parse);
    let part = match (text("part"), of) {
        (Some("whole"), _) => Part::Whole,
        (Some("start"), _) => Part::Start(None),
        (Some("end"), Some(of)) => Part::End(of),
        _ => return Err(fault("part")),
    };
    let how = Recording {
        reason: text("reason").map(str::to_owned),
        ..Recording::default()
    };
    let run = members.into_iter().find(|(name, _)| name == "run");
    let (_, run) = run.ok_or_else(|| fault("run"))?;
    let mut draft = draft(&Run::from_json(run)?, &part, &how)?;
    draft.id = Some(id);
    Ok(draft)
}

fn refused(run: &Run, problems: Vec<Problem>) -> Error {
    Error::invalid_input(format!("the run `{}` cannot be recorded", run.run_id))
        .with_problems(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DraftActor;
    use crate::runs::ddeutil::Files;
    use crate::runs::{Release, Status, of_release};
    use crate::seal::Origin;
    use crate::store::Location;
    use crate::trail::{KeySource, Settings, Surroundings};

    fn id(number: u64) -> EventId {
        EventId::parse(&format!("01932c07-a000-7000-8000-{number:012x}")).unwrap()
    }

    #[test]
    fn what_waits_comes_in_once_and_is_redacted_while_it_waits() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            location: Location::Memory,
            origin: Origin::parse("shop.example/audit").unwrap(),
            key: KeySource::File(folder.path().join("key")),
        };
        let (trail, _) = Trail::create(&settings, Surroundings::default()).unwrap();
        let path = folder.path().join("deep/spool.jsonl");
        let spool = Spool::new(path.clone());
        let files = folder.path().join("audits");
        let how = Recording {
            actor: Some(DraftActor::named("etl")),
            reason: Some("a \"reason\"".into()),
            redact: vec!["token".into()],
            files: Some(Files::new(files.clone())),
        };
        assert_eq!(spool.bring_in(&trail, &how).unwrap(), 0);
        let document = br#"{"name":"w","release":"2026-11-01T00:00:00+01:00","run_id":"r","status":"RUNNING","context":{"params":{"token":"s3cret-x"},"n":1.0}}"#;
        let mut run = Run::parse(document).unwrap();
        spool.add(id(1), &run, &Part::Start(None), &how).unwrap();
        run.status = Status::Success;
        spool.add(id(2), &run, &Part::End(id(1)), &how).unwrap();
        let waiting = crate::fs::read(&path, 9_999).unwrap().unwrap();
        assert!(
            !String::from_utf8(waiting.clone())
                .unwrap()
                .contains("s3cret")
        );
        assert_eq!(spool.bring_in(&trail, &how).unwrap(), 2);
        assert!(!path.exists());
        // As after a crash between the two.
        crate::fs::write(&path, &waiting).unwrap();
        assert_eq!(spool.bring_in(&trail, &how).unwrap(), 2);
        let release = Release::parse("2026-10-31T23:00:00Z").unwrap();
        let found = of_release(&trail, "w", &release).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].part, Part::End(id(1)));
        assert_eq!(
            trail.entry(id(2)).unwrap().header.reason.unwrap(),
            "a \"reason\""
        );
        assert!(found[0].run.to_json().contains(r#""n":1.0"#));
        let file = files.join("workflow=w/release=20261101000000/r.log");
        let file = crate::fs::read(&file, 9_999).unwrap().unwrap();
        assert!(String::from_utf8(file).unwrap().contains("SUCCESS"));
    }

    #[test]
    fn it_is_bounded_and_a_line_that_is_none_keeps_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.jsonl");
        let spool = Spool::new(path.clone());
        let how = Recording {
            actor: Some(DraftActor::named("etl")),
            ..Recording::default()
        };
        let release = Release::parse("2026-11-01").unwrap();
        let run = Run::new("w", release, "r");
        crate::fs::write(&path, &vec![b'\n'; SPOOL_BYTES_MAX]).unwrap();
        let error = spool.add(id(1), &run, &Part::Whole, &how).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().contains("would have more than"));
        crate::fs::write(&path, b"\n{\"id\":1}\n").unwrap();
        let settings = Settings {
            location: Location::Memory,
            origin: Origin::parse("shop.example/audit").unwrap(),
            key: KeySource::File(folder.path().join("key")),
        };
        let (trail, _) = Trail::create(&settings, Surroundings::default()).unwrap();
        let error = spool.bring_in(&trail, &how).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(
            error.to_string().starts_with("line 2 of the spool"),
            "{error}"
        );
        assert!(path.exists());
    }
}
