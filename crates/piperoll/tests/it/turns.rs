//! Turns of a trail: rotations of its key and adoptions, and the attacks on them by their numbers (C3.23, C3.24, C3.25, C5.39).
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at files and change them"
)]

use crate::place::{Place, assert_sound, entries, fact};
use crate::tamper::{assert_found, found};
use piperoll::ErrorKind;
use piperoll::event::{Action, Draft, DraftActor, Json, Kind, Outcome, Payload, Resource};
use piperoll::seal::{Checkpoint, Hash, Note, Origin, Signer, TreeSize, VerifierKey, cosign};
use piperoll::store::Access;
use piperoll::trail::{KeyPair, KeySource, Settings, Surroundings, Trail, Turned};
use piperoll::verify::Verdict::{Forged, Stale, Unverifiable};
use piperoll::verify::{Level, Report, Request, verify};
use piperoll_testkit::tamper::{Insider, Key, raw, reseal};

pub(crate) fn dba() -> DraftActor {
    DraftActor::named("dba")
}

pub(crate) fn rotate(trail: &Trail) -> Turned {
    trail.rotate(&dba(), Some("yearly")).unwrap()
}

pub(crate) fn adopt(place: &Place) -> piperoll::Result<(Trail, Turned)> {
    let reason = "the disk was lost".to_owned();
    Trail::adopt(&place.settings(), Surroundings::default(), dba(), reason)
}

pub(crate) fn signer(settings: &Settings) -> Signer {
    settings.key.read(&settings.origin).unwrap().unwrap()
}

pub(crate) fn report(place: &Place, keys: &[&VerifierKey], pin: Option<&str>) -> Report {
    let request = Request {
        keys: keys.iter().map(|key| (*key).clone()).collect(),
        pin: pin.map(|pin| pin.as_bytes().to_vec()),
        level: if pin.is_some() { Level::L2 } else { Level::L1 },
        ..Request::default()
    };
    let store = place.settings().location.open(Access::Read).unwrap();
    verify(&*store, &request, &mut |_, _| {}).unwrap()
}

/// The notes that the trail keeps, oldest first.
pub(crate) fn kept(place: &Place) -> Vec<String> {
    let connection = rusqlite::Connection::open(place.db()).unwrap();
    let mut notes = connection
        .prepare("SELECT note FROM checkpoints ORDER BY number")
        .unwrap();
    let notes = notes.query_map([], |row| row.get(0)).unwrap();
    notes.collect::<Result<_, _>>().unwrap()
}

/// Adds a note to those that are kept, as if the trail had kept it.
pub(crate) fn keep(place: &Place, size: u64, note: &str) {
    raw(&place.db(), |connection| {
        let next = "INSERT INTO checkpoints SELECT kept, ?1, ?2 FROM head";
        assert_eq!(connection.execute(next, (size as i64, note)).unwrap(), 1);
        connection
            .execute("UPDATE head SET kept = kept + 1", [])
            .unwrap();
    });
}

pub(crate) fn cosigned(signer: &Signer, size: u64, root: Hash) -> String {
    let checkpoint = Checkpoint::new(signer.origin().clone(), TreeSize::new(size), root);
    let mut note = checkpoint.sign(signer).unwrap();
    cosign(&mut note, &signer.clock().unwrap(), 1_900_000_000).unwrap();
    note.to_string()
}

pub(crate) fn root_of(note: &str) -> Hash {
    let note = Note::parse(note.as_bytes()).unwrap();
    Checkpoint::parse(note.text()).unwrap().root()
}

