//! Sending once, however often it is asked for.
//!
//! A send under an idempotency key writes the key with its `random_id` before the first try, so
//! that any later try, in this process or after a crash, is the same send to Telegram. Only a
//! refusal that is certain frees the key.

use crate::error::{Code, Error};
use crate::hub::Hub;
use crate::model::{ChatId, ChatKind, MessageId, SessionId, UtcTime};
use crate::ops::calling::Account;
use crate::ops::chat::{self, OpenChat};
use crate::ops::history::message_not_found;
use crate::ops::messages::{ParseMode, ResolvedEntity, SendMessage, SentMessage};
use crate::ops::{Ctx, accounts, lengths};
use crate::session::SessionHandle;
use crate::store::messages::{self, MessageFilter};
use crate::store::peers;
use crate::store::sends::{self, Claim};
use crate::telegram::{Formatted, MessageOf, Nudge, OutgoingMessage, html, markdown};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// How long to look for a message that Telegram has and has not said the number of.
const SEARCH_PATIENCE: Duration = Duration::from_secs(5);

/// By how much Telegram's dates may differ from ours: they are whole seconds of another clock.
const CLOCKS: Duration = Duration::from_mins(1);

/// Sends, or answers what an earlier request with the same key has sent.
pub(super) async fn send(ctx: &Ctx, message: SendMessage) -> Result<SentMessage, Error> {
    let handle = accounts::authorized(&ctx.hub, &message.session).await?;
    match message.idempotency_key.clone() {
        None => deliver(ctx, &handle, &message, random_id()?, None).await,
        Some(key) => {
            let _turn = ctx.hub.sends.turn(handle.id, &key).await;
            send_under_key(ctx, &handle, &message, key).await
        }
    }
}

/// Reads a text's marks. Users that it mentions by number are named as calls want them.
pub(super) async fn formatted(
    ctx: &Ctx,
    chat: &OpenChat,
    mode: ParseMode,
    text: &str,
) -> Result<Formatted, Error> {
    read(&ctx.hub, chat.handle.id, mode, text).await
}

