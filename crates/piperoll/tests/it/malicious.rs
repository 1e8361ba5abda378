//! A store that lies: each lie is seen by whoever can see it, at the level that the suite asks for, and by nobody else. The stores of today are files of the
//! same machine, so that a slow drip and a redirect (C8.64) cannot occur: nothing is fetched. Without end and without measure a store can be all the same.

use crate::tamper::{Bench, assert_found, found};
use piperoll::event::{Draft, EventId, LineDefaults};
use piperoll::seal::{
    Checkpoint, EntryIndex, TileId, TreeSize, inclusion_proof, leaf_hash, verify_inclusion,
};
use piperoll::store::{Access, Filter, Order, Page, Store};
use piperoll::trail::{RecordError, Trail};
use piperoll::verify::Verdict::{Altered, Forged, Missing, Reordered, Stale, Unverifiable};
use piperoll::verify::{Level, Report, Request, verify};
use piperoll::{Error, ErrorKind};
use piperoll_testkit::malicious::{Lie, Malicious};
use piperoll_testkit::tamper::{Fixed, Sample, Shape};
use std::ops::ControlFlow;

fn lying(sample: &Sample, lie: Lie) -> Malicious {
    Malicious::new(sample.store().unwrap(), lie)
}

fn report_of(store: &dyn Store, request: &Request) -> Report {
    verify(store, request, &mut |_, _| {}).unwrap()
}

fn report(sample: &Sample, lie: Lie) -> Report {
    report_of(&lying(sample, lie), &sample.l1())
}

/// A trail for recording through a lying store.
fn trail(sample: &Sample, store: Malicious) -> piperoll::Result<Trail> {
    let settings = &sample.settings;
    let store = Box::new(store);
    Trail::open_in(
        store,
        &settings.origin,
        &settings.key,
        Fixed::surroundings(),
    )
}

fn to_write(sample: &Sample, lie: Lie) -> Malicious {
    Malicious::new(sample.settings.location.open(Access::Write).unwrap(), lie)
}

fn draft(id: &str) -> Draft {
    let line = format!(
        r#"{{{id}"kind":"access","action":"READ","actor":{{"name":"late"}},"resource":{{"system":"s","name":"t","kind":"table"}}}}"#
    );
    Draft::from_line(line.as_bytes(), &LineDefaults::default()).unwrap()
}

