//! Ids as older programs know them: `session_id::F7wjv0gZCcg::MufsaJ_bTMmWUEHgNJlBJQ`.

use crate::crypto::{base64_url, random_uuid, sha256};
use crate::domain::Timestamp;

/// Every prefix that ids of the hosted service have.
const PREFIXES: [&str; 31] = [
    "arch",
    "ce",
    "cm",
    "conn",
    "conn_def",
    "conn_mod_def",
    "conn_mod_sch",
    "conn_oauth_def",
    "crs",
    "ea",
    "embed_tk",
    "evt",
    "evt_ac",
    "evt_dep",
    "evt_k",
    "job",
    "job_stg",
    "llm_msg",
    "ln",
    "ln_tk",
    "log",
    "log_trk",
    "pipe",
    "pipe_evt",
    "plf",
    "plf_pg",
    "session_id",
    "st",
    "task",
    "tx",
    "ut",
];

/// An id that nobody else has: the time in nanoseconds, and a UUID. Nothing for an unknown prefix.
pub fn generate(prefix: &str, now: Timestamp) -> Option<String> {
    PREFIXES.contains(&prefix).then(|| unique(prefix, now))
}

/// The same without a look at the prefix.
pub fn unique(prefix: &str, now: Timestamp) -> String {
    let nanos = now.micros().saturating_mul(1000).to_be_bytes();
    let random = random_uuid();
    id(prefix, &nanos, random.as_bytes())
}

/// The id that belongs to `of`, the same each time.
pub fn settled(prefix: &str, of: &str) -> String {
    let digest = sha256(format!("{prefix}\n{of}").as_bytes());
    let (first, rest) = digest.split_at(8);
    let (second, _) = rest.split_at(16);
    id(prefix, first, second)
}

fn id(prefix: &str, first: &[u8], second: &[u8]) -> String {
    format!("{prefix}::{}::{}", base64_url(first), base64_url(second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_published_shape() {
        let epoch = id("evt", &[0; 8], &[0; 16]);
        assert_eq!(epoch, "evt::AAAAAAAAAAA::AAAAAAAAAAAAAAAAAAAAAA");
        let now = Timestamp::from_micros(1_752_941_969_702_632);
        let made = generate("session_id", now).unwrap();
        let lengths: Vec<usize> = made.split("::").map(str::len).collect();
        assert_eq!(lengths, [10, 11, 22], "{made}");
        assert_ne!(generate("session_id", now).unwrap(), made);
        assert_eq!(settled("st", "test"), settled("st", "test"));
        assert_ne!(settled("st", "test"), settled("st", "live"));
    }

    #[test]
    fn an_unknown_prefix_has_no_ids() {
        for prefix in ["", "session", "session_id::x", "SESSION_ID", "../st"] {
            assert_eq!(
                generate(prefix, Timestamp::from_micros(0)),
                None,
                "{prefix}"
            );
        }
    }
}
