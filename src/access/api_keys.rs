//! API keys: made, found, revoked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use papaya::HashMap;
use subtle::ConstantTimeEq;
use tokio::sync::watch;

use super::limits::{Counter, Window};
use super::members::{MemberError, Members};
use super::plain_key::PlainKey;
use crate::crypto::{Keyring, hex, random_uuid};
use crate::domain::{
    Actor, ApiKey, ApiKeyId, Clock, Environment, Guards, MemberId, Permission, Scope, Secret,
    Timestamp,
};
use crate::journal::{Audit, Deed, Usage};
use crate::store::{Batch, SharedEngine, StoreError, Table, UniqueIndex, Write};

const TABLE: &str = "api-key";
/// So many keys are kept in memory; beyond that they are read again.
const MAX_CACHED: usize = 100_000;
const MAX_NAME_BYTES: usize = 200;

/// Why somebody does not come in, or a key is not made.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// No key was sent.
    #[error("send your API key in the `x-pica-secret` header")]
    NoKey,
    /// Not a key of ours, or one that is revoked or has expired. Which of them is nobody's business.
    #[error("this API key is not valid: it is unknown, revoked or expired")]
    UnknownKey,
    /// The key's permission is too low.
    #[error("this API key may only {has}; a {method} request needs `{needs}`")]
    NotAllowed {
        /// What it has.
        has: &'static str,
        /// The request's method.
        method: String,
        /// What it would need.
        needs: &'static str,
    },
    /// Too many requests in this minute.
    #[error("rate limit exceeded; try again in {} seconds", .0.reset)]
    TooMany(Window),
    /// There is no such key.
    #[error("there is no API key with the id `{0}` in this environment")]
    NoSuchKey(String),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is asked for when a key is made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is to see.
    pub scope: Scope,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub permission: Permission,
    /// What its requests to providers are limited to besides.
    pub guards: Guards,
    /// How long it is valid.
    pub expires_in: Option<Duration>,
}

/// Somebody who came in.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// With which key.
    pub key: Arc<ApiKey>,
    /// What is left of the minute.
    pub window: Window,
}

impl Admitted {
    /// Whether a request with `method` is allowed with `key`.
    pub fn may(key: &ApiKey, method: &str) -> Result<(), AccessError> {
        let needed = Permission::needed_for(method);
        if key.permission >= needed {
            return Ok(());
        }
        Err(AccessError::NotAllowed {
            has: key.permission.as_str(),
            method: method.to_owned(),
            needs: needed.as_str(),
        })
    }
}

struct Cached {
    key: Arc<ApiKey>,
    /// The hash that the record has in hexadecimal.
    hash: [u8; 32],
    counter: Counter,
}

/// The API keys, and the people who sign in.
pub struct Access {
    members: Members,
    keys: Table<ApiKey>,
    by_hash: UniqueIndex,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    usage: Usage,
    /// 0 for no limit.
    per_minute: AtomicU32,
    audit: Arc<Audit>,
    cache: Arc<HashMap<[u8; 32], Arc<Cached>>>,
    /// Counts what may have changed who comes in.
    changes: watch::Sender<u64>,
}

impl Access {
    /// The keys in `engine`. Each may be used `per_minute` times a minute.
    pub fn new(
        engine: &SharedEngine,
        keyring: Arc<Keyring>,
        clock: Arc<dyn Clock>,
        per_minute: Option<u32>,
        audit: Arc<Audit>,
    ) -> Self {
        let cache: Arc<HashMap<[u8; 32], Arc<Cached>>> = Arc::default();
        let keys = Table::new(SharedEngine::clone(engine), TABLE);
        forget_what_changes(engine, &keys, &cache);
        let members = Members::new(
            engine,
            Arc::clone(&keyring),
            Arc::clone(&clock),
            Arc::clone(&audit),
        );
        let changes = watch::Sender::new(0);
        tell_of_changes(engine, &keys, &members, &changes);
        Self {
            members,
            changes,
            by_hash: UniqueIndex::new(SharedEngine::clone(engine), TABLE, "hash"),
            usage: Usage::new(engine, "api-key-use"),
            keys,
            keyring,
            clock,
            per_minute: AtomicU32::new(per_minute.unwrap_or(0)),
            audit,
            cache,
        }
    }

    /// The people who sign in.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// How often a key may be used in a minute; `None` for no limit.
    pub fn per_minute(&self) -> Option<u32> {
        Some(self.per_minute.load(Ordering::Relaxed)).filter(|limit| *limit > 0)
    }

