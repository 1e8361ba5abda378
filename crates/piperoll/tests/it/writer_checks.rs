//! What a writer looks at before it signs: tampering must not be laundered by a new signature.
#![expect(clippy::disallowed_methods, reason = "tests prepare files")]

use crate::place::{Place, assert_sound, entries, fact};
use piperoll::ErrorKind;
use piperoll::event::Kind;
use piperoll::seal::{Checkpoint, EMPTY_ROOT, Origin, Signer, TreeSize};
use piperoll::store::{Access, SqliteStore};
use piperoll::trail::{HeadFile, KeySource, RecordError, Surroundings, Trail};
use piperoll_testkit::conformance::picture::Picture;
use zeroize::Zeroizing;

fn picture(place: &Place) -> Picture {
    Picture::of(&SqliteStore::open(&place.db(), Access::Read).unwrap())
}

/// Recording is refused with a message that holds all of `words`; neither store nor head file change.
fn assert_refused(place: &Place, kind: ErrorKind, words: &[&str]) {
    let (before, head) = (picture(place), std::fs::read(place.head()).ok());
    for _ in 0..2 {
        let trail = place.open().unwrap();
        let error = match trail.record(&[fact("late", 0)]) {
            Err(RecordError::Failed(error)) => error,
            other => panic!("{other:?}"),
        };
        assert_eq!(error.kind(), kind, "{}", error.chain());
        let message = error.to_string();
        for word in words {
            assert!(message.contains(word), "`{word}` is not in: {message}");
        }
        let error = trail.keep_checkpoint().unwrap_err();
        assert_eq!(error.kind(), kind, "{}", error.chain());
    }
    assert_eq!(picture(place), before);
    assert_eq!(std::fs::read(place.head()).ok(), head);
}

/// Records one entry, and tells what was warned of.
fn record(place: &Place, who: &str, number: u64) -> Vec<String> {
    let trail = place.open().unwrap();
    trail.record(&[fact(who, number)]).unwrap().warnings
}

#[test]
fn c5_39_a_store_that_was_set_back_is_refused_with_both_sizes() {
    let place = Place::with_entries(3);
    let older = place.store_files();
    for number in 3..7 {
        record(&place, "alice", number);
    }
    let newer = place.store_files();
    place.put_back(&older);
    let words = ["has 3 entries", "has signed 7", "it was set back"];
    assert_refused(&place, ErrorKind::Corrupt, &words);
    place.put_back(&newer);
    assert_eq!(record(&place, "alice", 7), [""; 0]);
    assert_eq!(assert_sound(&place.settings(), None).size, 8);
}

#[test]
fn a_store_that_is_ahead_of_the_head_file_is_in_order() {
    let place = Place::with_entries(3);
    let older = std::fs::read(place.head()).unwrap();
    record(&place, "alice", 3);
    record(&place, "alice", 4);
    std::fs::write(place.head(), &older).unwrap();
    assert_eq!(record(&place, "alice", 5), [""; 0]);
    assert_ne!(std::fs::read(place.head()).unwrap(), older);
    assert_eq!(assert_sound(&place.settings(), None).size, 6);
}

/// Of two writers the slower one may come to the head file last.
#[test]
fn a_head_file_never_goes_back() {
    let place = Place::with_entries(3);
    let newer = std::fs::read(place.head()).unwrap();
    let settings = place.settings();
    let signer = settings.key.read(&settings.origin).unwrap().unwrap();
    let (origin, vkey) = (settings.origin, signer.vkey());
    let empty = Checkpoint::new(origin.clone(), TreeSize::new(0), EMPTY_ROOT);
    let (_, older) = empty.sign_with_head(&signer).unwrap();
    let file = HeadFile::new(place.head());
    file.advance(&older, &origin, &vkey).unwrap();
    assert_eq!(std::fs::read(place.head()).unwrap(), newer);
    std::fs::remove_file(place.head()).unwrap();
    file.advance(&older, &origin, &vkey).unwrap();
    assert_eq!(
        std::fs::read_to_string(place.head()).unwrap(),
        older.to_string()
    );
}

