//! Reading the log back.

use std::fs;
use std::path::{Path, PathBuf};

use super::OpenError;
use super::record::{self, Header, Parsed, RECORDS_AT};
use crate::store::Sequence;

/// A segment file, and what of it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub path: PathBuf,
    /// The sequence of its first record, from its name.
    pub first: Sequence,
    /// In bytes.
    pub len: u64,
    /// `None` if both headers are damaged; nothing can be read then.
    pub salt: Option<u64>,
    /// The readable records, in unbroken rows.
    pub runs: Vec<Run>,
    /// The first thing that is wrong with it.
    pub damage: Option<Damage>,
}

/// Records without a gap, from one sequence to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub from: Sequence,
    pub to: Sequence,
}

/// Where a segment stops being readable, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    pub offset: u64,
    pub what: &'static str,
}

/// Reads the whole of a segment, and tells what is there.
pub(super) fn survey(path: &Path, first: Sequence) -> Result<Segment, OpenError> {
    let bytes = fs::read(path).map_err(|error| OpenError::io(path, error))?;
    let mut segment = Segment {
        path: path.to_owned(),
        first,
        len: bytes.len() as u64,
        salt: None,
        runs: Vec::new(),
        damage: None,
    };
    let Some(header) = Header::read(&bytes).filter(|header| header.first == first) else {
        segment.damaged(0, "its header is damaged");
        return Ok(segment);
    };
    if header.version > record::VERSION {
        return Err(OpenError::Newer {
            found: header.version,
            supported: record::VERSION,
        });
    }
    segment.salt = Some(header.salt);
    segment.walk(&bytes, header.salt);
    Ok(segment)
}

/// Calls `each` with the sequence and payload of every readable record after `after`.
pub(super) fn for_each_after(
    segment: &Segment,
    after: Sequence,
    mut each: impl FnMut(Sequence, &[u8]) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let (Some(salt), Some(last)) = (segment.salt, segment.runs.last()) else {
        return Ok(());
    };
    if last.to <= after {
        return Ok(());
    }
    let bytes = fs::read(&segment.path).map_err(|error| OpenError::io(&segment.path, error))?;
    let (mut at, mut before) = (RECORDS_AT, segment.first - 1);
    loop {
        match record::parse(&bytes, at, salt) {
            Parsed::Record {
                sequence,
                payload,
                end,
            } => {
                if sequence > after {
                    each(sequence, payload)?;
                }
                (at, before) = (end, sequence);
            }
            Parsed::End => return Ok(()),
            Parsed::Damaged(_) => match record::find(&bytes, at + 1, salt, before) {
                Some(found) => at = found,
                None => return Ok(()),
            },
        }
    }
}

impl Segment {
    /// The last sequence that can be read, or the one before its first.
    pub fn last(&self) -> Sequence {
        self.runs.last().map_or(self.first - 1, |run| run.to)
    }

    fn walk(&mut self, bytes: &[u8], salt: u64) {
        let mut at = RECORDS_AT;
        if bytes.len() < at {
            // Torn while it was made: there was no record yet.
            self.damaged(0, "its header is incomplete");
            return;
        }
        loop {
            match record::parse(bytes, at, salt) {
                Parsed::Record { sequence, end, .. } if sequence > self.last() => {
                    self.add(at, sequence);
                    at = end;
                }
                Parsed::Record { end, .. } => {
                    self.damaged(at, "a record is out of order");
                    at = end;
                }
                Parsed::End => return,
                Parsed::Damaged(what) => {
                    self.damaged(at, what);
                    match record::find(bytes, at + 1, salt, self.last()) {
                        Some(found) => at = found,
                        None => return,
                    }
                }
            }
        }
    }

    fn add(&mut self, at: usize, sequence: Sequence) {
        if sequence > self.last() + 1 {
            self.damaged(at, "records are missing before this one");
        }
        match self.runs.last_mut() {
            Some(run) if run.to + 1 == sequence => run.to = sequence,
            _ => self.runs.push(Run {
                from: sequence,
                to: sequence,
            }),
        }
    }

    fn damaged(&mut self, at: usize, what: &'static str) {
        self.damage.get_or_insert(Damage {
            offset: at as u64,
            what,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: u64 = 77;

    /// A segment file with the records 3 to 6 and then `change`.
    fn surveyed(change: impl FnOnce(&mut Vec<u8>)) -> Segment {
        let header = Header {
            version: record::VERSION,
            first: 3,
            salt: SALT,
        };
        let mut bytes = header.to_bytes();
        for sequence in 3..=6 {
            record::push(&mut bytes, SALT, sequence, b"payload");
        }
        change(&mut bytes);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("3.log");
        fs::write(&path, bytes).unwrap();
        let segment = survey(&path, 3).unwrap();
        let mut read = vec![];
        for_each_after(&segment, 3, |sequence, payload| {
            assert_eq!(payload, b"payload");
            read.push(sequence);
            Ok(())
        })
        .unwrap();
        let known = segment.runs.iter().flat_map(|run| run.from..=run.to);
        assert_eq!(
            read,
            known.filter(|sequence| *sequence > 3).collect::<Vec<_>>()
        );
        segment
    }

    const RECORD: usize = record::RECORD_HEADER + 7;

    #[test]
    fn a_whole_segment_is_one_run() {
        let segment = surveyed(|_| {});
        assert_eq!(segment.runs, [Run { from: 3, to: 6 }]);
        assert_eq!(segment.damage, None);
    }

    #[test]
    fn records_behind_a_damaged_one_are_found() {
        let segment = surveyed(|bytes| bytes[RECORDS_AT + RECORD + 20] ^= 1);
        assert_eq!(
            segment.runs,
            [Run { from: 3, to: 3 }, Run { from: 5, to: 6 }]
        );
        let offset = (RECORDS_AT + RECORD) as u64;
        assert_eq!(segment.damage.unwrap().offset, offset);
    }

    #[test]
    fn a_torn_end_is_damage_where_the_record_begins() {
        for torn in 1..RECORD {
            let segment = surveyed(|bytes| bytes.truncate(bytes.len() - torn));
            assert_eq!(segment.runs, [Run { from: 3, to: 5 }], "{torn}");
            assert_eq!(
                segment.damage.unwrap().offset,
                (RECORDS_AT + 3 * RECORD) as u64
            );
        }
    }

    #[test]
    fn a_segment_torn_at_birth_is_all_damage() {
        for length in [0, 10, 40] {
            let segment = surveyed(|bytes| bytes.truncate(length));
            assert_eq!(segment.runs, []);
            assert_eq!(segment.damage.unwrap().offset, 0);
        }
    }

    #[test]
    fn a_newer_segment_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.log");
        let header = Header {
            version: 2,
            first: 1,
            salt: 0,
        };
        fs::write(&path, header.to_bytes()).unwrap();
        let error = survey(&path, 1).unwrap_err();
        assert!(matches!(
            error,
            OpenError::Newer {
                found: 2,
                supported: 1
            }
        ));
    }
}
