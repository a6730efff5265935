//! A request's body, held up to a limit.

use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt as _;

/// So much of a body is held; what is longer is counted and let go.
pub const MOST_HELD: usize = 1024 * 1024;

/// A body that has arrived.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// All of it; `None` if that is more than [`MOST_HELD`].
    pub held: Option<Bytes>,
    /// Its length in bytes.
    pub length: u64,
}

impl Body {
    /// Reads all of `payload`, however long it is.
    pub async fn read(mut payload: Payload) -> Result<Self, PayloadError> {
        let mut held = Some(BytesMut::new());
        let mut length = 0u64;
        while let Some(chunk) = payload.next().await {
            let chunk = chunk?;
            length += chunk.len() as u64;
            held = held.filter(|held| held.len() + chunk.len() <= MOST_HELD);
            if let Some(held) = &mut held {
                held.extend_from_slice(&chunk);
            }
        }
        Ok(Self {
            held: held.map(BytesMut::freeze),
            length,
        })
    }

    /// What is held and not empty.
    pub fn content(&self) -> Option<&[u8]> {
        self.held.as_deref().filter(|bytes| !bytes.is_empty())
    }
}
