//! How our own routes answered.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use papaya::HashMap;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};

use super::durations::Durations;

/// More templates than we have routes; a mistake in the caller can't make more series.
const MOST_ROUTES: usize = 512;

/// What a method does, as far as a graph cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodClass {
    /// GET, HEAD, OPTIONS.
    Read,
    /// Every other.
    Write,
}

/// The first digit of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusClass {
    /// 1xx.
    Informational,
    /// 2xx.
    Success,
    /// 3xx.
    Redirection,
    /// 4xx.
    ClientError,
    /// 5xx, and what is no status.
    ServerError,
}

/// One value for each [`StatusClass`].
#[derive(Debug, Default)]
pub(super) struct ByStatus<T>([T; 5]);

/// How one route answered; a handle that costs no look-up.
#[derive(Debug)]
pub struct RouteMetrics {
    route: String,
    families: Families,
    reads: ByStatus<OnceLock<Cell>>,
    writes: ByStatus<OnceLock<Cell>>,
}

/// All routes.
#[derive(Debug)]
pub(super) struct Routes {
    families: Families,
    handles: HashMap<String, Arc<RouteMetrics>>,
}

#[derive(Clone, Debug, Default)]
struct Families {
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Durations>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Debug)]
struct Cell {
    requests: Counter,
    durations: Durations,
}

impl MethodClass {
    /// Of an HTTP method, in capitals.
    pub fn of(method: &str) -> Self {
        match method {
            "GET" | "HEAD" | "OPTIONS" => Self::Read,
            _ => Self::Write,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl StatusClass {
    /// Of an HTTP status.
    pub const fn of(status: u16) -> Self {
        match status {
            100..=199 => Self::Informational,
            200..=299 => Self::Success,
            300..=399 => Self::Redirection,
            400..=499 => Self::ClientError,
            _ => Self::ServerError,
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Informational => "1xx",
            Self::Success => "2xx",
            Self::Redirection => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
        }
    }
}

impl<T> ByStatus<T> {
    /// The value for `class`.
    pub fn of(&self, class: StatusClass) -> &T {
        let [
            informational,
            success,
            redirection,
            client_error,
            server_error,
        ] = &self.0;
        match class {
            StatusClass::Informational => informational,
            StatusClass::Success => success,
            StatusClass::Redirection => redirection,
            StatusClass::ClientError => client_error,
            StatusClass::ServerError => server_error,
        }
    }
}

impl RouteMetrics {
    /// Counts an answer. Safe to call from all workers at once; none waits for another.
    pub fn answered(&self, method: MethodClass, status: u16, took: Duration) {
        let status = StatusClass::of(status);
        let cells = match method {
            MethodClass::Read => &self.reads,
            MethodClass::Write => &self.writes,
        };
        let cell = cells.of(status).get_or_init(|| self.cell(method, status));
        cell.requests.inc();
        cell.durations.observe(took);
    }

    fn cell(&self, method: MethodClass, status: StatusClass) -> Cell {
        let labels = Labels {
            route: self.route.clone(),
            method: method.label(),
            status: status.label(),
        };
        Cell {
            requests: self.families.requests.get_or_create_owned(&labels),
            durations: self.families.durations.get_or_create_owned(&labels),
        }
    }
}

impl Routes {
    pub fn register(registry: &mut Registry) -> Self {
        let families = Families::default();
        registry.register(
            "requests",
            "Requests answered, passthrough apart",
            families.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time to answer a request, passthrough apart",
            Unit::Seconds,
            families.durations.clone(),
        );
        Self {
            families,
            handles: HashMap::new(),
        }
    }

    /// The handle of the route with this template. A template too many is counted as `other`.
    pub fn of(&self, template: &str) -> Arc<RouteMetrics> {
        let handles = self.handles.pin();
        if let Some(handle) = handles.get(template) {
            return Arc::clone(handle);
        }
        let route = if handles.len() < MOST_ROUTES {
            template
        } else {
            "other"
        };
        let new = || {
            Arc::new(RouteMetrics {
                route: route.to_owned(),
                families: self.families.clone(),
                reads: ByStatus::default(),
                writes: ByStatus::default(),
            })
        };
        Arc::clone(handles.get_or_insert_with(route.to_owned(), new))
    }
}
