use crate::text;
use piperoll::event::{Commitment, EventId};
use piperoll::seal::{ClockSigner, Hash, Origin, Signer, TileId, VerifierKey};
use piperoll_testkit::naive::key::is_origin;

/// The log key of the vectors.
pub(crate) fn log() -> Signer {
    match Origin::parse("shop.example/audit") {
        Ok(origin) => Signer::from_seed(origin, &std::array::from_fn(|i| i as u8)),
        Err(error) => panic!("{error}"),
    }
}

/// Its clock key.
pub(crate) fn clock() -> ClockSigner {
    match log().clock() {
        Ok(clock) => clock,
        Err(error) => panic!("{error}"),
    }
}

/// Keys, names, hashes and paths of tiles have one spelling each. The text of a key never shows in what is said against it.
pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    match Signer::parse(text) {
        Ok(signer) => {
            let written = signer.to_text();
            assert_eq!(text.strip_suffix('\n').unwrap_or(text), written.as_str());
            assert!(VerifierKey::parse(&signer.vkey().to_string()).is_ok());
            assert!(signer.clock().is_ok());
        }
        Err(error) => {
            let secret = text.rsplit('+').next().unwrap_or_default().trim();
            assert!(
                secret.len() < 40 || !error.chain().contains(secret),
                "{error}"
            );
        }
    }
    let origin = Origin::parse(text).map(|origin| origin.to_string());
    assert_eq!(origin.ok(), is_origin(text).then(|| text.to_owned()));
    if let Some(hash) = Hash::from_base64(text) {
        assert_eq!(hash.to_base64(), text);
    }
    if let Some(commitment) = Commitment::parse(text) {
        assert_eq!(commitment.to_string(), text);
    }
    if let Some(id) = EventId::parse(text) {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
    }
    if let Ok((tile, width)) = TileId::parse(text) {
        assert_eq!(tile.path(width), text);
    }
}
