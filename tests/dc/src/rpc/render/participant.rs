//! What somebody is in a channel, as a viewer sees it.
//!
//! Owns the constructors of `ChannelParticipant`. It only reads the world.

use grammers_tl_types::{enums, types};

use super::peer::user_peer;
use crate::world::channel::Channel;
use crate::world::ids::UserId;
use crate::world::moderation::{Standing, all_rights};

/// Somebody's part in a channel now.
pub(in crate::rpc) fn participant(
    channel: &Channel,
    viewer: UserId,
    user: UserId,
) -> enums::ChannelParticipant {
    standing(channel, viewer, user, &channel.standing(user))
}

/// The part that somebody has or had in a channel.
pub(in crate::rpc) fn standing(
    channel: &Channel,
    viewer: UserId,
    user: UserId,
    standing: &Standing,
) -> enums::ChannelParticipant {
    let user_id = user.0;
    match standing {
        Standing::Left => types::ChannelParticipantLeft {
            peer: user_peer(user),
        }
        .into(),
        Standing::Creator => types::ChannelParticipantCreator {
            user_id,
            admin_rights: all_rights().into(),
            rank: None,
        }
        .into(),
        Standing::Admin(member, admin) => types::ChannelParticipantAdmin {
            can_edit: viewer == channel.creator || viewer == admin.by,
            is_self: viewer == user,
            user_id,
            inviter_id: (viewer == user).then_some(member.inviter.0),
            promoted_by: admin.by.0,
            date: member.date,
            admin_rights: admin.rights.clone().into(),
            rank: admin.rank.clone(),
        }
        .into(),
        Standing::Banned { left, ban } => types::ChannelParticipantBanned {
            left: *left,
            peer: user_peer(user),
            kicked_by: ban.by.0,
            date: ban.date,
            banned_rights: ban.rights.clone().into(),
            rank: None,
        }
        .into(),
        Standing::Member(member) if user == viewer => types::ChannelParticipantSelf {
            via_request: false,
            user_id,
            inviter_id: member.inviter.0,
            date: member.date,
            subscription_until_date: None,
            rank: None,
        }
        .into(),
        Standing::Member(member) => types::ChannelParticipant {
            user_id,
            date: member.date,
            subscription_until_date: None,
            rank: None,
        }
        .into(),
    }
}
