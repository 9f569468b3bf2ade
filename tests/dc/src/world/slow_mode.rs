//! Slow mode: how often members of a supergroup may write.
//!
//! Owns the interval and when everybody wrote last. Admins are not held up.
//! Source: <https://core.telegram.org/method/channels.toggleSlowMode>.

use std::collections::BTreeMap;

use super::World;
use super::admin_log::Act;
use super::channel::Channel;
use super::ids::{ChannelId, Peer, UserId};
use super::news::{News, Origin};
use super::refusal::Refusal;

/// The intervals there are, in seconds; 0 is none.
const SECONDS: [i32; 8] = [0, 5, 10, 30, 60, 300, 900, 3600];

/// One supergroup's slow mode.
#[derive(Debug, Default)]
pub struct SlowMode {
    /// Seconds between two messages of a member; 0 without slow mode.
    pub seconds: i32,
    last: BTreeMap<UserId, (i32, Option<i64>)>,
}

impl SlowMode {
    /// From when on a member may write again, in seconds since 1970. An album counts once.
    fn next(&self, user: UserId, album: Option<i64>) -> Option<i32> {
        let (date, last_album) = self.last.get(&user).filter(|_| self.seconds > 0)?;
        let same_album = album.is_some() && album == *last_album;
        (!same_album).then(|| date.saturating_add(self.seconds))
    }
}

impl Channel {
    /// From when on `user` may write, if slow mode makes them wait, in seconds since 1970.
    pub fn next_send(&self, user: UserId, now: i32) -> Option<i32> {
        let next = self.moderation.slow.next(user, None);
        next.filter(|next| *next > now && !self.is_admin(user))
    }

    /// Whether `user` may write one message at a time only.
    pub fn is_slow_for(&self, user: UserId) -> bool {
        self.moderation.slow.seconds > 0 && !self.is_admin(user)
    }
}

impl World {
    /// Lets members of a supergroup write once in so many seconds.
    ///
    /// # Errors
    /// As `Channel::check_right`; 400 `CHAT_ID_INVALID` for broadcast channels,
    /// `SECONDS_INVALID`, `CHAT_NOT_MODIFIED`.
    pub fn set_slow_mode(
        &mut self,
        actor: UserId,
        id: ChannelId,
        seconds: i32,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_right(actor, |rights| rights.ban_users)?;
        channel.check_supergroup()?;
        if !SECONDS.contains(&seconds) {
            return Err(Refusal::bad("SECONDS_INVALID"));
        }
        let before = std::mem::replace(&mut channel.moderation.slow.seconds, seconds);
        if before == seconds {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        let now = seconds;
        self.log(id, actor, Act::SlowMode { before, now });
        self.tell_each_member(actor, id, origin);
        Ok(())
    }

    /// Tells every member that something about the channel itself has changed.
    pub(super) fn tell_each_member(
        &mut self,
        actor: UserId,
        id: ChannelId,
        origin: Option<Origin>,
    ) {
        let members = self.channel(id).map(|channel| channel.members.keys());
        let members: Vec<UserId> = members.into_iter().flatten().copied().collect();
        for member in members {
            let except = origin.filter(|_| member == actor);
            self.tell(member, News::Membership(id), except);
        }
    }

    /// Passes for who need not wait.
    ///
    /// # Errors
    /// 420 `SLOWMODE_WAIT_n`.
    pub(super) fn check_pace(
        &self,
        from: UserId,
        to: Peer,
        album: Option<i64>,
    ) -> Result<(), Refusal> {
        let channel = to.channel().and_then(|id| self.channel(id));
        let Some(channel) = channel.filter(|channel| channel.is_slow_for(from)) else {
            return Ok(());
        };
        let next = channel.moderation.slow.next(from, album);
        match next.map(|next| next.saturating_sub(self.now())) {
            Some(left) if left > 0 => Err(Refusal::new(420, format!("SLOWMODE_WAIT_{left}"))),
            _ => Ok(()),
        }
    }

    /// Remembers that somebody has written.
    pub(super) fn note_pace(&mut self, from: UserId, to: Peer, album: Option<i64>) {
        let now = self.now();
        if let Some(channel) = to.channel().and_then(|id| self.channels.get_mut(&id)) {
            // Also while nothing holds them up: slow mode looks back when it begins.
            if channel.kind == super::channel::ChannelKind::Supergroup {
                channel.moderation.slow.last.insert(from, (now, album));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_album_counts_once_and_the_next_message_waits() {
        let mut slow = SlowMode {
            seconds: 30,
            ..SlowMode::default()
        };
        let user = UserId(1);
        assert_eq!(slow.next(user, None), None);
        slow.last.insert(user, (100, Some(7)));
        assert_eq!(slow.next(user, Some(7)), None);
        assert_eq!(slow.next(user, Some(8)), Some(130));
        assert_eq!(slow.next(user, None), Some(130));
        slow.seconds = 0;
        assert_eq!(slow.next(user, None), None);
    }
}
