//! Words that were meant, where they are mistyped.

/// The letters of a word, as bits. One edit changes at most two of them, so most words of a
/// vocabulary are told apart without looking at them.
pub(super) fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |bits, byte| match byte {
        b'a'..=b'z' => bits | 1 << (byte - b'a'),
        _ => bits | 1 << 26,
    })
}

/// How many edits a word of that length may be away.
pub(super) fn allowed(word: &str) -> usize {
    match word.len() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// How many letters must be put in, left out, changed, or swapped with the next, to make one word
/// of the other; nothing if more than `most`.
pub(super) fn edits(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=other.len()).collect();
    let mut before = None;
    for (row, letter) in one.iter().enumerate() {
        let mut now = Vec::with_capacity(back.len());
        now.push(row + 1);
        let mut other_before = None;
        for (column, other_letter) in other.iter().enumerate() {
            let cell =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut best = (cell(&back, column) + usize::from(letter != other_letter))
                .min(cell(&back, column + 1) + 1)
                .min(cell(&now, column) + 1);
            if before == Some(other_letter) && other_before == Some(letter) && column > 0 {
                best = best.min(cell(&two_back, column - 1) + 1);
            }
            now.push(best);
            other_before = Some(other_letter);
        }
        if now.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        two_back = std::mem::replace(&mut back, now);
        before = Some(letter);
    }
    back.last().copied().filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_of_the_finger_are_one_edit() {
        for (typed, meant) in [
            ("custmer", "customer"),
            ("invoicce", "invoice"),
            ("mesasge", "message"),
            ("foldar", "folder"),
        ] {
            assert_eq!(edits(typed, meant, 2), Some(1), "{typed}");
        }
        assert_eq!(edits("charge", "change", 0), None);
        assert_eq!(edits("cat", "catalogue", 2), None);
    }

    proptest! {
        #[test]
        fn edits_count_the_same_both_ways(one in "[a-d]{0,7}", other in "[a-d]{0,7}") {
            prop_assert_eq!(edits(&one, &other, 3), edits(&other, &one, 3));
            prop_assert_eq!(edits(&one, &one, 0), Some(0));
        }

        #[test]
        fn words_that_are_near_share_their_letters(one in "[a-z]{4,9}", other in "[a-z]{4,9}") {
            if let Some(count) = edits(&one, &other, 2) {
                let different = (letters(&one) ^ letters(&other)).count_ones() as usize;
                prop_assert!(different <= 2 * count);
            }
        }
    }
}
