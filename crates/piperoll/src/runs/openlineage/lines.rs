//! The lines of a file of events, or of all files of a folder.

use crate::error::{Error, Result};
use crate::fs::{self, Node};
use crate::limits::LINE_BYTES_MAX;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// Where a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    file: usize,
    line: u64,
}

/// What is called with each line, the bytes up to its end, and those of all.
pub(super) type Visit<'v> = dyn FnMut(At, Line<'_>, (u64, u64)) -> Result<()> + 'v;

/// Files of events.
pub(super) struct Sources {
    paths: Vec<PathBuf>,
}

/// A line, or why it is none.
pub(super) type Line<'l> = std::result::Result<&'l [u8], String>;

impl Sources {
    /// The file at a path, or the files in the folder there, in the order of their names.
    pub(super) fn at(path: &Path) -> Result<Self> {
        let shown = path.display();
        let paths = match Node::at(path)? {
            None => return Err(Error::not_found(format!("there is nothing at `{shown}`"))),
            Some(Node::Folder) => fs::list(path)?
                .into_iter()
                .filter(|(name, node)| {
                    matches!(node, Node::File(_)) && !name.as_encoded_bytes().starts_with(b".")
                })
                .map(|(name, _)| path.join(name))
                .collect(),
            Some(_) => vec![path.to_owned()],
        };
        Ok(Self { paths })
    }

    /// How a line is called where something is told of it.
    pub(super) fn place(&self, at: At) -> String {
        let path = self.paths.get(at.file).map(|path| path.display());
        match path {
            Some(path) => format!("{path}:{}", at.line),
            None => at.line.to_string(),
        }
    }

    /// Visits the lines that are not blank.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        let mut files = Vec::with_capacity(self.paths.len());
        for path in &self.paths {
            files.push(fs::size(path)?);
        }
        let all = files.iter().sum();
        let mut before = 0;
        for (file, (path, size)) in self.paths.iter().zip(files).enumerate() {
            let mut done = before;
            each_of(path, &mut |line, text, bytes| {
                done += bytes;
                visit(At { file, line }, text, (done, all))
            })?;
            before += size;
        }
        Ok(())
    }
}

fn each_of(path: &Path, visit: &mut dyn FnMut(u64, Line<'_>, u64) -> Result<()>) -> Result<()> {
    let failed = |error| {
        let shown = path.display();
        Error::unavailable(format!("`{shown}` cannot be read")).because(error)
    };
    let mut reader = BufReader::with_capacity(256 * 1024, fs::open(path)?);
    let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let mut limited = reader.by_ref().take(most.saturating_add(1));
        let mut bytes = limited.read_until(b'\n', &mut line).map_err(failed)?;
        if bytes == 0 {
            return Ok(());
        }
        number += 1;
        // The client's file of one event, laid out for people.
        if number == 1 && line.trim_ascii() == b"{" {
            let mut limited = reader.by_ref().take(most);
            bytes += limited.read_to_end(&mut line).map_err(failed)?;
        }
        let is_cut = line.len() > LINE_BYTES_MAX;
        if is_cut {
            bytes += skip_line(&mut reader).map_err(failed)?;
        }
        let bytes = bytes as u64;
        let text = line.trim_ascii();
        if is_cut {
            visit(
                number,
                Err(format!("has more than {LINE_BYTES_MAX} bytes")),
                bytes,
            )?;
        } else if !text.is_empty() {
            visit(number, Ok(text), bytes)?;
        }
    }
}

/// Goes behind the end of a line. Returns how many bytes were left of it.
fn skip_line(reader: &mut BufReader<File>) -> std::io::Result<usize> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(skipped);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(used);
        skipped += used;
        if end.is_some() {
            return Ok(skipped);
        }
    }
}
