use super::{FILE_NAME, Lookup, Project, ProjectActor};
use crate::error::{Error, ErrorKind};
use crate::event::ActorKind;
use crate::limits::{PROBLEMS_MAX, YAML_BYTES_MAX};
use crate::store::Location;
use crate::trail::KeySource;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const UNSET: &Lookup<'static> = &|_| None;

fn parse(text: &str) -> Result<Project, Error> {
    Project::parse(text, "piperoll.yaml", Path::new("/shop"))
}

/// The message and the problems, a line each.
fn report(error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    let problems = error
        .problems()
        .iter()
        .map(|problem| format!("{problem}\n"));
    format!("{error}\n{}", problems.collect::<String>())
}

/// The samples of a folder: name of the file, its text, and what is expected of it.
fn samples(folder: &str) -> BTreeMap<String, (String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/project")
        .join(folder);
    let mut samples = BTreeMap::new();
    for file in folder.read_dir().unwrap() {
        let file = file.unwrap().path();
        if file
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            samples.insert(name, (read(&file), read(&file.with_extension("txt"))));
        }
    }
    samples
}

#[expect(clippy::disallowed_methods, reason = "test data")]
fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn bad_samples_give_all_their_problems_with_places() {
    let samples = samples("bad");
    assert!(samples.len() >= 20);
    for (name, (text, expected)) in samples {
        let error = Project::parse(&text, &name, Path::new("/shop")).unwrap_err();
        assert_eq!(report(&error), expected, "{name}");
    }
}

#[test]
fn good_samples_give_their_values() {
    let lookup = |name: &str| match name {
        "SHOP_TRAIL" => Some("sqlite:from the environment.db".to_owned()),
        "SHOP_HOST" => Some("shop.example".to_owned()),
        "SHOP_KEY" => Some("PRIVATE+KEY+shop.example/audit+0a0b0c0d+AbCd=\n".to_owned()),
        "SHOP_EMPTY" => Some(String::new()),
        _ => None,
    };
    let samples = samples("good");
    assert!(samples.len() >= 5);
    for (name, (text, expected)) in samples {
        let project = Project::parse(&text, &name, Path::new("/shop")).unwrap();
        let values = format!(
            "trail {:?}\norigin {}\nkey {:?}\nenv {:?}\nactor {:?}\n",
            project.trail(&lookup).unwrap(),
            project.origin(&lookup).unwrap(),
            project.key(&lookup).unwrap(),
            project.env(&lookup).unwrap(),
            project.actor(&lookup).unwrap(),
        );
        assert_eq!(values, expected, "{name}");
        assert_eq!(project.file(), Path::new(&name));
    }
}
#[test]
fn variables_are_read_only_when_their_value_is_used() {
    let project = parse(
        "version: 1\ntrail: ${env.T}\norigin: a\nkey: ${env.K}\nactor: {name: \"${env.U}\"}\n",
    )
    .unwrap();
    assert_eq!(project.origin(UNSET).unwrap().as_str(), "a");
    assert_eq!(project.env(UNSET).unwrap(), "dev");
    for (error, expected) in [
        (
            project.trail(UNSET).unwrap_err(),
            "piperoll.yaml:2:8: `trail` needs the environment variable `T`, which is not set",
        ),
        (
            project.key(UNSET).unwrap_err(),
            "piperoll.yaml:4:6: `key` needs the environment variable `K`, which is not set",
        ),
        (
            project.actor(UNSET).unwrap_err(),
            "piperoll.yaml:5:15: `name` needs the environment variable `U`, which is not set",
        ),
    ] {
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::InvalidConfig, expected)
        );
    }
}

