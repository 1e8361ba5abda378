//! Finding: what the filter says, all of it and nothing else, page by page.

use super::Setup;
use super::sample::{Writer, draft, event, fill, instant, meta, payload_of};
use piperoll::event::{
    Action, Attribute, AttributeName, DraftActor, Event, Json, Kind, Outcome, Resource, Value,
    key_attribute,
};
use piperoll::seal::EntryIndex;
use piperoll::store::{Filter, Glob, Order, Page, Snapshot};

/// Kind, action, actor, resource, outcome, second, key; the first has index 0.
const ROWS: &str = "\
row      INSERT alice     shop.main.orders      success 10 1
row      UPDATE bob       shop.main.orders      success 20 1
row      UPDATE alice     shop.main.items       failure 30 2
security LOGIN  bob       warehouse             denied  40
security LOGIN  alice     warehouse             success 50
run      RUN    scheduler nightly.load          unknown 60
business UPDATE Alice     shop.main.orders      success 20
row      DELETE bob       shop.main.orders      success 5  42
row      UPDATE bob       shop.main.orders      denied  20 42
config   UPDATE row       alice                 success 70
access   READ   carol     SHOP.main.orders      success 80
row      INSERT alice     shop.main.orders[old] success 20 1
";

fn events() -> Vec<Event> {
    (0..)
        .zip(ROWS.lines())
        .map(|(n, row)| made_of(n, row))
        .collect()
}

