//! Deciding which of the commits that wait may happen.

use std::collections::HashMap;

use tokio::sync::oneshot;

use super::codec;
use super::index::Index;
use super::log::Log;
use super::record::RECORD_HEADER;
use crate::store::{Batch, Sequence, StoreError, Write};

/// A commit that somebody waits for.
pub(super) struct Request {
    pub batch: Batch,
    pub answer: oneshot::Sender<Verdict>,
}

/// What becomes of a commit.
pub(super) type Verdict = Result<Sequence, StoreError>;

/// What earlier commits of a group make of keys.
type Changes<'a> = HashMap<&'a [u8], Option<&'a [u8]>>;

/// Gives sequences to those whose expectations hold, after the earlier ones of the group.
pub(super) fn decide(index: &Index, group: &[Request], before: Sequence) -> Vec<Verdict> {
    let mut changes = Changes::new();
    let mut last = before;
    let mut verdicts = Vec::with_capacity(group.len());
    for Request { batch, .. } in group {
        let verdict = match holds(index, &changes, batch) {
            Ok(true) => {
                last += 1;
                changes.extend(batch.writes.iter().map(as_change));
                Ok(last)
            }
            Ok(false) => Err(StoreError::Conflict),
            Err(error) => Err(error),
        };
        verdicts.push(verdict);
    }
    verdicts
}

/// The commits that happen, with their sequences.
pub(super) fn accepted<'a>(
    group: &'a [Request],
    verdicts: &'a [Verdict],
) -> impl Iterator<Item = (Sequence, &'a Batch)> {
    let all = group.iter().zip(verdicts);
    all.filter_map(|(request, verdict)| Some((*verdict.as_ref().ok()?, &request.batch)))
}

/// The commits that happen as records for the end of `log`.
pub(super) fn encode(log: &Log, group: &[Request], verdicts: &[Verdict]) -> Vec<u8> {
    let (mut records, mut payload) = (Vec::new(), Vec::new());
    for (sequence, batch) in accepted(group, verdicts) {
        payload.clear();
        codec::encode(&batch.writes, &mut payload);
        log.encode(&mut records, sequence, &payload);
    }
    records
}

/// How many bytes a batch takes in the log, or a few more.
pub(super) fn size(batch: &Batch) -> usize {
    let write_size = |write: &Write| match write {
        Write::Put(key, value) => 11 + key.len() + value.len(),
        Write::Delete(key) => 6 + key.len(),
    };
    1 + RECORD_HEADER + batch.writes.iter().map(write_size).sum::<usize>()
}

fn holds(index: &Index, changes: &Changes, batch: &Batch) -> Result<bool, StoreError> {
    for (key, expected) in &batch.expect {
        let holds = match changes.get(key.as_slice()) {
            Some(value) => *value == expected.as_deref(),
            None => index.get(key)? == *expected,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn as_change(write: &Write) -> (&[u8], Option<&[u8]>) {
    match write {
        Write::Put(key, value) => (key, Some(value)),
        Write::Delete(key) => (key, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(expect: Option<&[u8]>, value: &[u8]) -> Request {
        Request {
            batch: Batch {
                expect: vec![(b"key".to_vec(), expect.map(<[u8]>::to_vec))],
                writes: vec![Write::Put(b"key".to_vec(), value.to_vec())],
            },
            answer: oneshot::channel().0,
        }
    }

    #[test]
    fn a_commit_sees_the_earlier_ones_of_its_group() {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open(dir.path(), 1 << 20).unwrap().index;
        let group = [
            request(Some(b"0"), b"x"),
            request(None, b"1"),
            request(None, b"x"),
            request(Some(b"1"), b"2"),
            request(Some(b"1"), b"x"),
        ];
        let verdicts = decide(&index, &group, 10);
        let happens: Vec<Option<u64>> = verdicts.into_iter().map(Result::ok).collect();
        assert_eq!(happens, [None, Some(11), None, Some(12), None]);
    }

    #[test]
    fn a_size_is_not_less_than_what_is_written() {
        for length in [0, 1, 127, 128, 20_000] {
            let batch = Batch {
                expect: vec![],
                writes: vec![
                    Write::Put(vec![0; length], vec![0; length]),
                    Write::Delete(vec![0; length]),
                ],
            };
            let mut payload = vec![];
            codec::encode(&batch.writes, &mut payload);
            assert!(size(&batch) >= RECORD_HEADER + payload.len(), "{length}");
        }
    }
}
