use super::action::Action;
use super::actor::{DraftActor, Strength};
use super::header::Header;
use super::id::EventId;
use super::instant::Instant;
use super::kind::Kind;
use super::payload::Payload;
use super::resource::Resource;
use super::word::words;
use crate::error::Problem;
use crate::limits::REASON_BYTES_MAX;

words! {
    /// Which end of something this is that is not one transaction with its record.
    Phase {
        /// It is about to happen.
        Intent = "intent",
        /// It has happened, or failed.
        Outcome = "outcome",
    }
}

words! {
    /// How it ended.
    Outcome {
        /// It was done.
        Success = "success",
        /// It failed.
        Failure = "failure",
        /// It was not allowed.
        Denied = "denied",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

/// An event as a caller gives it, before it has an id and a time. What is `None` is filled in, and does not count when an id is repeated.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The id, when the caller has one; a repeated id with the same content is skipped.
    pub id: Option<EventId>,
    /// When it happened; default: when it is recorded.
    pub at: Option<Instant>,
    /// The family.
    pub kind: Kind,
    /// What was done.
    pub action: Action,
    /// Which end of it.
    pub phase: Option<Phase>,
    /// The intent that an outcome closes, or the entry that a CORRECTION corrects.
    pub of: Option<EventId>,
    /// Who.
    pub actor: DraftActor,
    /// Where.
    pub resource: Resource,
    /// How it ended; default [`Outcome::Success`].
    pub outcome: Option<Outcome>,
    /// Why: 1 to 1,024 bytes.
    pub reason: Option<String>,
    /// The part that may be erased.
    pub payload: Option<Payload>,
}

impl Draft {
    /// A plain fact of which only the required parts are given.
    pub fn new(kind: Kind, action: Action, actor: DraftActor, resource: Resource) -> Self {
        Self {
            id: None,
            at: None,
            kind,
            action,
            phase: None,
            of: None,
            actor,
            resource,
            outcome: None,
            reason: None,
            payload: None,
        }
    }

    /// What became of an intent, found out by `actor`: the same action on the same resource, for the same reason.
    pub(crate) fn outcome_of(intent: &Header, actor: DraftActor, outcome: Outcome) -> Self {
        Self {
            phase: Some(Phase::Outcome),
            of: Some(intent.id),
            outcome: Some(outcome),
            reason: intent.reason.clone(),
            ..Self::new(
                intent.kind,
                intent.action.clone(),
                actor,
                intent.resource.clone(),
            )
        }
    }

    /// All faults of a draft from outside: of what the types of its fields cannot rule out. Empty when it may be recorded.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let texts = [
            ("actor.name", Some(&self.actor.name)),
            ("actor.via", self.actor.via.as_ref()),
            ("resource.system", Some(&self.resource.system)),
            ("resource.name", Some(&self.resource.name)),
            ("resource.kind", Some(&self.resource.kind)),
        ];
        for (place, text) in texts {
            let fault = text.and_then(|text| text_fault(text));
            problems.extend(fault.map(|fault| Problem::new(place, fault)));
        }
        if let Some(reason) = &self.reason {
            problems.extend(reason_problem(reason));
        }
        problems.extend(rule_problems(&Rules {
            kind: Some(self.kind),
            action: Some(&self.action),
            phase: Some(self.phase),
            of: self.of.is_some(),
            key: self
                .payload
                .as_ref()
                .is_some_and(|payload| payload.key().is_some()),
        }));
        problems
    }
}

/// What the rules between fields look at. A rule is judged only where no field that it looks at is missing or wrong: such a one is named elsewhere.
pub(super) struct Rules<'a> {
    pub(super) kind: Option<Kind>,
    pub(super) action: Option<&'a Action>,
    /// `None` when it is wrong.
    pub(super) phase: Option<Option<Phase>>,
    pub(super) of: bool,
    pub(super) key: bool,
}

/// The faults between fields of an event from outside.
pub(super) fn rule_problems(rules: &Rules<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    if rules.kind == Some(Kind::Trail) {
        problems.push(Problem::new(
            "kind",
            "`trail` is Piperoll's own; no event given to it may claim that",
        ));
    }
    if let Some(action) = rules.action.filter(|action| action.is_trails_own()) {
        problems.push(Problem::new(
            "action",
            format!("`{action}` is Piperoll's own; no event given to it may claim that"),
        ));
    }
    if rules.kind == Some(Kind::Row) && !rules.key {
        problems.push(Problem::new(
            "payload.key",
            "is missing; an event of kind `row` names its row",
        ));
    }
    let closes = rules.phase == Some(Some(Phase::Outcome));
    let corrects = rules.action == Some(&Action::Correction);
    if (closes || corrects) && !rules.of {
        let what = if closes {
            "an outcome names the id of its intent"
        } else {
            "a CORRECTION names the id of the entry that it corrects"
        };
        problems.push(Problem::new("of", format!("is missing; {what}")));
    }
    let another = rules
        .action
        .is_some_and(|action| !corrects && !action.is_trails_own());
    if rules.of && !closes && rules.phase.is_some() && another {
        problems.push(Problem::new(
            "of",
            "goes with `phase: outcome` or the action CORRECTION only",
        ));
    }
    problems
}

/// What is wrong with a text that must say something.
pub(super) fn text_fault(text: &str) -> Option<&'static str> {
    if text.trim_start().is_empty() {
        Some("is blank")
    } else if text.contains('\0') {
        Some("holds U+0000, which no store keeps in text")
    } else {
        None
    }
}

/// The fault of a reason.
pub(super) fn reason_problem(reason: &str) -> Option<Problem> {
    if reason.is_empty() || reason.contains('\0') {
        return Some(Problem::new(
            "reason",
            "must be text without U+0000, or absent",
        ));
    }
    (reason.len() > REASON_BYTES_MAX).then(|| {
        Problem::new(
            "reason",
            format!(
                "has {} bytes; at most {REASON_BYTES_MAX} are kept",
                reason.len()
            ),
        )
    })
}

/// The fault of a strength in a line: a line cannot vouch for itself.
pub(super) fn strength_problem(strength: Strength) -> Option<Problem> {
    (strength == Strength::Authenticated).then(|| {
        Problem::new(
            "actor.strength",
            "a line cannot claim `authenticated`; use `asserted` or `inferred`",
        )
    })
}
