use crate::text;
use piperoll::ErrorKind;
use piperoll::limits::{NESTING_MAX, PROBLEMS_MAX, YAML_NODES_MAX};
use piperoll::project::Project;
use piperoll::seal::Origin;
use piperoll::store::Location;
use piperoll::trail::KeySource;
use piperoll::yaml::{self, Node, Problems, Value};
use std::path::Path;

const FILE: &str = "piperoll.yaml";
const DIR: &str = "/project";

/// Project files: a tree within its limits or faults with places inside the file, and never both a value and a fault.
pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    tree(text);
    match Project::parse(text, FILE, Path::new(DIR)) {
        Ok(project) => {
            for value in [None, Some("x"), Some("memory:"), Some("")] {
                let lookup = |_: &str| value.map(str::to_owned);
                let errors = [
                    project.trail(&lookup).err(),
                    project.origin(&lookup).err(),
                    project.key(&lookup).err(),
                    project.env(&lookup).err(),
                    project.actor(&lookup).err(),
                ];
                for error in errors.into_iter().flatten() {
                    assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error}");
                    assert_place(&error.to_string(), text);
                }
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error}");
            assert!((1..=PROBLEMS_MAX).contains(&error.problems().len()));
            for problem in error.problems() {
                assert_place(&format!("{}: ", problem.place), text);
            }
        }
    }
    template(text);
}

/// That a message starts with a place inside the file, or just behind it.
fn assert_place(message: &str, text: &str) {
    let place = message.strip_prefix(FILE).and_then(|rest| {
        let mut parts = rest.strip_prefix(':')?.splitn(3, ':');
        let line: usize = parts.next()?.parse().ok()?;
        let column: usize = parts.next()?.parse().ok()?;
        Some((line, column))
    });
    let breaks = text.chars().filter(|c| matches!(c, '\n' | '\r')).count();
    let inside = |(line, column): (usize, usize)| {
        (1..=breaks + 2).contains(&line) && (1..=text.chars().count() + 2).contains(&column)
    };
    assert!(place.is_some_and(inside), "{message}");
}

fn tree(text: &str) {
    let mut problems = Problems::new(FILE);
    let root = yaml::parse(text, &mut problems);
    assert!(root.is_some() || !problems.is_empty());
    if let Some(root) = root {
        let mut nodes = 0;
        walk(&root, 1, &mut nodes);
        assert!(nodes <= YAML_NODES_MAX, "{nodes}");
    }
}

fn walk(node: &Node, depth: usize, nodes: &mut usize) {
    // A scalar stands below the deepest list or mapping.
    assert!(depth <= NESTING_MAX + 1);
    *nodes += 1;
    let kinds = [
        node.as_text().is_some(),
        node.as_bool().is_some(),
        node.as_integer().is_some(),
        node.is_null(),
        node.as_sequence().is_some(),
        node.as_mapping().is_some(),
    ];
    assert!(kinds.into_iter().filter(|is| *is).count() <= 1, "{node:?}");
    match &node.value {
        Value::Scalar(scalar) => assert!(!scalar.text.contains('\0')),
        Value::Sequence(items) => items.iter().for_each(|item| walk(item, depth + 1, nodes)),
        Value::Mapping(entries) => {
            let mut keys: Vec<_> = entries.iter().map(|entry| entry.key.as_str()).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), entries.len());
            entries
                .iter()
                .for_each(|entry| walk(&entry.value, depth + 1, nodes));
        }
    }
}

/// The file that `init` writes says what it was given, here three lines of the text.
fn template(text: &str) {
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (origin, trail, key) = (line(), line(), line());
    let dir = Path::new(DIR);
    let (Ok(origin), Ok(location)) = (Origin::parse(origin), Location::parse(trail, dir)) else {
        return;
    };
    // No scalar holds U+0000, and a private key is trimmed.
    if key.trim().is_empty() || key.contains("PRIVATE") || text.contains('\0') {
        return;
    }
    let file = Project::template(origin.as_str(), trail, key);
    let lookup = |_: &str| None;
    match Project::parse(&file, FILE, dir) {
        Ok(project) => {
            assert_eq!(project.origin(&lookup).ok(), Some(origin));
            assert_eq!(project.trail(&lookup).ok(), Some(location));
            match project.key(&lookup) {
                Ok(KeySource::File(path)) => assert_eq!(path, project.path(key)),
                other => panic!("{other:?} of {file}"),
            }
        }
        Err(error) => panic!("{error} {:?} of {file}", error.problems()),
    }
}
