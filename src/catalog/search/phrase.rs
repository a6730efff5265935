//! A title or a question: its words in order, and which of them it is about.

use super::intent;
use super::synonyms;
use super::words::{self, Word};

/// Words behind which comes what the thing belongs to, not the thing.
const BEHIND: [&str; 16] = [
    "about", "as", "at", "by", "for", "from", "in", "inside", "into", "of", "on", "onto", "to",
    "under", "with", "within",
];

/// A word that says something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Term {
    pub stem: String,
    /// As it was written, in lower case.
    pub text: String,
    /// Whether it belongs to the thing itself: not `issue` in `the comments of an issue`.
    pub is_main: bool,
    /// Whether it is the verb that the phrase begins with.
    pub is_verb: bool,
    /// The stems of the words that it is made of: `pull` and `request`.
    pub parts: Vec<String>,
}

/// The words of a phrase that say something; several that are one thing as one.
pub(super) fn terms(words: &[Word]) -> Vec<Term> {
    let stems: Vec<String> = words.iter().map(|word| words::stem(&word.text)).collect();
    let mut terms: Vec<Term> = Vec::new();
    let mut is_behind = false;
    let mut rest = words.iter().zip(&stems).enumerate();
    while let Some((at, (word, stem))) = rest.next() {
        let is_thing_seen = terms.iter().any(|term| !term.is_verb);
        let together = synonyms::phrase(stems.get(at..).unwrap_or_default());
        if together.is_none() && words::is_empty(&word.text) {
            is_behind |= is_thing_seen && BEHIND.binary_search(&word.text.as_str()).is_ok();
            continue;
        }
        let (count, stem) = together.unwrap_or((1, stem));
        let own = words.iter().zip(&stems).skip(at).take(count);
        let texts: Vec<&str> = own.clone().map(|(word, _)| word.text.as_str()).collect();
        let parts = own
            .filter(|(word, _)| together.is_some() && !words::is_empty(&word.text))
            .map(|(_, stem)| stem.clone());
        terms.push(Term {
            stem: stem.to_owned(),
            text: texts.join(" "),
            is_main: !is_behind && !word.owns,
            is_verb: terms.is_empty() && !intent::of_verb(stem).is_none(),
            parts: parts.collect(),
        });
        rest.by_ref().take(count - 1).for_each(drop);
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Term> {
        terms(&words::split(text))
    }

    #[test]
    fn what_a_thing_belongs_to_is_told_from_the_thing() {
        for (text, main) in [
            ("List the comments of an issue", "list comment"),
            ("List an issue's comments", "list comment"),
            ("Comment on an issue", "comment issu"),
            ("Send a message to a channel", "send messag"),
        ] {
            let found: Vec<String> = of(text)
                .into_iter()
                .filter(|term| term.is_main)
                .map(|term| term.stem)
                .collect();
            assert_eq!(found.join(" "), main, "{text}");
        }
    }

    #[test]
    fn the_verb_is_the_first_word_alone() {
        let verbs = |text: &str| of(text).into_iter().filter(|term| term.is_verb).count();
        assert_eq!(verbs("how do I send a post"), 1);
        assert_eq!(verbs("customers list"), 0);
    }

    #[test]
    fn several_words_may_be_one() {
        let found = of("merge a pull request");
        assert!(
            found
                .iter()
                .any(|term| term.stem == "pullrequest" && term.parts == ["pull", "request"])
        );
        assert_eq!(of("who am I").len(), 1);
    }
}
