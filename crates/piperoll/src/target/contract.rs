use super::shape::{Reader, Shape};
use super::state::State;
use super::table::{Table, TableName};
use crate::error::{Problem, Result};

/// The SQL that a target speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite's.
    Sqlite,
    /// PostgreSQL's.
    Postgres,
    /// That of Delta tables, whose columns change only where their properties allow it. No target speaks it yet.
    Delta,
}

impl Dialect {
    /// Its name: `sqlite`, `postgres`, `delta`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Delta => "delta",
        }
    }
}

/// A change of one table: what is, and what shall be.
#[derive(Debug, Clone, Copy)]
pub struct TableChange<'a> {
    /// The table as it was found; none when it is to be made.
    pub from: Option<&'a State>,
    /// The table as it shall be.
    pub to: &'a Table,
    /// Columns to be renamed: the name of each in `from`, then its name in `to`. A column of `from` that is not here keeps its name, or is dropped.
    pub renamed_columns: &'a [(String, String)],
    /// The name of the table until now, when it is to be renamed; then `from` has this name. In the same schema.
    pub renamed_from: Option<&'a TableName>,
    /// The names of triggers that somebody else drops before the steps and makes again after them: for these steps they are not there.
    pub set_aside: &'a [String],
}

/// A part of a plan: statements that are run one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does, for people: `add column \`note\``. A lower-case fragment.
    pub what: String,
    /// Exactly the SQL that runs, in its order. Each is one statement, without a final semicolon.
    pub statements: Vec<String>,
    /// What must hold before the statements are run.
    pub guards: Vec<Guard>,
    /// Whether something is lost: a column, a constraint, the range of a type.
    pub destructive: bool,
    /// Whether all rows of the table are written again.
    pub rewrites: bool,
    /// The SQL that takes it back, where there is any: statements separated by `;` and a newline. What was lost does not come back by it.
    pub undo: Option<String>,
}

/// A question that is asked before the statements of a step are run: a count that must be 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// A statement that counts the rows in the way.
    pub statement: String,
    /// What those rows are; their number follows: `rows of \`orders\` have no \`status\``.
    pub message: String,
    /// What may help.
    pub hint: String,
}

/// The contract of a target: a database whose tables are audited. Implementations differ in how, never in what:
///
/// - `inspect` MUST ask a number of queries that does not depend on how many tables it is asked for, and MUST name in [`State::unknown`] what the engine cannot
///   tell; it never shows that as empty. What cannot be read at all is an error: a table that is not there is `None`, and nothing else is.
/// - `problems` MUST name everything of a table that the target can never have, so that it is refused before anything is done.
/// - `steps` MUST NOT touch the database: the same change has the same steps, letter by letter. After they are executed, `inspect` MUST give the table of
///   `to`, but for the order of its columns: columns that are there keep their order, and new ones follow in the order of `to`. What `from` has and `to` does
///   not say (indexes, triggers, collations, views, what refers to the table) MUST be as before.
/// - No steps MUST come of a change without a difference.
/// - In `from`, what is unknown MUST NOT be changed or lost: steps that would need it are refused as `Unsupported`, by name.
/// - A session is one transaction: what it did is there when `finish` returns `Ok`, durably, and nothing of it else, also when the process is killed. It holds
///   the target's lock for writing from its beginning, so that what it inspects is what it changes.
/// - Names, texts, tags and values may hold anything: every one passes through the one quoting of the dialect. An expression MUST be refused unless it is
///   exactly one.
/// - Another writer's lock, held past [`crate::limits::LOCK_WAIT_SECONDS`], is kind `Conflict`; a missing right `Denied`; a full disk and a failed write
///   `Unavailable`; what is no such database `Corrupt`. Rows in the way of a change are `InvalidInput`, with their number.
pub trait Target: Send + Sync {
    /// Its name in the project.
    fn name(&self) -> &str;

    /// Where it is, for messages: without passwords.
    fn location(&self) -> String;

    /// The SQL that it speaks.
    fn dialect(&self) -> Dialect;

    /// The state of each table, in the order of the names; `None` for one that is not there.
    ///
    /// # Errors
    /// `Unsupported` for a schema that the target cannot have, `InvalidInput` for a name that something else than a table has, and those of the contract. A target
    /// that was not made yet has no table; it is not made here.
    fn inspect(&self, names: &[TableName]) -> Result<Vec<Option<State>>>;

    /// The names of all tables of a schema, by name: neither those of the engine nor Piperoll's own.
    ///
    /// # Errors
    /// As for `inspect`.
    fn list(&self, schema: &str) -> Result<Vec<String>>;

    /// What of a declared table the target cannot have. The place of each is the key of the specification: `row_filters.mine`, `columns.email.default`.
    fn problems(&self, table: &Table) -> Vec<Problem>;

    /// What of a declared table the target keeps less exactly than it is declared: no reason to refuse it, but to say so.
    fn warnings(&self, table: &Table) -> Vec<Problem>;

    /// The steps that lead from what is to what shall be, in a safe order.
    ///
    /// # Errors
    /// `InvalidInput` when there is no way (an index on a column that shall go), naming what is in it; `Unsupported` with all of `problems`.
    fn steps(&self, change: &TableChange<'_>) -> Result<Vec<Step>>;

    /// The shape that a table has after a change, told without the target's being touched.
    ///
    /// # Errors
    /// As for `steps`.
    fn shape_after(&self, change: &TableChange<'_>) -> Result<Shape>;

    /// Reads one state of the target, whatever others write meanwhile. Whether there was anything to read: a target that was not made yet is not made here.
    ///
    /// # Errors
    /// Those of `work` and of the contract.
    fn read(&self, work: &mut dyn FnMut(&mut dyn Reader) -> Result<()>) -> Result<bool>;

    /// What becomes of another table, that is in `state`, by the renames of a change: an engine may write the new names into what refers to the table that has them,
    /// a foreign key above all. By default, nothing.
    ///
    /// # Errors
    /// As for `steps`.
    fn after_renames(&self, state: &State, change: &TableChange<'_>) -> Result<State> {
        let _ = change;
        Ok(state.clone())
    }

    /// Begins a transaction that writes. The target is made when it is not there.
    ///
    /// # Errors
    /// Those of the contract.
    fn session(&self) -> Result<Box<dyn Session + '_>>;
}

/// One transaction on a target. Dropped, it takes back all that it did.
pub trait Session {
    /// As [`Target::inspect`], with what this session has done.
    ///
    /// # Errors
    /// As [`Target::inspect`].
    fn inspect(&mut self, names: &[TableName]) -> Result<Vec<Option<State>>>;

    /// Whoever reads what this session has done.
    fn reader(&mut self) -> Box<dyn Reader + '_>;

    /// Asks the guards of a step, then runs its statements. After an error only dropping is left: this and `finish` are refused.
    ///
    /// # Errors
    /// `InvalidInput` when a guard counts rows, and those of the contract.
    fn execute(&mut self, step: &Step) -> Result<()>;

    /// Makes all of it durable, after a look at the foreign keys.
    ///
    /// # Errors
    /// `InvalidInput` when rows refer to nothing that did not so before, and those of the contract. Nothing is kept then.
    fn finish(self: Box<Self>) -> Result<()>;
}
