//! Values and the rules about them: no I/O, no clock, no HTTP.
//!
//! **Architecture Invariant:** nothing in here waits, reads or sends. Time and chance come in as arguments.

mod action;
mod action_pattern;
mod actions;
mod actor;
mod api_key;
mod approval;
mod connection;
mod connector;
mod email;
mod field_path;
mod identity;
mod integration;
mod key;
mod member;
mod oauth;
mod scope;
mod secret;
mod template;
mod time;
mod toolset;
mod value_path;

pub use action::{
    Action, ActionId, AnswerField, InvalidActionId, Method, Param, ParamPlace, PathTemplate,
    path_fits,
};
pub use action_pattern::{ActionPattern, ApprovalRule, InvalidActionPattern};
pub use actions::{ActionSource, Actions};
pub use actor::{Actor, ActorKind};
pub use api_key::{ApiKey, ApiKeyId, Guards, Permission};
pub use approval::{Approval, ApprovalId, ApprovalState};
pub use connection::{Connection, ConnectionId, Generation, Health, TokenState};
pub use connector::{
    ACCESS_TOKEN_FIELD, Auth, CLIENT_ID_FIELD, CLIENT_SECRET_FIELD, Connector, FieldKind,
    FormField, MockFacts, REFRESH_TOKEN_FIELD, ShowIf, Status, TestRequest, connector_id,
};
pub use email::{Email, InvalidEmail};
pub use field_path::{Step, steps};
pub use identity::{Identity, IdentityType, InvalidIdentity, MAX_IDENTITY_BYTES};
pub use integration::Integration;
pub use key::{ConnectionKey, Environment, InvalidConnectionKey, InvalidPlatform, Platform};
pub use member::{Member, MemberId, MemberState, Right, Role, person_name};
pub use oauth::{
    AnswerShape, Assertion, AssertionAlgorithm, ClientAuth, Encoding, FollowUp, Grant, LifeUnit,
    OAuth, Outcome, RefreshPolicy, Revocation, RevokeStyle, RevokedToken, ScopeInfo, StandardParam,
    Vector,
};
pub use scope::Scope;
pub use secret::Secret;
pub use template::{InvalidTemplate, MissingField, Template};
pub use time::{Clock, SystemClock, Timestamp};
pub use toolset::{InvalidToolsetName, Toolset, ToolsetName, Validation};
pub use value_path::ValuePath;
