//! An account's task: phases, one after the other, until the account is stopped.
//!
//! The task alone owns the account's link, login and position. A panic in any phase ends that
//! phase and counts as a failed attempt; nothing else of the hub notices.

use crate::error::{Code, Error};
use crate::metrics::CONNECTS;
use crate::model::{
    HealStep, SessionId, SessionName, SessionState, StoredSession, StoredState, UtcTime,
};
use crate::session::backoff::BackoffPolicy;
use crate::session::handle::{Command, Reply, Shared};
use crate::session::ladder::Ladder;
use crate::session::log_outs::LogOuts;
use crate::session::login_attempt::LoginAttempt;
use crate::session::online::Online;
use crate::session::qr::QrTiming;
use crate::session::restore::RestoreTicket;
use crate::session::waiting::{Reconnected, SILENT_LOOK, Waiting};
use crate::session::writer::Writer;
use crate::store::sessions::ApiCredentials;
use crate::store::{Store, sessions};
use crate::telegram::{self, Budget, LinkSettings};
use futures_util::FutureExt as _;
use log::{error, warn};
use secrecy::SecretString;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// What is told of a panic; its text stays in the log.
const PANIC: &str = "internal error";

/// The times that govern a session's life.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Waiting between failed attempts.
    pub backoff: BackoffPolicy,
    /// A session that has been online this long starts its count of failures anew.
    pub stable_after: Duration,
    /// The longest that one call to Telegram may take, with making the connection.
    pub call_timeout: Duration,
    /// How often the link is probed by a ping.
    pub probe_every: Duration,
    /// How long an account hears nothing before Telegram is asked for its place.
    pub state_after: Duration,
    /// How often it is asked at most while nothing is heard for longer and longer.
    pub state_every: Duration,
    /// How long to wait before each further connection that is to confirm that Telegram does not
    /// know a key; after the last one it is believed.
    pub key_doubts: [Duration; 4],
    /// How often a key that was believed to be unknown is tried all the same.
    pub parked_every: Duration,
    /// For how long it is.
    pub parked_for: Duration,
    /// How long a probe may take; two in a row that take longer end the link.
    pub probe_timeout: Duration,
    /// How soon the link is probed again after a step to heal it.
    pub recheck_after: Duration,
    /// How long a login may take before it lapses.
    pub login_lifetime: Duration,
    /// The times of logins by QR code.
    pub qr: QrTiming,
    /// How long after a link is made its account's dialogs are compared with the log, half as
    /// much more or less.
    pub reconcile_after: Duration,
    /// How often they are compared after that, a quarter more or less.
    pub reconcile_every: Duration,
    /// The pause between two calls to the history of one account.
    pub reconcile_pace: Duration,
    /// The pause between two pages of dialogs.
    pub dialogs_pace: Duration,
}

impl Default for Timing {
    /// A stalled link is found after at most 45 + 2 × 15 seconds. Updates that were not pushed are
    /// found at the next push, or when an account that was busy has been quiet for 1 to 2 minutes,
    /// or after at most 15 + 1 minutes of a longer silence; then every 11 seconds a stronger step
    /// is taken.
    fn default() -> Self {
        Self {
            backoff: BackoffPolicy {
                base: Duration::from_secs(1),
                cap: Duration::from_mins(5),
            },
            stable_after: Duration::from_mins(1),
            call_timeout: Duration::from_secs(30),
            probe_every: Duration::from_secs(45),
            state_after: Duration::from_mins(1),
            state_every: Duration::from_mins(15),
            key_doubts: [
                Duration::from_secs(1),
                Duration::from_secs(10),
                Duration::from_mins(1),
                Duration::from_mins(10),
            ],
            parked_every: Duration::from_hours(1),
            parked_for: Duration::from_hours(24),
            probe_timeout: Duration::from_secs(15),
            recheck_after: Duration::from_secs(10),
            login_lifetime: Duration::from_mins(10),
            qr: QrTiming::default(),
            reconcile_after: Duration::from_secs(4),
            reconcile_every: Duration::from_mins(5),
            reconcile_pace: Duration::from_millis(200),
            dialogs_pace: Duration::from_millis(1500),
        }
    }
}

/// What all sessions share.
pub struct SessionContext {
    /// The database.
    pub store: Store,
    /// What commits the received batches.
    pub writer: Writer,
    /// How to connect.
    pub link: LinkSettings,
    /// The application's id at Telegram, for new logins.
    pub api_id: i32,
    /// The application's secret at Telegram, for new logins.
    pub api_hash: SecretString,
    /// When to do what.
    pub timing: Timing,
    /// How many sessions may be connecting at once.
    pub connects: Semaphore,
    /// How many login codes may be asked for in a time, by all sessions together.
    pub logins: Arc<Budget>,
    /// How many sessions may be comparing their logs at once.
    pub reconciles: Semaphore,
    /// What tells of keys that were given up.
    pub log_outs: LogOuts,
}

