//! The command line as its users see it: stdout, stderr and exit code, in one binary. `cfg(test)` tells clippy that all of it is test code.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write and read files as any other program does"
)]

#[cfg(test)]
mod correct;
#[cfg(test)]
mod events;
#[cfg(test)]
mod redact;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod snapshot;

#[cfg(test)]
mod checkpoint;
#[cfg(test)]
mod exits;
#[cfg(test)]
mod export;
#[cfg(test)]
mod faults_of_input;
#[cfg(test)]
mod help;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod init;
#[cfg(test)]
mod log;
#[cfg(test)]
mod project;
#[cfg(test)]
mod prove;
#[cfg(test)]
mod published;
#[cfg(test)]
mod record;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod rows_orm;
#[cfg(test)]
mod run;
#[cfg(test)]
mod run_formats;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod show;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod unavailable;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod witnesses;
