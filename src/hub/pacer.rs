//! How fast each account sends and looks up names; Telegram limits those who are faster.
//!
//! It owns the next free moments of the accounts that have done something lately. It must not know
//! what is sent.

use crate::model::{ChatId, SessionId};
use dashmap::DashMap;
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How long a send waits for its turn at most; later ones are refused.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often an account's dialogs are searched for a chat that nothing else finds.
const BETWEEN_SCANS: Duration = Duration::from_mins(1);

/// How many chats of an account are remembered before those whose turn has passed are forgotten.
const CHATS: usize = 256;

/// What the settings say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Between two sends of an account; zero is no limit.
    pub(crate) sends: Duration,
    /// Between two sends of an account to one chat; zero is no limit.
    pub(crate) chat_sends: Duration,
    /// How many names an account looks up in a minute; any number without a limit.
    pub(crate) lookups: Option<NonZeroU32>,
}

/// The turns of all accounts.
pub(crate) struct Pacer {
    pace: Pace,
    /// A minute's look-ups may be made at once after a rest.
    lookups: Option<DefaultKeyedRateLimiter<SessionId>>,
    accounts: DashMap<SessionId, Turns>,
}

#[derive(Default)]
struct Turns {
    send: Option<Instant>,
    chats: HashMap<ChatId, Instant>,
    scanned: Option<Instant>,
}

impl Pacer {
    /// A pacer at this pace.
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            lookups: pace
                .lookups
                .map(|number| RateLimiter::keyed(Quota::per_minute(number))),
            pace,
            accounts: DashMap::new(),
        }
    }

    /// Waits for the account's turn to send to a chat. Who stops waiting leaves it unused.
    ///
    /// # Errors
    /// How long it is until a turn would come, when that is too long.
    pub(crate) async fn turn(&self, account: SessionId, chat: ChatId) -> Result<(), Duration> {
        if self.pace.sends.is_zero() && self.pace.chat_sends.is_zero() {
            return Ok(());
        }
        let now = Instant::now();
        let at = self
            .accounts
            .entry(account)
            .or_default()
            .send_at(&self.pace, chat, now)?;
        if at > now {
            sleep_until(at).await;
        }
        Ok(())
    }

    /// Takes one of the account's look-ups of names.
    ///
    /// # Errors
    /// How long it is until the next one.
    pub(crate) fn lookup(&self, account: SessionId) -> Result<(), Duration> {
        let Some(lookups) = &self.lookups else {
            return Ok(());
        };
        lookups
            .check_key(&account)
            .map_err(|early| early.wait_time_from(lookups.clock().now()))
    }

    /// Whether the account's dialogs may be searched again.
    pub(crate) fn scan(&self, account: SessionId) -> bool {
        if self.pace.lookups.is_none() {
            return true;
        }
        let mut turns = self.accounts.entry(account).or_default();
        let free = turns
            .scanned
            .is_none_or(|scanned| scanned.elapsed() >= BETWEEN_SCANS);
        if free {
            turns.scanned = Some(Instant::now());
        }
        free
    }
}

impl Turns {
    fn send_at(&mut self, pace: &Pace, chat: ChatId, now: Instant) -> Result<Instant, Duration> {
        if self.chats.len() >= CHATS {
            self.chats.retain(|_, next| *next > now);
        }
        let own = self.send.unwrap_or(now);
        let chats = self.chats.get(&chat).copied().unwrap_or(now);
        let at = now.max(own).max(chats);
        if at - now > LONGEST_WAIT {
            return Err(at - now);
        }
        self.send = Some(at + pace.sends);
        self.chats.insert(chat, at + pace.chat_sends);
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        sends: Duration::from_millis(50),
        chat_sends: Duration::from_secs(10),
        lookups: NonZeroU32::new(3),
    };

    #[test]
    fn sends_are_spaced_by_account_and_by_chat_and_refused_when_too_many_wait() {
        let now = Instant::now();
        let mut turns = Turns::default();
        let mut at = |chat: i64| {
            let turn = turns.send_at(&PACE, ChatId(chat), now);
            turn.map(|at| (at - now).as_millis())
        };
        assert_eq!(at(1), Ok(0));
        assert_eq!(at(2), Ok(50), "another chat waits for the account alone");
        assert_eq!(at(1), Ok(10_000));
        assert_eq!(at(1), Ok(20_000));
        assert_eq!(at(1), Ok(30_000));
        assert_eq!(at(1), Err(Duration::from_secs(40)));
        assert_eq!(
            at(1),
            Err(Duration::from_secs(40)),
            "a refusal costs nothing"
        );
    }

    #[test]
    fn chats_whose_turn_has_passed_are_forgotten() {
        let now = Instant::now();
        let mut turns = Turns::default();
        for chat in 0..1_000 {
            let later = now + Duration::from_mins(1) * chat;
            turns
                .send_at(&PACE, ChatId(chat.into()), later)
                .expect("a turn");
        }
        assert!(turns.chats.len() <= CHATS);
    }

    #[tokio::test]
    async fn look_ups_come_in_bursts_and_then_wait_and_scans_are_rare() {
        let pacer = Pacer::new(PACE);
        let one = SessionId(1);
        assert!((0..3).all(|_| pacer.lookup(one).is_ok()));
        let wait = pacer.lookup(one).expect_err("three a minute");
        assert!(wait <= Duration::from_secs(20), "{wait:?}");
        assert_eq!(pacer.lookup(SessionId(2)), Ok(()));
        assert_eq!([pacer.scan(one), pacer.scan(one)], [true, false]);
        let free = Pacer::new(Pace {
            lookups: None,
            ..PACE
        });
        assert!((0..100).all(|_| free.lookup(one).is_ok() && free.scan(one)));
    }
}
