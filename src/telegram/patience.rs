//! How long the present task sleeps when Telegram asks for a wait, instead of being refused.
//!
//! It owns a number that belongs to the task, so that no call in between has to hand it on. It
//! must not know what is waited for.

use std::cell::Cell;
use std::time::Duration;

tokio::task_local! {
    static LEFT: Cell<Duration>;
}

/// Runs `work`, whose calls to Telegram may sleep so long altogether.
pub async fn with_flood_patience<F: Future>(patience: Duration, work: F) -> F::Output {
    LEFT.scope(Cell::new(patience), work).await
}

/// Takes a wait from what is left, if it fits; without a scope nothing does.
pub(super) fn spend(wait: Duration) -> bool {
    LEFT.try_with(|left| {
        let rest = left.get().checked_sub(wait);
        if let Some(rest) = rest {
            left.set(rest);
        }
        rest.is_some()
    })
    .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn patience_is_spent_once_and_belongs_to_its_work() {
        assert!(!spend(Duration::ZERO), "nobody has patience by default");
        let spent = async { [spend(2 * SECOND), spend(2 * SECOND), spend(SECOND)] };
        assert_eq!(
            with_flood_patience(3 * SECOND, spent).await,
            [true, false, true]
        );
    }
}
