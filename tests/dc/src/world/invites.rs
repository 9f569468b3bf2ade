//! Invite links of basic groups and channels.
//!
//! Owns the links, who may make them, and joining by them.
//! Source: <https://core.telegram.org/api/invites>.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::World;
use super::admin_log::Act;
use super::group::{MAX_MEMBERS, Member};
use super::ids::{Peer, UserId};
use super::news::Origin;
use super::post::Action;
use super::random::random;
use super::refusal::Refusal;
use super::send::Sent;

/// A link into a group or channel.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Where it leads.
    pub chat: Peer,
    /// The last part of the link.
    pub hash: String,
    /// Who made it.
    pub creator: UserId,
    /// When, in seconds since 1970.
    pub date: i32,
    /// What it was asked to be.
    pub terms: Terms,
    /// How many joined by it.
    pub usage: i32,
    /// Who asked to be let in.
    pub requested: BTreeSet<UserId>,
    /// True once it is good for nothing.
    pub revoked: bool,
}

/// What a link is asked to be.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Good until then, in seconds since 1970.
    pub expires: Option<i32>,
    /// Good for so many people.
    pub usage_limit: Option<i32>,
    /// True if an administrator has to let people in.
    pub request_needed: bool,
    /// A name for the administrators.
    pub title: Option<String>,
}

impl Invite {
    /// The whole link.
    pub fn link(&self) -> String {
        format!("https://t.me/+{}", self.hash)
    }
}

impl World {
    /// Makes a link into a group or channel of `user`'s.
    ///
    /// # Errors
    /// 400 `CHAT_ADMIN_REQUIRED` for who did not make the chat, `PEER_ID_INVALID` for people,
    /// `EXPIRE_DATE_INVALID`, `USAGE_LIMIT_INVALID`; with both a limit and requests also
    /// `USAGE_LIMIT_INVALID`.
    pub fn export_invite(
        &mut self,
        user: UserId,
        chat: Peer,
        terms: Terms,
    ) -> Result<Invite, Refusal> {
        self.check_chat_admin(user, chat)?;
        let date = self.now();
        if terms.expires.is_some_and(|expires| expires <= date) {
            return Err(Refusal::bad("EXPIRE_DATE_INVALID"));
        }
        let wrong = |limit| !(1..=99_999).contains(&limit) || terms.request_needed;
        if terms.usage_limit.is_some_and(wrong) {
            return Err(Refusal::bad("USAGE_LIMIT_INVALID"));
        }
        let mut hash = String::new();
        for byte in random::<8>() {
            // Writing to a string does not fail.
            let _ = write!(hash, "{byte:02x}");
        }
        let invite = Invite {
            chat,
            hash: hash.clone(),
            creator: user,
            date,
            terms,
            usage: 0,
            requested: BTreeSet::new(),
            revoked: false,
        };
        self.invites.insert(hash, invite.clone());
        Ok(invite)
    }

    /// Makes a link good for nothing.
    ///
    /// # Errors
    /// 400 `INVITE_HASH_INVALID`, `CHAT_ADMIN_REQUIRED`.
    pub fn revoke_invite(&mut self, user: UserId, hash: &str) -> Result<Invite, Refusal> {
        let invite = self.invites.get(hash);
        let chat = invite.map(|invite| invite.chat);
        self.check_chat_admin(user, chat.ok_or_else(unknown)?)?;
        let invite = self.invites.get_mut(hash).ok_or_else(unknown)?;
        invite.revoked = true;
        Ok(invite.clone())
    }

    /// The link with this hash, if it is good.
    ///
    /// # Errors
    /// 400 `INVITE_HASH_EMPTY`, `INVITE_HASH_INVALID`, `INVITE_HASH_EXPIRED`.
    pub fn invite_link(&self, hash: &str) -> Result<&Invite, Refusal> {
        if hash.is_empty() {
            return Err(Refusal::bad("INVITE_HASH_EMPTY"));
        }
        let invite = self.invites.get(hash).ok_or_else(unknown)?;
        let terms = &invite.terms;
        let is_late = terms.expires.is_some_and(|expires| expires <= self.now());
        let is_used = terms.usage_limit.is_some_and(|limit| invite.usage >= limit);
        if invite.revoked || is_late || is_used || !self.exists(invite.chat) {
            return Err(Refusal::bad("INVITE_HASH_EXPIRED"));
        }
        Ok(invite)
    }

