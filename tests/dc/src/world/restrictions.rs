//! Restricting the members of a channel, one or all, and removing them.
//!
//! Owns the changes, their end, and what cannot be sent meanwhile. Who is restricted is in
//! `moderation`. Source: <https://core.telegram.org/api/rights>.

use grammers_tl_types::enums::DocumentAttribute;
use grammers_tl_types::types::ChatBannedRights;

use super::World;
use super::admin_log::Act;
use super::files::FileKind;
use super::ids::{ChannelId, Peer, UserId};
use super::media::Media;
use super::moderation::{Ban, Standing, no_bans};
use super::news::{News, Origin};
use super::post::{Action, Content};
use super::refusal::Refusal;
use super::send::Sent;

/// Restrictions that end sooner than this, in seconds, never end…
const SOONEST: i32 = 30;
/// …and neither do those that end later than this.
const LATEST: i32 = 366 * 24 * 60 * 60;

impl World {
    /// Restricts somebody, removes them for good with `view_messages`, or with no restriction
    /// lets them do everything and come back.
    ///
    /// # Errors
    /// As `Channel::check_right`; 400 `USER_ADMIN_INVALID` for the creator and for an admin that
    /// somebody else has made.
    pub fn restrict(
        &mut self,
        actor: UserId,
        id: ChannelId,
        user: UserId,
        rights: &ChatBannedRights,
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        let date = self.now();
        let until = end(rights.until_date, date);
        let channel = self.channel_mut(id)?;
        channel.check_right(actor, |rights| rights.ban_users)?;
        let made_by = channel.moderation.admins.get(&user).map(|admin| admin.by);
        let is_others = made_by.is_some_and(|by| by != actor) && actor != channel.creator;
        if channel.creator == user || is_others {
            return Err(Refusal::bad("USER_ADMIN_INVALID"));
        }
        let before = channel.standing(user);
        let is_removed = rights.view_messages;
        channel.moderation.bans.remove(&user);
        if is_none(rights) {
            self.restricted(actor, id, user, before);
            return Ok(None);
        }
        channel.moderation.admins.remove(&user);
        let rights = ChatBannedRights {
            until_date: until,
            ..rights.clone()
        };
        let by = actor;
        let ban = Ban { rights, by, date };
        channel.moderation.bans.insert(user, ban);
        if until != i32::MAX {
            self.lifts.insert((until, id, user));
        }
        let went = is_removed && self.let_go(id, user, None).is_ok();
        self.restricted(actor, id, user, before);
        if went {
            return self.channel_service(actor, id, Action::Removed(user), origin);
        }
        Ok(None)
    }

    fn restricted(&mut self, actor: UserId, id: ChannelId, user: UserId, before: Standing) {
        let Some(channel) = self.channel(id) else {
            return;
        };
        let (now, is_member) = (channel.standing(user), channel.has(user));
        if now != before {
            self.log(id, actor, Act::Banned { user, before, now });
            if is_member {
                self.tell(user, News::Membership(id), None);
            }
        }
    }

