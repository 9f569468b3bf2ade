//! What can go wrong between the hub and its database.
//!
//! It owns the one distinction that callers act on: a database that cannot be used at the moment,
//! where waiting helps, and everything else, where it does not. It must not know how a client
//! is told.

use crate::store::MasterKeyError;
use diesel::result::DatabaseErrorKind as Kind;
use std::borrow::Cow;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the store. No text in it holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database is out of reach, busy, or out of space; the same call may succeed later.
    #[error("the database cannot be used at the moment: {what}")]
    Unavailable {
        /// What was seen, in words.
        what: Cow<'static, str>,
        /// The driver's error, if there was one.
        #[source]
        source: Option<Source>,
    },
    /// The database was sealed with another master key. Nothing was changed.
    #[error(
        "the database was sealed with the master key {expected}, but the key in use is {given}; \
         set HUB_MASTER_KEY, or put the right master.key into the data folder"
    )]
    WrongMasterKey {
        /// The id of the key that sealed the database.
        expected: String,
        /// The id of the key that was given, or `missing`.
        given: String,
    },
    /// There is no usable master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// A newer version of the hub has changed the tables. Nothing was changed.
    #[error(
        "the database has the migration {found}, which this version of the hub does not know; \
         use the newer version that made it"
    )]
    Newer {
        /// The version of the unknown migration.
        found: String,
    },
    /// A sealed value does not open: it was sealed with another key, moved, or altered.
    #[error("the sealed value `{what}` does not open with the master key")]
    Decrypt {
        /// Which value, by the text that binds it to its row.
        what: String,
    },
    /// A row of that key exists already.
    #[error("a row with the same key exists: {constraint}")]
    Conflict {
        /// The constraint or the columns, in the database's words.
        constraint: String,
    },
    /// Another hub has taken the database over: this one may write nothing any more.
    #[error("another hub has taken the database over, and this one may not write to it any more")]
    Fenced,
    /// Anything else: a fault of the hub or of the database's content.
    #[error("the database operation failed: {0}")]
    Other(#[source] Source),
}

impl Error {
    /// Whether waiting may help.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// The hub stops, and takes nothing on any more.
    pub fn stopping() -> Self {
        Self::unavailable("the hub is stopping")
    }

    /// Whether the server is there and has no room for another connection.
    #[cfg(feature = "postgres-system")]
    pub(super) fn is_crowded(&self) -> bool {
        const CROWDED: [&str; 2] = ["too many clients", "remaining connection slots"];
        matches!(self, Self::Unavailable { what, .. }
            if CROWDED.iter().any(|text| what.contains(text)))
    }

    /// Whether the database answers and takes no writes, from anybody.
    pub(super) fn refuses_writes(&self) -> bool {
        matches!(self, Self::Unavailable { what, .. }
            if NO_WRITES.iter().any(|text| what.contains(text))
                || (names_no_table(what) && what.contains("hub_lock")))
    }

    pub(super) fn unavailable(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Unavailable {
            what: what.into(),
            source: None,
        }
    }

    pub(super) fn other(source: impl Into<Source>) -> Self {
        Self::Other(source.into())
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::Error as Diesel;
        match error {
            Diesel::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Diesel::BrokenTransactionManager => Self::Unavailable {
                what: "the connection broke inside a transaction".into(),
                source: Some(Box::new(error)),
            },
            Diesel::DatabaseError(Kind::UniqueViolation, ref info) => Self::Conflict {
                constraint: info
                    .constraint_name()
                    .unwrap_or_else(|| info.message())
                    .to_owned(),
            },
            Diesel::DatabaseError(kind, ref info) if waiting_helps(kind, info.message()) => {
                Self::Unavailable {
                    what: info.message().trim().to_owned().into(),
                    source: Some(Box::new(error)),
                }
            }
            _ => Self::other(error),
        }
    }
}

/// Diesel has no kind for most of these, so the drivers' fixed texts must do.
///
/// Sources: <https://www.sqlite.org/rescode.html>, and appendix A of PostgreSQL's manual, classes
/// 08, 40, 53, 57 and 58.
const PASSING: [&str; 20] = [
    "database is locked",
    "database table is locked",
    "locking protocol",
    "disk I/O error",
    "database or disk is full",
    "unable to open database file",
    "attempt to write a readonly database",
    "database disk image is malformed",
    "file is not a database",
    "no connection to the server",
    "server closed the connection",
    "could not receive data from server",
    "could not send data to server",
    "terminating connection",
    "the database system is",
    "deadlock detected",
    "canceling statement due to",
    "No space left on device",
    "too many clients",
    "remaining connection slots",
];

/// Those of them that tell of the database as a whole and of no single transaction. The hub's own
/// writers queue, so that a lock on SQLite is somebody else's.
const NO_WRITES: [&str; 10] = [
    "database is locked",
    "locking protocol",
    "disk I/O error",
    "database or disk is full",
    "unable to open database file",
    "attempt to write a readonly database",
    "database disk image is malformed",
    "file is not a database",
    "No space left on device",
    "in a read-only transaction",
];

fn waiting_helps(kind: Kind, message: &str) -> bool {
    matches!(
        kind,
        Kind::ClosedConnection
            | Kind::UnableToSendCommand
            | Kind::SerializationFailure
            | Kind::ReadOnlyTransaction
    ) || PASSING.iter().any(|text| message.contains(text))
        || names_no_table(message)
}

/// A table is not there: somebody has taken the tables away under the hub, and may bring them
/// back. The one that every hub writes to all the time tells of all.
fn names_no_table(message: &str) -> bool {
    message.starts_with("no such table: ")
        || (message.starts_with("relation \"") && message.trim_end().ends_with("\" does not exist"))
}

/// What a client is told: that waiting helps, or nothing at all.
impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        use crate::error::Code;
        if error.is_unavailable() {
            return Self::new(Code::DatabaseUnavailable, "the database cannot be reached")
                .retry_after(std::time::Duration::from_secs(5))
                .because(error);
        }
        if matches!(error, Error::Fenced) {
            return Self::new(Code::Unavailable, "another hub has taken the database over")
                .retry_after(std::time::Duration::from_secs(5))
                .because(error);
        }
        Self::new(Code::Internal, "the database operation failed").because(error)
    }
}