fn made_of(number: u64, row: &str) -> Event {
    let fields: Vec<&str> = row.split_whitespace().collect();
    let key = fields.get(6);
    let mut draft = draft(number);
    draft.kind = Kind::parse(fields[0]).unwrap();
    draft.action = Action::parse(fields[1]).unwrap();
    draft.actor = DraftActor::named(fields[2]);
    draft.resource = Resource::new("shop", fields[3], "table");
    draft.outcome = Outcome::parse(fields[4]);
    draft.at = Some(instant(fields[5].parse().unwrap()));
    draft.payload = key.map(|key| payload_of(&format!(r#"{{"key":{key}}}"#)));
    if draft.kind == Kind::Run {
        let context = r#"{"context":{"release":"2026-11-01","status":"late"}}"#;
        draft.payload = Some(payload_of(context));
    }
    event(&draft)
}

/// A filter of what `set` sets.
fn by(set: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    set(&mut filter);
    filter
}

fn glob(text: &str) -> Option<Glob> {
    Some(Glob::parse(text).unwrap())
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

const NOTHING: [u64; 0] = [];

fn page() -> Page {
    Page {
        order: Order::OldestFirst,
        after: None,
        limit: 100,
    }
}

fn find(snapshot: &dyn Snapshot, filter: &Filter, page: &Page) -> Vec<u64> {
    let found = snapshot.find(filter, page).unwrap();
    found.into_iter().map(EntryIndex::get).collect()
}

fn key(number: i64) -> Attribute {
    let value = Value::from_json(Json::Number(&number.to_string()));
    Attribute {
        name: AttributeName::Key,
        value: key_attribute(&value, &meta().secret),
    }
}

fn attribute(name: AttributeName, value: &str) -> Filter {
    let value = value.to_owned();
    by(|f| f.attribute = Some(Attribute { name, value }))
}

/// Filters of one field each, and what they find.
fn single() -> Vec<(Filter, Vec<u64>)> {
    use AttributeName::{ChangeKey, Release, Status};
    vec![
        (by(|f| f.kind = Some(Kind::Row)), vec![0, 1, 2, 7, 8, 11]),
        (by(|f| f.kind = Some(Kind::Security)), vec![3, 4]),
        (by(|f| f.action = text("UPDATE")), vec![1, 2, 6, 8, 9]),
        (by(|f| f.action = text("update")), vec![]),
        (by(|f| f.actor = text("alice")), vec![0, 2, 4, 11]),
        (by(|f| f.actor = text("Alice")), vec![6]),
        // A name that is a word of another column, too.
        (by(|f| f.actor = text("row")), vec![9]),
        (
            by(|f| f.resource = glob("shop.main.orders")),
            vec![0, 1, 6, 7, 8],
        ),
        (by(|f| f.resource = glob("alice")), vec![9]),
        (by(|f| f.outcome = Some(Outcome::Denied)), vec![3, 8]),
        (by(|f| f.outcome = Some(Outcome::Unknown)), vec![5]),
        (by(|f| f.since = Some(instant(50))), vec![4, 5, 9, 10]),
        (by(|f| f.until = Some(instant(20))), vec![0, 7]),
        (by(|f| f.attribute = Some(key(1))), vec![0, 1, 11]),
        (by(|f| f.attribute = Some(key(42))), vec![7, 8]),
        (attribute(Release, "2026-11-01"), vec![5]),
        (attribute(Status, "late"), vec![5]),
        // The value of another attribute.
        (attribute(Release, "late"), vec![]),
        (attribute(ChangeKey, "2026-11-01"), vec![]),
    ]
}

/// By kind, action, actor, resource, outcome, time and attribute, in both directions.
pub fn each_field_finds_its_entries(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events())]);
    let snapshot = store.snapshot().unwrap();
    for (filter, mut expected) in single() {
        assert_eq!(find(&*snapshot, &filter, &page()), expected, "{filter:?}");
        let newest = Page {
            order: Order::NewestFirst,
            ..page()
        };
        expected.reverse();
        assert_eq!(find(&*snapshot, &filter, &newest), expected, "{filter:?}");
    }
    let all: Vec<u64> = (0..12).collect();
    assert_eq!(find(&*snapshot, &Filter::default(), &page()), all);
}

/// Every pair of the filters of one field, where they are of different fields.
pub fn any_two_fields_find_what_both_find(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events())]);
    let snapshot = store.snapshot().unwrap();
    let mut hits = 0;
    for (a, in_a) in single() {
        for (b, in_b) in single() {
            let overlap = (a.kind.is_some() && b.kind.is_some())
                || (a.action.is_some() && b.action.is_some())
                || (a.actor.is_some() && b.actor.is_some())
                || (a.resource.is_some() && b.resource.is_some())
                || (a.outcome.is_some() && b.outcome.is_some())
                || (a.since.is_some() && b.since.is_some())
                || (a.until.is_some() && b.until.is_some())
                || (a.attribute.is_some() && b.attribute.is_some());
            if overlap {
                continue;
            }
            let both = Filter {
                kind: a.kind.or(b.kind),
                action: a.action.clone().or(b.action.clone()),
                actor: a.actor.clone().or(b.actor.clone()),
                resource: a.resource.clone().or(b.resource.clone()),
                outcome: a.outcome.or(b.outcome),
                since: a.since.or(b.since),
                until: a.until.or(b.until),
                attribute: a.attribute.clone().or(b.attribute.clone()),
            };
            let expected: Vec<u64> = in_a.iter().copied().filter(|i| in_b.contains(i)).collect();
            hits += expected.len();
            assert_eq!(find(&*snapshot, &both, &page()), expected, "{both:?}");
        }
    }
    assert!(hits > 100, "the pairs find {hits} entries: too few to tell");
}

/// One entry has all; each change of one field loses it.
pub fn all_fields_together_find_the_one_entry(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events())]);
    let snapshot = store.snapshot().unwrap();
    let all = by(|f| {
        f.kind = Some(Kind::Row);
        f.action = text("UPDATE");
        f.actor = text("bob");
        f.resource = glob("shop.*");
        f.outcome = Some(Outcome::Denied);
        f.since = Some(instant(20));
        f.until = Some(instant(21));
        f.attribute = Some(key(42));
    });
    assert_eq!(find(&*snapshot, &all, &page()), [8]);
    let changes: [fn(&mut Filter); 8] = [
        |f| f.kind = Some(Kind::Run),
        |f| f.action = text("INSERT"),
        |f| f.actor = text("alice"),
        |f| f.resource = glob("*.items"),
        |f| f.outcome = Some(Outcome::Success),
        |f| f.since = Some(instant(21)),
        |f| f.until = Some(instant(20)),
        |f| f.attribute = Some(key(1)),
    ];
    for change in changes {
        let mut filter = all.clone();
        change(&mut filter);
        assert!(find(&*snapshot, &filter, &page()).is_empty(), "{filter:?}");
    }
}