#[test]
fn a_missing_head_file_is_a_warning_once() {
    let place = Place::with_entries(3);
    std::fs::remove_file(place.head()).unwrap();
    let warnings = record(&place, "alice", 3);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("is missing"), "{warnings:?}");
    assert_eq!(record(&place, "alice", 4), [""; 0]);
    assert_eq!(assert_sound(&place.settings(), None).size, 5);
}

#[test]
fn a_head_file_that_cannot_be_understood_is_a_warning_once() {
    let place = Place::with_entries(3);
    let line = std::fs::read(place.head()).unwrap();
    let flipped: Vec<u8> = line.iter().map(|byte| byte ^ 1).collect();
    let mut forged = line.clone();
    forged[0] = if forged[0] == b'9' { b'8' } else { b'9' };
    let garbage = [
        Vec::new(),
        b"\n".to_vec(),
        line[..100].to_vec(),
        [line.clone(), line.clone()].concat(),
        vec![0xff; 155],
        vec![b'x'; 100_000],
        flipped,
    ];
    for (number, bytes) in (3..).zip(garbage) {
        std::fs::write(place.head(), &bytes).unwrap();
        let warnings = record(&place, "alice", number);
        assert_eq!(warnings.len(), 1, "{number}: {warnings:?}");
        assert!(warnings[0].contains("cannot be told"), "{warnings:?}");
        assert_eq!(record(&place, "bob", number), [""; 0], "{number}");
        assert_sound(&place.settings(), None);
    }
    // One of the right form, with a signature that is not its own.
    std::fs::write(place.head(), forged).unwrap();
    let warnings = record(&place, "alice", 99);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(record(&place, "bob", 99), [""; 0]);
    assert_sound(&place.settings(), None);
    assert_eq!(entries(&place.settings()).len(), 19);
}

#[test]
fn a_head_file_that_cannot_be_written_is_a_warning() {
    let place = Place::with_entries(3);
    std::fs::remove_file(place.head()).unwrap();
    std::fs::create_dir(place.head()).unwrap();
    let warnings = record(&place, "alice", 3);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("cannot be told"), "{warnings:?}");
    assert!(
        warnings[1].contains("the events are recorded"),
        "{warnings:?}"
    );
    assert_eq!(entries(&place.settings()).len(), 4);
}

#[test]
fn a_fork_is_refused_at_the_same_size_and_beyond() {
    let place = Place::with_entries(3);
    let fork = place.copy();
    record(&place, "alice", 3);
    for number in 3..6 {
        record(&fork, "mallory", number);
        place.put_back(&relocated(&fork, &place));
        let words = ["is not the one that its key signed at size 4"];
        assert_refused(&place, ErrorKind::Corrupt, &words);
    }
}

/// The files of one store under the paths of another.
fn relocated(from: &Place, to: &Place) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let files = from.store_files().into_iter();
    files
        .map(|(path, bytes)| (to.path().join(path.file_name().unwrap()), bytes))
        .collect()
}

#[test]
fn the_key_of_another_trail_is_refused() {
    let place = Place::with_entries(3);
    let other = Place::with_entries(0);
    std::fs::copy(other.key(), place.key()).unwrap();
    std::fs::remove_file(place.head()).unwrap();
    let words = ["the key does not match the trail"];
    assert_refused(&place, ErrorKind::InvalidInput, &words);
}

