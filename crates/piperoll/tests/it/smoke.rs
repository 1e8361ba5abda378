use piperoll::event::{Draft, LineDefaults};
use piperoll::seal::Origin;
use piperoll::store::{Access, Location};
use piperoll::trail::{KeySource, Settings, Surroundings, Trail};
use piperoll::verify::{Request, verify};

#[test]
fn an_event_is_recorded_and_verified() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings {
        location: Location::parse("sqlite:a/trail.db", dir.path()).unwrap(),
        origin: Origin::parse("shop.example/audit").unwrap(),
        key: KeySource::File(dir.path().join("a/trail.key")),
    };
    let (trail, created) = Trail::open_or_create(&settings, Surroundings::default()).unwrap();
    println!("{created:?}");
    let line = br#"{"kind":"row","action":"UPDATE","actor":{"name":"alice"},"resource":{"system":"shop","name":"shop.main.orders","kind":"table"},"payload":{"key":7}}"#;
    let draft = Draft::from_line(line, &LineDefaults::default()).unwrap();
    for n in [1, 255, 2, 300] {
        let receipt = trail.record(&vec![draft.clone(); n]).unwrap();
        assert_eq!(receipt.entries.len(), n);
    }
    let kept = trail.keep_checkpoint().unwrap();
    println!("{}", kept.note);
    let (log, clock) = trail.vkeys().unwrap();
    drop(trail);
    let store = settings.location.open(Access::Read).unwrap();
    let request = Request {
        keys: vec![log, clock],
        pin: Some(kept.note.into_bytes()),
        ..Request::default()
    };
    let report = verify(&*store, &request, &mut |_, _| {}).unwrap();
    println!("{report:#?}");
    assert_eq!(report.findings, []);
    assert_eq!(report.size, 558);
}
