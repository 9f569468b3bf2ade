//! Finding users, groups and channels at Telegram.
//! Source: <https://core.telegram.org/api/peers>, <https://core.telegram.org/api/links>.

use crate::model::{ChatId, Peer};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// What a search at Telegram has brought: the peer that was meant, and all that came along.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The one that was asked for, if there is one.
    pub target: Option<ChatId>,
    /// Every peer of the answer with its access hash, the target among them.
    pub peers: Vec<Peer>,
}

impl Link {
    /// `contacts.resolveUsername`. Telegram limits it harshly: ask the stored peers first.
    pub async fn resolve_username(&self, username: &str) -> Result<Found, Error> {
        let request = tl::functions::contacts::ResolveUsername {
            username: username.to_owned(),
            referer: None,
        };
        match self.invoke(&request).await {
            Ok(tl::enums::contacts::ResolvedPeer::Peer(found)) => Ok(resolved(&found)),
            Err(error) if error.is("USERNAME_NOT_OCCUPIED") || error.is("USERNAME_INVALID") => {
                Ok(Found::default())
            }
            Err(error) => Err(error),
        }
    }

    /// `users.getUsers` or `channels.getChannels`: a user or channel as it is now. `None` when
    /// Telegram refuses the access hash; a channel that has become unreadable shows nothing.
    pub async fn look_again(&self, peer: &Peer) -> Result<Option<Peer>, Error> {
        let found = if let Some(user) = convert::input_user(peer) {
            let request = tl::functions::users::GetUsers { id: vec![user] };
            let users = self.invoke(&request).await;
            users.map(|users| users.iter().find_map(convert::user))
        } else if let Some(channel) = convert::input_channel(peer) {
            let id = vec![channel];
            let request = tl::functions::channels::GetChannels { id };
            self.invoke(&request).await.map(|answer| match answer {
                tl::enums::messages::Chats::Chats(list) => {
                    list.chats.iter().find_map(convert::chat)
                }
                tl::enums::messages::Chats::Slice(list) => {
                    list.chats.iter().find_map(convert::chat)
                }
            })
        } else {
            return Ok(Some(peer.clone()));
        };
        match found {
            Ok(found) => Ok(found.filter(|found| found.peer_id == peer.peer_id)),
            Err(error) if error.is("CHANNEL_PRIVATE") => Ok(Some(Peer::new(peer.peer_id))),
            Err(error) if error.refuses_hash() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `contacts.resolvePhone`, for numbers that let themselves be found.
    pub async fn resolve_phone(&self, phone: &str) -> Result<Found, Error> {
        let request = tl::functions::contacts::ResolvePhone {
            phone: phone.to_owned(),
        };
        match self.invoke(&request).await {
            Ok(tl::enums::contacts::ResolvedPeer::Peer(found)) => Ok(resolved(&found)),
            Err(error) if error.is("PHONE_NOT_OCCUPIED") => Ok(Found::default()),
            Err(error) => Err(error),
        }
    }

    /// `contacts.getContacts`.
    pub async fn contacts(&self) -> Result<Vec<Peer>, Error> {
        match self
            .invoke(&tl::functions::contacts::GetContacts { hash: 0 })
            .await?
        {
            tl::enums::contacts::Contacts::Contacts(list) => {
                Ok(list.users.iter().filter_map(convert::user).collect())
            }
            tl::enums::contacts::Contacts::NotModified => Ok(Vec::new()),
        }
    }
}

fn resolved(found: &tl::types::contacts::ResolvedPeer) -> Found {
    Found {
        target: Some(convert::chat_id(&found.peer)),
        peers: convert::peers(&found.users, &found.chats),
    }
}
