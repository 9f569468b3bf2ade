//! From where on a sequence that nobody has looked at belongs to the log.

use crate::model::{Gap, MessageBox, MessageId, UtcTime};
use crate::session::reconcile::numbers::is_leap;
use crate::session::reconcile::trouble::Place;
use crate::session::reconcile::{Reconciler, State, Trouble};
use crate::store::sequences;
use crate::telegram::{self, Dialog, DialogList};
use log::debug;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

impl Reconciler<'_> {
    /// From where on a sequence that nobody has looked at belongs to the log: from the login, or
    /// from when the account joined.
    pub(super) async fn with_baselines(
        &self,
        state: &mut State,
        list: &DialogList,
        mut known: BTreeMap<MessageBox, MessageId>,
        logged_in_at: Option<UtcTime>,
    ) -> Result<BTreeMap<MessageBox, MessageId>, Trouble> {
        let mut fresh: BTreeMap<MessageBox, MessageId> = BTreeMap::new();
        for dialog in &list.dialogs {
            let message_box = MessageBox::of(dialog.chat_id);
            if known.contains_key(&message_box) || state.pauses.holds(message_box, Instant::now()) {
                continue;
            }
            let since = logged_in_at.max(dialog.joined_at);
            let error = match self.baseline(list, dialog, since).await {
                Ok(baseline) => {
                    let entry = fresh.entry(message_box).or_insert(baseline);
                    *entry = (*entry).max(baseline);
                    continue;
                }
                Err(error) => error,
            };
            if self.place(&error).await == Place::Account {
                self.store_baselines(fresh).await?;
                return Err(error.into());
            }
            if dialog.pts.is_none() {
                // The other private chats say it as well.
                debug!(session = self.name.as_str(); "a chat's history is refused: {error}");
                continue;
            }
            let open = self.open_missed(vec![message_box]).await?;
            let open: Vec<&Gap> = open
                .iter()
                .filter(|gap| gap.message_box == message_box)
                .collect();
            self.refused(state, message_box, &open, &error).await?;
        }
        known.append(&mut self.store_baselines(fresh).await?);
        Ok(known)
    }

    async fn store_baselines(
        &self,
        mut fresh: BTreeMap<MessageBox, MessageId>,
    ) -> Result<BTreeMap<MessageBox, MessageId>, Trouble> {
        if fresh.is_empty() {
            return Ok(fresh);
        }
        let id = self.account.session_id;
        let stored = self.context.store.write(move |conn| {
            for (message_box, begin) in &mut fresh {
                // The account may have been there before, and what has been seen belongs to it.
                if let Some(oldest) = sequences::oldest_captured(conn, id, *message_box)? {
                    *begin = (*begin).min(MessageId(oldest.0 - 1));
                }
            }
            sequences::put(conn, id, &fresh)?;
            Ok(fresh)
        });
        Ok(stored.await?)
    }

    async fn baseline(
        &self,
        list: &DialogList,
        dialog: &Dialog,
        since: Option<UtcTime>,
    ) -> Result<MessageId, telegram::Error> {
        let Some(since) = since else {
            return Ok(dialog.top);
        };
        if dialog.top_sent_at.is_some_and(|sent| sent < since) {
            return Ok(dialog.top);
        }
        let peer = list
            .peers
            .iter()
            .find(|peer| peer.peer_id == dialog.chat_id);
        let Some(peer) = peer else {
            return Ok(dialog.top);
        };
        self.pace.keep().await;
        let before = self.link.newest_before(peer, since).await?;
        Ok(before.unwrap_or(MessageId(0)))
    }

    /// Lets no list take the log farther than there are messages: a number that lies far beyond what
    /// is known counts as far as the chat's history confirms it.
    pub(super) async fn confirm_leaps(
        &self,
        list: &mut DialogList,
        known: &BTreeMap<MessageBox, MessageId>,
    ) -> Result<(), Trouble> {
        let tomorrow = UtcTime::now().after(Duration::from_hours(24));
        for at in 0..list.dialogs.len() {
            let Some(dialog) = list.dialogs.get(at).copied() else {
                continue;
            };
            let known = known.get(&MessageBox::of(dialog.chat_id));
            let Some(known) = known.filter(|known| is_leap(**known, dialog.top)) else {
                continue;
            };
            let mut top = *known;
            let mut peers = list.peers.iter();
            if let Some(peer) = peers.find(|peer| peer.peer_id == dialog.chat_id) {
                self.pace.keep().await;
                match self.link.newest_before(peer, tomorrow).await {
                    Ok(newest) => top = newest.map_or(top, |newest| newest.min(dialog.top)),
                    Err(error) if self.place(&error).await == Place::Chat => {
                        debug!(session = self.name.as_str(); "a chat's history is refused: {error}");
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if let Some(dialog) = list.dialogs.get_mut(at) {
                dialog.top = top;
            }
        }
        Ok(())
    }

    /// No sequence is complete beyond its newest message: such a number was a false one.
    pub(super) async fn lowered(
        &self,
        list: &DialogList,
        mut known: BTreeMap<MessageBox, MessageId>,
    ) -> Result<BTreeMap<MessageBox, MessageId>, Trouble> {
        let mut tops: BTreeMap<MessageBox, MessageId> = BTreeMap::new();
        for dialog in &list.dialogs {
            let top = tops
                .entry(MessageBox::of(dialog.chat_id))
                .or_insert(dialog.top);
            *top = (*top).max(dialog.top);
        }
        tops.retain(|place, top| known.get(place).is_some_and(|known| *known > *top));
        if tops.is_empty() {
            return Ok(known);
        }
        let (id, before) = (self.account.session_id, known.clone());
        let stored = self.context.store.write(move |conn| {
            for (place, top) in &mut tops {
                if let Some(newest) = sequences::newest_captured(conn, id, *place)? {
                    *top = (*top).max(newest);
                }
            }
            tops.retain(|place, top| before.get(place).is_some_and(|known| *known > *top));
            sequences::put(conn, id, &tops)?;
            Ok(tops)
        });
        known.append(&mut stored.await?);
        Ok(known)
    }
}
