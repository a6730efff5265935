//! The line in the log that each request has.
//!
//! **Why past `tracing`:** there is one such line for every request, and as an event it cost a
//! sixth of what a whole passthrough costs. As JSON it is written here, with the very fields that
//! the event has; for people it still is an event.

use std::io::Write as _;

use serde::Serialize;

use super::queue::Lines;
use crate::domain::Timestamp;

/// What the line says. A field that does not apply is left out.
#[derive(Debug, Serialize)]
pub struct RequestLine<'a> {
    /// When it was answered.
    pub timestamp: Timestamp,
    /// The id by which all lines of the request are found.
    pub request_id: &'a str,
    /// Its method.
    pub method: &'a str,
    /// The template of its path.
    pub route: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// How long it took until the answer's head was there.
    pub duration_ms: f64,
    /// The environment of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<&'a str>,
    /// The id of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<uuid::Uuid>,
    /// The id of the person who is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<uuid::Uuid>,
    /// The platform of a passthrough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<&'a str>,
    /// The key of its connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<&'a str>,
    /// The id of its action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<&'a str>,
    /// What went wrong, with its causes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
}

#[derive(Serialize)]
struct Event<'a> {
    level: &'static str,
    message: &'static str,
    target: &'static str,
    #[serde(flatten)]
    line: &'a RequestLine<'a>,
}

/// Where the lines of requests go.
#[derive(Clone, Debug)]
pub struct RequestLines {
    json: Option<Lines>,
}

impl RequestLines {
    /// Into `json` as JSON, or else into events.
    pub(super) fn new(json: Option<Lines>) -> Self {
        Self { json }
    }

    /// Writes the line of a request, if the filter lets `magpie::request` through.
    pub fn write(&self, line: &RequestLine<'_>) {
        if line.error.is_some() && line.status >= 500 {
            return say_error(line);
        }
        if !tracing::enabled!(target: "magpie::request", tracing::Level::INFO) {
            return;
        }
        let Some(lines) = &self.json else {
            return say(line);
        };
        let event = Event {
            level: "INFO",
            message: "answered",
            target: "magpie::request",
            line,
        };
        if let Ok(mut text) = serde_json::to_vec(&event) {
            text.push(b'\n');
            // The queue takes it or counts it as dropped; it never fails.
            let _ = (&mut &*lines).write_all(&text);
        }
    }
}

fn say(line: &RequestLine<'_>) {
    let RequestLine {
        request_id,
        method,
        route,
        status,
        duration_ms,
        environment,
        ..
    } = line;
    let RequestLine {
        platform,
        connection,
        action,
        error,
        ..
    } = line;
    let api_key = line.api_key.map(tracing::field::display);
    let member = line.member.map(tracing::field::display);
    tracing::info!(
        target: "magpie::request",
        request_id, method, route, status, duration_ms, environment, api_key, member, platform, connection, action, error,
        "answered"
    );
}

fn say_error(line: &RequestLine<'_>) {
    let RequestLine {
        request_id,
        method,
        route,
        status,
        duration_ms,
        environment,
        ..
    } = line;
    let RequestLine {
        platform,
        connection,
        action,
        error,
        ..
    } = line;
    let api_key = line.api_key.map(tracing::field::display);
    let member = line.member.map(tracing::field::display);
    tracing::error!(
        target: "magpie::request",
        request_id, method, route, status, duration_ms, environment, api_key, member, platform, connection, action, error,
        "answered"
    );
}
