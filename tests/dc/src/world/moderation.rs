//! Who may do what in one channel: its admins, whom it restricts, its slow mode, and the log of
//! what was changed.
//!
//! Owns those lists and what follows from them. It reads the flags of TL's rights by their names
//! and tells nobody. Source: <https://core.telegram.org/api/rights>.

use std::collections::BTreeMap;

use grammers_tl_types::types::{ChatAdminRights, ChatBannedRights};

use super::admin_log::AdminLog;
use super::channel::{Channel, ChannelKind};
use super::group::Member;
use super::ids::UserId;
use super::refusal::Refusal;
use super::slow_mode::SlowMode;

/// Who looks after a channel, and how.
#[derive(Debug)]
pub struct Moderation {
    /// The admins beside the creator.
    pub admins: BTreeMap<UserId, Admin>,
    /// Who may not do everything, or may not even come back.
    pub bans: BTreeMap<UserId, Ban>,
    /// What nobody but admins may do.
    pub default: ChatBannedRights,
    /// How often members may write.
    pub slow: SlowMode,
    /// What was changed.
    pub log: AdminLog,
}

impl Default for Moderation {
    fn default() -> Self {
        Self {
            admins: BTreeMap::new(),
            bans: BTreeMap::new(),
            default: no_bans(),
            slow: SlowMode::default(),
            log: AdminLog::default(),
        }
    }
}

/// An admin's part.
#[derive(Clone, Debug, PartialEq)]
pub struct Admin {
    /// What they may do.
    pub rights: ChatAdminRights,
    /// What is shown beside their name.
    pub rank: Option<String>,
    /// Who made them an admin.
    pub by: UserId,
}

/// What somebody may not do.
#[derive(Clone, Debug, PartialEq)]
pub struct Ban {
    /// Until `until_date`; `view_messages` for who was removed.
    pub rights: ChatBannedRights,
    /// Who said so.
    pub by: UserId,
    /// When, in seconds since 1970.
    pub date: i32,
}

/// What somebody is in a channel.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Nothing.
    Left,
    /// They made it.
    Creator,
    /// They are in it.
    Member(Member),
    /// They look after it.
    Admin(Member, Admin),
    /// They are restricted, or removed.
    Banned {
        /// True if they are not in it.
        left: bool,
        /// How.
        ban: Ban,
    },
}

impl Standing {
    /// Whether they were removed and may not come back.
    pub fn is_removed(&self) -> bool {
        matches!(self, Self::Banned { ban, .. } if ban.rights.view_messages)
    }
}

impl Channel {
    /// What `user` is in it.
    pub fn standing(&self, user: UserId) -> Standing {
        let member = self.members.get(&user).map(|membership| membership.member);
        if let Some(ban) = self.moderation.bans.get(&user).cloned() {
            let left = member.is_none();
            return Standing::Banned { left, ban };
        }
        match (member, self.moderation.admins.get(&user).cloned()) {
            (Some(_), _) if user == self.creator => Standing::Creator,
            (Some(member), Some(admin)) => Standing::Admin(member, admin),
            (Some(member), None) => Standing::Member(member),
            (None, _) => Standing::Left,
        }
    }

    /// Whether `user` was removed and may not come back.
    pub fn is_banned(&self, user: UserId) -> bool {
        let ban = self.moderation.bans.get(&user);
        ban.is_some_and(|ban| ban.rights.view_messages)
    }

    /// Whether `user` is its creator or an admin.
    pub fn is_admin(&self, user: UserId) -> bool {
        user == self.creator || self.moderation.admins.contains_key(&user)
    }

    /// Whether `user` is its creator, or an admin with this right.
    pub fn has_right(&self, user: UserId, right: impl Fn(&ChatAdminRights) -> bool) -> bool {
        let admin = self.moderation.admins.get(&user);
        user == self.creator || admin.is_some_and(|admin| right(&admin.rights))
    }

    /// Whether a member may not do this.
    pub fn is_denied(&self, user: UserId, what: impl Fn(&ChatBannedRights) -> bool) -> bool {
        self.denials(user).any(what)
    }

    /// What all members, and what this one may not do.
    pub fn denials(&self, user: UserId) -> impl Iterator<Item = &ChatBannedRights> {
        let for_all = (!self.is_admin(user)).then_some(&self.moderation.default);
        let own = self.moderation.bans.get(&user).map(|ban| &ban.rights);
        for_all.into_iter().chain(own)
    }

