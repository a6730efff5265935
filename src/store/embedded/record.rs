//! The bytes of a log segment.
//!
//! ```text
//! segment = header · header · record*        the header twice, so that one bad byte can't hide all
//! header  = "MAGPIELG" · version (u32, 1) · first sequence (u64) · salt (u64) · CRC32C of these (u32)
//! record  = length of payload (u32) · CRC32C (u32) · sequence (u64) · payload
//! ```
//!
//! Numbers are little-endian. A record's CRC covers the segment's salt, the length, the sequence
//! and the payload. The salt is random: nothing that was written into another segment, or into a
//! value by somebody who knows this page, passes for a record of this one.

use crate::store::Sequence;

/// The only version of segments there is.
pub(super) const VERSION: u32 = 1;
/// Where the first record stands.
pub(super) const RECORDS_AT: usize = 2 * HEADER;
/// The largest payload, in bytes.
pub(super) const MAX_PAYLOAD: usize = 16 << 20;
/// How many bytes a record has before its payload.
pub(super) const RECORD_HEADER: usize = 16;

const MAGIC: &[u8; 8] = b"MAGPIELG";
const HEADER: usize = 32;

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub version: u32,
    pub first: Sequence,
    pub salt: u64,
}

/// What stands at some offset of a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed<'a> {
    Record {
        sequence: Sequence,
        payload: &'a [u8],
        /// Where the next one stands.
        end: usize,
    },
    /// The segment ends here, as it should.
    End,
    Damaged(&'static str),
}

impl Header {
    /// Both copies.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut copy = MAGIC.to_vec();
        copy.extend_from_slice(&self.version.to_le_bytes());
        copy.extend_from_slice(&self.first.to_le_bytes());
        copy.extend_from_slice(&self.salt.to_le_bytes());
        copy.extend_from_slice(&crc32c::crc32c(&copy).to_le_bytes());
        copy.repeat(2)
    }

    /// The header of `segment`, from whichever copy is whole.
    pub fn read(segment: &[u8]) -> Option<Self> {
        let (first, rest) = segment.split_at_checked(HEADER)?;
        Self::read_copy(first).or_else(|| Self::read_copy(rest.get(..HEADER)?))
    }

    fn read_copy(copy: &[u8]) -> Option<Self> {
        let (fields, crc) = copy.split_last_chunk::<4>()?;
        if crc32c::crc32c(fields) != u32::from_le_bytes(*crc) {
            return None;
        }
        let (version, rest) = fields.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
        let (first, salt) = rest.split_first_chunk::<8>()?;
        Some(Self {
            version: u32::from_le_bytes(*version),
            first: u64::from_le_bytes(*first),
            salt: u64::from_le_bytes(*salt.first_chunk()?),
        })
    }
}

/// Appends a record to `out`. The payload has at most [`MAX_PAYLOAD`] bytes.
pub(super) fn push(out: &mut Vec<u8>, salt: u64, sequence: Sequence, payload: &[u8]) {
    let length = payload.len() as u32;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&checksum(salt, length, sequence, payload).to_le_bytes());
    out.extend_from_slice(&sequence.to_le_bytes());
    out.extend_from_slice(payload);
}

/// Reads what stands at `at`.
pub(super) fn parse(segment: &[u8], at: usize, salt: u64) -> Parsed<'_> {
    let rest = segment.get(at..).unwrap_or_default();
    if rest.is_empty() {
        return Parsed::End;
    }
    let Some((length, crc, sequence, rest)) = split_fields(rest) else {
        return Parsed::Damaged("a record's beginning is incomplete");
    };
    let payload = match usize::try_from(length) {
        Ok(length) if length <= MAX_PAYLOAD => rest.get(..length),
        _ => return Parsed::Damaged("a record's length is impossible"),
    };
    let Some(payload) = payload else {
        return Parsed::Damaged("a record is incomplete");
    };
    if checksum(salt, length, sequence, payload) != crc {
        return Parsed::Damaged("a record's checksum is wrong");
    }
    Parsed::Record {
        sequence,
        payload,
        end: at + RECORD_HEADER + payload.len(),
    }
}

/// The first whole record at or after `from` that continues after the sequence `after`.
pub(super) fn find(segment: &[u8], from: usize, salt: u64, after: Sequence) -> Option<usize> {
    // More records than would fit between are no continuation but chance.
    let most = after + (segment.len() / RECORD_HEADER) as u64 + 1;
    (from..segment.len().saturating_sub(RECORD_HEADER - 1)).find(|&at| {
        let fields = segment.get(at..).and_then(split_fields);
        let plausible = fields.is_some_and(|(length, _, sequence, rest)| {
            length as usize <= rest.len() && (after + 1..=most).contains(&sequence)
        });
        plausible && matches!(parse(segment, at, salt), Parsed::Record { .. })
    })
}

fn split_fields(bytes: &[u8]) -> Option<(u32, u32, Sequence, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    Some((
        u32::from_le_bytes(*length),
        u32::from_le_bytes(*crc),
        u64::from_le_bytes(*sequence),
        rest,
    ))
}

fn checksum(salt: u64, length: u32, sequence: Sequence, payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&salt.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &length.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &sequence.to_le_bytes());
    crc32c::crc32c_append(crc, payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: u64 = 0x5a17;

    fn three_records() -> Vec<u8> {
        let header = Header {
            version: VERSION,
            first: 5,
            salt: SALT,
        };
        let mut segment = header.to_bytes();
        for (sequence, payload) in [(5, &b"one"[..]), (6, b""), (7, b"three")] {
            push(&mut segment, SALT, sequence, payload);
        }
        segment
    }

    fn sequences(segment: &[u8]) -> Vec<Sequence> {
        let (mut at, mut found) = (RECORDS_AT, vec![]);
        while let Parsed::Record { sequence, end, .. } = parse(segment, at, SALT) {
            found.push(sequence);
            at = end;
        }
        found
    }

    #[test]
    fn records_are_read_back() {
        let segment = three_records();
        assert_eq!(segment.len(), RECORDS_AT + 3 * RECORD_HEADER + 8);
        assert_eq!(sequences(&segment), [5, 6, 7]);
    }

    #[test]
    fn any_flipped_bit_is_noticed_and_hides_one_record_at_most() {
        let segment = three_records();
        for at in RECORDS_AT..segment.len() {
            for bit in 0..8 {
                let mut bad = segment.clone();
                bad[at] ^= 1 << bit;
                let before = sequences(&bad);
                assert!(before.len() < 3, "byte {at}");
                if before.len() < 2 {
                    let after = before.last().copied().unwrap_or(4);
                    let again = find(&bad, RECORDS_AT, SALT, after + 1).unwrap();
                    assert!(matches!(
                        parse(&bad, again, SALT),
                        Parsed::Record { sequence, .. } if sequence == after + 2
                    ));
                }
            }
        }
    }

    #[test]
    fn a_header_survives_one_bad_byte_anywhere() {
        let segment = three_records();
        let header = Header::read(&segment);
        assert!(header.is_some());
        for at in 0..RECORDS_AT {
            let mut bad = segment.clone();
            bad[at] ^= 0x40;
            assert_eq!(Header::read(&bad), header, "byte {at}");
        }
        assert_eq!(Header::read(&segment[..31]), None);
    }

    #[test]
    fn a_record_of_another_segment_is_none_of_ours() {
        let segment = three_records();
        assert!(matches!(
            parse(&segment, RECORDS_AT, SALT + 1),
            Parsed::Damaged(_)
        ));
        assert_eq!(find(&segment, 0, SALT + 1, 0), None);
    }
}
