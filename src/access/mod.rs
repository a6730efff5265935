//! Who may come in: API keys, and how fast they may.

mod api_keys;
mod limits;
mod plain_key;

pub use api_keys::{Access, AccessError, Admitted, NewKey};
pub use limits::Window;
pub use plain_key::PlainKey;
