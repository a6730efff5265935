//! The ladder that a start climbs until it has an index that is all the log says.
//!
//! 1. Take the folder. Read every file of the log.
//! 2. The index, with what it lacks from the log.
//! 3. An index built anew, from the newest snapshot that is whole, and the log.
//! 4. The same from an older snapshot, or from the log alone.
//!
//! If no rung holds, nothing is changed and the error says what is lost and where. Otherwise the
//! log is mended if it needs it. Nothing that was found damaged is removed: it gets another name.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, RwLock};

use super::committer::Shared;
use super::disk::{self, Disk};
use super::folder::{Folder, Stop};
use super::index::{Index, Unusable};
use super::log::Log;
use super::plan::{Reach, Verdict, reach};
use super::segment::{self, Segment};
use super::snapshots::Snapshots;
use super::{OpenError, Opened, Options, Step, mend, rebuild, snapshot};
use crate::store::Sequence;

/// After an unclean stop, so many commits that the index should have are applied again: it does
/// no harm, and whatever a group left half done in the index is made whole.
const AGAIN: Sequence = 2_048;

/// What an engine starts with.
pub(super) struct Ready {
    pub shared: Shared,
    pub log: Log,
    pub snapshots: Snapshots,
    pub opened: Opened,
}

/// What the folder holds, as a start finds it.
pub(super) struct Found<'a> {
    pub folder: &'a Folder,
    pub options: &'a Options,
    pub segments: Vec<Segment>,
    /// The newest first.
    pub snapshots: Vec<(Sequence, PathBuf)>,
}

/// An index that has all commits that can be had.
pub(super) struct State {
    pub index: Index,
    pub reach: Reach,
}

/// Opens the store in `dir`.
pub(super) fn open(disk: Arc<dyn Disk>, dir: &Path, options: &Options) -> Result<Ready, OpenError> {
    let folder = Folder::enter(dir)?;
    let found = look_around(&folder, options)?;
    let mut steps = vec![how_it_stopped(&found)];
    let state = climb(&found, &mut steps)?;
    let end = mend::mend_log(&found, &state, &mut steps)?;

    let next = state.reach.last + 1;
    let log = match &end {
        Some(end) => Log::resume(disk, &folder.log, end, options.segment_bytes),
        None => Log::create(disk, &folder.log, next, options.segment_bytes),
    };
    let log = log.map_err(|error| OpenError::io(&folder.log, error))?;
    let snapshots = count_since_snapshot(&found);
    drop(found);
    Ok(Ready {
        log,
        snapshots,
        opened: Opened {
            sequence: state.reach.last,
            steps,
        },
        shared: Shared {
            index: state.index,
            folder,
            watchers: RwLock::default(),
            read_only: AtomicBool::new(false),
            last: AtomicU64::new(next - 1),
        },
    })
}

impl Found<'_> {
    /// What the log does for a state at `base`, unless a snapshot shows that there was more.
    pub fn reach(&self, base: Sequence) -> Result<Reach, OpenError> {
        let reach = reach(base, &self.segments);
        let stopped_cleanly = self.folder.last_stop == Stop::Clean;
        let newest = self.snapshots.first().map_or(0, |(sequence, _)| *sequence);
        match &reach.verdict {
            Verdict::Broken {
                segment,
                offset,
                what,
            } => Err(OpenError::Damaged {
                file: self
                    .segments
                    .get(*segment)
                    .map(|found| found.path.clone())
                    .unwrap_or_default(),
                offset: *offset,
                what: what.clone(),
                last: reach.last,
            }),
            // Whoever stopped cleanly had no write under way that could be torn: those commits were
            // acknowledged.
            Verdict::CutTail { offset, readable } if *readable > 0 && stopped_cleanly => {
                let end = self.segments.last();
                Err(OpenError::Damaged {
                    file: end.map(|end| end.path.clone()).unwrap_or_default(),
                    offset: *offset,
                    what: format!("with {readable} whole commits behind it"),
                    last: reach.last,
                })
            }
            _ if reach.last < newest => Err(OpenError::Damaged {
                file: self.folder.log.clone(),
                offset: 0,
                what: format!(
                    "the log ends at commit {}, before the newest snapshot",
                    reach.last
                ),
                last: reach.last,
            }),
            _ => Ok(reach),
        }
    }

    /// Applies what the log has from `from` on, and gives how many commits the index lacked.
    pub fn replay(&self, index: &Index, from: Sequence, reach: &Reach) -> Result<u64, OpenError> {
        rebuild::replay(&self.segments, index, from, reach.last)
    }
}

