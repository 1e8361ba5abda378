use piperoll::runs::ddeutil::document;
use piperoll::runs::openlineage::read_events;

/// Run events, a line each: the runs that they tell of do not depend on the order of the lines, nor on how often a line stands there.
pub(crate) fn run(data: &[u8]) {
    let (runs, _) = read_events(data);
    let mut lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    lines.extend_from_within(..);
    lines.reverse();
    let (turned, _) = read_events(&lines.join(&b'\n'));
    assert_eq!(runs.len(), turned.len());
    for (run, other) in runs.iter().zip(&turned) {
        assert!(run.is_same_as(other));
        assert_eq!(
            (run.status, run.started_at, run.ended_at),
            (other.status, other.started_at, other.ended_at)
        );
        assert_eq!(document(run), document(other));
    }
}
