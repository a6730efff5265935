//! Who asks `/admin/api`: people by their role, or the command line, which may do everything.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::ViaControlSocket;
use super::session::{self, ENVIRONMENT};
use crate::access::SignedIn;
use crate::api::error::{ApiError, Kind};
use crate::domain::{self, Environment, MemberId, Right, Role};

/// Who asks.
#[derive(Clone, Debug)]
pub enum Who {
    /// Somebody on the server's own machine, by the control socket.
    CommandLine,
    /// The built-in administrator of a development server.
    Dev(domain::Member),
    /// A member with a session.
    Person(SignedIn),
}

/// Who asks, and of which environment.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Who.
    pub who: Who,
    pub(super) environment: Option<Environment>,
}

impl Asker {
    /// What this one may do.
    pub fn role(&self) -> Role {
        self.member().map_or(Role::Admin, |member| member.role)
    }

    /// The person; nobody for the command line.
    pub fn member(&self) -> Option<&domain::Member> {
        match &self.who {
            Who::CommandLine => None,
            Who::Dev(member) => Some(member),
            Who::Person(signed_in) => Some(&signed_in.member),
        }
    }

    /// The id of the member that a change is made by. None for those who are no member, and may do
    /// everything: the command line, and the built-in administrator.
    pub fn by(&self) -> Option<MemberId> {
        match &self.who {
            Who::Person(signed_in) => Some(signed_in.member.id),
            Who::CommandLine | Who::Dev(_) => None,
        }
    }

    /// Which environment is spoken of, by the header `x-magpie-environment`. A session always says
    /// it; the command line may not.
    pub fn environment(&self) -> Result<Environment, ApiError> {
        self.environment.ok_or_else(session::say_the_environment)
    }
}

/// Somebody with any role, or the command line.
#[derive(Clone, Debug)]
pub struct Member(pub Asker);

/// A Manager or an Admin, or the command line.
#[derive(Clone, Debug)]
pub struct Manager(pub Asker);

/// An Admin, or the command line.
#[derive(Clone, Debug)]
pub struct Admin(pub Asker);

impl FromRequest for Member {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(at_least(request, Role::Member, Right::See).map(Self))
    }
}

impl FromRequest for Manager {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(at_least(request, Role::Manager, Right::Change).map(Self))
    }
}

impl FromRequest for Admin {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(at_least(request, Role::Admin, Right::ChangeServer).map(Self))
    }
}

/// A member with a session, for what concerns that member alone. The built-in administrator and the
/// command line have no account to change.
#[derive(Clone, Debug)]
pub struct Account(pub SignedIn);

impl FromRequest for Account {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asker = at_least(request, Role::Member, Right::See);
        ready(asker.and_then(|asker| match asker.who {
            Who::Person(signed_in) => Ok(Self(signed_in)),
            Who::Dev(_) | Who::CommandLine => Err(ApiError::new(
                Kind::Forbidden,
                "this is about an account, and there is none here: sign in as a member",
            )),
        }))
    }
}

fn at_least(request: &HttpRequest, least: Role, right: Right) -> Result<Asker, ApiError> {
    if request.conn_data::<ViaControlSocket>().is_some() {
        let sent = request.headers().get(ENVIRONMENT);
        return Ok(Asker {
            who: Who::CommandLine,
            environment: sent.map(session::environment).transpose()?,
        });
    }
    let asker = session::asker(request)?.ok_or_else(session::nobody)?;
    match asker.role() >= least {
        true => Ok(asker),
        false => Err(session::not_for(asker.role(), right)),
    }
}
