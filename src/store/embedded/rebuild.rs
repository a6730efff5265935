//! Building the index anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::index::Index;
use super::recover::{Found, State};
use super::segment::{self, Segment};
use super::snapshot::{self, Snapshot};
use super::{OpenError, Step, codec, disk};
use crate::store::{Sequence, Write};

/// How many bytes are applied to the index at once.
const CHUNK: usize = 1 << 20;

/// Something to build from: a snapshot, or nothing where the log is complete.
struct Base {
    snapshot: Option<PathBuf>,
    sequence: Sequence,
}

/// Builds the index from the best there is beside it, and puts it in its place.
///
/// Until it is complete nothing else is touched, so it can be begun again after a crash. `why` is
/// what is wrong with the old one; if nothing is, that one is removed rather than kept.
pub(super) fn rebuild(
    found: &Found,
    why: Option<String>,
    steps: &mut Vec<Step>,
) -> Result<State, OpenError> {
    let (base, mut said) = find_base(found)?;
    let folder = found.folder;
    let failed = |error| OpenError::io(&folder.new_index, error);
    if folder.new_index.exists() {
        fs::remove_dir_all(&folder.new_index).map_err(failed)?;
    }
    let reach = found.reach(base.sequence)?;
    let index = open(&folder.new_index, found)?;
    if let Some(path) = &base.snapshot {
        load(path, &index)?;
    }
    found.replay(&index, base.sequence, &reach)?;
    if reach.last > 0 {
        index
            .sync()
            .map_err(|error| OpenError::Index(error.to_string()))?;
        said.push(Step::Rebuilt {
            snapshot: base.snapshot.map(|_| base.sequence),
            commits: reach.last - base.sequence,
        });
    }
    drop(index);
    said.extend(replace_index(found, why)?);
    steps.append(&mut said);
    // Not before: how the last process stopped says that the old index can't be relied on.
    folder.mark_running().map_err(failed)?;
    let index = open(&folder.index, found)?;
    Ok(State { index, reach })
}

/// Applies the commits of the log after `from`, up to `to`.
pub(super) fn replay(
    segments: &[Segment],
    index: &Index,
    from: Sequence,
    to: Sequence,
) -> Result<u64, OpenError> {
    let mut chunk = Chunk::new(index);
    let mut count = 0;
    for segment in segments {
        segment::for_each_after(segment, from, |sequence, payload| {
            if sequence > to {
                return Ok(());
            }
            let writes = codec::decode(payload).ok_or_else(|| unknown(segment, sequence))?;
            count += 1;
            chunk.add(writes, payload.len(), sequence)
        })?;
    }
    chunk.finish()?;
    Ok(count)
}

fn find_base(found: &Found) -> Result<(Base, Vec<Step>), OpenError> {
    let mut said = Vec::new();
    let mut lost = None;
    for (sequence, path) in &found.snapshots {
        let usable = check(path, *sequence).map(|whole| (whole, found.reach(*sequence)));
        match usable {
            Ok((whole, Ok(reach))) if reach.last >= whole.until => {
                let base = Base {
                    snapshot: Some(path.clone()),
                    sequence: *sequence,
                };
                return Ok((base, said));
            }
            Ok((whole, Ok(_))) => said.push(Step::SnapshotDamaged {
                file: path.clone(),
                what: format!("it needs the log up to commit {}", whole.until),
            }),
            Ok((_, Err(error))) => lost = lost.or(Some(error)),
            Err(error) => said.push(Step::SnapshotDamaged {
                file: path.clone(),
                what: error.to_string(),
            }),
        }
    }
    let from_log_alone = Base {
        snapshot: None,
        sequence: 0,
    };
    match found.reach(0) {
        Ok(_) if found.segments.first().is_none_or(|first| first.first == 1) => {
            Ok((from_log_alone, said))
        }
        Ok(_) => Err(lost
            .unwrap_or_else(|| OpenError::Index("there is nothing to build it from".to_owned()))),
        Err(error) => Err(lost.unwrap_or(error)),
    }
}

fn check(path: &Path, sequence: Sequence) -> io::Result<Snapshot> {
    let snapshot = snapshot::read(path, |_, _| Ok(()))?;
    match snapshot.sequence == sequence {
        true => Ok(snapshot),
        false => Err(io::Error::other("it has the name of another")),
    }
}

fn open(dir: &Path, found: &Found) -> Result<Index, OpenError> {
    let opened = Index::open(dir, found.options.cache_bytes);
    Ok(opened.map_err(|error| OpenError::Index(error.0))?.index)
}

fn load(path: &Path, index: &Index) -> Result<(), OpenError> {
    let mut chunk = Chunk::new(index);
    let read = snapshot::read(path, |key, value| {
        let bytes = key.len() + value.len();
        let added = chunk.add(vec![Write::Put(key, value)], bytes, 0);
        added.map_err(io::Error::other)
    });
    let snapshot = read.map_err(|error| OpenError::io(path, error))?;
    chunk.sequence = snapshot.sequence;
    chunk.finish()
}

/// Puts the new index in the place of the old, and says what became of that.
fn replace_index(found: &Found, why: Option<String>) -> Result<Option<Step>, OpenError> {
    let folder = found.folder;
    let failed = |error| OpenError::io(&folder.index, error);
    let aside = match (folder.index.exists(), &why) {
        (false, _) => None,
        (true, Some(_)) => Some(disk::set_aside(&folder.index, "bad").map_err(failed)?),
        (true, None) => Some(disk::set_aside(&folder.index, "old").map_err(failed)?),
    };
    disk::rename(&folder.new_index, &folder.index).map_err(failed)?;
    Index::clear_suspicion(&folder.index).map_err(failed)?;
    match (aside, why) {
        (Some(kept), Some(why)) => Ok(Some(Step::IndexSetAside { why, kept })),
        (Some(old), None) => {
            fs::remove_dir_all(old).map_err(failed)?;
            Ok(None)
        }
        (None, _) => Ok(None),
    }
}

fn unknown(segment: &Segment, sequence: Sequence) -> OpenError {
    OpenError::Damaged {
        file: segment.path.clone(),
        offset: 0,
        what: format!("commit {sequence} is of a kind that this program does not know"),
        last: sequence - 1,
    }
}

/// Writes on their way into the index.
struct Chunk<'a> {
    index: &'a Index,
    writes: Vec<Write>,
    bytes: usize,
    sequence: Sequence,
}

impl<'a> Chunk<'a> {
    fn new(index: &'a Index) -> Self {
        Self {
            index,
            writes: Vec::new(),
            bytes: 0,
            sequence: 0,
        }
    }

    fn add(
        &mut self,
        writes: Vec<Write>,
        bytes: usize,
        sequence: Sequence,
    ) -> Result<(), OpenError> {
        self.writes.extend(writes);
        self.bytes += bytes;
        self.sequence = sequence;
        match self.bytes < CHUNK {
            true => Ok(()),
            false => self.apply(),
        }
    }

    fn apply(&mut self) -> Result<(), OpenError> {
        let applied = self.index.apply(&self.writes, self.sequence);
        self.writes.clear();
        self.bytes = 0;
        applied.map_err(|error| OpenError::Index(error.to_string()))
    }

    fn finish(mut self) -> Result<(), OpenError> {
        if self.sequence > 0 {
            self.apply()?;
            let flushed = self.index.flush();
            flushed.map_err(|error| OpenError::Index(error.to_string()))?;
        }
        Ok(())
    }
}
