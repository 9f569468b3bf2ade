//! What a session has received: which message ids, in which order, and how they were answered.
//!
//! It owns the bounded memory that tells a repeated request from a new one and keeps its answer. It
//! must not know what messages mean or how answers travel.
//! Source: <https://core.telegram.org/mtproto/service_messages_about_messages>.

use std::collections::BTreeMap;

use super::clock;
use super::wire::Message;

/// Message ids remembered per session, a whole container and more; older ones are "too old".
const REMEMBERED: usize = 1100;
/// Bytes of answers kept per session for requests that come again.
const KEPT_BYTES: usize = 1024 * 1024;
/// Seconds a client's message id may lag behind the data centre's clock.
const LATE: i64 = 300;
/// Seconds a client's message id may run ahead of the data centre's clock.
const EARLY: i64 = 30;

/// `bad_msg_notification` codes.
pub(super) mod code {
    pub(in super::super) const ID_TOO_LOW: i32 = 16;
    pub(in super::super) const ID_TOO_HIGH: i32 = 17;
    pub(in super::super) const ID_NOT_CLIENTS: i32 = 18;
    pub(in super::super) const CONTAINER_REPEATED: i32 = 19;
    pub(in super::super) const TOO_OLD: i32 = 20;
    pub(in super::super) const SEQNO_TOO_LOW: i32 = 32;
    pub(in super::super) const SEQNO_TOO_HIGH: i32 = 33;
    pub(in super::super) const SEQNO_NOT_EVEN: i32 = 34;
    pub(in super::super) const SEQNO_NOT_ODD: i32 = 35;
    pub(in super::super) const WRONG_SALT: i32 = 48;
    pub(in super::super) const BAD_CONTAINER: i32 = 64;
}

/// What to do with an arrived message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Process it.
    New,
    /// It was here before: answer again, do not run again.
    Repeated,
    /// Refuse it with this `bad_msg_notification` code.
    Bad(i32),
}

#[derive(Default)]
enum Answer {
    /// The message asks for none.
    #[default]
    None,
    /// The service is at work, or will stay silent.
    Waiting,
    /// Sent, and not yet acknowledged.
    Sent(Message),
    /// Acknowledged, dropped, or too large to keep.
    Gone,
}

struct Seen {
    seqno: i32,
    answer: Answer,
}

/// The received side of one session.
#[derive(Default)]
pub(super) struct Inbox {
    seen: BTreeMap<i64, Seen>,
    /// No id up to this one is remembered any more.
    floor: i64,
    kept_bytes: usize,
}

/// Checks a message id against the clock; `Some` is a `bad_msg_notification` code.
pub(super) const fn clock_fault(msg_id: i64, now: i64) -> Option<i32> {
    let ahead = clock::seconds_of(msg_id) - now;
    if ahead < -LATE {
        Some(code::ID_TOO_LOW)
    } else if ahead > EARLY {
        Some(code::ID_TOO_HIGH)
    } else {
        None
    }
}

impl Inbox {
    /// Judges a message by its id and sequence number, and remembers it when it is new.
    pub(super) fn admit(&mut self, msg_id: i64, seqno: i32) -> Verdict {
        if msg_id & 3 != 0 {
            return Verdict::Bad(code::ID_NOT_CLIENTS);
        }
        if self.seen.contains_key(&msg_id) {
            return Verdict::Repeated;
        }
        if msg_id <= self.floor {
            return Verdict::Bad(code::TOO_OLD);
        }
        if let Some(code) = self.order_fault(msg_id, seqno) {
            return Verdict::Bad(code);
        }
        let answer = Answer::None;
        self.seen.insert(msg_id, Seen { seqno, answer });
        while self.seen.len() > REMEMBERED {
            if let Some((msg_id, seen)) = self.seen.pop_first() {
                self.floor = msg_id;
                self.kept_bytes -= kept(&seen.answer);
            }
        }
        Verdict::New
    }

    /// The newest message that is remembered.
    pub(super) fn newest(&self) -> Option<i64> {
        self.seen.last_key_value().map(|(msg_id, _)| *msg_id)
    }

    /// Whether a message with this id is remembered.
    pub(super) fn has_seen(&self, msg_id: i64) -> bool {
        self.seen.contains_key(&msg_id)
    }

    /// Sequence numbers of content-related (odd) messages must grow with the message ids.
    fn order_fault(&self, msg_id: i64, seqno: i32) -> Option<i32> {
        let odd = |(_, seen): &(&i64, &Seen)| seen.seqno & 1 == 1;
        let before = self.seen.range(..msg_id).rev().find(odd);
        if before.is_some_and(|(_, seen)| seqno <= seen.seqno) {
            return Some(code::SEQNO_TOO_LOW);
        }
        let after = self.seen.range(msg_id..).find(odd);
        if after.is_some_and(|(_, seen)| seqno >= seen.seqno) {
            return Some(code::SEQNO_TOO_HIGH);
        }
        None
    }

    /// Marks a message as a request whose answer is to come.
    pub(super) fn expect_answer(&mut self, msg_id: i64) {
        if let Some(seen) = self.seen.get_mut(&msg_id) {
            seen.answer = Answer::Waiting;
        }
    }

