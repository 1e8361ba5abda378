use crate::key::{clock, log};
use piperoll::seal::Note;

/// A note is its own text to the byte; it can be made of its parts, and signatures that are not the key's are told apart.
pub(crate) fn run(data: &[u8]) {
    let Ok(note) = Note::parse(data) else { return };
    assert_eq!(note.to_string().as_bytes(), data);
    let mut signatures = note.signatures().iter().cloned();
    let first = signatures.next();
    let mut made = first.map(|first| Note::new(note.text().to_owned(), first));
    for signature in signatures {
        if let Some(Ok(made)) = &mut made {
            assert_eq!(made.add(signature), Ok(()));
        }
    }
    assert_eq!(made, Some(Ok(note.clone())));

    let keys = [log().vkey(), clock().vkey()];
    for key in &keys {
        let named = note.signature_of(key).is_some();
        assert!(named || note.verify(std::slice::from_ref(key)).is_err());
    }
    if let Ok(verified) = note.verify(&keys) {
        let times = verified.iter().filter(|one| one.seconds.is_some()).count();
        let by_clock = verified.iter().filter(|one| one.key == &keys[1]).count();
        assert_eq!(times, by_clock);
    }
}
