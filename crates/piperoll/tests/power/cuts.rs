//! The power goes, and a disk keeps any part of what was not synced. What was acknowledged is there, what was not is there whole or not at all.

use crate::machine::{Machine, Step};
use crate::random::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Everything that writes, in a run so small that the power can go at each of its operations.
const SMALL: [Step; 10] = [
    Step::Open,
    Step::Record(3),
    Step::Keep,
    Step::Record(1),
    Step::Erase,
    Step::Open,
    Step::Record(2),
    Step::Keep,
    Step::Erase,
    Step::Open,
];
const RANDOM_RUNS: u64 = 30;
const CUTS_OF_A_RUN: u64 = 4;
const OPERATIONS_MAX: u64 = 120;

/// Takes steps until the power is gone. Returns how many were taken.
fn until_cut(machine: &mut Machine, steps: impl IntoIterator<Item = Step>) -> u64 {
    let mut taken = 0;
    for step in steps {
        if machine.disk.is_off() {
            break;
        }
        if let Err(error) = machine.step(step) {
            assert!(machine.disk.is_off(), "{step:?}: {error:?}");
        }
        taken += 1;
    }
    taken
}

fn with_seed(seed: u64, what: &str, run: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(run)) {
        println!("{what} failed with PIPEROLL_TEST_SEED={seed}");
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn c5_35_what_was_acknowledged_survives_a_cut_at_every_operation() {
    let seed = Random::seed();
    let mut whole = Machine::new(seed);
    until_cut(&mut whole, SMALL);
    let operations = whole.disk.operations();
    assert!(operations > 150, "{operations}");
    let mut unlike = 0;
    for at in 1..=operations {
        with_seed(seed, &format!("cut {at}"), || {
            let mut machine = Machine::new(seed);
            machine.disk.cut_at(at);
            until_cut(&mut machine, SMALL);
            unlike += u64::from(!machine.disk.is_off());
            machine.restart();
            machine.end();
        });
    }
    println!("{operations} cuts");
    assert_eq!(unlike, 0, "a run was shorter than the first");
}

#[test]
fn what_was_acknowledged_survives_cuts_at_random() {
    let first = Random::seed();
    let mut acknowledged = 0;
    for seed in (0..RANDOM_RUNS).map(|run| first.wrapping_add(run)) {
        with_seed(seed, "the run", || {
            let mut machine = Machine::new(seed);
            let mut open = Some(Step::Open);
            for _ in 0..CUTS_OF_A_RUN {
                let at = machine.random.below(OPERATIONS_MAX) + 1;
                machine.disk.cut_at(at);
                while !machine.disk.is_off() {
                    let step = open.take().unwrap_or_else(|| machine.any());
                    until_cut(&mut machine, [step]);
                }
                machine.restart();
            }
            machine.end();
            acknowledged += machine.acknowledged();
        });
    }
    println!(
        "{} cuts, {acknowledged} events",
        RANDOM_RUNS * CUTS_OF_A_RUN
    );
    assert!(acknowledged > 500, "{acknowledged}");
}

/// The tests above would see a loss: here is one.
#[test]
fn a_disk_that_lies_about_syncs_loses_what_was_acknowledged() {
    let mut seen = 0;
    for seed in 0..10 {
        let mut machine = Machine::new(seed);
        until_cut(&mut machine, [Step::Open, Step::Record(1)]);
        machine.restart();
        machine.disk.lie_about_syncs();
        until_cut(
            &mut machine,
            [Step::Record(3), Step::Record(2), Step::Record(1)],
        );
        assert_eq!(machine.acknowledged(), 8);
        seen += u64::from(catch_unwind(AssertUnwindSafe(|| machine.restart())).is_err());
    }
    assert!(seen >= 5, "only {seen} losses of 10 were seen");
}
