//! A history, replayed, against copies of its table.

use super::yard::Yard;
use std::collections::BTreeMap;

/// How a table is copied after each statement.
pub(super) struct Copies {
    pub(super) table: &'static str,
    pub(super) columns: Vec<&'static str>,
    /// The columns of the history that tell rows apart.
    pub(super) identity: Vec<&'static str>,
    /// The column of the table for each of them.
    pub(super) places: Vec<&'static str>,
}

impl Copies {
    pub(super) fn schema(&self) -> String {
        // Without types nothing is turned into anything else.
        format!(
            "CREATE TABLE copies (copy_number, {}, {}); CREATE TABLE marks (n, seq);",
            (0..self.places.len())
                .map(|at| format!("place{at}"))
                .collect::<Vec<_>>()
                .join(", "),
            self.columns.join(", ")
        )
    }

    /// What follows statement `n`.
    pub(super) fn take(&self, n: usize) -> [String; 2] {
        [
            format!(
                "INSERT INTO copies SELECT {n}, {}, {} FROM {}",
                self.places.join(", "),
                self.columns.join(", "),
                self.table
            ),
            format!(
                "INSERT INTO marks SELECT {n}, coalesce(max(audit_seq), 0) FROM {}_audit",
                self.table
            ),
        ]
    }

    /// Fails where the history, replayed up to a mark, is not the copy, or where a version changed nothing.
    pub(super) fn check(&self, yard: &Yard, statements: &[String]) {
        let count = self.places.len();
        let mut copies: BTreeMap<usize, Vec<(String, String)>> = BTreeMap::new();
        for row in self.split(yard, "SELECT * FROM copies", 1 + count) {
            let place = row[1..=count].join("|");
            copies
                .entry(row[0].parse().unwrap())
                .or_default()
                .push((place, row[count + 1].clone()));
        }
        let marks = self.split(yard, "SELECT n, seq FROM marks ORDER BY n", 1);
        let versions = format!(
            "SELECT audit_seq, audit_isdelete, audit_operation, {}, {} FROM {}_audit ORDER BY audit_seq",
            self.identity.join(", "),
            self.columns.join(", "),
            self.table
        );
        let versions = self.split(yard, &versions, 3 + count);
        let mut next = versions.iter().peekable();
        let mut live: BTreeMap<String, String> = BTreeMap::new();
        for mark in marks {
            let n: usize = mark[0].parse().unwrap();
            let seq: i64 = mark[1].parse().unwrap();
            let told = || {
                let from = n.saturating_sub(6);
                let statements = statements[from..=n].join(";\n");
                let versions: Vec<String> = versions
                    .iter()
                    .filter(|row| row[0].parse::<i64>().unwrap() > seq - 8)
                    .map(|row| row.join("|"))
                    .collect();
                format!(
                    "statement {n}:\n{statements}\nhistory:\n{}",
                    versions.join("\n")
                )
            };
            while let Some(version) =
                next.next_if(|version| version[0].parse::<i64>().unwrap() <= seq)
            {
                let place = version[3..3 + count].join("|");
                let row = &version[3 + count];
                if version[1] == "1" {
                    let was = live.remove(&place);
                    assert_eq!(
                        was.as_ref(),
                        Some(row),
                        "a deletion of what was not so; {}",
                        told()
                    );
                } else {
                    let was = live.insert(place, row.clone());
                    assert_ne!(
                        was.as_ref(),
                        Some(row),
                        "a version that changes nothing; {}",
                        told()
                    );
                    let expected = if was.is_some() {
                        "'UPDATE'"
                    } else {
                        "'INSERT'"
                    };
                    let moved = was.is_none() && version[2] == "'UPDATE'";
                    assert!(
                        version[2] == expected || moved || version[2] == "'BASELINE'",
                        "{version:?}; {}",
                        told()
                    );
                }
            }
            let mut copy = copies.remove(&n).unwrap_or_default();
            copy.sort();
            let replayed: Vec<(String, String)> = live.clone().into_iter().collect();
            assert_eq!(replayed, copy, "{}", told());
        }
        assert!(next.peek().is_none());
    }

    /// Rows with their first columns alone, and the rest as one text.
    fn split(&self, yard: &Yard, sql: &str, first: usize) -> Vec<Vec<String>> {
        let rows = yard.rows(sql);
        let split = rows
            .iter()
            .map(|row| row.splitn(first + 1, '|').map(str::to_owned).collect());
        split.collect()
    }
}
