//! What is told of a run that has ended: in its record, and to whoever waits for it.

use super::child::Ended;
use crate::output::Output;
use piperoll::event::Value;
use piperoll::runs::{Run, Status};
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

pub(super) fn tell_end(run: &mut Run, ended: &Ended) {
    let millis = |time: Duration| Value::Int(i64::try_from(time.as_millis()).unwrap_or(i64::MAX));
    let code = i64::from(ended.code());
    let told = [
        ("exit_code", Value::Int(code)),
        ("duration_ms", millis(ended.duration)),
        ("cpu_user_ms", millis(ended.user)),
        ("cpu_system_ms", millis(ended.system)),
        ("memory_max_kib", Value::Int(ended.memory_kib)),
    ];
    for (name, value) in told {
        run.runs_metadata.insert(name, value);
    }
    let signal = ended.status.signal();
    run.status = match (ended.status.success(), ended.asked) {
        (true, _) => Status::Success,
        (false, Some(_)) => Status::Cancel,
        (false, None) => Status::Failed,
    };
    if run.status != Status::Success {
        match (ended.asked, signal) {
            (Some(asked), _) => tell_error(
                run,
                "Interrupted",
                &format!("it was asked to end by {asked}"),
            ),
            (None, Some(signal)) => {
                tell_error(run, "Signal", &format!("it was ended by signal {signal}"));
            }
            (None, None) => tell_error(run, "ExitCode", &format!("it ended with exit code {code}")),
        }
    }
}

pub(super) fn tell_error(run: &mut Run, name: &str, message: &str) {
    let text = |text: &str| Value::Text(text.to_owned());
    let errors = [("name", text(name)), ("message", text(message))];
    let errors = errors
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let errors = Value::Object(errors.collect());
    run.context.insert("errors", errors);
}

pub(super) fn tell(run: &Run, output: &mut Output) {
    if output.is_json() {
        output.json_note(&run.to_json());
    } else {
        let took = run.runs_metadata.get("duration_ms");
        let took = match took.as_deref() {
            Some(Value::Int(millis)) => format!(" in {}", crate::commands::runs::duration(*millis)),
            _ => String::new(),
        };
        output.note(&format!(
            "recorded `{}` of {}, run `{}`: {}{took}",
            run.name, run.release, run.run_id, run.status
        ));
    }
}
