//! Giving a key up: the wish is written down before Telegram is asked.
//!
//! It owns that order, so that neither a kill nor a link that stalls leaves an authorisation at
//! Telegram that the hub has forgotten. What is asked later is `log_outs`' matter.

use crate::error::Error;
use crate::model::{LoggedOut, SessionId, SessionName, SessionState, StoredState, UtcTime};
use crate::session::account::{Account, Phase, SessionContext};
use crate::session::log_outs::{self, HEAD_START};
use crate::session::waiting::Waiting;
use crate::store::log_outs::GivenUp;
use crate::store::sessions::{self, Purge};
use crate::store::{self, auth_keys};
use crate::telegram::{self, DEFAULT_DC, Link};
use log::{info, warn};
use std::time::Duration;
use tokio::time::timeout;

/// How long Telegram may take over a link that is there.
const OVER_LINK: Duration = Duration::from_secs(5);

/// How long the first attempt without a link is waited for.
const FIRST_ATTEMPT: Duration = Duration::from_secs(3);

/// A login step that was under way when its connection ended may reach Telegram this much later.
pub(super) const STRAGGLER: Duration = Duration::from_mins(1);

impl Account {
    /// Logs out, over the link if there is one, which is closed; the row and its history stay.
    ///
    /// # Errors
    /// `database_unavailable`, with nothing changed and the link as it was.
    pub(super) async fn log_out(&self, link: Option<&Link>) -> Result<LoggedOut, Error> {
        let head_start = link.map_or(Duration::ZERO, |_| HEAD_START);
        let given_up = self.give_up_key(head_start).await?;
        if let Some(link) = link {
            let asked = match given_up {
                GivenUp::Waits(number) => Some((number, self.ask_over(link).await)),
                GivenUp::NoKey | GivenUp::Unreadable => None,
            };
            // Before anybody else may connect the key.
            link.close().await;
            if let Some((number, answer)) = asked
                && let Err(error) = log_outs::note(&self.context, (number, 0), answer).await
            {
                warn!(session = self.name.as_str(); "a log-out is not written down: {error}");
            }
        }
        info!(session = self.name.as_str(); "the session is logged out");
        log_outs::settled(&self.context, self.id, given_up, FIRST_ATTEMPT).await
    }

    async fn ask_over(&self, link: &Link) -> Result<(), telegram::Error> {
        tokio::select! {
            answer = timeout(OVER_LINK, link.log_out()) => {
                answer.unwrap_or(Err(telegram::Error::Timeout))
            }
            () = self.stop.cancelled() => Err(telegram::Error::Timeout),
        }
    }

    /// Takes the key from the session, for a log-out that is due after a while.
    async fn give_up_key(&self, after: Duration) -> Result<GivenUp, store::Error> {
        let (id, vault) = (self.id, self.context.store.vault().clone());
        let write = self.context.store.write(move |conn| {
            let now = UtcTime::now();
            let due_at = now.after(after);
            let given_up = store::log_outs::give_up(conn, &vault, (id, DEFAULT_DC), due_at, now)?;
            sessions::set_state(conn, id, StoredState::LoggedOut, None, now)?;
            Ok(given_up)
        });
        write.await
    }

    /// Whether the session's login was begun and never seen to end.
    pub(super) async fn is_half_logged_in(&self) -> bool {
        self.row()
            .await
            .is_ok_and(|row| row.state == StoredState::Login)
    }

    /// The next phase after Telegram has said that such a login has not let the account in. A step
    /// that is still on its way may do so, and is undone then.
    pub(super) async fn give_up_login(&self) -> Phase {
        info!(session = self.name.as_str(); "the login that was under way was not completed");
        let (id, vault) = (self.id, self.context.store.vault().clone());
        let write = self.context.store.write(move |conn| {
            let now = UtcTime::now();
            let due_at = now.after(STRAGGLER);
            match store::log_outs::give_up(conn, &vault, (id, DEFAULT_DC), due_at, now)? {
                GivenUp::Waits(number) => store::log_outs::set_unlikely(conn, number),
                GivenUp::NoKey | GivenUp::Unreadable => Ok(()),
            }
        });
        if let Err(error) = write.await {
            // The next start finds the key again.
            warn!(session = self.name.as_str(); "the login's key is not given up: {error}");
        }
        self.context.log_outs.wake();
        if self.commands.is_empty() {
            return Phase::End;
        }
        Phase::Wait(Waiting::parked(SessionState::Stopped))
    }

    /// A session that was made for a login which Telegram refuses leaves nothing, its name neither.
    /// `false` when it stays: it has been more than that, or the database is away.
    pub(super) async fn forget_unused(&self) -> bool {
        let id = self.id;
        let forgotten = self
            .context
            .store
            .write(move |conn| sessions::forget_unused(conn, id))
            .await;
        match forgotten {
            Ok(forgotten) => forgotten,
            Err(error) => {
                warn!(session = self.name.as_str(); "the session's row cannot be deleted: {error}");
                false
            }
        }
    }

    /// Forgets keys that cannot be read, so that a login may make others.
    pub(super) async fn forget_keys(&self) -> Result<(), store::Error> {
        let id = self.id;
        let write = self
            .context
            .store
            .write(move |conn| auth_keys::delete_all(conn, id));
        write.await
    }
}

/// Deletes what is stored of a session, which must not be running; messages as told, and then from
/// the files too. Its key waits for its log-out, and its name is free at once.
///
/// # Errors
/// `database_unavailable`.
pub async fn destroy(
    context: &SessionContext,
    name: SessionName,
    purge: Purge,
) -> Result<LoggedOut, Error> {
    let vault = context.store.vault().clone();
    let destroyed: Option<(SessionId, GivenUp)> = context
        .store
        .write(move |conn| {
            let Some(id) = sessions::id_of_name(conn, &name)? else {
                return Ok(None);
            };
            let now = UtcTime::now();
            let given_up = store::log_outs::give_up(conn, &vault, (id, DEFAULT_DC), now, now)?;
            sessions::delete(conn, id, purge)?;
            Ok(Some((id, given_up)))
        })
        .await?;
    #[cfg(feature = "sqlite")]
    if destroyed.is_some() && purge == Purge::All {
        context.store.scrub().await?;
    }
    match destroyed {
        Some((id, given_up)) => log_outs::settled(context, id, given_up, FIRST_ATTEMPT).await,
        None => Ok(LoggedOut::Done),
    }
}

/// Whether keys that sessions of a name have given up are logged out.
///
/// # Errors
/// `database_unavailable`.
pub async fn log_out_state(
    context: &SessionContext,
    name: SessionName,
) -> Result<LoggedOut, Error> {
    let waiting = context.store.read(move |conn| {
        let id = sessions::id_of_name(conn, &name)?;
        id.map_or(Ok(Vec::new()), |id| store::log_outs::attempts_of(conn, id))
    });
    Ok(if waiting.await?.is_empty() {
        LoggedOut::Done
    } else {
        LoggedOut::Pending
    })
}
