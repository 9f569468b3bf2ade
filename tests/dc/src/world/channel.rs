//! One supergroup or broadcast channel: its members, its messages and its log of events.
//!
//! Owns the channel's own message ids and pts, and how far each member has read. It knows neither
//! the accounts nor who is connected.

use std::collections::BTreeMap;

use super::dialog::Dialog;
use super::events::Events;
use super::group::Member;
use super::ids::{AccessHash, AudienceId, ChannelId, MessageId, PostId, UserId};
use super::moderation::Moderation;
use super::refusal::Refusal;
use super::topics::Forum;

/// A supergroup or a broadcast channel.
#[derive(Debug)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// What may be done in it.
    pub kind: ChannelKind,
    /// Never empty.
    pub title: String,
    /// May be empty.
    pub about: String,
    /// Under which anybody finds it, without the at sign, lower case.
    pub username: Option<String>,
    /// Bought usernames that lead here beside the main one.
    pub bought: Vec<String>,
    /// Who made it.
    pub creator: UserId,
    /// When, in seconds since 1970.
    pub date: i32,
    /// By user.
    pub members: BTreeMap<UserId, Membership>,
    /// Who may do what in it.
    pub moderation: Moderation,
    /// Its topics.
    pub forum: Forum,
    /// Whether members see only what was written since they came, as in supergroups whose history
    /// is hidden for new members.
    pub hidden_history: bool,
    /// What happened in it, by its own pts.
    pub events: Events,
    /// Whether Telegram has verified it.
    pub verified: bool,
    /// How many are said to be in it, if not as many as there are.
    pub claimed: Option<usize>,
    /// True once its creator has deleted it: nobody may read it any more.
    pub deleted: bool,
    /// Who is in it now, once somebody has asked since the last change.
    pub audience: Option<AudienceId>,
    messages: Vec<Line>,
    present: Dialog,
    read_by_others: MessageId,
}

/// The two kinds of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// Every member writes, under their own name.
    Supergroup,
    /// Only the creator and admins write, in the channel's name.
    Broadcast,
}

/// One member's part in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who, by whom and since when.
    pub member: Member,
    /// The newest message they have read.
    pub read: MessageId,
    /// The newest message that they do not see, with all before it: they have deleted it on their
    /// own side, or came later to a channel that hides it.
    pub hidden: MessageId,
}

/// One message of a channel.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The message.
    pub post: PostId,
    /// Who wrote it.
    pub author: UserId,
    /// True while it is pinned.
    pub pinned: bool,
    /// True once it is deleted.
    pub deleted: bool,
}

impl Channel {
    /// A channel without members or messages.
    pub fn new(
        id: ChannelId,
        kind: ChannelKind,
        title: String,
        creator: UserId,
        date: i32,
    ) -> Self {
        Self {
            id,
            kind,
            title,
            about: String::new(),
            username: None,
            bought: Vec::new(),
            creator,
            date,
            members: BTreeMap::new(),
            moderation: Moderation::default(),
            forum: Forum::default(),
            hidden_history: false,
            events: Events::default(),
            verified: false,
            claimed: None,
            deleted: false,
            audience: None,
            messages: Vec::new(),
            present: Dialog::default(),
            read_by_others: MessageId(0),
        }
    }

    /// The access hash in pushes that are the same for all: it is good for nothing.
    pub fn min_hash(&self) -> AccessHash {
        AccessHash(self.id.0.wrapping_mul(0x5851_F42D_4C95_7F2D) | 1)
    }

    /// Whether `user` is in it now.
    pub fn has(&self, user: UserId) -> bool {
        self.members.contains_key(&user)
    }

    /// Passes for who may read: members, and anybody if it has a username.
    ///
    /// # Errors
    /// 400 `CHANNEL_PRIVATE`.
    pub fn check_reader(&self, user: UserId) -> Result<(), Refusal> {
        let welcome = self.username.is_some() && !self.is_banned(user);
        if !self.deleted && (self.has(user) || welcome) {
            Ok(())
        } else {
            Err(Refusal::bad("CHANNEL_PRIVATE"))
        }
    }

