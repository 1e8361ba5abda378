//! Appending: all of it or nothing, at the size that the writer saw.

use super::Setup;
use super::picture::{Picture, attributes, rows};
use super::sample::{Batch, Writer, append_all, draft, event, events, fill, id, instant, row};
use piperoll::event::{DraftActor, Event, Resource};
use piperoll::seal::{EntryIndex, TileId, TreeSize};
use piperoll::store::{AppendError, Store, StoredEntry};
use piperoll::{Error, ErrorKind};
use std::ops::ControlFlow;

/// Entries, attributes, tiles, head, checkpoints and cursors of several appends.
pub fn everything_of_an_append_is_there_as_given(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let mut batches = vec![
        writer.batch(events(0..1)),
        writer.full_batch(events(1..300)),
        writer.batch(events(300..302)),
        writer.full_batch(events(302..520)),
    ];
    batches[2].cursors = vec![
        ("other".to_owned(), "a".to_owned()),
        ("source".to_owned(), "b".to_owned()),
    ];
    fill(&*store, &batches);
    let picture = Picture::of(&*store);
    assert_eq!(picture, Picture::expected(&batches));
    assert_eq!(picture.head, (520, "checkpoint 520\n".to_owned(), 2));
    assert_eq!(picture.entries.len(), 520);
    assert_eq!(picture.attributes.len(), 260);
    assert_eq!(
        picture.cursors,
        [Some("520".to_owned()), Some("a".to_owned())]
    );
    let widths: Vec<_> = picture
        .tiles
        .iter()
        .map(|(level, number, hashes)| (*level, *number, hashes.len() / 32))
        .collect();
    assert_eq!(widths, [(0, 0, 256), (0, 1, 256), (0, 2, 8), (1, 0, 2)]);
}

/// Below, above, and far above the size.
pub fn at_another_size_nothing_is_stored(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches = [writer.full_batch(events(0..3))];
    fill(&*store, &batches);
    let late = writer.full_batch(events(3..8));
    for at in [0, 2, 4, 8, i64::MAX as u64] {
        match store.append(TreeSize::new(at), &late.append()) {
            Err(AppendError::Conflict(size)) => assert_eq!(size, TreeSize::new(3), "at {at}"),
            other => panic!("at {at}: {other:?}"),
        }
        assert_eq!(Picture::of(&*store), Picture::expected(&batches), "at {at}");
    }
    store.append(TreeSize::new(3), &late.append()).unwrap();
    let [first] = batches;
    assert_eq!(Picture::of(&*store), Picture::expected(&[first, late]));
}

/// Neither the ids nor the times decide.
pub fn entries_keep_the_order_in_which_they_are_given(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let numbers = [5u64, 1, 9, 3, 7, 2];
    let backwards: Vec<Event> = numbers
        .iter()
        .map(|number| {
            let mut draft = row(*number);
            draft.at = Some(instant(-(*number as i64)));
            event(&draft)
        })
        .collect();
    let batches = [Writer::default().batch(backwards)];
    fill(&*store, &batches);
    let stored = rows(&*store.snapshot().unwrap(), i64::MIN..i64::MAX);
    let ids: Vec<_> = stored.into_iter().map(|row| (row.seq, row.id)).collect();
    let expected: Vec<_> = (0..)
        .zip(numbers.map(|number| id(number).to_string()))
        .collect();
    assert_eq!(ids, expected);
}

/// The id is in an earlier append.
pub fn a_taken_id_is_refused_and_nothing_of_its_batch_is_stored(setup: &impl Setup) {
    let mut new = named(20..24);
    new[2] = event(&draft(1));
    refused(&*setup.first().unwrap(), new);
}

/// The id is there earlier in the same append.
pub fn an_id_twice_in_a_batch_is_refused_and_nothing_is_stored(setup: &impl Setup) {
    let mut new = named(20..24);
    new[3] = event(&draft(20));
    refused(&*setup.first().unwrap(), new);
}

/// Appends what must be refused; then its sound part, which shows that nothing is remembered of it.
fn refused(store: &dyn Store, new: Vec<Event>) {
    let mut writer = Writer::default();
    let first = writer.full_batch(events(0..3));
    fill(store, std::slice::from_ref(&first));
    let bad = writer.clone().full_batch(new);
    match store.append(TreeSize::new(3), &bad.append()) {
        Err(AppendError::Failed(error)) => assert_eq!(error.kind(), ErrorKind::Conflict),
        other => panic!("{other:?}"),
    }
    let before = Picture::expected(std::slice::from_ref(&first));
    assert_eq!(Picture::of(store), before);
    let again = writer.full_batch(named(20..24));
    append_all(store, 3, std::slice::from_ref(&again));
    assert_eq!(Picture::of(store), Picture::expected(&[first, again]));
}

