//! Where the data centre is as hard as Telegram: what is refused after so many calls, and what a
//! client that was away for long is told.
//!
//! Owns the figures and each account's calls by them. Faults, which strike on purpose, are not its.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::ids::UserId;
use super::refusal::Refusal;

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Telegram tells no figures; these are from reports, and generous.
///
/// - `getDialogs`: floods for 20 to 30 s after some pages back to back
///   (GeiserX/Telegram-Archive#295, pyrogram/pyrogram#749).
/// - look-ups: some 200 a day (Telethon, `client/users.py` and its FAQ; LonamiWebs/Telethon#1138).
/// - `getHistory`: 30 s after 30 pages in as many seconds and less (Telethon, `client/messages.py`:
///   `wait_time` is a second between pages beyond 3,000 messages, "to avoid flood waits").
/// - full lists of members and contacts, and searches in all chats: as the list of chats.
/// - searches in one chat: as the history.
const LIMITS: [(&str, Limit); 8] = [
    ("messages.getDialogs", Limit::new(60, 60, 20)),
    ("contacts.resolveUsername", Limit::new(200, 86_400, 300)),
    ("contacts.resolvePhone", Limit::new(200, 86_400, 300)),
    ("messages.getHistory", Limit::new(300, 60, 30)),
    ("messages.search", Limit::new(300, 60, 30)),
    ("messages.searchGlobal", Limit::new(60, 60, 20)),
    ("channels.getParticipants", Limit::new(100, 60, 20)),
    ("contacts.getContacts", Limit::new(60, 60, 20)),
];

/// How often an account may call a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// So many calls…
    pub calls: usize,
    /// …in so many seconds pass; the next one answers 420 `FLOOD_WAIT_n`.
    pub seconds: u32,
    /// The `n`: for so many seconds everything is refused.
    pub wait: u32,
}

impl Limit {
    /// `calls` in `seconds` pass, the next one answers `FLOOD_WAIT_wait`.
    pub const fn new(calls: usize, seconds: u32, wait: u32) -> Self {
        Self {
            calls,
            seconds,
            wait,
        }
    }
}

/// What of Telegram's hardness is in force. The default is all of it, as Telegram is.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a rule that is switched by itself"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// A channel's difference for a client that is further behind than the `limit` it asks with
    /// is too long. Source: <https://core.telegram.org/api/updates#recovering-gaps>.
    pub too_long_beyond_limit: bool,
    /// Access hashes that an account was given count no more once it logs in anew after its last
    /// log-in has ended.
    pub hashes_end: bool,
    /// A difference leaves out what was pushed and is overtaken by now. Inferred: Telegram
    /// promises the state, not the way to it, and nothing of what is deleted (tdlib/td#1406,
    /// #366).
    pub differences_omit: bool,
    /// The code of a log-in is written to the account's other log-ins.
    pub codes_are_written: bool,
    /// Searches find whole words only, not parts of them (telegramdesktop/tdesktop#7942,
    /// tdlib/td#1814).
    pub search_by_words: bool,
    /// A search in a private chat ignores the sender, and one by a filter alone the latest date
    /// (Telethon, `client/messages.py`, and its #1124).
    pub search_ignores: bool,
    /// The list of chats without a folder shows the archive as one line in the place of its
    /// chats. Not in force unless it is switched on: TDLib and Telegram's web client know the line
    /// from `messages.getPinnedDialogs` alone, users of `GramJS` have met it in the list.
    pub archive_folds: bool,
    /// By method, for each account.
    pub limits: BTreeMap<String, Limit>,
}

impl Default for Rules {
    fn default() -> Self {
        Self::telegram()
    }
}

impl Rules {
    /// None of it.
    pub fn none() -> Self {
        Self {
            too_long_beyond_limit: false,
            hashes_end: false,
            differences_omit: false,
            codes_are_written: false,
            search_by_words: false,
            search_ignores: false,
            archive_folds: false,
            limits: BTreeMap::new(),
        }
    }

    /// All of it.
    pub fn telegram() -> Self {
        let limits = LIMITS.map(|(method, limit)| (method.to_owned(), limit));
        Self {
            too_long_beyond_limit: true,
            hashes_end: true,
            differences_omit: true,
            codes_are_written: true,
            search_by_words: true,
            search_ignores: true,
            archive_folds: false,
            limits: limits.into(),
        }
    }
}

/// The calls of each account that count against a limit.
#[derive(Debug, Default)]
pub struct Floods(HashMap<(UserId, &'static str), Record>);

#[derive(Debug, Default)]
struct Record {
    passed: VecDeque<i64>,
    until: i64,
}

impl Floods {
    /// Judges a call at `now`, in microseconds, under a limit.
    ///
    /// # Errors
    /// 420 `FLOOD_WAIT_n`.
    pub fn judge(
        &mut self,
        caller: UserId,
        method: &'static str,
        limit: Limit,
        now: i64,
    ) -> Result<(), Refusal> {
        let record = self.0.entry((caller, method)).or_default();
        let begin = now - i64::from(limit.seconds) * SECOND;
        while record.passed.front().is_some_and(|at| *at <= begin) {
            record.passed.pop_front();
        }
        if now >= record.until {
            if record.passed.len() < limit.calls {
                record.passed.push_back(now);
                return Ok(());
            }
            record.passed.clear();
            record.until = now + i64::from(limit.wait) * SECOND;
        }
        let left = (record.until - now + SECOND - 1) / SECOND;
        Err(Refusal::new(420, format!("FLOOD_WAIT_{}", left.max(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_hard_as_telegram_unless_told_otherwise() {
        assert_eq!(Rules::default(), Rules::telegram());
        assert_ne!(Rules::default(), Rules::none());
    }

    #[test]
    fn so_many_calls_pass_and_the_wait_ends() {
        let mut floods = Floods::default();
        let limit = Limit::new(2, 10, 5);
        let mut call = |user, seconds: i64| {
            let judged = floods.judge(UserId(user), "m", limit, seconds * SECOND);
            judged.map_err(|refusal| refusal.name)
        };
        assert_eq!((call(1, 0), call(1, 1)), (Ok(()), Ok(())));
        assert_eq!(call(1, 2), Err("FLOOD_WAIT_5".to_owned()));
        assert_eq!(call(2, 2), Ok(()));
        assert_eq!(call(1, 4), Err("FLOOD_WAIT_3".to_owned()));
        assert_eq!((call(1, 7), call(1, 8)), (Ok(()), Ok(())));
        assert!(call(1, 9).is_err());
    }

    #[test]
    fn calls_that_are_long_ago_do_not_count() {
        let mut floods = Floods::default();
        let limit = Limit::new(1, 10, 5);
        for seconds in [0, 10, 20] {
            let judged = floods.judge(UserId(1), "m", limit, seconds * SECOND);
            assert_eq!(judged, Ok(()));
        }
    }
}
