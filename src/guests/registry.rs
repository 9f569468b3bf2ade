//! All guests of the process: who is let in, who goes when there are too many, and who has been
//! idle for too long.

use crate::auth::PerAddress;
use crate::config::GuestsConfig;
use crate::error::{Code, Error};
use crate::guests::connect::Connected;
use crate::guests::guest::GuestPace;
use crate::guests::pass::Fingerprint;
use crate::guests::slot::{Present, Slot, Visit, Waiting};
use crate::guests::{GuestPass, Logins};
use crate::model::SessionId;
use crate::store::Store;
use crate::telegram::{Budget, LinkSettings};
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long whoever needs a place waits for the requests that use it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a string that Telegram has refused is refused without asking.
const REFUSED_FOR: Duration = Duration::from_secs(30);

/// The same of one that could not be tried, or whose key is a session's.
const FAILED_FOR: Duration = Duration::from_secs(1);

/// How often a request looks for a place that others give up meanwhile.
const TRIES: usize = 8;

/// How many connections a login code counts as.
const LOGIN_COST: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// What guests share with the sessions.
pub struct Sharing {
    /// The database, for the keys of sessions.
    pub store: Store,
    /// How to connect.
    pub link: LinkSettings,
    /// How many login codes may be asked for in a time, by all together.
    pub codes: Arc<Budget>,
    /// How long a login may take before it lapses.
    pub login_lifetime: Duration,
    /// The pause between two pages of dialogs.
    pub dialogs_pace: Duration,
    /// How many names an account may look up in a minute; any number without a limit.
    pub lookups_per_minute: Option<NonZeroU32>,
}

/// All guests.
pub struct Guests {
    pub(super) sharing: Sharing,
    pub(super) pace: GuestPace,
    pub(super) connected: Arc<AtomicUsize>,
    settings: GuestsConfig,
    strangers: PerAddress,
    places: Mutex<HashMap<Fingerprint, Place>>,
    /// The logins in progress.
    pub logins: Logins,
}

/// Whose a key is.
enum Place {
    /// A caller's.
    Guest(Arc<Slot>),
    /// Of so many imports, which take it over.
    Claimed(usize),
}

/// Who a request has been let in as.
pub enum Entered {
    /// As a guest.
    Guest(Visit),
    /// As this session of the hub, whose key it is.
    Session(SessionId),
}

/// A key that no guest may be connected with, until this is dropped.
pub struct Claim<'a> {
    guests: &'a Guests,
    key: Fingerprint,
}

impl Guests {
    /// No guests yet.
    pub fn new(settings: GuestsConfig, sharing: Sharing) -> Self {
        Self {
            pace: GuestPace {
                dialogs: sharing.dialogs_pace,
                lookups: sharing.lookups_per_minute,
            },
            connected: Arc::default(),
            settings,
            strangers: PerAddress::new(settings.connects_per_minute),
            places: Mutex::default(),
            logins: Logins::new(
                sharing.link.clone(),
                Arc::clone(&sharing.codes),
                sharing.login_lifetime,
                settings.clients,
            ),
            sharing,
        }
    }

