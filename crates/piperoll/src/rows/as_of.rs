//! A table as it was at a time.

use super::history::Values;
use super::reading::statements;
use super::reading::{known, without_eras};
use super::registry;
use super::settings::Stamp;
use crate::error::{Error, Result};
use crate::event::{Instant, Value};
use crate::target::Reader;
use crate::yaml::quoted;
use std::ops::ControlFlow;

/// Visits the rows that a table had at a time, by their key. They are what all versions up to the newest one that is not later than that time make of the table: the
/// order of versions is that in which they were written, whatever the clock did.
///
/// # Errors
/// `NotFound` when the table was never tracked; `InvalidInput` for a time before its history began; and those of the target and the visitor.
pub fn as_of(
    reader: &mut dyn Reader,
    table: &str,
    at: Instant,
    visit: &mut dyn FnMut(Values) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let tracked = known(reader, table)?;
    let eras = registry::eras(reader, &tracked.history)?;
    let first = eras.first().ok_or_else(|| without_eras(&tracked.history))?;
    // The history has milliseconds.
    let millis = at.as_micros().div_euclid(1_000);
    let at_text = text(millis).unwrap_or_default();
    let mut reached = eras.iter().rev();
    let era = reached.find(|era| era.since <= at_text).ok_or_else(|| {
        let shown = quoted(&tracked.table);
        Error::invalid_input(format!("the history of {shown} begins at {}", first.since))
    })?;
    let names = tracked.names();
    let bound = match tracked.settings.timestamp {
        Stamp::Utc => Value::Text(at_text),
        #[expect(clippy::cast_precision_loss, reason = "a time of this era")]
        Stamp::Epoch => Value::Real((millis as f64 + 0.5) / 1_000.0),
    };
    let mut last = None;
    let sql = statements::last_at(&names.history, &names.seq, &names.at);
    reader.query(&sql, &[bound], &mut |row| {
        last = row.first().cloned();
        Ok(ControlFlow::Break(()))
    })?;
    let Some(last) = last else {
        return Ok(());
    };
    let sql = statements::as_of(&names.history, &names, &era.identity, &era.own_columns());
    reader.query(&sql, &[last], &mut |row| {
        let columns = era.columns.iter().map(|(name, _)| name.clone());
        visit(columns.zip(row.iter().cloned()).collect())
    })
}

fn text(millis: i64) -> Option<String> {
    let text = Instant::from_micros(millis.checked_mul(1_000)?)?.to_string();
    Some(format!("{}Z", text.get(..23)?))
}