impl SessionContext {
    /// The application as accounts that come from elsewhere are stored with it.
    pub fn app(&self) -> ApiCredentials {
        ApiCredentials {
            api_id: self.api_id,
            api_hash: self.api_hash.clone(),
        }
    }
}

/// Everything of one account.
pub(super) struct Account {
    pub(super) context: Arc<SessionContext>,
    pub(super) id: SessionId,
    pub(super) name: SessionName,
    pub(super) commands: mpsc::Receiver<Box<Command>>,
    pub(super) shared: Arc<Shared>,
    pub(super) stop: CancellationToken,
    pub(super) restore: Option<RestoreTicket>,
    /// How many attempts have failed in a row.
    pub(super) failures: u32,
    /// Whether a link was made anew without waiting since the session was last stable.
    pub(super) hurried: bool,
    /// Which steps have been taken against updates that do not arrive.
    pub(super) ladder: Ladder,
    /// How many connections in a row were told that the key is unknown.
    pub(super) doubts: usize,
    /// Whose key Telegram said last that this is, if it is not the log's owner's; else 0.
    pub(super) told_other: AtomicI64,
}

/// What an account does next.
pub(super) enum Phase {
    /// Make a link with the stored key. `asked_by` wants to know how it went.
    ///
    /// If it fails for a client who could not wait, `resume` goes on: such an attempt is not one
    /// of the account's own.
    Connect {
        asked_by: Option<Reply<Reconnected>>,
        resume: Option<Waiting>,
    },
    /// Read updates and serve calls.
    Online(Box<Online>),
    /// Wait for the next attempt, or for somebody to ask for something.
    Wait(Waiting),
    /// A login is in progress.
    Login(Box<LoginAttempt>),
    /// Stopped for good.
    End,
}

impl Phase {
    /// An attempt of the account's own.
    pub(super) const fn connect() -> Self {
        Self::Connect {
            asked_by: None,
            resume: None,
        }
    }
}

impl Account {
    /// Runs the account until it is stopped.
    pub(super) async fn run(mut self, first: Phase) {
        let mut phase = first;
        loop {
            if matches!(phase, Phase::End) || self.stop.is_cancelled() {
                break;
            }
            phase = match AssertUnwindSafe(self.step(phase)).catch_unwind().await {
                Ok(next) => next,
                Err(_panic) => {
                    error!(session = self.name.as_str(); "a panic ended the session's present phase");
                    self.heal(HealStep::Rebuild, PANIC);
                    self.back_off(PANIC, None)
                }
            };
            self.shared.link.send_replace(None);
        }
        self.shared.link.send_replace(None);
        self.shared.enter(SessionState::Stopped);
    }

    /// Each phase is on the heap for as long as it lasts: a future has the size of its largest part,
    /// and thousands of accounts do nothing but stay online.
    async fn step(&mut self, phase: Phase) -> Phase {
        match phase {
            Phase::Connect { asked_by, resume } => Box::pin(self.connect(asked_by, resume)).await,
            Phase::Online(online) => Box::pin(self.stay_online(*online)).await,
            Phase::Wait(waiting) => Box::pin(self.wait(waiting)).await,
            Phase::Login(attempt) => Box::pin(self.log_in(*attempt)).await,
            Phase::End => Phase::End,
        }
    }

    /// A step to bring the account back goes into the log, the metrics and the account's view.
    pub(super) fn heal(&self, step: HealStep, reason: &str) {
        self.shared.healing.note(&self.name, step, reason);
    }

    /// The next phase when a step is due that takes a link made anew.
    pub(super) fn anew(&mut self, step: HealStep, reason: &str) -> Phase {
        self.heal(step, reason);
        self.hurry(reason)
    }

    /// The next phase when a link made anew is likely to help: at once, but once only until the
    /// account has been stable again, so that it never becomes a loop without pauses.
    pub(super) fn hurry(&mut self, reason: &str) -> Phase {
        if std::mem::replace(&mut self.hurried, true) {
            return self.back_off(reason, None);
        }
        Phase::connect()
    }

    /// Telegram has taken the key over a connection made anew.
    pub(super) fn note_taken(&mut self) {
        self.doubts = 0;
        self.shared.doubt(None);
    }

    /// The account has been online for long enough to count earlier failures no more.
    pub(super) fn note_stable(&mut self) {
        self.failures = 0;
        self.hurried = false;
    }