    /// Passes for who may write.
    ///
    /// # Errors
    /// 400 `CHANNEL_PRIVATE` for strangers, 403 `CHAT_WRITE_FORBIDDEN`.
    pub fn check_writer(&self, user: UserId) -> Result<(), Refusal> {
        self.check_reader(user)?;
        let heard = match self.kind {
            ChannelKind::Supergroup => {
                self.has(user) && !self.is_denied(user, |ban| ban.send_messages)
            }
            ChannelKind::Broadcast => {
                self.has(user) && self.has_right(user, |rights| rights.post_messages)
            }
        };
        if heard {
            Ok(())
        } else {
            Err(Refusal::forbidden("CHAT_WRITE_FORBIDDEN"))
        }
    }

    /// Takes somebody in; what was written before counts as read. False if they are in already.
    pub fn join(&mut self, member: Member) -> bool {
        let read = self.last_id();
        let is_new = !self.has(member.user);
        if is_new {
            let hidden = if self.hidden_history {
                read
            } else {
                MessageId(0)
            };
            let membership = Membership {
                member,
                read,
                hidden,
            };
            self.members.insert(member.user, membership);
            self.audience = None;
        }
        is_new
    }

    /// Lets somebody go. False if they were not in.
    pub fn part(&mut self, user: UserId) -> bool {
        let was_in = self.members.remove(&user).is_some();
        if was_in {
            self.moderation.admins.remove(&user);
            self.audience = None;
        }
        was_in
    }

    /// Appends a message and answers its id.
    pub fn append(&mut self, line: Line) -> MessageId {
        let id = self.next_id();
        self.messages.push(line);
        self.present.add(id, false);
        id
    }

    /// The id that the next message will have.
    pub fn next_id(&self) -> MessageId {
        MessageId::after(self.messages.len())
    }

    fn last_id(&self) -> MessageId {
        MessageId(i32::try_from(self.messages.len()).unwrap_or(i32::MAX))
    }

    /// A message that is there and not deleted.
    pub fn line(&self, id: MessageId) -> Option<Line> {
        self.any_line(id).filter(|line| !line.deleted)
    }

    /// A message, deleted or not.
    pub fn any_line(&self, id: MessageId) -> Option<Line> {
        self.messages.get(id.index()?).copied()
    }

    /// Deletes a message. False if it was not there.
    pub fn erase(&mut self, id: MessageId) -> bool {
        let line = id.index().and_then(|index| self.messages.get_mut(index));
        let Some(line) = line.filter(|line| !line.deleted) else {
            return false;
        };
        line.deleted = true;
        self.present.remove(id, false);
        true
    }

    /// Pins a message that is there, or takes the pin away. False if that changes nothing.
    pub fn pin(&mut self, id: MessageId, pinned: bool) -> bool {
        let line = id.index().and_then(|index| self.messages.get_mut(index));
        let Some(line) = line.filter(|line| !line.deleted && line.pinned != pinned) else {
            return false;
        };
        line.pinned = pinned;
        true
    }

    /// The ids of the messages that are there, in order.
    pub fn present(&self) -> &Dialog {
        &self.present
    }

    /// The newest message that is there, 0 if there is none.
    pub fn top(&self) -> MessageId {
        let newest = self.present.messages().last();
        newest.copied().unwrap_or(MessageId(0))
    }

    /// Marks what is there up to `max` as read by a member. Answers the new mark if it moved.
    pub fn read(&mut self, user: UserId, max: MessageId) -> Option<MessageId> {
        let newest = self.last_id();
        let membership = self.members.get_mut(&user)?;
        let max = max.min(newest);
        if max <= membership.read {
            return None;
        }
        membership.read = max;
        self.read_by_others = self.read_by_others.max(max);
        Some(max)
    }

