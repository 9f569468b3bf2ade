//! Making a guest's connection: whose key it is, and whether Telegram takes it.

use crate::error::{Code, Error};
use crate::guests::guest::{Counted, Guest};
use crate::guests::{GuestPass, Guests};
use crate::model::SessionId;
use crate::store::{auth_keys, log_outs};
use crate::telegram::{self, HubSession, Keys, Link, is_doubtful};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use zeroize::Zeroizing;

/// How long after Telegram has said that it does not know a key it is asked again: it says that of
/// good keys too.
const DOUBT: Duration = Duration::from_secs(1);

/// What has come of a connection.
pub(super) enum Connected {
    /// The account is connected.
    Guest(Arc<Guest>),
    /// The key is this session's, over whose link it is called.
    Session(SessionId),
}

impl Guests {
    /// Connects the account, unless its key is a session's.
    ///
    /// # Errors
    /// `session_not_authorized` when Telegram does not take the key; `session_string_invalid`,
    /// `session_busy`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
    /// `database_unavailable`.
    pub(super) async fn connect(&self, pass: &GuestPass) -> Result<Connected, Error> {
        let refused = match self.try_connect(pass).await? {
            Ok(connected) => return Ok(connected),
            Err(error) => error,
        };
        let refused = if refused.needs_login().is_some_and(is_doubtful) {
            sleep(DOUBT).await;
            match self.try_connect(pass).await? {
                Ok(connected) => return Ok(connected),
                Err(error) => error,
            }
        } else {
            refused
        };
        Err(told(refused))
    }

    async fn try_connect(
        &self,
        pass: &GuestPass,
    ) -> Result<Result<Connected, telegram::Error>, Error> {
        if self.sharing.link.server.dc_option(pass.dc_id).is_none() {
            let why = format!("there is no data centre {}", pass.dc_id);
            return Err(Error::new(Code::SessionStringInvalid, why));
        }
        let settings = &self.sharing.link;
        settings.connects.turn().await;
        // Whoever else wants the key finds it in use from here on, before the database is read.
        let alone = settings.keys.try_alone(&pass.key).ok_or_else(in_use)?;
        if let Some(session) = self.holder(&pass.key).await? {
            return Ok(Ok(Connected::Session(session)));
        }
        alone.admit_link();
        let key = Some(pass.key.clone());
        let session = HubSession::in_memory(settings.server.clone(), pass.dc_id, key);
        let (session, vitals) = (Arc::new(session), Arc::default());
        let api_id = pass.app.api_id;
        let opened = Link::open(session, settings, api_id, Keys::MustExist, vitals).await;
        drop(alone);
        let link = match opened {
            Ok(link) => link,
            Err(error) => return Ok(Err(error)),
        };
        link.ignore_updates().await;
        match link.own_user().await {
            Ok(own) => {
                link.session().remember_self(&own);
                let counted = Counted::new(&self.connected);
                let guest = Guest::new(link, own, self.pace, counted);
                Ok(Ok(Connected::Guest(Arc::new(guest))))
            }
            Err(error) => {
                link.abort();
                link.down().await;
                Ok(Err(error))
            }
        }
    }

    /// The session of this hub that holds the key.
    async fn holder(&self, key: &Zeroizing<[u8; 256]>) -> Result<Option<SessionId>, Error> {
        let store = &self.sharing.store;
        let (key, vault) = (key.clone(), store.vault().clone());
        let (holder, given_up) = store
            .read(move |conn| {
                let holder = auth_keys::holder(conn, &vault, &key)?;
                Ok((holder, log_outs::holds(conn, &vault, &key)?))
            })
            .await?;
        if holder.is_none() && given_up {
            let why = "this hub is logging the session string's key out; a new login is needed";
            return Err(Error::new(Code::SessionNotAuthorized, why));
        }
        Ok(holder)
    }
}

/// What a caller is told. There is no state in which a refused key is asked for again later.
fn told(error: telegram::Error) -> Error {
    if error.needs_login().is_none() {
        return error.into();
    }
    let why = format!("Telegram does not take the session string: {error}; a new login is needed");
    Error::new(Code::SessionNotAuthorized, why)
}

fn in_use() -> Error {
    let why = "the session string's key is being connected by others at this moment";
    Error::new(Code::SessionBusy, why).retry_after(Duration::from_secs(1))
}
