//! Who asks `/v1`: programs with API keys, and people who are signed in, in place of one.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::people::{Member, Who};
use super::session;
use crate::access::members::SessionId;
use crate::access::{Access, AccessError, Admitted};
use crate::api::error::{ApiError, Kind};
use crate::api::layers::Served;
use crate::domain::{ApiKey, ApiKeyId, Environment, Permission, Right, Scope};

/// Where the key stands.
const KEY: &str = "x-pica-secret";

/// The holder of an API key, or somebody who is signed in. A handler that takes one cannot be
/// reached without a valid `x-pica-secret`, or a session, that allows the request's method; one that
/// takes none is public, and looks it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// With which key; for a person the one that stands for the person, which has a `person`.
    pub key: Arc<ApiKey>,
}

impl Caller {
    /// What the caller sees.
    pub fn scope(&self) -> &Scope {
        &self.key.scope
    }

    /// Whether the caller may do what a method does not tell. Roles limit people; what a key may do
    /// has been asked.
    pub fn may(&self, right: Right) -> Result<(), ApiError> {
        match self.key.person {
            Some(role) if !role.may(right) => Err(session::not_for(role, right)),
            _ => Ok(()),
        }
    }

    /// Who it is, for records: `key {id}` or `member {id}`.
    pub fn who(&self) -> String {
        let kind = match self.key.person {
            Some(_) => "member",
            None => "key",
        };
        format!("{kind} {}", self.key.id)
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request))
    }
}

fn admit(request: &HttpRequest) -> Result<Caller, ApiError> {
    let key = let_in(request)?;
    if let (Some(role), true) = (
        key.person,
        key.permission < Permission::needed_for(request.method().as_str()),
    ) {
        return Err(session::not_for(role, Right::Change));
    }
    Admitted::may(&key, request.method().as_str())?;
    Ok(Caller { key })
}

/// The key of whoever asks. A key wins over a session: a program knows what it sends.
fn let_in(request: &HttpRequest) -> Result<Arc<ApiKey>, ApiError> {
    let mut sent = request.headers().get_all(KEY);
    match (sent.next(), sent.next()) {
        (Some(text), None) => {
            let text = text.to_str().map_err(|_| AccessError::UnknownKey)?;
            Ok(admit_key(request, text)?.key)
        }
        (Some(_), Some(_)) => Err(AccessError::NoKey.into()),
        (None, _) => {
            let asker = session::asker(request)?.ok_or(AccessError::NoKey)?;
            let person = asker.member().ok_or(AccessError::NoKey)?;
            let key = Arc::new(ApiKey::of_person(person, asker.environment()?));
            if let Some(served) = request.extensions_mut().get_mut::<Served>() {
                served.key = Some(Arc::clone(&key));
            }
            Ok(key)
        }
    }
}

/// Admits the holder of the key `text`, and notes it for the log and the answer's headers. What the
/// key may do is for the caller to ask.
pub(in crate::api) fn admit_key(
    request: &HttpRequest,
    text: &str,
) -> Result<Admitted, AccessError> {
    let access = request
        .app_data::<web::Data<Access>>()
        .expect("every app is built with its access");
    let admitted = access.admit(text);
    let mut extensions = request.extensions_mut();
    let served = extensions
        .get_mut::<Served>()
        .expect("every request passes the layers first");
    served.window = match &admitted {
        Ok(admitted) => Some(admitted.window),
        Err(AccessError::TooMany(window)) => Some(*window),
        Err(_) => None,
    };
    let admitted = admitted?;
    served.key = Some(Arc::clone(&admitted.key));
    Ok(admitted)
}

/// The holder of an API key, or somebody who is signed in, whatever the permission. For routes whose
/// method says nothing about what is done: the handler asks for what it takes.
#[derive(Clone, Debug)]
pub struct Holder {
    /// With which key.
    pub key: Arc<ApiKey>,
}

impl FromRequest for Holder {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(let_in(request).map(|key| Self { key }))
    }
}

/// Who decides for everybody: a Manager or an Admin, or the holder of an API key with permission
/// admin that is bound to no identity, platforms, actions or methods. Whatever the method, no
/// lesser key will do.
#[derive(Clone, Debug)]
pub struct Administrator(pub Caller);

impl FromRequest for Administrator {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request).and_then(administers))
    }
}

fn administers(caller: Caller) -> Result<Administrator, ApiError> {
    caller.may(Right::Change)?;
    let scope = caller.scope();
    let is_bound =
        scope.identity.is_some() || !scope.platforms.is_empty() || !caller.key.guards.are_open();
    if is_bound || caller.key.permission != Permission::Admin {
        return Err(ApiError::new(
            Kind::Forbidden,
            "this decides for everybody: use an API key with permission `admin` that is bound to no \
             identity, platforms, actions or methods",
        ));
    }
    Ok(Administrator(caller))
}

/// Who may see what happens in an environment: people of any role, whoever decides for everybody by
/// an API key, and the command line.
#[derive(Clone, Copy, Debug)]
pub struct Overseer {
    /// Which environment.
    pub environment: Environment,
    /// How that one came in.
    pass: Pass,
}

/// How somebody came in who may stay for longer than a request takes.
#[derive(Clone, Copy, Debug)]
enum Pass {
    /// With this API key.
    Key(ApiKeyId),
    /// By this session.
    Session(SessionId),
    /// As whoever has the server's own machine.
    Machine,
}

impl Overseer {
    /// Whether it is a person or the command line. API keys are of their environment, and see nothing
    /// of what belongs to none.
    pub fn is_person(&self) -> bool {
        !matches!(self.pass, Pass::Key(_))
    }

    /// Whether that one would still come in. Another role ends a session, so that the role is asked
    /// with it. To ask is no use of a session.
    pub fn still_stands(&self, access: &Access) -> bool {
        match self.pass {
            Pass::Key(id) => {
                let key = access.valid(self.environment, id);
                key.is_ok_and(|key| key.is_some_and(|key| key.person.is_none()))
            }
            Pass::Session(id) => access.members().is_open(id).unwrap_or(false),
            Pass::Machine => true,
        }
    }
}

impl FromRequest for Overseer {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let overseer = match request.headers().contains_key(KEY) {
            true => admit(request)
                .and_then(administers)
                .map(|Administrator(caller)| Self {
                    environment: caller.scope().environment,
                    pass: Pass::Key(caller.key.id),
                }),
            false => Member::from_request(request, payload)
                .into_inner()
                .and_then(|Member(asker)| {
                    Ok(Self {
                        environment: asker.environment()?,
                        pass: match asker.who {
                            Who::Person(signed_in) => Pass::Session(signed_in.session),
                            Who::Dev(_) | Who::CommandLine => Pass::Machine,
                        },
                    })
                }),
        };
        ready(overseer)
    }
}

/// Somebody on this machine who may read the data folder: the command line, by the control socket.
#[derive(Clone, Copy, Debug)]
pub struct Operator;

/// Marks connections that came in by the control socket.
#[derive(Clone, Copy, Debug)]
pub struct ViaControlSocket;

impl FromRequest for Operator {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let is_operator = request.conn_data::<ViaControlSocket>().is_some();
        ready(is_operator.then_some(Self).ok_or_else(|| {
            ApiError::new(
                Kind::Unauthorized,
                "only the command line on the server's own machine may do this",
            )
        }))
    }
}
