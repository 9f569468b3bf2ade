//! What an operation touches, as it says itself before it runs.

use crate::model::SessionName;

/// Whose session, and which chats. Every operation says so, and [`crate::ops::call()`] compares it
/// with what its caller may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub(super) sessions: Sessions,
    /// The chats that it shows something of, as the client named them.
    pub(super) reads: Vec<String>,
    /// The chats that it changes something in.
    pub(super) writes: Vec<String>,
    /// Whether it touches chats that it does not name, and leaves none of them out.
    pub(super) others: bool,
}

/// The sessions that an operation touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Sessions {
    #[default]
    None,
    One(SessionName),
    /// One that the operation makes if it does not exist.
    New(SessionName),
    All,
    /// As many as there are for the caller; the operation leaves the others out itself.
    Reached,
    /// The account that the caller brings the credentials of.
    Own,
}

impl Subject {
    /// Nothing that belongs to a session.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One session.
    pub fn session(name: &SessionName) -> Self {
        Self {
            sessions: Sessions::One(name.clone()),
            ..Self::default()
        }
    }

    /// One session, which the operation makes for the caller's tenant if it does not exist.
    pub fn new_session(name: &SessionName) -> Self {
        Self {
            sessions: Sessions::New(name.clone()),
            ..Self::default()
        }
    }

    /// The account that the caller brings the credentials of.
    pub fn own_account() -> Self {
        Self {
            sessions: Sessions::Own,
            ..Self::default()
        }
    }

    /// One session, or those that there are for the caller when none is named.
    pub fn sessions(name: Option<&SessionName>) -> Self {
        name.map_or_else(Self::reached_sessions, Self::session)
    }

    /// Those that there are for the caller: the operation must ask [`crate::auth::Caller::reach`]
    /// and leave the others out.
    pub fn reached_sessions() -> Self {
        Self {
            sessions: Sessions::Reached,
            ..Self::default()
        }
    }

    /// All sessions, whoever they belong to. Callers for whom there are only some are refused.
    pub fn all_sessions() -> Self {
        Self {
            sessions: Sessions::All,
            ..Self::default()
        }
    }

    /// And something of this chat is shown.
    #[must_use]
    pub fn reads(mut self, chat: impl Into<String>) -> Self {
        self.reads.push(chat.into());
        self
    }

    /// And something in this chat is changed.
    #[must_use]
    pub fn writes(mut self, chat: impl Into<String>) -> Self {
        self.writes.push(chat.into());
        self
    }

    /// And chats beside these are touched, whichever they are.
    #[must_use]
    pub const fn other_chats(mut self) -> Self {
        self.others = true;
        self
    }
}
