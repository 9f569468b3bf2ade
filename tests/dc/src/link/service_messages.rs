//! The protocol's own messages: pings, acknowledgements, states, resends, salts.
//!
//! It owns which constructor is the protocol's and what it does to a session; everything else is a
//! request for the service. It must not know links or the service.
//! Source: <https://core.telegram.org/mtproto/service_messages>.

use std::time::Duration;

use grammers_tl_types as tl;
use tl::{Identifiable, Serializable, functions as f, types as t};

use super::inbox::code;
use super::outbox::Outgoing;
use super::salts::Salts;
use super::session::{State, Task};
use super::wire::{self, Message};

/// The longest time a client may ask the data centre to wait for its next ping.
const PING_DELAY_MAX: i32 = 24 * 3600;

impl State {
    /// Acts on one new message. An error is a `bad_msg_notification` code.
    pub(super) fn dispatch(
        &mut self,
        mut message: Message,
        salts: &Salts,
        now: i64,
    ) -> Result<Option<Task>, i32> {
        if wire::constructor(&message.body) == Some(wire::GZIP)
            && let Some(plain) = wire::unzip(&message.body)
        {
            message.body = plain;
        }
        let id = wire::constructor(&message.body).unwrap_or_default();
        match id {
            t::MsgsAck::CONSTRUCTOR_ID => return self.take_acks(&message),
            f::Ping::CONSTRUCTOR_ID | f::PingDelayDisconnect::CONSTRUCTOR_ID => {
                return Ok(self.pong(&message));
            }
            f::GetFutureSalts::CONSTRUCTOR_ID => self.tell_salts(&message, salts, now),
            t::MsgsStateReq::CONSTRUCTOR_ID => self.tell_states(&message, now),
            t::MsgResendReq::CONSTRUCTOR_ID => self.resend(&message, now),
            t::MsgResendAnsReq::CONSTRUCTOR_ID => self.resend_answers(&message),
            f::RpcDropAnswer::CONSTRUCTOR_ID => self.drop_answer(&message),
            f::DestroySession::CONSTRUCTOR_ID => {
                let request: Option<f::DestroySession> = wire::parse(&message.body);
                return Ok(request.map(|request| Task::DestroySession(request.session_id)));
            }
            f::DestroyAuthKey::CONSTRUCTOR_ID => return Ok(Some(Task::DestroyKey)),
            // Information that changes nothing on this side, and the long poll of HTTP links.
            t::HttpWait::CONSTRUCTOR_ID
            | t::MsgsStateInfo::CONSTRUCTOR_ID
            | t::MsgsAllInfo::CONSTRUCTOR_ID
            | t::MsgDetailedInfo::CONSTRUCTOR_ID
            | t::MsgNewDetailedInfo::CONSTRUCTOR_ID => {}
            _ => return self.request(message),
        }
        Ok(None)
    }

    fn request(&mut self, message: Message) -> Result<Option<Task>, i32> {
        if message.seqno & 1 == 0 {
            return Err(code::SEQNO_NOT_ODD);
        }
        self.inbox.expect_answer(message.msg_id);
        Ok(Some(Task::Call {
            request: message.msg_id,
            body: message.body,
        }))
    }

    fn take_acks(&mut self, message: &Message) -> Result<Option<Task>, i32> {
        if message.seqno & 1 == 1 {
            return Err(code::SEQNO_NOT_EVEN);
        }
        if let Some(acks) = wire::parse::<t::MsgsAck>(&message.body) {
            for request in self.outbox.acknowledged(&acks.msg_ids) {
                self.inbox.forget_answer(request);
            }
        }
        Ok(None)
    }

