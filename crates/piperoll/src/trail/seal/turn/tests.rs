use super::super::Sealer;
use crate::event::DraftActor;
use crate::seal::{Checkpoint, EMPTY_ROOT, Origin, TreeSize};
use crate::store::Location;
use crate::trail::{HeadFile, HeadState, KeySource, Settings, Surroundings, Trail};

#[test]
fn a_slow_writer_of_the_old_key_leaves_the_line_of_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        location: Location::Sqlite(folder.path().join("trail.db")),
        origin: Origin::parse("shop.example/audit").unwrap(),
        key: KeySource::File(folder.path().join("trail.key")),
    };
    let (trail, _) = Trail::create(&settings, Surroundings::default()).unwrap();
    let key = || settings.key.read(&settings.origin).unwrap().unwrap();
    let old = key();
    let line = |size| {
        let checkpoint = Checkpoint::new(settings.origin.clone(), TreeSize::new(size), EMPTY_ROOT);
        checkpoint.sign_with_head(&old).unwrap().1
    };
    let head = HeadFile::new(settings.key.head_path());
    let mut slow = Sealer::new(key(), settings.key.clone(), settings.origin.clone());

    // It has appended before the turn, and comes to the head file after it.
    let turned = trail.rotate(&DraftActor::named("dba"), None).unwrap();
    let new = |head: &HeadFile| head.read(&settings.origin, &turned.new.log).unwrap();
    let HeadState::At(of_new) = new(&head) else {
        panic!("the turn has not written its line");
    };
    assert_eq!(of_new.size().get(), 1);
    slow.advance(&line(9));
    assert_eq!(new(&head), HeadState::At(of_new));
    assert_eq!(slow.take_warnings(), [""; 0]);
}
