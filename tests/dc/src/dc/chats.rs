//! What scripts do with groups and channels.
//!
//! Owns nothing: each call takes the world's lock for itself. Chats are named by marked id (or a
//! channel by its username), accounts as everywhere.

use super::{Dc, find, find_chat, find_peer};
use crate::rpc::Locked;
use crate::world::channel::ChannelKind;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::ledger::ChatKind;
use crate::world::moderation::{all_bans, no_bans};
use crate::world::post::Content;
use crate::world::refusal::Refusal;

/// A chat that a script wants.
#[derive(Clone, Copy, Debug)]
pub struct NewChat<'a> {
    /// Who makes it, and administers it from then on.
    pub creator: &'a str,
    /// Never empty.
    pub title: &'a str,
    /// Who is in it from the start, beside the creator.
    pub members: &'a [&'a str],
    /// Under which anybody finds and joins a channel.
    pub username: Option<&'a str>,
    /// When it was made, in seconds since 1970; now if `None`.
    pub date: Option<i32>,
}

impl<'a> NewChat<'a> {
    /// A chat of one member and a title.
    pub fn new(creator: &'a str, title: &'a str) -> Self {
        Self {
            creator,
            title,
            members: &[],
            username: None,
            date: None,
        }
    }

    /// The same with these members too.
    #[must_use]
    pub fn with(self, members: &'a [&'a str]) -> Self {
        Self { members, ..self }
    }

    /// The same under a username, for channels.
    #[must_use]
    pub fn named(self, username: &'a str) -> Self {
        let username = Some(username);
        Self { username, ..self }
    }

    /// The same, made and filled with its members at a former time, in seconds since 1970.
    #[must_use]
    pub fn made_at(self, date: i32) -> Self {
        let date = Some(date);
        Self { date, ..self }
    }
}

/// What a script may know of a group or channel.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ChatInfo {
    /// Its marked id.
    pub chat: i64,
    /// What it is.
    pub kind: ChatKind,
    /// Its title now.
    pub title: String,
    /// The channel's username.
    pub username: Option<String>,
    /// Who made it.
    pub creator: i64,
    /// Who is in it now, ascending.
    pub members: Vec<i64>,
    /// The channel's pts.
    pub pts: Option<i32>,
    /// The channel's newest message that is there, 0 for none.
    pub top: Option<i32>,
}

impl Dc {
    /// Every group and channel, by id.
    pub fn chats(&self) -> Vec<ChatInfo> {
        let world = self.0.api.world();
        let groups = world.groups().map(|group| ChatInfo {
            chat: Peer::Group(group.id).marked(),
            kind: ChatKind::Group,
            title: group.title.clone(),
            username: None,
            creator: group.creator.0,
            members: ascending(group.users()),
            pts: None,
            top: None,
        });
        let channels = world.channels().map(|channel| ChatInfo {
            chat: Peer::Channel(channel.id).marked(),
            kind: channel.kind.into(),
            title: channel.title.clone(),
            username: channel.username.clone(),
            creator: channel.creator.0,
            members: ascending(channel.members.keys().copied().collect()),
            pts: Some(channel.events.pts()),
            top: Some(channel.top().0),
        });
        let mut chats: Vec<ChatInfo> = groups.chain(channels).collect();
        chats.sort_unstable_by_key(|chat| std::cmp::Reverse(chat.chat));
        chats
    }

    /// Makes a basic group and answers its marked id.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, and what `messages.createChat` answers.
    pub fn create_group(&self, new: NewChat<'_>) -> Result<i64, Refusal> {
        let mut world = self.0.api.world();
        let creator = find(&mut world, new.creator)?;
        let members = find_all(&mut world, new.members)?;
        let made = world.at(new.date, |world| {
            world.create_group(creator, new.title, &members, None)
        });
        Ok(Peer::Group(made?.0).marked())
    }

    /// Makes a supergroup or broadcast channel and answers its marked id.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `USERNAME_INVALID`, `USERNAME_OCCUPIED`, and what
    /// `channels.createChannel` answers.
    pub fn create_channel(&self, kind: ChannelKind, new: NewChat<'_>) -> Result<i64, Refusal> {
        let mut world = self.0.api.world();
        let creator = find(&mut world, new.creator)?;
        let members = find_all(&mut world, new.members)?;
        world.at(new.date, |world| {
            let (id, _) = world.create_channel(creator, kind, new.title, "", None)?;
            if let Some(username) = new.username {
                world.name_channel(id, username)?;
            }
            world.invite(creator, id, &members, None)?;
            Ok(Peer::Channel(id).marked())
        })
    }

    /// Lets a basic group's creator make a supergroup of it, and answers that one's marked id.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, and what `messages.migrateChat` answers.
    pub fn upgrade(&self, group: &str) -> Result<i64, Refusal> {
        let mut world = self.0.api.world();
        let Peer::Group(id) = find_chat(&world, group)? else {
            return Err(Refusal::bad("CHAT_ID_INVALID"));
        };
        let creator = world.group(id).map(|group| group.creator);
        let creator = creator.ok_or_else(|| Refusal::bad("CHAT_NOT_FOUND"))?;
        let channel = world.upgrade_group(creator, id, None)?;
        Ok(Peer::Channel(channel).marked())
    }

