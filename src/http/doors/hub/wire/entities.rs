//! The JSON of entities: users, groups and channels.

#![expect(
    clippy::struct_field_names,
    reason = "the names of fields are the contract's"
)]

use super::shared::{POLICY, SUCCESS};
use crate::http::input::{kind, request};
use crate::model::{Peer, SessionName};
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Body of `POST /entity/resolve`.
    pub(crate) struct ResolveRequest {
        /// The account that looks.
        session_id: SessionName = kind::session(),
        /// A username, link, phone number or id (bare or marked), as a text or a number.
        entity_identifier: String = kind::text_or_integer().example("@username"),
    }
}

/// Answer of `POST /entity/resolve`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Resolved {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// What was done, in words.
    message: &'static str,
    /// What was found.
    entity: Entity,
}

/// A user, group or channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entity {
    /// The bare id.
    id: i64,
    /// `User`, `Chat` or `Channel`.
    r#type: &'static str,
    /// The username, without `@`.
    #[schema(required)]
    username: Option<String>,
    /// A user's first name.
    #[schema(required)]
    first_name: Option<String>,
    /// A user's last name.
    #[schema(required)]
    last_name: Option<String>,
    /// A user's phone number.
    #[schema(required)]
    phone: Option<String>,
    /// A group's or channel's title.
    #[schema(required)]
    title: Option<String>,
}

impl From<Peer> for Resolved {
    fn from(peer: Peer) -> Self {
        Self {
            status: SUCCESS,
            message: "Entity resolved successfully",
            entity: Entity {
                id: peer.peer_id.bare(),
                r#type: peer.peer_id.kind().class(),
                title: peer.title().map(str::to_owned),
                username: peer.username,
                first_name: peer.first_name,
                last_name: peer.last_name,
                phone: peer.phone,
            },
        }
    }
}

/// Answer of `GET /session/{session_id}/entities`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CachedEntities {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// The session.
    session_id: String,
    /// What the hub remembers, in the order of the marked ids.
    cached_entities: Vec<CachedEntity>,
}

/// A user, group or channel that the hub remembers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CachedEntity {
    /// The bare id.
    entity_id: i64,
    /// `user`, `chat` or `channel`.
    r#type: &'static str,
    /// The name shown in clients.
    #[schema(required)]
    name: Option<String>,
    /// The username, without `@`.
    #[schema(required)]
    username: Option<String>,
    /// A user's phone number.
    #[schema(required)]
    phone: Option<String>,
}

impl CachedEntities {
    /// What the hub remembers for a session.
    pub(crate) fn new(session: &SessionName, peers: Vec<Peer>) -> Self {
        Self {
            status: SUCCESS,
            session_id: session.to_string(),
            cached_entities: peers.into_iter().map(CachedEntity::from).collect(),
        }
    }
}

impl From<Peer> for CachedEntity {
    fn from(peer: Peer) -> Self {
        Self {
            entity_id: peer.peer_id.bare(),
            r#type: peer.peer_id.kind().as_str(),
            name: peer.name,
            username: peer.username,
            phone: peer.phone,
        }
    }
}