fn look_around<'a>(folder: &'a Folder, options: &'a Options) -> Result<Found<'a>, OpenError> {
    let listed = disk::list_numbered(&folder.log, "log");
    let listed = listed.map_err(|error| OpenError::io(&folder.log, error))?;
    let surveyed = listed
        .iter()
        .map(|(first, path)| segment::survey(path, *first));
    let snapshots = snapshot::list(&folder.snapshots);
    Ok(Found {
        folder,
        options,
        segments: surveyed.collect::<Result<_, _>>()?,
        snapshots: snapshots.map_err(|error| OpenError::io(&folder.snapshots, error))?,
    })
}

fn how_it_stopped(found: &Found) -> Step {
    let is_new =
        found.segments.is_empty() && found.snapshots.is_empty() && !found.folder.index.exists();
    match found.folder.last_stop {
        Stop::MachineWentDown => Step::MachineWentDown,
        Stop::Unclean => Step::Unclean,
        Stop::Clean if is_new => Step::Created,
        Stop::Clean => Step::Clean,
    }
}

fn climb(found: &Found, steps: &mut Vec<Step>) -> Result<State, OpenError> {
    let folder = found.folder;
    let is_suspect = Index::is_suspect(&folder.index);
    let relied_on = folder.last_stop != Stop::MachineWentDown && !is_suspect;
    let mut why = is_suspect.then(|| "a read has shown that it is damaged".to_owned());
    if relied_on && folder.index.exists() {
        match from_index(found, steps) {
            Ok(state) => return Ok(state),
            Err(Unusable(reason)) => why = Some(reason),
        }
    }
    let lost = match rebuild::rebuild(found, why, steps) {
        Ok(state) => return Ok(state),
        Err(lost) => lost,
    };
    // An index that is not quite trusted is better than none.
    if !relied_on && let Ok(state) = from_index(found, steps) {
        return Ok(state);
    }
    Err(lost)
}

fn from_index(found: &Found, steps: &mut Vec<Step>) -> Result<State, Unusable> {
    let folder = found.folder;
    let unusable = |error: OpenError| Unusable(error.to_string());
    let opened = Index::open(&folder.index, found.options.cache_bytes)?;
    let index = opened.index;
    let applied = index.applied()?;
    let reach = found.reach(applied).map_err(|_| {
        Unusable(format!(
            "it has the commits up to {applied}, and the log does not go on from there"
        ))
    })?;
    folder
        .mark_running()
        .map_err(|error| Unusable(error.to_string()))?;
    let again = match reach.verdict {
        Verdict::Whole | Verdict::CutTail { .. } if folder.last_stop != Stop::Clean => AGAIN,
        _ => 0,
    };
    found
        .replay(&index, applied.saturating_sub(again), &reach)
        .map_err(unusable)?;
    if opened.snapshot_set_aside {
        steps.push(Step::IndexSnapshotSetAside);
    }
    if reach.last > applied {
        steps.push(Step::Replayed(reach.last - applied));
    }
    Ok(State { index, reach })
}

fn count_since_snapshot(found: &Found) -> Snapshots {
    let newest = found.snapshots.first();
    let since = newest.map_or(0, |(sequence, _)| *sequence);
    let bytes = found
        .segments
        .iter()
        .filter(|segment| segment.first > since);
    let bytes = bytes.map(|segment| segment.len).sum();
    let last = newest.and_then(|(_, path)| fs::metadata(path).ok());
    Snapshots::new(
        found.options.snapshot_after,
        bytes,
        last.map_or(0, |file| file.len()),
    )
}
