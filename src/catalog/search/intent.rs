//! What is to be done with a thing: what a question's verb says, and what an action does.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fuzzy;
use super::words::{Word, stem};
use crate::domain::{Action, Method};

/// Kinds of doing, as bits: an action, or a verb, may be several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Intent(u8);

impl Intent {
    pub(super) const NONE: Self = Self(0);
    pub(super) const CREATE: Self = Self(1);
    pub(super) const LIST: Self = Self(2);
    pub(super) const GET: Self = Self(4);
    pub(super) const UPDATE: Self = Self(8);
    pub(super) const DELETE: Self = Self(16);
    /// Does something else: sends, runs, merges.
    pub(super) const ACT: Self = Self(32);
    const READ: Self = Self(2 | 4);
    const WRITE: Self = Self(1 | 8 | 16 | 32);

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether it is one of those that a method says: to make, see, change or remove something.
    pub(super) fn is_plain(self) -> bool {
        let plain = [
            Self::CREATE,
            Self::CREATE.or(Self::UPDATE),
            Self::UPDATE,
            Self::DELETE,
            Self::LIST,
            Self::READ,
        ];
        plain.contains(&self)
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// How well an action that does `self` answers who asks for `wanted`; 1 if nothing is known.
    pub(super) fn fits(self, wanted: Self) -> f32 {
        if wanted.is_none() {
            // Who names a thing and no more wants to see it.
            return if self.meets(Self::READ) { 1.0 } else { 0.97 };
        }
        if self.meets(wanted) {
            return 1.0;
        }
        if self.meets(Self::READ) && wanted.meets(Self::READ) {
            return 0.9;
        }
        if self.meets(Self::WRITE) && wanted.meets(Self::WRITE) {
            return 0.7;
        }
        0.5
    }
}

/// Shorter ones are too near to other words.
const MISTYPED_VERB: usize = 5;

const MAKE: Intent = Intent::CREATE.or(Intent::ACT);
const TURN: Intent = Intent::UPDATE.or(Intent::ACT).or(Intent::CREATE);

/// Verbs, and what they ask for.
const VERBS: &[(Intent, &str)] = &[
    (
        Intent::CREATE,
        "create make insert new generate start begin",
    ),
    (Intent::CREATE.or(Intent::UPDATE), "add put set upsert"),
    (
        MAKE,
        "invite register subscribe watch attend send post publish write comment reply answer respond submit upload import book schedule charge pay bill \
         run launch trigger execute dispatch tweet email message text dial draft log record \
         clone copy duplicate fork transcribe translate merge refund react vote follow join capture \
         request open attach append connect share deploy play render convert",
    ),
    (
        Intent::UPDATE,
        "update edit change modify patch alter adjust rename replace amend",
    ),
    (
        TURN,
        "move mark assign close resolve complete finish archive pause resume enable disable activate \
         deactivate approve accept decline reject confirm acknowledge restore lock unlock pin reopen tag label \
         star mute silence snooze transfer tick give promote suspend verify reschedule turn switch",
    ),
    (
        TURN.or(Intent::DELETE),
        "cancel stop end void trash revoke abort terminate clear unassign unfollow unsubscribe leave kick ban",
    ),
    (
        Intent::DELETE,
        "delete remove destroy erase purge drop detach unlink unpin unstar",
    ),
    (Intent::LIST, "list browse enumerate"),
    (
        Intent::LIST.or(Intent::GET),
        "search find query lookup filter",
    ),
    (
        Intent::READ,
        "get read show fetch retrieve view see display check look describe inspect who what which when where",
    ),
    (
        Intent::READ.or(Intent::ACT),
        "download export ask count measure",
    ),
];

static STEMS: LazyLock<HashMap<String, Intent>> = LazyLock::new(|| {
    VERBS
        .iter()
        .flat_map(|(intent, verbs)| verbs.split_whitespace().map(|verb| (stem(verb), *intent)))
        .collect()
});

/// What a verb, given by its stem, asks for.
pub(super) fn of_verb(verb: &str) -> Intent {
    STEMS.get(verb).copied().unwrap_or_default()
}

/// What a mistyped verb asks for, if it is one of the plain ones.
pub(super) fn of_mistyped(verb: &str) -> Intent {
    if verb.len() < MISTYPED_VERB {
        return Intent::NONE;
    }
    STEMS
        .iter()
        .filter(|(known, intent)| intent.is_plain() && fuzzy::edits(verb, known, 1).is_some())
        .map(|(_, intent)| *intent)
        .fold(Intent::NONE, Intent::or)
}

/// What `action` does: what its title says, within what its method allows.
pub(super) fn of_action(action: &Action, title: &[Word]) -> Intent {
    let said = title
        .iter()
        .map(|word| (word.text.as_str(), of_verb(&stem(&word.text))))
        .take_while(|(text, intent)| !intent.is_none() || matches!(*text, "or" | "and"))
        .fold(Intent::NONE, |all, (_, intent)| all.or(intent));
    match action.method {
        Method::Get | Method::Head | Method::Options => {
            let is_item = action.path.as_str().trim_end_matches('/').ends_with('}');
            let read = said.without(Intent::WRITE);
            match (is_item, read == Intent::LIST) {
                (_, true) => Intent::LIST,
                (true, _) => Intent::GET,
                // One thing of which there is but one, or a list that is said to be got.
                (false, _) => Intent::READ,
            }
        }
        Method::Post if said.is_none() => MAKE,
        Method::Post => said,
        Method::Put | Method::Patch => said.or(Intent::UPDATE),
        Method::Delete => said
            .without(Intent::CREATE.or(Intent::READ))
            .or(Intent::DELETE),
    }
}
