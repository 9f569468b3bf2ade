//! Going through a chat's history for a client: what the log has is read, what it has not is
//! downloaded first. The next page is asked for while one is written and shown.

use crate::error::Error;
use crate::model::{Direction, HistoryPart, Interval, MessageId, Peer, UtcTime};
use crate::session::account::SessionContext;
use crate::session::handle::SessionHandle;
use crate::session::history::Trouble;
use crate::session::history::pages::{Chat, Progress, Taken};
use crate::store::Store;
use crate::store::history::{self, HistoryRange, Place, Senders};
use crate::store::history_intervals::{Stretch, stretch};
use crate::telegram::CallOptions;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

/// How many messages are read from the log at once.
const PAGE: i64 = 1_000;

/// How many downloaded pages may wait to be shown while another one is asked for.
const LEAD: usize = 2;

/// How long a page sleeps when Telegram asks for waits; longer ones end the history.
const FLOOD_PATIENCE: Duration = Duration::from_mins(2);

/// Until when the call for a page is repeated that fails in passing.
const CALL_LIMIT: Duration = Duration::from_mins(1);

/// Before this there is no message: 2013-01-01, in seconds since 1970.
const DAWN: i64 = 1_356_998_400;

/// A bound this much before the present is as good as none.
const PRESENT: Duration = Duration::from_secs(5);

/// By how much the date of a message may be before that of one with a smaller number.
const DISORDER: Duration = Duration::from_hours(1);

/// What of a chat's history is wanted.
#[derive(Clone, Debug)]
pub struct HistoryRequest {
    /// The chat.
    pub peer: Peer,
    /// Only messages sent at this instant or later.
    pub since: UtcTime,
    /// Only messages sent before this instant.
    pub until: UtcTime,
    /// Which way.
    pub direction: Direction,
    /// Whether Telegram is asked for what the log has too.
    pub refresh: bool,
}

/// Sends a history in parts, and an error where it ends early. It goes on until everything has been
/// sent or nobody takes it any more.
pub async fn stream_history(
    context: Arc<SessionContext>,
    handle: SessionHandle,
    request: HistoryRequest,
    parts: mpsc::Sender<Result<HistoryPart, Error>>,
) {
    let walk = Walk::new(context, &handle, request, parts.clone());
    let ended = tokio::select! {
        ended = walk.run() => ended,
        () = parts.closed() => Err(Trouble::Gone),
    };
    match ended {
        Ok(()) | Err(Trouble::Gone) => {}
        // Whoever waited may have gone in this moment.
        Err(trouble) => drop(parts.send(Err(trouble.into())).await),
    }
}

struct Walk {
    chat: Chat,
    refresh: bool,
    since: UtcTime,
    until: UtcTime,
    progress: Progress,
    shown: Shown,
}

/// What the client has been shown.
struct Shown {
    store: Store,
    parts: mpsc::Sender<Result<HistoryPart, Error>>,
    senders: Senders,
    last: Option<Place>,
}

impl Walk {
    fn new(
        context: Arc<SessionContext>,
        handle: &SessionHandle,
        request: HistoryRequest,
        parts: mpsc::Sender<Result<HistoryPart, Error>>,
    ) -> Self {
        let (since, until) = (request.since, request.until);
        Self {
            shown: Shown {
                store: context.store.clone(),
                parts,
                senders: Senders::default(),
                last: None,
            },
            progress: Progress::new(match request.direction {
                Direction::Up => since,
                Direction::Down => until,
            }),
            chat: Chat {
                context,
                shared: Arc::clone(&handle.shared),
                session_id: handle.id,
                peer: request.peer,
                direction: request.direction,
            },
            refresh: request.refresh,
            since,
            until,
        }
    }

    async fn run(mut self) -> Result<(), Trouble> {
        if self.since >= self.until {
            return Ok(());
        }
        let mut next = self.first().await?;
        while let Some(number) = next {
            let come_to = match self.stretch(number).await? {
                Stretch::Covered(interval) => self.covered(number, interval).await?,
                Stretch::Open(beyond) => self.open(number, beyond).await?,
            };
            next = come_to.and_then(|last| self.chat.direction.after(last));
        }
        Ok(())
    }

