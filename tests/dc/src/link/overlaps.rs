//! One key over links from two addresses, which Telegram answers with `AUTH_KEY_DUPLICATED`.
//!
//! It owns the list of such moments. Telegram's rule
//! (<https://core.telegram.org/api/errors>, 406) speaks of requests sent in parallel over two
//! connections; from one address they are tolerated. Here two open links from two addresses are
//! enough, which is stricter. It must not know what an authorisation is.

use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::keys::lock;

/// How long the end of a former link, which its client has closed, may take to be noticed here.
pub(super) const NOTICED: Duration = Duration::from_millis(25);

/// A moment at which one key had open links from two addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// `auth_key_id`.
    pub key_id: i64,
    /// Of the former link.
    pub former: IpAddr,
    /// Of the link that came.
    pub latter: IpAddr,
    /// Whether an authorisation ended by it. One ends once.
    pub duplicated: bool,
    /// When the latter link used the key, in microseconds since 1970.
    pub at: i64,
}

/// The use of a key from an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyUse {
    /// `auth_key_id`.
    pub key_id: i64,
    /// The client's address.
    pub address: IpAddr,
    /// When the first byte came from there, in microseconds since 1970.
    pub first: i64,
    /// When the last byte came from there.
    pub last: i64,
}

/// All such moments since the start.
#[derive(Default)]
pub(super) struct Overlaps(Mutex<Vec<Overlap>>);

impl Overlaps {
    pub(super) fn note(&self, overlap: Overlap) {
        log::info!("one key over two links: {overlap:?}");
        lock(&self.0).push(overlap);
    }

    pub(super) fn list(&self) -> Vec<Overlap> {
        lock(&self.0).clone()
    }
}

/// The time of day, in microseconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    })
}
