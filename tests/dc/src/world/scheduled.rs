//! Scheduled messages: what waits for its time, and what happens then.
//!
//! Owns the queue of each account and the order in which they fall due. Sending is `send`'s.
//! Source: <https://core.telegram.org/api/scheduled-messages>.

use super::World;
use super::deliver::Body;
use super::ids::{MessageId, Peer, UserId};
use super::news::{News, Origin};
use super::post::{Content, Place, Post};
use super::refusal::Refusal;
use super::send::{Draft, Sent};

/// Messages that may wait in one chat.
const MAX_WAITING: usize = 100;
/// How far ahead a message may be scheduled, in seconds.
const MAX_AHEAD: i32 = 365 * 24 * 60 * 60;
/// What is due within so many seconds is sent at once.
const AT_ONCE: i32 = 10;

/// A message that waits.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// Where it will go.
    pub peer: Peer,
    /// When, in seconds since 1970.
    pub date: i32,
    /// The client's number for it.
    pub random_id: Option<i64>,
    /// What it will be.
    pub body: Body,
}

/// What became of a message with a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is in its chat.
    Sent(Sent),
    /// It waits under this number.
    Waits(i32),
}

impl Scheduled {
    /// The message as it would be if it were sent now.
    pub fn preview(&self, author: UserId) -> Post {
        let place = Place::Private(author);
        self.body
            .clone()
            .into_post(author, place, Vec::new(), self.date)
    }
}

impl World {
    /// Sends a message at `date`, in seconds since 1970; at once if that is now or past.
    ///
    /// # Errors
    /// As [`World::send`]; 400 `SCHEDULE_DATE_TOO_LATE`, `SCHEDULE_TOO_MUCH`.
    pub fn schedule(
        &mut self,
        from: UserId,
        to: Peer,
        draft: Draft,
        date: i32,
        origin: Option<Origin>,
    ) -> Result<Placed, Refusal> {
        if let Some(sent) = self.sent_before(from, draft.random_id) {
            return Ok(Placed::Sent(sent));
        }
        if !self.is_ahead(date)? {
            return self.send(from, to, draft, origin).map(Placed::Sent);
        }
        if let Some(id) = self.scheduled_before(from, draft.random_id) {
            return Ok(Placed::Waits(id));
        }
        let random_id = draft.random_id;
        let body = self.body(from, to, draft)?;
        let invalid = || Refusal::bad("PEER_ID_INVALID");
        let account = self.accounts.get_mut(&from).ok_or_else(invalid)?;
        let waiting = account.scheduled.values().filter(|one| one.peer == to);
        if waiting.count() >= MAX_WAITING {
            return Err(Refusal::bad("SCHEDULE_TOO_MUCH"));
        }
        account.scheduled_count += 1;
        let id = account.scheduled_count;
        let waits = Scheduled {
            peer: to,
            date,
            random_id,
            body,
        };
        account.scheduled.insert(id, waits);
        self.due.insert((date, from, id));
        self.tell(from, News::Scheduled(id), origin);
        Ok(Placed::Waits(id))
    }

    fn scheduled_before(&self, from: UserId, random_id: Option<i64>) -> Option<i32> {
        let mut waiting = self.account(from)?.scheduled.iter();
        let same = |one: &Scheduled| random_id.is_some() && one.random_id == random_id;
        waiting.find(|(_, one)| same(one)).map(|(id, _)| *id)
    }

    /// Whether a date is late enough to wait for.
    fn is_ahead(&self, date: i32) -> Result<bool, Refusal> {
        let ahead = date.saturating_sub(self.now());
        if ahead > MAX_AHEAD {
            return Err(Refusal::bad("SCHEDULE_DATE_TOO_LATE"));
        }
        Ok(ahead > AT_ONCE)
    }

    /// What an account has scheduled in a chat, by number, latest first.
    pub fn scheduled_in(&self, user: UserId, peer: Peer) -> Vec<(i32, &Scheduled)> {
        let waiting = self.account(user).map(|account| account.scheduled.iter());
        let mut waiting: Vec<(i32, &Scheduled)> = waiting
            .into_iter()
            .flatten()
            .filter(|(_, one)| one.peer == peer)
            .map(|(id, one)| (*id, one))
            .collect();
        waiting.sort_by_key(|(id, one)| std::cmp::Reverse((one.date, *id)));
        waiting
    }

    /// Whether an account has scheduled anything in a chat.
    pub fn has_scheduled(&self, user: UserId, peer: Peer) -> bool {
        !self.scheduled_in(user, peer).is_empty()
    }

    /// Changes what a message that waits will say, or when it goes.
    ///
    /// # Errors
    /// 400 `MESSAGE_ID_INVALID`, `SCHEDULE_DATE_TOO_LATE`; what [`Content::check`] finds.
    pub fn reschedule(
        &mut self,
        user: UserId,
        (peer, id): (Peer, i32),
        content: Option<Content>,
        date: i32,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        self.is_ahead(date)?;
        let account = self.accounts.get_mut(&user);
        let waits = account
            .and_then(|account| account.scheduled.get_mut(&id))
            .filter(|one| one.peer == peer)
            .ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
        if let Some(mut content) = content {
            content.keep_file(&waits.body.content);
            content.check()?;
            waits.body.content = content;
        }
        let before = std::mem::replace(&mut waits.date, date);
        self.due.remove(&(before, user, id));
        self.due.insert((date, user, id));
        self.tell(user, News::Scheduled(id), origin);
        Ok(())
    }

