//! The attack suite: every number that must be tested, and where it is. `docs/threat-model.md` says what each group is about.

use crate::rust::{Source, line, words};
use crate::tree::{File, Finding};

/// How many numbers each group has, in order; they run on from group to group, so that `c4_29` is the first of the fourth.
const GROUPS: [usize; 8] = [8, 12, 8, 6, 9, 9, 8, 5];

const LIBRARY: &str = "crates/piperoll/src/";
const SUITE: &str = "crates/piperoll/tests/it/";
const POWER: &str = "crates/piperoll/tests/power/";
const TESTKIT: &str = "crates/piperoll-testkit/tests/it/";
const COMMAND: &str = "crates/piperoll-cli/tests/it/";

/// A number of the suite, and the files that test it: a folder of those above, and a name in it.
const SUITE_OF_ATTACKS: &[(&str, &[(&str, &str)])] = &[
    ("c1_1", &[(SUITE, "attacks.rs")]),
    ("c1_2", &[(SUITE, "attacks.rs")]),
    ("c1_3", &[(SUITE, "attacks.rs")]),
    ("c1_4", &[(SUITE, "attacks.rs")]),
    (
        "c1_5",
        &[
            (SUITE, "attacks_values.rs"),
            (LIBRARY, "event/value/tests.rs"),
        ],
    ),
    (
        "c1_6",
        &[
            (SUITE, "attacks_values.rs"),
            (LIBRARY, "event/attributes.rs"),
            (LIBRARY, "event/payload/tests.rs"),
        ],
    ),
    ("c1_7", &[(SUITE, "attacks.rs")]),
    ("c1_8", &[(SUITE, "attacks.rs")]),
    ("c2_9", &[(SUITE, "attacks_structure.rs")]),
    ("c2_10", &[(SUITE, "attacks_structure.rs")]),
    ("c2_11", &[(SUITE, "attacks_structure.rs")]),
    ("c2_12", &[(SUITE, "attacks_structure.rs")]),
    (
        "c2_13",
        &[(SUITE, "attacks_structure.rs"), (SUITE, "malicious.rs")],
    ),
    (
        "c2_14",
        &[(SUITE, "attacks_structure.rs"), (SUITE, "malicious.rs")],
    ),
    ("c2_15", &[(SUITE, "attacks_structure.rs")]),
    (
        "c2_16",
        &[(SUITE, "attacks_structure.rs"), (SUITE, "malicious.rs")],
    ),
    ("c2_17", &[(SUITE, "malicious.rs")]),
    (
        "c2_18",
        &[
            (SUITE, "attacks_proofs.rs"),
            (LIBRARY, "seal/proof/tests.rs"),
            (TESTKIT, "seal_vectors.rs"),
        ],
    ),
    (
        "c2_19",
        &[
            (SUITE, "attacks_proofs.rs"),
            (LIBRARY, "seal/note/tests.rs"),
            (LIBRARY, "seal/checkpoint/tests.rs"),
        ],
    ),
    ("c2_20", &[(SUITE, "attacks_structure.rs")]),
    ("c3_21", &[(SUITE, "attacks.rs")]),
    ("c3_22", &[(SUITE, "attacks.rs")]),
    ("c3_23", &[(SUITE, "turns.rs")]),
    ("c3_24", &[(SUITE, "turns.rs")]),
    ("c3_25", &[(SUITE, "turns.rs")]),
    (
        "c3_26",
        &[
            (SUITE, "writer_checks.rs"),
            (SUITE, "creation.rs"),
            (COMMAND, "verify.rs"),
        ],
    ),
    ("c3_27", &[(SUITE, "levels.rs")]),
    ("c3_28", &[(SUITE, "levels.rs")]),
    ("c4_29", &[(SUITE, "attacks_time.rs")]),
    ("c4_30", &[(SUITE, "attacks.rs")]),
    ("c4_32", &[(SUITE, "attacks_time.rs")]),
    ("c4_33", &[(SUITE, "concurrency.rs")]),
    ("c4_34", &[(SUITE, "attacks_time.rs")]),
    ("c5_35", &[(SUITE, "kill.rs"), (POWER, "cuts.rs")]),
    (
        "c5_38",
        &[(POWER, "faults.rs"), (COMMAND, "unavailable.rs")],
    ),
    ("c5_39", &[(SUITE, "writer_checks.rs"), (SUITE, "turns.rs")]),
    (
        "c7_59",
        &[(SUITE, "attacks_life.rs"), (COMMAND, "record.rs")],
    ),
    ("c7_60", &[(SUITE, "attacks_life.rs"), (SUITE, "levels.rs")]),
    (
        "c8_61",
        &[
            (SUITE, "attacks.rs"),
            (LIBRARY, "export/safe.rs"),
            (COMMAND, "hostile.rs"),
        ],
    ),
    (
        "c8_62",
        &[
            (SUITE, "attacks.rs"),
            (LIBRARY, "event/json/tests.rs"),
            (LIBRARY, "event/lines.rs"),
            (TESTKIT, "two_readers.rs"),
        ],
    ),
    (
        "c8_63",
        &[
            (SUITE, "attacks_values.rs"),
            (LIBRARY, "yaml/tests.rs"),
            (LIBRARY, "project/tests.rs"),
            (COMMAND, "hostile.rs"),
        ],
    ),
    (
        "c8_64",
        &[(SUITE, "attacks_structure.rs"), (SUITE, "malicious.rs")],
    ),
];

