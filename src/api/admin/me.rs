//! What somebody who is signed in sees and changes of the own account.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::session::{OwnView, visitor, without_cookie};
use crate::access::Access;
use crate::access::members::SessionId;
use crate::api::error::ApiError;
use crate::api::extract::{Account, Json};
use crate::domain::{Secret, Timestamp};

/// Another name.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    name: String,
}

/// Another password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    #[schema(value_type = String)]
    current: Secret<String>,
    #[schema(value_type = String)]
    new: Secret<String>,
}

/// The proof that a second factor works.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
    #[schema(value_type = String)]
    code: Secret<String>,
}

/// The password, once more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmForm {
    #[schema(value_type = String)]
    password: Secret<String>,
}

/// A session of one's own.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnSession {
    #[schema(value_type = String)]
    id: SessionId,
    #[schema(value_type = String)]
    created_at: Timestamp,
    /// To the minute.
    #[schema(value_type = String)]
    last_used_at: Timestamp,
    address: String,
    /// In a few words: `Firefox on Linux`.
    browser: String,
    is_this: bool,
}

/// `PATCH /admin/api/me`: gives oneself another name.
#[utoipa::path(patch, path = "/admin/api/me", tag = "admin session", security(("admin" = [])), request_body = NameForm, responses((status = 200, body = OwnView)))]
pub async fn rename(
    Account(own): Account,
    Json(form): Json<NameForm>,
    access: web::Data<Access>,
) -> Result<web::Json<OwnView>, ApiError> {
    let member = access.members().rename(own.member.id, &form.name).await?;
    Ok(web::Json(OwnView::from(&member)))
}

/// `PUT /admin/api/me/password`: sets another password. All of one's sessions end, this one too.
#[utoipa::path(put, path = "/admin/api/me/password", tag = "admin session", security(("admin" = [])), request_body = PasswordForm, responses((status = 204), (status = 400)))]
pub async fn password(
    Account(own): Account,
    request: HttpRequest,
    Json(form): Json<PasswordForm>,
    access: web::Data<Access>,
) -> Result<HttpResponse, ApiError> {
    let visitor = visitor(&request);
    access
        .members()
        .change_password(own.member.id, &form.current, &form.new, &visitor)
        .await?;
    Ok(without_cookie())
}

/// `POST /admin/api/me/totp`: begins a second factor. It counts from its first code on.
#[utoipa::path(post, path = "/admin/api/me/totp", tag = "admin session", security(("admin" = [])), responses((status = 200, body = Value)))]
pub async fn begin_totp(
    Account(own): Account,
    access: web::Data<Access>,
) -> Result<web::Json<Value>, ApiError> {
    let begun = access.members().begin_totp(own.member.id).await?;
    Ok(web::Json(
        json!({ "secret": begun.secret.expose(), "uri": begun.uri.expose() }),
    ))
}

/// `PUT /admin/api/me/totp`: has codes asked for from now on. The recovery codes are shown this once.
#[utoipa::path(put, path = "/admin/api/me/totp", tag = "admin session", security(("admin" = [])), request_body = CodeForm, responses((status = 200, body = Value), (status = 400)))]
pub async fn confirm_totp(
    Account(own): Account,
    Json(form): Json<CodeForm>,
    access: web::Data<Access>,
) -> Result<web::Json<Value>, ApiError> {
    let code = form.code.expose();
    let codes = access.members().confirm_totp(own.member.id, code).await?;
    Ok(web::Json(json!({ "recoveryCodes": codes })))
}

/// `DELETE /admin/api/me/totp`: has no code asked for any more.
#[utoipa::path(delete, path = "/admin/api/me/totp", tag = "admin session", security(("admin" = [])), request_body = ConfirmForm, responses((status = 204), (status = 400)))]
pub async fn remove_totp(
    Account(own): Account,
    request: HttpRequest,
    Json(form): Json<ConfirmForm>,
    access: web::Data<Access>,
) -> Result<HttpResponse, ApiError> {
    let visitor = visitor(&request);
    access
        .members()
        .remove_totp(own.member.id, &form.password, &visitor)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /admin/api/me/sessions`: where one is signed in.
#[utoipa::path(get, path = "/admin/api/me/sessions", tag = "admin session", security(("admin" = [])), responses((status = 200, body = Value)))]
pub async fn sessions(
    Account(own): Account,
    access: web::Data<Access>,
) -> Result<web::Json<Value>, ApiError> {
    let sessions = access.members().sessions_of(own.member.id)?;
    let rows: Vec<OwnSession> = sessions
        .into_iter()
        .map(|session| OwnSession {
            is_this: session.id == own.session,
            id: session.id,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            address: session.visitor.address,
            browser: session.visitor.browser,
        })
        .collect();
    Ok(web::Json(json!({ "rows": rows })))
}

/// `DELETE /admin/api/me/sessions/{id}`: signs out there.
#[utoipa::path(
    delete, path = "/admin/api/me/sessions/{id}", tag = "admin session", security(("admin" = [])),
    params(("id" = String, Path, description = "The session's id")),
    responses((status = 204), (status = 404))
)]
pub async fn end_session(
    Account(own): Account,
    id: web::Path<String>,
    access: web::Data<Access>,
) -> Result<HttpResponse, ApiError> {
    let id = uuid::Uuid::try_parse(&id)
        .map_err(|_| ApiError::bad_request("a session's id is a UUID"))?;
    let members = access.members();
    members.end_session(&own, SessionId(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
