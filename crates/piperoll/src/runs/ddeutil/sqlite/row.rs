//! A row of the table as a run, and a run as a row.

use super::blob::{deflated, inflated};
use crate::error::{Error, Problem, Result};
use crate::event::{Instant, Json, Value};
use crate::runs::ddeutil::document;
use crate::runs::json::write_value;
use crate::runs::{Release, Run, Style, python};
use rusqlite::Row;
use rusqlite::types::{Type, ValueRef};
use std::collections::BTreeMap;

/// A row as it is in the database.
pub(super) struct Audit {
    pub(super) workflow: String,
    pub(super) release: String,
    pub(super) run_type: String,
    pub(super) context: Vec<u8>,
    pub(super) parent_run_id: Option<String>,
    pub(super) run_id: String,
    pub(super) metadata: Vec<u8>,
}

/// What a row's place is called: its number, and what its own texts say.
pub(super) fn place(number: u64, row: &Row<'_>) -> String {
    let text = |column| match row.get_ref(column) {
        Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => "?".to_owned(),
    };
    format!("row {number} (workflow {}, release {})", text(0), text(1))
}

/// The run's id in a row; of one that is no text, as it can be shown.
pub(super) fn run_id(row: &Row<'_>) -> rusqlite::Result<String> {
    Ok(match row.get_ref(5)? {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        _ => "?".to_owned(),
    })
}

/// The run that a row holds, and when it was written.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(row: &Row<'_>) -> Result<(Run, Option<Instant>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut text = |column: usize, name: &str| match row.get_ref(column) {
        Ok(ValueRef::Text(text)) => match std::str::from_utf8(text) {
            Ok(text) => Some(text.to_owned()),
            Err(_) => {
                problems.push(Problem::new(name, "is no UTF-8"));
                None
            }
        },
        Ok(ValueRef::Null) if name == "parent_run_id" => None,
        _ => {
            problems.push(Problem::new(name, "must be text"));
            None
        }
    };
    let [workflow, release, run_type] = [(0, "workflow"), (1, "release"), (2, "type")]
        .map(|(column, name)| text(column, name).unwrap_or_default());
    let parent_run_id = text(4, "parent_run_id");
    let run_id = text(5, "run_id").unwrap_or_default();
    let mut blob = |column: usize, name: &str| match row.get_ref(column) {
        Ok(ValueRef::Blob(bytes)) => inflated(bytes).unwrap_or_else(|problem| {
            problems.push(Problem::new(name, problem.message));
            Vec::new()
        }),
        Ok(ValueRef::Null) => {
            problems.push(Problem::new(name, "is missing, or too large"));
            Vec::new()
        }
        _ => {
            problems.push(Problem::new(name, "must be a blob"));
            Vec::new()
        }
    };
    let context = blob(3, "context");
    let metadata = blob(6, "metadata");
    if !problems.is_empty() {
        return Err(problems);
    }
    let run = Audit {
        workflow,
        release,
        run_type,
        context,
        parent_run_id,
        run_id,
        metadata,
    }
    .into_run()?;
    let created = match row.get_ref(7) {
        Ok(value) if value.data_type() == Type::Text => value.as_str().ok(),
        _ => None,
    };
    let created = created.and_then(|text| Release::parse(text).ok());
    Ok((run, created.map(|created| created.at())))
}

impl Audit {
    /// The run, read as the document that has these fields.
    fn into_run(self) -> Result<Run, Vec<Problem>> {
        let blobs = [&self.context, &self.metadata].map(|blob| python::without_bare_words(blob));
        let [context, metadata] = &blobs;
        let parse = |name: &str, blob| {
            Json::parse(blob).map_err(|problems| {
                let within = |problem: Problem| {
                    Problem::new(format!("{name} {}", problem.place), problem.message)
                };
                problems.into_iter().map(within).collect::<Vec<_>>()
            })
        };
        let text = |text: String| Json::Text(text.into());
        // In the order of their names, as a document is when it was read.
        let members = [
            ("context", parse("context", context)?),
            ("name", text(self.workflow)),
            ("parent_run_id", self.parent_run_id.map_or(Json::Null, text)),
            ("release", text(self.release)),
            ("run_id", text(self.run_id)),
            ("runs_metadata", parse("metadata", metadata)?),
            ("type", text(self.run_type)),
        ];
        let members = members.map(|(name, value)| (name.into(), value));
        let mut run = Run::from_json(Json::Object(members.into()))?;
        python::restore(&mut run.context);
        python::restore(&mut run.runs_metadata);
        Ok(run)
    }

    /// The row of a run.
    pub(super) fn of(run: &Run) -> Result<Self> {
        let deflated = |members: BTreeMap<String, Value>| {
            let mut text = String::new();
            write_value(&mut text, &Value::Object(members), Style::PYTHON);
            deflated(&text).map_err(|error| {
                let shown = &run.run_id;
                Error::unavailable(format!("the run `{shown}` cannot be compressed")).because(error)
            })
        };
        Ok(Self {
            workflow: run.name.clone(),
            release: run.release.to_string(),
            run_type: run.run_type.means().as_str().to_owned(),
            context: deflated(document::context(run).into_owned())?,
            parent_run_id: run.parent_run_id.clone(),
            run_id: run.run_id.clone(),
            metadata: deflated(run.runs_metadata.tree().into_owned())?,
        })
    }
}
