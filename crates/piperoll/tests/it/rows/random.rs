//! Random statements, and a copy of the table after each: the history, replayed, is every copy, and has no version that changed nothing.

use super::replay::Copies;
use super::yard::{Writer, Yard};

/// A table, and how it is copied.
struct Case {
    schema: &'static str,
    /// What somebody does after the table is tracked.
    later: &'static str,
    columns: &'static [&'static str],
    identity: &'static [&'static str],
    places: &'static [&'static str],
    /// The columns that statements write.
    written: &'static [(&'static str, &'static [&'static str])],
    upserts: &'static [&'static str],
}

const NUMBERS: &[&str] = &["NULL", "1", "2", "3", "4"];
const PARENTS: &[&str] = &["NULL", "NULL", "NULL", "1", "2", "3"];
const VALUES: &[&str] = &[
    "NULL", "0", "1", "2", "3", "4", "1.0", "2.5", "'a'", "'A'", "'b'", "x'61'", "'1'", "''",
];

const CASES: &[Case] = &[
    // Several unique keys, and rows that refer to rows of the same table.
    Case {
        schema: "CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE COLLATE NOCASE, n INTEGER, v, parent INTEGER REFERENCES t (id) ON DELETE CASCADE ON UPDATE CASCADE, UNIQUE (n, v))",
        later: "",
        columns: &["id", "k", "n", "v", "parent"],
        identity: &["id"],
        places: &["id"],
        written: &[("id", NUMBERS), ("k", VALUES), ("n", VALUES), ("v", VALUES), ("parent", PARENTS)],
        upserts: &["id", "k", "n, v"],
    },
    // Without rowids; the key in an order of its own.
    Case {
        schema: "CREATE TABLE t (a TEXT COLLATE NOCASE, b INTEGER, u, w REAL, PRIMARY KEY (b, a)) WITHOUT ROWID; CREATE UNIQUE INDEX u_of_t ON t (u) WHERE w IS NOT NULL",
        later: "",
        columns: &["a", "b", "u", "w"],
        identity: &["a", "b"],
        places: &["a", "b"],
        written: &[("a", VALUES), ("b", VALUES), ("u", VALUES), ("w", VALUES)],
        upserts: &["b, a"],
    },
    // A key that is not the rowid, an index over an expression, a default in place of NULL.
    Case {
        schema: "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY, m TEXT, n INTEGER NOT NULL ON CONFLICT REPLACE DEFAULT 3 UNIQUE, g AS (n * 2)); CREATE UNIQUE INDEX lower_of_t ON t (lower(m) || '-', n > 2)",
        later: "",
        columns: &["k", "m", "n", "g"],
        identity: &["k"],
        places: &["k"],
        written: &[("k", VALUES), ("m", VALUES), ("n", VALUES)],
        upserts: &["k", "n"],
    },
    // No key at all.
    Case {
        schema: "CREATE TABLE t (a, b UNIQUE)",
        later: "",
        columns: &["a", "b"],
        identity: &["audit_rowid"],
        places: &["rowid"],
        written: &[("a", VALUES), ("b", VALUES), ("rowid", NUMBERS)],
        upserts: &["b"],
    },
    // A key that may be NULL; columns called like the rowid.
    Case {
        schema: "CREATE TABLE t (rowid TEXT, oid INTEGER, v, s AS (v || '!') STORED UNIQUE, PRIMARY KEY (rowid, oid))",
        later: "",
        columns: &["rowid", "oid", "v", "s"],
        identity: &["audit_rowid"],
        places: &["_rowid_"],
        written: &[("rowid", VALUES), ("oid", VALUES), ("v", VALUES), ("_rowid_", NUMBERS)],
        upserts: &["rowid, oid"],
    },
    // Rows that refer to rows of the same table by columns of a key; a key over what is computed, also where a default comes in the place of NULL.
    Case {
        schema: "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id) ON DELETE SET NULL ON UPDATE CASCADE, place INTEGER NOT NULL DEFAULT 2, v, g AS (place % 3), UNIQUE (up, place), UNIQUE (g, v))",
        later: "",
        columns: &["id", "up", "place", "v", "g"],
        identity: &["id"],
        places: &["id"],
        written: &[("id", NUMBERS), ("up", PARENTS), ("place", NUMBERS), ("v", VALUES)],
        upserts: &["id", "up, place", "g, v"],
    },
    // Triggers of somebody else that write to the table before a row is written, and after one is gone.
    Case {
        schema: "CREATE TABLE t (id INTEGER PRIMARY KEY, k UNIQUE, n INTEGER);
            CREATE TRIGGER ahead BEFORE INSERT ON t WHEN NEW.id < 3 BEGIN INSERT OR REPLACE INTO t VALUES (NEW.id + 2, NEW.k, NEW.n); END;
            CREATE TRIGGER sweep INSERT ON t BEGIN DELETE FROM t WHERE n IS NEW.n AND id > 3; END;
            CREATE TRIGGER again AFTER DELETE ON t WHEN OLD.n = 1 BEGIN INSERT OR IGNORE INTO t VALUES (9, OLD.k, 7); END",
        later: "",
        columns: &["id", "k", "n"],
        identity: &["id"],
        places: &["id"],
        written: &[("id", NUMBERS), ("k", VALUES), ("n", NUMBERS)],
        upserts: &["id", "k"],
    },
    // Triggers of somebody else, made before and after the table is tracked, that write to the row and to others.
    Case {
        schema: "CREATE TABLE t (id INTEGER PRIMARY KEY, k UNIQUE, n INTEGER, current INTEGER DEFAULT 1);
            CREATE TRIGGER touch_before AFTER UPDATE OF n ON t WHEN NEW.n < 4 BEGIN UPDATE t SET n = n + 1, k = 'touched ' || NEW.id WHERE id = NEW.id; END;
            CREATE TRIGGER retire BEFORE INSERT ON t BEGIN UPDATE t SET current = 0 WHERE n IS NEW.n AND current; END",
        later: "CREATE TRIGGER touch_later AFTER UPDATE OF n ON t BEGIN UPDATE t SET current = current + 1 WHERE id = NEW.id; END;
            CREATE TRIGGER touch_insert AFTER INSERT ON t BEGIN UPDATE t SET current = 2 WHERE id = NEW.id; END",
        columns: &["id", "k", "n", "current"],
        identity: &["id"],
        places: &["id"],
        written: &[("id", NUMBERS), ("k", VALUES), ("n", VALUES)],
        upserts: &["id", "k"],
    },
];

