//! Groups and channels in full: what is asked for one by one.
//!
//! Owns `chatFull`, `channelFull` and the participants' constructors. It only reads the world.

use grammers_tl_types::{enums, types};

use super::chat::{all_rights, banned_rights, count};
use super::peer::user_peer;
use super::update::folder_of;
use super::user::notify_settings;
use crate::world::World;
use crate::world::channel::{Channel, ChannelKind, Membership};
use crate::world::group::Group;
use crate::world::ids::{Peer, UserId};

fn no_photo() -> enums::Photo {
    types::PhotoEmpty { id: 0 }.into()
}

/// `chatFull`, with its participants for members only.
pub(in crate::rpc) fn full_group(world: &World, viewer: UserId, group: &Group) -> enums::ChatFull {
    let peer = Peer::Group(group.id);
    types::ChatFull {
        can_set_username: false,
        has_scheduled: world.has_scheduled(viewer, peer),
        translations_disabled: false,
        has_welcome_messages: false,
        id: group.id.0,
        about: String::new(),
        participants: participants(viewer, group),
        chat_photo: Some(no_photo()),
        notify_settings: notify_settings(world, viewer, peer),
        exported_invite: None,
        bot_info: None,
        pinned_msg_id: world.newest_pinned(viewer, peer),
        folder_id: folder_of(world, viewer, peer),
        call: None,
        ttl_period: None,
        groupcall_default_join_as: None,
        theme_emoticon: None,
        requests_pending: None,
        recent_requesters: None,
        available_reactions: None,
        reactions_limit: None,
    }
    .into()
}

/// `chatParticipants` of a basic group.
pub(in crate::rpc) fn participants(viewer: UserId, group: &Group) -> enums::ChatParticipants {
    if !group.has(viewer) {
        return types::ChatParticipantsForbidden {
            chat_id: group.id.0,
            self_participant: None,
        }
        .into();
    }
    let participant = |member: &crate::world::group::Member| {
        let user_id = member.user.0;
        if member.user == group.creator {
            let rank = None;
            return types::ChatParticipantCreator { user_id, rank }.into();
        }
        types::ChatParticipant {
            user_id,
            inviter_id: member.inviter.0,
            date: member.date,
            rank: None,
        }
        .into()
    };
    types::ChatParticipants {
        chat_id: group.id.0,
        participants: group.members.iter().map(participant).collect(),
        version: group.version,
    }
    .into()
}

/// `channelFull`.
#[expect(
    clippy::too_many_lines,
    reason = "one literal with every field of the constructor"
)]
pub(in crate::rpc) fn full_channel(
    world: &World,
    viewer: UserId,
    channel: &Channel,
) -> enums::ChatFull {
    let peer = Peer::Channel(channel.id);
    let is_supergroup = channel.kind == ChannelKind::Supergroup;
    let is_creator = channel.creator == viewer;
    types::ChannelFull {
        can_view_participants: is_supergroup || is_creator,
        can_set_username: is_creator,
        can_set_stickers: false,
        hidden_prehistory: false,
        can_set_location: false,
        has_scheduled: world.has_scheduled(viewer, peer),
        can_view_stats: false,
        blocked: false,
        can_delete_channel: is_creator,
        antispam: false,
        participants_hidden: false,
        translations_disabled: false,
        stories_pinned_available: false,
        view_forum_as_messages: false,
        restricted_sponsored: false,
        can_view_revenue: false,
        paid_media_allowed: false,
        can_view_stars_revenue: false,
        paid_reactions_available: false,
        stargifts_available: false,
        paid_messages_available: false,
        has_welcome_messages: false,
        id: channel.id.0,
        about: channel.about.clone(),
        participants_count: Some(count(channel.members.len())),
        admins_count: Some(1),
        kicked_count: is_creator.then(|| count(channel.banned.len())),
        banned_count: is_creator.then_some(0),
        online_count: None,
        read_inbox_max_id: channel.read_mark(viewer).0,
        read_outbox_max_id: channel.read_by_others().0,
        unread_count: channel.unread(viewer),
        chat_photo: no_photo(),
        notify_settings: notify_settings(world, viewer, peer),
        exported_invite: None,
        bot_info: Vec::new(),
        migrated_from_chat_id: None,
        migrated_from_max_id: None,
        pinned_msg_id: world.newest_pinned(viewer, peer),
        stickerset: None,
        available_min_id: None,
        folder_id: folder_of(world, viewer, peer),
        linked_chat_id: None,
        location: None,
        slowmode_seconds: None,
        slowmode_next_send_date: None,
        stats_dc: None,
        pts: channel.events.pts(),
        call: None,
        ttl_period: None,
        pending_suggestions: None,
        groupcall_default_join_as: None,
        theme_emoticon: None,
        requests_pending: None,
        recent_requesters: None,
        default_send_as: None,
        available_reactions: None,
        reactions_limit: None,
        stories: None,
        wallpaper: None,
        boosts_applied: None,
        boosts_unrestrict: None,
        emojiset: None,
        bot_verification: None,
        stargifts_count: None,
        send_paid_messages_stars: None,
        main_tab: None,
        guard_bot_id: None,
    }
    .into()
}

/// One member of a channel as `viewer` sees them.
pub(in crate::rpc) fn participant(
    viewer: UserId,
    channel: &Channel,
    membership: &Membership,
) -> enums::ChannelParticipant {
    let member = membership.member;
    let user_id = member.user.0;
    if member.user == channel.creator {
        return types::ChannelParticipantCreator {
            user_id,
            admin_rights: all_rights(),
            rank: None,
        }
        .into();
    }
    if member.user == viewer {
        return types::ChannelParticipantSelf {
            via_request: false,
            user_id,
            inviter_id: member.inviter.0,
            date: member.date,
            subscription_until_date: None,
            rank: None,
        }
        .into();
    }
    types::ChannelParticipant {
        user_id,
        date: member.date,
        subscription_until_date: None,
        rank: None,
    }
    .into()
}

/// Somebody who was removed from a channel.
pub(in crate::rpc) fn removed(channel: &Channel, user: UserId) -> enums::ChannelParticipant {
    types::ChannelParticipantBanned {
        left: true,
        peer: user_peer(user),
        kicked_by: channel.creator.0,
        date: channel.date,
        banned_rights: banned_rights(true),
        rank: None,
    }
    .into()
}
