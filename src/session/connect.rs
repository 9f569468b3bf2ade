//! The phase that makes a link with a stored key and checks that Telegram still takes it.

use crate::error::Error;
use crate::model::{Peer, SessionState, StoredState, UserId, UtcTime};
use crate::session::account::{Account, Phase};
use crate::session::handle::{Reply, not_authorized};
use crate::session::online::Online;
use crate::session::waiting::{Reconnected, Waiting};
use crate::store::{self, peers, sessions};
use crate::telegram::{self, HubSession, Keys, Link};
use log::info;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Account {
    /// Connects once. Failures that may pass lead to a wait, refusals of the key to a login.
    pub(super) async fn connect(
        &mut self,
        asked_by: Option<Reply<Reconnected>>,
        resume: Option<Waiting>,
    ) -> Phase {
        self.shared.enter(SessionState::Connecting);
        let stop = self.stop.clone();
        let attempt = tokio::select! {
            attempt = self.try_connect() => attempt,
            () = stop.cancelled() => return Phase::End,
        };
        let (next, answer) = match attempt {
            Ok(online) => {
                self.note_taken();
                self.remember_revival().await;
                info!(session = self.name.as_str(); "the session is online");
                let first_name = online.user.first_name.clone();
                (
                    Phase::Online(Box::new(online)),
                    Ok(Reconnected::Restored { first_name }),
                )
            }
            Err(error) if error.is_unauthorized() && self.is_half_logged_in().await => {
                (self.give_up_login().await, Err(Error::from(error)))
            }
            Err(error) => {
                let next = match (error.needs_login(), resume) {
                    _ if matches!(error, telegram::Error::NotHeld) => self.silent(),
                    // One that was asked for in between is none of those some time apart.
                    (Some(reason), Some(waiting)) if telegram::is_doubtful(reason) => {
                        Phase::Wait(waiting)
                    }
                    (Some(reason), _) => self.refused(reason.to_owned()).await,
                    // Telegram's wish may be longer than the wait that goes on.
                    (None, Some(waiting)) if error.flood_wait().is_none() => Phase::Wait(waiting),
                    (None, _) => self.failed(&error),
                };
                let told = match &next {
                    Phase::Wait(waiting) if waiting.is_given_up() => {
                        not_authorized(waiting.state())
                    }
                    _ => Error::from(error),
                };
                (next, Err(told))
            }
        };
        if let Some(reply) = asked_by {
            // Nobody may be waiting for the answer any more.
            drop(reply.send(answer));
        }
        next
    }

    /// A session that was given up as refused may be back because a client asked for it.
    async fn remember_revival(&self) {
        // A restore brings back only what the database knows as logged in.
        if self.restore.is_none()
            && let Ok(row) = self.row().await
            && row.state != StoredState::Active
        {
            self.remember_state(StoredState::Active, None).await;
        }
    }

    /// A failure that may pass: wait, at least as long as Telegram asks for.
    pub(super) fn failed(&mut self, error: &telegram::Error) -> Phase {
        self.back_off(&error.to_string(), error.flood_wait())
    }

    async fn try_connect(&self) -> Result<Online, telegram::Error> {
        if !self.context.link.lease.is_held() {
            return Err(telegram::Error::NotHeld);
        }
        // An attempt that must fail would only make the next one wait longer.
        tokio::select! {
            () = self.context.store.back() => {}
            () = self.context.link.lease.lost() => return Err(telegram::Error::NotHeld),
        }
        // The semaphore is never closed; were it, connecting without it would still be right.
        let _permit = self.context.connects.acquire().await.ok();
        // After a common outage everybody is back at the same time, whatever their waits were.
        self.context.link.connects.turn().await;
        let (id, store) = (self.id, &self.context.store);
        let stored = store
            .read(move |conn| Ok((sessions::by_id(conn, id)?, sessions::log_owner(conn, id)?)));
        let (row, owner) = stored
            .await
            .map_err(|error| telegram::Error::Storage(error.into()))?;
        let api_id = row.map_or(self.context.api_id, |row| row.api_id);
        let session = self.load_session().await?;
        let settings = &self.context.link;
        let vitals = Arc::clone(&self.shared.vitals);
        let link = Link::open(session, settings, api_id, Keys::MustExist, vitals).await?;
        let user = link.own_user().await?;
        if self.is_other(owner, &user)? {
            // A login that was completed while nobody saw it, into another account's log.
            self.log_out(Some(&link))
                .await
                .map_err(|error| telegram::Error::Storage(error.into()))?;
            return Err(telegram::Error::SessionEnded("ACCOUNT_MISMATCH".to_owned()));
        }
        self.remember_user(&user).await?;
        let is_new = !link.session().has_position();
        link.ensure_position().await?;
        if is_new {
            // The key was brought in from elsewhere.
            self.seed_dialogs(&link, is_new).await;
        }
        self.write_position(&link)
            .await
            .map_err(|error| telegram::Error::Storage(error.into()))?;
        let updates = link.updates().await?;
        Ok(Online {
            link: Arc::new(link),
            updates,
            user,
        })
    }

    /// Whether the key is another account's than the log. One answer is not believed: the next
    /// connection has to hear the same.
    fn is_other(&self, owner: Option<UserId>, user: &Peer) -> Result<bool, telegram::Error> {
        let told = user.peer_id.bare();
        let other = owner.filter(|owner| owner.0 != told).map_or(0, |_| told);
        let before = self.told_other.swap(other, Ordering::Relaxed);
        if other != 0 && before != other {
            return Err(telegram::Error::Unreadable {
                constructor: None,
                method: "users.getUsers",
            });
        }
        Ok(other != 0)
    }

    /// The account's keys, peers and position from the database.
    pub(super) async fn load_session(&self) -> Result<Arc<HubSession>, telegram::Error> {
        let (store, server) = (self.context.store.clone(), self.context.link.server.clone());
        HubSession::load(store, self.id, server)
            .await
            .map(Arc::new)
            .map_err(|error| match error {
                store::Error::Decrypt { .. } => telegram::Error::KeyUnreadable,
                error => telegram::Error::Storage(error.into()),
            })
    }

    /// Keeps the account's own user where the row, the peers and the handle show it.
    pub(super) async fn remember_user(&self, user: &Peer) -> Result<(), telegram::Error> {
        let known = self.shared.user();
        if known.as_deref() == Some(user) {
            return Ok(());
        }
        let (id, row) = (self.id, user.clone());
        self.context
            .store
            .write(move |conn| {
                let now = UtcTime::now();
                peers::upsert_many(conn, id, std::slice::from_ref(&row), now)?;
                sessions::set_user(conn, id, &profile(&row), now).map(drop)
            })
            .await
            .map_err(|error| telegram::Error::Storage(error.into()))?;
        self.shared.set_user(user.clone());
        Ok(())
    }
}

pub(super) fn profile(user: &Peer) -> sessions::Profile {
    sessions::Profile {
        user_id: Some(UserId(user.peer_id.bare())),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        username: user.username.clone(),
        phone: user.phone.clone(),
    }
}
