//! The attacks of the suite by their numbers: structure (C2).

use crate::attacks::{at, run};
use crate::tamper::{Bench, assert_found, verified};
use piperoll::ErrorKind;
use piperoll::seal::Signer;
use piperoll::trail::Trail;
use piperoll::verify::Level;
use piperoll::verify::Verdict::{Altered, Forged, Missing, Reordered, Stale};
use piperoll_testkit::tamper::{Fixed, Insider, Key, Sample, Shape, raw, reseal};
use rusqlite::Connection;

const ID: &str = "01932c07-a000-7000-8000-0000000000ff";

/// Deletes an entry with all that belongs to it.
fn delete(c: &Connection, index: u64) {
    run(c, &format!("DELETE FROM entries WHERE seq = {index}"), 1);
}

/// Moves all entries from one on.
fn shift(c: &Connection, from: u64, by: i64) {
    c.execute_batch(&format!(
        "UPDATE entries SET seq = -seq - 1000000 WHERE seq >= {from};
         UPDATE entries SET seq = -seq - 1000000 + {by} WHERE seq <= -1000000;"
    ))
    .unwrap();
}

/// Puts a new entry where none is: entry 3, which has no payload, with another id.
fn insert(c: &Connection, index: u64) {
    let sql = format!(
        "INSERT INTO entries SELECT {index}, '{ID}', replace(header, id, '{ID}'), payload, salt, attributes FROM entries WHERE seq = 3"
    );
    run(c, &sql, 1);
}

#[test]
fn c2_9_and_c2_10_one_entry_is_deleted() {
    for shape in [Shape::Small, Shape::Tiles] {
        let bench = Bench::new(shape);
        let last = bench.sound().size - 1;
        for index in [0, 4, last - 1] {
            let report = bench.report(|c| delete(c, index));
            assert_found(&report, None, &[at(Missing, index)]);
        }
        for index in [0, 8] {
            // The others close the gap.
            let report = bench.report(|c| {
                delete(c, index);
                shift(c, index + 1, -1);
            });
            let expected = [at(Missing, index), (Reordered, Some((index, last)))];
            assert_found(&report, None, &expected);
        }
    }
}

#[test]
fn c2_11_one_entry_is_inserted() {
    for shape in [Shape::Small, Shape::Tiles] {
        let bench = Bench::new(shape);
        let size = bench.sound().size;
        let report = bench.report(|c| insert(c, size));
        assert_found(&report, None, &[at(Forged, size)]);
        for grown in [false, true] {
            let report = bench.report(|c| {
                shift(c, 8, 1);
                insert(c, 8);
                if grown {
                    run(c, "UPDATE head SET size = size + 1", 1);
                }
            });
            let mut expected = vec![at(Forged, 8), (Reordered, Some((9, size)))];
            if grown {
                expected.insert(0, (Altered, None));
            }
            assert_found(&report, None, &expected);
        }
    }
}

#[test]
fn c2_12_two_entries_change_places() {
    let bench = Bench::new(Shape::Tiles);
    for (one, other) in [(4, 15), (254, 257), (7, 8)] {
        let report = bench.report(|c| {
            let sql = format!("UPDATE entries SET seq = -seq WHERE seq IN ({one}, {other})");
            c.execute(&sql, []).unwrap();
            let sql = format!("UPDATE entries SET seq = {one} + {other} + seq WHERE seq < 0");
            c.execute(&sql, []).unwrap();
        });
        let expected = match other - one {
            1 => vec![(Reordered, Some((one, other)))],
            _ => vec![at(Reordered, one), at(Reordered, other)],
        };
        assert_found(&report, None, &expected);
    }
}

/// Appends so many entries and keeps a checkpoint; returns its note.
fn grow(sample: &mut Sample, count: usize) -> String {
    let insider = Insider::open(&sample.settings);
    for n in 0..count {
        let mut draft = insider.tombstone(&[]);
        draft.kind = piperoll::event::Kind::Business;
        draft.reason = Some(format!("of {} and {n}", sample.path.display()));
        insider.append(&[insider.event(&draft)]);
    }
    drop(insider);
    let trail = Trail::open(&sample.settings, Fixed::surroundings()).unwrap();
    let note = trail.keep_checkpoint().unwrap().note;
    sample.size += count as u64;
    sample.kept.push(note.clone());
    note
}

