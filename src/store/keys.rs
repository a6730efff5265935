//! How keys are spelled: no key of one record is ever the beginning of a key of another kind.
//!
//! A record: `{scope}/{table}/{id}`. A secondary key: `{scope}/{table}.{index}/{parts}{id}`, where
//! each part is escaped and ends in two bytes of its own, so that parts sort as tuples do. The id
//! stands last and as it is.

use super::StoreError;

/// Ends an escaped part. Within a part, `0x00` is written `0x00 0xff`.
const END: [u8; 2] = [0, 1];

/// `{scope}/{name}/`. A `/` within either is escaped, so that it can't end them early.
pub(super) fn prefix(scope: &str, name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(scope.len() + name.len() + 40);
    for segment in [scope, name] {
        for byte in segment.bytes() {
            match byte {
                b'/' => key.extend_from_slice(b"%2F"),
                b'%' => key.extend_from_slice(b"%25"),
                _ => key.push(byte),
            }
        }
        key.push(b'/');
    }
    key
}

/// Appends `part`, so that byte order of keys is the order of their parts.
pub(super) fn push_part(key: &mut Vec<u8>, part: &[u8]) {
    for &byte in part {
        key.push(byte);
        if byte == 0 {
            key.push(0xff);
        }
    }
    key.extend_from_slice(&END);
}

/// What follows the part that `key` begins with.
pub(super) fn skip_part(key: &[u8]) -> Option<&[u8]> {
    let mut rest = key;
    loop {
        rest = match rest {
            [0, 1, behind @ ..] => return Some(behind),
            [0, 0xff, behind @ ..] => behind,
            [0, ..] | [] => return None,
            [_, behind @ ..] => behind,
        };
    }
}

/// The id that is left of `key` after `prefix`.
pub(super) fn id_behind(key: &[u8], prefix: &[u8]) -> Result<String, StoreError> {
    key.strip_prefix(prefix)
        .and_then(|id| String::from_utf8(id.to_vec()).ok())
        .ok_or_else(|| corrupt(key, "its key does not end in an id"))
}

/// The error about the record at `key`.
pub(super) fn corrupt(
    key: &[u8],
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    StoreError::Corrupt {
        key: printable(key),
        source: source.into(),
    }
}

/// `key` for people: what is no printable ASCII is escaped.
pub(super) fn printable(key: &[u8]) -> String {
    key.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(parts: &[Vec<u8>]) -> Vec<u8> {
        let mut key = vec![];
        for part in parts {
            push_part(&mut key, part);
        }
        key
    }

    /// Few different bytes, so that collisions would be found.
    fn part() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(
            prop_oneof![Just(0), Just(1), Just(0xff), Just(b'/'), any::<u8>()],
            0..4,
        )
    }

    proptest! {
        #[test]
        fn no_part_is_the_beginning_of_another(a in part(), b in part()) {
            let (short, long) = (spelled(std::slice::from_ref(&a)), spelled(std::slice::from_ref(&b)));
            prop_assert_eq!(long.starts_with(&short), a == b);
        }

        #[test]
        fn keys_sort_as_their_parts_do(
            a in prop::collection::vec(part(), 2),
            b in prop::collection::vec(part(), 2),
        ) {
            prop_assert_eq!(spelled(&a).cmp(&spelled(&b)), a.cmp(&b));
        }

        #[test]
        fn a_part_can_be_skipped(a in part(), behind in part()) {
            let mut key = spelled(std::slice::from_ref(&a));
            key.extend_from_slice(&behind);
            prop_assert_eq!(skip_part(&key), Some(&behind[..]));
        }

        #[test]
        fn no_table_is_the_beginning_of_another(
            a in "[a/%.]{0,3}", b in "[a/%.]{0,3}", c in "[a/%.]{0,3}", d in "[a/%.]{0,3}",
        ) {
            let same = (&a, &b) == (&c, &d);
            prop_assert_eq!(prefix(&a, &b).starts_with(&prefix(&c, &d)), same);
        }
    }

    #[test]
    fn what_is_no_part_is_not_skipped() {
        for key in [&b""[..], b"abc", b"a\0", b"a\0\x02"] {
            assert_eq!(skip_part(key), None);
        }
    }
}
