//! The master key: where it is, what it must look like, and which ones are refused.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::settings::DEFAULTS;
use crate::domain::Secret;

/// The length of a master key, in bytes.
pub const MASTER_KEY_BYTES: usize = 32;

/// A random key repeats so many bytes that fewer different ones than this never come up.
const FEWEST_DIFFERENT_BYTES: usize = 13;

const FORGIVING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);

/// Where the master key comes from.
#[derive(Clone, Debug)]
pub enum MasterKey {
    /// The key itself, from the environment or a file of settings.
    Value(Secret<[u8; MASTER_KEY_BYTES]>),
    /// A file that the operator named: it must be there.
    File(PathBuf),
    /// `{data_dir}/master.key`: made at the first start.
    DefaultFile(PathBuf),
    /// A command that prints it, for `sh -c`.
    Command(String),
}

/// Why there is no master key. Never says what was read.
#[derive(Debug, thiserror::Error)]
pub enum NoMasterKey {
    /// The file can't be read.
    #[error("the master key file `{0}` can't be read")]
    Unreadable(PathBuf, #[source] io::Error),
    /// The command could not be started.
    #[error("the master key command can't be run")]
    NotRun(#[source] io::Error),
    /// The command ended in failure; its own words went to stderr.
    #[error("the master key command failed: {0}")]
    CommandFailed(std::process::ExitStatus),
    /// What was read is no key.
    #[error("the master key from {0} {1}")]
    Refused(String, Refusal),
}

/// Why a text is refused as a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither of the two forms.
    #[error(
        "must be 32 bytes, as base64 or as 64 hex digits; `openssl rand -base64 32` makes such a key"
    )]
    NotAKey,
    /// Made up by a person, or copied from a page.
    #[error(
        "is an example or a key that can be guessed; `openssl rand -base64 32` makes a real one"
    )]
    Guessable,
}

impl MasterKey {
    /// Reads the key from where it is. `None`: it is to be in [`MasterKey::DefaultFile`] and isn't
    /// there yet, so this may be the first start.
    ///
    /// A command is waited for, however long it takes.
    pub fn read(&self) -> Result<Option<Secret<[u8; MASTER_KEY_BYTES]>>, NoMasterKey> {
        let (text, origin) = match self {
            Self::Value(key) => return Ok(Some(key.clone())),
            Self::DefaultFile(path) if !path.exists() => return Ok(None),
            Self::File(path) | Self::DefaultFile(path) => {
                let unreadable = |error| NoMasterKey::Unreadable(path.clone(), error);
                let text = std::fs::read_to_string(path).map_err(unreadable)?;
                (Zeroizing::new(text), format!("`{}`", path.display()))
            }
            Self::Command(command) => (printed_by(command)?, "its command".to_owned()),
        };
        let key = parse(&text).map_err(|refusal| NoMasterKey::Refused(origin, refusal))?;
        Ok(Some(key))
    }
}

