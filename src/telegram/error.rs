//! What can go wrong between the hub and Telegram, sorted by what to do about it.

use crate::error::Refusal;
use crate::telegram::flood;
use crate::telegram::handshake::HandshakeError;
use crate::telegram::refusals;
use crate::telegram::storage::StorageError;
use grammers_client::sender::{InvocationError, RpcError};
use grammers_client::tl::{self, Identifiable as _};
use grammers_mtproto::transport;
use std::time::Duration;

/// A failed call, sorted by what the caller must do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Telegram has ended the authorisation: only a new login helps, and nothing may be retried.
    /// The word is Telegram's, such as `SESSION_REVOKED`.
    #[error("Telegram has ended the session: {0}")]
    SessionEnded(String),
    /// Telegram does not know the key any more. It is kept, never replaced behind one's back.
    #[error("Telegram does not know the session's key")]
    KeyRejected,
    /// There is no key to connect with.
    #[error("the session has no key")]
    KeyMissing,
    /// The stored key cannot be read; only a new login helps.
    #[error(
        "the session's stored key cannot be read: it is damaged, or sealed with another master key"
    )]
    KeyUnreadable,
    /// Telegram asks to wait before this method is called again.
    #[error("Telegram asks to wait {} s", .0.as_secs())]
    FloodWait(Duration),
    /// Telegram answered with an error that belongs to the call.
    #[error("Telegram refused the call: {}", .0.name)]
    Rpc(RpcError),
    /// The chat is of another kind than the call is for; nothing was called.
    #[error("the call is for another kind of chat")]
    WrongKind,
    /// No answer in time.
    #[error("Telegram did not answer in time")]
    Timeout,
    /// The link answers, and the updates that Telegram has for the account do not arrive.
    #[error("updates do not arrive although Telegram has some")]
    Deaf,
    /// The task that does a link's I/O has ended without being told to.
    #[error("the link's task has failed")]
    Broken,
    /// The link is down or could not be made.
    #[error("Telegram cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database has not confirmed lately that this hub holds it, so that another one may be
    /// about to take its accounts over.
    #[error(
        "the database does not confirm that this hub holds it, and nothing is sent to Telegram \
         until it does"
    )]
    NotHeld,
    /// Telegram has answered, and the answer, or its part that matters, cannot be read: it holds a
    /// kind of object that this version does not know, or ends too early. Asking again changes
    /// nothing, and what was asked for has been done.
    #[error("{}", unreadable(*.constructor, .method))]
    Unreadable {
        /// The first constructor that is not known; `None` when the answer ends too early.
        constructor: Option<u32>,
        /// Telegram's name of the method.
        method: &'static str,
    },
    /// The session's own data could not be read or written.
    #[error("the session's data cannot be read or written")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn unreadable(constructor: Option<u32>, method: &str) -> String {
    let why = match constructor {
        Some(id) => format!("unknown constructor {id:#010x}"),
        None => "it ends too early".to_owned(),
    };
    format!("the answer to {method} cannot be read: {why}")
}

/// Errors after which the key is of no use.
/// Source: <https://core.telegram.org/api/errors> and the pages of the methods.
const SESSION_ENDED: [&str; 7] = [
    "AUTH_KEY_UNREGISTERED",
    "AUTH_KEY_INVALID",
    "AUTH_KEY_DUPLICATED",
    "SESSION_REVOKED",
    "SESSION_EXPIRED",
    "USER_DEACTIVATED",
    "USER_DEACTIVATED_BAN",
];

/// What Telegram has been seen to say of keys that were good: only connections made anew, some time
/// apart, that all hear the same can be believed.
const DOUBTFUL: [&str; 3] = ["AUTH_KEY_UNREGISTERED", "AUTH_KEY_INVALID", KEY_REJECTED];

/// The word for the transport's 404.
const KEY_REJECTED: &str = "AUTH_KEY_REJECTED";

/// Whether a reason to ask for a new login may be a passing fault of Telegram's.
pub fn is_doubtful(reason: &str) -> bool {
    DOUBTFUL.contains(&reason)
}

/// The answer to a second try of a send that was carried out, or is being carried out
/// (<https://core.telegram.org/method/messages.sendMessage>).
pub(super) const DUPLICATE: &str = "RANDOM_ID_DUPLICATE";

/// Errors of a connection whose introduction Telegram has forgotten: another one helps, and what
/// was called has not been done. Source: <https://core.telegram.org/api/invoking>.
const UNINTRODUCED: [&str; 2] = ["CONNECTION_NOT_INITED", "CONNECTION_LAYER_INVALID"];

