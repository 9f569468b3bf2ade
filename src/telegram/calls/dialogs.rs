//! Listing an account's dialogs. Source: <https://core.telegram.org/method/messages.getDialogs>.

use crate::model::{ChatId, MessageId, UtcTime};
use crate::store::peers::PeerRow;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::lenient::UnreadableObject;
use crate::telegram::link::Link;
use grammers_client::tl;
use std::collections::HashSet;

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
    /// Whether it is pinned, so that its place in the list says nothing.
    pub pinned: bool,
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
    /// What could not be read of the answer.
    pub(super) unreadable: Vec<UnreadableObject>,
    pub(super) chats: Vec<tl::enums::Chat>,
    pub(super) peers: Vec<PeerRow>,
    pub(super) complete: bool,
    /// How many Telegram says there are.
    pub(super) total: usize,
}

/// Dialogs in a page.
const A_PAGE: usize = 100;

/// A list of dialogs on its way. What has come stays when a page is refused.
#[derive(Debug, Default)]
pub struct DialogWalk {
    /// What has come so far.
    pub list: DialogList,
    offset: DialogOffset,
    listed: HashSet<ChatId>,
    /// How often the page has been halved, because what it holds cannot be told apart.
    halvings: u32,
    ended: bool,
}

impl DialogWalk {
    /// Whether no page is left.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    fn take(&mut self, page: DialogPage, asked: usize) {
        let short = page.dialogs.len() < asked;
        let before = self.listed.len();
        for dialog in &page.dialogs {
            let tl::enums::Dialog::Dialog(raw) = dialog else {
                continue;
            };
            // A dialog may be told twice, when it is pinned or the list moves meanwhile.
            if self.listed.insert(convert::chat_id(&raw.peer)) {
                self.list.dialogs.extend(page.read(dialog));
            }
        }
        let nothing_new = self.listed.len() == before;
        let all = page.complete || nothing_new || short && self.listed.len() >= page.total;
        let next = page.next().filter(|next| next.goes_on(&self.offset));
        self.list.peers.extend(page.peers);
        self.list.complete = all || next.is_none() && short;
        match next {
            Some(next) if !all => self.offset = next,
            _ => self.ended = true,
        }
    }
}

impl Link {
    /// The newest dialogs of all folders, 100 a call, at most `pages` calls.
    pub async fn dialogs(&self, pages: u32) -> Result<DialogList, Error> {
        let mut walk = DialogWalk::default();
        for _ in 0..pages {
            if walk.has_ended() {
                break;
            }
            self.next_dialogs(&mut walk).await?;
        }
        Ok(walk.list)
    }

