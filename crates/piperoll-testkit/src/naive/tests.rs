//! The naive implementation against values that others have published.

use super::bytes::{hex, hkdf, hmac};
use super::key::Key;
use super::number::ecmascript;
use super::tree::{Hash, consistency, inclusion, leaf, root};
use super::{Fault, bytes, canonical, instant, json, shape};

#[test]
fn hmac_and_hkdf_give_the_values_of_rfc_4231_and_rfc_5869() {
    assert_eq!(
        hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
    assert_eq!(
        hex(&hmac(&[0xaa; 131], long)),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
    assert_eq!(
        hex(&hkdf(&[0x0b; 22], b"")),
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    );
}

#[test]
fn numbers_print_as_in_rfc_8785_appendix_b() {
    for (bits, text) in [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] {
        assert_eq!(ecmascript(f64::from_bits(bits)), text);
    }
}

#[test]
fn canonical_json_sees_no_number_beyond_its_range() {
    for text in [
        "9007199254740992",
        "-9007199254740992",
        "1e16",
        "9007199254740993.0",
        "1e999",
    ] {
        assert!(canonical::canonicalize(text).is_err(), "{text}");
    }
    assert_eq!(
        canonical::canonicalize("[-0,1.0,1e3]").as_deref(),
        Ok("[0,1,1000]")
    );
}

/// The leaves and roots of the Certificate Transparency reference tests.
#[test]
fn roots_are_those_of_the_reference_tree() {
    let data: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b" !",
        b"01",
        b"@ABC",
        b"PQRSTUVW",
        b"`abcdefghijklmno",
    ];
    let leaves = data.map(leaf);
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, expected) in roots.iter().enumerate() {
        assert_eq!(hex(&root(&leaves[..size])), *expected, "size {size}");
    }
}

/// RFC 9162 sections 2.1.3.2 and 2.1.4.2, which work from the bits of the index and not by halves.
#[test]
fn proofs_satisfy_the_verification_of_rfc_9162() {
    let leaves: Vec<Hash> = (0_u8..33).map(|i| leaf(&[i])).collect();
    for size in 1..=leaves.len() {
        let tree = &leaves[..size];
        for (index, leaf) in tree.iter().enumerate() {
            let proof = inclusion(index, tree).unwrap();
            assert_eq!(climb(index, size - 1, *leaf, &proof), Some(root(tree)));
        }
        assert_eq!(inclusion(size, tree), None);
        for old in 1..=size {
            let proof = consistency(old, tree).unwrap();
            assert!(
                is_consistent(&leaves[..old], tree, &proof),
                "{old} to {size}"
            );
        }
        assert_eq!(consistency(0, tree), None);
        assert_eq!(consistency(size + 1, tree), None);
    }
}

fn node(left: Hash, right: Hash) -> Hash {
    bytes::sha256(&[&[1], &left, &right])
}

fn climb(mut index: usize, mut last: usize, mut hash: Hash, proof: &[Hash]) -> Option<Hash> {
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if index % 2 == 1 || index == last {
            hash = node(*sibling, hash);
            while index.is_multiple_of(2) && index != 0 {
                index /= 2;
                last /= 2;
            }
        } else {
            hash = node(hash, *sibling);
        }
        index /= 2;
        last /= 2;
    }
    (last == 0).then_some(hash)
}

fn is_consistent(old: &[Hash], new: &[Hash], proof: &[Hash]) -> bool {
    if old.len() == new.len() {
        return proof.is_empty();
    }
    let mut path = proof.to_vec();
    if old.len().is_power_of_two() {
        path.insert(0, root(old));
    }
    let (mut index, mut last) = (old.len() - 1, new.len() - 1);
    while index % 2 == 1 {
        index /= 2;
        last /= 2;
    }
    let (mut small, mut large) = (path[0], path[0]);
    for hash in &path[1..] {
        if last == 0 {
            return false;
        }
        if index % 2 == 1 || index == last {
            small = node(*hash, small);
            large = node(*hash, large);
            while index.is_multiple_of(2) && index != 0 {
                index /= 2;
                last /= 2;
            }
        } else {
            large = node(large, *hash);
        }
        index /= 2;
        last /= 2;
    }
    small == root(old) && large == root(new) && last == 0
}

/// The key and the note of the example in Go's `golang.org/x/mod/sumdb/note`.
#[test]
fn keys_and_signatures_are_those_of_the_go_package() {
    use base64::Engine as _;
    let secret = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let secret = base64::engine::general_purpose::STANDARD
        .decode(secret)
        .unwrap();
    let key = Key::log("PeterNeumann", secret[1..].try_into().unwrap());
    assert_eq!(
        key.vkey(),
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    );
    assert_eq!(
        key.file(),
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
    );
    let text = b"If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n";
    assert_eq!(
        bytes::base64(&[key.id().as_slice(), &key.sign(text)].concat()),
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    );
}

#[test]
fn instants_print_as_they_were_read_and_count_the_days_of_the_calendar() {
    let micros = |text| instant::read(text).unwrap();
    let day = 86_400_000_000;
    assert_eq!(micros("1970-01-01T00:00:00Z"), 719_528 * day);
    assert_eq!(
        micros("2000-03-01T00:00:00Z") - micros("2000-02-28T00:00:00Z"),
        2 * day
    );
    assert_eq!(
        micros("1900-03-01T00:00:00Z") - micros("1900-02-28T00:00:00Z"),
        day
    );
    assert_eq!(micros("9999-12-31T00:00:00Z"), 3_652_424 * day);
    for text in [
        "0000-02-29T00:00:00.000001Z",
        "1969-12-31T23:59:59.999999Z",
        "2024-12-31T12:34:56.700000Z",
    ] {
        assert_eq!(instant::print(micros(text)), text);
    }
    assert_eq!(
        instant::print(micros("2016-12-31T23:59:60.5Z")),
        "2017-01-01T00:00:00.500000Z"
    );
}

#[test]
fn places_of_faults_are_paths() {
    let value = json::read(r#"{"a":[1,{"b":1,"b":"\u0000","\u0000":2}],"a":0}"#).unwrap();
    let texts =
        |faults: Vec<Fault>| -> Vec<String> { faults.iter().map(ToString::to_string).collect() };
    assert_eq!(
        texts(json::equal_names(&value, "")),
        ["`a`: is there twice", "`a[1].b`: is there twice"]
    );
    assert_eq!(
        texts(json::zeros(&value, "payload")),
        [
            "`payload.a[1]`: holds U+0000",
            "`payload.a[1].b`: holds U+0000"
        ]
    );
}

#[test]
fn zones_do_not_split_letters() {
    assert_eq!(shape::split_zone("\u{20ac}+01:30"), Some(("\u{20ac}", 90)));
    assert_eq!(shape::split_zone("\u{20ac}\u{20ac}\u{20ac}"), None);
    assert_eq!(shape::split_zone("+1:30"), None);
}