    /// Sets how far a member has read, whatever it was.
    pub fn set_read(&mut self, user: UserId, mark: MessageId) {
        if let Some(membership) = self.members.get_mut(&user) {
            membership.read = mark;
            self.read_by_others = self.read_by_others.max(mark);
        }
    }

    /// How far `user` has read, 0 for who is not in.
    pub fn read_mark(&self, user: UserId) -> MessageId {
        let membership = self.members.get(&user);
        membership.map_or(MessageId(0), |membership| membership.read)
    }

    /// Up to where `user` does not see the history.
    pub fn hidden(&self, user: UserId) -> MessageId {
        let membership = self.members.get(&user);
        membership.map_or(MessageId(0), |membership| membership.hidden)
    }

    /// Hides what is there up to `max` from a member, who has read it with that.
    pub fn hide(&mut self, user: UserId, max: MessageId) {
        let max = max.min(self.last_id());
        if let Some(membership) = self.members.get_mut(&user) {
            membership.hidden = membership.hidden.max(max);
            membership.read = membership.read.max(max);
        }
    }

    /// How far anybody has read what others wrote.
    pub fn read_by_others(&self) -> MessageId {
        self.read_by_others
    }

    /// What others wrote and `user` has not read.
    pub fn unread(&self, user: UserId) -> i32 {
        if !self.has(user) {
            return 0;
        }
        let present = self.present.messages();
        let read = self.read_mark(user);
        let from = present.partition_point(|id| *id <= read);
        let foreign = |id: &&MessageId| self.line(**id).is_some_and(|line| line.author != user);
        let unread = present.iter().skip(from).filter(foreign).count();
        i32::try_from(unread).unwrap_or(i32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel() -> Channel {
        let creator = UserId(1);
        let kind = ChannelKind::Supergroup;
        let mut channel = Channel::new(ChannelId(9), kind, "title".to_owned(), creator, 0);
        for user in [1, 2] {
            let user = UserId(user);
            let inviter = creator;
            channel.join(Member {
                user,
                inviter,
                date: 0,
            });
        }
        for n in 0..5 {
            channel.append(Line {
                post: PostId(n),
                author: creator,
                pinned: false,
                deleted: false,
            });
        }
        channel
    }

    #[test]
    fn ids_count_from_one_and_deleted_ones_are_not_used_again() {
        let mut channel = channel();
        assert_eq!(channel.top(), MessageId(5));
        assert!(channel.erase(MessageId(5)) && !channel.erase(MessageId(5)));
        assert_eq!(channel.top(), MessageId(4));
        assert_eq!(channel.next_id(), MessageId(6));
        assert!(channel.line(MessageId(5)).is_none());
        assert!(channel.any_line(MessageId(5)).is_some());
        assert!(channel.line(MessageId(0)).is_none() && channel.line(MessageId(-3)).is_none());
    }

    #[test]
    fn unread_counts_what_others_wrote_after_the_mark() {
        let mut channel = channel();
        assert_eq!(
            (channel.unread(UserId(1)), channel.unread(UserId(2))),
            (0, 5)
        );
        assert_eq!(channel.read(UserId(2), MessageId(2)), Some(MessageId(2)));
        assert_eq!(channel.read(UserId(2), MessageId(1)), None);
        channel.erase(MessageId(4));
        assert_eq!(channel.unread(UserId(2)), 2);
        assert_eq!(
            channel.read(UserId(2), MessageId(i32::MAX)),
            Some(MessageId(5))
        );
        assert_eq!(channel.unread(UserId(2)), 0);
    }

    #[test]
    fn who_comes_late_has_nothing_unread() {
        let mut channel = channel();
        let user = UserId(3);
        let date = 0;
        assert!(channel.join(Member {
            user,
            inviter: user,
            date
        }));
        assert_eq!(channel.unread(user), 0);
        assert!(channel.part(user) && !channel.part(user));
    }
}