/// Answers to a position that Telegram does not know, or that is none.
/// Source: <https://core.telegram.org/method/updates.getDifference#possible-errors>.
const POSITION_REFUSED: [&str; 2] = ["PERSISTENT_TIMESTAMP_EMPTY", "PERSISTENT_TIMESTAMP_INVALID"];

impl Error {
    /// Whether only another connection helps.
    pub fn wants_connection(&self) -> bool {
        self.rpc_name()
            .is_some_and(|name| UNINTRODUCED.contains(&name))
    }

    /// Whether Telegram has failed in a way that passes, whatever it was asked.
    pub fn is_passing(&self) -> bool {
        match self {
            // That one says that all is done.
            Self::Rpc(rpc) if rpc.name == DUPLICATE => false,
            Self::Rpc(rpc) => rpc.code >= 500 || rpc.code == -503,
            _ => self.leaves_uncertain(),
        }
    }

    /// Whether Telegram has refused the account itself and not what it was asked for: it lives
    /// elsewhere, or is not logged in.
    /// Source: <https://core.telegram.org/api/errors#error-type>.
    pub fn is_of_account(&self) -> bool {
        match self {
            Self::Rpc(rpc) => matches!(rpc.code, 303 | 401) || self.wants_connection(),
            _ => false,
        }
    }

    /// Telegram's name of the error, when it is one of a call.
    pub fn rpc_name(&self) -> Option<&str> {
        match self {
            Self::Rpc(error) => Some(&error.name),
            _ => None,
        }
    }

    /// Whether Telegram's error has this name.
    pub fn is(&self, name: &str) -> bool {
        self.rpc_name() == Some(name)
    }

    /// Why only a new login helps, if that is so.
    pub fn needs_login(&self) -> Option<&str> {
        match self {
            Self::SessionEnded(name) => Some(name),
            Self::KeyRejected => Some(KEY_REJECTED),
            Self::KeyMissing => Some("AUTH_KEY_MISSING"),
            Self::KeyUnreadable => Some("AUTH_KEY_UNREADABLE"),
            _ => None,
        }
    }

    /// Whether Telegram does not take the key for a logged-in one: it never was, is not any more,
    /// or still waits for a password.
    pub fn is_unauthorized(&self) -> bool {
        match self {
            Self::Rpc(error) => matches!(error.code, 401 | 406),
            _ => self.needs_login().is_some(),
        }
    }

    /// Whether Telegram may have done what was asked although nobody has heard so.
    pub const fn leaves_uncertain(&self) -> bool {
        matches!(self, Self::Timeout | Self::Broken | Self::Unreachable(_))
    }

    /// Whether Telegram has answered with what cannot be read.
    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable { .. })
    }

    /// How long Telegram wants to hear nothing of the method, if that is the trouble.
    pub const fn flood_wait(&self) -> Option<Duration> {
        match self {
            Self::FloodWait(wait) => Some(*wait),
            _ => None,
        }
    }

    /// Whether Telegram may not know the access hash that the call gave.
    pub fn refuses_hash(&self) -> bool {
        self.rpc_name().is_some_and(refusals::doubts_hash)
    }

    /// Whether Telegram does not know the account's stored position.
    pub fn refuses_position(&self) -> bool {
        let Self::Rpc(error) = self else { return false };
        let difference = tl::functions::updates::GetDifference::CONSTRUCTOR_ID;
        let of_difference = error.caused_by.is_none_or(|method| method == difference);
        POSITION_REFUSED.contains(&error.name.as_str()) && of_difference
    }

    /// Telegram's own error, when it is Telegram that refused.
    fn refusal(&self) -> Option<Refusal> {
        let refusal = |code, name: &str, value| Refusal {
            code,
            name: name.to_owned(),
            value,
        };
        match self {
            Self::Rpc(rpc) => Some(refusal(rpc.code, &rpc.name, rpc.value)),
            Self::FloodWait(wait) => {
                let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
                Some(refusal(420, "FLOOD_WAIT", Some(seconds)))
            }
            Self::SessionEnded(name) => Some(refusal(401, name, None)),
            _ => None,
        }
    }

    /// The data centre Telegram sends the caller to (`PHONE_MIGRATE_n` and its kin).
    pub fn migrate_to(&self) -> Option<i32> {
        match self {
            Self::Rpc(error) if error.code == 303 => error.value.and_then(|dc| dc.try_into().ok()),
            _ => None,
        }
    }
}

