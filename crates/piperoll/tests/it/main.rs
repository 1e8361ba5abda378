//! The library's integration tests, in one binary. `cfg(test)` tells clippy that all of it is test code.

#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod creation;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod place;
#[cfg(test)]
mod random;
#[cfg(test)]
mod smoke;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod trail_model;
#[cfg(test)]
mod writer_checks;
