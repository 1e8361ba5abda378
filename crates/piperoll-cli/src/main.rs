//! The command line of Piperoll: it reads arguments, environment and terminal, and hands all the rest to the library.

mod applying;
mod arguments;
mod commands;
mod context;
mod declared;
mod exit;
mod failure;
mod filters;
mod output;
mod plans;
mod progress;
mod tracking;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::output::Output;
use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(error).into(),
    };
    let mut output = Output::new(&arguments.global);
    let exit = match commands::run(&arguments, &mut output).and_then(|exit| {
        output.flush()?;
        Ok(exit)
    }) {
        Ok(exit) => exit,
        Err(failure) if failure.is_broken_pipe() => Exit::Done,
        Err(failure) => {
            output.failure(&failure);
            failure.exit()
        }
    };
    exit.into()
}
