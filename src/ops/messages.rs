//! Sending messages and reading the captured ones.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{
    CapturedMessage, ChatId, ChatTarget, Cursor, LiveMessage, MessageId, Page, SessionId,
    SessionName, UtcTime,
};
use crate::ops::resolve::{only, readings};
use crate::ops::{Ctx, Operation, Subject, accounts, delivery, permission};
use crate::store::messages::{self, MessageFilter};
use crate::store::search;
use crate::store::{self, AnyConnection, peers};
use std::time::Instant;

/// How a text becomes a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ParseMode {
    /// Markdown marks become formatting.
    #[default]
    Markdown,
    /// The text is sent as it is.
    Plain,
    /// HTML tags become formatting.
    Html,
}

/// Sends a text message.
///
/// With an idempotency key the same request is sent once only, however often it is repeated.
/// Source: <https://core.telegram.org/method/messages.sendMessage>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found` (the one replied to),
/// `message_invalid`, `write_forbidden`, `rate_limited`, `flood_wait`, `idempotency_key_reused`,
/// `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SendMessage {
    /// The account that sends.
    pub session: SessionName,
    /// The chat, in any form that [`ChatTarget::parse`] reads.
    pub chat: String,
    /// The text.
    pub text: String,
    /// The message this one answers.
    pub reply_to: Option<MessageId>,
    /// How the text is read.
    pub parse_mode: ParseMode,
    /// Whether the receivers get no sound.
    pub silent: bool,
    /// Whether a link in the text gets a preview.
    pub link_preview: bool,
    /// When Telegram is to send it; `None` is at once.
    pub schedule_at: Option<UtcTime>,
    /// The caller's key for this request: 1 to 255 visible ASCII characters.
    pub idempotency_key: Option<String>,
}

/// A message that Telegram has taken.
#[derive(Clone, Debug, PartialEq)]
pub struct SentMessage {
    /// Its number in the chat; in the chat's schedule, when it is sent later. `None` when Telegram
    /// has taken the message and has not said its number in a way that can be read.
    pub message_id: Option<MessageId>,
    /// The chat.
    pub chat_id: ChatId,
    /// The chat that a fallback found, when the first lookup had failed.
    pub resolved: Option<ResolvedEntity>,
    /// Whether an earlier request with the same key had sent it.
    pub replayed: bool,
    /// The whole message, unless an earlier request has sent it.
    pub message: Option<Box<LiveMessage>>,
}

/// A chat found by a fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolvedEntity {
    /// The bare id.
    pub id: i64,
    /// `User`, `Chat` or `Channel`.
    pub kind: &'static str,
}

impl From<ChatId> for ResolvedEntity {
    fn from(chat: ChatId) -> Self {
        Self {
            id: chat.bare(),
            kind: chat.kind().class(),
        }
    }
}

impl Operation for SendMessage {
    const NAME: &'static str = "messages.send";
    const SCOPE: Scope = Scope::Send;
    type Output = SentMessage;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        delivery::send(ctx, self).await
    }
}

/// Which captured messages to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageQuery {
    /// Only messages of this chat. A bare id means the user, group and channel of that number.
    pub chat_id: Option<ChatTarget>,
    /// Only messages of this sender.
    pub from: Option<ChatTarget>,
    /// Only messages sent at or after this instant.
    pub since: Option<UtcTime>,
    /// Only messages sent before this instant.
    pub until: Option<UtcTime>,
    /// Only messages whose text contains this, whatever the case.
    pub q: Option<String>,
    /// How many to answer, 1 to 500.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
}

/// Reads captured messages, newest first by sending time and then by row.
///
/// # Errors
/// `session_not_found`, `rate_limited`, `search_timeout`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListMessages {
    /// The session, or all of them.
    pub session: Option<SessionName>,
    /// Which of its messages.
    pub filter: MessageQuery,
}

impl Operation for ListMessages {
    const NAME: &'static str = "messages.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Page<CapturedMessage>;

