//! How patient the present task is with Telegram: how long it sleeps when it is asked for a wait,
//! and until when it repeats what has failed in passing, instead of being refused.
//!
//! It owns numbers that belong to the task, so that no call in between has to hand them on, and
//! which methods may be repeated. It must not know what is waited for.

use std::cell::Cell;
use std::time::Duration;
use tokio::time::Instant;

/// The pause before the first repetition; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How often one call is repeated at most.
const REPETITIONS: u32 = 4;

tokio::task_local! {
    static LEFT: Cell<Duration>;
    static UNTIL: Instant;
}

/// Runs `work`, whose calls to Telegram may sleep so long altogether, and be repeated until then.
pub async fn with_patience<F: Future>(flood: Duration, until: Instant, work: F) -> F::Output {
    UNTIL.scope(until, LEFT.scope(Cell::new(flood), work)).await
}

/// Sends carry a number by which Telegram knows a second try from a second message.
const SENDS: [&str; 4] = [
    "messages.sendMessage",
    "messages.sendMedia",
    "messages.sendMultiMedia",
    "messages.forwardMessages",
];

/// What asking for twice does nothing twice begins so.
const READS: [&str; 7] = [
    "get",
    "search",
    "resolve",
    "check",
    "read",
    "saveFilePart",
    "saveBigFilePart",
];

/// Whether a method is one of those.
pub(super) fn is_send(method: &str) -> bool {
    SENDS.contains(&method)
}

/// Whether a method may be called again when nobody knows whether it was carried out.
pub(super) fn is_repeatable(method: &str) -> bool {
    let (space, name) = method.split_once('.').unwrap_or_default();
    // A proof of a password is good for one try.
    space != "auth" && (is_send(method) || READS.iter().any(|read| name.starts_with(read)))
}

/// Until when the present task may repeat what it calls; `None` when it may not.
pub(super) fn until() -> Option<Instant> {
    UNTIL.try_with(|until| *until).ok()
}

/// How long to wait before repetition number `count`, from 0; `None` when it is not to be made.
pub(super) fn before_repetition(count: u32) -> Option<Duration> {
    let pause = FIRST_PAUSE * (1 << count.min(REPETITIONS));
    let fits = Instant::now().checked_add(pause * 2)? < until()?;
    (count < REPETITIONS && fits).then_some(pause)
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
            with_patience(3 * SECOND, Instant::now(), spent).await,
            [true, false, true]
        );
    }

    #[tokio::test]
    async fn repetitions_end_with_the_time_of_their_work() {
        assert_eq!(before_repetition(0), None, "nobody repeats by default");
        let pauses = async { [0, 1, 2, 3, 4].map(before_repetition) };
        let millis = |count| Some(Duration::from_millis(count));
        assert_eq!(
            with_patience(SECOND, Instant::now() + 60 * SECOND, pauses).await,
            [millis(250), millis(500), millis(1_000), millis(2_000), None]
        );
        let late = async { before_repetition(2) };
        assert_eq!(
            with_patience(SECOND, Instant::now() + SECOND, late).await,
            None
        );
    }

    #[test]
    fn only_what_does_nothing_twice_is_repeated() {
        for method in [
            "messages.getHistory",
            "messages.search",
            "contacts.resolveUsername",
            "messages.checkChatInvite",
            "messages.sendMessage",
            "messages.sendMultiMedia",
            "upload.getFile",
            "upload.saveBigFilePart",
            "channels.readHistory",
        ] {
            assert!(is_repeatable(method), "{method}");
        }
        for method in [
            "messages.createChat",
            "channels.createChannel",
            "messages.exportChatInvite",
            "messages.importChatInvite",
            "messages.sendReaction",
            "messages.editMessage",
            "messages.addChatUser",
            "auth.checkPassword",
            "auth.sendCode",
            "auth.resendCode",
            "ping",
        ] {
            assert!(!is_repeatable(method), "{method}");
        }
    }
}
