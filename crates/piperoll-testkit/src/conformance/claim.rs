//! What the trail builds upon a store: of any number who claim a release, one gets it.

use super::{Reopen, Setup};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll::ErrorKind;
use piperoll::event::{DraftActor, Instant, Secret};
use piperoll::fs::Process;
use piperoll::runs::{
    Claim, Claimed, Recording, Release, Run, Status, claim, finish, is_pointed, of_release,
};
use piperoll::seal::{Checkpoint, EMPTY_ROOT, Origin, Signer, TreeSize};
use piperoll::store::{Access, Meta, Store};
use piperoll::trail::{KeySource, Surroundings, Trail, meta_text};
use std::sync::Barrier;
use tempfile::TempDir;

const CLAIMANTS: usize = 16;

/// The key of a trail, and the folder of its head file.
struct Key {
    folder: TempDir,
    signer: Signer,
}

impl Key {
    fn new() -> Self {
        let origin = Origin::parse("shop.example/audit").unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            signer: Signer::from_seed(origin, &[7; 32]),
        }
    }

    /// Makes the trail.
    fn create(&self, store: &dyn Store) {
        let (secret, created) = (Secret::new([1; 32]), Instant::from_micros(0).unwrap());
        let origin = self.signer.origin();
        let text = meta_text(origin.as_str(), created, &secret);
        let meta = Meta {
            origin: origin.as_str().to_owned(),
            created,
            secret,
            signature: STANDARD.encode(self.signer.sign(text.as_bytes())),
        };
        let empty = Checkpoint::new(origin.clone(), TreeSize::new(0), EMPTY_ROOT);
        let note = empty.sign(&self.signer).unwrap();
        store.create(&meta, &note.to_string()).unwrap();
    }

    fn open(&self, store: Box<dyn Store>) -> Trail {
        let key = KeySource::Text {
            key: self.signer.to_text(),
            head: self.folder.path().join("head"),
        };
        Trail::open_in(store, self.signer.origin(), &key, Surroundings::default()).unwrap()
    }
}

fn how() -> Recording {
    Recording {
        actor: Some(DraftActor::named("etl")),
        ..Recording::default()
    }
}

fn release() -> Release {
    Release::parse("2026-11-01T00:00:00+01:00").unwrap()
}

fn claimed(trail: &Trail, number: usize) -> Claimed {
    let wanted = Claim {
        process: Process::current(),
        lease_seconds: 600,
        once: true,
        success_only: false,
    };
    let run = Run::new("load", release(), number.to_string());
    loop {
        // A store of these cases waits only for a moment for another's lock.
        match claim(trail, &run, &wanted, &how()) {
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            claimed => return claimed.unwrap(),
        }
    }
}

/// How many of those who claim at once, each through the trail that it is given, get it.
fn winners<'t>(trail: &(dyn Fn(usize) -> &'t Trail + Sync)) -> usize {
    let start = Barrier::new(CLAIMANTS);
    let claimant = |number: usize| {
        start.wait();
        matches!(claimed(trail(number), number), Claimed::Here { .. })
    };
    let claimant = &claimant;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLAIMANTS)
            .map(|number| scope.spawn(move || claimant(number)))
            .collect();
        let won = threads.into_iter().map(|thread| thread.join().unwrap());
        won.filter(|won| *won).count()
    })
}

/// Its run is recorded, found and asked for, and then stands in the way.
pub fn d_f2_a_release_is_claimed_once_recorded_found_and_pointed(setup: &impl Setup) {
    let key = Key::new();
    let store = setup.first().unwrap();
    key.create(&*store);
    let trail = key.open(store);
    let Claimed::Here { mut run, id, .. } = claimed(&trail, 0) else {
        panic!("nobody else is there");
    };
    assert!(!is_pointed(&trail, "load", &release(), false).unwrap());
    assert!(matches!(claimed(&trail, 1), Claimed::Taken(_)));
    run.status = Status::Success;
    finish(&trail, &run, id, &how()).unwrap();
    assert!(is_pointed(&trail, "load", &release(), true).unwrap());
    let found = of_release(&trail, "load", &release()).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|e| (&*e.run.run_id, e.run.status))
        .collect();
    assert_eq!(found, [("0", Status::Success)]);
    let Claimed::Taken(by) = claimed(&trail, 2) else {
        panic!("the release has run");
    };
    assert_eq!(by.run.run_id, "0");
}

/// Through one trail.
pub fn of_sixteen_who_claim_a_release_one_gets_it(setup: &impl Setup) {
    let key = Key::new();
    let store = setup.first().unwrap();
    key.create(&*store);
    let trail = key.open(store);
    assert_eq!(winners(&|_| &trail), 1);
    assert_eq!(of_release(&trail, "load", &release()).unwrap().len(), 1);
}

/// Each through a handle of its own.
pub fn of_sixteen_handles_that_claim_a_release_one_gets_it(setup: &impl Reopen) {
    let key = Key::new();
    let store = setup.first().unwrap();
    key.create(&*store);
    drop(store);
    let trails: Vec<Trail> = (0..CLAIMANTS)
        .map(|_| key.open(setup.again(Access::Write).unwrap()))
        .collect();
    assert_eq!(winners(&|number| &trails[number]), 1);
}
