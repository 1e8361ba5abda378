//! Input lines: JSON from outside becomes a [`Draft`], or all of its faults at once. `docs/format.md` section 3.

use super::action::Action;
use super::actor::{ActorKind, DraftActor, Strength};
use super::draft::{
    Draft, Outcome, Phase, Rules, reason_problem, rule_problems, strength_problem, text_fault,
};
use super::id::EventId;
use super::instant::Instant;
use super::json::{Json, shorten};
use super::kind::Kind;
use super::payload::Payload;
use super::resource::Resource;
use crate::error::Problem;
use crate::limits::LINE_BYTES_MAX;
use std::borrow::Cow;

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
        if line.len() > LINE_BYTES_MAX {
            return Err(vec![Problem::new(
                "",
                format!(
                    "has {} bytes; at most {LINE_BYTES_MAX} (128 MiB) are read",
                    line.len()
                ),
            )]);
        }
        let json = Json::parse(line)?;
        let Json::Object(members) = json else {
            let message = format!("must be a JSON object, not {}", json.type_name());
            return Err(vec![Problem::new("", message)]);
        };
        let mut line = Fields {
            prefix: "",
            members,
            problems: Vec::new(),
        };

        let id = line.optional("id", EventId::parse, || {
            "must be a UUID of version 7 or 8, such as 01932c07-a000-7000-8000-000000000001".into()
        });
        let at = line.instant();
        let kind = line.required("kind", "what family it is", Kind::parse, || {
            one_of(&kinds_of_lines())
        });
        let action = line.action();
        let phase = line.optional("phase", Phase::parse, || one_of(&Phase::list()));
        let of = line.optional("of", EventId::parse, || {
            "must be the UUID of an entry, of version 7 or 8".into()
        });
        let outcome = line.optional("outcome", Outcome::parse, || one_of(&Outcome::list()));
        let reason = line.reason(defaults);
        let actor = line.actor(defaults);
        let resource = line.resource();
        let payload = line.payload();
        line.unknown();

        let mut problems = line.problems;
        let sound = |key: &str| !problems.iter().any(|named| is_in(key, &named.place));
        let rules = rule_problems(&Rules {
            kind,
            action: action.as_ref(),
            // A phase that is wrong may have been meant to be either.
            phase: sound("phase").then_some(phase),
            of: of.is_some(),
            // A payload that is wrong may have been meant to have a key.
            key: !sound("payload") || payload.as_ref().is_some_and(|p| p.key().is_some()),
        });
        let rules: Vec<Problem> = rules
            .into_iter()
            .filter(|rule| sound(&rule.place))
            .collect();
        problems.extend(rules);
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
struct Fields<'a> {
    prefix: &'static str,
    members: Vec<(Cow<'a, str>, Json<'a>)>,
    problems: Vec<Problem>,
}

impl<'a> Fields<'a> {
    fn problem(&mut self, key: &str, message: impl Into<String>) {
        self.problems
            .push(Problem::new(format!("{}{key}", self.prefix), message));
    }

