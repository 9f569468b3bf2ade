//! What the hub can do, each operation a type, whichever door it is asked through.
//!
//! Owns the operations' inputs and outputs and the one way to run them, [`call()`]. It knows
//! nothing of HTTP: no status, no header, no JSON shape of a door.

mod accounts;
pub mod archive_settings;
pub mod backfills;
mod call;
mod calling;
pub mod changes;
mod chat;
pub mod chat_history;
pub mod chats;
pub mod default_session;
mod delivery;
pub mod dialog_search;
pub mod dialogs;
pub mod files;
pub mod folders;
pub mod gaps;
pub mod guests;
pub mod health;
pub mod history;
pub mod import;
mod lengths;
pub mod login;
pub mod media;
pub mod messages;
pub mod peers;
mod permission;
pub mod profile;
pub mod qr_login;
mod request_id;
mod resolve;
pub mod scheduled;
pub mod search;
pub mod sent;
pub mod sessions;
mod subject;
mod used;

pub use call::call;
pub use request_id::RequestId;
pub use subject::Subject;

use crate::auth::{Caller, Scope};
use crate::error::{Code, Error};
use crate::hub::{Holder, Hub, Turn};
use crate::model::{ChatId, SessionId};
use crate::telegram::CallOptions;
use resolve::Purpose;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use used::Used;

/// Something a caller can ask the hub to do.
pub trait Operation: Send + 'static {
    /// The name in logs and metrics, `noun.verb`.
    const NAME: &'static str;
    /// What the caller must be allowed to do.
    const SCOPE: Scope;
    /// How long the operation may take before it is given up.
    const TIME_LIMIT: Duration = Duration::from_mins(1);
    /// What a success answers.
    type Output: Send + 'static;

    /// What it touches, which the caller must be allowed to.
    fn subject(&self) -> Subject;

    /// Does it. Only [`call()`] calls this, and operations of which it is a part.
    fn run(self, ctx: &Ctx) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// What an operation knows of the call it serves.
#[derive(Clone)]
pub struct Ctx {
    /// The hub.
    pub hub: Arc<Hub>,
    /// Who asks.
    pub caller: Caller,
    /// The id under which the request is logged.
    pub request_id: RequestId,
    /// Where the caller is, as far as is known.
    pub client: Option<IpAddr>,
    /// The tool that the call is a part of.
    pub tool: Option<&'static str>,
    /// Cancelled when nobody waits for the answer any more. Only what changes nothing may heed it.
    pub gone: CancellationToken,
    /// How long the call sleeps when Telegram asks for a wait, instead of answering `flood_wait`.
    pub flood_patience: Duration,
    /// How patient the operation's calls to Telegram are.
    options: CallOptions,
    /// What the operation wants the chats for that it names.
    purpose: Purpose,
    /// The chats that it has found.
    used: Used,
}

impl Ctx {
    /// What is known of a call before its operation is, and before anybody waits for it.
    pub fn new(hub: Arc<Hub>, caller: Caller, request_id: RequestId) -> Self {
        Self {
            hub,
            caller,
            request_id,
            client: None,
            tool: None,
            gone: CancellationToken::new(),
            flood_patience: Duration::ZERO,
            options: CallOptions::default(),
            purpose: Purpose::Act,
            used: Used::default(),
        }
    }

    /// The same for one operation: only those that may not send may trust names that are old.
    fn of<O: Operation>(&self, options: CallOptions) -> Self {
        let purpose = match O::SCOPE {
            Scope::Read => Purpose::Look,
            Scope::Public | Scope::Any | Scope::Send | Scope::Manage | Scope::Admin => Purpose::Act,
        };
        Self {
            options,
            purpose,
            used: Used::default(),
            ..self.clone()
        }
    }

    /// The same for a part of the operation that only looks at a chat.
    fn looking(&self) -> Self {
        Self {
            purpose: Purpose::Look,
            ..self.clone()
        }
    }

    /// Who turns are counted for.
    const fn holder(&self) -> Holder {
        Holder::Caller(self.caller.origin(), self.client)
    }

    /// Waits until another file of the account may pass through.
    ///
    /// # Errors
    /// `rate_limited` when too many are on their way for too long.
    pub(crate) async fn transfer(&self, session: SessionId) -> Result<Turn, Error> {
        let holders = [Holder::Account(session), self.holder()];
        self.hub.transfers.take(&holders).await.ok_or_else(|| {
            Error::new(Code::RateLimited, "too many files are on their way already")
                .retry_after(Duration::from_secs(5))
        })
    }

    /// Waits until the caller may search the log.
    ///
    /// # Errors
    /// `rate_limited` when too many searches go on for too long.
    pub(crate) async fn search(&self) -> Result<Turn, Error> {
        let gone = || Error::new(Code::RequestTimeout, "The client has gone");
        let holders = [self.holder()];
        let turn = tokio::select! {
            () = self.gone.cancelled() => return Err(gone()),
            turn = self.hub.searches.take(&holders) => turn,
        };
        turn.ok_or_else(|| {
            Error::new(Code::RateLimited, "too many searches are under way already")
                .retry_after(Duration::from_secs(5))
        })
    }

    /// Waits until the account may send to the chat; Telegram limits who sends too fast.
    ///
    /// # Errors
    /// `rate_limited` when too many sends wait already.
    pub(crate) async fn pace(&self, session: SessionId, chat: ChatId) -> Result<(), Error> {
        self.hub.pacer.turn(session, chat).await.map_err(|wait| {
            Error::new(
                Code::RateLimited,
                "too many sends of this account wait already",
            )
            .retry_after(wait)
        })
    }
}
