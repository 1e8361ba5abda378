//! Links of the documents lead somewhere.

use crate::rust::line;
use crate::tree::{File, Finding};
use std::path::Path;

/// Relative links of a document whose file `exists` does not know.
fn findings(file: &File, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    if !file.path.ends_with(".md") {
        return Vec::new();
    }
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    for (at, _) in file.text.match_indices("](") {
        let rest = &file.text[at + 2..];
        let target = &rest[..rest.find(')').unwrap_or(rest.len())];
        let path = target.split('#').next().unwrap_or_default();
        let outside = target.contains("://") || target.starts_with("mailto:");
        if !outside && !path.is_empty() && !exists(&folder.join(path)) {
            let message = format!("the link `{target}` leads nowhere");
            found.push(Finding::new(file, line(&file.text, at), message));
        }
    }
    found
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text =
        "[a](b.md) [c](gone.md#x)\n[d](https://example.org/gone) [e](#here) [f](../LICENSE-MIT)\n";
    let exists = |path: &Path| path.ends_with("docs/b.md") || path.ends_with("docs/../LICENSE-MIT");
    let found = findings(&File::new("docs/a.md", text), exists);
    let texts = found.iter().map(Finding::text).collect::<Vec<_>>();
    assert_eq!(texts, ["docs/a.md:1: the link `gone.md#x` leads nowhere"]);
}

#[test]
fn the_links_of_the_documents_lead_somewhere() {
    let root = crate::tree::root();
    let found = crate::tree::files()
        .iter()
        .flat_map(|file| findings(file, |path| root.join(path).exists()))
        .collect::<Vec<_>>();
    crate::tree::assert_none(&found);
}
