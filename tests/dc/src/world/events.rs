//! What happened to one account or in one channel, in the order of pts, so that it can be told
//! again.
//!
//! Owns the pts and the stored events. Knows neither TL nor who is listening.

use super::ids::{MessageId, Peer};
use super::raw::RawId;

/// One thing that happened to an account or in a channel. Source: <https://core.telegram.org/api/updates>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The pts of the account or channel with this event included.
    pub pts: i32,
    /// How far this event moved the pts.
    pub pts_count: i32,
    /// Seconds since 1970.
    pub date: i32,
    /// What happened.
    pub kind: EventKind,
}

/// The kinds of events that move a pts; in channels only the first four and the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A message was sent or received.
    New(MessageId),
    /// A message has another text.
    Edited(MessageId),
    /// Messages are gone.
    Deleted(Vec<MessageId>),
    /// Messages were pinned, or are no longer.
    Pinned {
        /// The chat; unused in channels.
        peer: Peer,
        /// Which messages.
        ids: Vec<MessageId>,
        /// False if they are no longer.
        pinned: bool,
    },
    /// These chats were put into this folder: 0 the list, 1 the archive.
    Filed(Vec<(Peer, i32)>),
    /// This account has read what was written in `peer`.
    ReadInbox {
        /// The chat.
        peer: Peer,
        /// Up to this message.
        max: MessageId,
        /// Messages still unread there.
        unread: i32,
    },
    /// Somebody in `peer` has read what this account wrote.
    ReadOutbox {
        /// The chat.
        peer: Peer,
        /// Up to this message.
        max: MessageId,
    },
    /// Something of which only the bytes are known.
    Raw {
        /// Which ones.
        raw: RawId,
        /// How far it moves the pts.
        pts_count: i32,
    },
}

/// The log of one account or channel.
#[derive(Debug)]
pub struct Events {
    pts: i32,
    log: Vec<Event>,
}

impl Default for Events {
    fn default() -> Self {
        // A new box starts at pts 1: zero means "no state" to clients.
        Self {
            pts: 1,
            log: Vec::new(),
        }
    }
}

/// What a client has missed.
#[derive(Debug, PartialEq, Eq)]
pub struct Missed<'a> {
    /// Oldest first.
    pub events: &'a [Event],
    /// True if there is more after these.
    pub more: bool,
    /// The pts that includes them.
    pub pts: i32,
}

impl Events {
    /// The pts now.
    pub fn pts(&self) -> i32 {
        self.pts
    }

    /// Writes an event down and answers it.
    pub fn push(&mut self, date: i32, kind: EventKind) -> Event {
        let pts_count = match &kind {
            EventKind::Deleted(ids) | EventKind::Pinned { ids, .. } => {
                i32::try_from(ids.len()).unwrap_or(i32::MAX)
            }
            EventKind::Raw { pts_count, .. } => *pts_count,
            _ => 1,
        };
        self.pts = self.pts.saturating_add(pts_count);
        let event = Event {
            pts: self.pts,
            pts_count,
            date,
            kind,
        };
        self.log.push(event.clone());
        event
    }

    /// Moves the pts by something that is not told of.
    pub fn skip(&mut self, count: i32) {
        self.pts = self.pts.saturating_add(count.max(0));
    }

    /// When the last event happened, in seconds since 1970; 0 before the first.
    pub fn last_date(&self) -> i32 {
        self.log.last().map_or(0, |event| event.date)
    }

    /// How many events there are after `pts`.
    pub fn count_after(&self, pts: i32) -> usize {
        self.log.len() - self.log.partition_point(|event| event.pts <= pts)
    }

    /// At most `limit` events after `pts`, oldest first.
    pub fn after(&self, pts: i32, limit: usize) -> Missed<'_> {
        let from = self.log.partition_point(|event| event.pts <= pts);
        let rest = self.log.get(from..).unwrap_or_default();
        let events = rest.get(..limit.max(1)).unwrap_or(rest);
        let more = events.len() < rest.len();
        Missed {
            events,
            more,
            pts: match events.last() {
                Some(last) if more => last.pts,
                _ => self.pts,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_of_three_moves_the_pts_by_three() {
        let mut events = Events::default();
        assert_eq!(events.push(0, EventKind::New(MessageId(1))).pts, 2);
        let ids = vec![MessageId(1), MessageId(2), MessageId(3)];
        let event = events.push(0, EventKind::Deleted(ids));
        assert_eq!((event.pts, event.pts_count), (5, 3));
    }

    #[test]
    fn a_slice_ends_at_the_pts_of_its_last_event() {
        let mut events = Events::default();
        for id in 1..=5 {
            events.push(0, EventKind::New(MessageId(id)));
        }
        let slice = events.after(2, 2);
        assert_eq!((slice.events.len(), slice.more, slice.pts), (2, true, 4));
        let rest = events.after(slice.pts, 2);
        assert_eq!((rest.events.len(), rest.more, rest.pts), (2, false, 6));
        assert!(events.after(6, 2).events.is_empty());
    }
}
