//! Log lines, on their way to stderr.
//!
//! **Why a bounded queue that drops:** a terminal, a pipe or a log collector that does not read
//! must not hold up requests, and must not fill memory. What was dropped is counted in
//! `magpie_log_lines_dropped_total`.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use super::queue::{Dropped, Lines, Writing, queue};
use super::requests::RequestLines;

/// How many bytes of lines may wait to be written: a second of a busy server's.
const WAITING_BYTES: usize = 8 << 20;

/// What libraries have to say unless the operator asks them: the MCP library tells of every message,
/// and on level debug what is in it.
const QUIET: &str = "rmcp=error";

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text for people; coloured on a terminal, unless `NO_COLOR` is set.
    Human,
    /// One JSON object a line, with the event's fields at its top level.
    Json,
}

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The filter is none.
    #[error("`{0}` is no log filter; write it as in `info,magpie::egress=debug`")]
    Filter(String, #[source] tracing_subscriber::filter::ParseError),
    /// The thread that writes could not be started.
    #[error("the thread that writes log lines could not be started")]
    Thread(#[from] io::Error),
    /// Somebody else logs in this process.
    #[error("logging was started already")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Writes what is still waiting when it is dropped; keep it until the end of `main`.
#[must_use = "log lines are written only while this lives"]
#[derive(Debug)]
pub struct Guard {
    writing: Writing,
    requests: RequestLines,
}

/// Counts the lines that found the queue full.
#[derive(Clone, Debug)]
pub struct DroppedLines(Option<Dropped>);

/// Starts logging to stderr for the whole process; once.
pub fn init(filter: &str, format: Format) -> Result<Guard, InitError> {
    let filter = EnvFilter::builder()
        .parse(format!("{QUIET},{filter}"))
        .map_err(|error| InitError::Filter(filter.to_owned(), error))?;
    let colour =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let (lines, writing) = queue(io::stderr(), WAITING_BYTES)?;
    let requests = RequestLines::new((format == Format::Json).then(|| lines.clone()));
    subscriber(filter, format, colour, lines).try_init()?;
    Ok(Guard { writing, requests })
}

impl Guard {
    /// Where the lines of requests go.
    pub fn request_lines(&self) -> RequestLines {
        self.requests.clone()
    }

    /// For [`super::Metrics`].
    pub fn dropped_lines(&self) -> DroppedLines {
        DroppedLines(Some(self.writing.dropped()))
    }
}

impl DroppedLines {
    /// For a process that does not log.
    pub fn none() -> Self {
        Self(None)
    }

    /// How many, since the start.
    pub fn count(&self) -> u64 {
        self.0.as_ref().map_or(0, Dropped::count)
    }
}

fn subscriber(
    filter: EnvFilter,
    format: Format,
    colour: bool,
    lines: Lines,
) -> Box<dyn Subscriber + Send + Sync> {
    let written = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines);
    match format {
        Format::Human => Box::new(written.with_ansi(colour).finish()),
        Format::Json => Box::new(
            written
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false)
                .finish(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::requests::RequestLine;
    use super::*;
    use crate::domain::Timestamp;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    /// Keeps what is written to it.
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: Format, say: impl FnOnce()) -> String {
        let sink = Sink::default();
        let (lines, writing) = queue(sink.clone(), 1 << 20).unwrap();
        let filter = EnvFilter::builder().parse(filter).unwrap();
        tracing::subscriber::with_default(subscriber(filter, format, false, lines), say);
        drop(writing);
        String::from_utf8(sink.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_json_line_has_its_fields_at_the_top() {
        let text = logged("info", Format::Json, || {
            tracing::info!(request_id = "r1", status = 200, "answered");
        });
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&line["request_id"], &line["status"]),
            (&"r1".into(), &200.into())
        );
        assert_eq!(
            (&line["message"], &line["level"]),
            (&"answered".into(), &"INFO".into())
        );
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn a_requests_line_is_json_like_any_other_and_obeys_the_filter() {
        let line = RequestLine {
            timestamp: Timestamp::from_micros(0),
            request_id: "r1",
            method: "GET",
            route: "/health",
            status: 200,
            duration_ms: 0.25,
            environment: None,
            api_key: None,
            member: None,
            platform: None,
            connection: Some("test::a::default::\"b"),
            action: None,
            error: None,
        };
        for (filter, lines) in [("info", 1), ("warn", 0), ("warn,magpie::request=info", 1)] {
            let sink = Sink::default();
            let (queued, writing) = queue(sink.clone(), 1 << 20).unwrap();
            let requests = RequestLines::new(Some(queued.clone()));
            let filter = EnvFilter::builder().parse(filter).unwrap();
            let subscriber = subscriber(filter, Format::Json, false, queued);
            tracing::subscriber::with_default(subscriber, || requests.write(&line));
            drop(writing);
            let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text.lines().count(), lines, "{text}");
            for written in text.lines() {
                let written: serde_json::Value = serde_json::from_str(written).unwrap();
                assert_eq!(written["timestamp"], "1970-01-01T00:00:00.000000Z");
                assert_eq!(
                    (&written["message"], &written["level"]),
                    (&"answered".into(), &"INFO".into())
                );
                assert_eq!(
                    (&written["request_id"], &written["status"]),
                    (&"r1".into(), &200.into())
                );
                assert_eq!(written["connection"], "test::a::default::\"b");
                assert!(written.get("api_key").is_none());
            }
        }
    }

    #[test]
    fn a_human_line_is_one_line_without_escapes() {
        let text = logged("info", Format::Human, || {
            tracing::warn!(platform = "gmail", "slow\u{1b}[31m");
        });
        assert!(
            text.contains("WARN") && text.contains("platform=\"gmail\""),
            "{text}"
        );
        assert!(
            !text.contains('\u{1b}') && text.lines().count() == 1,
            "{text}"
        );
    }

    #[test]
    fn the_filter_decides_by_module() {
        let text = logged("warn,magpie::egress=debug", Format::Human, || {
            tracing::info!("left out");
            tracing::debug!(target: "magpie::egress", "kept");
        });
        assert!(
            text.contains("kept") && !text.contains("left out"),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_filter_is_an_error() {
        assert!(matches!(
            init("magpie=loud", Format::Json),
            Err(InitError::Filter(..))
        ));
    }
}
