//! The project file, `piperoll.yaml`: what it says, and where it stands. This reads no environment and
//! touches no file: both are handed in.

mod init;
mod location;
mod redact;
mod template;
pub mod yaml;

pub use location::Location;
pub use template::{Lookup, Template};

use crate::error::Result;
use crate::limits::ORIGIN_BYTES_MAX;
use redact::PRIVATE_KEY;
use std::fmt;
use std::path::{Path, PathBuf};
use yaml::{Field, Fields, Problems, quoted};
use zeroize::Zeroizing;

/// The name of the project file.
pub const FILE_NAME: &str = "piperoll.yaml";

/// The version of the project file that is read.
const VERSION: i64 = 1;

/// The `env` of a project that names none.
const ENV_DEFAULT: &str = "dev";

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
}

#[derive(Debug, Clone)]
struct ActorTemplate {
    name: Template,
    kind: Option<Template>,
}

/// Where the trail's signing key is.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In a file.
    File(PathBuf),
    /// Given itself: the text of a key file, without the line's end.
    Inline(Zeroizing<String>),
}

/// Redacted: a key is never shown.
impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Inline(_) => write!(f, "Inline({PRIVATE_KEY}...)"),
        }
    }
}

/// Who does what Piperoll itself does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectActor {
    /// The name; not blank.
    pub name: String,
    /// The kind; `user` where the file does not say.
    pub kind: ActorKind,
}

/// The kind of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person.
    User,
    /// A program that acts by its own account.
    Service,
    /// The machine.
    System,
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
        location::join(&self.dir, path)
    }

    /// Where the trail is kept.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn trail(&self, lookup: &Lookup<'_>) -> Result<Location> {
        self.trail
            .read(lookup, |url| location::read(url, &self.dir))
    }

    /// The name of the trail in its checkpoints.
    ///
    /// # Errors
    /// `InvalidConfig`: see [`Project`].
    pub fn origin(&self, lookup: &Lookup<'_>) -> Result<String> {
        self.origin.read(lookup, |origin| {
            check_origin(origin).map(|()| origin.to_owned())
        })
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
                Ok(KeySource::Inline(Zeroizing::new(text.to_owned())))
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
                location::read(url, dir).map(|_| ())
            })
        });
        let origin = fields.required("origin");
        let origin = origin.and_then(|field| value(field, fields.problems(), check_origin));
        let key = fields.required("key");
        let key = key.and_then(|field| value(field, fields.problems(), check_not_blank));
        let env = fields.optional("env");
        let env = env.and_then(|field| value(field, fields.problems(), check_not_blank));
        let actor = fields.optional("actor");
        let actor = actor.and_then(|field| ActorTemplate::read(field, fields.problems()));
        fields.finish();
        Some(Self {
            file: shown_name.into(),
            dir: dir.into(),
            trail: trail?,
            origin: origin?,
            key: key?,
            env,
            actor,
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

/// Whether `origin` is one by section 6 of the format. What it says is to follow the key's name.
fn check_origin(origin: &str) -> Result<(), String> {
    if origin.is_empty() || origin.len() > ORIGIN_BYTES_MAX {
        return Err(format!(
            "must be 1 to {ORIGIN_BYTES_MAX} bytes long, not {}",
            origin.len()
        ));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:".contains(c);
    match origin.chars().find(|c| !allowed(*c)) {
        Some(c) => {
            let c = quoted(c.encode_utf8(&mut [0; 4]));
            Err(format!(
                "may hold letters and digits of ASCII and `. _ - / :`, not {c}"
            ))
        }
        None => Ok(()),
    }
}

fn check_not_blank(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err("must not be blank".into())
    } else {
        Ok(())
    }
}

fn actor_kind(text: &str) -> Result<ActorKind, String> {
    match text {
        "user" => Ok(ActorKind::User),
        "service" => Ok(ActorKind::Service),
        "system" => Ok(ActorKind::System),
        _ => Err(format!(
            "must be `user`, `service` or `system`, not {}",
            quoted(text)
        )),
    }
}

#[cfg(test)]
mod tests;