#[test]
fn what_a_variable_makes_of_a_value_is_checked_when_used() {
    let project = parse(
        "version: 1\ntrail: ${env.V}\norigin: a/${env.V}\nkey: ${env.V}\nenv: ${env.V}\nactor: {name: \"${env.V}\", kind: \"${env.V}\"}\n",
    )
    .unwrap();
    let blank: &Lookup<'_> = &|_| Some(" ".into());
    let secret: &Lookup<'_> = &|_| Some("postgres://u:pw@h".into());
    for (error, expected) in [
        (
            project.trail(blank).unwrap_err(),
            "2:8: `trail` does not start with the kind of its store; known are `sqlite:PATH` and `memory:`",
        ),
        (
            project.trail(secret).unwrap_err(),
            "2:8: `trail` is in a store `postgres:` that is not known; known are `sqlite:PATH` and `memory:`",
        ),
        (
            project.origin(blank).unwrap_err(),
            "3:9: `origin` must have 1 to 255 characters of A-Z a-z 0-9 . _ - / :",
        ),
        (
            project.key(blank).unwrap_err(),
            "4:6: `key` must not be blank",
        ),
        (
            project.env(blank).unwrap_err(),
            "5:6: `env` must not be blank",
        ),
        (
            project.actor(blank).unwrap_err(),
            "6:15: `name` must not be blank",
        ),
        (
            project.actor(secret).unwrap_err(),
            "6:33: `kind` must be one of user, service, system, not `postgres://u:...@h`",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert_eq!(error.to_string(), format!("piperoll.yaml:{expected}"));
    }
}

#[test]
fn origins_are_those_of_the_format() {
    for origin in ["a", "shop.example/audit", "A-Z_0:9", &"x".repeat(255)] {
        assert_eq!(
            super::origin(origin).map(|o| o.to_string()),
            Ok(origin.to_owned()),
            "{origin}"
        );
    }
    for origin in ["", "a b", "a+b", "a\n", "\u{e9}", &"x".repeat(256)] {
        assert!(super::origin(origin).is_err(), "{origin}");
    }
}

#[test]
fn c8_63_locations_name_a_store_and_start_at_the_folder() {
    let parse = |url: &str, dir: &str| Location::parse(url, Path::new(dir));
    assert_eq!(parse("memory:", "/d").unwrap(), Location::Memory);
    for (url, dir, path) in [
        ("sqlite:a/b.db", "/d", "/d/a/b.db"),
        ("sqlite:../b.db", "/d", "/d/../b.db"),
        ("sqlite:/a/b.db", "/d", "/a/b.db"),
        ("sqlite:b c?mode=ro", "d", "d/b c?mode=ro"),
        // A name alone would be SQLite's to interpret.
        ("sqlite:file:x?mode=memory", "", "./file:x?mode=memory"),
    ] {
        assert_eq!(
            parse(url, dir).unwrap(),
            Location::Sqlite(PathBuf::from(path))
        );
    }
    for (url, message) in [
        (
            "",
            "does not start with the kind of its store; known are `sqlite:PATH` and `memory:`",
        ),
        (
            "trail.db",
            "does not start with the kind of its store; known are `sqlite:PATH` and `memory:`",
        ),
        (
            "/a b:c",
            "does not start with the kind of its store; known are `sqlite:PATH` and `memory:`",
        ),
        (
            "SQLITE:a",
            "is in a store `SQLITE:` that is not known; known are `sqlite:PATH` and `memory:`",
        ),
        (
            "postgres://u:pw@h/d",
            "is in a store `postgres:` that is not known; known are `sqlite:PATH` and `memory:`",
        ),
        ("sqlite:", "names no file after `sqlite:`"),
        (
            "sqlite::memory:",
            "must be `memory:`, not `sqlite::memory:`",
        ),
        ("memory:x", "must be `memory:` alone, without a name"),
    ] {
        let error = parse(url, "/d").unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::InvalidInput, message)
        );
    }
}

#[test]
fn the_nearest_project_file_is_found() {
    let find = |start: &str, files: &[&str]| {
        Project::find(Path::new(start), &|file| {
            files.iter().any(|known| Path::new(known) == file)
        })
    };
    let files = ["/a/piperoll.yaml", "/a/b/c/piperoll.yaml"];
    assert_eq!(find("/a/b/c", &files), Some("/a/b/c/piperoll.yaml".into()));
    assert_eq!(find("/a/b", &files), Some("/a/piperoll.yaml".into()));
    assert_eq!(
        find("/", &["/piperoll.yaml"]),
        Some("/piperoll.yaml".into())
    );
    assert_eq!(find("/x/y", &files), None);
    assert_eq!(FILE_NAME, "piperoll.yaml");
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let project = parse("version: 1\ntrail: sqlite:t.db\norigin: a\nkey: k\n").unwrap();
    assert_eq!(project.dir(), Path::new("/shop"));
    assert_eq!(
        project.path("rules/x.yaml"),
        Path::new("/shop/rules/x.yaml")
    );
    assert_eq!(project.path("/etc/x"), Path::new("/etc/x"));
}