    /// The next phase after a failure that may pass. `at_least` is Telegram's own wish.
    pub(super) fn back_off(&mut self, reason: &str, at_least: Option<Duration>) -> Phase {
        self.failures = self.failures.saturating_add(1);
        let chance = crate::session::backoff::chance();
        let delay = self.context.timing.backoff.delay(self.failures, chance);
        let delay = at_least.map_or(delay, |least| delay.max(least));
        warn!(
            session = self.name.as_str(), attempt = self.failures, delay_ms = delay.as_millis();
            "the session is offline and will try again: {reason}"
        );
        metrics::counter!(CONNECTS, "outcome" => "failed").increment(1);
        self.note_outcome(false);
        Phase::Wait(Waiting::backoff(
            SessionState::Backoff {
                attempt: self.failures,
                until: UtcTime::now().after(delay),
                reason: reason.to_owned(),
            },
            delay,
            at_least,
        ))
    }

    /// The next phase while the hub may not speak to Telegram. It is no failure of the account's.
    pub(super) fn silent(&mut self) -> Phase {
        self.note_outcome(false);
        let reason = telegram::Error::NotHeld.to_string();
        Phase::Wait(Waiting::silent(SessionState::Backoff {
            attempt: self.failures.max(1),
            until: UtcTime::now().after(SILENT_LOOK),
            reason,
        }))
    }

    /// The next phase after Telegram has refused the key for good, or for now.
    pub(super) async fn refused(&mut self, reason: String) -> Phase {
        if !telegram::is_doubtful(&reason) {
            return self.need_login(reason).await;
        }
        let waits = self.context.timing.key_doubts;
        let Some(wait) = waits.get(self.doubts).copied() else {
            return self.need_login(reason).await;
        };
        self.doubts += 1;
        self.shared.doubt(Some(reason.clone()));
        // In an incident of Telegram's thousands of accounts are told so at once.
        let wait = wait.mul_f64(1.0 + crate::session::backoff::chance() / 4.0);
        let text = format!(
            "Telegram does not know the session's key ({reason}), which is asked again over \
             another connection before it is believed"
        );
        match self.back_off(&text, Some(wait)) {
            Phase::Wait(waiting) => Phase::Wait(waiting.may_be_hurried()),
            other => other,
        }
    }

    /// The wait of a session that is given up for a reason that may pass: now and then the
    /// key is tried again.
    pub(super) fn parked(timing: &Timing, state: SessionState, since: UtcTime) -> Waiting {
        if UtcTime::now() >= since.after(timing.parked_for) {
            return Waiting::parked(state);
        }
        let chance = crate::session::backoff::chance();
        let wait = timing.parked_every.mul_f64(0.75 + chance / 4.0);
        Waiting::doubted(state, since, wait)
    }

    /// The next phase after Telegram has refused the key for good.
    async fn need_login(&mut self, reason: String) -> Phase {
        warn!(session = self.name.as_str(); "only a new login helps the session: {reason}");
        metrics::counter!(CONNECTS, "outcome" => "refused").increment(1);
        self.heal(HealStep::NeedsLogin, &reason);
        self.note_outcome(false);
        self.remember_state(StoredState::NeedsLogin, Some(reason.clone()))
            .await;
        self.shared.doubt(None);
        let may_pass = telegram::is_doubtful(&reason);
        let state = SessionState::NeedsLogin { reason };
        Phase::Wait(if may_pass {
            Self::parked(&self.context.timing, state, UtcTime::now())
        } else {
            Waiting::parked(state)
        })
    }

    /// Writes the lasting state. If the database is away the next start finds it out again.
    pub(super) async fn remember_state(&self, state: StoredState, reason: Option<String>) {
        let id = self.id;
        let written = self
            .context
            .store
            .write(move |conn| {
                sessions::set_state(conn, id, state, reason.as_deref(), UtcTime::now()).map(drop)
            })
            .await;
        if let Err(error) = written {
            error!(session = self.name.as_str(); "the session's state cannot be stored: {error}");
        }
    }

    /// The first outcome of a restored session is counted.
    pub(super) fn note_outcome(&mut self, online: bool) {
        if let Some(ticket) = self.restore.take() {
            ticket.settle(online);
        }
    }

    /// The lasting row of the account.
    pub(super) async fn row(&self) -> Result<StoredSession, Error> {
        let id = self.id;
        let row = self
            .context
            .store
            .read(move |conn| sessions::by_id(conn, id))
            .await?;
        row.ok_or_else(|| Error::new(Code::SessionNotFound, "the session has been destroyed"))
    }
}
