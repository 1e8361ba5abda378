use super::*;

#[test]
fn rfc_4231_case_1_with_a_padded_key() {
    // RFC 4231 test case 1 has a key of 20 bytes 0x0b; padding to 32 with zeros is the same key.
    let mut key = [0u8; 32];
    key[..20].fill(0x0b);
    let hex: String = Key::new(&key)
        .hmac(b"Hi There")
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(
        hex,
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
}

#[test]
fn c1_6_commitments_have_no_seam() {
    let salt = Salt::new([7; 32]);
    let of = |text: &str| {
        let json = Json::parse(text.as_bytes()).unwrap();
        Commitment::to_payload(Payload::from_json(json).unwrap().as_bytes(), &salt)
    };
    assert_ne!(of(r#"{"key":["ab","c"]}"#), of(r#"{"key":["a","bc"]}"#));
    assert_ne!(of(r#"{"key":"a,b"}"#), of(r#"{"key":["a","b"]}"#));
    assert_ne!(of(r#"{"after":{"x":null}}"#), of(r#"{"after":{}}"#));
    assert_ne!(of(r#"{"after":{"x":""}}"#), of(r#"{"after":{"x":null}}"#));
}

#[test]
fn null_images_are_not_missing_images() {
    let of = |text: &str| {
        let json = Json::parse(text.as_bytes()).unwrap();
        String::from_utf8(Payload::from_json(json).unwrap().as_bytes().to_vec()).unwrap()
    };
    assert_eq!(of(r#"{"after":null,"context":null}"#), r#"{"after":null}"#);
    assert_eq!(of("{}"), "{}");
}

#[test]
fn the_deepest_line_can_be_read_again() {
    let deep = |levels: usize| {
        format!(
            "{{\"after\":{}1.0{}}}",
            "{\"$a\":".repeat(levels),
            "}".repeat(levels)
        )
    };
    let line = format!("[{}]", deep(126));
    let Json::Array(mut items) = Json::parse(line.as_bytes()).unwrap() else {
        panic!("it is an array");
    };
    let kept = Payload::from_json(items.remove(0)).unwrap();
    let levels = kept.as_bytes().iter().filter(|b| **b == b'{').count();
    assert_eq!(levels, 254);
    assert_eq!(Payload::from_bytes(kept.as_bytes()).unwrap(), kept);
    assert!(Json::parse(format!("[{}]", deep(127)).as_bytes()).is_err());
}

#[test]
fn a_program_can_make_no_payload_that_cannot_be_read_again() {
    let nested = |levels| {
        let value = (0..levels).fold(Value::Real(1.0), |inner, _| {
            Value::Object([("$a".to_owned(), inner)].into())
        });
        Payload::new(None, None, None, Some(value), None)
    };
    let deepest = nested(126).unwrap();
    assert_eq!(Payload::from_bytes(deepest.as_bytes()).unwrap(), deepest);
    assert_eq!(
        nested(127).unwrap_err()[0].to_string(),
        "payload.after: is nested more than 126 deep"
    );
}

#[test]
fn stored_bytes_stay_as_they_are() {
    let bytes = br#"{"key": 7, "after": 1.0}"#;
    let payload = Payload::from_bytes(bytes).unwrap();
    assert_eq!(payload.as_bytes(), bytes);
    assert_eq!(payload.key(), Some(&Value::Int(7)));
    let faults = |bytes: &[u8]| Payload::from_bytes(bytes).unwrap_err()[0].to_string();
    assert_eq!(
        faults(br#"{"after":{"a":1,"a":2}}"#),
        "payload.after.a: stands twice in one object"
    );
    assert_eq!(
        faults(b"{"),
        "payload: is not JSON: a name is missing (column 2)"
    );
}

#[test]
fn commitments_have_one_spelling() {
    let commitment = Commitment::to_payload(b"{}", &Salt::new([7; 32]));
    let text = commitment.to_string();
    assert_eq!(Commitment::parse(&text), Some(commitment));
    for other in [
        &text[..43],
        &text.replace('=', ""),
        &format!("{text}AAAA"),
        "AAAA",
        "",
    ] {
        assert_eq!(Commitment::parse(other), None, "{other}");
    }
}
