//! One line in the audit log for each call of a tool.
//!
//! Owns what is noted and what is not: what is written in messages stays out of it. It must not
//! know any tool of the table.

use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::tool::{Ready, Taken, Tool};
use crate::http::logged::Shown;
use crate::model::SessionName;
use serde_json::Value;
use std::time::{Duration, Instant};

impl Call<'_> {
    /// Calls a tool, and notes the call.
    ///
    /// # Errors
    /// Those of the tool.
    pub(crate) async fn invoke(&self, tool: &Tool, taken: Taken<Ready>) -> Result<Value, Error> {
        let Taken { arguments, chats } = taken;
        self.noted(tool, &chats, arguments.run(self)).await
    }

    /// Runs what a tool does in another way than the table's, and notes the call.
    ///
    /// # Errors
    /// Those of `run`.
    pub(crate) async fn noted<T>(
        &self,
        tool: &Tool,
        chats: &[String],
        run: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        let outcome = run.await;
        let refused = outcome.as_ref().err().map(|error| error.code);
        self.note(tool.name, &shown(chats), refused, started.elapsed());
        outcome
    }

    /// Notes a call that does not get as far as its tool. A name that no tool has is the client's
    /// own text, and is not repeated.
    pub(crate) fn note_refused(&self, tool: Option<&Tool>, code: Code) {
        let name = tool.map_or("-", |tool| tool.name);
        self.note(name, &[], Some(code), Duration::ZERO);
    }

    fn note(&self, name: &str, chats: &[String], refused: Option<Code>, took: Duration) {
        let outcome = refused.map_or("ok", Code::wire);
        log::info!(
            target: "telegram_hub::audit",
            tool = name,
            session = self.session_name().map_or("-", SessionName::as_str),
            chats:? = chats,
            outcome = outcome,
            request_id = self.request_id().as_str(),
            took_ms:% = took.as_millis();
            "tool {name} {outcome}"
        );
    }
}

/// The chats that a call names, as they are logged.
fn shown(chats: &[String]) -> Vec<String> {
    let chats = chats.iter();
    chats.map(|chat| Shown(chat).to_string()).collect()
}
