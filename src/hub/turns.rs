//! Turns at what there is little of, shared out so that nobody holds them alone.
//!
//! Owns the waiting lines: one for all, and one for each holder before it. Every line is served in
//! the order of coming. It must not know what is done in a turn.

use crate::auth::Origin;
use crate::model::SessionId;
use dashmap::DashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who a turn is counted for. A turn may be counted for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    /// An account, whoever asks for it.
    Account(SessionId),
    /// A caller, whichever account is asked for: how it got in, and from where.
    Caller(Origin, Option<IpAddr>),
}

/// A number of turns.
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    of_account: usize,
    of_caller: usize,
    each: DashMap<Holder, Arc<Semaphore>>,
    patience: Duration,
}

/// A turn; dropping it lets the next one have it.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    holders: Vec<Holder>,
    permits: Vec<OwnedSemaphorePermit>,
}

impl Turns {
    /// As many turns, of which an account and a caller hold only so many, waited for so long.
    pub(crate) fn new(
        all: usize,
        of_account: usize,
        of_caller: usize,
        patience: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            all: Arc::new(Semaphore::new(all)),
            of_account: of_account.max(1),
            of_caller: of_caller.max(1),
            each: DashMap::new(),
            patience,
        })
    }

    /// Waits for a turn; `None` when none comes in time.
    ///
    /// Holders are named in one order everywhere, accounts first, or two could wait for each other.
    pub(crate) async fn take(self: &Arc<Self>, holders: &[Holder]) -> Option<Turn> {
        tokio::time::timeout(self.patience, self.wait(holders))
            .await
            .ok()?
    }

    async fn wait(self: &Arc<Self>, holders: &[Holder]) -> Option<Turn> {
        let mut turn = Turn {
            turns: Arc::clone(self),
            holders: holders.to_vec(),
            permits: Vec::with_capacity(holders.len() + 1),
        };
        for holder in holders {
            let own = self.line(*holder);
            turn.permits.push(own.acquire_owned().await.ok()?);
        }
        let all = Arc::clone(&self.all);
        turn.permits.push(all.acquire_owned().await.ok()?);
        Some(turn)
    }

    /// Nothing of the map may be held while a turn is waited for: its locks block the thread.
    fn line(&self, holder: Holder) -> Arc<Semaphore> {
        let own = self.each.entry(holder);
        let own = own.or_insert_with(|| Arc::new(Semaphore::new(self.share(holder))));
        Arc::clone(own.value())
    }

    const fn share(&self, holder: Holder) -> usize {
        match holder {
            Holder::Account(_) => self.of_account,
            Holder::Caller(..) => self.of_caller,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.permits.clear();
        for holder in &self.holders {
            // The map's own reference is the last one when nobody holds a turn or waits for one.
            self.turns
                .each
                .remove_if(holder, |_, own| Arc::strong_count(own) == 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: Holder = Holder::Caller(Origin::Loopback, None);
    const FAR: Holder = Holder::Caller(Origin::Operator, None);

    fn account(number: i64) -> Holder {
        Holder::Account(SessionId(number))
    }

    #[tokio::test]
    async fn nobody_holds_all_turns_and_nothing_is_left_behind() {
        let turns = Turns::new(4, 2, 3, Duration::from_millis(10));
        let mut held = Vec::new();
        for number in [1, 1, 2] {
            held.push(turns.take(&[account(number), NEAR]).await.expect("a turn"));
        }
        assert!(turns.take(&[account(1), FAR]).await.is_none());
        assert!(turns.take(&[account(3), NEAR]).await.is_none());
        held.push(turns.take(&[account(3), FAR]).await.expect("a turn"));
        assert!(turns.take(&[account(4), FAR]).await.is_none());
        held.clear();
        assert!(turns.each.is_empty());
        assert_eq!(turns.all.available_permits(), 4);
    }

    #[tokio::test]
    async fn turns_are_given_in_the_order_of_asking() {
        let turns = Turns::new(1, 1, 1, Duration::from_secs(5));
        let first = turns.take(&[NEAR]).await;
        let mut second = Box::pin(turns.take(&[NEAR]));
        assert!(futures_util::poll!(&mut second).is_pending());
        let mut third = Box::pin(turns.take(&[NEAR]));
        assert!(futures_util::poll!(&mut third).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut third).is_pending());
        assert!(second.await.is_some() && third.await.is_some());
    }
}
