//! One account that a caller has brought: its link, and what it knows.

use crate::error::Error;
use crate::guests::GuestPeers;
use crate::model::{ChatId, Peer};
use crate::telegram::{Budget, CallOptions, DialogWalk, Link};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// How many pages of 100 dialogs are listed at most to find a chat.
const MOST_PAGES: u32 = 20;

/// How soon the dialogs are listed again for a chat that they did not have.
const BETWEEN_LISTS: Duration = Duration::from_mins(1);

/// An account that a caller has brought, and that is connected.
pub struct Guest {
    link: Link,
    own: Arc<Peer>,
    /// What it knows of peers.
    pub peers: GuestPeers,
    listing: Mutex<Listing>,
    dialogs_pace: Duration,
    lookups: Option<Budget>,
    doubted: AtomicBool,
    _counted: Counted,
}

/// The list of dialogs as far as it has come.
#[derive(Default)]
struct Listing {
    walk: DialogWalk,
    pages: u32,
    last: Option<Instant>,
    /// How often the peers had been forgotten when it began.
    forgotten: u64,
}

/// One more connected guest, until this is dropped.
pub(super) struct Counted(Arc<AtomicUsize>);

impl Counted {
    pub(super) fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How a guest calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuestPace {
    /// The pause between two pages of dialogs.
    pub(super) dialogs: Duration,
    /// How many names may be looked up in a minute; any number without a limit.
    pub(super) lookups: Option<NonZeroU32>,
}

impl Guest {
    pub(super) fn new(link: Link, own: Peer, pace: GuestPace, counted: Counted) -> Self {
        let peers = GuestPeers::default();
        peers.put(vec![own.clone()]);
        let minute = Duration::from_mins(1);
        Self {
            link,
            own: Arc::new(own),
            peers,
            listing: Mutex::default(),
            dialogs_pace: pace.dialogs,
            lookups: pace
                .lookups
                .map(|number| Budget::new(number.get(), minute, number.get())),
            doubted: AtomicBool::new(false),
            _counted: counted,
        }
    }

    /// Its link for calls with these options.
    pub fn link(&self, options: CallOptions) -> Link {
        self.link.with(options)
    }

    /// The account's own user.
    pub fn user(&self) -> &Arc<Peer> {
        &self.own
    }

    /// Takes one of its look-ups of names.
    ///
    /// # Errors
    /// How long it is until the next one.
    pub fn lookup(&self) -> Result<(), Duration> {
        self.lookups.as_ref().map_or(Ok(()), Budget::try_turn)
    }

    /// Something was not answered: before the next request the account is connected anew. A
    /// connection that hangs would keep all later calls waiting.
    pub fn doubt(&self) {
        self.doubted.store(true, Ordering::Relaxed);
    }

    /// Whether calls can be made.
    pub(super) fn is_well(&self) -> bool {
        let doubted = self.doubted.load(Ordering::Relaxed);
        !doubted && !self.link.is_down() && !self.link.has_ended()
    }

    /// Lists dialogs until one of these chats is among them, or there are no more. What one
    /// request has listed the next ones find in memory.
    ///
    /// # Errors
    /// Those of the calls; what was listed before stays.
    pub async fn list_until(&self, link: &Link, wanted: &[ChatId]) -> Result<(), Error> {
        let mut listing = self.listing.lock().await;
        loop {
            if self.peers.has_any(wanted) {
                return Ok(());
            }
            let is_stale = listing.forgotten != self.peers.forgotten();
            if is_stale || listing.walk.has_ended() || listing.pages >= MOST_PAGES {
                let rested = listing.last.is_none_or(|at| at.elapsed() >= BETWEEN_LISTS);
                if !is_stale && !rested {
                    return Ok(());
                }
                *listing = Listing {
                    last: listing.last,
                    forgotten: self.peers.forgotten(),
                    ..Listing::default()
                };
            }
            if let Some(last) = listing.last {
                sleep_until(last + self.dialogs_pace).await;
            }
            link.next_dialogs(&mut listing.walk).await?;
            listing.pages += 1;
            listing.last = Some(Instant::now());
            let list = std::mem::take(&mut listing.walk.list);
            self.peers.put(list.peers);
        }
    }

    /// Ends its connection.
    pub(super) async fn close(&self) {
        self.link.close().await;
        self.link.down().await;
    }
}
