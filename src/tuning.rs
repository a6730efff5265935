//! Settings that an Admin changes while the program runs: kept in the store, and in force at once.
//!
//! What was changed is one record. It is put into force by whoever hears of its commit, so that what
//! is on disk is in force even where the one who asked has left. What is fixed by a flag, the
//! environment or a file is never taken from the record.

use std::sync::{Arc, Weak};

use serde_json::{Map, Value};

use crate::access::Access;
use crate::config::{Config, Origins, TuneWishes, Tuned};
use crate::domain::Actor;
use crate::journal::{Audit, Deed, Journal, Keep};
use crate::store::{Batch, NO_ENVIRONMENT, SharedEngine, StoreError, Table, Write};

/// The id of the only record.
const SERVER: &str = "server";

/// Why a setting is not changed.
#[derive(Debug, thiserror::Error)]
pub enum TuningError {
    /// It is said elsewhere, which wins.
    #[error("{0}")]
    Fixed(String),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is put together for [`Tuning`].
pub struct Parts {
    /// Where what was changed is kept.
    pub engine: SharedEngine,
    /// What was configured.
    pub config: Arc<Config>,
    /// Who is told of changes.
    pub audit: Arc<Audit>,
    /// Whose retention it is.
    pub journal: Arc<Journal>,
    /// Whose limit it is.
    pub access: Arc<Access>,
    /// The origins of pages that may embed the modal.
    pub origins: Origins,
}

/// The settings that can be changed.
pub struct Tuning {
    parts: Parts,
    table: Table<Tuned>,
    /// Held from the reading of what is changed to the commit.
    changing: tokio::sync::Mutex<()>,
}

impl Tuning {
    /// Puts into force what was changed in earlier runs, and what is changed from now on.
    pub fn open(parts: Parts) -> Result<Arc<Self>, StoreError> {
        let table = Table::new(SharedEngine::clone(&parts.engine), "setting");
        let kept = table.get(NO_ENVIRONMENT, SERVER)?.unwrap_or_default();
        let tuning = Arc::new(Self {
            table,
            parts,
            changing: tokio::sync::Mutex::default(),
        });
        tuning.put_into_force(kept);
        tuning.watch();
        Ok(tuning)
    }

    /// What is in force: all of it.
    pub fn now(&self) -> Tuned {
        let keep = self.parts.journal.keep();
        Tuned {
            days: Some(keep.days),
            megabytes: Some(keep.megabytes),
            allowed_origins: Some(self.parts.origins.now().to_vec()),
            requests_per_minute: Some(self.parts.access.per_minute().unwrap_or(0)),
        }
    }

    /// What cannot be changed here.
    pub fn fixed(&self) -> Vec<&'static str> {
        let fixed = self.parts.config.fixed();
        fixed.into_iter().map(|(name, _)| name).collect()
    }

    /// Changes what `wishes` speak of: all of it, or nothing.
    pub async fn change(&self, wishes: &TuneWishes, by: &Actor) -> Result<(), TuningError> {
        let wanted = wishes
            .checked()
            .map_err(|wrong| TuningError::Invalid(wrong.join("; ")))?;
        self.refuse_fixed(&wanted)?;
        let _turn = self.changing.lock().await;
        let now = self.now();
        let changed = wanted.unlike(&now);
        if changed == Tuned::default() {
            return Ok(());
        }
        let deed = Deed::new("settings.changed", "settings", SERVER, None)
            .with("before", said(&now.also_in(&changed)))
            .with("after", said(&changed));
        let read = self.table.get_raw(NO_ENVIRONMENT, SERVER)?;
        let mut batch = Batch::default();
        match read {
            Some(read) => {
                let new = changed.over(&read.value);
                self.table
                    .replace_into(&mut batch, NO_ENVIRONMENT, SERVER, &read.raw, &new)?;
            }
            None => self
                .table
                .put_new_into(&mut batch, NO_ENVIRONMENT, SERVER, &changed)?,
        }
        self.parts.audit.commit(batch, None, by, deed).await?;
        self.forget_what_is_not_kept().await;
        Ok(())
    }

    fn refuse_fixed(&self, wanted: &Tuned) -> Result<(), TuningError> {
        let wanted = wanted.named();
        let fixed = self.parts.config.fixed().into_iter();
        let refused: Vec<String> = fixed
            .filter(|(name, _)| wanted.contains_key(name))
            .map(|(name, place)| format!("`{name}` is set by {place}; change it there"))
            .collect();
        match refused.is_empty() {
            true => Ok(()),
            false => Err(TuningError::Fixed(refused.join("; "))),
        }
    }

    /// A shorter retention is in force once what is older is gone.
    async fn forget_what_is_not_kept(&self) {
        let journal = Arc::clone(&self.parts.journal);
        // What could not be deleted is tried again on the journal's own clock.
        let _ = tokio::task::spawn_blocking(move || journal.retain()).await;
    }

    fn put_into_force(&self, kept: Tuned) {
        let Parts {
            config,
            journal,
            access,
            origins,
            ..
        } = &self.parts;
        let tuned = config.free(kept).over(&config.tuned());
        let keep = journal.keep();
        journal.keep_only(Keep {
            days: tuned.days.unwrap_or(keep.days),
            megabytes: tuned.megabytes.unwrap_or(keep.megabytes),
        });
        access.limit_to(tuned.requests_per_minute);
        origins.set(tuned.allowed_origins.unwrap_or_default());
    }

    fn watch(self: &Arc<Self>) {
        // Not for ever: the engine outlives whoever listens to it.
        let listener: Weak<Self> = Arc::downgrade(self);
        let key = self.table.key(NO_ENVIRONMENT, SERVER);
        self.parts.engine.watch(Box::new(move |writes| {
            for write in writes.iter().filter(|write| write.key() == key) {
                let (Write::Put(_, raw), Some(tuning)) = (write, listener.upgrade()) else {
                    continue;
                };
                if let Ok(kept) = tuning.table.decode(&key, raw) {
                    tuning.put_into_force(kept);
                }
            }
        }));
    }
}

fn said(tuned: &Tuned) -> Value {
    let named = tuned.named().into_iter();
    Value::Object(
        named
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}
