use crate::sandbox::{Run, Sandbox};

#[test]
fn every_command_has_help_with_examples() {
    let mut sandbox = Sandbox::named("help");
    for command in [
        "init",
        "plan",
        "apply",
        "tables validate",
        "tables diff",
        "tables apply",
        "tables history",
        "tables dump",
        "tables drift",
        "run",
        "runs record",
        "runs find",
        "runs show",
        "runs is-pointed",
        "runs claim",
        "runs cleanup",
        "record",
        "log",
        "show",
        "correct",
        "verify",
        "prove",
        "verify-proof",
        "checkpoint",
        "key show",
        "export",
        "completions",
    ] {
        let arguments = command.split(' ').chain(["--help"]).collect::<Vec<_>>();
        let help = sandbox.run(&arguments);
        assert_eq!((help.code, help.stderr.as_str()), (0, ""), "{command}");
        assert!(help.stdout.contains("\nExample"), "{command}");
        let short = arguments
            .iter()
            .map(|a| if *a == "--help" { "-h" } else { a })
            .collect::<Vec<_>>();
        assert_eq!(sandbox.quietly(&short).stdout, help.stdout, "{command}");
        let example = format!("  piperoll {}", command.split(' ').next().unwrap());
        assert!(help.stdout.contains(&example), "{command}");
        let wide = help.stdout.lines().find(|line| line.chars().count() > 100);
        assert_eq!(wide, None, "{command}");
    }
}

#[test]
fn help_and_version_are_printed_to_stdout_and_a_misuse_to_stderr() {
    let mut sandbox = Sandbox::named("usage");
    sandbox.run(&["--help"]);
    sandbox.run(&["key", "--help"]);
    sandbox.run(&["tables", "--help"]);
    sandbox.run(&["runs", "--help"]);
    let version = sandbox.run(&["--version"]);
    assert_eq!(
        version.stdout,
        format!("piperoll {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(sandbox.run(&["-V"]).stdout, version.stdout);
    for arguments in [
        &[][..],
        &["columns"],
        &["recrod"],
        &["help"],
        &["record", "--bogus"],
        &["record", "a", "b"],
        &["log", "--limit"],
        &["--color", "blue", "log"],
        &["completions"],
        &["completions", "tcsh"],
        &["-C", ".", "--project", "x.yaml", "log"],
    ] {
        let misuse = sandbox.run(arguments);
        assert_eq!(
            (misuse.code, misuse.stdout.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        let json = Run::new(
            sandbox
                .command(&[&["--json"], arguments].concat())
                .output()
                .unwrap(),
        );
        assert_eq!((json.code, json.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn a_shell_understands_its_completions() {
    let sandbox = Sandbox::new();
    for (shell, word) in [
        ("bash", "complete -F _piperoll"),
        ("zsh", "#compdef piperoll"),
        ("fish", "complete -c piperoll"),
    ] {
        let script = sandbox.quietly(&["completions", shell]).stdout;
        assert!(script.contains(word), "{shell}");
        for command in [
            "init",
            "record",
            "log",
            "show",
            "verify",
            "checkpoint",
            "export",
            "completions",
            "exit-code",
        ] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let script = sandbox.quietly(&["completions", "bash"]).stdout;
    sandbox.write("piperoll.bash", script);
    let ask = "set -e; . ./piperoll.bash; COMP_WORDS=(piperoll ver); COMP_CWORD=1; \
               _piperoll piperoll ver piperoll; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let answer = Run::new(sandbox.program("bash").args(["-c", ask]).output().unwrap());
    assert_eq!(answer.stdout, "verify\nverify-proof\n", "{}", answer.stderr);
}
