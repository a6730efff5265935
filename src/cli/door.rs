//! The ways to a data folder, for commands that work also while the server runs.

use anyhow::{Context, bail};

use super::local::Control;
use super::{Listening, Settings};
use crate::app::{CONTROL_SOCKET, Core, StartError};
use crate::config::Config;
use crate::store::embedded::OpenError;

/// The two ways to a data folder: through the server that has it, or by having it oneself.
pub enum Door {
    /// The server that has it.
    Running(Control),
    /// Itself.
    Folder(Box<Core>),
}

impl Door {
    /// To a folder that is there already: a mistyped name must not become a new one.
    pub async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let config = settings.load(&Listening::default())?;
        if !config.data_dir.is_dir() {
            bail!("there is no data folder `{}`", config.data_dir.display());
        }
        Self::to(&config).await
    }

    /// To a folder that is made if need be: a key may be wanted before the first start.
    pub async fn open_or_make(settings: &Settings) -> anyhow::Result<Self> {
        Self::to(&settings.load(&Listening::default())?).await
    }

    async fn to(config: &Config) -> anyhow::Result<Self> {
        let socket = config.data_dir.join(CONTROL_SOCKET);
        if let Some(server) = Control::connect(&socket).await {
            return Ok(Self::Running(server));
        }
        match Core::open(config, false, None).await {
            Ok(core) => Ok(Self::Folder(Box::new(core))),
            Err(StartError::Open(error @ OpenError::InUse(_))) => Err(error).with_context(|| {
                format!(
                    "a server is running and cannot be reached by its control socket `{}`",
                    socket.display()
                )
            }),
            Err(error) => Err(error.into()),
        }
    }
}

impl Core {
    /// Does `what`, then closes the folder whether or not it worked.
    pub(super) async fn then<T>(
        self: Box<Self>,
        what: impl AsyncFnOnce(&Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let done = what(&self).await;
        self.close();
        done
    }
}
