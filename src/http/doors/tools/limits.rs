//! The limits of the door around a call: read-only mode and the lists of chats.
//!
//! Owns what both halves do around a tool. It must not know any tool of the table.

use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::chats::Access;
use crate::http::doors::tools::schema::Arguments;
use crate::http::doors::tools::tool::Tool;
use crate::http::logged::Shown;
use serde_json::Value;
use std::time::{Duration, Instant};

impl Call<'_> {
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
        if self.config().read_only && !tool.hints.read_only {
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
}

/// The chats that a call names, as they are logged.
fn chats(tool: &Tool, given: &Arguments) -> Vec<String> {
    let names = tool.reads.iter().chain(tool.writes);
    let chats = names.filter_map(|name| given.optional_text(name));
    chats.map(|chat| Shown(&chat).to_string()).collect()
}
