//! What accounts have yet to be told, and the one place where it is noted.
//!
//! Owns the queue of notices between a change of the world and the end of its lock. It knows who
//! is meant, neither how it looks to them nor over which links they are reached.

use grammers_tl_types::enums::{SendMessageAction, Update};

use super::World;
use super::events::{Event, EventKind};
use super::ids::{ChannelId, GroupId, KeyId, MessageId, Peer, UserId};
use super::raw::RawId;
use super::settings::Scope;

/// Which session of which key caused something, so that it is not told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The key.
    pub key: KeyId,
    /// The MTProto session.
    pub session: i64,
}

/// Something that sessions have yet to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Whose sessions.
    pub to: Target,
    /// All but this one.
    pub except: Option<Origin>,
    /// What to tell them.
    pub what: News,
}

/// Whose sessions are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// One account's.
    Account(UserId),
    /// Those of all members of a channel.
    Channel(ChannelId),
}

/// What sessions are told as it happens.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// An event that also stands in the log of the account or channel.
    Event(Event),
    /// Somebody is typing in this chat; nobody is told twice.
    Typing(Peer, UserId, SendMessageAction),
    /// The account was taken into this channel, or is no longer in it.
    Membership(ChannelId),
    /// The account has read this channel on another device.
    ReadChannel {
        /// Which one.
        channel: ChannelId,
        /// Up to this message.
        max: MessageId,
    },
    /// Somebody has read what the account wrote in this channel.
    ChannelWasRead {
        /// Which one.
        channel: ChannelId,
        /// Up to this message.
        max: MessageId,
    },
    /// The reactions to a message have changed.
    Reacted {
        /// The chat as the account names it.
        peer: Peer,
        /// Which message.
        id: MessageId,
        /// Who changed theirs.
        by: UserId,
    },
    /// The votes in the poll of a message have changed.
    Polled {
        /// The chat as the account names it.
        peer: Peer,
        /// Which message.
        id: MessageId,
    },
    /// A message waits for its time, or waits for another one than before.
    Scheduled(i32),
    /// These messages wait no longer.
    Unscheduled {
        /// Where they would have gone.
        peer: Peer,
        /// Their numbers among the scheduled.
        ids: Vec<i32>,
        /// What they became; empty for those that were called off.
        sent: Vec<MessageId>,
    },
    /// A chat is pinned to the top of the list, or no longer.
    DialogPinned {
        /// Which one.
        peer: Peer,
        /// False if no longer.
        pinned: bool,
    },
    /// The pinned chats of a folder have another order.
    DialogsReordered(i32),
    /// How loud something is has changed.
    Loudness(Scope),
    /// A chat was marked as unread, or is no longer.
    UnreadMark(Peer),
    /// Something about this basic group itself has changed.
    Group(GroupId),
    /// The account has blocked somebody, or lets them write again.
    Blocked {
        /// Whom.
        user: UserId,
        /// False if they may write again.
        blocked: bool,
    },
    /// Somebody whom the account has met has other usernames now.
    Renamed(UserId),
    /// An update that says everything itself, and the chats and people that it names.
    Aside(Box<Update>, Vec<Peer>),
    /// Something of which only the bytes are known.
    Raw(RawId),
    /// So much has happened to the account that it has to ask.
    TooLong,
    /// So much has happened in this channel that members have to ask.
    ChannelTooLong {
        /// Which one.
        channel: ChannelId,
        /// The channel's pts, if it is to be told.
        pts: Option<i32>,
    },
}

impl World {
    /// Takes what is to be told, oldest first.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Notes that an account is to be told. Nobody listens for an account without keys: its log
    /// alone will tell it when it comes.
    pub fn tell(&mut self, to: UserId, what: News, except: Option<Origin>) {
        if self.account(to).is_some_and(|a| !a.keys.is_empty()) {
            let to = Target::Account(to);
            self.notices.push(Notice { to, except, what });
        }
    }

    /// Notes that all members of a channel are to be told.
    pub fn tell_members(&mut self, channel: ChannelId, what: News, except: Option<Origin>) {
        let to = Target::Channel(channel);
        self.notices.push(Notice { to, except, what });
    }

    /// Tells the others in `peer` that `from` is typing.
    pub fn typing(&mut self, from: UserId, peer: Peer, action: &SendMessageAction) {
        let (seen_in, listeners) = match peer {
            Peer::User(to) => (Peer::User(from), vec![to]),
            Peer::Group(id) => {
                let group = self.group(id);
                (peer, group.map_or(Vec::new(), super::group::Group::users))
            }
            Peer::Channel(id) => {
                let members = self.channel(id).map(|channel| channel.members.keys());
                (peer, members.map_or(Vec::new(), |m| m.copied().collect()))
            }
        };
        for to in listeners {
            if to != from {
                self.tell(to, News::Typing(seen_in, from, action.clone()), None);
            }
        }
    }

    /// Writes an event into an account's log and notes that its sessions are to be told.
    pub(super) fn happen(
        &mut self,
        to: UserId,
        date: i32,
        kind: EventKind,
        except: Option<Origin>,
    ) -> Option<Event> {
        let account = self.accounts.get_mut(&to)?;
        let event = account.events.push(date, kind);
        if !account.keys.is_empty() {
            self.notices.push(Notice {
                to: Target::Account(to),
                except,
                what: News::Event(event.clone()),
            });
        }
        Some(event)
    }

    /// Writes an event into a channel's log and notes that its members are to be told.
    pub(super) fn happen_in(
        &mut self,
        channel: ChannelId,
        date: i32,
        kind: EventKind,
        except: Option<Origin>,
    ) -> Option<Event> {
        let event = self.channels.get_mut(&channel)?.events.push(date, kind);
        self.tell_members(channel, News::Event(event.clone()), except);
        Some(event)
    }
}
