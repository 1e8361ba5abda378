use super::*;
use crate::event::Json;
use crate::runs::Style;
use crate::runs::json::{plain, write_value};

/// The value of a document, as a run's context has it.
fn read(document: &str) -> Option<Value> {
    let bytes = without_bare_words(document.as_bytes());
    let value = plain(Json::parse(&bytes).ok()?);
    let mut members = Members::from(BTreeMap::from([(String::new(), value)]));
    restore(&mut members);
    members.remove("")
}

fn written(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, Style::PYTHON);
    out
}

#[test]
fn values_are_written_as_python_writes_them() {
    // What Python 3.11 writes of what it reads there.
    for (document, python) in [
        (
            "\"n\u{e4}me \u{2603} \u{1f600} \\u007f \\/ \\b\\f\\n\\r\\t\\u0001\"",
            r#""n\u00e4me \u2603 \ud83d\ude00 \u007f / \b\f\n\r\t\u0001""#,
        ),
        (
            "[1.0,1.5,1e-05,0.00001,0.00015,-0.0,1e+16,1152921504606846976]",
            "[1.0, 1.5, 1e-05, 1e-05, 0.00015, -0.0, 1e+16, 1152921504606846976]",
        ),
        (
            r#"[NaN,Infinity,-Infinity,"NaN, \"-Infinity\""]"#,
            r#"[NaN, Infinity, -Infinity, "NaN, \"-Infinity\""]"#,
        ),
        ("-1.5e-7", "-1.5e-07"),
        (
            r#"["$real",{"$real":"NaN"}]"#,
            r#"["$real", {"$real": "NaN"}]"#,
        ),
    ] {
        let out = written(&read(document).unwrap());
        assert_eq!(out, python, "{document}");
    }
}

#[test]
fn types_that_json_lacks_become_text_and_numbers_stay_numbers() {
    for (ty, text, expected) in [
        (ValueType::Date, "2026-11-01", "\"2026-11-01\""),
        (ValueType::Bytes, "eA==", "\"eA==\""),
        (ValueType::Decimal, "12.50", "12.50"),
        (ValueType::Decimal, "012.50", "\"012.50\""),
        (ValueType::Real, "NaN", "NaN"),
        (ValueType::Real, "1.0", "1.0"),
    ] {
        assert_eq!(written(&Value::Typed(ty, text.into())), expected);
    }
    for (number, expected) in [
        (1e-5, "1e-05"),
        (2.5e-310, "2.5e-310"),
        (-1.5e20, "-1.5e+20"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
        (0.5, "0.5"),
    ] {
        assert_eq!(written(&Value::Real(number)), expected);
    }
}

#[test]
fn what_is_no_json_stays_so() {
    for text in ["NaNa", "[Inf]", "\"NaN", "{\"a\":-}", "\"\\", "-"] {
        assert_eq!(read(text), None, "{text}");
    }
    // A name is a text: the word in it is none.
    let bare = without_bare_words(br#"{"NaN":"-Infinity"}"#);
    assert!(matches!(bare, Cow::Borrowed(_)));
}