    /// Passes for the creator, and for admins with this right.
    ///
    /// # Errors
    /// 400 `CHANNEL_PRIVATE` for strangers, 400 `CHAT_ADMIN_REQUIRED`.
    pub fn check_right(
        &self,
        user: UserId,
        right: impl Fn(&ChatAdminRights) -> bool,
    ) -> Result<(), Refusal> {
        self.check_reader(user)?;
        if self.has_right(user, right) {
            Ok(())
        } else {
            Err(Refusal::bad("CHAT_ADMIN_REQUIRED"))
        }
    }

    /// Passes for the creator alone.
    ///
    /// # Errors
    /// As [`Channel::check_right`].
    pub fn check_creator(&self, user: UserId) -> Result<(), Refusal> {
        self.check_right(user, |_| false)
    }

    /// Passes for the creator and all admins.
    ///
    /// # Errors
    /// As [`Channel::check_right`].
    pub fn check_any_admin(&self, user: UserId) -> Result<(), Refusal> {
        self.check_right(user, |_| true)
    }

    /// Passes for supergroups.
    ///
    /// # Errors
    /// 400 `CHAT_ID_INVALID`.
    pub fn check_supergroup(&self) -> Result<(), Refusal> {
        match self.kind {
            ChannelKind::Supergroup => Ok(()),
            ChannelKind::Broadcast => Err(Refusal::bad("CHAT_ID_INVALID")),
        }
    }
}

/// What the creator may do.
pub fn all_rights() -> ChatAdminRights {
    ChatAdminRights {
        other: true,
        anonymous: false,
        ..rights(true)
    }
}

/// What somebody may do who is no admin.
pub fn no_rights() -> ChatAdminRights {
    rights(false)
}

fn rights(all: bool) -> ChatAdminRights {
    ChatAdminRights {
        change_info: all,
        post_messages: all,
        edit_messages: all,
        delete_messages: all,
        ban_users: all,
        invite_users: all,
        pin_messages: all,
        add_admins: all,
        anonymous: all,
        manage_call: all,
        other: all,
        manage_topics: all,
        post_stories: all,
        edit_stories: all,
        delete_stories: all,
        manage_direct_messages: false,
        manage_ranks: false,
        manage_linked_peers: false,
        manage_welcome_messages: false,
    }
}

/// Whether `given` holds nothing that is not in `own`.
pub fn are_within(given: &ChatAdminRights, own: &ChatAdminRights) -> bool {
    let pairs = [
        (given.change_info, own.change_info),
        (given.post_messages, own.post_messages),
        (given.edit_messages, own.edit_messages),
        (given.delete_messages, own.delete_messages),
        (given.ban_users, own.ban_users),
        (given.invite_users, own.invite_users),
        (given.pin_messages, own.pin_messages),
        (given.add_admins, own.add_admins),
        (given.anonymous, own.anonymous),
        (given.manage_call, own.manage_call),
        (given.manage_topics, own.manage_topics),
        (given.post_stories, own.post_stories),
        (given.edit_stories, own.edit_stories),
        (given.delete_stories, own.delete_stories),
    ];
    pairs.iter().all(|(given, own)| *own || !given)
}

/// What a member may not do whom nobody has restricted: nothing.
pub fn no_bans() -> ChatBannedRights {
    bans(false)
}

/// What somebody may not do who was removed for ever: everything.
pub fn all_bans() -> ChatBannedRights {
    bans(true)
}

fn bans(all: bool) -> ChatBannedRights {
    ChatBannedRights {
        view_messages: all,
        send_messages: all,
        send_media: all,
        send_stickers: all,
        send_gifs: all,
        send_games: all,
        send_inline: all,
        embed_links: all,
        send_polls: all,
        change_info: all,
        invite_users: all,
        pin_messages: all,
        manage_topics: all,
        send_photos: all,
        send_videos: all,
        send_roundvideos: all,
        send_audios: all,
        send_voices: all,
        send_docs: all,
        send_plain: all,
        edit_rank: all,
        send_reactions: all,
        manage_linked_peers: false,
        until_date: if all { i32::MAX } else { 0 },
    }
}
