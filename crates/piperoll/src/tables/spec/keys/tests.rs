use super::*;
use crate::tables::Spec;
use std::collections::BTreeSet;

/// A value that a key may have.
fn sample(holds: Holds) -> &'static str {
    match holds {
        Holds::Text | Holds::TextOrNull => "x",
        Holds::Boolean => "true",
        Holds::Scalar => "1",
        Holds::Scalars => "[]",
        Holds::Names => "id",
        Holds::NameLists => "[]",
        Holds::Values | Holds::Rules | Holds::ForeignKeys | Holds::Properties => "{}",
        Holds::Columns => "[]",
        Holds::Matching => "name",
    }
}

fn unknown(text: &str) -> Vec<String> {
    match Spec::parse(text, "t.yaml", None) {
        Ok(_) => Vec::new(),
        Err(error) => {
            let problems = error.problems().iter().map(ToString::to_string);
            problems
                .filter(|text| text.contains("unknown key"))
                .collect()
        }
    }
}

#[test]
fn the_reader_knows_every_key_of_the_schema() {
    let below =
        |place: &str, key: &Key| format!("{place}: {{{}: {}}}", key.name, sample(key.holds));
    let mut texts: Vec<String> = Vec::new();
    texts.extend(
        TABLE
            .iter()
            .map(|key| format!("{}: {}", key.name, sample(key.holds))),
    );
    texts.extend(
        COLUMN
            .iter()
            .map(|key| format!("columns: [{{{}: {}}}]", key.name, sample(key.holds))),
    );
    texts.extend(
        RULE.iter()
            .map(|key| format!("row_filters: {{{}}}", below("a", key))),
    );
    texts.extend(
        FOREIGN_KEY
            .iter()
            .map(|key| format!("foreign_keys: {{{}}}", below("a", key))),
    );
    texts.extend(PROPERTIES.iter().map(|key| below("properties", key)));
    for text in texts {
        assert_eq!(unknown(&text), Vec::<String>::new(), "of {text}");
    }
    assert_eq!(unknown("no_such_key: 1").len(), 1);
}

#[test]
fn the_schema_knows_every_key_of_the_reader() {
    let sources = [
        include_str!("../read.rs"),
        include_str!("../column.rs"),
        include_str!("../keyed.rs"),
    ];
    let all = [TABLE, COLUMN, RULE, FOREIGN_KEY, PROPERTIES];
    let known: BTreeSet<&str> = all
        .iter()
        .flat_map(|keys| keys.iter().map(|key| key.name))
        .collect();
    let mut found = BTreeSet::new();
    for source in sources {
        for call in ["required(\"", "optional(\"", "names_of(\""] {
            for part in source.split(call).skip(1) {
                found.insert(part.split('"').next().unwrap());
            }
        }
    }
    // These three are read in a loop.
    found.extend(["catalog", "schema", "table"]);
    assert_eq!(found, known, "read on the left, in the schema on the right");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test writes and reads the document"
)]
fn the_document_is_what_is_made_here() {
    let made = json_schema().canonical();
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let made = format!("{made:#}\n");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/table.schema.json");
    if std::env::var_os("PIPEROLL_WRITE_SNAPSHOTS").is_some() {
        std::fs::write(file, &made).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        made,
        "PIPEROLL_WRITE_SNAPSHOTS=1 writes it"
    );
}
