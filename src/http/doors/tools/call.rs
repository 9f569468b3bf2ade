//! One call of a tool: for which account, how patient, within which limits.
//!
//! Owns what both halves do around a tool: the choice of the account, read-only mode, the lists
//! of chats and the line in the audit log. It must not know the tools.

use crate::config::ToolsConfig;
use crate::error::{Code, Error};
use crate::http::context::Context;
use crate::http::doors::tools::chats::Access;
use crate::http::doors::tools::table::{Arguments, Tool};
use crate::http::logged::Shown;
use crate::model::SessionName;
use crate::ops::Operation;
use crate::ops::default_session::ChooseSession;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
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

    /// Calls a tool within the limits of the door, and notes the call.
    ///
    /// # Errors
    /// `read_only`, `chat_not_allowed`, and those of the tool.
    pub(crate) async fn invoke(&self, tool: &Tool, given: Arguments) -> Result<Value, Error> {
        let noted = given.clone();
        self.limited(tool, &noted, (tool.run)(self, given)).await
    }

    /// Runs what a tool does in another way than the table's, within the same limits.
    ///
    /// # Errors
    /// `read_only`, `chat_not_allowed`, and those of `run`.
    pub(crate) async fn limited<T>(
        &self,
        tool: &Tool,
        given: &Arguments,
        run: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        let outcome = match self.admit(tool, given).await {
            Ok(()) => run.await,
            Err(error) => Err(error),
        };
        let refused = outcome.as_ref().err().map(|error| error.code);
        self.note(tool.name, &chats(tool, given), refused, started.elapsed());
        outcome
    }

    /// Notes a call that does not get as far as its tool. A name that no tool has is the client's
    /// own text, and is not repeated.
    pub(crate) fn note_refused(&self, tool: Option<&Tool>, code: Code) {
        let name = tool.map_or("-", |tool| tool.name);
        self.note(name, &[], Some(code), Duration::ZERO);
    }

    async fn admit(&self, tool: &Tool, given: &Arguments) -> Result<(), Error> {
        if self.config.read_only && !tool.hints.read_only {
            return Err(Error::new(
                Code::ReadOnly,
                "This door is set to read only (HUB_TOOLS_READ_ONLY)",
            ));
        }
        for (names, access) in [(tool.reads, Access::Read), (tool.writes, Access::Write)] {
            for name in names {
                if let Some(chat) = given.optional_text(name) {
                    self.check_chat(access, &chat).await?;
                }
            }
        }
        if !tool.hints.read_only && tool.writes.is_empty() && self.is_limited(Access::Write) {
            return Err(Error::new(
                Code::ChatNotAllowed,
                "HUB_TOOLS_WRITE_CHATS limits this door to chats that exist",
            ));
        }
        Ok(())
    }

    /// One line for each call; what is written in messages stays out of it.
    fn note(&self, name: &str, chats: &[String], refused: Option<Code>, took: Duration) {
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

/// The chats that a call names, as they are logged.
fn chats(tool: &Tool, given: &Arguments) -> Vec<String> {
    let names = tool.reads.iter().chain(tool.writes);
    let chats = names.filter_map(|name| given.optional_text(name));
    chats.map(|chat| Shown(&chat).to_string()).collect()
}