    /// How many are connected.
    pub fn len(&self) -> usize {
        self.connected.load(Ordering::Relaxed)
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets a request in with the string that it brings. Of many at once one connects, and the
    /// others have what comes of it. `stranger` is the address of a caller who has shown no key.
    ///
    /// # Errors
    /// `session_not_authorized` when Telegram does not take the string; `session_string_invalid`,
    /// `rate_limited`, `session_busy`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
    /// `database_unavailable`.
    pub async fn enter(
        &self,
        pass: &GuestPass,
        stranger: Option<IpAddr>,
    ) -> Result<Entered, Error> {
        for _ in 0..TRIES {
            if let Some(session) = self.sharing.link.keys.session_with(&pass.key) {
                return Ok(Entered::Session(session));
            }
            let waiting = self.place(pass).await?;
            if let Some(entered) = self.settle(pass, &waiting, stranger).await? {
                return Ok(entered);
            }
        }
        Err(busy())
    }

    /// What becomes of a request at its place; nothing when that was given up meanwhile.
    async fn settle(
        &self,
        pass: &GuestPass,
        waiting: &Waiting,
        stranger: Option<IpAddr>,
    ) -> Result<Option<Entered>, Error> {
        let slot = waiting.slot();
        let mut present = slot.present.lock().await;
        match &*present {
            Present::Gone => return Ok(None),
            Present::Guest(guest) if guest.is_well() => {
                return Ok(Some(Entered::Guest(waiting.found(guest))));
            }
            Present::Refused { error, until } if Instant::now() < *until => {
                return Err(error.again());
            }
            Present::Session { id, until } if Instant::now() < *until => {
                return Ok(Some(Entered::Session(*id)));
            }
            Present::Guest(_)
            | Present::Refused { .. }
            | Present::Session { .. }
            | Present::Nobody => {}
        }
        self.admit(stranger, NonZeroU32::MIN)?;
        if let Present::Guest(former) = std::mem::replace(&mut *present, Present::Nobody) {
            former.close().await;
        }
        match self.connect(pass).await {
            Ok(Connected::Guest(guest)) => {
                let visit = waiting.found(&guest);
                *present = Present::Guest(guest);
                Ok(Some(Entered::Guest(visit)))
            }
            Ok(Connected::Session(id)) => {
                let until = Instant::now() + FAILED_FOR;
                *present = Present::Session { id, until };
                Ok(Some(Entered::Session(id)))
            }
            Err(error) => {
                let refused = error.code == Code::SessionNotAuthorized;
                let time = if refused { REFUSED_FOR } else { FAILED_FOR };
                *present = Present::Refused {
                    error: error.again(),
                    until: Instant::now() + time,
                };
                Err(error)
            }
        }
    }

    /// The place of a string, for which another one may have to go.
    async fn place(&self, pass: &GuestPass) -> Result<Waiting, Error> {
        let (key, app) = (pass.key_print(), pass.app_print());
        for _ in 0..TRIES {
            let (former, patience) = {
                let mut places = self.lock();
                match places.get(&key) {
                    Some(Place::Claimed(_)) => return Err(busy()),
                    Some(Place::Guest(slot)) if slot.app == app => return Ok(slot.come()),
                    // A key is connected once, whatever application calls with it.
                    Some(Place::Guest(slot)) => (Arc::clone(slot), PATIENCE),
                    None if places.len() < self.settings.clients => {
                        let slot = Slot::new(key, app);
                        let waiting = slot.come();
                        places.insert(key, Place::Guest(slot));
                        return Ok(waiting);
                    }
                    None => (longest_unused(&places).ok_or_else(full)?, Duration::ZERO),
                }
            };
            if !self.vacate(&former, patience).await && patience == PATIENCE {
                break;
            }
        }
        Err(busy())
    }

    /// Closes a guest whom nobody uses; whether that was so.
    async fn vacate(&self, slot: &Arc<Slot>, patience: Duration) -> bool {
        if !slot.free(patience).await {
            return false;
        }
        let mut present = slot.present.lock().await;
        // Whoever has come meanwhile waits for this lock, and finds that the place is gone.
        self.close(slot, &mut present).await;
        true
    }

    async fn close(&self, slot: &Arc<Slot>, present: &mut Present) {
        if let Present::Guest(guest) = std::mem::replace(present, Present::Gone) {
            guest.close().await;
        }
        self.remove(slot);
    }

    fn remove(&self, slot: &Arc<Slot>) {
        let mut places = self.lock();
        let held = places.get(&slot.key);
        if matches!(held, Some(Place::Guest(held)) if Arc::ptr_eq(held, slot)) {
            places.remove(&slot.key);
        }
    }

    /// Takes from what a stranger's address may ask for.
    fn admit(&self, stranger: Option<IpAddr>, cost: NonZeroU32) -> Result<(), Error> {
        let Some(address) = stranger else {
            return Ok(());
        };
        self.strangers.take(address, cost).map_err(|wait| {
            let why = "too many connections to Telegram for this address; \
                       HUB_READER_CONNECTS_PER_MINUTE says how many there may be";
            Error::new(Code::RateLimited, why).retry_after(wait)
        })
    }

    /// The same for a login code.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn admit_login(&self, stranger: Option<IpAddr>) -> Result<(), Error> {
        self.admit(stranger, LOGIN_COST)
    }

