use crate::arguments::Global;
use crate::context::{go_to, trail_option};
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use piperoll::error::Error;
use piperoll::project::{FILE_NAME, Project};
use piperoll::seal::Origin;
use piperoll::store::Location;
use piperoll::trail::{KeySource, Settings, Surroundings, Trail};
use std::path::{Path, PathBuf};

const TRAIL: &str = "sqlite:.piperoll/trail.db";
const KEY: &str = ".piperoll/trail.key";
const IGNORED: &str = ".piperoll/";

/// Begin a project: write piperoll.yaml, and make the trail and its key
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  piperoll init\n  piperoll -C shop init --origin shop.example/audit"
)]
pub(crate) struct Args {
    /// The name of the trail in its checkpoints; default: <folder name>.local/trail
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
}

pub(crate) fn run(args: &Args, global: &Global, output: &mut Output) -> Result<Exit> {
    if let Some(directory) = &global.directory {
        piperoll::fs::create_folder(directory)?;
        go_to(directory)?;
    }
    let file = global
        .project
        .clone()
        .unwrap_or_else(|| PathBuf::from(FILE_NAME));
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::new(),
    };
    if !folder.as_os_str().is_empty() {
        piperoll::fs::create_folder(&folder)?;
    }
    let url = global.trail.as_deref().unwrap_or(TRAIL);
    let name = match &args.origin {
        Some(name) => name.clone(),
        None => default_origin(&folder)?,
    };
    let settings = Settings {
        location: trail_option(url, &folder)?,
        origin: Origin::parse(&name)?,
        key: KeySource::File(folder.join(KEY)),
    };
    refuse_to_overwrite(&file, &settings)?;

    let (trail, vkey) = Trail::create(&settings, Surroundings::default())?;
    piperoll::fs::write(&file, Project::template(&name, url, KEY).as_bytes())?;
    ignore(&folder)?;
    if output.is_json() {
        let json = serde_json::json!({
            "project": file.to_string_lossy(),
            "trail": trail.store().location(),
            "origin": name,
            "key": vkey.to_string(),
        });
        output.json(&json)?;
        return Ok(Exit::Done);
    }
    if !output.is_quiet() {
        output.line(&format!(
            "wrote `{}`",
            piperoll::export::shown(&file.to_string_lossy())
        ))?;
        output.line(&format!(
            "made the trail `{}` and its key {}",
            shown(&trail.store().location()),
            shown(&settings.key.to_string())
        ))?;
        output.line("")?;
        output.line("The public key of this trail:")?;
    }
    output.line(&format!("{vkey}"))?;
    if !output.is_quiet() {
        output.line("")?;
        output.line(
            "Copy it to a place that whoever can write here cannot change: with it an auditor",
        )?;
        output.line(
            "verifies the trail (piperoll verify --key ...). `piperoll key show` prints it again.",
        )?;
    }
    Ok(Exit::Done)
}

fn shown(text: &str) -> String {
    piperoll::export::shown(text).into_owned()
}

fn refuse_to_overwrite(file: &Path, settings: &Settings) -> Result<()> {
    let key = settings
        .key
        .path()
        .filter(|path| path.exists())
        .map(Path::to_owned);
    let head = Some(settings.key.head_path()).filter(|path| path.exists());
    let trail = match &settings.location {
        Location::Sqlite(path) if path.exists() => Some(path.clone()),
        _ => None,
    };
    let project = file.exists().then(|| file.to_owned());
    match [project, trail, key, head].into_iter().flatten().next() {
        None => Ok(()),
        Some(path) => Err(
            Error::already_exists(format!("`{}` exists already", path.display()))
                .hint("nothing was written; begin in another folder, or move it away first")
                .into(),
        ),
    }
}

/// The folder's name, with what is no letter of an origin replaced, and `.local/trail`.
fn default_origin(folder: &Path) -> Result<String> {
    let here = Path::new(".");
    let absolute = if folder.as_os_str().is_empty() {
        here
    } else {
        folder
    }
    .canonicalize()
    .map_err(|source| {
        Error::invalid_input(format!("`{}` cannot be entered", folder.display())).because(source)
    })?;
    let name = absolute
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).take(200).collect();
    Ok(format!(
        "{}.local/trail",
        if name.is_empty() { "piperoll" } else { &name }
    ))
}

/// Keeps the trail and the key out of version control.
fn ignore(folder: &Path) -> Result<()> {
    const BYTES_MAX: usize = 1024 * 1024;
    let file = folder.join(".gitignore");
    let mut text = piperoll::fs::read(&file, BYTES_MAX)?.unwrap_or_default();
    if text
        .split(|b| *b == b'\n')
        .any(|line| line.trim_ascii() == IGNORED.as_bytes())
    {
        return Ok(());
    }
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend_from_slice(IGNORED.as_bytes());
    text.push(b'\n');
    Ok(piperoll::fs::write(&file, &text)?)
}
