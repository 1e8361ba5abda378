//! Time and randomness are passed in, so that tests fix both and no code reads them behind the caller's back.

use crate::error::Result;
use jiff::Timestamp;

/// What tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Where random bytes come from: ids, salts, secrets and keys.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    ///
    /// # Errors
    /// `Unavailable` when the system gives none.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The random generator of the operating system.
#[cfg(not(target_family = "wasm"))]
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

#[cfg(not(target_family = "wasm"))]
impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes).map_err(|source| {
            crate::Error::unavailable("the system gives no random bytes").because(source)
        })
    }
}
