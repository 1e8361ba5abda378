//! Turns under attack, under clocks that go back, and cut off at any moment.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and change them"
)]

use crate::attacks_time::Set;
use crate::place::{Place, assert_sound, fact, process, settings_in, task};
use crate::random::Random;
use crate::tamper::{assert_found, found};
use crate::turns::{adopt, cosigned, dba, keep, kept, report, root_of, rotate, signer};
use piperoll::ErrorKind;
use piperoll::clock::Clock;
use piperoll::seal::{Note, VerifierKey};
use piperoll::trail::{Surroundings, Trail};
use piperoll::verify::Verdict::{Missing, Reordered, Unverifiable};
use piperoll::verify::{Level, Report};
use piperoll_testkit::tamper::raw;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const NOON: i64 = 1_900_000_000;
const CHILD: &str = "turns_attacked::a_process_turns_the_key_until_it_is_killed";

fn set(clock: &Arc<Set>, seconds: i64) {
    clock.0.store(seconds, Ordering::SeqCst);
}

fn clock() -> (Arc<Set>, Surroundings) {
    let clock = Arc::new(Set(AtomicI64::new(NOON)));
    let surroundings = Surroundings {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        ..Surroundings::default()
    };
    (clock, surroundings)
}

#[test]
fn a_backup_from_before_a_rotation_is_adopted_without_a_head_file() {
    let place = Place::with_entries(3);
    let old = signer(&place.settings()).vkey();
    let backup = place.store_files();
    let turned = rotate(&place.open().unwrap());
    for head in [None, Some("no line\n")] {
        place.put_back(&backup);
        let copy = place.copy();
        match head {
            None => std::fs::remove_file(copy.head()).unwrap(),
            Some(text) => std::fs::write(copy.head(), text).unwrap(),
        }
        let refused = copy.open().unwrap().record(&[fact("carol", 9)]);
        let refused = piperoll::Error::from(refused.unwrap_err());
        assert_eq!(refused.kind(), ErrorKind::Corrupt);
        let (trail, adopted) = adopt(&copy).unwrap();
        trail.record(&[fact("carol", 9)]).unwrap();
        drop(trail);
        for key in [&old, &turned.new.log, &adopted.new.log] {
            let report = report(&copy, &[key], None);
            assert_found(&report, Some(Level::L1), &[]);
            let adoption = report.turns[0].adoption.as_ref().unwrap();
            assert_eq!(adoption.lost, None, "nobody knows what was lost");
        }
        assert_sound(&copy.settings(), None);
    }
    // One that is not behind is not adopted for want of a head file.
    let whole = Place::with_entries(3);
    std::fs::remove_file(whole.head()).unwrap();
    let error = adopt(&whole).unwrap_err();
    assert!(error.to_string().contains("is not behind"), "{error}");
}

#[test]
fn a_key_that_was_given_and_is_not_reached_is_told() {
    // Whoever has stolen a key goes on from before its rotation, or adopts.
    let place = Place::with_entries(3);
    let before = place.copy();
    let turned = rotate(&place.open().unwrap());
    let (old, new) = (&turned.old.log, &turned.new.log);
    for keys in [[old, new], [new, old]] {
        assert_found(&report(&place, &keys, None), Some(Level::L1), &[]);
        let told = report(&before, &keys, None);
        assert_found(&told, Some(Level::L1), &[]);
        assert_unreached(&told, new);
    }
    // What the new key signed is compared with it all the same.
    let trail = place.open().unwrap();
    trail.record(&[fact("alice", 4)]).unwrap();
    let pin = trail.keep_checkpoint().unwrap().note;
    drop(trail);
    let told = report(&before, &[old, new], Some(&pin));
    assert_unreached(&told, new);
    let missing = (Missing, Some((3, 4)));
    assert_found(&told, Some(Level::L1), &[missing]);
    let behind = before.copy();
    before
        .open()
        .unwrap()
        .record(&[fact("mallory", 3)])
        .unwrap();
    std::fs::copy(before.head(), behind.head()).unwrap();
    let (trail, stolen) = adopt(&behind).unwrap();
    drop(trail);
    assert_found(&report(&behind, &[old], None), Some(Level::L1), &[]);
    assert_unreached(&report(&behind, &[old, new], None), new);
    assert_found(
        &report(&behind, &[old, &stolen.new.log], None),
        Some(Level::L1),
        &[],
    );
    // The key of another trail, and that of a clock, say nothing of this one.
    let other = Place::in_memory();
    let mut settings = other.settings();
    settings.origin = piperoll::seal::Origin::parse("other.example/audit").unwrap();
    drop(Trail::create(&settings, Surroundings::default()).unwrap());
    let stranger = signer(&settings).vkey();
    let keys = [old, &turned.old.clock, &stranger];
    let quiet = report(&before, &keys, None);
    assert_found(&quiet, Some(Level::L1), &[]);
    assert_eq!(quiet.unchecked, [""; 0]);
}

