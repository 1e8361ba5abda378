use super::{Entry, Field, Fields, Node, Position, Problems, Scalar, Tag, Value, parse, quoted};
use crate::error::ErrorKind;
use crate::limits::{NESTING_MAX, PROBLEMS_MAX, YAML_BYTES_MAX, YAML_NODES_MAX};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn tree(text: &str) -> Node {
    let mut problems = Problems::new("t.yaml");
    let node = parse(text, &mut problems);
    problems
        .finish(node)
        .unwrap_or_else(|error| panic!("{text:?}: {:?}", error.problems()))
}

fn faults(text: &str) -> Vec<String> {
    let mut problems = Problems::new("t.yaml");
    let node = parse(text, &mut problems);
    let error = problems.finish(node).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    error.problems().iter().map(ToString::to_string).collect()
}

fn at(line: usize, column: usize) -> Position {
    Position { line, column }
}

fn scalar(line: usize, column: usize, text: &str, plain: bool) -> Node {
    let scalar = Scalar {
        text: text.into(),
        plain,
        tag: None,
    };
    Node {
        at: at(line, column),
        value: Value::Scalar(scalar),
    }
}

#[test]
fn a_file_becomes_a_tree_with_places() {
    let text = "# \u{e9}\na: 1\n'b': [x, \"\u{e9} y\", z]\nc:\n  - |\n    t\n  - d: !!str 5\n";
    let tagged = Scalar {
        text: "5".into(),
        plain: true,
        tag: Some(Tag::Text),
    };
    let inner = Entry {
        at: at(7, 5),
        key: "d".into(),
        value: Node {
            at: at(7, 8),
            value: Value::Scalar(tagged),
        },
    };
    let c = vec![
        scalar(6, 5, "t\n", false),
        Node {
            at: at(7, 5),
            value: Value::Mapping(vec![inner]),
        },
    ];
    let b = vec![
        scalar(3, 7, "x", true),
        scalar(3, 10, "\u{e9} y", false),
        scalar(3, 17, "z", true),
    ];
    let entries = vec![
        Entry {
            at: at(2, 1),
            key: "a".into(),
            value: scalar(2, 4, "1", true),
        },
        Entry {
            at: at(3, 1),
            key: "b".into(),
            value: Node {
                at: at(3, 6),
                value: Value::Sequence(b),
            },
        },
        Entry {
            at: at(4, 1),
            key: "c".into(),
            value: Node {
                at: at(5, 3),
                value: Value::Sequence(c),
            },
        },
    ];
    assert_eq!(
        tree(text),
        Node {
            at: at(2, 1),
            value: Value::Mapping(entries)
        }
    );
}

#[test]
fn byte_order_mark_and_line_ends_leave_text_and_places_alone() {
    let plain = tree("a: b\nc: [d,\n  e]\n");
    for text in [
        "\u{feff}a: b\nc: [d,\n  e]\n",
        "a: b\r\nc: [d,\r\n  e]\r\n",
        "a: b\rc: [d,\r  e]",
    ] {
        assert_eq!(tree(text), plain, "{text:?}");
    }
    assert_eq!(
        faults("a: b\r\nc: \u{feff}d\r\n"),
        [
            "t.yaml:2:4: the character U+FEFF may not stand in YAML; write it as an escape in double quotes"
        ]
    );
}

#[test]
fn an_empty_file_is_a_null_at_its_start() {
    for text in ["", "\n\n", "# nothing\n", "\u{feff}"] {
        assert_eq!(tree(text), scalar(1, 1, "", true), "{text:?}");
    }
    assert!(tree("").is_null());
}

#[test]
fn scalars_are_what_the_core_schema_says() {
    let what = |text: &str| tree(text).what();
    let of = |wanted: &str, texts: &[&str]| {
        for text in texts {
            assert_eq!(what(text), wanted, "{text:?}");
        }
    };
    of("nothing", &["~", "null", "Null", "NULL", "!!null null"]);
    of(
        "a boolean",
        &[
            "true",
            "True",
            "TRUE",
            "false",
            "False",
            "FALSE",
            "!!bool 'true'",
        ],
    );
    of(
        "an integer",
        &["0", "-1", "+12", "007", "0o17", "0xFf", "!!int '5'"],
    );
    of(
        "a number",
        &[
            "1.",
            ".5",
            "-1.5e3",
            "1e3",
            ".inf",
            "-.INF",
            ".nan",
            "1.5E-7",
            "!!float 1",
        ],
    );
    of(
        "text",
        &[
            "yes",
            "No",
            "on",
            "tRUE",
            "nULL",
            "'1'",
            "\"true\"",
            "''",
            "|\n 1",
            "!!str 1",
            "!!str",
            "0o8",
            "0x",
            "0o",
            "-0x1",
            "1_000",
            "1:30",
            ".",
            "+",
            "e5",
            ".e5",
            "1e",
            "1.2.3",
            "-.nan",
            "2026-11-01",
            "\u{661}",
        ],
    );
}

