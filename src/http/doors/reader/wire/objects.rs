//! What clients get: users, chats and messages, with marked ids and dates as Python writes them.

use crate::model::{ChatKind, ListedChat, LiveMessage, Peer, UtcTime};
use chrono::SecondsFormat;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use utoipa::ToSchema;

/// A success without further facts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Detail {
    /// What was done, in words.
    detail: &'static str,
}

impl Detail {
    /// A code is on its way.
    pub(crate) const CODE_SENT: Self = Self {
        detail: "Verification code sent.",
    };
}

/// Answer of `POST /auth/verify-code`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verified {
    /// What was done, in words.
    #[schema(example = "Authenticated successfully.")]
    detail: &'static str,
    /// The session string in Telethon's form. It is as good as being logged in, and is shown this
    /// once.
    #[schema(example = "1BVtsOKABu...", format = Password)]
    session_string: String,
}

impl Verified {
    pub(crate) fn new(string: &SecretString) -> Self {
        Self {
            detail: "Authenticated successfully.",
            session_string: string.expose_secret().to_owned(),
        }
    }
}

/// The account's own user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The user's id.
    id: i64,
    /// The first name.
    #[schema(required)]
    first_name: Option<String>,
    /// The last name.
    #[schema(required)]
    last_name: Option<String>,
    /// The username without `@`.
    #[schema(required)]
    username: Option<String>,
    /// The phone number, digits only.
    #[schema(required)]
    phone: Option<String>,
}

impl From<&Peer> for Me {
    fn from(user: &Peer) -> Self {
        let digits = |phone: &String| phone.trim_start_matches('+').to_owned();
        Self {
            id: user.peer_id.0,
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            username: user.username.clone(),
            phone: user.phone.as_ref().map(digits),
        }
    }
}

/// A chat of the account's list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReaderDialog)]
pub(crate) struct Dialog {
    /// The marked id, as `chat_id` takes it.
    #[schema(example = json!(-1_001_234_567_890_i64))]
    id: i64,
    /// The name to show: of a user, or the title.
    #[schema(required)]
    name: Option<String>,
    /// A group's or channel's title.
    #[schema(required)]
    title: Option<String>,
    /// `user`, `group` or `channel`; a supergroup is a group.
    #[schema(example = "channel")]
    r#type: &'static str,
    /// The username without `@`.
    #[schema(required)]
    username: Option<String>,
    /// How many messages the account has not read.
    unread_count: i32,
    /// Whether it is pinned.
    pinned: bool,
    /// When its newest message was sent.
    #[schema(required, example = "2026-04-29T12:00:00+00:00")]
    last_message_date: Option<String>,
}

impl From<&ListedChat> for Dialog {
    fn from(listed: &ListedChat) -> Self {
        let peer = &listed.peer;
        let kind = match peer.peer_id.kind() {
            ChatKind::User => "user",
            ChatKind::Channel if peer.is_broadcast == Some(true) => "channel",
            ChatKind::Chat | ChatKind::Channel => "group",
        };
        let last = listed.last_message.as_ref();
        Self {
            id: peer.peer_id.0,
            name: peer.name.clone(),
            title: peer.title().map(str::to_owned),
            r#type: kind,
            username: peer.username.clone(),
            unread_count: listed.unread_count,
            pinned: listed.pinned,
            last_message_date: last.map(|message| date(message.content.sent_at)),
        }
    }
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReaderMessage)]
pub(crate) struct Message {
    /// Its number in the chat, as `offset_id` takes it.
    id: i32,
    /// The marked id of its chat.
    #[schema(example = json!(-1_001_234_567_890_i64))]
    chat_id: i64,
    /// When it was sent.
    #[schema(example = "2026-04-29T12:00:00+00:00")]
    date: String,
    /// The text, empty when there is none.
    text: String,
    /// The marked id of its sender; of a channel's posts that of the channel.
    #[schema(required)]
    sender_id: Option<i64>,
    /// The sender's name to show, where Telegram tells it along.
    #[schema(required)]
    sender_name: Option<String>,
    /// The number of the message that it answers.
    #[schema(required)]
    reply_to_msg_id: Option<i32>,
    /// Telegram's class of its media.
    #[schema(required, example = "MessageMediaPhoto")]
    media: Option<String>,
    /// Whether the account itself wrote it.
    out: bool,
}

impl From<&LiveMessage> for Message {
    fn from(live: &LiveMessage) -> Self {
        let content = &live.content;
        let is_post = content.chat_id.kind() == ChatKind::Channel;
        let sender = content.sender_id.or(is_post.then_some(content.chat_id));
        Self {
            id: content.message_id.0,
            chat_id: content.chat_id.0,
            date: date(content.sent_at),
            text: content.text.clone(),
            sender_id: sender.map(|sender| sender.0),
            sender_name: live.sender_name.clone(),
            reply_to_msg_id: content.reply_to.map(|id| id.0),
            media: live.media_class.clone(),
            out: content.outgoing,
        }
    }
}

/// ISO 8601 as Python writes it: `2026-04-29T12:00:00+00:00`.
fn date(time: UtcTime) -> String {
    time.as_datetime()
        .to_rfc3339_opts(SecondsFormat::AutoSi, false)
}