#[test]
fn c3_25_at_the_instant_of_rotation_both_keys_are_good() {
    let place = Place::with_entries(5);
    let trail = place.open().unwrap();
    let before = trail.keep_checkpoint().unwrap().note;
    let turned = rotate(&trail);
    assert_eq!((turned.index.get(), turned.checkpoint.size().get()), (5, 6));
    let first = trail.keep_checkpoint().unwrap().note;
    trail.record(&[fact("alice", 6)]).unwrap();
    let after = trail.keep_checkpoint().unwrap().note;
    drop(trail);

    let notes = kept(&place);
    let last = &notes[1];
    assert_eq!(root_of(last), root_of(&first), "one tree, two keys");
    assert_eq!(notes.len(), 4);
    let (old, new) = (&turned.old.log, &turned.new.log);
    for keys in [&[old][..], &[new], &[old, new], &[new, old]] {
        assert_found(&report(&place, keys, None), Some(Level::L1), &[]);
        for pin in [&before, last, &first, &after] {
            let report = report(&place, keys, Some(pin));
            assert_found(&report, Some(Level::L2), &[]);
            assert!(report.is_complete());
            assert_eq!(report.turns.len(), 1);
            assert_eq!(report.turns[0].actor, "dba");
        }
    }
    let told = report(&place, &[old], None);
    assert_eq!(told.key, Some(old.to_string()));
    // The entry that turns is sealed, and says who did it and why.
    let entry = &entries(&place.settings())[5];
    assert_eq!(entry.header.action, Action::KeyRotate);
    assert_eq!(entry.header.reason.as_deref(), Some("yearly"));
    assert_sound(&place.settings(), Some(&after));
}

#[test]
fn c3_24_the_old_key_signs_nothing_after_its_rotation() {
    let place = Place::with_entries(3);
    let stolen = signer(&place.settings());
    let trail = place.open().unwrap();
    let turned = rotate(&trail);
    trail.record(&[fact("alice", 4)]).unwrap();
    let newest = trail.keep_checkpoint().unwrap();
    drop(trail);
    let keys = [&turned.old.log, &turned.new.log];
    assert_found(&report(&place, &keys, None), Some(Level::L1), &[]);
    let root = newest.checkpoint.root();

    // A checkpoint that was shown to somebody, of a size that the old key may not sign.
    let shown = cosigned(&stolen, 5, root);
    let pinned = report(&place, &keys, Some(&shown));
    assert_eq!(pinned.level, Some(Level::L1), "{pinned:#?}");
    assert_eq!(found(&pinned)[0], (Forged, None));
    assert!(
        pinned.findings[0]
            .detail
            .contains("trees of 0 to 4 entries")
    );

    // The same among those that the trail keeps.
    let copy = place.copy();
    keep(&copy, 5, &shown);
    let forged = report(&copy, &keys, None);
    assert_found(&forged, Some(Level::L0), &[(Forged, None)]);
    assert!(
        forged.findings[0]
            .detail
            .contains("signed by a key that signs trees of 0 to 4 entries"),
        "{forged:#?}"
    );

    // And the newest: even of the size at which both are good, the newest is the new key's.
    let copy = place.copy();
    let text = Checkpoint::new(stolen.origin().clone(), TreeSize::new(5), root);
    let note = text.sign(&stolen).unwrap().to_string();
    raw(&copy.db(), |connection| {
        connection
            .execute("UPDATE head SET checkpoint = ?1", [&note])
            .unwrap()
    });
    assert_found(
        &report(&copy, &keys, None),
        Some(Level::L0),
        &[(Forged, None)],
    );

    // The new key has signed no tree from before its turn, either.
    let early = cosigned(&signer(&place.settings()), 2, root);
    let pinned = report(&place, &keys, Some(&early));
    assert_eq!(pinned.level, Some(Level::L1), "{pinned:#?}");
    assert_eq!(found(&pinned).len(), 2);
    assert!(found(&pinned).iter().all(|(verdict, _)| *verdict == Forged));
}

