//! How loud chats are, and which of them somebody wants to come back to.
//!
//! Owns which setting counts where several do, and who is told.
//! Source: <https://core.telegram.org/api/push-updates>.

use grammers_tl_types::types::PeerNotifySettings;

use super::World;
use super::channel::ChannelKind;
use super::ids::{Peer, UserId};
use super::news::{News, Origin};
use super::settings::Scope;

impl World {
    /// Sets how loud something is; without settings as if it was never set.
    pub fn set_notify(
        &mut self,
        user: UserId,
        scope: Scope,
        settings: Option<PeerNotifySettings>,
        origin: Option<Origin>,
    ) {
        let Some(kept) = self.settings_mut(user) else {
            return;
        };
        match settings {
            Some(settings) => kept.notify.insert(scope, settings),
            None => kept.notify.remove(&scope),
        };
        self.tell(user, News::Loudness(scope), origin);
    }

    /// Whether a chat is muted for an account: by its own setting, else by that of its kind.
    pub fn is_muted(&self, user: UserId, peer: Peer) -> bool {
        let kind = match peer {
            Peer::User(_) => Scope::Users,
            Peer::Group(_) => Scope::Chats,
            Peer::Channel(id) => match self.channel(id).map(|channel| channel.kind) {
                Some(ChannelKind::Broadcast) => Scope::Broadcasts,
                Some(ChannelKind::Supergroup) | None => Scope::Chats,
            },
        };
        let set = self.settings(user).map(|settings| &settings.notify);
        let until = |scope| set.and_then(|set| set.get(&scope)?.mute_until);
        let until = until(Scope::Chat(peer)).or_else(|| until(kind));
        until.is_some_and(|until| until > self.now())
    }

    /// Marks a chat as unread whatever is read in it, or takes the mark away.
    pub fn mark_unread(&mut self, user: UserId, peer: Peer, unread: bool, origin: Option<Origin>) {
        let Some(settings) = self.settings_mut(user) else {
            return;
        };
        let marks = &mut settings.unread_marks;
        let changed = if unread {
            marks.insert(peer)
        } else {
            marks.remove(&peer)
        };
        if changed {
            self.tell(user, News::UnreadMark(peer), origin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_chats_own_setting_counts_before_that_of_its_kind() {
        let mut world = World::new(fixed(), Clock::default());
        let [alice, bob, carol] =
            ["alice", "bob", "carol"].map(|name| world.user_by_name(name).unwrap());
        let [bob, carol] = [bob, carol].map(Peer::User);
        let until = |mute_until| PeerNotifySettings {
            show_previews: None,
            silent: None,
            mute_until: Some(mute_until),
            ios_sound: None,
            android_sound: None,
            other_sound: None,
            stories_muted: None,
            stories_hide_sender: None,
            stories_ios_sound: None,
            stories_android_sound: None,
            stories_other_sound: None,
        };
        world.set_notify(alice, Scope::Users, Some(until(i32::MAX)), None);
        world.set_notify(alice, Scope::Chat(bob), Some(until(0)), None);
        let muted = |world: &World| [bob, carol].map(|peer| world.is_muted(alice, peer));
        assert_eq!(muted(&world), [false, true]);
        world.set_notify(alice, Scope::Users, None, None);
        let past = world.now() - 1;
        world.set_notify(alice, Scope::Chat(carol), Some(until(past)), None);
        assert_eq!(muted(&world), [false, false]);
    }
}
