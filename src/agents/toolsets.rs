//! Toolsets: made, found, changed, removed.

use std::sync::Arc;

use super::error::AgentError;
use super::principal::fits;
use crate::catalog::Catalogue;
use crate::domain::{
    ActionPattern, Actor, ApprovalRule, Clock, Environment, Identity, Permission, Platform, Scope,
    Toolset, ToolsetName, Validation,
};
use crate::journal::{Audit, Deed};
use crate::store::{Batch, SharedEngine, StoreError, Table};

/// An environment has no more.
const MAX_TOOLSETS: u64 = 1000;
/// No list of a toolset is longer.
const MAX_ENTRIES: usize = 500;
/// No description is longer, in bytes.
const MAX_DESCRIPTION: usize = 1000;
/// How short, and how long, an answer may be made, in bytes.
const ANSWER_BYTES: std::ops::RangeInclusive<usize> = 1024..=1 << 20;
const MAX_TRIES: usize = 8;

/// A change of a toolset; `None` leaves it, `Some(None)` takes it away.
#[derive(Clone, Debug, Default)]
pub struct ToolsetChange {
    /// What it is for.
    pub description: Option<String>,
    /// The only platforms.
    pub platforms: Option<Vec<Platform>>,
    /// The only actions.
    pub actions: Option<Vec<ActionPattern>>,
    /// The most that an action may do.
    pub access: Option<Permission>,
    /// The only identity.
    pub identity: Option<Option<Identity>>,
    /// What waits for a person's yes.
    pub approval: Option<Vec<ApprovalRule>>,
    /// How arguments are checked.
    pub validate: Option<Option<Validation>>,
    /// The longest answer, in bytes.
    pub answer_bytes: Option<Option<usize>>,
}

/// The toolsets of an instance.
pub struct Toolsets {
    table: Table<Toolset>,
    catalogue: Arc<Catalogue>,
    clock: Arc<dyn Clock>,
    audit: Arc<Audit>,
}

impl Toolsets {
    /// The toolsets in `engine`.
    pub fn new(
        engine: &SharedEngine,
        catalogue: Arc<Catalogue>,
        clock: Arc<dyn Clock>,
        audit: Arc<Audit>,
    ) -> Self {
        Self {
            table: Table::new(SharedEngine::clone(engine), "toolset"),
            catalogue,
            clock,
            audit,
        }
    }

    /// Those that say anything to a key with this scope, by name.
    pub fn list(&self, scope: &Scope) -> Result<Vec<Toolset>, AgentError> {
        let environment = scope.environment.as_str();
        let all = self.table.scan(environment, None, usize::MAX)?;
        let toolsets = all.into_iter().map(|(_, toolset)| toolset);
        Ok(toolsets.filter(|toolset| fits(scope, toolset)).collect())
    }

    /// The toolset `name`.
    ///
    /// # Errors
    /// If there is none, or it says nothing to a key with this scope.
    pub fn get(&self, scope: &Scope, name: &str) -> Result<Arc<Toolset>, AgentError> {
        let parsed: ToolsetName = name.parse().map_err(|_| unknown(name))?;
        let found = self
            .table
            .get(scope.environment.as_str(), parsed.as_str())?;
        found
            .filter(|toolset| fits(scope, toolset))
            .map(Arc::new)
            .ok_or_else(|| unknown(name))
    }

