//! A folder with a trail in it, and the processes that are let loose on it.
#![expect(
    clippy::disallowed_methods,
    reason = "tests prepare files and talk to their own processes"
)]

use piperoll::event::{Action, Draft, DraftActor, Json, Kind, Payload, Resource};
use piperoll::seal::{EntryIndex, Origin};
use piperoll::store::{Access, Filter, Location, Order, Page};
use piperoll::trail::{Entry, HeadFile, KeySource, Settings, Surroundings, Trail};
use piperoll::verify::{Level, Report, Request, verify};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Tells a process of this binary what to do, and where.
const TASK: &str = "PIPEROLL_TEST_TASK";

pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder in memory, where the system has enough of that: for tests of many small appends that are not about the disk, which takes milliseconds for
    /// each.
    pub(crate) fn in_memory() -> Self {
        const KIBIBYTES_MIN: u64 = 512 * 1024;
        let memory = "/dev/shm";
        let free = Command::new("df").args(["-Pk", memory]).output();
        let free = free.ok().and_then(|output| {
            let text = String::from_utf8(output.stdout).ok()?;
            let available = text.lines().last()?.split_whitespace().nth(3)?;
            available.parse::<u64>().ok()
        });
        let dir = match free {
            Some(free) if free >= KIBIBYTES_MIN => tempfile::tempdir_in(memory),
            _ => tempfile::tempdir(),
        };
        Self { dir: dir.unwrap() }
    }

    /// A folder with a trail of so many entries.
    pub(crate) fn with_entries(count: u64) -> Self {
        let place = Self::new();
        let trail = place.make();
        for number in 0..count {
            trail.record(&[fact("first", number)]).unwrap();
        }
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path().join("trail.db")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.path().join("trail.key")
    }

    pub(crate) fn head(&self) -> PathBuf {
        self.path().join("trail.key.head")
    }

    pub(crate) fn settings(&self) -> Settings {
        settings_in(self.path())
    }

    pub(crate) fn make(&self) -> Trail {
        Trail::create(&self.settings(), Surroundings::default())
            .unwrap()
            .0
    }

    pub(crate) fn open(&self) -> piperoll::Result<Trail> {
        Trail::open(&self.settings(), Surroundings::default())
    }

    /// The names of the files.
    pub(crate) fn files(&self) -> Vec<String> {
        names_in(self.path())
    }

    /// The files of the store, as they are. Nobody may have it open.
    pub(crate) fn store_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let names = self.files().into_iter();
        names
            .filter(|name| name.starts_with("trail.db"))
            .map(|name| {
                let path = self.path().join(name);
                let bytes = std::fs::read(&path).unwrap();
                (path, bytes)
            })
            .collect()
    }

    /// Puts the files of the store back as they were.
    pub(crate) fn put_back(&self, files: &[(PathBuf, Vec<u8>)]) {
        for (path, _) in self.store_files() {
            std::fs::remove_file(path).unwrap();
        }
        for (path, bytes) in files {
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// Another folder with copies of all files.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new();
        for name in self.files() {
            std::fs::copy(self.path().join(&name), copy.path().join(&name)).unwrap();
        }
        copy
    }

    /// Runs SQL in the `sqlite3` of the system.
    pub(crate) fn sql(&self, sql: &str) -> Result<String, String> {
        sqlite3(&self.db(), sql)
    }
}

pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub(crate) fn settings_in(folder: &Path) -> Settings {
    Settings {
        location: Location::Sqlite(folder.join("trail.db")),
        origin: Origin::parse("shop.example/audit").unwrap(),
        key: KeySource::File(folder.join("trail.key")),
    }
}

/// What `sqlite3` prints, or what it complains of.
pub(crate) fn sqlite3(db: &Path, sql: &str) -> Result<String, String> {
    let output = Command::new("sqlite3")
        .args(["-batch", "-bail"])
        .arg(db)
        .arg(sql)
        .output()
        .expect("the tests need `sqlite3`: apt-get install sqlite3");
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

/// A row that `who` wrote: the number is its key and is found in its reason, too.
pub(crate) fn fact(who: &str, number: u64) -> Draft {
    let payload = format!(r#"{{"after":{{"by":"{who}"}},"key":{number}}}"#);
    Draft {
        reason: Some(number.to_string()),
        payload: Some(Payload::from_json(Json::parse(payload.as_bytes()).unwrap()).unwrap()),
        ..Draft::new(
            Kind::Row,
            Action::parse("UPDATE").unwrap(),
            DraftActor::named(who),
            Resource::new("shop", "shop.main.orders", "table"),
        )
    }
}

/// All entries, oldest first.
pub(crate) fn entries(settings: &Settings) -> Vec<Entry> {
    let trail = Trail::open_to_read(&settings.location, None, Surroundings::default()).unwrap();
    let page = Page {
        order: Order::OldestFirst,
        after: None,
        limit: usize::MAX,
    };
    let entries = trail.entries(&Filter::default(), &page).unwrap();
    let indices: Vec<_> = entries.iter().map(|entry| entry.index).collect();
    let expected: Vec<_> = (0..entries.len() as u64).map(EntryIndex::new).collect();
    assert_eq!(indices, expected, "a gap, or an index twice");
    entries
}

/// Verifies with all there is to verify with; nothing must be found.
pub(crate) fn assert_sound(settings: &Settings, pin: Option<&str>) -> Report {
    let signer = settings.key.read(&settings.origin).unwrap().unwrap();
    let head = HeadFile::new(settings.key.head_path());
    let state = head.read(signer.origin(), &signer.vkey()).unwrap();
    let request = Request {
        keys: vec![signer.vkey(), signer.clock().unwrap().vkey()],
        pin: pin.map(|note| note.as_bytes().to_vec()),
        head: Some((head.path().to_owned(), state)),
        ..Request::default()
    };
    let store = settings.location.open(Access::Read).unwrap();
    let report = verify(&*store, &request, &mut |_, _| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.unchecked, Vec::<String>::new());
    let level = if pin.is_some() { Level::L2 } else { Level::L1 };
    assert_eq!(report.level, Some(level));
    report
}

/// This binary once more, for the one test `name` (a path of modules), which finds `task` by [`task`].
pub(crate) fn process(binary: &Path, name: &str, task: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(TASK, task);
    command
}

/// What the process is to do; `None` in the process that the user started.
pub(crate) fn task() -> Option<String> {
    std::env::var(TASK).ok()
}
