//! One suite for every target: what the contract of [`piperoll::target::Target`] promises, case by case, each its own test; and random tables to draw from.
//!
//! A new target says where it is and how another client speaks to it, and joins:
//!
//! ```text
//! piperoll_testkit::target_cases!(Postgres);
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "these are tests: a case fails by panicking"
)]

pub mod cases;
pub mod change;
pub mod changed;
pub mod draw;
pub mod names;
pub mod tables;

use piperoll::target::{Session, State, Table, TableChange, TableName, Target};

/// What a target can have, of what not all can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Rules that mask columns.
    pub masks: bool,
    /// Row filters.
    pub row_filters: bool,
    /// Partitions and clusters.
    pub partitions: bool,
}

/// Where a target is, and how another client speaks to it.
pub trait Setup: Sync {
    /// A place of its own, with nothing in it.
    fn fresh() -> Self;

    /// The target there. Let it wait for another's lock only for a moment: a case lets it wait in vain.
    fn target(&self) -> Box<dyn Target>;

    /// What it can have.
    fn abilities(&self) -> Abilities;

    /// Runs statements by another client, with foreign keys unchecked. Those that fail are passed over.
    fn run(&self, statements: &[String]);

    /// The rows of a query by another client: each value with its type, in a form that is the same for the same value.
    fn rows(&self, query: &str) -> Vec<Vec<String>>;

    /// All that another client can see of the place: every object and every row.
    fn picture(&self) -> Vec<String>;
}

/// The name of a table of the suite.
pub fn name(table: &str) -> TableName {
    TableName::new("shop", "main", table).unwrap()
}

/// The state of a table that must be there.
pub fn state(target: &dyn Target, name: &TableName) -> State {
    let states = target.inspect(std::slice::from_ref(name)).unwrap();
    states.into_iter().next().unwrap().unwrap()
}

/// A change without renames.
pub fn change<'a>(from: Option<&'a State>, to: &'a Table) -> TableChange<'a> {
    TableChange {
        from,
        to,
        renamed_columns: &[],
        renamed_from: None,
        set_aside: &[],
    }
}

/// Applies a change in one session.
///
/// # Errors
/// Those of the target.
pub fn apply(target: &dyn Target, change: &TableChange<'_>) -> piperoll::Result<()> {
    let steps = target.steps(change)?;
    let mut session: Box<dyn Session> = target.session()?;
    for step in &steps {
        session.execute(step)?;
    }
    session.finish()
}

/// The same table with its columns and unique keys in a fixed order: their order is no promise.
pub fn sorted(table: &Table) -> Table {
    let mut table = table.clone();
    table.columns.sort_by(|a, b| a.name.cmp(&b.name));
    table.unique_keys.sort_by(|a, b| a.columns.cmp(&b.columns));
    table
}

/// A test per case, for every target.
#[macro_export]
macro_rules! target_cases {
    ($setup:ty) => {
        $crate::target_cases! { $setup;
            cases: where_nothing_is_nothing_is_found;
            cases: any_table_is_found_as_it_is_declared;
            cases: one_inspection_tells_many_tables_in_their_order;
            cases: a_session_that_is_dropped_has_done_nothing;
            cases: whatever_step_fails_nothing_of_a_session_is_kept;
            cases: a_second_writer_is_told_of_the_conflict;
            cases: eight_threads_make_their_tables_at_once;
            cases: what_a_target_cannot_have_is_refused_by_name;
            cases: an_expression_that_is_not_exactly_one_is_refused;
            change: any_table_becomes_any_other_and_its_rows_survive;
            change: a_column_takes_the_name_of_another;
            change: a_table_is_renamed_with_all_that_it_has;
            change: rows_in_the_way_are_counted_and_nothing_is_done;
        }
    };
    ($setup:ty; $($module:ident: $case:ident;)*) => {
        $(
            #[test]
            fn $case() {
                $crate::targets::$module::$case(
                    &<$setup as $crate::targets::Setup>::fresh(),
                );
            }
        )*
    };
}
