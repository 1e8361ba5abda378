use crate::text;
use piperoll::ErrorKind;
use piperoll::limits::PROBLEMS_MAX;
use piperoll::tables::{PlanFile, Spec, differences, dump, goal};
use piperoll::target::{DataType, State};

/// Specifications: all faults or a table, which does not differ from itself and is the same when it is dumped and read again. Types and plan files beside them.
pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    if let Ok(datatype) = DataType::parse(text) {
        assert_eq!(DataType::parse(&datatype.to_string()), Ok(datatype));
    }
    if let Err(error) = PlanFile::read(data, "a.plan") {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    match Spec::parse(text, "t.yaml", None) {
        Ok(spec) => {
            let state = State::new(spec.table.clone());
            let mut itself = spec.clone();
            itself.renamed_from = None;
            assert_eq!(differences(&itself, Some(&state)).changes, []);
            assert_eq!(goal(&itself, Some(&state)), spec.table);
            let dumped = dump(&state);
            match Spec::parse(&dumped, "d.yaml", None) {
                Ok(again) => assert_eq!(again.table, spec.table, "{dumped}"),
                Err(error) => panic!("{}: {:?}\n{dumped}", error, error.problems()),
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{error}");
            assert!((1..=PROBLEMS_MAX).contains(&error.problems().len()));
        }
    }
}
