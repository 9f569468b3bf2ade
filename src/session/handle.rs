//! What the rest of the hub holds of a session: its present state, its link, and a way to ask.

use crate::error::{Code, Error};
use crate::model::{Healing, LoggedOut, Peer, SessionId, SessionName, SessionState, UtcTime};
use crate::session::healing::HealingLog;
use crate::session::login::{LoginProgress, LoginStarted};
use crate::session::looks::Looks;
use crate::session::waiting::Reconnected;
use crate::telegram::{self, Lease, Link, Vitals};
use secrecy::SecretString;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// How many questions may wait for an account that is busy; the next one is refused.
pub(super) const COMMAND_CAPACITY: usize = 16;

/// A question to an account's task, with the place for its answer.
pub(super) enum Command {
    StartLogin {
        phone: String,
        reply: Reply<LoginStarted>,
    },
    SubmitCode {
        code: SecretString,
        phone_code_hash: String,
        reply: Reply<LoginProgress>,
    },
    SubmitPassword {
        password: SecretString,
        reply: Reply<LoginProgress>,
    },
    LogOut {
        reply: Reply<LoggedOut>,
    },
    Reconnect {
        reply: Reply<Reconnected>,
    },
}

pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// What an account's task shows of itself.
pub(super) struct Shared {
    pub(super) state: watch::Sender<(SessionState, UtcTime)>,
    pub(super) link: watch::Sender<Option<Arc<Link>>>,
    pub(super) user: Mutex<Option<Arc<Peer>>>,
    pub(super) vitals: Arc<Vitals>,
    pub(super) healing: HealingLog,
    /// Looks into the account's history, over whichever link.
    pub(super) looks: Arc<Looks>,
    /// A backfill has been asked for.
    pub(super) backfills: Notify,
    doubt: Mutex<Option<String>>,
    lease: Lease,
}

impl Shared {
    pub(super) fn new(state: SessionState, lease: Lease) -> Self {
        Self {
            lease,
            state: watch::Sender::new((state, UtcTime::now())),
            link: watch::Sender::new(None),
            user: Mutex::new(None),
            vitals: Arc::default(),
            healing: HealingLog::default(),
            looks: Arc::default(),
            backfills: Notify::new(),
            doubt: Mutex::new(None),
        }
    }

