//! What is in the dependency tree: licences, sources and bans of `deny.toml`, on any machine, without cargo-deny.

use serde_json::Value;
use std::process::Command;

/// The part of `deny.toml` that is checked here.
struct Policy {
    licences: Vec<String>,
    banned: Vec<String>,
    registries: Vec<String>,
}

impl Policy {
    fn new(toml: &str) -> Self {
        Self {
            licences: texts(toml, "licenses", "allow"),
            banned: texts(toml, "bans", "deny"),
            registries: texts(toml, "sources", "allow-registry"),
        }
    }

    /// What is wrong with one package of `cargo metadata`.
    fn problem(&self, package: &Value) -> Option<String> {
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        let name = text("name").unwrap_or("?");
        if self.banned.iter().any(|banned| banned == name) {
            return Some(format!("`{name}` is banned"));
        }
        if let Some(source) = text("source") {
            let from = source.strip_prefix("registry+");
            if !from.is_some_and(|from| self.registries.iter().any(|registry| registry == from)) {
                return Some(format!("`{name}` comes from `{source}`"));
            }
        }
        match text("license") {
            None => Some(format!("`{name}` names no licence")),
            Some(licence) if self.permits(licence) => None,
            Some(licence) => Some(format!("`{name}` is under `{licence}`")),
        }
    }

    /// Whether an SPDX expression is met by the allowed licences. `/` is the old spelling of OR.
    fn permits(&self, expression: &str) -> bool {
        let spaced = expression
            .replace('(', " ( ")
            .replace(')', " ) ")
            .replace('/', " OR ");
        let mut tokens = spaced.split_whitespace().peekable();
        let permitted = self.any(&mut tokens);
        permitted && tokens.next().is_none()
    }

    fn any<'a>(&self, tokens: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> bool {
        let mut permitted = self.all(tokens);
        while tokens.next_if_eq(&"OR").is_some() {
            permitted |= self.all(tokens);
        }
        permitted
    }

    fn all<'a>(&self, tokens: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> bool {
        let mut permitted = self.one(tokens);
        while tokens.next_if_eq(&"AND").is_some() {
            permitted &= self.one(tokens);
        }
        permitted
    }

    fn one<'a>(&self, tokens: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> bool {
        if tokens.next_if_eq(&"(").is_some() {
            let permitted = self.any(tokens);
            return tokens.next_if_eq(&")").is_some() && permitted;
        }
        let mut licence = tokens.next().unwrap_or_default().to_owned();
        if tokens.next_if_eq(&"WITH").is_some() {
            licence = format!("{licence} WITH {}", tokens.next().unwrap_or_default());
        }
        self.licences.contains(&licence)
    }
}

/// The texts of the array `key` of a table in `deny.toml`: one a line or all on one line, of which tables give `crate`.
fn texts(toml: &str, table: &str, key: &str) -> Vec<String> {
    let array = toml
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .skip_while(|line| *line != format!("[{table}]"))
        .skip(1)
        .take_while(|line| !(line.starts_with('[') && line.ends_with(']')))
        .skip_while(|line| !line.starts_with(&format!("{key} = [")))
        .scan(false, |ended, line| {
            let open = !*ended;
            *ended = line.trim_end().ends_with(']');
            open.then_some(line)
        });
    array
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

/// The dependencies of a workspace manifest that a page does not name in backticks.
fn unexplained(manifest: &str, page: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.to_owned())
        .filter(|name| !page.contains(&format!("`{name}`")))
        .collect()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ])
        .current_dir(crate::tree::root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

#[test]
fn an_unwanted_package_is_found() {
    let policy = Policy::new(
        "[licenses]\n# allow = [\"GPL-3.0\"]\nallow = [\n  \"MIT\",\n  \"Zlib\",\n]\n[bans]\ndeny = [\n  { crate = \
         \"bad\", reason = \"x\" },\n]\n[sources]\nallow-registry = [\"https://ok\"]\nallow-git = [\"https://git\"]\n",
    );
    assert_eq!(policy.licences, ["MIT", "Zlib"]);
    let cases = [
        ("good", Some("registry+https://ok"), Some("MIT"), None),
        ("own", None, Some("MIT"), None),
        (
            "bad",
            Some("registry+https://ok"),
            Some("MIT"),
            Some("`bad` is banned"),
        ),
        (
            "a",
            Some("registry+https://no"),
            Some("MIT"),
            Some("`a` comes from `registry+https://no`"),
        ),
        (
            "a",
            Some("git+https://git"),
            Some("MIT"),
            Some("`a` comes from `git+https://git`"),
        ),
        (
            "a",
            Some("registry+https://ok"),
            None,
            Some("`a` names no licence"),
        ),
        (
            "a",
            Some("registry+https://ok"),
            Some("GPL-3.0"),
            Some("`a` is under `GPL-3.0`"),
        ),
    ];
    for (name, source, license, expected) in cases {
        let package = serde_json::json!({"name": name, "source": source, "license": license});
        assert_eq!(
            policy.problem(&package).as_deref(),
            expected,
            "of {package}"
        );
    }
}

#[test]
fn a_licence_expression_is_read_as_spdx_means_it() {
    let licences = ["MIT", "Zlib", "A WITH e"].map(str::to_owned).to_vec();
    let policy = Policy {
        licences,
        banned: Vec::new(),
        registries: Vec::new(),
    };
    let cases = [
        ("MIT", true),
        ("GPL", false),
        ("GPL OR MIT", true),
        ("GPL/MIT", true),
        ("GPL AND MIT", false),
        ("Zlib AND MIT", true),
        ("(GPL OR MIT) AND Zlib", true),
        ("GPL OR MIT AND X", false),
        ("A WITH e OR GPL", true),
        ("A", false),
        ("MIT WITH e", false),
        ("MIT GPL", false),
        ("(MIT", false),
        ("", false),
    ];
    for (expression, expected) in cases {
        assert_eq!(policy.permits(expression), expected, "of {expression}");
    }
}

#[test]
fn every_package_may_be_there() {
    let path = crate::tree::root().join("deny.toml");
    let policy = Policy::new(&std::fs::read_to_string(path).expect("deny.toml is there"));
    assert!(policy.licences.len() > 3 && policy.banned.len() == 3 && policy.registries.len() == 1);
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(packages.len() > 50, "only {} packages seen", packages.len());
    let problems = packages
        .iter()
        .filter_map(|package| policy.problem(package))
        .collect::<Vec<_>>();
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn a_dependency_that_the_page_does_not_explain_is_found() {
    let manifest =
        "[workspace.dependencies]\na = \"1\"\n\nb-c = { version = \"2\" }\n[profile.dev]\nd = 1\n";
    assert_eq!(unexplained(manifest, "`a` and b-c"), ["b-c"]);
    assert_eq!(unexplained(manifest, "`a` and `b-c`"), Vec::<String>::new());
}

#[test]
fn every_dependency_is_explained() {
    let read = |path: &str| std::fs::read_to_string(crate::tree::root().join(path));
    let manifest = read("Cargo.toml").expect("the manifest is there");
    let page = read("docs/architecture.md").expect("the page is there");
    assert!(manifest.contains("[workspace.dependencies]"));
    assert_eq!(unexplained(&manifest, &page), Vec::<String>::new());
}
