//! The whole state in one file, so that the log before it can go.
//!
//! ```text
//! file   = "MAGPIESN" · version (u32, 1) · sequence (u64) · CRC32C of these (u32) · pair* · footer
//! pair   = length of key (u32) · length of value (u32) · CRC32C (u32) · key · value
//! footer = 2^32 - 1 (u32) · pairs (u64) · until (u64) · CRC32C of all pairs' CRCs (u32) · CRC32C of these (u32)
//! ```
//!
//! **Why it may be written while commits go on.** The pairs are read one after another, and a
//! commit that happens meanwhile may be in some of them and not in others. So the file is not
//! quite the state at any moment. But every change is a put or a delete of a whole value, whoever
//! loads the snapshot also replays the log from the `sequence` at which reading began, and a key
//! that a later commit changed gets the value of the last such commit, whatever the snapshot had;
//! a key that none changed was read as it is. This is right once the replay gets to the sequence
//! at which reading ended, `until`. A log that does not reach that far makes the snapshot useless.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use super::disk;
use super::record::MAX_PAYLOAD;
use crate::store::{Pair, Sequence, StoreError};

const MAGIC: &[u8; 8] = b"MAGPIESN";
const VERSION: u32 = 1;
const FOOTER: u32 = u32::MAX;

/// What a snapshot says of itself once all of it was found to be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// The state has all commits up to this one …
    pub sequence: Sequence,
    /// … and needs the log up to this one.
    pub until: Sequence,
}

/// Writes all `pairs` as the snapshot at `sequence`, and gives its size in bytes.
///
/// `until` is asked once all pairs were read. The file has its name only when it is whole.
pub(super) fn write(
    dir: &Path,
    sequence: Sequence,
    pairs: impl Iterator<Item = Result<Pair, StoreError>>,
    until: impl FnOnce() -> Sequence,
) -> Result<u64, StoreError> {
    let whole = disk::numbered(dir, sequence, "snap");
    let half = whole.with_extension("snap.tmp");
    disk::remove_if_there(&half)?;
    let written = write_file(disk::create_new(&half)?, sequence, pairs, until);
    let renamed = written.and_then(|bytes| {
        disk::rename(&half, &whole)?;
        Ok(bytes)
    });
    if renamed.is_err() {
        disk::remove_if_there(&half).ok();
    }
    renamed
}

/// Reads a snapshot, checks every checksum in it and calls `each` with its pairs.
///
/// What is wrong with it may show only at the end: keep nothing of what `each` got in that case.
pub(super) fn read(
    path: &Path,
    mut each: impl FnMut(Vec<u8>, Vec<u8>) -> io::Result<()>,
) -> io::Result<Snapshot> {
    let mut file = BufReader::with_capacity(1 << 18, File::open(path)?);
    let sequence = read_header(&mut file)?;
    let (mut pairs, mut crcs) = (0u64, 0u32);
    loop {
        let key_length = read_u32(&mut file)?;
        if key_length == FOOTER {
            let until = read_footer(&mut file, pairs, crcs)?;
            return Ok(Snapshot { sequence, until });
        }
        let (key, value, crc) = read_pair(&mut file, key_length)?;
        crcs = crc32c::crc32c_append(crcs, &crc.to_le_bytes());
        pairs += 1;
        each(key, value)?;
    }
}

/// The snapshots in `dir`, the newest first. Half-written ones are removed.
pub(super) fn list(dir: &Path) -> io::Result<Vec<(Sequence, PathBuf)>> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tmp") {
            fs::remove_file(path)?;
        }
    }
    let mut all = disk::list_numbered(dir, "snap")?;
    all.reverse();
    Ok(all)
}

