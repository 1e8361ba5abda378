//! The project file, `piperoll.yaml`: what it says, and where it stands. This reads no environment and
//! touches no file: both are handed in.

mod checkpoint;
mod init;
mod rows;
mod runs;
mod targets;
mod template;

pub use rows::RowTables;
pub use runs::OnUnavailable;
pub use targets::TableFiles;
pub use template::{Lookup, Template};

use checkpoint::CheckpointTemplate;
use runs::RunsTemplate;

use crate::error::Result;
use crate::event::ActorKind;
use crate::limits::ORIGIN_BYTES_MAX;
use crate::seal::Origin;
use crate::store::{Location, join};
use crate::trail::KeySource;
use crate::yaml::{self, Field, Fields, PRIVATE_KEY, Problems, quoted};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The name of the project file.
pub const FILE_NAME: &str = "piperoll.yaml";

/// The version of the project file that is read.
const VERSION: i64 = 1;

/// The `env` of a project that names none.
const ENV_DEFAULT: &str = "dev";

/// Where the head file is when the key is in no file.
const HEAD_WITHOUT_KEY_FILE: &str = ".piperoll/head";

/// A project file that was read. Its values may name environment variables: a method that takes a
/// [`Lookup`] fails when one that is needed is not set, or makes the value invalid; it then names the
/// place in the file.
#[derive(Debug, Clone)]
pub struct Project {
    file: PathBuf,
    dir: PathBuf,
    trail: Template,
    origin: Template,
    key: Template,
    env: Option<Template>,
    actor: Option<ActorTemplate>,
    policy: Option<Template>,
    checkpoint: CheckpointTemplate,
    runs: RunsTemplate,
    declared: targets::Declared,
    rows: Vec<RowTables>,
}

#[derive(Debug, Clone)]
struct ActorTemplate {
    name: Template,
    kind: Option<Template>,
}

/// Who does what Piperoll itself does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectActor {
    /// The name; not blank.
    pub name: String,
    /// The kind; `user` where the file does not say.
    pub kind: ActorKind,
}

impl Project {
    /// The project that `text` describes. `shown_name` stands for the file in messages; relative paths
    /// start at `dir`, the folder of the file.
    ///
    /// # Errors
    /// `InvalidConfig` with all faults of the file, each with its line and column.
    pub fn parse(text: &str, shown_name: &str, dir: &Path) -> Result<Self> {
        let mut problems = Problems::new(shown_name);
        let project = Self::read(text, shown_name, dir, &mut problems);
        problems.finish(project)
    }

    /// The nearest project file in the folder `start` or above, if `exists` finds one. `start` is
    /// absolute: a relative path has nothing above it.
    pub fn find(start: &Path, exists: &dyn Fn(&Path) -> bool) -> Option<PathBuf> {
        start
            .ancestors()
            .map(|folder| folder.join(FILE_NAME))
            .find(|file| exists(file))
    }

    /// The text of a new project file. The values are taken as they are: `${` in them is escaped.
    pub fn template(origin: &str, trail: &str, key: &str) -> String {
        init::text(origin, trail, key)
    }

    /// The file, as it is shown in messages.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The folder at which relative paths start.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A path of the file, seen from the project's folder.
    pub fn path(&self, path: &str) -> PathBuf {
        join(&self.dir, path)
    }

