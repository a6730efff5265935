//! A batch's writes as bytes.
//!
//! ```text
//! payload = version (1 byte, 1) · write*
//! write   = 0 · length · key                    a delete
//!         | 1 · length · key · length · value   a put
//! length  = LEB128, at most 2^32 - 1
//! ```
//!
//! Expectations are not kept: what is in the log has been decided.

use crate::store::Write;

const VERSION: u8 = 1;
const DELETE: u8 = 0;
const PUT: u8 = 1;

/// Appends `writes` to `payload`.
pub(super) fn encode(writes: &[Write], payload: &mut Vec<u8>) {
    payload.push(VERSION);
    for write in writes {
        match write {
            Write::Delete(key) => {
                payload.push(DELETE);
                push_bytes(payload, key);
            }
            Write::Put(key, value) => {
                payload.push(PUT);
                push_bytes(payload, key);
                push_bytes(payload, value);
            }
        }
    }
}

/// The writes in `payload`, if that is what it is.
pub(super) fn decode(payload: &[u8]) -> Option<Vec<Write>> {
    let [VERSION, rest @ ..] = payload else {
        return None;
    };
    let mut rest = rest;
    let mut writes = Vec::new();
    while let [kind, behind @ ..] = rest {
        rest = behind;
        let key = take_bytes(&mut rest)?;
        writes.push(match *kind {
            DELETE => Write::Delete(key),
            PUT => Write::Put(key, take_bytes(&mut rest)?),
            _ => return None,
        });
    }
    Some(writes)
}

fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
}

fn take_bytes(from: &mut &[u8]) -> Option<Vec<u8>> {
    let mut length = 0u64;
    for shift in [0, 7, 14, 21, 28] {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (bytes, rest) = from.split_at_checked(usize::try_from(length).ok()?)?;
            *from = rest;
            return Some(bytes.to_vec());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..20),
            (100usize..20_000).prop_map(|length| vec![7; length]),
        ]
    }

    fn write() -> impl Strategy<Value = Write> {
        prop_oneof![
            bytes().prop_map(Write::Delete),
            (bytes(), bytes()).prop_map(|(key, value)| Write::Put(key, value)),
        ]
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(writes in prop::collection::vec(write(), 0..5)) {
            let mut payload = vec![];
            encode(&writes, &mut payload);
            prop_assert_eq!(decode(&payload), Some(writes));
        }

        #[test]
        fn any_bytes_are_taken_calmly(payload in prop::collection::vec(any::<u8>(), 0..50)) {
            decode(&payload);
        }
    }

    #[test]
    fn half_a_write_is_none() {
        let mut payload = vec![];
        encode(
            &[Write::Put(b"key".to_vec(), b"value".to_vec())],
            &mut payload,
        );
        for length in [0, 2, 3, payload.len() - 1] {
            assert_eq!(decode(&payload[..length]), None, "{length}");
        }
    }
}
