//! A run from JSON: the keys of ddeutil's `AuditData`, and ours.

use super::{Release, Run, RunType, Status};
use crate::error::Problem;
use crate::event::{ActorKind, DraftActor, Instant, Json, Members, Strength, Value};
use std::borrow::Cow;

impl Run {
    /// Reads a document: what ddeutil-workflow writes is read as it is.
    ///
    /// Without a `status` it is `context.status`, else `SUCCESS`; without `started_at` and `ended_at` they are `context.info.exec_start` and `exec_end`, where those are
    /// times.
    ///
    /// # Errors
    /// All faults, each with its place. What is no JSON is one fault with an empty place.
    pub fn parse(document: &[u8]) -> Result<Self, Vec<Problem>> {
        Self::from_json(Json::parse(document)?)
    }

    /// As [`Run::parse`], of JSON that was read.
    ///
    /// # Errors
    /// As [`Run::parse`].
    pub fn from_json(json: Json<'_>) -> Result<Self, Vec<Problem>> {
        let Json::Object(members) = json else {
            let message = format!("must be an object, not {}", json.type_name());
            return Err(vec![Problem::new("", message)]);
        };
        let mut keys = Keys {
            members,
            within: "",
            problems: Vec::new(),
        };
        let run = keys.run();
        keys.unknown("name, release, type, status, context, run_id, parent_run_id, runs_metadata, attempt, started_at, ended_at, actor");
        match run {
            Some(run) if keys.problems.is_empty() => Ok(run),
            _ => Err(keys.problems),
        }
    }
}

/// The members of an object that are yet to be read, and what was wrong with the others.
struct Keys<'j> {
    members: Vec<(Cow<'j, str>, Json<'j>)>,
    /// What leads to it.
    within: &'static str,
    problems: Vec<Problem>,
}

impl<'j> Keys<'j> {
    fn run(&mut self) -> Option<Run> {
        let name = self.required("name");
        let release = self.required("release");
        let release = release.and_then(|text| self.release("release", &text));
        let run_id = self.required("run_id");
        let run_type = self.run_type();
        let parent_run_id = self.optional("parent_run_id");
        let context = self.object("context");
        let runs_metadata = self.object("runs_metadata");
        let status = self.status(&context);
        let attempt = self.attempt();
        let given = ["started_at", "ended_at"].map(|key| {
            let text = self.optional(key)?;
            self.release(key, &text)
        });
        let [started_at, ended_at] = given.map(|given| given.map(|release| release.at()));
        let actor = self.actor();
        Some(Run {
            name: name?,
            release: release?,
            run_type,
            status,
            run_id: run_id?,
            parent_run_id,
            started_at: started_at.or_else(|| told(&context, "exec_start")),
            ended_at: ended_at.or_else(|| told(&context, "exec_end")),
            context,
            runs_metadata,
            attempt,
            actor,
        })
    }