    /// Each key may be used so often in a minute from now on.
    pub fn limit_to(&self, per_minute: Option<u32>) {
        let limit = per_minute.unwrap_or(0);
        self.per_minute.store(limit, Ordering::Relaxed);
    }

    /// Hears when a key, a member or a session has changed: whoever came in some time ago may be
    /// nobody any more.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Makes a key. The plain text is in the answer and nowhere else.
    pub async fn create(
        &self,
        new: NewKey,
        by: &Actor,
    ) -> Result<(ApiKey, Secret<String>), AccessError> {
        let plain = PlainKey::generate(new.scope.environment);
        let key = self.keep(new, &plain, by).await?;
        Ok((key, plain.text().clone()))
    }

    /// Makes the key that `bytes` are, unless it is there already.
    pub async fn ensure(
        &self,
        new: NewKey,
        bytes: &Secret<[u8; 32]>,
    ) -> Result<Secret<String>, AccessError> {
        let plain = PlainKey::from_bytes(new.scope.environment, bytes);
        if self.find(plain.text().expose(), self.clock.now()).is_err() {
            self.keep(new, &plain, &Actor::system("start")).await?;
        }
        Ok(plain.text().clone())
    }

    async fn keep(&self, new: NewKey, plain: &PlainKey, by: &Actor) -> Result<ApiKey, AccessError> {
        let name = new.name.trim().to_owned();
        if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(AccessError::Invalid(format!(
                "a key's name has 1 to {MAX_NAME_BYTES} bytes, on one line"
            )));
        }
        let now = self.clock.now();
        let key = ApiKey {
            id: ApiKeyId(random_uuid()),
            scope: new.scope,
            name,
            hash: hex(&self.keyring.hash(plain.text().expose().as_bytes())),
            hint: plain.hint().to_owned(),
            permission: new.permission,
            guards: new.guards,
            created_at: now,
            expires_at: new.expires_in.map(|duration| now.plus(duration)),
            revoked_at: None,
            person: None,
        };
        let (scope, id) = (key.scope.environment.as_str(), key.id.to_string());
        let mut batch = Batch::default();
        self.keys.put_new_into(&mut batch, scope, &id, &key)?;
        self.by_hash
            .claim_into(&mut batch, scope, &[key.hash.as_bytes()], &id);
        let deed = deed("key.created", &key).with("permission", key.permission.as_str());
        self.commit(batch, &key, by, deed).await?;
        Ok(key)
    }

    /// Lets the holder of `text` in, and counts the request.
    ///
    /// Reads memory only, once the key has been seen.
    pub fn admit(&self, text: &str) -> Result<Admitted, AccessError> {
        let now = self.clock.now();
        let cached = self.find(text, now)?;
        let window = cached
            .counter
            .count(self.per_minute(), now)
            .map_err(AccessError::TooMany)?;
        self.usage
            .note(cached.key.scope.environment, cached.key.id.0, now);
        Ok(Admitted {
            key: Arc::clone(&cached.key),
            window,
        })
    }

    fn find(&self, text: &str, now: Timestamp) -> Result<Arc<Cached>, AccessError> {
        let plain: PlainKey = text.parse().map_err(|_| AccessError::UnknownKey)?;
        let hash = self.keyring.hash(text.as_bytes());
        let cached = match self.cache.pin().get(&hash) {
            Some(cached) => Arc::clone(cached),
            None => self.read(plain.environment(), hash)?,
        };
        // The map has compared already; this comparison takes the same time whatever differs.
        if !bool::from(hash.ct_eq(&cached.hash)) || !cached.key.is_valid_at(now) {
            return Err(AccessError::UnknownKey);
        }
        Ok(cached)
    }

    fn read(&self, environment: Environment, hash: [u8; 32]) -> Result<Arc<Cached>, AccessError> {
        let scope = environment.as_str();
        loop {
            let id = self
                .by_hash
                .find(scope, &[hex(&hash).as_bytes()])?
                .ok_or(AccessError::UnknownKey)?;
            let read = self
                .keys
                .get_raw(scope, &id)?
                .ok_or(AccessError::UnknownKey)?;
            if !bool::from(hex(&hash).as_bytes().ct_eq(read.value.hash.as_bytes())) {
                return Err(AccessError::UnknownKey);
            }
            let cached = Arc::new(Cached {
                key: Arc::new(read.value),
                hash,
                counter: Counter::default(),
            });
            let cache = self.cache.pin();
            if cache.len() >= MAX_CACHED {
                cache.clear();
            }
            let kept = Arc::clone(cache.get_or_insert(hash, cached));
            // A change between the reading and the keeping was announced before it was kept, and
            // would never be seen: look once more.
            if self
                .keys
                .get_raw(scope, &id)?
                .is_some_and(|again| again.raw == read.raw)
            {
                return Ok(kept);
            }
            cache.remove(&hash);
        }
    }

    /// The keys of an environment, in the order in which they were made.
    pub fn list(
        &self,
        environment: Environment,
    ) -> Result<Vec<(ApiKey, Option<Timestamp>)>, AccessError> {
        let mut keys = Vec::new();
        for (_, key) in self.keys.scan(environment.as_str(), None, usize::MAX)? {
            let last_used = self.usage.last(environment, key.id.0)?;
            keys.push((key, last_used));
        }
        keys.sort_by_key(|(key, _)| key.created_at);
        Ok(keys)
    }

    /// The key `id`, if it still opens anything; for a member's id the key that stands for the
    /// member.
    pub fn valid(
        &self,
        environment: Environment,
        id: ApiKeyId,
    ) -> Result<Option<ApiKey>, AccessError> {
        let Some(key) = self.keys.get(environment.as_str(), &id.to_string())? else {
            let member = self.members.find(MemberId(id.0));
            let member = member.map_err(|error| match error {
                MemberError::Store(error) => AccessError::Store(error),
                other => AccessError::Invalid(other.to_string()),
            })?;
            return Ok(member.map(|member| ApiKey::of_person(&member, environment)));
        };
        Ok(Some(key).filter(|key| key.is_valid_at(self.clock.now())))
    }

    /// Has a key refused from now on. Revoking it again changes nothing.
    pub async fn revoke(
        &self,
        environment: Environment,
        id: ApiKeyId,
        by: &Actor,
    ) -> Result<ApiKey, AccessError> {
        let (scope, text) = (environment.as_str(), id.to_string());
        let Some(read) = self.keys.get_raw(scope, &text)? else {
            return Err(AccessError::NoSuchKey(text));
        };
        if read.value.revoked_at.is_some() {
            return Ok(read.value);
        }
        let key = ApiKey {
            revoked_at: Some(self.clock.now()),
            ..read.value
        };
        let mut batch = Batch::default();
        self.keys
            .replace_into(&mut batch, scope, &text, &read.raw, &key)?;
        let deed = deed("key.revoked", &key);
        self.commit(batch, &key, by, deed).await?;
        Ok(key)
    }

    async fn commit(
        &self,
        batch: Batch,
        key: &ApiKey,
        by: &Actor,
        deed: Deed,
    ) -> Result<(), StoreError> {
        let environment = Some(key.scope.environment);
        let committed = self.audit.commit(batch, environment, by, deed);
        committed.await.map(drop)
    }

    /// Writes down when keys and sessions were last used.
    pub async fn flush_usage(&self) -> Result<(), StoreError> {
        self.usage.flush().await?;
        self.members.flush_usage().await
    }
}

