use super::event::{Lineage, RunKey};
use super::fold::Fold;
use crate::runs::{Run, Told};
use std::collections::BTreeMap;

/// The runs that run events tell of, an event a line, in the order of their namespaces, jobs and ids; and the lines that cannot be read, or runs that are strange.
/// For what fits in memory: an import takes a file of any size.
pub fn read_events(lines: &[u8]) -> (Vec<Run>, Told) {
    let mut told = Told::default();
    let mut folds: BTreeMap<RunKey, Fold> = BTreeMap::new();
    for (line, number) in lines.split(|byte| *byte == b'\n').zip(1..) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match Lineage::parse(line) {
            Ok(Lineage::Run(event)) => {
                let fold = folds.entry(event.key.clone());
                fold.or_insert_with(|| Fold::of(&event)).add(*event);
            }
            Ok(Lineage::Static) => {}
            Err(problems) => told.faults(format!("line {number}"), &problems),
        }
    }
    let mut runs = Vec::with_capacity(folds.len());
    for fold in folds.into_values() {
        let folded = fold.finish();
        for note in folded.notes {
            told.add(format!("{} {}", folded.run.name, folded.run.run_id), note);
        }
        runs.push(folded.run);
    }
    (runs, told)
}
