//! Commands that run to their end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

use super::magpie;

/// The longest that a command may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a command left.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// Runs `magpie` with `args` in a folder where there are no settings.
pub fn run(args: &[&str]) -> Ran {
    run_in(tempfile::tempdir().unwrap().path(), args, |command| command)
}

/// Runs `magpie` with `args` in `folder`, with other settings.
pub fn run_in(
    folder: &Path,
    args: &[&str],
    settings: impl FnOnce(&mut Command) -> &mut Command,
) -> Ran {
    let mut command = magpie();
    command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = settings(&mut command).spawn().unwrap();
    let pid = child.id().to_string();
    let (ended, end) = channel::<()>();
    // A server that starts where it should have refused would run for ever.
    let watch = std::thread::spawn(move || {
        if end.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-9", &pid]).status();
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(ended);
    watch.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Ran {
    /// Asserts that it worked, and gives what it printed as JSON.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that it ended with `code`, and complained with all of `words`. A complaint is no
    /// panic.
    pub fn assert_fails(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in {self:?}");
        }
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        self
    }
}
