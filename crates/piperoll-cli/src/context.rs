//! Where a command works: folder, project file, trail and key.

use crate::arguments::Global;
use crate::failure::Result;
use crate::output::Output;
use piperoll::clock::{Clock as _, SystemClock};
use piperoll::error::{Error, ErrorKind};
use piperoll::event::{DraftActor, Instant};
use piperoll::limits::YAML_BYTES_MAX;
use piperoll::project::{OnUnavailable, Project};
use piperoll::runs::ddeutil::Files;
use piperoll::runs::{Recording, Spool};
use piperoll::seal::Origin;
use piperoll::store::Location;
use piperoll::trail::{Created, KeySource, Settings, Surroundings, Trail};
use std::path::{Path, PathBuf};

/// Where runs wait for a trail that cannot be written.
const SPOOL: &str = ".piperoll/spool.jsonl";

/// What the global options and the project file say.
pub(crate) struct Context {
    project: Option<Project>,
    trail: Option<Location>,
}

impl Context {
    /// Goes to the folder that `-C` names, and reads the project file.
    pub(crate) fn open(global: &Global) -> Result<Self> {
        Self::enter(global)?;
        let project = match &global.project {
            Some(file) => Some(read(file)?),
            None => nearest()?.map(|file| read(&file)).transpose()?,
        };
        let trail = match &global.trail {
            Some(url) => Some(trail_option(url, Path::new(""))?),
            None => None,
        };
        Ok(Self { project, trail })
    }

    /// Goes to the folder that `-C` names: for commands that need no project.
    pub(crate) fn enter(global: &Global) -> Result<()> {
        match &global.directory {
            Some(directory) => go_to(directory),
            None => Ok(()),
        }
    }

    /// The trail, for reading.
    pub(crate) fn trail_to_read(&self) -> Result<Trail> {
        let location = self.location()?;
        let origin = self.origin()?;
        // Another trail by `--trail` may be of another origin.
        let origin = origin.filter(|_| self.trail.is_none());
        Ok(Trail::open_to_read(
            &location,
            origin.as_ref(),
            Surroundings::default(),
        )?)
    }

    /// The trail, for recording; in a fresh clone it is made, with its key.
    pub(crate) fn trail_to_write(&self, output: &mut Output) -> Result<Trail> {
        let settings = self.settings()?;
        let opened = Trail::open_or_create(&settings, Surroundings::default());
        let (trail, created) = opened.map_err(|error| self.of_another_trail(&settings, error))?;
        if let Created::Made(vkey) = created {
            output.note(&format!(
                "made the trail `{}` and its key {}",
                trail.store().location(),
                settings.key
            ));
            output.note(&format!("its public key: {vkey}"));
            output.note("keep the public key elsewhere: auditors need it to verify the trail");
        }
        Ok(trail)
    }

    /// Nothing is lost where the key's own trail is there, and `--trail` names one that is not.
    fn of_another_trail(&self, settings: &Settings, error: Error) -> Error {
        let own = self
            .project
            .as_ref()
            .filter(|_| error.kind() == ErrorKind::Corrupt)
            .and_then(|project| project.trail(&lookup).ok());
        match own {
            Some(own) if self.is_other_trail() && own.exists() && !settings.location.exists() => {
                Error::invalid_input(format!(
                    "the key {} signs the trail `{own}`, and one key signs one trail",
                    settings.key
                ))
                .hint("give the other trail a key of its own: `key: \"${env.TRAIL_KEY:-.piperoll/trail.key}\"` in the project file takes one from the environment")
            }
            _ => error,
        }
    }

    /// The project.
    pub(crate) fn project(&self) -> Result<&Project> {
        Ok(self.project.as_ref().ok_or_else(no_project)?)
    }

    /// The project, where there is one.
    pub(crate) fn project_if_any(&self) -> Option<&Project> {
        self.project.as_ref()
    }

