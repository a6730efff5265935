//! Who may come in: programs with API keys, and how fast they may; people who sign in.

mod api_keys;
mod limits;
pub mod members;
pub mod oidc;
mod plain_key;

pub use api_keys::{Access, AccessError, Admitted, NewKey};
pub use limits::Window;
pub use members::{MemberError, Members, SignedIn};
pub use oidc::{Oidc, OidcError};
pub use plain_key::PlainKey;
