//! The lines of a policy file, with all that is wrong with them.

use super::{Group, Part, Policy, PublicKey, Witness, shown};
use crate::error::Result;
use crate::limits::POLICY_BYTES_MAX;
use crate::seal::key::{SignatureType, VerifierKey, VkeyFault};
use crate::yaml::{Position, Problems};
use std::collections::HashMap;

/// The name that stands for no quorum.
const NONE: &[u8] = b"none";

/// Reads a policy; see [`Policy::parse`].
pub(super) fn policy(bytes: &[u8], shown_name: &str) -> Result<Policy> {
    let mut reader = Reader::new(shown_name);
    if bytes.len() > POLICY_BYTES_MAX {
        let message = format!("a policy has at most {POLICY_BYTES_MAX} bytes");
        reader.problems.add(Position::START, message);
        return reader.problems.finish(None);
    }
    for (index, octets) in bytes.split(|octet| *octet == b'\n').enumerate() {
        reader.line(index + 1, octets);
    }
    reader.finish()
}

/// An item of a line, and where it stands.
#[derive(Clone, Copy)]
struct Item<'a> {
    octets: &'a [u8],
    at: Position,
}

/// What was read so far. What is at fault is taken all the same, so that one fault does not cause others; the policy is then never seen.
struct Reader<'a> {
    problems: Problems,
    logs: Vec<PublicKey>,
    parts: Vec<Part>,
    /// The line and the index of each part.
    names: HashMap<&'a [u8], (usize, usize)>,
    /// The line on which a part became a member.
    members: HashMap<usize, usize>,
    /// The lines of keys, by what they write after name and ID: type and public key.
    log_lines: HashMap<&'a [u8], usize>,
    witness_lines: HashMap<&'a [u8], usize>,
    /// The line of the quorum, and its part.
    quorum: Option<(usize, Option<usize>)>,
}

impl<'a> Reader<'a> {
    fn new(shown_name: &str) -> Self {
        Self {
            problems: Problems::new(shown_name),
            logs: Vec::new(),
            parts: Vec::new(),
            names: HashMap::new(),
            members: HashMap::new(),
            log_lines: HashMap::new(),
            witness_lines: HashMap::new(),
            quorum: None,
        }
    }

    fn finish(mut self) -> Result<Policy> {
        if self.quorum.is_none() {
            let message = "there is no `quorum` line, and there must be one";
            self.problems.add(Position::START, message);
        }
        let (logs, parts) = (self.logs, self.parts);
        let policy = self.quorum.map(|(_, quorum)| Policy {
            logs,
            parts,
            quorum,
        });
        self.problems.finish(policy)
    }

    fn line(&mut self, number: usize, octets: &'a [u8]) {
        let allowed = |octet: &u8| matches!(octet, b'\t' | 0x20..=0x7e | 0x80..);
        if let Some((index, octet)) = octets.iter().enumerate().find(|(_, o)| !allowed(o)) {
            let ends = if *octet == b'\r' {
                ": lines end in LF alone"
            } else {
                ""
            };
            let message = format!("octet 0x{octet:02x} may not stand in a policy{ends}");
            let before = octets.get(..index).unwrap_or_default();
            let at = Position {
                line: number,
                column: letters(before) + 1,
            };
            self.problems.add(at, message);
        }
        // A forbidden octet parts items, lest the name with it be missed elsewhere.
        let items = items(number, octets, |octet| {
            matches!(octet, b' ' | b'\t') || !allowed(octet)
        });
        let Some((keyword, rest)) = items.split_first() else {
            return;
        };
        match (keyword.octets, rest) {
            ([b'#', ..], _) => {}
            (b"log", [vkey] | [vkey, _]) => self.log(vkey),
            (b"log", _) => self.form(keyword, "log <vkey> [<url>]"),
            (b"witness", [name, vkey] | [name, vkey, _]) => self.witness(name, vkey),
            (b"witness", _) => self.form(keyword, "witness <name> <vkey> [<url>]"),
            (b"group", [name, needed, members @ ..]) if !members.is_empty() => {
                self.group(name, needed, members);
            }
            (b"group", _) => self.form(keyword, "group <name> all|any|<k> <member>..."),
            (b"quorum", [name]) => self.quorum(name),
            (b"quorum", _) => {
                // It is one all the same, and not missing.
                self.quorum = self.quorum.or(Some((number, None)));
                self.form(keyword, "quorum <name>|none");
            }
            (other, _) => {
                let message = format!(
                    "{} starts no line of a policy; `log`, `witness`, `group`, `quorum` and `#` do",
                    shown(other)
                );
                self.problems.add(keyword.at, message);
            }
        }
    }

    fn form(&mut self, keyword: &Item<'_>, form: &str) {
        let message = format!("this line is written `{form}`");
        self.problems.add(keyword.at, message);
    }

    fn log(&mut self, vkey: &Item<'a>) {
        let key = self.key(vkey, SignatureType::Ed25519);
        self.logs.push(key);
    }