    /// Adds the next page to a list, in one call. A refusal leaves the list as it was. After a page
    /// in which the unreadable cannot be told apart the next call asks for half as much.
    pub async fn next_dialogs(&self, walk: &mut DialogWalk) -> Result<(), Error> {
        let asked = (A_PAGE >> walk.halvings.min(usize::BITS - 1)).max(1);
        let limit = i32::try_from(asked).unwrap_or(i32::MAX);
        match self.dialog_page(&walk.offset, None, limit).await {
            Ok(page) => {
                walk.halvings = 0;
                match page {
                    Some(page) => walk.take(page, asked),
                    None => walk.ended = true,
                }
            }
            Err(error) if error.is_unreadable() && asked > 1 => walk.halvings += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// One chat as the list would tell it, with the peers that came along; no dialog when the
    /// account is not in it. Source: <https://core.telegram.org/method/messages.getPeerDialogs>.
    pub async fn dialog_of(&self, peer: &PeerRow) -> Result<(Option<Dialog>, Vec<PeerRow>), Error> {
        let wanted = tl::types::InputDialogPeer {
            peer: convert::input_peer(peer),
        };
        let request = tl::functions::messages::GetPeerDialogs {
            peers: vec![wanted.into()],
        };
        let read = self.invoke_leniently(&request).await?;
        let tl::enums::messages::PeerDialogs::Dialogs(answer) = read.value;
        let page = DialogPage {
            peers: convert::peers(&answer.users, &answer.chats),
            total: answer.dialogs.len(),
            dialogs: answer.dialogs,
            messages: answer.messages,
            unreadable: read.unreadable,
            chats: answer.chats,
            complete: true,
        };
        let mut told = page.dialogs.iter().filter_map(|dialog| page.read(dialog));
        let dialog = told.find(|dialog| dialog.chat_id == peer.peer_id);
        Ok((dialog, page.peers))
    }

    /// One call: of one folder or of all, at most 100 dialogs. `None` when there is nothing new.
    pub(super) async fn dialog_page(
        &self,
        offset: &DialogOffset,
        folder_id: Option<i32>,
        limit: i32,
    ) -> Result<Option<DialogPage>, Error> {
        let request = tl::functions::messages::GetDialogs {
            // They come with the first page, whatever their age.
            exclude_pinned: !offset.is_first(),
            folder_id,
            offset_date: offset.date,
            offset_id: offset.id,
            offset_peer: offset.peer.clone(),
            limit,
            hash: 0,
        };
        let read = self.invoke_leniently(&request).await?;
        let (dialogs, messages, users, chats, total) = match read.value {
            tl::enums::messages::Dialogs::Dialogs(page) => {
                (page.dialogs, page.messages, page.users, page.chats, None)
            }
            tl::enums::messages::Dialogs::Slice(page) => {
                let total = usize::try_from(page.count).unwrap_or_default();
                (
                    page.dialogs,
                    page.messages,
                    page.users,
                    page.chats,
                    Some(total),
                )
            }
            tl::enums::messages::Dialogs::NotModified(_) => return Ok(None),
        };
        Ok(Some(DialogPage {
            peers: convert::peers(&users, &chats),
            dialogs,
            messages,
            unreadable: read.unreadable,
            chats,
            complete: total.is_none(),
            total: total.unwrap_or_default(),
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
        let channel = self.channel(chat_id);
        if channel.is_some_and(|channel| channel.left) || self.is_shut(chat_id) {
            return None;
        }
        let time = |date: i32| UtcTime::from_unix(date.into());
        Some(Dialog {
            chat_id,
            top,
            top_sent_at: self.date_of((chat_id, top)).and_then(time),
            pts: dialog.pts,
            joined_at: channel.and_then(|channel| time(channel.date)),
            pinned: dialog.pinned,
        })
    }

    /// When the message at a place was sent, if it came along and says so.
    fn date_of(&self, place: (ChatId, MessageId)) -> Option<i32> {
        let mut readable = self.messages.iter();
        let message = readable.find(|message| convert::message_place(message) == Some(place));
        message.and_then(convert::message_date).or_else(|| {
            let mut told = self
                .unreadable
                .iter()
                .filter_map(|object| object.message.as_ref());
            told.find(|told| (convert::chat_id(&told.peer), MessageId(told.id)) == place)?
                .date
        })
    }

    fn channel(&self, id: ChatId) -> Option<&tl::types::Channel> {
        self.chats.iter().find_map(|chat| match chat {
            tl::enums::Chat::Channel(channel) if ChatId::channel(channel.id) == id => Some(channel),
            _ => None,
        })
    }

    /// Whether the account was thrown out of the channel.
    fn is_shut(&self, id: ChatId) -> bool {
        self.chats.iter().any(|chat| match chat {
            tl::enums::Chat::ChannelForbidden(channel) => ChatId::channel(channel.id) == id,
            _ => false,
        })
    }

    /// Where the page after this one begins: after its last dialog whose top message came along,
    /// but for pinned ones and monoforums, which stand where they do not belong by age.
    /// Source: <https://core.telegram.org/api/offsets>.
    pub(super) fn next(&self) -> Option<DialogOffset> {
        self.dialogs.iter().rev().find_map(|dialog| {
            let tl::enums::Dialog::Dialog(dialog) = dialog else {
                return None;
            };
            let chat_id = convert::chat_id(&dialog.peer);
            let place = (chat_id, MessageId(dialog.top_message));
            let is_monoforum = self
                .channel(chat_id)
                .is_some_and(|channel| channel.monoforum);
            if dialog.pinned || is_monoforum {
                return None;
            }
            let date = self.date_of(place)?;
            let peer = self.peers.iter().find(|peer| peer.peer_id == place.0)?;
            Some(DialogOffset {
                date,
                id: dialog.top_message,
                peer: convert::input_peer(peer),
            })
        })
    }
}

/// Where the next page of dialogs begins.
#[derive(Debug)]
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
    /// Whether it is the beginning of the list.
    fn is_first(&self) -> bool {
        (self.date, self.id) == (0, 0)
    }

    /// Whether this place comes after the one before, so that following it ends some time.
    fn goes_on(&self, before: &Self) -> bool {
        before.is_first()
            || self.date < before.date
            || self.date == before.date && (self.id, &self.peer) != (before.id, &before.peer)
    }
}
