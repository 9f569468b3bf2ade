//! Calls made again after they have failed in passing, over the link that the account has by then.
//!
//! A link is given up when its connections do not last, and a call that holds on to it would fail
//! as often as it is made. It owns the count of one call's tries, and what the caller is told
//! after several of them. It must not know how a link is made.

use crate::metrics::CALLS_REPEATED;
use crate::telegram::caller::Caller;
use crate::telegram::error::{DUPLICATE, Error};
use crate::telegram::link::Link;
use crate::telegram::patience::{self, CallOptions};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long a call waits for a link that is about to be there.
const LINK_PATIENCE: Duration = Duration::from_secs(10);

/// Whoever holds an account's links, one after the other.
pub trait Owner: Send + Sync {
    /// Waits for a link that works; `None` when there is none to wait for.
    fn present(&self) -> BoxFuture<'_, Option<Arc<Link>>>;
}

/// The tries of one call.
pub(super) struct Repetition<'a> {
    options: &'a CallOptions,
    method: &'static str,
    count: u32,
    /// In the place of the link that the call began with.
    link: Option<Arc<Link>>,
    /// What an earlier try has failed with; Telegram may have done all the same what was asked.
    uncertain: Option<Error>,
}

impl<'a> Repetition<'a> {
    pub(super) const fn of(method: &'static str, options: &'a CallOptions) -> Self {
        Self {
            options,
            method,
            count: 0,
            link: None,
            uncertain: None,
        }
    }

    /// Who is to make the next try of a call that `first` was asked for.
    pub(super) fn caller<'b>(&'b self, first: &'b Caller) -> &'b Caller {
        self.link.as_deref().map_or(first, Link::caller)
    }

    /// Before the first try: a link that has ended since it was handed out makes no calls.
    pub(super) async fn begin(&mut self, first: &Caller) {
        if first.is_down() {
            self.link = self.present(first).await;
        }
    }

    /// Waits until the call may be made again.
    ///
    /// # Errors
    /// What the caller is to be told when it is not to be made again.
    pub(super) async fn after(&mut self, error: Error, first: &Caller) -> Result<(), Error> {
        if !error.is_passing() || !patience::is_repeatable(self.method) {
            return Err(self.verdict(error));
        }
        let Some(pause) = self.options.before_repetition(self.count) else {
            return Err(error);
        };
        let method = self.method;
        log::debug!("{method} has failed and is repeated: {error}");
        metrics::counter!(CALLS_REPEATED).increment(1);
        self.count += 1;
        sleep(pause).await;
        if first.has_owner() {
            match self.present(first).await {
                Some(link) => self.link = Some(link),
                None => return Err(error),
            }
        }
        self.uncertain.get_or_insert(error);
        Ok(())
    }

    async fn present(&self, first: &Caller) -> Option<Arc<Link>> {
        let owner = first.owner()?;
        let until = self.options.until()?.min(Instant::now() + LINK_PATIENCE);
        timeout_at(until, owner.present()).await.ok().flatten()
    }

    /// A send that is refused at a later try may have been carried out at an earlier one.
    fn verdict(&mut self, error: Error) -> Error {
        let tells = error.is_unreadable() || error.is(DUPLICATE);
        match self.uncertain.take() {
            Some(earlier) if !tells && patience::is_send(self.method) => earlier,
            _ => error,
        }
    }
}