#[test]
fn c2_13_the_tail_is_cut() {
    let bench = Bench::new(Shape::Small);
    let size = bench.sound().size;
    for (count, home) in [
        (1, tempfile::tempdir().unwrap()),
        (7, tempfile::tempdir().unwrap()),
    ] {
        let mut newer = bench.sound().copy_to(home.path());
        grow(&mut newer, count);
        let last = size + count as u64 - 1;

        // The entries alone.
        let place = tempfile::tempdir().unwrap();
        let cut = newer.copy_to(place.path());
        raw(&cut.path, |c| {
            (size..=last).for_each(|index| delete(c, index));
        });
        let report = verified(&cut, &cut.l1());
        assert_found(&report, None, &[(Missing, Some((size, last)))]);

        // All that was stored since the older checkpoint: a copy of that time.
        std::fs::copy(&bench.sound().path, &cut.path).unwrap();
        assert_found(&verified(&cut, &cut.l0()), Some(Level::L0), &[]);
        assert_found(&verified(&cut, &cut.l1()), Some(Level::L1), &[]);
        let expected = [(Missing, Some((size, last)))];
        assert_found(&verified(&cut, &cut.l2(3)), Some(Level::L1), &expected);
        let expected = [(Stale, Some((size, last)))];
        let report = verified(&cut, &cut.with_head_file());
        assert_found(&report, Some(Level::L1), &expected);
        assert!(report.is_negative());
    }
}

#[test]
fn c2_13_the_tail_is_cut_and_newer_kept_checkpoints_are_left() {
    let bench = Bench::new(Shape::Small);
    let report = bench.report(|c| {
        let cut = sizes(c)[0];
        (cut..bench.sound().size).for_each(|index| delete(c, index));
        c.execute_batch(&format!(
            "UPDATE tiles SET hashes = substr(hashes, 1, {cut} * 32);
             UPDATE head SET (size, checkpoint) = (SELECT size, note FROM checkpoints WHERE number = 0);"
        ))
        .unwrap();
    });
    // The two newer ones, and the payloads whose tombstone was cut off.
    let erased = Some(bench.sound().erased);
    let expected = [(Missing, None), (Missing, None), (Missing, erased)];
    assert_found(&report, None, &expected);
    for (number, finding) in (1..).zip(&report.findings[..2]) {
        let words = format!("kept checkpoint {number} signs ");
        assert!(finding.detail.starts_with(&words), "{report:#?}");
        assert!(finding.detail.ends_with("more than there are"));
    }
}

#[test]
fn c2_14_two_kept_checkpoints_are_deleted() {
    let bench = Bench::new(Shape::Small);
    for (numbers, words) in [
        ("0, 1", "kept checkpoints 0 to 1 are gone"),
        (
            "1, 2",
            "table `head` counts 3 kept checkpoints, there are 1",
        ),
        ("1", "kept checkpoint 1 is gone"),
    ] {
        let report = bench.report(|c| {
            let sql = format!("DELETE FROM checkpoints WHERE number IN ({numbers})");
            c.execute(&sql, []).unwrap();
        });
        assert_found(&report, None, &[(Missing, None)]);
        assert_eq!(report.findings[0].detail, words);
    }
    // With the count changed to fit, only who has kept one of them elsewhere can tell.
    let copy = bench.changed(|c| {
        run(c, "DELETE FROM checkpoints WHERE number > 0", 2);
        run(c, "UPDATE head SET kept = 1", 1);
    });
    assert_found(&verified(&copy, &copy.l1()), Some(Level::L1), &[]);
    assert_found(&verified(&copy, &copy.l2(0)), Some(Level::L2), &[]);
    assert_found(
        &verified(&copy, &copy.l2(2)),
        Some(Level::L1),
        &[(Missing, None)],
    );
    // Two that change places are in the wrong order.
    let report = bench.report(|c| {
        c.execute_batch(
            "UPDATE checkpoints SET number = number + 10; UPDATE checkpoints SET number = 12 - number;",
        )
        .unwrap();
    });
    assert_found(&report, None, &[(Reordered, None), (Reordered, None)]);
}