fn failed(result: Result<impl std::fmt::Debug, RecordError>) -> Error {
    match result {
        Err(RecordError::Failed(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn header_of(sample: &Sample, index: u64) -> Vec<u8> {
    let store = sample.store().unwrap();
    let mut header = Vec::new();
    let range = index as i64..index as i64 + 1;
    let mut visit = |stored: piperoll::store::StoredEntry<'_>| {
        header = stored.header.to_vec();
        Ok(ControlFlow::Break(()))
    };
    store
        .snapshot()
        .unwrap()
        .entries(range, &mut visit)
        .unwrap();
    header
}

#[test]
fn a_store_that_does_not_lie_is_sound_at_every_level() {
    for shape in [Shape::Small, Shape::Tiles] {
        let bench = Bench::new(shape);
        let sample = bench.copy();
        let store = lying(&sample, Lie::None);
        assert_found(&report_of(&store, &sample.l0()), Some(Level::L0), &[]);
        assert_found(
            &report_of(&store, &sample.with_head_file()),
            Some(Level::L1),
            &[],
        );
        assert_found(&report_of(&store, &sample.l2(1)), Some(Level::L2), &[]);
        let trail = trail(&sample, to_write(&sample, Lie::None)).unwrap();
        let receipt = trail.record(&[draft("")]).unwrap();
        assert_eq!(receipt.entries[0].index.get(), sample.size);
        trail.prove(EntryIndex::new(3)).unwrap();
    }
}

/// immudb once checked the ends of such a proof only.
#[test]
fn c2_17_a_forged_middle_with_right_ends() {
    let bench = Bench::new(Shape::Tiles);
    for (first, last) in [(100, 110), (1, 254), (128, 128)] {
        let sample = bench.copy();
        let lie = Lie::ForgedMiddle { first, last };
        for request in [sample.l0(), sample.l1(), sample.l2(2)] {
            let report = report_of(&lying(&sample, lie), &request);
            // The newest checkpoint, three kept ones, and the pin; the tile above; nothing of the entries themselves, whose stored hashes fit.
            let pins = usize::from(request.pin.is_some());
            let mut expected = vec![(Altered, None)];
            expected.extend(vec![(Forged, None); 4 + pins]);
            assert_found(&report, None, &expected);
            assert_eq!(
                report.findings[0].detail,
                "`tile/1/000.p/1` does not hold the hashes of the tree"
            );
        }
        // What the writer looks at is the right edge: it goes on, and proves no forged entry.
        let trail = trail(&sample, to_write(&sample, lie)).unwrap();
        let error = trail.prove(EntryIndex::new(first)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{}", error.chain());
        let error = trail.prove(EntryIndex::new(0)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{}", error.chain());
        trail.prove(EntryIndex::new(sample.size - 1)).unwrap();
    }
}

#[test]
fn c2_17_every_node_counts() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    let size = TreeSize::new(sample.size);
    let text = sample.kept[2].split_once("\n\n").unwrap().0.to_owned() + "\n";
    let root = Checkpoint::parse(&text).unwrap().root();
    let headers: Vec<Vec<u8>> = (0..sample.size).map(|i| header_of(&sample, i)).collect();
    let honest = lying(&sample, Lie::None);
    let honest = honest.snapshot().unwrap();
    for position in 0..headers.len() {
        let tile = TileId {
            level: 0,
            number: 0,
        };
        let store = lying(&sample, Lie::FlippedHash { tile, position });
        let report = report_of(&store, &sample.l1());
        assert_found(&report, None, &[(Altered, None)]);
        assert_eq!(
            report.findings[0].detail,
            format!("`tile/0/000.p/{size}` does not hold the hashes of the entries")
        );
        // A proof that touches the false hash fails; one that does not is that of the honest store.
        let view = store.snapshot().unwrap();
        let mut false_proofs = 0;
        for (index, header) in (0..).map(EntryIndex::new).zip(&headers) {
            let proof = inclusion_proof(index, size, &*view).unwrap();
            let is_honest = proof == inclusion_proof(index, size, &*honest).unwrap();
            let holds = verify_inclusion(index, size, &leaf_hash(header), &proof, &root).is_ok();
            assert_eq!(holds, is_honest, "{index}, flipped {position}");
            false_proofs += usize::from(!is_honest);
        }
        // All but that of the entry itself.
        assert_eq!(false_proofs, headers.len() - 1);
    }
    // Tiles of both levels, full and not, at their ends and between.
    let bench = Bench::new(Shape::Tiles);
    let sample = bench.copy();
    let partial = sample.size - 256;
    let cases = [
        (0, 0, vec![0, 1, 127, 128, 255], "tile/0/000".to_owned()),
        (
            0,
            1,
            vec![0, 20, partial as usize - 1],
            format!("tile/0/001.p/{partial}"),
        ),
        (1, 0, vec![0], "tile/1/000.p/1".to_owned()),
    ];
    for (level, number, positions, path) in cases {
        for position in positions {
            let tile = TileId { level, number };
            let lie = Lie::FlippedHash { tile, position };
            let report = report(&sample, lie);
            assert_found(&report, None, &[(Altered, None)]);
            assert!(
                report.findings[0]
                    .detail
                    .starts_with(&format!("`{path}` does not hold"))
            );
        }
    }
}

/// Two readers of one split view each see a sound trail: only comparing what they keep tells.
#[test]
fn c2_16_a_split_view() {
    let bench = Bench::new(Shape::Small);
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [one, other] = [0, 1].map(|at: usize| bench.sound().copy_to(homes[at].path()));
    let notes = [&one, &other].map(|sample| {
        let trail = Trail::open(&sample.settings, Fixed::surroundings()).unwrap();
        let id = format!(
            r#""id":"01932c07-a000-7000-8000-{:012}","#,
            sample.path.as_os_str().len()
        );
        let reason = format!("{}", sample.path.display());
        let draft = Draft {
            reason: Some(reason),
            ..draft(&id)
        };
        trail.record(&[draft]).unwrap();
        trail.keep_checkpoint().unwrap().note
    });
    assert_ne!(notes[0], notes[1]);
    let store =
        || Malicious::with_other(one.store().unwrap(), other.store().unwrap(), Lie::SplitView);
    let pinned = |note: &str| Request {
        pin: Some(note.as_bytes().to_vec()),
        level: Level::L2,
        ..one.l1()
    };
    // Each comes back with what it was given.
    let split = store();
    for note in [&notes[0], &notes[1], &notes[0], &notes[1]] {
        assert_found(&report_of(&split, &pinned(note)), Some(Level::L2), &[]);
    }
    // They exchange their checkpoints.
    let split = store();
    for note in [&notes[1], &notes[0]] {
        let report = report_of(&split, &pinned(note));
        assert_found(&report, Some(Level::L1), &[(Forged, None)]);
    }
    // A writer looks at its head file, and at more than one view.
    let split = Malicious::with_other(
        one.settings.location.open(Access::Write).unwrap(),
        other.store().unwrap(),
        Lie::SplitView,
    );
    let trail = trail(&one, split).unwrap();
    let error = failed(trail.record(&[draft("")]));
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{}", error.chain());
}

#[test]
fn c2_13_an_older_copy_and_a_lost_write() {
    let bench = Bench::new(Shape::Small);
    let home = tempfile::tempdir().unwrap();
    let newer = bench.sound().copy_to(home.path());
    let size = newer.size;
    let note = {
        let trail = Trail::open(&newer.settings, Fixed::surroundings()).unwrap();
        trail.record(&[draft("")]).unwrap();
        trail.keep_checkpoint().unwrap().note
    };
    let older = bench.copy();
    let stale = |access| {
        let store = newer.settings.location.open(access).unwrap();
        Malicious::with_other(store, older.store().unwrap(), Lie::OtherStore)
    };
    let store = stale(Access::Read);
    assert_found(&report_of(&store, &newer.l0()), Some(Level::L0), &[]);
    assert_found(&report_of(&store, &newer.l1()), Some(Level::L1), &[]);
    let mut pinned = newer.l2(0);
    pinned.pin = Some(note.into_bytes());
    let tail = Some((size, size));
    assert_found(
        &report_of(&store, &pinned),
        Some(Level::L1),
        &[(Missing, tail)],
    );
    let report = report_of(&store, &newer.with_head_file());
    assert_found(&report, Some(Level::L1), &[(Stale, tail)]);
    let error = failed(
        trail(&newer, stale(Access::Write))
            .unwrap()
            .record(&[draft("")]),
    );
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("was set back"), "{error}");

    // A write that was never made is acknowledged: no writer can tell until it looks again.
    let sample = bench.copy();
    let trail = trail(&sample, to_write(&sample, Lie::LostWrite)).unwrap();
    let receipt = trail.record(&[draft("")]).unwrap();
    assert_eq!(receipt.checkpoint.size().get(), size + 1);
    let error = failed(trail.record(&[draft("")]));
    assert!(error.to_string().contains("was set back"), "{error}");
    drop(trail);
    let report = sample.verify(&sample.with_head_file()).unwrap();
    assert_found(&report, Some(Level::L1), &[(Stale, tail)]);
    assert_found(&sample.verify(&sample.l1()).unwrap(), Some(Level::L1), &[]);
}

#[test]
fn c2_14_kept_checkpoints_are_dropped() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    let lie = |counted| Lie::DroppedCheckpoints { from: 1, counted };
    let counted = report(&sample, lie(true));
    assert_found(&counted, None, &[(Missing, None)]);
    // With the count changed to fit, whoever has kept one of them elsewhere.
    let store = lying(&sample, lie(false));
    assert_found(&report_of(&store, &sample.l1()), Some(Level::L1), &[]);
    assert_found(&report_of(&store, &sample.l2(0)), Some(Level::L2), &[]);
    assert_found(
        &report_of(&store, &sample.l2(2)),
        Some(Level::L1),
        &[(Missing, None)],
    );
}

#[test]
fn a_head_that_does_not_go_with_the_entries() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    for lie in [
        Lie::HeadAhead(1),
        Lie::HeadAhead(1 << 62),
        Lie::HeadBehind(1),
        Lie::HeadBehind(20),
    ] {
        assert_found(&report(&sample, lie), None, &[(Altered, None)]);
        let error = failed(
            trail(&sample, to_write(&sample, lie))
                .unwrap()
                .record(&[draft("")]),
        );
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{lie:?}");
        assert!(
            error.to_string().contains("its head is not at the size"),
            "{error}"
        );
    }
}

#[test]
fn entries_out_of_order_twice_and_hidden() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    for index in [0, 4, 10] {
        let at = Some((index, index));
        assert_found(
            &report(&sample, Lie::OutOfOrder(index)),
            None,
            &[(Reordered, at)],
        );
        let twice = report(&sample, Lie::Twice(index));
        assert_eq!(found(&twice)[0], (Forged, at), "{twice:#?}");
        assert_eq!(twice.level, None);
    }
    let lie = Lie::HiddenEntries { first: 8, last: 11 };
    assert_found(&report(&sample, lie), None, &[(Missing, Some((8, 11)))]);
    // An entry with attributes.
    let at = Some((13, 13));
    assert_found(
        &report(&sample, Lie::HiddenAttributes(13)),
        None,
        &[(Altered, at)],
    );
    for (text, detail) in [
        (
            r#"{"key":"x"}"#,
            "attribute `key` is gone; attribute `key` does not come from the payload",
        ),
        (
            "",
            "attribute `` does not come from the payload; attribute `key` is gone",
        ),
    ] {
        let lie = Lie::OtherAttributes { index: 13, text };
        let other = report(&sample, lie);
        assert_found(&other, None, &[(Altered, at)]);
        assert_eq!(other.findings[0].detail, detail);
    }
    let secret = report(&sample, Lie::OtherSecret);
    assert!(found(&secret).contains(&(Altered, None)), "{secret:#?}");
    assert!(secret.is_negative());
    // What a search leaves out, no verifier of the entries can see: it reads them all, and searches for none.
    let lie = Lie::HiddenFromSearch { first: 8, last: 11 };
    assert_found(&report(&sample, lie), Some(Level::L1), &[]);
    let trail = trail(&sample, to_write(&sample, lie)).unwrap();
    let page = Page {
        order: Order::OldestFirst,
        after: None,
        limit: 100,
    };
    let entries = trail.entries(&Filter::default(), &page).unwrap();
    assert_eq!(entries.len() as u64, sample.size - 4);
}

