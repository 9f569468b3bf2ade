//! Asking for peers that are known in part: basic groups by their id alone, and whoever was seen
//! in a message. Sources: <https://core.telegram.org/method/messages.getChats>,
//! <https://core.telegram.org/method/users.getUsers>, <https://core.telegram.org/api/min>.

use crate::model::{ChatId, ChatKind, MessageId, Peer, PeerLink};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// Basic groups as they are now.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// Those that the account is or was in, and the supergroups that they have become.
    pub peers: Vec<Peer>,
    /// Which have become which.
    pub upgrades: Vec<PeerLink>,
}

impl Link {
    /// Basic groups by their ids, and the supergroups that they have become. None when the account
    /// is and was in none of them.
    pub async fn groups(&self, ids: &[ChatId]) -> Result<Groups, Error> {
        let id = ids.iter().map(|id| id.bare()).collect();
        let request = tl::functions::messages::GetChats { id };
        let chats = match self.invoke(&request).await {
            Ok(tl::enums::messages::Chats::Chats(found)) => found.chats,
            Ok(tl::enums::messages::Chats::Slice(found)) => found.chats,
            Err(error) if error.is("CHAT_ID_INVALID") || error.is("PEER_ID_INVALID") => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Groups {
            peers: convert::peers(&[], &chats),
            upgrades: convert::upgrades(&chats),
        })
    }

    /// A user or channel that a message shows. `None` when the message is gone or does not.
    pub async fn seen_in(
        &self,
        chat: &Peer,
        message: MessageId,
        peer: ChatId,
    ) -> Result<Option<Peer>, Error> {
        let found = match peer.kind() {
            ChatKind::User => self.user_seen(chat, message, peer).await,
            ChatKind::Channel => self.channel_seen(chat, message, peer).await,
            ChatKind::Chat => return Ok(None),
        };
        match found {
            Err(error) if is_gone(&error) => Ok(None),
            found => found,
        }
    }

    async fn user_seen(
        &self,
        chat: &Peer,
        message: MessageId,
        user: ChatId,
    ) -> Result<Option<Peer>, Error> {
        let seen = tl::types::InputUserFromMessage {
            peer: convert::input_peer(chat),
            msg_id: message.0,
            user_id: user.bare(),
        };
        let id = vec![seen.into()];
        let users = self.invoke(&tl::functions::users::GetUsers { id }).await?;
        let mut users = users.iter().filter_map(convert::user);
        Ok(users.find(|found| found.peer_id == user))
    }

    async fn channel_seen(
        &self,
        chat: &Peer,
        message: MessageId,
        channel: ChatId,
    ) -> Result<Option<Peer>, Error> {
        let seen = tl::types::InputChannelFromMessage {
            peer: convert::input_peer(chat),
            msg_id: message.0,
            channel_id: channel.bare(),
        };
        let id = vec![seen.into()];
        let request = tl::functions::channels::GetChannels { id };
        let chats = match self.invoke(&request).await? {
            tl::enums::messages::Chats::Chats(found) => found.chats,
            tl::enums::messages::Chats::Slice(found) => found.chats,
        };
        let mut chats = chats.iter().filter_map(convert::chat);
        Ok(chats.find(|found| found.peer_id == channel))
    }
}

/// Whether Telegram says that the message, or the peer in it, is not there for the account.
fn is_gone(error: &Error) -> bool {
    const NAMES: [&str; 6] = [
        "MSG_ID_INVALID",
        "MESSAGE_ID_INVALID",
        "PEER_ID_INVALID",
        "USER_ID_INVALID",
        "CHANNEL_INVALID",
        "CHANNEL_PRIVATE",
    ];
    NAMES.iter().any(|name| error.is(name))
}