    /// Makes the toolset `name`.
    ///
    /// # Errors
    /// If there is one, or something about it makes no sense.
    pub async fn create(
        &self,
        environment: Environment,
        name: ToolsetName,
        wishes: ToolsetChange,
        by: &Actor,
    ) -> Result<Toolset, AgentError> {
        let scope = environment.as_str();
        if self.table.count(scope)? >= MAX_TOOLSETS {
            return Err(AgentError::Conflict(format!(
                "there are {MAX_TOOLSETS} toolsets already; remove one first"
            )));
        }
        let now = self.clock.now();
        let mut toolset = Toolset {
            environment,
            name,
            description: String::new(),
            platforms: Vec::new(),
            actions: Vec::new(),
            access: Permission::Read,
            identity: None,
            approval: Vec::new(),
            validate: None,
            answer_bytes: None,
            created_at: now,
            updated_at: now,
        };
        apply(&mut toolset, wishes);
        self.check(&toolset)?;
        let mut batch = Batch::default();
        self.table
            .put_new_into(&mut batch, scope, toolset.name.as_str(), &toolset)?;
        match self.commit(batch, "toolset.created", &toolset, by).await {
            Ok(()) => Ok(toolset),
            Err(StoreError::Conflict) => Err(AgentError::Conflict(format!(
                "there is a toolset `{}` already; change it with PATCH",
                toolset.name
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// Changes the toolset `name`. Of two changes at once, both happen, one after the other.
    pub async fn change(
        &self,
        environment: Environment,
        name: &str,
        change: ToolsetChange,
        by: &Actor,
    ) -> Result<Toolset, AgentError> {
        let scope = environment.as_str();
        let name: ToolsetName = name.parse().map_err(|_| unknown(name))?;
        let mut tries = 0;
        loop {
            let read = self.table.get_raw(scope, name.as_str())?;
            let read = read.ok_or_else(|| unknown(name.as_str()))?;
            let mut toolset = read.value;
            apply(&mut toolset, change.clone());
            toolset.updated_at = self.clock.now();
            self.check(&toolset)?;
            let mut batch = Batch::default();
            self.table
                .replace_into(&mut batch, scope, name.as_str(), &read.raw, &toolset)?;
            match self.commit(batch, "toolset.updated", &toolset, by).await {
                Ok(()) => return Ok(toolset),
                Err(StoreError::Conflict) if tries < MAX_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Removes the toolset `name`. Calls that came through it and wait will not be sent.
    pub async fn remove(
        &self,
        environment: Environment,
        name: &str,
        by: &Actor,
    ) -> Result<Toolset, AgentError> {
        let scope = environment.as_str();
        let name: ToolsetName = name.parse().map_err(|_| unknown(name))?;
        let read = self.table.get_raw(scope, name.as_str())?;
        let read = read.ok_or_else(|| unknown(name.as_str()))?;
        let mut batch = Batch::default();
        self.table
            .delete_read_into(&mut batch, scope, name.as_str(), &read.raw);
        self.commit(batch, "toolset.deleted", &read.value, by)
            .await?;
        Ok(read.value)
    }

    async fn commit(
        &self,
        batch: Batch,
        what: &'static str,
        toolset: &Toolset,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let name = toolset.name.as_str();
        let deed = Deed::new(what, "toolset", name, Some(name));
        let environment = Some(toolset.environment);
        let committed = self.audit.commit(batch, environment, by, deed);
        committed.await.map(drop)
    }

    fn check(&self, toolset: &Toolset) -> Result<(), AgentError> {
        let catalogue = self.catalogue.now();
        let mut wrong = Vec::new();
        let description = &toolset.description;
        if description.len() > MAX_DESCRIPTION {
            wrong.push(format!("description: at most {MAX_DESCRIPTION} bytes"));
        }
        let lengths = [
            ("platforms", toolset.platforms.len()),
            ("actions", toolset.actions.len()),
            ("approval", toolset.approval.len()),
        ];
        for (name, _) in lengths.iter().filter(|(_, length)| *length > MAX_ENTRIES) {
            wrong.push(format!("{name}: at most {MAX_ENTRIES}"));
        }
        let bytes = toolset.answer_bytes;
        if bytes.is_some_and(|bytes| !ANSWER_BYTES.contains(&bytes)) {
            let (least, most) = (ANSWER_BYTES.start(), ANSWER_BYTES.end());
            wrong.push(format!("answerBytes: from {least} to {most}"));
        }
        for platform in &toolset.platforms {
            if !catalogue.connectors.contains_key(platform) {
                wrong.push(format!("platforms: there is no `{platform}`"));
            }
        }
        for id in toolset.actions.iter().filter_map(ActionPattern::id) {
            if catalogue.action(id).is_none() {
                wrong.push(format!("actions: there is no `{id}`"));
            }
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(AgentError::Invalid(wrong)),
        }
    }
}

fn apply(toolset: &mut Toolset, change: ToolsetChange) {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    set(&mut toolset.description, change.description);
    set(&mut toolset.platforms, change.platforms);
    set(&mut toolset.actions, change.actions);
    set(&mut toolset.access, change.access);
    set(&mut toolset.identity, change.identity);
    set(&mut toolset.approval, change.approval);
    set(&mut toolset.validate, change.validate);
    set(&mut toolset.answer_bytes, change.answer_bytes);
}

fn unknown(name: &str) -> AgentError {
    AgentError::NotFound(format!(
        "there is no toolset `{}` for this API key; GET /v1/toolsets lists them",
        name.chars().take(80).collect::<String>()
    ))
}
