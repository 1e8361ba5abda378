//! The layout of a trail in SQLite, version 1: `docs/format.md` section 7. Only what SQLite 3.34 has, and no function of ours: people open this file
//! with the `sqlite3` of their system.

/// "PIPL" as a big-endian number: what `file` and `PRAGMA application_id` show.
pub(super) const APPLICATION_ID: i64 = 0x5049_504C;
/// The version of this layout.
pub(super) const LAYOUT_VERSION: i64 = 1;

/// The `page_size` of the settings.
pub(super) const PAGE_BYTES: u64 = 8_192;

/// Settings that live in the file; they take effect outside a transaction, before the first table.
pub(super) const FILE_SETTINGS: &str = "
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
";

/// Settings of each connection that writes. An append is durable when it returns (`FULL`), what is erased is overwritten (`secure_delete`), and the
/// WAL is brought into the file every 64 MiB. A large append must not leave its pages twice in the WAL (`cache_size`).
pub(super) const WRITER_SETTINGS: &str = "
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA wal_autocheckpoint = 8192;
PRAGMA cache_size = -32000;
PRAGMA foreign_keys = OFF;
PRAGMA trusted_schema = OFF;
";

/// Settings of each connection that reads. What it reads it reads once, in order; a small cache is faster then, because it stays in that of the core. The pages of a block of
/// entries have room in it, since `verify` goes through them twice.
pub(super) const READER_SETTINGS: &str = "
PRAGMA query_only = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cache_size = -640;
";

/// Tables, indexes, triggers and views.
pub(super) const LAYOUT: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE migrations(version INTEGER PRIMARY KEY, checksum TEXT NOT NULL);
CREATE TABLE names(code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE entries(
  seq INTEGER PRIMARY KEY CHECK(seq >= 0),
  id TEXT NOT NULL UNIQUE,
  header TEXT NOT NULL,
  payload TEXT,
  salt BLOB,
  attributes TEXT
);
CREATE TABLE blocks(
  block INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  kinds BLOB NOT NULL,
  actions BLOB NOT NULL,
  outcomes BLOB NOT NULL,
  actors BLOB NOT NULL,
  resources BLOB NOT NULL
);
CREATE TABLE block_times(block INTEGER PRIMARY KEY, times BLOB NOT NULL);
CREATE TABLE block_marks(block INTEGER PRIMARY KEY, marks BLOB NOT NULL);
CREATE TABLE tiles(
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY(level, number)
);
CREATE TABLE head(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  size INTEGER NOT NULL,
  checkpoint TEXT NOT NULL,
  kept INTEGER NOT NULL
);
CREATE TABLE checkpoints(number INTEGER PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL);
CREATE TABLE cursors(name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
CREATE TABLE gate(id INTEGER PRIMARY KEY CHECK(id = 1), open_for TEXT NOT NULL);

CREATE TRIGGER meta_insert BEFORE INSERT ON meta
WHEN EXISTS(SELECT 1 FROM meta WHERE key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'piperoll: meta is fixed'); END;
CREATE TRIGGER meta_update BEFORE UPDATE ON meta
BEGIN SELECT RAISE(ABORT, 'piperoll: meta is fixed'); END;
CREATE TRIGGER meta_delete BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'piperoll: meta is fixed'); END;

CREATE TRIGGER migrations_insert BEFORE INSERT ON migrations
WHEN EXISTS(SELECT 1 FROM migrations WHERE version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'piperoll: migrations are fixed'); END;
CREATE TRIGGER migrations_update BEFORE UPDATE ON migrations
BEGIN SELECT RAISE(ABORT, 'piperoll: migrations are fixed'); END;
CREATE TRIGGER migrations_delete BEFORE DELETE ON migrations
BEGIN SELECT RAISE(ABORT, 'piperoll: migrations are fixed'); END;

CREATE TRIGGER names_insert BEFORE INSERT ON names
WHEN EXISTS(SELECT 1 FROM names WHERE code = NEW.code OR name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'piperoll: names are fixed'); END;
CREATE TRIGGER names_update BEFORE UPDATE ON names
BEGIN SELECT RAISE(ABORT, 'piperoll: names are fixed'); END;
CREATE TRIGGER names_delete BEFORE DELETE ON names
BEGIN SELECT RAISE(ABORT, 'piperoll: names are fixed'); END;

CREATE TRIGGER entries_insert BEFORE INSERT ON entries
WHEN NEW.seq IS NOT (SELECT CASE WHEN max(seq) IS NULL THEN 0 WHEN NEW.seq = -1 THEN -1 ELSE max(seq) + 1 END FROM entries)
  OR EXISTS(SELECT 1 FROM entries WHERE id = NEW.id)
BEGIN SELECT RAISE(ROLLBACK, 'piperoll: entries are appended at the end, each id once'); END;
CREATE TRIGGER entries_update BEFORE UPDATE ON entries
WHEN NOT EXISTS(SELECT 1 FROM gate)
  OR NEW.seq IS NOT OLD.seq OR NEW.id IS NOT OLD.id OR NEW.header IS NOT OLD.header
  OR NEW.payload IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.attributes IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'piperoll: entries are sealed'); END;
