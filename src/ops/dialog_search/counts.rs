//! How many messages chats have, which Telegram tells of one chat a call.
//!
//! It owns how many calls that may be. It must not know what the numbers are for.

use crate::hub::ChatList;
use crate::model::{ListedChat, Peer};
use crate::telegram::{CallOptions, Error, Link};
use futures_util::StreamExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How many chats are asked for at a time.
const AT_A_TIME: usize = 4;

/// How long there is at least between two calls.
const APART: Duration = Duration::from_millis(50);

/// How long one request asks altogether.
const TOGETHER: Duration = Duration::from_secs(30);

/// Counts the messages of these chats, as far as that is possible in some time: a wait that
/// Telegram asks for ends it. What is found is kept with the list.
pub(super) async fn count(link: &Link, list: &ChatList, chats: &[&ListedChat]) {
    // Others who ask meanwhile find what is counted here.
    let _one_at_a_time = list.counting.lock().await;
    let unknown = chats.iter().filter(|chat| known(list, chat).is_none());
    let wanted: Vec<Peer> = unknown.map(|chat| chat.peer.clone()).collect();
    // A count is not worth a wait; the others are answered without it.
    let link = &link.with(CallOptions::default());
    let (until, refused) = (Instant::now() + TOGETHER, &AtomicBool::new(false));
    let started = Instant::now();
    let calls = wanted.into_iter().enumerate();
    let calls = calls.map(|(place, chat)| async move {
        let turn = started + APART * u32::try_from(place).unwrap_or(u32::MAX);
        if turn >= until {
            return;
        }
        tokio::time::sleep_until(turn).await;
        if refused.load(Ordering::Relaxed) || Instant::now() >= until {
            return;
        }
        match link.message_count(&chat).await {
            Ok(count) => drop(list.counts.insert(chat.peer_id, count)),
            Err(Error::FloodWait(_)) => refused.store(true, Ordering::Relaxed),
            Err(error) => log::debug!("the messages of a chat cannot be counted: {error}"),
        }
    });
    futures_util::stream::iter(calls)
        .buffer_unordered(AT_A_TIME)
        .collect::<()>()
        .await;
}

/// How many messages a chat has, as far as that was counted. One without a newest message has none.
pub(super) fn known(list: &ChatList, chat: &ListedChat) -> Option<u64> {
    if chat.top.0 == 0 {
        return Some(0);
    }
    list.counts.get(&chat.peer.peer_id).map(|count| *count)
}
