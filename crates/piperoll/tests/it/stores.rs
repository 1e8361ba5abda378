//! The conformance suite, for each store.

mod memory {
    use piperoll::Result;
    use piperoll::store::{MemoryStore, Store};
    use piperoll_testkit::conformance::Setup;

    struct Memory;

    impl Setup for Memory {
        fn fresh() -> Self {
            Self
        }

        fn first(&self) -> Result<Box<dyn Store>> {
            Ok(Box::new(MemoryStore::new()))
        }
    }

    piperoll_testkit::store_cases!(Memory);
}

mod sqlite {
    use piperoll::Result;
    use piperoll::store::{Access, SqliteStore, Store};
    use piperoll_testkit::conformance::{Reopen, Setup};
    use std::time::Duration;
    use tempfile::TempDir;

    struct Sqlite(TempDir);

    impl Setup for Sqlite {
        fn fresh() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn first(&self) -> Result<Box<dyn Store>> {
            self.again(Access::Write)
        }
    }

    impl Reopen for Sqlite {
        fn again(&self, access: Access) -> Result<Box<dyn Store>> {
            let path = self.0.path().join("trail.db");
            let wait = Duration::from_millis(50);
            Ok(Box::new(SqliteStore::open_with(&path, access, wait)?))
        }
    }

    piperoll_testkit::store_cases!(Sqlite);
    piperoll_testkit::kept_store_cases!(Sqlite);
}