#[test]
fn typed_reads_give_the_value_or_nothing() {
    assert_eq!(tree("True").as_bool(), Some(true));
    assert_eq!(tree("FALSE").as_bool(), Some(false));
    assert_eq!(tree("'true'").as_bool(), None);
    assert_eq!(tree("-12").as_integer(), Some(-12));
    assert_eq!(tree("+5").as_integer(), Some(5));
    assert_eq!(tree("0o17").as_integer(), Some(15));
    assert_eq!(tree("0x1F").as_integer(), Some(31));
    assert_eq!(tree("9223372036854775807").as_integer(), Some(i64::MAX));
    assert_eq!(tree("9223372036854775808").as_integer(), None);
    assert_eq!(tree("1.0").as_integer(), None);
    assert_eq!(tree("'a b'").as_text(), Some("a b"));
    assert_eq!(tree("5").as_text(), None);
    assert_eq!(
        tree("5").as_scalar().map(|scalar| scalar.text.as_str()),
        Some("5")
    );
    assert_eq!(tree("[a]").as_scalar(), None);
    assert_eq!(tree("[a, b]").as_sequence().map(<[Node]>::len), Some(2));
    assert_eq!(tree("{a: b}").as_mapping().map(<[Entry]>::len), Some(1));
    assert!(!tree("''").is_null());
}

#[test]
fn aliases_stand_for_their_target_at_their_own_place() {
    let root = tree("a: &x [1, &y {k: v}]\nb: *x\nc: *y\n&k d: *k\n");
    let entries = root.as_mapping().unwrap();
    let [a, b, c, d] = entries else {
        panic!("{entries:?}")
    };
    assert_eq!(
        b.value,
        Node {
            at: at(2, 4),
            value: a.value.value.clone()
        }
    );
    assert_eq!(c.value.at, at(3, 4));
    assert_eq!(c.value.value, a.value.as_sequence().unwrap()[1].value);
    assert_eq!((d.key.as_str(), d.at), ("d", at(4, 1)));
    assert_eq!(d.value, scalar(4, 7, "d", true));
    // The later of two anchors of one name counts.
    assert_eq!(
        tree("[&x 1, &x 2, *x]").as_sequence().unwrap()[2].as_integer(),
        Some(2)
    );
}

#[test]
fn a_fault_behind_an_alias_is_told_once() {
    assert_eq!(
        faults("a: &x {k: 1, k: 2}\nb: [*x, *x]\n"),
        ["t.yaml:1:14: the key `k` is there twice"]
    );
}

#[test]
fn c8_63_faults_and_foreign_tags_have_their_place() {
    for (text, expected) in [
        ("a: 1\n\"a\": 2\n", "2:1: the key `a` is there twice"),
        ("a: &x 1\n*x : 2\n1: 3\n", "3:1: the key `1` is there twice"),
        (
            "a: {<<: b}",
            "1:5: merge keys (`<<`) are not supported; write the keys out",
        ),
        (
            "? [a]\n: b",
            "1:3: a key must be a single value, not a collection",
        ),
        ("{: a}", "1:2: a value without a key"),
        (
            "a: 1\n---\nb: 2\n---\n",
            "2:1: a second document; a file holds one",
        ),
        ("a: !x 1", "1:4: unknown tag `!x`"),
        ("a: ! 1", "1:4: unknown tag `!`"),
        ("!!set {a: b}", "1:1: unknown tag `!!set`"),
        ("!!str [a]", "1:1: the tag `!!str` does not fit a list"),
        (
            "!!seq a",
            "1:1: the tag `!!seq` does not fit a single value",
        ),
        ("!!int 'a\tb'", "1:1: not an integer, as its tag says"),
        (
            "a: &x [1, {b: *x}]",
            "1:15: an alias inside of what it stands for",
        ),
        (
            "a: *x",
            "1:4: not valid YAML: while parsing node, found unknown anchor",
        ),
        ("a: \"b\\0\"", "1:4: a text must not hold U+0000"),
        (
            "a: b\n\u{e9} \0",
            "2:3: the character U+0000 may not stand in YAML; write it as an escape in double quotes",
        ),
        (
            "\r\na: '\u{1b}[31m'",
            "2:5: the character U+001B may not stand in YAML; write it as an escape in double quotes",
        ),
        (
            "a: b: c",
            "1:5: not valid YAML: mapping values are not allowed in this context; a value with `: ` in it or `:` at its end stands in quotes",
        ),
    ] {
        assert_eq!(faults(text), [format!("t.yaml:{expected}")], "{text:?}");
    }
    // `<<` in quotes is a key like any other.
    assert_eq!(tree("{'<<': b}").as_mapping().unwrap()[0].key, "<<");
}

