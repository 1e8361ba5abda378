//! The library's integration tests, in one binary. `cfg(test)` tells clippy that all of it is test code.

#[cfg(test)]
mod smoke;
#[cfg(test)]
mod stores;
