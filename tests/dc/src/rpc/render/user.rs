//! Users as a viewer sees them.
//!
//! Owns what is shown to whom: phone numbers only to contacts, access hashes per viewer, almost
//! nothing in pushes that are the same for all.

use std::collections::BTreeSet;

use grammers_tl_types::{enums, types};

use super::raw::raw_user;
use super::update::folder_of;
use super::usernames::of_object;
use crate::world::World;
use crate::world::account::Account;
use crate::world::ids::{Peer, UserId};
use crate::world::service::SERVICE;
use crate::world::settings::Scope;

/// Several users, each once, by id.
pub(in crate::rpc) fn users(
    world: &World,
    viewer: UserId,
    ids: impl IntoIterator<Item = UserId>,
) -> Vec<enums::User> {
    let ids: BTreeSet<UserId> = ids.into_iter().collect();
    ids.into_iter()
        .filter_map(|id| user(world, viewer, id))
        .collect()
}

/// One user, never `min`.
pub(in crate::rpc) fn user(world: &World, viewer: UserId, id: UserId) -> Option<enums::User> {
    let account = world.account(id)?;
    let is_self = viewer == id;
    if let Some(raw) = world.raws.object(Peer::User(id)).filter(|_| !is_self) {
        return Some(raw_user(world, raw));
    }
    let saved = world.contact(viewer, id);
    let is_contact = saved.is_some();
    let (first_name, last_name) = saved.map_or_else(
        || (account.first_name.clone(), account.last_name.clone()),
        |saved| (saved.first_name.clone(), saved.last_name.clone()),
    );
    let seen = Seen {
        is_self,
        is_contact,
        is_mutual: is_contact && world.has_contact(id, viewer),
        is_min: false,
        access_hash: Some(world.access_hash(viewer, id).0),
        first_name,
        last_name,
        phone: (is_self || is_contact).then(|| account.phone.clone()),
    };
    Some(seen.literal(account).into())
}

/// One user with the `min` flag: the same for all, its access hash good for nothing.
pub(in crate::rpc) fn min_user(world: &World, id: UserId, with_hash: bool) -> Option<enums::User> {
    let account = world.account(id)?;
    if let Some(raw) = world.raws.object(Peer::User(id)) {
        return Some(raw_user(world, raw));
    }
    let seen = Seen {
        is_self: false,
        is_contact: false,
        is_mutual: false,
        is_min: true,
        access_hash: with_hash.then_some(id.0.wrapping_mul(0x5851_F42D_4C95_7F2D) | 1),
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        phone: None,
    };
    Some(seen.literal(account).into())
}

/// What differs from viewer to viewer.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are flags of the constructor, each independent of the others"
)]
struct Seen {
    is_self: bool,
    is_contact: bool,
    is_mutual: bool,
    is_min: bool,
    access_hash: Option<i64>,
    first_name: String,
    last_name: String,
    phone: Option<String>,
}

impl Seen {
    fn literal(self, account: &Account) -> types::User {
        let (username, usernames) = of_object(Some(&account.username), &account.bought);
        types::User {
            is_self: self.is_self,
            contact: self.is_contact,
            mutual_contact: self.is_mutual,
            deleted: false,
            bot: account.bot,
            bot_chat_history: false,
            bot_nochats: false,
            verified: account.verified || account.id == SERVICE,
            restricted: false,
            min: self.is_min,
            bot_inline_geo: false,
            support: account.id == SERVICE,
            scam: false,
            apply_min_photo: false,
            fake: false,
            bot_attach_menu: false,
            premium: false,
            attach_menu_enabled: false,
            bot_can_edit: false,
            close_friend: false,
            stories_hidden: false,
            stories_unavailable: false,
            contact_require_premium: false,
            bot_business: false,
            bot_has_main_app: false,
            bot_forum_view: false,
            bot_forum_can_manage_topics: false,
            bot_can_manage_bots: false,
            bot_guestchat: false,
            bot_guard: false,
            id: account.id.0,
            access_hash: self.access_hash,
            first_name: Some(self.first_name),
            last_name: Some(self.last_name).filter(|name| !name.is_empty()),
            username,
            phone: self.phone,
            photo: None,
            status: Some(types::UserStatusRecently { by_me: false }.into()),
            // One flag stands for both.
            bot_info_version: account.bot.then_some(1),
            restriction_reason: None,
            bot_inline_placeholder: None,
            lang_code: None,
            emoji_status: None,
            usernames,
            stories_max_id: None,
            color: None,
            profile_color: None,
            bot_active_users: None,
            bot_verification_icon: None,
            send_paid_messages_stars: None,
            linked_community_id: None,
        }
    }
}

