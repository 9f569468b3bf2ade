//! Why a file was not fetched.
//!
//! Owns the reasons with a text for the client of the hub. The texts name what the client or the
//! file's server wrote, and never an address that a name was resolved to: nobody shall map the
//! hub's network with them.

use crate::error::{Code, Error};
use std::time::Duration;

/// What lies beneath, for the log.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// A file was not fetched, or not to its end. The texts are for the client.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The text is no URL, or too long a one.
    #[error("the file's URL cannot be read: {0}")]
    InvalidUrl(String),
    /// The scheme is neither http nor https.
    #[error("only http and https URLs are fetched, not {0}")]
    Scheme(String),
    /// The URL carries a user name or a password.
    #[error("a URL with a user name or a password is not fetched")]
    Credentials,
    /// The host is, or resolves to, an address that is not public.
    #[error("{host} leads to an address that is not public; such addresses are not fetched")]
    ForbiddenAddress {
        /// The host as the URL names it.
        host: String,
    },
    /// The name has no address, or cannot be looked up.
    #[error("{host} is not known")]
    UnknownHost {
        /// The host as the URL names it.
        host: String,
        /// What the look-up answered.
        #[source]
        source: Option<Source>,
    },
    /// No connection, or no answer on it; a certificate that is not trusted among it.
    #[error("no usable connection to {host} could be made")]
    Unreachable {
        /// The host as the URL names it.
        host: String,
        /// What was seen.
        #[source]
        source: Source,
    },
    /// A redirect without a place to go to, or to none that can be read.
    #[error("the file's server redirects to a place that cannot be read")]
    InvalidRedirect,
    /// A redirect from https to http, which would give up the caller's protection.
    #[error("the file's server redirects from https to http; such redirects are not followed")]
    Downgrade,
    /// More redirects than are followed.
    #[error("the file's server redirects more than {limit} times")]
    TooManyRedirects {
        /// How many are followed.
        limit: u8,
    },
    /// The server has answered with something else than the file.
    #[error("the file's server answered with status {0}")]
    Status(u16),
    /// The file is larger than the caller permits.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// How many bytes are permitted.
        limit: u64,
    },
    /// The file has taken too long in all.
    #[error("the file did not arrive within {} s", .limit.as_secs())]
    Timeout {
        /// How long it may take.
        limit: Duration,
    },
    /// Nothing has come for too long.
    #[error("nothing came from the file's server for {} s", .limit.as_secs())]
    Stalled {
        /// How long a silence may be.
        limit: Duration,
    },
    /// The connection ended before the file did.
    #[error("the connection to the file's server broke before the file was complete")]
    Interrupted(#[source] Source),
    /// The HTTP client cannot be set up.
    #[error("files cannot be fetched")]
    Client(#[source] Source),
}

/// What a client is told: the texts are written for it.
impl From<FetchError> for Error {
    fn from(error: FetchError) -> Self {
        let code = match &error {
            FetchError::InvalidUrl(_)
            | FetchError::Scheme(_)
            | FetchError::Credentials
            | FetchError::ForbiddenAddress { .. }
            | FetchError::Downgrade => Code::UrlRefused,
            FetchError::TooLarge { .. } => Code::FileTooLarge,
            FetchError::Client(_) => Code::Internal,
            FetchError::UnknownHost { .. }
            | FetchError::Unreachable { .. }
            | FetchError::InvalidRedirect
            | FetchError::TooManyRedirects { .. }
            | FetchError::Status(_)
            | FetchError::Timeout { .. }
            | FetchError::Stalled { .. }
            | FetchError::Interrupted(_) => Code::DownloadFailed,
        };
        Self::new(code, error.to_string()).because(error)
    }
}
