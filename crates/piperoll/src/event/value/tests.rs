use super::*;

fn canonical(line: &str) -> String {
    Value::from_json(Json::parse(line.as_bytes()).unwrap()).canonical()
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
