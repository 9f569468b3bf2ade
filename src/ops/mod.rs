//! What the hub can do, each operation a type, whichever door it is asked through.
//!
//! Owns the operations' inputs and outputs and the one way to run them, [`call()`]. It knows
//! nothing of HTTP: no status, no header, no JSON shape of a door.

mod accounts;
mod call;
pub mod changes;
mod chat;
pub mod chats;
pub mod default_session;
mod delivery;
pub mod dialogs;
pub mod files;
pub mod gaps;
pub mod health;
pub mod history;
pub mod import;
pub mod login;
pub mod messages;
pub mod peers;
pub mod profile;
mod request_id;
mod resolve;
pub mod scheduled;
pub mod sessions;

pub use call::call;
pub use request_id::RequestId;

use crate::auth::{Caller, Scope};
use crate::error::{Code, Error};
use crate::hub::Hub;
use crate::model::{ChatId, SessionId};
use std::sync::Arc;
use std::time::Duration;

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

    /// Does it. Only [`call()`] calls this.
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
    /// How long the call sleeps when Telegram asks for a wait, instead of answering `flood_wait`.
    pub flood_patience: Duration,
}

impl Ctx {
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
