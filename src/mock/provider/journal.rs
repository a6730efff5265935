//! What was asked of the provider, for tests to look at. Secrets are seen only as fingerprints.

use std::collections::{BTreeMap, VecDeque};

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap};
use serde::Serialize;

use super::client::basic;
use super::names::Names;
use super::params::Params;
use crate::crypto::{hex, sha256};
use crate::domain::{OAuth, Timestamp};

/// So many requests are remembered.
const MOST: usize = 10_000;
/// So many characters of a value are shown.
const LONGEST_SHOWN: usize = 500;

/// Parameters whose values may be shown; those of any other are fingerprinted.
const SHOWN: [&str; 14] = [
    "account",
    "client_id",
    "code_challenge_method",
    "decision",
    "grant_type",
    "mock_account",
    "mock_auto",
    "mock_expires_in",
    "redirect_uri",
    "response_type",
    "scope",
    "token_endpoint_auth_method",
    "token_type_hint",
    "prompt",
];

/// One request.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// At which provider.
    #[serde(skip)]
    pub platform: String,
    /// When it had arrived.
    pub time: Timestamp,
    /// Where: `token`.
    pub endpoint: String,
    /// How.
    pub method: String,
    /// The grant type, as it was sent.
    pub grant: Option<String>,
    /// The client, as it was named.
    pub client: Option<String>,
    /// The parameters; of secrets the fingerprints.
    pub sent: BTreeMap<String, String>,
    /// The answer's status; nothing while there is none.
    pub status: Option<u16>,
    /// `ok`, an error code, or `pending`.
    pub outcome: String,
    /// The fault that was suffered.
    pub fault: Option<String>,
    /// Fingerprints of what was given: `access_token`, `refresh_token`, `code`.
    pub gave: BTreeMap<&'static str, String>,
}

/// What an answer says about itself, besides its status.
#[derive(Clone, Debug, Default)]
pub struct Remark {
    /// The error's code.
    pub error: Option<String>,
    /// The fault that made it.
    pub fault: Option<String>,
    /// Fingerprints of what it gives.
    pub gave: BTreeMap<&'static str, String>,
}

impl Remark {
    /// Puts a remark on an answer, in addition to those that are there.
    pub fn on(response: &mut HttpResponse, remark: impl FnOnce(&mut Self)) {
        let mut extensions = response.extensions_mut();
        let mut all = extensions.remove::<Self>().unwrap_or_default();
        remark(&mut all);
        extensions.insert(all);
    }
}

/// The latest requests, oldest first.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    /// How many are no longer there.
    forgotten: usize,
}

impl Journal {
    /// Notes a request that has arrived, and gives its number.
    pub fn begin(&mut self, entry: Entry) -> usize {
        self.entries.push_back(entry);
        if self.entries.len() > MOST {
            self.entries.pop_front();
            self.forgotten += 1;
        }
        self.forgotten + self.entries.len() - 1
    }

    /// Notes the answer to the request of this number.
    pub fn finish(&mut self, number: usize, response: &HttpResponse) {
        let at = number.checked_sub(self.forgotten);
        let Some(entry) = at.and_then(|at| self.entries.get_mut(at)) else {
            return;
        };
        let status = response.status();
        entry.status = Some(status.as_u16());
        let remark = response.extensions().get::<Remark>().cloned();
        let remark = remark.unwrap_or_default();
        entry.outcome = match (
            remark.error,
            status.is_client_error() || status.is_server_error(),
        ) {
            (Some(error), _) => error,
            (None, true) => "refused".to_owned(),
            (None, false) => "ok".to_owned(),
        };
        (entry.fault, entry.gave) = (remark.fault, remark.gave);
    }

    /// Those of one platform.
    pub fn of(&self, platform: &str) -> Vec<&Entry> {
        let entries = self.entries.iter();
        entries.filter(|entry| entry.platform == platform).collect()
    }

    /// Forgets those of one platform.
    pub fn forget(&mut self, platform: &str) {
        for entry in &mut self.entries {
            if entry.platform == platform {
                // Numbers count places, so that the place stays.
                entry.platform.clear();
            }
        }
    }
}

/// What stands for a secret: two are alike exactly if the secrets are.
pub fn fingerprint(secret: &[u8]) -> String {
    let digits: String = hex(&sha256(secret)).chars().take(12).collect();
    format!("sha256:{digits}")
}

/// The parameters as they may be shown, and the credential in the header.
pub fn shown(oauth: &OAuth, params: &Params, headers: &HeaderMap) -> BTreeMap<String, String> {
    let names = Names::of(oauth);
    let is_shown = |name: &str| SHOWN.iter().any(|known| names.of_param(known) == name);
    let show = |(name, value): (&str, &[u8])| {
        let value = match is_shown(name) {
            true => short(&String::from_utf8_lossy(value)),
            false => fingerprint(value),
        };
        (short(name), value)
    };
    let mut all: BTreeMap<String, String> = params.iter().map(show).collect();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let shown = match value.split_once(' ') {
            Some((scheme, secret)) if scheme.len() <= 10 => {
                format!("{scheme} {}", fingerprint(secret.as_bytes()))
            }
            _ => fingerprint(value.as_bytes()),
        };
        all.insert("authorization".to_owned(), shown);
    }
    all
}

/// The client that a request names, whether or not that is who asks.
pub fn named_client(oauth: &OAuth, params: &Params, headers: &HeaderMap) -> Option<String> {
    let name = Names::of(oauth).of_param("client_id");
    let in_params = params.text(name).ok().flatten().map(short);
    in_params.or_else(|| basic(headers, true).ok().map(|found| short(&found.id)))
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(platform: &str, endpoint: usize) -> Entry {
        Entry {
            platform: platform.to_owned(),
            time: Timestamp::from_micros(0),
            endpoint: endpoint.to_string(),
            method: "POST".to_owned(),
            grant: None,
            client: None,
            sent: BTreeMap::new(),
            status: None,
            outcome: "pending".to_owned(),
            fault: None,
            gave: BTreeMap::new(),
        }
    }

    #[test]
    fn an_answer_is_noted_beside_its_own_request_however_many_come_between() {
        let mut journal = Journal::default();
        let early = journal.begin(entry("a", 0));
        let late = journal.begin(entry("a", 1));
        (2..=MOST).for_each(|at| _ = journal.begin(entry("b", at)));
        let answer = HttpResponse::Ok().finish();
        journal.finish(early, &answer);
        journal.finish(late, &answer);
        let [only] = journal.of("a")[..] else {
            panic!()
        };
        assert_eq!((only.endpoint.as_str(), only.outcome.as_str()), ("1", "ok"));
        assert!(journal.of("b").iter().all(|entry| entry.status.is_none()));
        journal.forget("a");
        assert_eq!(journal.of("a").len(), 0);
        assert_eq!(journal.of("b").len(), MOST - 1);
    }
}
