//! Among many entries: a store may keep what is searched in blocks, and must find what is in them, beside them and across their edges.

use super::Setup;
use super::sample::{Writer, draft, event, fill, id, instant, meta, payload_of};
use piperoll::event::{
    Action, Attribute, AttributeName, DraftActor, Event, Json, Kind, Outcome, Resource, Value,
    key_attribute,
};
use piperoll::seal::EntryIndex;
use piperoll::store::{Filter, Glob, Order, Page, Snapshot, Store};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// How many entries each append adds; blocks of 256 end within, between and at the ends of appends.
const APPENDS: [u64; 7] = [1, 255, 100, 156, 300, 1, 287];
const ENTRIES: u64 = 1_100;
const ERASED: [u64; 4] = [0, 255, 256, 1_099];

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn made_of(number: u64, numbers: &mut Numbers) -> Event {
    let mut draft = draft(number);
    let kinds = [Kind::Row, Kind::Run, Kind::Access, Kind::Config];
    draft.kind = kinds[numbers.below(4) as usize];
    draft.action = [Action::Update, Action::Read][numbers.below(2) as usize].clone();
    // One name that is in one block alone, and others that are in all.
    let actor = if number == 700 { 99 } else { numbers.below(40) };
    draft.actor = DraftActor::named(format!("actor {actor}"));
    // Some have names of their own.
    let resource = match numbers.below(3) {
        0 => format!("shop.own.{number}"),
        _ => format!("shop.main.t{}", numbers.below(9)),
    };
    draft.resource = Resource::new("shop", resource, "table");
    let outcomes = [Outcome::Success, Outcome::Denied];
    draft.outcome = Some(outcomes[usize::from(numbers.below(50) == 0)]);
    // Mostly in order; some came late.
    let late = if numbers.below(20) == 0 { 500 } else { 0 };
    draft.at = Some(instant(number as i64 - late));
    if draft.kind == Kind::Row {
        let payload = format!(r#"{{"key":{}}}"#, numbers.below(200));
        draft.payload = Some(payload_of(&payload));
    }
    event(&draft)
}

fn filled(store: &dyn Store) -> Vec<Event> {
    let mut numbers = Numbers(7);
    let mut events: Vec<Event> = (0..ENTRIES).map(|n| made_of(n, &mut numbers)).collect();
    let mut writer = Writer::default();
    let mut rest = events.as_slice();
    let mut batches = Vec::new();
    for count in APPENDS {
        let (batch, behind) = rest.split_at(count as usize);
        batches.push(writer.batch(batch.to_vec()));
        rest = behind;
    }
    assert!(rest.is_empty());
    fill(store, &batches);
    store.erase(&ERASED.map(EntryIndex::new)).unwrap();
    for index in ERASED {
        events[index as usize].attributes.clear();
    }
    events
}

fn any_filter(numbers: &mut Numbers) -> Filter {
    let mut filter = Filter::default();
    let mut sometimes = |one_in: u64| numbers.below(one_in) == 0;
    let set: [bool; 8] = std::array::from_fn(|field| sometimes(if field < 5 { 4 } else { 6 }));
    if set[0] {
        filter.kind = Some([Kind::Row, Kind::Access, Kind::Security][numbers.below(3) as usize]);
    }
    if set[1] {
        filter.action = Some(["READ", "UPDATE", "DROP"][numbers.below(3) as usize].to_owned());
    }
    if set[2] {
        let actor = [3, 17, 99, 1_000][numbers.below(4) as usize];
        filter.actor = Some(format!("actor {actor}"));
    }
    if set[3] {
        let globs = [
            "shop.main.t3",
            "shop.main.*",
            "shop.own.1*",
            "shop.own.700",
            "none",
        ];
        filter.resource = Some(Glob::parse(globs[numbers.below(5) as usize]).unwrap());
    }
    if set[4] {
        filter.outcome = Some([Outcome::Denied, Outcome::Success][numbers.below(2) as usize]);
    }
    if set[5] {
        filter.since = Some(instant(numbers.below(1_300) as i64 - 100));
    }
    if set[6] {
        filter.until = Some(instant(numbers.below(1_300) as i64 - 100));
    }
    if set[7] {
        let key = Value::from_json(Json::Number(&numbers.below(220).to_string()));
        filter.attribute = Some(Attribute {
            name: AttributeName::Key,
            value: key_attribute(&key, &meta().secret),
        });
    }
    filter
}

/// What the filter says, entry by entry.
fn expected(events: &[Event], filter: &Filter) -> Vec<u64> {
    let has = |event: &Event| {
        let wanted = filter.attribute.as_ref();
        wanted.is_none_or(|wanted| event.attributes.contains(wanted))
    };
    let all = (0..).zip(events);
    let found = all.filter(|(_, event)| filter.matches(&event.header) && has(event));
    found.map(|(index, _)| index).collect()
}

fn find(snapshot: &dyn Snapshot, filter: &Filter, page: &Page) -> Vec<u64> {
    let found = snapshot.find(filter, page).unwrap();
    found.into_iter().map(EntryIndex::get).collect()
}

/// Random filters in both directions, whole and page by page.
pub fn any_filter_finds_what_it_says_among_many(setup: &impl Setup) {
    let store = setup.first().unwrap();
    let events = filled(&*store);
    let snapshot = store.snapshot().unwrap();
    let mut numbers = Numbers(11);
    let mut hits = 0;
    for _ in 0..400 {
        let filter = any_filter(&mut numbers);
        let mut expected = expected(&events, &filter);
        hits += usize::from(!expected.is_empty());
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let mut page = Page {
                order,
                after: None,
                limit: usize::MAX,
            };
            let found = find(&*snapshot, &filter, &page);
            assert_eq!(found, expected, "{order:?} {filter:?}");
            page.limit = 1 + numbers.below(60) as usize;
            let mut paged = Vec::new();
            loop {
                let found = find(&*snapshot, &filter, &page);
                assert!(found.len() <= page.limit);
                let Some(last) = found.last() else { break };
                page.after = Some(EntryIndex::new(*last));
                paged.extend(found);
            }
            assert_eq!(paged, expected, "{page:?} {filter:?}");
            expected.reverse();
        }
    }
    assert!(hits > 150, "{hits} filters find something: too few to tell");
}

/// By its id and by its position.
pub fn each_of_many_is_found_by_itself(setup: &impl Setup) {
    let store = setup.first().unwrap();
    filled(&*store);
    let snapshot = store.snapshot().unwrap();
    let mut ids = BTreeMap::new();
    snapshot
        .ids(&mut |id, seq| {
            assert_eq!(ids.insert(seq, id.to_owned()), None);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    let expected: BTreeMap<i64, String> = (0..ENTRIES)
        .map(|n| (n as i64, id(n).to_string()))
        .collect();
    assert_eq!(ids, expected);
    for (start, end, count) in [
        (0, 1_100, 1_100),
        (255, 257, 2),
        (1_000, 2_000, 100),
        (7, 7, 0),
    ] {
        assert_eq!(snapshot.reached(start..end).unwrap(), count);
    }
    assert_eq!(snapshot.reached(i64::MIN..i64::MAX).unwrap(), ENTRIES);
}
