//! Input lines: JSON from outside becomes a [`Draft`], or all of its faults at once. `docs/format.md` section 3.

use super::action::Action;
use super::actor::{ActorKind, DraftActor, Strength};
use super::draft::{
    Draft, Outcome, Phase, Rules, reason_problem, rule_problems, strength_problem, text_problem,
};
use super::id::EventId;
use super::instant::Instant;
use super::json::Json;
use super::kind::Kind;
use super::payload::Payload;
use super::resource::Resource;
use crate::error::Problem;
use std::collections::BTreeMap;

/// What a line may leave to the command that reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineDefaults {
    /// Who, when a line names nobody.
    pub actor: Option<String>,
    /// Why, when a line gives no reason.
    pub reason: Option<String>,
}

impl Draft {
    /// Reads one input line: a JSON object in UTF-8.
    ///
    /// # Errors
    /// All faults of the line; the place of each is its key, such as `actor.name`.
    pub fn from_line(line: &[u8], defaults: &LineDefaults) -> Result<Self, Vec<Problem>> {
        let json = Json::parse(line).map_err(|e| vec![Problem::new(e.path, e.message)])?;
        let Json::Object(members) = json else {
            let message = format!("must be a JSON object, not {}", json.type_name());
            return Err(vec![Problem::new("", message)]);
        };
        let mut line = Fields {
            prefix: "",
            members,
            problems: Vec::new(),
        };

        let id = line.optional(
            "id",
            "must be a UUID of version 7 or 8, such as 01932c07-a000-7000-8000-000000000001",
            EventId::parse,
        );
        let at = line.instant();
        let kind = line.required(
            "kind",
            "what family it is",
            &one_of(&Kind::list()),
            Kind::parse,
        );
        let action = line.action();
        let phase = line.optional("phase", &one_of(&Phase::list()), Phase::parse);
        let of = line.optional(
            "of",
            "must be the UUID of an entry, of version 7 or 8",
            EventId::parse,
        );
        let outcome = line.optional("outcome", &one_of(&Outcome::list()), Outcome::parse);
        let reason = line
            .text("reason")
            .filter(|reason| !reason.is_empty())
            .or_else(|| defaults.reason.clone());
        line.problems
            .extend(reason.as_deref().and_then(reason_problem));
        let actor = line.actor(defaults);
        let resource = line.resource();
        let (payload, payload_failed) = line.payload();
        line.unknown();

        let mut problems = line.problems;
        let rules = rule_problems(&Rules {
            kind,
            action: action.as_ref(),
            phase,
            of: of.is_some(),
            key: payload_failed || payload.as_ref().is_some_and(|p| p.key().is_some()),
        });
        // A key that is wrong is not also missing, and the other way round.
        for problem in rules {
            if !problems.iter().any(|named| named.place == problem.place) {
                problems.push(problem);
            }
        }
        match (kind, action, actor, resource) {
            (Some(kind), Some(action), Some(actor), Some(resource)) if problems.is_empty() => {
                let draft = Self {
                    id,
                    at,
                    kind,
                    action,
                    phase,
                    of,
                    actor,
                    resource,
                    outcome,
                    reason,
                    payload,
                };
                draft
                    .header_problem()
                    .map_or(Ok(draft), |problem| Err(vec![problem]))
            }
            _ => Err(problems),
        }
    }
}

/// The members of an object of the line, taken one by one; faults are gathered.
struct Fields {
    prefix: &'static str,
    members: BTreeMap<String, Json>,
    problems: Vec<Problem>,
}

impl Fields {
    fn problem(&mut self, key: &str, message: impl Into<String>) {
        self.problems
            .push(Problem::new(format!("{}{key}", self.prefix), message));
    }

    /// The text at `key`; `null` is absence.
    fn text(&mut self, key: &str) -> Option<String> {
        match self.members.remove(key)? {
            Json::Null => None,
            Json::Text(text) => Some(text),
            other => {
                self.problem(key, format!("must be text, not {}", other.type_name()));
                None
            }
        }
    }

    fn optional<T>(
        &mut self,
        key: &str,
        rule: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(key)?;
        let value = parse(&text);
        if value.is_none() {
            self.problem(key, format!("`{}` {rule}", shorten(&text)));
        }
        value
    }

    fn required<T>(
        &mut self,
        key: &str,
        meaning: &str,
        rule: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let missing = matches!(self.members.get(key), None | Some(Json::Null));
        if missing {
            self.members.remove(key);
            self.problem(key, format!("is missing ({meaning})"));
            return None;
        }
        self.optional(key, rule, parse)
    }

