//! Fetching what the log lacks, and comparing what may have changed unseen.

use crate::model::{ChatId, MessageBox, MessageId, UtcTime};
use crate::session::capture::store_batch;
use crate::session::reconcile::numbers::Numbers;
use crate::session::reconcile::trouble::{Place, place_of};
use crate::session::reconcile::{Reconciler, State, Trouble};
use crate::store::capture::{CapturedBatch, Committed, Deletion};
use crate::store::gaps::{Filled, GapRow};
use crate::store::peers::PeerRow;
use crate::store::{gaps, peers, sequences};
use crate::telegram::{self, DialogList, MESSAGES_A_CALL};
use log::{info, warn};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How many captured messages of a sequence are compared at most after a gap that may have hidden
/// edits and deletions, newest first: twenty calls. A gap tells what was not compared.
const VERIFIED: i64 = 2_000;

/// Telegram lets a message be edited for this long. Older ones than the newest by more are not
/// compared. Source: <https://core.telegram.org/api/config#client-configuration>, `edit_time_limit`.
const EDITABLE: Duration = Duration::from_hours(48);

/// What a fetch is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Numbers that the log lacks.
    Missing,
    /// Captured messages that may have changed.
    Verify,
}

impl Reconciler<'_> {
    /// Fills sequence by sequence. What one chat refuses keeps its gap open and stops no other.
    pub(super) async fn fill(
        &self,
        state: &mut State,
        list: &DialogList,
        mut numbers: Numbers,
        pending: &[GapRow],
    ) -> Result<(), Trouble> {
        let listed: BTreeSet<MessageBox> = list
            .dialogs
            .iter()
            .map(|dialog| MessageBox::of(dialog.chat_id))
            .collect();
        let mut boxes: BTreeSet<MessageBox> = numbers.boxes().into_iter().collect();
        boxes.extend(pending.iter().map(|gap| gap.message_box));
        // What is not listed has been dealt with.
        boxes.retain(|place| place.chat().is_none() || listed.contains(place));
        let now = Instant::now();
        boxes.retain(|place| !state.pauses.holds(*place, now));
        let mut complete = BTreeMap::new();
        for message_box in boxes {
            let open: Vec<&GapRow> = pending
                .iter()
                .filter(|gap| gap.message_box == message_box)
                .collect();
            if open.is_empty() && numbers.missing(message_box).is_empty() {
                if let Some((up_to, _)) = numbers.complete(message_box) {
                    complete.insert(message_box, up_to);
                }
                continue;
            }
            match self.fill_box(list, message_box, &mut numbers, &open).await {
                Ok(()) => state.pauses.succeeded(message_box),
                Err(Trouble::Telegram(error)) if place_of(&error) == Place::Chat => {
                    self.refused(state, message_box, &open, &error).await?;
                }
                Err(error) => {
                    if let Trouble::Telegram(error) = &error {
                        self.keep_open(&open, &error.to_string()).await?;
                    }
                    self.remember_complete(complete).await?;
                    return Err(error);
                }
            }
        }
        self.remember_complete(complete).await
    }

    async fn remember_complete(
        &self,
        complete: BTreeMap<MessageBox, MessageId>,
    ) -> Result<(), Trouble> {
        if complete.is_empty() {
            return Ok(());
        }
        let id = self.account.session_id;
        let stored = self
            .context
            .store
            .write(move |conn| sequences::put(conn, id, &complete));
        Ok(stored.await?)
    }

    /// Fetches the missing numbers of one sequence, compares what may have changed, and closes
    /// its gaps.
    async fn fill_box(
        &self,
        list: &DialogList,
        message_box: MessageBox,
        numbers: &mut Numbers,
        open: &[&GapRow],
    ) -> Result<(), Trouble> {
        let channel = self.channel(list, message_box).await?;
        let mut filled = Filled::default();
        let top = numbers.top(message_box);
        loop {
            let missing = numbers.missing(message_box).to_vec();
            for ids in missing.chunks(MESSAGES_A_CALL) {
                let fetch = self.fetch(message_box, channel.as_ref(), ids, Purpose::Missing);
                let (done, absent) = fetch.await?;
                filled.found += done.inserted;
                filled.absent += absent;
                // What is done needs not be done again when the next call is refused.
                let done = ids.last().map(|last| (message_box, *last));
                self.remember_complete(done.into_iter().collect()).await?;
            }
            let Some((up_to, more)) = numbers.complete(message_box) else {
                break;
            };
            self.remember_complete(BTreeMap::from([(message_box, up_to)]))
                .await?;
            if !more {
                break;
            }
            self.read_numbers(numbers).await?;
        }
        if let Some(verify_to) = open.iter().filter_map(|gap| gap.verify_to).max() {
            (filled.changed, filled.not_compared_to) = self
                .verify(message_box, channel.as_ref(), verify_to)
                .await?;
        }
        self.close(open, top, filled).await
    }

    /// Compares captured messages with what Telegram has now, the newest first; how many were
    /// different, and up to where they were not compared.
    async fn verify(
        &self,
        message_box: MessageBox,
        channel: Option<&PeerRow>,
        up_to: MessageId,
    ) -> Result<(usize, Option<MessageId>), Trouble> {
        let id = self.account.session_id;
        let rows = self
            .context
            .store
            .read(move |conn| {
                sequences::captured_down_from(conn, id, message_box, up_to, VERIFIED + 1)
            })
            .await?;
        let newest = rows.iter().map(|(_, sent_at)| *sent_at).max();
        let oldest = newest.map(|newest| newest.before(EDITABLE));
        let most = usize::try_from(VERIFIED).unwrap_or(usize::MAX);
        let is_due = |at: usize, sent_at: UtcTime| at < most && Some(sent_at) >= oldest;
        let (mut ids, mut not_compared_to) = (Vec::new(), None::<MessageId>);
        for (at, (id, sent_at)) in rows.into_iter().enumerate() {
            if is_due(at, sent_at) {
                ids.push(id);
            } else {
                not_compared_to = not_compared_to.max(Some(id));
            }
        }
        let mut changed = 0;
        for ids in ids.chunks(MESSAGES_A_CALL) {
            let (done, _) = self
                .fetch(message_box, channel, ids, Purpose::Verify)
                .await?;
            changed += done.edited + done.deleted;
        }
        Ok((changed, not_compared_to))
    }

    /// Fetches numbers into the log. Says how many belong to no message as well. What cannot be
    /// read and does not say which message it is, is narrowed down by halves; the one number that
    /// is left then is passed over, so that nobody asks for it for ever.
    async fn fetch(
        &self,
        message_box: MessageBox,
        channel: Option<&PeerRow>,
        ids: &[MessageId],
        purpose: Purpose,
    ) -> Result<(Committed, usize), Trouble> {
        let (mut all, mut absent) = (Committed::default(), 0);
        let mut parts = vec![ids];
        while let Some(ids) = parts.pop() {
            match self.fetch_once(message_box, channel, ids, purpose).await? {
                Some((done, gone)) => {
                    all.inserted += done.inserted;
                    all.edited += done.edited;
                    all.deleted += done.deleted;
                    absent += gone;
                }
                None if ids.len() > 1 => {
                    let (low, high) = ids.split_at(ids.len() / 2);
                    parts.extend([high, low]);
                }
                None => {
                    let session = self.name.as_str();
                    warn!(session, box_id = message_box.0; "a message cannot be read: {ids:?}");
                }
            }
        }
        Ok((all, absent))
    }

    /// One call, and its answer in the log; `None` when not all of it can be told apart.
    async fn fetch_once(
        &self,
        message_box: MessageBox,
        channel: Option<&PeerRow>,
        ids: &[MessageId],
        purpose: Purpose,
    ) -> Result<Option<(Committed, usize)>, Trouble> {
        self.crossings.begin();
        let fetched = self.link.messages(channel, self.account.own, ids).await;
        let mut fetched = match fetched {
            Ok(fetched) if fetched.unplaced.is_empty() => fetched,
            Ok(_) | Err(telegram::Error::Unreadable { .. }) => {
                self.crossings.settle(&mut Vec::new());
                self.pace().await;
                return Ok(None);
            }
            Err(error) => {
                self.crossings.settle(&mut Vec::new());
                return Err(error.into());
            }
        };
        let unreadable = fetched.unreadable.iter();
        let unreadable = unreadable.map(|unreadable| unreadable.message.message_id);
        let present: HashSet<MessageId> = fetched
            .messages
            .iter()
            .map(|message| message.message_id)
            .chain(unreadable)
            .collect();
        let absent: Vec<MessageId> = ids
            .iter()
            .copied()
            .filter(|id| !present.contains(id))
            .collect();
        let gone = absent.len();
        let mut deletions = self.crossings.settle(&mut fetched.messages);
        if purpose == Purpose::Verify && gone > 0 {
            deletions.push(Deletion {
                channel: message_box.chat(),
                message_ids: absent,
            });
        }
        let batch = CapturedBatch {
            links: Vec::new(),
            session_id: self.account.session_id,
            peers: fetched.peers,
            messages: fetched.messages,
            unreadable: fetched.unreadable,
            deletions,
            position: None,
            gaps: Vec::new(),
            captured_at: UtcTime::now(),
            from_history: true,
        };
        let done = store_batch(&self.context.writer, Arc::new(batch), self.vitals).await?;
        self.pace().await;
        Ok(Some((done, gone)))
    }

    async fn close(
        &self,
        open: &[&GapRow],
        up_to: Option<MessageId>,
        filled: Filled,
    ) -> Result<(), Trouble> {
        let rows: Vec<GapRow> = open.iter().map(|gap| (*gap).clone()).collect();
        let closed = self
            .context
            .store
            .write(move |conn| {
                let mut closed = Vec::new();
                // What was found is counted once, at the oldest of them.
                let mut filled = Some(filled);
                for row in &rows {
                    let filled = filled.take().unwrap_or_default();
                    if gaps::close(conn, row, up_to, filled, UtcTime::now())? {
                        closed.push(row.cause);
                    }
                }
                Ok(closed)
            })
            .await?;
        for cause in &closed {
            metrics::counter!(crate::metrics::GAPS_CLOSED, "cause" => cause.as_str()).increment(1);
        }
        if filled != Filled::default() {
            let Filled {
                found,
                absent,
                changed,
                ..
            } = filled;
            info!(
                session = self.name.as_str(), found, absent, changed;
                "the log has been made complete from history"
            );
        }
        Ok(())
    }

    /// The channel of a sequence as calls take it; `None` for the account's own. What has just been
    /// listed has the access hash of now.
    async fn channel(
        &self,
        list: &DialogList,
        message_box: MessageBox,
    ) -> Result<Option<PeerRow>, Trouble> {
        let Some(chat): Option<ChatId> = message_box.chat() else {
            return Ok(None);
        };
        let listed = list.peers.iter();
        let mut listed = listed.filter(|peer| peer.access_hash.is_some());
        if let Some(peer) = listed.find(|peer| peer.peer_id == chat) {
            return Ok(Some(peer.clone()));
        }
        let id = self.account.session_id;
        let row = self
            .context
            .store
            .read(move |conn| peers::get(conn, id, chat))
            .await?;
        row.map(Some)
            .ok_or(Trouble::Telegram(telegram::Error::WrongKind))
    }
}