    /// Restricts all members of a supergroup who are no admins.
    ///
    /// # Errors
    /// As `Channel::check_right`; 400 `BANNED_RIGHTS_INVALID`, `UNTIL_DATE_INVALID`,
    /// `CHAT_NOT_MODIFIED`.
    pub fn restrict_all(
        &mut self,
        actor: UserId,
        id: ChannelId,
        rights: &ChatBannedRights,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_right(actor, |rights| rights.ban_users)?;
        channel.check_supergroup()?;
        if rights.view_messages {
            return Err(Refusal::bad("BANNED_RIGHTS_INVALID"));
        }
        // Clients write "for ever" in both ways.
        if ![0, i32::MAX].contains(&rights.until_date) {
            return Err(Refusal::bad("UNTIL_DATE_INVALID"));
        }
        let now = ChatBannedRights {
            until_date: i32::MAX,
            ..rights.clone()
        };
        let before = std::mem::replace(&mut channel.moderation.default, now.clone());
        if before == now {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        let (before, now) = (Box::new(before), Box::new(now));
        self.log(id, actor, Act::Default { before, now });
        self.tell_each_member(actor, id, origin);
        Ok(())
    }

    /// Ends the restrictions whose time has passed.
    pub fn lift_due(&mut self) {
        let now = self.now();
        while let Some((until, id, user)) = self.lifts.first().copied()
            && until <= now
        {
            self.lifts.pop_first();
            let Some(channel) = self.channels.get_mut(&id) else {
                continue;
            };
            let bans = &mut channel.moderation.bans;
            if bans
                .get(&user)
                .is_some_and(|ban| ban.rights.until_date == until)
            {
                bans.remove(&user);
                if channel.has(user) {
                    self.tell(user, News::Membership(id), None);
                }
            }
        }
    }

    /// Passes for what a member may send into a supergroup.
    ///
    /// # Errors
    /// 403 with the name of what they may not send, such as `CHAT_SEND_PHOTOS_FORBIDDEN`.
    pub(super) fn check_kind(
        &self,
        from: UserId,
        to: Peer,
        content: &Content,
    ) -> Result<(), Refusal> {
        let channel = to.channel().and_then(|id| self.channel(id));
        let file = content.media.as_ref().and_then(Media::file);
        let file = file.and_then(|id| self.file(id));
        let is_poll = content.media.as_ref().and_then(Media::poll).is_some();
        let denials = channel.map(|channel| channel.denials(from));
        let denied = denials.into_iter().flatten().find_map(|rights| match file {
            Some(file) => denied_file(rights, &file.kind),
            None if is_poll => rights.send_polls.then_some("CHAT_SEND_POLL_FORBIDDEN"),
            None => rights.send_plain.then_some("CHAT_SEND_PLAIN_FORBIDDEN"),
        });
        denied.map_or(Ok(()), |name| Err(Refusal::forbidden(name)))
    }
}

/// The refusal of a file that somebody may not send.
fn denied_file(rights: &ChatBannedRights, kind: &FileKind) -> Option<&'static str> {
    if rights.send_media {
        return Some("CHAT_SEND_MEDIA_FORBIDDEN");
    }
    let FileKind::Document { attributes, .. } = kind else {
        return rights.send_photos.then_some("CHAT_SEND_PHOTOS_FORBIDDEN");
    };
    let mut kind = (rights.send_docs, "CHAT_SEND_DOCS_FORBIDDEN");
    for attribute in attributes {
        kind = match attribute {
            DocumentAttribute::Animated => {
                return rights.send_gifs.then_some("CHAT_SEND_GIFS_FORBIDDEN");
            }
            DocumentAttribute::Sticker(_) => (rights.send_stickers, "CHAT_SEND_STICKERS_FORBIDDEN"),
            DocumentAttribute::Video(video) if video.round_message => {
                (rights.send_roundvideos, "CHAT_SEND_ROUNDVIDEOS_FORBIDDEN")
            }
            DocumentAttribute::Video(_) => (rights.send_videos, "CHAT_SEND_VIDEOS_FORBIDDEN"),
            DocumentAttribute::Audio(audio) if audio.voice => {
                (rights.send_voices, "CHAT_SEND_VOICES_FORBIDDEN")
            }
            DocumentAttribute::Audio(_) => (rights.send_audios, "CHAT_SEND_AUDIOS_FORBIDDEN"),
            _ => continue,
        };
    }
    kind.0.then_some(kind.1)
}

/// Whether these rights take nothing away.
fn is_none(rights: &ChatBannedRights) -> bool {
    let timeless = ChatBannedRights {
        until_date: 0,
        ..rights.clone()
    };
    timeless == no_bans()
}

/// When a restriction ends that should end then, `i32::MAX` for never.
fn end(until: i32, now: i32) -> i32 {
    let left = until.saturating_sub(now);
    if (SOONEST..=LATEST).contains(&left) {
        until
    } else {
        i32::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::super::admins::tests::group;
    use super::*;

    #[test]
    fn a_restriction_ends_unless_that_is_too_soon_or_too_late() {
        assert_eq!(end(0, 1000), i32::MAX);
        assert_eq!(end(1029, 1000), i32::MAX);
        assert_eq!(end(1030, 1000), 1030);
        assert_eq!(end(1001 + LATEST, 1000), i32::MAX);
    }

    #[test]
    fn a_restriction_is_lifted_when_its_time_has_passed() {
        let (mut world, clock, id, [alice, bob, _]) = group();
        let muted = ChatBannedRights {
            send_messages: true,
            until_date: world.now() + 3600,
            ..no_bans()
        };
        world.restrict(alice, id, bob, &muted, None).unwrap();
        let write = |world: &World| world.check_writer(bob, Peer::Channel(id));
        world.lift_due();
        let refused = Refusal::forbidden("CHAT_WRITE_FORBIDDEN");
        assert_eq!(write(&world), Err(refused));
        clock.skew(3601);
        world.lift_due();
        assert_eq!(write(&world), Ok(()));
        assert!(world.lifts.is_empty());
    }
}