fn assert_unreached(report: &Report, key: &VerifierKey) {
    assert_eq!(report.unchecked.len(), 1, "{report:#?}");
    assert!(
        report.unchecked[0].contains(&key.to_string()),
        "{report:#?}"
    );
}

#[test]
fn kept_checkpoints_of_one_second_do_not_change_places_across_a_turn() {
    let place = Place::with_entries(2);
    let (_, surroundings) = clock();
    let trail = Trail::open(&place.settings(), surroundings).unwrap();
    let turned = rotate(&trail);
    trail.keep_checkpoint().unwrap();
    drop(trail);
    assert_eq!(kept(&place).len(), 2);
    raw(&place.db(), |connection| {
        connection
            .execute_batch(
                "UPDATE checkpoints SET number = -1 WHERE number = 0;
                 UPDATE checkpoints SET number = 0 WHERE number = 1;
                 UPDATE checkpoints SET number = 1 WHERE number = -1;",
            )
            .unwrap();
    });
    for key in [&turned.old.log, &turned.new.log] {
        let swapped = report(&place, &[key], None);
        assert_found(&swapped, Some(Level::L0), &[(Reordered, None)]);
    }
}

#[test]
fn clocks_that_go_back_at_a_turn_are_no_tampering() {
    let place = Place::with_entries(2);
    let (clock, surroundings) = clock();
    let open = || Trail::open(&place.settings(), surroundings.clone()).unwrap();
    let trail = open();
    let other = open();
    rotate(&trail);
    // The first checkpoint under the new key, an hour before the last under the old one.
    set(&clock, NOON - 3_600);
    trail.keep_checkpoint().unwrap();
    // Another process, which has not seen the turn, keeps one more, with a clock that is behind.
    set(&clock, NOON - 3_601);
    other.keep_checkpoint().unwrap();
    assert_sound(&place.settings(), Some(kept(&place).last().unwrap()));
    drop((trail, other));
    // A trail is adopted with a clock that is before the last time it kept.
    let trail = open();
    trail.record(&[fact("alice", 5)]).unwrap();
    set(&clock, NOON);
    trail.keep_checkpoint().unwrap();
    drop(trail);
    let backup = place.store_files();
    open().record(&[fact("alice", 6)]).unwrap();
    place.put_back(&backup);
    set(&clock, NOON - 1);
    let reason = "the disk was lost".to_owned();
    let (trail, _) = Trail::adopt(&place.settings(), surroundings.clone(), dba(), reason).unwrap();
    trail.keep_checkpoint().unwrap();
    drop(trail);
    assert_sound(&place.settings(), None);
}

/// Turns of both kinds in a long line: each key, and each checkpoint that was ever kept, finds its way.
#[test]
fn many_turns_are_verified_with_each_key_and_each_pin() {
    let place = Place::in_memory();
    drop(place.make());
    let mut keys: Vec<VerifierKey> = vec![signer(&place.settings()).vkey()];
    let mut lost: Vec<String> = Vec::new();
    let mut number = 0;
    let mut record = |trail: &Trail| {
        number += 1;
        trail.record(&[fact("alice", number)]).unwrap();
    };
    for round in 0..4 {
        let trail = place.open().unwrap();
        record(&trail);
        trail.keep_checkpoint().unwrap();
        drop(trail);
        let backup = place.store_files();
        let trail = place.open().unwrap();
        let before = kept(&place).len();
        if round % 2 == 1 {
            keys.push(rotate(&trail).new.log);
            trail.keep_checkpoint().unwrap();
        }
        record(&trail);
        trail.keep_checkpoint().unwrap();
        drop(trail);
        if round > 0 {
            lost.extend(kept(&place).split_off(before));
            place.put_back(&backup);
            let (trail, turned) = adopt(&place).unwrap();
            keys.push(turned.new.log);
            trail.keep_checkpoint().unwrap();
        }
        let trail = place.open().unwrap();
        keys.push(rotate(&trail).new.log);
    }
    let sound = assert_sound(&place.settings(), None);
    assert_eq!(sound.turns.len(), 7);
    let pins = kept(&place);
    assert_eq!(keys.len(), 10);
    for key in &keys {
        assert_found(&report(&place, &[key], None), Some(Level::L1), &[]);
        for pin in &pins {
            let pinned = report(&place, &[key], Some(pin));
            assert_found(&pinned, Some(Level::L2), &[]);
            assert!(pinned.is_complete(), "{pinned:#?}");
        }
        for pin in &lost {
            let pinned = report(&place, &[key], Some(pin));
            assert_eq!(pinned.level, Some(Level::L1), "{pinned:#?}");
            let verdicts: Vec<_> = found(&pinned).iter().map(|(verdict, _)| *verdict).collect();
            assert_eq!(verdicts, [Unverifiable], "{pinned:#?}");
        }
    }
    let all: Vec<&VerifierKey> = keys.iter().collect();
    assert_found(&report(&place, &all, None), Some(Level::L1), &[]);
    // What was cut is not excused by an adoption that is somewhere else.
    let cut = place.copy();
    let newest = pins.last().unwrap();
    raw(&cut.db(), |connection| {
        connection
            .execute_batch(
                "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries);
                 UPDATE head SET size = size - 1;",
            )
            .unwrap();
    });
    for key in &keys {
        assert!(report(&cut, &[key], None).is_negative());
    }
    assert!(report(&cut, &all, Some(newest)).is_negative());
}

