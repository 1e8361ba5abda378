use crate::sandbox::{Run, Sandbox};

#[test]
fn a_project_is_begun() {
    let mut sandbox = Sandbox::named("init");
    sandbox.run(&["-C", "shop", "init"]);
    assert_eq!(
        sandbox.names("shop"),
        [".gitignore", ".piperoll", "piperoll.yaml"]
    );
    assert_eq!(
        sandbox.names("shop/.piperoll"),
        ["trail.db", "trail.key", "trail.key.head"]
    );
    assert_eq!(sandbox.read("shop/.gitignore"), ".piperoll/\n");
    assert_eq!(
        sandbox.read("shop/piperoll.yaml"),
        "version: 1\n\
         trail: sqlite:.piperoll/trail.db\n\
         origin: shop.local/trail\n\
         key: .piperoll/trail.key\n\
         env: dev\n\
         actor: {name: \"${env.USER:-unknown}\", kind: user}\n"
    );
    let vkey = sandbox.quietly(&["-C", "shop", "key", "show"]).stdout;
    let vkey = vkey.lines().last().unwrap();

    sandbox.run(&["-C", "shop", "verify"]);
    let again = sandbox.run(&["-C", "shop", "init"]);
    assert_eq!(again.code, 4);
    let json = sandbox.run(&["-C", "other", "init", "--json"]).json();
    assert_eq!(json["origin"], "other.local/trail");
    assert_ne!(json["key"], vkey, "each trail has a key of its own");
    let quiet = sandbox.run(&["-C", "quiet", "init", "--quiet"]);
    assert!(quiet.stdout.starts_with("quiet.local/trail+"));
    assert_eq!(quiet.stdout.lines().count(), 1);
}

#[test]
fn a_project_is_begun_with_names_of_ones_own() {
    let mut sandbox = Sandbox::named("init_options");
    sandbox.run(&[
        "init",
        "--origin",
        "shop.example/audit",
        "--trail",
        "sqlite:data/audit.db",
    ]);
    assert_eq!(sandbox.names("data"), ["audit.db"]);
    assert!(
        sandbox
            .read("piperoll.yaml")
            .contains("trail: sqlite:data/audit.db\n")
    );
    sandbox.run(&["--project", "b/other.yaml", "init"]);
    assert_eq!(
        sandbox.run(&["--project", "b/other.yaml", "verify"]).code,
        0
    );
    for trail in [
        "memory:",
        "postgres://etl:s3cret@db/audit",
        "audit.db",
        "sqlite:",
    ] {
        let refused = sandbox.run(&["-C", "new", "init", "--trail", trail]);
        assert_eq!(refused.code, 2);
        assert!(!refused.stderr.contains("s3cret"));
    }
    for origin in ["", "a b", "a\u{202e}+b"] {
        assert_eq!(
            sandbox.run(&["-C", "new", "init", "--origin", origin]).code,
            2
        );
    }
    assert_eq!(sandbox.names("new"), [] as [&str; 0], "nothing was written");
}

#[test]
fn nothing_is_overwritten() {
    for name in [
        "piperoll.yaml",
        ".piperoll/trail.db",
        ".piperoll/trail.key",
        ".piperoll/trail.key.head",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write(name, "mine\n");
        let refused = Run::new(sandbox.command(&["init"]).output().unwrap());
        assert_eq!((refused.code, refused.stdout.as_str()), (4, ""), "{name}");
        let expected = format!(
            "error: `{name}` exists already\n\
             hint: nothing was written; begin in another folder, or move it away first\n"
        );
        assert_eq!(refused.stderr, expected);
        assert_eq!(sandbox.read(name), "mine\n");
        let top = name.split('/').next().unwrap();
        assert_eq!(sandbox.names("."), [top], "nothing else was written");
    }
}

#[test]
fn odd_letters_of_a_folder_become_hyphens() {
    for (folder, origin) in [
        ("My Shop (2)", "My-Shop--2-.local/trail"),
        ("a+b:c", "a-b-c.local/trail"),
        ("gr\u{fc}n", "gr-n.local/trail"),
        ("x\u{1b}[31m\u{202e}\n", "x--31m--.local/trail"),
        ("v1.2_x-y", "v1.2_x-y.local/trail"),
    ] {
        let sandbox = Sandbox::new();
        let run = sandbox.quietly(&["-C", folder, "init", "--json"]);
        assert_eq!(run.json()["origin"], origin);
        let verified = sandbox.quietly(&["-C", folder, "verify", "--json"]);
        assert_eq!(verified.json()["level"], "L1", "of {folder:?}");
    }
}

#[test]
fn a_gitignore_is_added_to_once() {
    for (before, after) in [
        ("target", "target\n.piperoll/\n"),
        ("target\n", "target\n.piperoll/\n"),
        ("\u{fc}\n .piperoll/ \r\nx", "\u{fc}\n .piperoll/ \r\nx"),
        (
            "# .piperoll/ is private\n",
            "# .piperoll/ is private\n.piperoll/\n",
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write(".gitignore", before);
        sandbox.quietly(&["init"]);
        assert_eq!(sandbox.read(".gitignore"), after);
    }
}