#[test]
fn depth_has_its_limit_in_every_style() {
    let block = |depth: usize| format!("{}a", "- ".repeat(depth));
    let flow = |depth: usize| format!("{}a{}", "[".repeat(depth), "]".repeat(depth));
    for nested in [block, flow] {
        let mut node = &tree(&nested(NESTING_MAX));
        for _ in 0..NESTING_MAX {
            node = &node.as_sequence().unwrap()[0];
        }
        assert_eq!(node.as_text(), Some("a"));
    }
    let too_deep = [format!(
        "t.yaml:1:257: nested deeper than {NESTING_MAX} levels"
    )];
    assert_eq!(faults(&block(NESTING_MAX + 1)), too_deep);
    // Each alias stands as deep as what holds it.
    let half = NESTING_MAX / 2;
    let chain = |more: usize| {
        format!(
            "[&a {}, {}*a{}]",
            flow(half),
            "[".repeat(more),
            "]".repeat(more)
        )
    };
    assert_eq!(
        tree(&chain(half - 1)).as_sequence().map(<[Node]>::len),
        Some(2)
    );
    let column = 5 + flow(half).len() + 2 + half;
    assert_eq!(
        faults(&chain(half)),
        [format!(
            "t.yaml:1:{column}: nested deeper than {NESTING_MAX} levels"
        )]
    );
}

#[test]
fn the_number_of_nodes_has_its_limit() {
    let list = |items: usize| "- a\n".repeat(items);
    let root = tree(&list(YAML_NODES_MAX - 1));
    assert_eq!(
        root.as_sequence().map(<[Node]>::len),
        Some(YAML_NODES_MAX - 1)
    );
    assert_eq!(
        faults(&list(YAML_NODES_MAX)),
        ["t.yaml:100000:3: more than 100000 nodes"]
    );
    assert_eq!(
        faults(&list(250_000)),
        ["t.yaml:200000:3: more than 100000 nodes"]
    );
}

#[test]
fn a_tree_holds_no_zero_even_where_the_file_does() {
    let mut problems = Problems::new("t.yaml");
    let root = parse("a: \"b\\0c\"", &mut problems).unwrap();
    assert!(!problems.is_empty());
    let entries = root.as_mapping().unwrap();
    assert_eq!(entries[0].value.as_text(), Some("bc"));
}

#[test]
fn the_length_of_a_file_has_its_limit() {
    let filled = |bytes: usize| format!("a: {}", "b".repeat(bytes - 3));
    assert_eq!(
        tree(&filled(YAML_BYTES_MAX))
            .as_mapping()
            .map(<[Entry]>::len),
        Some(1)
    );
    assert_eq!(
        faults(&filled(YAML_BYTES_MAX + 1)),
        ["t.yaml:1:1: longer than 1048576 bytes"]
    );
}

/// C8.63: a few lines whose aliases stand for 10^20 nodes.
#[test]
fn c8_63_an_anchor_bomb_ends_at_once_at_the_alias_that_is_too_much() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let start = Instant::now();
    assert_eq!(
        faults(&bomb),
        ["t.yaml:5:45: with this alias expanded, more than 100000 nodes"]
    );
    assert!(start.elapsed() < Duration::from_secs(5));

    // Few nodes, much text.
    let text = "x".repeat(YAML_BYTES_MAX / 4);
    let fan = format!("a: &a {text}\nb: [{}]\n", vec!["*a"; 50_000].join(","));
    assert_eq!(
        faults(&fan),
        ["t.yaml:2:17: the aliases up to this one stand for more than 1048576 bytes"]
    );

    // As many aliases as a file may hold, of nothing much: allowed.
    let fan = format!("- &a x\n{}", "- *a\n".repeat(90_000));
    assert_eq!(tree(&fan).as_sequence().map(<[Node]>::len), Some(90_001));
}