/// Numbers that look random, and are the same for the same seed.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    pub(super) fn of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }
}

fn statement(case: &Case, draw: &mut Draw) -> String {
    const CONFLICT: [&str; 6] = [
        "",
        "OR REPLACE ",
        "OR IGNORE ",
        "OR REPLACE ",
        "OR FAIL ",
        "OR ABORT ",
    ];
    let written = case.written;
    let row = |draw: &mut Draw| {
        let values: Vec<&str> = written.iter().map(|(_, values)| draw.of(values)).collect();
        format!("({})", values.join(", "))
    };
    let rows = |draw: &mut Draw| {
        let count = 1 + draw.below(3);
        (0..count).map(|_| row(draw)).collect::<Vec<_>>().join(", ")
    };
    let names: Vec<&str> = written.iter().map(|(name, _)| *name).collect();
    let columns = names.join(", ");
    let set = |draw: &mut Draw| {
        let count = 1 + draw.below(2);
        let first = draw.below(written.len());
        let sets = (0..count.min(written.len())).map(|at| {
            let (column, values) = written[(first + at) % written.len()];
            match draw.below(4) {
                0 => format!("{column} = {column} + 1"),
                1 => format!("{column} = {column}"),
                _ => format!("{column} = {}", draw.of(values)),
            }
        });
        sets.collect::<Vec<_>>().join(", ")
    };
    let condition = |draw: &mut Draw| match draw.below(5) {
        0 => "1".to_owned(),
        _ => {
            let (column, values) = written[draw.below(written.len())];
            format!("{column} IS {}", draw.of(values))
        }
    };
    match draw.below(12) {
        0..=3 => format!(
            "INSERT {}INTO t ({columns}) VALUES {}",
            draw.of(&CONFLICT),
            rows(draw)
        ),
        4 | 5 => {
            let on = draw.of(case.upserts);
            let first = draw.of(&CONFLICT);
            format!(
                "INSERT {first}INTO t ({columns}) VALUES {} ON CONFLICT ({on}) DO UPDATE SET {}",
                rows(draw),
                set(draw)
            )
        }
        6 => format!(
            "INSERT INTO t ({columns}) VALUES {} ON CONFLICT DO NOTHING",
            rows(draw)
        ),
        7 | 8 => format!(
            "UPDATE {}t SET {} WHERE {}",
            draw.of(&CONFLICT),
            set(draw),
            condition(draw)
        ),
        9 => format!(
            "REPLACE INTO t ({columns}) SELECT {columns} FROM t WHERE {}",
            condition(draw)
        ),
        10 if draw.below(8) == 0 => "DELETE FROM t".to_owned(),
        10 => format!("DELETE FROM t WHERE {}", condition(draw)),
        _ => format!("PRAGMA recursive_triggers = {}", draw.of(&["ON", "OFF"])),
    }
}

fn run(case: &Case, writer: Writer, seed: u64, count: usize) {
    let copies = Copies {
        table: "t",
        columns: case.columns.to_vec(),
        identity: case.identity.to_vec(),
        places: case.places.to_vec(),
    };
    let yard = Yard::with(case.schema);
    yard.sql(&copies.schema());
    yard.track("t");
    yard.sql(case.later);
    let mut draw = Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let recursive = draw.of(&["ON", "OFF"]);
    let mut all = vec![
        "PRAGMA synchronous = OFF".to_owned(),
        "PRAGMA foreign_keys = ON".to_owned(),
        format!("PRAGMA recursive_triggers = {recursive}"),
        "BEGIN".to_owned(),
    ];
    let statements: Vec<String> = (0..count).map(|_| statement(case, &mut draw)).collect();
    for (n, sql) in statements.iter().enumerate() {
        all.push(sql.clone());
        all.extend(copies.take(n));
    }
    all.push("COMMIT".to_owned());
    yard.write(writer, &all);
    let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        copies.check(&yard, &statements);
    }));
    if let Err(panic) = run {
        eprintln!("case {}, writer {writer:?}, seed {seed}", case.schema);
        std::panic::resume_unwind(panic);
    }
    assert!(
        yard.rows("SELECT count(*) > 3 FROM t_audit") == ["1"],
        "seed {seed} writes nothing to {}",
        case.schema
    );
}

#[test]
fn a_history_replayed_is_every_copy_of_its_table() {
    for case in CASES {
        for seed in 1..=25 {
            run(case, Writer::Own, seed, 80);
        }
    }
}

#[test]
fn it_is_so_for_the_systems_shell_and_for_python() {
    for case in CASES {
        for seed in 101..=104 {
            run(case, Writer::Shell, seed, 80);
            run(case, Writer::Python, seed, 80);
        }
    }
}
