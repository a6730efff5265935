//! HTTP in, HTTP out: the only place with status codes.
//!
//! [`routes`] is the whole table. Who may do what stands in each handler's signature.

mod actor;
mod admin;
mod assets;
mod authkit;
mod bundles;
mod cookies;
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
mod recording;
mod v1;

use actix_web::guard::{Any, Get, Head};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Resource, Route};

pub use admin::oidc::{CALLBACK as OIDC_CALLBACK, OidcDoor};
pub use admin::settings::Standing;
pub use admin::{keys, setup};
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
        .service(at("/v1/actions/{id}").route(get().to(v1::action::get)))
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
        .service(at(bundles::BUNDLES).route(get().to(bundles::bundle)))
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
        // People who sign in, and the command line.
        .service(
            at("/admin/api/session")
                .route(get().to(admin::session::get))
                .route(web::post().to(admin::session::sign_in))
                .route(web::delete().to(admin::session::sign_out)),
        )
        .service(at("/admin/api/session/oidc/start").route(get().to(admin::oidc::start)))
        .service(at("/admin/api/session/oidc/callback").route(web::get().to(admin::oidc::callback)))
        .service(at("/admin/api/setup").route(web::post().to(setup::set_up)))
        .service(at("/admin/api/invitations/accept").route(web::post().to(setup::accept)))
        .service(at("/admin/api/links").route(web::post().to(setup::link)))
        .service(at("/admin/api/me").route(web::patch().to(admin::me::rename)))
        .service(at("/admin/api/me/password").route(web::put().to(admin::me::password)))
        .service(
            at("/admin/api/me/totp")
                .route(web::post().to(admin::me::begin_totp))
                .route(web::put().to(admin::me::confirm_totp))
                .route(web::delete().to(admin::me::remove_totp)),
        )
        .service(at("/admin/api/me/sessions").route(get().to(admin::me::sessions)))
        .service(at("/admin/api/me/sessions/{id}").route(web::delete().to(admin::me::end_session)))
        .service(
            at("/admin/api/members")
                .route(get().to(admin::members::list))
                .route(web::post().to(admin::members::invite)),
        )
        .service(
            at("/admin/api/members/{id}")
                .route(web::patch().to(admin::members::change_role))
                .route(web::delete().to(admin::members::remove)),
        )
        .service(at("/admin/api/members/{id}/link").route(web::post().to(admin::members::link)))
        .service(
            at("/admin/api/keys")
                .route(get().to(admin::keys::list))
                .route(web::post().to(admin::keys::create)),
        )
        .service(at("/admin/api/keys/{id}").route(web::delete().to(admin::keys::revoke)))
        // What happened, and how things go.
        .service(at("/admin/api/logs").route(get().to(admin::logs::list)))
        .service(at("/admin/api/logs/stream").route(get().to(admin::logs::stream)))
        .service(at("/admin/api/logs/{id}").route(get().to(admin::logs::get)))
        .service(at("/admin/api/overview").route(get().to(admin::overview::get)))
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
        .service(
            at("/admin/api/webhooks/{id}/secret").route(web::post().to(admin::webhooks::secret)),
        )
        .service(at("/admin/api/webhooks/{id}/test").route(web::post().to(admin::webhooks::test)))
        .service(
            at("/admin/api/settings")
                .route(get().to(admin::settings::get))
                .route(web::patch().to(admin::settings::update)),
        )
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