async fn read(hub: &Hub, id: SessionId, mode: ParseMode, text: &str) -> Result<Formatted, Error> {
    let text = match mode {
        ParseMode::Markdown => markdown(text),
        ParseMode::Html => html(text),
        ParseMode::Plain => return Ok(Formatted::plain(text.to_owned())),
    };
    let mentioned: Vec<_> = text.mentioned().map(ChatId::user).collect();
    if mentioned.is_empty() {
        return Ok(text);
    }
    let known = hub
        .store
        .read(move |conn| {
            let each = mentioned.into_iter().map(|user| peers::get(conn, id, user));
            each.collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let known: Vec<_> = known.into_iter().flatten().collect();
    Ok(text.name_users(&known))
}

/// Refuses a reply to a message that is not there: Telegram would send it as no reply.
pub(super) async fn require_reply(
    ctx: &Ctx,
    chat: &OpenChat,
    reply_to: Option<MessageId>,
) -> Result<Option<MessageOf>, Error> {
    let Some(id) = reply_to else {
        return Ok(None);
    };
    chat.refuse_old(ctx, "reply_to", &[id]).await?;
    let found = chat.link.answerable(&chat.peer, id).await?;
    found.map(Some).ok_or_else(|| message_not_found(id))
}

async fn send_under_key(
    ctx: &Ctx,
    handle: &SessionHandle,
    message: &SendMessage,
    key: String,
) -> Result<SentMessage, Error> {
    let (hub, id) = (&ctx.hub, handle.id);
    let (hash, fresh) = (request_hash(message), random_id()?);
    let claimed = key.clone();
    let claim = hub
        .store
        .write(move |conn| sends::claim(conn, id, &claimed, &hash, fresh, UtcTime::now()))
        .await?;
    let (random_id, since, is_new) = match claim {
        Claim::New(random_id) => (random_id, None, true),
        Claim::Pending { random_id, since } => (random_id, Some(since), false),
        Claim::Done {
            chat_id,
            message_id,
            since,
            until,
        } => {
            let message_id = match message_id {
                None if message.schedule_at.is_none() => {
                    find_later(hub, (id, chat_id), key, message, (since, until)).await?
                }
                known => known,
            };
            return Ok(SentMessage {
                message_id,
                chat_id,
                resolved: None,
                replayed: true,
                message: None,
            });
        }
        Claim::Mismatch => {
            return Err(Error::new(
                Code::IdempotencyKeyReused,
                "the idempotency key was used before with another request",
            ));
        }
    };
    match deliver(ctx, handle, message, random_id, since).await {
        Ok(sent) => {
            finish(hub, id, key, sent.chat_id, sent.message_id, UtcTime::now()).await?;
            Ok(SentMessage {
                replayed: !is_new,
                ..sent
            })
        }
        Err(error) => {
            // An earlier try may have arrived even though this one was refused.
            if is_new && is_certain(&error) {
                hub.store
                    .write(move |conn| sends::release(conn, id, &key))
                    .await?;
            }
            Err(error)
        }
    }
}

/// The number of a message that was sent without one, by what the log has meanwhile.
async fn find_later(
    hub: &Hub,
    (id, chat_id): (SessionId, ChatId),
    key: String,
    message: &SendMessage,
    (since, until): (UtcTime, UtcTime),
) -> Result<Option<MessageId>, Error> {
    let text = read(hub, id, message.parse_mode, &message.text).await?;
    let within = (since, Some(until.after(CLOCKS)));
    let found = certain(&candidates(hub, (id, chat_id), &text.text, within).await?);
    if found.is_some() {
        finish(hub, id, key, chat_id, found, until).await?;
    }
    Ok(found)
}

/// Whether the error says that nothing was sent. Errors that have no code of their own do not:
/// among them are Telegram's own faults, after which the message may be there.
fn is_certain(error: &Error) -> bool {
    error.code.status() < 500
}

async fn finish(
    hub: &Hub,
    id: SessionId,
    key: String,
    chat_id: ChatId,
    message_id: Option<MessageId>,
    at: UtcTime,
) -> Result<(), Error> {
    hub.store
        .write(move |conn| sends::finish(conn, id, &key, chat_id, message_id, at))
        .await
        .map(drop)
        .map_err(Error::from)
}

/// One try. `since` is when the first one began, if this is not the first.
async fn deliver(
    ctx: &Ctx,
    handle: &SessionHandle,
    message: &SendMessage,
    random_id: i64,
    since: Option<UtcTime>,
) -> Result<SentMessage, Error> {
    let hub = &*ctx.hub;
    let link = accounts::link(handle, &ctx.options).await?;
    let account = Account::Session(handle.clone());
    let found = chat::locate(ctx, &account, &link, &message.chat).await?;
    let chat = OpenChat {
        handle: handle.clone(),
        link,
        options: ctx.options.clone(),
        peer: found.peer,
        upgraded: found.upgraded,
    };
    let reply_to = require_reply(ctx, &chat, message.reply_to).await?;
    let text = read(hub, handle.id, message.parse_mode, &message.text).await?;
    let text = lengths::message(text)?;
    let outgoing = OutgoingMessage {
        text: text.clone(),
        reply_to,
        silent: message.silent,
        link_preview: message.link_preview,
        schedule_at: message.schedule_at,
        random_id,
    };
    ctx.pace(handle.id, chat.peer.peer_id).await?;
    let alike = hub.sends.alike(handle.id, chat.peer.peer_id, &text.text);
    let begun = since.unwrap_or_else(UtcTime::now);
    let sent = chat.link.send_message(&chat.peer, outgoing).await?;
    let (message_id, sent) = match sent.number() {
        None if message.schedule_at.is_none() && alike.is_alone() => {
            let found = find_sent(hub, &chat, &text.text, begun).await?;
            let id = found.filter(|_| alike.is_alone());
            (id, Some(Box::new(sent)).filter(|_| id.is_none()))
        }
        number => (number, Some(Box::new(sent))),
    };
    Ok(SentMessage {
        message_id,
        chat_id: chat.peer.peer_id,
        resolved: found
            .by_dialogs
            .then(|| ResolvedEntity::from(chat.peer.peer_id)),
        replayed: false,
        message: sent,
    })
}

/// Telegram has the message and does not say its number; the captured log has it, or will soon.
/// `None` when it has not come in time: that it was sent is certain all the same.
async fn find_sent(
    hub: &Hub,
    chat: &OpenChat,
    text: &str,
    since: UtcTime,
) -> Result<Option<MessageId>, Error> {
    let (id, chat_id) = (chat.handle.id, chat.peer.peer_id);
    let search = async {
        // What the answer would have told comes with the difference.
        chat.link().await?.nudge(match chat_id.kind() {
            ChatKind::Channel => Nudge::Channel(chat_id.bare()),
            ChatKind::User | ChatKind::Chat => Nudge::Account,
        });
        loop {
            let found = candidates(hub, (id, chat_id), text, (since, None)).await?;
            if !found.is_empty() {
                return Ok(certain(&found));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(SEARCH_PATIENCE, search)
        .await
        .unwrap_or(Ok(None))
}

/// The account's own messages in a chat that one on its way out may have become.
async fn candidates(
    hub: &Hub,
    (id, chat_id): (SessionId, ChatId),
    text: &str,
    (since, until): (UtcTime, Option<UtcTime>),
) -> Result<Vec<MessageId>, Error> {
    let filter = MessageFilter {
        session_id: Some(id),
        chat_id: Some(chat_id),
        sender_id: None,
        since: Some(since.before(CLOCKS)),
        until,
        query: None,
        hide_deleted: false,
        limit: 100,
        before: None,
    };
    let (page, taken) = hub
        .store
        .read(move |conn| {
            let page = messages::page(conn, &filter)?;
            let ids = page
                .items
                .iter()
                .map(|known| known.content.message_id)
                .collect();
            let taken = sends::numbers_in_use(conn, id, chat_id, ids)?;
            Ok((page, taken))
        })
        .await?;
    // What was captured before the first try began is another message.
    let later = page
        .items
        .into_iter()
        .filter(|known| known.captured_at >= since);
    let alike = later
        .map(|known| known.content)
        .filter(|known| known.outgoing && known.text == text && !taken.contains(&known.message_id));
    Ok(alike.map(|known| known.message_id).collect())
}

/// The one that it must be.
fn certain(found: &[MessageId]) -> Option<MessageId> {
    match found {
        [only] => Some(*only),
        _ => None,
    }
}

/// The same request hashes to the same value in every version: field by field, with lengths.
fn request_hash(message: &SendMessage) -> Vec<u8> {
    let reply_to = message.reply_to.map_or(0, |id| id.0);
    let mut hash = Sha256::new();
    for field in [&message.chat, &message.text] {
        hash.update(field.len().to_be_bytes());
        hash.update(field.as_bytes());
    }
    hash.update(reply_to.to_be_bytes());
    hash.update([
        u8::from(message.silent),
        match message.parse_mode {
            ParseMode::Markdown => 0,
            ParseMode::Plain => 1,
            ParseMode::Html => 2,
        },
    ]);
    // What later versions can ask for changes the hash only where it is asked for.
    if !message.link_preview {
        hash.update(b"no_webpage");
    }
    if let Some(time) = message.schedule_at {
        hash.update(b"schedule_date");
        hash.update(time.as_micros().to_be_bytes());
    }
    hash.finalize().to_vec()
}

/// By which Telegram knows a second try of a send.
pub(super) fn random_id() -> Result<i64, Error> {
    getrandom::u64()
        .map(u64::cast_signed)
        .map_err(|error| Error::new(Code::Internal, "no random number").because(error))
}
