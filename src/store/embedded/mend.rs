//! Making the log whole again, once there is an index that has all of it.

use std::fs;

use super::log::End;
use super::plan::Verdict;
use super::recover::{Found, State};
use super::segment::Segment;
use super::{OpenError, Step, disk, snapshot};

/// Leaves a log that a commit can be appended to, and gives its end if it goes on in a file.
pub(super) fn mend_log(
    found: &Found,
    state: &State,
    steps: &mut Vec<Step>,
) -> Result<Option<End>, OpenError> {
    let last = found.segments.last();
    match (&state.reach.verdict, last) {
        (Verdict::Covered { what }, _) => {
            renew_log(found, state, what, steps)?;
            Ok(None)
        }
        (Verdict::CutTail { offset, readable }, Some(end)) => {
            steps.push(cut_tail(found, end, *offset, *readable)?);
            // Cut at its beginning, nothing is left of it.
            Ok(end_of(end, *offset).filter(|end| end.len > 0))
        }
        (_, Some(end)) => Ok(end_of(end, end.len)),
        (_, None) => Ok(None),
    }
}

fn end_of(segment: &Segment, len: u64) -> Option<End> {
    Some(End {
        path: segment.path.clone(),
        salt: segment.salt?,
        len,
    })
}

/// The index is all there is: it becomes a snapshot, and the log begins anew behind it.
fn renew_log(
    found: &Found,
    state: &State,
    what: &str,
    steps: &mut Vec<Step>,
) -> Result<(), OpenError> {
    let (folder, last) = (found.folder, state.reach.last);
    let pairs = state.index.pairs(b"", None);
    state
        .index
        .sync()
        .and_then(|()| snapshot::write(&folder.snapshots, last, pairs, || last))
        .map_err(|error| OpenError::Index(error.to_string()))?;
    let kept = match found.segments.is_empty() {
        true => None,
        false => Some(
            disk::set_aside(&folder.log, "bad")
                .map_err(|error| OpenError::io(&folder.log, error))?,
        ),
    };
    disk::create_dir(&folder.log).map_err(|error| OpenError::io(&folder.log, error))?;
    steps.push(Step::LogRenewed {
        what: what.to_owned(),
        kept,
    });
    Ok(())
}

fn cut_tail(found: &Found, end: &Segment, offset: u64, readable: u64) -> Result<Step, OpenError> {
    let failed = |error| OpenError::io(&end.path, error);
    let name = format!("{:020}-{offset}.cut", end.first);
    let kept = found.folder.log.join(name);
    let step = Step::TailCut {
        bytes: end.len - offset,
        readable,
        kept: kept.clone(),
    };
    if end.salt.is_none() || offset == 0 {
        disk::rename(&end.path, &kept).map_err(failed)?;
        return Ok(step);
    }
    let bytes = fs::read(&end.path).map_err(failed)?;
    let tail = bytes.get(offset as usize..).unwrap_or_default();
    disk::replace(&kept, tail).map_err(failed)?;
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&end.path)
        .map_err(failed)?;
    file.set_len(offset)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(step)
}
