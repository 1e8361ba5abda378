use crate::commands::Command;
use clap::{Args, Parser, ValueEnum};
use std::path::PathBuf;

/// The audit trail for data platforms: records who changed what, when, where and why, and proves that nothing of it was altered, removed or slipped in.
#[derive(Debug, Parser)]
#[command(
    name = "piperoll",
    version,
    disable_help_subcommand = true,
    after_help = "Examples:\n  piperoll init\n  piperoll record events.jsonl\n  piperoll log --actor alice --since 7d\n  piperoll verify\n\nExit codes: 0 done, 1 a negative answer, 2 invalid input, 3 cannot verify, 4 conflict or locked,\n5 denied, 6 unavailable, 7 corrupt store, 70 a bug, 130 interrupted."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command; they may stand before or after it.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Work in this folder: relative paths start there
    #[arg(
        short = 'C',
        value_name = "DIR",
        global = true,
        conflicts_with = "project",
        help_heading = "Global options"
    )]
    pub(crate) directory: Option<PathBuf>,
    /// The project file; default: piperoll.yaml in the folder, or the nearest one above
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        help_heading = "Global options"
    )]
    pub(crate) project: Option<PathBuf>,
    /// The trail, in place of the project's: sqlite:PATH
    #[arg(
        long,
        value_name = "URL",
        global = true,
        help_heading = "Global options"
    )]
    pub(crate) trail: Option<String>,
    /// Who acts, where an event does not say
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        help_heading = "Global options"
    )]
    pub(crate) actor: Option<String>,
    /// Why, where an event does not say
    #[arg(
        long,
        value_name = "TEXT",
        global = true,
        help_heading = "Global options"
    )]
    pub(crate) reason: Option<String>,
    /// Print JSON
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// Print only what was asked for: no notes, no progress
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// When to use colours; auto is on a terminal
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub(crate) color: Color,
}

/// When to use colours. Without comments on the values, whose help would be spread over many lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    /// The words of a command line, as far as it is one of `piperoll`: to a pipe or a redirection.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quote = None;
        for letter in line.chars() {
            match (letter, quote) {
                ('|' | '>', None) => break,
                (' ', None) => words.push(String::new()),
                ('\'' | '"', None) => quote = Some(letter),
                (_, Some(open)) if letter == open => quote = None,
                _ => words.last_mut().unwrap().push(letter),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn the_examples_of_the_help_are_understood() {
        let mut all = vec![Arguments::command()];
        let mut examples = 0;
        while let Some(command) = all.pop() {
            all.extend(command.get_subcommands().cloned());
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let (_, list) = help.split_once("Example").unwrap_or_default();
            for line in list.lines().filter(|line| line.starts_with("  ")) {
                let begin = line.find("piperoll ").unwrap();
                Arguments::try_parse_from(words(&line[begin..]))
                    .unwrap_or_else(|error| panic!("{line}: {error}"));
                examples += 1;
            }
        }
        assert!(examples > 20, "only {examples} examples were found");
    }
}
