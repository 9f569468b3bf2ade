//! One call of a tool: for which account, and how patient.
//!
//! Owns the choice of the account, the key against repetition and the line in the audit log. It
//! must not know the tools, nor what limits them.

use crate::config::ToolsConfig;
use crate::error::{Code, Error};
use crate::http::context::Context;
use crate::model::SessionName;
use crate::ops::Operation;
use crate::ops::default_session::ChooseSession;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

/// A call under way.
pub(crate) struct Call<'a> {
    context: Context,
    config: &'a ToolsConfig,
    named: Option<SessionName>,
    chosen: OnceCell<SessionName>,
    key: Option<String>,
    replayed: AtomicBool,
}

impl<'a> Call<'a> {
    /// A call for the account that the client names, or for the default one.
    pub(crate) fn new(
        context: Context,
        config: &'a ToolsConfig,
        named: Option<SessionName>,
    ) -> Self {
        Self {
            context: context.with_flood_patience(config.flood_patience),
            config,
            named,
            chosen: OnceCell::new(),
            key: None,
            replayed: AtomicBool::new(false),
        }
    }

    /// The same call with the client's key against repetition.
    pub(crate) fn with_key(mut self, key: Option<String>) -> Self {
        self.key = key;
        self
    }

    /// The client's key against repetition.
    pub(crate) fn key(&self) -> Option<String> {
        self.key.clone()
    }

    /// Notes that an earlier request with the same key has done it.
    pub(crate) fn note_replayed(&self) {
        self.replayed.store(true, Ordering::Relaxed);
    }

    /// Whether an earlier request with the same key had done it.
    pub(crate) fn is_replayed(&self) -> bool {
        self.replayed.load(Ordering::Relaxed)
    }

    /// The settings of the door.
    pub(crate) const fn config(&self) -> &'a ToolsConfig {
        self.config
    }

    /// Runs an operation, which sleeps through Telegram's short waits.
    ///
    /// # Errors
    /// Those of the operation.
    pub(crate) async fn run<O: Operation>(&self, op: O) -> Result<O::Output, Error> {
        self.context.call(op).await
    }

    /// The account that the call is for.
    ///
    /// # Errors
    /// `session_not_found`, `invalid_request` when there are several and none is named,
    /// `database_unavailable`.
    pub(crate) async fn session(&self) -> Result<SessionName, Error> {
        let choice = || {
            self.run(ChooseSession {
                named: self.named.clone(),
                default: self.config.default_session.clone(),
            })
        };
        self.chosen.get_or_try_init(choice).await.cloned()
    }

    /// One line for each call; what is written in messages stays out of it.
    pub(super) fn note(&self, name: &str, chats: &[String], refused: Option<Code>, took: Duration) {
        let session = self.chosen.get().or(self.named.as_ref());
        let outcome = refused.map_or("ok", Code::wire);
        log::info!(
            target: "telegram_hub::audit",
            tool = name,
            session = session.map_or("-", SessionName::as_str),
            chats:? = chats,
            outcome = outcome,
            request_id = self.context.request_id().as_str(),
            took_ms:% = took.as_millis();
            "tool {name} {outcome}"
        );
    }
}
