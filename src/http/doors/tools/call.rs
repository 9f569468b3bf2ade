//! One call of a tool: for which account, and how patient.
//!
//! Owns the choice of the account and the key against repetition. It must not know the tools.

use crate::error::Error;
use crate::http::context::Context;
use crate::http::doors::tools::settings::ToolsConfig;
use crate::http::doors::tools::tool::Tool;
use crate::model::SessionName;
use crate::ops::default_session::ChooseSession;
use crate::ops::{Operation, RequestId};
use std::sync::atomic::{AtomicBool, Ordering};
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

    /// The same call, of this tool.
    pub(crate) fn of(mut self, tool: &Tool) -> Self {
        self.context = self.context.for_tool(tool.name);
        self
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

    /// The account that the call is for, as far as it is known by now.
    pub(super) fn session_name(&self) -> Option<&SessionName> {
        self.chosen.get().or(self.named.as_ref())
    }

    /// The id under which the request is logged.
    pub(super) const fn request_id(&self) -> &RequestId {
        self.context.request_id()
    }
}
