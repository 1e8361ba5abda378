use super::*;
use ::hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

fn hex(bytes: [u8; HASH_BYTES]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(length: usize, seed: u8) -> Vec<u8> {
    (0..length)
        .map(|at| (at as u8).wrapping_mul(31) ^ seed)
        .collect()
}

fn expected(text: Text<'_>) -> [u8; HASH_BYTES] {
    let (prefix, text) = text.parts();
    Sha256::new()
        .chain_update(prefix)
        .chain_update(text)
        .finalize()
        .into()
}

fn expected_hmac(key: &[u8; HASH_BYTES], text: &[u8]) -> [u8; HASH_BYTES] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// FIPS 180-4's examples, as NIST publishes them, by themselves and on either side of a pair.
#[test]
fn published_examples() {
    let million = vec![b'a'; 1_000_000];
    let cases: [(&[u8], &str); 4] = [
        (
            b"",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            &million,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        ),
    ];
    for (text, hash) in cases {
        assert_eq!(hex(digest(Text::new(text))), hash);
        for (other, other_hash) in cases {
            let pair = digest_pair(Text::new(text), Text::new(other));
            assert_eq!(pair.map(hex), [hash, other_hash]);
        }
    }
}

/// Each length around the ends of blocks, beside each other one.
#[test]
fn every_length_beside_every_other() {
    let texts: Vec<Vec<u8>> = (0..=200).map(|length| bytes_of(length, 5)).collect();
    let texts = texts
        .iter()
        .flat_map(|text| [Text::new(text), Text::behind(1, text)]);
    let hashed: Vec<_> = texts.map(|text| (text, expected(text))).collect();
    let key = bytes_of(HASH_BYTES, 9).try_into().unwrap();
    for (text, hash) in &hashed {
        assert_eq!(digest(*text), *hash);
        let mac = expected_hmac(&key, text.parts().1);
        assert_eq!(Key::new(&key).hmac(text.parts().1), mac);
        for (other, other_hash) in &hashed {
            assert_eq!(digest_pair(*text, *other), [*hash, *other_hash]);
            let (found, beside) = Key::new(&key).hmac_beside(text.parts().1, *other);
            assert_eq!((found, beside), (mac, *other_hash));
        }
    }
}

/// RFC 4231, case 2, its key filled up with zeros as RFC 2104 has it, and case 1's text under another key beside it.
#[test]
fn published_hmacs() {
    let mut jefe = [0; HASH_BYTES];
    jefe[..4].copy_from_slice(b"Jefe");
    let mut elevens = [0; HASH_BYTES];
    elevens[..20].fill(0x0b);
    let (text, other): (&[u8], &[u8]) = (b"what do ya want for nothing?", b"Hi There");
    let (mac, other_mac) = (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    );
    let [key, other_key] = [Key::new(&jefe), Key::new(&elevens)];
    assert_eq!(hex(key.hmac(text)), mac);
    assert_eq!(hex(other_key.hmac(other)), other_mac);
    let pair = hmac_pair([&key, &other_key], [text, other]);
    assert_eq!(pair.map(hex), [mac, other_mac]);
}

#[test]
fn neither_a_key_nor_a_text_is_shown() {
    assert_eq!(format!("{:?}", Key::new(&[1; HASH_BYTES])), "Key(..)");
    let text = Text::behind(0, b"secret");
    assert_eq!(format!("{text:?}"), "Text(7 bytes)");
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..2_000)
}

proptest! {
    #[test]
    fn any_texts_under_any_keys(
        keys in any::<[[u8; HASH_BYTES]; 2]>(),
        one in text(),
        other in text(),
        prefix in any::<u8>(),
    ) {
        let [key, other_key] = keys.each_ref().map(Key::new);
        let [first, second] = &keys;
        let (mac, other_mac) = (expected_hmac(first, &one), expected_hmac(second, &other));
        prop_assert_eq!(hmac_pair([&key, &other_key], [&one, &other]), [mac, other_mac]);
        let beside = Text::behind(prefix, &other);
        prop_assert_eq!(key.hmac_beside(&one, beside), (mac, expected(beside)));
    }
}