    /// Lets `user` join by a link; answers the chat and the service message.
    ///
    /// # Errors
    /// As [`World::invite_link`]; 400 `USER_ALREADY_PARTICIPANT`, `INVITE_REQUEST_SENT` where an
    /// administrator decides, `USERS_TOO_MUCH`, `CHANNEL_PRIVATE` for who was removed.
    pub fn import_invite(
        &mut self,
        user: UserId,
        hash: &str,
        origin: Option<Origin>,
    ) -> Result<(Peer, Option<Sent>), Refusal> {
        let invite = self.invite_link(hash)?;
        let (chat, creator) = (invite.chat, invite.creator);
        let asks = invite.terms.request_needed;
        if self.is_member(user, chat) {
            return Err(Refusal::bad("USER_ALREADY_PARTICIPANT"));
        }
        if let Some(channel) = chat.channel().and_then(|id| self.channel(id))
            && channel.is_banned(user)
        {
            return Err(Refusal::bad("CHANNEL_PRIVATE"));
        }
        if asks {
            if let Some(invite) = self.invites.get_mut(hash) {
                invite.requested.insert(user);
            }
            return Err(Refusal::bad("INVITE_REQUEST_SENT"));
        }
        let sent = self.join_by_link(user, chat, creator, origin)?;
        if let Some(invite) = self.invites.get_mut(hash) {
            invite.usage += 1;
        }
        Ok((chat, sent))
    }

    /// Lets somebody in who asked to be, or turns them away.
    ///
    /// # Errors
    /// 400 `CHAT_ADMIN_REQUIRED`, `HIDE_REQUESTER_MISSING` for who did not ask.
    pub fn answer_request(
        &mut self,
        admin: UserId,
        chat: Peer,
        user: UserId,
        approved: bool,
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        self.check_chat_admin(admin, chat)?;
        let invite = self
            .invites
            .values_mut()
            .find(|invite| invite.chat == chat && invite.requested.contains(&user))
            .ok_or_else(|| Refusal::bad("HIDE_REQUESTER_MISSING"))?;
        invite.requested.remove(&user);
        if !approved {
            return Ok(None);
        }
        invite.usage += 1;
        let creator = invite.creator;
        self.join_by_link(user, chat, creator, origin)
    }

    /// Whether `user` is in a group or channel.
    pub fn is_member(&self, user: UserId, chat: Peer) -> bool {
        match chat {
            Peer::User(_) => false,
            Peer::Group(id) => self.group(id).is_some_and(|group| group.has(user)),
            Peer::Channel(id) => self.channel(id).is_some_and(|channel| channel.has(user)),
        }
    }

    fn join_by_link(
        &mut self,
        user: UserId,
        chat: Peer,
        inviter: UserId,
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        let action = Action::JoinedByLink(inviter);
        match chat {
            Peer::Channel(id) => {
                self.take_in(id, user, user, origin)?;
                self.log(id, user, Act::Joined);
                self.channel_service(user, id, action, origin)
            }
            Peer::Group(id) => {
                let date = self.now();
                let group = self.groups.get_mut(&id).ok_or_else(unknown)?;
                if group.members.len() >= MAX_MEMBERS {
                    return Err(Refusal::bad("USERS_TOO_MUCH"));
                }
                group.members.push(Member {
                    user,
                    inviter,
                    date,
                });
                group.version += 1;
                self.group_service(user, id, action, None, origin).map(Some)
            }
            Peer::User(_) => Err(unknown()),
        }
    }

    fn check_chat_admin(&self, user: UserId, chat: Peer) -> Result<(), Refusal> {
        match chat {
            Peer::User(_) => Err(Refusal::bad("PEER_ID_INVALID")),
            Peer::Group(id) if self.group(id).is_some_and(|group| group.creator == user) => Ok(()),
            Peer::Group(_) => Err(Refusal::bad("CHAT_ADMIN_REQUIRED")),
            Peer::Channel(id) => self
                .channel(id)
                .ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))?
                .check_right(user, |own| own.invite_users),
        }
    }

    fn exists(&self, chat: Peer) -> bool {
        match chat {
            Peer::User(_) => false,
            Peer::Group(id) => self
                .group(id)
                .is_some_and(|group| !group.members.is_empty()),
            Peer::Channel(id) => self.channel(id).is_some_and(|channel| !channel.deleted),
        }
    }
}

fn unknown() -> Refusal {
    Refusal::bad("INVITE_HASH_INVALID")
}