    /// Telegram has said so of the key, which is not believed yet; `None` ends that.
    pub(super) fn doubt(&self, reason: Option<String>) {
        *self.doubt.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    pub(super) fn doubted(&self) -> Option<String> {
        self.doubt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn enter(&self, state: SessionState) {
        self.state.send_replace((state, UtcTime::now()));
    }

    pub(super) fn set_user(&self, user: Peer) {
        *self.user.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(user));
    }

    pub(super) fn user(&self) -> Option<Arc<Peer>> {
        self.user
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// See [`SessionHandle::link`].
    pub(super) async fn link(&self, patience: Duration) -> Result<Arc<Link>, Error> {
        if !self.lease.is_held() {
            return Err(telegram::Error::NotHeld.into());
        }
        if let Some(link) = self.link.borrow().clone() {
            return Ok(link);
        }
        let mut state = self.state.subscribe();
        let settled = state.wait_for(|(state, _)| {
            !matches!(
                state,
                SessionState::Connecting | SessionState::Backoff { .. }
            )
        });
        // Whether the wait ended or ran out, what counts is how things are now.
        drop(tokio::time::timeout(patience, settled).await);
        if let Some(link) = self.link.borrow().clone() {
            return Ok(link);
        }
        let (state, _) = self.state.borrow().clone();
        Err(match state {
            SessionState::Connecting | SessionState::Backoff { .. } | SessionState::Online => {
                // What is wrong with a doubted key is not that Telegram cannot be reached.
                let code = match self.doubted() {
                    Some(_) => Code::Unavailable,
                    None => Code::TelegramUnreachable,
                };
                let text = format!("the session is {}; try again shortly", describe(&state));
                Error::new(code, text).retry_after(until_next(&state))
            }
            _ => not_authorized(&state),
        })
    }
}

/// One moment of a session.
#[derive(Clone, Debug)]
pub struct SessionSnapshot {
    /// What it does.
    pub state: SessionState,
    /// Since when.
    pub since: UtcTime,
    /// The account's user, once it has been online.
    pub user: Option<Arc<Peer>>,
    /// The last captured update.
    pub last_update_at: Option<UtcTime>,
    /// The last successful call.
    pub last_call_at: Option<UtcTime>,
    /// Whether its updates arrive.
    pub is_receiving: bool,
    /// By how many pts Telegram was ahead at the last probe.
    pub pts_drift: Option<i64>,
    /// How late the newest message was captured.
    pub update_lag: Option<Duration>,
    /// The last probe that was answered.
    pub checked_at: Option<UtcTime>,
    /// Since when they do, or do not any more.
    pub receiving_since: Option<UtcTime>,
    /// What Telegram has said of the key and is not believed yet.
    pub key_doubted: Option<String>,
    /// Which methods Telegram does not want to hear from the account, and until when.
    pub flood_waits: Vec<(String, UtcTime)>,
    /// What was done to bring it back.
    pub healing: Healing,
    /// Messages captured since the hub started.
    pub captured: u64,
}

/// A running session. Cloning is cheap; the session ends when it is stopped, not when handles go.
#[derive(Clone)]
pub struct SessionHandle {
    /// By which clients call it.
    pub name: SessionName,
    /// Its row.
    pub id: SessionId,
    pub(super) generation: u64,
    /// Boxed, because each queue keeps room for 32 of them.
    pub(super) commands: mpsc::Sender<Box<Command>>,
    pub(super) shared: Arc<Shared>,
    pub(super) stop: CancellationToken,
    pub(super) ended: CancellationToken,
}

impl SessionHandle {
    /// What the session is like now.
    pub fn snapshot(&self) -> SessionSnapshot {
        let (state, since) = self.shared.state.borrow().clone();
        let link = self.shared.link.borrow().clone();
        let vitals = &self.shared.vitals;
        SessionSnapshot {
            is_receiving: matches!(state, SessionState::Online) && vitals.is_receiving(),
            pts_drift: vitals.pts_drift(),
            update_lag: vitals.update_lag(),
            checked_at: vitals.checked_at(),
            receiving_since: vitals.receiving_since(),
            key_doubted: self.shared.doubted(),
            flood_waits: link.map(|link| link.flood_waits()).unwrap_or_default(),
            healing: self.shared.healing.snapshot(),
            state,
            since,
            user: self.shared.user(),
            last_update_at: vitals.last_update_at(),
            last_call_at: vitals.last_call_at(),
            captured: vitals.captured.load(std::sync::atomic::Ordering::Relaxed),
        }
    }

    /// The account's link, waiting up to `patience` for one that is about to be there.
    ///
    /// # Errors
    /// `session_not_authorized` when only a login helps, `telegram_unreachable` when there is no
    /// link in time, `database_unavailable` while the hub may not speak to Telegram.
    pub async fn link(&self, patience: Duration) -> Result<Arc<Link>, Error> {
        self.shared.link(patience).await
    }

    /// The account's own user, once it has been online.
    pub fn user(&self) -> Option<Arc<Peer>> {
        self.shared.user()
    }

    /// Starts a login, or starts it anew.
    pub async fn start_login(&self, phone: String) -> Result<LoginStarted, Error> {
        self.ask(|reply| Command::StartLogin { phone, reply }).await
    }

    /// Submits the code of a login.
    pub async fn submit_code(
        &self,
        code: SecretString,
        phone_code_hash: String,
    ) -> Result<LoginProgress, Error> {
        self.ask(|reply| Command::SubmitCode {
            code,
            phone_code_hash,
            reply,
        })
        .await
    }

    /// Submits the two-step password of a login.
    pub async fn submit_password(&self, password: SecretString) -> Result<LoginProgress, Error> {
        self.ask(|reply| Command::SubmitPassword { password, reply })
            .await
    }

    /// Logs out at Telegram and stops; the row and the captured messages stay.
    pub async fn log_out(&self) -> Result<LoggedOut, Error> {
        self.ask(|reply| Command::LogOut { reply }).await
    }

    /// Has the account's backfills looked at now.
    pub fn look_for_backfills(&self) {
        self.shared.backfills.notify_one();
    }

    /// Connects now instead of when the back-off ends.
    pub async fn reconnect(&self) -> Result<Reconnected, Error> {
        self.ask(|reply| Command::Reconnect { reply }).await
    }

    /// Stops the session and waits until its task has ended.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.ended.cancelled().await;
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .try_send(Box::new(command(reply)))
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => {
                    Error::new(Code::SessionBusy, "too many requests wait for this session")
                        .retry_after(Duration::from_secs(1))
                }
                mpsc::error::TrySendError::Closed(_) => stopped(),
            })?;
        answer.await.unwrap_or_else(|_dropped| Err(stopped()))
    }
}

fn stopped() -> Error {
    Error::new(
        Code::SessionBusy,
        "the session has been stopped meanwhile; try again",
    )
    .retry_after(Duration::from_secs(1))
}

/// When to ask again for a session that is on its way back.
fn until_next(state: &SessionState) -> Duration {
    let shortest = Duration::from_secs(5);
    let SessionState::Backoff { until, .. } = state else {
        return shortest;
    };
    let left = until.as_micros() - UtcTime::now().as_micros();
    u64::try_from(left).map_or(shortest, |micros| {
        Duration::from_micros(micros).max(shortest)
    })
}

/// The refusal of a call that needs a logged-in account.
pub(super) fn not_authorized(state: &SessionState) -> Error {
    Error::new(
        Code::SessionNotAuthorized,
        format!("the session is {}", describe(state)),
    )
}

fn describe(state: &SessionState) -> String {
    match state.reason() {
        Some(reason) => format!("{} ({reason})", state.name()),
        None if matches!(state, SessionState::Stopped) => "not logged in".to_owned(),
        None => state.name().to_owned(),
    }
}
