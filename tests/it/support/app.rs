//! The real program, on a free port, with a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;

/// The longest that a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, ready to be given arguments. It inherits none of this process's settings.
pub fn magpie() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_magpie"));
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MAGPIE_"))
    {
        command.env_remove(name);
    }
    command
}

/// A running development server. Dropping it stops it.
pub struct TestApp {
    /// Where it is.
    pub url: String,
    /// A key of the test environment that may do everything.
    pub test_key: String,
    /// A key of the live environment that may do everything.
    pub live_key: String,
    /// The folder with its data, its ready file and its log.
    pub folder: TempDir,
    child: Child,
}

impl TestApp {
    /// Starts a server in which loopback may be reached, so that tests can be upstreams.
    pub fn start() -> Self {
        Self::start_with(|command| command.env("MAGPIE_EGRESS__ALLOW", "127.0.0.0/8"))
    }

    /// Starts a server with other settings. Its log, on level info, is in [`TestApp::log`].
    pub fn start_with(settings: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), settings)
    }

    /// Starts a server over what is in `folder` already.
    pub fn start_in(folder: TempDir, settings: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let ready_file = folder.path().join("ready.json");
        let _ = std::fs::remove_file(&ready_file);
        let mut command = magpie();
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.path().join("log.txt"))
            .unwrap();
        command
            .args(["dev", "--port", "0", "--ready-file"])
            .arg(&ready_file)
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .env("MAGPIE_LOG", "info")
            .env("MAGPIE_LOG_FORMAT", "json")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        settings(&mut command);
        let mut child = command.spawn().unwrap();
        // The first line is printed after the ready file is written: waiting for it is waiting for the file.
        let mut first_line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first_line).unwrap();
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        let Ok(text) = std::fs::read_to_string(&ready_file) else {
            let _ = child.wait();
            panic!(
                "the server did not start:\n{}",
                read(&folder.path().join("log.txt"))
            );
        };
        let ready: Value = serde_json::from_str(&text).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            url: text(&ready["url"]),
            test_key: text(&ready["keys"]["test"]),
            live_key: text(&ready["keys"]["live"]),
            folder,
            child,
        }
    }

    /// A client with the test key.
    pub fn client(&self) -> Client {
        self.client_with(&self.test_key)
    }

    /// A client with this key.
    pub fn client_with(&self, key: &str) -> Client {
        Client::new(&self.url, Some(key))
    }

    /// A client without a key.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// Makes a connection, and gives its key.
    pub async fn connection(&self, platform: &str, form: Value) -> String {
        let body = json!({ "platform": platform, "authFormData": form });
        let answer = self.client().post("/v1/vault/connections", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["key"].as_str().unwrap().to_owned()
    }

    /// The folder that holds the data.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the server has logged so far. Lines are written a moment after what they tell of.
    pub fn log(&self) -> String {
        read(&self.folder.path().join("log.txt"))
    }

    /// The process's id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.pid().to_string())
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Stops the server as an operator would, and gives its folder back for another start.
    pub fn stop(mut self) -> TempDir {
        self.signal("TERM");
        let status = wait(&mut self.child);
        assert!(status.success(), "{status}\n{}", self.log());
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    /// Ends the server without letting it finish anything, and gives its folder back.
    pub fn kill(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait(child: &mut Child) -> std::process::ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(started.elapsed() < PATIENCE, "the server does not stop");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