/// Removes what the two newest snapshots make superfluous: older ones, and the log before them.
///
/// The one before the newest stays, with its log, for when the newest turns out to be damaged.
pub(super) fn prune(snapshots: &Path, log: &Path) -> io::Result<()> {
    let mut all = disk::list_numbered(snapshots, "snap")?;
    let kept = all.split_off(all.len().saturating_sub(2));
    let [(older, _), _] = kept.as_slice() else {
        return Ok(());
    };
    for (_, path) in all {
        fs::remove_file(path)?;
    }
    let segments = disk::list_numbered(log, "log")?;
    for ((_, path), (next, _)) in segments.iter().zip(segments.iter().skip(1)) {
        if *next <= *older + 1 {
            fs::remove_file(path)?;
        }
    }
    disk::sync_parent(&log.join("x"))
}

fn write_file(
    file: File,
    sequence: Sequence,
    pairs: impl Iterator<Item = Result<Pair, StoreError>>,
    until: impl FnOnce() -> Sequence,
) -> Result<u64, StoreError> {
    let mut out = BufWriter::with_capacity(1 << 18, file);
    out.write_all(&header(sequence))?;
    let (mut count, mut crcs) = (0u64, 0u32);
    for pair in pairs {
        let (key, value) = pair?;
        let crc = write_pair(&mut out, &key, &value)?;
        crcs = crc32c::crc32c_append(crcs, &crc.to_le_bytes());
        count += 1;
    }
    out.write_all(&footer(count, until(), crcs))?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

fn header(sequence: Sequence) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&sequence.to_le_bytes());
    header.extend_from_slice(&crc32c::crc32c(&header).to_le_bytes());
    header
}

fn footer(count: u64, until: Sequence, crcs: u32) -> Vec<u8> {
    let mut footer = FOOTER.to_le_bytes().to_vec();
    footer.extend_from_slice(&count.to_le_bytes());
    footer.extend_from_slice(&until.to_le_bytes());
    footer.extend_from_slice(&crcs.to_le_bytes());
    footer.extend_from_slice(&crc32c::crc32c(&footer).to_le_bytes());
    footer
}

fn write_pair(out: &mut impl io::Write, key: &[u8], value: &[u8]) -> io::Result<u32> {
    let lengths = [key.len() as u32, value.len() as u32];
    let crc = pair_crc(lengths, key, value);
    for number in [lengths[0], lengths[1], crc] {
        out.write_all(&number.to_le_bytes())?;
    }
    out.write_all(key)?;
    out.write_all(value)?;
    Ok(crc)
}

fn read_header(file: &mut impl Read) -> io::Result<Sequence> {
    let mut bytes = [0; 24];
    file.read_exact(&mut bytes)?;
    let [.., a, b, c, d, e, f, g, h, _, _, _, _] = bytes;
    let sequence = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    match bytes == *header(sequence) {
        true => Ok(sequence),
        false => Err(bad("its header is damaged, or of a newer version")),
    }
}

fn read_footer(file: &mut impl Read, pairs: u64, crcs: u32) -> io::Result<Sequence> {
    let mut rest = Vec::new();
    file.take(25).read_to_end(&mut rest)?;
    let until = rest.get(8..).and_then(|rest| rest.first_chunk());
    let until = u64::from_le_bytes(*until.ok_or_else(|| bad("its footer is incomplete"))?);
    match footer(pairs, until, crcs).strip_prefix(&FOOTER.to_le_bytes()) == Some(&rest) {
        true => Ok(until),
        false => Err(bad("its footer is damaged")),
    }
}

fn read_pair(file: &mut impl Read, key_length: u32) -> io::Result<(Vec<u8>, Vec<u8>, u32)> {
    let value_length = read_u32(file)?;
    let crc = read_u32(file)?;
    let key = read_bytes(file, key_length)?;
    let value = read_bytes(file, value_length)?;
    match pair_crc([key_length, value_length], &key, &value) == crc {
        true => Ok((key, value, crc)),
        false => Err(bad("a checksum is wrong")),
    }
}

fn read_bytes(file: &mut impl Read, length: u32) -> io::Result<Vec<u8>> {
    if length as usize > MAX_PAYLOAD {
        return Err(bad("a length is impossible"));
    }
    let mut bytes = vec![0; length as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_u32(file: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn pair_crc(lengths: [u32; 2], key: &[u8], value: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&lengths[0].to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &lengths[1].to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(crc, key), value)
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests;
