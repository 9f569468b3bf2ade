//! How fast an upload has to come.

use crate::config::LimitsConfig;
use crate::error::{Code, Error};
use std::time::Duration;
use tokio::time::Instant;

/// The waiting that an upload still has to its credit: each byte that comes earns some.
///
/// Only the time counts in which the hub waits for the client.
#[derive(Debug)]
pub(super) struct Pace {
    credit: Duration,
    most: Duration,
    /// Bytes a second.
    rate: u32,
}

impl Pace {
    pub(super) fn new(limits: &LimitsConfig) -> Self {
        Self {
            credit: limits.stall_timeout,
            most: limits.stall_timeout,
            rate: limits.least_upload_rate.max(1),
        }
    }

    /// Waits for what comes next.
    ///
    /// # Errors
    /// `request_timeout` when the credit is used up.
    pub(super) async fn wait<T>(&mut self, next: impl Future<Output = T>) -> Result<T, Error> {
        let began = Instant::now();
        let waited = tokio::time::timeout(self.credit, next).await;
        self.spend(began.elapsed());
        waited.map_err(|elapsed| {
            let why = format!(
                "The upload brought less than {} bytes a second for {} seconds",
                self.rate,
                self.most.as_secs()
            );
            Error::new(Code::RequestTimeout, why).because(elapsed)
        })
    }

    fn spend(&mut self, waited: Duration) {
        self.credit = self.credit.saturating_sub(waited);
    }

    /// So many bytes have come.
    pub(super) fn note(&mut self, bytes: usize) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let earned = Duration::from_secs(bytes.into()) / self.rate;
        self.credit = self.credit.saturating_add(earned).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace {
            credit: Duration::from_secs(20),
            most: Duration::from_secs(20),
            rate: 1024,
        }
    }

    #[test]
    fn a_byte_now_and_then_does_not_keep_an_upload_alive() {
        let mut pace = pace();
        for _ in 0..4 {
            pace.spend(Duration::from_secs(5));
            pace.note(1);
        }
        assert!(pace.credit < Duration::from_millis(10));
    }

    #[test]
    fn a_slow_line_is_fast_enough_and_a_burst_buys_no_long_silence() {
        let mut pace = pace();
        for _ in 0..1000 {
            pace.spend(Duration::from_secs(4));
            assert!(!pace.credit.is_zero());
            pace.note(4096);
        }
        pace.note(1 << 30);
        assert_eq!(pace.credit, Duration::from_secs(20));
    }
}
