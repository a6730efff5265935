//! `/openapi.json`: every route, described beside its handler.

use actix_web::web;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, Required, ResponseBuilder, Server};
use utoipa::{Modify, OpenApi as _};

use super::extract::session::COOKIE;
use super::{PublicUrl, admin, assets, authkit, bundles, llms, mcp, operations, pages, v1};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Magpie",
        description = "A vault of API connections, and a passthrough that signs requests with them.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        v1::connections::list, v1::connections::create, v1::connections::get, v1::connections::update,
        v1::connections::delete, v1::connections::refresh, admin::connections::bulk, admin::connections::csv, admin::audit::list, admin::audit::check, admin::settings::get, admin::settings::update, admin::webhooks::list, admin::webhooks::create, admin::webhooks::get, admin::webhooks::update, admin::webhooks::delete, admin::webhooks::deliveries, admin::webhooks::test, admin::webhooks::secret, v1::connectors::list, v1::connectors::definitions, v1::actions::list,
        v1::actions::search, v1::actions::search_all, v1::imports::import, v1::actions::knowledge, admin::keys::list, admin::keys::create,
        v1::authkit::create, v1::authkit::link, v1::authkit::flags, authkit::session::get,
        authkit::session::open_link, authkit::connections::list, authkit::connections::create,
        authkit::connections::delete, authkit::flows::begin, authkit::flows::outcome,
        authkit::flows::cancel, authkit::redirects::start, authkit::redirects::callback,
        admin::keys::revoke, admin::session::get, admin::session::sign_in, admin::session::sign_out,
        admin::oidc::start, admin::oidc::callback,
        admin::setup::set_up, admin::setup::accept, admin::setup::link, admin::me::rename, admin::me::password,
        admin::me::begin_totp, admin::me::confirm_totp, admin::me::remove_totp, admin::me::sessions,
        admin::me::end_session, admin::members::list, admin::members::invite, admin::members::change_role,
        admin::members::link, admin::members::remove, admin::logs::list, admin::logs::get, admin::logs::stream,
        admin::overview::get, operations::health, operations::ready, operations::metrics, operations::root,
        assets::icon, assets::admin, serve, llms::serve, mcp::serve, mcp::serve_toolset,
        v1::integrations::list, v1::integrations::get, v1::integrations::update, v1::integrations::reset,
        v1::action::get, v1::actions_run::run, v1::toolsets::list, v1::toolsets::create, v1::toolsets::get, v1::toolsets::update,
        v1::toolsets::delete, v1::approvals::list, v1::approvals::get, v1::approvals::approve, v1::approvals::deny,
        pages::modal, pages::modal_with_slash, pages::popup, pages::done, pages::link, assets::file, bundles::bundle,
        v1::older::settings, v1::older::create_event_link, v1::older::create_embed_token, v1::older::generate_id,
    ),
    modifiers(&Rest),
    tags(
        (name = "vault", description = "Connections"),
        (name = "catalogue", description = "Connectors and their actions"),
        (name = "integrations", description = "Which connectors people can connect to, and with whose OAuth app"),
        (name = "agents", description = "What AI agents may do, and what of it waits for a person's yes"),
        (name = "pages", description = "Where people connect"),
        (name = "older", description = "What packages of mid-2025 call to open AuthKit"),
        (name = "passthrough", description = "Requests to providers"),
        (name = "authkit", description = "Sessions and links by which people connect their accounts"),
        (name = "authkit modal", description = "What the modal's own page speaks with; needs a session"),
        (name = "keys", description = "API keys"),
        (name = "admin session", description = "Who is signed in to the admin pages, and the own account"),
        (name = "members", description = "Who may sign in, and as what"),
        (name = "journal", description = "What happened, and how things go"),
        (name = "admin", description = "For the people who run it: what the admin pages stand on"),
        (name = "operations", description = "For whoever runs it"),
    )
)]
struct Description;

/// What cannot be said beside a handler.
struct Rest;