    /// Takes the value at `key`, `null` included.
    fn take(&mut self, key: &str) -> Option<Json<'a>> {
        let position = self.members.iter().position(|(name, _)| name == key)?;
        Some(self.members.remove(position).1)
    }

    /// Takes the value at `key`; `null` is absence.
    fn given(&mut self, key: &str) -> Option<Json<'a>> {
        self.take(key).filter(|value| *value != Json::Null)
    }

    fn get(&self, key: &str) -> Option<&Json<'a>> {
        let member = self.members.iter().find(|(name, _)| name == key)?;
        Some(&member.1)
    }

    fn is_absent(&self, key: &str) -> bool {
        matches!(self.get(key), None | Some(Json::Null))
    }

    /// The text at `key`.
    fn text(&mut self, key: &str) -> Option<Cow<'a, str>> {
        match self.given(key)? {
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
        parse: impl Fn(&str) -> Option<T>,
        rule: impl Fn() -> String,
    ) -> Option<T> {
        let text = self.text(key)?;
        let value = parse(&text);
        if value.is_none() {
            self.problem(key, format!("`{}` {}", shorten(&text), rule()));
        }
        value
    }

    fn required<T>(
        &mut self,
        key: &str,
        meaning: &str,
        parse: impl Fn(&str) -> Option<T>,
        rule: impl Fn() -> String,
    ) -> Option<T> {
        if self.is_absent(key) {
            self.problem(key, format!("is missing ({meaning})"));
        }
        self.optional(key, parse, rule)
    }

    fn required_text(&mut self, key: &str, meaning: &str) -> Option<String> {
        if self.is_absent(key) {
            self.problem(key, format!("is missing ({meaning})"));
        }
        self.optional_text(key)
    }

    fn optional_text(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        match text_fault(&text) {
            Some(fault) => {
                self.problem(key, fault);
                None
            }
            None => Some(text.into_owned()),
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
        let text = match self.get("action") {
            Some(Json::Text(text)) => text.to_uppercase(),
            _ => String::new(),
        };
        self.required(
            "action",
            "what was done",
            Action::parse,
            || match Action::parse(&text) {
                Some(action) => format!("is an unknown action; did you mean `{action}`?"),
                None => format!(
                    "is an unknown action; it is one of {}, or x.<namespace>.<name>",
                    actions_of_lines()
                ),
            },
        )
    }

    /// The line's reason, else the command's.
    fn reason(&mut self, defaults: &LineDefaults) -> Option<String> {
        let given = self.text("reason").map(Cow::into_owned);
        let reason = given
            .filter(|reason| !reason.is_empty())
            .or_else(|| defaults.reason.clone())?;
        self.problems.extend(reason_problem(&reason));
        Some(reason)
    }

    /// The fields of the object at `key`; a fault when it is none.
    fn object(&mut self, key: &str, prefix: &'static str, meaning: &str) -> Option<Self> {
        match self.given(key) {
            None => {
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

    /// The line's actor, else the command's.
    fn actor(&mut self, defaults: &LineDefaults) -> Option<DraftActor> {
        if let (true, Some(name)) = (self.is_absent("actor"), &defaults.actor) {
            self.take("actor");
            let fault = text_fault(name);
            self.problems
                .extend(fault.map(|fault| Problem::new("actor.name", fault)));
            return Some(DraftActor::named(name));
        }
        let meaning = "who did it, such as {\"name\":\"alice\"}; or give --actor";
        let mut actor = self.object("actor", "actor.", meaning)?;
        let name = actor.required_text("name", "who did it");
        let kind = actor.optional("kind", ActorKind::parse, || one_of(&ActorKind::list()));
        let strength = actor.optional("strength", Strength::parse, || one_of(&Strength::list()));
        actor.problems.extend(strength.and_then(strength_problem));
        let via = actor.optional_text("via");
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

    fn payload(&mut self) -> Option<Payload> {
        match Payload::from_json(self.given("payload")?) {
            Ok(payload) => Some(payload),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    fn unknown(&mut self) {
        for (name, _) in std::mem::take(&mut self.members) {
            let message = match name.as_ref() {
                "v" | "recorded_at" => "is set by Piperoll; leave it out",
                _ => "is an unknown key",
            };
            self.problem(&name, message);
        }
    }
}

/// Whether a place is a key of the line, or lies in it.
fn is_in(key: &str, place: &str) -> bool {
    place
        .strip_prefix(key)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The kinds that a line may claim.
fn kinds_of_lines() -> String {
    let kinds = Kind::ALL.iter().filter(|kind| **kind != Kind::Trail);
    kinds
        .map(|kind| kind.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The actions that a line may claim.
fn actions_of_lines() -> String {
    let actions = Action::WORDS.iter().filter_map(|word| Action::parse(word));
    let actions = actions.filter(|action| !action.is_trails_own());
    actions
        .map(|action| action.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

fn one_of(words: &str) -> String {
    format!("is not one of {words}")
}

#[cfg(test)]
mod tests;
