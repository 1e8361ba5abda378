//! Text is data, whatever it looks like.

use super::Setup;
use super::picture::Picture;
use super::sample::{Writer, draft, event, fill};
use piperoll::event::{Draft, DraftActor, Kind, Payload, Resource, Value};
use piperoll::seal::EntryIndex;
use piperoll::store::{Filter, Glob, Order, Page, Store};

/// What has broken other programs.
const TEXTS: [&str; 16] = [
    "\u{1f600}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202e}abc\u{202c}",
    "e\u{301} and \u{e9}",
    "two\nlines\r\nand\ttabs",
    "'",
    "\"",
    "''; DROP TABLE entries; --",
    "x' OR '1'='1",
    "\\",
    "%_",
    "?1 :name @name $name",
    "NULL",
    "0",
    "1e3",
    " spaces ",
    "\u{1}\u{7f}\u{feff}\u{fffd}\u{10ffff}",
];

/// In every text of an event; each finds its own entry and no other.
pub fn unusual_text_comes_back_and_is_found(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let events = (0..).zip(TEXTS).map(|(n, text)| event(&speaking(n, text)));
    let mut batch = Writer::default().full_batch(events.collect());
    batch.checkpoint = TEXTS.concat();
    batch.keep = Some(TEXTS.concat());
    batch.cursors = vec![("source".to_owned(), TEXTS.concat())];
    let batches = [batch];
    fill(&*store, &batches);
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
    for (index, text) in (0..).zip(TEXTS) {
        assert_eq!(by_actor(&*store, text), [index], "{text:?}");
        assert_eq!(by_resource(&*store, text), [index], "{text:?}");
    }
}

/// As long as a header takes.
pub fn names_of_60_000_bytes_come_back_and_are_found(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let long = |letter: &str| letter.repeat(60_000 / letter.len());
    let (actor, resource) = (long("a"), long("\u{1f600}"));
    let mut first = draft(0);
    first.actor = DraftActor::named(&actor);
    let mut second = draft(1);
    second.resource = Resource::new("shop", &resource, "table");
    let batches = [Writer::default().batch(vec![event(&first), event(&second)])];
    fill(&*store, &batches);
    assert_eq!(Picture::of(&*store), Picture::expected(&batches));
    assert_eq!(by_actor(&*store, &actor), [0]);
    assert!(by_actor(&*store, &actor[1..]).is_empty());
    assert_eq!(by_resource(&*store, &resource), [1]);
}

fn speaking(number: u64, text: &str) -> Draft {
    Draft {
        kind: Kind::Run,
        actor: DraftActor {
            via: Some(text.to_owned()),
            ..DraftActor::named(text)
        },
        resource: Resource::new(text, text, text),
        reason: Some(text.to_owned()),
        payload: Some(said(text)),
        ..draft(number)
    }
}

fn said(text: &str) -> Payload {
    let text = || Value::Text(text.to_owned());
    let context = Value::Object([("status".to_owned(), text())].into());
    Payload::new(None, None, None, Some(text()), Some(context)).unwrap()
}

fn by_actor(store: &dyn Store, name: &str) -> Vec<u64> {
    let actor = Some(name.to_owned());
    find(
        store,
        &Filter {
            actor,
            ..Filter::default()
        },
    )
}

fn by_resource(store: &dyn Store, name: &str) -> Vec<u64> {
    let escaped: String = name
        .chars()
        .flat_map(|c| match c {
            '*' | '?' | '[' | ']' | '{' | '}' | '\\' => vec!['\\', c],
            c => vec![c],
        })
        .collect();
    let resource = Some(Glob::parse(&escaped).unwrap());
    find(
        store,
        &Filter {
            resource,
            ..Filter::default()
        },
    )
}

fn find(store: &dyn Store, filter: &Filter) -> Vec<u64> {
    let page = Page {
        order: Order::OldestFirst,
        after: None,
        limit: 100,
    };
    let found = store.snapshot().unwrap().find(filter, &page).unwrap();
    found.into_iter().map(EntryIndex::get).collect()
}
