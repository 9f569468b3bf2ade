//! The JSON of this door.

mod objects;
mod requests;

pub(super) use objects::{Detail, Dialog, Me, Message, Verified};
pub(super) use requests::{
    ChatQuery, DialogsQuery, MeQuery, MessagesQuery, POLICY, SearchQuery, SendCodeRequest,
    VerifyRequest, api_hash, api_id,
};
