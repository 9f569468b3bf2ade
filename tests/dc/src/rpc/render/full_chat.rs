//! Groups and channels in full: what is asked for one by one.
//!
//! Owns `chatFull`, `channelFull` and `chatParticipants`. It only reads the world.

use grammers_tl_types::{enums, types};

use super::chat::count;
use super::update::folder_of;
use super::user::notify_settings;
use crate::world::World;
use crate::world::channel::{Channel, ChannelKind};
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
    let is_admin = channel.is_admin(viewer);
    let (bans, admins) = (&channel.moderation.bans, &channel.moderation.admins);
    let removed = bans.keys().filter(|user| channel.is_banned(**user)).count();
    let slow = &channel.moderation.slow;
    types::ChannelFull {
        can_view_participants: is_supergroup || is_admin,
        can_set_username: is_creator,
        can_set_stickers: false,
        hidden_prehistory: channel.hidden_history,
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
        participants_count: Some(count(channel.participants())),
        admins_count: Some(count(admins.len() + 1)),
        kicked_count: is_admin.then(|| count(removed)),
        banned_count: is_admin.then(|| count(bans.len() - removed)),
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
        available_min_id: Some(channel.hidden(viewer).0).filter(|id| *id > 0),
        folder_id: folder_of(world, viewer, peer),
        linked_chat_id: None,
        location: None,
        slowmode_seconds: Some(slow.seconds).filter(|seconds| *seconds > 0),
        slowmode_next_send_date: channel.next_send(viewer, world.now()),
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
