//! How far the log leads from some state, and whether what is wrong with it matters.
//!
//! Pure: what a start decides is decided here, from facts alone.

use super::record::{MAX_PAYLOAD, RECORD_HEADER, RECORDS_AT};
use super::segment::{Damage, Segment};
use crate::store::Sequence;

/// How many bytes of commits share a sync, at most; a larger commit goes alone.
///
/// So what one torn append can leave behind is no longer than this, or it is part of one record,
/// and then nothing behind it can be read.
pub(super) const GROUP_BYTES: usize = 1 << 20;

/// What the log does for a state that has all commits up to some sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// The last commit of the state once the log has been replayed.
    pub last: Sequence,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The log is whole and ends where the state does.
    Whole,
    /// The last segment ends in something unreadable that the state doesn't have either.
    CutTail {
        offset: u64,
        /// Commits that can be read behind the damage, and go with it.
        readable: u64,
    },
    /// The log lacks something, or is damaged, where the state needs no log.
    Covered { what: String },
    /// Commits are lost that neither the state nor the log has.
    Broken {
        segment: usize,
        offset: u64,
        what: String,
    },
}

/// Follows the log from a state that has all commits up to `base`.
pub(super) fn reach(base: Sequence, segments: &[Segment]) -> Reach {
    let last = replayed(base, segments);
    let verdict = judge(last, segments);
    Reach { last, verdict }
}

fn replayed(base: Sequence, segments: &[Segment]) -> Sequence {
    let runs = segments.iter().flat_map(|segment| &segment.runs);
    runs.fold(base, |last, run| {
        if run.from <= last + 1 {
            last.max(run.to)
        } else {
            last
        }
    })
}

fn judge(last: Sequence, segments: &[Segment]) -> Verdict {
    let Some((end, earlier)) = segments.split_last() else {
        return match last {
            0 => Verdict::Whole,
            _ => covered("there is no log"),
        };
    };
    let fault = first_fault(earlier).or_else(|| first_fault_between(segments));
    match (fault, end.damage) {
        (None, None) if end.last() == last => Verdict::Whole,
        (None, None) if end.last() < last => covered("the log ends before the index does"),
        (None, Some(damage)) if before_damage(end) == last => tail(end, damage, segments.len() - 1),
        (fault, damage) => {
            let highest = segments.iter().map(Segment::last).max().unwrap_or(0);
            let (segment, offset, what) = fault
                .or_else(|| damage.map(|damage| at(segments.len() - 1, damage)))
                .unwrap_or((0, 0, "its commits do not follow those before".to_owned()));
            if highest > last {
                // The one that matters may be a later fault, but an operator begins at the first.
                return Verdict::Broken {
                    segment,
                    offset,
                    what,
                };
            }
            Verdict::Covered { what }
        }
    }
}

/// The sequence that the damage in the last segment comes after.
fn before_damage(end: &Segment) -> Sequence {
    match end.runs.first() {
        Some(run) if run.from == end.first => run.to,
        _ => end.first - 1,
    }
}

fn tail(end: &Segment, damage: Damage, segment: usize) -> Verdict {
    let length = end.len - damage.offset;
    let readable: u64 = end
        .runs
        .iter()
        .filter(|run| run.from > before_damage(end))
        .map(|run| run.to + 1 - run.from)
        .sum();
    // A header was on disk before the first record came.
    let headless = damage.offset == 0 && end.len > RECORDS_AT as u64;
    let torn_at_most = match readable {
        _ if headless => 0,
        0 => GROUP_BYTES.max(RECORD_HEADER + MAX_PAYLOAD),
        _ => GROUP_BYTES,
    };
    if length <= torn_at_most as u64 {
        return Verdict::CutTail {
            offset: damage.offset,
            readable,
        };
    }
    let (segment, offset, what) = at(segment, damage);
    Verdict::Broken {
        segment,
        offset,
        what,
    }
}

fn first_fault(earlier: &[Segment]) -> Option<(usize, u64, String)> {
    let mut all = earlier.iter().enumerate();
    all.find_map(|(index, segment)| Some(at(index, segment.damage?)))
}

