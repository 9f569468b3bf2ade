//! Accounts that come in or go out as keys, beside the running sessions.
//!
//! It owns the waiting for Telegram at the first start. It must not know how a session string is
//! written.

use crate::config::Config;
use crate::error::{Code, Error};
use crate::hub::lock::DatabaseLock;
use crate::hub::{Hub, StartError, link_settings, open_store};
use crate::model::SessionName;
use crate::session::{ForeignKey, Timing, import};
use crate::store::peers::PeerRow;
use crate::store::sessions::{self, ApiCredentials};
use log::{error, info, warn};
use std::time::Duration;

/// How soon an import at the start is tried again.
const PAUSE: Duration = Duration::from_secs(10);

/// Why an account was not taken over by a program that runs no hub.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database or the settings cannot be used, or a hub is running.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The account is not taken over.
    #[error("{0}")]
    Refused(Error),
}

/// Takes an account over while no hub runs on the database.
///
/// # Errors
/// Those of [`import`]; that a hub is running, which must be asked instead.
pub async fn import_offline(
    config: &Config,
    name: &SessionName,
    key: ForeignKey,
) -> Result<PeerRow, ImportError> {
    let link = link_settings(config, Timing::default().call_timeout).map_err(StartError::from)?;
    let store = open_store(&config.store).await?;
    let lock = DatabaseLock::acquire(&store)
        .await
        .map_err(StartError::from)?;
    let app = credentials(config);
    let imported = import(&store, &link, &app, name, key).await;
    lock.release(&store).await;
    store.close().await;
    imported.map(|(_, user)| user).map_err(ImportError::Refused)
}

fn credentials(config: &Config) -> ApiCredentials {
    ApiCredentials {
        api_id: config.telegram.api_id,
        api_hash: config.telegram.api_hash.clone(),
    }
}

/// Takes an account over if no session of its name was ever there, trying until Telegram answers.
pub(super) async fn at_first_start(hub: &Hub, name: SessionName, key: ForeignKey) {
    loop {
        match take_new(hub, &name, key.clone()).await {
            Ok(true) => return info!(session = name.as_str(); "the session was imported"),
            Ok(false) => return,
            Err(error) if is_passing(&error) => {
                warn!(session = name.as_str(); "the session is not imported yet: {error}");
            }
            Err(error) => {
                return error!(session = name.as_str(); "the session is not imported: {error}");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn is_passing(error: &Error) -> bool {
    matches!(
        error.code,
        Code::TelegramUnreachable | Code::DatabaseUnavailable | Code::FloodWait
    )
}

async fn take_new(hub: &Hub, name: &SessionName, key: ForeignKey) -> Result<bool, Error> {
    let wanted = name.clone();
    let known = hub
        .store
        .read(move |conn| sessions::id_of_name(conn, &wanted))
        .await?;
    if known.is_some() {
        return Ok(false);
    }
    let context = hub.registry.context();
    let app = ApiCredentials {
        api_id: context.api_id,
        api_hash: context.api_hash.clone(),
    };
    let (id, _) = import(&hub.store, &context.link, &app, name, key).await?;
    hub.registry.get_or_connect(name, id);
    Ok(true)
}
