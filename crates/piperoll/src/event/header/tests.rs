use super::*;
use proptest::prelude::*;

fn header() -> Header {
    Header {
        id: EventId::parse("01932C07-A000-7000-8000-000000000001").unwrap(),
        at: Instant::parse("2026-11-01T09:00:00+01:00").unwrap(),
        recorded_at: Instant::parse("2026-11-01T08:00:01Z").unwrap(),
        kind: Kind::Access,
        action: Action::Read,
        phase: Some(Phase::Outcome),
        of: EventId::parse("01932c07-a000-7000-8000-000000000002"),
        actor: Actor {
            name: "al\u{1b}[31mice\u{7f} \u{1f600}\u{2014}\n".into(),
            kind: ActorKind::User,
            via: Some("psql \"x\" \\".into()),
            strength: Strength::Asserted,
        },
        resource: Resource::new("shop", "shop.main.customers", "table"),
        outcome: Outcome::Denied,
        reason: Some("ticket </script> 42".into()),
        payload: Some(Commitment::to_payload(
            b"{}",
            &crate::event::Salt::new([0; 32]),
        )),
    }
}

#[test]
fn encoding_is_canonical_and_decodes_to_itself() {
    let header = header();
    let bytes = header.encode();
    let parsed: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(bytes, serde_json_canonicalizer::to_vec(&parsed).unwrap());
    assert_eq!(Header::decode(&bytes).unwrap(), header);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with(r#"{"action":"READ","actor":{"kind":"user","name":"al\u001b[31m"#));
    assert!(text.ends_with(
        r#","recorded_at":"2026-11-01T08:00:01.000000Z","resource":{"kind":"table","name":"shop.main.customers","system":"shop"},"v":1}"#
    ));
}

#[test]
fn what_is_no_header_says_why() {
    let text = String::from_utf8(header().encode()).unwrap();
    for (from, to, message) in [
        (
            r#""v":1"#,
            r#""v":2"#,
            "has format version 2; this Piperoll reads version 1",
        ),
        (
            r#""v":1"#,
            r#""w":1"#,
            "is no header of format version 1: `v` is missing",
        ),
        (
            r#""kind":"access""#,
            r#""kind":"acces""#,
            "`kind` has no valid value",
        ),
        (r#""outcome":"denied","#, "", "`outcome` is missing"),
        (r#""v":1"#, r#""v":1,"w":1"#, "`w` is unknown"),
        (r#""action":"READ""#, r#""action":7"#, "`action` is no text"),
    ] {
        let error = Header::decode(text.replace(from, to).as_bytes()).unwrap_err();
        assert!(error.to_string().ends_with(message), "{error}");
    }
}

/// Strategies for the parts of a header; texts hold what must be escaped.
fn any_header() -> impl Strategy<Value = Header> {
    let text = || {
        let letter = prop_oneof![
            4 => any::<char>(),
            4 => proptest::char::range('!', '~'),
            1 => proptest::sample::select(vec!['"', '\\', '\n', '\u{1f}']),
        ];
        prop::collection::vec(letter, 0..8)
            .prop_map(|letters| String::from_iter(letters).replace('\0', ""))
    };
    let maybe = || proptest::option::of(text());
    let id = || {
        any::<[u8; 16]>().prop_map(|mut bytes| {
            bytes[6] = bytes[6] % 16 + 0x70;
            bytes[8] = bytes[8] % 64 + 0x80;
            EventId::parse(&uuid::Uuid::from_bytes(bytes).to_string()).unwrap()
        })
    };
    let instant = || {
        (-62_167_219_200_000_000..253_402_300_800_000_000_i64)
            .prop_map(|micros| Instant::from_micros(micros).unwrap())
    };
    let word = (0..9_usize, 0..28_usize, 0..4_usize, 0..3_usize, 0..3_usize);
    let optional = (
        proptest::option::of(0..2_usize),
        proptest::option::of(id()),
        maybe(),
        maybe(),
        any::<Option<[u8; 32]>>(),
    );
    let texts = (text(), text(), text(), text());
    (id(), instant(), instant(), word, optional, texts).prop_map(
        |(id, at, recorded_at, word, optional, texts)| {
            let (kind, action, outcome, actor, strength) = word;
            let (phase, of, via, reason, payload) = optional;
            Header {
                id,
                at,
                recorded_at,
                kind: Kind::ALL[kind],
                action: Action::parse(Action::WORDS[action]).unwrap(),
                phase: phase.map(|phase| Phase::ALL[phase]),
                of,
                actor: Actor {
                    name: texts.0,
                    kind: ActorKind::ALL[actor],
                    via,
                    strength: Strength::ALL[strength],
                },
                resource: Resource::new(texts.1, texts.2, texts.3),
                outcome: Outcome::ALL[outcome],
                reason,
                payload: payload.map(|payload| {
                    Commitment::to_payload(&payload, &crate::event::Salt::new([0; 32]))
                }),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn headers_are_canonical_and_read_back(header in any_header()) {
        let bytes = header.encode();
        let theirs: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&bytes, &serde_json_canonicalizer::to_vec(&theirs).unwrap());
        let slow = Header::decode_any(&bytes);
        prop_assert_eq!(slow.as_ref(), Ok(&header));
        let fast = PlainHeader::read(&bytes).map(PlainHeader::into_header);
        prop_assert_eq!(fast.is_none(), bytes.contains(&b'\\'));
        prop_assert!(fast.is_none_or(|fast| fast == header));
    }

    #[test]
    fn the_reader_of_canonical_headers_takes_nothing_that_the_other_refuses(
        header in any_header(),
        at in any::<proptest::sample::Index>(),
        byte in prop_oneof![any::<u8>(), proptest::sample::select(b"{}\":,\\ 1".to_vec())],
        how in 0..3_u8,
    ) {
        let mut bytes = header.encode();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
        let fast = PlainHeader::read(&bytes).map(PlainHeader::into_header);
        // Whatever commitment is expected changes nothing of what is read.
        for expected in [header.payload, Commitment::parse(&format!("{}=", "A".repeat(43)))] {
            let expecting = PlainHeader::read_expecting(&bytes, expected);
            prop_assert_eq!(expecting.map(PlainHeader::into_header), fast.clone());
        }
        if let Some(fast) = fast {
            prop_assert_eq!(Header::decode_any(&bytes), Ok(fast));
        }
    }
}