fn first_fault_between(segments: &[Segment]) -> Option<(usize, u64, String)> {
    let pairs = segments.iter().zip(segments.iter().skip(1)).enumerate();
    pairs
        .filter(|(_, (one, next))| one.last() + 1 != next.first)
        .map(|(index, (one, next))| {
            let what = format!(
                "the commits {} to {} are missing before it",
                one.last() + 1,
                next.first - 1
            );
            (index + 1, 0, what)
        })
        .next()
}

fn at(segment: usize, damage: Damage) -> (usize, u64, String) {
    (segment, damage.offset, damage.what.to_owned())
}

fn covered(what: &str) -> Verdict {
    Verdict::Covered {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::store::embedded::segment::Run;

    fn segment(first: u64, runs: &[(u64, u64)], damage: Option<u64>) -> Segment {
        Segment {
            path: PathBuf::new(),
            first,
            len: 5_000,
            salt: Some(1),
            runs: runs.iter().map(|&(from, to)| Run { from, to }).collect(),
            damage: damage.map(|offset| Damage { offset, what: "x" }),
        }
    }

    fn verdict(base: u64, segments: &[Segment]) -> (u64, &'static str) {
        let reach = reach(base, segments);
        let word = match reach.verdict {
            Verdict::Whole => "whole",
            Verdict::CutTail { .. } => "cut",
            Verdict::Covered { .. } => "covered",
            Verdict::Broken { .. } => "broken",
        };
        (reach.last, word)
    }

    #[test]
    fn a_whole_log_leads_from_anywhere_to_its_end() {
        let log = [segment(1, &[(1, 5)], None), segment(6, &[(6, 9)], None)];
        for base in [0, 3, 5, 9] {
            assert_eq!(verdict(base, &log), (9, "whole"));
        }
        assert_eq!(verdict(12, &log), (12, "covered"));
        assert_eq!(verdict(0, &[]), (0, "whole"));
        assert_eq!(verdict(4, &[]), (4, "covered"));
        assert_eq!(verdict(9, &[segment(10, &[], None)]), (9, "whole"));
    }

    #[test]
    fn a_log_that_begins_too_late_is_no_use() {
        assert_eq!(verdict(3, &[segment(6, &[(6, 9)], None)]), (3, "broken"));
        assert_eq!(verdict(3, &[segment(6, &[], None)]), (3, "broken"));
    }

    #[test]
    fn an_unreadable_tail_is_cut_unless_the_state_has_it() {
        let log = [segment(1, &[(1, 5)], Some(300))];
        assert_eq!(verdict(0, &log), (5, "cut"));
        assert_eq!(verdict(5, &log), (5, "cut"));
        assert_eq!(verdict(6, &log), (6, "covered"));
    }

    #[test]
    fn readable_commits_behind_the_damage_are_used_only_by_who_has_what_is_between() {
        let log = [segment(1, &[(1, 5), (7, 9)], Some(300))];
        assert_eq!(verdict(0, &log), (5, "cut"));
        assert_eq!(verdict(6, &log), (9, "covered"));
        assert_eq!(verdict(8, &log), (9, "covered"));
    }

    #[test]
    fn what_no_torn_append_can_have_left_is_not_cut() {
        let mut long = segment(1, &[(1, 5), (7, 9)], Some(300));
        long.len = 300 + GROUP_BYTES as u64 + 1;
        assert_eq!(verdict(0, &[long.clone()]), (5, "broken"));
        assert_eq!(verdict(6, &[long.clone()]), (9, "covered"));
        long.runs.pop();
        assert_eq!(verdict(0, &[long]), (5, "cut"));
        assert_eq!(verdict(0, &[segment(1, &[], Some(0))]), (0, "broken"));
    }

    #[test]
    fn damage_in_the_middle_needs_a_state_that_covers_it() {
        let log = [
            segment(1, &[(1, 3), (5, 5)], Some(200)),
            segment(6, &[(6, 9)], None),
        ];
        assert_eq!(verdict(0, &log), (3, "broken"));
        assert_eq!(verdict(4, &log), (9, "covered"));
        let missing = [segment(1, &[(1, 3)], None), segment(6, &[(6, 9)], None)];
        assert_eq!(verdict(0, &missing), (3, "broken"));
        assert_eq!(verdict(5, &missing), (9, "covered"));
        let end_lost = [segment(1, &[(1, 3)], Some(200)), segment(6, &[], None)];
        assert_eq!(verdict(3, &end_lost), (3, "broken"));
        assert_eq!(verdict(5, &end_lost), (5, "covered"));
    }
}