/// Rows whose names no other sample has.
fn named(numbers: std::ops::Range<u64>) -> Vec<Event> {
    numbers
        .map(|number| {
            let mut draft = row(number);
            draft.actor = DraftActor::named(format!("actor {number}"));
            draft.resource = Resource::new("shop", format!("resource {number}"), "table");
            event(&draft)
        })
        .collect()
}

/// Each where it is, in the order asked, also twice; `None` for what is not there.
pub fn ids_are_found_where_they_are(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    fill(
        &*store,
        &[writer.batch(events(10..13)), writer.batch(events(0..2))],
    );
    let snapshot = store.snapshot().unwrap();
    let ids = [id(1), id(99), id(10), id(12), id(10)];
    let found = snapshot.find_ids(&ids).unwrap();
    let positions: Vec<_> = found.iter().map(|at| at.map(|at| at.get())).collect();
    assert_eq!(positions, [Some(4), None, Some(0), Some(2), Some(0)]);
    assert_eq!(snapshot.find_ids(&[]).unwrap(), []);
}

/// Ranges hold their start, not their end.
pub fn a_range_of_entries_is_visited_until_the_visitor_stops(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events(0..10))]);
    let snapshot = store.snapshot().unwrap();
    let cases = [
        (3..6, vec![3, 4, 5]),
        (0..1, vec![0]),
        (8..100, vec![8, 9]),
        (-5..2, vec![0, 1]),
        (10..20, vec![]),
        (6..6, vec![]),
        (i64::MIN..i64::MAX, (0..10).collect()),
    ];
    for (range, expected) in cases {
        let seqs: Vec<_> = rows(&*snapshot, range.clone())
            .iter()
            .map(|row| row.seq)
            .collect();
        assert_eq!(seqs, expected, "{range:?}");
        let placed = attributes(&*snapshot, range.clone());
        let seqs: Vec<_> = placed.iter().map(|(seq, _, _)| *seq).collect();
        let even: Vec<_> = expected.into_iter().filter(|seq| seq % 2 == 0).collect();
        assert_eq!(seqs, even, "attributes of {range:?}");
    }
    let mut seen = Vec::new();
    snapshot
        .entries(2..9, &mut |entry| {
            seen.push(entry.seq);
            Ok(if seen.len() == 2 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
        .unwrap();
    assert_eq!(seen, [2, 3]);
    let error = snapshot
        .entries(0..9, &mut |_| Err(Error::unsupported("the visitor's own")))
        .unwrap_err();
    assert_eq!(error.to_string(), "the visitor's own");
}

/// Whoever only reads entries is told the same of each, but what a search has of it.
pub fn bare_entries_are_the_entries_without_what_they_are_searched_by(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    // More than a store may keep together for its searches.
    fill(&*store, &[writer.full_batch(events(0..300))]);
    let snapshot = store.snapshot().unwrap();
    let mut seen = 0;
    for at in 0..300 {
        let range = at..at + 1;
        snapshot
            .entries(range.clone(), &mut |entry| {
                let expected = StoredEntry {
                    searched: None,
                    search_faults: Vec::new(),
                    ..entry
                };
                snapshot.bare_entries(range.clone(), &mut |bare| {
                    assert_eq!(bare, expected);
                    seen += 1;
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
    }
    assert_eq!(seen, 300);
    let mut visited = Vec::new();
    snapshot
        .bare_entries(2..9, &mut |entry| {
            visited.push(entry.seq);
            Ok(match visited.len() {
                3 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            })
        })
        .unwrap();
    assert_eq!(visited, [2, 3, 4]);
}

/// Whoever only wants attributes is told those of each entry, and of which entries there are none.
pub fn attributes_are_told_without_their_entries(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    fill(&*store, &[writer.full_batch(events(0..300))]);
    store
        .erase(&[EntryIndex::new(8), EntryIndex::new(298)])
        .unwrap();
    let snapshot = store.snapshot().unwrap();
    for range in [0..300, 8..9, 250..i64::MAX, i64::MIN..3, 300..400, 9..9] {
        let (mut expected, mut seen) = (Vec::new(), Vec::new());
        snapshot
            .entries(range.clone(), &mut |entry| {
                expected.push((entry.seq, entry.attributes.map(str::to_owned)));
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        snapshot
            .attributes(range, &mut |stored| {
                let pairs = stored.read()?;
                assert_eq!(pairs.iter().next().is_some(), stored.text.is_some());
                seen.push((stored.seq, stored.text.map(str::to_owned)));
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        assert_eq!(seen, expected);
    }
    let mut visited = Vec::new();
    snapshot
        .attributes(6..10, &mut |stored| {
            visited.push((stored.seq, stored.text.is_some()));
            Ok(match visited.len() {
                3 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            })
        })
        .unwrap();
    assert_eq!(visited, [(6, true), (7, false), (8, false)]);
}

/// The newest width is handed over, in the order asked.
pub fn tiles_grow_and_unknown_ones_are_none(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches: Vec<Batch> = [0..1, 1..200, 200..256, 256..300]
        .into_iter()
        .map(|range| writer.batch(events(range)))
        .collect();
    store
        .create(&super::sample::meta(), super::sample::FIRST_CHECKPOINT)
        .unwrap();
    let tile = |level, number| TileId { level, number };
    let asked = [tile(0, 1), tile(1, 0), tile(0, 0), tile(3, 7), tile(0, 0)];
    let widths = [
        [None, None, Some(1), None, Some(1)],
        [None, None, Some(200), None, Some(200)],
        [None, Some(1), Some(256), None, Some(256)],
        [Some(44), Some(1), Some(256), None, Some(256)],
    ];
    let mut size = 0;
    for (batch, widths) in batches.iter().zip(widths) {
        append_all(&*store, size, std::slice::from_ref(batch));
        size += batch.events.len() as u64;
        let tiles = store.snapshot().unwrap().tiles(&asked).unwrap();
        let found: Vec<_> = tiles
            .iter()
            .map(|tile| tile.as_ref().map(|hashes| hashes.len() / 32))
            .collect();
        assert_eq!(found, widths, "size {size}");
        assert_eq!(tiles[2], tiles[4]);
    }
    assert_eq!(
        Picture::of(&*store).tiles,
        Picture::expected(&batches).tiles
    );
}

/// From 0, each with the size after its append.
pub fn kept_checkpoints_are_numbered(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let batches = [
        writer.full_batch(events(0..2)),
        writer.batch(events(2..3)),
        writer.full_batch(events(3..7)),
    ];
    fill(&*store, &batches);
    let picture = Picture::of(&*store);
    let expected = [(0, 2, "kept 2\n".to_owned()), (1, 7, "kept 7\n".to_owned())];
    assert_eq!(picture.checkpoints, expected);
    assert_eq!(picture.head, (7, "checkpoint 7\n".to_owned(), 2));
}

/// On an empty trail and on one with entries; also twice at one size.
pub fn an_append_without_events_keeps_a_checkpoint(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    let mut batches = vec![
        writer.full_batch(Vec::new()),
        writer.batch(events(0..2)),
        writer.full_batch(Vec::new()),
        writer.full_batch(Vec::new()),
    ];
    batches[3].checkpoint = "signed anew\n".to_owned();
    fill(&*store, &batches);
    let picture = Picture::of(&*store);
    assert_eq!(picture, Picture::expected(&batches));
    let sizes: Vec<_> = picture
        .checkpoints
        .iter()
        .map(|(number, size, _)| (*number, *size))
        .collect();
    assert_eq!(sizes, [(0, 0), (1, 2), (2, 2)]);
    assert_eq!(picture.head, (2, "signed anew\n".to_owned(), 3));
}

/// A refused append leaves the cursor where it was.
pub fn a_cursor_moves_with_its_append_only(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let mut writer = Writer::default();
    fill(&*store, &[writer.full_batch(events(0..3))]);
    let cursor = |name| store.snapshot().unwrap().cursor(name).unwrap();
    assert_eq!(cursor("source"), Some("3".to_owned()));
    assert_eq!(cursor("Source"), None);
    let mut next = writer.full_batch(events(3..5));
    next.cursors.push(("other".to_owned(), String::new()));
    store.append(TreeSize::new(2), &next.append()).unwrap_err();
    assert_eq!(cursor("source"), Some("3".to_owned()));
    assert_eq!(cursor("other"), None);
    store.append(TreeSize::new(3), &next.append()).unwrap();
    assert_eq!(cursor("source"), Some("5".to_owned()));
    assert_eq!(cursor("other"), Some(String::new()));
}

/// All at once, and every one of them.
pub fn ten_thousand_events_are_one_append(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let batches = [Writer::default().full_batch(events(0..10_000))];
    fill(&*store, &batches);
    let (picture, expected) = (Picture::of(&*store), Picture::expected(&batches));
    assert_eq!(picture.head.0, 10_000);
    assert_eq!(picture.entries.len(), 10_000);
    // Not one assertion: a failure would print both.
    assert!(picture == expected, "the entries are not those given");
}
