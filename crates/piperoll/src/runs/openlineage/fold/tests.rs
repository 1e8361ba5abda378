use super::super::event::Lineage;
use super::*;

const ID: &str = "0197fff0-0000-7000-8000-0000000000ab";

fn line(transition: &str, time: &str, run_facets: &str, rest: &str) -> String {
    format!(
        r#"{{"eventType":"{transition}","eventTime":"2026-11-01T{time}Z","run":{{"runId":"{ID}","facets":{{{run_facets}}}}},"job":{{"namespace":"airflow","name":"dag.task"}},"producer":"urn:p"{rest}}}"#
    )
}

fn fold(lines: &[String]) -> Folded {
    let mut fold: Option<Fold> = None;
    for line in lines {
        let Ok(Lineage::Run(event)) = Lineage::parse(line.as_bytes()) else {
            panic!("{line}");
        };
        fold.get_or_insert_with(|| Fold::of(&event)).add(*event);
    }
    fold.unwrap().finish()
}

fn shown(folded: &Folded) -> String {
    let run = &folded.run;
    let at =
        |at: Option<Instant>| at.map_or("-".to_owned(), |at| at.to_string()[11..19].to_owned());
    let times = [at(run.started_at), at(run.ended_at)].join(" ");
    format!("{} {times} {}", run.status, folded.notes.join("; "))
}

