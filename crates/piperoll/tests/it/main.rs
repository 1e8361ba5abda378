//! The library's integration tests, in one binary. `cfg(test)` tells clippy that all of it is test code.

#[cfg(test)]
mod ahead;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod attacks_life;
#[cfg(test)]
mod attacks_proofs;
#[cfg(test)]
mod attacks_structure;
#[cfg(test)]
mod attacks_time;
#[cfg(test)]
mod attacks_tombstones;
#[cfg(test)]
mod attacks_values;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod creation;
#[cfg(test)]
mod group;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod levels;
#[cfg(test)]
mod malicious;
#[cfg(test)]
mod place;
#[cfg(test)]
mod random;
#[cfg(test)]
mod run_formats;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod sqlite_target;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod tamper_bytes;
#[cfg(test)]
mod tamper_rows;
#[cfg(test)]
mod tamper_schema;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod trail_model;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod turns_attacked;
#[cfg(test)]
mod verify_memory;
#[cfg(test)]
mod writer_checks;
