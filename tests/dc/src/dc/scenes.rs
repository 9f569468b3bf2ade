//! What scripts set up beside messages and members: pins, the archive, links, usernames, blocks.
//!
//! Owns nothing: each call takes the world's lock for itself. Accounts and chats are named as
//! everywhere.

use super::{Dc, find, find_chat, find_peer};
use crate::world::folders::{ARCHIVE, MAIN};
use crate::world::ids::{MessageId, Peer};
use crate::world::invites::Terms;
use crate::world::pins::Pin;
use crate::world::refusal::Refusal;
use crate::world::scheduled::Placed;
use crate::world::send::Draft;

impl Dc {
    /// Lets an account put a chat into its archive, or take it out.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`.
    pub fn archive(&self, account: &str, peer: &str, archived: bool) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let peer = find_peer(&mut world, peer)?;
        let folder = if archived { ARCHIVE } else { MAIN };
        world
            .set_folders(account, &[(peer, folder)], None)
            .map(drop)
    }

    /// Lets an account pin a chat to the top of its list, or take it from there.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, `PINNED_DIALOGS_TOO_MUCH`.
    pub fn pin_chat(&self, account: &str, peer: &str, pinned: bool) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let peer = find_peer(&mut world, peer)?;
        world.pin_dialog(account, peer, pinned, None)
    }

    /// Lets an account pin a message for everybody, silently, or take the pin away; `message_id` is
    /// as the account knows it.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.updatePinnedMessage` answers.
    pub fn pin(
        &self,
        account: &str,
        peer: &str,
        message_id: i32,
        pinned: bool,
    ) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let peer = find_peer(&mut world, peer)?;
        let pin = Pin {
            id: MessageId(message_id),
            pinned,
            silent: true,
            own_side: false,
        };
        world.pin(account, peer, pin, None).map(drop)
    }

    /// Lets an account react to a message with an emoji, or without one take its reaction away.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.sendReaction` answers.
    pub fn react(
        &self,
        account: &str,
        peer: &str,
        message_id: i32,
        emoji: Option<&str>,
    ) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let peer = find_peer(&mut world, peer)?;
        world.react(account, peer, MessageId(message_id), emoji, None)
    }

    /// Makes an invite link of a group or channel, as its creator. Answers the whole link.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, and what `messages.exportChatInvite` answers.
    pub fn invite_link(&self, chat: &str, terms: Terms) -> Result<String, Refusal> {
        let mut world = self.0.api.world();
        let (chat, creator) = super::chats::find_with_creator(&world, chat)?;
        Ok(world.export_invite(creator, chat, terms)?.link())
    }

    /// Makes a link good for nothing.
    ///
    /// # Errors
    /// 400 `INVITE_HASH_INVALID`.
    pub fn revoke_link(&self, link: &str) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let hash = link.rsplit(['/', '+']).next().unwrap_or_default();
        let creator = world.invite_link(hash)?.creator;
        world.revoke_invite(creator, hash).map(drop)
    }

    /// Makes a channel public under a username, or without one private.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, `CHANNEL_INVALID` for other chats, and what
    /// `channels.updateUsername` answers.
    pub fn publish(&self, channel: &str, username: Option<&str>) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let Peer::Channel(id) = find_chat(&world, channel)? else {
            return Err(Refusal::bad("CHANNEL_INVALID"));
        };
        let creator = world.channel(id).map(|channel| channel.creator);
        let creator = creator.ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))?;
        world.rename_username(creator, id, username.unwrap_or_default(), None)
    }

    /// Gives an account or channel these usernames and no others: the main one, then bought ones.
    /// With `told` those who have met it are pushed the news; Telegram does not tell everybody.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, `USERNAME_INVALID`, `USERNAME_OCCUPIED`,
    /// `PEER_ID_INVALID` for basic groups.
    pub fn set_usernames(&self, peer: &str, usernames: &[&str], told: bool) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let peer = find_peer(&mut world, peer)?;
        world.set_usernames(peer, usernames, told)
    }

    /// Lets an account block another, or let it write again.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn block(&self, account: &str, user: &str, blocked: bool) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        let user = find(&mut world, user)?;
        world.block(account, user, blocked, None);
        Ok(())
    }

    /// Schedules a message for `date`, in seconds since 1970. Answers its number among the scheduled;
    /// `None` if it was sent at once.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, and what `messages.sendMessage` answers.
    pub fn schedule(
        &self,
        from: &str,
        to: &str,
        draft: Draft,
        date: i32,
    ) -> Result<Option<i32>, Refusal> {
        let mut world = self.0.api.world();
        let from = find(&mut world, from)?;
        let to = find_peer(&mut world, to)?;
        Ok(match world.schedule(from, to, draft, date, None)? {
            Placed::Waits(id) => Some(id),
            Placed::Sent(_) => None,
        })
    }
}