impl Modify for Rest {
    fn modify(&self, document: &mut OpenApi) {
        let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            "x-pica-secret",
            "An API key: `sk_test_…` for the sandbox, `sk_live_…` for production",
        )));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("key", key);
        let session = SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(
                    "An AuthKit session: the `requestId` of POST /v1/authkit",
                ))
                .build(),
        );
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("session", session);
        let bearer = SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(
                    "An API key, for programs that can set no other header",
                ))
                .build(),
        );
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", bearer);
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            COOKIE,
            "A person's session. Needs two headers besides: `x-magpie-csrf`, from GET /admin/api/session, and \
             `x-magpie-environment`, `test` or `live`. It opens what the person's role opens, also where an API \
             key is asked for",
        )));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("admin", cookie);
        add_passthrough(document);
        add_old_names(document);
        add_other_callback(document);
    }
}

fn passthrough_operation() -> OperationBuilder {
    let path = ParameterBuilder::new()
        .name("path")
        .parameter_in(ParameterIn::Path)
        .required(Required::True);
    let header = |name: &str, required, what: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(required)
            .description(Some(what))
    };
    OperationBuilder::new()
        .tag("passthrough")
        .summary(Some("Sends the request to the connection's provider, signed, and gives its answer back as it is"))
        .parameter(path.description(Some("The provider's path; the query goes on as well")))
        .parameter(header("x-pica-connection-key", Required::True, "The connection's key"))
        .parameter(header("x-pica-action-id", Required::False, "The action's id"))
        .parameter(header("x-pica-follow-redirects", Required::False, "`true` follows the redirects of a GET"))
        .response("default", ResponseBuilder::new().description("The provider's answer"))
        .security(utoipa::openapi::SecurityRequirement::new("key", [] as [&str; 0]))
}

fn add_passthrough(document: &mut OpenApi) {
    let mut item = PathItem::default();
    for method in [
        HttpMethod::Get,
        HttpMethod::Head,
        HttpMethod::Post,
        HttpMethod::Put,
        HttpMethod::Patch,
        HttpMethod::Delete,
        HttpMethod::Options,
    ] {
        item.merge_operations(PathItem::new(method, passthrough_operation()));
    }
    document
        .paths
        .paths
        .insert(format!("{}/{{path}}", v1::passthrough::PREFIX), item);
}

/// Each path that is another one's old name, and the other one.
const OLD_NAMES: [(&str, &str); 6] = [
    ("/v1/connections", "/v1/vault/connections"),
    ("/v1/connections/{id}", "/v1/vault/connections/{id}"),
    (
        "/v1/connections/{id}/refresh",
        "/v1/vault/connections/{id}/refresh",
    ),
    ("/internal/v1/settings/get", "/v1/settings/get"),
    ("/internal/v1/event-links/create", "/v1/event-links/create"),
    (
        "/internal/v1/embed-tokens/create",
        "/v1/embed-tokens/create",
    ),
];

fn add_old_names(document: &mut OpenApi) {
    let paths = &mut document.paths.paths;
    for (old, new) in OLD_NAMES {
        if let Some(item) = paths.get(new).cloned() {
            paths.insert(old.to_owned(), item);
        }
    }
}

/// `/oauth/callback` is `/connections/oauth/callback`.
fn add_other_callback(document: &mut OpenApi) {
    let paths = &mut document.paths.paths;
    if let Some(item) = paths.get("/connections/oauth/callback").cloned() {
        paths.insert("/oauth/callback".to_owned(), item);
    }
}

/// The description, for a server at `public_url`.
pub fn document(public_url: &str) -> OpenApi {
    let mut document = Description::openapi();
    document.servers = Some(vec![Server::new(public_url)]);
    document
}

/// `GET /openapi.json`: this description.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", responses((status = 200, body = serde_json::Value)))]
pub async fn serve(public_url: web::Data<PublicUrl>) -> web::Json<OpenApi> {
    web::Json(document(&public_url.0))
}
