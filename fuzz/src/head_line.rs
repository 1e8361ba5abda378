use crate::key::log;
use piperoll::seal::HeadLine;

/// A head line is its own text of 155 bytes; only a true signature makes it a checkpoint.
pub(crate) fn run(data: &[u8]) {
    let Ok(line) = HeadLine::parse(data) else {
        return;
    };
    assert_eq!(line.to_string().as_bytes(), data);
    assert_eq!(data.len(), HeadLine::BYTES);
    let key = log();
    if let Ok(checkpoint) = line.verify(key.origin(), &key.vkey()) {
        assert_eq!(
            (checkpoint.size(), checkpoint.root()),
            (line.size(), line.root())
        );
        // Ed25519 is deterministic, and its signatures cannot be changed into others.
        let signed = checkpoint.sign_with_head(&key).map(|(_, line)| line);
        assert_eq!(signed, Ok(line));
    }
}
