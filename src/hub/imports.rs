//! Accounts that come in or go out as keys, beside the running sessions.
//!
//! It owns the waiting for Telegram at the first start. It must not know how a session string is
//! written.

use crate::config::Config;
use crate::error::{Code, Error};
use crate::hub::lock::DatabaseLock;
use crate::hub::{DeadMan, Hub, LockError, StartError, link_settings, open_store};
use crate::model::{Peer, SessionName, StoredState, StringKind};
use crate::session::{ForeignKey, Timing, import};
use crate::store::sessions::{self, ApiCredentials};
use log::{error, info, warn};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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
) -> Result<Peer, ImportError> {
    let link = link_settings(config, Timing::default().call_timeout).map_err(StartError::from)?;
    let store = open_store(&config.store).await?;
    let dead_man = DeadMan::new().map_err(LockError::from);
    let lock = match dead_man {
        Ok(dead_man) => DatabaseLock::acquire(&store, &link.lease, Some(dead_man)).await,
        Err(error) => Err(error),
    };
    let lock = lock.map_err(StartError::from)?;
    let app = ApiCredentials {
        api_id: config.telegram.api_id,
        api_hash: config.telegram.api_hash.clone(),
    };
    let let_go = CancellationToken::new();
    let imported = {
        let mut keeping = std::pin::pin!(lock.keep(&store, &let_go));
        let mut importing = std::pin::pin!(import(&store, &link, &app, (name, None), key));
        tokio::select! {
            imported = &mut importing => imported,
            // The lock is lost, and with it the link: the import ends by that.
            () = &mut keeping => importing.await,
        }
    };
    lock.release(&store).await;
    store.close().await;
    imported.map(|(_, user)| user).map_err(ImportError::Refused)
}

/// The session that an account gets when the settings bring one and name none.
const FIRST_NAME: &str = "default";

/// The account that the settings bring, and its name.
///
/// # Errors
/// [`StartError::SessionString`], before anything is touched.
pub(super) fn wanted(config: &Config) -> Result<Option<(SessionName, ForeignKey)>, StartError> {
    let Some(string) = &config.sessions.import else {
        return Ok(None);
    };
    let key = ForeignKey::read(string, Some(StringKind::Telethon));
    let key = key.map_err(StartError::SessionString)?;
    let name = match &config.sessions.default {
        Some(name) => name.clone(),
        None => SessionName::parse(FIRST_NAME).map_err(|error| {
            StartError::SessionString(Error::new(Code::Internal, error.to_string()))
        })?,
    };
    Ok(Some((name, key)))
}

/// Takes an account over unless a session of its name is logged in, trying until Telegram answers.
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
        .read(move |conn| sessions::by_name(conn, &wanted))
        .await?;
    // A session that was logged out or refused may have got a new string.
    if known.is_some_and(|row| row.state == StoredState::Active) {
        return Ok(false);
    }
    let context = hub.registry.context();
    let _claim = hub.guests.claim(&key.key).await;
    let (id, _) = import(&hub.store, &context.link, &context.app(), (name, None), key).await?;
    hub.registry.get_or_connect(name, id);
    Ok(true)
}
