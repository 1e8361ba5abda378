use super::*;

fn secret() -> Secret {
    Secret::new([3; 32])
}

/// By way of the whole payload as values.
fn derived_slowly(kind: Kind, payload: &[u8]) -> Option<String> {
    let payload = Payload::from_bytes(payload).ok()?;
    let attributes = attributes_of(kind, &payload, &secret());
    Some(attributes_text(&attributes).unwrap_or_default())
}

/// As above, where both ways agree.
fn derived(payload: &[u8]) -> [Option<String>; 3] {
    let mut derivation = Derivation::new(secret());
    [Kind::Row, Kind::Run, Kind::Schema].map(|kind| {
        let mut text = "what was there".to_owned();
        let written = derivation.write_text(kind, payload, &mut text);
        let slowly = derived_slowly(kind, payload);
        let shown = String::from_utf8_lossy(payload);
        assert_eq!(written.ok().map(|()| text), slowly, "{kind} {shown}");
        slowly
    })
}

#[test]
fn usual_payloads_are_read_without_values() {
    for (payload, texts) in [
        (r#"{}"#, ["", "", ""]),
        (
            r#"{"after":{"a":[1,-0.5,2e9,"x\"\\\n",null,true,{}],"b":{"$date":"2026-11-01"}},"before":null}"#,
            ["", "", ""],
        ),
        (
            r#"{"context":{"change_key":"create-1","release":"","status":"ok","x":{"$int":"7"}},"differences":[[],{}]}"#,
            [
                "",
                r#"{"release":"","status":"ok"}"#,
                r#"{"change_key":"create-1"}"#,
            ],
        ),
        (
            r#"{"context":{"change_key":1,"release":null,"status":["ok"]}}"#,
            ["", "", ""],
        ),
    ] {
        assert!(
            plain::read(payload.as_bytes(), &mut Vec::new()).is_some(),
            "{payload}"
        );
        let expected = texts.map(|text| Some(text.to_owned()));
        assert_eq!(derived(payload.as_bytes()), expected, "{payload}");
    }
    let key = |key: &str| {
        let payload = format!(r#"{{"key":{key}}}"#);
        assert!(
            plain::read(payload.as_bytes(), &mut Vec::new()).is_some(),
            "{payload}"
        );
        derived(payload.as_bytes())
    };
    assert_eq!(key("42"), key(r#""42""#));
    assert_eq!(key("42"), key(r#"{"id":42}"#));
    assert_eq!(key("true"), key(r#"["true"]"#));
    assert_eq!(key(r#"{"a":1.5,"b":"x"}"#), key(r#"["1.5","x"]"#));
    assert_ne!(key("[null]"), key(r#"["null"]"#));
    let [row, run, _] = key("[-0,1.0,1e3,9007199254740993]");
    assert_eq!(row.as_ref().map(String::len), Some(34));
    assert_eq!(row, run);
}

#[test]
fn what_is_unusual_says_the_same_as_its_values() {
    for payload in [
        r#"{"key":null}"#,
        r#"{"key":[]}"#,
        r#"{"key":{}}"#,
        r#"{"key":{"$dec":"1.50"}}"#,
        r#"{"key":{"$obj":{"$dec":"1.50"}}}"#,
        r#"{"key":[{"$dec":"1.50"},[1],{"a":2}]}"#,
        r#"{"key":{"b":1,"a":2}}"#,
        r#"{"key":{"a":1,"a":2}}"#,
        "{\"key\":{\"\u{10000}\":1,\"\u{ff5e}\":2}}",
        "{\"key\":{\"\u{ff5e}\":1,\"\u{10000}\":2}}",
        r#"{"key":"\u0061"}"#,
        r#"{"key":"a\/b"}"#,
        r#"{"key":"\u0000"}"#,
        r#"{"key":01}"#,
        r#"{"key":1,"key":2}"#,
        r#"{"key":1,"after":2}"#,
        r#"{"key" : 1}"#,
        r#" {"key":1} "#,
        r#"{"key":1}x"#,
        r#"{"key":1"#,
        r#"{"key":1,}"#,
        r#"{"key":[1,]}"#,
        r#"{"other":1}"#,
        r#"{"context":null}"#,
        r#"{"context":[]}"#,
        r#"{"context":{"$date":"2026-11-01"}}"#,
        r#"{"context":{"$obj":{"$date":"2026-11-01"}}}"#,
        r#"{"context":{"$date":"2026-11-01","release":"r"}}"#,
        r#"{"context":{"release":"\u0072\n","status":"a\"b"}}"#,
        r#"{"after":"\ud800"}"#,
        r#"{"after":"\ud83d\ude00"}"#,
        r#"{"after":"\x"}"#,
        "{\"after\":\"\u{7}\"}",
        r#"{"after":{"a":1,"\u0061":2}}"#,
        r#"{"after":-}"#,
        r#"{"after":1.}"#,
        r#"{"after":1e}"#,
        r#"{"after":.5}"#,
        r#"{"after":nul}"#,
        r#"{"after":+1}"#,
        r#"["key"]"#,
        "",
        "{",
        "null",
    ] {
        derived(payload.as_bytes());
    }
    derived(b"{\"after\":\"\xff\"}");
    for levels in [30, 31, 32, 33, 34, 126, 254, 255, 256, 257, 258] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            derived(format!("{{\"after\":{deep}}}").as_bytes());
            derived(format!("{{\"context\":{{\"x\":{deep}}}}}").as_bytes());
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }

    fn object(&mut self, names: &[&str], depth: usize) -> String {
        let mut drawn: Vec<&str> = (0..self.below(4)).map(|_| self.of(names)).collect();
        // Mostly as they are written: ascending, each once.
        if self.below(8) > 0 {
            drawn.sort_unstable();
            drawn.dedup();
        }
        let members = drawn.into_iter().map(|name| {
            let value = match name {
                "context" | "key" if self.below(3) > 0 => self.object(&NAMES, depth + 1),
                _ => self.value(depth + 1),
            };
            format!("\"{name}\":{value}")
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    fn value(&mut self, depth: usize) -> String {
        match self.below(if depth < 4 { 7 } else { 5 }) {
            0 | 1 => format!("\"{}\"", self.of(&TEXTS)),
            2 | 3 => self.of(&NUMBERS).to_owned(),
            4 => self.of(&["null", "true", "false", "[]", "{}"]).to_owned(),
            5 => {
                let items: Vec<String> =
                    (0..self.below(4)).map(|_| self.value(depth + 1)).collect();
                format!("[{}]", items.join(","))
            }
            _ => self.object(&NAMES, depth),
        }
    }
}

const PARTS: [&str; 7] = [
    "after",
    "before",
    "context",
    "context",
    "differences",
    "key",
    "key",
];
const NAMES: [&str; 14] = [
    "$date",
    "$dec",
    "$int",
    "$obj",
    "a",
    "a\\n",
    "b",
    "change_key",
    "release",
    "status",
    "\\u0061",
    "\u{e9}",
    "\u{ff5e}",
    "\u{10000}",
];
const TEXTS: [&str; 10] = [
    "",
    "x",
    "12",
    "1.5",
    "2026-11-01",
    "a\\\"b",
    "\\u0041",
    "\\u0000",
    "\\ud800",
    "\u{20ac}\u{10000}",
];
const NUMBERS: [&str; 12] = [
    "0",
    "-0",
    "7",
    "-12",
    "1.5",
    "1.0",
    "1e3",
    "-0.25E-7",
    "9007199254740993",
    "01",
    "1.",
    "-",
];

#[test]
fn random_payloads_say_the_same_both_ways() {
    let mut draw = Draw(11);
    let (mut plain, mut sound, mut refused) = (0, 0, 0);
    for _ in 0..30_000 {
        let mut payload = draw.object(&PARTS, 0).into_bytes();
        // Some are damaged, or written otherwise.
        match draw.below(4) {
            0 if !payload.is_empty() => {
                let at = draw.below(payload.len());
                payload[at] = b"{}[]\",:\\ \n0e.-x\xff\xc3\x00"[draw.below(18)];
            }
            1 => {
                let at = draw.below(payload.len() + 1);
                payload.truncate(at);
            }
            2 => {
                let at = draw.below(payload.len() + 1);
                payload.insert(at, b" \",1{}[]"[draw.below(8)]);
            }
            _ => {}
        }
        plain += usize::from(plain::read(&payload, &mut Vec::new()).is_some());
        match derived(&payload) {
            [None, None, None] => refused += 1,
            _ => sound += 1,
        }
    }
    // Each way is taken often.
    assert!(plain > 2_000, "{plain}");
    assert!(sound > plain + 1_000, "{sound} {plain}");
    assert!(refused > 5_000, "{refused}");
}
