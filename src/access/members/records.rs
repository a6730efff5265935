//! What is stored about members, set-up and sessions.

use serde::{Deserialize, Serialize};

use super::password::PasswordHash;
use crate::crypto::Sealed;
use crate::domain::{Email, Member, MemberId, Role, Timestamp};

/// A member as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stored {
    pub id: MemberId,
    pub email: Email,
    pub name: String,
    pub role: Role,
    pub is_owner: bool,
    pub password: Option<PasswordHash>,
    pub totp: Option<StoredTotp>,
    /// A second factor that was begun, and not confirmed by a code yet.
    pub pending_totp: Option<Sealed>,
    /// Who it is at the organisation's provider, once the person has signed in there.
    #[serde(default)]
    pub subject: Option<String>,
    /// The only link that is out: an invitation, or one to set a new password.
    pub link: Option<StoredLink>,
    /// Sessions of an older generation have ended.
    pub generation: u32,
    pub created_at: Timestamp,
    pub last_signed_in_at: Option<Timestamp>,
}

/// A second factor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredTotp {
    pub secret: Sealed,
    /// The step of the last code that was taken: none is taken twice.
    pub last_step: u64,
    /// Keyed hashes, in hex, of the recovery codes that are left.
    pub recovery: Vec<String>,
}

/// A link's second half. The link itself is not kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredLink {
    /// Keyed hash of its token, in hex.
    pub hash: String,
    pub expires_at: Timestamp,
    /// Whether using it takes the second factor away: the phone may be what was lost.
    pub clears_totp: bool,
}

/// The link that makes the first administrator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetUp {
    /// Keyed hash of its token, in hex.
    pub hash: String,
    pub expires_at: Timestamp,
}

/// A session as it is stored. Its token is not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredSession {
    pub member: MemberId,
    /// The member's at the time.
    pub generation: u32,
    /// Keyed hash of its token, in hex.
    pub hash: String,
    pub created_at: Timestamp,
    /// From where it was begun.
    pub address: String,
    /// With what it was begun, in a few words.
    pub browser: String,
}

impl Stored {
    /// Without its secrets.
    pub fn member(&self) -> Member {
        Member {
            id: self.id,
            email: self.email.clone(),
            name: self.name.clone(),
            role: self.role,
            is_owner: self.is_owner,
            has_password: self.password.is_some(),
            has_totp: self.totp.is_some(),
            created_at: self.created_at,
            last_signed_in_at: self.last_signed_in_at,
        }
    }
}
