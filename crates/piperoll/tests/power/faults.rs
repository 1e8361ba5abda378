//! The n-th operation of the disk fails. Nothing half is done, and when the disk is well again the trail goes on.

#![expect(clippy::disallowed_methods, reason = "tests prepare files")]

use crate::machine::{Machine, Step};
use crate::place::{Place, assert_sound, fact};
use piperoll::error::ErrorKind;
use piperoll_testkit::disk::{Errno, Fault, Operation};

const STEPS: [Step; 6] = [
    Step::Record(2),
    Step::Keep,
    Step::Erase,
    Step::Open,
    Step::Record(3),
    Step::Open,
];

/// Lets each operation of one kind fail in turn. Returns how many did, and how many of them somebody heard of.
fn fail_each(operation: Operation, errno: Errno, lasting: bool) -> (u64, u64) {
    let (mut struck, mut told) = (0, 0);
    for nth in 1.. {
        let mut machine = Machine::new(nth);
        machine.step(Step::Open).unwrap();
        machine.step(Step::Record(2)).unwrap();
        machine.disk.fail(Fault {
            operation,
            nth,
            errno,
            lasting,
        });
        let failed = STEPS.iter().find_map(|step| {
            let error = machine.step(*step).err()?;
            Some((*step, error))
        });
        if !machine.disk.heal() {
            assert!(failed.is_none(), "{failed:?} without a fault");
            break;
        }
        struck += 1;
        let what = format!("{operation:?} {nth} {errno:?} {lasting}: {failed:?}");
        if let Some((_, error)) = &failed {
            told += 1;
            // SQLite does not say why a file cannot be opened, and by the time somebody looks it can be.
            let denied = operation == Operation::Open && error.kind() == ErrorKind::Denied;
            let unavailable = error.kind() == ErrorKind::Unavailable;
            assert!(unavailable || denied, "{what}");
        }
        // Whoever is told of a fault may believe it, as long as no crash comes between.
        if !lasting {
            assert_eq!(machine.compare(), machine.acknowledged(), "{what}");
        }
        let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            machine.settle();
            // A sync that failed has lost what it was to make durable.
            machine.restart();
            machine.end();
        }));
        if let Err(panic) = well {
            println!("after {what}");
            std::panic::resume_unwind(panic);
        }
    }
    (struck, told)
}

fn assert_each(cases: &[(Operation, Errno)], lasting: bool) {
    for (operation, errno) in cases {
        let (struck, told) = fail_each(*operation, *errno, lasting);
        println!("{operation:?} {errno:?}: {struck} faults, {told} of them told");
        assert!(struck > 0, "{operation:?}");
        // SQLite tries again to delete, and what it does while it closes a file it tells nobody.
        assert!(told > 0 || *operation == Operation::Delete, "{operation:?}");
    }
}

#[test]
fn c5_38_each_operation_may_fail_and_nothing_is_half_done() {
    let cases = [
        (Operation::Open, Errno::Io),
        (Operation::Read, Errno::Io),
        (Operation::Write, Errno::Io),
        (Operation::Sync, Errno::Io),
        (Operation::Truncate, Errno::Io),
        (Operation::Delete, Errno::Io),
    ];
    assert_each(&cases, false);
}

#[test]
fn c5_38_a_disk_may_be_full_or_fail_for_long() {
    let cases = [
        (Operation::Write, Errno::Full),
        (Operation::Sync, Errno::Io),
        (Operation::Open, Errno::Io),
    ];
    assert_each(&cases, true);
}

/// The events are durable by then.
#[test]
fn c5_38_a_head_file_that_cannot_be_written_is_a_warning() {
    let place = Place::new();
    let trail = place.make();
    trail.record(&[fact("first", 0)]).unwrap();
    // Its every write finds the disk full.
    std::fs::remove_file(place.head()).unwrap();
    std::os::unix::fs::symlink("/dev/full", place.head()).unwrap();
    let receipt = trail.record(&[fact("second", 1)]).unwrap();
    assert_eq!(receipt.checkpoint.size().get(), 2);
    let warning = "the events are recorded, but a store that is set back would not be noticed";
    assert_eq!(receipt.warnings.len(), 1, "{:?}", receipt.warnings);
    assert!(
        receipt.warnings[0].ends_with(warning),
        "{:?}",
        receipt.warnings
    );
    std::fs::remove_file(place.head()).unwrap();
    let receipt = trail.record(&[fact("third", 2)]).unwrap();
    assert_eq!(receipt.warnings, [""; 0]);
    drop(trail);
    assert_eq!(assert_sound(&place.settings(), None).size, 3);
}
