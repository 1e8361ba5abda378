//! The library's integration tests, in one binary. `cfg(test)` tells clippy that all of it is test code.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod attacks_structure;
#[cfg(test)]
mod attacks_tombstones;
#[cfg(test)]
mod smoke;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod tamper_bytes;
#[cfg(test)]
mod tamper_rows;
#[cfg(test)]
mod tamper_schema;
#[cfg(test)]
mod verify_memory;
