//! Deleting the whole history of a channel, for everybody or on one side.
//!
//! Owns who may do that. Single messages are `change`'s.
//! Source: <https://core.telegram.org/method/channels.deleteHistory>.

use grammers_tl_types::{enums, types};

use super::World;
use super::events::{Event, EventKind};
use super::ids::{ChannelId, MessageId, Peer, UserId};
use super::news::{News, Origin};
use super::refusal::Refusal;

/// Members of a channel whose history can be deleted for everybody, at most.
const MAX_MEMBERS: usize = 1000;

impl World {
    /// Deletes what is in a channel up to `max` for everybody; `None` if nothing was there.
    ///
    /// # Errors
    /// As `Channel::check_right`; 400 `CHANNEL_TOO_BIG`.
    pub fn delete_channel_history(
        &mut self,
        user: UserId,
        id: ChannelId,
        max: MessageId,
        origin: Option<Origin>,
    ) -> Result<Option<Event>, Refusal> {
        let date = self.now();
        let channel = self.channel_mut(id)?;
        channel.check_right(user, |rights| rights.delete_messages)?;
        if channel.members.len() > MAX_MEMBERS {
            return Err(Refusal::bad("CHANNEL_TOO_BIG"));
        }
        let all = channel.present().messages().iter().copied();
        let mut gone: Vec<MessageId> = all.filter(|id| *id <= max).collect();
        let lines = gone.iter().filter_map(|id| channel.line(*id));
        let posts: Vec<_> = lines.map(|line| line.post).collect();
        gone.retain(|id| channel.erase(*id));
        for post in posts {
            self.mark_deleted(post);
        }
        if gone.is_empty() {
            return Ok(None);
        }
        Ok(self.happen_in(id, date, EventKind::Deleted(gone), origin))
    }

    /// Hides what is in a channel up to `max` from a member, and answers what their other
    /// devices are told.
    ///
    /// # Errors
    /// 400 `CHANNEL_PRIVATE`, `CHANNEL_PARICIPANT_MISSING` for who is not in it.
    pub fn hide_history(
        &mut self,
        user: UserId,
        id: ChannelId,
        max: MessageId,
        origin: Option<Origin>,
    ) -> Result<enums::Update, Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_reader(user)?;
        if !channel.has(user) {
            // Telegram spells it so.
            return Err(Refusal::bad("CHANNEL_PARICIPANT_MISSING"));
        }
        channel.hide(user, max);
        let update: enums::Update = types::UpdateChannelAvailableMessages {
            channel_id: id.0,
            available_min_id: channel.hidden(user).0,
        }
        .into();
        let news = News::Aside(Box::new(update.clone()), vec![Peer::Channel(id)]);
        self.tell(user, news, origin);
        Ok(update)
    }
}
