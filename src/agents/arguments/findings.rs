//! What is found about arguments, and what follows from it.

use super::super::error::AgentError;
use crate::domain::Validation;

/// So many things are told at once.
const MOST: usize = 20;

/// What is found about the arguments of one call.
#[derive(Debug, Default)]
pub struct Findings {
    /// What leaves no request to send.
    impossible: Vec<String>,
    /// What does not fit what is known of the action.
    problems: Vec<String>,
    /// What is odd, and may be right all the same: what is known is not all there is.
    hints: Vec<String>,
}

impl Findings {
    /// There is no request to be made of this.
    pub fn impossible(&mut self, what: String) {
        if self.impossible.len() < MOST {
            self.impossible.push(what);
        }
    }

    /// It does not fit what is known.
    pub fn problem(&mut self, what: String) {
        if self.problems.len() < MOST {
            self.problems.push(what);
        }
    }

    /// It is odd. Not said, and not even thought about, once there are enough hints.
    pub fn hint(&mut self, what: impl FnOnce() -> String) {
        if !self.has_enough_hints() {
            self.hints.push(what());
        }
    }

    /// Whether no further hint will be told.
    pub fn has_enough_hints(&self) -> bool {
        self.hints.len() >= MOST
    }

    /// What to say with the answer.
    ///
    /// # Errors
    /// Everything that is wrong, if nothing may be sent.
    pub fn settle(self, validation: Validation) -> Result<Vec<String>, AgentError> {
        let counts = match validation {
            Validation::Strict => self.problems.len(),
            Validation::Warn | Validation::Off => 0,
        };
        if !self.impossible.is_empty() || counts > 0 {
            let mut all = self.impossible;
            if validation != Validation::Off {
                all.extend(self.problems);
                all.extend(self.hints);
            }
            return Err(AgentError::Invalid(all));
        }
        match validation {
            Validation::Strict => Ok(self.hints),
            Validation::Warn => Ok([self.problems, self.hints].concat()),
            Validation::Off => Ok(Vec::new()),
        }
    }
}

/// Of `known`, the name that was probably meant by `given`.
pub fn meant<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let bare = |name: &str| -> String {
        name.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    let wanted = bare(given);
    let distance = |name: &str| edits(&wanted, &bare(name));
    let far = (wanted.len() / 3).clamp(1, 3);
    known
        .map(|name| (distance(name), name))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be changed, added or taken away (Levenshtein).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (done, a) in one.chars().take(64).enumerate() {
        let mut left = done + 1;
        let mut next = vec![left];
        for (pair, b) in row.windows(2).zip(&other) {
            let [diagonal, above] = *pair else { continue };
            left = (diagonal + usize::from(a != *b))
                .min(above + 1)
                .min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slip_of_the_pen_finds_the_name() {
        let known = ["userId", "messageId", "maxResults", "q"];
        for (given, found) in [
            ("userID", Some("userId")),
            ("user_id", Some("userId")),
            ("messagesId", Some("messageId")),
            ("max_result", Some("maxResults")),
            ("banana", None),
            ("z", Some("q")),
        ] {
            assert_eq!(meant(given, known.into_iter()), found, "{given}");
        }
    }

    #[test]
    fn strict_refuses_what_does_not_fit_and_hints_never_refuse() {
        let found = || {
            let mut found = Findings::default();
            found.problem("a".to_owned());
            found.hint(|| "b".to_owned());
            found
        };
        assert!(found().settle(Validation::Strict).is_err());
        assert_eq!(found().settle(Validation::Warn).unwrap(), ["a", "b"]);
        assert!(found().settle(Validation::Off).unwrap().is_empty());
        let mut odd = Findings::default();
        odd.hint(|| "b".to_owned());
        assert_eq!(odd.settle(Validation::Strict).unwrap(), ["b"]);
        let mut impossible = Findings::default();
        impossible.impossible("c".to_owned());
        assert!(impossible.settle(Validation::Off).is_err());
    }

    proptest! {
        #[test]
        fn edits_are_a_distance(a in "[ab]{0,6}", b in "[ab]{0,6}") {
            prop_assert_eq!(edits(&a, &b), edits(&b, &a));
            prop_assert_eq!(edits(&a, &b) == 0, a == b);
            prop_assert!(edits(&a, &b) <= a.len().max(b.len()));
        }
    }
}