/// The numbers in the name of a test: `c2_9_and_c2_10_one_is_deleted` has two.
fn numbers(name: &str) -> Vec<String> {
    let parts: Vec<&str> = name.split('_').collect();
    let mut found = Vec::new();
    for (at, pair) in parts.windows(2).enumerate() {
        let begins = at == 0 || parts[at - 1] == "and";
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_group = pair[0].strip_prefix('c').is_some_and(digits);
        if begins && is_group && digits(pair[1]) {
            found.push(format!("{}_{}", pair[0], pair[1]));
        }
    }
    found
}

/// Whether a number is one of its group.
fn exists(number: &str) -> bool {
    let (group, position) = number[1..].split_once('_').expect("two numbers");
    let group: usize = group.parse().expect("digits");
    let position: usize = position.parse().expect("digits");
    let first = 1 + GROUPS.iter().take(group.wrapping_sub(1)).sum::<usize>();
    let count = group.checked_sub(1).and_then(|at| GROUPS.get(at));
    count.is_some_and(|count| (first..first + count).contains(&position))
}

/// The tests of a file that have a number, each with its line.
fn tested(file: &File) -> Vec<(String, usize)> {
    if !file.is_rust() {
        return Vec::new();
    }
    let code = Source::new(&file.text).code;
    let mut found = Vec::new();
    let mut introduces = false;
    for (at, word) in words(&code) {
        if introduces {
            let line = line(&code, at);
            found.extend(numbers(word).into_iter().map(|number| (number, line)));
        }
        introduces = word == "fn";
    }
    found
}

fn findings(files: &[File], suite: &[(&str, &[(&str, &str)])]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in tested(file) {
            if !exists(&number) {
                found.push(Finding::new(
                    file,
                    line,
                    format!("the suite has no `{number}`"),
                ));
            }
        }
    }
    for (number, places) in suite {
        for (folder, name) in *places {
            let path = format!("{folder}{name}");
            let file = files.iter().find(|file| file.path == path);
            let is_there = file.is_some_and(|file| tested(file).iter().any(|(n, _)| n == number));
            if !is_there {
                let message = format!("no test `{number}_...` is left here");
                found.push(Finding::new(&File::new(&path, ""), 0, message));
            }
        }
    }
    found
}

#[test]
fn a_lost_number_and_one_that_is_none_are_found() {
    let file = File::new(
        "crates/piperoll/tests/it/a.rs",
        "fn c2_9_and_c2_10_x() {}\nfn c4_30_y() { c1_1_z(); }\nfn c4_28_y() {}\nfn c9_1() {}",
    );
    let found = findings(&[file], &[]);
    let texts: Vec<String> = found.iter().map(Finding::text).collect();
    assert_eq!(
        texts,
        [
            "crates/piperoll/tests/it/a.rs:3: the suite has no `c4_28`",
            "crates/piperoll/tests/it/a.rs:4: the suite has no `c9_1`",
        ]
    );
    let files = || {
        [File::new(
            "crates/piperoll/tests/it/a.rs",
            "fn c2_9_and_c2_10_x() {}",
        )]
    };
    let place: &[(&str, &str)] = &[(SUITE, "a.rs")];
    assert_eq!(findings(&files(), &[("c2_10", place)]), []);
    assert_eq!(findings(&files(), &[("c2_1", place)]).len(), 1);
    let elsewhere: &[(&str, &str)] = &[(SUITE, "b.rs")];
    assert_eq!(findings(&files(), &[("c2_10", elsewhere)]).len(), 1);
}

#[test]
fn every_number_of_the_suite_is_tested() {
    crate::tree::assert_none(&findings(&crate::tree::files(), SUITE_OF_ATTACKS));
    let missing: Vec<String> = SUITE_OF_ATTACKS
        .iter()
        .filter(|(number, places)| !exists(number) || places.is_empty())
        .map(|(number, _)| (*number).to_owned())
        .collect();
    assert_eq!(missing, [""; 0]);
}
