//! Asking Telegram for message numbers, and taking what it answers into the log.

use crate::model::{
    CapturedBatch, Deletion, Gap, MessageBox, MessageId, Occurrence, Peer, UtcTime,
};
use crate::session::capture::store_batch;
use crate::session::reconcile::plan::{Ask, Order, Plan};
use crate::session::reconcile::{Reconciler, Trouble};
use crate::store::gaps::Filled;
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
    /// The same, from before the account came back. A chat may hide these from it, and hidden ones
    /// look as deleted ones do.
    Earlier {
        /// When it came back.
        joined_at: UtcTime,
    },
}

/// What the filling of a sequence has come to. It is kept when Telegram refuses a call on the way,
/// so that nobody asks again for what has been answered.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// What is to be counted at its gap.
    pub(super) filled: Filled,
    /// Numbers of no message.
    pub(super) absent: BTreeSet<MessageId>,
    /// Captured messages that have been compared.
    pub(super) compared: BTreeSet<MessageId>,
    /// Whether an answer has shown something from before the account came back.
    shows_earlier: bool,
    /// The account's private chats and basic groups, each with its newest number.
    pub(super) chats: Vec<(Peer, MessageId)>,
    /// How many numbers the last page answered.
    span: Option<i32>,
    /// The gaps that it is for.
    gaps: Vec<Occurrence>,
}

impl Attempt {
    /// What has been compared before one of the gaps happened may have changed in it.
    pub(super) fn is_for(&mut self, open: &[&Gap]) {
        let gaps: Vec<_> = open.iter().map(|gap| gap.occurrence()).collect();
        if self.gaps != gaps {
            self.compared.clear();
            self.gaps = gaps;
        }
    }
}

