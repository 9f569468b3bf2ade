//! What scripts set up in the lists of chats: folders, how loud and how unread a chat is, whom an
//! account has saved.
//!
//! Owns how a folder is described. Accounts and chats are named as everywhere.

use grammers_tl_types::{enums, types};
use serde::Deserialize;

use super::{Dc, find, find_peer};
use crate::rpc::Locked;
use crate::world::account::Contact;
use crate::world::ids::{Peer, UserId};
use crate::world::refusal::Refusal;
use crate::world::settings::Scope;

/// An account's own folder of the list of chats.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are flags of the constructor, each independent of the others"
)]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Folder {
    /// From 2 to 255.
    pub id: i32,
    /// What it is called.
    pub title: String,
    /// Its sign.
    pub emoticon: Option<String>,
    /// Chats at its top, from the top.
    pub pinned: Vec<String>,
    /// Chats that are in it.
    pub include: Vec<String>,
    /// Chats that are not, whatever else is said.
    pub exclude: Vec<String>,
    /// Private chats with people who are saved.
    pub contacts: bool,
    /// Private chats with others.
    pub non_contacts: bool,
    /// Groups of both kinds.
    pub groups: bool,
    /// Broadcast channels.
    pub broadcasts: bool,
    /// Private chats with bots.
    pub bots: bool,
    /// Of the kinds, none that is muted.
    pub exclude_muted: bool,
    /// Of the kinds, none in which everything is read.
    pub exclude_read: bool,
    /// Of the kinds, none that is archived.
    pub exclude_archived: bool,
    /// True for one that was joined by a link: it has no kinds and excludes nothing.
    pub shared: bool,
}

impl Dc {
    /// Makes or changes a folder of an account.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`, `FILTER_ID_INVALID`, `DIALOG_FILTERS_TOO_MUCH`.
    pub fn set_folder(&self, account: &str, folder: &Folder) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        let filter = filter(&mut world, user, folder)?;
        world.put_filter(user, folder.id, Some(filter), None)
    }

    /// Deletes a folder of an account.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `FILTER_ID_INVALID`.
    pub fn remove_folder(&self, account: &str, id: i32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        world.put_filter(user, id, None, None)
    }

    /// Puts the folders of an account into this order; 0 is the list of all chats.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn order_folders(&self, account: &str, order: &[i32]) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        world.order_filters(user, order.to_vec(), None);
        Ok(())
    }

    /// Lets an account mute a chat until then, in seconds since 1970; 0 for not at all.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`.
    pub fn mute(&self, account: &str, peer: &str, until: i32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        let peer = find_peer(&mut world, peer)?;
        world.set_notify(user, Scope::Chat(peer), Some(muted(until)), None);
        Ok(())
    }

    /// Lets an account mark a chat as unread, or take the mark away.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`.
    pub fn mark_unread(&self, account: &str, peer: &str, unread: bool) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        let peer = find_peer(&mut world, peer)?;
        world.mark_unread(user, peer, unread, None);
        Ok(())
    }

    /// Leaves the newest `count` messages of a chat unread for an account, its own among them.
    /// Nobody is told: who is connected sees it in the list of chats.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`.
    pub fn leave_unread(&self, account: &str, peer: &str, count: usize) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        let peer = find_peer(&mut world, peer)?;
        world.leave_unread(user, peer, count);
        Ok(())
    }

    /// Lets an account save another under a name, or without one forget it.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn save_contact(
        &self,
        account: &str,
        user: &str,
        name: Option<&str>,
    ) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let owner = find(&mut world, account)?;
        let user = find(&mut world, user)?;
        match name {
            None => world.forget_contact(owner, user),
            Some(name) => {
                let contact = Contact {
                    first_name: name.to_owned(),
                    last_name: String::new(),
                };
                world.save_contact(owner, user, contact);
            }
        }
        Ok(())
    }
}

fn filter(
    world: &mut Locked<'_>,
    user: UserId,
    folder: &Folder,
) -> Result<enums::DialogFilter, Refusal> {
    let mut peers = |names: &[String]| -> Result<Vec<enums::InputPeer>, Refusal> {
        let peers = names.iter().map(|name| find_peer(world, name));
        let peers: Vec<Peer> = peers.collect::<Result<_, _>>()?;
        Ok(peers
            .into_iter()
            .map(|peer| input_peer(world, user, peer))
            .collect())
    };
    let title = types::TextWithEntities {
        text: folder.title.clone(),
        entities: Vec::new(),
    };
    let pinned_peers = peers(&folder.pinned)?;
    let include_peers = peers(&folder.include)?;
    if folder.shared {
        return Ok(types::DialogFilterChatlist {
            has_my_invites: false,
            title_noanimate: false,
            id: folder.id,
            title: title.into(),
            emoticon: folder.emoticon.clone(),
            color: None,
            pinned_peers,
            include_peers,
        }
        .into());
    }
    Ok(types::DialogFilter {
        contacts: folder.contacts,
        non_contacts: folder.non_contacts,
        groups: folder.groups,
        broadcasts: folder.broadcasts,
        bots: folder.bots,
        exclude_muted: folder.exclude_muted,
        exclude_read: folder.exclude_read,
        exclude_archived: folder.exclude_archived,
        title_noanimate: false,
        id: folder.id,
        title: title.into(),
        emoticon: folder.emoticon.clone(),
        color: None,
        pinned_peers,
        include_peers,
        exclude_peers: peers(&folder.exclude)?,
    }
    .into())
}

/// A chat as the account names it to Telegram.
fn input_peer(world: &Locked<'_>, viewer: UserId, peer: Peer) -> enums::InputPeer {
    match peer {
        Peer::User(user) if user == viewer => enums::InputPeer::PeerSelf,
        Peer::User(user) => types::InputPeerUser {
            user_id: user.0,
            access_hash: world.access_hash(viewer, user).0,
        }
        .into(),
        Peer::Group(id) => types::InputPeerChat { chat_id: id.0 }.into(),
        Peer::Channel(id) => types::InputPeerChannel {
            channel_id: id.0,
            access_hash: world.channel_hash(viewer, id).0,
        }
        .into(),
    }
}

/// Settings that say nothing but until when there is silence.
pub(super) fn muted(until: i32) -> types::PeerNotifySettings {
    types::PeerNotifySettings {
        show_previews: None,
        silent: None,
        mute_until: Some(until),
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
