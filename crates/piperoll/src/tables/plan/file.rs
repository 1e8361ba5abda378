//! A plan that was written down, so that what was looked at is what is applied.

use super::{Plan, digest, object};
use crate::error::{Error, Result};
use crate::event::{Json, Value};
use std::collections::BTreeMap;

/// The version of plan files.
const VERSION: i64 = 1;
/// What a plan file holds.
const KEYS: [&str; 3] = ["piperoll_plan", "digest", "tables"];

/// A plan file as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFile {
    digest: String,
    /// The digest of each table by its full name, in the order of the file.
    tables: Vec<(String, String)>,
}

impl PlanFile {
    /// The text of a plan's file.
    pub fn write(plan: &Plan) -> String {
        let mut text = Self::value(plan).canonical();
        text.push('\n');
        text
    }

    /// What a plan's file holds.
    pub fn value(plan: &Plan) -> Value {
        let tables = plan.tables.iter().map(super::TablePlan::to_value);
        object([
            ("piperoll_plan", Value::Int(VERSION)),
            ("digest", Value::Text(plan.digest())),
            ("tables", Value::Array(tables.collect())),
        ])
    }

    /// Reads a plan file.
    ///
    /// # Errors
    /// `InvalidInput` when it is none, of a newer version, or is not as it was written.
    pub fn read(text: &[u8], shown_name: &str) -> Result<Self> {
        let refused = |why: &str| Error::invalid_input(format!("`{shown_name}` {why}"));
        let json = Json::parse_stored(text)
            .map_err(|problems| refused("is no plan file").with_problems(problems))?;
        let Value::Object(members) = Value::from_json(json) else {
            return Err(refused("is no plan file"));
        };
        match members.get("piperoll_plan") {
            Some(Value::Int(VERSION)) => {}
            Some(Value::Int(version)) => {
                let why = format!(
                    "is a plan of version {version}; this Piperoll reads version {VERSION}"
                );
                return Err(refused(&why));
            }
            _ => {
                return Err(
                    refused("is no plan file").hint("`piperoll plan --out FILE` writes one")
                );
            }
        }
        let (Some(Value::Text(said)), Some(Value::Array(items))) =
            (members.get("digest"), members.get("tables"))
        else {
            return Err(refused("has no `digest` or no `tables`"));
        };
        if let Some(other) = members.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let why = format!("has `{}`, which no plan has", other.escape_debug());
            return Err(refused(&why).hint("make it anew with `piperoll plan --out`"));
        }
        let found = digest(&Value::Array(items.clone()));
        if found != *said {
            return Err(
                refused("was changed after it was written: its digest does not fit")
                    .hint("make it anew with `piperoll plan --out`"),
            );
        }
        let mut tables = Vec::new();
        for item in items {
            let Value::Object(table) = item else {
                return Err(refused("has a table that is none"));
            };
            let Some(Value::Text(name)) = table.get("full_table_name") else {
                return Err(refused("has a table without a name"));
            };
            tables.push((name.clone(), digest(item)));
        }
        Ok(Self {
            digest: found,
            tables,
        })
    }

    /// Refuses a plan that is not the one of this file: files or tables have changed since.
    ///
    /// # Errors
    /// `InvalidInput`, naming the tables.
    pub fn check(&self, now: &Plan) -> Result<()> {
        if now.digest() == self.digest {
            return Ok(());
        }
        let planned: BTreeMap<&str, &str> = self
            .tables
            .iter()
            .map(|(name, digest)| (name.as_str(), digest.as_str()))
            .collect();
        let current: BTreeMap<String, String> = now
            .tables
            .iter()
            .map(|table| (table.name().to_string(), table.digest()))
            .collect();
        let mut names: Vec<&str> = planned
            .keys()
            .copied()
            .chain(current.keys().map(String::as_str))
            .filter(|name| planned.get(name).copied() != current.get(*name).map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        let names = names.iter().map(|name| format!("`{name}`"));
        let names = names.collect::<Vec<_>>().join(", ");
        Err(Error::invalid_input(format!(
            "the plan is stale: a file or a table has changed since it was made: {names}"
        ))
        .hint("look at the new one: `piperoll plan`"))
    }
}
