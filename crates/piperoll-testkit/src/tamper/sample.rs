use super::Insider;
use piperoll::Result;
use piperoll::clock::{Clock, Entropy};
use piperoll::event::{Draft, LineDefaults};
use piperoll::seal::{Origin, Signer, VerifierKey};
use piperoll::store::{Access, Location, Store};
use piperoll::trail::{HeadFile, KeySource, Settings, Surroundings, Trail};
use piperoll::verify::{Level, Report, Request, verify};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock that goes on by a second each time, and random bytes that are the same in every run.
#[derive(Debug, Default)]
pub struct Fixed(AtomicU64);

impl Fixed {
    /// Both, as a trail takes them.
    pub fn surroundings() -> Surroundings {
        Surroundings {
            clock: Arc::new(Self::default()),
            entropy: Arc::new(Self::default()),
        }
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

impl Clock for Fixed {
    fn now(&self) -> jiff::Timestamp {
        // 2026-11-01T08:00:00Z.
        let second = 1_793_520_000 + i64::try_from(self.next()).unwrap();
        jiff::Timestamp::from_second(second).unwrap()
    }
}

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        for chunk in bytes.chunks_mut(32) {
            let random = Sha256::digest(self.next().to_be_bytes());
            chunk
                .iter_mut()
                .zip(random)
                .for_each(|(to, from)| *to = from);
        }
        Ok(())
    }
}

/// How large a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// 24 entries in one tile.
    Small,
    /// 300 entries: a full tile of leaves, an unfinished one, and one of level 1.
    Tiles,
}

/// A trail of which nothing is missing: every kind of event, payloads, erased payloads with their tombstone, attributes of every name, kept checkpoints, a
/// cursor. It is one file without a WAL.
#[derive(Debug)]
pub struct Sample {
    /// Where everything is.
    pub settings: Settings,
    /// The file.
    pub path: PathBuf,
    /// The public key of the log.
    pub log: VerifierKey,
    /// The public key of its clock.
    pub clock: VerifierKey,
    /// The kept checkpoints, oldest first.
    pub kept: Vec<String>,
    /// How many entries there are.
    pub size: u64,
    /// The entries whose payloads are erased, both included.
    pub erased: (u64, u64),
}

