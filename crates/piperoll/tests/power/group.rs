//! An append that several threads share fails: each of them is told, nobody waits for ever, and the next goes on.

use crate::place::{Place, assert_sound, entries, fact};
use piperoll::error::{Error, ErrorKind};
use piperoll_testkit::disk::{Disk, Errno, Fault, Operation};
use std::collections::HashSet;

const THREADS: u64 = 8;
const CALLS: u64 = 12;

#[test]
fn a_shared_append_that_fails_is_told_to_all_who_shared_it() {
    let (mut struck, mut told) = (0, 0);
    for (operation, errno) in [
        (Operation::Write, Errno::Full),
        (Operation::Write, Errno::Io),
        (Operation::Sync, Errno::Io),
    ] {
        for nth in [1, 4, 9, 15] {
            let place = Place::in_memory();
            let disk = Disk::under(place.path());
            let trail = place.make();
            disk.fail(Fault {
                operation,
                nth,
                errno,
                lasting: false,
            });
            let trail = &trail;
            let record = |thread: u64| {
                let who = format!("thread {thread}");
                let mut stored = Vec::new();
                let mut failed = 0;
                for number in 0..CALLS {
                    match trail.record(&[fact(&who, number)]) {
                        Ok(receipt) => stored.push((receipt.entries[0].index.get(), number)),
                        Err(error) => {
                            let error = Error::from(error);
                            assert_eq!(error.kind(), ErrorKind::Unavailable, "{}", error.chain());
                            failed += 1;
                        }
                    }
                }
                (who, stored, failed)
            };
            let all: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..THREADS)
                    .map(|thread| scope.spawn(move || record(thread)))
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            });
            struck += u64::from(disk.heal());
            let entries = entries(&place.settings());
            let mut indices = HashSet::new();
            for (who, stored, failed) in &all {
                told += failed;
                assert_eq!(stored.len() as u64 + failed, CALLS);
                for (index, number) in stored {
                    assert!(indices.insert(*index));
                    let header = &entries[usize::try_from(*index).unwrap()].header;
                    assert_eq!(header.actor.name, *who);
                    assert_eq!(header.reason, Some(number.to_string()));
                }
            }
            assert_eq!(indices.len(), entries.len());
            assert_sound(&place.settings(), None);
        }
    }
    assert!(
        struck >= 8 && told >= struck,
        "{struck} faults, {told} told"
    );
}
