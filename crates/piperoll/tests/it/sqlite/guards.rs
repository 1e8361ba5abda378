//! The triggers keep accidents out, whatever program writes.

use crate::place::Place;
use piperoll::store::{Access, SqliteStore};
use piperoll_testkit::conformance::picture::Picture;
use piperoll_testkit::conformance::sample::{Batch, Writer, events, fill};

fn filled() -> (Place, Vec<Batch>) {
    let place = Place::new();
    let mut writer = Writer::default();
    let batches = vec![
        writer.full_batch(events(0..3)),
        writer.full_batch(events(3..300)),
    ];
    let store = SqliteStore::open(&place.db(), Access::Write).unwrap();
    fill(&store, &batches);
    (place, batches)
}

fn picture(place: &Place) -> Picture {
    Picture::of(&SqliteStore::open(&place.db(), Access::Read).unwrap())
}

const REFUSED: &[(&str, &[&str])] = &[
    (
        "meta is fixed",
        &[
            "UPDATE meta SET value = 'x' WHERE key = 'origin'",
            "UPDATE meta SET value = value",
            "DELETE FROM meta WHERE key = 'secret'",
            "INSERT INTO meta VALUES ('origin', 'x')",
            "REPLACE INTO meta VALUES ('origin', 'x')",
            "INSERT INTO meta VALUES ('origin', 'x') ON CONFLICT DO UPDATE SET value = 'x'",
        ],
    ),
    (
        "migrations are fixed",
        &[
            "UPDATE migrations SET checksum = 'x'",
            "DELETE FROM migrations",
            "REPLACE INTO migrations VALUES (1, 'x')",
        ],
    ),
    (
        "names are fixed",
        &[
            "UPDATE names SET name = 'bob' WHERE name = 'alice'",
            "UPDATE OR REPLACE names SET name = 'row' WHERE name = 'alice'",
            "DELETE FROM names WHERE name = 'alice'",
            "REPLACE INTO names VALUES (1, 'x')",
            "REPLACE INTO names(name) VALUES ('alice')",
        ],
    ),
    (
        "entries are sealed",
        &[
            "UPDATE entries SET header = '{}' WHERE seq = 0",
            "UPDATE entries SET payload = NULL, salt = NULL WHERE seq = 0",
            "UPDATE entries SET attributes = NULL",
            "UPDATE entries SET seq = 300 WHERE seq = 299",
            "UPDATE OR REPLACE entries SET seq = 1 WHERE seq = 0",
            "DELETE FROM entries WHERE seq = 299",
            "DELETE FROM entries",
        ],
    ),
    (
        "entries are appended at the end, each id once",
        &[
            "INSERT INTO entries SELECT 301, 'x', header, payload, salt, attributes
               FROM entries WHERE seq = 0",
            "INSERT INTO entries SELECT -2, 'x', header, payload, salt, attributes
               FROM entries WHERE seq = 0",
            "INSERT INTO entries SELECT NULL, id, header, payload, salt, attributes
               FROM entries WHERE seq = 0",
            "REPLACE INTO entries SELECT NULL, id, header, payload, salt, attributes
               FROM entries WHERE seq = 0",
            "INSERT INTO entries SELECT 300, id, header, payload, salt, attributes
               FROM entries WHERE seq = 0",
            "REPLACE INTO entries SELECT seq, id, '{}', payload, salt, attributes
               FROM entries WHERE seq = 0",
            "REPLACE INTO entries SELECT 300, id, '{}', payload, salt, attributes
               FROM entries WHERE seq = 0",
        ],
    ),
    (
        "blocks are written once",
        &[
            "UPDATE blocks SET first = 0",
            "UPDATE blocks SET kinds = x'0001'",
            "DELETE FROM blocks",
            "INSERT INTO blocks SELECT 2, first, last, kinds, actions, outcomes, actors, resources FROM blocks",
            "REPLACE INTO blocks SELECT 0, 0, 0, kinds, actions, outcomes, actors, resources FROM blocks",
            "UPDATE block_times SET times = x''",
            "DELETE FROM block_times",
            "INSERT INTO block_times VALUES (2, x'')",
            "REPLACE INTO block_times VALUES (0, x'')",
            "UPDATE block_marks SET marks = x''",
            "DELETE FROM block_marks",
            "INSERT INTO block_marks VALUES (2, x'')",
            "REPLACE INTO block_marks VALUES (0, x'')",
        ],
    ),
    (
        "tiles only grow",
        &[
            "UPDATE tiles SET hashes = substr(hashes, 33) WHERE level = 0 AND number = 0",
            "UPDATE tiles SET hashes = substr(hashes, 1, 32) WHERE level = 0 AND number = 1",
            "UPDATE tiles SET hashes = zeroblob(length(hashes))",
            "UPDATE tiles SET number = 7 WHERE level = 0 AND number = 1",
            "UPDATE tiles SET level = 7 WHERE level = 0 AND number = 1",
            "DELETE FROM tiles",
            "INSERT INTO tiles VALUES (0, 0, zeroblob(8192))",
            "REPLACE INTO tiles VALUES (0, 0, zeroblob(8192))",
        ],
    ),
    (
        "the head only advances",
        &[
            "UPDATE head SET size = 299",
            "UPDATE head SET kept = 1",
            "UPDATE head SET id = 2",
        ],
    ),
    (
        "the trail has one head",
        &[
            "DELETE FROM head",
            "INSERT INTO head VALUES (2, 0, '', 0)",
            "REPLACE INTO head VALUES (1, 0, '', 0)",
        ],
    ),
    (
        "checkpoints are kept for ever",
        &[
            "UPDATE checkpoints SET note = 'x' WHERE number = 0",
            "DELETE FROM checkpoints WHERE number = 1",
        ],
    ),
    (
        "checkpoints are numbered without gap",
        &[
            "INSERT INTO checkpoints VALUES (3, 300, 'x')",
            "REPLACE INTO checkpoints VALUES (0, 3, 'x')",
            "REPLACE INTO checkpoints VALUES (1, 300, 'x')",
        ],
    ),
    ("cursors are kept", &["DELETE FROM cursors"]),
    (
        "CHECK constraint failed",
        &[
            "INSERT INTO gate VALUES (2, 'x')",
            // To the trigger it looks as if SQLite were to choose the position.
            "INSERT INTO entries SELECT -1, 'x', header, payload, salt, attributes
               FROM entries WHERE seq = 0",
            "REPLACE INTO entries SELECT -1, 'x', header, payload, salt, attributes
               FROM entries WHERE seq = 0",
        ],
    ),
];

