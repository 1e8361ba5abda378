use crate::output::Output;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Work that takes longer than this shows how far it is.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// A bar on stderr for long work: on a terminal only, and not with `--quiet`.
pub(crate) struct Progress {
    title: &'static str,
    wanted: bool,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(title: &'static str, output: &Output) -> Self {
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        Self {
            title,
            wanted: terminal && !output.is_quiet(),
            started: Instant::now(),
            bar: None,
        }
    }

    /// So many of so many are done.
    pub(crate) fn at(&mut self, done: u64, all: u64) {
        self.show(
            done,
            all,
            "{msg:14} [{bar:30}] {human_pos} of {human_len}, {eta} left",
        );
    }

    /// So many bytes of so many are read.
    pub(crate) fn at_byte(&mut self, done: u64, all: u64) {
        self.show(
            done,
            all,
            "{msg:14} [{bar:30}] {binary_bytes} of {binary_total_bytes}, {eta} left",
        );
    }

    fn show(&mut self, done: u64, all: u64, template: &str) {
        if !self.wanted {
            return;
        }
        if self.bar.is_none() && self.started.elapsed() >= SHOWN_AFTER {
            let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
            // The template is a constant; without it the bar has its plain look.
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_message(self.title);
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
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