impl Sample {
    /// Makes the trail in a folder.
    pub fn build(folder: &Path, shape: Shape) -> Self {
        let settings = settings(folder);
        let (trail, _) = Trail::create(&settings, Fixed::surroundings()).unwrap();
        let (log, clock) = trail.vkeys().unwrap();
        let (first, rest) = match shape {
            Shape::Small => (12, vec![10]),
            Shape::Tiles => (250, vec![6, 1, 41]),
        };
        let mut next = 0;
        let mut record = |count: u64| {
            trail.record(&drafts(next..next + count)).unwrap();
            next += count;
        };
        record(first);
        let mut kept = vec![trail.keep_checkpoint().unwrap().note];
        rest.into_iter().for_each(record);
        kept.push(trail.keep_checkpoint().unwrap().note);
        drop(trail);

        let insider = Insider::open(&settings);
        let erased = (5, 6);
        insider.erase(&[erased]);
        insider.set_cursor("shop.main.orders", "42");
        drop(insider);
        let trail = Trail::open(&settings, Fixed::surroundings()).unwrap();
        kept.push(trail.keep_checkpoint().unwrap().note);
        let size = trail.store().snapshot().unwrap().head().unwrap().size.get();
        drop(trail);

        let path = folder.join("trail.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .pragma_update(None, "journal_mode", "DELETE")
            .unwrap();
        drop(connection);
        Self {
            settings,
            path,
            log,
            clock,
            kept,
            size,
            erased,
        }
    }

    /// The same trail, with its key and its head file, in another folder; what lies there is replaced.
    pub fn copy_to(&self, folder: &Path) -> Self {
        let from = self.path.parent().unwrap();
        for name in ["trail.db", "trail.key", "trail.key.head"] {
            std::fs::copy(from.join(name), folder.join(name)).unwrap();
        }
        for name in ["trail.db-wal", "trail.db-shm", "trail.db-journal"] {
            drop(std::fs::remove_file(folder.join(name)));
        }
        Self {
            settings: settings(folder),
            path: folder.join("trail.db"),
            log: self.log.clone(),
            clock: self.clock.clone(),
            kept: self.kept.clone(),
            ..*self
        }
    }

    /// The log key.
    pub fn signer(&self) -> Signer {
        let signer = self.settings.key.read(&self.settings.origin).unwrap();
        signer.unwrap()
    }

    /// The store, open for reading.
    ///
    /// # Errors
    /// Those of opening.
    pub fn store(&self) -> Result<Box<dyn Store>> {
        self.settings.location.open(Access::Read)
    }

    /// A request with no key at all.
    pub fn l0(&self) -> Request {
        Request {
            level: Level::L0,
            ..Request::default()
        }
    }

    /// A request with both keys.
    pub fn l1(&self) -> Request {
        Request {
            keys: vec![self.log.clone(), self.clock.clone()],
            ..Request::default()
        }
    }

    /// A request with both keys and the kept checkpoint of a number.
    pub fn l2(&self, number: usize) -> Request {
        Request {
            pin: Some(self.kept.get(number).unwrap().clone().into_bytes()),
            level: Level::L2,
            ..self.l1()
        }
    }

    /// A request with both keys and the head file as it is now.
    pub fn with_head_file(&self) -> Request {
        let file = HeadFile::new(self.settings.key.head_path());
        let state = file.read(&self.settings.origin, &self.log).unwrap();
        Request {
            head: Some((file.path().to_owned(), state)),
            ..self.l1()
        }
    }

    /// What `verify` says, which is the same with any number of threads.
    ///
    /// # Errors
    /// Those of opening and of `verify`.
    ///
    /// # Panics
    /// When it is not the same.
    pub fn verify(&self, request: &Request) -> Result<Report> {
        let store = self.store()?;
        let alone = verify(&*store, request, &mut |_, _| {});
        let helped = Request {
            threads: 2,
            ..request.clone()
        };
        let helped = verify(&*store, &helped, &mut |_, _| {});
        match (&alone, &helped) {
            (Ok(alone), Ok(helped)) => assert_eq!(alone, helped),
            (alone, helped) => assert_eq!(alone.is_err(), helped.is_err()),
        }
        alone
    }
}

fn settings(folder: &Path) -> Settings {
    Settings {
        location: Location::Sqlite(folder.join("trail.db")),
        origin: Origin::parse("shop.example/audit").unwrap(),
        key: KeySource::File(folder.join("trail.key")),
    }
}

fn drafts(numbers: std::ops::Range<u64>) -> Vec<Draft> {
    let defaults = LineDefaults::default();
    numbers
        .map(|n| Draft::from_line(line(n).as_bytes(), &defaults).unwrap())
        .collect()
}

/// Event `n` as an input line: eleven shapes in turn.
fn line(n: u64) -> String {
    let (kind, action, rest) = match n % 11 {
        0 => (
            "schema",
            "ALTER",
            format!(r#","payload":{{"context":{{"change_key":"orders-{n}"}}}}"#),
        ),
        1 => (
            "run",
            "RUN",
            format!(
                r#","payload":{{"context":{{"release":"2026-11-{:02}","status":"SUCCESS"}}}}"#,
                n % 28 + 1
            ),
        ),
        2 => (
            "row",
            "UPDATE",
            format!(r#","payload":{{"key":{n},"before":{{"a":1.50}},"after":{{"a":"x\u0007"}}}}"#),
        ),
        3 => ("access", "READ", String::new()),
        4 => (
            "security",
            "GRANT",
            format!(r#","payload":{{"context":{{"role":"dba{n}"}}}}"#),
        ),
        5 => (
            "config",
            "POLICY_CHANGE",
            r#","payload":{"before":1,"after":2}"#.to_owned(),
        ),
        6 => (
            "row",
            "DELETE",
            format!(r#","payload":{{"key":{{"a":{n},"b":"x"}}}}"#),
        ),
        7 => (
            "quality",
            "CHECK",
            r#","payload":{"context":{}},"outcome":"failure""#.to_owned(),
        ),
        8 => (
            "business",
            "x.shop.refund",
            r#","reason":"asked for""#.to_owned(),
        ),
        9 => ("run", "RUN", r#","phase":"intent""#.to_owned()),
        _ => (
            "row",
            "CORRECTION",
            format!(r#","of":"01932c07-a000-7000-8000-000000000002","payload":{{"key":"k{n}"}}"#),
        ),
    };
    format!(
        r#"{{"kind":"{kind}","action":"{action}","actor":{{"name":"actor-{}","via":"psql"}},"resource":{{"system":"shop","name":"shop.main.t{}","kind":"table"}}{rest}}}"#,
        n % 3,
        n % 7,
    )
}
