//! Supergroups and broadcast channels: making them, members coming and going, titles.
//!
//! Owns the changes, the service messages of supergroups that tell of them, and access hashes. It
//! knows how nothing looks to anybody.

use std::hash::{DefaultHasher, Hasher as _};
use std::sync::Arc;

use super::World;
use super::admin_log::Act;
use super::channel::{Channel, ChannelKind};
use super::deliver::Body;
use super::group::{Member, title};
use super::ids::{AccessHash, AudienceId, ChannelId, UserId};
use super::news::{News, Origin};
use super::post::Action;
use super::refusal::Refusal;
use super::send::Sent;

/// Ids of channels start behind this; they do not fit into 32 bits.
const BASE: i64 = 2_400_000_000;

impl World {
    /// The channel with this id.
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// All channels, in no order.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    /// The channel with this username, with or without the at sign, in any case.
    pub fn channel_by_username(&self, username: &str) -> Option<ChannelId> {
        let name = username.trim_start_matches('@').to_lowercase();
        self.channel_by_username.get(&name).copied()
    }

    /// Who could see what was written in a channel, by id.
    pub fn audience_members(&self, id: AudienceId) -> Option<&Arc<[UserId]>> {
        self.audiences.get(id.0)
    }

    /// What `viewer` must show to prove that it has met a channel.
    pub fn channel_hash(&self, viewer: UserId, channel: ChannelId) -> AccessHash {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.secret);
        hasher.write_i64(viewer.0);
        hasher.write_i64(-channel.0);
        hasher.write_u32(self.era(viewer));
        AccessHash(hasher.finish().cast_signed())
    }

    /// The id of the channel that is made next.
    pub(super) fn next_channel(&self) -> ChannelId {
        ChannelId(BASE + i64::try_from(self.channels.len()).unwrap_or(0) + 1)
    }

    /// Makes a channel whose only member is `creator`.
    ///
    /// # Errors
    /// 400 `CHAT_TITLE_EMPTY`.
    pub fn create_channel(
        &mut self,
        creator: UserId,
        kind: ChannelKind,
        name: &str,
        about: &str,
        origin: Option<Origin>,
    ) -> Result<(ChannelId, Sent), Refusal> {
        let title = title(name)?;
        let date = self.now();
        let id = self.next_channel();
        let mut channel = Channel::new(id, kind, title.clone(), creator, date);
        about.clone_into(&mut channel.about);
        self.channels.insert(id, channel);
        self.take_in(id, creator, creator, origin)?;
        let body = Body::service(Action::ChannelCreated(title));
        Ok((id, self.publish(creator, id, body, origin)?))
    }

    /// Lets anybody find and join a channel under `username`.
    ///
    /// # Errors
    /// 400 `CHANNEL_INVALID`, `USERNAME_INVALID`, `USERNAME_OCCUPIED`.
    pub fn name_channel(&mut self, id: ChannelId, username: &str) -> Result<(), Refusal> {
        let name = username.trim_start_matches('@').to_lowercase();
        let well_formed = (3..=32).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !well_formed {
            return Err(Refusal::bad("USERNAME_INVALID"));
        }
        if self.user_by_username(&name).is_some() || self.channel_by_username(&name).is_some() {
            return Err(Refusal::bad("USERNAME_OCCUPIED"));
        }
        let channel = self.channel_mut(id)?;
        let before = channel.username.replace(name.clone());
        if let Some(before) = before {
            self.channel_by_username.remove(&before);
        }
        self.channel_by_username.insert(name, id);
        Ok(())
    }

    /// Takes `users` into a channel; those who are in already are passed over. In a supergroup
    /// one service message tells of them all.
    ///
    /// # Errors
    /// As [`Channel::check_right`] for broadcast channels; 400 `CHANNEL_PRIVATE` for strangers;
    /// 400 `USER_KICKED` for somebody who may not come back.
    pub fn invite(
        &mut self,
        actor: UserId,
        id: ChannelId,
        users: &[UserId],
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        let channel = self.channel_mut(id)?;
        match channel.kind {
            ChannelKind::Supergroup => channel.check_writer(actor)?,
            ChannelKind::Broadcast => channel.check_right(actor, |own| own.invite_users)?,
        }
        if channel.is_denied(actor, |ban| ban.invite_users) {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        if users.iter().any(|user| channel.is_banned(*user)) {
            return Err(Refusal::bad("USER_KICKED"));
        }
        let mut new = Vec::new();
        for user in users {
            if self.take_in(id, *user, actor, None)? {
                new.push(*user);
                self.log(id, actor, Act::Invited(*user));
            }
        }
        if new.is_empty() {
            return Ok(None);
        }
        self.channel_service(actor, id, Action::Added(new), origin)
    }

    /// Lets `user` join a channel that has a username.
    ///
    /// # Errors
    /// 400 `CHANNEL_PRIVATE`, `USER_ALREADY_PARTICIPANT`.
    pub fn join_channel(
        &mut self,
        user: UserId,
        id: ChannelId,
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        self.channel_mut(id)?.check_reader(user)?;
        if !self.take_in(id, user, user, origin)? {
            return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
        }
        self.log(id, user, Act::Joined);
        self.channel_service(user, id, Action::Added(vec![user]), origin)
    }

    /// Lets `user` leave a channel.
    ///
    /// # Errors
    /// 400 `CHANNEL_PRIVATE` for strangers, `USER_NOT_PARTICIPANT`, `USER_CREATOR`.
    pub fn leave_channel(
        &mut self,
        user: UserId,
        id: ChannelId,
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_reader(user)?;
        if channel.creator == user {
            return Err(Refusal::bad("USER_CREATOR"));
        }
        self.let_go(id, user, origin)?;
        self.log(id, user, Act::Left);
        self.channel_service(user, id, Action::Removed(user), origin)
    }

    /// Gives a channel another title.
    ///
    /// # Errors
    /// As [`Channel::check_right`]; 400 `CHAT_TITLE_EMPTY`, `CHAT_NOT_MODIFIED`.
    pub fn rename_channel(
        &mut self,
        actor: UserId,
        id: ChannelId,
        name: &str,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let title = title(name)?;
        let channel = self.channel_mut(id)?;
        channel.check_right(actor, |own| own.change_info)?;
        if channel.title == title {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        let before = std::mem::replace(&mut channel.title, title.clone());
        let now = title.clone();
        self.log(id, actor, Act::Title { before, now });
        self.publish(actor, id, Body::service(Action::Renamed(title)), origin)
    }

    /// Deletes a channel: nobody is in it any more, nobody may read it, its username is free.
    ///
    /// # Errors
    /// As [`Channel::check_right`].
    pub fn delete_channel(
        &mut self,
        actor: UserId,
        id: ChannelId,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_creator(actor)?;
        channel.deleted = true;
        let usernames = channel.username.take().into_iter();
        let usernames: Vec<String> = usernames.chain(channel.bought.drain(..)).collect();
        let members: Vec<UserId> = channel.members.keys().copied().collect();
        for username in usernames {
            self.channel_by_username.remove(&username);
        }
        for member in members {
            let except = origin.filter(|_| member == actor);
            self.let_go(id, member, except)?;
        }
        Ok(())
    }

    /// Gives a channel of `actor`'s a username, or with an empty one takes it away.
    ///
    /// # Errors
    /// As [`Channel::check_right`] and [`World::name_channel`]; 400 `USERNAME_NOT_MODIFIED`.
    pub fn rename_username(
        &mut self,
        actor: UserId,
        id: ChannelId,
        username: &str,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_creator(actor)?;
        let name = username.trim_start_matches('@').to_lowercase();
        let before = channel.username.clone().unwrap_or_default();
        if before == name {
            return Err(Refusal::bad("USERNAME_NOT_MODIFIED"));
        }
        if name.is_empty() {
            if let Some(before) = channel.username.take() {
                self.channel_by_username.remove(&before);
            }
        } else {
            self.name_channel(id, &name)?;
        }
        self.log(id, actor, Act::Username { before, now: name });
        self.tell_each_member(actor, id, origin);
        Ok(())
    }

    /// Shows the members of a channel only what was written since they came, or everything.
    ///
    /// # Errors
    /// As [`World::channel_mut`].
    pub fn hide_from_newcomers(&mut self, id: ChannelId, hidden: bool) -> Result<(), Refusal> {
        self.channel_mut(id)?.hidden_history = hidden;
        Ok(())
    }

    /// The channel, for a change.
    ///
    /// # Errors
    /// 400 `CHANNEL_INVALID`.
    pub(super) fn channel_mut(&mut self, id: ChannelId) -> Result<&mut Channel, Refusal> {
        self.channels
            .get_mut(&id)
            .ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))
    }

    /// Broadcast channels keep quiet about who comes and goes.
    pub(super) fn channel_service(
        &mut self,
        actor: UserId,
        id: ChannelId,
        action: Action,
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        if self.channel_mut(id)?.kind == ChannelKind::Broadcast {
            return Ok(None);
        }
        self.publish(actor, id, Body::service(action), origin)
            .map(Some)
    }

    pub(super) fn take_in(
        &mut self,
        id: ChannelId,
        user: UserId,
        inviter: UserId,
        origin: Option<Origin>,
    ) -> Result<bool, Refusal> {
        let date = self.now();
        let is_new = self.channel_mut(id)?.join(Member {
            user,
            inviter,
            date,
        });
        if is_new && let Some(account) = self.accounts.get_mut(&user) {
            account.channels.insert(id);
            account.moves.push((date, id));
            self.tell(user, News::Membership(id), origin);
        }
        Ok(is_new)
    }

    pub(super) fn let_go(
        &mut self,
        id: ChannelId,
        user: UserId,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let date = self.now();
        if !self.channel_mut(id)?.part(user) {
            return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
        }
        if let Some(account) = self.accounts.get_mut(&user) {
            account.channels.remove(&id);
            account.moves.push((date, id));
            self.tell(user, News::Membership(id), origin);
        }
        Ok(())
    }
}
