//! The header of a forwarded message.
//!
//! Owns which of its fields each origin has. It only reads the world's header.

use grammers_tl_types::{enums, types};

use super::peer::peer;
use crate::world::forward::Forward;

/// `messageFwdHeader`.
pub(super) fn header(forward: &Forward) -> enums::MessageFwdHeader {
    types::MessageFwdHeader {
        imported: false,
        saved_out: false,
        from_id: Some(peer(forward.from)),
        from_name: None,
        date: forward.date,
        channel_post: forward.channel_post.map(|id| id.0),
        post_author: None,
        saved_from_peer: forward.saved_from.map(|(chat, _)| peer(chat)),
        saved_from_msg_id: forward.saved_from.map(|(_, id)| id.0),
        saved_from_id: None,
        saved_from_name: None,
        saved_date: None,
        psa_type: None,
    }
    .into()
}
