//! How patient calls are with Telegram: how long they sleep when they are asked for a wait, and
//! until when what has failed in passing is repeated, instead of being refused.
//!
//! It owns these numbers, which a link carries for whoever asked for it so, and which methods may
//! be repeated. It must not know what is waited for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The pause before the first repetition; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How often one call is repeated at most.
const REPETITIONS: u32 = 4;

/// How patient calls are with Telegram. Those that share it, such as all of one operation, spend
/// from one store.
#[derive(Clone, Debug, Default)]
pub struct CallOptions(Option<Patience>);

#[derive(Clone, Debug)]
struct Patience {
    /// How much longer the calls sleep when they are asked for a wait.
    flood: Arc<Mutex<Duration>>,
    /// Until when they are repeated.
    until: Instant,
}

impl CallOptions {
    /// Calls that sleep so long altogether, and are repeated until then.
    pub fn patient(flood: Duration, until: Instant) -> Self {
        let flood = Arc::new(Mutex::new(flood));
        Self(Some(Patience { flood, until }))
    }

    /// Until when what is called may be repeated; `None` when it may not.
    pub(super) fn until(&self) -> Option<Instant> {
        self.0.as_ref().map(|patience| patience.until)
    }

    /// How long to wait before repetition number `count`, from 0; `None` when it is not to be made.
    pub(super) fn before_repetition(&self, count: u32) -> Option<Duration> {
        let pause = FIRST_PAUSE * (1 << count.min(REPETITIONS));
        let fits = Instant::now().checked_add(pause * 2)? < self.until()?;
        (count < REPETITIONS && fits).then_some(pause)
    }

    /// Takes a wait from what is left, if it fits. Without any patience nothing does.
    pub(super) fn spend(&self, wait: Duration) -> bool {
        let Some(patience) = &self.0 else {
            return false;
        };
        let mut left = patience
            .flood
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let rest = left.checked_sub(wait);
        *left = rest.unwrap_or(*left);
        rest.is_some()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn patience_is_spent_once_by_all_who_share_it() {
        assert!(
            !CallOptions::default().spend(Duration::ZERO),
            "nobody has patience by default"
        );
        let options = CallOptions::patient(3 * SECOND, Instant::now());
        let other = options.clone();
        let spent = [
            options.spend(2 * SECOND),
            other.spend(2 * SECOND),
            other.spend(SECOND),
        ];
        assert_eq!(spent, [true, false, true]);
    }

    #[tokio::test]
    async fn repetitions_end_with_the_time_of_their_work() {
        let pauses =
            |options: CallOptions| [0, 1, 2, 3, 4].map(|count| options.before_repetition(count));
        assert_eq!(
            pauses(CallOptions::default()),
            [None; 5],
            "nobody repeats by default"
        );
        let millis = |count| Some(Duration::from_millis(count));
        let within = |seconds: u32| CallOptions::patient(SECOND, Instant::now() + seconds * SECOND);
        assert_eq!(
            pauses(within(60)),
            [millis(250), millis(500), millis(1_000), millis(2_000), None]
        );
        assert_eq!(within(1).before_repetition(2), None);
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
