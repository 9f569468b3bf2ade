//! Asking Telegram for message numbers, and taking what it answers into the log.

use crate::model::{MessageBox, MessageId, UtcTime};
use crate::session::capture::store_batch;
use crate::session::reconcile::plan::{Ask, Order, Plan};
use crate::session::reconcile::{Reconciler, Trouble};
use crate::store::capture::{CapturedBatch, Committed, Deletion};
use crate::store::peers::PeerRow;
use crate::telegram::{self, Fetched};
use log::warn;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// What a fetch is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Numbers that the log lacks.
    Missing,
    /// Captured messages that may have changed, the newest first.
    Verify,
}

/// What a fetch has brought.
#[derive(Default)]
struct Fetch {
    done: Committed,
    absent: usize,
}

impl Fetch {
    fn add(&mut self, (done, absent): (Committed, usize)) {
        self.done.inserted += done.inserted;
        self.done.edited += done.edited;
        self.done.deleted += done.deleted;
        self.absent += absent;
    }
}

impl Reconciler<'_> {
    /// Fetches numbers into the log. Says how many belong to no message as well.
    pub(super) async fn fetch(
        &self,
        message_box: MessageBox,
        channel: Option<&PeerRow>,
        ids: Vec<MessageId>,
        purpose: Purpose,
    ) -> Result<(Committed, usize), Trouble> {
        let order = match (channel, purpose) {
            (Some(_), _) => Order::Pages,
            (None, Purpose::Missing) => Order::Upwards,
            (None, Purpose::Verify) => Order::Downwards,
        };
        let (mut plan, mut all) = (Plan::new(ids, order), Fetch::default());
        while let Some(ask) = plan.next() {
            if let (Ask::Page { below, limit }, Some(channel)) = (&ask, channel) {
                let page = self.fetch_page(channel, (*below, *limit), &mut plan, purpose);
                if let Some(part) = page.await? {
                    all.add(part);
                    continue;
                }
            }
            let ids = plan.numbers();
            self.fetch_numbers(message_box, channel, &ids, purpose, &mut all)
                .await?;
            plan.answered(&ids);
            if order == Order::Upwards {
                // What is done needs not be done again when the next call is refused.
                let done = ids.last().map(|last| (message_box, *last));
                self.remember_complete(done.into_iter().collect()).await?;
            }
        }
        Ok((all.done, all.absent))
    }

    /// One page of a channel's history; `None` when it leaves open which numbers it answers.
    async fn fetch_page(
        &self,
        channel: &PeerRow,
        (below, limit): (MessageId, usize),
        plan: &mut Plan,
        purpose: Purpose,
    ) -> Result<Option<(Committed, usize)>, Trouble> {
        self.crossings.begin();
        let (link, own) = (self.link, self.account.own);
        let answer = link.messages_below(channel, own, below, limit).await;
        let Some(mut fetched) = self.whole(answer).await? else {
            return Ok(None);
        };
        let Some(smallest) = fetched.smallest.filter(|smallest| *smallest < below) else {
            plan.empty_page();
            self.crossings.settle(&mut Vec::new());
            self.pace().await;
            return Ok(None);
        };
        let covered = plan.page(below, smallest);
        // A page may reach into what nobody has asked for, before the log's beginning too.
        let wanted = |id: MessageId| covered.contains(&id);
        fetched.messages.retain(|new| wanted(new.message_id));
        fetched
            .unreadable
            .retain(|new| wanted(new.message.message_id));
        let place = MessageBox::of(channel.peer_id);
        self.take(place, fetched, &covered, purpose).await.map(Some)
    }

    /// Numbers of one call. What cannot be read and does not say which message it is, is narrowed
    /// down by halves; the one number that is left then is passed over, so that nobody asks for it
    /// for ever.
    async fn fetch_numbers(
        &self,
        message_box: MessageBox,
        channel: Option<&PeerRow>,
        ids: &[MessageId],
        purpose: Purpose,
        all: &mut Fetch,
    ) -> Result<(), Trouble> {
        let mut parts = vec![ids];
        while let Some(ids) = parts.pop() {
            self.crossings.begin();
            let answer = self.link.messages(channel, self.account.own, ids).await;
            match self.whole(answer).await? {
                Some(fetched) => {
                    let wanted: BTreeSet<MessageId> = ids.iter().copied().collect();
                    all.add(self.take(message_box, fetched, &wanted, purpose).await?);
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
        Ok(())
    }

    /// An answer of which every message says its number; `None` for others.
    async fn whole(
        &self,
        answer: Result<Fetched, telegram::Error>,
    ) -> Result<Option<Fetched>, Trouble> {
        match answer {
            Ok(fetched) if fetched.unplaced.is_empty() => Ok(Some(fetched)),
            Ok(_) | Err(telegram::Error::Unreadable { .. }) => {
                self.crossings.settle(&mut Vec::new());
                self.pace().await;
                Ok(None)
            }
            Err(error) => {
                self.crossings.settle(&mut Vec::new());
                Err(error.into())
            }
        }
    }

    /// Takes the answer to wanted numbers into the log; says how many of them are of no message.
    async fn take(
        &self,
        message_box: MessageBox,
        mut fetched: Fetched,
        wanted: &BTreeSet<MessageId>,
        purpose: Purpose,
    ) -> Result<(Committed, usize), Trouble> {
        let unreadable = fetched.unreadable.iter();
        let unreadable = unreadable.map(|unreadable| unreadable.message.message_id);
        let readable = fetched.messages.iter().map(|message| message.message_id);
        let present: HashSet<MessageId> = readable.chain(unreadable).collect();
        let absent = wanted.iter().copied();
        let absent: Vec<MessageId> = absent.filter(|id| !present.contains(id)).collect();
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
}
