//! A target that fails, or whose process dies, at a chosen moment.

use piperoll::Error;
use piperoll::error::{Problem, Result};
use piperoll::target::{
    Dialect, Reader, Session, Shape, State, Step, Table, TableChange, TableName, Target,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The read of this number fails, from 0: `inspect` of target or session.
    Read(usize),
    /// The step of this number fails, from 0.
    Step(usize),
    /// The process dies when a session is asked for.
    DieBefore,
    /// The process dies before the step of this number.
    DieAtStep(usize),
    /// The process dies before the transaction ends.
    DieBeforeFinish,
    /// The process dies after the transaction has ended.
    DieAfterFinish,
    /// No statement is run.
    Idle,
    /// Nothing: but its tables are Delta's.
    Delta,
}

pub(super) struct Faulty {
    inner: Box<dyn Target>,
    fault: Fault,
    reads: AtomicUsize,
    pub(super) statements: AtomicUsize,
    /// What others do when the transaction has ended.
    pub(super) after_finish: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Faulty {
    pub(super) fn new(inner: Box<dyn Target>, fault: Fault) -> Self {
        Self {
            inner,
            fault,
            reads: AtomicUsize::new(0),
            statements: AtomicUsize::new(0),
            after_finish: Mutex::new(None),
        }
    }

    fn count_read(&self) -> Result<()> {
        let number = self.reads.fetch_add(1, Ordering::Relaxed);
        if self.fault == Fault::Read(number) {
            return Err(Error::unavailable("the disk does not answer"));
        }
        Ok(())
    }
}

impl Target for Faulty {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn location(&self) -> String {
        self.inner.location()
    }

    fn dialect(&self) -> Dialect {
        match self.fault {
            Fault::Delta => Dialect::Delta,
            _ => self.inner.dialect(),
        }
    }

    fn inspect(&self, names: &[TableName]) -> Result<Vec<Option<State>>> {
        self.count_read()?;
        self.inner.inspect(names)
    }

    fn list(&self, schema: &str) -> Result<Vec<String>> {
        self.inner.list(schema)
    }

    fn problems(&self, table: &Table) -> Vec<Problem> {
        self.inner.problems(table)
    }

    fn warnings(&self, table: &Table) -> Vec<Problem> {
        self.inner.warnings(table)
    }

    fn steps(&self, change: &TableChange<'_>) -> Result<Vec<Step>> {
        self.inner.steps(change)
    }

    fn shape_after(&self, change: &TableChange<'_>) -> Result<Shape> {
        self.inner.shape_after(change)
    }

    fn read(&self, work: &mut dyn FnMut(&mut dyn Reader) -> Result<()>) -> Result<bool> {
        self.count_read()?;
        self.inner.read(work)
    }

    fn after_renames(&self, state: &State, change: &TableChange<'_>) -> Result<State> {
        self.inner.after_renames(state, change)
    }

    fn session(&self) -> Result<Box<dyn Session + '_>> {
        if self.fault == Fault::DieBefore {
            panic!("killed");
        }
        Ok(Box::new(FaultySession {
            inner: self.inner.session()?,
            target: self,
            steps: 0,
        }))
    }
}

struct FaultySession<'t> {
    inner: Box<dyn Session + 't>,
    target: &'t Faulty,
    steps: usize,
}

impl Session for FaultySession<'_> {
    fn inspect(&mut self, names: &[TableName]) -> Result<Vec<Option<State>>> {
        self.target.count_read()?;
        self.inner.inspect(names)
    }

    fn reader(&mut self) -> Box<dyn Reader + '_> {
        self.inner.reader()
    }

    fn execute(&mut self, step: &Step) -> Result<()> {
        let number = self.steps;
        self.steps += 1;
        match self.target.fault {
            Fault::Step(at) if at == number => {
                return Err(Error::unavailable("the disk is full"));
            }
            Fault::DieAtStep(at) if at == number => panic!("killed"),
            Fault::Idle => return Ok(()),
            _ => {}
        }
        let statements = step.statements.len();
        self.target
            .statements
            .fetch_add(statements, Ordering::Relaxed);
        self.inner.execute(step)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        if self.target.fault == Fault::DieBeforeFinish {
            panic!("killed");
        }
        self.inner.finish()?;
        let others = self.target.after_finish.lock().unwrap().take();
        if let Some(others) = others {
            others();
        }
        if self.target.fault == Fault::DieAfterFinish {
            panic!("killed");
        }
        Ok(())
    }
}
