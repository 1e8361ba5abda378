//! Fuzz targets of Piperoll's readers. Each is a plain function of any bytes, which panics where a reader breaks one of its promises, or where the library and
//! the testkit's second implementation differ. `scripts/fuzz` lets libFuzzer drive them; `tests/smoke.rs` runs them over the corpus and over mutations of it.

mod checkpoint;
mod ddeutil;
mod filter;
mod head_line;
mod header;
mod instant;
mod key;
mod line;
mod lineage;
mod note;
mod project;
mod proof_file;
mod table;
mod turn;
mod value;

/// A function of any bytes that must not panic.
pub type Target = fn(&[u8]);

/// All targets by name; `corpus/NAME` holds the corpus of each.
pub const TARGETS: [(&str, Target); 15] = [
    ("checkpoint", checkpoint::run),
    ("ddeutil", ddeutil::run),
    ("filter", filter::run),
    ("head_line", head_line::run),
    ("header", header::run),
    ("instant", instant::run),
    ("key", key::run),
    ("line", line::run),
    ("lineage", lineage::run),
    ("note", note::run),
    ("project", project::run),
    ("proof_file", proof_file::run),
    ("table", table::run),
    ("turn", turn::run),
    ("value", value::run),
];

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    let known = TARGETS.into_iter().find(|(known, _)| *known == name);
    known.map(|(_, target)| target)
}

/// The bytes as text; what is none is nothing for a reader of text.
fn text(data: &[u8]) -> &str {
    std::str::from_utf8(data).unwrap_or_default()
}