    fn witness(&mut self, name: &Item<'a>, vkey: &Item<'a>) {
        let key = self.key(vkey, SignatureType::Cosignature);
        let witness = Witness {
            name: name.octets.to_vec(),
            key,
        };
        self.define(name, Part::Witness(witness));
    }

    /// The key of a log or a witness, by the type that it must have.
    fn key(&mut self, vkey: &Item<'a>, kind: SignatureType) -> PublicKey {
        let (whose, lines) = match kind {
            SignatureType::Ed25519 => ("log", &mut self.log_lines),
            SignatureType::Cosignature => ("witness", &mut self.witness_lines),
        };
        let read = std::str::from_utf8(vkey.octets)
            .map_err(|_| VkeyFault::Form("it is not UTF-8"))
            .and_then(VerifierKey::read);
        let key = match read {
            Ok(key) if key.signature_type() == kind => PublicKey::Understood(Box::new(key)),
            Ok(_) => {
                let message = match kind {
                    SignatureType::Ed25519 => "this is the key of a witness (type 0x04)",
                    SignatureType::Cosignature => "this is the key of a log (type 0x01)",
                };
                let message = format!("{message}, and not of a {whose}");
                self.problems.add(vkey.at, message);
                return PublicKey::Other(0);
            }
            Err(VkeyFault::Type(kind)) => PublicKey::Other(kind),
            Err(VkeyFault::Form(what)) => {
                let message = format!("this is not a verifier key: {what}");
                self.problems.add(vkey.at, message);
                return PublicKey::Other(0);
            }
        };
        // Base64 as it is read here has one spelling. Names and IDs do not make another key of it.
        let public = vkey.octets.splitn(3, |octet| *octet == b'+').nth(2);
        let line = vkey.at.line;
        let first = *lines.entry(public.unwrap_or_default()).or_insert(line);
        if first != line {
            let message = format!("this {whose} has the key of the one on line {first}");
            self.problems.add(vkey.at, message);
        }
        key
    }

    fn group(&mut self, name: &Item<'a>, needed: &Item<'_>, listed: &[Item<'a>]) {
        let needed = match needed.octets {
            b"any" => 1,
            b"all" => listed.len(),
            digits => {
                // Digits alone: `parse` would take a sign, too.
                let number = std::str::from_utf8(digits)
                    .ok()
                    .filter(|text| text.bytes().all(|octet| octet.is_ascii_digit()))
                    .and_then(|text| text.parse().ok())
                    .filter(|number| (1..=listed.len()).contains(number));
                if number.is_none() {
                    let message = format!(
                        "a group needs `all`, `any` or a number from 1 to that of its members, {}, not {}",
                        listed.len(),
                        shown(digits)
                    );
                    self.problems.add(needed.at, message);
                }
                number.unwrap_or(1)
            }
        };
        let mut members = Vec::new();
        for member in listed {
            if member.octets == NONE {
                self.problems
                    .add(member.at, "`none` cannot be a member of a group");
            } else if let Some(part) = self.defined(member) {
                let line = member.at.line;
                match self.members.insert(part, line) {
                    None => members.push(part),
                    Some(first) => {
                        let message = format!(
                            "{} is a member on line {first} already; it can be one only once",
                            shown(member.octets)
                        );
                        self.problems.add(member.at, message);
                    }
                }
            }
        }
        let group = Group {
            name: name.octets.to_vec(),
            needed,
            members,
        };
        self.define(name, Part::Group(group));
    }

    fn quorum(&mut self, name: &Item<'a>) {
        let line = name.at.line;
        if let Some((first, _)) = self.quorum {
            let message = format!("line {first} is a `quorum` line already; there is only one");
            self.problems.add(name.at, message);
            return;
        }
        let part = if name.octets == NONE {
            None
        } else {
            self.defined(name)
        };
        self.quorum = Some((line, part));
    }

    /// The part of this name that an earlier line defines.
    fn defined(&mut self, name: &Item<'_>) -> Option<usize> {
        let part = self.names.get(name.octets).map(|(_, part)| *part);
        if part.is_none() {
            let message = format!(
                "no earlier line defines a witness or a group {}",
                shown(name.octets)
            );
            self.problems.add(name.at, message);
        }
        part
    }

    fn define(&mut self, name: &Item<'a>, part: Part) {
        if name.octets == NONE {
            self.problems
                .add(name.at, "`none` is no name of a witness or a group");
        } else if let Some((first, _)) = self.names.get(name.octets) {
            let message = format!("line {first} defines {} already", shown(part.name()));
            self.problems.add(name.at, message);
        } else {
            self.names
                .insert(name.octets, (name.at.line, self.parts.len()));
        }
        self.parts.push(part);
    }
}

/// The items of a line. Columns are counted on, not anew for each item: a hostile line may have very many.
fn items(line: usize, octets: &[u8], is_space: impl Fn(&u8) -> bool) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut column = 1;
    for item in octets.split(is_space) {
        if !item.is_empty() {
            let at = Position { line, column };
            items.push(Item { octets: item, at });
        }
        column += letters(item) + 1;
    }
    items
}

/// How many characters octets are shown as.
fn letters(octets: &[u8]) -> usize {
    String::from_utf8_lossy(octets).chars().count()
}
