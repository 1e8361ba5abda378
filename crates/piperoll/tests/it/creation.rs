//! Which of trail, key and head file are there, and what becomes of it.
#![expect(clippy::disallowed_methods, reason = "tests prepare files")]

use crate::place::{Place, assert_sound, entries, fact};
use piperoll::ErrorKind;
use piperoll::trail::{Created, Surroundings, Trail};
use std::path::Path;

fn create(place: &Place) -> Result<(), ErrorKind> {
    let made = Trail::create(&place.settings(), Surroundings::default());
    made.map(|_| ()).map_err(|error| error.kind())
}

/// Whether it was made.
fn open_or_create(place: &Place) -> Result<bool, ErrorKind> {
    let opened = Trail::open_or_create(&place.settings(), Surroundings::default());
    opened
        .map(|(_, created)| created != Created::Found)
        .map_err(|error| error.kind())
}

fn open(place: &Place) -> Result<(), ErrorKind> {
    place.open().map(|_| ()).map_err(|error| error.kind())
}

fn remove(paths: &[&Path]) {
    for path in paths {
        std::fs::remove_file(path).unwrap();
    }
}

/// It works, with one key, and nothing is left lying about.
fn assert_whole(place: &Place, size: usize) {
    let trail = place.open().unwrap();
    let receipt = trail.record(&[fact("alice", 0)]).unwrap();
    assert_eq!(receipt.warnings, [""; 0]);
    drop(trail);
    assert_eq!(entries(&place.settings()).len(), size + 1);
    assert_sound(&place.settings(), None);
    let mut files = place.files();
    files.retain(|name| !name.starts_with("trail.db-"));
    assert_eq!(files, ["trail.db", "trail.key", "trail.key.head"]);
}

#[test]
fn with_nothing_there_trail_and_key_are_made() {
    let place = Place::new();
    assert_eq!(open(&place), Err(ErrorKind::NotFound));
    assert_eq!(place.files(), [""; 0], "opening made something");
    assert_eq!(create(&place), Ok(()));
    assert_whole(&place, 0);
    let place = Place::new();
    assert_eq!(open_or_create(&place), Ok(true));
    assert_whole(&place, 0);
}

#[test]
fn the_public_key_that_is_told_is_that_of_the_key() {
    let place = Place::new();
    let (trail, vkey) = Trail::create(&place.settings(), Surroundings::default()).unwrap();
    assert_eq!(trail.vkeys().unwrap().0, vkey);
    let settings = place.settings();
    let signer = settings.key.read(&settings.origin).unwrap().unwrap();
    assert_eq!(signer.vkey(), vkey);
}

#[test]
fn with_all_there_it_is_found() {
    let place = Place::with_entries(2);
    let key = std::fs::read(place.key()).unwrap();
    assert_eq!(create(&place), Err(ErrorKind::AlreadyExists));
    assert_eq!(open_or_create(&place), Ok(false));
    assert_eq!(open(&place), Ok(()));
    assert_eq!(std::fs::read(place.key()).unwrap(), key);
    assert_whole(&place, 2);
}

#[test]
fn c3_26_without_its_key_a_trail_is_refused_and_gets_no_new_one() {
    let place = Place::with_entries(2);
    let key = std::fs::read(place.key()).unwrap();
    remove(&[&place.key()]);
    for _ in 0..2 {
        assert_eq!(open(&place), Err(ErrorKind::InvalidInput));
        assert_eq!(create(&place), Err(ErrorKind::InvalidInput));
        assert_eq!(open_or_create(&place), Err(ErrorKind::InvalidInput));
        assert_eq!(place.files(), ["trail.db", "trail.key.head"]);
    }
    std::fs::write(place.key(), key).unwrap();
    private(&place.key());
    assert_whole(&place, 2);
}

