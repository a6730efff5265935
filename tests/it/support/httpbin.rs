//! httpbin, a real HTTP service written by others, on a port of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running httpbin. Dropping it stops it.
pub struct Httpbin {
    /// Where it is.
    pub url: String,
    child: Child,
}

impl Httpbin {
    /// Starts it, and waits until it listens.
    pub fn start() -> Self {
        let gunicorn = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/.venv/bin/gunicorn");
        let child = Command::new(gunicorn)
            .args(["--bind", "127.0.0.1:0", "--worker-class", "gthread"])
            .args(["--threads", "8", "httpbin:app"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.expect("httpbin is not installed; `tests/run setup` does it");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let url = loop {
            let line = lines.next().unwrap_or_else(|| panic!("httpbin: {said}"));
            let line = line.unwrap();
            if let Some((_, rest)) = line.split_once("Listening at: ") {
                break rest.split(' ').next().unwrap().to_owned();
            }
            said.push_str(&line);
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { url, child }
    }
}

impl Drop for Httpbin {
    fn drop(&mut self) {
        // The worker ends when it finds its parent gone; being asked, it ends at once.
        let _ = Command::new("kill")
            .arg("-INT")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}
