//! Who does something.

use serde::{Deserialize, Serialize};

use super::{ApiKey, Identity};

/// What kind of somebody it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    /// A person who runs the program, signed in.
    Member,
    /// A program, with an API key.
    Key,
    /// An end user, in AuthKit.
    User,
    /// Somebody on the server's own machine, with the command line.
    Operator,
    /// The program itself.
    System,
}

impl ActorKind {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Key => "key",
            Self::User => "user",
            Self::Operator => "operator",
            Self::System => "system",
        }
    }
}

/// Who does something, as it stands in what is written about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Actor {
    /// What kind of somebody.
    pub kind: ActorKind,
    /// Which: a member's or key's id, an end user's identity.
    pub id: Option<String>,
    /// What they are called.
    pub name: Option<String>,
}

impl Actor {
    /// The holder of `key`.
    pub fn key(key: &ApiKey) -> Self {
        Self {
            kind: ActorKind::Key,
            id: Some(key.id.to_string()),
            name: Some(key.name.clone()),
        }
    }

    /// Somebody who is signed in to the admin pages.
    pub fn member(id: &str, name: &str) -> Self {
        Self {
            kind: ActorKind::Member,
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
        }
    }

    /// An end user; without an identity nothing is known of them.
    pub fn user(identity: Option<&Identity>) -> Self {
        let identity = identity.map(|identity| identity.as_str().to_owned());
        Self {
            kind: ActorKind::User,
            id: identity.clone(),
            name: identity,
        }
    }

    /// Somebody with the command line.
    pub fn operator() -> Self {
        Self {
            kind: ActorKind::Operator,
            id: None,
            name: Some("command line".to_owned()),
        }
    }

    /// The part of the program that is called `name`.
    pub fn system(name: &str) -> Self {
        Self {
            kind: ActorKind::System,
            id: None,
            name: Some(name.to_owned()),
        }
    }

    /// In a few words: `key 6b1f…`, or what the part of the program is called.
    pub fn label(&self) -> String {
        let kind = self.kind.as_str();
        match (self.kind, &self.id) {
            (ActorKind::System, _) => self.name.clone().unwrap_or_default(),
            (_, Some(id)) => format!("{kind} {id}"),
            (_, None) => kind.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_who_in_a_few_words() {
        let identity = "ann".parse::<Identity>().unwrap();
        for (actor, label) in [
            (Actor::user(Some(&identity)), "user ann"),
            (Actor::user(None), "user"),
            (Actor::operator(), "operator"),
            (Actor::system("webhook"), "webhook"),
        ] {
            assert_eq!(actor.label(), label);
        }
    }
}
