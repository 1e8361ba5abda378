//! The n-th operation of the disk fails. Nothing half is done, and when the disk is well again the trail goes on.

use crate::machine::{Machine, Step};
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

#[test]
fn each_operation_may_fail_and_nothing_is_half_done() {
    let cases = [
        (Operation::Open, Errno::Io),
        (Operation::Read, Errno::Io),
        (Operation::Write, Errno::Io),
        (Operation::Write, Errno::Full),
        (Operation::Sync, Errno::Io),
        (Operation::Truncate, Errno::Io),
        (Operation::Delete, Errno::Io),
    ];
    for (operation, errno) in cases {
        for lasting in [false, true] {
            let (struck, told) = fail_each(operation, errno, lasting);
            println!("{operation:?} {errno:?} {lasting}: {struck} struck, {told} told");
            assert!(struck > 0, "{operation:?}");
        }
    }
}
