//! The registry: everything that `/metrics` tells.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use papaya::HashMap;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::durations::Durations;
use super::logs::DroppedLines;
use super::routes::{ByStatus, RouteMetrics, Routes, StatusClass};
use crate::domain::{Environment, Platform};

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted. Share it in an `Arc`; every method may be called from everywhere at once.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    routes: Routes,
    passthrough: PassthroughFamilies,
    platforms: HashMap<Platform, Arc<PassthroughMetrics>>,
    other_platforms: Arc<PassthroughMetrics>,
    upstream_failures: Family<FailureLabels, Counter>,
    connections: Family<ConnectionLabels, Gauge>,
    refreshes: Family<OutcomeLabels, Counter>,
    commits: Durations,
    journal_dropped: Counter,
}

/// How passthrough to one platform answered; a handle that costs no look-up.
#[derive(Debug)]
pub struct PassthroughMetrics {
    platform: String,
    families: PassthroughFamilies,
    requests: ByStatus<OnceLock<Counter>>,
    durations: OnceLock<Durations>,
}

/// Why an upstream gave no whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamFailure {
    /// Its name does not resolve.
    Dns,
    /// It resolves to a network that is not allowed.
    Forbidden,
    /// It refuses connections, or can't be reached.
    Connect,
    /// TLS could not be agreed on, or its certificate is not trusted.
    Tls,
    /// It took too long: to connect, to begin, between two pieces, or in all.
    Timeout,
    /// It closed the connection before the end of its answer.
    ClosedEarly,
    /// What it said is no HTTP.
    Protocol,
}

#[derive(Clone, Debug, Default)]
struct PassthroughFamilies {
    requests: Family<PlatformStatusLabels, Counter>,
    durations: Family<PlatformLabels, Durations>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PlatformStatusLabels {
    platform: String,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PlatformLabels {
    platform: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FailureLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ConnectionLabels {
    environment: &'static str,
    state: &'static str,
}

impl Metrics {
    /// Everything at zero. `dropped` is [`super::Guard::dropped_lines`].
    pub fn new(dropped: DroppedLines) -> Self {
        let mut registry = Registry::with_prefix("magpie");
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The program that runs", Info::new(version));
        registry.register_collector(Box::new(dropped));
        let routes = Routes::register(&mut registry);
        let passthrough = PassthroughFamilies::register(&mut registry);
        let upstream_failures = Family::default();
        registry.register(
            "upstream_failures",
            "Requests that an upstream gave no whole answer to, by kind of failure",
            Family::clone(&upstream_failures),
        );
        let connections = Family::default();
        registry.register(
            "connections",
            "Connections in the vault, by environment, active or inactive",
            Family::clone(&connections),
        );
        let refreshes = Family::default();
        registry.register(
            "token_refreshes",
            "Refreshes of tokens, by outcome: refreshed, later, failed",
            Family::clone(&refreshes),
        );
        let commits = Durations::default();
        registry.register_with_unit(
            "store_commit_duration",
            "Time until a commit is on disk; its count is the number of commits",
            Unit::Seconds,
            commits.clone(),
        );
        let journal_dropped = Counter::default();
        registry.register(
            "journal_events_dropped",
            "Events that the journal had no room for",
            journal_dropped.clone(),
        );
        Self {
            registry,
            routes,
            other_platforms: PassthroughMetrics::new("other", &passthrough),
            passthrough,
            platforms: HashMap::new(),
            upstream_failures,
            connections,
            refreshes,
            commits,
            journal_dropped,
        }
    }

    /// The handle of our own route with this template, such as `/v1/vault/connections/{id}`;
    /// callers give one fixed name to all paths that have no route.
    pub fn route(&self, template: &str) -> Arc<RouteMetrics> {
        self.routes.of(template)
    }

    /// Platforms of the catalogue, each of which gets its own label from now on.
    pub fn know(&self, platforms: impl IntoIterator<Item = Platform>) {
        let known = self.platforms.pin();
        for platform in platforms {
            let new = PassthroughMetrics::new(platform.as_str(), &self.passthrough);
            known.get_or_insert(platform, new);
        }
    }

    /// The handle of `platform`; that of all others together where the catalogue has no such one.
    pub fn passthrough(&self, platform: &Platform) -> Arc<PassthroughMetrics> {
        let known = self.platforms.pin();
        Arc::clone(known.get(platform).unwrap_or(&self.other_platforms))
    }

    /// Counts a request that an upstream gave no whole answer to.
    pub fn upstream_failed(&self, failure: UpstreamFailure) {
        let labels = FailureLabels {
            kind: failure.label(),
        };
        self.upstream_failures.get_or_create(&labels).inc();
    }

    /// Says how many connections there are now in this environment, active or inactive.
    pub fn connections(&self, environment: Environment, active: bool, count: u64) {
        let labels = ConnectionLabels {
            environment: environment.as_str(),
            state: if active { "active" } else { "inactive" },
        };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.connections.get_or_create(&labels).set(count);
    }

    /// Counts a commit, which took this long until it was on disk.
    pub fn committed(&self, took: Duration) {
        self.commits.observe(took);
    }

    /// Counts an event that the journal had no room for.
    pub fn journal_dropped(&self) {
        self.journal_dropped.inc();
    }

    /// Counts a refresh of a token.
    pub fn token_refreshed(&self, outcome: &'static str) {
        self.refreshes
            .get_or_create(&OutcomeLabels { outcome })
            .inc();
    }

    /// All of it in the OpenMetrics text format, which Prometheus reads.
    pub fn render(&self) -> String {
        let mut page = String::new();
        // Writing to a `String` can't fail.
        let _ = text::encode(&mut page, &self.registry);
        page
    }
}

impl PassthroughMetrics {
    fn new(platform: &str, families: &PassthroughFamilies) -> Arc<Self> {
        Arc::new(Self {
            platform: platform.to_owned(),
            families: families.clone(),
            requests: ByStatus::default(),
            durations: OnceLock::new(),
        })
    }

    /// Counts an answer, ours or the provider's. None that counts waits for another.
    pub fn answered(&self, status: u16, took: Duration) {
        let class = StatusClass::of(status);
        let requests = self.requests.of(class).get_or_init(|| {
            let labels = PlatformStatusLabels {
                platform: self.platform.clone(),
                status: class.label(),
            };
            self.families.requests.get_or_create_owned(&labels)
        });
        let durations = self.durations.get_or_init(|| {
            let labels = PlatformLabels {
                platform: self.platform.clone(),
            };
            self.families.durations.get_or_create_owned(&labels)
        });
        requests.inc();
        durations.observe(took);
    }
}

impl PassthroughFamilies {
    fn register(registry: &mut Registry) -> Self {
        let families = Self::default();
        registry.register(
            "passthrough_requests",
            "Passthrough requests answered, by platform",
            families.requests.clone(),
        );
        registry.register_with_unit(
            "passthrough_duration",
            "Time to answer a passthrough request, the provider's included",
            Unit::Seconds,
            families.durations.clone(),
        );
        families
    }
}

impl UpstreamFailure {
    const fn label(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Forbidden => "forbidden",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::ClosedEarly => "closed_early",
            Self::Protocol => "protocol",
        }
    }
}

impl Collector for DroppedLines {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let counter = ConstCounter::new(self.count());
        let help = "Log lines dropped because nobody read them fast enough.";
        let name = "log_lines_dropped";
        counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)
    }
}
