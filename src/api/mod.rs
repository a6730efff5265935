//! HTTP in, HTTP out: the only place with status codes.
//!
//! [`routes`] is the whole table. Who may do what stands in each handler's signature.

mod actor;
mod admin;
mod assets;
mod authkit;
mod csv;
pub mod error;
pub mod extract;
pub mod layers;
mod llms;
mod mcp;
mod openapi;
mod operations;
mod pages;
mod query;
mod v1;

use actix_web::guard::{Any, Get, Head};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Resource, Route};

pub use admin::keys;
pub use admin::settings::Standing;
use error::{ApiError, Kind, NOTHING_HERE};
pub use openapi::document;
pub use operations::Lifecycle;

/// The address that every handed-out URL begins with; without a slash at its end.
#[derive(Clone, Debug)]
pub struct PublicUrl(pub String);

/// Where providers send people back to, behind the public URL.
pub const REDIRECT_PATH: &str = "/connections/oauth/callback";

/// Every route.
pub fn routes(config: &mut ServiceConfig) {
    use v1::{
        actions, connections, connectors, imports, integrations, older, passthrough, toolsets,
    };
    config
        // The busiest first.
        .service(web::scope(passthrough::PREFIX).default_service(web::to(passthrough::pass)))
        // The vault, under both of its names.
        .configure(|config| {
            for path in ["/v1/vault/connections", "/v1/connections"] {
                config
                    .service(
                        at(path)
                            .route(get().to(connections::list))
                            .route(web::post().to(connections::create)),
                    )
                    .service(
                        at(&format!("{path}/{{id}}"))
                            .route(get().to(connections::get))
                            .route(web::patch().to(connections::update))
                            .route(web::delete().to(connections::delete)),
                    )
                    .service(
                        at(&format!("{path}/{{id}}/refresh"))
                            .route(web::post().to(connections::refresh)),
                    );
            }
        })
        // The catalogue.
        .service(at("/v1/available-connectors").route(get().to(connectors::list)))
        .service(at("/v1/available-actions/search/{platform}").route(get().to(actions::search)))
        .service(at("/v1/available-actions/search").route(get().to(actions::search_all)))
        .service(
            at("/v1/connectors/import")
                .app_data(extract::JsonLimit(imports::MAX_BYTES))
                .route(web::post().to(imports::import)),
        )
        .service(at("/v1/available-actions/{platform}").route(get().to(actions::list)))
        .service(at("/v1/knowledge").route(get().to(actions::knowledge)))
        .service(at("/v1/public/connection-definitions").route(get().to(connectors::definitions)))
        .service(at("/icons/{platform}.svg").route(get().to(assets::icon)))
        // AuthKit: back ends, then the modal, then the popup.
        .service(at("/v1/authkit").route(web::post().to(v1::authkit::create)))
        .service(at("/v1/authkit/links").route(web::post().to(v1::authkit::link)))
        .service(at("/v1/users/flags").route(get().to(v1::authkit::flags)))
        .service(at("/authkit/api/session").route(get().to(authkit::session::get)))
        .service(at("/authkit/api/links/open").route(web::post().to(authkit::session::open_link)))
        .service(
            at("/authkit/api/connections")
                .route(get().to(authkit::connections::list))
                .route(web::post().to(authkit::connections::create)),
        )
        .service(
            at("/authkit/api/connections/{id}")
                .route(web::delete().to(authkit::connections::delete)),
        )
        .service(at("/authkit/api/flows").route(web::post().to(authkit::flows::begin)))
        .service(
            at("/authkit/api/flows/{id}")
                .route(get().to(authkit::flows::outcome))
                .route(web::delete().to(authkit::flows::cancel)),
        )
        .service(at("/connect/start/{ticket}").route(web::get().to(authkit::redirects::start)))
        .service(
            at("/connections/oauth/callback").route(web::get().to(authkit::redirects::callback)),
        )
        .service(at("/oauth/callback").route(web::get().to(authkit::redirects::callback)))
        // What operators decide about connectors, and the pages on which people connect.
        .service(at("/v1/integrations").route(get().to(integrations::list)))
        .service(
            at("/v1/integrations/{platform}")
                .route(get().to(integrations::get))
                .route(web::patch().to(integrations::update))
                .route(web::delete().to(integrations::reset)),
        )
        // What agents may do, and what of it waits for a person's yes.
        .service(at("/v1/actions/{id}/run").route(web::post().to(v1::actions_run::run)))
        .service(
            at("/v1/toolsets")
                .route(get().to(toolsets::list))
                .route(web::post().to(toolsets::create)),
        )
        .service(
            at("/v1/toolsets/{name}")
                .route(get().to(toolsets::get))
                .route(web::patch().to(toolsets::update))
                .route(web::delete().to(toolsets::delete)),
        )
        .service(at("/v1/approvals").route(get().to(v1::approvals::list)))
        .service(at("/v1/approvals/{id}").route(get().to(v1::approvals::get)))
        .service(at("/v1/approvals/{id}/approve").route(web::post().to(v1::approvals::approve)))
        .service(at("/v1/approvals/{id}/deny").route(web::post().to(v1::approvals::deny)))
        .service(at("/authkit").route(get().to(pages::modal)))
        .service(at("/authkit/").route(get().to(pages::modal_with_slash)))
        .service(at("/connect/popup").route(get().to(pages::popup)))
        .service(at("/connect/done").route(get().to(pages::done)))
        .service(at("/connect/{token}").route(get().to(pages::link)))
        .service(at(assets::FILES).route(get().to(assets::file)))
        // What packages of mid-2025 call instead.
        .configure(|config| {
            for path in ["/v1/settings/get", "/internal/v1/settings/get"] {
                config.service(at(path).route(web::post().to(older::settings)));
            }
            for path in ["/v1/event-links/create", "/internal/v1/event-links/create"] {
                config.service(at(path).route(web::post().to(older::create_event_link)));
            }
            for path in [
                "/v1/embed-tokens/create",
                "/internal/v1/embed-tokens/create",
            ] {
                config.service(at(path).route(web::post().to(older::create_embed_token)));
            }
        })
        .service(at("/v1/public/generate-id/{prefix}").route(get().to(older::generate_id)))
        // Agents.
        .service(at("/mcp").route(web::post().to(mcp::serve)))
        .service(at("/mcp/{toolset}").route(web::post().to(mcp::serve_toolset)))
        // The command line's.
        .service(
            at("/admin/api/keys")
                .route(get().to(admin::keys::list))
                .route(web::post().to(admin::keys::create)),
        )
        .service(at("/admin/api/keys/{id}").route(web::delete().to(admin::keys::revoke)))
        // The operator's.
        .service(at("/admin/api/audit").route(get().to(admin::audit::list)))
        .service(
            at("/admin/api/webhooks")
                .route(get().to(admin::webhooks::list))
                .route(web::post().to(admin::webhooks::create)),
        )
        .service(
            at("/admin/api/webhooks/{id}")
                .route(get().to(admin::webhooks::get))
                .route(web::patch().to(admin::webhooks::update))
                .route(web::delete().to(admin::webhooks::delete)),
        )
        .service(
            at("/admin/api/webhooks/{id}/deliveries").route(get().to(admin::webhooks::deliveries)),
        )
        .service(at("/admin/api/webhooks/{id}/test").route(web::post().to(admin::webhooks::test)))
        .service(at("/admin/api/settings").route(get().to(admin::settings::get)))
        .service(at("/admin/api/audit/check").route(get().to(admin::audit::check)))
        .service(at("/admin/api/connections/bulk").route(web::post().to(admin::connections::bulk)))
        .service(at("/admin/api/connections.csv").route(get().to(admin::connections::csv)))
        // Operations.
        .service(at("/health").route(get().to(operations::health)))
        .service(at("/ready").route(get().to(operations::ready)))
        .service(at("/metrics").route(get().to(operations::metrics)))
        .service(at("/openapi.json").route(get().to(openapi::serve)))
        .service(at("/llms.txt").route(get().to(llms::serve)))
        .service(at("/admin/").route(get().to(assets::admin)))
        .service(at("/").route(get().to(operations::root)))
        .default_service(web::to(no_such_path));
}

/// A path whose other methods are answered with 405 in our shape.
fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(no_such_method))
}

/// GET, and HEAD, which is GET without the body.
fn get() -> Route {
    Route::new().guard(Any(Get()).or(Head()))
}

async fn no_such_method(request: HttpRequest) -> Result<&'static str, ApiError> {
    let what = format!(
        "{} does not go with this path; GET /openapi.json lists what does",
        request.method()
    );
    Err(ApiError::new(Kind::MethodNotAllowed, what))
}

async fn no_such_path() -> Result<&'static str, ApiError> {
    Err(ApiError::not_found(NOTHING_HERE))
}