    /// Calls messages off. Numbers that do not wait in this chat are passed over.
    pub fn unschedule(&mut self, user: UserId, peer: Peer, ids: &[i32], origin: Option<Origin>) {
        let mut gone = ids.to_vec();
        gone.retain(|id| self.take_scheduled(user, Some(peer), *id).is_some());
        if !gone.is_empty() {
            let news = News::Unscheduled {
                peer,
                ids: gone,
                sent: Vec::new(),
            };
            self.tell(user, news, origin);
        }
    }

    /// Sends messages before their time; answers each number with what it became.
    ///
    /// # Errors
    /// 400 `MESSAGE_ID_INVALID` if none of them waits in this chat; what
    /// [`World::check_writer`] finds.
    pub fn send_scheduled(
        &mut self,
        user: UserId,
        peer: Peer,
        ids: &[i32],
        origin: Option<Origin>,
    ) -> Result<Vec<(i32, Sent)>, Refusal> {
        self.check_writer(user, peer)?;
        let mut sent = Vec::new();
        for id in ids {
            if let Some(one) = self.take_scheduled(user, Some(peer), *id) {
                sent.push((*id, self.post_scheduled(user, *id, one, origin)?));
            }
        }
        if sent.is_empty() {
            return Err(Refusal::bad("MESSAGE_ID_INVALID"));
        }
        Ok(sent)
    }

    /// Sends everything whose time has come.
    pub fn send_due(&mut self) {
        let now = self.now();
        while let Some((date, user, id)) = self.due.first().copied()
            && date <= now
        {
            self.due.pop_first();
            let Some(one) = self.take_scheduled(user, None, id) else {
                continue;
            };
            let may_write = self.check_writer(user, one.peer);
            let peer = one.peer;
            let sent = may_write.and_then(|()| self.post_scheduled(user, id, one, None));
            if let Err(refusal) = sent {
                log::debug!("a scheduled message was dropped: {refusal}");
                let (ids, sent) = (vec![id], Vec::new());
                self.tell(user, News::Unscheduled { peer, ids, sent }, None);
            }
        }
    }

    fn take_scheduled(&mut self, user: UserId, peer: Option<Peer>, id: i32) -> Option<Scheduled> {
        let scheduled = &mut self.accounts.get_mut(&user)?.scheduled;
        let one = scheduled.get(&id)?;
        if peer.is_some_and(|peer| peer != one.peer) {
            return None;
        }
        self.due.remove(&(one.date, user, id));
        scheduled.remove(&id)
    }

    fn post_scheduled(
        &mut self,
        user: UserId,
        id: i32,
        one: Scheduled,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let Scheduled {
            peer,
            random_id,
            mut body,
            ..
        } = one;
        body.from_scheduled = true;
        let sent = self.put(user, peer, body, origin)?;
        if let (Some(random_id), Some(account)) = (random_id, self.accounts.get_mut(&user)) {
            account.sent.insert(random_id, sent);
        }
        let (ids, became): (_, Vec<MessageId>) = (vec![id], vec![sent.id]);
        let news = News::Unscheduled {
            peer,
            ids,
            sent: became,
        };
        self.tell(user, news, origin);
        Ok(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::*;
    use crate::clock::Clock;

    fn draft(text: &str, random_id: i64) -> Draft {
        Draft {
            content: Content::plain(text),
            random_id: Some(random_id),
            ..Draft::default()
        }
    }

    #[test]
    fn what_is_due_is_sent_in_the_order_of_time() {
        let clock = Clock::default();
        let mut world = World::new(fixed(), clock.clone());
        let alice = world.user_by_name("alice").unwrap();
        let to = Peer::User(alice);
        let now = world.now();
        for (n, ahead) in [(1, 300), (2, 100), (3, 200), (4, 5000)] {
            let text = format!("in {ahead}");
            let placed = world.schedule(alice, to, draft(&text, n), now + ahead, None);
            assert!(matches!(placed, Ok(Placed::Waits(_))));
        }
        let again = world.schedule(alice, to, draft("in 300", 1), now + 300, None);
        assert_eq!(again, Ok(Placed::Waits(1)));
        world.unschedule(alice, to, &[3, 99], None);
        world.send_due();
        assert_eq!(world.ledger_len(), 0);
        clock.skew(1000);
        world.send_due();
        let sent = world.ledger(0, 10);
        let texts: Vec<&str> = sent.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(texts, ["in 100", "in 300"]);
        assert_eq!(world.scheduled_in(alice, to).len(), 1);
    }

    #[test]
    fn dates_are_bounded_and_near_ones_send_at_once() {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let to = Peer::User(alice);
        let now = world.now();
        let late = world.schedule(alice, to, draft("late", 1), now + MAX_AHEAD + 9, None);
        assert_eq!(late, Err(Refusal::bad("SCHEDULE_DATE_TOO_LATE")));
        let near = world.schedule(alice, to, draft("near", 2), i32::MIN, None);
        assert!(matches!(near, Ok(Placed::Sent(_))));
    }
}