    fn subject(&self) -> Subject {
        let subject = Subject::sessions(self.session.as_ref());
        match (&self.session, &self.filter.chat_id) {
            (None, _) => subject.other_chats(),
            (Some(_), Some(chat)) => subject.reads(chat.to_string()),
            (Some(_), None) => subject,
        }
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session_id = match &self.session {
            Some(name) => Some(accounts::id_of_name(&ctx.hub, name).await?),
            None => None,
        };
        let chat_id = located(ctx, session_id, "chat_id", self.filter.chat_id).await?;
        let sender_id = located(ctx, session_id, "from", self.filter.from).await?;
        let filter = MessageFilter {
            session_id,
            chat_id,
            sender_id,
            since: self.filter.since,
            until: self.filter.until,
            query: self.filter.q,
            hide_deleted: false,
            limit: self.filter.limit,
            before: self.filter.cursor,
        };
        let page = if filter.is_search() {
            search(ctx, filter).await?
        } else {
            let read = move |conn: &mut _| messages::page(conn, &filter);
            ctx.hub.store.read(read).await?
        };
        let Page { mut items, next } = page;
        if let Some(session) = &self.session {
            let readable = permission::readable(ctx, Some(session)).await?;
            items.retain(|message| readable.admits(message.content.chat_id));
        }
        Ok(Page { items, next })
    }
}

/// What a search finds in its time; a page that is not full may have a next one.
async fn search(ctx: &Ctx, filter: MessageFilter) -> Result<Page<CapturedMessage>, Error> {
    let _turn = ctx.search().await?;
    let limit = ctx.hub.limits.search_timeout;
    let until = Instant::now() + limit;
    let searched = search::search(&ctx.hub.store, filter, until, &ctx.gone).await?;
    if searched.broken_off && searched.page.items.is_empty() {
        let place = searched.page.next.map(|cursor| cursor.time);
        let place = place.map_or_else(String::new, |time| format!(" from now back to {time}"));
        let why = format!(
            "Nothing was found{place} within {} s; name a session and a chat, or search what is \
             older with `until`",
            limit.as_secs()
        );
        return Err(Error::new(Code::SearchTimeout, why));
    }
    Ok(searched.page)
}

/// The chat that a filter means, as far as the stored peers tell. Telegram is not asked.
async fn located(
    ctx: &Ctx,
    session: Option<SessionId>,
    field: &str,
    target: Option<ChatTarget>,
) -> Result<Option<ChatId>, Error> {
    let Some(target) = target else {
        return Ok(None);
    };
    let Some(id) = session else {
        return match target {
            ChatTarget::Marked(chat) => Ok(Some(chat)),
            ChatTarget::Bare(number) => Ok(Some(ChatId::user(number))),
            ChatTarget::Me
            | ChatTarget::Username(_)
            | ChatTarget::Phone(_)
            | ChatTarget::Invite(_) => {
                let why = "across sessions a chat is named by its marked id only";
                Err(Error::invalid_query(field, "value_error", why))
            }
        };
    };
    let found = ctx
        .hub
        .store
        .read(move |conn| {
            let peer = match target {
                ChatTarget::Marked(chat) => return Ok(vec![chat]),
                ChatTarget::Bare(number) => return known(conn, id, number),
                ChatTarget::Invite(_) => None,
                ChatTarget::Me => peers::self_peer(conn, id)?,
                ChatTarget::Username(name) => peers::by_username(conn, id, &name)?,
                ChatTarget::Phone(digits) => peers::by_phone(conn, id, &digits)?,
            };
            Ok(peer.into_iter().map(|peer| peer.peer_id).collect())
        })
        .await?;
    only(&found)?;
    let found = found.into_iter().next();
    found.map(Some).ok_or_else(|| {
        Error::new(
            Code::ChatNotFound,
            format!("{field} names no chat that the session has seen"),
        )
    })
}

/// The known chats that a bare number may name; a user, if there is none.
fn known(
    conn: &mut AnyConnection,
    id: SessionId,
    number: i64,
) -> Result<Vec<ChatId>, store::Error> {
    let mut known = Vec::new();
    for reading in readings(number) {
        known.extend(peers::get(conn, id, reading)?.map(|peer| peer.peer_id));
    }
    if known.is_empty() {
        known.push(ChatId::user(number));
    }
    Ok(known)
}
