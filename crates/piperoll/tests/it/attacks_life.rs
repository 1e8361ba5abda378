//! The attacks of the suite by their numbers: the life of a trail (C7).

use crate::tamper::{Bench, assert_found, verified};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use piperoll::seal::{Policy, VerifierKey};
use piperoll::store::{Access, Location};
use piperoll::verify::{Evidence, Level, PayloadState, Request, verify, verify_proof};
use piperoll_testkit::tamper::{Shape, dump};
use std::path::{Path, PathBuf};

#[test]
fn c7_59_a_copy_is_verified_elsewhere_byte_for_byte() {
    let bench = Bench::new(Shape::Tiles);
    let sample = bench.sound();
    // Only the file goes, and what an auditor has: the public keys, and a checkpoint.
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("copy.db");
    copy(&sample.path, &path);
    let store = Location::Sqlite(path.clone()).open(Access::Read).unwrap();
    for (request, level) in [
        (sample.l0(), Level::L0),
        (sample.l1(), Level::L1),
        (sample.l2(1), Level::L2),
    ] {
        let there = verify(&*store, &request, &mut |_, _| {}).unwrap();
        assert_found(&there, Some(level), &[]);
        assert_eq!(there, verified(sample, &request));
    }
    drop(store);
    assert_eq!(dump(&path).unwrap(), dump(&sample.path).unwrap());
    assert!(
        bytes(&path) == bytes(&sample.path),
        "verifying has changed the copy"
    );
}

/// A trail that the first release wrote. Nothing in this folder may ever change: what verifies today verifies for ever.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/v1")
        .join(name)
}

#[expect(clippy::disallowed_methods, reason = "tests read their fixtures")]
fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}

fn keys() -> Vec<VerifierKey> {
    let text = String::from_utf8(bytes(&fixture("trail.vkeys"))).unwrap();
    text.lines()
        .map(|vkey| VerifierKey::parse(vkey).unwrap())
        .collect()
}

#[test]
fn c7_60_a_trail_of_format_1_verifies() {
    const ROOT: &str = "KNucrQHdVYKzzS2X36ouA1uJ7WLfdQMBEbsdQRU2sqQ=";
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("trail.db");
    copy(&fixture("trail.db"), &path);
    let store = Location::Sqlite(path).open(Access::Read).unwrap();
    let policy = bytes(&fixture("witnesses.policy"));
    let l0 = Request {
        level: Level::L0,
        ..Request::default()
    };
    let l1 = Request {
        keys: keys(),
        ..Request::default()
    };
    let l2 = Request {
        pin: Some(bytes(&fixture("cosigned.checkpoint"))),
        level: Level::L2,
        ..l1.clone()
    };
    // The checkpoint also has a signature of a type that is not understood, by a witness that the policy names.
    let l3 = Request {
        policy: Some(Policy::parse(&policy, "witnesses.policy").unwrap()),
        level: Level::L3,
        ..l2.clone()
    };
    for request in [l0, l1, l2, l3] {
        let report = verify(&*store, &request, &mut |_, _| {}).unwrap();
        assert_found(&report, Some(request.level), &[]);
        assert!(report.is_complete());
        assert_eq!((report.size, report.root.as_deref()), (23, Some(ROOT)));
        assert_eq!((report.checked.entries, report.checked.erased), (23, 2));
    }
}

#[test]
fn c7_60_evidence_of_format_1_verifies() {
    let [log, clock] = keys().try_into().unwrap();
    let (proof, entry) = (bytes(&fixture("4.tlog-proof")), bytes(&fixture("4.json")));
    let report = verify_proof(&Evidence {
        proof: &proof,
        entry: &entry,
        log: &log,
        cosigners: std::slice::from_ref(&clock),
    })
    .unwrap();
    assert!(report.is_proven(), "{report:#?}");
    assert_eq!(report.payload, PayloadState::Intact);
    assert_eq!(report.index.get(), 4);
    let signed = report.signed.unwrap();
    assert_eq!(signed.cosignatures.len(), 1);
    assert_eq!(signed.checkpoint.size().get(), 23);
    // The bytes that were hashed then.
    let leaf = STANDARD.encode(report.leaf.unwrap().as_bytes());
    assert_eq!(leaf, "IC1ROdL7jDnXIkfKOjnM4sUvmRXiUY2sXmqp0/EvObg=");
}
