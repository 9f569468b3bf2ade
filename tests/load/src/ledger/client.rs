//! Asking the hub, through both of its doors.
//!
//! Owns the requests and what of their answers a run needs. It knows nothing of who is meant.

use crate::Failure;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The hub's session of a run.
const SESSION: &str = "ledger";

/// Which door a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// `POST /message/send`.
    Hub,
    /// `/api/…`.
    Tools,
}

/// An answer: the message's number where one was made, or the code of the refusal.
pub(super) type Answer = Result<Value, String>;

/// A chat as the tools door takes it: as a text.
pub(super) fn written(chat: &Value) -> Value {
    match chat {
        Value::Number(number) => number.to_string().into(),
        other => other.clone(),
    }
}

/// A caller of one hub.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    base: String,
    http: reqwest::Client,
}

impl Caller {
    pub(super) fn new(base: &str) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(70))
            .no_proxy()
            .build()?;
        let base = base.to_owned();
        Ok(Self { base, http })
    }

    /// Logs the run's account in, as a user of the hub does.
    pub(super) async fn log_in(&self, phone: &str) -> Result<(), Failure> {
        let start = json!({ "session_id": SESSION, "phone_number": phone });
        let refused = |code: String| format!("the login is refused: {code}");
        let started = self.ask(Method::POST, "/login/start", &start).await?;
        let started = started.map_err(refused)?;
        let code = json!({
            "session_id": SESSION,
            "phone_code": "12345",
            "phone_code_hash": started["phone_code_hash"],
        });
        let answer = self.ask(Method::POST, "/login/code", &code).await?;
        answer.map(drop).map_err(|code| refused(code).into())
    }

    /// Sends a text; the number that it got.
    pub(super) async fn send(
        &self,
        door: Door,
        chat: &Value,
        text: &str,
    ) -> Result<Answer, Failure> {
        match door {
            Door::Hub => {
                let body = json!({ "session_id": SESSION, "chat_id": chat, "message": text });
                let answer = self.ask(Method::POST, "/message/send", &body).await?;
                Ok(answer.map(|mut answer| answer["message_id"].take()))
            }
            Door::Tools => {
                let body = json!({ "chat": written(chat), "text": text });
                let answer = self.ask(Method::POST, "/api/messages", &body).await?;
                Ok(answer.map(|mut answer| answer["result"]["id"].take()))
            }
        }
    }

    /// Any request with a body; the code of a refusal, or its status where it has none.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Answer, Failure> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.request(method, url).json(body).send().await?;
        if answer.status().is_success() {
            return Ok(Ok(answer.json().await?));
        }
        let code = answer.headers().get("x-error-code");
        let code = code.and_then(|code| code.to_str().ok()).map(str::to_owned);
        Ok(Err(code.unwrap_or_else(|| answer.status().to_string())))
    }
}
