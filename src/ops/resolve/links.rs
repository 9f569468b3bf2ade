//! From a stored peer to one that calls take: the supergroup in the place of a basic group, and
//! whole users instead of those who were only seen in a message.
//!
//! Sources: <https://core.telegram.org/api/channel#migration>, <https://core.telegram.org/api/min>.

use crate::error::{Code, Error};
use crate::model::{ChatId, ChatKind, Lead, Peer, PeerLink, UtcTime};
use crate::ops::resolve::{Resolver, usable};
use std::time::Duration;

/// How long a basic group is taken for one without asking, unless an update says otherwise.
const TRUSTED_FOR: Duration = Duration::from_hours(24);

impl Resolver<'_> {
    /// The supergroup that a basic group has become; `None` while it is one.
    ///
    /// # Errors
    /// `chat_not_found` when the account cannot call the supergroup.
    pub(super) async fn successor(&self, group: ChatId) -> Result<Option<Peer>, Error> {
        if group.kind() != ChatKind::Chat {
            return Ok(None);
        }
        let (mut successor, asked_at) = self.memory().group(group).await?;
        let trusted = UtcTime::now().before(TRUSTED_FOR);
        if successor.is_none() && asked_at.is_none_or(|asked| asked < trusted) {
            self.group(group).await?;
            successor = self.memory().group(group).await?.0;
        }
        let Some(successor) = successor else {
            return Ok(None);
        };
        let found = self.stored(successor).await?;
        found.map(Some).ok_or_else(|| {
            let why =
                format!("the group was upgraded to {successor}, which the account cannot see");
            Error::new(Code::ChatNotFound, why)
        })
    }

    /// A basic group as Telegram tells it, with what it has become: calls need nothing but its
    /// id. `None` when the account is and was not in it.
    pub(super) async fn group(&self, group: ChatId) -> Result<Option<Peer>, Error> {
        let found = self.link.groups(&[group]).await?;
        let row = found.peers.iter().find(|peer| peer.peer_id == group);
        let row = row.cloned();
        self.memory().keep(found.peers).await?;
        if row.is_some() {
            let leads = Lead::Asked(UtcTime::now());
            let asked = PeerLink { peer: group, leads };
            let links = found.upgrades.into_iter().chain([asked]);
            self.memory().keep_links(links.collect()).await?;
        }
        Ok(row)
    }

    /// A stored peer that calls take. Somebody without an access hash is asked for by the message
    /// in which they were seen last; `None` when there is none, or it is gone.
    pub(super) async fn callable(&self, peer: Peer) -> Result<Option<Peer>, Error> {
        if usable(&peer) {
            return Ok(Some(peer));
        }
        let wanted = peer.peer_id;
        let found = self.memory().seen(wanted).await?;
        let Some((chat, message)) = found.filter(|(chat, _)| usable(chat)) else {
            return Ok(None);
        };
        let whole = self.link.seen_in(&chat, message, wanted).await?;
        self.memory().keep(whole.iter().cloned().collect()).await?;
        Ok(whole.filter(usable))
    }
}
