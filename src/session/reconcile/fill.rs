//! Fetching what the log lacks, and comparing what may have changed unseen.

use crate::model::{ChatId, MessageBox, MessageId, UtcTime};
use crate::session::capture::store_batch;
use crate::session::reconcile::numbers::Numbers;
use crate::session::reconcile::survey::of_one_chat;
use crate::session::reconcile::{Reconciler, Trouble};
use crate::store::capture::{CapturedBatch, Committed, Deletion};
use crate::store::gaps::{Filled, GapRow};
use crate::store::peers::PeerRow;
use crate::store::{gaps, peers, sequences};
use crate::telegram::{self, DialogList, MESSAGES_A_CALL};
use log::info;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// How many captured messages of a sequence are compared at most after a gap that may have hidden
/// edits and deletions, newest first.
const VERIFIED: i64 = 5_000;

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
        let mut complete = BTreeMap::new();
        for message_box in boxes {
            let open: Vec<&GapRow> = pending
                .iter()
                .filter(|gap| gap.message_box == message_box)
                .collect();
            if message_box.chat().is_some() && !listed.contains(&message_box) {
                self.keep_open(&open, "the account is not in the channel")
                    .await?;
                if !open.is_empty() {
                    self.crossings.note_absent(message_box);
                }
                continue;
            }
            if open.is_empty() && numbers.missing(message_box).is_empty() {
                if let Some((up_to, _)) = numbers.complete(message_box) {
                    complete.insert(message_box, up_to);
                }
                continue;
            }
            match self.fill_box(message_box, &mut numbers, &open).await {
                Ok(()) => {}
                Err(Trouble::Telegram(error)) => {
                    self.keep_open(&open, &error.to_string()).await?;
                    if of_one_chat(&error).is_none() {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(error),
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

    async fn keep_open(&self, open: &[&GapRow], reason: &str) -> Result<(), Trouble> {
        let fresh = open
            .iter()
            .filter(|gap| gap.reason.as_deref() != Some(reason));
        let ids: Vec<i64> = fresh.map(|gap| gap.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        info!(session = self.name.as_str(); "{} gaps stay open: {reason}", ids.len());
        let reason = reason.to_owned();
        let stored = self
            .context
            .store
            .write(move |conn| gaps::set_reason(conn, &ids, &reason));
        Ok(stored.await?)
    }

    /// Fetches the missing numbers of one sequence, compares what may have changed, and closes
    /// its gaps.
    async fn fill_box(
        &self,
        message_box: MessageBox,
        numbers: &mut Numbers,
        open: &[&GapRow],
    ) -> Result<(), Trouble> {
        let channel = self.channel(message_box).await?;
        let mut filled = Filled::default();
        let top = numbers.top(message_box);
        loop {
            let missing = numbers.missing(message_box).to_vec();
            for ids in missing.chunks(MESSAGES_A_CALL) {
                let fetch = self.fetch(message_box, channel.as_ref(), ids, Purpose::Missing);
                let (done, absent) = fetch.await?;
                filled.found += done.inserted;
                filled.absent += absent;
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
            filled.changed = self
                .verify(message_box, channel.as_ref(), verify_to)
                .await?;
        }
        self.close(open, top, filled).await
    }

    /// Compares captured messages with what Telegram has now; how many were different.
    async fn verify(
        &self,
        message_box: MessageBox,
        channel: Option<&PeerRow>,
        up_to: MessageId,
    ) -> Result<usize, Trouble> {
        let id = self.account.session_id;
        let rows = self
            .context
            .store
            .read(move |conn| sequences::captured_down_from(conn, id, message_box, up_to, VERIFIED))
            .await?;
        let oldest = rows.iter().map(|(_, sent_at)| *sent_at).max();
        let oldest = oldest.map(|newest| newest.before(EDITABLE));
        let ids: Vec<MessageId> = rows
            .into_iter()
            .filter(|(_, sent_at)| Some(*sent_at) >= oldest)
            .map(|(id, _)| id)
            .collect();
        let mut changed = 0;
        for ids in ids.chunks(MESSAGES_A_CALL) {
            let (done, _) = self
                .fetch(message_box, channel, ids, Purpose::Verify)
                .await?;
            changed += done.edited + done.deleted;
        }
        Ok(changed)
    }

    /// One call, and its answer in the log. Says how many numbers belong to no message as well.
    async fn fetch(
        &self,
        message_box: MessageBox,
        channel: Option<&PeerRow>,
        ids: &[MessageId],
        purpose: Purpose,
    ) -> Result<(Committed, usize), Trouble> {
        self.crossings.begin();
        let fetched = self.link.messages(channel, self.account.own, ids).await;
        let mut fetched = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                self.crossings.settle(&mut Vec::new());
                return Err(error.into());
            }
        };
        let present: HashSet<MessageId> = fetched
            .messages
            .iter()
            .map(|message| message.message_id)
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
        Ok((done, gone))
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
            } = filled;
            info!(
                session = self.name.as_str(), found, absent, changed;
                "the log has been made complete from history"
            );
        }
        Ok(())
    }

    /// The channel of a sequence as calls take it; `None` for the account's own.
    async fn channel(&self, message_box: MessageBox) -> Result<Option<PeerRow>, Trouble> {
        let Some(chat): Option<ChatId> = message_box.chat() else {
            return Ok(None);
        };
        let id = self.account.session_id;
        let row = self
            .context
            .store
            .read(move |conn| peers::get(conn, id, chat))
            .await?;
        match row {
            Some(row) => Ok(Some(row)),
            None => Err(Trouble::Telegram(telegram::Error::Unreachable(
                "the channel is not among the stored peers".into(),
            ))),
        }
    }
}
