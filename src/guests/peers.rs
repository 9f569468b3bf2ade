//! What one guest knows of peers, in memory.
//!
//! Owns the access hashes that answers have brought, as many as have room. It must not know how a
//! peer is looked up.

use crate::model::{ChatId, ChatKind, Lead, Peer, PeerLink, UtcTime};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many peers there is room for; beyond that they are forgotten together, and the chats are
/// listed again.
const MOST: usize = 8192;

/// The peers. Names are in lower case.
#[derive(Default)]
pub struct GuestPeers(Mutex<Known>);

#[derive(Default)]
struct Known {
    peers: HashMap<ChatId, Peer>,
    names: HashMap<String, (ChatId, UtcTime)>,
    /// Of basic groups: what they have become, and when Telegram has said so.
    groups: HashMap<ChatId, (Option<ChatId>, Option<UtcTime>)>,
    /// How often all was forgotten.
    forgotten: u64,
}

impl GuestPeers {
    /// A peer, if it is known.
    pub fn get(&self, chat: ChatId) -> Option<Peer> {
        self.lock().peers.get(&chat).cloned()
    }

    /// Whether one of these is known well enough to be called.
    pub(super) fn has_any(&self, chats: &[ChatId]) -> bool {
        let known = self.lock();
        let mut peers = chats.iter().filter_map(|chat| known.peers.get(chat));
        peers.any(|peer| peer.access_hash.is_some() || peer.peer_id.kind() == ChatKind::Chat)
    }

    /// How often all was forgotten for want of room.
    pub(super) fn forgotten(&self) -> u64 {
        self.lock().forgotten
    }

    /// Takes what an answer has told of peers.
    pub fn put(&self, peers: Vec<Peer>) {
        let mut known = self.lock();
        if known.peers.len() + peers.len() > MOST {
            *known = Known {
                forgotten: known.forgotten + 1,
                ..Known::default()
            };
        }
        let now = UtcTime::now();
        for peer in peers.into_iter().take(MOST) {
            for name in peer.known_usernames() {
                let name = name.to_ascii_lowercase();
                known.names.insert(name, (peer.peer_id, now));
            }
            match known.peers.get_mut(&peer.peer_id) {
                Some(old) => learn(old, peer),
                None => {
                    known.peers.insert(peer.peer_id, peer);
                }
            }
        }
    }

    /// Whoever showed a username last, and when.
    pub fn owner(&self, name: &str) -> Option<(Peer, UtcTime)> {
        let known = self.lock();
        let (id, seen_at) = known.names.get(&name.to_ascii_lowercase())?;
        let peer = known.peers.get(id)?;
        let mut own = peer.known_usernames();
        let has = own.any(|own| own.eq_ignore_ascii_case(name));
        has.then(|| (peer.clone(), *seen_at))
    }

    /// Nobody has this username.
    pub fn forget_name(&self, name: &str) {
        self.lock().names.remove(&name.to_ascii_lowercase());
    }

    /// The user with a phone number.
    pub fn by_phone(&self, digits: &str) -> Option<Peer> {
        let known = self.lock();
        let mut all = known.peers.values();
        all.find(|peer| peer.phone.as_deref() == Some(digits))
            .cloned()
    }

    /// Telegram refuses this access hash.
    pub fn forget_hash(&self, chat: ChatId, hash: i64) {
        let mut known = self.lock();
        if let Some(peer) = known.peers.get_mut(&chat)
            && peer.access_hash == Some(hash)
        {
            peer.access_hash = None;
        }
    }

    /// What a basic group has become, and when Telegram was asked.
    pub fn group(&self, group: ChatId) -> (Option<ChatId>, Option<UtcTime>) {
        let known = self.lock();
        known.groups.get(&group).copied().unwrap_or_default()
    }

    /// Takes what was told of basic groups.
    pub fn put_links(&self, links: &[PeerLink]) {
        let mut known = self.lock();
        for link in links {
            let group = known.groups.entry(link.peer).or_default();
            match link.leads {
                Lead::Supergroup(successor) => group.0 = Some(successor),
                Lead::Asked(at) => group.1 = Some(at),
                Lead::Message(_) => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // No critical section of this file panics, so what a poisoned lock guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes what is new of a peer. What the source leaves out is unknown, unless it says all there is;
/// an access hash stays either way.
fn learn(old: &mut Peer, new: Peer) {
    let access_hash = new.access_hash.or(old.access_hash);
    if new.whole {
        *old = Peer { access_hash, ..new };
        return;
    }
    let was = std::mem::replace(old, new);
    old.access_hash = access_hash;
    old.username = old.username.take().or(was.username);
    old.usernames = old.usernames.take().or(was.usernames);
    old.phone = old.phone.take().or(was.phone);
    old.name = old.name.take().or(was.name);
    old.first_name = old.first_name.take().or(was.first_name);
    old.last_name = old.last_name.take().or(was.last_name);
    old.is_bot = old.is_bot.or(was.is_bot);
    old.is_self = old.is_self.or(was.is_self);
    old.is_broadcast = old.is_broadcast.or(was.is_broadcast);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: i64, hash: Option<i64>, name: &str) -> Peer {
        Peer {
            access_hash: hash,
            username: Some(name.to_owned()),
            ..Peer::new(ChatId::user(number))
        }
    }

    #[test]
    fn an_answer_that_leaves_something_out_takes_nothing_away() {
        let peers = GuestPeers::default();
        peers.put(vec![peer(7, Some(70), "Seven")]);
        peers.put(vec![Peer::new(ChatId::user(7))]);
        let known = peers.get(ChatId::user(7)).expect("known");
        assert_eq!(known.access_hash, Some(70));
        let owner = peers.owner("seven").map(|(peer, _)| peer.peer_id);
        assert_eq!(owner, Some(ChatId::user(7)));
        peers.forget_hash(ChatId::user(7), 71);
        assert_eq!(
            peers.get(ChatId::user(7)).and_then(|p| p.access_hash),
            Some(70)
        );
        peers.forget_hash(ChatId::user(7), 70);
        assert_eq!(peers.get(ChatId::user(7)).and_then(|p| p.access_hash), None);
    }

    #[test]
    fn a_username_that_its_owner_shows_no_more_leads_nowhere() {
        let peers = GuestPeers::default();
        peers.put(vec![peer(7, None, "Seven")]);
        peers.put(vec![Peer {
            whole: true,
            usernames: Some(vec!["eight".to_owned()]),
            ..Peer::new(ChatId::user(7))
        }]);
        assert!(peers.owner("seven").is_none() && peers.owner("EIGHT").is_some());
        peers.forget_name("eight");
        assert!(peers.owner("eight").is_none());
    }

    #[test]
    fn peers_are_bounded() {
        let peers = GuestPeers::default();
        for number in 1..=i64::try_from(MOST).expect("fits") + 1 {
            peers.put(vec![peer(number, Some(number), "one")]);
        }
        assert_eq!(peers.forgotten(), 1);
        assert_eq!(peers.lock().peers.len(), 1);
    }
}
