//! Places, and what there is to say of each.

use crate::failure::Result;
use crate::output::Output;
use piperoll::export::shown;
use piperoll::runs::Told;

/// As JSON: how many, and the first of them.
pub(super) fn json(told: &Told) -> serde_json::Value {
    let listed = told.listed.iter();
    let listed = listed
        .map(|problem| serde_json::json!({"place": problem.place, "message": problem.message}))
        .collect::<Vec<_>>();
    serde_json::json!({"count": told.count, "listed": listed})
}

/// As lines below a title; nothing when there is none.
pub(super) fn lines(title: &str, told: &Told, output: &mut Output) -> Result<()> {
    if told.count == 0 {
        return Ok(());
    }
    output.line(&format!("{title}: {}", told.count))?;
    for problem in &told.listed {
        output.line(&format!("  {}", shown(&problem.to_string())))?;
    }
    let more = told.count.saturating_sub(told.listed.len() as u64);
    if more > 0 {
        output.line(&format!("  and {more} more"))?;
    }
    Ok(())
}