    /// Whether a request's answer is still to come. Also true when the request is so long ago that
    /// it is not remembered: its answer must not get lost for that.
    pub(super) fn is_waiting(&self, msg_id: i64) -> bool {
        match self.seen.get(&msg_id) {
            Some(seen) => matches!(seen.answer, Answer::Waiting),
            None => msg_id <= self.floor,
        }
    }

    /// Keeps the answer that went out, for when the request comes again.
    pub(super) fn answered(&mut self, request: i64, answer: Message) {
        let Some(seen) = self.seen.get_mut(&request) else {
            return;
        };
        self.kept_bytes += answer.body.len();
        seen.answer = Answer::Sent(answer);
        for seen in self.seen.values_mut() {
            if self.kept_bytes <= KEPT_BYTES {
                break;
            }
            self.kept_bytes -= kept(&seen.answer);
            if matches!(seen.answer, Answer::Sent(_)) {
                seen.answer = Answer::Gone;
            }
        }
    }

    /// Forgets a request's answer: the client has it, or does not want it.
    pub(super) fn forget_answer(&mut self, request: i64) {
        if let Some(seen) = self.seen.get_mut(&request) {
            self.kept_bytes -= kept(&seen.answer);
            seen.answer = Answer::Gone;
        }
    }

    /// The kept answer of a request.
    pub(super) fn answer(&self, request: i64) -> Option<&Message> {
        match &self.seen.get(&request)?.answer {
            Answer::Sent(message) => Some(message),
            Answer::None | Answer::Waiting | Answer::Gone => None,
        }
    }

    /// The status byte of `msgs_state_info` for a client's message id.
    pub(super) fn status(&self, msg_id: i64, now: i64) -> u8 {
        match self.seen.get(&msg_id).map(|seen| &seen.answer) {
            Some(Answer::None) => 4 | 16,
            Some(Answer::Waiting) => 4 | 8 | 32,
            Some(Answer::Sent(_) | Answer::Gone) => 4 | 8 | 64,
            None if msg_id <= self.floor => 1,
            None if clock::seconds_of(msg_id) > now + EARLY => 3,
            None => 2,
        }
    }
}

const fn kept(answer: &Answer) -> usize {
    match answer {
        Answer::Sent(message) => message.body.len(),
        Answer::None | Answer::Waiting | Answer::Gone => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_message_is_told_from_a_new_one_until_it_is_too_old() {
        let mut inbox = Inbox::default();
        assert_eq!(inbox.admit(4, 1), Verdict::New);
        assert_eq!(inbox.admit(4, 1), Verdict::Repeated);
        for n in 1..1200_i32 {
            assert_eq!(inbox.admit(i64::from(n) * 8, n * 2 + 1), Verdict::New);
        }
        assert_eq!(inbox.admit(4, 1), Verdict::Bad(code::TOO_OLD));
        assert_eq!(inbox.status(4, 0), 1);
    }

    #[test]
    fn sequence_numbers_must_grow_with_message_ids() {
        let mut inbox = Inbox::default();
        assert_eq!(inbox.admit(40, 5), Verdict::New);
        assert_eq!(inbox.admit(80, 5), Verdict::Bad(code::SEQNO_TOO_LOW));
        assert_eq!(inbox.admit(80, 4), Verdict::Bad(code::SEQNO_TOO_LOW));
        assert_eq!(inbox.admit(20, 7), Verdict::Bad(code::SEQNO_TOO_HIGH));
        assert_eq!(inbox.admit(20, 3), Verdict::New);
        assert_eq!(inbox.admit(44, 6), Verdict::New);
        assert_eq!(inbox.admit(81, 7), Verdict::Bad(code::ID_NOT_CLIENTS));
    }

    #[test]
    fn the_clock_allows_five_minutes_back_and_half_a_minute_ahead() {
        let now = 1_000_000;
        assert_eq!(clock_fault((now - 300) << 32, now), None);
        assert_eq!(clock_fault((now - 301) << 32, now), Some(code::ID_TOO_LOW));
        assert_eq!(clock_fault((now + 30) << 32, now), None);
        assert_eq!(clock_fault((now + 31) << 32, now), Some(code::ID_TOO_HIGH));
    }

    #[test]
    fn kept_answers_are_bounded_and_the_newest_stay() {
        let mut inbox = Inbox::default();
        for n in 1..=10_i32 {
            let id = i64::from(n) * 4;
            inbox.admit(id, n * 2 + 1);
            inbox.expect_answer(id);
            assert!(inbox.is_waiting(id));
            let body = vec![0; 300_000].into();
            inbox.answered(
                id,
                Message {
                    msg_id: 1,
                    seqno: 1,
                    body,
                },
            );
        }
        assert!(inbox.kept_bytes <= KEPT_BYTES);
        assert!(inbox.answer(4).is_none());
        assert!(inbox.answer(40).is_some());
        inbox.forget_answer(40);
        assert!(inbox.answer(40).is_none());
    }
}
