use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::Output;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  piperoll completions bash > /etc/bash_completion.d/piperoll")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut Arguments::command(),
        "piperoll",
        &mut script,
    );
    output.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
