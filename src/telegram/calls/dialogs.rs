//! Listing an account's dialogs. Source: <https://core.telegram.org/method/messages.getDialogs>.

use crate::model::{ChatId, MessageId, UtcTime};
use crate::store::peers::PeerRow;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// What Telegram says of one dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// The chat.
    pub chat_id: ChatId,
    /// The number of its newest message.
    pub top: MessageId,
    /// When that was sent; `None` when it did not come along.
    pub top_sent_at: Option<UtcTime>,
    /// A channel's `pts`.
    pub pts: Option<i32>,
    /// When the account joined a channel.
    pub joined_at: Option<UtcTime>,
}

/// Dialogs with all peers that came along.
#[derive(Clone, Debug, Default)]
pub struct DialogList {
    /// Newest first, but for pinned ones. No channels that the account has left.
    pub dialogs: Vec<Dialog>,
    /// The peers.
    pub peers: Vec<PeerRow>,
    /// Whether these are all.
    pub complete: bool,
}

/// One answer, taken apart.
pub(super) struct DialogPage {
    pub(super) dialogs: Vec<tl::enums::Dialog>,
    pub(super) messages: Vec<tl::enums::Message>,
    pub(super) chats: Vec<tl::enums::Chat>,
    pub(super) peers: Vec<PeerRow>,
    pub(super) complete: bool,
}

impl Link {
    /// The newest dialogs of all folders, 100 a call, at most `pages` calls.
    pub async fn dialogs(&self, pages: u32) -> Result<DialogList, Error> {
        let mut all = DialogList::default();
        let mut offset = DialogOffset::default();
        for _ in 0..pages {
            let Some(page) = self.dialog_page(&offset, None, 100).await? else {
                break;
            };
            all.dialogs
                .extend(page.dialogs.iter().filter_map(|dialog| page.read(dialog)));
            all.complete = page.complete;
            let next = DialogOffset::after(&page.dialogs, &page.messages, &page.peers);
            all.peers.extend(page.peers);
            match next {
                Some(next) if !page.complete => offset = next,
                _ => break,
            }
        }
        Ok(all)
    }

    /// One call: of one folder or of all, at most 100 dialogs. `None` when there is nothing new.
    pub(super) async fn dialog_page(
        &self,
        offset: &DialogOffset,
        folder_id: Option<i32>,
        limit: i32,
    ) -> Result<Option<DialogPage>, Error> {
        let request = tl::functions::messages::GetDialogs {
            exclude_pinned: false,
            folder_id,
            offset_date: offset.date,
            offset_id: offset.id,
            offset_peer: offset.peer.clone(),
            limit,
            hash: 0,
        };
        let (dialogs, messages, users, chats, complete) = match self.invoke(&request).await? {
            tl::enums::messages::Dialogs::Dialogs(page) => {
                (page.dialogs, page.messages, page.users, page.chats, true)
            }
            tl::enums::messages::Dialogs::Slice(page) => {
                (page.dialogs, page.messages, page.users, page.chats, false)
            }
            tl::enums::messages::Dialogs::NotModified(_) => return Ok(None),
        };
        Ok(Some(DialogPage {
            peers: convert::peers(&users, &chats),
            dialogs,
            messages,
            chats,
            complete,
        }))
    }
}

impl DialogPage {
    fn read(&self, dialog: &tl::enums::Dialog) -> Option<Dialog> {
        let tl::enums::Dialog::Dialog(dialog) = dialog else {
            return None;
        };
        let chat_id = convert::chat_id(&dialog.peer);
        let top = MessageId(dialog.top_message);
        let channel = self.chats.iter().find_map(|chat| match chat {
            tl::enums::Chat::Channel(channel) if ChatId::channel(channel.id) == chat_id => {
                Some(channel)
            }
            _ => None,
        });
        if channel.is_some_and(|channel| channel.left) {
            return None;
        }
        let time = |date: i32| UtcTime::from_unix(date.into());
        let message = self
            .messages
            .iter()
            .find(|message| convert::message_place(message) == Some((chat_id, top)));
        Some(Dialog {
            chat_id,
            top,
            top_sent_at: message.and_then(convert::message_date).and_then(time),
            pts: dialog.pts,
            joined_at: channel.and_then(|channel| time(channel.date)),
        })
    }
}

/// Where the next page of dialogs begins.
pub(super) struct DialogOffset {
    pub(super) date: i32,
    pub(super) id: i32,
    pub(super) peer: tl::enums::InputPeer,
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
    pub(super) fn after(
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
                MessageId(dialog.top_message),
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
