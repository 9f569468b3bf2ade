//! The list of chats as the account's owner sees it.
//! Source: <https://core.telegram.org/method/messages.getDialogs>.

use crate::model::ChatId;
use crate::store::peers::PeerRow;
use crate::telegram::calls::dialogs::DialogOffset;
use crate::telegram::convert::{self, LiveMessage};
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// Telegram's number of the archive. Source: <https://core.telegram.org/api/folders#peer-folders>.
const ARCHIVE: i32 = 1;

/// One chat of the list.
#[derive(Clone, Debug)]
pub struct DialogEntry {
    /// The chat.
    pub peer: PeerRow,
    /// Whether the account was thrown out of it.
    pub forbidden: bool,
    /// How many messages in it are not read.
    pub unread_count: i32,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Its newest message.
    pub last_message: Option<LiveMessage>,
}

/// Chats with the peers that came along.
#[derive(Clone, Debug, Default)]
pub struct ListedDialogs {
    /// Pinned ones first, then the newest.
    pub entries: Vec<DialogEntry>,
    /// The peers.
    pub peers: Vec<PeerRow>,
}

impl Link {
    /// Up to `limit` chats of the archive, or of those outside it.
    pub async fn list_dialogs(&self, limit: u32, archived: bool) -> Result<ListedDialogs, Error> {
        let limit = limit as usize;
        let mut listed = ListedDialogs::default();
        let mut offset = DialogOffset::default();
        while listed.entries.len() < limit {
            let wanted = (limit - listed.entries.len()).clamp(1, 100);
            let request = tl::functions::messages::GetDialogs {
                exclude_pinned: false,
                folder_id: Some(if archived { ARCHIVE } else { 0 }),
                offset_date: offset.date,
                offset_id: offset.id,
                offset_peer: offset.peer.clone(),
                limit: i32::try_from(wanted).unwrap_or(100),
                hash: 0,
            };
            let (dialogs, messages, users, chats, complete) = match self.invoke(&request).await? {
                tl::enums::messages::Dialogs::Dialogs(all) => {
                    (all.dialogs, all.messages, all.users, all.chats, true)
                }
                tl::enums::messages::Dialogs::Slice(page) => {
                    (page.dialogs, page.messages, page.users, page.chats, false)
                }
                tl::enums::messages::Dialogs::NotModified(_) => break,
            };
            let peers = convert::peers(&users, &chats);
            let own = self.own();
            for dialog in &dialogs {
                // The archive itself is listed as one entry among the others.
                let tl::enums::Dialog::Dialog(dialog) = dialog else {
                    continue;
                };
                let chat_id = convert::chat_id(&dialog.peer);
                let Some(peer) = peers.iter().find(|peer| peer.peer_id == chat_id) else {
                    continue;
                };
                let top = messages.iter().find(|message| {
                    let place = convert::message_place(message);
                    place.is_some_and(|(chat, id)| chat == chat_id && id.0 == dialog.top_message)
                });
                listed.entries.push(DialogEntry {
                    peer: peer.clone(),
                    forbidden: is_forbidden(&chats, chat_id),
                    unread_count: dialog.unread_count,
                    pinned: dialog.pinned,
                    last_message: top.and_then(|message| convert::live(own, message)),
                });
            }
            let next = DialogOffset::after(&dialogs, &messages, &peers);
            listed.peers.extend(peers);
            match next {
                Some(next) if !complete => offset = next,
                _ => break,
            }
        }
        listed.entries.truncate(limit);
        Ok(listed)
    }
}

fn is_forbidden(chats: &[tl::enums::Chat], id: ChatId) -> bool {
    chats.iter().any(|chat| match chat {
        tl::enums::Chat::Forbidden(chat) => ChatId::chat(chat.id) == id,
        tl::enums::Chat::ChannelForbidden(channel) => ChatId::channel(channel.id) == id,
        _ => false,
    })
}
