//! The members, for those who manage them.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::session::email;
use super::setup::LinkView;
use crate::access::Access;
use crate::api::error::ApiError;
use crate::api::extract::{Admin, Json, Member};
use crate::api::{PublicUrl, actor};
use crate::domain::{self, MemberId, MemberState, Role, Timestamp};

/// A member as others see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    id: String,
    email: String,
    name: String,
    role: Role,
    is_owner: bool,
    /// Whether a code is asked for besides the password.
    totp: bool,
    state: MemberState,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    last_signed_in_at: Option<Timestamp>,
}

impl MemberView {
    fn new(member: domain::Member, state: MemberState) -> Self {
        Self {
            id: member.id.to_string(),
            email: member.email.into(),
            name: member.name,
            role: member.role,
            is_owner: member.is_owner,
            totp: member.has_totp,
            state,
            created_at: member.created_at,
            last_signed_in_at: member.last_signed_in_at,
        }
    }
}

/// Somebody to be invited.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    email: String,
    role: Role,
}

/// Another role.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleForm {
    role: Role,
}

/// `GET /admin/api/members`: everybody, in the order of invitation.
#[utoipa::path(get, path = "/admin/api/members", tag = "members", security(("admin" = [])), responses((status = 200, body = Value)))]
pub async fn list(_: Member, access: web::Data<Access>) -> Result<web::Json<Value>, ApiError> {
    let members = access.members().list()?;
    let rows: Vec<MemberView> = members
        .into_iter()
        .map(|(member, state)| MemberView::new(member, state))
        .collect();
    Ok(web::Json(json!({ "rows": rows })))
}

/// `POST /admin/api/members`: invites somebody. The link is in the answer and nowhere else: send it.
#[utoipa::path(post, path = "/admin/api/members", tag = "members", security(("admin" = [])), request_body = Invite, responses((status = 200, body = Value), (status = 409)))]
pub async fn invite(
    Admin(asker): Admin,
    Json(asked): Json<Invite>,
    access: web::Data<Access>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<Value>, ApiError> {
    let members = access.members();
    let (email, by) = (email(&asked.email)?, actor::of_asker(&asker));
    let (member, link) = members.invite(email, asked.role, &by).await?;
    let state = members.state(&member);
    Ok(web::Json(json!({
        "member": MemberView::new(member, state),
        "link": link.address(&public_url.0),
        "expiresAt": link.expires_at,
    })))
}

/// `PATCH /admin/api/members/{id}`: gives a member another role. The member's sessions end.
#[utoipa::path(
    patch, path = "/admin/api/members/{id}", tag = "members", security(("admin" = [])), request_body = RoleForm,
    params(("id" = String, Path, description = "The member's id")),
    responses((status = 200, body = MemberView), (status = 404), (status = 409))
)]
pub async fn change_role(
    Admin(asker): Admin,
    id: web::Path<String>,
    Json(asked): Json<RoleForm>,
    access: web::Data<Access>,
) -> Result<web::Json<MemberView>, ApiError> {
    let members = access.members();
    let by = actor::of_asker(&asker);
    let changed = members.change_role(asker.by(), id_of(&id)?, asked.role, &by);
    let member = changed.await?;
    let state = members.state(&member);
    Ok(web::Json(MemberView::new(member, state)))
}

/// `POST /admin/api/members/{id}/link`: a new link, to join or to set a new password. The one before
/// is no good any more.
#[utoipa::path(
    post, path = "/admin/api/members/{id}/link", tag = "members", security(("admin" = [])),
    params(("id" = String, Path, description = "The member's id")),
    responses((status = 200, body = LinkView), (status = 404))
)]
pub async fn link(
    Admin(asker): Admin,
    id: web::Path<String>,
    access: web::Data<Access>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<LinkView>, ApiError> {
    let by = actor::of_asker(&asker);
    let made = access.members().link_by(asker.by(), id_of(&id)?, &by);
    let link = made.await?;
    Ok(web::Json(LinkView::new(&link, &public_url.0)))
}

/// `DELETE /admin/api/members/{id}`: removes a member. The member's sessions end.
#[utoipa::path(
    delete, path = "/admin/api/members/{id}", tag = "members", security(("admin" = [])),
    params(("id" = String, Path, description = "The member's id")),
    responses((status = 204), (status = 404), (status = 409))
)]
pub async fn remove(
    Admin(asker): Admin,
    id: web::Path<String>,
    access: web::Data<Access>,
) -> Result<HttpResponse, ApiError> {
    let members = access.members();
    let by = actor::of_asker(&asker);
    members.remove(asker.by(), id_of(&id)?, &by).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn id_of(text: &str) -> Result<MemberId, ApiError> {
    let id = uuid::Uuid::try_parse(text);
    id.map(MemberId)
        .map_err(|_| ApiError::bad_request("a member's id is a UUID"))
}
