//! An account's signs of life: what it last heard, asked and lagged behind.
//!
//! It owns a few numbers that outlive the account's links and can be read at any time without a
//! lock. It must not know what is done about a bad sign.

use crate::model::UtcTime;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Stands for a number that is not known yet; no pts and no lag is that small.
const UNKNOWN: i64 = i64::MIN;

/// When an account last showed signs of life, shared by its links and whoever reports on it.
#[derive(Debug)]
pub struct Vitals {
    last_update: AtomicI64,
    last_call: AtomicI64,
    last_place: AtomicI64,
    differences: AtomicU64,
    checked: AtomicI64,
    drift: AtomicI64,
    lag: AtomicI64,
    reading: AtomicBool,
    receiving: AtomicBool,
    receiving_since: AtomicI64,
    /// Whether updates arrive from when Telegram tells its place next.
    awaiting: AtomicBool,
    /// Messages captured since the hub started.
    pub captured: AtomicU64,
}

impl Default for Vitals {
    fn default() -> Self {
        Self {
            last_update: AtomicI64::new(UNKNOWN),
            last_call: AtomicI64::new(UNKNOWN),
            last_place: AtomicI64::new(UNKNOWN),
            differences: AtomicU64::new(0),
            checked: AtomicI64::new(UNKNOWN),
            drift: AtomicI64::new(UNKNOWN),
            lag: AtomicI64::new(UNKNOWN),
            reading: AtomicBool::new(false),
            receiving: AtomicBool::new(false),
            receiving_since: AtomicI64::new(UNKNOWN),
            awaiting: AtomicBool::new(false),
            captured: AtomicU64::new(0),
        }
    }
}

impl Vitals {
    /// When the last update was captured.
    pub fn last_update_at(&self) -> Option<UtcTime> {
        known(&self.last_update).and_then(UtcTime::from_micros)
    }

    /// When the last call succeeded.
    pub fn last_call_at(&self) -> Option<UtcTime> {
        known(&self.last_call).and_then(UtcTime::from_micros)
    }

    /// When Telegram's place in the account's updates was last compared with ours.
    pub fn checked_at(&self) -> Option<UtcTime> {
        known(&self.checked).and_then(UtcTime::from_micros)
    }

    /// By how many pts Telegram was ahead of us then; negative when we were ahead of its answer.
    pub fn pts_drift(&self) -> Option<i64> {
        known(&self.drift)
    }

    /// How long after Telegram's date of it the newest message was captured. Telegram's dates are
    /// whole seconds, so that up to one second of it is no lag.
    pub fn update_lag(&self) -> Option<Duration> {
        let micros = u64::try_from(known(&self.lag)?).ok()?;
        Some(Duration::from_micros(micros))
    }

    /// Whether updates arrive, as far as the last look at the link tells.
    pub fn is_receiving(&self) -> bool {
        self.receiving.load(Ordering::Relaxed)
    }

    /// An update has been captured now. `sent_at` is Telegram's date of the newest message that
    /// was sent while the account was listening, if there was one.
    pub fn note_update(&self, sent_at: Option<UtcTime>) {
        let now = UtcTime::now().as_micros();
        self.last_update.store(now, Ordering::Relaxed);
        if let Some(sent_at) = sent_at {
            // Telegram's clock may be ahead of ours.
            let lag = now.saturating_sub(sent_at.as_micros()).max(0);
            self.lag.store(lag, Ordering::Relaxed);
        }
    }

    /// Telegram's place has been compared with ours.
    pub fn note_check(&self, drift: i64) {
        self.drift.store(drift, Ordering::Relaxed);
        self.checked
            .store(UtcTime::now().as_micros(), Ordering::Relaxed);
    }

    /// Whether updates arrive from now on.
    pub fn note_receiving(&self, receiving: bool) {
        self.awaiting.store(false, Ordering::Relaxed);
        self.set_receiving(receiving);
    }

    /// Updates count as arriving only from when Telegram tells its place next.
    pub fn await_place(&self) {
        self.set_receiving(false);
        self.awaiting.store(true, Ordering::Relaxed);
    }

    /// Since when updates arrive, or do not any more; `None` when they have not yet arrived.
    pub fn receiving_since(&self) -> Option<UtcTime> {
        known(&self.receiving_since).and_then(UtcTime::from_micros)
    }

    fn set_receiving(&self, receiving: bool) {
        if self.receiving.swap(receiving, Ordering::Relaxed) != receiving {
            self.receiving_since
                .store(UtcTime::now().as_micros(), Ordering::Relaxed);
        }
    }

    /// How often the account's difference was answered since the hub started.
    pub fn differences(&self) -> u64 {
        self.differences.load(Ordering::Relaxed)
    }

    /// When something last told how far the account's updates are: an update, a difference, or
    /// Telegram when it was asked.
    pub fn last_heard_at(&self) -> Option<UtcTime> {
        let latest = known(&self.last_update).max(known(&self.last_place));
        latest.and_then(UtcTime::from_micros)
    }

    /// Telegram has told its place.
    pub(super) fn note_place(&self) {
        self.last_place
            .store(UtcTime::now().as_micros(), Ordering::Relaxed);
        if self.awaiting.swap(false, Ordering::Relaxed) {
            self.set_receiving(true);
        }
    }

    /// The account's difference has been answered, which tells a place as well.
    pub(super) fn note_difference(&self) {
        self.differences.fetch_add(1, Ordering::Relaxed);
        self.note_place();
    }

    /// Whether updates are being waited for at this moment.
    pub(super) fn is_reading(&self) -> bool {
        self.reading.load(Ordering::Relaxed)
    }

    /// Updates are being waited for from now on, or are not any more.
    pub(super) fn set_reading(&self, reading: bool) {
        self.reading.store(reading, Ordering::Relaxed);
    }

    pub(super) fn note_call(&self) {
        self.last_call
            .store(UtcTime::now().as_micros(), Ordering::Relaxed);
    }
}

fn known(number: &AtomicI64) -> Option<i64> {
    Some(number.load(Ordering::Relaxed)).filter(|number| *number != UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_before_it_was_seen_and_a_lag_is_never_negative() {
        let vitals = Vitals::default();
        assert_eq!((vitals.last_update_at(), vitals.checked_at()), (None, None));
        assert_eq!((vitals.pts_drift(), vitals.update_lag()), (None, None));
        vitals.note_update(None);
        assert!(vitals.last_update_at().is_some() && vitals.update_lag().is_none());
        vitals.note_update(Some(UtcTime::now().after(Duration::from_mins(1))));
        assert_eq!(vitals.update_lag(), Some(Duration::ZERO));
        vitals.note_update(Some(UtcTime::now().before(Duration::from_mins(1))));
        assert!(vitals.update_lag() >= Some(Duration::from_mins(1)));
        assert_eq!(vitals.receiving_since(), None);
        vitals.await_place();
        assert!(!vitals.is_receiving() && vitals.receiving_since().is_none());
        vitals.note_place();
        let since = vitals.receiving_since();
        assert!(vitals.is_receiving() && since.is_some());
        vitals.note_receiving(true);
        assert_eq!(vitals.receiving_since(), since);
        vitals.note_check(-3);
        assert_eq!(vitals.pts_drift(), Some(-3));
    }
}
