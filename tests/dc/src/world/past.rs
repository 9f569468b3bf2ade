//! What was there before anybody looked: messages and chats of former times.
//!
//! Owns what a former message does not do: it moves no pts and nobody is told of it, so that a
//! hundred thousand of them are no work. Who may write what is not asked.

use super::World;
use super::deliver::Body;
use super::dialog::Dialog;
use super::ids::{MessageId, Peer, PostId, UserId};
use super::post::Place;
use super::refusal::Refusal;

impl World {
    /// Makes a change as if it were `date` now.
    pub fn at<T>(&mut self, date: Option<i32>, change: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.then, date);
        let changed = change(self);
        self.then = before;
        changed
    }

    /// Puts a message of a former time into a chat. It must not be older than what is there, or
    /// the chat is no longer in the order of time.
    ///
    /// # Errors
    /// 400 `PEER_ID_INVALID`, `CHANNEL_INVALID`.
    pub fn settle(
        &mut self,
        from: UserId,
        to: Peer,
        body: Body,
        date: i32,
    ) -> Result<PostId, Refusal> {
        let laid = match to {
            Peer::User(to) if to == from => self.lay(Place::Private(to), &[from], body, date),
            Peer::User(to) => self.lay(Place::Private(to), &[from, to], body, date),
            Peer::Group(id) => {
                let holders = self.holders(from, id);
                self.lay(Place::Group(id), &holders, body, date)
            }
            Peer::Channel(id) => {
                let (post, _) = self.lay_in_channel(from, id, body, date)?;
                return Ok(post);
            }
        };
        laid.map(|(post, _)| post)
    }

    /// When the newest message of a chat was sent, in seconds since 1970; 0 if there is none.
    pub fn newest_date(&self, user: UserId, peer: Peer) -> i32 {
        let newest = self.messages_in(user, peer).last();
        let post = newest.and_then(|id| self.post_of(user, peer, *id));
        let post = post.and_then(|id| self.post(id));
        post.map_or(0, |post| post.date)
    }

    /// Sets what an account has read in a chat, so that `unread` messages are left, its own among
    /// them. Nobody is told.
    pub fn leave_unread(&mut self, user: UserId, peer: Peer, unread: usize) {
        let mark = read_all_but(self.messages_in(user, peer), unread);
        match peer {
            Peer::Channel(id) => {
                if let Some(channel) = self.channels.get_mut(&id) {
                    channel.set_read(user, mark);
                }
            }
            Peer::User(_) | Peer::Group(_) => {
                if let Some(account) = self.accounts.get_mut(&user) {
                    account.set_read(peer, mark);
                }
            }
        }
    }
}

fn read_all_but(messages: &[MessageId], unread: usize) -> MessageId {
    let read = messages.len().saturating_sub(unread);
    let last = read.checked_sub(1).and_then(|at| messages.get(at));
    last.copied().unwrap_or_default()
}

impl Dialog {
    /// Sets both read marks, whatever they were. What is unread must be counted anew.
    pub fn set_read(&mut self, mark: MessageId) {
        self.read_inbox_max = mark;
        self.read_outbox_max = mark;
    }
}

#[cfg(test)]
mod tests {
    use super::super::channel::ChannelKind;
    use super::super::dialog::Window;
    use super::super::people::fixed;
    use super::super::post::Content;
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn former_messages_are_there_and_nobody_is_told() {
        let mut world = World::new(fixed(), Clock::default());
        let [alice, bob] = ["alice", "bob"].map(|name| world.user_by_name(name).unwrap());
        let pts = world.account(bob).unwrap().events.pts();
        for n in 0..10 {
            let body = Body {
                content: Content::plain(format!("m{n}")),
                ..Body::default()
            };
            let (from, to) = if n % 2 == 0 {
                (alice, bob)
            } else {
                (bob, alice)
            };
            world.settle(from, Peer::User(to), body, 1000 + n).unwrap();
        }
        assert_eq!(world.newest_date(bob, Peer::User(alice)), 1009);
        let account = world.account(bob).unwrap();
        assert_eq!(account.events.pts(), pts);
        assert_eq!(account.dialogs[&Peer::User(alice)].messages().len(), 10);
        assert!(world.take_notices().is_empty());
        world.leave_unread(bob, Peer::User(alice), 4);
        // Two of the four are Bob's own.
        assert_eq!(
            world.account(bob).unwrap().dialogs[&Peer::User(alice)].unread,
            2
        );
    }

    #[test]
    fn what_is_done_in_the_past_has_its_date() {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let kind = ChannelKind::Supergroup;
        let made = world.at(Some(1000), |world| {
            world.create_channel(alice, kind, "old", "", None)
        });
        let (id, sent) = made.unwrap();
        assert_eq!((world.channel(id).unwrap().date, sent.date), (1000, 1000));
        assert!(world.now() > 1000);
        world
            .settle(alice, Peer::Channel(id), Body::default(), 2000)
            .unwrap();
        let id_of = id;
        let messages = world.channel(id).unwrap().present().messages();
        let window = Window {
            offset_date: 2000,
            limit: 5,
            ..Window::default()
        };
        let date = |id| {
            let post = world.post_of(alice, Peer::Channel(id_of), id);
            world.post(post.unwrap()).unwrap().date
        };
        assert_eq!(window.pick(messages, date), [MessageId(1)]);
    }
}