/// C8.63: a megabyte of anything ends soon.
#[test]
fn a_megabyte_of_one_thing_ends_soon() {
    for piece in [
        "[", "{", "- ", "? ", "&a", "&a ", "&a [", "*a", "!a ", "!", "'", "\"", "|\n", ": ", "a: ",
        "{a: ", "[a, ", "\t", "\r", "#", "%", "- - a\n", "\"\\", "-\n ", "a\n", "\u{e9}",
    ] {
        let start = Instant::now();
        let mut problems = Problems::new("t.yaml");
        let node = parse(&piece.repeat(YAML_BYTES_MAX / piece.len()), &mut problems);
        assert!(node.is_some() || !problems.is_empty(), "{piece:?}");
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{piece:?}: {:?}",
            start.elapsed()
        );
    }
    assert_eq!(
        faults(&"[".repeat(1_000_000)),
        ["t.yaml:1:256: not valid YAML: recursion limit exceeded"]
    );
}

#[test]
fn fields_tell_missing_unknown_and_wrong_ones_together() {
    let text = "nmae: a\nsize: x\nbig: 99999999999999999999\nflag: yes\nlist: a\nnothing:\nmore: {a: 1}\nlong_unknown_key: 1\n";
    let root = tree(text);
    let mut problems = Problems::new("t.yaml");
    let mut fields = Fields::new(&root, &mut problems).unwrap();
    let read = |field: Option<Field<'_>>| field.map(|field| field.name);
    assert_eq!(read(fields.required("name")), None);
    assert_eq!(read(fields.optional("flat")), None);
    let size = fields.required("size").unwrap();
    assert_eq!(size.text(fields.problems()), Some("x"));
    assert_eq!(size.integer(fields.problems()), None);
    let big = fields.required("big").unwrap();
    assert_eq!(big.integer(fields.problems()), None);
    let flag = fields.required("flag").unwrap();
    assert_eq!(flag.boolean(fields.problems()), None);
    let list = fields.required("list").unwrap();
    assert!(list.items(fields.problems()).is_empty());
    let nothing = fields.required("nothing").unwrap();
    assert_eq!(nothing.text(fields.problems()), None);
    assert!(nothing.mapping(fields.problems()).is_none());
    let more = fields.required("more").unwrap();
    assert_eq!(more.text(fields.problems()), None);
    let mut inner = more.mapping(fields.problems()).unwrap();
    let a = inner.required("a").unwrap();
    assert_eq!(a.integer(inner.problems()), Some(1));
    inner.finish();
    fields.finish();
    let error = problems.finish(Some(())).unwrap_err();
    assert_eq!(error.to_string(), "`t.yaml` has 9 problems");
    let lines: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "t.yaml:1:1: missing key `name`",
            "t.yaml:1:1: unknown key `nmae`; did you mean `name`?",
            "t.yaml:2:7: `size` must be an integer, not text",
            "t.yaml:3:6: `big` does not fit in 64 bits",
            "t.yaml:4:7: `flag` must be `true` or `false`, not text",
            "t.yaml:5:7: `list` must be a list, not text",
            "t.yaml:6:8: `nothing` has no value",
            "t.yaml:7:7: `more` must be text, not a mapping",
            "t.yaml:8:1: unknown key `long_unknown_key`",
        ]
    );
}

#[test]
fn items_carry_the_name_of_their_list() {
    let root = tree("tags: [a, 5]");
    let mut problems = Problems::new("t.yaml");
    let field = Field {
        name: "tags",
        node: &root.as_mapping().unwrap()[0].value,
    };
    let items = field.items(&mut problems);
    let texts: Vec<_> = items
        .into_iter()
        .map(|item| item.text(&mut problems))
        .collect();
    assert_eq!(texts, [Some("a"), None]);
    let error = problems.finish(Some(())).unwrap_err();
    assert_eq!(
        error.problems()[0].to_string(),
        "t.yaml:1:11: `tags` must be text, not an integer; put it in quotes"
    );
}

