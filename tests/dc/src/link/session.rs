//! One MTProto session of one key: its state outlives the links that carry it.
//!
//! It owns the order in which an arriving packet is judged (salt, container, message ids) and joins
//! inbox and outbox to the link last used. It must not know sockets, encryption or the service:
//! what the session cannot do itself it returns as [`Task`]s.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use grammers_tl_types as tl;
use tl::Serializable;

use super::cipher::Opened;
use super::inbox::{self, Inbox, Verdict, code};
use super::keys::lock;
use super::links::LinkHandle;
use super::outbox::{Batch, Outbox, Outgoing};
use super::salts::Salts;
use super::wire::{self, Message};
use crate::clock::Clock;

/// What the link has to do for a session, in this order.
#[derive(Debug)]
pub(super) enum Task {
    /// Tell the service that the session is new.
    Opened,
    /// Run a request.
    Call {
        /// The request's message id.
        request: i64,
        /// The request with its wrappers.
        body: Bytes,
    },
    /// Close the link unless another such ping arrives in time.
    ExpectPing(Duration),
    /// Forget another session of the key, and answer.
    DestroySession(i64),
    /// Forget the key.
    DestroyKey,
}

/// A session's inside, behind one lock.
#[derive(Default)]
pub(super) struct State {
    opened: bool,
    opted_out: bool,
    link: Option<Arc<LinkHandle>>,
    idle_since: Option<Instant>,
    pub(super) inbox: Inbox,
    pub(super) outbox: Outbox,
    /// Content-related messages that nothing has answered yet.
    unanswered: Vec<i64>,
}

/// One session.
pub(super) struct Session {
    /// The client's session id.
    pub(super) id: i64,
    clock: Clock,
    state: Mutex<State>,
}

impl Session {
    /// A session that has received nothing, by this clock.
    pub(super) fn new(id: i64, clock: Clock) -> Self {
        let state = State {
            outbox: Outbox::new(clock.clone()),
            ..State::default()
        };
        Self {
            id,
            clock,
            state: Mutex::new(state),
        }
    }

    /// Takes in one decrypted packet that came over `link`.
    pub(super) fn receive(
        &self,
        link: &Arc<LinkHandle>,
        salts: &Salts,
        opened: Opened,
    ) -> Vec<Task> {
        let now = self.clock.seconds();
        let mut state = lock(&self.state);
        state.attach(link);
        let Opened { salt, message, .. } = opened;
        if !salts.accepts(salt, now) {
            state.refuse_salt(&message, salts.current(now));
            return Vec::new();
        }
        if let Some(code) = inbox::clock_fault(message.msg_id, now)
            && !state.inbox.has_seen(message.msg_id)
        {
            state.refuse(&message, code);
            return Vec::new();
        }
        let Some(messages) = state.unpack(message) else {
            return Vec::new();
        };
        let mut tasks = Vec::new();
        if !state.opened
            && let Some(first) = messages.first()
        {
            state.opened = true;
            state.announce(first.msg_id, salts.current(now));
            tasks.push(Task::Opened);
        }
        for message in messages {
            tasks.extend(state.admit(message, salts, now));
        }
        tasks
    }

    /// Answers a request, unless it was dropped meanwhile.
    pub(super) fn respond(&self, request: i64, body: Bytes) {
        let mut state = lock(&self.state);
        if state.inbox.is_waiting(request) {
            state.unanswered.retain(|unanswered| *unanswered != request);
            state.outbox.put(Outgoing::Answer { request, body });
            state.wake();
        }
    }

    /// Sends a protocol message that answers one of the client's.
    pub(super) fn reply(&self, body: Vec<u8>) {
        let mut state = lock(&self.state);
        state.reply(body);
        state.wake();
    }

    /// Acknowledges what was received and not answered at once.
    pub(super) fn acknowledge(&self) {
        let mut state = lock(&self.state);
        let msg_ids = std::mem::take(&mut state.unanswered);
        if !msg_ids.is_empty() {
            let ack = tl::enums::MsgsAck::Ack(tl::types::MsgsAck { msg_ids });
            state.say(ack.to_bytes());
        }
    }

    /// Queues updates if the session wants any.
    pub(super) fn push(&self, updates: Bytes) {
        let mut state = lock(&self.state);
        if state.opened && !state.opted_out {
            let has_link = state.link.is_some();
            state.outbox.push(updates, has_link);
            state.wake();
        }
    }

    /// Forgets the updates that wait or were not acknowledged, and announces the session as a new
    /// one, in which nothing is known of what the client sent before its last message.
    pub(super) fn renew(&self, salt: i64) {
        let mut state = lock(&self.state);
        if let Some(first) = state.inbox.newest().filter(|_| state.opened) {
            state.outbox.lose_pushes();
            state.announce(first, salt);
            state.wake();
        }
    }

    /// How many updates wait to be sent.
    pub(super) fn waiting_pushes(&self) -> usize {
        lock(&self.state).outbox.waiting_pushes()
    }