#[test]
fn what_is_sealed_cannot_be_changed_by_accident() {
    let (place, batches) = filled();
    for (message, statements) in REFUSED {
        for sql in *statements {
            let error = place.sql(sql).expect_err(sql);
            assert!(error.contains(message), "{sql}: {error}");
        }
    }
    assert_eq!(picture(&place), Picture::expected(&batches));
}

#[test]
fn the_first_entry_is_entry_0() {
    let place = Place::new();
    let store = SqliteStore::open(&place.db(), Access::Write).unwrap();
    fill(&store, &[]);
    drop(store);
    let values = "'x', '{}', NULL, NULL, NULL";
    for seq in ["NULL", "1", "-2"] {
        let sql = format!("INSERT INTO entries VALUES ({seq}, {values})");
        let error = place.sql(&sql).expect_err(&sql);
        assert!(error.contains("appended at the end"), "{sql}: {error}");
    }
    let first = format!("INSERT INTO entries VALUES (0, {values})");
    assert_eq!(place.sql(&first).unwrap(), "");
}

#[test]
fn the_open_gate_lets_payloads_go_and_nothing_else() {
    let (place, batches) = filled();
    let refused = [
        "UPDATE entries SET header = '{}' WHERE seq = 0",
        "UPDATE entries SET id = 'x', payload = NULL, salt = NULL WHERE seq = 0",
        "UPDATE entries SET seq = -1, payload = NULL, salt = NULL WHERE seq = 0",
        "UPDATE entries SET payload = '{}' WHERE seq = 0",
        "UPDATE entries SET payload = NULL WHERE seq = 0",
        "UPDATE entries SET payload = NULL, salt = NULL WHERE seq = 0",
        "UPDATE blocks SET first = 0",
        "DELETE FROM blocks",
        "UPDATE block_times SET times = x''",
        "UPDATE block_marks SET block = 1",
        "DELETE FROM block_marks",
    ];
    for sql in refused {
        let sql =
            format!("BEGIN; INSERT INTO gate VALUES (1, 'test'); {sql}; DELETE FROM gate; COMMIT;");
        let error = place.sql(&sql).expect_err(&sql);
        let refused = error.contains("are sealed") || error.contains("are written once");
        assert!(refused, "{sql}: {error}");
    }
    assert_eq!(picture(&place), Picture::expected(&batches));
    place
        .sql(
            "BEGIN; INSERT INTO gate VALUES (1, 'test');
             UPDATE entries SET payload = NULL, salt = NULL, attributes = NULL WHERE seq = 288;
             UPDATE block_marks SET marks = marks WHERE block = 0; DELETE FROM gate; COMMIT;",
        )
        .unwrap();
    assert_eq!(picture(&place), Picture::expected(&batches).erased(&[288]));
}

#[test]
fn a_missing_trigger_and_a_changed_migration_are_faults() {
    let (place, batches) = filled();
    place
        .sql("DROP TRIGGER migrations_update; UPDATE migrations SET checksum = 'x'; INSERT INTO gate VALUES (1, 'x')")
        .unwrap();
    let found = picture(&place);
    let fault = |object: &str, detail: &str| (object.to_owned(), detail.to_owned());
    let expected = [
        fault("trigger `migrations_update`", "is gone"),
        fault("table `gate`", "is open: what is sealed could be changed"),
        fault(
            "table `migrations`",
            "does not have exactly the checksum of this layout",
        ),
    ];
    assert_eq!(found.faults, expected);
    assert_eq!(found.entries, Picture::expected(&batches).entries);
}
