//! What goes wrong on purpose: methods that fail, stay silent or answer late, keys refused.
//!
//! Owns how often each fault still strikes. It never breaks a link itself.

use std::collections::HashMap;
use std::time::Duration;

use super::ids::{KeyId, Peer, UserId};
use super::push_faults::PushFaults;
use super::refusal::Refusal;
use super::too_long::TooLong;
use crate::clock::machine_micros;

/// A fault of a method, for its next calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Such as `messages.sendMessage`; `*` for any.
    pub method: String,
    /// Only calls of this account; `None` for anybody's, also before they log in.
    pub account: Option<UserId>,
    /// Only calls that name this chat; a private chat is named by the other side.
    pub chat: Option<Peer>,
    /// What happens instead of the answer.
    pub kind: FaultKind,
    /// For so many calls.
    pub count: u32,
    /// For all calls until all faults are ended, whatever the count.
    pub lasting: bool,
}

/// What happens instead of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The call is not run; this is the answer.
    Error(Refusal),
    /// The call is not run and never answered.
    Silence,
    /// The call is run and its answer comes so much later.
    Delay(Duration),
    /// The call is run and its answer never comes.
    LoseAnswer,
    /// The call is not run; the answer is packed and holds nothing, which no client expects.
    Hollow,
    /// The answer is these bytes, whatever they are.
    Raw {
        /// The answer.
        bytes: Vec<u8>,
        /// Whether the call is run all the same; if it is refused, that is the answer.
        run: bool,
    },
    /// The call is not run and the link is closed.
    Close,
    /// The call is not run, the link is closed with this transport error, such as -404.
    TransportError(i32),
}

impl Fault {
    /// The next call of `method` does this, whoever makes it.
    pub fn new(method: &str, kind: FaultKind) -> Self {
        Self {
            method: method.to_owned(),
            account: None,
            chat: None,
            kind,
            count: 1,
            lasting: false,
        }
    }

    /// The next call of `method` answers this error, whoever makes it.
    pub fn error(method: &str, code: i32, name: &str) -> Self {
        Self::new(method, FaultKind::Error(Refusal::new(code, name)))
    }

    /// The same, for the next `count` calls.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self { count, ..self }
    }

    /// The same, for all calls until the faults are cleared.
    #[must_use]
    pub fn for_ever(self) -> Self {
        Self {
            lasting: true,
            ..self
        }
    }

    /// The same, only for calls that name `chat`.
    #[must_use]
    pub fn in_chat(self, chat: Peer) -> Self {
        Self {
            chat: Some(chat),
            ..self
        }
    }

    /// The same, only for calls of `account`.
    #[must_use]
    pub fn of(self, account: UserId) -> Self {
        Self {
            account: Some(account),
            ..self
        }
    }
}

/// A fault of a method that has struck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck {
    /// When, in microseconds since 1970 by the machine's clock.
    pub at: i64,
    /// The method that was called.
    pub method: String,
    /// Who called it, if anybody had logged in.
    pub caller: Option<UserId>,
    /// What happened instead of the answer.
    pub kind: FaultKind,
}

/// The faults in wait.
#[derive(Debug, Default)]
pub struct Faults {
    /// What goes wrong with pushes.
    pub pushes: PushFaults,
    /// Which differences are too long.
    pub too_long: TooLong,
    waiting: Vec<Fault>,
    struck: Vec<Struck>,
    refused: HashMap<KeyId, i32>,
}

impl Faults {
    /// Adds a fault behind those in wait.
    pub fn add(&mut self, fault: Fault) {
        if fault.count > 0 || fault.lasting {
            self.waiting.push(fault);
        }
    }

    /// Whether any fault strikes for one chat alone.
    pub fn strike_by_chat(&self) -> bool {
        self.waiting.iter().any(|fault| fault.chat.is_some())
    }

    /// The fault that strikes this call, which names these chats, if any: the oldest that fits.
    pub fn strike(
        &mut self,
        method: &str,
        caller: Option<UserId>,
        chats: &[Peer],
    ) -> Option<FaultKind> {
        let at = self.waiting.iter().position(|fault| {
            (fault.method == "*" || fault.method == method)
                && fault.account.is_none_or(|account| Some(account) == caller)
                && fault.chat.is_none_or(|chat| chats.contains(&chat))
        })?;
        let fault = self.waiting.get_mut(at)?;
        fault.count = fault.count.saturating_sub(1);
        let kind = fault.kind.clone();
        if fault.count == 0 && !fault.lasting {
            self.waiting.remove(at);
        }
        self.struck.push(Struck {
            at: machine_micros(),
            method: method.to_owned(),
            caller,
            kind: kind.clone(),
        });
        Some(kind)
    }

    /// The faults of methods that have struck, oldest first.
    pub fn struck(&self) -> &[Struck] {
        &self.struck
    }

    /// Refuses every link of a key with a transport error from now on; `None` ends that.
    pub fn refuse(&mut self, key: KeyId, code: Option<i32>) {
        match code {
            Some(code) => self.refused.insert(key, code),
            None => self.refused.remove(&key),
        };
    }

    /// The transport error for a key, if it is refused.
    pub fn refusal(&self, key: KeyId) -> Option<i32> {
        self.refused.get(&key).copied()
    }

    /// Drops every fault.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told_and_only_whom_it_was_told() {
        let mut faults = Faults::default();
        let flood = Fault::error("messages.sendMessage", 420, "FLOOD_WAIT_3");
        faults.add(flood.times(2).of(UserId(1)));
        let mut strike = |method, user| {
            let caller = Some(UserId(user));
            faults.strike(method, caller, &[]).is_some()
        };
        assert!(!strike("messages.getHistory", 1));
        assert!(!strike("messages.sendMessage", 2));
        assert!(strike("messages.sendMessage", 1));
        assert!(strike("messages.sendMessage", 1));
        assert!(!strike("messages.sendMessage", 1));
        let callers = faults.struck().iter().map(|struck| struck.caller);
        assert_eq!(callers.collect::<Vec<_>>(), [Some(UserId(1)); 2]);
    }
}
