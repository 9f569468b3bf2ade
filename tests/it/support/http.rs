//! A client of the hub as scripts write it, and what it gets back.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

type Failure = Box<dyn std::error::Error>;

/// How long a condition may take to come true.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// An answer, read whole.
#[derive(Debug)]
#[must_use]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body as JSON; a string if it is none.
    pub(crate) body: Value,
}

impl Answer {
    /// The body, if the status is the expected one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:?}", self.body);
        self.body
    }

    /// A header as text; empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Checks the error's status and the hub's own name for it.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.header("x-error-code")),
            (status, code),
            "{:?}",
            self.body
        );
        assert!(!self.header("x-request-id").is_empty());
        self.body
    }
}

/// Speaks to one hub.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    http: reqwest::Client,
    key: Option<String>,
}

impl Client {
    pub(crate) fn new(base: &str, key: Option<&str>) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(70))
            .build()?;
        Ok(Self {
            base: base.to_owned(),
            http,
            key: key.map(str::to_owned),
        })
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A request that a test completes itself.
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.key {
            Some(key) => request.header("x-api-key", key),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Failure> {
        read(self.request(reqwest::Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, Failure> {
        read(self.request(reqwest::Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Answer, Failure> {
        read(self.request(reqwest::Method::POST, path).json(&body)).await
    }

    /// Logs an account in with code `12345`, and with `<name>-password` if it asks for one.
    pub(crate) async fn log_in(&self, session: &str, phone: &str) -> Result<(), Failure> {
        let start = json!({ "session_id": session, "phone_number": phone });
        let started = self.post("/login/start", start).await?.expect(200);
        let code = json!({
            "session_id": session,
            "phone_code": "12345",
            "phone_code_hash": started["phone_code_hash"],
        });
        let answer = self.post("/login/code", code).await?.expect(200);
        if answer["status"] == "2fa_required" {
            let password = json!({ "session_id": session, "password": "bob-password" });
            drop(self.post("/login/password", password).await?.expect(200));
        }
        Ok(())
    }

    /// Sends a text and answers its number.
    pub(crate) async fn send(&self, session: &str, chat: &str, text: &str) -> Result<i64, Failure> {
        let body = json!({ "session_id": session, "chat_id": chat, "message": text });
        let answer = self.post("/message/send", body).await?.expect(200);
        answer["message_id"]
            .as_i64()
            .ok_or_else(|| format!("no message_id: {answer}").into())
    }

    /// The captured messages of a session, newest first.
    pub(crate) async fn messages(&self, session: &str) -> Result<Vec<Value>, Failure> {
        let path = format!("/session/{session}/messages?limit=500");
        let mut answer = self.get(&path).await?.expect(200);
        match answer["messages"].take() {
            Value::Array(messages) => Ok(messages),
            other => Err(format!("no messages: {other}").into()),
        }
    }

    /// The state that `GET /sessions` tells of a session; empty when it is not listed.
    pub(crate) async fn state(&self, session: &str) -> Result<String, Failure> {
        let answer = self.get("/sessions").await?.expect(200);
        let listed = answer["sessions"].as_array().cloned().unwrap_or_default();
        let found = listed.iter().find(|item| item["session_id"] == session);
        Ok(found
            .and_then(|item| item["state"].as_str())
            .unwrap_or_default()
            .to_owned())
    }

    /// Waits until a session is in a state.
    pub(crate) async fn wait_for_state(&self, session: &str, state: &str) -> Result<(), Failure> {
        eventually(|| async { Ok((self.state(session).await? == state).then_some(())) }).await
    }

    /// Waits until a session has captured this many messages, and answers them, newest first.
    pub(crate) async fn wait_for_messages(
        &self,
        session: &str,
        count: usize,
    ) -> Result<Vec<Value>, Failure> {
        eventually(|| async {
            let messages = self.messages(session).await?;
            Ok((messages.len() >= count).then_some(messages))
        })
        .await
    }
}

/// Sends a request and reads the answer whole.
pub(crate) async fn read(request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// Asks again and again until there is an answer, for at most [`DEADLINE`].
pub(crate) async fn eventually<T, F>(mut ask: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<Option<T>, Failure>>,
{
    eventually_within(DEADLINE, &mut ask).await
}

/// The same with a time of the caller's.
pub(crate) async fn eventually_within<T, F>(
    time: Duration,
    mut ask: impl FnMut() -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<Option<T>, Failure>>,
{
    let deadline = Instant::now() + time;
    loop {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            return Err("the condition did not come true in time".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
