//! API keys.

use std::time::Duration;

use actix_web::{HttpRequest, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::{Access, NewKey};
use crate::api::actor;
use crate::api::error::{ApiError, Kind};
use crate::api::extract::{Json, Manager, Member};
use crate::api::query::Query;
use crate::domain::{
    ActionPattern, Actor, ApiKey, ApiKeyId, ApprovalRule, Environment, Guards, Identity, Method,
    Permission, Platform, Scope, Timestamp,
};

/// What is asked for when a key is made.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateKey {
    /// Where it is to be valid.
    pub environment: Environment,
    /// What it is for.
    pub name: String,
    /// What it may do; everything that its maker's role lets keys do if left out.
    pub permission: Option<Permission>,
    /// The only platforms that it sees; all if left out.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub platforms: Vec<Platform>,
    /// The only actions that it may call: ids, or `platform/key` with `*`; all if left out.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub actions: Vec<ActionPattern>,
    /// The only methods of its requests to providers; all if left out.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// What waits for a person's yes: `write`, `delete`, or actions as above.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub approval: Vec<ApprovalRule>,
    /// The only identity that it sees.
    #[schema(value_type = Option<String>)]
    pub identity: Option<Identity>,
    /// After so many seconds it is refused.
    pub expires_in_seconds: Option<u64>,
}

/// A key as it is shown: without the key.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    id: String,
    name: String,
    environment: Environment,
    /// The last four characters.
    hint: String,
    permission: Permission,
    platforms: Vec<String>,
    actions: Vec<String>,
    methods: Vec<Method>,
    approval: Vec<String>,
    identity: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// To the minute.
    #[schema(value_type = Option<String>)]
    last_used_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    revoked_at: Option<Timestamp>,
}

impl KeyView {
    fn new(key: ApiKey, last_used_at: Option<Timestamp>) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name,
            environment: key.scope.environment,
            hint: key.hint,
            permission: key.permission,
            platforms: texts(&key.scope.platforms),
            actions: texts(&key.guards.actions),
            methods: key.guards.methods,
            approval: texts(&key.guards.approval),
            identity: key
                .scope
                .identity
                .map(|identity| identity.as_str().to_owned()),
            created_at: key.created_at,
            last_used_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// Makes a key, and gives what is shown this once.
pub async fn make(
    access: &Access,
    asked: CreateKey,
    by: &Actor,
) -> Result<Value, crate::access::AccessError> {
    let new = NewKey {
        scope: Scope {
            environment: asked.environment,
            platforms: asked.platforms,
            identity: asked.identity,
        },
        name: asked.name,
        permission: asked.permission.unwrap_or(Permission::Admin),
        guards: Guards {
            actions: asked.actions,
            methods: asked.methods,
            approval: asked.approval,
        },
        expires_in: asked.expires_in_seconds.map(Duration::from_secs),
    };
    let (key, text) = access.create(new, by).await?;
    Ok(
        json!({ "id": key.id, "key": text.expose(), "name": key.name, "environment": key.scope.environment }),
    )
}

/// The keys of both environments, or of one.
pub fn all(
    access: &Access,
    only: Option<Environment>,
) -> Result<Vec<KeyView>, crate::access::AccessError> {
    let mut rows = Vec::new();
    for environment in Environment::ALL
        .into_iter()
        .filter(|other| only.is_none_or(|only| only == *other))
    {
        let keys = access.list(environment)?;
        rows.extend(
            keys.into_iter()
                .map(|(key, last_used)| KeyView::new(key, last_used)),
        );
    }
    Ok(rows)
}

/// Revokes the key with this id, whichever environment it is of.
pub async fn revoke_any(
    access: &Access,
    id: ApiKeyId,
    by: &Actor,
) -> Result<KeyView, crate::access::AccessError> {
    let revoked = match access.revoke(Environment::Test, id, by).await {
        Err(crate::access::AccessError::NoSuchKey(_)) => {
            access.revoke(Environment::Live, id, by).await
        }
        other => other,
    };
    Ok(KeyView::new(revoked?, None))
}

/// `POST /admin/api/keys`: makes a key. The answer is the only place where it can be read. A Member's
/// keys read; a Manager's write too; an Admin's may do everything.
#[utoipa::path(post, path = "/admin/api/keys", tag = "keys", security(("admin" = [])), request_body = CreateKey, responses((status = 200, body = Value), (status = 403)))]
pub async fn create(
    Member(asker): Member,
    Json(mut asked): Json<CreateKey>,
    access: web::Data<Access>,
) -> Result<web::Json<Value>, ApiError> {
    let most = asker.role().makes_keys_up_to();
    if *asked.permission.get_or_insert(most) > most {
        return Err(ApiError::new(
            Kind::Forbidden,
            format!(
                "a key may do no more than its maker: as a {} you can make keys with permission up to `{}`",
                asker.role().title(),
                most.as_str()
            ),
        ));
    }
    Ok(web::Json(
        make(&access, asked, &actor::of_asker(&asker)).await?,
    ))
}

/// `GET /admin/api/keys`: lists the keys, without the keys.
#[utoipa::path(
    get, path = "/admin/api/keys", tag = "keys", security(("admin" = [])),
    params(("environment" = Option<Environment>, Query, description = "Only this environment")),
    responses((status = 200, body = Value))
)]
pub async fn list(
    _: Member,
    request: HttpRequest,
    access: web::Data<Access>,
) -> Result<web::Json<Value>, ApiError> {
    let only = Query::parse(request.query_string()).get("environment", "`test` or `live`")?;
    Ok(web::Json(json!({ "rows": all(&access, only)? })))
}

/// `DELETE /admin/api/keys/{id}`: has a key refused from now on.
#[utoipa::path(
    delete, path = "/admin/api/keys/{id}", tag = "keys", security(("admin" = [])),
    params(("id" = String, Path, description = "The key's id")),
    responses((status = 200, body = KeyView), (status = 404))
)]
pub async fn revoke(
    Manager(asker): Manager,
    id: web::Path<String>,
    access: web::Data<Access>,
) -> Result<web::Json<KeyView>, ApiError> {
    let id =
        uuid::Uuid::try_parse(&id).map_err(|_| ApiError::bad_request("a key's id is a UUID"))?;
    let by = actor::of_asker(&asker);
    Ok(web::Json(revoke_any(&access, ApiKeyId(id), &by).await?))
}
