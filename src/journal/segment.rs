//! Segments: files of lines, one for each event, named by when they were begun.
//!
//! A line is `{"environment":…,"event":{…},"detail":{…}}`. Nothing that was written is ever
//! changed; whole segments are deleted. What stands behind the last line break is a line whose
//! writing was cut off, and does not count.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::event::{Detail, Entry, Event};
use crate::domain::Environment;

/// What segments' names end in.
const SUFFIX: &str = ".jsonl";
/// A segment is read in pieces of this size.
const PIECE: u64 = 256 << 10;
/// No line is longer: what is, was not written here.
pub(super) const MAX_LINE: usize = 1 << 20;

#[derive(Serialize)]
struct Line<'a> {
    environment: Environment,
    event: &'a Event,
    detail: &'a Detail,
}

#[derive(Deserialize)]
struct Head {
    event: Event,
}

#[derive(Deserialize)]
struct Whole {
    event: Event,
    detail: Detail,
}

/// Appends `entry` as a line to `lines`.
pub(super) fn write_line(lines: &mut Vec<u8>, entry: &Entry) {
    let before = lines.len();
    let line = Line {
        environment: entry.event.environment,
        event: &entry.event,
        detail: &entry.detail,
    };
    match serde_json::to_writer(&mut *lines, &line) {
        Ok(()) if lines.len() - before < MAX_LINE => lines.push(b'\n'),
        _ => lines.truncate(before),
    }
}

/// Whether a line is of `environment`; nothing else of it is looked at.
pub(super) fn is_of(line: &[u8], environment: Environment) -> bool {
    line.strip_prefix(b"{\"environment\":\"")
        .and_then(|rest| rest.strip_prefix(environment.as_str().as_bytes()))
        .is_some_and(|rest| rest.starts_with(b"\""))
}

/// What lists show of a line.
pub(super) fn read_head(line: &[u8]) -> Option<Event> {
    let head: Head = serde_json::from_slice(line).ok()?;
    Some(head.event)
}

/// All of a line.
pub(super) fn read_whole(line: &[u8]) -> Option<Entry> {
    let Whole { event, detail } = serde_json::from_slice(line).ok()?;
    Some(Entry { event, detail })
}

/// The file of a segment.
pub(super) fn file_of(folder: &Path, segment: i64) -> PathBuf {
    folder.join(format!("{segment:016}{SUFFIX}"))
}

/// The names of all segments, oldest first.
pub(super) fn all(folder: &Path) -> io::Result<Vec<i64>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let segment = name
            .to_str()
            .and_then(|name| name.strip_suffix(SUFFIX)?.parse::<i64>().ok());
        segments.extend(segment);
    }
    segments.sort_unstable();
    Ok(segments)
}

/// Makes the folder that segments stand in, for us alone.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes a file that only we may read and that was not there.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Reads the line that begins at `offset`; nothing if none does.
pub(super) fn line_at(file: &File, offset: u64) -> io::Result<Option<Vec<u8>>> {
    if offset > 0 {
        let mut before = [0];
        if file.read_at(&mut before, offset - 1)? == 0 || before != *b"\n" {
            return Ok(None);
        }
    }
    let mut line = Vec::new();
    let mut piece = vec![0; 16 << 10];
    while line.len() < MAX_LINE {
        let read = file.read_at(&mut piece, offset + line.len() as u64)?;
        let read = piece.get(..read).unwrap_or_default();
        if read.is_empty() {
            return Ok(None);
        }
        if let Some(end) = read.iter().position(|byte| *byte == b'\n') {
            line.extend_from_slice(read.get(..end).unwrap_or_default());
            return Ok(Some(line));
        }
        line.extend_from_slice(read);
    }
    Ok(None)
}

/// The lines of a segment before a place, last first. At most a line and a piece are in memory.
pub(super) struct Backwards {
    file: File,
    /// What was read and not given out yet, and perhaps something that was.
    buffer: Vec<u8>,
    /// How much of the buffer was not given out yet. It ends in a line break.
    left: usize,
    /// Where the buffer begins in the file.
    start: u64,
}

