//! Section 2 alone.

use crate::naive::canonical::canonicalize;
use crate::naive::json::Json;

const ACCEPTED: [(&str, &str); 17] = [
    ("literals", "[null,true,false]"),
    ("empty", r#"{"a":{},"b":[],"":""}"#),
    (
        "white space",
        "\t{ \"b\" : [ 1 , 2 ] ,\r\n \"a\" : null }\n",
    ),
    (
        "members sorted at every depth",
        r#"{"b":{"z":1,"y":[{"d":1,"c":2}]},"a":0}"#,
    ),
    (
        "names by UTF-16 code units: U+10000 and above before U+E000 to U+FFFF",
        "{\"\u{20ac}\":1,\"\\r\":2,\"\u{fb33}\":3,\"1\":4,\"\u{1f600}\":5,\"\u{80}\":6,\"\u{f6}\":7}",
    ),
    (
        "a name before its extension",
        r#"{"ab":1,"a":2,"a b":3,"aB":4,"A":5,"_":6}"#,
    ),
    ("names are compared unescaped", r#"{"\u0062":1,"a":2}"#),
    (
        "escapes",
        r#""\u0000\u0001\u0007\b\t\n\u000b\f\r\u000e\u001f \"\\\/\u002f\u007f\u0080""#,
    ),
    (
        "text as itself",
        "\"\\u00e9 \u{e9} e\\u0301 \\u2028\\u2029 \\ufeff\\uffff\"",
    ),
    ("a surrogate pair", r#""\ud83d\ude00\uD83D\uDE00""#),
    ("integers", "[0,-1,10,9007199254740991,-9007199254740991]"),
    (
        "doubles with a fraction",
        "[0.5,-0.1,1.5,333333333.3333333,4503599627370495.5,0.000001,0.0000015]",
    ),
    (
        "small doubles take an exponent",
        "[1e-7,1.5e-7,-1.25e-9,1e-27,2.2250738585072014e-308,5e-324]",
    ),
    (
        "doubles in other spellings",
        "[5E-1,0.10,1.50,15e-1,0.00000010,1E-07,0.1000000000000000055,4.9e-324]",
    ),
    (
        "seventeen digits",
        "[0.30000000000000004,5.000000000000001,0.0000012345678901234567,1.7976931348623157e-300]",
    ),
    (
        "of two shortest forms the even one, as RFC 8785 wants",
        "[1424953923781206.25,1424953923781206.2,1424953923781206.3]",
    ),
    (
        "arrays keep their order",
        "[3,1,[2,1],{\"b\":[],\"a\":[1]}]",
    ),
];

const REFUSED: [(&str, &str); 21] = [
    ("equal names", r#"{"a":1,"a":1}"#),
    ("equal names after unescaping", r#"[{"a":1,"\u0061":2}]"#),
    ("a lone first surrogate", r#""\ud800""#),
    ("a lone second surrogate", r#""\udc00""#),
    ("surrogates the wrong way round", r#"{"\ude00\ud83d":1}"#),
    ("a first surrogate before text", r#""\ud83dx""#),
    ("nothing", ""),
    ("two values", "1 2"),
    ("comma at the end", "[1,]"),
    ("comma at the end of an object", r#"{"a":1,}"#),
    ("a bare control character", "\"\t\""),
    ("single quotes", "{'a':1}"),
    ("a number with a needless zero", "[01]"),
    ("a number without whole part", "[.5]"),
    ("a number without fraction digits", "[1.]"),
    ("a number with a plus", "[+1]"),
    ("a number without exponent digits", "[1e]"),
    ("no number", "[NaN]"),
    ("an unknown escape", r#""\x41""#),
    ("a short escape", r#""\u12""#),
    ("an open array", "[[1]"),
];

pub(crate) fn accepted() -> Json {
    let case = |(name, json): &(&str, &str)| {
        let canonical = match canonicalize(json) {
            Ok(canonical) => Json::Text(canonical),
            // A vector that lost its value fails the comparison with the file.
            Err(_) => Json::Null,
        };
        Json::object([
            ("name", Json::text(*name)),
            ("json", Json::text(*json)),
            ("canonical", canonical),
        ])
    };
    Json::Array(ACCEPTED.iter().map(case).collect())
}

pub(crate) fn refused() -> Json {
    let case = |(name, json): &(&str, &str)| {
        Json::object([("name", Json::text(*name)), ("json", Json::text(*json))])
    };
    Json::Array(REFUSED.iter().map(case).collect())
}
