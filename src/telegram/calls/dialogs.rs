//! Listing an account's dialogs. Source: <https://core.telegram.org/method/messages.getDialogs>.

mod walk;

pub use walk::DialogWalk;

use crate::model::{ChatId, ListedChat, MessageId, Peer, UtcTime};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::lenient::{Read, Unread, UnreadableObject};
use crate::telegram::link::Link;
use grammers_client::tl::{self, Deserializable as _};

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

impl Dialog {
    /// What a dialog says by itself.
    fn bare(dialog: &tl::enums::Dialog) -> Option<Self> {
        let tl::enums::Dialog::Dialog(dialog) = dialog else {
            return None;
        };
        Some(Self {
            chat_id: convert::chat_id(&dialog.peer),
            top: MessageId(dialog.top_message),
            top_sent_at: None,
            pts: dialog.pts,
            joined_at: None,
            pinned: dialog.pinned,
        })
    }
}

/// Dialogs with all peers that came along.
#[derive(Clone, Debug, Default)]
pub struct DialogList {
    /// Newest first, but for pinned ones. No channels that the account has left.
    pub dialogs: Vec<Dialog>,
    /// The same as the account's owner sees them, if that is asked for.
    pub shown: Vec<ListedChat>,
    /// The peers.
    pub peers: Vec<Peer>,
    /// Whether these are all.
    pub complete: bool,
    /// What else pages have told that could not be read beyond their dialogs. Some of it may not be
    /// listed: who cannot be read tells no place where the list goes on.
    pub beside: Vec<Dialog>,
}

/// An answer to a call for dialogs.
pub(super) enum Told {
    /// A page of them.
    Page(DialogPage),
    /// The dialogs alone. What is with them cannot be told apart, which it can in smaller pages.
    Torn(Vec<tl::enums::Dialog>),
    /// There is nothing new.
    Unchanged,
}

/// One answer, taken apart.
pub(super) struct DialogPage {
    pub(super) dialogs: Vec<tl::enums::Dialog>,
    pub(super) messages: Vec<tl::enums::Message>,
    /// What could not be read of the answer.
    pub(super) unreadable: Vec<UnreadableObject>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
    pub(super) peers: Vec<Peer>,
    pub(super) complete: bool,
    /// How many Telegram says there are.
    pub(super) total: usize,
}

impl Link {
    /// One chat as the list would tell it, with the peers that came along; no dialog when the
    /// account is not in it. Source: <https://core.telegram.org/method/messages.getPeerDialogs>.
    pub async fn dialog_of(&self, peer: &Peer) -> Result<(Option<Dialog>, Vec<Peer>), Error> {
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
            users: answer.users,
            chats: answer.chats,
            complete: true,
        };
        let mut told = page.dialogs.iter().filter_map(|dialog| page.read(dialog));
        let dialog = told.find(|dialog| dialog.chat_id == peer.peer_id);
        Ok((dialog, page.peers))
    }

    /// One call: of one folder or of all, at most 100 dialogs.
    pub(super) async fn dialog_page(
        &self,
        offset: &DialogOffset,
        folder_id: Option<i32>,
        limit: i32,
    ) -> Result<Told, Error> {
        let request = tl::functions::messages::GetDialogs {
            // They come with the first page, whatever their age.
            exclude_pinned: offset.past_pinned || !offset.is_first(),
            folder_id,
            offset_date: offset.date,
            offset_id: offset.id,
            offset_peer: offset.peer.clone(),
            limit,
            hash: 0,
        };
        let unread = match self.invoke_or_place(&request).await? {
            Ok(read) => return Ok(DialogPage::of(read).map_or(Told::Unchanged, Told::Page)),
            Err(unread) if limit == 1 => {
                let page = DialogPage::of(dialogs_alone(unread)?);
                return Ok(page.map_or(Told::Unchanged, Told::Page));
            }
            Err(unread) => unread,
        };
        let page = dialogs_alone(unread).ok().and_then(DialogPage::of);
        let dialogs = page.map(|page| page.dialogs).unwrap_or_default();
        Ok(Told::Torn(dialogs))
    }
}

fn unreadable(constructor: Option<u32>) -> Error {
    Error::Unreadable {
        constructor,
        method: "messages.getDialogs",
    }
}

/// Of a page that cannot be read, its dialogs, and what can be read of the newest message if there
/// is one dialog.
fn dialogs_alone(unread: Unread) -> Result<Read<tl::enums::messages::Dialogs>, Error> {
    let Unread {
        constructor,
        only,
        dialogs,
        ..
    } = unread;
    let dialogs = dialogs.ok_or_else(|| unreadable(constructor))?;
    let value = tl::enums::messages::Dialogs::from_bytes(&dialogs);
    let value = value.map_err(|_error| unreadable(constructor))?;
    let unreadable = only.into_iter().collect();
    Ok(Read { value, unreadable })
}

impl DialogPage {
    /// `None` when nothing is new.
    fn of(read: Read<tl::enums::messages::Dialogs>) -> Option<Self> {
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
            tl::enums::messages::Dialogs::NotModified(_) => return None,
        };
        Some(Self {
            peers: convert::peers(&users, &chats),
            dialogs,
            messages,
            unreadable: read.unreadable,
            users,
            chats,
            complete: total.is_none(),
            total: total.unwrap_or_default(),
        })
    }

    fn read(&self, dialog: &tl::enums::Dialog) -> Option<Dialog> {
        let bare = Dialog::bare(dialog)?;
        let chat_id = bare.chat_id;
        let channel = self.channel(chat_id);
        if channel.is_some_and(|channel| channel.left) || self.is_shut(chat_id) {
            return None;
        }
        let time = |date: i32| UtcTime::from_unix(date.into());
        Some(Dialog {
            top_sent_at: self.date_of((chat_id, bare.top)).and_then(time),
            joined_at: channel.and_then(|channel| time(channel.date)),
            ..bare
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
            let peer = self.peers.iter().find(|peer| peer.peer_id == place.0);
            Some(DialogOffset {
                date,
                id: dialog.top_message,
                // The date alone will do where nobody could be read.
                peer: peer.map_or(tl::enums::InputPeer::Empty, convert::input_peer),
                past_pinned: true,
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
    /// Whether the pinned ones have been told, which come first.
    pub(super) past_pinned: bool,
}

impl Default for DialogOffset {
    fn default() -> Self {
        Self {
            date: 0,
            id: 0,
            peer: tl::enums::InputPeer::Empty,
            past_pinned: false,
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
