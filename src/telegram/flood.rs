//! Which methods an account may not call yet, because Telegram has asked it to wait.
//!
//! It owns the waits of one account in memory and which errors make one; the database keeps them
//! over a restart. It must not know who calls.

use crate::model::UtcTime;
use grammers_client::sender::RpcError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a method rests after a limit that Telegram names without a time. Such limits last for
/// hours or days, and every further try can make them longer.
pub(super) const UNTIMED_PAUSE: Duration = Duration::from_mins(10);

/// The waits of one account, none of them allocated while there is none.
#[derive(Debug, Default)]
pub(super) struct FloodWaits(Mutex<Vec<(String, UtcTime)>>);

impl FloodWaits {
    /// The waits that the database has kept.
    pub(super) fn new(stored: Vec<(String, UtcTime)>) -> Self {
        Self(Mutex::new(stored))
    }

    /// How much longer a method must not be called; `None` when it may.
    pub(super) fn left(&self, method: &str, now: UtcTime) -> Option<Duration> {
        let waits = self.lock();
        let (_, until) = waits.iter().find(|(name, _)| name == method)?;
        let left = u64::try_from(until.as_micros() - now.as_micros()).ok()?;
        Some(Duration::from_micros(left)).filter(|left| !left.is_zero())
    }

    /// The waits that are not over, by method.
    pub(super) fn all(&self, now: UtcTime) -> Vec<(String, UtcTime)> {
        let waits = self.lock();
        let mut left: Vec<_> = waits
            .iter()
            .filter(|(_, until)| *until > now)
            .cloned()
            .collect();
        left.sort();
        left
    }

    /// Takes note of a wait, in the place of an earlier one of the method.
    pub(super) fn note(&self, method: &str, until: UtcTime, now: UtcTime) {
        let mut waits = self.lock();
        waits.retain(|(name, end)| name != method && *end > now);
        waits.push((method.to_owned(), until));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, UtcTime)>> {
        // No critical section of this file panics, so what a poisoned lock guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the method that got this error must rest, for the whole account.
///
/// Slow mode is one chat's and leaves the method free for the others.
/// Source: <https://core.telegram.org/api/errors#420-flood>.
pub(super) fn pause(error: &RpcError) -> Option<Duration> {
    match error.name.as_str() {
        "SLOWMODE_WAIT" => None,
        "PEER_FLOOD" => Some(UNTIMED_PAUSE),
        _ if error.code == 420 => {
            let told = error.value.map(|wait| Duration::from_secs(wait.into()));
            Some(told.unwrap_or(UNTIMED_PAUSE))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grammers_client::tl;

    fn at(seconds: i64) -> UtcTime {
        UtcTime::from_unix(seconds).expect("in range")
    }

    #[test]
    fn a_method_rests_until_its_wait_is_over_and_others_do_not() {
        let waits = FloodWaits::new(vec![("a".to_owned(), at(5))]);
        assert_eq!(waits.left("a", at(2)), Some(Duration::from_secs(3)));
        assert_eq!(waits.left("b", at(2)), None);
        assert_eq!(waits.left("a", at(5)), None);
        assert_eq!(waits.left("a", at(6)), None);
        waits.note("a", at(9), at(6));
        assert_eq!(waits.left("a", at(6)), Some(Duration::from_secs(3)));
        waits.note("b", at(20), at(10));
        assert_eq!(waits.lock().len(), 1, "what is over is dropped");
    }

    #[test]
    fn a_limit_of_one_chat_or_of_another_kind_rests_no_method() {
        let of = |code, text: &str| {
            pause(&RpcError::from(tl::types::RpcError {
                error_code: code,
                error_message: text.to_owned(),
            }))
        };
        assert_eq!(of(420, "FLOOD_WAIT_31"), Some(Duration::from_secs(31)));
        assert_eq!(
            of(420, "FLOOD_PREMIUM_WAIT_3"),
            Some(Duration::from_secs(3))
        );
        assert_eq!(of(420, "SLOWMODE_WAIT_10"), None);
        assert_eq!(of(400, "PEER_FLOOD"), Some(UNTIMED_PAUSE));
        assert_eq!(of(400, "CHAT_ID_INVALID"), None);
        assert_eq!(of(303, "PHONE_MIGRATE_4"), None);
    }
}