    /// Takes a member out; null is as if it were not there.
    fn take(&mut self, name: &str) -> Option<Json<'j>> {
        let found = self.members.iter().position(|(member, _)| member == name)?;
        let (_, value) = self.members.remove(found);
        (value != Json::Null).then_some(value)
    }

    fn fault(&mut self, name: &str, message: impl Into<String>) {
        let place = format!("{}{name}", self.within);
        self.problems.push(Problem::new(place, message));
    }

    fn required(&mut self, name: &'static str) -> Option<String> {
        match self.take(name) {
            Some(value) => self.text(name, value),
            None => {
                self.fault(name, "is missing");
                None
            }
        }
    }

    fn optional(&mut self, name: &'static str) -> Option<String> {
        let value = self.take(name)?;
        self.text(name, value)
    }

    fn text(&mut self, name: &str, value: Json<'_>) -> Option<String> {
        match value {
            Json::Text(text) if text.trim().is_empty() => {
                self.fault(name, "is blank");
                None
            }
            Json::Text(text) => Some(text.into_owned()),
            other => {
                self.fault(name, format!("must be text, not {}", other.type_name()));
                None
            }
        }
    }

    fn release(&mut self, name: &str, text: &str) -> Option<Release> {
        match Release::parse(text) {
            Ok(release) => Some(release),
            Err(error) => {
                self.fault(name, error.to_string());
                None
            }
        }
    }

    fn object(&mut self, name: &str) -> Members {
        match self.take(name) {
            None => Members::default(),
            Some(Json::Object(members)) => Members::of_document(&members),
            Some(other) => {
                self.fault(
                    name,
                    format!("must be an object, not {}", other.type_name()),
                );
                Members::default()
            }
        }
    }

    /// `type`, which some call `kind`.
    fn run_type(&mut self) -> RunType {
        let default = || super::ReleaseType::Normal.into();
        let (given, other) = (self.optional("type"), self.optional("kind"));
        let name = if given.is_some() { "type" } else { "kind" };
        if given.is_some() && other.is_some() && given != other {
            self.fault("kind", "is another name of `type`, which says otherwise");
        }
        let Some(text) = given.or(other) else {
            return default();
        };
        RunType::read(&text).unwrap_or_else(|| {
            self.fault(name, format!("must be one of {}", RunType::list()));
            default()
        })
    }

    fn status(&mut self, context: &Members) -> Status {
        let within = context.get("status").map(Cow::into_owned);
        let (place, text) = match (self.optional("status"), within) {
            (Some(text), _) => ("status", text),
            (None, Some(Value::Text(text))) => ("context.status", text),
            (None, None | Some(Value::Null)) => return Status::Success,
            (None, Some(_)) => {
                self.fault("context.status", "must be text where there is no `status`");
                return Status::Success;
            }
        };
        Status::read(&text).unwrap_or_else(|| {
            self.fault(place, format!("must be one of {}", Status::list()));
            Status::Success
        })
    }

    fn attempt(&mut self) -> Option<u32> {
        let attempt = match self.take("attempt")? {
            Json::Number(text) => text.parse().ok().filter(|attempt| *attempt > 0),
            _ => None,
        };
        if attempt.is_none() {
            self.fault("attempt", "must be a whole number from 1 on");
        }
        attempt
    }

    /// A name, or an object as in the lines of `record`.
    fn actor(&mut self) -> Option<DraftActor> {
        let members = match self.take("actor")? {
            Json::Object(members) => members,
            name => return self.text("actor", name).map(DraftActor::named),
        };
        let mut keys = Keys {
            members,
            within: "actor.",
            problems: Vec::new(),
        };
        let name = keys.required("name");
        let kind = keys.word("kind", ActorKind::parse, &ActorKind::list());
        let via = keys.optional("via");
        let strength = keys.word("strength", Strength::parse, "asserted, inferred");
        if strength == Some(Strength::Authenticated) {
            keys.fault(
                "strength",
                "a document cannot claim `authenticated`; use `asserted` or `inferred`",
            );
        }
        keys.unknown("name, kind, via, strength");
        self.problems.append(&mut keys.problems);
        Some(DraftActor {
            name: name?,
            kind,
            via,
            strength,
        })
    }

    fn word<T>(
        &mut self,
        name: &'static str,
        parse: fn(&str) -> Option<T>,
        list: &str,
    ) -> Option<T> {
        let text = self.optional(name)?;
        let word = parse(&text);
        if word.is_none() {
            self.fault(name, format!("must be one of {list}"));
        }
        word
    }

    fn unknown(&mut self, known: &str) {
        for (name, _) in std::mem::take(&mut self.members) {
            self.fault(&name, format!("is an unknown key; there are {known}"));
        }
    }
}

/// A time of `context.info`, which ddeutil's engine writes.
fn told(context: &Members, name: &str) -> Option<Instant> {
    match context.get("info").as_deref() {
        Some(Value::Object(info)) => match info.get(name) {
            Some(Value::Text(text)) => Release::parse(text).ok().map(|release| release.at()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