/// The draft of a turn as a forger writes it.
pub(crate) fn turn_draft(action: Action, context: &[(&str, String)]) -> Draft {
    let context: Vec<String> = context
        .iter()
        .map(|(name, text)| format!("{}:{}", json(name), json(text)))
        .collect();
    let payload = format!(r#"{{"context":{{{}}}}}"#, context.join(","));
    let resource = Resource::new("piperoll", "shop.example/audit", "trail");
    let mut draft = Draft::new(Kind::Trail, action, DraftActor::named("mallory"), resource);
    draft.outcome = Some(Outcome::Success);
    draft.payload = Some(Payload::from_json(Json::parse(payload.as_bytes()).unwrap()).unwrap());
    draft
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

pub(crate) fn pair(signer: &Signer) -> KeyPair {
    KeyPair {
        log: signer.vkey(),
        clock: signer.clock().unwrap().vkey(),
    }
}

pub(crate) fn names_of(old: &KeyPair, new: &KeyPair) -> Vec<(&'static str, String)> {
    vec![
        ("old", old.log.to_string()),
        ("old_clock", old.clock.to_string()),
        ("new", new.log.to_string()),
        ("new_clock", new.clock.to_string()),
    ]
}

/// Appends an event that nobody validated, without the key.
pub(crate) fn plant(place: &Place, draft: &Draft) {
    let event = Insider::open(&place.settings()).event(draft);
    let (payload, salt) = event.payload.unwrap();
    raw(&place.db(), |connection| {
        let sql = "INSERT INTO entries(seq, id, header, payload, salt)
             SELECT max(seq) + 1, ?1, ?2, ?3, ?4 FROM entries";
        let values = (
            event.header.id.to_string(),
            String::from_utf8(event.header_bytes.clone()).unwrap(),
            String::from_utf8(payload.to_vec()).unwrap(),
            salt.as_bytes().to_vec(),
        );
        assert_eq!(connection.execute(sql, values).unwrap(), 1);
    });
}

#[test]
fn c3_23_a_history_that_is_signed_anew_with_another_key() {
    let place = Place::with_entries(4);
    let trail = place.open().unwrap();
    let pin = trail.keep_checkpoint().unwrap().note;
    drop(trail);
    let right = signer(&place.settings());
    let own = Signer::from_seed(right.origin().clone(), &[9; 32]);
    let (known, forger) = (pair(&right), pair(&own));

    // Plainly: another key signs the same.
    let copy = place.copy();
    raw(&copy.db(), |connection| {
        reseal(connection, &Key::Held(&own), &[4]);
    });
    let plain = report(&copy, &[&known.log], None);
    assert_eq!(plain.level, Some(Level::L0), "{plain:#?}");
    assert!(plain.is_negative());
    assert!(found(&plain).iter().any(|(verdict, _)| *verdict == Forged));

    // With an entry that says that the key was turned, which the old key has not sealed: whichever key the auditor has.
    let copy = place.copy();
    plant(
        &copy,
        &turn_draft(Action::KeyRotate, &names_of(&known, &forger)),
    );
    raw(&copy.db(), |connection| {
        reseal(connection, &Key::Held(&own), &[5]);
    });
    for key in [&known.log, &forger.log] {
        let turned = report(&copy, &[key], None);
        assert_eq!(turned.level, Some(Level::L0), "{turned:#?}");
        let at_entry = (Forged, Some((4, 4)));
        assert!(found(&turned).contains(&at_entry), "{turned:#?}");
    }
    // A checkpoint that was kept elsewhere is not among those of the forgery.
    let turned = report(&copy, &[&known.log], Some(&pin));
    assert_eq!(turned.level, Some(Level::L0), "{turned:#?}");
}

#[test]
fn an_adoption_that_the_old_key_has_not_signed_is_forged() {
    let place = Place::with_entries(4);
    let right = signer(&place.settings());
    let origin = Origin::parse("shop.example/audit/i2").unwrap();
    let own = Signer::from_seed(origin, &[9; 32]);
    let head = std::fs::read_to_string(place.head()).unwrap();
    let head = head.trim_end().to_owned();
    let (known, forger) = (pair(&right), pair(&own));
    let mut context = names_of(&known, &forger);
    context.push(("kept", head));
    context.push(("signature", {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(own.sign(b"anything"))
    }));
    let copy = place.copy();
    plant(&copy, &turn_draft(Action::Adopt, &context));
    let forged = report(&copy, &[&known.log], None);
    let at_entry = (Forged, Some((4, 4)));
    assert!(found(&forged).contains(&at_entry), "{forged:#?}");
    assert!(forged.turns.is_empty());
    assert_eq!(forged.level, None, "{forged:#?}");
}

/// A place with 4 entries, a copy of its store, and 3 entries more, which are lost with all but the key.
struct Restored {
    place: Place,
    old: VerifierKey,
    /// Checkpoints of 2, 4 and 7 entries.
    pins: [String; 3],
}

impl Restored {
    fn new() -> Self {
        let place = Place::with_entries(2);
        let old = signer(&place.settings()).vkey();
        let trail = place.open().unwrap();
        let early = trail.keep_checkpoint().unwrap().note;
        for number in 2..4 {
            trail.record(&[fact("alice", number)]).unwrap();
        }
        drop(trail);
        let backup = place.store_files();
        let trail = place.open().unwrap();
        let at_the_cut = trail.keep_checkpoint().unwrap().note;
        for number in 4..7 {
            trail.record(&[fact("bob", number)]).unwrap();
        }
        let lost = trail.keep_checkpoint().unwrap().note;
        drop(trail);
        place.put_back(&backup);
        Self {
            place,
            old,
            pins: [early, at_the_cut, lost],
        }
    }
}

#[test]
fn c5_39_a_restored_backup_is_a_new_incarnation_and_never_quite_clean() {
    let Restored { place, old, pins } = Restored::new();
    let refused = place.open().unwrap().record(&[fact("carol", 9)]);
    let refused = piperoll::Error::from(refused.unwrap_err());
    assert_eq!(refused.kind(), ErrorKind::Corrupt);

    let (trail, turned) = adopt(&place).unwrap();
    assert_eq!(turned.index.get(), 4);
    assert_eq!(turned.new.log.name(), "shop.example/audit/i2");
    trail.record(&[fact("carol", 9)]).unwrap();
    let later = trail.keep_checkpoint().unwrap().note;
    drop(trail);

    let new = &turned.new.log;
    for key in [&old, new] {
        let report = report(&place, &[key], None);
        assert_found(&report, Some(Level::L1), &[]);
        let [turn] = report.turns.as_slice() else {
            panic!("{report:#?}")
        };
        let adoption = turn.adoption.as_ref().unwrap();
        assert_eq!(adoption.kept.size().get(), 4);
        assert_eq!(adoption.lost.as_ref().unwrap().size().get(), 7);
        assert_eq!((turn.actor.as_str(), turn.index), ("dba", 4));
        assert_eq!(turn.reason.as_deref(), Some("the disk was lost"));
        assert_eq!(report.origin, "shop.example/audit");
    }
    for key in [&old, new] {
        for pin in [&pins[0], &pins[1], &later] {
            let report = report(&place, &[key], Some(pin));
            assert_found(&report, Some(Level::L2), &[]);
            assert!(report.is_complete());
        }
        let lost = report(&place, &[key], Some(&pins[2]));
        let expected = [(Unverifiable, Some((4, 6)))];
        assert_found(&lost, Some(Level::L1), &expected);
        assert!(!lost.is_complete() && !lost.is_negative());
    }
    assert_sound(&place.settings(), Some(&later));
    // A trail that goes on is not adopted again.
    let again = adopt(&place).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::InvalidInput);
    assert!(again.to_string().contains("is not behind its key"));
    // Its key turns like any other, and a second loss begins the third incarnation.
    let backup = place.store_files();
    let trail = place.open().unwrap();
    rotate(&trail);
    let lost = trail.keep_checkpoint().unwrap().note;
    drop(trail);
    place.put_back(&backup);
    let (trail, third) = adopt(&place).unwrap();
    assert_eq!(third.new.log.name(), "shop.example/audit/i3");
    drop(trail);
    let whole = report(&place, &[&old], None);
    assert_found(&whole, Some(Level::L1), &[]);
    assert_eq!(whole.turns.len(), 2);
    let lost = report(&place, &[&old], Some(&lost));
    assert_found(&lost, Some(Level::L1), &[(Unverifiable, Some((6, 6)))]);
}

#[test]
fn a_backup_from_before_a_rotation_is_adopted_by_what_the_old_key_said_of_the_new() {
    let place = Place::with_entries(3);
    let old = signer(&place.settings()).vkey();
    let backup = place.store_files();
    let trail = place.open().unwrap();
    let turned = rotate(&trail);
    let lost = trail.keep_checkpoint().unwrap().note;
    drop(trail);
    place.put_back(&backup);
    let refused = place.open().unwrap().record(&[fact("carol", 9)]);
    let refused = piperoll::Error::from(refused.unwrap_err());
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert!(refused.to_string().contains("was set back"), "{refused}");

    let (trail, adopted) = adopt(&place).unwrap();
    trail.record(&[fact("carol", 9)]).unwrap();
    drop(trail);
    for key in [&old, &turned.new.log, &adopted.new.log] {
        assert_found(&report(&place, &[key], None), Some(Level::L1), &[]);
        let lost = report(&place, &[key], Some(&lost));
        assert_found(&lost, Some(Level::L1), &[(Unverifiable, Some((3, 3)))]);
    }
    assert_sound(&place.settings(), None);
    // Without that word nobody can tell that the two keys belong together.
    place.put_back(&backup);
    std::fs::remove_file(place.path().join("trail.key.turns")).unwrap();
    let error = adopt(&place).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("key does not match"), "{error}");
}