/// What was done to `key`, in the words of the audit log.
fn deed(what: &'static str, key: &ApiKey) -> Deed {
    Deed::new(what, "key", &key.id.to_string(), Some(&key.name))
}

/// Drops a key from memory before the commit that changes it is answered.
fn forget_what_changes(
    engine: &SharedEngine,
    keys: &Table<ApiKey>,
    cache: &Arc<HashMap<[u8; 32], Arc<Cached>>>,
) {
    let prefixes = Environment::ALL.map(|environment| keys.prefix(environment.as_str()));
    let cache = Arc::clone(cache);
    engine.watch(Box::new(move |writes| {
        // Keys change so rarely that forgetting all of them is the simplest right thing.
        if writes.iter().any(|write| {
            prefixes
                .iter()
                .any(|prefix| write.key().starts_with(prefix))
        }) {
            cache.pin().clear();
        }
    }));
}

/// Counts the commits that change who comes in.
fn tell_of_changes(
    engine: &SharedEngine,
    keys: &Table<ApiKey>,
    members: &Members,
    changes: &watch::Sender<u64>,
) {
    let mut prefixes = members.prefixes().to_vec();
    prefixes.extend(Environment::ALL.map(|environment| keys.prefix(environment.as_str())));
    let changes = changes.clone();
    engine.watch(Box::new(move |writes| {
        let is_ours = |write: &Write| {
            let key = write.key();
            prefixes.iter().any(|prefix| key.starts_with(prefix))
        };
        if writes.iter().any(is_ours) {
            changes.send_modify(|count| *count = count.wrapping_add(1));
        }
    }));
}

#[cfg(test)]
mod tests;
