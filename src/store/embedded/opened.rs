//! What a start found and did, and why one did not succeed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::Sequence;

/// What happened while the store was opened: one line each, for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The sequence of the last commit there is.
    pub sequence: Sequence,
    /// What was found and done, in order.
    pub steps: Vec<Step>,
}

/// One thing that happened while the store was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The folder was empty.
    Created,
    /// The last process stopped as it should.
    Clean,
    /// The last process did not stop as it should.
    Unclean,
    /// The machine went down under the last process, so what the index has is not relied on.
    MachineWentDown,
    /// So many commits were in the log and not in the index.
    Replayed(u64),
    /// The log ended in something unreadable.
    TailCut {
        /// How much of it.
        bytes: u64,
        /// Whole commits among it; they stood behind damaged bytes.
        readable: u64,
        /// Where it is kept.
        kept: PathBuf,
    },
    /// The log was damaged where the index needs no log. A snapshot was made of the index.
    LogRenewed {
        /// What was wrong with the log.
        what: String,
        /// Where the old one is kept, if there was one.
        kept: Option<PathBuf>,
    },
    /// sled opened only without its own snapshot files, which now have other names.
    IndexSnapshotSetAside,
    /// The index was of no use.
    IndexSetAside {
        /// Why.
        why: String,
        /// Where it is kept.
        kept: PathBuf,
    },
    /// A snapshot could not be read, and was passed over.
    SnapshotDamaged {
        /// Its file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The index was built anew.
    Rebuilt {
        /// From this snapshot, if from any.
        snapshot: Option<Sequence>,
        /// And so many commits from the log.
        commits: u64,
    },
}

impl Step {
    /// Whether an operator should look at it.
    pub fn is_worrying(&self) -> bool {
        match self {
            Self::TailCut { readable, .. } => *readable > 0,
            Self::LogRenewed { .. } | Self::SnapshotDamaged { .. } | Self::IndexSetAside { .. } => {
                true
            }
            _ => false,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created => f.write_str("made a new store"),
            Self::Clean => f.write_str("the last stop was clean"),
            Self::Unclean => f.write_str("the last stop was not clean"),
            Self::MachineWentDown => {
                f.write_str("the machine went down under the last process: the index is built anew")
            }
            Self::Replayed(commits) => write!(f, "replayed {commits} commits from the log"),
            Self::TailCut {
                bytes,
                readable: 0,
                kept,
            } => {
                let kept = kept.display();
                write!(
                    f,
                    "cut {bytes} unreadable bytes off the log, kept as {kept}"
                )
            }
            Self::TailCut {
                bytes,
                readable,
                kept,
            } => write!(
                f,
                "cut {bytes} bytes off the log from a damaged commit on, with {readable} whole \
                 commits behind it; kept as {}",
                kept.display()
            ),
            Self::LogRenewed { what, kept } => {
                write!(
                    f,
                    "the log needed mending ({what}), and the index has all of it: wrote a snapshot and began a new log"
                )?;
                show_kept(f, kept.as_deref())
            }
            Self::IndexSnapshotSetAside => {
                f.write_str("the index opened only without its own snapshot, which was renamed")
            }
            Self::IndexSetAside { why, kept } => {
                write!(
                    f,
                    "the index is of no use ({why}); kept it as {}",
                    kept.display()
                )
            }
            Self::SnapshotDamaged { file, what } => {
                write!(f, "the snapshot {} can't be used: {what}", file.display())
            }
            Self::Rebuilt {
                snapshot: Some(sequence),
                commits,
            } => write!(
                f,
                "built the index from the snapshot at commit {sequence} and {commits} commits from the log"
            ),
            Self::Rebuilt {
                snapshot: None,
                commits,
            } => write!(f, "built the index from {commits} commits in the log"),
        }
    }
}

fn show_kept(f: &mut fmt::Formatter<'_>, kept: Option<&Path>) -> fmt::Result {
    match kept {
        Some(kept) => write!(f, "; kept the old one as {}", kept.display()),
        None => Ok(()),
    }
}

/// Why a store did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it. Stop that one first.
    #[error("another process is using the data folder `{0}`")]
    InUse(PathBuf),
    /// A newer program made it. Run that one.
    #[error(
        "the data folder is of format {found}, and this program knows formats up to {supported}; \
         run the newer program that made it"
    )]
    Newer {
        /// The version of the folder.
        found: u32,
        /// The newest that this program knows.
        supported: u32,
    },
    /// Commits are lost that nothing in the folder still has. Nothing was changed.
    #[error(
        "`{file}` is damaged at byte {offset}: {what}; neither the index nor a snapshot has what \
         is lost there. Restore the folder from a backup. Or, to go on without any commit after \
         {last}: copy the folder, cut this file to {offset} bytes (`truncate -s`), and remove the \
         later files in `log` and the folder `index`"
    )]
    Damaged {
        /// The damaged file.
        file: PathBuf,
        /// Where it stops being readable.
        offset: u64,
        /// What is wrong there.
        what: String,
        /// The last commit before it.
        last: Sequence,
    },
    /// The folder could not be read or written.
    #[error("could not use `{path}`")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The index could not be made, though nothing is wrong with the rest.
    #[error("could not build the index: {0}")]
    Index(String),
}

impl OpenError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
