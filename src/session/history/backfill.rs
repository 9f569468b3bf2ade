//! Backfills: histories that are downloaded without anybody waiting, the newest messages first.
//!
//! What is wanted and how far it has come stands in the database, so that a kill costs a page. Each
//! step is one page of the backfill that has waited longest, at the pace of the reconciler. It runs
//! while the account is online, and ends a backfill only for what Telegram says of its chat.

use crate::model::{Backfill, BackfillState, Direction, MessageId, SessionName, UtcTime};
use crate::session::account::SessionContext;
use crate::session::handle::Shared;
use crate::session::history::Trouble;
use crate::session::history::pages::{Chat, Progress};
use crate::session::reconcile::Pace;
use crate::store::backfills::{self, Step};
use crate::store::history_intervals::{Stretch, stretch};
use crate::store::{history, peers};
use crate::telegram::{self, AccountRef, CallOptions};
use log::{debug, info};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// The first wait after what passes by itself, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_mins(5));

/// One account's backfills, for as long as its link lives.
pub(in crate::session) struct Backfiller<'a> {
    context: &'a Arc<SessionContext>,
    shared: &'a Arc<Shared>,
    name: &'a SessionName,
    account: AccountRef,
    pace: Pace,
}

impl<'a> Backfiller<'a> {
    pub(in crate::session) fn new(
        context: &'a Arc<SessionContext>,
        shared: &'a Arc<Shared>,
        name: &'a SessionName,
        account: AccountRef,
    ) -> Self {
        Self {
            context,
            shared,
            name,
            account,
            pace: Pace::new(context.timing.reconcile_pace),
        }
    }

    /// Runs until it is dropped. Dropping it loses nothing: what is wanted is in the database.
    pub(in crate::session) async fn run(&self) {
        let mut pause = PAUSES.0;
        loop {
            // Between rounds nothing of a round takes up memory.
            match Box::pin(self.round()).await {
                Ok(true) => pause = PAUSES.0,
                Ok(false) => self.shared.backfills.notified().await,
                Err(trouble) => {
                    debug!(session = self.name.as_str(); "a backfill waits: {trouble}");
                    let asked = match &trouble {
                        Trouble::Telegram(error) => error.flood_wait(),
                        _ => None,
                    };
                    sleep(asked.unwrap_or(pause)).await;
                    pause = (pause * 2).min(PAUSES.1);
                }
            }
        }
    }

    /// One step of the backfill that has waited longest; `false` when there is none.
    async fn round(&self) -> Result<bool, Trouble> {
        let id = self.account.session_id;
        let store = &self.context.store;
        let due = store.read(move |conn| backfills::due(conn, id)).await?;
        let Some(due) = due else { return Ok(false) };
        let step = match self.step(&due).await {
            Ok(step) => step,
            Err(Trouble::Telegram(error)) if is_final(&error) => Step {
                reason: Some(error.to_string()),
                ended: Some(BackfillState::Failed),
                ..Step::default()
            },
            Err(trouble) => {
                let step = Step {
                    reason: Some(trouble.to_string()),
                    ..Step::default()
                };
                self.note(&due, step).await?;
                return Err(trouble);
            }
        };
        self.note(&due, step).await?;
        Ok(true)
    }

    async fn note(&self, backfill: &Backfill, step: Step) -> Result<(), Trouble> {
        if let Some(state) = step.ended {
            let (session, chat) = (self.name.as_str(), backfill.chat_id.0);
            info!(session, chat; "a backfill has ended: {}", state.as_str());
        }
        let id = backfill.id;
        let store = &self.context.store;
        let noted =
            store.write(move |conn| backfills::note(conn, id, &step, UtcTime::now()).map(drop));
        Ok(noted.await?)
    }

    async fn step(&self, due: &Backfill) -> Result<Step, Trouble> {
        let from = due.next_id.unwrap_or(MessageId(i32::MAX));
        let (place, since) = ((due.session_id, due.chat_id), due.since);
        let store = &self.context.store;
        let known = move |conn: &mut _| {
            let found = stretch(conn, place.0, place.1, from, Direction::Down)?;
            let Stretch::Covered(interval) = found else {
                return Ok((None, peers::get(conn, place.0, place.1)?));
            };
            let down = Direction::Down;
            let passes = history::passes(conn, place, interval, since, down)?;
            let next = down.after(interval.from).filter(|_| !passes);
            Ok((Some(next), None))
        };
        let (covered, peer) = store.read(known).await?;
        if let Some(next) = covered {
            return Ok(stepped(next, Step::default()));
        }
        let peer = peer.ok_or(telegram::Error::WrongKind)?;
        let chat = Chat {
            context: Arc::clone(self.context),
            shared: Arc::clone(self.shared),
            session_id: due.session_id,
            peer,
            direction: Direction::Down,
        };
        self.pace.keep().await;
        let asked = chat.ask(from, CallOptions::default()).await?;
        let mut progress = Progress::new(due.oldest_at.unwrap_or_else(UtcTime::now));
        let Some(numbers) = asked.numbers(Direction::Down) else {
            if asked.is_below() {
                let rest = asked.rest();
                chat.take(asked, rest, &mut progress).await?;
            }
            return Ok(stepped(None, Step::default()));
        };
        let taken = chat.take(asked, numbers, &mut progress).await?;
        let oldest_at = taken.dates.map(|(earliest, _)| earliest);
        let passes = oldest_at.is_some_and(|oldest| oldest < since);
        let next = Direction::Down.after(numbers.from).filter(|_| !passes);
        let step = Step {
            oldest_at,
            stored: taken.stored,
            seen: taken.seen,
            ..Step::default()
        };
        Ok(stepped(next, step))
    }
}

/// A step after which nothing is left is the last one.
fn stepped(next: Option<MessageId>, step: Step) -> Step {
    Step {
        next_id: next,
        ended: next.is_none().then_some(BackfillState::Done),
        ..step
    }
}

/// Whether Telegram has said something of the chat that does not pass.
fn is_final(error: &telegram::Error) -> bool {
    match error {
        telegram::Error::Rpc(_) => !error.is_passing() && !error.is_of_account(),
        telegram::Error::WrongKind | telegram::Error::Unreadable { .. } => true,
        _ => false,
    }
}
