//! The tables that a project or a command line declares, and their targets.

use crate::context::{Context, lookup};
use crate::failure::Result;
use piperoll::error::{Error, ErrorKind, Problem};
use piperoll::limits::TABLE_BYTES_MAX;
use piperoll::project::Project;
use piperoll::rows::Following;
use piperoll::tables::{Matching, Plan, Request, SnapshotFormat, Spec, plan};
use piperoll::target::{Accompanied, Location, TableName, Target};
use piperoll::trail::Trail;
use std::path::{Path, PathBuf};

/// Which tables, and how they are read.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Selection {
    /// Specifications; default: all that the project declares
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The target of files that the project does not declare
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// The environment, put behind a catalog that ends in `_`; default: the project's
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// How declared columns find those that are there; default: what the file says, else name
    #[arg(long = "match", value_name = "HOW", value_parser = ["name", "position"])]
    pub(crate) matching: Option<String>,
}

/// What is declared for one target.
pub(crate) struct Declared {
    pub(crate) target: Box<dyn Target>,
    location: Location,
    pub(crate) specs: Vec<Spec>,
}

impl Declared {
    /// Makes the folder of a target that is a file, as one makes that of a trail: in a fresh clone it is not there.
    pub(crate) fn make_folder(&self) -> Result<()> {
        if let Location::Sqlite(path) = &self.location
            && let Some(folder) = path.parent()
            && !folder.as_os_str().is_empty()
        {
            piperoll::fs::create_folder(folder)?;
        }
        Ok(())
    }

    /// The names of its tables.
    pub(crate) fn names(&self) -> Vec<TableName> {
        self.specs
            .iter()
            .map(|spec| spec.table.name.clone())
            .collect()
    }
}

/// A file, and the target whose tables it declares, where that is known.
struct Source {
    path: PathBuf,
    /// As it is shown and recorded: from the project's folder on.
    shown: String,
    target: Option<String>,
}

/// Reads the specifications and checks them; all faults of all files are told at once. Where a target is known, what it can never have is a fault, too.
pub(crate) fn checked(context: &Context, selection: &Selection) -> Result<Vec<Spec>> {
    let (read, faults) = read(context, selection)?;
    let mut by_target = ByTarget::default();
    for (source, spec) in &read {
        if let Some(name) = selection.target.as_ref().or(source.target.as_ref()) {
            by_target.add(name, spec.clone());
        }
    }
    faults.finish(by_target.check(context)?)?;
    Ok(read.into_iter().map(|(_, spec)| spec).collect())
}

/// Reads the specifications, with their targets.
pub(crate) fn declared(context: &Context, selection: &Selection) -> Result<Vec<Declared>> {
    let project = context.project()?;
    let (read, faults) = read(context, selection)?;
    let mut by_target = ByTarget::default();
    for (source, spec) in read {
        let name = match (&selection.target, source.target) {
            (Some(name), _) => name.clone(),
            (None, Some(name)) => name,
            (None, None) => only_target(project, &source.shown)?,
        };
        by_target.add(&name, spec);
    }
    if !faults.is_empty() {
        // With what is wrong with the other files, so that nothing comes in stages.
        faults.finish(by_target.check(context)?)?;
    }
    by_target
        .0
        .into_iter()
        .map(|(name, specs)| {
            let location = project.target(&name, &lookup)?;
            let target = location.open(&name)?;
            // The history of a table that is tracked follows it.
            let following = Following::new(location.open(&name)?);
            Ok(Declared {
                target: Box::new(Accompanied::new(target, Box::new(following))),
                location,
                specs,
            })
        })
        .collect()
}

/// What the project declares of tables; nothing, where it declares only whose rows are tracked.
pub(crate) fn of_project(context: &Context) -> Result<Vec<Declared>> {
    let project = context.project()?;
    if project.tables().is_empty() && !project.rows().is_empty() {
        return Ok(Vec::new());
    }
    declared(context, &Selection::default())
}

/// Specifications by the name of their target.
#[derive(Default)]
struct ByTarget(Vec<(String, Vec<Spec>)>);

impl ByTarget {
    fn add(&mut self, target: &str, spec: Spec) {
        match self.0.iter_mut().find(|(other, _)| other == target) {
            Some((_, specs)) => specs.push(spec),
            None => self.0.push((target.to_owned(), vec![spec])),
        }
    }

    /// What the targets can never have: an error for each that there is.
    fn check(&self, context: &Context) -> Result<Vec<Error>> {
        let mut refusals = Vec::new();
        for (name, specs) in &self.0 {
            let target = context.project()?.target(name, &lookup)?.open(name)?;
            refusals.extend(piperoll::tables::check(&*target, specs).err());
        }
        Ok(refusals)
    }
}

/// The plan of all of them.
pub(crate) fn plan_all(declared: &[Declared]) -> Result<Plan> {
    let mut all = Plan::default();
    for Declared { target, specs, .. } in declared {
        all.extend(plan(&**target, specs)?);
    }
    Ok(all)
}

/// The environment: the option's, else the project's.
pub(crate) fn env(context: &Context, option: Option<&str>) -> Result<Option<String>> {
    match option {
        Some(env) if env.trim().is_empty() => {
            Err(Error::invalid_input("the environment of --env is blank").into())
        }
        Some(env) => Ok(Some(env.to_owned())),
        None => Ok(context
            .project_if_any()
            .map(|project| project.env(&lookup))
            .transpose()?),
    }
}

