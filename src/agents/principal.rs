//! Who asks, and within which limits: the narrower of key and toolset, always.

use std::sync::Arc;

use super::error::AgentError;
use crate::catalog::Snapshot;
use crate::domain::{
    Action, ActionId, ActionPattern, Actor, ActorKind, ApiKey, Connection, Permission, Platform,
    Scope, Toolset, Validation,
};
use crate::journal::Named;

/// Who asks, and within which limits.
#[derive(Clone, Debug)]
pub struct Principal {
    /// With which key.
    pub key: Arc<ApiKey>,
    /// Through which toolset.
    pub toolset: Option<Arc<Toolset>>,
    /// In which request, by the id that the log knows.
    pub request_id: Option<String>,
    /// Who has approved it: a person.
    pub approved_by: Option<Named>,
}

impl Principal {
    /// The holder of `key`, with all that it may do.
    pub fn new(key: Arc<ApiKey>) -> Self {
        Self {
            key,
            toolset: None,
            request_id: None,
            approved_by: None,
        }
    }

    /// The same, in the request that the log knows by this id.
    pub fn in_request(self, request_id: Option<String>) -> Self {
        Self { request_id, ..self }
    }

    /// The same, and `by` has said yes to it.
    pub fn approved(self, by: &Actor) -> Self {
        let person = match (by.kind, &by.id, &by.name) {
            (ActorKind::Member, Some(id), Some(name)) => Some(Named {
                id: id.clone(),
                name: name.clone(),
            }),
            _ => None,
        };
        Self {
            approved_by: person,
            ..self
        }
    }

    /// What it sees: of connections those for which there is something that it may do.
    ///
    /// # Errors
    /// If key and toolset have nothing in common.
    pub fn scope(&self, catalogue: &Snapshot) -> Result<Scope, AgentError> {
        let nothing = || {
            AgentError::not_allowed(
                "this API key and this toolset have nothing in common: there is nothing that may be \
                 done here",
            )
        };
        let mut scope = self.key.scope.clone();
        if let Some(toolset) = self.toolset.as_deref() {
            if toolset.environment != scope.environment {
                return Err(nothing());
            }
            scope.identity = match (scope.identity, &toolset.identity) {
                (Some(own), Some(other)) if own != *other => return Err(nothing()),
                (own, other) => own.or_else(|| other.clone()),
            };
        }
        if !self.names_platforms() {
            return Ok(scope);
        }
        let platforms: Vec<Platform> = catalogue
            .connectors
            .keys()
            .filter(|platform| self.sees_platform(platform, catalogue))
            .cloned()
            .collect();
        // No platform at all would mean all of them.
        if platforms.is_empty() {
            return Err(nothing());
        }
        scope.platforms = platforms;
        Ok(scope)
    }

    /// Whether anything limits which platforms are seen.
    fn names_platforms(&self) -> bool {
        let of_toolset =
            |toolset: &Arc<Toolset>| !toolset.platforms.is_empty() || !toolset.actions.is_empty();
        !self.key.scope.platforms.is_empty()
            || !self.key.guards.actions.is_empty()
            || self.toolset.as_ref().is_some_and(of_toolset)
    }

    /// Whether something may be done with `platform`.
    pub fn sees_platform(&self, platform: &Platform, catalogue: &Snapshot) -> bool {
        let platform_of = |id: &ActionId| catalogue.platform_of(id).cloned();
        let any = |patterns: &[ActionPattern]| {
            patterns.is_empty()
                || patterns
                    .iter()
                    .any(|pattern| pattern.touches(platform, platform_of))
        };
        let in_toolset = |toolset: &Arc<Toolset>| {
            let named = toolset.platforms.is_empty() || toolset.platforms.contains(platform);
            named && any(&toolset.actions)
        };
        self.key.scope.sees_platform(platform)
            && any(&self.key.guards.actions)
            && self.toolset.as_ref().is_none_or(in_toolset)
    }

    /// Whether `action` may be called.
    ///
    /// # Errors
    /// A sentence saying why not.
    pub fn may(&self, action: &Action) -> Result<(), AgentError> {
        let guards = &self.key.guards;
        let no = |what: String| Err(AgentError::NotAllowed(what));
        let method = action.method.as_str();
        let needed = Permission::needed_for(method);
        if !self.key.scope.sees_platform(&action.platform) || !guards.allow(action) {
            return no(format!("this API key may not call `{}`", action.title));
        }
        if !guards.allow_method(method) {
            let methods: Vec<&str> = guards.methods.iter().map(|own| own.as_str()).collect();
            return no(format!(
                "`{}` is a {method} request, and this API key may send {} only",
                action.title,
                methods.join(", ")
            ));
        }
        if self.key.permission < needed {
            return no(format!(
                "`{}` needs the permission `{}`; this API key has `{}`",
                action.title,
                needed.as_str(),
                self.key.permission.as_str()
            ));
        }
        let Some(toolset) = self.toolset.as_deref() else {
            return Ok(());
        };
        if !toolset.has(action) {
            return no(format!(
                "`{}` is not in the toolset `{}`; search finds what is",
                action.title, toolset.name
            ));
        }
        let needed = Permission::needed_by(action);
        if toolset.access < needed {
            return no(format!(
                "`{}` needs `{}` access; the toolset `{}` has `{}`",
                action.title,
                needed.as_str(),
                toolset.name,
                toolset.access.as_str()
            ));
        }
        Ok(())
    }

    /// Whether a call of `action` waits for a person's yes.
    pub fn must_wait(&self, action: &Action) -> bool {
        let in_toolset =
            |toolset: &Arc<Toolset>| toolset.approval.iter().any(|rule| rule.matches(action));
        self.key.guards.hold(action) || self.toolset.as_ref().is_some_and(in_toolset)
    }

    /// How arguments are checked, where the operator's settings say `usual`.
    pub fn validation(&self, usual: Validation) -> Validation {
        let own = self.toolset.as_ref().and_then(|toolset| toolset.validate);
        own.unwrap_or(usual)
    }

    /// The longest answer in bytes, where the operator's settings say `usual`.
    pub fn answer_bytes(&self, usual: usize) -> usize {
        let own = self
            .toolset
            .as_ref()
            .and_then(|toolset| toolset.answer_bytes);
        own.unwrap_or(usual)
    }

    /// Whether it decides for everybody: an unbound key with permission admin, and no toolset.
    pub fn decides(&self) -> bool {
        let scope = &self.key.scope;
        self.key.permission == Permission::Admin
            && scope.identity.is_none()
            && scope.platforms.is_empty()
            && self.key.guards.are_open()
            && self.toolset.is_none()
    }
}

/// Whether a toolset says anything to a key with this scope.
pub fn fits(scope: &Scope, toolset: &Toolset) -> bool {
    let same_identity = match (&scope.identity, &toolset.identity) {
        (Some(own), Some(other)) => own == other,
        _ => true,
    };
    let shared = scope.platforms.is_empty()
        || toolset.platforms.is_empty()
        || toolset
            .platforms
            .iter()
            .any(|platform| scope.platforms.contains(platform));
    toolset.environment == scope.environment && same_identity && shared
}

/// The connections as an error names them: a few keys, and no more.
pub fn named(connections: &[Connection]) -> String {
    const MOST: usize = 10;
    let keys: Vec<String> = connections
        .iter()
        .take(MOST)
        .map(|connection| format!("`{}`", connection.key))
        .collect();
    let more = connections.len().saturating_sub(MOST);
    match more {
        0 => keys.join(", "),
        more => format!("{} and {more} more", keys.join(", ")),
    }
}
