//! How action files become one block of bytes. The build script includes this file, so it names
//! nothing of the crate.

use std::borrow::Cow;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

/// So many actions are pressed together: few enough that one of them is quick to come by, many
/// enough that they press well.
pub const CHUNK: usize = 64;

/// What a pack holds of one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The platform.
    pub platform: String,
    /// How many actions.
    pub actions: usize,
    /// How long each chunk is, in bytes.
    pub chunks: Vec<usize>,
}

/// What is asked of an action most often.
#[derive(Deserialize)]
struct Place<'l> {
    #[serde(borrow)]
    method: Cow<'l, str>,
    #[serde(borrow)]
    path: Cow<'l, str>,
}

/// Packs action files: each a platform with its text, one JSON object a line.
///
/// The pack is the lengths of its first two parts (little-endian `u32`s); the entries as JSON; all
/// methods and paths as lines `GET /path`; the chunks. Each part is deflated (RFC 1951).
///
/// # Errors
/// The platform and the number of a line that is no action.
pub fn pack<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> Result<Vec<u8>, String> {
    let mut entries = Vec::new();
    let mut places = String::new();
    let mut chunks = Vec::new();
    for (platform, text) in files {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        for (number, line) in lines.iter().enumerate() {
            let place: Place<'_> = serde_json::from_str(line)
                .map_err(|error| format!("{platform}, action {}: {error}", number + 1))?;
            places.push_str(&place.method);
            places.push(' ');
            places.push_str(&place.path);
            places.push('\n');
        }
        let mut lengths = Vec::new();
        for chunk in lines.chunks(CHUNK) {
            let pressed = deflated(chunk.join("\n").as_bytes())?;
            lengths.push(pressed.len());
            chunks.extend(pressed);
        }
        entries.push(Entry {
            platform: platform.to_owned(),
            actions: lines.len(),
            chunks: lengths,
        });
    }
    let entries = serde_json::to_vec(&entries).map_err(|error| error.to_string())?;
    let (entries, places) = (deflated(&entries)?, deflated(places.as_bytes())?);
    let mut packed = Vec::new();
    for part in [&entries, &places] {
        let length = u32::try_from(part.len()).map_err(|error| error.to_string())?;
        packed.extend(length.to_le_bytes());
    }
    packed.extend(entries);
    packed.extend(places);
    packed.extend(chunks);
    Ok(packed)
}

fn deflated(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(7));
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| error.to_string())
}
