//! How loud chats are: `account.updateNotifySettings` and what belongs to it.
//!
//! Owns the forms of the answers. The settings are the account's.
//! Source: <https://core.telegram.org/api/push-updates>.

use grammers_tl_types::enums::InputNotifyPeer;
use grammers_tl_types::{enums, functions as f, types};

use super::{Request, peers, render};
use crate::world::World;
use crate::world::ids::{Peer, UserId};
use crate::world::refusal::Refusal;
use crate::world::settings::Scope;

/// `account.updateNotifySettings`; what is left out is as it was never set.
///
/// # Errors
/// What names the chat; `SETTINGS_INVALID` for a time before 1970.
pub(super) fn update_notify_settings(
    request: &Request<'_>,
    input: f::account::UpdateNotifySettings,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let scope = scope(&world, caller, &input.peer)?;
    let enums::InputPeerNotifySettings::Settings(wanted) = input.settings;
    if wanted.mute_until.is_some_and(|until| until < 0) {
        return Err(Refusal::bad("SETTINGS_INVALID"));
    }
    let (sound, stories) = (wanted.sound, wanted.stories_sound);
    let settings = types::PeerNotifySettings {
        show_previews: wanted.show_previews,
        silent: wanted.silent,
        mute_until: wanted.mute_until,
        ios_sound: sound.clone(),
        android_sound: sound.clone(),
        other_sound: sound,
        stories_muted: wanted.stories_muted,
        stories_hide_sender: wanted.stories_hide_sender,
        stories_ios_sound: stories.clone(),
        stories_android_sound: stories.clone(),
        stories_other_sound: stories,
    };
    world.set_notify(caller, scope, Some(settings), Some(request.origin()));
    Ok(true)
}

/// `account.getNotifySettings`.
pub(super) fn get_notify_settings(
    request: &Request<'_>,
    input: f::account::GetNotifySettings,
) -> Result<enums::PeerNotifySettings, Refusal> {
    let (world, caller) = request.authorised()?;
    let scope = scope(&world, caller, &input.peer)?;
    Ok(render::notify_of(&world, caller, scope))
}

/// `account.resetNotifySettings`.
pub(super) fn reset_notify_settings(
    request: &Request<'_>,
    _: f::account::ResetNotifySettings,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let set = world.settings(caller).map(|settings| &settings.notify);
    let scopes: Vec<Scope> = set.map_or(Vec::new(), |all| all.keys().copied().collect());
    for scope in scopes {
        world.set_notify(caller, scope, None, Some(request.origin()));
    }
    Ok(true)
}

fn scope(world: &World, caller: UserId, peer: &InputNotifyPeer) -> Result<Scope, Refusal> {
    Ok(match peer {
        InputNotifyPeer::Peer(one) => Scope::Chat(peers::peer(world, caller, &one.peer)?),
        InputNotifyPeer::InputNotifyForumTopic(one) => {
            Scope::Topic(peers::peer(world, caller, &one.peer)?, one.top_msg_id)
        }
        InputNotifyPeer::InputNotifyUsers => Scope::Users,
        InputNotifyPeer::InputNotifyChats => Scope::Chats,
        InputNotifyPeer::InputNotifyBroadcasts => Scope::Broadcasts,
        InputNotifyPeer::InputNotifyCommunity(one) => {
            let id = peers::channel(world, caller, &one.community)?;
            Scope::Chat(Peer::Channel(id))
        }
    })
}
