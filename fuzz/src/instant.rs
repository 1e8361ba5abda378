use crate::text;
use piperoll::event::Instant;
use piperoll_testkit::naive::instant;

/// Both implementations take the same times and mean the same by them; a printed time is read as itself.
pub(crate) fn run(data: &[u8]) {
    let read = Instant::parse(text(data)).ok();
    let printed = read.map(|read| read.to_string());
    assert_eq!(printed, instant::read(text(data)).map(instant::print).ok());
    if let (Some(read), Some(printed)) = (read, printed) {
        assert_eq!(Instant::parse(&printed), Ok(read));
        assert_eq!(Instant::from_micros(read.as_micros()), Some(read));
    }
}
