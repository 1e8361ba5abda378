use super::*;

fn fails(text: &[u8]) -> Vec<String> {
    let problems = Json::parse(text).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn numbers_keep_their_text() {
    assert_eq!(
        Json::parse(b"[1.0, 9007199254740993, -0,1E+5]").unwrap(),
        Json::Array(
            ["1.0", "9007199254740993", "-0", "1E+5"]
                .map(Json::Number)
                .into()
        )
    );
}

#[test]
fn texts_are_borrowed_unless_they_are_escaped() {
    let text = |json| match Json::parse(json).unwrap() {
        Json::Text(text) => text,
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        text(b"\"plain\xc3\xa4\""),
        Cow::Borrowed("plain\u{e4}")
    ));
    let all = text(br#""a\"\\\/\b\f\n\r\t\u00e4\uD83D\ude00z""#);
    assert_eq!(all, "a\"\\/\u{8}\u{c}\n\r\t\u{e4}\u{1f600}z");
    assert!(matches!(all, Cow::Owned(_)));
}

#[test]
fn members_come_in_the_order_of_their_names() {
    let json = Json::parse(br#"{ "b" : 1 , "" : 2 ,"a":3}"#).unwrap();
    let Json::Object(members) = json else {
        panic!()
    };
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(names, ["", "a", "b"]);
}

#[test]
fn equal_names_and_zeros_come_together_with_their_places() {
    assert_eq!(
        fails(br#"{"a":{"b":[0,{"c":1,"d":"\u0000","c":2,"\u0000":3}]},"a":null}"#),
        [
            "a.b[1].d: holds U+0000, which no store keeps in text",
            "a.b[1]: holds U+0000, which no store keeps in text",
            "a.b[1].c: stands twice in one object",
            "a: stands twice in one object",
        ]
    );
    assert_eq!(
        fails(br#""\u0000""#),
        ["holds U+0000, which no store keeps in text"]
    );
    let many = format!("{{{}}}", vec![r#""a":0"#; 1_000].join(","));
    assert_eq!(fails(many.as_bytes()).len(), 100);
}

#[test]
fn what_is_no_json_is_one_fault_of_the_whole() {
    for (text, message) in [
        (r#"{"a":1,"a":2"#, "`,` or `}` is missing (column 13)"),
        ("", "a value is missing (column 1)"),
        ("\u{feff}1", "a value is missing (column 1)"),
        ("1 2", "something follows the value (column 3)"),
        ("[01]", "`,` or `]` is missing (column 3)"),
        ("[1,]", "a value is missing (column 4)"),
        ("[1.]", "a digit is missing (column 4)"),
        ("[1e+]", "a digit is missing (column 5)"),
        ("-", "a digit is missing (column 2)"),
        ("+1", "a value is missing (column 1)"),
        (".5", "a value is missing (column 1)"),
        ("NaN", "a value is missing (column 1)"),
        ("nul", "a value is missing (column 1)"),
        ("{a:1}", "a name is missing (column 2)"),
        (r#"{"a":1,}"#, "a name is missing (column 8)"),
        (r#"{"a" 1}"#, "`:` is missing (column 6)"),
        (
            "\"\u{e4}\t\"",
            "a control character stands in a text (column 3)",
        ),
        (r#""ab"#, "a text has no end (column 4)"),
        (r#""\x""#, "an escape is unknown (column 3)"),
        ("\"\\", "an escape is unknown (column 2)"),
        (
            r#""\u12g4""#,
            "`\\u` takes four hexadecimal digits (column 8)",
        ),
        (
            "\"\\u12\u{20ac}\"",
            "`\\u` takes four hexadecimal digits (column 7)",
        ),
        (
            r#""\u+123""#,
            "`\\u` takes four hexadecimal digits (column 8)",
        ),
        (r#""\ud800""#, "a surrogate stands alone (column 8)"),
        (r#""\ud800\n""#, "a surrogate stands alone (column 8)"),
        (r#""\ud800\ud800""#, "a surrogate stands alone (column 14)"),
        (r#""\udc00""#, "a surrogate stands alone (column 8)"),
    ] {
        assert_eq!(
            fails(text.as_bytes()),
            [format!("is not JSON: {message}")],
            "{text}"
        );
    }
    assert_eq!(
        fails(b"{\"a\":\"\xff\"}"),
        ["is not JSON: no UTF-8 after byte 6"]
    );
}

#[test]
fn c8_62_deep_nesting_ends_in_an_error() {
    let deep = |levels| [b"[".repeat(levels), b"]".repeat(levels)].concat();
    assert!(Json::parse(&deep(128)).is_ok());
    assert_eq!(fails(&deep(129)), ["is nested more than 128 deep"]);
    assert_eq!(
        fails(&b"[".repeat(1_000_000)),
        ["is nested more than 128 deep"]
    );
    assert_eq!(
        fails(&b"{\"a\":".repeat(1_000_000)),
        ["is nested more than 128 deep"]
    );
}

#[test]
fn what_stands_for_itself_in_a_text_is_found_at_every_place() {
    for length in (0..72).chain([95, 96, 97, 130]) {
        let plain: Vec<u8> = (0..length)
            .map(|i| [b' ', 0x7f, 0x80, 0xff, b'!', b'#', b'[', b']'][i % 8])
            .collect();
        assert_eq!(plain_length(&plain), length);
        for at in 0..length {
            for byte in 0..=255 {
                let mut bytes = plain.clone();
                bytes[at] = byte;
                let stops = byte < b' ' || byte == b'"' || byte == b'\\';
                assert_eq!(plain_length(&bytes), if stops { at } else { length });
            }
        }
    }
}
