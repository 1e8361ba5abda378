use super::super::vectors::{DEMO_SIGNER, DEMO_VKEY, WITNESS_VKEY, demo_signer};
use super::*;
use crate::ErrorKind;

const GO_SIGNER: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const FOO_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

#[test]
fn known_keys_are_read_and_written_as_they_are() {
    for (text, vkey) in [(DEMO_SIGNER, DEMO_VKEY), (GO_SIGNER, GO_VKEY)] {
        let signer = Signer::parse(text).unwrap();
        assert_eq!(*signer.to_text(), text);
        assert_eq!(signer.vkey().to_string(), vkey);
        assert_eq!(signer.vkey(), VerifierKey::parse(vkey).unwrap());
    }
    assert_eq!(*demo_signer().to_text(), DEMO_SIGNER);
    for (vkey, name, kind) in [
        (DEMO_VKEY, "piperoll.example/demo", SignatureType::Ed25519),
        (FOO_VKEY, "example.com/foo", SignatureType::Ed25519),
        (
            WITNESS_VKEY,
            "witness.example/w1",
            SignatureType::Cosignature,
        ),
    ] {
        let key = VerifierKey::parse(vkey).unwrap();
        assert_eq!((key.name(), key.signature_type()), (name, kind));
        assert_eq!(key.to_string(), vkey);
        assert_eq!(format!("{key:?}"), vkey);
    }
}

#[test]
fn one_newline_may_follow_a_log_key() {
    let signer = Signer::parse(&format!("{GO_SIGNER}\n")).unwrap();
    assert_eq!(signer.origin().as_str(), "PeterNeumann");
    for wrong in [
        format!("{GO_SIGNER}\n\n"),
        format!("{GO_SIGNER}\r\n"),
        format!(" {GO_SIGNER}"),
    ] {
        assert_eq!(
            Signer::parse(&wrong).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }
}

// The seed, the vkey and its signature (see the tests of checkpoints) were computed by another program.
#[test]
fn the_clock_key_follows_from_the_log_key() {
    let clock = demo_signer().clock().unwrap();
    assert_eq!(clock.name(), "piperoll.example/demo/clock");
    assert_eq!(
        clock.vkey().to_string(),
        "piperoll.example/demo/clock+326f85d9+BLzB5JAUTkgyzNNV55xkwAg2QiqNFG8elZcffeTX4KEn"
    );
    let seed = "2f7021094c87cf46078e64f0e9771e94519986928ca651e259b7d9845d61ebed";
    assert_eq!(
        clock.key.as_bytes(),
        super::super::vectors::hex(seed).as_bytes()
    );
}

#[test]
fn other_texts_are_no_log_key_and_are_not_repeated() {
    let seed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    for (wrong, message) in [
        (
            String::new(),
            "it is written PRIVATE+KEY+<name>+<8 hex digits>+<base64>",
        ),
        (
            GO_VKEY.to_owned(),
            "it is written PRIVATE+KEY+<name>+<8 hex digits>+<base64>",
        ),
        (
            GO_SIGNER.replace("c74f20a3", "c74f20a4"),
            "its key ID is that of another key",
        ),
        (
            GO_SIGNER.replace("c74f20a3", "C74F20A3"),
            "its key ID is that of another key",
        ),
        (
            GO_SIGNER.replace("PeterN", "peterN"),
            "its key ID is that of another key",
        ),
        (
            GO_SIGNER.replace("+AY", "+Ag"),
            "its last part is not base64 of 0x01 and a seed",
        ),
        (
            GO_SIGNER.replace("KDFz", ""),
            "its last part is not base64 of 0x01 and a seed",
        ),
        (
            GO_SIGNER.replace("KDFz", "KDFzKDFz"),
            "its last part is not base64 of 0x01 and a seed",
        ),
        (
            GO_SIGNER.replace("KDFz", "KDF*"),
            "its last part is not base64 of 0x01 and a seed",
        ),
    ] {
        let error = Signer::parse(&wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(
            error.to_string(),
            format!("this is not a log key: {message}")
        );
    }
    let error = Signer::parse(&GO_SIGNER.replace("PeterNeumann", "P\u{e9}ter")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`P\u{e9}ter` is no origin: one has 1 to 255 characters of A-Z a-z 0-9 . _ - / :"
    );
    let signer = Signer::parse(GO_SIGNER).unwrap();
    assert_eq!(format!("{signer:?}"), "Signer(PeterNeumann+c74f20a3)");
    let clock = signer.clock().unwrap();
    assert_eq!(format!("{clock:?}"), "ClockSigner(PeterNeumann/clock)");
    assert!(!format!("{signer:?} {clock:?}").contains(&seed[..8]));
}

#[test]
fn other_texts_are_no_verifier_key() {
    let wrong = |text: &str| VerifierKey::parse(text).unwrap_err();
    let weak = {
        let mut bytes = [0; 33];
        [bytes[0], bytes[1]] = [1, 1];
        let id = KeyId::of("a", 1, &std::array::from_fn(|i| bytes[i + 1]));
        format!("a+{id}+{}", STANDARD.encode(bytes))
    };
    for (text, message) in [
        (
            String::new(),
            "it is written <name>+<8 hex digits>+<base64>",
        ),
        (
            "a+b".to_owned(),
            "it is written <name>+<8 hex digits>+<base64>",
        ),
        (
            GO_VKEY.replace("PeterNeumann", ""),
            "it is written <name>+<8 hex digits>+<base64>",
        ),
        (
            GO_VKEY.replace('N', " "),
            "it is written <name>+<8 hex digits>+<base64>",
        ),
        (
            GO_VKEY.replacen('N', "\u{1b}", 1),
            "it is written <name>+<8 hex digits>+<base64>",
        ),
        (
            GO_VKEY.replace("10TW", "10T"),
            "its last part is not base64",
        ),
        (GO_VKEY.replace("10TW", ""), "a public key has 32 bytes"),
        (
            GO_VKEY.replace("c74f20a3", "c74f20a4"),
            "its key ID is that of another key",
        ),
        (
            GO_VKEY.replace("c74f20a3", "C74F20A3"),
            "its key ID is that of another key",
        ),
        (
            GO_VKEY.replace("PeterN", "peterN"),
            "its key ID is that of another key",
        ),
        (format!("{GO_VKEY}\n"), "its last part is not base64"),
        ("a+00000000+".to_owned(), "its last part is empty"),
        (weak, "its bytes are no public key"),
    ] {
        let error = wrong(&text);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let text = text.escape_debug();
        assert_eq!(
            error.to_string(),
            format!("`{text}` is not a verifier key: {message}")
        );
    }
    let error = wrong(&GO_VKEY.replace("+AR", "+Bh"));
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "verifier key of `PeterNeumann` has type 0x06; types 0x01 and 0x04 are understood"
    );
}

#[test]
fn a_signature_is_over_all_bytes_of_a_message() {
    let signer = demo_signer();
    let signature = signer.sign(b"piperoll meta v1\n");
    assert!(signer.vkey().verify(b"piperoll meta v1\n", &signature));
    assert!(!signer.vkey().verify(b"piperoll meta v1", &signature));
    let other = Signer::from_seed(signer.origin().clone(), &[7; 32]);
    assert!(!other.vkey().verify(b"piperoll meta v1\n", &signature));
    for bit in 0..512 {
        let mut changed = signature;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(
            !signer.vkey().verify(b"piperoll meta v1\n", &changed),
            "bit {bit}"
        );
    }
}
