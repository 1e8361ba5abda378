use super::{Template, escape};
use crate::ErrorKind;
use crate::yaml::{self, Fields, Problems};
use proptest::prelude::*;

/// The template that is the value of `key` in a file that holds nothing else.
fn template(value: &str) -> Result<Template, crate::Error> {
    let mut problems = Problems::new("p.yaml");
    let text = format!("key: {}\n", serde_json::to_string(value).unwrap());
    let root = yaml::parse(&text, &mut problems);
    let template = root.and_then(|root| {
        let mut fields = Fields::new(&root, &mut problems)?;
        let field = fields.required("key")?;
        Template::parse(field, fields.problems())
    });
    problems.finish(template)
}

fn lookup(name: &str) -> Option<String> {
    match name {
        "SET" => Some("value".into()),
        "EMPTY" => Some(String::new()),
        // What a variable holds is never read as a template again.
        "NESTED" => Some("${env.SET}".into()),
        _ => None,
    }
}

#[test]
fn variables_defaults_and_escapes_are_put_in() {
    for (value, resolved) in [
        ("", ""),
        ("plain", "plain"),
        ("${env.SET}", "value"),
        ("a${env.SET}b${env.SET}", "avaluebvalue"),
        ("${env.EMPTY}", ""),
        ("${env.SET:-x}", "value"),
        ("${env.EMPTY:-x}", "x"),
        ("${env.UNSET:-x}", "x"),
        ("${env.UNSET:-}", ""),
        ("${env.UNSET:-a:-b c$}", "a:-b c$"),
        ("${env.NESTED}", "${env.SET}"),
        ("$${env.SET}", "${env.SET}"),
        ("$$${env.SET}", "$${env.SET}"),
        ("$SET $ {env.SET} }{", "$SET $ {env.SET} }{"),
        ("a$", "a$"),
    ] {
        let resolved_now = template(value).unwrap().resolve(&lookup).unwrap();
        assert_eq!(resolved_now, resolved, "{value}");
    }
}

#[test]
fn malformed_templates_are_faults_at_once() {
    for (value, message) in [
        ("${", "`${` without `}`; a literal `${` is written `$${`"),
        (
            "a ${env.SET",
            "`${` without `}`; a literal `${` is written `$${`",
        ),
        ("${env.}", "`${env.}` names no variable"),
        (
            "${env.A B}",
            "after `${env.` must stand a name of `A-Z a-z 0-9 _`, then `}` or `:-`",
        ),
        (
            "${env.1}",
            "after `${env.` must stand a name of `A-Z a-z 0-9 _`, then `}` or `:-`",
        ),
        (
            "${env.\u{e9}}",
            "after `${env.` must stand a name of `A-Z a-z 0-9 _`, then `}` or `:-`",
        ),
        (
            "${env.A:x}",
            "after `${env.` must stand a name of `A-Z a-z 0-9 _`, then `}` or `:-`",
        ),
        (
            "${env.A:-${env.B}}",
            "the default of `A` must not hold `${`",
        ),
        (
            "${SET}",
            "only `${env.NAME}` and `${env.NAME:-default}` are known; a literal `${` is written `$${`",
        ),
        (
            "${}",
            "only `${env.NAME}` and `${env.NAME:-default}` are known; a literal `${` is written `$${`",
        ),
    ] {
        let error = template(value).unwrap_err();
        let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [format!("p.yaml:1:6: `key`: {message}")],
            "{value}"
        );
    }
}

#[test]
fn an_unset_variable_is_an_error_only_when_used() {
    let error = template("a${env.UNSET}")
        .unwrap()
        .resolve(&lookup)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert_eq!(
        error.to_string(),
        "p.yaml:1:6: `key` needs the environment variable `UNSET`, which is not set"
    );
    assert_eq!(
        error.hints(),
        ["set `UNSET`, or write a default: `${env.UNSET:-...}`"]
    );
}

#[test]
fn debug_shows_the_source_without_secrets() {
    for (value, shown) in [
        (
            "a$${${env.A}${env.B:-c}",
            "Template(\"a$${${env.A}${env.B:-...}\" at p.yaml:1:6)",
        ),
        (
            "postgres://u:pw@h",
            "Template(\"postgres://u:...@h\" at p.yaml:1:6)",
        ),
        (
            "${env.K:-PRIVATE+KEY+a+b}",
            "Template(\"${env.K:-...}\" at p.yaml:1:6)",
        ),
    ] {
        assert_eq!(format!("{:?}", template(value).unwrap()), shown);
    }
}

proptest! {
    #[test]
    fn escaped_text_stands_for_itself(text in "[a${} .:\\-env]{0,24}|\\PC{0,12}") {
        prop_assert_eq!(template(&escape(&text)).unwrap().resolve(&lookup).unwrap(), text);
    }
}