#[test]
fn the_key_of_another_origin_is_refused() {
    let place = Place::with_entries(3);
    let before = picture(&place);
    let origin = Origin::parse("other.example/audit").unwrap();
    let key = Signer::from_seed(origin.clone(), &[1; 32]).to_text();
    std::fs::write(place.key(), &*key).unwrap();
    let mut settings = place.settings();
    let error = Trail::open(&settings, Surroundings::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(
        error.to_string().contains("`other.example/audit`"),
        "{error}"
    );
    // Nor does it help to say that the trail is that of the key.
    settings.origin = origin;
    let error = Trail::open(&settings, Surroundings::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.to_string().contains("is that of"), "{error}");
    assert_eq!(picture(&place), before);
}

#[test]
fn a_key_that_is_none_is_refused() {
    let place = Place::with_entries(3);
    for text in [
        "",
        "\n",
        "hello",
        "\u{e9}",
        "PRIVATE+KEY+shop.example/audit+00000000+AAAA",
    ] {
        std::fs::write(place.key(), text).unwrap();
        let error = place.open().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}: {error}");
    }
    std::fs::write(place.key(), [0xff; 80]).unwrap();
    assert_eq!(place.open().unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[cfg(unix)]
#[test]
fn c3_26_a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_entries(3);
    let mode = |mode| {
        std::fs::set_permissions(place.key(), std::fs::Permissions::from_mode(mode)).unwrap();
        place.open().map(|_| ()).map_err(|error| error.kind())
    };
    for open in [0o644, 0o640, 0o604, 0o620, 0o602, 0o601] {
        assert_eq!(mode(open), Err(ErrorKind::Denied), "{open:o}");
    }
    assert_eq!(mode(0o400), Ok(()));
    assert_eq!(mode(0o600), Ok(()));
}

#[test]
fn a_key_from_the_callers_text_records_as_one_from_a_file() {
    let place = Place::with_entries(2);
    let mut settings = place.settings();
    settings.key = KeySource::Text {
        key: Zeroizing::new(std::fs::read_to_string(place.key()).unwrap()),
        head: place.head(),
    };
    let trail = Trail::open(&settings, Surroundings::default()).unwrap();
    let receipt = trail.record(&[fact("alice", 2)]).unwrap();
    assert_eq!(receipt.warnings, [""; 0]);
    assert_eq!(receipt.entries[0].index.get(), 2);
    assert_sound(&place.settings(), None);
}

#[test]
fn a_store_that_was_changed_is_refused_and_nothing_is_signed() {
    let changes = [
        (
            "DROP TRIGGER tiles_update; UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE level = 0",
            "was changed: its tree does not have the root that its checkpoint signs",
        ),
        ("DROP TRIGGER tiles_delete; DELETE FROM tiles", "tile"),
        (
            "DROP TRIGGER tiles_update; UPDATE tiles SET hashes = substr(hashes, 1, 32)",
            "tile",
        ),
        (
            "DROP TRIGGER head_update; UPDATE head SET size = size - 1",
            "was changed: its head is not at the size that its checkpoint signs",
        ),
        (
            "UPDATE head SET size = size + 1",
            "was changed: its head is not at the size that its checkpoint signs",
        ),
        (
            "UPDATE head SET checkpoint = replace(checkpoint, 'shop.example', 'evil.example')",
            "",
        ),
        (
            "UPDATE head SET checkpoint = replace(checkpoint, char(10) || '3' || char(10), char(10) || '4' || char(10))",
            "",
        ),
        ("UPDATE head SET checkpoint = 'nothing'", "was changed"),
        (
            "UPDATE head SET checkpoint = x'00ff'",
            "does not hold what a trail holds",
        ),
    ];
    for (sql, words) in changes {
        let place = Place::with_entries(3);
        place.sql(sql).unwrap();
        let files = place.store_files();
        let trail = place.open().unwrap();
        let result = trail.record(&[fact("late", 0)]);
        let Err(RecordError::Failed(error)) = result else {
            panic!("{sql}: {result:?}");
        };
        let kinds = [ErrorKind::Corrupt, ErrorKind::InvalidInput];
        assert!(kinds.contains(&error.kind()), "{sql}: {}", error.chain());
        assert!(error.to_string().contains(words), "{sql}: {error}");
        if !words.is_empty() {
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{sql}: {error}");
        }
        drop(trail);
        let after = place.store_files();
        assert!(after == files, "{sql}: something was written");
    }
}

#[test]
fn a_head_of_an_older_checkpoint_is_refused() {
    let place = Place::with_entries(3);
    let checkpoint = place.sql("SELECT checkpoint FROM head").unwrap();
    record(&place, "alice", 3);
    let sql = format!(
        "DROP TRIGGER head_update; UPDATE head SET size = 3, checkpoint = '{checkpoint}\n'"
    );
    place.sql(&sql).unwrap();
    // Of the tree nothing was taken: only the head file tells.
    let words = ["has 3 entries", "has signed 4"];
    assert_refused(&place, ErrorKind::Corrupt, &words);
}

#[test]
fn rows_beyond_the_head_are_not_sealed() {
    let place = Place::with_entries(3);
    place
        .sql(
            "INSERT INTO entries SELECT 3, '00000000-0000-7000-8000-000000000001', header, payload, salt, attributes FROM entries WHERE seq = 0",
        )
        .unwrap();
    let before = picture(&place);
    let trail = place.open().unwrap();
    let error = match trail.record(&[fact("alice", 3)]) {
        Err(RecordError::Failed(error)) => error,
        other => panic!("{other:?}"),
    };
    // Trying again would not help.
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{}", error.chain());
    assert_eq!(picture(&place), before);
}

#[test]
fn a_failed_record_is_not_remembered() {
    let place = Place::with_entries(3);
    let trail = place.open().unwrap();
    trail.record(&[fact("alice", 3)]).unwrap();
    place
        .sql("CREATE TRIGGER broken BEFORE INSERT ON tiles BEGIN SELECT RAISE(ABORT, 'broken'); END;
              CREATE TRIGGER broken2 BEFORE UPDATE ON tiles BEGIN SELECT RAISE(ABORT, 'broken'); END;")
        .unwrap();
    let before = entries(&place.settings());
    for _ in 0..3 {
        trail.record(&[fact("alice", 4)]).unwrap_err();
        trail
            .keep_checkpoint()
            .map(|kept| kept.checkpoint.size().get())
            .unwrap();
    }
    assert_eq!(entries(&place.settings()), before);
    place
        .sql("DROP TRIGGER broken; DROP TRIGGER broken2")
        .unwrap();
    let receipt = trail.record(&[fact("alice", 4)]).unwrap();
    assert_eq!(receipt.entries[0].index.get(), 4);
    assert_eq!(receipt.warnings, [""; 0]);
    assert_eq!(assert_sound(&place.settings(), None).size, 5);
}

#[test]
fn a_trail_that_is_open_to_read_records_nothing() {
    let place = Place::with_entries(3);
    let location = place.settings().location;
    let trail = Trail::open_to_read(&location, None, Surroundings::default()).unwrap();
    let error = match trail.record(&[fact("alice", 3)]) {
        Err(RecordError::Failed(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(
        trail.keep_checkpoint().unwrap_err().kind(),
        ErrorKind::Denied
    );
    assert_eq!(trail.vkeys().unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(entries(&place.settings()).len(), 3);
    assert_eq!(entries(&place.settings())[0].header.kind, Kind::Row);
}

#[test]
fn what_a_foreign_trigger_leaves_out_in_silence_is_not_told_as_recorded() {
    for event in [
        "INSERT ON entries",
        "INSERT ON tiles",
        "UPDATE ON head",
        "INSERT ON checkpoints",
    ] {
        let place = Place::new();
        let trail = place.make();
        let connection = rusqlite::Connection::open(place.db()).unwrap();
        let sql = format!("CREATE TRIGGER t BEFORE {event} BEGIN SELECT RAISE(IGNORE); END");
        connection.execute_batch(&sql).unwrap();
        let error = if event.ends_with("checkpoints") {
            trail.keep_checkpoint().unwrap_err()
        } else {
            trail.record(&[fact("alice", 0)]).unwrap_err().into()
        };
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{event}");
        connection.execute_batch("DROP TRIGGER t").unwrap();
        drop((trail, connection));
        assert_eq!(entries(&place.settings()), [], "{event}");
        assert_sound(&place.settings(), None);
        assert_eq!(record(&place, "alice", 0), [""; 0], "{event}");
    }
}
