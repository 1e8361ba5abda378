//! Random numbers that a seed tells, so that a failure can be repeated.

use piperoll::clock::{Clock, Entropy};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

/// Names the seed of a run that is to be repeated.
const SEED: &str = "PIPEROLL_TEST_SEED";

/// `SplitMix64`.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The seed of this run: another one each time, or the one that is asked for.
    #[expect(
        clippy::disallowed_methods,
        reason = "a failure is repeated by its seed"
    )]
    pub(crate) fn seed() -> u64 {
        let asked = std::env::var(SEED).ok();
        asked.map_or_else(
            || {
                let mut bytes = [0; 8];
                piperoll::clock::SystemEntropy.fill(&mut bytes).unwrap();
                u64::from_le_bytes(bytes)
            },
            |seed| seed.parse().unwrap(),
        )
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

/// Bytes that a seed tells.
pub(crate) struct SeededEntropy(Mutex<Random>);

impl SeededEntropy {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Random::new(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> piperoll::Result<()> {
        let mut random = self.0.lock().unwrap();
        for byte in bytes {
            *byte = random.next() as u8;
        }
        Ok(())
    }
}

/// A clock that goes on by a quarter of a second whenever it is looked at.
pub(crate) struct SteppingClock(AtomicI64);

impl SteppingClock {
    pub(crate) fn new() -> Self {
        Self(AtomicI64::new(1_790_000_000_000))
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> jiff::Timestamp {
        let millis = self.0.fetch_add(250, Ordering::Relaxed);
        jiff::Timestamp::from_millisecond(millis).unwrap()
    }
}
