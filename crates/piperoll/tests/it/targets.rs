//! The conformance suite, for each target.

mod sqlite {
    use piperoll::target::{SqliteTarget, Target};
    use piperoll_testkit::targets::{Abilities, Setup};
    use rusqlite::Connection;
    use rusqlite::types::Value;
    use std::time::Duration;
    use tempfile::TempDir;

    struct Sqlite(TempDir);

    impl Sqlite {
        fn client(&self) -> Connection {
            let client = Connection::open(self.0.path().join("shop.db")).unwrap();
            client.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            client
        }
    }

    impl Setup for Sqlite {
        fn fresh() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn target(&self) -> Box<dyn Target> {
            let path = self.0.path().join("shop.db");
            Box::new(SqliteTarget::with_wait(
                "shop",
                &path,
                Duration::from_millis(50),
            ))
        }

        fn abilities(&self) -> Abilities {
            Abilities {
                masks: false,
                row_filters: false,
                partitions: false,
            }
        }

        fn run(&self, statements: &[String]) {
            let client = self.client();
            client.execute_batch("BEGIN").unwrap();
            for statement in statements {
                drop(client.execute(statement, []));
            }
            client.execute_batch("COMMIT").unwrap();
        }

        fn rows(&self, query: &str) -> Vec<Vec<String>> {
            let client = self.client();
            let mut statement = client.prepare(query).unwrap();
            let width = statement.column_count();
            let rows = statement.query_map([], |row| {
                (0..width)
                    .map(|at| Ok(format!("{:?}", row.get::<_, Value>(at)?)))
                    .collect()
            });
            rows.unwrap().map(Result::unwrap).collect()
        }

        fn picture(&self) -> Vec<String> {
            let mut picture = Vec::new();
            let objects =
                self.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 2");
            picture.extend(objects.iter().map(|object| object.join(" ")));
            let tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1";
            let names: Vec<String> = {
                let client = self.client();
                let mut statement = client.prepare(tables).unwrap();
                let names = statement.query_map([], |row| row.get(0)).unwrap();
                names.map(Result::unwrap).collect()
            };
            for name in names {
                let name = name.replace('"', "\"\"");
                for row in self.rows(&format!("SELECT * FROM \"{name}\"")) {
                    picture.push(format!("{name}: {}", row.join(", ")));
                }
            }
            picture
        }
    }

    piperoll_testkit::target_cases!(Sqlite);
}