    fn pong(&mut self, message: &Message) -> Option<Task> {
        let (ping_id, task) = if let Some(ping) = wire::parse::<f::Ping>(&message.body) {
            (ping.ping_id, None)
        } else {
            let ping: f::PingDelayDisconnect = wire::parse(&message.body)?;
            let seconds = ping.disconnect_delay.clamp(1, PING_DELAY_MAX);
            let wait = Duration::from_secs(u64::from(seconds.unsigned_abs()));
            (ping.ping_id, Some(Task::ExpectPing(wait)))
        };
        let pong = tl::enums::Pong::Pong(t::Pong {
            msg_id: message.msg_id,
            ping_id,
        });
        self.reply(pong.to_bytes());
        task
    }

    fn tell_salts(&mut self, message: &Message, salts: &Salts, now: i64) {
        let Some(request) = wire::parse::<f::GetFutureSalts>(&message.body) else {
            return;
        };
        let seconds = |time: i64| i32::try_from(time).unwrap_or(i32::MAX);
        let salts = salts
            .upcoming(request.num, now)
            .into_iter()
            .map(|salt| t::FutureSalt {
                valid_since: seconds(salt.since),
                valid_until: seconds(salt.until),
                salt: salt.salt,
            });
        let answer = tl::enums::FutureSalts::Salts(t::FutureSalts {
            req_msg_id: message.msg_id,
            now: seconds(now),
            salts: tl::RawVec(salts.collect()),
        });
        self.reply(answer.to_bytes());
    }

    fn tell_states(&mut self, message: &Message, now: i64) {
        if let Some(request) = wire::parse::<t::MsgsStateReq>(&message.body) {
            self.state_info(message.msg_id, &request.msg_ids, now);
        }
    }

    fn state_info(&mut self, req_msg_id: i64, msg_ids: &[i64], now: i64) {
        let status = |msg_id: &i64| self.inbox.status(*msg_id, now);
        let info = tl::enums::MsgsStateInfo::Info(t::MsgsStateInfo {
            req_msg_id,
            info: msg_ids.iter().map(status).collect(),
        });
        self.reply(info.to_bytes());
    }

    fn resend(&mut self, message: &Message, now: i64) {
        let Some(request) = wire::parse::<t::MsgResendReq>(&message.body) else {
            return;
        };
        let mut unknown = Vec::new();
        for msg_id in request.msg_ids {
            if let Some(sent) = self.outbox.sent(msg_id).cloned() {
                self.outbox.put(Outgoing::Again(sent));
            } else {
                unknown.push(msg_id);
            }
        }
        if !unknown.is_empty() {
            self.state_info(message.msg_id, &unknown, now);
        }
    }

    fn resend_answers(&mut self, message: &Message) {
        let Some(request) = wire::parse::<t::MsgResendAnsReq>(&message.body) else {
            return;
        };
        for msg_id in request.msg_ids {
            if let Some(answer) = self.inbox.answer(msg_id).cloned() {
                self.outbox.put(Outgoing::Again(answer));
            }
        }
    }

    fn drop_answer(&mut self, message: &Message) {
        let Some(drop) = wire::parse::<f::RpcDropAnswer>(&message.body) else {
            return;
        };
        let request = drop.req_msg_id;
        let answer = if let Some(sent) = self.inbox.answer(request).cloned() {
            self.outbox.acknowledged(&[sent.msg_id]);
            t::RpcAnswerDropped {
                msg_id: sent.msg_id,
                seq_no: sent.seqno,
                bytes: wire::length(sent.body.len()),
            }
            .into()
        } else if self.inbox.has_seen(request) && self.inbox.is_waiting(request) {
            tl::enums::RpcDropAnswer::RpcAnswerDroppedRunning
        } else {
            tl::enums::RpcDropAnswer::RpcAnswerUnknown
        };
        self.inbox.forget_answer(request);
        self.outbox.withdraw(request);
        let answer: tl::enums::RpcDropAnswer = answer;
        self.inbox.expect_answer(message.msg_id);
        self.outbox.put(Outgoing::Answer {
            request: message.msg_id,
            body: wire::rpc_result(message.msg_id, &answer.to_bytes()),
        });
    }
}
