//! A folder with a target and a trail in it.

use crate::place::{Place, entries};
use piperoll::event::{DraftActor, Payload, Value};
use piperoll::fs::Process;
use piperoll::tables::{Applied, Plan, Request, SnapshotFormat, Spec, apply, differences, plan};
use piperoll::target::{Location, State, TableName, Target};
use piperoll::trail::{Entry, Surroundings, Trail};
use std::path::PathBuf;

pub(super) struct Workshop {
    pub(super) place: Place,
}

impl Workshop {
    pub(super) fn new() -> Self {
        Self {
            place: Place::in_memory(),
        }
    }

    pub(super) fn db(&self) -> PathBuf {
        self.place.path().join("shop.db")
    }

    pub(super) fn target(&self) -> Box<dyn Target> {
        let url = format!("sqlite:{}", self.db().display());
        let location = Location::parse(&url, self.place.path()).unwrap();
        location.open("shop").unwrap()
    }

    pub(super) fn trail(&self) -> Trail {
        let settings = self.place.settings();
        Trail::open_or_create(&settings, Surroundings::default())
            .unwrap()
            .0
    }

    pub(super) fn apply(&self, text: &str) -> piperoll::Result<Applied> {
        self.apply_as(text, &request())
    }

    pub(super) fn apply_as(&self, text: &str, request: &Request) -> piperoll::Result<Applied> {
        apply(
            &spec(text),
            &*self.target(),
            Some(&self.trail()),
            request,
            None,
        )
    }

    pub(super) fn plan(&self, text: &str) -> piperoll::Result<Plan> {
        plan(&*self.target(), &[spec(text)])
    }

    pub(super) fn state(&self, text: &str) -> Option<State> {
        let name = spec(text).table.name;
        self.target().inspect(&[name]).unwrap().remove(0)
    }

    /// The differences that are left, in Layker's shape.
    pub(super) fn left(&self, text: &str) -> String {
        let state = self.state(text);
        let left = differences(&spec(text), state.as_ref());
        left.to_value().canonical()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        entries(&self.place.settings())
    }

    /// `schema CREATE intent unknown` of each entry.
    pub(super) fn told(&self) -> Vec<String> {
        let entries = self.entries();
        let told = entries.iter().map(|entry| {
            let header = &entry.header;
            let phase = header.phase.map_or("plain", |phase| phase.as_str());
            format!(
                "{} {} {phase} {}",
                header.kind, header.action, header.outcome
            )
        });
        told.collect()
    }

    /// Runs SQL in the target, as anybody could.
    pub(super) fn sql(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.db()).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    /// The names of all tables, but for the side table.
    pub(super) fn tables(&self) -> Vec<String> {
        self.target().list("main").unwrap()
    }
}

pub(super) fn spec(text: &str) -> Spec {
    Spec::parse(text, "t.yaml", Some("dev")).unwrap_or_else(|error| {
        let problems = error.problems().iter().map(ToString::to_string);
        panic!(
            "{error}: {}\n{text}",
            problems.collect::<Vec<_>>().join("\n")
        )
    })
}

pub(super) fn request() -> Request {
    Request {
        actor: DraftActor::named("alice"),
        reason: Some("release 42".into()),
        env: Some("prod".into()),
        run_id: None,
        notes: None,
        snapshot_format: SnapshotFormat::default(),
        allow_destructive: true,
        process: Process::current(),
    }
}

/// A process of this machine that has ended.
pub(super) fn dead_process() -> Process {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    Process {
        pid,
        started: 1,
        ..Process::current()
    }
}

pub(super) fn context(entry: &Entry, name: &str) -> Option<Value> {
    let payload = Payload::from_bytes(entry.payload.as_deref()?).unwrap();
    payload.context(name).cloned()
}

pub(super) fn text_of(entry: &Entry, name: &str) -> Option<String> {
    match context(entry, name)? {
        Value::Text(text) => Some(text),
        other => Some(other.canonical()),
    }
}

/// A part of a payload: `before`, `differences`, `after`.
pub(super) fn part(entry: &Entry, name: &str) -> serde_json::Value {
    let payload: serde_json::Value =
        serde_json::from_slice(entry.payload.as_deref().unwrap()).unwrap();
    payload
        .get(name)
        .cloned()
        .unwrap_or(serde_json::Value::Null)
}

pub(super) fn orders() -> TableName {
    TableName::parse("shop.main.orders").unwrap()
}

pub(super) const ORDERS: &str = "catalog: shop
schema: main
table: orders
primary_key: order_id
comment: What was ordered
tags: {domain: sales, pii: false}
columns:
- {name: order_id, datatype: bigint, nullable: false}
- {name: status, datatype: string, default_value: new, comment: How far it is}
- {name: amount, datatype: 'decimal(10,2)'}
";
