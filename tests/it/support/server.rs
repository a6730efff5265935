//! `magpie serve`, in earnest.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Client, magpie, run_in};

/// The longest that anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server whose log is read line by line.
pub struct Server {
    /// Where it is.
    pub url: String,
    child: Child,
    lines: Receiver<String>,
    log: String,
}

impl Server {
    /// Starts a server over `folder/data`.
    pub fn start(folder: &Path, settings: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut server = Self::spawn(folder, settings);
        let ready = server.wait_for("\"ready\"");
        let ready: Value = serde_json::from_str(&ready).unwrap();
        let address = ready["address"].as_str().unwrap();
        server.url = format!("http://{address}");
        server
    }

    fn spawn(folder: &Path, settings: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = magpie();
        command
            .args(["serve", "--port", "0", "--bind", "127.0.0.1", "--data-dir"])
            .arg(folder.join("data"))
            .env("MAGPIE_LOG_FORMAT", "json")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = settings(&mut command).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            url: String::new(),
            child,
            lines,
            log: String::new(),
        }
    }

    /// Waits for a line of the log that contains `text`, from where the last waiting ended.
    pub fn wait_for(&mut self, text: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("the log ended without `{text}`:\n{}", self.log);
            };
            self.log.push_str(&line);
            self.log.push('\n');
            if line.contains(text) {
                return line;
            }
        }
    }

    /// What has been read of the log.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// A caller with a key made on the command line, which reaches the server by its control socket.
    pub fn client(&self, folder: &Path) -> Client {
        let args = [
            "key",
            "create",
            "--env",
            "test",
            "--name",
            "t",
            "--json",
            "--data-dir",
            "data",
        ];
        let made = run_in(folder, &args, |command| command).json();
        Client::new(&self.url, made["key"].as_str())
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        let kill = kill
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string());
        assert!(kill.status().unwrap().success());
    }

    /// The process's id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end, and reads the log to its end.
    pub fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.log.push_str(&line);
            self.log.push('\n');
        }
        assert!(started.elapsed() < PATIENCE, "the server does not stop");
        self.child.wait().unwrap()
    }

    /// Stops it as an operator would.
    pub fn stop(mut self) {
        self.signal("TERM");
        let status = self.ended();
        assert!(status.success(), "{status}\n{}", self.log);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again and again until the answer is the wanted one: for what happens a moment later.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
