//! What a session sends: the queue, message ids and sequence numbers, what is not acknowledged.
//!
//! It owns the order of outgoing messages and the bounds on what waits. It must not know links or
//! encryption: it hands out messages that are ready to be sealed.
//! Source: <https://core.telegram.org/mtproto/description>.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::clock;
use super::wire::{self, Message};
use crate::clock::Clock;

/// Updates that may wait for one session while its link lives.
const PUSHES_MAX: usize = 8192;
/// Bytes of updates that may wait for one session while its link lives.
const PUSH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Updates that may wait for a session without a link.
const PUSHES_WHILE_AWAY: usize = 64;
/// Messages kept until they are acknowledged.
const UNACKED_MAX: usize = 1024;
/// Bytes of messages kept until they are acknowledged.
const UNACKED_BYTES_MAX: usize = 1024 * 1024;
/// Messages and bytes put into one container.
const BATCH_MAX: usize = 100;
const BATCH_BYTES_MAX: usize = 256 * 1024;

/// A message that waits to be sent.
pub(super) enum Outgoing {
    /// `rpc_result` of a request.
    Answer {
        /// The request's message id.
        request: i64,
        /// The whole `rpc_result`.
        body: Bytes,
    },
    /// A protocol message.
    Service {
        /// The object.
        body: Vec<u8>,
        /// Whether it answers a client's message; decides the low bits of the id.
        answers: bool,
        /// Whether the client has to acknowledge it.
        content: bool,
    },
    /// Updates.
    Push(Bytes),
    /// A message that was sent before, as it was.
    Again(Message),
}

impl Outgoing {
    fn len(&self) -> usize {
        match self {
            Self::Answer { body, .. } | Self::Push(body) => body.len(),
            Self::Service { body, .. } => body.len(),
            Self::Again(message) => message.body.len(),
        }
    }
}

struct Unacked {
    message: Message,
    request: Option<i64>,
}

/// What [`Outbox::take`] hands out.
pub(super) struct Batch {
    /// The message to seal; a container when several were waiting.
    pub(super) message: Message,
    /// How many messages that is.
    pub(super) count: usize,
    /// The requests answered in it, with their answers.
    pub(super) answers: Vec<(i64, Message)>,
}

/// The sending side of one session.
#[derive(Default)]
pub(super) struct Outbox {
    queue: VecDeque<Outgoing>,
    pushes: usize,
    push_bytes: usize,
    unacked: BTreeMap<i64, Unacked>,
    unacked_bytes: usize,
    last_id: i64,
    content_sent: i32,
    clock: Clock,
}

