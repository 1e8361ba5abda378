//! How long an intent excludes others: until its time is over, or its process is seen dead.

use crate::event::{Instant, Value};
use crate::fs::Process;
use std::collections::BTreeMap;

/// Who works on what an intent names, and until when nobody else may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The process.
    pub process: Process,
    /// The end.
    pub until: Instant,
}

impl Lease {
    /// The lease of a process for so many seconds.
    pub fn new(process: Process, now: Instant, seconds: u32) -> Self {
        let end = now
            .as_micros()
            .saturating_add(i64::from(seconds) * 1_000_000);
        Self {
            process,
            until: Instant::from_micros(end).unwrap_or(now),
        }
    }

    /// As it stands in the context of an intent.
    pub fn to_value(&self) -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let Process {
            host,
            boot,
            space,
            pid,
            started,
        } = &self.process;
        let members = [
            ("host", text(host)),
            ("boot", text(boot)),
            ("pid_space", text(space)),
            ("pid", Value::Int(i64::from(*pid))),
            ("started", Value::Int(i64::try_from(*started).unwrap_or(0))),
            ("until", text(&self.until.to_string())),
        ];
        let members = members.into_iter();
        Value::Object(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// Reads what stands in a context.
    pub fn from_value(value: &Value) -> Option<Self> {
        let Value::Object(members) = value else {
            return None;
        };
        Some(Self {
            process: Process {
                host: text(members, "host")?,
                boot: text(members, "boot")?,
                space: text(members, "pid_space")?,
                pid: number(members, "pid")?.try_into().ok()?,
                started: number(members, "started")?.try_into().ok()?,
            },
            until: Instant::parse(&text(members, "until")?).ok()?,
        })
    }

    /// Whether `here` may go on with what it was taken for.
    pub fn is_over(&self, here: &Process, now: Instant) -> bool {
        now >= self.until || here.sees_dead(&self.process)
    }
}

fn text(members: &BTreeMap<String, Value>, name: &str) -> Option<String> {
    match members.get(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn number(members: &BTreeMap<String, Value>, name: &str) -> Option<i64> {
    match members.get(name) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_read_as_it_was_written_and_ends() {
        let now = Instant::parse("2026-11-01T08:00:00Z").unwrap();
        let lease = Lease::new(Process::current(), now, 60);
        assert_eq!(Lease::from_value(&lease.to_value()), Some(lease.clone()));
        assert!(!lease.is_over(&Process::current(), now));
        let later = Instant::parse("2026-11-01T08:01:00Z").unwrap();
        assert!(lease.is_over(&Process::current(), later));
        assert_eq!(Lease::from_value(&Value::Null), None);
    }
}
