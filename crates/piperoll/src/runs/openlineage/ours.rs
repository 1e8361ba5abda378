//! The facet in which an exported run stands as the trail has it, so that it can come back as it was.

use super::event::Object;
use crate::event::{Json, Value};
use crate::runs::json::{plain, write_value};
use crate::runs::{Run, Style};

/// Its name among the facets of a run.
pub(super) const FACET: &str = "piperoll_run";
/// Its member.
const RUN: &str = "run";

/// The facet of a run, less the marks that each facet has. Values that JSON has no type for stand as in an entry.
pub(super) fn write(run: &Run) -> Object {
    let members = run.members().into_iter();
    let members = members.map(|(name, value)| (name.to_owned(), value));
    let canonical = Value::Object(members.collect()).canonical();
    let literal = Json::parse_stored(canonical.as_bytes()).map(plain);
    Object::from([(RUN.to_owned(), literal.unwrap_or(Value::Null))])
}

/// The run in a facet; `None` when it holds none.
pub(super) fn read(facet: &Value) -> Option<Run> {
    let Value::Object(members) = facet else {
        return None;
    };
    let mut text = String::new();
    write_value(&mut text, members.get(RUN)?, Style::LINE);
    let mut run = Run::parse(text.as_bytes()).ok()?;
    let Ok(Json::Object(members)) = Json::parse(text.as_bytes()) else {
        return None;
    };
    // As in an entry, not as in a document of somebody else.
    for (name, value) in members {
        match (name.as_ref(), Value::from_json(value)) {
            ("context", Value::Object(context)) => run.context = context.into(),
            ("runs_metadata", Value::Object(metadata)) => run.runs_metadata = metadata.into(),
            _ => {}
        }
    }
    Some(run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ValueType;
    use crate::runs::Release;

    #[test]
    fn a_run_comes_back_as_it_was_with_its_types() {
        let mut run = Run::new(
            "w",
            Release::parse("2026-11-01 10:00:00.5+07:00").unwrap(),
            "r",
        );
        run.attempt = Some(3);
        let date = Value::Typed(ValueType::Date, "2026-11-01".into());
        let own = Value::Object([("$dec".to_owned(), Value::Text("1".into()))].into());
        let real = Value::Typed(ValueType::Decimal, "1.0".into());
        for (name, value) in [("date", date), ("own", own), ("real", real)] {
            run.context.insert(name, value.clone());
            run.runs_metadata.insert(name, value);
        }
        let facet = Value::Object(write(&run));
        assert_eq!(read(&facet), Some(run));
        assert_eq!(read(&Value::Null), None);
    }
}