#[test]
fn a_known_key_is_suggested_within_two_edits() {
    let known = ["trail", "origin", "key", "env"];
    let long = "k".repeat(100_000);
    for (key, suggestion) in [
        ("trial", Some("trail")),
        ("orgin", Some("origin")),
        ("Origin", Some("origin")),
        ("keys", Some("key")),
        ("envs2", Some("env")),
        ("enviro", None),
        ("x", None),
        ("k", Some("key")),
        ("", None),
        ("trails12", None),
        (long.as_str(), None),
    ] {
        assert_eq!(super::fields::nearest(key, &known), suggestion, "{key:.20}");
    }
}

#[test]
fn many_problems_are_counted_and_the_first_listed() {
    let root = tree(
        &(0..10_000)
            .map(|n| format!("k{n}: 1\n"))
            .collect::<String>(),
    );
    let mut problems = Problems::new("t.yaml");
    Fields::new(&root, &mut problems).unwrap().finish();
    let error = problems.finish(Some(())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`t.yaml` has 10000 problems; the first 100 are listed"
    );
    assert_eq!(error.problems().len(), PROBLEMS_MAX);
    assert_eq!(
        error.problems()[99].to_string(),
        "t.yaml:100:1: unknown key `k99`"
    );
}

#[test]
fn nothing_wrong_and_nothing_read_is_a_bug() {
    let error = Problems::new("t.yaml").finish(None::<()>).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
}

#[test]
fn the_files_own_text_is_shown_short_harmless_and_without_secrets() {
    for (text, shown) in [
        ("plain", "`plain`"),
        ("a\nb\u{1b}[31m", "`a\\u{a}b\\u{1b}[31m`"),
        ("\u{202e}x", "`\\u{202e}x`"),
        ("\u{e9}", "`\u{e9}`"),
        ("u:pw@h", "`u:...@h`"),
        ("PRIVATE+KEY+x", "`PRIVATE+KEY+...`"),
    ] {
        assert_eq!(quoted(text), shown);
    }
    assert_eq!(quoted(&"k".repeat(61)), format!("`{}...`", "k".repeat(60)));
}

#[test]
fn debug_of_a_tree_holds_no_secret() {
    let shown = format!(
        "{:?}",
        tree("a: PRIVATE+KEY+x\nb: [\"postgres://u:pw@h\"]\n")
    );
    assert!(
        shown.contains("PRIVATE+KEY+...") && shown.contains("postgres://u:...@h"),
        "{shown}"
    );
    assert!(!shown.contains("KEY+x") && !shown.contains("pw"), "{shown}");
}

/// Pieces that mean something in YAML, so that random text comes far.
fn yamlish() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "b",
        ": ",
        ":",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "'",
        "\"",
        "|\n",
        ">-\n",
        "\n",
        "\n  ",
        "\n ",
        " ",
        "\t",
        "#",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "<<",
        "~",
        "1",
        "\\",
        "\r\n",
        "\u{feff}",
        "\u{e9}",
        "\0",
        "${",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..40)
        .prop_map(|pieces| pieces.concat())
}

/// That the place of each scalar is where its text, or its quote, stands.
fn places_hold(node: &Node, lines: &[Vec<char>]) {
    match &node.value {
        Value::Scalar(scalar) => {
            let line = lines
                .get(node.at.line - 1)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let found = line.get(node.at.column - 1);
            match scalar.text.chars().next() {
                // Anchors and tags belong to the node; an alias is where it stands itself.
                _ if matches!(found, Some('&' | '!' | '*')) => {}
                Some(first) if scalar.plain => assert_eq!(found, Some(&first), "{node:?}"),
                // Of a block, the place is that of its text.
                Some(first) if !matches!(found, Some('\'' | '"')) && !first.is_whitespace() => {
                    assert_eq!(found, Some(&first), "{node:?}");
                }
                _ => {}
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| places_hold(item, lines)),
        Value::Mapping(entries) => entries
            .iter()
            .for_each(|entry| places_hold(&entry.value, lines)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_gives_a_tree_with_true_places_or_a_problem(text in prop_oneof![yamlish(), ".{0,60}"]) {
        let mut problems = Problems::new("t.yaml");
        match parse(&text, &mut problems) {
            Some(node) => {
                let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
                let lines: Vec<Vec<char>> = text.split('\n').map(|line| line.chars().collect()).collect();
                places_hold(&node, &lines);
            }
            None => prop_assert!(!problems.is_empty()),
        }
    }
}