    /// Whether the session is pushed updates from now on.
    pub(super) fn set_updates(&self, wanted: bool) {
        lock(&self.state).opted_out = !wanted;
    }

    /// What to send next over this link; nothing once the session has moved to another.
    pub(super) fn take(&self, link: u64) -> Option<Batch> {
        let mut state = lock(&self.state);
        if state.link.as_ref()?.id != link {
            return None;
        }
        let mut batch = state.outbox.take()?;
        for (request, answer) in batch.answers.drain(..) {
            state.inbox.answered(request, answer);
        }
        Some(batch)
    }

    /// The link has ended.
    pub(super) fn detach(&self, link: u64) {
        let mut state = lock(&self.state);
        if state
            .link
            .as_ref()
            .is_some_and(|current| current.id == link)
        {
            state.link = None;
            state.idle_since = Some(Instant::now());
        }
    }

    /// Since when the session has had no link; `None` while it has one.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        lock(&self.state).idle_since
    }
}

impl State {
    fn attach(&mut self, link: &Arc<LinkHandle>) {
        let is_same = |current: &Arc<LinkHandle>| current.id == link.id;
        if !self.link.as_ref().is_some_and(is_same) {
            self.link = Some(Arc::clone(link));
            self.idle_since = None;
            self.outbox.resend_unacked();
        }
    }

    fn wake(&self) {
        if let Some(link) = &self.link {
            link.wake();
        }
    }

    /// Takes a container apart; `None` when it was refused.
    fn unpack(&mut self, message: Message) -> Option<Vec<Message>> {
        if wire::constructor(&message.body) != Some(wire::CONTAINER) {
            return Some(vec![message]);
        }
        let fault = if message.seqno & 1 == 1 {
            Some(code::SEQNO_NOT_EVEN)
        } else {
            match self.inbox.admit(message.msg_id, message.seqno) {
                Verdict::New => None,
                Verdict::Repeated => Some(code::CONTAINER_REPEATED),
                Verdict::Bad(code) => Some(code),
            }
        };
        if let Some(code) = fault {
            self.refuse(&message, code);
            return None;
        }
        let messages = wire::container(&message.body).filter(|messages| {
            messages.iter().all(|inner| {
                inner.msg_id < message.msg_id
                    && wire::constructor(&inner.body) != Some(wire::CONTAINER)
            })
        });
        if messages.is_none() {
            self.refuse(&message, code::BAD_CONTAINER);
        }
        messages
    }

    fn admit(&mut self, message: Message, salts: &Salts, now: i64) -> Option<Task> {
        match self.inbox.admit(message.msg_id, message.seqno) {
            Verdict::New => {
                let Message { msg_id, seqno, .. } = message;
                match self.dispatch(message, salts, now) {
                    Ok(task) => {
                        if seqno & 1 == 1 {
                            self.unanswered.push(msg_id);
                        }
                        task
                    }
                    Err(code) => {
                        self.notify(msg_id, seqno, code);
                        None
                    }
                }
            }
            Verdict::Repeated => {
                if let Some(answer) = self.inbox.answer(message.msg_id) {
                    let again = Outgoing::Again(answer.clone());
                    self.outbox.put(again);
                } else if message.seqno & 1 == 1 {
                    self.unanswered.push(message.msg_id);
                }
                None
            }
            Verdict::Bad(code) => {
                self.refuse(&message, code);
                None
            }
        }
    }

    /// Queues a protocol message that answers the client and needs no acknowledgement.
    pub(super) fn reply(&mut self, body: Vec<u8>) {
        self.outbox.put(Outgoing::Service {
            body,
            answers: true,
            content: false,
        });
    }

    /// Queues a protocol message that answers nothing and needs no acknowledgement.
    fn say(&mut self, body: Vec<u8>) {
        self.outbox.put(Outgoing::Service {
            body,
            answers: false,
            content: false,
        });
    }

    fn announce(&mut self, first_msg_id: i64, server_salt: i64) {
        let created = tl::enums::NewSession::Created(tl::types::NewSessionCreated {
            first_msg_id,
            unique_id: i64::from_le_bytes(wire::random()),
            server_salt,
        });
        self.outbox.put(Outgoing::Service {
            body: created.to_bytes(),
            answers: true,
            content: true,
        });
    }

    fn refuse(&mut self, message: &Message, code: i32) {
        self.notify(message.msg_id, message.seqno, code);
    }

    fn notify(&mut self, bad_msg_id: i64, bad_msg_seqno: i32, error_code: i32) {
        let bad = tl::types::BadMsgNotification {
            bad_msg_id,
            bad_msg_seqno,
            error_code,
        };
        self.reply(tl::enums::BadMsgNotification::Notification(bad).to_bytes());
    }

    fn refuse_salt(&mut self, message: &Message, new_server_salt: i64) {
        let bad = tl::types::BadServerSalt {
            bad_msg_id: message.msg_id,
            bad_msg_seqno: message.seqno,
            error_code: code::WRONG_SALT,
            new_server_salt,
        };
        self.reply(tl::enums::BadMsgNotification::BadServerSalt(bad).to_bytes());
    }
}