#[test]
fn a_checkpoint_of_the_new_key_does_not_seal_its_own_rotation() {
    let place = Place::with_entries(2);
    let turned = rotate(&place.open().unwrap());
    let last = kept(&place).remove(0);
    // Without the old key's last checkpoint nothing tells that it agreed.
    raw(&place.db(), |connection| {
        connection.execute("DELETE FROM checkpoints", []).unwrap();
        connection.execute("UPDATE head SET kept = 0", []).unwrap();
    });
    keep(
        &place,
        3,
        &cosigned(&signer(&place.settings()), 3, root_of(&last)),
    );
    for key in [&turned.old.log, &turned.new.log] {
        let forged = report(&place, &[key], None);
        assert_eq!(forged.level, Some(Level::L0), "{forged:#?}");
        assert!(forged.is_negative());
    }
    assert!(Note::parse(last.as_bytes()).is_ok());
}

/// What a child process does: it adopts the trail if that is behind, and then turns its key again and again.
#[test]
fn a_process_turns_the_key_until_it_is_killed() {
    let Some(folder) = task() else { return };
    let settings = settings_in(std::path::Path::new(&folder));
    let open = || Trail::open(&settings, Surroundings::default()).unwrap();
    if open().record(&[fact("child", 0)]).is_err() {
        let reason = "a backup".to_owned();
        drop(Trail::adopt(&settings, Surroundings::default(), dba(), reason).unwrap());
    }
    loop {
        rotate(&open());
    }
}

/// Whatever moment it is killed at, the trail goes on under the old key or under the new one.
#[test]
fn a_process_that_is_killed_while_the_key_turns_leaves_a_sound_trail() {
    let seed = Random::seed();
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let place = Place::in_memory();
    drop(place.make());
    let first = signer(&place.settings()).vkey();
    let binary = std::env::current_exe().unwrap();
    let (mut adopted, mut turns) = (0, 0);
    for kill in 0..30 {
        if kill % 2 == 1 {
            let backup = place.store_files();
            place.open().unwrap().record(&[fact("lost", kill)]).unwrap();
            place.put_back(&backup);
        }
        let mut command = process(&binary, CHILD, &place.path().display().to_string());
        let streams = command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = streams.spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random.below(60_000)));
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "seed {seed}: the child ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        let recorded = place.open().unwrap().record(&[fact("parent", kill)]);
        if let Err(error) = recorded {
            // It was killed before it had adopted the trail.
            let error = piperoll::Error::from(error);
            assert_eq!(error.kind(), ErrorKind::Corrupt, "seed {seed}: {error}");
            drop(adopt(&place).unwrap());
            place
                .open()
                .unwrap()
                .record(&[fact("parent", kill)])
                .unwrap();
            adopted += 1;
        }
        let sound = assert_sound(&place.settings(), None);
        turns = sound.turns.len();
        assert_found(&report(&place, &[&first], None), Some(Level::L1), &[]);
    }
    println!("{turns} turns, {adopted} adoptions by the parent");
    assert!(turns > 15 && adopted < 15, "nothing was killed in a turn");
}
