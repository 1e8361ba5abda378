//! Searching: a filter becomes conditions from `statements.rs` with bound values.

use super::snapshot::SqliteSnapshot;
use super::statements::{self, Condition};
use crate::error::Result;
use crate::seal::EntryIndex;
use crate::store::filter::{Filter, Order, Page};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, params_from_iter};

/// Conditions of a search, each with its values.
type Bound = Vec<(Condition, Vec<Value>)>;

/// The positions of the entries that match a filter.
pub(super) fn find(
    snapshot: &SqliteSnapshot<'_>,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<EntryIndex>> {
    let Some(mut conditions) = conditions(snapshot, filter)? else {
        return Ok(Vec::new());
    };
    if let Some(after) = page.after {
        let condition = match page.order {
            Order::NewestFirst => Condition::Before,
            Order::OldestFirst => Condition::Behind,
        };
        let after = Value::Integer(i64::try_from(after.get()).unwrap_or(i64::MAX));
        conditions.push((condition, vec![after]));
    }
    let (conditions, values): (Vec<_>, Vec<_>) = conditions.into_iter().unzip();
    let limit = Value::Integer(i64::try_from(page.limit).unwrap_or(i64::MAX));
    let values = values.into_iter().flatten().chain([limit]);
    let mut found = Vec::new();
    let sql = statements::find(&conditions, page.order);
    snapshot.rows(&sql, params_from_iter(values), &mut |row| {
        let seq: i64 = row.get(0).map_err(|e| snapshot.failed(e))?;
        found.extend(u64::try_from(seq).ok().map(EntryIndex::new));
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn code(snapshot: &SqliteSnapshot<'_>, name: &str) -> Result<Option<i64>> {
    snapshot
        .connection()?
        .prepare_cached(statements::CODE_OF_NAME)
        .and_then(|mut statement| statement.query_row([name], |row| row.get(0)).optional())
        .map_err(|e| snapshot.failed(e))
}

/// The conditions of a filter with their values; `None` when a name in it is nowhere in the trail.
fn conditions(snapshot: &SqliteSnapshot<'_>, filter: &Filter) -> Result<Option<Bound>> {
    let mut conditions = Vec::new();
    let names = [
        (Condition::Kind, filter.kind.map(|kind| kind.as_str())),
        (Condition::Action, filter.action.as_deref()),
        (Condition::Actor, filter.actor.as_deref()),
        (
            Condition::Outcome,
            filter.outcome.map(|outcome| outcome.as_str()),
        ),
    ];
    for (condition, name) in names {
        let Some(name) = name else { continue };
        let Some(code) = code(snapshot, name)? else {
            return Ok(None);
        };
        conditions.push((condition, vec![Value::Integer(code)]));
    }
    if let Some(glob) = &filter.resource {
        let mut codes = Vec::new();
        match glob.as_name() {
            Some(name) => codes.extend(code(snapshot, name)?),
            None => snapshot.rows(statements::NAMES, [], &mut |row| {
                let name = row.get_ref(1).and_then(|name| Ok(name.as_str()?));
                if name.is_ok_and(|name| glob.matches(name)) {
                    codes.push(row.get(0).map_err(|e| snapshot.failed(e))?);
                }
                Ok(std::ops::ControlFlow::Continue(()))
            })?,
        }
        if codes.is_empty() {
            return Ok(None);
        }
        let codes: Vec<String> = codes.iter().map(i64::to_string).collect();
        let codes = Value::Text(format!("[{}]", codes.join(",")));
        conditions.push((Condition::Resources, vec![codes]));
    }
    let instants = [
        (Condition::Since, filter.since),
        (Condition::Until, filter.until),
    ];
    for (condition, instant) in instants {
        let instant = instant.map(|instant| Value::Integer(instant.as_micros()));
        conditions.extend(instant.map(|instant| (condition, vec![instant])));
    }
    if let Some(attribute) = &filter.attribute {
        let name = Value::Text(attribute.name.as_str().to_owned());
        let value = Value::Text(attribute.value.clone());
        conditions.push((Condition::Attribute, vec![name, value]));
    }
    Ok(Some(conditions))
}
