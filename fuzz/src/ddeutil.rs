use piperoll::runs::ddeutil::{document, read_document};

/// A document of ddeutil's: what is read of it is written so that it reads as the same run, and is written the same again. What tells a run apart is never lost.
pub(crate) fn run(data: &[u8]) {
    let Ok(run) = read_document(data) else {
        return;
    };
    let written = document(&run);
    assert!(written.is_ascii());
    let again = match read_document(written.as_bytes()) {
        Ok(again) => again,
        Err(problems) => panic!("what was written cannot be read: {problems:?}"),
    };
    assert!(again.is_same_as(&run));
    assert_eq!(
        (again.status, again.release.offset()),
        (run.status, run.release.offset())
    );
    assert_eq!(document(&again), written);
}