impl Backwards {
    /// The lines of `file` that end before `end`, which is no line's middle; all if it is none.
    pub fn new(file: File, end: Option<u64>) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let start = end.map_or(length, |end| end.min(length));
        let mut lines = Self {
            file,
            buffer: Vec::new(),
            left: 0,
            start,
        };
        lines.drop_torn()?;
        Ok(lines)
    }

    /// The next line, and where it begins.
    pub fn previous(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        let (begin, end) = loop {
            // Without the line break at its end.
            let Some(end) = self.left.checked_sub(1) else {
                if self.start == 0 || !self.read_piece()? {
                    return Ok(None);
                }
                continue;
            };
            let text = self.buffer.get(..end).unwrap_or_default();
            match text.iter().rposition(|byte| *byte == b'\n') {
                Some(at) => break (at + 1, end),
                None if self.start == 0 => break (0, end),
                None if !self.read_piece()? => return Ok(None),
                None => {}
            }
        };
        self.left = begin;
        let offset = self.start + begin as u64;
        let line = self.buffer.get(begin..end).unwrap_or_default();
        Ok(Some((offset, line)))
    }

    /// Leaves out what stands behind the last line break.
    fn drop_torn(&mut self) -> io::Result<()> {
        while self.start > 0 && self.read_piece()? {
            let text = self.buffer.get(..self.left).unwrap_or_default();
            if let Some(at) = text.iter().rposition(|byte| *byte == b'\n') {
                self.left = at + 1;
                return Ok(());
            }
        }
        (self.left, self.start) = (0, 0);
        Ok(())
    }

    /// Puts the piece before the buffer's beginning in front of it; false if a line were too long.
    fn read_piece(&mut self) -> io::Result<bool> {
        self.buffer.truncate(self.left);
        if self.left > MAX_LINE {
            (self.left, self.start) = (0, 0);
            return Ok(false);
        }
        let size = self.start.min(PIECE);
        let length = usize::try_from(size).unwrap_or(0);
        let mut piece = vec![0; length];
        self.file.read_exact_at(&mut piece, self.start - size)?;
        self.start -= size;
        piece.append(&mut self.buffer);
        self.buffer = piece;
        self.left = self.buffer.len();
        Ok(true)
    }
}

/// Gives the whole lines of a segment to `each`, first to last, until that says no.
pub(super) fn forwards(path: &Path, mut each: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(64 << 10, File::open(path)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = reader.by_ref().take(MAX_LINE as u64 + 1);
        limited.read_until(b'\n', &mut line)?;
        let Some(text) = line.strip_suffix(b"\n") else {
            return Ok(());
        };
        if !each(text) {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn segment(content: &[u8]) -> (tempfile::TempDir, File) {
        let folder = tempfile::tempdir().unwrap();
        let path = file_of(folder.path(), 1);
        let mut file = create(&path).unwrap();
        file.write_all(content).unwrap();
        (folder, File::open(path).unwrap())
    }

    fn backwards(content: &[u8], end: Option<u64>) -> Vec<(u64, Vec<u8>)> {
        let (_folder, file) = segment(content);
        let mut lines = Backwards::new(file, end).unwrap();
        let mut read = Vec::new();
        while let Some((offset, line)) = lines.previous().unwrap() {
            read.push((offset, line.to_vec()));
        }
        read
    }

    /// Where each whole line of `content` begins, and what it is.
    fn lines(content: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut offset = 0;
        let mut found = Vec::new();
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            if let Some(text) = line.strip_suffix(b"\n") {
                found.push((offset, text.to_vec()));
            }
            offset += line.len() as u64;
        }
        found
    }

    #[test]
    fn names_sort_as_the_times_do_and_other_files_are_none() {
        let folder = tempfile::tempdir().unwrap();
        for name in [9, 1_764_000_000_000_000, 10] {
            create(&file_of(folder.path(), name)).unwrap();
        }
        fs::write(folder.path().join("rollup.json"), "{}").unwrap();
        fs::write(folder.path().join("x.jsonl"), "").unwrap();
        assert_eq!(all(folder.path()).unwrap(), [9, 10, 1_764_000_000_000_000]);
    }

    #[test]
    fn lines_longer_than_a_piece_are_read_and_endless_ones_are_not() {
        let long = vec![b'x'; 600 << 10];
        let content = [b"a\n".as_slice(), &long, b"\nb\n"].concat();
        let mut expected = lines(&content);
        expected.reverse();
        assert_eq!(backwards(&content, None), expected);
        let endless = [b"a\n".as_slice(), &vec![b'x'; 3 << 20], b"\nb\n"].concat();
        let read = backwards(&endless, None);
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].1, b"b");
    }

    proptest! {
        #[test]
        fn whatever_is_cut_off_whole_lines_are_read_last_first(
            texts in proptest::collection::vec("[a-z]{0,40}", 0..60),
            cut in 0usize..3000,
        ) {
            let mut content: Vec<u8> = texts.iter().flat_map(|text| format!("{text}\n").into_bytes()).collect();
            content.truncate(cut);
            let mut expected = lines(&content);
            let (folder, file) = segment(&content);
            let mut forward = Vec::new();
            forwards(&file_of(folder.path(), 1), |line| { forward.push(line.to_vec()); true }).unwrap();
            prop_assert_eq!(&forward, &expected.iter().map(|(_, line)| line.clone()).collect::<Vec<_>>());
            for (offset, line) in &expected {
                let at = line_at(&file, *offset).unwrap();
                prop_assert_eq!(at.as_ref(), Some(line));
                // From each place on, all that is before it.
                let before = backwards(&content, Some(*offset));
                prop_assert_eq!(before.len(), expected.iter().filter(|(other, _)| other < offset).count());
            }
            prop_assert_eq!(line_at(&file, content.len() as u64).unwrap(), None);
            expected.reverse();
            prop_assert_eq!(backwards(&content, None), expected);
        }
    }
}
