//! The page of metrics, as Prometheus reads it.

use std::time::Duration;

use super::*;
use crate::domain::{Environment, Platform};

fn platform(name: &str) -> Platform {
    name.parse().unwrap()
}

fn has(metrics: &Metrics, line: &str) {
    let page = metrics.render();
    assert!(
        page.lines().any(|other| other == line),
        "{line}\nis not in\n{page}"
    );
}

#[test]
fn a_page_says_who_we_are_and_ends() {
    let metrics = Metrics::new(DroppedLines::none());
    has(
        &metrics,
        concat!(
            "magpie_build_info{version=\"",
            env!("CARGO_PKG_VERSION"),
            "\"} 1"
        ),
    );
    has(&metrics, "magpie_log_lines_dropped_total 0");
    assert!(metrics.render().ends_with("# EOF\n"));
}

#[test]
fn answers_are_counted_by_route_method_and_status() {
    let metrics = Metrics::new(DroppedLines::none());
    let route = metrics.route("/v1/vault/connections/{id}");
    route.answered(MethodClass::of("GET"), 200, Duration::from_millis(3));
    route.answered(MethodClass::of("HEAD"), 204, Duration::from_millis(30));
    metrics.route("/v1/vault/connections/{id}").answered(
        MethodClass::of("PATCH"),
        404,
        Duration::ZERO,
    );
    let labels = "route=\"/v1/vault/connections/{id}\",method=\"read\",status=\"2xx\"";
    has(&metrics, &format!("magpie_requests_total{{{labels}}} 2"));
    has(
        &metrics,
        "magpie_requests_total{route=\"/v1/vault/connections/{id}\",method=\"write\",status=\"4xx\"} 1",
    );
    for (bound, count) in [
        ("0.0025", 0),
        ("0.005", 1),
        ("0.025", 1),
        ("0.05", 2),
        ("+Inf", 2),
    ] {
        has(
            &metrics,
            &format!("magpie_request_duration_seconds_bucket{{le=\"{bound}\",{labels}}} {count}"),
        );
    }
    has(
        &metrics,
        &format!("magpie_request_duration_seconds_sum{{{labels}}} 0.033"),
    );
    has(
        &metrics,
        &format!("magpie_request_duration_seconds_count{{{labels}}} 2"),
    );
}

#[test]
fn only_platforms_of_the_catalogue_are_labels() {
    let metrics = Metrics::new(DroppedLines::none());
    metrics.know([platform("gmail")]);
    let gmail = metrics.passthrough(&platform("gmail"));
    gmail.answered(200, Duration::from_micros(600));
    metrics.know([platform("gmail"), platform("notion")]);
    metrics
        .passthrough(&platform("gmail"))
        .answered(502, Duration::from_secs(60));
    metrics
        .passthrough(&platform("made-up-1"))
        .answered(200, Duration::ZERO);
    metrics
        .passthrough(&platform("made-up-2"))
        .answered(999, Duration::MAX);
    has(
        &metrics,
        "magpie_passthrough_requests_total{platform=\"gmail\",status=\"2xx\"} 1",
    );
    has(
        &metrics,
        "magpie_passthrough_requests_total{platform=\"gmail\",status=\"5xx\"} 1",
    );
    has(
        &metrics,
        "magpie_passthrough_requests_total{platform=\"other\",status=\"2xx\"} 1",
    );
    has(
        &metrics,
        "magpie_passthrough_duration_seconds_count{platform=\"gmail\"} 2",
    );
    has(
        &metrics,
        "magpie_passthrough_duration_seconds_bucket{le=\"30.0\",platform=\"gmail\"} 1",
    );
    assert!(!metrics.render().contains("made-up"));
    assert!(
        !metrics.render().contains("notion"),
        "nothing happened there yet"
    );
}

#[test]
fn the_number_of_routes_is_bounded() {
    let metrics = Metrics::new(DroppedLines::none());
    for n in 0..2000 {
        metrics
            .route(&format!("/made/up/{n}"))
            .answered(MethodClass::Read, 404, Duration::ZERO);
    }
    let page = metrics.render();
    assert!(
        page.lines()
            .filter(|line| line.starts_with("magpie_requests_total"))
            .count()
            <= 513
    );
    has(
        &metrics,
        "magpie_requests_total{route=\"other\",method=\"read\",status=\"4xx\"} 1488",
    );
}

#[test]
fn failures_connections_and_commits_are_told() {
    let metrics = Metrics::new(DroppedLines::none());
    metrics.upstream_failed(UpstreamFailure::Timeout);
    metrics.connections(Environment::Live, true, 7);
    metrics.connections(Environment::Live, true, 5);
    metrics.committed(Duration::from_millis(1));
    has(
        &metrics,
        "magpie_upstream_failures_total{kind=\"timeout\"} 1",
    );
    has(
        &metrics,
        "magpie_connections{environment=\"live\",state=\"active\"} 5",
    );
    has(&metrics, "magpie_store_commit_duration_seconds_count 1");
}

#[test]
fn what_workers_count_at_once_adds_up() {
    let metrics = Metrics::new(DroppedLines::none());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    metrics
                        .route("/health")
                        .answered(MethodClass::Read, 200, Duration::ZERO);
                }
            });
        }
    });
    has(
        &metrics,
        "magpie_requests_total{route=\"/health\",method=\"read\",status=\"2xx\"} 4000",
    );
    has(
        &metrics,
        "magpie_request_duration_seconds_count{route=\"/health\",method=\"read\",status=\"2xx\"} 4000",
    );
}