CREATE TRIGGER entries_delete BEFORE DELETE ON entries
WHEN NOT EXISTS(SELECT 1 FROM gate)
BEGIN SELECT RAISE(ABORT, 'piperoll: entries are sealed'); END;

CREATE TRIGGER blocks_insert BEFORE INSERT ON blocks
WHEN NEW.block IS NOT (SELECT coalesce(max(block), -1) + 1 FROM blocks)
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;
CREATE TRIGGER blocks_update BEFORE UPDATE ON blocks
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;
CREATE TRIGGER blocks_delete BEFORE DELETE ON blocks
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;

CREATE TRIGGER block_times_insert BEFORE INSERT ON block_times
WHEN NEW.block IS NOT (SELECT coalesce(max(block), -1) + 1 FROM block_times)
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;
CREATE TRIGGER block_times_update BEFORE UPDATE ON block_times
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;
CREATE TRIGGER block_times_delete BEFORE DELETE ON block_times
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;

CREATE TRIGGER block_marks_insert BEFORE INSERT ON block_marks
WHEN NEW.block IS NOT (SELECT coalesce(max(block), -1) + 1 FROM block_marks)
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;
CREATE TRIGGER block_marks_update BEFORE UPDATE ON block_marks
WHEN NEW.block IS NOT OLD.block OR NOT EXISTS(SELECT 1 FROM gate)
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;
CREATE TRIGGER block_marks_delete BEFORE DELETE ON block_marks
BEGIN SELECT RAISE(ABORT, 'piperoll: blocks are written once'); END;

CREATE TRIGGER tiles_insert BEFORE INSERT ON tiles
WHEN EXISTS(SELECT 1 FROM tiles WHERE level = NEW.level AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'piperoll: tiles only grow'); END;
CREATE TRIGGER tiles_update BEFORE UPDATE ON tiles
WHEN NEW.level IS NOT OLD.level OR NEW.number IS NOT OLD.number
  OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes
BEGIN SELECT RAISE(ABORT, 'piperoll: tiles only grow'); END;
CREATE TRIGGER tiles_delete BEFORE DELETE ON tiles
BEGIN SELECT RAISE(ABORT, 'piperoll: tiles only grow'); END;

CREATE TRIGGER head_insert BEFORE INSERT ON head
WHEN EXISTS(SELECT 1 FROM head)
BEGIN SELECT RAISE(ABORT, 'piperoll: the trail has one head'); END;
CREATE TRIGGER head_update BEFORE UPDATE ON head
WHEN NEW.id IS NOT OLD.id OR NEW.size < OLD.size OR NEW.kept < OLD.kept
BEGIN SELECT RAISE(ABORT, 'piperoll: the head only advances'); END;
CREATE TRIGGER head_delete BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'piperoll: the trail has one head'); END;

CREATE TRIGGER checkpoints_insert BEFORE INSERT ON checkpoints
WHEN NEW.number IS NOT (SELECT coalesce(max(number), -1) + 1 FROM checkpoints)
BEGIN SELECT RAISE(ABORT, 'piperoll: checkpoints are numbered without gap'); END;
CREATE TRIGGER checkpoints_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'piperoll: checkpoints are kept for ever'); END;
CREATE TRIGGER checkpoints_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'piperoll: checkpoints are kept for ever'); END;

CREATE TRIGGER cursors_delete BEFORE DELETE ON cursors
BEGIN SELECT RAISE(ABORT, 'piperoll: cursors are kept'); END;