#[test]
fn a_new_file_has_the_keys_of_init_and_nothing_else() {
    let text = Project::template(
        "shop.example/audit",
        "sqlite:.piperoll/trail.db",
        ".piperoll/trail.key",
    );
    assert_eq!(
        text,
        "version: 1\n\
         trail: sqlite:.piperoll/trail.db\n\
         origin: shop.example/audit\n\
         key: .piperoll/trail.key\n\
         env: dev\n\
         actor: {name: \"${env.USER:-unknown}\", kind: user}\n"
    );
    let project = parse(&text).unwrap();
    assert_eq!(
        project.trail(UNSET).unwrap(),
        Location::Sqlite("/shop/.piperoll/trail.db".into())
    );
    assert_eq!(
        project.origin(UNSET).unwrap().as_str(),
        "shop.example/audit"
    );
    assert_eq!(
        project.key(UNSET).unwrap(),
        KeySource::File("/shop/.piperoll/trail.key".into())
    );
    assert_eq!(project.env(UNSET).unwrap(), "dev");
    let actor = |name: &str| {
        Some(ProjectActor {
            name: name.into(),
            kind: ActorKind::User,
        })
    };
    assert_eq!(project.actor(UNSET).unwrap(), actor("unknown"));
    assert_eq!(
        project
            .actor(&|name| (name == "USER").then(|| "eva".into()))
            .unwrap(),
        actor("eva")
    );
    assert!(parse(&Project::template("a", "memory:", "k")).is_ok());
}

#[test]
fn a_key_given_itself_is_kept_and_never_shown() {
    let key = "PRIVATE+KEY+a+0a0b0c0d+AbCd=";
    let project = parse(&format!(
        "version: 1\ntrail: \"memory:\"\norigin: a\nkey: {key}\n"
    ))
    .unwrap();
    let source = project.key(UNSET).unwrap();
    let head = PathBuf::from("/shop/.piperoll/head");
    assert_eq!(
        source,
        KeySource::Text {
            key: Zeroizing::new(key.into()),
            head
        }
    );
    for shown in [format!("{source:?}"), format!("{project:?}")] {
        assert!(
            shown.contains("PRIVATE+KEY+...") && !shown.contains("AbCd"),
            "{shown}"
        );
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let error = parse(&" ".repeat(YAML_BYTES_MAX + 1)).unwrap_err();
    assert_eq!(
        report(&error),
        "`piperoll.yaml` has 1 problem\npiperoll.yaml:1:1: longer than 1048576 bytes\n"
    );
    let error = parse(
        &(0..10_000)
            .map(|n| format!("k{n}: 1\n"))
            .collect::<String>(),
    )
    .unwrap_err();
    assert_eq!(error.problems().len(), PROBLEMS_MAX);
    assert_eq!(
        error.to_string(),
        "`piperoll.yaml` has 10004 problems; the first 100 are listed"
    );
}

proptest! {
    #[test]
    fn a_new_file_says_what_it_was_given(path in "[^\\x00]{1,20}|[a-z${}:#'\"\\\\\\n .~-]{1,20}", key in "[^\\x00]{0,12}k") {
        let project = parse(&Project::template("a:b", &format!("sqlite:/{path}"), &key)).unwrap();
        prop_assert_eq!(project.trail(UNSET).unwrap(), Location::Sqlite(format!("/{path}").into()));
        prop_assert_eq!(project.origin(UNSET).unwrap().to_string(), "a:b");
        prop_assert_eq!(project.key(UNSET).unwrap(), KeySource::File(Path::new("/shop").join(key)));
    }

    #[test]
    fn quoted_text_is_read_as_itself(text in "[^\\x00]{0,12}|[-+.0-9a-z~:#&*!|>'\"%@ ]{0,6}|true|null|---|\\.\\.\\.|<<") {
        let mut problems = crate::yaml::Problems::new("q.yaml");
        let node = crate::yaml::parse(&format!("{}\n", super::init::quote(&text)), &mut problems);
        let node = problems.finish(node).unwrap();
        prop_assert_eq!(node.as_text(), Some(text.as_str()));
    }
}

#[test]
fn a_policy_is_a_path_from_the_folder_of_the_project() {
    let text = "version: 1\ntrail: sqlite:t.db\norigin: a\nkey: k\n";
    assert_eq!(parse(text).unwrap().policy(UNSET).unwrap(), None);
    let path = |value: &str| {
        let project = parse(&format!("{text}policy: {value}\n"))?;
        project.policy(&|name| (name == "P").then(|| "/etc/p".to_owned()))
    };
    assert_eq!(
        path("w/witnesses.policy").unwrap(),
        Some("/shop/w/witnesses.policy".into())
    );
    assert_eq!(path("${env.P}").unwrap(), Some("/etc/p".into()));
    let told = |blank: &str| {
        let error = path(blank).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        let first = error.problems().first();
        first.map_or_else(|| error.to_string(), ToString::to_string)
    };
    for blank in ["' '", "${env.Q:- }"] {
        let expected = "piperoll.yaml:5:9: `policy` must not be blank";
        assert_eq!(told(blank), expected, "{blank}");
    }
}
