//! Which of a document's words are told further.
//!
//! Names, values and defaults are shown to people and to language models, between backticks and one
//! a line. What would break out of that is left out: no provider calls a parameter so.

/// A longer name is not told, in bytes.
const MAX_NAME: usize = 200;

/// Whether `text` is short enough to be looked at more closely.
pub fn is_short(text: &str) -> bool {
    text.len() <= MAX_NAME
}

/// Whether `text` stays what it is wherever it is shown.
pub fn is_plain(text: &str) -> bool {
    let breaks = |c: char| c.is_control() || matches!(c, '`' | '\u{2028}' | '\u{2029}');
    !text.contains(breaks)
}

/// Whether a name is told.
pub fn is_told(name: &str) -> bool {
    is_short(name) && is_plain(name)
}
