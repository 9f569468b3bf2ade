//! The phases without a link: backing off, refused, logged out.

use crate::error::{Code, Error};
use crate::model::{SessionState, StoredState, UtcTime};
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
    /// Since when the session is given up, if for a reason that may pass.
    parked_since: Option<UtcTime>,
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
            parked_since: None,
        }
    }

    /// Until the hub may speak to Telegram again.
    pub(super) fn silent(state: SessionState) -> Self {
        Self {
            state,
            until: Instant::now().checked_add(SILENT_LOOK),
            flooded_until: None,
            is_silent: true,
            parked_since: None,
        }
    }

    /// Given up, until the key is tried again.
    pub(super) fn doubted(state: SessionState, since: UtcTime, wait: Duration) -> Self {
        Self {
            until: Instant::now().checked_add(wait),
            parked_since: Some(since),
            ..Self::parked(state)
        }
    }

    /// The same, though somebody asks for it earlier.
    pub(super) fn may_be_hurried(self) -> Self {
        Self {
            flooded_until: None,
            ..self
        }
    }

    /// What the session shows meanwhile.
    pub(super) const fn state(&self) -> &SessionState {
        &self.state
    }

    /// Whether only a login helps, as far as is believed.
    pub(super) const fn is_given_up(&self) -> bool {
        matches!(self.state, SessionState::NeedsLogin { .. })
    }

    /// Until somebody asks for something.
    pub(super) const fn parked(state: SessionState) -> Self {
        Self {
            state,
            until: None,
            flooded_until: None,
            is_silent: false,
            parked_since: None,
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
                    return if waiting.is_silent { self.silent() } else { self.next_try(waiting) };
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
                        resume: (retrying || waiting.parked_since.is_some())
                            .then(|| waiting.clone()),
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

    /// The wait is over: a try of a session that is given up is one of several.
    fn next_try(&self, waiting: Waiting) -> Phase {
        let timing = &self.context.timing;
        let resume = waiting
            .parked_since
            .map(|since| Self::parked(timing, waiting.state, since));
        Phase::Connect {
            asked_by: None,
            resume,
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
