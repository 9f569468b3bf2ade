//! The peers that an account's log has lately been told of, so that they are not written again.
//!
//! Telegram sends the sender along with every message. It owns fingerprints of what the database
//! holds since a short while ago, and forgets them rather than trust them for long; it must not
//! know how peers are stored.

use crate::model::{ChatId, Lead, Peer, PeerLink};
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::time::{Duration, Instant};

/// How many peers one account keeps track of.
const MOST: usize = 128;

/// How long a stored peer is taken for unchanged; others than the capture write peers too.
const TRUSTED_FOR: Duration = Duration::from_mins(10);

/// Fingerprints of stored peers.
#[derive(Debug)]
pub(super) struct KnownPeers {
    stored: HashMap<ChatId, Fingerprint>,
    /// Those of whom the database has a message lately in which they were seen.
    seen: HashSet<ChatId>,
    since: Instant,
    hasher: RandomState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fingerprint {
    all: u64,
    usernames: Vec<u64>,
    phone: Option<u64>,
}

impl KnownPeers {
    pub(super) fn new() -> Self {
        Self {
            stored: HashMap::new(),
            seen: HashSet::new(),
            since: Instant::now(),
            hasher: RandomState::new(),
        }
    }

    /// Leaves only the peers that are to be stored.
    pub(super) fn retain_news(&mut self, peers: &mut Vec<Peer>) {
        if self.since.elapsed() >= TRUSTED_FOR {
            self.stored.clear();
            self.seen.clear();
            self.since = Instant::now();
        }
        peers.retain(|peer| self.stored.get(&peer.peer_id) != Some(&self.fingerprint(peer)));
    }

    /// Leaves out where peers were seen, for those of whom a message is stored that is late enough.
    pub(super) fn retain_links(&self, links: &mut Vec<PeerLink>) {
        links.retain(|link| {
            !matches!(link.leads, Lead::Message(_)) || !self.seen.contains(&link.peer)
        });
    }

    /// Takes note of links that are in the database now.
    pub(super) fn note_linked(&mut self, links: &[PeerLink]) {
        if self.seen.len() >= MOST {
            self.seen.clear();
        }
        let seen = links.iter();
        let seen = seen.filter(|link| matches!(link.leads, Lead::Message(_)));
        self.seen.extend(seen.map(|link| link.peer));
    }

    /// Takes note of peers that are in the database now.
    pub(super) fn note_stored(&mut self, peers: &[Peer]) {
        for peer in peers {
            let new = self.fingerprint(peer);
            // The one who is found by a name is the one who was stored last: when an earlier owner
            // shows up again, that one must be stored again.
            let name = |old: &Fingerprint| old.usernames.iter().any(|n| new.usernames.contains(n));
            let phone = |old: &Fingerprint| new.phone.is_some() && old.phone == new.phone;
            self.stored.retain(|_, old| !name(old) && !phone(old));
            if self.stored.len() >= MOST {
                self.stored.clear();
            }
            self.stored.insert(peer.peer_id, new);
        }
    }

    fn fingerprint(&self, peer: &Peer) -> Fingerprint {
        // Names are looked up in any spelling.
        let name = |text: &String| self.hasher.hash_one(text.to_ascii_lowercase());
        Fingerprint {
            all: self.hasher.hash_one(peer),
            usernames: peer.usernames.iter().flatten().map(name).collect(),
            phone: peer.phone.as_ref().map(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(id: i64, username: &str) -> Peer {
        Peer {
            username: Some(username.to_owned()),
            usernames: Some(vec![username.to_owned()]),
            ..Peer::new(ChatId::user(id))
        }
    }

    /// How many of the peers are to be stored.
    fn news(known: &mut KnownPeers, peers: &[&Peer]) -> usize {
        let mut peers: Vec<_> = peers.iter().map(|&peer| peer.clone()).collect();
        known.retain_news(&mut peers);
        peers.len()
    }

    fn store(known: &mut KnownPeers, peer: &Peer) {
        known.note_stored(std::slice::from_ref(peer));
    }

    #[test]
    fn only_what_is_new_or_changed_is_stored() {
        let mut known = KnownPeers::new();
        let (ann, bob) = (peer(1, "ann"), peer(2, "bob"));
        assert_eq!(news(&mut known, &[&ann]), 1);
        store(&mut known, &ann);
        assert_eq!(news(&mut known, &[&ann]), 0);
        assert_eq!(news(&mut known, &[&ann, &bob, &peer(1, "anne")]), 2);
    }

    #[test]
    fn a_name_that_goes_to_another_and_comes_back_is_stored_each_time() {
        let mut known = KnownPeers::new();
        let (ann, bob) = (peer(1, "Name"), peer(2, "name"));
        store(&mut known, &ann);
        store(&mut known, &bob);
        assert_eq!(news(&mut known, &[&ann]), 1);
        store(&mut known, &ann);
        assert_eq!(news(&mut known, &[&bob]), 1);
    }

    #[test]
    fn what_is_known_is_bounded_and_forgotten_after_a_while() {
        let mut known = KnownPeers::new();
        let many: Vec<_> = (0..1000).map(|id| peer(id, &id.to_string())).collect();
        known.note_stored(&many);
        assert!(known.stored.len() <= MOST);
        let last = &many[999];
        assert_eq!(news(&mut known, &[last]), 0);
        known.since = known.since.checked_sub(TRUSTED_FOR).expect("an uptime");
        assert_eq!(news(&mut known, &[last]), 1);
    }
}
