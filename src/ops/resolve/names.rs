//! Usernames and phone numbers, which pass from one peer to another.
//!
//! It owns what is asked of Telegram before a name is taken for its owner's.

use super::{Purpose, Resolver, usable};
use crate::error::Error;
use crate::model::{Peer, UtcTime};
use crate::telegram::Found;
use std::time::Duration;

/// How long a username that was seen at a peer may lead to it without a look-up.
const YOUNG: Duration = Duration::from_hours(24);

/// How old the stored note of a username gets before a confirmed one is written again.
const REWRITTEN_AFTER: Duration = Duration::from_hours(1);

impl Resolver<'_> {
    /// The owner of a username.
    pub(super) async fn username(
        &self,
        name: &str,
        purpose: Purpose,
    ) -> Result<Option<Peer>, Error> {
        let stored = self.memory().owner(name).await?;
        if let Some((peer, seen_at)) = stored.filter(|(peer, _)| usable(peer)) {
            if purpose == Purpose::Look {
                return Ok(Some(peer));
            }
            if is_within(YOUNG, seen_at)
                && let Some(now) = self
                    .confirmed(&peer, Some(seen_at), |now| has(now, name))
                    .await?
            {
                return Ok(Some(now));
            }
        }
        self.username_at_telegram(name).await
    }

    async fn username_at_telegram(&self, name: &str) -> Result<Option<Peer>, Error> {
        self.memory().lookup()?;
        let mut found = self.link.resolve_username(name).await?;
        let target = found.target;
        let peers = found.peers.iter_mut();
        match peers.into_iter().find(|peer| Some(peer.peer_id) == target) {
            // Telegram has just said so, whatever else the peer shows.
            Some(peer) if !has(peer, name) => {
                if let Some(names) = &mut peer.usernames {
                    names.push(name.to_owned());
                }
            }
            Some(_) => {}
            None => self.memory().forget_name(name).await?,
        }
        self.keep(found).await
    }

    /// The user with a phone number.
    pub(super) async fn phone(
        &self,
        digits: &str,
        purpose: Purpose,
    ) -> Result<Option<Peer>, Error> {
        let stored = self.memory().by_phone(digits).await?;
        if let Some(peer) = stored.filter(usable) {
            if purpose == Purpose::Look {
                return Ok(Some(peer));
            }
            let same = |now: &Peer| now.phone.as_deref() == Some(digits);
            if let Some(now) = self.confirmed(&peer, None, same).await? {
                return Ok(Some(now));
            }
        }
        self.phone_at_telegram(digits).await
    }

    /// The contacts see more numbers than the look-up does.
    async fn phone_at_telegram(&self, digits: &str) -> Result<Option<Peer>, Error> {
        if !(7..=15).contains(&digits.len()) {
            return Ok(None);
        }
        let peers = self.link.contacts().await?;
        let target = peers
            .iter()
            .find(|contact| contact.phone.as_deref() == Some(digits))
            .map(|contact| contact.peer_id);
        if let Some(peer) = self.keep(Found { target, peers }).await? {
            return Ok(Some(peer));
        }
        let found = self.link.resolve_phone(digits).await?;
        self.keep(found).await
    }

    /// The peer as Telegram shows it at this moment, if the name is still its own. What has
    /// changed is stored.
    async fn confirmed(
        &self,
        known: &Peer,
        seen_at: Option<UtcTime>,
        has_name: impl Fn(&Peer) -> bool,
    ) -> Result<Option<Peer>, Error> {
        let Some(mut now) = self.link.look_again(known).await? else {
            self.memory().forget_hash(known).await?;
            return Ok(None);
        };
        let holds = has_name(&now);
        let noted = seen_at.is_none_or(|seen_at| is_within(REWRITTEN_AFTER, seen_at));
        let same_hash = now.access_hash.is_none() || now.access_hash == known.access_hash;
        if !(holds && noted && same_hash) {
            self.memory().keep(vec![now.clone()]).await?;
        }
        now.access_hash = now.access_hash.or(known.access_hash);
        Ok(Some(now).filter(|now| holds && usable(now)))
    }

    /// The peer as Telegram shows it at this moment. `None` when its access hash is refused, which
    /// is forgotten then.
    pub(in crate::ops) async fn shown_now(&self, known: &Peer) -> Result<Option<Peer>, Error> {
        self.confirmed(known, None, |_| true).await
    }
}

/// Whether a peer that says its usernames has this one.
fn has(peer: &Peer, name: &str) -> bool {
    let mut names = peer.usernames.iter().flatten();
    names.any(|own| own.eq_ignore_ascii_case(name))
}

/// Whether an instant is no longer ago than this. One in the future is of a wrong clock.
fn is_within(limit: Duration, then: UtcTime) -> bool {
    let now = UtcTime::now();
    then <= now && then.after(limit) > now
}