    /// The number that the range begins with; `None` when nothing can be in it.
    async fn first(&self) -> Result<Option<MessageId>, Trouble> {
        let begins = match self.chat.direction {
            Direction::Up if self.since.as_datetime().timestamp() <= DAWN => {
                return Ok(Some(MessageId(1)));
            }
            Direction::Down if self.until > UtcTime::now().before(PRESENT) => {
                return Ok(Some(MessageId(i32::MAX)));
            }
            Direction::Up => self.since,
            Direction::Down => self.until,
        };
        let (id, chat) = (self.chat.session_id, self.chat.peer.peer_id);
        let store = &self.chat.context.store;
        let known = store.read(move |conn| history::last_before(conn, id, chat, begins));
        let before = match known.await? {
            Some(before) => before,
            None => self.chat.last_before(begins, patient()).await?,
        };
        Ok(match self.chat.direction {
            Direction::Up => Direction::Up.after(before),
            Direction::Down => Some(before).filter(|before| before.0 > 0),
        })
    }

    async fn stretch(&self, number: MessageId) -> Result<Stretch, Trouble> {
        if self.refresh {
            return Ok(Stretch::Open(None));
        }
        let (id, chat) = (self.chat.session_id, self.chat.peer.peer_id);
        let (store, direction) = (&self.chat.context.store, self.chat.direction);
        let read = store.read(move |conn| stretch(conn, id, chat, number, direction));
        Ok(read.await?)
    }

    /// Shows what the log has from a number on; answers the last number, or `None` at the end of
    /// the range.
    async fn covered(
        &mut self,
        from: MessageId,
        interval: Interval,
    ) -> Result<Option<MessageId>, Trouble> {
        let direction = self.chat.direction;
        let last = direction.far_end(interval);
        let mut range = self.range(direction.span(from, last));
        if let Some((date, _)) = self.shown.last {
            match direction {
                Direction::Up => range.since = range.since.max(date.before(DISORDER)),
                Direction::Down => range.until = range.until.min(date.after(DISORDER)),
            }
        }
        self.shown.show(range, false).await?;
        if let Some((date, _)) = self.shown.last {
            self.progress.resume(match direction {
                Direction::Up => date.before(DISORDER).max(self.since),
                Direction::Down => date.after(DISORDER).min(self.until),
            });
        }
        let bound = match direction {
            Direction::Up => self.until,
            Direction::Down => self.since,
        };
        let (place, numbers) = ((range.session_id, range.chat_id), range.numbers);
        let store = &self.chat.context.store;
        let passes =
            store.read(move |conn| history::passes(conn, place, numbers, bound, direction));
        Ok((!passes.await?).then_some(last))
    }

    /// Downloads from a number on, up to the next interval that way, and shows what has come;
    /// answers the last number, or `None` at the end of the range.
    async fn open(
        &mut self,
        from: MessageId,
        beyond: Option<Interval>,
    ) -> Result<Option<MessageId>, Trouble> {
        let all = self.range(Interval { from, to: from });
        let lead = Semaphore::new(LEAD);
        let (notices, mut taken) = mpsc::channel(LEAD + 1);
        let download = Download {
            chat: &self.chat,
            since: self.since,
            until: self.until,
            stop: beyond,
            lead: &lead,
        };
        let (shown, progress) = (&mut self.shown, &mut self.progress);
        let show = async {
            // It ends with this block, and with it the download.
            let taken = &mut taken;
            while let Some(Taken { numbers, dates, .. }) = taken.recv().await {
                if let Some((earliest, latest)) = dates {
                    let range = HistoryRange {
                        numbers,
                        since: all.since.max(earliest),
                        until: all.until.min(latest.after(Duration::from_secs(1))),
                        ..all
                    };
                    if let Err(trouble) = shown.show(range, true).await {
                        taken.close();
                        lead.close();
                        return Err(trouble);
                    }
                }
                lead.add_permits(1);
            }
            Ok(())
        };
        // What has been downloaded is shown, whatever comes after it.
        let (last, shown) = tokio::join!(download.run(from, progress, notices), show);
        shown?;
        last
    }

