use super::*;

fn parse(line: &str) -> RunEvent {
    match Lineage::parse(line.as_bytes()).unwrap() {
        Lineage::Run(event) => *event,
        Lineage::Static => panic!("{line}"),
    }
}

fn faults(line: &str) -> String {
    match Lineage::parse(line.as_bytes()) {
        Ok(_) => panic!("{line}"),
        Err(problems) => {
            let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
            shown.join("\n")
        }
    }
}

#[test]
fn an_event_is_read_and_what_does_not_fit_is_kept() {
    let event = parse(
        r#"{"eventType":"FAIL","eventTime":"2026-11-01T10:00:00.123456789+02:00",
            "run":{"runId":"0197FFF0-0000-7000-8000-0000000000AB","facets":{"errorMessage":{"message":"boom"}},"x":1},
            "job":{"namespace":"airflow","name":"dag.task"},"inputs":[{"namespace":"n","name":"t"}],
            "producer":"urn:p","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json","y":[1]}"#,
    );
    assert_eq!(event.key.run_id, "0197fff0-0000-7000-8000-0000000000ab");
    assert_eq!(
        (event.key.namespace.as_str(), event.key.job.as_str()),
        ("airflow", "dag.task")
    );
    assert_eq!(event.transition, Transition::Fail);
    assert_eq!(event.at.to_string(), "2026-11-01T08:00:00.123456Z");
    assert_eq!(
        text(&event.run_facets["errorMessage"], &["message"]),
        Some("boom")
    );
    assert_eq!(event.inputs.len(), 1);
    assert_eq!(
        Value::Object(event.rest).canonical(),
        r#"{"run":{"x":1},"y":[1]}"#
    );
}

#[test]
fn times_are_read_as_producers_write_them() {
    for (text, expected) in [
        (
            "2020-12-28T19:52:00.001+10:00",
            "2020-12-28T09:52:00.001000Z",
        ),
        ("2020-12-28T19:52:00Z", "2020-12-28T19:52:00.000000Z"),
        ("2020-12-28T19:52:00.5", "2020-12-28T19:52:00.500000Z"),
        (
            "2020-12-28T19:52:00.1234567890Z",
            "2020-12-28T19:52:00.123456Z",
        ),
    ] {
        assert_eq!(instant(text).unwrap().to_string(), expected);
    }
    for text in [
        "2020-12-28",
        "2020-12-28T19:52:00.",
        "2020-12-28T19:52:00.Z",
        "2020-12-28T25:52:00Z",
        "",
    ] {
        assert!(instant(text).is_err(), "{text}");
    }
}

#[test]
fn events_of_jobs_and_data_sets_are_no_runs() {
    for line in [
        r#"{"eventTime":"2026-11-01T10:00:00Z","job":{"namespace":"n","name":"j"},"producer":"urn:p"}"#,
        r#"{"eventTime":"2026-11-01T10:00:00Z","dataset":{"namespace":"n","name":"j"},"producer":"urn:p"}"#,
    ] {
        let read = Lineage::parse(line.as_bytes());
        assert!(matches!(read, Ok(Lineage::Static)), "{line}");
    }
}

#[test]
fn all_faults_of_a_line_are_told() {
    assert_eq!(
        faults(
            r#"{"eventType":"BEGIN","eventTime":"now","run":{"facets":[]},"job":{"name":" "},"inputs":{}}"#
        ),
        "eventType: must be one of START, RUNNING, OTHER, COMPLETE, ABORT, FAIL
eventTime: is not an RFC 3339 date and time with an offset, such as 2026-11-01T08:00:00Z
run.runId: must be text that is not blank
job.namespace: must be text that is not blank
job.name: must be text that is not blank
run.facets: must be an object
inputs: must be an array"
    );
    assert_eq!(
        faults(r#"{"run":{},"job":3}"#),
        "eventTime: is missing\njob: must be an object"
    );
    assert_eq!(faults("[1]"), "must be an object, not an array");
    assert!(faults("{").starts_with("is not JSON"));
}
