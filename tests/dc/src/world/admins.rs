//! Making and unmaking admins of a channel.
//!
//! Owns the change and its checks. What follows from them is `moderation`'s.
//! Source: <https://core.telegram.org/api/rights>.

use grammers_tl_types::types::ChatAdminRights;

use super::World;
use super::admin_log::Act;
use super::channel::ChannelKind;
use super::ids::{ChannelId, UserId};
use super::moderation::{Admin, Standing, are_within, no_rights};
use super::news::{News, Origin};
use super::post::Action;
use super::refusal::Refusal;
use super::send::Sent;

/// The longest rank, in characters.
const MAX_RANK: usize = 16;

impl World {
    /// Makes somebody an admin, or with no rights a plain member; who is not in the channel is
    /// taken into it.
    ///
    /// # Errors
    /// As `Channel::check_right`, also for an admin that somebody else has made; 400
    /// `USER_CREATOR`, `USER_NOT_PARTICIPANT`, `USER_KICKED`, `ADMIN_RANK_INVALID`,
    /// `ADMIN_RANK_EMOJI_NOT_ALLOWED`; 403 `RIGHT_FORBIDDEN` for rights that the actor has not
    /// and in supergroups for those of broadcast channels,
    /// `CHAT_ADMIN_INVITE_REQUIRED` for a stranger and an actor who may not invite.
    pub fn edit_admin(
        &mut self,
        actor: UserId,
        id: ChannelId,
        user: UserId,
        (rights, rank): (ChatAdminRights, Option<String>),
        origin: Option<Origin>,
    ) -> Result<Option<Sent>, Refusal> {
        let rank = checked_rank(rank)?;
        let channel = self.channel_mut(id)?;
        channel.check_right(actor, |rights| rights.add_admins)?;
        if user == channel.creator {
            return Err(Refusal::bad("USER_CREATOR"));
        }
        let staff = &channel.moderation.admins;
        let of_broadcasts = rights.post_messages || rights.edit_messages;
        if of_broadcasts && channel.kind == ChannelKind::Supergroup {
            return Err(Refusal::forbidden("RIGHT_FORBIDDEN"));
        }
        if actor != channel.creator {
            if staff.get(&user).is_some_and(|admin| admin.by != actor) {
                return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
            }
            if !staff
                .get(&actor)
                .is_some_and(|own| are_within(&rights, &own.rights))
            {
                return Err(Refusal::forbidden("RIGHT_FORBIDDEN"));
            }
        }
        let (before, is_member) = (channel.standing(user), channel.has(user));
        if rights == no_rights() {
            if !is_member {
                return Err(Refusal::bad("USER_NOT_PARTICIPANT"));
            }
            channel.moderation.admins.remove(&user);
            self.promoted(actor, id, user, before);
            return Ok(None);
        }
        if channel.is_banned(user) {
            return Err(Refusal::bad("USER_KICKED"));
        }
        if !is_member && !channel.has_right(actor, |rights| rights.invite_users) {
            return Err(Refusal::forbidden("CHAT_ADMIN_INVITE_REQUIRED"));
        }
        channel.moderation.bans.remove(&user);
        let admin = Admin {
            // Whoever is an admin may at least see what admins see.
            rights: ChatAdminRights {
                other: true,
                ..rights
            },
            rank,
            by: actor,
        };
        channel.moderation.admins.insert(user, admin);
        let came = !is_member && self.take_in(id, user, actor, None)?;
        self.promoted(actor, id, user, before);
        if came {
            return self.channel_service(actor, id, Action::Added(vec![user]), origin);
        }
        Ok(None)
    }

    fn promoted(&mut self, actor: UserId, id: ChannelId, user: UserId, before: Standing) {
        let Some(channel) = self.channel(id) else {
            return;
        };
        let now = channel.standing(user);
        if now != before {
            self.log(id, actor, Act::Promoted { user, before, now });
            self.tell(user, News::Membership(id), None);
        }
    }
}

fn checked_rank(rank: Option<String>) -> Result<Option<String>, Refusal> {
    let rank = rank.map(|rank| rank.trim().to_owned());
    let Some(rank) = rank.filter(|rank| !rank.is_empty()) else {
        return Ok(None);
    };
    if rank.chars().count() > MAX_RANK {
        return Err(Refusal::bad("ADMIN_RANK_INVALID"));
    }
    // Emoji are beyond the letters of all scripts in use.
    if rank
        .chars()
        .any(|c| matches!(u32::from(c), 0x2600..=0x27BF | 0x1F000..))
    {
        return Err(Refusal::bad("ADMIN_RANK_EMOJI_NOT_ALLOWED"));
    }
    Ok(Some(rank))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::moderation::all_bans;
    use super::super::people::fixed;
    use super::*;
    use crate::clock::Clock;

    /// A supergroup of Alice's that Bob is in, and Carol, who is in none.
    pub(in crate::world) fn group() -> (World, Clock, ChannelId, [UserId; 3]) {
        let clock = Clock::default();
        let mut world = World::new(fixed(), clock.clone());
        let people = ["alice", "bob", "carol"].map(|name| world.user_by_name(name).unwrap());
        let [alice, bob, _] = people;
        let kind = ChannelKind::Supergroup;
        let made = world.create_channel(alice, kind, "a group", "", None);
        let (id, _) = made.unwrap();
        world.invite(alice, id, &[bob], None).unwrap();
        (world, clock, id, people)
    }

    #[test]
    fn an_admin_gives_no_rights_but_their_own_and_brings_in_whom_they_may_invite() {
        let (mut world, _, id, [alice, bob, carol]) = group();
        let rights = |invite_users| ChatAdminRights {
            add_admins: true,
            delete_messages: true,
            invite_users,
            ..no_rights()
        };
        let mut edit = |actor, user, rights| {
            let edited = world.edit_admin(actor, id, user, (rights, None), None);
            edited
                .map(|sent| sent.is_some())
                .map_err(|refusal| refusal.name)
        };
        let refused = |name: &str| Err(name.to_owned());
        assert_eq!(
            edit(bob, bob, rights(false)),
            refused("CHAT_ADMIN_REQUIRED")
        );
        assert_eq!(edit(alice, bob, rights(false)), Ok(false));
        assert_eq!(edit(bob, carol, rights(true)), refused("RIGHT_FORBIDDEN"));
        let stranger = edit(bob, carol, rights(false));
        assert_eq!(stranger, refused("CHAT_ADMIN_INVITE_REQUIRED"));
        assert_eq!(edit(alice, bob, rights(true)), Ok(false));
        // A service message tells of who came.
        assert_eq!(edit(bob, carol, rights(true)), Ok(true));
        assert_eq!(
            edit(carol, bob, no_rights()),
            refused("CHAT_ADMIN_REQUIRED")
        );
        assert_eq!(edit(bob, carol, no_rights()), Ok(false));
        world.restrict(alice, id, bob, &all_bans(), None).unwrap();
        assert!(!world.channel(id).unwrap().is_admin(bob));
    }

    #[test]
    fn ranks_are_short_and_plain() {
        let rank = |text: &str| checked_rank(Some(text.to_owned()));
        assert_eq!(rank(" "), Ok(None));
        assert_eq!(rank("löwe"), Ok(Some("löwe".to_owned())));
        assert_eq!(
            rank("😀"),
            Err(Refusal::bad("ADMIN_RANK_EMOJI_NOT_ALLOWED"))
        );
        assert_eq!(
            rank(&"x".repeat(17)),
            Err(Refusal::bad("ADMIN_RANK_INVALID"))
        );
    }
}