#[test]
fn a_trail_that_is_gone_begins_again_under_its_key() {
    let place = Place::with_entries(3);
    let old = signer(&place.settings()).vkey();
    let pin = place.open().unwrap().keep_checkpoint().unwrap().note;
    place.put_back(&[]);
    let gone = Trail::open_or_create(&place.settings(), Surroundings::default()).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::Corrupt);
    let (trail, turned) = adopt(&place).unwrap();
    assert_eq!(turned.index.get(), 0);
    trail.record(&[fact("carol", 9)]).unwrap();
    drop(trail);
    let whole = report(&place, &[&old], None);
    assert_found(&whole, Some(Level::L1), &[]);
    assert_eq!(whole.size, 2);
    let lost = report(&place, &[&old], Some(&pin));
    assert_found(&lost, Some(Level::L1), &[(Unverifiable, Some((0, 2)))]);
    assert_sound(&place.settings(), None);
}

#[test]
fn what_is_not_behind_or_has_no_key_in_a_file_is_not_adopted() {
    let place = Place::with_entries(3);
    let text = std::fs::read_to_string(place.key()).unwrap();
    let refused = [
        adopt(&place).unwrap_err(),
        {
            let key = KeySource::Text {
                key: text.trim().to_owned().into(),
                head: place.head(),
            };
            let settings = Settings {
                key,
                ..place.settings()
            };
            let trail = Trail::open(&settings, Surroundings::default()).unwrap();
            let refused = trail.rotate(&dba(), None).unwrap_err();
            assert!(refused.to_string().contains("is in no file"), "{refused}");
            drop(trail);
            Trail::adopt(&settings, Surroundings::default(), dba(), "x".into()).unwrap_err()
        },
        {
            let other = Place::new();
            Trail::adopt(
                &other.settings(),
                Surroundings::default(),
                dba(),
                "x".into(),
            )
            .unwrap_err()
        },
    ];
    for error in refused {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    let sound = assert_sound(&place.settings(), None);
    assert_eq!((sound.size, sound.turns.len()), (3, 0));
    // A history that goes on from another one than the head is no backup.
    let fork = place.copy();
    fork.open().unwrap().record(&[fact("mallory", 4)]).unwrap();
    place.open().unwrap().record(&[fact("alice", 4)]).unwrap();
    let forked = fork.store_files().into_iter();
    let forked: Vec<_> = forked
        .map(|(path, bytes)| (place.path().join(path.file_name().unwrap()), bytes))
        .collect();
    place.put_back(&forked);
    let error = adopt(&place).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(
        error
            .to_string()
            .contains("not the one that its key signed")
    );
}

#[test]
fn a_trail_that_another_process_turned_is_recorded_in_with_the_new_key() {
    let place = Place::with_entries(2);
    let (one, other) = (place.open().unwrap(), place.open().unwrap());
    one.record(&[fact("one", 2)]).unwrap();
    let turned = rotate(&other);
    let receipt = one.record(&[fact("one", 3)]).unwrap();
    assert_eq!(receipt.checkpoint.size().get(), 5);
    assert_eq!(receipt.warnings, [] as [&str; 0]);
    assert_eq!(one.vkeys().unwrap().0, turned.new.log);
    let again = rotate(&one);
    other.record(&[fact("other", 4)]).unwrap();
    drop((one, other));
    assert_eq!(again.old, turned.new);
    let report = assert_sound(&place.settings(), None);
    assert_eq!(report.turns.len(), 2);
}

#[test]
fn threads_record_while_the_key_turns() {
    let place = Place::in_memory();
    let trail = place.make();
    std::thread::scope(|scope| {
        for who in ["one", "two", "three"] {
            let place = &place;
            scope.spawn(move || {
                let trail = place.open().unwrap();
                for number in 0..20 {
                    trail.record(&[fact(who, number)]).unwrap();
                }
            });
        }
        for _ in 0..5 {
            rotate(&trail);
        }
    });
    drop(trail);
    let report = assert_sound(&place.settings(), None);
    assert_eq!((report.size, report.turns.len()), (65, 5));
}

#[test]
fn a_turn_that_was_cut_off_is_taken_up_or_forgotten() {
    let place = Place::with_entries(2);
    let next = place.path().join("trail.key.next");
    let old_key = std::fs::read(place.key()).unwrap();
    // Before the trail has taken the key: it stays as it was.
    let unused = Signer::from_seed(place.settings().origin, &[5; 32]);
    std::fs::write(&next, format!("{}\n", *unused.to_text())).unwrap();
    place.open().unwrap().record(&[fact("a", 2)]).unwrap();
    assert!(!next.exists());
    assert_eq!(std::fs::read(place.key()).unwrap(), old_key);
    // A file that was cut in the middle is no key.
    std::fs::write(&next, "PRIVATE+KEY+shop").unwrap();
    place.open().unwrap().record(&[fact("a", 3)]).unwrap();
    assert!(!next.exists());
    // After it: the next key becomes the key.
    let turned = rotate(&place.open().unwrap());
    std::fs::rename(place.key(), &next).unwrap();
    std::fs::write(place.key(), &old_key).unwrap();
    set_mode(&place.key(), 0o600);
    place.open().unwrap().record(&[fact("a", 4)]).unwrap();
    assert!(!next.exists());
    assert_eq!(signer(&place.settings()).vkey(), turned.new.log);
    assert_sound(&place.settings(), None);
}

fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_turn_that_fails_leaves_the_key_as_it_was() {
    let place = Place::with_entries(2);
    let key = std::fs::read(place.key()).unwrap();
    place
        .sql("CREATE TRIGGER no BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(ABORT, 'no'); END")
        .unwrap();
    place.open().unwrap().rotate(&dba(), None).unwrap_err();
    place.sql("DROP TRIGGER no").unwrap();
    assert_eq!(std::fs::read(place.key()).unwrap(), key);
    assert!(!place.path().join("trail.key.next").exists());
    let report = assert_sound(&place.settings(), None);
    assert_eq!((report.size, report.turns.len()), (2, 0));
    // Blank names and reasons that are too long are refused before anything is done.
    let trail = place.open().unwrap();
    let long = "x".repeat(1_025);
    for (name, reason) in [(" ", None), ("dba", Some(long.as_str()))] {
        let error = trail.rotate(&DraftActor::named(name), reason).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(std::fs::read(place.key()).unwrap(), key);
    drop(trail);
    assert_sound(&place.settings(), None);
}

#[test]
fn a_trail_is_stale_when_its_newest_time_is_too_long_ago() {
    let place = Place::with_entries(1);
    let pair = pair(&signer(&place.settings()));
    let look = |now: u64| {
        let request = Request {
            keys: vec![pair.log.clone(), pair.clock.clone()],
            max_age: Some((now, 60)),
            ..Request::default()
        };
        let store = place.settings().location.open(Access::Read).unwrap();
        verify(&*store, &request, &mut |_, _| {}).unwrap()
    };
    let none = look(2_000_000_000);
    assert_found(&none, Some(Level::L1), &[(Unverifiable, None)]);
    assert!(!none.is_complete());
    keep(&place, 1, &{
        let store = place.settings().location.open(Access::Read).unwrap();
        let head = store.snapshot().unwrap().head().unwrap();
        cosigned(&signer(&place.settings()), 1, root_of(&head.checkpoint))
    });
    assert_found(&look(1_900_000_060), Some(Level::L1), &[]);
    assert_found(&look(1_899_999_000), Some(Level::L1), &[]);
    let old = look(1_900_000_061);
    assert_found(&old, Some(Level::L1), &[(Stale, None)]);
    assert!(old.is_negative());
}
