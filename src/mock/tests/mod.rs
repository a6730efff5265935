//! The upstream as its callers see it.

use std::sync::Arc;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, web};
use serde_json::Value;

use super::{Provider, UPSTREAM, configure};
use crate::catalog::Catalogue;
use crate::domain::{Action, Connector, SystemClock};
use crate::vault::sign;

const GOOD: &str = "s3cret-value";

/// An answer, body and all.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn connectors() -> Vec<Arc<Connector>> {
    let (catalogue, problems) = Catalogue::load(None);
    assert_eq!(problems, []);
    catalogue.now().connectors.values().cloned().collect()
}

fn connector(platform: &str) -> Arc<Connector> {
    let (catalogue, _) = Catalogue::load(None);
    let snapshot = catalogue.now();
    Arc::clone(snapshot.connector(platform).unwrap())
}

macro_rules! app {
    () => {
        init_service(
            App::new()
                .app_data(web::Data::new(Catalogue::load(None).0))
                .app_data(web::Data::new(Provider::new(
                    Arc::new(SystemClock),
                    "http://127.0.0.1",
                )))
                .configure(configure),
        )
        .await
    };
}

mod asked;
mod catalogue;
mod requests;

async fn call<S, R, B>(app: &S, request: R) -> Answer
where
    S: Service<R, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let response = app.call(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    Answer {
        status,
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// A request with nothing that proves who sends it.
fn unsigned(platform: &str, method: &str, path: &str) -> TestRequest {
    TestRequest::with_uri(&format!("{UPSTREAM}/{platform}{path}")).method(method.parse().unwrap())
}

/// A request as passthrough sends it, each of the form's fields being `value` but for one that
/// names a header.
fn signed(connector: &Connector, method: &str, path: &str, value: &str) -> TestRequest {
    let field = |name: &str| Some(if name == "HEADER" { "x-key" } else { value });
    let signature = sign(&connector.auth, field).unwrap();
    let path = match &signature.query {
        Some(query) if path.contains('?') => format!("{path}&{}", query.expose()),
        Some(query) => format!("{path}?{}", query.expose()),
        None => path.to_owned(),
    };
    let mut request = unsigned(connector.platform.as_str(), method, &path);
    for (name, template) in &connector.headers {
        // Only fields that are no secrets stand there.
        let value = template.render(|_| Some("42")).unwrap();
        request = request.insert_header((name.as_str(), value));
    }
    for (name, value) in &signature.headers {
        request = request.insert_header((name.as_str(), value.to_str().unwrap()));
    }
    request
}

fn filled(action: &Action) -> String {
    action
        .path
        .variables()
        .fold(action.path.as_str().to_owned(), |path, name| {
            path.replace(&format!("{{{name}}}"), "abc123")
        })
}

fn with_body(request: TestRequest, action: &Action) -> TestRequest {
    match (&action.request_example, &action.content_type) {
        (Some(body), Some(content_type)) => request
            .insert_header(("content-type", content_type.as_str()))
            .set_payload(body.clone()),
        _ => request,
    }
}