    /// Where the trail is kept.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn trail(&self, lookup: &Lookup<'_>) -> Result<Location> {
        self.trail.read(lookup, |url| location(url, &self.dir))
    }

    /// The name of the trail in its checkpoints.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn origin(&self, lookup: &Lookup<'_>) -> Result<Origin> {
        self.origin.read(lookup, origin)
    }

    /// Where the trail's signing key is.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn key(&self, lookup: &Lookup<'_>) -> Result<KeySource> {
        self.key.read(lookup, |key| {
            check_not_blank(key)?;
            // The value of a variable often ends with the line's end of the file it was read from.
            let text = key.trim();
            if text.starts_with(PRIVATE_KEY) {
                let key = Zeroizing::new(text.to_owned());
                Ok(KeySource::Text {
                    key,
                    head: self.path(HEAD_WITHOUT_KEY_FILE),
                })
            } else {
                Ok(KeySource::File(self.path(key)))
            }
        })
    }

    /// The environment that the project runs in, such as `dev` (which is the default) or `prod`.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn env(&self, lookup: &Lookup<'_>) -> Result<String> {
        match &self.env {
            Some(env) => env.read(lookup, |env| check_not_blank(env).map(|()| env.to_owned())),
            None => Ok(ENV_DEFAULT.to_owned()),
        }
    }

    /// Who does what Piperoll itself does, where the file says so; never of events given to `record`.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn actor(&self, lookup: &Lookup<'_>) -> Result<Option<ProjectActor>> {
        let Some(actor) = &self.actor else {
            return Ok(None);
        };
        let name = actor.name.read(lookup, |name| {
            check_not_blank(name).map(|()| name.to_owned())
        })?;
        let kind = match &actor.kind {
            Some(kind) => kind.read(lookup, actor_kind)?,
            None => ActorKind::User,
        };
        Ok(Some(ProjectActor { name, kind }))
    }

    /// Where the policy is that says which witnesses must have cosigned a checkpoint, where the file says so.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn policy(&self, lookup: &Lookup<'_>) -> Result<Option<PathBuf>> {
        let path = |path: &str| check_not_blank(path).map(|()| self.path(path));
        let policy = self.policy.as_ref();
        policy.map(|policy| policy.read(lookup, path)).transpose()
    }

    /// What the file says; with faults it may be incomplete, and is not to be used.
    fn read(text: &str, shown_name: &str, dir: &Path, problems: &mut Problems) -> Option<Self> {
        let root = yaml::parse(text, problems)?;
        let mut fields = Fields::new(&root, problems)?;
        if let Some(field) = fields.required("version") {
            version(field, fields.problems());
        }
        let trail = fields.required("trail");
        let trail = trail.and_then(|field| {
            value(field, fields.problems(), |url| {
                location(url, dir).map(|_| ())
            })
        });
        let origin = fields.required("origin");
        let origin = origin.and_then(|field| {
            value(field, fields.problems(), |text| {
                self::origin(text).map(|_| ())
            })
        });
        let key = fields.required("key");
        let key = key.and_then(|field| value(field, fields.problems(), check_not_blank));
        let env = fields.optional("env");
        let env = env.and_then(|field| value(field, fields.problems(), check_not_blank));
        let actor = fields.optional("actor");
        let actor = actor.and_then(|field| ActorTemplate::read(field, fields.problems()));
        let policy = fields.optional("policy");
        let policy = policy.and_then(|field| value(field, fields.problems(), check_not_blank));
        let checkpoint = fields.optional("checkpoint");
        let checkpoint = checkpoint.map(|field| CheckpointTemplate::read(field, fields.problems()));
        let runs = fields.optional("runs");
        let runs = runs.map(|field| RunsTemplate::read(field, fields.problems()));
        let declared = targets::Declared::read(&mut fields, dir);
        let rows = fields.optional("rows");
        let is_target = |name: &str| declared.has_target(name);
        let rows = rows.map(|field| rows::read(field, &is_target, fields.problems()));
        fields.finish();
        Some(Self {
            file: shown_name.into(),
            dir: dir.into(),
            trail: trail?,
            origin: origin?,
            key: key?,
            env,
            actor,
            policy,
            checkpoint: checkpoint.unwrap_or_default(),
            runs: runs.unwrap_or_default(),
            declared,
            rows: rows.unwrap_or_default(),
        })
    }
}

impl ActorTemplate {
    fn read(field: Field<'_>, problems: &mut Problems) -> Option<Self> {
        let mut fields = field.mapping(problems)?;
        let name = fields.required("name");
        let name = name.and_then(|field| value(field, fields.problems(), check_not_blank));
        let kind = fields.optional("kind");
        let kind = kind.and_then(|field| {
            value(field, fields.problems(), |kind| {
                actor_kind(kind).map(|_| ())
            })
        });
        fields.finish();
        Some(Self { name: name?, kind })
    }
}

/// A value that may name variables; one that names none is checked now.
fn value(
    field: Field<'_>,
    problems: &mut Problems,
    check: impl FnOnce(&str) -> Result<(), String>,
) -> Option<Template> {
    let template = Template::parse(field, problems)?;
    if let Some(Err(message)) = template.constant().map(|text| check(&text)) {
        problems.add(field.node.at, format!("`{}` {message}", field.name));
    }
    Some(template)
}

fn version(field: Field<'_>, problems: &mut Problems) {
    if let Some(version) = field.integer(problems)
        && version != VERSION
    {
        let message = format!("`version` is {version}; this Piperoll reads version {VERSION}");
        problems.add(field.node.at, message);
    }
}

/// What these say of a wrong value is to follow the key's name.
fn origin(text: &str) -> Result<Origin, String> {
    Origin::parse(text).map_err(|_| {
        format!("must have 1 to {ORIGIN_BYTES_MAX} characters of A-Z a-z 0-9 . _ - / :")
    })
}

fn location(url: &str, dir: &Path) -> Result<Location, String> {
    Location::parse(url, dir).map_err(|error| error.to_string())
}

fn check_not_blank(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err("must not be blank".into())
    } else {
        Ok(())
    }
}

fn actor_kind(text: &str) -> Result<ActorKind, String> {
    ActorKind::parse(text)
        .ok_or_else(|| format!("must be one of {}, not {}", ActorKind::list(), quoted(text)))
}

#[cfg(test)]
mod tests;
