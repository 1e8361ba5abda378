use crate::output::Output;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Work that takes longer than this shows how far it is.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

const OF_THINGS: &str = "{msg:14} [{bar:30}] {human_pos} of {human_len}, {eta} left";
const OF_BYTES: &str = "{msg:14} [{bar:30}] {binary_bytes} of {binary_total_bytes}, {eta} left";

/// A bar on stderr for long work: on a terminal only, and not with `--quiet`.
pub(crate) struct Progress {
    title: &'static str,
    wanted: bool,
    started: Instant,
    /// Hidden at first, so that it knows the pace when it is shown.
    bar: Option<ProgressBar>,
    shown: bool,
}

impl Progress {
    pub(crate) fn new(title: &'static str, output: &Output) -> Self {
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        Self {
            title,
            wanted: terminal && !output.is_quiet(),
            started: Instant::now(),
            bar: None,
            shown: false,
        }
    }

    /// So many of so many are done.
    pub(crate) fn at(&mut self, done: u64, all: u64) {
        self.show(done, all, OF_THINGS);
    }

    /// So many bytes of so many are read.
    pub(crate) fn at_byte(&mut self, done: u64, all: u64) {
        self.show(done, all, OF_BYTES);
    }

    fn show(&mut self, done: u64, all: u64, template: &str) {
        if !self.wanted {
            return;
        }
        let title = self.title;
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::hidden());
            // The templates are constants that a test reads; without one the bar has its plain look.
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(title);
            bar
        });
        if bar.length() != Some(all) {
            bar.set_length(all);
        }
        bar.set_position(done);
        if !self.shown && self.started.elapsed() >= SHOWN_AFTER {
            self.shown = true;
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    pub(crate) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_can_be_drawn() {
        for template in [OF_THINGS, OF_BYTES] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