    /// Lets the chat's creator add accounts.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.addChatUser` and
    /// `channels.inviteToChannel` answer.
    pub fn add_members(&self, chat: &str, users: &[&str]) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let (chat, creator) = find_with_creator(&world, chat)?;
        let users = find_all(&mut world, users)?;
        match chat {
            Peer::Group(id) => {
                for user in users {
                    world.add_to_group(creator, id, user, None)?;
                }
            }
            Peer::Channel(id) => {
                world.invite(creator, id, &users, None)?;
            }
            Peer::User(_) => {}
        }
        Ok(())
    }

    /// Lets the chat's creator remove an account, for good from a channel.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.deleteChatUser` and
    /// `channels.editBanned` answer.
    pub fn remove_member(&self, chat: &str, user: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let (chat, creator) = find_with_creator(&world, chat)?;
        let user = find(&mut world, user)?;
        match chat {
            Peer::Group(id) => world.remove_from_group(creator, id, user, None).map(drop),
            Peer::Channel(id) => world
                .restrict(creator, id, user, &all_bans(), None)
                .map(drop),
            Peer::User(_) => Ok(()),
        }
    }

    /// Lets the creator take back that an account may not return to a channel; groups always let
    /// one return.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `channels.editBanned` answers.
    pub fn pardon(&self, chat: &str, user: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let (chat, creator) = find_with_creator(&world, chat)?;
        let user = find(&mut world, user)?;
        match chat {
            Peer::Channel(id) => world
                .restrict(creator, id, user, &no_bans(), None)
                .map(drop),
            Peer::Group(_) | Peer::User(_) => Ok(()),
        }
    }

    /// Shows the members of a supergroup only what was written since they came, or everything.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, `CHANNEL_INVALID` for what is no channel.
    pub fn hide_history(&self, chat: &str, hidden: bool) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let id = find_chat(&world, chat)?.channel();
        let id = id.ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))?;
        world.hide_from_newcomers(id, hidden)
    }

    /// Lets an account join a channel that has a username.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `channels.joinChannel` answers.
    pub fn join(&self, chat: &str, user: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, user)?;
        match find_chat(&world, chat)? {
            Peer::Channel(id) => world.join_channel(user, id, None).map(drop),
            Peer::Group(_) | Peer::User(_) => Err(Refusal::bad("CHANNEL_INVALID")),
        }
    }

    /// Lets an account leave a group or channel.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.deleteChatUser` and
    /// `channels.leaveChannel` answer.
    pub fn leave(&self, chat: &str, user: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, user)?;
        match find_chat(&world, chat)? {
            Peer::Channel(id) => world.leave_channel(user, id, None).map(drop),
            Peer::Group(id) => world.remove_from_group(user, id, user, None).map(drop),
            Peer::User(_) => Ok(()),
        }
    }

    /// Lets an account give a group or channel another title.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.editChatTitle` and
    /// `channels.editTitle` answer.
    pub fn rename(&self, chat: &str, user: &str, title: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, user)?;
        match find_chat(&world, chat)? {
            Peer::Channel(id) => world.rename_channel(user, id, title, None).map(drop),
            Peer::Group(id) => world.rename_group(user, id, title, None).map(drop),
            Peer::User(_) => Ok(()),
        }
    }

    /// Replaces the text of a message in any chat; `message_id` is the author's, or the channel's.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.editMessage` answers.
    pub fn edit_in(
        &self,
        chat: &str,
        author: &str,
        message_id: i32,
        text: &str,
    ) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let author = find(&mut world, author)?;
        let chat = find_peer(&mut world, chat)?;
        let (id, content) = (MessageId(message_id), Content::plain(text));
        world.edit(author, Some(chat), id, content, None).map(drop)
    }

    /// Deletes messages of a channel for everybody. Answers how many were there.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, `CHANNEL_INVALID` for other chats, and what
    /// `channels.deleteMessages` answers.
    pub fn delete_in(&self, channel: &str, account: &str, ids: &[i32]) -> Result<i32, Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let chat = find_chat(&world, channel)?;
        let channel = chat
            .channel()
            .ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))?;
        let ids: Vec<MessageId> = ids.iter().copied().map(MessageId).collect();
        let (_, count) = world.delete_in_channel(account, channel, &ids, None)?;
        Ok(count)
    }

    /// Marks everything that `account` got in a chat as read; a private chat is named by the other
    /// side.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, `CHANNEL_PRIVATE`.
    pub fn read(&self, account: &str, peer: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        match find_peer(&mut world, peer)? {
            Peer::Channel(id) => world.read_channel(account, id, MessageId(0), None),
            peer => {
                world.read(account, peer, MessageId(0), None);
                Ok(())
            }
        }
    }
}

fn ascending(users: Vec<UserId>) -> Vec<i64> {
    let mut ids: Vec<i64> = users.into_iter().map(|user| user.0).collect();
    ids.sort_unstable();
    ids
}

fn find_all(world: &mut Locked<'_>, names: &[&str]) -> Result<Vec<UserId>, Refusal> {
    names.iter().map(|name| find(world, name)).collect()
}

pub(super) fn find_with_creator(world: &Locked<'_>, name: &str) -> Result<(Peer, UserId), Refusal> {
    let chat = find_chat(world, name)?;
    let creator = match chat {
        Peer::Group(id) => world.group(id).map(|group| group.creator),
        Peer::Channel(id) => world.channel(id).map(|channel| channel.creator),
        Peer::User(_) => None,
    };
    let creator = creator.ok_or_else(|| Refusal::bad("CHAT_NOT_FOUND"))?;
    Ok((chat, creator))
}