/// Writes a new key to `path`, readable by its owner only, and waits until it is on disk.
///
/// Fails where the file exists: a key that is overwritten takes all data with it.
pub fn write_new(path: &Path, key: &Secret<[u8; MASTER_KEY_BYTES]>) -> io::Result<()> {
    let text = Zeroizing::new(STANDARD.encode(key.expose()) + "\n");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // The entry in the directory has to survive a power cut as well.
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    std::fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// The key that `text` spells, if nobody could guess it.
pub(super) fn parse(text: &str) -> Result<Secret<[u8; MASTER_KEY_BYTES]>, Refusal> {
    let text = text.trim();
    let bytes = Zeroizing::new(decoded(text).ok_or(Refusal::NotAKey)?);
    let key = Zeroizing::new(
        <[u8; MASTER_KEY_BYTES]>::try_from(bytes.as_slice()).map_err(|_| Refusal::NotAKey)?,
    );
    if DEFAULTS.contains(text) || is_guessable(&key) {
        return Err(Refusal::Guessable);
    }
    Ok(Secret::new(*key))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    if text.len() == 2 * MASTER_KEY_BYTES {
        return from_hex(text);
    }
    STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |character: char| {
        character
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let digits: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.chars().map(digit).collect::<Option<_>>()?);
    let pairs = digits.chunks_exact(2);
    let byte = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
    Some(pairs.map(byte).collect())
}

/// Whether a person rather than chance made this key: text, a repeated pattern, or a count.
///
/// Chance makes one of these once in 2^40 keys at the most.
fn is_guessable(key: &[u8; MASTER_KEY_BYTES]) -> bool {
    let mut different = key.to_vec();
    different.sort_unstable();
    different.dedup();
    let step = |pair: &[u8]| pair.iter().rev().copied().reduce(u8::wrapping_sub);
    let mut steps = key.windows(2).map(step);
    let first = steps.next();
    let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    key.iter().all(printable)
        || different.len() < FEWEST_DIFFERENT_BYTES
        || steps.all(|step| Some(step) == first)
}

/// What `command` prints. Its stderr is ours, so that the operator reads what went wrong.
fn printed_by(command: &str) -> Result<Zeroizing<String>, NoMasterKey> {
    let mut shell = Command::new("sh");
    let shell = shell
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = shell.output().map_err(NoMasterKey::NotRun)?;
    if !output.status.success() {
        return Err(NoMasterKey::CommandFailed(output.status));
    }
    let stdout = Zeroizing::new(output.stdout);
    Ok(Zeroizing::new(
        String::from_utf8_lossy(&stdout).into_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [
        171, 205, 239, 18, 52, 86, 120, 154, 188, 222, 254, 220, 186, 152, 101, 121, 3, 21, 156,
        116, 210, 97, 179, 143, 92, 76, 233, 22, 10, 114, 67, 155,
    ];

    fn refused(bytes: &[u8]) -> Option<Refusal> {
        parse(&STANDARD.encode(bytes)).err()
    }

    #[test]
    fn base64_of_both_kinds_and_hex_spell_the_same_key() {
        let hex: String = KEY.iter().map(|byte| format!("{byte:02X}")).collect();
        let base64 = STANDARD.encode(KEY);
        let url_safe = URL_SAFE.encode(KEY);
        for text in [
            &hex,
            &hex.to_lowercase(),
            &base64,
            &url_safe,
            &format!(" {base64}\n"),
        ] {
            assert_eq!(parse(text).unwrap().expose(), &KEY, "{text}");
        }
        assert_eq!(parse(base64.trim_end_matches('=')).unwrap().expose(), &KEY);
    }

    #[test]
    fn other_lengths_and_other_letters_are_no_key() {
        let long = [KEY, KEY].concat();
        for bytes in [&[] as &[u8], &KEY[..31], &long[..33], &long] {
            assert_eq!(refused(bytes), Some(Refusal::NotAKey), "{}", bytes.len());
        }
        for text in [
            "change me",
            "hunter2",
            &"x".repeat(64),
            &"é".repeat(32),
            "0123",
        ] {
            assert_eq!(parse(text).err(), Some(Refusal::NotAKey), "{text}");
        }
    }

    #[test]
    fn a_key_that_can_be_guessed_is_refused() {
        let count: Vec<u8> = (0..32).collect();
        let backwards: Vec<u8> = (0..32).rev().map(|n| 7 * n).collect();
        for bytes in [
            &[0_u8; 32] as &[u8],
            &[0xff; 32],
            &count,
            &backwards,
            b"change me, this is not a secret!",
            &[1, 35, 69, 103, 137, 171, 205, 239].repeat(4),
        ] {
            assert_eq!(refused(bytes), Some(Refusal::Guessable), "{bytes:?}");
        }
    }

    #[test]
    fn the_example_in_the_published_file_is_refused() {
        let words = DEFAULTS.split_whitespace();
        let examples: Vec<&str> = words
            .filter(|word| decoded(word).is_some_and(|key| key.len() == 32))
            .collect();
        assert_eq!(examples.len(), 1);
        assert_eq!(parse(examples[0]).err(), Some(Refusal::Guessable));
    }

    #[test]
    fn a_key_that_was_written_reads_back_and_is_never_overwritten() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let source = MasterKey::DefaultFile(path.clone());
        assert!(source.read().unwrap().is_none());
        write_new(&path, &Secret::new(KEY)).unwrap();
        assert_eq!(source.read().unwrap().unwrap().expose(), &KEY);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write_new(&path, &Secret::new([1; 32])).is_err());
        assert!(
            MasterKey::File(directory.path().join("other"))
                .read()
                .is_err()
        );
    }

    #[test]
    fn a_command_prints_the_key_or_fails() {
        let run = |command: &str| MasterKey::Command(command.to_owned()).read();
        let key = run(&format!("echo {}", STANDARD.encode(KEY)))
            .unwrap()
            .unwrap();
        assert_eq!(key.expose(), &KEY);
        assert!(matches!(run("exit 3"), Err(NoMasterKey::CommandFailed(_))));
        assert!(matches!(run("echo hunter2"), Err(NoMasterKey::Refused(..))));
    }

    proptest! {
        #[test]
        fn a_random_key_is_accepted(key: [u8; 32]) {
            prop_assume!(!is_guessable(&key));
            prop_assert_eq!(*parse(&STANDARD.encode(key)).unwrap().expose(), key);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
            let _ = parse(&text);
        }
    }
}
