//! Coming in by a link: the first administrator, and everybody who is invited.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::session::{SessionView, email, signed_in, signed_out, visitor};
use crate::access::Access;
use crate::access::members::{Link, MemberError, Members};
use crate::api::PublicUrl;
use crate::api::error::ApiError;
use crate::api::extract::session::from_our_own_page;
use crate::api::extract::{Json, Operator};
use crate::domain::{Actor, Email, Secret, Timestamp};

/// The first administrator.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpForm {
    /// From the link.
    #[schema(value_type = String)]
    token: Secret<String>,
    email: String,
    name: String,
    #[schema(value_type = String)]
    password: Secret<String>,
}

/// Somebody who was invited, or is to set a new password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptForm {
    /// From the link.
    #[schema(value_type = String)]
    token: Secret<String>,
    /// What others are to read; the one before if left out.
    name: Option<String>,
    #[schema(value_type = String)]
    password: Secret<String>,
}

/// For whom a link is wanted.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkForm {
    /// A member's address; for nobody's, the link that makes the first administrator.
    pub email: Option<String>,
}

/// A link. It is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    link: String,
    #[schema(value_type = String)]
    expires_at: Timestamp,
}

impl LinkView {
    /// `link` on the server at `public_url`.
    pub fn new(link: &Link, public_url: &str) -> Self {
        Self {
            link: link.address(public_url),
            expires_at: link.expires_at,
        }
    }
}

/// `POST /admin/api/setup`: makes the first administrator, who owns the place, and signs in.
#[utoipa::path(
    post, path = "/admin/api/setup", tag = "admin session", request_body = SetUpForm,
    responses((status = 200, body = SessionView), (status = 404, description = "The link is not good any more"))
)]
pub async fn set_up(
    request: HttpRequest,
    Json(form): Json<SetUpForm>,
    access: web::Data<Access>,
    public_url: web::Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    from_our_own_page(&request)?;
    let (address, visitor) = (email(&form.email)?, visitor(&request));
    let token = form.token.expose();
    let entered = access
        .members()
        .set_up(token, address, &form.name, form.password, &visitor)
        .await?;
    signed_in(&request, &public_url, &entered)
}

/// `POST /admin/api/invitations/accept`: sets the password of whoever the link is for, and signs in;
/// who has a second factor signs in with it afterwards.
#[utoipa::path(
    post, path = "/admin/api/invitations/accept", tag = "admin session", request_body = AcceptForm,
    responses((status = 200, body = SessionView), (status = 404, description = "The link is not good any more"))
)]
pub async fn accept(
    request: HttpRequest,
    Json(form): Json<AcceptForm>,
    access: web::Data<Access>,
    public_url: web::Data<PublicUrl>,
) -> Result<HttpResponse, ApiError> {
    from_our_own_page(&request)?;
    let (token, visitor) = (form.token.expose(), visitor(&request));
    let entered = access
        .members()
        .accept(token, form.name.as_deref(), form.password, &visitor)
        .await?;
    match entered {
        Some(entered) => signed_in(&request, &public_url, &entered),
        None => signed_out(&request, &public_url),
    }
}

/// `POST /admin/api/links`: a link for whoever has lost the password, or to begin with. For the
/// command line alone: it takes the second factor away as well.
#[utoipa::path(
    post, path = "/admin/api/links", tag = "members", request_body = LinkForm,
    responses((status = 200, body = LinkView), (status = 400), (status = 404))
)]
pub async fn link(
    _: Operator,
    Json(form): Json<LinkForm>,
    access: web::Data<Access>,
    public_url: web::Data<PublicUrl>,
) -> Result<web::Json<LinkView>, ApiError> {
    let email = form.email.as_deref().map(email).transpose()?;
    let link = lost(access.members(), email.as_ref()).await?;
    Ok(web::Json(LinkView::new(&link, &public_url.0)))
}

/// A link for the member with this address, or the one that makes the first administrator.
pub async fn lost(members: &Members, email: Option<&Email>) -> Result<Link, MemberError> {
    match email {
        Some(email) => {
            let member = members.with_email(email)?;
            let by = Actor::operator();
            members.new_link(member.id, true, &by).await
        }
        None => members.set_up_link().await?.ok_or_else(|| {
            MemberError::Invalid(
                "there are members already: say for which of them, by the email address".to_owned(),
            )
        }),
    }
}