    fn range(&self, numbers: Interval) -> HistoryRange {
        HistoryRange {
            session_id: self.chat.session_id,
            chat_id: self.chat.peer.peer_id,
            direction: self.chat.direction,
            numbers,
            since: self.since,
            until: self.until,
            after: None,
        }
    }
}

impl Shown {
    /// Sends what the log has of a range, as what was in it or what has come into it just now.
    async fn show(&mut self, mut range: HistoryRange, downloaded: bool) -> Result<(), Trouble> {
        loop {
            let mut senders = std::mem::take(&mut self.senders);
            let read = self.store.read(move |conn| {
                let page = history::page(conn, &range, PAGE, &mut senders)?;
                Ok((page, senders))
            });
            let (page, senders) = read.await?;
            self.senders = senders;
            let is_full = i64::try_from(page.len()).is_ok_and(|length| length == PAGE);
            if let Some(last) = page.last() {
                range.after = Some((last.sent_at, last.message_id));
                self.last = range.after;
                let part = HistoryPart {
                    messages: page,
                    downloaded,
                    files_downloaded: 0,
                };
                let sent = self.parts.send(Ok(part)).await;
                sent.map_err(|_gone| Trouble::Gone)?;
            }
            if !is_full {
                return Ok(());
            }
        }
    }
}

/// One download of numbers that follow each other.
struct Download<'a> {
    chat: &'a Chat,
    since: UtcTime,
    until: UtcTime,
    /// What is covered already.
    stop: Option<Interval>,
    lead: &'a Semaphore,
}

impl Download<'_> {
    /// Downloads from a number on and tells of each page that is in the log.
    async fn run(
        &self,
        from: MessageId,
        progress: &mut Progress,
        notices: mpsc::Sender<Taken>,
    ) -> Result<Option<MessageId>, Trouble> {
        let direction = self.chat.direction;
        let mut asked = self.chat.ask(from, patient()).await?;
        loop {
            let Some(numbers) = asked.numbers(direction) else {
                if direction == Direction::Down && asked.is_below() {
                    let rest = asked.rest();
                    self.chat.take(asked, rest, progress).await?;
                }
                return Ok(None);
            };
            let last = direction.far_end(numbers);
            let passes = asked
                .dates()
                .is_some_and(|(earliest, latest)| match direction {
                    Direction::Up => latest >= self.until,
                    Direction::Down => earliest < self.since,
                });
            let next = direction.after(last);
            let following = next.filter(|next| !passes && !self.meets(*next));
            let take = async {
                let taken = self.chat.take(asked, numbers, progress).await?;
                notices.send(taken).await.map_err(|_gone| Trouble::Gone)
            };
            let ask = async {
                let Some(next) = following else {
                    return Ok(None);
                };
                // Whoever is shown the pages is slower.
                let Ok(permit) = self.lead.acquire().await else {
                    return Ok(None);
                };
                permit.forget();
                self.chat.ask(next, patient()).await.map(Some)
            };
            let (taken, following) = tokio::join!(take, ask);
            taken?;
            match following? {
                Some(following) => asked = following,
                None => return Ok(Some(last).filter(|_| !passes && next.is_some())),
            }
        }
    }

    fn meets(&self, number: MessageId) -> bool {
        let meets = |stop: Interval| match self.chat.direction {
            Direction::Up => number >= stop.from,
            Direction::Down => number <= stop.to,
        };
        self.stop.is_some_and(meets)
    }
}

fn patient() -> CallOptions {
    CallOptions::patient(FLOOD_PATIENCE, Instant::now() + FLOOD_PATIENCE + CALL_LIMIT)
}