CREATE VIEW events AS
SELECT
  seq,
  id,
  json_extract(header, '$.at') AS at,
  json_extract(header, '$.recorded_at') AS recorded_at,
  json_extract(header, '$.kind') AS kind,
  json_extract(header, '$.action') AS action,
  json_extract(header, '$.phase') AS phase,
  json_extract(header, '$.of') AS of_id,
  json_extract(header, '$.actor.name') AS actor,
  json_extract(header, '$.actor.kind') AS actor_kind,
  json_extract(header, '$.actor.via') AS actor_via,
  json_extract(header, '$.actor.strength') AS actor_strength,
  json_extract(header, '$.resource.system') AS resource_system,
  json_extract(header, '$.resource.name') AS resource,
  json_extract(header, '$.resource.kind') AS resource_kind,
  json_extract(header, '$.outcome') AS outcome,
  json_extract(header, '$.reason') AS reason,
  payload
FROM entries;

CREATE VIEW table_changes AS
SELECT
  entries.id AS change_id,
  json_extract(entries.payload, '$.context.run_id') AS run_id,
  json_extract(entries.payload, '$.context.env') AS env,
  json_extract(entries.payload, '$.context.yaml_path') AS yaml_path,
  json_extract(entries.header, '$.resource.name') AS fqn,
  json_extract(entries.payload, '$.context.change_category') AS change_category,
  json_extract(entries.attributes, '$.change_key') AS change_key,
  json_extract(entries.payload, '$.before') AS before_value,
  json_extract(entries.payload, '$.differences') AS differences,
  json_extract(entries.payload, '$.after') AS after_value,
  json_extract(entries.payload, '$.context.notes') AS notes,
  json_extract(entries.header, '$.at') AS created_at,
  json_extract(entries.header, '$.actor.name') AS created_by,
  NULL AS updated_at,
  NULL AS updated_by
FROM entries
WHERE json_extract(entries.attributes, '$.change_key') IS NOT NULL
  AND json_extract(entries.header, '$.kind') = 'schema'
  AND json_extract(entries.header, '$.outcome') = 'success'
  AND json_extract(entries.header, '$.phase') = 'outcome'
  AND EXISTS(
    SELECT 1 FROM entries AS intents
    WHERE intents.id = json_extract(entries.header, '$.of')
      AND intents.seq < entries.seq
      AND json_extract(intents.header, '$.phase') = 'intent'
      AND json_extract(intents.header, '$.kind') = 'schema'
      AND json_extract(intents.header, '$.resource.name') = json_extract(entries.header, '$.resource.name')
      AND NOT EXISTS(
        SELECT 1 FROM entries AS earlier
        WHERE earlier.seq > intents.seq AND earlier.seq < entries.seq
          AND json_extract(earlier.header, '$.of') = intents.id
          AND json_extract(earlier.header, '$.phase') = 'outcome'
          AND json_extract(earlier.header, '$.outcome') = 'success'
      )
  );

CREATE VIEW workflow_runs AS
WITH parts AS (
  SELECT
    seq, id, header, payload,
    json_extract(header, '$.resource.name') AS workflow,
    json_extract(payload, '$.context.release') AS release,
    json_extract(payload, '$.context.run_id') AS run_id,
    json_extract(payload, '$.context.status') AS status,
    coalesce((SELECT starts.seq FROM entries AS starts WHERE starts.id = json_extract(entries.header, '$.of')), seq) AS began
  FROM entries
  WHERE json_extract(header, '$.kind') = 'run' AND json_extract(header, '$.action') = 'RUN'
), known AS (
  SELECT parts.*, lead(seq) OVER (PARTITION BY workflow, release, run_id ORDER BY seq) AS later
  FROM parts
  WHERE release IS NOT NULL AND run_id IS NOT NULL AND status IS NOT NULL
)
SELECT
  workflow,
  release,
  json_extract(payload, '$.context.type') AS type,
  json_extract(payload, '$.context.context') AS context,
  json_extract(payload, '$.context.parent_run_id') AS parent_run_id,
  run_id,
  json_extract(payload, '$.context.runs_metadata') AS metadata,
  (SELECT json_extract(starts.header, '$.recorded_at') FROM entries AS starts WHERE starts.seq = began) AS created_at,
  json_extract(header, '$.recorded_at') AS updated_at,
  status,
  coalesce(json_extract(payload, '$.context.attempt'), row_number() OVER (PARTITION BY workflow, release ORDER BY began, seq)) AS attempt,
  json_extract(payload, '$.context.started_at') AS started_at,
  json_extract(payload, '$.context.ended_at') AS ended_at,
  json_extract(header, '$.actor.name') AS actor,
  id AS entry_id
FROM known
WHERE status NOT IN ('WAIT', 'RUNNING') OR later IS NULL;
";
