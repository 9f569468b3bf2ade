//! One chat as one account sees it: which messages it holds and how far they are read.
//!
//! Owns the order of the chat's ids and the read marks. It never holds a message's text.

use super::ids::MessageId;

/// A private chat, or Saved Messages.
#[derive(Debug)]
pub struct Dialog {
    messages: Vec<MessageId>,
    /// The newest incoming message this account has read.
    pub read_inbox_max: MessageId,
    /// The newest outgoing message the other side has read.
    pub read_outbox_max: MessageId,
    /// Incoming messages after `read_inbox_max`.
    pub unread: i32,
}

impl Default for Dialog {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            read_inbox_max: MessageId(0),
            read_outbox_max: MessageId(0),
            unread: 0,
        }
    }
}

/// Which part of a chat is asked for. Zero means "no bound" everywhere.
///
/// Source: <https://core.telegram.org/api/offsets>.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    /// Only messages older than this id.
    pub offset_id: i32,
    /// Only messages before this time, in seconds since 1970; unused when `offset_id` is set.
    pub offset_date: i32,
    /// Shifts the start: positive towards older, negative towards newer messages.
    pub add_offset: i32,
    /// At most so many, clamped to 1..=100.
    pub limit: i32,
    /// Only ids below this one.
    pub max_id: i32,
    /// Only ids above this one.
    pub min_id: i32,
}

impl Dialog {
    /// The ids of the chat, oldest first, without deleted ones.
    pub fn messages(&self) -> &[MessageId] {
        &self.messages
    }

    /// Appends the newest message.
    pub fn add(&mut self, id: MessageId, out: bool) {
        self.messages.push(id);
        if !out {
            self.unread += 1;
        }
    }

    /// Takes a message out.
    pub fn remove(&mut self, id: MessageId, out: bool) {
        if let Ok(at) = self.messages.binary_search(&id) {
            self.messages.remove(at);
            if !out && id > self.read_inbox_max {
                self.unread -= 1;
            }
        }
    }

    /// Counts the unread messages anew.
    pub fn recount(&mut self, incoming: impl Fn(MessageId) -> bool) {
        let from = self
            .messages
            .partition_point(|id| *id <= self.read_inbox_max);
        let unread = self
            .messages
            .iter()
            .skip(from)
            .filter(|id| incoming(**id))
            .count();
        self.unread = i32::try_from(unread).unwrap_or(i32::MAX);
    }

    /// Picks the ids of a window, newest first. `date` tells a message's time.
    pub fn window(&self, window: Window, date: impl Fn(MessageId) -> i32) -> Vec<MessageId> {
        window.pick(&self.messages, date)
    }
}

impl Window {
    /// Picks ids out of `messages`, which are in order, newest first. `date` tells a message's time.
    pub fn pick(self, messages: &[MessageId], date: impl Fn(MessageId) -> i32) -> Vec<MessageId> {
        let older = if self.offset_id > 0 {
            messages.partition_point(|id| id.0 < self.offset_id)
        } else if self.offset_date > 0 {
            messages.partition_point(|id| date(*id) < self.offset_date)
        } else {
            messages.len()
        };
        let end = signed(older) - i64::from(self.add_offset);
        let start = end - i64::from(self.limit.clamp(1, 100));
        let bounds = 0..=signed(messages.len());
        let clip = |at: i64| usize::try_from(at.clamp(*bounds.start(), *bounds.end())).unwrap_or(0);
        messages
            .get(clip(start)..clip(end))
            .unwrap_or_default()
            .iter()
            .rev()
            .copied()
            .filter(|id| self.max_id <= 0 || id.0 < self.max_id)
            .filter(|id| self.min_id <= 0 || id.0 > self.min_id)
            .collect()
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten() -> Dialog {
        let mut dialog = Dialog::default();
        for id in 1..=10 {
            dialog.add(MessageId(id), false);
        }
        dialog
    }

    fn ids(window: Window) -> Vec<i32> {
        let ids = ten().window(window, |id| id.0 * 100);
        ids.into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn the_newest_come_first() {
        let window = Window {
            limit: 3,
            ..Window::default()
        };
        assert_eq!(ids(window), [10, 9, 8]);
    }

    #[test]
    fn the_offset_id_is_exclusive() {
        let window = Window {
            limit: 2,
            offset_id: 5,
            ..Window::default()
        };
        assert_eq!(ids(window), [4, 3]);
    }

    #[test]
    fn a_negative_offset_reaches_newer_messages() {
        let window = Window {
            limit: 3,
            offset_id: 5,
            add_offset: -3,
            ..Window::default()
        };
        assert_eq!(ids(window), [7, 6, 5]);
    }

    #[test]
    fn the_date_bounds_when_no_id_does() {
        let window = Window {
            limit: 2,
            offset_date: 401,
            ..Window::default()
        };
        assert_eq!(ids(window), [4, 3]);
    }

    #[test]
    fn both_id_bounds_are_exclusive() {
        let window = Window {
            limit: 100,
            min_id: 3,
            max_id: 6,
            ..Window::default()
        };
        assert_eq!(ids(window), [5, 4]);
    }

    #[test]
    fn hostile_offsets_answer_nothing() {
        let window = Window {
            limit: i32::MAX,
            add_offset: i32::MIN,
            ..Window::default()
        };
        assert!(ids(window).is_empty());
    }
}
