use crate::text;
use piperoll::seal::{Checkpoint, HeadLine, Note, SignedCheckpoint, Signer, cosign};

/// A checkpoint has one text. Signed by the key of its origin and cosigned, it is believed and says the same.
pub(crate) fn run(data: &[u8]) {
    let Ok(checkpoint) = Checkpoint::parse(text(data)) else {
        return;
    };
    assert_eq!(checkpoint.to_string().as_bytes(), data);
    let signer = Signer::from_seed(checkpoint.origin().clone(), &[7; 32]);
    let Ok(mut note) = checkpoint.sign(&signer) else {
        // Nothing but an extension line can hold what a note may not.
        assert!(
            checkpoint
                .extensions()
                .iter()
                .any(|line| line.contains(char::is_control))
        );
        return;
    };
    if let Ok(clock) = signer.clock() {
        assert_eq!(cosign(&mut note, &clock, 1_700_000_000), Ok(()));
        let bytes = note.to_string();
        assert_eq!(Note::parse(bytes.as_bytes()).as_ref(), Ok(&note));
        let opened = SignedCheckpoint::open(bytes.as_bytes(), &signer.vkey(), &[clock.vkey()]);
        let opened = opened.map(|signed| (signed.checkpoint, signed.cosignatures));
        let cosignatures = vec![(clock.name().to_owned(), 1_700_000_000)];
        assert_eq!(opened, Ok((checkpoint.clone(), cosignatures)));
    }
    let head = HeadLine::of(&note, &signer.vkey());
    assert_eq!(head.is_ok(), checkpoint.extensions().is_empty());
    if let Ok(head) = head {
        let said = head.verify(checkpoint.origin(), &signer.vkey());
        assert_eq!(said, Ok(checkpoint));
    }
}
