//! What a difference leaves out although it was pushed: what later events have overtaken.
//!
//! Owns which events those are. A difference tells how things are, not how they came about: of a
//! message that is new and changed it tells the newest text once, of read marks the last. What is
//! deleted cannot be had any more (levlam in tdlib/td#1406).

use std::collections::HashSet;

use super::events::{Event, EventKind};
use super::ids::{MessageId, Peer};

/// The events that a difference tells of these, in their order.
pub fn told(events: &[Event]) -> Vec<&Event> {
    let new: HashSet<MessageId> = events.iter().filter_map(new_id).collect();
    let mut later = Later::default();
    let told = events.iter().rev().filter(|event| later.keeps(event, &new));
    let mut told: Vec<&Event> = told.collect();
    told.reverse();
    told
}

fn new_id(event: &Event) -> Option<MessageId> {
    match event.kind {
        EventKind::New(id) => Some(id),
        _ => None,
    }
}

/// What comes after an event, looked at from the end.
#[derive(Default)]
struct Later {
    overtaken: HashSet<MessageId>,
    read_inbox: HashSet<Peer>,
    read_outbox: HashSet<Peer>,
}

impl Later {
    fn keeps(&mut self, event: &Event, new: &HashSet<MessageId>) -> bool {
        match &event.kind {
            EventKind::Edited(id) => self.overtaken.insert(*id) && !new.contains(id),
            EventKind::Deleted(ids) => {
                self.overtaken.extend(ids);
                true
            }
            EventKind::ReadInbox { peer, .. } => self.read_inbox.insert(*peer),
            EventKind::ReadOutbox { peer, .. } => self.read_outbox.insert(*peer),
            EventKind::New(_)
            | EventKind::Pinned { .. }
            | EventKind::Filed(_)
            | EventKind::Raw { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::events::Events;
    use super::*;

    fn kinds(kinds: &[EventKind]) -> Vec<EventKind> {
        let mut events = Events::default();
        for kind in kinds {
            events.push(0, kind.clone());
        }
        let after = events.after(1, usize::MAX);
        let told = told(after.events).into_iter();
        told.map(|event| event.kind.clone()).collect()
    }

    #[test]
    fn of_several_edits_the_last_is_told_and_none_of_what_is_new_or_gone() {
        let [old, new, gone] = [1, 2, 3].map(MessageId);
        let all = [
            EventKind::Edited(old),
            EventKind::New(new),
            EventKind::Edited(new),
            EventKind::Edited(gone),
            EventKind::Deleted(vec![gone]),
            EventKind::Edited(old),
        ];
        let [_, second, _, _, fifth, last] = all.clone();
        assert_eq!(kinds(&all), [second, fifth, last]);
    }

    #[test]
    fn of_read_marks_the_last_of_each_chat_is_told() {
        let [a, b] = [1, 2].map(|id| Peer::User(super::super::ids::UserId(id)));
        let mark = |peer, max| EventKind::ReadOutbox {
            peer,
            max: MessageId(max),
        };
        let told = kinds(&[mark(a, 1), mark(b, 1), mark(a, 2)]);
        assert_eq!(told, [mark(b, 1), mark(a, 2)]);
    }
}
