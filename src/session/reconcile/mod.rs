//! Keeping an account's log complete: what updates did not bring is fetched from history.
//!
//! After each start and reconnect, when a gap opens, and every few minutes, the newest messages of
//! the dialogs that have moved are compared with the log. Numbers that are missing become a gap; each open gap is
//! filled, and closed when everything in it has been asked for. Live capture goes on meanwhile.

mod baselines;
mod fetch;
mod fill;
mod filling;
mod listing;
mod nameless;
mod numbers;
mod pace;
mod pauses;
mod plan;
mod survey;
mod trouble;

use crate::model::{MessageBox, SessionName};
use crate::session::account::SessionContext;
use crate::session::backoff::chance;
use crate::session::crossings::Crossings;
use crate::session::reconcile::fetch::Attempt;
use crate::session::reconcile::listing::Look;
use crate::session::reconcile::pauses::Pauses;
use crate::store::gaps;
use crate::telegram::{self, AccountRef, Link, Vitals};
use log::{debug, info};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, sleep_until};

pub(super) use crate::session::reconcile::pace::Pace;

/// How long a link is new, in times of the wait for the first round.
const NEW_LINK: u32 = 15;

/// How soon the next round follows while a link is new, by the same measure: what has broken the
/// last one may also cost pushes of this one, after the first round has looked.
const SOON: u32 = 8;

/// One account's reconciler, for as long as its link lives.
pub(super) struct Reconciler<'a> {
    pub(super) context: &'a SessionContext,
    pub(super) name: &'a SessionName,
    pub(super) link: &'a Link,
    pub(super) account: AccountRef,
    pub(super) vitals: &'a Vitals,
    pub(super) crossings: &'a Crossings,
    pub(super) pace: Pace,
}

/// The longest wait after rounds that have failed.
const CAP: Duration = Duration::from_mins(10);

/// What is kept between the rounds of one link.
#[derive(Debug)]
struct State {
    /// The list that the last round was about, when it has ended early.
    look: Option<Look>,
    pauses: Pauses,
    /// What has been answered of sequences that could not be filled to their end.
    attempts: BTreeMap<MessageBox, Attempt>,
    /// Channels that only a list of all dialogs can tell of, and those that one did not.
    unfound: BTreeSet<MessageBox>,
    searched: BTreeSet<MessageBox>,
    /// How many rounds have failed in a row.
    failures: u32,
    /// How long Telegram has asked to wait before this round.
    waited: Duration,
    /// When in its time this account lists all its dialogs, from 0 to 1.
    spread: f64,
}

/// Why a round has ended early.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Telegram(#[from] telegram::Error),
    #[error(transparent)]
    Store(#[from] crate::store::Error),
}

impl Reconciler<'_> {
    /// Runs until it is dropped. Dropping it loses nothing: what is open is in the database.
    pub(super) async fn run(&self) {
        let timing = &self.context.timing;
        // Thousands of accounts that came online together must not look together.
        let mut wait = timing.reconcile_after.mul_f64(0.25 + chance() / 2.0);
        if self.has_gaps().await {
            wait /= 8;
        }
        let mut first = true;
        let mut state = State {
            look: None,
            pauses: Pauses::default(),
            attempts: BTreeMap::new(),
            unfound: BTreeSet::new(),
            searched: BTreeSet::new(),
            failures: 0,
            waited: Duration::ZERO,
            spread: chance(),
        };
        let since = Instant::now();
        loop {
            let due = Instant::now() + wait;
            if state.waited > Duration::ZERO {
                sleep_until(due).await;
            } else {
                tokio::select! {
                    () = sleep_until(due) => {}
                    () = self.crossings.look_again.notified() => self.soon(due).await,
                    () = self.crossings.gap_opened.notified() => self.soon(due).await,
                }
            }
            // Between rounds nothing of a round takes up memory.
            let round = Box::pin(self.round(&mut state, first)).await;
            wait = match round {
                Ok(()) => {
                    first = false;
                    state.failures = 0;
                    state.waited = Duration::ZERO;
                    let mut pause = timing.reconcile_every;
                    if since.elapsed() < timing.reconcile_after * NEW_LINK {
                        pause = pause.min(timing.reconcile_after * SOON);
                    }
                    pause = pause.mul_f64(0.75 + chance() / 2.0);
                    state
                        .pauses
                        .next(Instant::now())
                        .map_or(pause, |next| pause.min(next))
                }
                Err(trouble) => self.after(&mut state, &trouble),
            };
        }
    }

    /// Where one gap opens there are often more.
    async fn soon(&self, due: Instant) {
        let soon = Instant::now() + self.context.timing.reconcile_after / 8;
        sleep_until(due.min(soon)).await;
    }

    async fn has_gaps(&self) -> bool {
        let id = self.account.session_id;
        let pending = self.context.store.read(move |conn| gaps::pending(conn, id));
        pending.await.is_ok_and(|pending| !pending.is_empty())
    }

    /// How long to wait after a round that has ended early.
    fn after(&self, state: &mut State, trouble: &Trouble) -> Duration {
        let timing = &self.context.timing;
        state.waited = Duration::ZERO;
        match trouble {
            Trouble::Telegram(telegram::Error::FloodWait(wait)) => {
                let seconds = wait.as_secs();
                info!(session = self.name.as_str(); "the reconciling waits {seconds} s for Telegram");
                state.waited = *wait + Duration::from_secs(1);
                state.waited
            }
            other => {
                debug!(session = self.name.as_str(); "the log is compared again: {other}");
                let base = timing.reconcile_after * 2;
                let wait = base.saturating_mul(1 << state.failures.min(16)).min(CAP);
                state.failures = state.failures.saturating_add(1);
                wait
            }
        }
    }

    /// Waits until this account is one of the few that read their history at once.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed; were it, going on without it would still be right.
        self.context.reconciles.acquire().await.ok()
    }
}