/// Of one size they are told apart by their times, which the clock has signed.
#[test]
fn c2_14_two_kept_checkpoints_of_one_size_change_places() {
    let home = tempfile::tempdir().unwrap();
    let bench = Bench::new(Shape::Small);
    let mut sample = bench.sound().copy_to(home.path());
    // An hour passes between the two.
    let surroundings = Fixed::surroundings();
    let hour = (0..3_600).map(|_| surroundings.clock.now()).max();
    assert!(hour.is_some());
    let trail = Trail::open(&sample.settings, surroundings).unwrap();
    sample.kept.push(trail.keep_checkpoint().unwrap().note);
    drop(trail);
    assert_ne!(sample.kept[2], sample.kept[3]);
    assert_found(&verified(&sample, &sample.l1()), Some(Level::L1), &[]);
    raw(&sample.path, |c| {
        c.execute_batch(
            "UPDATE checkpoints SET number = number + 10 WHERE number > 1; UPDATE checkpoints SET number = 15 - number WHERE number > 1;",
        )
        .unwrap();
    });
    let report = verified(&sample, &sample.l1());
    assert_found(&report, Some(Level::L0), &[(Reordered, None)]);
    assert_eq!(
        report.findings[0].detail,
        "kept checkpoint 3 was cosigned before the one before it, of the same size"
    );
    // Nobody who has no key of the clock can tell.
    let mut without_clock = sample.l1();
    without_clock.keys.truncate(1);
    assert_found(&verified(&sample, &without_clock), Some(Level::L1), &[]);
}

/// The sizes of the kept checkpoints.
fn sizes(c: &Connection) -> Vec<u64> {
    let mut statement = c
        .prepare("SELECT size FROM checkpoints ORDER BY number")
        .unwrap();
    let sizes = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    sizes
        .map(|size| u64::try_from(size.unwrap()).unwrap())
        .collect()
}

fn rewrite(c: &Connection) {
    let sql =
        "UPDATE entries SET header = json_set(header, '$.actor.via', 'mallory') WHERE seq = 4";
    run(c, sql, 1);
}

#[test]
fn c2_15_the_whole_trail_is_forged() {
    for shape in [Shape::Small, Shape::Tiles] {
        let bench = Bench::new(shape);
        let other = Signer::from_seed(bench.sound().settings.origin.clone(), &[7; 32]);
        // Signed with another key: head, three kept checkpoints and meta.
        let copy = bench.changed(|c| {
            rewrite(c);
            reseal(c, &Key::Held(&other), &sizes(c));
        });
        assert_found(&verified(&copy, &copy.l0()), Some(Level::L0), &[]);
        let mut forged = vec![(Forged, None); 4];
        let resigned = [forged.as_slice(), &[(Altered, None)]].concat();
        assert_found(&verified(&copy, &copy.l1()), Some(Level::L0), &resigned);
        // Who trusts the forger's key learns nothing but from the checkpoint that he kept.
        let mut request = copy.l1();
        request.keys = vec![other.vkey(), other.clock().unwrap().vkey()];
        assert_found(&verified(&copy, &request), Some(Level::L1), &[]);
        request.pin = copy.l2(1).pin;
        assert_eq!(
            copy.verify(&request).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );

        // Recomputed without a key.
        let copy = bench.changed(|c| {
            rewrite(c);
            reseal(c, &Key::None, &sizes(c));
        });
        assert_found(&verified(&copy, &copy.l0()), Some(Level::L0), &[]);
        assert_found(&verified(&copy, &copy.l1()), Some(Level::L0), &forged);

        // By the holder of the key: only who kept a checkpoint elsewhere can tell, or the head file.
        let signer = bench.sound().signer();
        let copy = bench.changed(|c| {
            rewrite(c);
            reseal(c, &Key::Held(&signer), &sizes(c));
        });
        assert_found(&verified(&copy, &copy.l1()), Some(Level::L1), &[]);
        forged.truncate(1);
        for number in 0..3 {
            assert_found(&verified(&copy, &copy.l2(number)), Some(Level::L1), &forged);
        }
        assert_found(
            &verified(&copy, &copy.with_head_file()),
            Some(Level::L1),
            &forged,
        );
    }
}

