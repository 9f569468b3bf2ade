//! Basic groups and channels as a viewer sees them.
//!
//! Owns what is shown to whom: access hashes per viewer, nothing but the name to who is not in.

use grammers_tl_types::{enums, types};

use super::raw::raw_chat;
use super::usernames::of_object;
use crate::world::World;
use crate::world::channel::{Channel, ChannelKind};
use crate::world::group::Group;
use crate::world::ids::{AccessHash, Peer, UserId};
use crate::world::moderation::{all_rights, no_bans};

/// A group or channel; `None` for a user and for what does not exist.
pub(in crate::rpc) fn chat(world: &World, viewer: UserId, peer: Peer) -> Option<enums::Chat> {
    if let Some(raw) = world.raws.object(peer) {
        return Some(raw_chat(world, raw));
    }
    match peer {
        Peer::User(_) => None,
        Peer::Group(id) => Some(group(world, viewer, world.group(id)?)),
        Peer::Channel(id) => {
            let found = world.channel(id)?;
            let hash = world.channel_hash(viewer, id);
            Some(if found.check_reader(viewer).is_ok() {
                channel(found, Some(viewer), hash)
            } else {
                forbidden_channel(found, hash)
            })
        }
    }
}

fn group(world: &World, viewer: UserId, group: &Group) -> enums::Chat {
    if !group.has(viewer) {
        return types::ChatForbidden {
            id: group.id.0,
            title: group.title.clone(),
        }
        .into();
    }
    types::Chat {
        creator: group.creator == viewer,
        left: false,
        deactivated: group.migrated_to.is_some(),
        call_active: false,
        call_not_empty: false,
        noforwards: false,
        id: group.id.0,
        title: group.title.clone(),
        photo: enums::ChatPhoto::Empty,
        participants_count: count(group.members.len()),
        date: group.date,
        version: group.version,
        migrated_to: group.migrated_to.map(|channel| {
            let access_hash = world.channel_hash(viewer, channel).0;
            let channel_id = channel.0;
            types::InputChannel {
                channel_id,
                access_hash,
            }
            .into()
        }),
        admin_rights: None,
        default_banned_rights: Some(no_bans().into()),
    }
    .into()
}

fn forbidden_channel(channel: &Channel, hash: AccessHash) -> enums::Chat {
    types::ChannelForbidden {
        broadcast: channel.kind == ChannelKind::Broadcast,
        megagroup: channel.kind == ChannelKind::Supergroup,
        monoforum: false,
        id: channel.id.0,
        access_hash: hash.0,
        title: channel.title.clone(),
        until_date: None,
    }
    .into()
}

/// `channel` with the `min` flag: the same for all, its access hash good for nothing.
pub(in crate::rpc) fn min_channel(world: &World, found: &Channel) -> enums::Chat {
    if let Some(raw) = world.raws.object(Peer::Channel(found.id)) {
        return raw_chat(world, raw);
    }
    channel(found, None, found.min_hash())
}

fn channel(channel: &Channel, viewer: Option<UserId>, hash: AccessHash) -> enums::Chat {
    let membership = viewer.and_then(|viewer| channel.members.get(&viewer));
    let is_creator = viewer == Some(channel.creator);
    let (username, usernames) = of_object(channel.username.as_deref(), &channel.bought);
    types::Channel {
        creator: is_creator,
        left: viewer.is_some() && membership.is_none(),
        broadcast: channel.kind == ChannelKind::Broadcast,
        verified: channel.verified,
        megagroup: channel.kind == ChannelKind::Supergroup,
        restricted: false,
        signatures: false,
        min: viewer.is_none(),
        scam: false,
        has_link: false,
        has_geo: false,
        slowmode_enabled: channel.moderation.slow.seconds > 0,
        call_active: false,
        call_not_empty: false,
        fake: false,
        gigagroup: false,
        noforwards: false,
        join_to_send: false,
        join_request: false,
        forum: channel.forum.enabled,
        stories_hidden: false,
        stories_hidden_min: false,
        stories_unavailable: false,
        signature_profiles: false,
        autotranslation: false,
        broadcast_messages_allowed: false,
        monoforum: false,
        forum_tabs: channel.forum.enabled && channel.forum.tabs,
        id: channel.id.0,
        access_hash: Some(hash.0),
        title: channel.title.clone(),
        username,
        photo: enums::ChatPhoto::Empty,
        date: membership.map_or(channel.date, |membership| membership.member.date),
        restriction_reason: None,
        admin_rights: viewer.and_then(|viewer| admin_rights(channel, viewer)),
        banned_rights: viewer.and_then(|viewer| banned_rights(channel, viewer)),
        default_banned_rights: viewer.map(|_| channel.moderation.default.clone().into()),
        participants_count: viewer.map(|_| count(channel.participants())),
        usernames,
        stories_max_id: None,
        color: None,
        profile_color: None,
        emoji_status: None,
        level: None,
        subscription_until_date: None,
        bot_verification_icon: None,
        send_paid_messages_stars: None,
        linked_monoforum_id: None,
        linked_community_id: None,
    }
    .into()
}

/// A number of members as TL carries it.
pub(in crate::rpc) fn count(members: usize) -> i32 {
    i32::try_from(members).unwrap_or(i32::MAX)
}

fn admin_rights(channel: &Channel, viewer: UserId) -> Option<enums::ChatAdminRights> {
    if viewer == channel.creator {
        return Some(all_rights().into());
    }
    let admin = channel.moderation.admins.get(&viewer);
    admin.map(|admin| admin.rights.clone().into())
}

fn banned_rights(channel: &Channel, viewer: UserId) -> Option<enums::ChatBannedRights> {
    let ban = channel.moderation.bans.get(&viewer);
    ban.map(|ban| ban.rights.clone().into())
}