    fn required_text(&mut self, key: &str, meaning: &str) -> Option<String> {
        let text = self.required(key, meaning, "", |text| Some(text.to_owned()))?;
        match text_problem(&format!("{}{key}", self.prefix), &text) {
            Some(problem) => {
                self.problems.push(problem);
                None
            }
            None => Some(text),
        }
    }

    fn instant(&mut self) -> Option<Instant> {
        let text = self.text("at")?;
        match Instant::parse(&text) {
            Ok(instant) => Some(instant),
            Err(error) => {
                self.problem("at", format!("`{}` {error}", shorten(&text)));
                None
            }
        }
    }

    fn action(&mut self) -> Option<Action> {
        let known = self.members.get("action").and_then(|action| match action {
            Json::Text(text) => Action::parse(&text.to_uppercase()),
            _ => None,
        });
        let rule = match known {
            Some(action) => format!("is an unknown action; did you mean `{action}`?"),
            None => format!(
                "is an unknown action; it is one of {}, or x.<namespace>.<name>",
                Action::WORDS.join(", ")
            ),
        };
        self.required("action", "what was done", &rule, Action::parse)
    }

    /// The fields of the object at `key`; a fault when it is none.
    fn object(&mut self, key: &str, prefix: &'static str, meaning: &str) -> Option<Self> {
        match self.members.remove(key) {
            None | Some(Json::Null) => {
                self.problem(key, format!("is missing ({meaning})"));
                None
            }
            Some(Json::Object(members)) => Some(Self {
                prefix,
                members,
                problems: Vec::new(),
            }),
            Some(other) => {
                self.problem(key, format!("must be an object, not {}", other.type_name()));
                None
            }
        }
    }

    fn actor(&mut self, defaults: &LineDefaults) -> Option<DraftActor> {
        if let (None | Some(Json::Null), Some(name)) = (self.members.get("actor"), &defaults.actor)
        {
            self.members.remove("actor");
            return Some(DraftActor::named(name.clone()));
        }
        let meaning = "who did it, such as {\"name\":\"alice\"}; or give --actor";
        let mut actor = self.object("actor", "actor.", meaning)?;
        let name = actor.required_text("name", "who did it");
        let kind = actor.optional("kind", &one_of(&ActorKind::list()), ActorKind::parse);
        let strength = actor.optional("strength", &one_of(&Strength::list()), Strength::parse);
        actor.problems.extend(strength.and_then(strength_problem));
        let via = actor.text("via");
        actor.problems.extend(
            via.as_deref()
                .and_then(|via| text_problem("actor.via", via)),
        );
        actor.unknown();
        self.problems.append(&mut actor.problems);
        Some(DraftActor {
            name: name?,
            kind,
            via,
            strength,
        })
    }

    fn resource(&mut self) -> Option<Resource> {
        let meaning = "where it happened, such as {\"system\":\"shop\",\"name\":\"shop.main.orders\",\"kind\":\"table\"}";
        let mut resource = self.object("resource", "resource.", meaning)?;
        let system = resource.required_text("system", "where it happened: the system");
        let name = resource.required_text("name", "where it happened: the name");
        let kind = resource.required_text("kind", "what it is: table, workflow, role, ...");
        resource.unknown();
        self.problems.append(&mut resource.problems);
        Some(Resource {
            system: system?,
            name: name?,
            kind: kind?,
        })
    }

    /// The payload, and whether there is one with faults.
    fn payload(&mut self) -> (Option<Payload>, bool) {
        match self.members.remove("payload") {
            None | Some(Json::Null) => (None, false),
            Some(json) => match Payload::from_json(json) {
                Ok(payload) => (Some(payload), false),
                Err(problems) => {
                    self.problems.extend(problems);
                    (None, true)
                }
            },
        }
    }

    fn unknown(&mut self) {
        let keys: Vec<String> = self.members.keys().cloned().collect();
        for key in keys {
            let message = match key.as_str() {
                "v" | "recorded_at" => "is set by Piperoll; leave it out".to_owned(),
                _ => "is an unknown key".to_owned(),
            };
            self.problem(&key, message);
        }
    }
}

fn one_of(words: &str) -> String {
    format!("is not one of {words}")
}

/// A text from outside in a message: its first letters.
fn shorten(text: &str) -> String {
    const LETTERS_MAX: usize = 80;
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
