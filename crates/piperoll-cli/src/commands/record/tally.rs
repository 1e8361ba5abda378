use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Output, count};
use piperoll::trail::Receipt;

/// What became of the input.
#[derive(Debug, Default)]
pub(in crate::commands) struct Tally {
    pub(in crate::commands) recorded: u64,
    pub(in crate::commands) skipped: u64,
    range: Option<(u64, u64)>,
    size: u64,
    root: Option<String>,
    origin: String,
    warnings: Vec<String>,
    /// What is counted: events, or runs.
    what: &'static str,
}

impl Tally {
    /// Of a trail that has so many entries before.
    pub(in crate::commands) fn new(size: u64, what: &'static str) -> Self {
        Self {
            size,
            what,
            ..Self::default()
        }
    }

    /// One more batch was recorded.
    pub(in crate::commands) fn add(&mut self, receipt: &Receipt) {
        for entry in &receipt.entries {
            if entry.new {
                let index = entry.index.get();
                self.recorded += 1;
                self.range = Some(
                    self.range
                        .map_or((index, index), |(first, _)| (first, index)),
                );
            } else {
                self.skipped += 1;
            }
        }
        self.size = receipt.checkpoint.size().get();
        self.root = Some(receipt.checkpoint.root().to_string());
        self.origin = receipt.checkpoint.origin().to_string();
        self.warnings.extend(receipt.warnings.iter().cloned());
    }

    /// Says what became of it.
    pub(in crate::commands) fn tell(self, output: &mut Output) -> Result<Exit> {
        for warning in &self.warnings {
            output.warning(warning);
        }
        if output.is_json() {
            let json = serde_json::json!({
                "recorded": self.recorded,
                "skipped": self.skipped,
                "first": self.range.map(|(first, _)| first),
                "last": self.range.map(|(_, last)| last),
                "size": self.size,
                "root": self.root,
            });
            output.json(&json)?;
        } else if !output.is_quiet() {
            let place = match self.range {
                None => String::new(),
                Some((first, last)) if first == last => format!(" as entry {first}"),
                Some((first, last)) => format!(" as entries {first} to {last}"),
            };
            output.line(&format!(
                "recorded {}{place}",
                count(self.recorded, self.what)
            ))?;
            if self.skipped > 0 {
                let were = if self.skipped == 1 { "was" } else { "were" };
                output.line(&format!(
                    "skipped {} that {were} there already",
                    count(self.skipped, self.what)
                ))?;
            }
            if let Some(root) = self.root {
                output.line(&format!(
                    "checkpoint: {} of {}, root {root}",
                    count(self.size, "entry"),
                    self.origin
                ))?;
            }
        }
        Ok(Exit::Done)
    }
}
