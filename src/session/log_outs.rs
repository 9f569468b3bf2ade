//! Keys that were given up, until Telegram has logged them out.
//!
//! It owns when Telegram is asked, again and again and over restarts, and what is said of it. Such
//! a key has no session any more, so that nobody else connects it. It must not know why a key was
//! given up.

use crate::error::Error;
use crate::metrics::LOG_OUTS;
use crate::model::{LoggedOut, PendingLogOut, SessionId, UtcTime};
use crate::session::account::SessionContext;
use crate::session::backoff;
use crate::store::log_outs::{self, GivenUp};
use crate::store::{self, Store};
use crate::telegram::{self, log_out_key};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use log::{error, info, warn};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// How many keys are being logged out at once.
const AT_ONCE: usize = 8;

/// How long the one who gives a key up may see to its log-out first, over the link that is there.
pub(super) const HEAD_START: Duration = Duration::from_secs(20);

/// How often the list is looked at when nobody says that it has changed.
const EVERY: Duration = Duration::from_secs(30);

/// What tells of the list of pending log-outs: that it has grown, and that one was tried.
#[derive(Debug, Default)]
pub struct LogOuts {
    grown: watch::Sender<u64>,
    tried: watch::Sender<u64>,
}

impl LogOuts {
    /// The list has changed.
    pub(super) fn wake(&self) {
        self.grown.send_modify(|n| *n += 1);
    }
}

/// What is to be said of the key that a session has given up, after at most `patience`: the first
/// attempt is waited for.
///
/// # Errors
/// `database_unavailable`.
pub(super) async fn settled(
    context: &SessionContext,
    session: SessionId,
    given_up: GivenUp,
    patience: Duration,
) -> Result<LoggedOut, Error> {
    context.log_outs.wake();
    let mut tried = context.log_outs.tried.subscribe();
    let waiting = async {
        loop {
            tried.mark_unchanged();
            let attempts = attempts_of(&context.store, session).await?;
            if attempts.iter().all(|attempts| *attempts > 0) {
                return Ok::<_, Error>(attempts.is_empty());
            }
            // The sender lives as long as the context.
            tried.changed().await.ok();
        }
    };
    let done = match timeout(patience, waiting).await {
        Ok(done) => done?,
        Err(_late) => attempts_of(&context.store, session).await?.is_empty(),
    };
    Ok(match given_up {
        GivenUp::Unreadable => LoggedOut::Unreadable,
        _ if done => LoggedOut::Done,
        _ => LoggedOut::Pending,
    })
}

async fn attempts_of(store: &Store, session: SessionId) -> Result<Vec<i32>, Error> {
    Ok(store
        .read(move |conn| log_outs::attempts_of(conn, session))
        .await?)
}

/// Logs out what is to be logged out, for as long as the hub runs.
pub async fn run(context: &SessionContext) {
    let mut grown = context.log_outs.grown.subscribe();
    let mut under_way = FuturesUnordered::new();
    let mut ids = HashSet::new();
    loop {
        context.store.back().await;
        grown.mark_unchanged();
        let pause = match list(&context.store).await {
            Ok(rows) => {
                let now = UtcTime::now();
                let mut pause = EVERY;
                for row in rows {
                    if ids.contains(&row.id) {
                        continue;
                    }
                    if row.due_at > now {
                        pause = pause
                            .min(row.due_at.since(now))
                            .max(Duration::from_millis(10));
                        break;
                    }
                    if ids.len() < AT_ONCE {
                        ids.insert(row.id);
                        under_way.push(attempt(context, row));
                    }
                }
                pause
            }
            Err(error) => {
                warn!("the pending log-outs cannot be listed: {error}");
                Duration::from_secs(1)
            }
        };
        tokio::select! {
            Some(id) = under_way.next() => {
                ids.remove(&id);
                context.log_outs.tried.send_modify(|n| *n += 1);
            }
            // The sender lives as long as the context.
            _ = grown.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn list(store: &Store) -> Result<Vec<PendingLogOut>, store::Error> {
    let limit = i64::try_from(AT_ONCE * 2).unwrap_or(i64::MAX);
    store.read(move |conn| log_outs::next(conn, limit)).await
}

/// Asks Telegram once, and writes down what came of it.
async fn attempt(context: &SessionContext, row: PendingLogOut) -> i64 {
    let id = row.id;
    if let Err(error) = ask(context, &row).await {
        // The row stays as it was, and is tried again at the next look.
        warn!("a log-out cannot be tried or written down: {error}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    id
}

async fn ask(context: &SessionContext, row: &PendingLogOut) -> Result<(), store::Error> {
    let (vault, wanted) = (context.store.vault().clone(), row.clone());
    let opened = context
        .store
        .read(move |conn| log_outs::open(conn, &vault, &wanted));
    let key = match opened.await {
        Ok(Some(key)) => key,
        Ok(None) => return Ok(()),
        Err(store::Error::Decrypt { .. }) => {
            error!(
                "the key of a pending log-out cannot be read; end that session in an official app"
            );
            return finish(context, row.id, "unreadable").await;
        }
        Err(error) => return Err(error),
    };
    let answer = log_out_key(&context.link, row.api_id, row.dc_id, &key).await;
    note(context, (row.id, row.attempts), answer).await
}

/// Writes down what came of asking for a log-out, by its number and the attempts before.
pub(super) async fn note(
    context: &SessionContext,
    (id, attempts): (i64, i32),
    answer: Result<(), telegram::Error>,
) -> Result<(), store::Error> {
    match answer {
        Ok(()) => {
            info!("Telegram has taken a log-out");
            finish(context, id, "done").await
        }
        Err(error) if error.is_unauthorized() => {
            info!("a log-out is not needed any more: {error}");
            finish(context, id, "done").await
        }
        Err(error) => postpone(context, (id, attempts), &error).await,
    }
}

async fn finish(
    context: &SessionContext,
    id: i64,
    outcome: &'static str,
) -> Result<(), store::Error> {
    context
        .store
        .write(move |conn| log_outs::done(conn, id))
        .await?;
    metrics::counter!(LOG_OUTS, "outcome" => outcome).increment(1);
    Ok(())
}

async fn postpone(
    context: &SessionContext,
    (id, attempts): (i64, i32),
    error: &telegram::Error,
) -> Result<(), store::Error> {
    let failures = u32::try_from(attempts).unwrap_or(0).saturating_add(1);
    let delay = context.timing.backoff.delay(failures, backoff::chance());
    let delay = error.flood_wait().map_or(delay, |wait| delay.max(wait));
    warn!(
        attempt = failures, delay_ms = delay.as_millis();
        "Telegram has not taken a log-out, and is asked again: {error}"
    );
    let reason = error.to_string();
    let due_at = UtcTime::now().after(delay);
    context
        .store
        .write(move |conn| log_outs::postpone(conn, id, due_at, &reason).map(drop))
        .await?;
    metrics::counter!(LOG_OUTS, "outcome" => "postponed").increment(1);
    Ok(())
}
