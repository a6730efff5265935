//! The people who sign in to the admin pages, and what each of them may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Email, Permission, Timestamp};

/// How long a person's name may be, in characters.
const MAX_NAME_CHARS: usize = 100;

/// A member's id. Public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(pub Uuid);

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A person's name as it is kept: without space around it, on one line. `None` if it is none.
pub fn person_name(text: &str) -> Option<String> {
    let name = text.trim();
    let is_good =
        (1..=MAX_NAME_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    is_good.then(|| name.to_owned())
}

/// What somebody is in the organisation. Each includes the one before.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees, and makes keys that read.
    Member,
    /// Does the daily work.
    Manager,
    /// Everything.
    Admin,
}

/// What can be done, as far as roles tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To see connections, settings, logs and keys; no secret.
    See,
    /// To make an API key, of no more permission than the role's own.
    MakeKeys,
    /// To change connections, integrations, toolsets, webhooks; to decide approvals.
    Change,
    /// To have an API key refused.
    RevokeKeys,
    /// To delete connections.
    DeleteConnections,
    /// To invite, change and remove members.
    ManageMembers,
    /// To change what holds for the whole server.
    ChangeServer,
}

impl Role {
    /// Whether somebody of this role may do it.
    pub fn may(self, right: Right) -> bool {
        let least = match right {
            Right::See | Right::MakeKeys => Self::Member,
            Right::Change | Right::RevokeKeys => Self::Manager,
            Right::DeleteConnections | Right::ManageMembers | Right::ChangeServer => Self::Admin,
        };
        self >= least
    }

    /// What a request to `/v1` may do that somebody of this role makes. A Manager's DELETE of a
    /// connection is refused where it is handled: the method alone does not tell it from others.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Member => Permission::Read,
            Self::Manager | Self::Admin => Permission::Admin,
        }
    }

    /// The most that a key may do which somebody of this role makes. A key knows no roles: what its
    /// maker may not do, it must not be able to do either.
    pub const fn makes_keys_up_to(self) -> Permission {
        match self {
            Self::Member => Permission::Read,
            Self::Manager => Permission::Write,
            Self::Admin => Permission::Admin,
        }
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Manager => "Manager",
            Self::Admin => "Admin",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "member" => Ok(Self::Member),
            "manager" => Ok(Self::Manager),
            "admin" => Ok(Self::Admin),
            _ => Err("must be `member`, `manager` or `admin`".to_owned()),
        }
    }
}

/// Whether somebody can come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MemberState {
    /// Has a password, or has signed in elsewhere.
    Active,
    /// Has not accepted the invitation yet.
    Invited,
    /// Too many wrong passwords just now.
    Locked,
}

/// Somebody who can sign in. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// By which the person signs in.
    pub email: Email,
    /// As others read it.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whether nobody else may change or remove this one. Exactly one member is it.
    pub is_owner: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether a code is asked for besides.
    pub has_totp: bool,
    /// When the person was invited.
    pub created_at: Timestamp,
    /// When the person last signed in.
    pub last_signed_in_at: Option<Timestamp>,
}

impl Member {
    /// Whether the person can come in at all, or did.
    pub fn is_active(&self) -> bool {
        self.has_password || self.last_signed_in_at.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_table_says() {
        use Right::{
            Change, ChangeServer, DeleteConnections, MakeKeys, ManageMembers, RevokeKeys, See,
        };
        for (right, member, manager) in [
            (See, true, true),
            (MakeKeys, true, true),
            (Change, false, true),
            (RevokeKeys, false, true),
            (DeleteConnections, false, false),
            (ManageMembers, false, false),
            (ChangeServer, false, false),
        ] {
            assert_eq!(Role::Member.may(right), member, "{right:?}");
            assert_eq!(Role::Manager.may(right), manager, "{right:?}");
            assert!(Role::Admin.may(right), "{right:?}");
        }
    }

    #[test]
    fn nobody_makes_a_key_that_does_what_its_maker_may_not() {
        assert_eq!(Role::Member.makes_keys_up_to(), Permission::Read);
        assert_eq!(Role::Manager.makes_keys_up_to(), Permission::Write);
        assert_eq!(Role::Admin.makes_keys_up_to(), Permission::Admin);
    }

    #[test]
    fn a_name_is_any_script_on_one_line() {
        for (text, kept) in [
            (" Ada ", Some("Ada")),
            ("שלום", Some("שלום")),
            ("<script>", Some("<script>")),
            ("", None),
            ("  ", None),
            ("a\nb", None),
        ] {
            assert_eq!(person_name(text).as_deref(), kept, "{text}");
        }
        assert!(person_name(&"x".repeat(100)).is_some());
        assert!(person_name(&"x".repeat(101)).is_none());
    }
}