impl Outbox {
    /// An outbox that has sent nothing, by this clock.
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            ..Self::default()
        }
    }

    /// Queues an answer or a protocol message.
    pub(super) fn put(&mut self, outgoing: Outgoing) {
        self.queue.push_back(outgoing);
    }

    /// Queues updates. When too much waits, the oldest updates are dropped, as on a link that is too
    /// slow: the client finds the hole by pts.
    pub(super) fn push(&mut self, updates: Bytes, has_link: bool) {
        let most = if has_link {
            PUSHES_MAX
        } else {
            PUSHES_WHILE_AWAY
        };
        self.push_bytes += updates.len();
        self.pushes += 1;
        self.queue.push_back(Outgoing::Push(updates));
        while self.pushes > most || (self.push_bytes > PUSH_BYTES_MAX && self.pushes > 1) {
            let is_push = |outgoing: &Outgoing| matches!(outgoing, Outgoing::Push(_));
            let Some(oldest) = self.queue.iter().position(is_push) else {
                break;
            };
            if let Some(dropped) = self.queue.remove(oldest) {
                self.pushes -= 1;
                self.push_bytes -= dropped.len();
            }
        }
    }

    /// Forgets all updates that wait, or that were sent and are not acknowledged.
    pub(super) fn lose_pushes(&mut self) {
        let is_push = |outgoing: &Outgoing| matches!(outgoing, Outgoing::Push(_));
        self.queue.retain(|outgoing| !is_push(outgoing));
        (self.pushes, self.push_bytes) = (0, 0);
        self.unacked.retain(|_, unacked| unacked.request.is_some());
        let kept = self.unacked.values();
        self.unacked_bytes = kept.map(|unacked| unacked.message.body.len()).sum();
    }

    /// How many updates wait.
    pub(super) fn waiting_pushes(&self) -> usize {
        self.pushes
    }

    /// Takes what fits into one packet off the queue, or `None` when nothing waits.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let (mut messages, mut answers, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(next) = self.queue.front() {
            bytes += next.len() + 16;
            let is_full = messages.len() >= BATCH_MAX || bytes > BATCH_BYTES_MAX;
            if is_full && !messages.is_empty() {
                break;
            }
            if let Some(next) = self.queue.pop_front() {
                messages.push(self.number(next, &mut answers));
            }
        }
        if self.queue.is_empty() {
            self.queue = VecDeque::new();
        }
        let count = messages.len();
        let message = match messages.pop()? {
            only if messages.is_empty() => only,
            last => {
                messages.push(last);
                self.contain(&messages)
            }
        };
        Some(Batch {
            message,
            count,
            answers,
        })
    }

    fn number(&mut self, outgoing: Outgoing, answers: &mut Vec<(i64, Message)>) -> Message {
        match outgoing {
            Outgoing::Again(message) => message,
            Outgoing::Answer { request, body } => {
                let message = self.content(1, body, Some(request));
                answers.push((request, message.clone()));
                message
            }
            Outgoing::Push(body) => {
                self.pushes -= 1;
                self.push_bytes -= body.len();
                self.content(3, body, None)
            }
            Outgoing::Service {
                body,
                answers,
                content,
            } => {
                let low_bits = if answers { 1 } else { 3 };
                if content {
                    self.content(low_bits, body.into(), None)
                } else {
                    self.aside(low_bits, body.into())
                }
            }
        }
    }

    /// A message the client has to acknowledge.
    fn content(&mut self, low_bits: i64, body: Bytes, request: Option<i64>) -> Message {
        let message = Message {
            msg_id: self.next_id(low_bits),
            seqno: self.content_sent.wrapping_mul(2) | 1,
            body,
        };
        self.content_sent = self.content_sent.wrapping_add(1);
        self.unacked_bytes += message.body.len();
        let unacked = Unacked {
            message: message.clone(),
            request,
        };
        self.unacked.insert(message.msg_id, unacked);
        while self.unacked.len() > UNACKED_MAX || self.unacked_bytes > UNACKED_BYTES_MAX {
            let Some((_, oldest)) = self.unacked.pop_first() else {
                break;
            };
            self.unacked_bytes -= oldest.message.body.len();
        }
        message
    }

    /// A message that needs no acknowledgement.
    fn aside(&mut self, low_bits: i64, body: Bytes) -> Message {
        Message {
            msg_id: self.next_id(low_bits),
            seqno: self.content_sent.wrapping_mul(2),
            body,
        }
    }

    fn contain(&mut self, messages: &[Message]) -> Message {
        let answers = messages.iter().any(|message| message.msg_id & 3 == 1);
        let body = wire::pack_container(messages).into();
        self.aside(if answers { 1 } else { 3 }, body)
    }

    fn next_id(&mut self, low_bits: i64) -> i64 {
        let after_last = (self.last_id & !3) + 4;
        self.last_id = clock::message_id_now(&self.clock).max(after_last) | low_bits;
        self.last_id
    }

    /// The client has these messages; returns the requests whose answers are among them.
    pub(super) fn acknowledged(&mut self, msg_ids: &[i64]) -> Vec<i64> {
        let mut requests = Vec::new();
        for msg_id in msg_ids {
            if let Some(unacked) = self.unacked.remove(msg_id) {
                self.unacked_bytes -= unacked.message.body.len();
                requests.extend(unacked.request);
            }
        }
        requests
    }

    /// A message that was sent and is not acknowledged.
    pub(super) fn sent(&self, msg_id: i64) -> Option<&Message> {
        self.unacked.get(&msg_id).map(|unacked| &unacked.message)
    }

    /// Puts everything that is not acknowledged before what waits: the session has a new link.
    pub(super) fn resend_unacked(&mut self) {
        self.queue
            .retain(|outgoing| !matches!(outgoing, Outgoing::Again(_)));
        for unacked in self.unacked.values().rev() {
            self.queue
                .push_front(Outgoing::Again(unacked.message.clone()));
        }
    }

    /// Takes the answer to `request` back if it has not left yet.
    pub(super) fn withdraw(&mut self, request: i64) {
        self.queue.retain(
            |outgoing| !matches!(outgoing, Outgoing::Answer { request: of, .. } if *of == request),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(outbox: &mut Outbox, n: usize) {
        outbox.push(Bytes::from(n.to_le_bytes().to_vec()), true);
    }

    #[test]
    fn ids_grow_and_their_low_bits_tell_answers_from_the_rest() {
        let mut outbox = Outbox::default();
        let mut last = 0;
        for n in 0..50 {
            push(&mut outbox, n);
            let pushed = outbox.take().expect("a message").message;
            assert!(pushed.msg_id > last && pushed.msg_id & 3 == 3);
            outbox.put(Outgoing::Answer {
                request: 4,
                body: Bytes::new(),
            });
            let answer = outbox.take().expect("a message").message;
            assert!(answer.msg_id > pushed.msg_id && answer.msg_id & 3 == 1);
            assert_eq!(answer.seqno, pushed.seqno + 2);
            last = answer.msg_id;
        }
    }

    #[test]
    fn the_oldest_updates_make_room_and_answers_stay() {
        let mut outbox = Outbox::default();
        outbox.put(Outgoing::Answer {
            request: 4,
            body: Bytes::new(),
        });
        for n in 0..PUSHES_MAX + 10 {
            push(&mut outbox, n);
        }
        assert_eq!(outbox.waiting_pushes(), PUSHES_MAX);
        let batch = outbox.take().expect("a batch");
        assert_eq!((batch.count, batch.answers.len()), (BATCH_MAX, 1));
        let inside = wire::container(&batch.message.body).expect("a container");
        assert_eq!(inside[1].body[..], 10_usize.to_le_bytes());
        assert!(inside.last().expect("messages").msg_id < batch.message.msg_id);
    }

    #[test]
    fn only_what_is_not_acknowledged_is_sent_again() {
        let mut outbox = Outbox::default();
        push(&mut outbox, 1);
        let first = outbox.take().expect("a message").message;
        outbox.put(Outgoing::Answer {
            request: 8,
            body: Bytes::new(),
        });
        let second = outbox.take().expect("a message").message;
        outbox.resend_unacked();
        outbox.resend_unacked();
        assert_eq!(outbox.take().expect("a batch").count, 2);
        assert_eq!(outbox.acknowledged(&[second.msg_id, 12]), [8]);
        outbox.resend_unacked();
        assert_eq!(outbox.take().expect("a message").message, first);
        assert!(outbox.take().is_none());
    }
}
