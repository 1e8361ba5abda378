//! A change of tracking that was killed between its intent and its outcome: the next one finds out what became of it.

use super::yard::Yard;
use crate::place::Place;
use piperoll::event::{
    Action, Draft, DraftActor, EventId, Kind, Outcome, Payload, Phase, Resource, Value,
};
use piperoll::rows::{Applied, Look, Request, Settings, apply, track, untrack};
use piperoll::store::{Filter, Order, Page};
use piperoll::trail::Trail;

fn request() -> Request {
    Request {
        actor: DraftActor::named("next"),
        reason: None,
        env: None,
        catalog: "shop".to_owned(),
    }
}

/// What somebody records who is killed then.
fn intent(trail: &Trail, verb: &str, action: Action, settings: Option<&Settings>) -> EventId {
    intent_on("shop", trail, verb, action, settings)
}

fn intent_on(
    target: &str,
    trail: &Trail,
    verb: &str,
    action: Action,
    settings: Option<&Settings>,
) -> EventId {
    let text = |text: &str| Value::Text(text.to_owned());
    let context = [
        ("verb", text(verb)),
        ("history", text("t_audit")),
        ("statements", Value::Array(vec![text("CREATE ...")])),
    ];
    let context = context.map(|(name, value)| (name.to_owned(), value));
    let context = Value::Object(context.into_iter().collect());
    let after = settings.map(Settings::to_value);
    let mut draft = Draft::new(
        Kind::Config,
        action,
        DraftActor::named("killed"),
        Resource::new(target, "shop.main.t", "table"),
    );
    draft.phase = Some(Phase::Intent);
    draft.outcome = Some(Outcome::Unknown);
    draft.payload = Some(Payload::new(None, None, None, after, Some(context)).unwrap());
    trail.record(&[draft]).unwrap().entries[0].id
}

fn apply_track(yard: &Yard, trail: &Trail) -> Applied {
    let plan =
        |reader: &mut dyn piperoll::target::Reader| track(reader, "shop", "t", None, Look::Schema);
    apply(&*yard.target(), trail, &request(), &plan, None).unwrap()
}

/// The outcomes of an intent, each with who recorded it.
fn outcomes(trail: &Trail, intent: EventId) -> Vec<(Outcome, String)> {
    let page = Page {
        order: Order::OldestFirst,
        after: None,
        limit: usize::MAX,
    };
    let entries = trail.entries(&Filter::default(), &page).unwrap();
    let closing = entries.into_iter().map(|entry| entry.header);
    closing
        .filter(|header| header.of == Some(intent))
        .map(|header| (header.outcome, header.actor.name))
        .collect()
}

fn one(outcome: Outcome) -> Vec<(Outcome, String)> {
    vec![(outcome, "next".to_owned())]
}

fn yard_and_trail() -> (Yard, Place, Trail) {
    let yard = Yard::with("CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT)");
    let place = Place::new();
    let trail = place.make();
    (yard, place, trail)
}

#[test]
fn a_track_that_was_killed_before_its_transaction_was_over_is_a_failure() {
    let (yard, _place, trail) = yard_and_trail();
    let killed = intent(&trail, "track", Action::Create, Some(&Settings::default()));
    let applied = apply_track(&yard, &trail);
    assert_eq!(outcomes(&trail, killed), one(Outcome::Failure));
    assert_eq!(
        applied.warnings,
        ["an earlier `track` of `t` was interrupted; recorded what became of it: failure"]
    );
    assert!(!applied.tracking.steps.is_empty());
    // Once is enough, and what is closed is not looked at again.
    let again = apply_track(&yard, &trail);
    assert!(again.warnings.is_empty() && again.tracking.steps.is_empty());
    assert_eq!(outcomes(&trail, killed), one(Outcome::Failure));
}

#[test]
fn a_track_that_was_killed_after_its_transaction_is_a_success() {
    let (yard, _place, trail) = yard_and_trail();
    yard.track("t");
    let killed = intent(&trail, "track", Action::Create, Some(&Settings::default()));
    let applied = apply_track(&yard, &trail);
    assert_eq!(outcomes(&trail, killed), one(Outcome::Success));
    assert!(applied.tracking.steps.is_empty());
    assert!(applied.warnings[0].ends_with(": success"));
}

#[test]
fn what_nobody_can_tell_of_a_repair_is_unknown() {
    let (yard, _place, trail) = yard_and_trail();
    yard.track("t");
    yard.sql("DROP TRIGGER piperoll_insert_of_t");
    let killed = intent(&trail, "repair", Action::Alter, Some(&Settings::default()));
    let applied = apply_track(&yard, &trail);
    assert_eq!(outcomes(&trail, killed), one(Outcome::Unknown));
    assert!(!applied.tracking.steps.is_empty());
}

#[test]
fn an_untrack_that_was_killed_is_done_or_not() {
    let (yard, _place, trail) = yard_and_trail();
    let killed = intent(&trail, "untrack", Action::Drop, None);
    apply_track(&yard, &trail);
    assert_eq!(outcomes(&trail, killed), one(Outcome::Success));
    let killed = intent(&trail, "untrack", Action::Drop, None);
    let plan = |reader: &mut dyn piperoll::target::Reader| untrack(reader, "t");
    apply(&*yard.target(), &trail, &request(), &plan, None).unwrap();
    assert_eq!(outcomes(&trail, killed), one(Outcome::Failure));
}

/// Another target may have a table of this name, and others may record intents on it.
#[test]
fn intents_of_others_stay_open() {
    let (yard, _place, trail) = yard_and_trail();
    let mut draft = Draft::new(
        Kind::Config,
        Action::Create,
        DraftActor::named("somebody"),
        Resource::new("shop", "shop.main.t", "table"),
    );
    draft.phase = Some(Phase::Intent);
    draft.outcome = Some(Outcome::Unknown);
    let theirs = trail.record(&[draft]).unwrap().entries[0].id;
    let settings = Settings::default();
    let elsewhere = intent_on("other", &trail, "track", Action::Create, Some(&settings));
    let applied = apply_track(&yard, &trail);
    assert!(applied.warnings.is_empty(), "{:?}", applied.warnings);
    assert!(outcomes(&trail, theirs).is_empty());
    assert!(outcomes(&trail, elsewhere).is_empty());
}
