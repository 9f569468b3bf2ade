//! Pages of a history: asked for, and taken into the log with the numbers that they cover.

use crate::model::{
    CapturedBatch, ChatKind, Coverage, Deletion, Direction, Interval, MessageId, NewMessage, Peer,
    SessionId, UtcTime,
};
use crate::session::account::SessionContext;
use crate::session::handle::Shared;
use crate::session::history::Trouble;
use crate::session::known_peers::KnownPeers;
use crate::session::looks::Look;
use crate::store::history::{self, Logged};
use crate::telegram::{CallOptions, HistoryPage, Link};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How long a page waits for a link that is about to be there.
const LINK_PATIENCE: Duration = Duration::from_secs(10);

/// One chat of one account.
pub(super) struct Chat {
    pub(super) context: Arc<SessionContext>,
    pub(super) shared: Arc<Shared>,
    pub(super) session_id: SessionId,
    pub(super) peer: Peer,
    pub(super) direction: Direction,
}

/// A page that Telegram has answered with, and the look that it is part of.
pub(super) struct Asked {
    look: Look,
    from: MessageId,
    pub(super) page: HistoryPage,
}

impl Asked {
    /// The numbers that the page tells everything about; `None` when there is no message that way.
    pub(super) fn numbers(&self, direction: Direction) -> Option<Interval> {
        let found = self.page.numbers?;
        Some(match direction {
            Direction::Up => Interval {
                from: self.from,
                ..found
            },
            // Above the newest message there will be others.
            Direction::Down if self.from.0 == i32::MAX => found,
            Direction::Down => Interval {
                to: self.from,
                ..found
            },
        })
    }

    /// Whether it was asked for by the number of a message, and not from the newest one on.
    pub(super) const fn is_below(&self) -> bool {
        self.from.0 < i32::MAX
    }

    /// All numbers that are left on the way down.
    pub(super) const fn rest(&self) -> Interval {
        Interval {
            from: MessageId(1),
            to: self.from,
        }
    }

    /// The dates of the first and the last message.
    pub(super) fn dates(&self) -> Option<(UtcTime, UtcTime)> {
        let fetched = &self.page.fetched;
        let unreadable = fetched.unreadable.iter().map(|told| &told.message);
        let all = fetched.messages.iter().chain(unreadable);
        let dates = all.map(|new| new.content.sent_at);
        Some((dates.clone().min()?, dates.max()?))
    }
}

/// What goes on from page to page of one way through a history.
pub(super) struct Progress {
    known: KnownPeers,
    /// The date of the message nearest to the next page.
    last: UtcTime,
    /// The smallest number that the account has been shown.
    shown: Option<MessageId>,
}

impl Progress {
    /// At the start of a way that begins at a date.
    pub(super) fn new(begins: UtcTime) -> Self {
        Self {
            known: KnownPeers::new(),
            last: begins,
            shown: None,
        }
    }

    /// The next page begins about there, since what lies before it is known already.
    pub(super) fn resume(&mut self, date: UtcTime) {
        self.last = date;
    }
}

/// A page that is in the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) numbers: Interval,
    /// The dates of its first and its last message.
    pub(super) dates: Option<(UtcTime, UtcTime)>,
    /// Messages that the log did not have.
    pub(super) stored: usize,
    /// Its messages.
    pub(super) seen: usize,
}

impl Chat {
    /// The page next to a number.
    pub(super) async fn ask(
        &self,
        from: MessageId,
        options: CallOptions,
    ) -> Result<Asked, Trouble> {
        let link = self.link(options).await?;
        let look = self.shared.looks.begin();
        let page = link
            .history_beyond(&self.peer, from, self.direction)
            .await?;
        Ok(Asked { look, from, page })
    }

    /// The number of the last message that was sent before an instant, as Telegram tells it; 0 when
    /// there is none.
    pub(super) async fn last_before(
        &self,
        time: UtcTime,
        options: CallOptions,
    ) -> Result<MessageId, Trouble> {
        let link = self.link(options).await?;
        let found = link.newest_before(&self.peer, time).await?;
        Ok(found.unwrap_or(MessageId(0)))
    }

    async fn link(&self, options: CallOptions) -> Result<Link, Trouble> {
        let link = self.shared.link(LINK_PATIENCE).await;
        Ok(link.map_err(Trouble::NoLink)?.with(options))
    }

