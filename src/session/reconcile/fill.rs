//! Fetching what the log lacks in all sequences, and then comparing what may have changed unseen.

use crate::model::{ChatId, Gap, MessageBox, MessageId, Peer, UtcTime};
use crate::session::reconcile::fetch::{Attempt, Purpose};
use crate::session::reconcile::filling::Filling;
use crate::session::reconcile::numbers::Numbers;
use crate::session::reconcile::trouble::Place;
use crate::session::reconcile::{Reconciler, State, Trouble};
use crate::store::gaps::Filled;
use crate::store::{gaps, peers, sequences};
use crate::telegram::{self, DialogList};
use log::info;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// How many captured messages of a sequence are compared at most after a gap that may have hidden
/// edits and deletions, newest first: twenty calls. A gap tells what was not compared.
const VERIFIED: i64 = 2_000;

/// Telegram lets a message be edited for this long. Older ones than the newest by more are not
/// compared. Source: <https://core.telegram.org/api/config#client-configuration>, `edit_time_limit`.
const EDITABLE: Duration = Duration::from_hours(48);

impl Reconciler<'_> {
    /// Fetches what is missing, sequence by sequence. What one chat refuses keeps its gap open and
    /// stops no other.
    pub(super) async fn find_all(
        &self,
        state: &mut State,
        mut boxes: BTreeSet<MessageBox>,
        numbers: &mut Numbers,
        pending: &[Gap],
        filling: &mut Filling<'_>,
    ) -> Result<(), Trouble> {
        // What is not listed has been dealt with.
        boxes.retain(|place| place.chat().is_none() || filling.listed.contains(place));
        let now = Instant::now();
        boxes.retain(|place| !filling.done.contains(place) && !state.pauses.holds(*place, now));
        let mut complete = BTreeMap::new();
        let mut ended = Ok(());
        for message_box in boxes {
            let open: Vec<&Gap> = pending
                .iter()
                .filter(|gap| gap.message_box == message_box)
                .collect();
            if !open.iter().all(|gap| filling.can_close(gap)) {
                // Only another list tells how far it goes.
                continue;
            }
            filling.done.insert(message_box);
            if open.is_empty() && numbers.missing(message_box).is_empty() {
                if let Some((up_to, _)) = numbers.complete(message_box) {
                    complete.insert(message_box, up_to);
                }
                continue;
            }
            let list = filling.list;
            if message_box == MessageBox::ACCOUNT && !list.complete && !has_own(list) {
                // Nobody knows how far the sequence goes.
                self.keep_open(&open, "no chat of the account could be listed")
                    .await?;
                continue;
            }
            let top = numbers.top(message_box);
            let place = (message_box, open.as_slice());
            let filled = self.find(state, list, place, numbers).await;
            match self.judge(state, place, filled).await {
                Ok(true) => {
                    let open = open.into_iter().cloned().collect();
                    filling.found.push((message_box, open, top));
                }
                Ok(false) => {}
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
        }
        self.remember_complete(complete).await?;
        ended
    }

    /// Compares what may have changed where nothing is missing any more, which counts for less, and
    /// closes the gaps.
    pub(super) async fn compare_all(
        &self,
        state: &mut State,
        filling: &Filling<'_>,
    ) -> Result<(), Trouble> {
        for (message_box, open, top) in &filling.found {
            let open: Vec<&Gap> = open.iter().collect();
            let place = (*message_box, open.as_slice());
            let compared = self.compare(state, filling.list, place, *top).await;
            if self.judge(state, place, compared).await? {
                state.pauses.succeeded(*message_box);
            }
        }
        Ok(())
    }

    /// What has become of one sequence. `false` when it is refused, which keeps its gaps open and
    /// stops no other.
    async fn judge(
        &self,
        state: &mut State,
        (message_box, open): (MessageBox, &[&Gap]),
        done: Result<(), Trouble>,
    ) -> Result<bool, Trouble> {
        match done {
            Ok(()) => Ok(true),
            Err(Trouble::Telegram(error)) => {
                if self.place(&error).await == Place::Chat {
                    self.refused(state, message_box, open, &error).await?;
                    return Ok(false);
                }
                self.keep_open(open, &error.to_string()).await?;
                Err(error.into())
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn remember_complete(
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

    /// Fetches the missing numbers of one sequence. What an attempt has brought is kept for the
    /// comparing, or for the next one if it is refused, and not asked for again.
    async fn find(
        &self,
        state: &mut State,
        list: &DialogList,
        (message_box, open): (MessageBox, &[&Gap]),
        numbers: &mut Numbers,
    ) -> Result<(), Trouble> {
        let channel = self.channel(list, message_box).await?;
        let mut attempt = state.attempts.remove(&message_box).unwrap_or_default();
        attempt.is_for(open);
        if channel.is_none() {
            attempt.chats = self.own_chats(list).await?;
        }
        let place = (message_box, channel.as_ref());
        let done = self.fetch_missing(place, numbers, &mut attempt).await;
        if done.is_err() {
            let filled = std::mem::take(&mut attempt.filled);
            self.count(open, filled).await?;
        }
        state.attempts.insert(message_box, attempt);
        done
    }

    /// Compares what may have changed in one sequence, and closes its gaps.
    async fn compare(
        &self,
        state: &mut State,
        list: &DialogList,
        (message_box, open): (MessageBox, &[&Gap]),
        top: Option<MessageId>,
    ) -> Result<(), Trouble> {
        let mut attempt = state.attempts.remove(&message_box).unwrap_or_default();
        if let Some(verify_to) = open.iter().filter_map(|gap| gap.verify_to).max() {
            let channel = self.channel(list, message_box).await?;
            let dialogs = list.dialogs.iter();
            let mut here = dialogs.filter(|dialog| MessageBox::of(dialog.chat_id) == message_box);
            let joined_at = here.find_map(|dialog| dialog.joined_at);
            let place = (message_box, channel.as_ref());
            match self.verify(place, joined_at, verify_to, &mut attempt).await {
                Ok(not_compared_to) => attempt.filled.not_compared_to = not_compared_to,
                Err(trouble) => {
                    let filled = std::mem::take(&mut attempt.filled);
                    state.attempts.insert(message_box, attempt);
                    self.count(open, filled).await?;
                    return Err(trouble);
                }
            }
        }
        self.close(open, top, attempt.filled).await
    }

    async fn fetch_missing(
        &self,
        place: (MessageBox, Option<&Peer>),
        numbers: &mut Numbers,
        attempt: &mut Attempt,
    ) -> Result<(), Trouble> {
        loop {
            let missing = numbers.missing(place.0).iter().copied();
            let missing = missing.filter(|id| !attempt.absent.contains(id)).collect();
            self.fetch(place, missing, Purpose::Missing, attempt)
                .await?;
            let Some((up_to, more)) = numbers.complete(place.0) else {
                return Ok(());
            };
            self.remember_complete(BTreeMap::from([(place.0, up_to)]))
                .await?;
            attempt.absent.clear();
            if !more {
                return Ok(());
            }
            self.read_numbers(numbers).await?;
        }
    }

    /// Compares captured messages with what Telegram has now, the newest first; up to where they
    /// were not compared. Of what was written before the account came to a channel it may not see
    /// anything, which would look like a deletion.
    async fn verify(
        &self,
        place: (MessageBox, Option<&Peer>),
        joined_at: Option<UtcTime>,
        up_to: MessageId,
        attempt: &mut Attempt,
    ) -> Result<Option<MessageId>, Trouble> {
        let (id, message_box) = (self.account.session_id, place.0);
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
        let (mut ids, mut earlier, mut not_compared_to) = (Vec::new(), Vec::new(), None);
        for (at, (id, sent_at)) in rows.into_iter().enumerate() {
            if attempt.compared.contains(&id) {
                continue;
            }
            if at >= most || Some(sent_at) < oldest {
                not_compared_to = not_compared_to.max(Some(id));
            } else if Some(sent_at) < joined_at {
                earlier.push(id);
            } else {
                ids.push(id);
            }
        }
        self.fetch(place, ids, Purpose::Verify, attempt).await?;
        if let Some(joined_at) = joined_at {
            let purpose = Purpose::Earlier { joined_at };
            self.fetch(place, earlier.clone(), purpose, attempt).await?;
            earlier.retain(|id| !attempt.compared.contains(id));
            not_compared_to = not_compared_to.max(earlier.into_iter().max());
        }
        Ok(not_compared_to)
    }

    /// Counts what an attempt has brought at the oldest of the gaps.
    async fn count(&self, open: &[&Gap], filled: Filled) -> Result<(), Trouble> {
        let Some(gap) = open.first().filter(|_| filled != Filled::default()) else {
            return Ok(());
        };
        let id = gap.id;
        let stored = self
            .context
            .store
            .write(move |conn| gaps::add(conn, id, filled));
        Ok(stored.await?)
    }

    async fn close(
        &self,
        open: &[&Gap],
        up_to: Option<MessageId>,
        filled: Filled,
    ) -> Result<(), Trouble> {
        let rows: Vec<Gap> = open.iter().map(|gap| (*gap).clone()).collect();
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
    ) -> Result<Option<Peer>, Trouble> {
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

/// Whether a chat of the account's own sequence is among the listed.
fn has_own(list: &DialogList) -> bool {
    let mut boxes = list.dialogs.iter();
    boxes.any(|dialog| MessageBox::of(dialog.chat_id) == MessageBox::ACCOUNT)
}
