//! What is answered about an integration.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::api::v1::connectors::image;
use crate::api::{PublicUrl, REDIRECT_PATH};
use crate::domain::{Connector, FieldKind, FormField, Integration, OAuth, ScopeInfo, Timestamp};

/// A connector in the key's environment: whether people can connect to it, and with whose OAuth app.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationView {
    platform: String,
    title: String,
    category: String,
    /// The address of its logo.
    image: String,
    /// Whether people sign in rather than enter a key.
    oauth: bool,
    /// Whether it is switched on.
    active: bool,
    /// Since when.
    #[schema(value_type = Option<String>)]
    activated_at: Option<Timestamp>,
    /// Whether people can connect: it is switched on, and nothing is missing.
    ready: bool,
    /// What is still to be set, by its name here.
    missing: Vec<String>,
    /// The OAuth app's id at the provider.
    client_id: Option<String>,
    /// Enough of its secret to recognise it by. The secret is never answered.
    client_secret_display: Option<String>,
    /// What is asked for instead of the usual scopes; null: the usual ones.
    scopes: Option<Vec<String>>,
    /// What can be asked for.
    available_scopes: Vec<ScopeView>,
    /// Parameters of the authorization request besides the connector's own.
    authorize_params: BTreeMap<String, String>,
    /// `fields`, filled in.
    settings: BTreeMap<String, String>,
    /// What the connector wants to know besides the client's id and secret: a tenant, a host.
    fields: Vec<FieldView>,
    /// Where the provider sends people back to; to be entered in its console.
    redirect_uri: String,
    /// Where an application is registered with the provider.
    register_url: Option<String>,
    /// How a person gets at a credential (Markdown).
    guide: String,
    /// What the provider said when it last refused the OAuth app.
    problem: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

/// A scope that can be asked for.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ScopeView {
    /// As the provider calls it.
    name: String,
    /// What it lets an application do.
    description: String,
    /// Whether it is one of the usual ones.
    default: bool,
    /// Whether it is asked for in any case.
    required: bool,
}

/// A field that an operator fills in.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FieldView {
    /// Its name in `settings`.
    name: String,
    #[schema(value_type = String)]
    #[serde(rename = "type")]
    kind: FieldKind,
    label: String,
    placeholder: String,
    help: String,
    required: bool,
    /// What it is if left out.
    default: Option<String>,
    /// What it may be, for a select.
    options: Vec<String>,
}

impl IntegrationView {
    /// What was decided about `connector`, without what is nobody's to read.
    pub fn new(connector: &Connector, integration: Integration, public_url: &PublicUrl) -> Self {
        let missing = integration.missing(connector);
        let oauth = connector.oauth.as_deref().filter(|oauth| oauth.needs_app());
        Self {
            platform: connector.platform.to_string(),
            title: connector.name.clone(),
            category: connector.category.clone(),
            image: image(connector, public_url),
            oauth: connector.is_oauth(),
            active: integration.active,
            activated_at: integration.activated_at,
            ready: integration.active && missing.is_empty(),
            missing,
            available_scopes: oauth.map(scopes).unwrap_or_default(),
            settings: shown(oauth, integration.settings),
            fields: oauth.map(fields).unwrap_or_default(),
            redirect_uri: format!("{}{REDIRECT_PATH}", public_url.0),
            register_url: oauth.and_then(|oauth| oauth.register_url.clone()),
            guide: connector.guide.clone(),
            client_id: integration.client_id.filter(|_| oauth.is_some()),
            client_secret_display: integration.client_secret_hint.filter(|_| oauth.is_some()),
            scopes: integration.scopes,
            authorize_params: integration.authorize_params,
            problem: integration.problem,
            created_at: integration.created_at,
            updated_at: integration.updated_at,
        }
    }
}

fn scopes(oauth: &OAuth) -> Vec<ScopeView> {
    let view = |scope: &ScopeInfo| ScopeView {
        name: scope.name.clone(),
        description: scope.description.clone(),
        default: scope.default,
        required: scope.required,
    };
    oauth.scopes.iter().map(view).collect()
}

fn fields(oauth: &OAuth) -> Vec<FieldView> {
    let view = |field: &FormField| FieldView {
        name: field.name.clone(),
        kind: field.kind,
        label: field.label.clone(),
        placeholder: field.placeholder.clone(),
        help: field.help.clone(),
        required: field.required,
        default: field.default.clone(),
        options: field.options.clone(),
    };
    oauth.app_form.iter().map(view).collect()
}

/// Settings as they may be read: of a secret only that there is one.
fn shown(
    oauth: Option<&OAuth>,
    mut settings: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let fields = oauth.map_or(&[] as &[FormField], |oauth| &oauth.app_form);
    for field in fields.iter().filter(|field| field.is_secret()) {
        if let Some(value) = settings.get_mut(&field.name) {
            "•••".clone_into(value);
        }
    }
    settings
}
