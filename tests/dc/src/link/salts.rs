//! Server salts of one key: which one holds now, which still passes, which come next.
//!
//! It owns the schedule, which is worked out from the key and never stored. It must not know
//! sessions. Source: <https://core.telegram.org/mtproto/description#server-salt>.

use sha2::{Digest, Sha256};

/// Seconds after which the next salt takes over.
const PERIOD: i64 = 3600;
/// The most salts told in advance.
const TOLD_MAX: i64 = 64;

/// A salt with its first and last second of validity, in Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DatedSalt {
    /// First second.
    pub(super) since: i64,
    /// First second after.
    pub(super) until: i64,
    /// The salt.
    pub(super) salt: i64,
}

/// The schedule of one key: the exchange's salt first, then a new one each hour.
pub(super) struct Salts {
    seed: [u8; 32],
    first: i64,
    start: i64,
}

impl Salts {
    /// The schedule of a key made at Unix time `now`.
    pub(super) fn new(auth_key: &[u8; 256], first: i64, now: i64) -> Self {
        Self {
            seed: Sha256::digest(auth_key).into(),
            first,
            start: now,
        }
    }

    fn period(&self, now: i64) -> i64 {
        ((now - self.start) / PERIOD).max(0)
    }

    fn of_period(&self, period: i64) -> i64 {
        if period <= 0 {
            return self.first;
        }
        let digest = Sha256::new()
            .chain_update(self.seed)
            .chain_update(period.to_le_bytes())
            .finalize();
        let mut salt = [0; 8];
        salt.copy_from_slice(&digest[..8]);
        i64::from_le_bytes(salt)
    }

    /// The salt that holds now.
    pub(super) fn current(&self, now: i64) -> i64 {
        self.of_period(self.period(now))
    }

    /// Whether a client may use this salt now: the current one, or the one before it.
    pub(super) fn accepts(&self, salt: i64, now: i64) -> bool {
        let period = self.period(now);
        salt == self.of_period(period) || salt == self.of_period(period - 1)
    }

    /// The current salt and those after it, oldest first, `count` of them (1 to 64).
    pub(super) fn upcoming(&self, count: i32, now: i64) -> Vec<DatedSalt> {
        let period = self.period(now);
        (period..period + i64::from(count).clamp(1, TOLD_MAX))
            .map(|period| {
                let since = self.start + period * PERIOD;
                DatedSalt {
                    since,
                    until: since + 2 * PERIOD,
                    salt: self.of_period(period),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_holds_for_its_hour_and_passes_for_one_more() {
        let salts = Salts::new(&[1; 256], 77, 1000);
        assert_eq!(salts.current(1000), 77);
        assert_eq!(salts.current(999), 77);
        let next = salts.current(1000 + PERIOD);
        assert_ne!(next, 77);
        assert!(salts.accepts(77, 1000 + PERIOD));
        assert!(!salts.accepts(77, 1000 + 2 * PERIOD));
        assert!(!salts.accepts(next, 1000));
        assert!(!salts.accepts(0, 1000));
    }

    #[test]
    fn salts_told_in_advance_are_those_that_come() {
        let salts = Salts::new(&[1; 256], 77, 1000);
        let told = salts.upcoming(1000, 1000 + PERIOD / 2);
        assert_eq!(told.len(), 64);
        for salt in told {
            assert_eq!(salts.current(salt.since), salt.salt);
        }
        assert_eq!(salts.upcoming(-1, 1000).len(), 1);
    }
}