/// `peerSettings` with nothing set.
pub(in crate::rpc) fn peer_settings() -> enums::PeerSettings {
    types::PeerSettings {
        report_spam: false,
        add_contact: false,
        block_contact: false,
        share_contact: false,
        need_contacts_exception: false,
        report_geo: false,
        autoarchived: false,
        invite_members: false,
        request_chat_broadcast: false,
        business_bot_paused: false,
        business_bot_can_reply: false,
        geo_distance: None,
        request_chat_title: None,
        request_chat_date: None,
        business_bot_id: None,
        business_bot_manage_url: None,
        charge_paid_message_stars: None,
        registration_month: None,
        phone_country: None,
        name_change_date: None,
        photo_change_date: None,
    }
    .into()
}

/// `peerNotifySettings` of a chat as `viewer` has set them up.
pub(super) fn notify_settings(
    world: &World,
    viewer: UserId,
    chat: Peer,
) -> enums::PeerNotifySettings {
    notify_of(world, viewer, Scope::Chat(chat))
}

/// `peerNotifySettings`, with nothing set for what was never set up.
pub(in crate::rpc) fn notify_of(
    world: &World,
    viewer: UserId,
    scope: Scope,
) -> enums::PeerNotifySettings {
    let set = world.settings(viewer);
    let set = set.and_then(|settings| settings.notify.get(&scope));
    set.cloned().unwrap_or_else(unset).into()
}

/// `peerNotifySettings` with nothing set.
fn unset() -> types::PeerNotifySettings {
    types::PeerNotifySettings {
        show_previews: None,
        silent: None,
        mute_until: None,
        ios_sound: None,
        android_sound: None,
        other_sound: None,
        stories_muted: None,
        stories_hide_sender: None,
        stories_ios_sound: None,
        stories_android_sound: None,
        stories_other_sound: None,
    }
}

/// `userFull` with nothing but what every account has.
#[expect(
    clippy::too_many_lines,
    reason = "one literal with every field of the constructor"
)]
pub(in crate::rpc) fn full_user(world: &World, viewer: UserId, id: UserId) -> enums::UserFull {
    let peer = Peer::User(id);
    let about = world.account(id).map(|account| account.about.clone());
    types::UserFull {
        blocked: world.has_blocked(viewer, id),
        phone_calls_available: false,
        phone_calls_private: false,
        can_pin_message: true,
        has_scheduled: world.has_scheduled(viewer, peer),
        video_calls_available: false,
        voice_messages_forbidden: false,
        translations_disabled: false,
        stories_pinned_available: false,
        blocked_my_stories_from: false,
        wallpaper_overridden: false,
        contact_require_premium: false,
        read_dates_private: false,
        sponsored_enabled: false,
        can_view_revenue: false,
        bot_can_manage_emoji_status: false,
        display_gifts_button: false,
        noforwards_my_enabled: false,
        noforwards_peer_enabled: false,
        unofficial_security_risk: false,
        id: id.0,
        about: about.filter(|about| !about.is_empty()),
        settings: peer_settings(),
        personal_photo: None,
        profile_photo: None,
        fallback_photo: None,
        notify_settings: notify_settings(world, viewer, peer),
        bot_info: None,
        pinned_msg_id: world.newest_pinned(viewer, peer),
        common_chats_count: 0,
        folder_id: folder_of(world, viewer, peer),
        ttl_period: None,
        theme: None,
        private_forward_name: None,
        bot_group_admin_rights: None,
        bot_broadcast_admin_rights: None,
        wallpaper: None,
        stories: None,
        business_work_hours: None,
        business_location: None,
        business_greeting_message: None,
        business_away_message: None,
        business_intro: None,
        birthday: None,
        personal_channel_id: None,
        personal_channel_message: None,
        stargifts_count: None,
        starref_program: None,
        bot_verification: None,
        send_paid_messages_stars: None,
        disallowed_gifts: None,
        stars_rating: None,
        stars_my_pending_rating: None,
        stars_my_pending_rating_date: None,
        main_tab: None,
        saved_music: None,
        note: None,
        bot_manager_id: None,
    }
    .into()
}
