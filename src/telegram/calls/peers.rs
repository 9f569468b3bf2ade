//! Finding users, groups and channels at Telegram.
//! Source: <https://core.telegram.org/api/peers>, <https://core.telegram.org/api/links>.

use crate::model::ChatId;
use crate::store::peers::PeerRow;
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
    pub peers: Vec<PeerRow>,
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
    pub async fn contacts(&self) -> Result<Vec<PeerRow>, Error> {
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

    /// The peers of the newest dialogs, 100 a call, at most `pages` calls.
    pub async fn dialog_peers(&self, pages: u32) -> Result<Vec<PeerRow>, Error> {
        let mut all = Vec::new();
        let mut offset = DialogOffset::default();
        for _ in 0..pages {
            let request = tl::functions::messages::GetDialogs {
                exclude_pinned: false,
                folder_id: None,
                offset_date: offset.date,
                offset_id: offset.id,
                offset_peer: offset.peer.clone(),
                limit: 100,
                hash: 0,
            };
            let (dialogs, messages, users, chats, complete) = match self.invoke(&request).await? {
                tl::enums::messages::Dialogs::Dialogs(page) => {
                    (page.dialogs, page.messages, page.users, page.chats, true)
                }
                tl::enums::messages::Dialogs::Slice(page) => {
                    (page.dialogs, page.messages, page.users, page.chats, false)
                }
                tl::enums::messages::Dialogs::NotModified(_) => break,
            };
            let peers = convert::peers(&users, &chats);
            let next = DialogOffset::after(&dialogs, &messages, &peers);
            all.extend(peers);
            match next {
                Some(next) if !complete => offset = next,
                _ => break,
            }
        }
        Ok(all)
    }
}

struct DialogOffset {
    date: i32,
    id: i32,
    peer: tl::enums::InputPeer,
}

impl Default for DialogOffset {
    fn default() -> Self {
        Self {
            date: 0,
            id: 0,
            peer: tl::enums::InputPeer::Empty,
        }
    }
}

impl DialogOffset {
    /// The next page starts after the last dialog whose top message came along.
    /// Source: <https://core.telegram.org/api/offsets>.
    fn after(
        dialogs: &[tl::enums::Dialog],
        messages: &[tl::enums::Message],
        peers: &[PeerRow],
    ) -> Option<Self> {
        dialogs.iter().rev().find_map(|dialog| {
            let tl::enums::Dialog::Dialog(dialog) = dialog else {
                return None;
            };
            let place = (
                convert::chat_id(&dialog.peer),
                crate::model::MessageId(dialog.top_message),
            );
            let message = messages
                .iter()
                .find(|message| convert::message_place(message) == Some(place))?;
            let peer = peers.iter().find(|peer| peer.peer_id == place.0)?;
            Some(Self {
                date: convert::message_date(message)?,
                id: dialog.top_message,
                peer: convert::input_peer(peer),
            })
        })
    }
}

fn resolved(found: &tl::types::contacts::ResolvedPeer) -> Found {
    Found {
        target: Some(convert::chat_id(&found.peer)),
        peers: convert::peers(&found.users, &found.chats),
    }
}
