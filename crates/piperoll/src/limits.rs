//! Every limit that somebody can run into, in one place. What exceeds one is refused with a message that names it, unless its comment says otherwise.

/// Largest canonical header: an entry of a C2SP tile log is at most this long.
pub const HEADER_BYTES_MAX: usize = 65_535;
/// Largest canonical payload.
pub const PAYLOAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest reason.
pub const REASON_BYTES_MAX: usize = 1_024;
/// Longest input line. A payload may be written with six bytes (`\u0041`) for one of its own.
pub const LINE_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Deepest nesting of arrays and objects in JSON and YAML.
pub const NESTING_MAX: usize = 128;
/// Largest magnitude of an integer that is a JSON number: 2^53 - 1.
pub const SAFE_INTEGER_MAX: i64 = 9_007_199_254_740_991;
/// Most problems listed in one error; the rest is counted.
pub const PROBLEMS_MAX: usize = 100;
/// Largest project file.
pub const YAML_BYTES_MAX: usize = 1024 * 1024;
/// Most nodes of a project file after its aliases are expanded.
pub const YAML_NODES_MAX: usize = 100_000;
/// Longest origin, which is a key name.
pub const ORIGIN_BYTES_MAX: usize = 255;
/// Largest key file; one is a single line, and far below this.
pub const KEY_FILE_BYTES_MAX: usize = 4_096;
/// Largest note: a checkpoint with its signatures.
pub const NOTE_BYTES_MAX: usize = 1_000_000;
/// Most signature lines of a note that are looked at (C2SP: at least 16 MUST be accepted).
pub const NOTE_SIGNATURES_MAX: usize = 100;
/// Most files that a checkpoint is published to.
pub const PUBLISHED_MAX: usize = 100;
/// Largest policy file.
pub const POLICY_BYTES_MAX: usize = 1024 * 1024;
/// Most hashes of a proof in a tree of 64-bit size.
pub const PROOF_HASHES_MAX: usize = 63;
/// Most events of one append.
pub const BATCH_EVENTS_MAX: usize = 100_000;
/// Most rotations of the key, and most adoptions, of one trail; later ones are not looked at, so that what they sealed is not believed.
pub const TURNS_MAX: usize = 10_000;
/// Largest file of the endorsements beside a key; one is about 300 bytes.
pub const ENDORSEMENTS_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most bytes of the lines that `record` gathers for one append, where they are more than one.
pub const BATCH_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most events that wait in one process for the append before theirs; who brings more waits to join them.
pub const QUEUE_EVENTS_MAX: usize = 100_000;
/// Times a writer tries again after another one was faster.
pub const APPEND_TRIES_MAX: u32 = 1_000;
/// Seconds a writer waits for another one's lock.
pub const LOCK_WAIT_SECONDS: u64 = 10;
/// Seconds that a clock may be set back between two checkpoints of the same entries; the later one then states the time of the earlier.
pub const CLOCK_BACK_SECONDS_MAX: u64 = 60;
/// Most names whose codes a writer remembers; then it looks them up again.
pub const CODES_KEPT_MAX: usize = 100_000;
/// Most names that a reader remembers, each in a place of its own; where two want the same it looks them up again.
pub const NAMES_KEPT_MAX: usize = 10_000;
/// Most views of one state that a store gives, and most idle connections that it keeps for the next ones.
pub const SNAPSHOTS_MAX: usize = 8;
/// How often a reader tries to get views of one state while others write.
pub const SAME_STATE_TRIES_MAX: usize = 20;
/// Entries in a row of which neither row nor tile is there, after which the pass of `verify` ends: a head that claims any size, and an entry at any position,
/// end in a finite answer.
pub const GAP_ENTRIES_MAX: u64 = 65_536;
/// Most threads that read entries for one `verify` beside the one that calls it; where there is one, another goes through the index of the ids.
pub const VERIFY_THREADS_MAX: usize = 3;
/// Most kept checkpoints that `verify` looks at; the rest is told as unverifiable.
pub const KEPT_CHECKPOINTS_MAX: u64 = 1_000_000;
/// Most rows of a table that `verify` looks at where none can be: behind the last entry, of no entry, of no tree. Then it says that there are more.
pub const STRAYS_MAX: usize = 16_384;
/// Most differing entries that `verify` keeps in order to tell a moved entry from an altered one.
pub const MISMATCHES_KEPT_MAX: usize = 16_384;
/// Most findings listed by `verify`; the rest is counted.
pub const FINDINGS_MAX: usize = 10_000;
/// Most tiles above the leaves that `verify` names one by one.
pub const TILES_NAMED_MAX: usize = 1_000;
/// Most different details that one finding lists; then `...`.
pub const DETAILS_MAX: usize = 4;
/// Most letters of a detail; then `...`. Names in it may come from whoever changed the store.
pub const DETAIL_LETTERS_MAX: usize = 500;
/// Longest text of a column's type.
pub const TYPE_BYTES_MAX: usize = 16 * 1024;
/// Deepest nesting of a column's type.
pub const TYPE_NESTING_MAX: usize = 32;
/// Largest file that declares a table.
pub const TABLE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest text or blob that is computed, in bytes, where an expression of a file is tried.
pub const TRIAL_BYTES_MAX: i32 = 1024 * 1024;
/// Most nodes of a file that declares a table, after its aliases are expanded.
pub const TABLE_NODES_MAX: usize = 1_000_000;
/// Largest plan file.
pub const PLAN_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Seconds after which the lock of an apply that ended nobody knows how is over.
pub const APPLY_LEASE_SECONDS: u32 = 3_600;
/// Fewest events of a batch that are stamped by another thread while the first are stored: below, a thread costs more than it saves.
pub const AHEAD_EVENTS_MIN: usize = 64;
/// Most events that are stamped before they are handed to whoever stores them.
pub const AHEAD_PART_EVENTS_MAX: usize = 256;
/// Most columns of a table in SQLite, as it is built everywhere.
pub const SQLITE_COLUMNS_MAX: usize = 2_000;
/// Most names of a folder that is imported.
pub const FOLDER_NAMES_MAX: usize = 1_000_000;
/// Most runs of one release that would have the same file in a folder of ddeutil's.
pub const SHARED_NAMES_MAX: u32 = 10_000;
/// Most runs that have the name of a file together with others and are remembered by a process; then it looks again.
pub const SHARED_NAMES_KEPT_MAX: usize = 100_000;
/// Most runs of one append while runs are imported.
pub const IMPORT_RUNS_MAX: usize = 10_000;
/// Most runs that an import names one by one, of those that it skipped or found strange; the rest is counted.
pub const IMPORT_TOLD_MAX: usize = 1_000;
/// Most events of one run of OpenLineage that are kept with their times; the rest is counted.
pub const LINEAGE_EVENTS_MAX: usize = 1_000;
/// Seconds after which a claim of a release ends where nobody says when.
pub const CLAIM_LEASE_SECONDS: u32 = 24 * 3_600;
/// Most seconds of a claim; one that says more ends then.
pub const CLAIM_LEASE_SECONDS_MAX: u32 = 366 * 24 * 3_600;
/// Most ranges of entries that one entry accounts for; what is purged beyond is accounted for by the next.
pub const PURGED_RANGES_MAX: usize = 100_000;
/// Most workflows whose newest release a process remembers; then it looks again.
pub const LATEST_KEPT_MAX: usize = 10_000;
/// How many entries of a table's tracking are looked at for one that was interrupted.
pub const OPEN_INTENT_ENTRIES_MAX: usize = 64;
/// Most runs of a workflow that are read at once, and the bytes of them; of more, releases are put in order first.
pub const RUNS_AT_ONCE_MAX: usize = 4_096;
/// See [`RUNS_AT_ONCE_MAX`].
pub const RUN_BYTES_AT_ONCE_MAX: usize = 8 * 1024 * 1024;
/// Most bytes of what waits for a trail that cannot be written.
pub const SPOOL_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a command's last output that are recorded.
pub const OUTPUT_BYTES_KEPT: usize = 64 * 1024;
/// Seconds for which a row of `piperoll_context` is believed; whoever writes for longer says it again.
pub const CONTEXT_SECONDS_MAX: u32 = 60;