#[test]
fn without_its_trail_a_key_makes_no_new_one() {
    // A key and its head file; the key alone; the head file alone.
    let gone: [fn(&Place) -> Vec<std::path::PathBuf>; 3] = [
        |place| vec![place.db()],
        |place| vec![place.db(), place.head()],
        |place| vec![place.db(), place.key()],
    ];
    for gone in gone {
        let place = Place::with_entries(2);
        let gone = gone(&place);
        remove(&gone.iter().map(|path| path.as_path()).collect::<Vec<_>>());
        let left = place.files();
        for _ in 0..2 {
            assert_eq!(create(&place), Err(ErrorKind::Corrupt), "{left:?}");
            assert_eq!(open_or_create(&place), Err(ErrorKind::Corrupt), "{left:?}");
            assert_eq!(open(&place), Err(ErrorKind::NotFound), "{left:?}");
            assert_eq!(place.files(), left);
        }
    }
}

#[test]
fn an_emptied_trail_is_not_made_anew_under_its_key() {
    let place = Place::with_entries(2);
    std::fs::write(place.db(), "").unwrap();
    assert_eq!(open_or_create(&place), Err(ErrorKind::Corrupt));
    assert_eq!(open(&place), Err(ErrorKind::NotFound));
    assert_eq!(std::fs::read(place.db()).unwrap(), b"");
}

#[test]
fn a_crash_before_the_key_has_its_name_is_rolled_forward() {
    type Opened = fn(&Place) -> Result<bool, ErrorKind>;
    let ways: [Opened; 2] = [open_or_create, |place| create(place).map(|()| true)];
    for with_head in [true, false] {
        for way in ways {
            let place = Place::with_entries(0);
            let key = std::fs::read(place.key()).unwrap();
            std::fs::rename(place.key(), place.path().join("trail.key.new")).unwrap();
            if !with_head {
                remove(&[&place.head()]);
            }
            assert_eq!(way(&place), Ok(true), "head file: {with_head}");
            assert_eq!(std::fs::read(place.key()).unwrap(), key);
            assert_whole(&place, 0);
        }
    }
}

#[test]
fn a_crash_before_there_is_a_trail_begins_anew() {
    // The key under its other name, whole, torn or empty; with the empty file of a store, and without.
    for left in ["", "PRIVATE+KEY+shop", "whole"] {
        for store in [false, true] {
            let place = Place::new();
            let text = match left {
                "whole" => {
                    let other = Place::with_entries(0);
                    std::fs::read_to_string(other.key()).unwrap()
                }
                left => left.to_owned(),
            };
            let new = place.path().join("trail.key.new");
            std::fs::write(&new, text).unwrap();
            private(&new);
            if store {
                std::fs::write(place.db(), "").unwrap();
            }
            assert_eq!(open_or_create(&place), Ok(true), "{left:?}, {store}");
            assert_whole(&place, 0);
        }
    }
}

#[test]
fn a_key_under_the_other_name_that_is_not_the_trails_is_not_taken() {
    let place = Place::with_entries(2);
    let other = Place::with_entries(0);
    let new = place.path().join("trail.key.new");
    std::fs::rename(other.key(), new).unwrap();
    remove(&[&place.key()]);
    assert_eq!(open_or_create(&place), Err(ErrorKind::InvalidInput));
    assert!(!place.key().exists());
}

#[cfg(unix)]
#[test]
fn the_files_of_a_trail_are_private_from_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let trail = place.make();
    trail.record(&[fact("alice", 0)]).unwrap();
    let names = place.files();
    assert!(names.contains(&"trail.db-wal".to_owned()), "{names:?}");
    for name in names {
        let mode = std::fs::metadata(place.path().join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // One that is there keeps the mode that somebody has given it.
    drop(trail);
    std::fs::set_permissions(place.db(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let trail = place.open().unwrap();
    trail.record(&[fact("alice", 1)]).unwrap();
    for name in ["trail.db", "trail.db-wal"] {
        let mode = std::fs::metadata(place.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640, "{name}");
    }
}

#[test]
fn c3_26_a_key_file_is_private_from_the_start() {
    let place = Place::with_entries(1);
    #[cfg(unix)]
    for path in [place.key(), place.head()] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    assert_whole(&place, 1);
}

fn private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}
