//! The topics of one supergroup.
//!
//! Owns what a topic is and what may be changed about it. It knows no messages.

use std::collections::{BTreeMap, BTreeSet};

use super::channel::Channel;
use super::ids::{MessageId, UserId};
use super::refusal::Refusal;

/// The topic of everything that was sent into no other; nobody makes or deletes it.
pub const GENERAL: MessageId = MessageId(1);
/// The colours that a topic may have, the first one if none is named.
pub const COLOURS: [i32; 6] = [
    0x006F_B9F0,
    0x00FF_D67E,
    0x00CB_86DB,
    0x008E_EE98,
    0x00FF_93B2,
    0x00FB_6F5F,
];
/// The longest title, in characters.
const MAX_TITLE: usize = 128;

/// The topics of one supergroup.
#[derive(Debug, Default)]
pub struct Forum {
    /// False for a plain supergroup; its topics are kept.
    pub enabled: bool,
    /// Whether clients show topics as tabs.
    pub tabs: bool,
    /// By the id of the message that made them.
    pub topics: BTreeMap<MessageId, Topic>,
    /// Those at the top of the list, from the top.
    pub pinned: Vec<MessageId>,
    /// How far members have read in a topic.
    pub read: BTreeMap<(UserId, MessageId), MessageId>,
    /// Those that are gone.
    pub deleted: BTreeSet<MessageId>,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// What it is called.
    pub title: String,
    /// As `0xRRGGBB`.
    pub colour: i32,
    /// An emoji in the place of the coloured sign.
    pub emoji: Option<i64>,
    /// Who made it.
    pub author: UserId,
    /// When, in seconds since 1970.
    pub date: i32,
    /// True while only admins and its author write in it.
    pub closed: bool,
    /// True while it is not shown; only the one for everything else can be.
    pub hidden: bool,
}

/// What is changed about a topic; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicChange {
    /// The title.
    pub title: Option<String>,
    /// The emoji, 0 for none.
    pub emoji: Option<i64>,
    /// Whether it is closed.
    pub closed: Option<bool>,
    /// Whether it is hidden.
    pub hidden: Option<bool>,
}

impl Forum {
    /// A topic.
    ///
    /// # Errors
    /// 400 `TOPIC_DELETED`, `TOPIC_ID_INVALID`.
    pub fn topic(&self, id: MessageId) -> Result<&Topic, Refusal> {
        self.topics.get(&id).ok_or_else(|| self.missing(id))
    }

    fn missing(&self, id: MessageId) -> Refusal {
        let gone = self.deleted.contains(&id);
        Refusal::bad(if gone {
            "TOPIC_DELETED"
        } else {
            "TOPIC_ID_INVALID"
        })
    }
}

impl Channel {
    /// Passes for forums.
    ///
    /// # Errors
    /// 400 `CHANNEL_FORUM_MISSING`.
    pub fn check_forum(&self) -> Result<(), Refusal> {
        let missing = || Refusal::bad("CHANNEL_FORUM_MISSING");
        self.forum.enabled.then_some(()).ok_or_else(missing)
    }

    /// Passes for who made a topic and for admins of topics.
    ///
    /// # Errors
    /// 400 `CHAT_ADMIN_REQUIRED`.
    pub fn check_keeper(&self, user: UserId, topic: &Topic) -> Result<(), Refusal> {
        if topic.author == user || self.has_right(user, |rights| rights.manage_topics) {
            Ok(())
        } else {
            Err(Refusal::bad("CHAT_ADMIN_REQUIRED"))
        }
    }
}

impl Topic {
    /// The topic after a change.
    #[must_use]
    pub fn changed(mut self, change: &TopicChange) -> Self {
        if let Some(title) = &change.title {
            self.title.clone_from(title);
        }
        if let Some(emoji) = change.emoji {
            self.emoji = Some(emoji).filter(|emoji| *emoji != 0);
        }
        self.closed = change.closed.unwrap_or(self.closed);
        self.hidden = change.hidden.unwrap_or(self.hidden);
        self
    }
}

/// Passes for what may be changed at once.
///
/// # Errors
/// As `World::edit_topic`.
pub fn check_change(change: &TopicChange, topic: MessageId) -> Result<(), Refusal> {
    let text = change.title.is_some() || change.emoji.is_some();
    let refused = [
        (
            change.closed.is_some() && (text || change.hidden.is_some()),
            "TOPIC_CLOSE_SEPARATELY",
        ),
        (change.hidden.is_some() && text, "TOPIC_HIDE_SEPARATELY"),
        (
            change.hidden.is_some() && topic != GENERAL,
            "TOPIC_ID_INVALID",
        ),
        (
            change.emoji.is_some() && topic == GENERAL,
            "GENERAL_MODIFY_ICON_FORBIDDEN",
        ),
    ];
    match refused.iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, name)) => Err(Refusal::bad(name)),
        None => Ok(()),
    }
}

/// Cleans a title as Telegram does.
///
/// # Errors
/// 400 `TOPIC_TITLE_EMPTY`.
pub fn checked_title(title: &str) -> Result<String, Refusal> {
    let title: String = title.trim().chars().take(MAX_TITLE).collect();
    if title.is_empty() {
        return Err(Refusal::bad("TOPIC_TITLE_EMPTY"));
    }
    Ok(title)
}
