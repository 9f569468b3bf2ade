//! No answer, no figure and no line of the log shows a secret or what people write.

use crate::support::contract;
use crate::support::http::{Answer, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::Fault;
use log::kv::{Error, Key, Value as KvValue, VisitSource};
use reqwest::Method;
use serde_json::json;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

const KEY: &str = "hub-key-5521-of-this-test";
const TEXT: &str = "text-7714-for-carol-alone";
const SECRETS: [&str; 8] = [
    // The api hash that every test's hub has.
    "0123456789abcdef0123456789abcdef",
    "bob-password",
    KEY,
    TEXT,
    "wrong-key-9911-of-a-stranger",
    "wrong-code-8314-mistyped",
    "wrong-password-4471-mistyped",
    "key-4415-in-a-query",
];

/// Lines of the log that show a secret. Other tests of the process may add to it, rightly.
static SHOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Watch;

struct Pairs<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: KvValue<'kvs>) -> Result<(), Error> {
        write!(self.0, " {key}={value}").map_err(Error::from)
    }
}

impl log::Log for Watch {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        // The data centre and the tests' own client stand on the other side.
        !["local_dc", "reqwest", "hyper"]
            .iter()
            .any(|other| metadata.target().starts_with(other))
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let mut line = format!("{}: {}", record.target(), record.args());
        drop(record.key_values().visit(&mut Pairs(&mut line)));
        if SECRETS.iter().any(|secret| line.contains(secret)) {
            SHOWN
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    }

    fn flush(&self) {}
}

fn watch_the_log() {
    // Two tests of one process share it. `trace` of the Telegram libraries cannot be switched on.
    if log::set_logger(&Watch).is_ok() {
        log::set_max_level(log::LevelFilter::Debug);
    }
}

/// Fails if an answer shows a secret.
#[track_caller]
fn shows_none(what: &str, answer: &Answer) {
    let whole = format!("{:?} {}", answer.headers, answer.body);
    for secret in SECRETS {
        assert!(!whole.contains(secret), "{what} shows {secret}: {whole}");
    }
}

async fn log_in_with_mistakes(hub: &TestHub) -> Result<(), Box<dyn std::error::Error>> {
    let start = json!({ "session_id": "b", "phone_number": "+15550000002" });
    let started = hub.client.post("/login/start", start).await?.expect(200);
    for (path, body) in [
        (
            "/login/code",
            json!({ "phone_code": "wrong-code-8314-mistyped" }),
        ),
        (
            "/login/code",
            json!({ "phone_code": ["wrong-code-8314-mistyped"] }),
        ),
        ("/login/code", json!({ "phone_code": "12345" })),
        (
            "/login/password",
            json!({ "password": "wrong-password-4471-mistyped" }),
        ),
        (
            "/login/password",
            json!({ "password": { "text": "wrong-password-4471-mistyped" } }),
        ),
        ("/login/password", json!({ "password": "bob-password" })),
        ("/login/password", json!({ "password": "bob-password" })),
    ] {
        let mut body = body;
        body["session_id"] = "b".into();
        body["phone_code_hash"] = started["phone_code_hash"].clone();
        shows_none(path, &hub.client.post(path, body).await?);
    }
    let broken = "{\"session_id\": \"b\", \"password\": \"wrong-password-4471-mistyped\"";
    let request = hub
        .client
        .request(Method::POST, "/login/password")
        .body(broken);
    shows_none("broken JSON", &read(request).await?);
    Ok(())
}

async fn send_with_mistakes(hub: &TestHub) -> Result<(), Box<dyn std::error::Error>> {
    for fault in [
        Fault::error("messages.sendMessage", 400, "SOMETHING_NEW"),
        Fault::error("messages.sendMessage", 420, "SLOWMODE_WAIT_3"),
        Fault::error("messages.sendMessage", 500, "INTERNAL").times(5),
        Fault::error("messages.sendMessage", 400, "MESSAGE_TOO_LONG"),
    ] {
        hub.dc.fault(fault);
        let body = json!({ "session_id": "b", "chat_id": "@carol", "message": TEXT });
        shows_none(
            "a failed send",
            &hub.client.post("/message/send", body).await?,
        );
    }
    let body = json!({ "session_id": "b", "chat_id": "@carol", "message": TEXT, "client_id": "k" });
    shows_none("a send", &hub.client.post("/message/send", body).await?);
    hub.client.wait_for_messages("b", 1).await?;
    Ok(())
}

contract! {
    async fn no_answer_no_figure_and_no_line_shows_a_secret(db: TestDb) {
        watch_the_log();
        let options = Options { api_key: Some(KEY), ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        log_in_with_mistakes(&hub).await?;
        send_with_mistakes(&hub).await?;
        let stranger = reqwest::Client::new();
        for (name, value) in [
            ("x-api-key", "wrong-key-9911-of-a-stranger"),
            ("authorization", "Bearer wrong-key-9911-of-a-stranger"),
        ] {
            let request = stranger.get(format!("{}/sessions", hub.client.base())).header(name, value);
            shows_none("a wrong key", &read(request).await?);
        }
        for path in [
            "/", "/health", "/metrics", "/openapi.json", "/docs/", "/sessions", "/session/b/status", "/session/b/entities",
            "/sessions?api_key=key-4415-in-a-query", "/nowhere?password=key-4415-in-a-query",
        ] {
            shows_none(path, &hub.client.get(path).await?);
        }
        let (db, dc, options) = hub.stop().await?;
        let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(shown.is_empty(), "{shown:#?}");
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_state("b", "online").await?;
        hub.dc.stop().await;
        hub.client.wait_for_state("b", "backoff").await?;
        let status = hub.client.get("/session/b/status").await?;
        shows_none("a session that is away", &status);
        hub.stop().await?;
        let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(shown.is_empty(), "{shown:#?}");
    }
}
