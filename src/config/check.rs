//! From [`Settings`] to [`Config`], key by key.

use std::num::NonZeroU32;
use std::time::Duration;

use super::rules::{Checker, path};
use super::settings::{self, Settings};
use super::tuned::{DAYS, MEGABYTES, PER_MINUTE};
use super::{
    AgentSettings, AuthKitSettings, Config, Egress, JournalSettings, Limits, Passthrough, Shown,
    Store,
};

impl Checker<'_> {
    /// The configuration that `settings` mean. It counts only if no mistake was found.
    pub fn config(&mut self, settings: &Settings, shown: Shown) -> Config {
        let data_dir = self.required_path("data_dir", &settings.data_dir);
        Config {
            port: self.number("port", settings.port, 0..=65_535),
            bind: self.bind(&settings.bind),
            public_url: self.public_url(&settings.public_url),
            connectors_dir: path(&settings.connectors_dir),
            workers: self.workers(settings.workers),
            log: self.log(&settings.log),
            log_format: self.log_format(&settings.log_format),
            shutdown_timeout: self.seconds(
                "shutdown_timeout_seconds",
                settings.shutdown_timeout_seconds,
            ),
            master_key: self.master_key(&settings.keyring, &data_dir),
            data_dir,
            egress: self.egress(&settings.egress),
            limits: self.limits(&settings.limits),
            passthrough: Passthrough {
                strict: settings.passthrough.strict,
                request_log: settings.passthrough.request_log,
            },
            journal: self.journal(&settings.journal),
            authkit: self.authkit(&settings.authkit),
            agents: self.agents(&settings.agents),
            oidc: self.oidc(&settings.admin.oidc),
            store: Store {
                snapshot_after_bytes: self.number(
                    "store.snapshot_after_bytes",
                    settings.store.snapshot_after_bytes,
                    4096..=1 << 40,
                ),
            },
            shown,
        }
    }

    fn egress(&mut self, egress: &settings::Egress) -> Egress {
        Egress {
            allow: self.networks("egress.allow", &egress.allow),
            connect_timeout: self.seconds(
                "egress.connect_timeout_seconds",
                egress.connect_timeout_seconds,
            ),
            first_byte_timeout: self.seconds(
                "egress.first_byte_timeout_seconds",
                egress.first_byte_timeout_seconds,
            ),
            idle_timeout: self.seconds("egress.idle_timeout_seconds", egress.idle_timeout_seconds),
            total_timeout: self
                .seconds("egress.total_timeout_seconds", egress.total_timeout_seconds),
            pool_per_origin: self.number(
                "egress.pool_per_origin",
                egress.pool_per_origin,
                1..=65_536,
            ),
            ca_file: path(&egress.ca_file),
        }
    }

    fn journal(&mut self, journal: &settings::Journal) -> JournalSettings {
        JournalSettings {
            enabled: journal.enabled,
            days: self.number("journal.days", journal.days, DAYS),
            megabytes: self.number("journal.megabytes", journal.megabytes, MEGABYTES),
        }
    }

    fn authkit(&mut self, authkit: &settings::AuthKit) -> AuthKitSettings {
        let minutes: u64 = self.number("authkit.session_minutes", authkit.session_minutes, 1..=60);
        let hours: u64 = self.number("authkit.link_hours", authkit.link_hours, 1..=720);
        AuthKitSettings {
            session: Duration::from_secs(minutes * 60),
            allowed_origins: self.origins("authkit.allowed_origins", &authkit.allowed_origins),
            link: Duration::from_secs(hours * 60 * 60),
        }
    }

    fn agents(&mut self, agents: &settings::Agents) -> AgentSettings {
        let hours: u64 = self.number("agents.approval_hours", agents.approval_hours, 1..=720);
        AgentSettings {
            validate: self.validation("agents.validate", &agents.validate),
            answer_bytes: self.number("agents.answer_bytes", agents.answer_bytes, 1024..=1 << 20),
            timeout: self.seconds("agents.timeout_seconds", agents.timeout_seconds),
            approval: Duration::from_secs(hours * 60 * 60),
            webhook: self.approval_webhook(agents),
        }
    }

    fn limits(&mut self, limits: &settings::Limits) -> Limits {
        let per_minute = limits.requests_per_minute;
        Limits {
            requests_per_minute: NonZeroU32::new(self.number(
                "limits.requests_per_minute",
                per_minute,
                PER_MINUTE,
            )),
            max_connections: self.number(
                "limits.max_connections",
                limits.max_connections,
                1..=10_000_000,
            ),
            json_body_bytes: self.number(
                "limits.json_body_bytes",
                limits.json_body_bytes,
                1024..=1 << 30,
            ),
        }
    }
}
