//! What kind of file it is, for us and for others.
#![expect(clippy::disallowed_methods, reason = "tests prepare files")]

use crate::place::{Place, fact, sqlite3};
use piperoll::ErrorKind;
use piperoll::store::{Access, Snapshot, SqliteStore, Store};
use piperoll_testkit::conformance::picture::Picture;
use piperoll_testkit::conformance::sample::{FIRST_CHECKPOINT, Writer, events, fill, meta};
use std::process::Command;

fn kind(place: &Place, access: Access) -> Result<(), ErrorKind> {
    let opened = SqliteStore::open(&place.db(), access);
    opened.map(|_| ()).map_err(|error| error.kind())
}

/// Opening it in either way fails, and changes nothing.
fn assert_refused(place: &Place, expected: ErrorKind) {
    let before = std::fs::read(place.db()).unwrap();
    for access in [Access::Read, Access::Write] {
        assert_eq!(kind(place, access), Err(expected), "{access:?}");
        assert_eq!(std::fs::read(place.db()).unwrap(), before, "{access:?}");
    }
}

#[test]
fn the_file_opens_in_the_systems_sqlite3() {
    let place = Place::with_entries(3);
    assert_eq!(place.sql("PRAGMA integrity_check").unwrap(), "ok");
    assert_eq!(place.sql("PRAGMA journal_mode").unwrap(), "wal");
    assert_eq!(place.sql("PRAGMA user_version").unwrap(), "1");
    let application = place.sql("PRAGMA application_id").unwrap();
    assert_eq!(application, 0x5049_504C.to_string());
    let rows = place
        .sql("SELECT seq, kind, action, actor, resource, outcome, reason, payload FROM events WHERE seq > 0")
        .unwrap();
    let row = |n| {
        format!(
            r#"{n}|row|UPDATE|first|shop.main.orders|success|{n}|{{"after":{{"by":"first"}},"key":{n}}}"#
        )
    };
    assert_eq!(rows, format!("{}\n{}", row(1), row(2)));
}

#[test]
fn the_file_opens_in_python_while_a_trail_is_open() {
    let place = Place::with_entries(3);
    let trail = place.open().unwrap();
    trail.record(&[fact("alice", 3)]).unwrap();
    let script = "import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute('PRAGMA integrity_check').fetchone()[0])
for row in db.execute('SELECT seq, actor, actor_kind, actor_strength, resource_system, payload FROM events'):
    print(*row[:-1], json.loads(row[-1])['key'])
";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(place.db())
        .output()
        .expect("the tests need `python3`: apt-get install python3");
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    let row = |n, actor| format!("{n} {actor} user asserted shop {n}\n");
    let expected = [
        "ok\n".to_owned(),
        row(0, "first"),
        row(1, "first"),
        row(2, "first"),
        row(3, "alice"),
    ];
    assert_eq!(text, expected.concat(), "{errors}");
}

#[test]
fn the_migration_is_written_down_once() {
    let place = Place::with_entries(0);
    let rows = place
        .sql("SELECT version, checksum FROM migrations")
        .unwrap();
    let (version, checksum) = rows.split_once('|').unwrap();
    assert_eq!(version, "1");
    assert_eq!(checksum.len(), 64);
    assert!(
        checksum.bytes().all(|b| b.is_ascii_hexdigit()),
        "{checksum}"
    );
}

#[test]
fn a_newer_layout_is_refused() {
    let place = Place::with_entries(2);
    place.sql("PRAGMA user_version = 2").unwrap();
    assert_refused(&place, ErrorKind::InvalidInput);
    let error = SqliteStore::open(&place.db(), Access::Read).unwrap_err();
    assert!(error.to_string().contains("has layout 2"), "{error}");
    place.sql("PRAGMA user_version = 1").unwrap();
    assert_eq!(kind(&place, Access::Write), Ok(()));
}

#[test]
fn the_database_of_another_program_is_refused() {
    let databases = [
        "CREATE TABLE orders(id INTEGER)",
        "PRAGMA application_id = 7",
        "CREATE TABLE meta(key TEXT); PRAGMA application_id = 7",
    ];
    for sql in databases {
        let place = Place::new();
        place.sql(sql).unwrap();
        assert_refused(&place, ErrorKind::InvalidInput);
    }
}