/// Who applies, with what the command line says of it.
pub(crate) fn request(
    context: &Context,
    global: &crate::arguments::Global,
    env: Option<String>,
    allow_destructive: bool,
) -> Result<Request> {
    Ok(Request {
        actor: context.acting(global)?,
        reason: global.reason.clone(),
        env,
        run_id: None,
        notes: None,
        snapshot_format: SnapshotFormat::default(),
        allow_destructive,
        process: piperoll::fs::Process::current(),
    })
}

/// Tells of applies that were interrupted: what became of them is recorded first.
pub(crate) fn reconcile(
    declared: &[Declared],
    trail: &Trail,
    request: &Request,
    output: &mut crate::output::Output,
) -> Result<()> {
    for one in declared {
        for found in piperoll::tables::reconcile(&one.names(), &*one.target, trail, request)? {
            output.note(&format!(
                "an earlier apply of `{}` was interrupted; recorded what became of it: {}",
                found.table, found.outcome
            ));
        }
    }
    Ok(())
}

/// The one table that a name or a file of the project stands for.
pub(crate) fn table_named(text: &str) -> Result<TableName> {
    Ok(TableName::parse(text).map_err(|error| {
        Error::invalid_input(error.to_string()).hint("name a table as catalog.schema.table")
    })?)
}

fn only_target(project: &Project, file: &str) -> Result<String> {
    let mut names = project.target_names();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name.to_owned()),
        _ => Err(
            Error::invalid_input(format!("which target has the table of `{file}`?"))
                .hint("name it with --target, or declare the file under `tables` in piperoll.yaml")
                .into(),
        ),
    }
}

/// Files that could not be read as specifications.
#[derive(Default)]
struct Faults(Vec<Error>);

impl Faults {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One error of all of them, and of what targets refuse.
    fn finish(mut self, refusals: Vec<Error>) -> Result<()> {
        let (files, refused) = (self.0.len(), refusals.len());
        self.0.extend(refusals);
        if self.0.len() < 2 {
            return self.0.pop().map_or(Ok(()), |only| Err(only.into()));
        }
        let problems: Vec<Problem> = self.0.iter().flat_map(told).collect();
        let count = problems.len();
        let message = match refused {
            0 => format!("{files} files have {count} problems"),
            _ => format!("the specifications have {count} problems"),
        };
        Err(Error::invalid_config(message)
            .with_problems(problems)
            .into())
    }
}

/// The problems of an error; of one without, what it says.
fn told(error: &Error) -> Vec<Problem> {
    match error.problems() {
        [] => vec![Problem::new("", error.chain())],
        problems => problems.to_vec(),
    }
}

fn read(context: &Context, selection: &Selection) -> Result<(Vec<(Source, Spec)>, Faults)> {
    let env = env(context, selection.env.as_deref())?;
    let matching = selection.matching.as_deref().and_then(Matching::parse);
    let mut read = Vec::new();
    let mut faults = Faults::default();
    for source in sources(context, selection)? {
        match spec(&source, env.as_deref()) {
            Ok(mut spec) => {
                if let Some(matching) = matching {
                    spec.matching = matching;
                }
                read.push((source, spec));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::InvalidConfig | ErrorKind::NotFound) =>
            {
                faults.0.push(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok((read, faults))
}

fn spec(source: &Source, env: Option<&str>) -> piperoll::Result<Spec> {
    let shown = &source.shown;
    let bytes = piperoll::fs::read(&source.path, TABLE_BYTES_MAX)?
        .ok_or_else(|| Error::not_found(format!("there is no file `{shown}`")))?;
    let text = String::from_utf8(bytes).map_err(|source| {
        Error::invalid_config(format!("`{shown}` is not UTF-8")).because(source)
    })?;
    Spec::parse(&text, shown, env)
}

fn sources(context: &Context, selection: &Selection) -> Result<Vec<Source>> {
    let declared = match context.project_if_any() {
        Some(project) => sources_of(project)?,
        None => Vec::new(),
    };
    if selection.files.is_empty() {
        if declared.is_empty() {
            let project = context.project()?;
            let file = project.file().display();
            return Err(Error::invalid_input(format!("`{file}` declares no tables"))
                .hint("name files, or declare them: tables: [{target: NAME, files: \"tables/*.yaml\"}]")
                .into());
        }
        return Ok(declared);
    }
    let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    };
    let files = selection.files.iter().map(|path| {
        let known = declared.iter().find(|source| same(&source.path, path));
        match known {
            Some(source) => Source {
                path: path.clone(),
                shown: source.shown.clone(),
                target: source.target.clone(),
            },
            None => Source {
                path: path.clone(),
                shown: path.to_string_lossy().into_owned(),
                target: None,
            },
        }
    });
    Ok(files.collect())
}

fn sources_of(project: &Project) -> Result<Vec<Source>> {
    let mut sources: Vec<Source> = Vec::new();
    for files in project.tables() {
        let pattern = files.files(&lookup)?;
        let found = piperoll::fs::matching(project.dir(), &pattern)?;
        if found.is_empty() {
            let message = format!(
                "no file matches `{pattern}`, where the tables of `{}` are",
                files.target()
            );
            return Err(Error::invalid_config(message)
                .hint(format!("see `tables` in `{}`", project.file().display()))
                .into());
        }
        sources.extend(found.into_iter().map(|file| Source {
            path: project.dir().join(&file),
            shown: file.to_string_lossy().into_owned(),
            target: Some(files.target().to_owned()),
        }));
    }
    Ok(sources)
}
