//! Being operable: is it up, is it ready, what does it count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::error::{ApiError, Kind};
use crate::telemetry::{CONTENT_TYPE, Metrics};

/// Whether the server takes new work.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    draining: Arc<AtomicBool>,
}

impl Lifecycle {
    /// From now on the server is not ready: it finishes what it has.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

/// `GET /health`: answers as long as the process does.
#[utoipa::path(get, path = "/health", tag = "operations", responses((status = 200, body = Value)))]
pub async fn health() -> web::Json<Value> {
    web::Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// `GET /ready`: 200 while new requests are welcome, 503 while the server is stopping.
#[utoipa::path(get, path = "/ready", tag = "operations", responses((status = 200, body = Value), (status = 503)))]
pub async fn ready(lifecycle: web::Data<Lifecycle>) -> Result<web::Json<Value>, ApiError> {
    if lifecycle.draining.load(Ordering::Relaxed) {
        return Err(
            ApiError::new(Kind::Unavailable, "the server is stopping; ask another one")
                .retry_after(5),
        );
    }
    Ok(web::Json(json!({ "status": "ready" })))
}

/// `GET /metrics`: what is counted, in the OpenMetrics text format.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
pub async fn metrics(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(CONTENT_TYPE)
        .body(metrics.render())
}

/// `GET /`: leads a browser to the admin UI; tells a program that this is the right address.
#[utoipa::path(get, path = "/", tag = "operations", responses((status = 200, body = Value), (status = 302)))]
pub async fn root(request: HttpRequest) -> HttpResponse {
    let accepted = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accepted.contains("text/html") {
        return HttpResponse::Found()
            .insert_header((header::LOCATION, "/admin/"))
            .finish();
    }
    HttpResponse::Ok().json(json!({ "type": "success", "success": true }))
}