    /// Takes a key away from guests, for an import: who is connected with it is closed when its
    /// requests have had some time to end.
    pub async fn claim(&self, key: &[u8; 256]) -> Claim<'_> {
        use sha2::{Digest as _, Sha256};
        let key: Fingerprint = Sha256::digest(key).into();
        let former = {
            let mut places = self.lock();
            match places.insert(key, Place::Claimed(1)) {
                Some(Place::Claimed(count)) => {
                    places.insert(key, Place::Claimed(count + 1));
                    None
                }
                Some(Place::Guest(slot)) => Some(slot),
                None => None,
            }
        };
        let claim = Claim { guests: self, key };
        if let Some(slot) = former {
            slot.free(PATIENCE).await;
            let mut present = slot.present.lock().await;
            self.close(&slot, &mut present).await;
        }
        claim
    }

    /// Closes who is idle, for as long as the hub runs.
    pub async fn run(&self) {
        let pause = (self.settings.idle / 4).clamp(Duration::from_millis(100), PATIENCE);
        loop {
            sleep(pause).await;
            self.strangers.sweep();
            self.logins.sweep().await;
            let idle = self.all(|slot| slot.used_at().elapsed() >= self.settings.idle);
            let closing = idle.iter().map(|slot| self.vacate(slot, Duration::ZERO));
            futures_util::future::join_all(closing).await;
        }
    }

    /// Closes everybody.
    pub async fn stop(&self) {
        let all = self.all(|_| true);
        let closing = all.iter().map(|slot| async {
            let mut present = slot.present.lock().await;
            self.close(slot, &mut present).await;
        });
        futures_util::future::join_all(closing).await;
        self.logins.stop().await;
    }

    fn all(&self, wanted: impl Fn(&Slot) -> bool) -> Vec<Arc<Slot>> {
        let places = self.lock();
        let guests = places.values().filter_map(|place| match place {
            Place::Guest(slot) if wanted(slot) => Some(Arc::clone(slot)),
            Place::Guest(_) | Place::Claimed(_) => None,
        });
        guests.collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, Place>> {
        // No critical section of this file panics, so what a poisoned lock guards is whole.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut places = self.guests.lock();
        match places.get_mut(&self.key) {
            Some(Place::Claimed(count)) if *count > 1 => *count -= 1,
            Some(Place::Claimed(_)) => drop(places.remove(&self.key)),
            Some(Place::Guest(_)) | None => {}
        }
    }
}

/// Of those whom nobody uses.
fn longest_unused(places: &HashMap<Fingerprint, Place>) -> Option<Arc<Slot>> {
    let slots = places.values().filter_map(|place| match place {
        Place::Guest(slot) if slot.is_free() => Some(slot),
        Place::Guest(_) | Place::Claimed(_) => None,
    });
    slots.min_by_key(|slot| slot.used_at()).map(Arc::clone)
}

fn full() -> Error {
    let why =
        "as many session strings as may be are in use already; HUB_READER_CLIENTS says how many";
    Error::new(Code::RateLimited, why).retry_after(Duration::from_secs(1))
}

fn busy() -> Error {
    let why = "the session string changes hands at this moment; try again";
    Error::new(Code::SessionBusy, why).retry_after(Duration::from_secs(1))
}