#[test]
fn what_is_no_database_is_corrupt() {
    let place = Place::new();
    std::fs::write(place.db(), "kind,action\nrow,UPDATE\n".repeat(500)).unwrap();
    assert_refused(&place, ErrorKind::Corrupt);
}

#[test]
fn a_folder_is_no_trail() {
    let place = Place::new();
    std::fs::create_dir(place.db()).unwrap();
    for access in [Access::Read, Access::Write] {
        assert_eq!(kind(&place, access), Err(ErrorKind::InvalidInput));
    }
}

#[test]
fn a_missing_folder_is_not_found() {
    let place = Place::new();
    let path = place.path().join("none/trail.db");
    for access in [Access::Read, Access::Write] {
        let error = SqliteStore::open(&path, access).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{access:?}");
    }
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn reading_what_is_not_there_makes_no_file() {
    let place = Place::new();
    assert_eq!(kind(&place, Access::Read), Err(ErrorKind::NotFound));
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn what_a_crash_left_of_a_creation_is_taken_up() {
    let places = [(); 3].map(|()| Place::new());
    std::fs::write(places[0].db(), "").unwrap();
    places[1].sql("PRAGMA journal_mode = WAL; VACUUM").unwrap();
    places[2]
        .sql("PRAGMA page_size = 1024; CREATE TABLE x(y); DROP TABLE x")
        .unwrap();
    for place in places {
        assert_eq!(kind(&place, Access::Read), Err(ErrorKind::NotFound));
        let store = SqliteStore::open(&place.db(), Access::Write).unwrap();
        assert_eq!(store.snapshot().unwrap().meta().unwrap(), None);
        store.create(&meta(), FIRST_CHECKPOINT).unwrap();
        assert_eq!(Picture::of(&store), Picture::expected(&[]));
    }
}

#[test]
fn any_name_that_a_file_can_have_will_do() {
    let place = Place::new();
    let names = [
        "a b.db",
        "100%25.db",
        "what?mode=memory&x=#1.db",
        "file:trail.db",
        "it's \"q\".db",
        "\u{e9}\u{1f600}.db",
        ":memory:",
        "-x.db",
    ];
    for name in names {
        let path = place.path().join(name);
        let batches = [Writer::default().full_batch(events(0..3))];
        fill(&SqliteStore::open(&path, Access::Write).unwrap(), &batches);
        assert!(path.is_file(), "{name}");
        let store = SqliteStore::open(&path, Access::Read).unwrap();
        assert_eq!(Picture::of(&store), Picture::expected(&batches), "{name}");
    }
    let beside = |name: &String| name.ends_with("-wal") || name.ends_with("-shm");
    let mut found = place.files();
    found.retain(|name| !beside(name));
    let mut expected: Vec<_> = names.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected, "a file of another name");
}

#[test]
fn the_last_writer_leaves_one_file() {
    let place = Place::new();
    let store = SqliteStore::open(&place.db(), Access::Write).unwrap();
    fill(&store, &[Writer::default().full_batch(events(0..3))]);
    assert_eq!(Picture::of(&store).head.0, 3);
    drop(store);
    assert_eq!(place.files(), ["trail.db"]);
}

#[test]
fn sqlite3_sees_what_an_open_trail_has_recorded() {
    let place = Place::with_entries(1);
    let trail = place.open().unwrap();
    for number in 1..4 {
        trail.record(&[fact("alice", number)]).unwrap();
        let count = sqlite3(&place.db(), "SELECT count(*), max(seq) FROM events").unwrap();
        assert_eq!(count, format!("{}|{number}", number + 1));
    }
}

/// A connection that is kept from before reads the file that was moved away: several views are of the one that is there.
#[test]
fn several_views_are_of_one_file() {
    let (place, other) = (Place::with_entries(3), Place::with_entries(7));
    let store = SqliteStore::open(&place.db(), Access::Read).unwrap();
    let size = |views: &[Box<dyn Snapshot + '_>]| -> Vec<u64> {
        let sizes = views.iter().map(|view| view.head().unwrap().size.get());
        sizes.collect()
    };
    assert_eq!(size(&store.snapshots(3).unwrap()), [3, 3, 3]);
    std::fs::rename(other.db(), place.db()).unwrap();
    assert_eq!(size(&store.snapshots(3).unwrap()), [7, 7, 7]);
}
