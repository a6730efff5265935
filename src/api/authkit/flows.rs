//! `/authkit/api/flows`: sign-ins, as whoever began them sees them.

use actix_web::web;
use serde_json::{Value, json};
use uuid::Uuid;

use super::connections::Connect;
use super::session::AuthKitUser;
use crate::api::PublicUrl;
use crate::api::error::{ApiError, Kind};
use crate::api::extract::Json;
use crate::api::v1::connections::ConnectionView;
use crate::authkit::flows::Cancel;
use crate::authkit::{FlowId, FlowState, SignIns};
use crate::catalog::Catalogue;

/// `POST /authkit/api/flows`: begins a sign-in; the popup goes to its `url`.
#[utoipa::path(
    post, path = "/authkit/api/flows", tag = "authkit modal", security(("session" = [])),
    request_body = Connect,
    responses((status = 200, body = Value), (status = 400), (status = 401))
)]
pub async fn begin(
    user: AuthKitUser,
    Json(body): Json<Connect>,
    sign_ins: web::Data<SignIns>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<Value>, ApiError> {
    let (id, ticket) = sign_ins.begin(&user.0, body.into())?;
    Ok(web::Json(json!({
        "id": id.0,
        "url": format!("{}/connect/start/{ticket}", public_url.0),
    })))
}

/// `GET /authkit/api/flows/{id}`: what became of a sign-in; waits up to 25 seconds for it.
#[utoipa::path(
    get, path = "/authkit/api/flows/{id}", tag = "authkit modal", security(("session" = [])),
    params(("id" = String, Path, description = "The sign-in's id")),
    responses((status = 200, body = Value), (status = 401), (status = 404))
)]
pub async fn outcome(
    user: AuthKitUser,
    id: web::Path<Uuid>,
    sign_ins: web::Data<SignIns>,
    catalogue: web::Data<Catalogue>,
) -> Result<web::Json<Value>, ApiError> {
    let state = sign_ins.outcome(&user.0, FlowId(*id)).await;
    let state = state.ok_or_else(no_such_flow)?;
    let (word, message, connection) = match state {
        FlowState::Waiting => ("waiting", None, None),
        FlowState::Saved(connection) => ("saved", None, Some(connection)),
        FlowState::Denied(message) => ("denied", Some(message), None),
        FlowState::Failed(message) => ("failed", Some(message), None),
        FlowState::Expired => ("expired", None, None),
        FlowState::Cancelled => ("cancelled", None, None),
    };
    let connection =
        connection.map(|connection| ConnectionView::new(*connection, None, &catalogue.now()));
    Ok(web::Json(json!({
        "state": word, "message": message, "connection": connection,
    })))
}

/// `DELETE /authkit/api/flows/{id}`: ends a sign-in.
#[utoipa::path(
    delete, path = "/authkit/api/flows/{id}", tag = "authkit modal", security(("session" = [])),
    params(("id" = String, Path, description = "The sign-in's id")),
    responses((status = 200, body = Value), (status = 401), (status = 404))
)]
pub async fn cancel(
    user: AuthKitUser,
    id: web::Path<Uuid>,
    sign_ins: web::Data<SignIns>,
) -> Result<web::Json<Value>, ApiError> {
    match sign_ins.cancel(&user.0, FlowId(*id)) {
        Cancel::Done => Ok(web::Json(json!({ "state": "cancelled" }))),
        Cancel::TooLate => Err(ApiError::new(
            Kind::Conflict,
            "the sign-in is through, and its connection is being stored",
        )),
        Cancel::Unknown => Err(no_such_flow()),
    }
}

fn no_such_flow() -> ApiError {
    ApiError::not_found("there is no such sign-in in this session")
}
