use crate::text;
use piperoll::event::Header;
use piperoll_testkit::naive::canonical::canonicalize;

/// Stored headers in any spelling: one meaning each, and one canonical form, in which both readers see the same.
pub(crate) fn run(data: &[u8]) {
    let decoded = Header::decode(data);
    if let Ok(canonical) = canonicalize(text(data)) {
        assert_eq!(decoded, Header::decode(canonical.as_bytes()));
    }
    let Ok(header) = decoded else { return };
    let bytes = header.encode();
    assert_eq!(canonicalize(text(&bytes)).as_deref(), Ok(text(&bytes)));
    assert_eq!(Header::decode(&bytes).as_ref(), Ok(&header));
    // White space is not canonical, so that the general reader takes this one.
    let spaced = [b" ", bytes.as_slice()].concat();
    assert_eq!(Header::decode(&spaced).as_ref(), Ok(&header));
}