#[test]
fn ids_that_are_found_elsewhere_or_nowhere() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    let id = "01932c07-a000-7000-8000-0000000000aa";
    let known = || [draft(&format!(r#""id":"{id}","#))];
    {
        let trail = Trail::open(&sample.settings, Fixed::surroundings()).unwrap();
        // The one after it has the same content, and another id.
        let next = draft(r#""id":"01932c07-a000-7000-8000-0000000000ab","#);
        trail
            .record(&[known().as_slice(), &[next]].concat())
            .unwrap();
        assert!(!trail.record(&known()).unwrap().entries[0].new);
    }
    let id = EventId::parse(id).unwrap();
    let wrong = trail(&sample, to_write(&sample, Lie::WrongIndices)).unwrap();
    let words = format!(
        "the store says that the id `{id}` is at entry {}",
        sample.size + 1
    );
    for error in [failed(wrong.record(&known())), wrong.entry(id).unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{}", error.chain());
        assert!(error.to_string().starts_with(&words), "{error}");
    }
    drop(wrong);
    // A store that hides an id and keeps its promise to refuse it twice.
    let none = trail(&sample, to_write(&sample, Lie::NoIds)).unwrap();
    let error = failed(none.record(&known()));
    assert_eq!(error.kind(), ErrorKind::Conflict, "{}", error.chain());
    assert_eq!(none.entry(id).unwrap_err().kind(), ErrorKind::NotFound);
    // The entries themselves are in order, and none of them is found by its id.
    for lie in [Lie::WrongIndices, Lie::NoIds] {
        let report = report(&sample, lie);
        let all = Some((0, sample.size + 1));
        assert_found(&report, None, &[(Altered, None), (Altered, all)]);
    }
}

/// Whether they are walked through beside the pass, and so without knowing how many there are, or behind it.
#[test]
fn an_id_too_many_is_told_and_not_what_is_behind_it() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    for threads in 0..=2 {
        let request = Request {
            threads,
            ..sample.l1()
        };
        let report = report_of(&lying(&sample, Lie::IdTwiceThenFault), &request);
        assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
        let detail = &report.findings[0].detail;
        let words = "the ids by which entries are found are not those of the entries";
        assert!(detail.contains(words), "{threads} threads: {detail}");
    }
}

#[test]
fn c8_64_what_has_no_end_ends() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    let started = std::time::Instant::now();
    for lie in [
        Lie::EndlessEntries,
        Lie::StuckEntries,
        Lie::EndlessTiles,
        Lie::EndlessIds,
    ] {
        let report = report(&sample, lie);
        assert!(report.is_negative(), "{lie:?}: {report:#?}");
        assert_eq!(report.level, None, "{lie:?}");
    }
    // Each of these is signed: it is their number that is no number.
    let report = report(&sample, Lie::EndlessCheckpoints);
    assert_found(&report, Some(Level::L1), &[(Unverifiable, None)]);
    assert!(!report.is_complete());
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn c8_64_what_is_too_large_is_refused() {
    const LARGE: usize = 8 * 1024 * 1024;
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    // No checkpoint has more than a megabyte, so that it is none; its signature is not looked for.
    let large = report(&sample, Lie::LargeCheckpoint(LARGE));
    assert_found(&large, Some(Level::L0), &[(Forged, None)]);
    assert!(large.findings[0].detail.len() < 1_000);
    let large = report(&sample, Lie::LargeTiles(LARGE));
    assert_found(&large, None, &[(Altered, None)]);
    let large = report(
        &sample,
        Lie::LargeHeader {
            index: 4,
            bytes: LARGE,
        },
    );
    assert_found(&large, None, &[(Altered, Some((4, 4)))]);
    for lie in [Lie::LargeCheckpoint(LARGE), Lie::LargeTiles(LARGE)] {
        let error = failed(
            trail(&sample, to_write(&sample, lie))
                .unwrap()
                .record(&[draft("")]),
        );
        assert_eq!(
            error.kind(),
            ErrorKind::Corrupt,
            "{lie:?}: {}",
            error.chain()
        );
    }
}
