//! The phases without a link: backing off, refused, logged out.

use crate::error::{Code, Error};
use crate::model::{SessionState, StoredState};
use crate::session::account::{Account, Phase};
use crate::session::handle::{Command, not_authorized};
use crate::session::login::{LoginStarted, no_login};
use crate::telegram;
use std::time::Duration;
use tokio::time::Instant;

/// What a wish to reconnect has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconnected {
    /// The session was online all along.
    AlreadyConnected,
    /// The session is online again.
    Restored {
        /// Whose session it is.
        first_name: Option<String>,
    },
}

/// How far ahead the next attempt is announced while the hub may not speak to Telegram; it may
/// come sooner.
pub(super) const SILENT_LOOK: Duration = Duration::from_secs(5);

/// A wait, with or without an end.
#[derive(Clone)]
pub(super) struct Waiting {
    state: SessionState,
    until: Option<Instant>,
    /// Before this Telegram wants to hear nothing, whoever asks.
    flooded_until: Option<Instant>,
    /// Whether it ends when the hub may speak to Telegram again.
    is_silent: bool,
}

impl Waiting {
    /// Until the next attempt is due. `flood` is how long Telegram has asked to wait, if it has.
    pub(super) fn backoff(state: SessionState, delay: Duration, flood: Option<Duration>) -> Self {
        let now = Instant::now();
        Self {
            state,
            // A wait beyond the clock's range is one without an end.
            until: now.checked_add(delay),
            flooded_until: flood.and_then(|wait| now.checked_add(wait)),
            is_silent: false,
        }
    }

    /// Until the hub may speak to Telegram again.
    pub(super) fn silent(state: SessionState) -> Self {
        Self {
            state,
            until: Instant::now().checked_add(SILENT_LOOK),
            flooded_until: None,
            is_silent: true,
        }
    }

    /// What the session shows meanwhile.
    pub(super) const fn state(&self) -> &SessionState {
        &self.state
    }

    /// Until somebody asks for something.
    pub(super) const fn parked(state: SessionState) -> Self {
        Self {
            state,
            until: None,
            flooded_until: None,
            is_silent: false,
        }
    }

    /// A wish to reconnect does not cut short what Telegram has asked for: that makes it longer.
    fn flood(&self) -> Result<(), Error> {
        let left = self
            .flooded_until
            .map(|until| until.saturating_duration_since(Instant::now()));
        match left.filter(|left| !left.is_zero()) {
            Some(left) => Err(Error::from(telegram::Error::FloodWait(left))),
            None => Ok(()),
        }
    }
}

impl Account {
    /// Waits, and answers whoever asks meanwhile.
    pub(super) async fn wait(&mut self, waiting: Waiting) -> Phase {
        self.shared.enter(waiting.state.clone());
        let retrying = matches!(waiting.state, SessionState::Backoff { .. });
        let lease = self.context.link.lease.clone();
        loop {
            let command = tokio::select! {
                command = self.commands.recv() => command.map(|boxed| *boxed),
                () = lease.held(), if waiting.is_silent => return Phase::connect(),
                () = due(waiting.until) => {
                    return if waiting.is_silent { self.silent() } else { Phase::connect() };
                }
                () = self.stop.cancelled() => return Phase::End,
            };
            let next = match command {
                None => Some(Phase::End),
                Some(Command::StartLogin { reply, .. })
                    if retrying && !self.is_half_logged_in().await =>
                {
                    // The key is good as far as anybody knows; only the link is down.
                    drop(reply.send(Ok(LoginStarted::AlreadyLoggedIn)));
                    None
                }
                Some(Command::StartLogin { phone, reply }) => {
                    let stop = self.stop.clone();
                    // Telegram may be slow to answer; a stop does not wait for it.
                    tokio::select! {
                        next = self.start_login(phone, reply) => next,
                        () = stop.cancelled() => return Phase::End,
                    }
                }
                Some(Command::SubmitCode { reply, .. } | Command::SubmitPassword { reply, .. }) => {
                    drop(reply.send(Err(no_login())));
                    None
                }
                Some(Command::LogOut { reply }) => {
                    let answer = self.log_out(None).await;
                    let out = answer.is_ok();
                    drop(reply.send(answer));
                    out.then(|| Phase::Wait(Waiting::parked(SessionState::Stopped)))
                }
                Some(Command::Reconnect { reply }) => match self.may_reconnect(&waiting).await {
                    Ok(()) => Some(Phase::Connect {
                        asked_by: Some(reply),
                        // Without a wait of its own the session goes on trying for whoever asked.
                        resume: retrying.then(|| waiting.clone()),
                    }),
                    Err(error) => {
                        drop(reply.send(Err(error)));
                        None
                    }
                },
            };
            if let Some(next) = next {
                return next;
            }
        }
    }

    /// A session that is logged out or was never logged in has nothing to connect with.
    async fn may_reconnect(&self, waiting: &Waiting) -> Result<(), Error> {
        waiting.flood()?;
        match self.row().await?.state {
            StoredState::Active | StoredState::NeedsLogin => Ok(()),
            StoredState::Login | StoredState::LoggedOut => Err(Error::new(
                Code::SessionNotFound,
                not_authorized(&waiting.state).message().to_owned(),
            )),
        }
    }
}

async fn due(until: Option<Instant>) {
    match until {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
