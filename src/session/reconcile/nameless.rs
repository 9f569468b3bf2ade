//! Messages of which nothing can be read, not even their chat.

use crate::model::{ChatId, MessageBox, MessageId, Peer};
use crate::session::reconcile::trouble::Place;
use crate::session::reconcile::{Reconciler, Trouble};
use crate::store::peers;
use crate::telegram::DialogList;
use std::collections::HashMap;

/// How many chats are asked at most for one message.
const CHATS: usize = 20;

impl Reconciler<'_> {
    /// The private chats and basic groups of a list, each with its newest number.
    pub(super) async fn own_chats(
        &self,
        list: &DialogList,
    ) -> Result<Vec<(Peer, MessageId)>, Trouble> {
        let dialogs = list.dialogs.iter();
        let own = dialogs.filter(|dialog| MessageBox::of(dialog.chat_id).chat().is_none());
        let tops: Vec<(ChatId, MessageId)> =
            own.map(|dialog| (dialog.chat_id, dialog.top)).collect();
        let listed: HashMap<ChatId, &Peer> =
            list.peers.iter().map(|peer| (peer.peer_id, peer)).collect();
        let mut chats = Vec::new();
        for (chat, top) in tops {
            if let Some(peer) = listed.get(&chat) {
                chats.push(((*peer).clone(), top));
                continue;
            }
            // Nothing may be told of those whom nobody can read.
            let id = self.account.session_id;
            let known = self
                .context
                .store
                .read(move |conn| peers::get(conn, id, chat));
            let peer = known.await?.unwrap_or_else(|| Peer::new(chat));
            chats.push((peer, top));
        }
        Ok(chats)
    }

    /// The chat of a message outside channels of which nothing can be read: the one whose newest it
    /// is, or whose history tells of it. 0 when none of the first ones does.
    pub(super) async fn chat_of(
        &self,
        id: MessageId,
        chats: &[(Peer, MessageId)],
    ) -> Result<ChatId, Trouble> {
        if let Some((peer, _)) = chats.iter().find(|(_, top)| *top == id) {
            return Ok(peer.peer_id);
        }
        let later = chats.iter().filter(|(_, top)| *top > id);
        for (peer, _) in later.take(CHATS) {
            self.pace.keep().await;
            match self.link.holds(peer, id).await {
                Ok(true) => return Ok(peer.peer_id),
                Ok(false) => {}
                Err(error) => {
                    if self.place(&error).await == Place::Account {
                        self.crossings.end();
                        return Err(error.into());
                    }
                }
            }
        }
        Ok(ChatId(0))
    }
}
