//! How chats are named in TL.
//!
//! Owns nothing but the translation of the world's peers.

use grammers_tl_types::{enums, types};

use crate::world::ids::{Peer, UserId};

/// `peerUser`, `peerChat` or `peerChannel`.
pub(in crate::rpc) fn peer(peer: Peer) -> enums::Peer {
    match peer {
        Peer::User(id) => user_peer(id),
        Peer::Group(id) => types::PeerChat { chat_id: id.0 }.into(),
        Peer::Channel(id) => types::PeerChannel { channel_id: id.0 }.into(),
    }
}

/// `peerUser`.
pub(in crate::rpc) fn user_peer(id: UserId) -> enums::Peer {
    types::PeerUser { user_id: id.0 }.into()
}
