//! A platform that a question names: `post a message in slack`.

use std::collections::HashMap;
use std::ops::Range;

use super::words::Word;
use crate::domain::Platform;

/// Words behind which a platform is named, though its name be a common word: `in close`.
const CUES: [&str; 8] = ["at", "from", "in", "on", "through", "using", "via", "with"];
/// The most words that a platform's name is written with.
const LONGEST: usize = 6;

/// The platforms of an index by their names, written as one word.
#[derive(Debug, Default)]
pub(super) struct Platforms {
    numbers: HashMap<String, u16>,
}

/// A platform that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Which one.
    pub platform: u16,
    /// Which words of the question name it.
    pub words: Range<usize>,
}

impl Platforms {
    /// The platform's number, given to it if it has none yet.
    pub(super) fn number(&mut self, platform: &Platform) -> u16 {
        let name = platform.as_str().replace('-', "");
        let next = u16::try_from(self.numbers.len()).unwrap_or(u16::MAX);
        *self.numbers.entry(name).or_insert(next)
    }

    /// The platform that a question names: of several, the one with the longest name. Where the
    /// name could be any word, which `is_common` knows, only behind a cue.
    pub(super) fn find(
        &self,
        words: &[Word],
        is_common: impl Fn(u16, &str) -> bool,
    ) -> Option<Named> {
        let spans = (0..words.len()).flat_map(|start| {
            (start + 1..=words.len().min(start + LONGEST)).map(move |end| start..end)
        });
        spans
            .filter_map(|span| self.named(words, span, &is_common))
            .max_by_key(|named| named.words.len())
    }

    fn named(
        &self,
        words: &[Word],
        span: Range<usize>,
        is_common: impl Fn(u16, &str) -> bool,
    ) -> Option<Named> {
        let own = words.get(span.clone())?;
        let name: String = own.iter().map(|word| word.text.as_str()).collect();
        let platform = *self.numbers.get(&name)?;
        let before = span.start.checked_sub(1).and_then(|at| words.get(at));
        let has_cue = before.is_some_and(|word| CUES.contains(&word.text.as_str()));
        let is_sure = has_cue || !is_common(platform, &name);
        is_sure.then_some(Named {
            platform,
            words: span,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::split;
    use super::*;

    #[test]
    fn a_platform_is_known_by_its_name() {
        let mut platforms = Platforms::default();
        for name in [
            "github",
            "microsoft-to-do",
            "one-drive",
            "close",
            "google-calendar",
        ] {
            platforms.number(&name.parse().unwrap());
        }
        for (question, words) in [
            ("list issues in GitHub", Some(3..5)),
            ("github issues", Some(0..1)),
            ("add a task to Microsoft To Do", Some(4..7)),
            ("upload to OneDrive", Some(2..4)),
            ("what is on my google calendar", Some(4..6)),
            ("close an issue", None),
            ("leads in close", Some(2..3)),
            ("send an email", None),
        ] {
            let found = platforms.find(&split(question), |_, name| name == "close");
            assert_eq!(found.map(|named| named.words), words, "{question}");
        }
    }
}
