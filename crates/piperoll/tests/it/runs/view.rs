//! The view `workflow_runs`, as the `sqlite3` of the system shows it.

use super::{found, how, of, record_all, run, trail_at};
use crate::place::Place;
use crate::runs::Hand;
use piperoll::event::Value;
use piperoll::runs::{Part, Status, draft, record_ends};

#[test]
fn the_view_has_a_row_for_each_execution_as_find_has() {
    let place = Place::new();
    let clock = Hand::at("2026-11-02T00:00:00Z");
    let trail = trail_at(&place, &clock);
    let utc = "2026-11-01T00:00:00Z";
    // The same instant, told otherwise.
    let mut failed = run("w", "2026-11-01T01:00:00+01:00", "b", Status::Failed);
    let message = Value::Text("boom".to_owned());
    let errors = Value::Object([("message".to_owned(), message)].into());
    failed.context.insert("errors".to_owned(), errors);
    record_all(
        &trail,
        &[
            run("w", utc, "a", Status::Running),
            failed,
            // Again under the same ids.
            run("w", utc, "b", Status::Success),
            run("w", "2026-11-02T00:00:00Z", "c", Status::Running),
            run("other", utc, "a", Status::Success),
        ],
    );
    clock.set("2026-11-02T00:00:09Z");
    record_ends(&trail, &[run("w", utc, "a", Status::Cancel)], &how()).unwrap();
    // Of a kind that is theirs, and none.
    let mut odd = draft(&run("w", utc, "d", Status::Success), &Part::Whole, &how()).unwrap();
    odd.payload = None;
    trail.record(&[odd]).unwrap();

    let columns = "release, run_id, status, attempt, json_extract(context, '$.errors.message'), created_at, updated_at, actor";
    let sql = format!(
        "SELECT {columns} FROM workflow_runs WHERE workflow = 'w' ORDER BY release, attempt"
    );
    let (begun, ended) = ("2026-11-02T00:00:00.000000Z", "2026-11-02T00:00:09.000000Z");
    assert_eq!(
        place.sql(&sql).unwrap().lines().collect::<Vec<_>>(),
        [
            format!("{utc}|a|CANCEL|1||{begun}|{ended}|etl"),
            format!("{utc}|b|FAILED|2|boom|{begun}|{begun}|etl"),
            format!("{utc}|b|SUCCESS|3||{begun}|{begun}|etl"),
            format!("2026-11-02T00:00:00Z|c|RUNNING|1||{begun}|{begun}|etl"),
        ]
    );
    let mut listed: Vec<String> = found(&trail, &of("w"))
        .into_iter()
        .map(|entry| {
            let run = entry.run;
            format!("{}|{}|{}", run.run_id, run.attempt.unwrap(), run.status)
        })
        .collect();
    listed.sort();
    let sql =
        "SELECT run_id, attempt, status FROM workflow_runs WHERE workflow = 'w' ORDER BY 1, 2";
    assert_eq!(place.sql(sql).unwrap().lines().collect::<Vec<_>>(), listed);
}
