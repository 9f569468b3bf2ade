//! The list of chats as the account's owner sees it.
//! Source: <https://core.telegram.org/method/messages.getDialogs>.

use crate::model::{ChatId, ChatTraits, ListedChat, LiveMessage, MessageId, Peer};
use crate::telegram::calls::dialogs::{DialogOffset, DialogPage, Told};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// Telegram's number of the archive. Source: <https://core.telegram.org/api/folders#peer-folders>.
const ARCHIVE: i32 = 1;

/// Chats with the peers that came along.
#[derive(Clone, Debug, Default)]
pub struct ListedDialogs {
    /// Pinned ones first, then the newest.
    pub entries: Vec<ListedChat>,
    /// The peers.
    pub peers: Vec<Peer>,
}

impl Link {
    /// Up to `limit` chats of the archive, or of those outside it.
    pub async fn list_dialogs(&self, limit: u32, archived: bool) -> Result<ListedDialogs, Error> {
        let limit = limit as usize;
        let folder = if archived { ARCHIVE } else { 0 };
        let mut listed = ListedDialogs::default();
        let mut offset = DialogOffset::default();
        let mut halvings = 0;
        while listed.entries.len() < limit {
            let wanted = (limit - listed.entries.len()).clamp(1, 100) >> halvings;
            let wanted = i32::try_from(wanted.max(1)).unwrap_or(100);
            let page = match self.dialog_page(&offset, Some(folder), wanted).await? {
                Told::Page(page) => page,
                Told::Torn(..) => {
                    halvings += 1;
                    continue;
                }
                Told::Unchanged => break,
            };
            halvings = 0;
            let own = self.own();
            for dialog in &page.dialogs {
                // The archive itself is listed as one entry among the others.
                let tl::enums::Dialog::Dialog(dialog) = dialog else {
                    continue;
                };
                listed.entries.extend(page.shown(own, dialog));
            }
            let next = page.next();
            listed.peers.extend(page.peers);
            match next {
                Some(next) if !page.complete => offset = next,
                _ => break,
            }
        }
        listed.entries.truncate(limit);
        Ok(listed)
    }
}

impl DialogPage {
    /// A dialog as the account's owner sees it; `None` when its chat cannot be read.
    pub(super) fn shown(
        &self,
        own: Option<ChatId>,
        dialog: &tl::types::Dialog,
    ) -> Option<ListedChat> {
        let chat_id = convert::chat_id(&dialog.peer);
        let peer = self.peers.iter().find(|peer| peer.peer_id == chat_id)?;
        let top = self.messages.iter().find(|message| {
            let place = convert::message_place(message);
            place.is_some_and(|(chat, id)| chat == chat_id && id.0 == dialog.top_message)
        });
        Some(ListedChat {
            peer: peer.clone(),
            traits: self.traits(chat_id),
            forbidden: is_forbidden(&self.chats, chat_id),
            unread_count: dialog.unread_count,
            has_unread: dialog.unread_count > 0 || dialog.unread_mark,
            has_unread_mentions: dialog.unread_mentions_count > 0,
            pinned: dialog.pinned,
            archived: dialog.folder_id == Some(ARCHIVE),
            muted_until: convert::muted_until(&dialog.notify_settings),
            top: MessageId(dialog.top_message),
            last_message: top
                .and_then(|message| convert::live(own, message))
                .or_else(|| self.unreadable_top(own, (chat_id, dialog.top_message))),
        })
    }

    fn traits(&self, id: ChatId) -> ChatTraits {
        let mut users = self.users.iter().filter_map(|user| match user {
            tl::enums::User::User(user) => Some(user),
            tl::enums::User::Empty(_) => None,
        });
        let user = users.find(|user| ChatId::user(user.id) == id);
        let mut chats = self.chats.iter();
        let chat = chats.find(|chat| convert::id_of_chat(chat) == Some(id));
        user.map(convert::user_traits)
            .or_else(|| chat.map(convert::chat_traits))
            .unwrap_or_default()
    }

    /// A dialog's newest message as far as it can be read, if it cannot be as a whole.
    fn unreadable_top(&self, own: Option<ChatId>, top: (ChatId, i32)) -> Option<LiveMessage> {
        let told = self.unreadable.iter();
        let mut told = told.filter_map(|object| convert::live_unreadable(own, object));
        told.find(|live| (live.content.chat_id, live.content.message_id.0) == top)
    }
}

fn is_forbidden(chats: &[tl::enums::Chat], id: ChatId) -> bool {
    chats.iter().any(|chat| match chat {
        tl::enums::Chat::Forbidden(chat) => ChatId::chat(chat.id) == id,
        tl::enums::Chat::ChannelForbidden(channel) => ChatId::channel(channel.id) == id,
        _ => false,
    })
}