/// Stars cross dots, case counts, and a backslash takes a meaning away.
pub fn resources_are_found_by_pattern(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events())]);
    let snapshot = store.snapshot().unwrap();
    let cases = [
        ("shop.*", vec![0, 1, 2, 6, 7, 8, 11]),
        ("*", (0..12).collect()),
        ("SHOP.*", vec![10]),
        ("*.items", vec![2]),
        ("shop.main.order?", vec![0, 1, 6, 7, 8]),
        (r"shop.main.orders\[old\]", vec![11]),
        ("shop.main.{items,orders}", vec![0, 1, 2, 6, 7, 8]),
        ("[sw]*", vec![0, 1, 2, 3, 4, 6, 7, 8, 11]),
        // Matches actors and words, which are no resources.
        ("bo*", vec![]),
        ("UPDAT?", vec![]),
        ("%", vec![]),
        ("shop.main%", vec![]),
    ];
    for (glob, expected) in cases {
        let filter = by(|f| f.resource = self::glob(glob));
        assert_eq!(find(&*snapshot, &filter, &page()), expected, "{glob}");
    }
}

/// Names that are nowhere in the trail, empty ones, and times outside it.
pub fn what_no_entry_has_finds_nothing(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events())]);
    let snapshot = store.snapshot().unwrap();
    let filters = [
        by(|f| f.kind = Some(Kind::Trail)),
        by(|f| f.action = text("GRANT")),
        by(|f| f.actor = text("nobody")),
        by(|f| f.actor = text("")),
        by(|f| f.actor = text("alice' OR '1'='1")),
        by(|f| f.resource = glob("")),
        by(|f| f.since = Some(instant(81))),
        by(|f| f.until = Some(instant(5))),
        by(|f| (f.since, f.until) = (Some(instant(30)), Some(instant(30)))),
        by(|f| f.attribute = Some(key(3))),
    ];
    for filter in filters {
        assert!(find(&*snapshot, &filter, &page()).is_empty(), "{filter:?}");
    }
}

/// Each page begins behind the last entry of the one before; together they are all, once.
pub fn pages_follow_each_other_in_both_directions(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events())]);
    let snapshot = store.snapshot().unwrap();
    let rows = by(|f| f.kind = Some(Kind::Row));
    let cases = [
        (
            Order::OldestFirst,
            vec![vec![0, 1], vec![2, 7], vec![8, 11], vec![]],
        ),
        (
            Order::NewestFirst,
            vec![vec![11, 8], vec![7, 2], vec![1, 0], vec![]],
        ),
    ];
    for (order, pages) in cases {
        let mut after = None;
        for expected in pages {
            let page = Page {
                order,
                after,
                limit: 2,
            };
            assert_eq!(find(&*snapshot, &rows, &page), expected, "{page:?}");
            after = expected.last().map(|last| EntryIndex::new(*last));
        }
    }
    let behind = |order, after| {
        let page = Page {
            order,
            after: Some(EntryIndex::new(after)),
            limit: 100,
        };
        find(&*snapshot, &rows, &page)
    };
    // Behind an entry that is not among those found, the ends, and beyond.
    assert_eq!(behind(Order::OldestFirst, 5), [7, 8, 11]);
    assert_eq!(behind(Order::NewestFirst, 5), [2, 1, 0]);
    assert_eq!(behind(Order::NewestFirst, 0), NOTHING);
    assert_eq!(behind(Order::OldestFirst, 11), NOTHING);
    assert_eq!(behind(Order::OldestFirst, u64::MAX), NOTHING);
    assert_eq!(behind(Order::NewestFirst, u64::MAX), [11, 8, 7, 2, 1, 0]);
}

/// Nothing, one, exactly all, and more than there can be.
pub fn a_limit_may_be_none_one_or_huge(setup: &impl Setup) {
    let store = setup.first().unwrap();
    fill(&*store, &[Writer::default().batch(events())]);
    let snapshot = store.snapshot().unwrap();
    for (limit, count) in [
        (0, 0),
        (1, 1),
        (11, 11),
        (12, 12),
        (13, 12),
        (usize::MAX, 12),
    ] {
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let page = Page {
                order,
                after: None,
                limit,
            };
            let mut expected: Vec<u64> = (0..12).collect();
            if order == Order::NewestFirst {
                expected.reverse();
            }
            expected.truncate(count);
            assert_eq!(
                find(&*snapshot, &Filter::default(), &page),
                expected,
                "{page:?}"
            );
        }
    }
}
