use super::*;
use crate::runs::ReleaseType;

const SEED: &str = r#"{
  "name": "data-pipeline",
  "release": "2024-01-15T10:30:00",
  "type": "scheduled",
  "context": {
    "params": {"source_table": "users", "target_env": "prod"},
    "jobs": {"extract": {"status": "SUCCESS", "start_time": "2024-01-15T10:30:05", "end_time": "2024-01-15T10:35:12"}}
  },
  "parent_run_id": null,
  "run_id": "workflow-123",
  "runs_metadata": {"execution_time": "300s", "memory_usage": "512MB", "cpu_usage": "45%"}
}"#;

/// As the published package writes it.
const PUBLISHED: &str = r#"{"name": "wf", "release": "2026-11-22 09:28:06.7+07:00", "type": "force",
  "context": {"status":"FAILED","jobs":{"j":{"status":"FAILED","stages":{}}},
    "info":{"exec_start":"2026-11-22 09:28:06.708877+00:00","exec_end":"2026-11-22 09:28:06.710931+00:00","exec_latency":2e-05},
    "params":{},"errors":{"name":"WorkflowError","message":"Job execution, 'j', was failed."}},
  "run_id": "2026T1", "parent_run_id": "2026T1", "runs_metadata": {"timeout": 600, "audit_excluded": null}}"#;

#[test]
fn the_documented_document_is_read_and_written_in_its_order() {
    let run = Run::parse(SEED.as_bytes()).unwrap();
    assert_eq!(run.release.to_string(), "2024-01-15T10:30:00");
    assert_eq!(run.release.offset(), None);
    assert_eq!(run.run_type.as_given(), "scheduled");
    assert_eq!(run.run_type.means(), ReleaseType::Normal);
    assert_eq!((run.status, run.attempt), (Status::Success, None));
    assert_eq!((run.started_at, &run.parent_run_id), (None, &None));
    let names: Vec<&str> = run.members().iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names.join(" "),
        "name release type context parent_run_id run_id runs_metadata status"
    );
    assert_eq!(Run::parse(run.to_json().as_bytes()).unwrap(), run);
}

#[test]
fn what_the_published_package_writes_is_read_as_it_is() {
    let run = Run::parse(PUBLISHED.as_bytes()).unwrap();
    assert_eq!(run.release.to_string(), "2026-11-22T09:28:06.700000+07:00");
    assert_eq!(run.status, Status::Failed);
    assert_eq!(run.parent_run_id.as_deref(), Some("2026T1"));
    let began = run.started_at.unwrap().to_string();
    assert_eq!(began, "2026-11-22T09:28:06.708877Z");
    assert_eq!(
        run.ended_at.unwrap().to_string(),
        "2026-11-22T09:28:06.710931Z"
    );
    let again = Run::parse(run.to_json().as_bytes()).unwrap();
    assert_eq!(again, run);
    assert!(run.to_json().contains(r#""exec_latency":2e-05"#));
}

#[test]
fn our_own_keys_are_read() {
    let run = Run::parse(
        br#"{"name":"w","release":"2026-11-01","run_id":"r","kind":"RERUN","status":"running","attempt":3,
             "started_at":"2026-11-01T01:00:00+01:00","actor":{"name":"etl","kind":"service","via":"cron"}}"#,
    )
    .unwrap();
    assert_eq!(run.run_type.means(), ReleaseType::Rerun);
    assert_eq!((run.status, run.attempt), (Status::Running, Some(3)));
    assert_eq!(
        run.started_at.unwrap().to_string(),
        "2026-11-01T00:00:00.000000Z"
    );
    let actor = run.actor.clone().unwrap();
    assert_eq!(
        (actor.name.as_str(), actor.kind, actor.via.as_deref()),
        ("etl", Some(ActorKind::Service), Some("cron"))
    );
    let named =
        Run::parse(br#"{"name":"w","release":"2026-11-01","run_id":"r","actor":"etl"}"#).unwrap();
    assert_eq!(named.actor, Some(DraftActor::named("etl")));
    assert_eq!(Run::parse(run.to_json().as_bytes()).unwrap(), run);
}

#[test]
fn every_fault_is_told_with_its_place() {
    let faults = |document: &str| {
        let problems = Run::parse(document.as_bytes()).unwrap_err();
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        shown.join("\n")
    };
    assert_eq!(
        faults(
            r#"{"name":" ","release":"soon","type":"x","status":"DONE","context":[],"attempt":0,"actor":{"name":"a","kind":"x","strength":"authenticated","x":1},"x":1}"#
        ),
        "name: is blank
release: is not a date and time such as 2024-01-15T10:30:00+07:00
run_id: is missing
type: must be one of scheduled, manual, event, normal, rerun, force, dryrun
context: must be an object, not an array
status: must be one of SUCCESS, FAILED, SKIP, CANCEL, WAIT, RUNNING
attempt: must be a whole number from 1 on
actor.kind: must be one of user, service, system
actor.strength: a document cannot claim `authenticated`; use `asserted` or `inferred`
actor.x: is an unknown key; there are name, kind, via, strength
x: is an unknown key; there are name, release, type, status, context, run_id, parent_run_id, runs_metadata, attempt, started_at, ended_at, actor"
    );
    let required = r#""name":"w","release":"2026-11-01","run_id":"r""#;
    assert_eq!(
        faults(&format!(r#"{{{required},"type":"force","kind":"rerun"}}"#)),
        "kind: is another name of `type`, which says otherwise"
    );
    assert_eq!(
        faults(&format!(r#"{{{required},"context":{{"status":"DONE"}}}}"#)),
        "context.status: must be one of SUCCESS, FAILED, SKIP, CANCEL, WAIT, RUNNING"
    );
    assert_eq!(faults("[]"), "must be an object, not an array");
    assert!(faults("{").starts_with("is not JSON"));
}
