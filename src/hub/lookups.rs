//! Chats that were looked up a moment ago, so that a burst of sends reads its chat once.
//!
//! It owns copies that live for seconds: the database may learn better at any time, and nobody
//! tells this. What was not found is not remembered. It must not know how chats are found.

use crate::model::{ChatId, ChatTarget, Peer, SessionId};
use dashmap::DashMap;
use std::time::{Duration, Instant};

/// How long a copy is good. The database's own is as old as the last update that named the chat.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// How many copies are kept over all sessions; beyond that they are forgotten together.
const MOST: usize = 4096;

/// The copies.
#[derive(Default)]
pub(crate) struct Lookups(DashMap<(SessionId, ChatTarget), (Peer, Instant)>);

impl Lookups {
    /// What was found for the target lately.
    pub(crate) fn get(&self, session: SessionId, target: &ChatTarget) -> Option<Peer> {
        let found = self.0.get(&(session, target.clone()))?;
        let (peer, since) = found.value();
        (since.elapsed() < GOOD_FOR).then(|| peer.clone())
    }

    /// Forgets a chat, by whatever name it was found.
    pub(crate) fn forget(&self, session: SessionId, chat: ChatId) {
        let is_it = |of: SessionId, peer: &Peer| of == session && peer.peer_id == chat;
        self.0.retain(|(of, _), (peer, _)| !is_it(*of, peer));
    }

    /// Remembers what was found.
    pub(crate) fn put(&self, session: SessionId, target: ChatTarget, peer: &Peer) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let copy = (peer.clone(), Instant::now());
        self.0.insert((session, target), copy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_is_remembered_for_its_session_and_a_while() {
        let lookups = Lookups::default();
        let (peer, target) = (Peer::new(ChatId::user(7)), ChatTarget::Me);
        lookups.put(SessionId(1), target.clone(), &peer);
        assert_eq!(lookups.get(SessionId(1), &target), Some(peer));
        assert_eq!(lookups.get(SessionId(2), &target), None);
        lookups.forget(SessionId(2), ChatId::user(7));
        assert!(lookups.get(SessionId(1), &target).is_some());
        lookups.forget(SessionId(1), ChatId::user(7));
        assert_eq!(lookups.get(SessionId(1), &target), None);
        lookups.put(SessionId(1), target.clone(), &Peer::new(ChatId::user(7)));
        let aged = |(peer, since): (Peer, Instant)| (peer, since.checked_sub(GOOD_FOR).unwrap());
        lookups.0.alter_all(|_, entry| aged(entry));
        assert_eq!(lookups.get(SessionId(1), &target), None);
    }

    #[test]
    fn lookups_are_bounded() {
        let lookups = Lookups::default();
        let peer = Peer::new(ChatId::user(7));
        for number in 0..10_000 {
            lookups.put(SessionId(1), ChatTarget::Bare(number), &peer);
        }
        assert!(lookups.0.len() <= MOST);
    }
}
