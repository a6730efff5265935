//! What an application says about a connection, checked.

use serde_json::{Map, Value};

use super::error::VaultError;

const MAX_NAME_BYTES: usize = 200;
const MAX_TAGS: usize = 50;
const MAX_TAG_BYTES: usize = 100;
const MAX_METADATA_BYTES: usize = 16 * 1024;

/// A name: one line, not empty.
pub fn checked_name(name: String) -> Result<String, VaultError> {
    let name = name.trim();
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
        let what = format!("name: must have 1 to {MAX_NAME_BYTES} bytes, on one line");
        return Err(VaultError::Invalid(what));
    }
    Ok(name.to_owned())
}

/// Tags: sorted, each once, none that a filter could not name.
pub fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, VaultError> {
    let good = |tag: &String| {
        !tag.is_empty()
            && tag.len() <= MAX_TAG_BYTES
            && !tag.contains(',')
            && !tag.chars().any(char::is_control)
    };
    let mut tags: Vec<String> = tags.into_iter().map(|tag| tag.trim().to_owned()).collect();
    tags.sort();
    tags.dedup();
    if tags.len() > MAX_TAGS || !tags.iter().all(good) {
        return Err(VaultError::Invalid(format!(
            "tags: at most {MAX_TAGS}, each of 1 to {MAX_TAG_BYTES} bytes without commas or line breaks"
        )));
    }
    Ok(tags)
}

/// Metadata: not more than belongs with a connection.
pub(super) fn checked_metadata(
    metadata: Map<String, Value>,
) -> Result<Map<String, Value>, VaultError> {
    let size = serde_json::to_vec(&metadata).map_or(usize::MAX, |text| text.len());
    if size > MAX_METADATA_BYTES {
        return Err(VaultError::Invalid(format!(
            "metadata: must not exceed {MAX_METADATA_BYTES} bytes as JSON"
        )));
    }
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[&str]) -> Result<Vec<String>, VaultError> {
        checked_tags(tags.iter().map(|tag| (*tag).to_owned()).collect())
    }

    #[test]
    fn tags_are_sorted_and_each_stands_once() {
        assert_eq!(tags(&["b", " a ", "b"]).unwrap(), ["a", "b"]);
        for bad in ["", "a,b", "a\nb", &"x".repeat(101)] {
            assert!(tags(&[bad]).is_err(), "{bad:?}");
        }
        let many: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        assert!(checked_tags(many).is_err());
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(checked_name("  My Gmail ".to_owned()).unwrap(), "My Gmail");
        for bad in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(checked_name(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn metadata_has_a_limit() {
        let mut metadata = Map::new();
        metadata.insert("a".to_owned(), "x".repeat(MAX_METADATA_BYTES).into());
        assert!(checked_metadata(metadata).is_err());
    }
}
