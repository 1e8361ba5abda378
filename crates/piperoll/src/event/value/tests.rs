use super::*;
use crate::event::Json;

fn canonical(line: &str) -> String {
    let json = Json::parse(line.as_bytes()).unwrap();
    let mut kept = Vec::new();
    write_kept(&mut kept, &json);
    let canonical = Value::from_json(json).canonical();
    assert_eq!(kept, canonical.as_bytes());
    canonical
}

#[test]
fn c1_5_numbers_survive_or_keep_their_text() {
    for (given, kept) in [
        ("0", "0"),
        ("9007199254740991", "9007199254740991"),
        ("-9007199254740991", "-9007199254740991"),
        ("9007199254740992", r#"{"$int":"9007199254740992"}"#),
        ("-9223372036854775808", r#"{"$int":"-9223372036854775808"}"#),
        (
            "123456789012345678901234567890",
            r#"{"$int":"123456789012345678901234567890"}"#,
        ),
        ("-0", r#"{"$int":"-0"}"#),
        ("0.5", "0.5"),
        ("1e-7", "1e-7"),
        ("0.0000001", r#"{"$dec":"0.0000001"}"#),
        ("1.0", r#"{"$dec":"1.0"}"#),
        ("12.50", r#"{"$dec":"12.50"}"#),
        ("-0.0", r#"{"$dec":"-0.0"}"#),
        ("1e3", r#"{"$dec":"1e3"}"#),
        ("1e+21", r#"{"$dec":"1e+21"}"#),
        ("1E400", r#"{"$dec":"1E400"}"#),
        (
            "0.1000000000000000055",
            r#"{"$dec":"0.1000000000000000055"}"#,
        ),
        ("333333333.3333333", "333333333.3333333"),
    ] {
        assert_eq!(canonical(given), kept, "{given}");
        assert_eq!(canonical(kept), kept, "{given} again");
    }
}

#[test]
fn typed_forms_stay_and_look_alikes_are_wrapped() {
    for same in [
        r#"{"$int":"9007199254740993"}"#,
        r#"{"$real":"NaN"}"#,
        r#"{"$real":"-0.0"}"#,
        r#"{"$dec":"12.50"}"#,
        r#"{"$bytes":"AP8="}"#,
        r#"{"$date":"2026-11-01"}"#,
        r#"{"$time":"08:00:00.5"}"#,
        r#"{"$ts":"2026-11-01T08:00:00"}"#,
        r#"{"$tstz":"2026-11-01T08:00:00.123456+01:00"}"#,
        r#"{"$tstz":"2026-11-01T08:00:00Z"}"#,
        r#"{"$json":"{\"a\": 1.0}"}"#,
        r#"{"$obj":{"$int":"5"}}"#,
        r#"{"$obj":{"$obj":{"$obj":{"$x":1}}}}"#,
        r#"{"$int":"5","b":1}"#,
    ] {
        assert_eq!(canonical(same), same);
    }
    for own in [
        r#"{"$oid":"507f1f77bcf86cd799439011"}"#,
        r#"{"$int":"five"}"#,
        r#"{"$int":5}"#,
        r#"{"$dec":".5"}"#,
        r#"{"$bytes":"AP8"}"#,
        r#"{"$date":"2026-13-01"}"#,
        r#"{"$date":{"$numberLong":"1"}}"#,
        r#"{"$tstz":"2026-11-01T08:00:00"}"#,
        r#"{"$":null}"#,
        r#"{"$obj":{"a":1}}"#,
    ] {
        let wrapped = canonical(own);
        assert!(wrapped.starts_with(r#"{"$obj":{"$"#), "{wrapped}");
        assert_eq!(canonical(&wrapped), wrapped);
    }
    assert_eq!(
        canonical(r#"{"$date":{"$numberLong":"1"}}"#),
        r#"{"$obj":{"$date":{"$obj":{"$numberLong":"1"}}}}"#
    );
}

#[test]
fn c1_5_values_of_programs_keep_their_type() {
    let cases = [
        (Value::Int(i64::MAX), r#"{"$int":"9223372036854775807"}"#),
        (Value::Int(i64::MIN), r#"{"$int":"-9223372036854775808"}"#),
        (Value::Int(-9_007_199_254_740_991), "-9007199254740991"),
        (Value::Real(1.0), r#"{"$real":"1.0"}"#),
        (Value::Real(-0.0), r#"{"$real":"-0.0"}"#),
        (Value::Real(f64::NAN), r#"{"$real":"NaN"}"#),
        (Value::Real(f64::INFINITY), r#"{"$real":"Infinity"}"#),
        (Value::Real(f64::NEG_INFINITY), r#"{"$real":"-Infinity"}"#),
        (Value::Real(1e300), r#"{"$real":"1e300"}"#),
        (Value::Real(2.5), "2.5"),
        (Value::bytes(b"\x00\xff"), r#"{"$bytes":"AP8="}"#),
        (Value::Text("AP8=".into()), r#""AP8=""#),
        (Value::Text(String::new()), r#""""#),
        (Value::Null, "null"),
    ];
    for (value, text) in cases {
        assert_eq!(value.canonical(), text);
    }
}

#[test]
fn members_are_sorted_by_utf_16() {
    // U+1F600 is D83D DE00 in UTF-16, below U+FB33, though above it as a code point.
    assert_eq!(
        canonical("{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"a\":3}"),
        "{\"a\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
    );
}

#[test]
fn canonical_json_is_that_of_another_crate() {
    use proptest::prelude::*;
    let text = prop::collection::vec(
        prop_oneof![
            any::<char>(),
            prop::sample::select(vec![
                '"',
                '\\',
                '\u{8}',
                '\u{1f}',
                '\u{7f}',
                '\u{ffff}',
                '\u{10000}'
            ])
        ],
        0..12,
    )
    .prop_map(|letters| letters.into_iter().collect::<String>());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-9_007_199_254_740_991..=9_007_199_254_740_991_i64).prop_map(Value::Int),
        any::<f64>().prop_map(Value::Real),
        any::<i32>().prop_map(|n| Value::Real(f64::from(n) / 64.0)),
        text.clone().prop_map(Value::Text),
        text.clone()
            .prop_map(|text| Value::Typed(ValueType::Json, text)),
    ];
    let name = prop_oneof![text, "[$]?[a-z\u{fb33}\u{1f600}]{0,2}"];
    let value = leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(name.clone(), inner, 0..6).prop_map(Value::Object),
        ]
    });
    let config = ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(value in value)| {
        let theirs = serde_json_canonicalizer::to_string(&theirs(&value)).unwrap();
        prop_assert_eq!(value.canonical(), theirs);
    });
}

/// The value as another crate has it.
fn theirs(value: &Value) -> serde_json::Value {
    let tagged = |tag: &str, value| {
        serde_json::Value::Object([(tag.to_owned(), value)].into_iter().collect())
    };
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) if is_safe(*number) => (*number).into(),
        Value::Int(number) => tagged("$int", number.to_string().into()),
        Value::Real(number) if has_fraction(*number) => (*number).into(),
        Value::Real(number) => tagged("$real", real_text(*number).into()),
        Value::Text(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(theirs).collect(),
        Value::Object(members) => {
            let object = members
                .iter()
                .map(|(name, value)| (name.clone(), theirs(value)))
                .collect();
            if only_dollar_name(members.keys()) {
                tagged("$obj", object)
            } else {
                object
            }
        }
        Value::Typed(ty, text) => tagged(ty.tag(), text.as_str().into()),
    }
}

#[test]
fn depth_counts_arrays_and_objects() {
    let nested = |levels| (0..levels).fold(Value::Int(1), |inner, _| Value::Array(vec![inner]));
    assert!(!nested(3).is_deeper_than(3));
    assert!(nested(4).is_deeper_than(3));
    assert!(!Value::Int(1).is_deeper_than(0));
    let empty = Value::Object(BTreeMap::from([("a".to_owned(), Value::Array(Vec::new()))]));
    assert!(empty.is_deeper_than(1) && !empty.is_deeper_than(2));
}