#[test]
fn c2_15_tiles_and_head_are_recomputed_and_kept_checkpoints_left() {
    let bench = Bench::new(Shape::Small);
    let copy = bench.changed(|c| {
        rewrite(c);
        let kept = "CREATE TEMP TABLE kept AS SELECT * FROM checkpoints; CREATE TEMP TABLE counted AS SELECT kept FROM head;";
        c.execute_batch(kept).unwrap();
        reseal(c, &Key::None, &[]);
        c.execute_batch(
            "INSERT INTO checkpoints SELECT * FROM temp.kept; UPDATE head SET kept = (SELECT kept FROM counted);",
        )
        .unwrap();
    });
    // The three kept ones are signed, and are not of these entries.
    assert_found(&verified(&copy, &copy.l1()), None, &[(Forged, None); 4]);
}

#[test]
fn c2_16_two_histories_of_one_key() {
    let bench = Bench::new(Shape::Small);
    let places = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [mut one, mut other] = [0, 1].map(|at: usize| bench.sound().copy_to(places[at].path()));
    let note = grow(&mut one, 2);
    grow(&mut other, 2);
    assert_ne!(note, other.kept[3]);
    assert_found(&verified(&one, &one.l2(3)), Some(Level::L2), &[]);
    assert_found(&verified(&other, &other.l2(3)), Some(Level::L2), &[]);
    let mut request = other.l2(3);
    request.pin = Some(note.into_bytes());
    let report = verified(&other, &request);
    assert_found(&report, Some(Level::L1), &[(Forged, None)]);
    assert!(report.is_negative() && !report.is_complete());
    // The longer history still is another one.
    grow(&mut other, 3);
    assert_found(
        &verified(&other, &request),
        Some(Level::L1),
        &[(Forged, None)],
    );
    // The head file of the one beside the store of the other.
    let heads = [&one, &other].map(|sample| sample.settings.key.head_path());
    std::fs::copy(&heads[0], &heads[1]).unwrap();
    let report = verified(&other, &other.with_head_file());
    assert_found(&report, Some(Level::L1), &[(Forged, None)]);
}

#[test]
fn c2_20_tiles_are_tampered_with() {
    let bench = Bench::new(Shape::Tiles);
    let last = bench.sound().size - 256;
    let other = {
        let home = tempfile::tempdir().unwrap();
        let mut sample = bench.sound().copy_to(home.path());
        raw(&sample.path, |c| {
            rewrite(c);
            reseal(c, &Key::None, &[]);
        });
        sample.size = 0;
        (home, sample)
    };
    let attach = format!("ATTACH '{}' AS other", other.1.path.display());
    let cases: &[(&str, &str)] = &[
        (
            "UPDATE tiles SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE level = 0 AND number = 1",
            "has",
        ),
        (
            "UPDATE tiles SET hashes = CAST(hashes || zeroblob(1) AS BLOB) WHERE level = 0 AND number = 1",
            "has",
        ),
        (
            "UPDATE tiles SET hashes = substr(hashes, 1, length(hashes) - 32) WHERE level = 0 AND number = 1",
            "has",
        ),
        (
            "UPDATE tiles SET hashes = substr(hashes, 1, length(hashes) - 1) WHERE level = 0 AND number = 0",
            "has",
        ),
        (
            "UPDATE tiles SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 0 AND number = 0",
            "does not hold",
        ),
        (
            "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE level = 0",
            "does not hold",
        ),
        (
            "UPDATE tiles SET hashes = zeroblob(32) WHERE level = 1",
            "does not hold",
        ),
        (
            "UPDATE tiles SET hashes = CAST(hashes || zeroblob(32) AS BLOB) WHERE level = 1",
            "does not hold",
        ),
        (
            "UPDATE tiles SET hashes = (SELECT hashes FROM other.tiles o WHERE o.level = 0 AND o.number = 0) WHERE level = 0 AND number = 0",
            "does not hold",
        ),
        (
            "UPDATE tiles SET hashes = (SELECT hashes FROM other.tiles o WHERE o.level = 1) WHERE level = 1",
            "does not hold",
        ),
    ];
    for (sql, words) in cases {
        let place = tempfile::tempdir().unwrap();
        let copy = bench.sound().copy_to(place.path());
        let connection = Connection::open(&copy.path).unwrap();
        connection
            .set_db_config(
                rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER,
                false,
            )
            .unwrap();
        connection.execute_batch(&attach).unwrap();
        let tiles = connection.execute(sql, []).unwrap();
        drop(connection);
        let report = verified(&copy, &copy.l1());
        assert_found(&report, None, &vec![(Altered, None); tiles]);
        for (finding, path) in report.findings.iter().zip(match tiles {
            2 => vec!["tile/0/000".to_owned(), format!("tile/0/001.p/{last}")],
            _ if sql.contains("level = 1") => vec!["tile/1/000.p/1".to_owned()],
            _ if sql.contains("number = 0") => vec!["tile/0/000".to_owned()],
            _ => vec![format!("tile/0/001.p/{last}")],
        }) {
            assert!(
                finding.detail.starts_with(&format!("`{path}` {words}")),
                "{sql}: {finding:?}"
            );
        }
    }
}