    /// Where the trail is, what it is called, and who signs it.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let project = self.project()?;
        Ok(Settings {
            location: self.location()?,
            origin: project.origin(&lookup)?,
            key: project.key(&lookup)?,
        })
    }

    pub(crate) fn location(&self) -> Result<Location> {
        match (&self.trail, &self.project) {
            (Some(location), _) => Ok(location.clone()),
            (None, Some(project)) => lasting(project.trail(&lookup)?),
            (None, None) => Err(no_project().into()),
        }
    }

    pub(crate) fn origin(&self) -> Result<Option<Origin>> {
        Ok(self
            .project
            .as_ref()
            .map(|project| project.origin(&lookup))
            .transpose()?)
    }

    /// Who does what a command does by itself: the project's actor.
    pub(crate) fn actor(&self) -> Result<DraftActor> {
        let actor = match &self.project {
            Some(project) => project.actor(&lookup)?,
            None => None,
        };
        let actor = actor.ok_or_else(|| {
            Error::invalid_input("nobody is named")
                .hint("say who acts with --actor, or with `actor` in piperoll.yaml")
        })?;
        let kind = Some(actor.kind);
        Ok(DraftActor {
            kind,
            ..DraftActor::named(actor.name)
        })
    }

    /// How many seconds old the newest kept checkpoint of the project's own trail may be.
    pub(crate) fn max_age(&self) -> Result<Option<u64>> {
        match &self.project {
            Some(project) if !self.is_other_trail() => Ok(project.max_age(&lookup)?),
            _ => Ok(None),
        }
    }

    /// Writes a checkpoint that the trail has kept to the files that the project names for it.
    pub(crate) fn publish(&self, note: &str) -> Result<()> {
        let Some(project) = self.project.as_ref().filter(|_| !self.is_other_trail()) else {
            return Ok(());
        };
        for file in project.publish(&lookup)? {
            let written = match file
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
            {
                Some(folder) => piperoll::fs::create_folder(folder),
                None => Ok(()),
            };
            written
                .and_then(|()| piperoll::fs::write(&file, note.as_bytes()))
                .map_err(|error| {
                    Error::new(error.kind(), "the checkpoint is kept, and not published")
                        .hint("`piperoll checkpoint` publishes the next one")
                        .because(error)
                })?;
        }
        Ok(())
    }

    /// Who acts, for what Piperoll itself does: the command's actor, else the project's.
    pub(crate) fn acting(&self, global: &Global) -> Result<DraftActor> {
        match &global.actor {
            Some(name) => Ok(DraftActor::named(name)),
            None => self.actor(),
        }
    }

    /// How runs are recorded: by whom, where they do not say, and with what redacted.
    pub(crate) fn recording(&self, global: &Global) -> Result<Recording> {
        let actor = match (&global.actor, &self.project) {
            (Some(name), _) => Some(DraftActor::named(name)),
            (None, Some(_)) => self.actor().ok(),
            (None, None) => None,
        };
        let (redact, files) = match &self.project {
            // Another trail by `--trail` is no part of the project.
            Some(project) if self.is_other_trail() => (project.redact(&lookup)?, None),
            Some(project) => (project.redact(&lookup)?, project.run_files(&lookup)?),
            None => (Vec::new(), None),
        };
        Ok(Recording {
            actor,
            reason: global.reason.clone(),
            redact,
            files: files.map(Files::new),
        })
    }

    /// Whether only a run that has succeeded stands in the way of another.
    pub(crate) fn success_only(&self) -> bool {
        self.project.as_ref().is_some_and(Project::success_only)
    }

    /// Where parts of runs wait while the trail cannot be written, where the project wants that.
    pub(crate) fn spool(&self) -> Result<(Spool, OnUnavailable)> {
        let project = self.project()?;
        let spool = Spool::new(project.path(SPOOL));
        Ok((spool, project.on_unavailable()))
    }

    pub(crate) fn key(&self) -> Result<Option<KeySource>> {
        Ok(self
            .project
            .as_ref()
            .map(|project| project.key(&lookup))
            .transpose()?)
    }

    /// The policy's file, of the project's own trail.
    pub(crate) fn policy(&self) -> Result<Option<PathBuf>> {
        match &self.project {
            Some(project) if !self.is_other_trail() => Ok(project.policy(&lookup)?),
            _ => Ok(None),
        }
    }

    /// Whether `--trail` names another trail than the project's.
    pub(crate) fn is_other_trail(&self) -> bool {
        self.trail.is_some()
    }
}

/// The trail that `--trail` names; a relative path in it starts at `folder`.
pub(crate) fn trail_option(url: &str, folder: &Path) -> Result<Location> {
    let location = Location::parse(url, folder)
        .map_err(|error| Error::invalid_input(format!("the trail of `--trail` {error}")))?;
    lasting(location)
}

/// What was recorded in memory would be gone when the command ends, and what is recorded in a pipe, too.
fn lasting(location: Location) -> Result<Location> {
    match location {
        Location::Memory => Err(Error::invalid_input(
            "a trail in `memory:` ends with the command, and is for tests of the library",
        )
        .hint("keep it in a file: `sqlite:PATH`")
        .into()),
        Location::Sqlite(file) => {
            piperoll::fs::refuse_pipe(&file)?;
            Ok(Location::Sqlite(file))
        }
        location => Ok(location),
    }
}

/// The present.
pub(crate) fn now() -> Instant {
    Instant::from_timestamp(SystemClock.now())
}

/// Reads an environment variable.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(crate) fn lookup(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// All environment variables; what is no text in them is replaced.
pub(crate) fn environment() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// Makes a folder the one that relative paths start at.
pub(crate) fn go_to(directory: &Path) -> Result<()> {
    std::env::set_current_dir(directory).map_err(|source| {
        let message = format!("`{}` cannot be entered", directory.display());
        Error::invalid_input(message).because(source).into()
    })
}

/// The nearest project file, as it is seen from here.
fn nearest() -> Result<Option<PathBuf>> {
    let here = std::env::current_dir().map_err(|source| {
        Error::unavailable("the folder that this runs in cannot be told").because(source)
    })?;
    let found = Project::find(&here, &|file| file.is_file());
    Ok(found.map(|file| match file.strip_prefix(&here) {
        Ok(relative) => relative.to_owned(),
        Err(_) => file,
    }))
}

fn read(file: &Path) -> Result<Project> {
    let shown = file.display();
    let bytes = piperoll::fs::read(file, YAML_BYTES_MAX)?.ok_or_else(|| {
        Error::not_found(format!("there is no project file `{shown}`"))
            .hint("make one with `piperoll init`")
    })?;
    let text = String::from_utf8(bytes).map_err(|source| {
        Error::invalid_config(format!("`{shown}` is not UTF-8")).because(source)
    })?;
    let folder = file.parent().unwrap_or_else(|| Path::new(""));
    Ok(Project::parse(&text, &shown.to_string(), folder)?)
}

fn no_project() -> Error {
    Error::not_found("there is no piperoll.yaml here or above")
        .hint("make one with `piperoll init`, or name one with --project or its folder with -C")
}
