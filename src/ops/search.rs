//! Searching messages where they are: at Telegram, in one chat or in all.
//!
//! Unlike the captured log this finds what was sent before the hub knew the account. What it finds
//! is not captured.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{ChatId, LiveMessage, Peer, SessionName, UtcTime};
use crate::ops::calling::{Account, AccountSource};
use crate::ops::resolve::Memory;
use crate::ops::{Ctx, Operation, Subject, chat, permission};
use crate::telegram::{FoundMessages, HistoryQuery, Period, message_markdown};
use std::collections::HashMap;

/// Searches the messages of all chats, newest first.
///
/// Source: <https://core.telegram.org/method/messages.searchGlobal>.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SearchMessages<A = SessionName> {
    /// The account that searches.
    pub session: A,
    /// What the messages contain, as Telegram's search understands it.
    pub query: String,
    /// How many messages at most, 1 to 500.
    pub limit: u32,
}

impl<A: AccountSource> Operation for SearchMessages<A> {
    const NAME: &'static str = "messages.search_all";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<LiveMessage>;

    fn subject(&self) -> Subject {
        self.session.subject()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let all_time = Period::default();
        let searched = everywhere(ctx, &self.session, &self.query, all_time, self.limit);
        let (_account, found) = searched.await?;
        Ok(found.messages)
    }
}

/// Searches the messages of one chat or of all for those of a sender and a time, newest first, with
/// the peers that they are of.
///
/// Source: <https://core.telegram.org/method/messages.search>,
/// <https://core.telegram.org/method/messages.searchGlobal>.
///
/// # Errors
/// `session_not_authorized`; `chat_not_found` and `chat_ambiguous` for the chat and for the sender;
/// `flood_wait`, `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct FindMessages {
    /// The account that searches.
    pub session: SessionName,
    /// The chat; `None` for all.
    pub chat: Option<String>,
    /// What the messages contain, as Telegram's search understands it.
    pub text: String,
    /// Who has sent them; in one chat only.
    pub from: Option<String>,
    /// Only messages sent at this time or later.
    pub since: Option<UtcTime>,
    /// Only messages sent before this time.
    pub until: Option<UtcTime>,
    /// How many at most, 1 to 500.
    pub limit: u32,
}

/// A message that was found, with who it is of.
#[derive(Clone, Debug)]
pub struct FoundMessage {
    /// The message.
    pub message: LiveMessage,
    /// Its text as Markdown.
    pub markdown: String,
    /// The chat, where it is known.
    pub chat: Option<Peer>,
    /// The sender, where it is known.
    pub sender: Option<Peer>,
}

impl Operation for FindMessages {
    const NAME: &'static str = "messages.find";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<FoundMessage>;

    fn subject(&self) -> Subject {
        let subject = Subject::session(&self.session);
        match &self.chat {
            Some(chat) => subject.reads(chat),
            None => subject,
        }
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let sent = Period {
            since: self.since,
            until: self.until,
        };
        let Some(chat) = &self.chat else {
            let searched = everywhere(ctx, &self.session, &self.text, sent, self.limit);
            let (account, found) = searched.await?;
            let own = account.user().map(|own| Peer::clone(&own));
            return Ok(with_peers(own, found));
        };
        let chat = chat::open(ctx, &self.session, chat).await?;
        let from = match &self.from {
            Some(from) => Some(chat::find(ctx, &chat.handle, &chat.link, from).await?),
            None => None,
        };
        let query = HistoryQuery {
            limit: self.limit,
            before: None,
            search: Some(self.text),
            from,
            sent,
        };
        let found = chat.link.read_history(&chat.peer, &query).await?;
        chat.keep(ctx, found.peers.clone()).await?;
        let own = chat.handle.user().map(|own| Peer::clone(&own));
        Ok(with_peers(own.into_iter().chain([chat.peer]), found))
    }
}

/// What is found in all chats that the caller may read, and the account that has searched.
async fn everywhere(
    ctx: &Ctx,
    source: &impl AccountSource,
    text: &str,
    sent: Period,
    limit: u32,
) -> Result<(Account, FoundMessages), Error> {
    let (account, link) = source.account(ctx).await?;
    let mut found = link.search_all(text, sent, limit).await?;
    let memory = Memory::of(&ctx.hub, &account);
    memory.keep(found.peers.clone()).await?;
    let readable = permission::readable(ctx, source.name()).await?;
    let is_readable = |live: &LiveMessage| readable.admits(live.content.chat_id);
    found.messages.retain(is_readable);
    Ok((account, found))
}

/// The messages with whoever came along, or was known before.
fn with_peers(known: impl IntoIterator<Item = Peer>, found: FoundMessages) -> Vec<FoundMessage> {
    let all = known.into_iter().chain(found.peers);
    // What Telegram has told now is newer than what was known.
    let peers: HashMap<ChatId, Peer> = all.map(|peer| (peer.peer_id, peer)).collect();
    let peer = |id: ChatId| peers.get(&id).cloned();
    let found_message = |message: LiveMessage| FoundMessage {
        markdown: message_markdown(&message.content),
        chat: peer(message.content.chat_id),
        sender: message.content.sender_id.and_then(peer),
        message,
    };
    found.messages.into_iter().map(found_message).collect()
}