    /// Commits a page together with the numbers that it covers. What the log has of these and
    /// Telegram has not is marked as deleted.
    pub(super) async fn take(
        &self,
        mut asked: Asked,
        numbers: Interval,
        progress: &mut Progress,
    ) -> Result<Taken, Trouble> {
        if asked.page.undated {
            for told in &mut asked.page.fetched.unreadable {
                told.message.content.sent_at = progress.last;
            }
        }
        let dates = asked.dates();
        let logged = self.logged(numbers, dates, progress.last).await?;
        if let Some(found) = asked.page.numbers {
            let shown = progress.shown.unwrap_or(found.from);
            progress.shown = Some(shown.min(found.from));
        }
        let fetched = &asked.page.fetched;
        let seen = fetched.messages.len() + fetched.unreadable.len();
        let batch = Arc::new(self.batch(asked, numbers, &logged, progress));
        let done = self.context.writer.commit(Arc::clone(&batch)).await?;
        progress.known.note_stored(&batch.peers);
        if let Some((earliest, latest)) = dates {
            progress.last = match self.direction {
                Direction::Up => latest,
                Direction::Down => earliest,
            };
        }
        let stored = u64::try_from(done.inserted).unwrap_or(u64::MAX);
        metrics::counter!(crate::metrics::HISTORY_STORED).increment(stored);
        Ok(Taken {
            numbers,
            dates,
            stored: done.inserted,
            seen,
        })
    }

    /// What a page brings, and the end of its look. To be handed to the database without waiting
    /// in between.
    fn batch(
        &self,
        asked: Asked,
        numbers: Interval,
        logged: &Logged,
        progress: &mut Progress,
    ) -> CapturedBatch {
        let (look, chat_id) = (asked.look, self.peer.peer_id);
        let joined_at = asked.page.joined_at;
        let mut fetched = asked.page.fetched;
        let history_to = self.history_to(logged, &fetched.messages);
        let unreadable = fetched.unreadable.iter().map(|told| &told.message);
        let present = fetched.messages.iter().chain(unreadable);
        let present: HashSet<MessageId> = present.map(|new| new.content.message_id).collect();
        let gone = self.gone(logged, &present, joined_at, progress.shown);
        let gone: Vec<MessageId> = gone
            .filter(|id| !look.has_written((chat_id, *id)))
            .collect();
        progress.known.retain_news(&mut fetched.peers);
        let mut deletions = look.settle(&mut fetched.messages, &mut fetched.unreadable);
        if !gone.is_empty() {
            deletions.push(Deletion {
                channel: Some(chat_id).filter(|id| id.kind() == ChatKind::Channel),
                message_ids: gone,
            });
        }
        CapturedBatch {
            session_id: self.session_id,
            peers: fetched.peers,
            links: Vec::new(),
            messages: fetched.messages,
            unreadable: fetched.unreadable,
            deletions,
            position: None,
            gaps: Vec::new(),
            captured_at: UtcTime::now(),
            from_history: true,
            coverage: Some(Coverage {
                chat_id,
                numbers,
                history_to,
            }),
        }
    }

    /// What the log has of the numbers of a page. Dates lead to them: numbers have no index.
    async fn logged(
        &self,
        numbers: Interval,
        dates: Option<(UtcTime, UtcTime)>,
        last: UtcTime,
    ) -> Result<Logged, Trouble> {
        let within = match (self.direction, dates) {
            (_, Some((earliest, latest))) => (Some(earliest.min(last)), Some(latest.max(last))),
            (Direction::Up, None) => (Some(last), None),
            (Direction::Down, None) => (None, Some(last)),
        };
        let place = (self.session_id, self.peer.peer_id);
        let store = &self.context.store;
        let read = store.read(move |conn| history::logged(conn, place, numbers, within));
        Ok(read.await?)
    }

    /// Up to which number messages are from before the log's beginning. What is newer the log lacks,
    /// or has not been told of yet.
    fn history_to(&self, logged: &Logged, page: &[NewMessage]) -> MessageId {
        if let Some(complete_to) = logged.complete_to {
            return complete_to;
        }
        let Some(begins_at) = logged.begins_at else {
            return MessageId(i32::MAX);
        };
        if self.peer.peer_id.kind() == ChatKind::Channel {
            // The log of a channel that nobody has looked at has not begun.
            return MessageId(i32::MAX);
        }
        let before = page.iter().filter(|new| new.content.sent_at < begins_at);
        let newest = before.map(|new| new.content.message_id).max();
        newest.unwrap_or(MessageId(0))
    }

    /// The logged messages that Telegram does not show, unless it may merely hide them: what was
    /// written before the account came to a channel, where it shows nothing as old.
    fn gone<'a>(
        &self,
        logged: &'a Logged,
        present: &'a HashSet<MessageId>,
        joined_at: Option<UtcTime>,
        shown: Option<MessageId>,
    ) -> impl Iterator<Item = MessageId> + use<'a> {
        let joined_at = joined_at.filter(|_| self.peer.peer_id.kind() == ChatKind::Channel);
        let rows = logged.messages.iter();
        rows.filter(move |(id, sent_at)| {
            let may_be_hidden = joined_at.is_some_and(|joined| *sent_at < joined);
            let is_shown = shown.is_some_and(|shown| shown < *id);
            !present.contains(id) && (!may_be_hidden || is_shown)
        })
        .map(|(id, _)| *id)
    }
}
