//! Random JSON values: numbers in all spellings, texts with all escapes, names that sort in unlike ways, typed values and what looks like them.

use proptest::prelude::*;
use proptest::sample::select;

/// Any JSON, and now and then what is nearly JSON.
pub(super) fn json() -> BoxedStrategy<String> {
    let deep = (100..140_usize, any::<bool>()).prop_map(|(depth, objects)| {
        let (open, inner, close) = if objects {
            (r#"{"$a":"#, "1", "}")
        } else {
            ("[", "", "]")
        };
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    });
    let leaf = prop_oneof![80 => scalar(), 20 => typed(), 1 => deep];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let member = (name(), inner.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        let marked = (select(vec!["$obj", "$x", "$int"]), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            (prop::collection::vec(member, 0..4), space())
                .prop_map(|(members, space)| object(&members, &space)),
            marked.prop_map(|(name, value)| format!(r#"{{"{name}":{value}}}"#)),
        ]
    })
    .boxed()
}

pub(super) fn object(members: &[String], space: &str) -> String {
    format!("{{{space}{}}}", members.join(&format!("{space},")))
}

pub(super) fn space() -> impl Strategy<Value = String> {
    prop_oneof![5 => Just(String::new()), 1 => "[ \t\r]{1,3}"]
}

pub(super) fn words(words: &[&'static str]) -> BoxedStrategy<String> {
    select(words.to_vec())
        .prop_map(|word| format!("\"{word}\""))
        .boxed()
}

/// Names: some are alike once they are unescaped, some mark types, some are beyond U+FFFF.
fn name() -> impl Strategy<Value = String> {
    let known = words(&[
        "a",
        "B",
        "",
        "a.b",
        "[0]",
        "key",
        "$int",
        "$obj",
        "$x",
        "$",
        "\u{e4}",
        "\u{fb33}",
        "\u{e000}",
        "\u{ffff}",
        "\u{10000}",
        "\u{1f600}",
        "\\r",
        "\\u0061",
        "\\ud83d\\ude00",
    ]);
    prop_oneof![10 => known, 20 => "\"[a-z]{2,5}\"", 5 => text()]
}

pub(super) fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => select(vec!["null", "true", "false"]).prop_map(str::to_owned),
        2 => numeral(),
        1 => text(),
    ]
}

fn numeral() -> impl Strategy<Value = String> {
    let known = [
        "-0",
        "-0.0",
        "1.0",
        "1e-7",
        "0.0000001",
        "1e21",
        "1E400",
        "5e-324",
        "1424953923781206.2",
        "1424953923781206.25",
        "1424953923781206.3",
    ];
    prop_oneof![
        10 => "-?(0|[1-9][0-9]{0,20})",
        10 => "-?(0|[1-9][0-9]{0,17})\\.[0-9]{1,20}",
        10 => "-?[0-9](\\.[0-9]{1,3})?[eE][+-]?[0-9]{1,3}",
        5 => "-?900719925474099[0-9]",
        10 => any::<f64>().prop_map(|f| if f.is_finite() { format!("{f:e}") } else { "0".to_owned() }),
        10 => (any::<i32>(), 0..12_i32).prop_map(|(n, scale)| (f64::from(n) / 10_f64.powi(scale)).to_string()),
        10 => select(known.to_vec()).prop_map(str::to_owned),
        1 => select(vec!["01", "1.", "-", "+1", ".5", "NaN"]).prop_map(str::to_owned),
    ]
}

/// A text with its quotes.
pub(super) fn text() -> impl Strategy<Value = String> {
    let letters = prop::collection::vec(letter(), 0..6);
    prop_oneof![
        3 => letters.prop_map(|letters| format!("\"{}\"", letters.concat())),
        1 => words(&["", " ", "\\u00a0\\t", "ana", "42"]),
    ]
}

/// A text that is not blank.
pub(super) fn label() -> impl Strategy<Value = String> {
    (letter(), "[a-z]{1,3}", letter()).prop_map(|(a, b, c)| format!("\"{a}{b}{c}\""))
}

/// A letter of a text in JSON, escaped or not; one in many is wrong.
fn letter() -> impl Strategy<Value = String> {
    let unit = |unit: &u16| format!("\\u{unit:04x}");
    let escaped = move |c: char| -> String {
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(unit).collect()
    };
    let plain = move |c: char| match c {
        '"' | '\\' | ..' ' => escaped(c.max('\u{1}')),
        c => c.to_string(),
    };
    let short = [
        "\\/", "\\\"", "\\\\", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0001", "\\u007F", "\u{2028}",
        "\u{a0}", "\u{200b}", "\\u3000",
    ];
    let wrong = ["\\u0000", "\\ud800", "\\udc00\\ud800", "\\x", "\t", "\""];
    prop_oneof![
        40 => any::<char>().prop_map(plain),
        40 => "[ -!#-\\[\\]-~]",
        10 => any::<char>().prop_map(move |c| escaped(c.max('\u{1}'))),
        20 => select(short.to_vec()).prop_map(str::to_owned),
        1 => prop_oneof![
            any::<u16>().prop_map(move |u| unit(&u)),
            select(wrong.to_vec()).prop_map(str::to_owned),
        ],
    ]
}

/// What looks like a typed value; about half of each is well formed.
fn typed() -> impl Strategy<Value = String> {
    let forms = [
        ("$int", "-?[0-9]{1,20}|-0"),
        (
            "$dec",
            "[-+]?[0-9]{0,3}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,2})?",
        ),
        ("$real", "(-?(NaN|Infinity))|-?[0-9]\\.[0-9]"),
        (
            "$bytes",
            "([A-Za-z0-9+/]{4}|____){0,2}([AQgwB]=?=?=?|[A-Z][AQgwB]==?|[A-Z]{2}[AEIMQUYB]=?)?",
        ),
        ("$date", "[0-9]{4}-[01][0-9]-[0-3][0-9]|[0-9]{2}-1-1"),
        ("$time", "[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?"),
        (
            "$ts",
            "2026-[01][0-9]-0[0-9][Tt ]0[0-9]:00:00(\\.[0-9]{1,3})?Z?",
        ),
        (
            "$tstz",
            "2026-11-0[0-9]T0[0-9]:00:[06]0(\\.5)?([Zz]|[+-][0-2][0-9]:?[0-6][0-9])?",
        ),
        ("$json", "[a-z]{0,3}"),
        ("$obj", "[a-z]{0,3}"),
        ("$oid", "[a-z]{0,3}"),
    ];
    let strategies = forms.map(|(name, form)| {
        let value = move |text: String| format!(r#"{{"{name}":"{text}"}}"#);
        form.prop_map(value).boxed()
    });
    prop::strategy::Union::new(strategies)
}