impl Reconciler<'_> {
    /// Fetches numbers into the log, as far as nothing is refused.
    pub(super) async fn fetch(
        &self,
        (message_box, channel): (MessageBox, Option<&Peer>),
        ids: Vec<MessageId>,
        purpose: Purpose,
        attempt: &mut Attempt,
    ) -> Result<(), Trouble> {
        let order = match (channel, purpose) {
            (Some(_), _) => Order::Pages,
            (None, Purpose::Missing) => Order::Upwards,
            (None, Purpose::Verify | Purpose::Earlier { .. }) => Order::Downwards,
        };
        let mut plan = Plan::new(ids, order).with_span(attempt.span);
        while let Some(ask) = plan.next() {
            if let (Ask::Page { below, limit }, Some(channel)) = (&ask, channel) {
                let page = (*below, *limit);
                if self
                    .fetch_page(channel, page, &mut plan, purpose, attempt)
                    .await?
                {
                    attempt.span = Some(plan.span());
                    continue;
                }
            }
            let ids = plan.numbers();
            self.fetch_numbers((message_box, channel), &ids, purpose, attempt)
                .await?;
            plan.answered(&ids);
            if order == Order::Upwards {
                // What is done needs not be done again when the next call is refused.
                let done = ids.last().map(|last| (message_box, *last));
                self.remember_complete(done.into_iter().collect()).await?;
            }
        }
        Ok(())
    }

    /// One page of a channel's history; `false` when it leaves open which numbers it answers.
    async fn fetch_page(
        &self,
        channel: &Peer,
        (below, limit): (MessageId, usize),
        plan: &mut Plan,
        purpose: Purpose,
        attempt: &mut Attempt,
    ) -> Result<bool, Trouble> {
        self.crossings.begin();
        let (link, own) = (self.link, self.account.own);
        let answer = link.messages_below(channel, own, below, limit).await;
        let place = MessageBox::of(channel.peer_id);
        let Some(mut fetched) = self.whole(place, answer).await? else {
            return Ok(false);
        };
        let Some(smallest) = fetched.smallest.filter(|smallest| *smallest < below) else {
            plan.empty_page();
            self.crossings.end();
            self.pace.keep().await;
            return Ok(false);
        };
        let covered = plan.page(below, smallest);
        if let Purpose::Earlier { joined_at } = purpose {
            let mut page = fetched.messages.iter();
            attempt.shows_earlier |= page.any(|new| new.content.sent_at < joined_at);
        }
        // A page may reach into what nobody has asked for, before the log's beginning too.
        let wanted = |id: MessageId| covered.contains(&id);
        fetched
            .messages
            .retain(|new| wanted(new.content.message_id));
        fetched
            .unreadable
            .retain(|new| wanted(new.message.content.message_id));
        self.take(place, fetched, &covered, purpose, attempt)
            .await?;
        Ok(true)
    }

    /// Numbers of one call. What cannot be read and does not say which message it is, is narrowed
    /// down by halves; the one number that is left then is that message's.
    async fn fetch_numbers(
        &self,
        (message_box, channel): (MessageBox, Option<&Peer>),
        ids: &[MessageId],
        purpose: Purpose,
        attempt: &mut Attempt,
    ) -> Result<(), Trouble> {
        let mut parts = vec![ids];
        while let Some(ids) = parts.pop() {
            self.crossings.begin();
            let mut answer = self.link.messages(channel, self.account.own, ids).await;
            if let (&[id], Ok(fetched)) = (ids, &mut answer)
                && let Some(object) = fetched.unplaced.pop()
            {
                if purpose != Purpose::Missing {
                    // It is there, and what the log has of it says more.
                    attempt.compared.insert(id);
                    self.crossings.end();
                    continue;
                }
                let chat = self.chat_of(id, &attempt.chats).await?;
                let message = telegram::unreadable_number(chat, id, &object);
                fetched.unreadable.push(message);
            }
            match self.whole(message_box, answer).await? {
                Some(fetched) => {
                    let wanted: BTreeSet<MessageId> = ids.iter().copied().collect();
                    self.take(message_box, fetched, &wanted, purpose, attempt)
                        .await?;
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

    /// An answer of which every message says its number, and that it is of this place; `None` for
    /// others.
    async fn whole(
        &self,
        place: MessageBox,
        answer: Result<Fetched, telegram::Error>,
    ) -> Result<Option<Fetched>, Trouble> {
        let is_here = |fetched: &Fetched| {
            let mut messages = fetched.messages.iter();
            messages.all(|message| MessageBox::of(message.content.chat_id) == place)
        };
        match answer {
            Ok(fetched) if fetched.unplaced.is_empty() && is_here(&fetched) => Ok(Some(fetched)),
            Ok(_) | Err(telegram::Error::Unreadable { .. }) => {
                self.crossings.end();
                self.pace.keep().await;
                Ok(None)
            }
            Err(error) => {
                self.crossings.end();
                Err(error.into())
            }
        }
    }

    /// Takes the answer to wanted numbers into the log.
    async fn take(
        &self,
        message_box: MessageBox,
        mut fetched: Fetched,
        wanted: &BTreeSet<MessageId>,
        purpose: Purpose,
        attempt: &mut Attempt,
    ) -> Result<(), Trouble> {
        let unreadable = fetched.unreadable.iter();
        let unreadable = unreadable.map(|unreadable| unreadable.message.content.message_id);
        let readable = fetched
            .messages
            .iter()
            .map(|message| message.content.message_id);
        let present: HashSet<MessageId> = readable.chain(unreadable).collect();
        let absent = wanted.iter().copied();
        let absent: Vec<MessageId> = absent.filter(|id| !present.contains(id)).collect();
        let mut deletions = self
            .crossings
            .settle(&mut fetched.messages, &mut fetched.unreadable);
        attempt.shows_earlier |= matches!(purpose, Purpose::Earlier { .. }) && !present.is_empty();
        let believed = match purpose {
            Purpose::Missing => false,
            Purpose::Verify => true,
            Purpose::Earlier { .. } => attempt.shows_earlier,
        };
        if believed && !absent.is_empty() {
            deletions.push(Deletion {
                channel: message_box.chat(),
                message_ids: absent.clone(),
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
            coverage: None,
        };
        let done = store_batch(&self.context.writer, Arc::new(batch), self.vitals).await?;
        match purpose {
            Purpose::Missing => {
                attempt.filled.found += done.inserted;
                attempt.filled.absent += absent.len();
                attempt.absent.extend(absent);
            }
            Purpose::Verify | Purpose::Earlier { .. } => {
                attempt.filled.changed += done.edited + done.deleted;
                let compared = wanted.iter().filter(|id| believed || present.contains(id));
                attempt.compared.extend(compared);
            }
        }
        self.pace.keep().await;
        Ok(())
    }
}
