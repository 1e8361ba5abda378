//! What the tests of tampering share: a sample, copies of it that are changed, and short forms of what is found.

use piperoll::verify::{Level, Report, Request, Verdict};
use piperoll_testkit::tamper::{Sample, Shape, raw};
use rusqlite::Connection;
use tempfile::TempDir;

/// A sound trail, and a folder in which copies of it are changed one after the other.
pub(crate) struct Bench {
    sound: Sample,
    _home: TempDir,
    place: TempDir,
}

impl Bench {
    pub(crate) fn new(shape: Shape) -> Self {
        let home = tempfile::tempdir().unwrap();
        let sound = Sample::build(home.path(), shape);
        Self {
            sound,
            _home: home,
            place: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn sound(&self) -> &Sample {
        &self.sound
    }

    /// A new copy; the one before is gone.
    pub(crate) fn copy(&self) -> Sample {
        self.sound.copy_to(self.place.path())
    }

    /// A copy that somebody without the key has changed.
    pub(crate) fn changed(&self, change: impl FnOnce(&Connection)) -> Sample {
        let copy = self.copy();
        raw(&copy.path, change);
        copy
    }

    /// What is found in a changed copy with both keys.
    pub(crate) fn report(&self, change: impl FnOnce(&Connection)) -> Report {
        let copy = self.changed(change);
        copy.verify(&copy.l1()).unwrap()
    }
}

/// The findings without their words: the verdict, and the entries or `None` for an object.
pub(crate) fn found(report: &Report) -> Vec<(Verdict, Option<(u64, u64)>)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.verdict, finding.entries))
        .collect()
}

/// Asserts exactly these findings and this level.
pub(crate) fn assert_found(
    report: &Report,
    level: Option<Level>,
    expected: &[(Verdict, Option<(u64, u64)>)],
) {
    assert_eq!(found(report), expected, "{report:#?}");
    assert_eq!(report.level, level, "{report:#?}");
    assert_eq!(report.findings_left_out, 0);
}

pub(crate) fn verified(sample: &Sample, request: &Request) -> Report {
    sample.verify(request).unwrap()
}

#[test]
fn a_sound_trail_has_no_finding_at_any_level() {
    for shape in [Shape::Small, Shape::Tiles] {
        let bench = Bench::new(shape);
        let sample = bench.copy();
        let cases = [
            (sample.l0(), Level::L0),
            (sample.l1(), Level::L1),
            (sample.with_head_file(), Level::L1),
            (sample.l2(0), Level::L2),
            (sample.l2(1), Level::L2),
            (sample.l2(2), Level::L2),
        ];
        for (request, level) in cases {
            let report = verified(&sample, &request);
            assert_found(&report, Some(level), &[]);
            assert!(report.is_complete() && !report.is_negative());
            assert_eq!(report.checked.entries, sample.size);
            assert_eq!(report.checked.erased, 2);
            assert_eq!(report.checked.purged, 0);
        }
    }
}

#[test]
fn with_the_key_of_the_clock_alone_a_sound_trail_is_sound_and_the_cosignatures_are_checked() {
    let bench = Bench::new(Shape::Small);
    let sample = bench.copy();
    let mut request = sample.l1();
    request.keys = vec![sample.clock.clone()];
    let report = verified(&sample, &request);
    assert_found(&report, Some(Level::L0), &[]);
    assert_eq!(
        report.unchecked,
        ["signatures: no key of this trail was given"]
    );
    let copy = bench.changed(|connection| {
        let sql = "UPDATE checkpoints SET note = (SELECT checkpoint FROM head) WHERE number = 2";
        assert_eq!(connection.execute(sql, []).unwrap(), 1);
    });
    let report = verified(&copy, &request);
    assert_found(&report, Some(Level::L0), &[(Verdict::Forged, None)]);
}