#[test]
fn the_events_of_a_run_are_one_run_in_any_order_and_however_often() {
    let lines = [
        line(
            "START",
            "08:00:00",
            r#""nominalTime":{"nominalStartTime":"2026-11-01T09:00:00+02:00","nominalEndTime":"2026-11-02T09:00:00+02:00"},"parent":{"run":{"runId":"p"},"job":{"namespace":"n","name":"j"}}"#,
            "",
        ),
        line(
            "RUNNING",
            "08:00:01",
            r#""x_stats":{"rows":1}"#,
            r#","inputs":[{"namespace":"n","name":"t","facets":{"a":{"v":1}}}]"#,
        ),
        line(
            "RUNNING",
            "08:00:02",
            r#""x_stats":{"rows":2}"#,
            r#","inputs":[{"namespace":"n","name":"t","facets":{"a":{"v":2}}},{"namespace":"n","name":"u"}]"#,
        ),
        line("OTHER", "08:00:09", r#""x_late":{"late":true}"#, ""),
        line(
            "FAIL",
            "08:00:05",
            r#""errorMessage":{"_producer":"urn:p","_schemaURL":"urn:s","message":"boom","programmingLanguage":"PYTHON"}"#,
            r#","outputs":[{"namespace":"n","name":"o"}]"#,
        ),
    ];
    let folded = fold(&lines);
    assert_eq!(shown(&folded), "FAILED 08:00:00 08:00:05 ");
    let run = &folded.run;
    assert_eq!(run.release.to_string(), "2026-11-01T09:00:00+02:00");
    assert_eq!(
        (
            run.name.as_str(),
            run.run_id.as_str(),
            run.parent_run_id.as_deref()
        ),
        ("dag.task", ID, Some("p"))
    );
    let context = Value::Object(run.context.tree().into_owned()).canonical();
    assert_eq!(
        context,
        r#"{"errors":{"message":"boom","programmingLanguage":"PYTHON"},"openlineage":{"events":[{"eventTime":"2026-11-01T08:00:00.000000Z","eventType":"START"},{"eventTime":"2026-11-01T08:00:01.000000Z","eventType":"RUNNING"},{"eventTime":"2026-11-01T08:00:02.000000Z","eventType":"RUNNING"},{"eventTime":"2026-11-01T08:00:05.000000Z","eventType":"FAIL"},{"eventTime":"2026-11-01T08:00:09.000000Z","eventType":"OTHER"}],"inputs":[{"facets":{"a":{"v":2}},"name":"t","namespace":"n"},{"name":"u","namespace":"n"}],"namespace":"airflow","outputs":[{"name":"o","namespace":"n"}],"producer":"urn:p","runFacets":{"nominalTime":{"nominalEndTime":"2026-11-02T09:00:00+02:00","nominalStartTime":"2026-11-01T09:00:00+02:00"},"parent":{"job":{"name":"j","namespace":"n"},"run":{"runId":"p"}},"x_late":{"late":true},"x_stats":{"rows":2}}},"status":"FAILED"}"#
    );
    let mut twice = lines.to_vec();
    twice.extend(lines.iter().rev().cloned());
    let mut turned = lines.to_vec();
    for _ in 0..lines.len() {
        turned.rotate_left(1);
        assert_eq!(fold(&turned).run, folded.run);
    }
    assert_eq!(fold(&twice).run, folded.run);
}

#[test]
fn c6_50_what_is_missing_or_contradicts_is_told() {
    let start = line("START", "08:00:00", "", "");
    let running = line("RUNNING", "08:00:01", "", "");
    let complete = line("COMPLETE", "08:00:02", "", "");
    let failed = line("FAIL", "08:00:01", "", "");
    let abort = line("ABORT", "08:00:03", "", "");
    let error = line(
        "COMPLETE",
        "08:00:02",
        r#""errorMessage":{"message":"boom"}"#,
        "",
    );
    for (lines, expected) in [
        (vec![&start, &complete], "SUCCESS 08:00:00 08:00:02 "),
        (
            vec![&start],
            "RUNNING 08:00:00 - it began, and there is no event of its end",
        ),
        (
            vec![&running],
            "RUNNING - - it began, and there is no event of its end",
        ),
        (
            vec![&complete],
            "SUCCESS - 08:00:02 it ended, and there is no event of its start",
        ),
        (
            vec![&start, &error],
            "FAILED 08:00:00 08:00:02 it is told as COMPLETE with an error: it is taken as FAILED",
        ),
        (
            vec![&start, &complete, &failed],
            "FAILED 08:00:00 08:00:01 it is told as COMPLETE and FAIL: it is taken as FAILED",
        ),
        (
            vec![&abort, &start, &complete],
            "CANCEL 08:00:00 08:00:03 it is told as COMPLETE and ABORT: it is taken as CANCEL",
        ),
    ] {
        let lines: Vec<String> = lines.into_iter().cloned().collect();
        let folded = fold(&lines);
        assert_eq!(shown(&folded), expected);
        assert_eq!(folded.is_release_guessed, folded.run.started_at.is_none());
    }
}

#[test]
fn without_a_nominal_time_the_release_is_the_start_and_a_wrong_one_is_told() {
    let folded = fold(&[
        line("RUNNING", "07:59:00", "", ""),
        line("START", "08:00:00", "", ""),
    ]);
    assert_eq!(folded.run.release.to_string(), "2026-11-01T08:00:00+00:00");
    let nominal = r#""nominalTime":{"nominalStartTime":"today"}"#;
    let folded = fold(&[line("START", "08:00:00", nominal, "")]);
    assert_eq!(folded.run.release.to_string(), "2026-11-01T08:00:00+00:00");
    assert_eq!(
        folded.notes.last().unwrap(),
        "its nominalStartTime `today` is no time"
    );
    let nominal = r#""nominalTime":{"nominalStartTime":"2026-11-01T00:00:00.123456789Z"}"#;
    let folded = fold(&[line("START", "08:00:00", nominal, "")]);
    assert_eq!(
        folded.run.release.to_string(),
        "2026-11-01T00:00:00.123456+00:00"
    );
}

#[test]
fn a_facet_that_was_taken_back_is_gone_and_events_beyond_the_limit_are_counted() {
    let facets = |second: &str| {
        format!(
            r#","job":{{"namespace":"airflow","name":"dag.task","facets":{{"sql":{{{second}}}}}}}"#
        )
    };
    let with = |transition, time, facets: String| {
        line(transition, time, "", &facets).replacen(
            r#""job":{"namespace":"airflow","name":"dag.task"},"#,
            "",
            1,
        )
    };
    let lines = [
        with("START", "08:00:00", facets(r#""query":"x""#)),
        with("COMPLETE", "08:00:01", facets(r#""_deleted":true"#)),
    ];
    let kept = fold(&lines).run.context.get(KEPT).unwrap().canonical();
    assert!(!kept.contains("jobFacets"), "{kept}");
    let mut lines = vec![line("COMPLETE", "09:00:00", "", "")];
    for number in 0..LINEAGE_EVENTS_MAX {
        lines.push(line(
            "RUNNING",
            &format!("08:{:02}:{:02}", number / 60, number % 60),
            "",
            "",
        ));
    }
    let folded = fold(&lines);
    assert_eq!(folded.run.status, Status::Success);
    let Value::Object(kept) = folded.run.context.get(KEPT).unwrap().into_owned() else {
        panic!();
    };
    assert_eq!(kept["moreEvents"], Value::Int(1));
    assert!(matches!(&kept["events"], Value::Array(events) if events.len() == LINEAGE_EVENTS_MAX));
}
