//! A run as a document of ddeutil's `AuditData`.

use crate::error::Problem;
use crate::event::Value;
use crate::runs::json::{Field, write_fields};
use crate::runs::{Release, Run, Status, Style, python};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A run as a document of ddeutil's `AuditData`: JSON as Python writes it with an indent of 2. The type is one that the published package knows, and the context says the status, which has no field.
pub fn write(run: &Run) -> String {
    let text = |text: &str| Value::Text(text.to_owned());
    let parent = run.parent_run_id.as_deref().map_or(Value::Null, text);
    // As Python's `str` has it.
    let release = run.release.to_string().replacen('T', " ", 1);
    let context = context(run);
    let fields = [
        ("name", Field::Value(text(&run.name))),
        ("release", Field::Value(text(&release))),
        ("type", Field::Value(text(run.run_type.means().as_str()))),
        ("context", Field::Tree(&context)),
        ("parent_run_id", Field::Value(parent)),
        ("run_id", Field::Value(text(&run.run_id))),
        ("runs_metadata", Field::Members(&run.runs_metadata)),
    ];
    let mut out = String::new();
    write_fields(&mut out, &fields, Style::PYTHON_LINES);
    out
}

/// The context with the status of the run.
pub(super) fn context(run: &Run) -> Cow<'_, BTreeMap<String, Value>> {
    let mut context = run.context.tree();
    let is_told = match context.get("status") {
        Some(Value::Text(text)) => Status::read(text) == Some(run.status),
        _ => false,
    };
    if !is_told {
        let status = Value::Text(run.status.as_str().to_owned());
        context.to_mut().insert("status".to_owned(), status);
    }
    context
}

/// Reads a document of ddeutil's `AuditData`, with `NaN` and `Infinity` as Python has them.
///
/// # Errors
/// All faults, each with its place.
pub fn read(document: &[u8]) -> Result<Run, Vec<Problem>> {
    let plain = python::without_bare_words(document);
    let mut run = Run::parse(&plain)?;
    python::restore(&mut run.context);
    python::restore(&mut run.runs_metadata);
    Ok(run)
}

/// Whether two records of one run say the same of it, as far as every format can: in what a document holds.
pub(in crate::runs) fn is_told_as(one: &Run, other: &Run) -> bool {
    one.status == other.status && told(one) == told(other)
}

/// What a document holds of a run, whatever the offset of its release is.
pub(super) fn told(run: &Run) -> String {
    let mut run = run.clone();
    run.release = Release::utc(run.release.at());
    write(&run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_as_the_package_writes_it_in_the_order_of_its_pages() {
        let document = r#"{
  "name": "n\u00e4me",
  "release": "2024-01-15 10:30:00.123456+07:00",
  "type": "normal",
  "context": {
    "e": {},
    "l": [],
    "nested": [
      1,
      [
        NaN
      ]
    ],
    "status": "FAILED"
  },
  "parent_run_id": null,
  "run_id": "workflow-123",
  "runs_metadata": {
    "timeout": 1e-05
  }
}"#;
        let run = read(document.as_bytes()).unwrap();
        assert_eq!(write(&run), document);
    }

    #[test]
    fn a_type_and_a_status_that_the_package_does_not_know_are_told_in_its_words() {
        let mut run = read(
            br#"{"name":"w","release":"2024-01-15T10:30:00","type":"scheduled","run_id":"r","status":"RUNNING","context":{"status":"running"}}"#,
        )
        .unwrap();
        let written = write(&run);
        assert!(written.contains("\"type\": \"normal\",\n"), "{written}");
        assert!(written.contains("\"status\": \"running\"\n"), "{written}");
        run.status = Status::Failed;
        assert!(write(&run).contains("\"status\": \"FAILED\"\n"));
        assert_eq!(read(write(&run).as_bytes()).unwrap().status, Status::Failed);
    }

    #[test]
    fn d_f18_what_tells_a_run_apart_cannot_be_left_out() {
        let fields = [
            r#""name":"w""#,
            r#""release":"2024-01-15T10:30:00""#,
            r#""run_id":"r""#,
        ];
        for left_out in 0..fields.len() {
            let mut fields = fields.to_vec();
            let name = fields
                .remove(left_out)
                .split('"')
                .nth(1)
                .unwrap()
                .to_owned();
            let document = format!("{{{}}}", fields.join(","));
            let problems = read(document.as_bytes()).unwrap_err();
            let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(shown, [format!("{name}: is missing")]);
        }
    }
}