#[test]
fn c2_20_a_changed_tile_hides_no_other_change() {
    let bench = Bench::new(Shape::Tiles);
    let flip = "UPDATE tiles SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE level = 0 AND number = 1";
    let report = bench.report(|c| {
        delete(c, 4);
        run(c, flip, 1);
    });
    assert_found(&report, None, &[(Altered, None), at(Missing, 4)]);
    // The payload of the very entry whose hash is changed.
    let report = bench.report(|c| {
        run(c, "UPDATE entries SET payload = NULL, salt = NULL WHERE seq = 258", 1);
        run(c, "UPDATE tiles SET hashes = CAST(substr(hashes, 1, 64) || zeroblob(32) || substr(hashes, 97) AS BLOB) WHERE level = 0 AND number = 1", 1);
    });
    assert_found(&report, None, &[(Altered, None), at(Missing, 258)]);
    // An entry and the tile with its hash: what was signed can no longer be told, and nothing else is suspected.
    let report = bench.report(|c| {
        delete(c, 4);
        run(c, "DELETE FROM tiles WHERE level = 0 AND number = 0", 1);
    });
    assert_found(&report, None, &[(Missing, None), at(Missing, 4)]);
    assert_eq!(
        report.unchecked,
        ["the signed trees of 250 entries and more: an entry is gone, and its hash with it"]
    );
    assert_eq!(report.root, None);
}

#[test]
fn c8_64_a_head_of_any_size_ends_quickly() {
    let bench = Bench::new(Shape::Small);
    let size = bench.sound().size;
    for claimed in [i64::MAX, i64::MAX - 1, 1 << 62, 100_000, 0, -1, i64::MIN] {
        // With the checkpoint that is signed, its size counts.
        let started = std::time::Instant::now();
        let report = bench.report(|c| run(c, &format!("UPDATE head SET size = {claimed}"), 1));
        assert_found(&report, None, &[(Altered, None)]);
        // With one that says the same, signed by nobody, and an entry at the far end.
        let copy = bench.changed(|c| {
            run(c, &format!("UPDATE head SET size = {claimed}, checkpoint = replace(checkpoint, char(10) || {size} || char(10), char(10) || {claimed} || char(10))"), 1);
            if claimed > 200_000 {
                insert(c, claimed as u64 - 1);
            }
        });
        for request in [copy.l0(), copy.l1()] {
            let report = verified(&copy, &request);
            assert!(report.is_negative(), "{report:#?}");
            if claimed > 200_000 {
                let found = crate::tamper::found(&report);
                let (first, last) = (size, claimed as u64 - 2);
                assert!(found.contains(&(Missing, Some((first, last)))), "{found:?}");
                assert!(
                    report
                        .findings
                        .iter()
                        .any(|f| f.verdict == piperoll::verify::Verdict::Unverifiable),
                    "{found:?}"
                );
            }
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
