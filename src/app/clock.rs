//! What the program does on a clock.

use std::sync::Arc;
use std::time::Duration;

use super::{Services, reload};
use crate::domain::Environment;
use crate::jobs::{FolderWatch, Job};
use crate::store::StoreError;
use crate::telemetry::Metrics;
use crate::vault::Vault;

impl Services {
    /// What is done on a clock. Each job ends when `stop` says so.
    pub(super) fn jobs(&self) -> Vec<Job> {
        let mut jobs = vec![
            self.usage_job(),
            self.data_key_job(),
            self.count_job(),
            self.refresh_job(),
            self.revoke_job(),
            self.sign_in_job(),
            self.approval_job(),
            self.session_job(),
            self.journal_job(),
            self.webhook_job(),
        ];
        if let Some(folder) = self.catalogue.folder() {
            let watch = FolderWatch::new(folder);
            let (catalogue, metrics) = (Arc::clone(&self.catalogue), Arc::clone(&self.metrics));
            jobs.push(Job {
                name: "connectors",
                every: Duration::from_secs(2),
                at_stop: false,
                step: Box::new(move || {
                    if watch.has_changed() {
                        reload(&catalogue, &metrics);
                    }
                    Box::pin(async { Ok(()) })
                }),
            });
        }
        jobs
    }

    fn usage_job(&self) -> Job {
        let (access, vault) = (Arc::clone(&self.core.access), Arc::clone(&self.vault));
        Job {
            name: "usage",
            every: Duration::from_secs(60),
            at_stop: true,
            step: Box::new(move || {
                let (access, vault) = (Arc::clone(&access), Arc::clone(&vault));
                Box::pin(async move {
                    access.flush_usage().await?;
                    Ok(vault.flush_usage().await?)
                })
            }),
        }
    }

    fn approval_job(&self) -> Job {
        let agents = self.agents.clone();
        Job {
            name: "approvals",
            every: Duration::from_secs(60),
            at_stop: false,
            step: Box::new(move || {
                let agents = agents.clone();
                Box::pin(async move { Ok(agents.sweep().await?) })
            }),
        }
    }

    fn session_job(&self) -> Job {
        let access = Arc::clone(&self.core.access);
        Job {
            name: "sessions",
            every: Duration::from_secs(10 * 60),
            at_stop: false,
            step: Box::new(move || {
                let access = Arc::clone(&access);
                Box::pin(async move { Ok(access.members().sweep().await?) })
            }),
        }
    }

    fn journal_job(&self) -> Job {
        let journal = Arc::clone(&self.journal);
        Job {
            name: "journal",
            every: Duration::from_secs(10 * 60),
            at_stop: false,
            step: Box::new(move || {
                let journal = Arc::clone(&journal);
                Box::pin(
                    async move { Ok(tokio::task::spawn_blocking(move || journal.retain()).await?) },
                )
            }),
        }
    }

    fn webhook_job(&self) -> Job {
        let (webhooks, egress) = (Arc::clone(&self.core.webhooks), Arc::clone(&self.egress));
        Job {
            name: "webhooks",
            every: Duration::from_secs(1),
            at_stop: false,
            step: Box::new(move || {
                let (webhooks, egress) = (Arc::clone(&webhooks), Arc::clone(&egress));
                Box::pin(async move { Ok(webhooks.deliver_due(&egress).await?) })
            }),
        }
    }

    fn data_key_job(&self) -> Job {
        let keys = Arc::clone(&self.core.keys);
        Job {
            name: "data-keys",
            every: Duration::from_secs(60 * 60),
            at_stop: false,
            step: Box::new(move || {
                let keys = Arc::clone(&keys);
                Box::pin(async move { Ok(keys.renew_worn().await?) })
            }),
        }
    }

    fn refresh_job(&self) -> Job {
        let vault = Arc::clone(&self.vault);
        Job {
            name: "refresh",
            every: Duration::from_secs(1),
            at_stop: false,
            step: Box::new(move || {
                let vault = Arc::clone(&vault);
                Box::pin(async move { Ok(vault.refresh_due().await?) })
            }),
        }
    }

    fn revoke_job(&self) -> Job {
        let vault = Arc::clone(&self.vault);
        Job {
            name: "revoke",
            every: Duration::from_secs(20),
            at_stop: false,
            step: Box::new(move || {
                let vault = Arc::clone(&vault);
                Box::pin(async move { Ok(vault.revoke_due().await?) })
            }),
        }
    }

    fn sign_in_job(&self) -> Job {
        let sign_ins = Arc::clone(&self.sign_ins);
        Job {
            name: "sign-ins",
            every: Duration::from_secs(15),
            at_stop: false,
            step: Box::new(move || {
                let sign_ins = Arc::clone(&sign_ins);
                Box::pin(async move { Ok(sign_ins.sweep().await?) })
            }),
        }
    }

    fn count_job(&self) -> Job {
        let (vault, metrics) = (Arc::clone(&self.vault), Arc::clone(&self.metrics));
        Job {
            name: "count",
            every: Duration::from_secs(60),
            at_stop: false,
            step: Box::new(move || {
                let counted = count(&vault, &metrics);
                Box::pin(async move { Ok(counted?) })
            }),
        }
    }
}

fn count(vault: &Vault, metrics: &Metrics) -> Result<(), StoreError> {
    for environment in Environment::ALL {
        for active in [true, false] {
            metrics.connections(environment, active, vault.count(environment, active)?);
        }
    }
    Ok(())
}
