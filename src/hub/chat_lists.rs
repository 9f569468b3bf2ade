//! Lists of all chats of accounts, which those who ask within a moment share: Telegram holds it
//! against an account when it lists its chats often.
//!
//! It owns how old a list may be and that one account is listed once at a time. It must not know
//! how chats are listed.

use crate::model::{ChatId, ListedChat, SessionId, UtcTime};
use dashmap::DashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How old a list may be although something has happened since.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// How old it may be when nothing has.
const GOOD_WHILE_SILENT: Duration = Duration::from_mins(1);

/// All chats of an account.
#[derive(Debug)]
pub(crate) struct ChatList {
    /// Whose they are.
    own: Option<ChatId>,
    /// Since when; what happened later is not in it.
    begun_at: UtcTime,
    /// Pinned ones first, then the newest.
    pub(crate) chats: Vec<ListedChat>,
    /// How many messages each has, as far as that was asked for since.
    pub(crate) counts: DashMap<ChatId, u64>,
    /// Held by whoever asks for counts.
    pub(crate) counting: Mutex<()>,
}

impl ChatList {
    /// How long one is kept at most.
    pub(crate) const KEPT_FOR: Duration = GOOD_WHILE_SILENT;

    /// The chats of an account as they were told from this instant on.
    pub(crate) fn new(own: Option<ChatId>, begun_at: UtcTime, chats: Vec<ListedChat>) -> Self {
        Self {
            own,
            begun_at,
            chats,
            counts: DashMap::new(),
            counting: Mutex::default(),
        }
    }

    fn is_good(&self, own: Option<ChatId>, last_update_at: Option<UtcTime>, now: UtcTime) -> bool {
        let age = now.since(self.begun_at);
        let silent = last_update_at.is_none_or(|at| at < self.begun_at);
        let bound = if silent { GOOD_WHILE_SILENT } else { GOOD_FOR };
        self.own == own && age < bound
    }
}

/// The lists, each behind the lock of whoever makes it.
#[derive(Default)]
pub(crate) struct ChatLists(DashMap<SessionId, Arc<Mutex<Option<Arc<ChatList>>>>>);

impl ChatLists {
    /// The list of an account, if it is good for one who asks now; else the one that is made.
    /// Others who ask meanwhile wait for it.
    ///
    /// # Errors
    /// Those of making it.
    pub(crate) async fn get<E, F>(
        &self,
        (session, own): (SessionId, Option<ChatId>),
        last_update_at: impl FnOnce() -> Option<UtcTime>,
        list: impl FnOnce() -> F,
    ) -> Result<Arc<ChatList>, E>
    where
        F: Future<Output = Result<ChatList, E>>,
    {
        let place = Arc::clone(&self.0.entry(session).or_default());
        let mut held = place.lock().await;
        let (last_update_at, now) = (last_update_at(), UtcTime::now());
        if let Some(kept) = held.as_ref()
            && kept.is_good(own, last_update_at, now)
        {
            return Ok(Arc::clone(kept));
        }
        *held = None;
        let made = Arc::new(list().await?);
        *held = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Forgets the lists that are good for nobody any more. Whatever is being made stays.
    pub(crate) fn sweep(&self) {
        let now = UtcTime::now();
        let is_old = |kept: &Arc<ChatList>| now.since(kept.begun_at) >= GOOD_WHILE_SILENT;
        self.0.retain(|_, place| {
            let held = place.try_lock();
            !held.is_ok_and(|held| held.as_ref().is_none_or(is_old))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const WHO: (SessionId, Option<ChatId>) = (SessionId(1), Some(ChatId(7)));

    fn list() -> ChatList {
        ChatList::new(WHO.1, UtcTime::now(), Vec::new())
    }

    #[tokio::test]
    async fn those_who_ask_together_share_one_list() {
        let (lists, made) = (ChatLists::default(), AtomicUsize::new(0));
        let ask = || {
            lists.get(
                WHO,
                || None,
                async || {
                    made.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Ok::<_, Infallible>(list())
                },
            )
        };
        let (first, second) = tokio::join!(ask(), ask());
        assert!(Arc::ptr_eq(
            &first.expect("a list"),
            &second.expect("a list")
        ));
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_failure_is_kept_for_nobody() {
        let lists = ChatLists::default();
        let failed = lists
            .get(WHO, || None, async || Err::<ChatList, _>("no"))
            .await;
        assert_eq!(failed.err(), Some("no"));
        assert!(
            lists
                .get(WHO, || None, async || Ok::<_, &str>(list()))
                .await
                .is_ok()
        );
        lists.sweep();
        assert_eq!(lists.0.len(), 1);
    }

    #[test]
    fn a_list_is_good_for_its_account_and_longer_while_nothing_happens() {
        let (list, now) = (list(), UtcTime::now());
        let good = |own, last_update_at, seconds| {
            list.is_good(own, last_update_at, now.after(Duration::from_secs(seconds)))
        };
        let later = Some(now.after(Duration::from_secs(1)));
        assert!(good(WHO.1, later, 3) && !good(WHO.1, later, 6));
        assert!(good(WHO.1, None, 50) && !good(WHO.1, None, 61));
        assert!(good(WHO.1, Some(now.before(Duration::from_secs(9))), 50));
        assert!(
            !good(Some(ChatId(8)), None, 0),
            "another account has the name now"
        );
    }
}