impl From<InvocationError> for Error {
    fn from(error: InvocationError) -> Self {
        match error {
            InvocationError::Rpc(error) => Self::from(error),
            InvocationError::Transport(transport::Error::BadStatus { status: 404 }) => {
                Self::KeyRejected
            }
            InvocationError::Session(error) => match error.downcast_ref::<StorageError>() {
                Some(StorageError::KeyReplaced { .. }) => Self::KeyRejected,
                _ => Self::Storage(error),
            },
            other => Self::Unreachable(other.into()),
        }
    }
}

impl From<RpcError> for Error {
    fn from(error: RpcError) -> Self {
        if SESSION_ENDED.contains(&error.name.as_str()) {
            return Self::SessionEnded(error.name);
        }
        match error.value {
            Some(seconds) if error.code == 420 || error.name == "SLOWMODE_WAIT" => {
                Self::FloodWait(Duration::from_secs(seconds.into()))
            }
            _ => Self::Rpc(error),
        }
    }
}

impl From<HandshakeError> for Error {
    fn from(error: HandshakeError) -> Self {
        Self::Unreachable(error.into())
    }
}

/// What a client is told. The names are Telegram's, of the methods that the hub calls.
impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        let refusal = error.refusal();
        let mut told = told(error);
        told.refusal = refusal.map(Box::new);
        told
    }
}

/// When to come back after what has failed in passing.
const PASSING: Duration = Duration::from_secs(5);

/// When to come back to an account whose key is doubted.
const DOUBTED: Duration = Duration::from_secs(10);

fn told(error: Error) -> crate::error::Error {
    use crate::error::{Code, Error as Told};
    match &error {
        // The account asks again over another connection before it believes that.
        _ if error.needs_login().is_some_and(is_doubtful) => {
            let text = format!("{error}; this is asked again before it is believed");
            Told::new(Code::Unavailable, text).retry_after(DOUBTED)
        }
        Error::SessionEnded(_) | Error::KeyRejected | Error::KeyMissing | Error::KeyUnreadable => {
            Told::new(Code::SessionNotAuthorized, error.to_string())
        }
        Error::FloodWait(wait) => {
            let seconds = wait.as_secs();
            Told::new(
                Code::FloodWait,
                format!("Telegram asks to wait {seconds} seconds before trying again"),
            )
            .retry_after(*wait)
        }
        Error::Rpc(rpc) => {
            let (code, sentence) = refusals::meaning(&rpc.name);
            let text = match rpc.value {
                Some(value) => format!("{sentence} ({}, {value})", rpc.name),
                None => format!("{sentence} ({})", rpc.name),
            };
            let told = Told::new(code, text);
            match flood::pause(rpc) {
                Some(pause) => told.retry_after(pause),
                None if error.is_passing() => told.retry_after(PASSING),
                None => told,
            }
        }
        Error::Unreadable { .. } => Told::new(Code::TelegramUnreadable, error.to_string()),
        Error::WrongKind => Told::new(Code::ChatNotFound, error.to_string()),
        Error::Timeout | Error::Deaf | Error::Broken | Error::Unreachable(_) => {
            Told::new(Code::TelegramUnreachable, error.to_string())
                .retry_after(PASSING)
                .because(error)
        }
        Error::NotHeld => Told::new(Code::DatabaseUnavailable, error.to_string())
            .retry_after(Duration::from_secs(5)),
        Error::Storage(_) => Told::new(Code::DatabaseUnavailable, "the database cannot be reached")
            .retry_after(Duration::from_secs(5))
            .because(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rpc(code: i32, message: &str) -> Error {
        let raw = tl::types::RpcError {
            error_code: code,
            error_message: message.into(),
        };
        Error::from(RpcError::from(raw))
    }

    #[test]
    fn errors_are_sorted_by_what_to_do() {
        assert_eq!(
            rpc(401, "SESSION_REVOKED").needs_login(),
            Some("SESSION_REVOKED")
        );
        assert_eq!(
            rpc(406, "AUTH_KEY_DUPLICATED").needs_login(),
            Some("AUTH_KEY_DUPLICATED")
        );
        assert_eq!(rpc(401, "SESSION_PASSWORD_NEEDED").needs_login(), None);
        assert_eq!(rpc(303, "PHONE_MIGRATE_4").migrate_to(), Some(4));
        let Error::FloodWait(wait) = rpc(420, "FLOOD_WAIT_31") else {
            panic!("no flood wait")
        };
        assert_eq!(wait, Duration::from_secs(31));
        assert!(rpc(400, "PEER_FLOOD").is("PEER_FLOOD"));
    }
}
