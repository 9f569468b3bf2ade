//! The log of what was changed in a channel, for its admins.
//!
//! Owns what is written into it and what a filter means. How it looks is `rpc`'s.
//! Source: <https://core.telegram.org/api/recent-actions>.

use std::collections::VecDeque;

use grammers_tl_types::types::{ChannelAdminLogEventsFilter as Filter, ChatBannedRights};

use super::World;
use super::ids::{ChannelId, MessageId, UserId};
use super::moderation::Standing;
use super::post::Content;
use super::topics::Topic;

/// Entries that are kept; Telegram keeps those of two days.
const MAX_ENTRIES: usize = 10_000;
/// How long an entry is shown, in seconds.
const LIFETIME: i32 = 48 * 60 * 60;

/// One channel's log.
#[derive(Debug, Default)]
pub struct AdminLog {
    entries: VecDeque<Entry>,
    count: i64,
}

/// Something that was changed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// From 1, in the order of time.
    pub id: i64,
    /// When, in seconds since 1970.
    pub date: i32,
    /// Who did it.
    pub user: UserId,
    /// What.
    pub act: Act,
}

/// What an entry tells.
#[derive(Clone, Debug)]
pub enum Act {
    /// Another title.
    Title {
        /// Until then.
        before: String,
        /// From then on.
        now: String,
    },
    /// Another username, empty for none.
    Username {
        /// Until then.
        before: String,
        /// From then on.
        now: String,
    },
    /// Somebody came by themselves.
    Joined,
    /// Somebody left.
    Left,
    /// Somebody was brought along.
    Invited(UserId),
    /// Somebody was restricted or removed, or no longer.
    Banned {
        /// Who.
        user: UserId,
        /// What they were.
        before: Standing,
        /// What they are.
        now: Standing,
    },
    /// Somebody became an admin, or is none any more.
    Promoted {
        /// Who.
        user: UserId,
        /// What they were.
        before: Standing,
        /// What they are.
        now: Standing,
    },
    /// What members may not do.
    Default {
        /// Until then.
        before: Box<ChatBannedRights>,
        /// From then on.
        now: Box<ChatBannedRights>,
    },
    /// Slow mode, in seconds.
    SlowMode {
        /// Until then.
        before: i32,
        /// From then on.
        now: i32,
    },
    /// A message was pinned, or no longer.
    Pinned(MessageId),
    /// A message was edited.
    Edited {
        /// Which one.
        id: MessageId,
        /// What it said until then.
        before: Content,
        /// What it said then.
        now: Content,
    },
    /// A message was deleted.
    Deleted(MessageId),
    /// It became a forum, or is none any more.
    Forum(bool),
    /// A topic was made.
    TopicCreated(MessageId),
    /// A topic was changed; what it was until then.
    TopicEdited(MessageId, Box<Topic>),
    /// A poll was closed.
    PollStopped(MessageId),
}

impl Act {
    /// Whether a filter lets it through.
    fn passes(&self, filter: &Filter) -> bool {
        match self {
            Self::Title { .. } | Self::Username { .. } => filter.info,
            Self::Joined => filter.join,
            Self::Left => filter.leave,
            Self::Invited(_) => filter.invite,
            Self::Banned { before, now, .. } => match (before.is_removed(), now.is_removed()) {
                (_, true) => filter.kick,
                (true, false) => filter.unkick,
                _ if matches!(now, Standing::Banned { .. }) => filter.ban,
                _ => filter.unban,
            },
            Self::Promoted { now, .. } => match now {
                Standing::Admin(..) => filter.promote,
                _ => filter.demote,
            },
            Self::SlowMode { .. } | Self::Default { .. } => filter.settings,
            Self::Forum(_) | Self::TopicCreated(_) | Self::TopicEdited(..) => filter.forums,
            Self::Pinned(_) => filter.pinned,
            Self::Edited { .. } | Self::PollStopped(_) => filter.edit,
            Self::Deleted(_) => filter.delete,
        }
    }

    /// The texts in it that a search looks at, and the message in it.
    fn texts(&self) -> (Vec<&str>, Option<MessageId>) {
        match self {
            Self::Title { before, now } | Self::Username { before, now } => {
                (vec![before, now], None)
            }
            Self::Edited { before, now, .. } => (vec![&before.text, &now.text], None),
            Self::Pinned(id) | Self::Deleted(id) | Self::PollStopped(id) => (Vec::new(), Some(*id)),
            _ => (Vec::new(), None),
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Part of a text or of the name of who did it, in any case; everything if empty.
    pub text: String,
    /// Which kinds; all without one.
    pub filter: Option<Filter>,
    /// By whom; by anybody without any.
    pub by: Option<Vec<UserId>>,
    /// Only entries before this one; 0 for no bound.
    pub max_id: i64,
    /// Only entries after this one.
    pub min_id: i64,
    /// How many, at most.
    pub limit: usize,
}

impl World {
    /// Writes into a channel's log.
    pub(super) fn log(&mut self, channel: ChannelId, user: UserId, act: Act) {
        let date = self.now();
        let Some(channel) = self.channels.get_mut(&channel) else {
            return;
        };
        let log = &mut channel.moderation.log;
        log.count += 1;
        let id = log.count;
        log.entries.push_back(Entry {
            id,
            date,
            user,
            act,
        });
        if log.entries.len() > MAX_ENTRIES {
            log.entries.pop_front();
        }
    }

    /// What is wanted of a channel's log, newest first.
    pub fn admin_log(&self, channel: ChannelId, wanted: &Wanted) -> Vec<&Entry> {
        let since = self.now().saturating_sub(LIFETIME);
        let text = wanted.text.trim().to_lowercase();
        let entries = self.channel(channel).map(|found| &found.moderation.log);
        let entries = entries.into_iter().flat_map(|log| log.entries.iter().rev());
        entries
            .filter(|entry| {
                let by = wanted.by.as_ref();
                let filter = wanted.filter.as_ref();
                entry.date >= since
                    && (wanted.max_id <= 0 || entry.id < wanted.max_id)
                    && entry.id > wanted.min_id
                    && by.is_none_or(|by| by.contains(&entry.user))
                    && filter.is_none_or(|filter| entry.act.passes(filter))
                    && (text.is_empty() || self.says(channel, entry, &text))
            })
            .take(wanted.limit)
            .collect()
    }

    fn says(&self, channel: ChannelId, entry: &Entry, text: &str) -> bool {
        let (mut texts, message) = entry.act.texts();
        let line = message.and_then(|id| self.channel(channel)?.any_line(id));
        let post = line.and_then(|line| self.post(line.post));
        texts.extend(post.map(|post| post.content.text.as_str()));
        if let Some(account) = self.account(entry.user) {
            texts.extend([
                &*account.first_name,
                &*account.last_name,
                &*account.username,
            ]);
        }
        texts.iter().any(|one| one.to_lowercase().contains(text))
    }
}
