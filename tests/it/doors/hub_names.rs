//! Names of sessions are data: any text that the contract allows works on every route.

use super::{done, logged_out};
use crate::support::contract;
use crate::support::http::{Answer, eventually};
use crate::support::hub::TestHub;
use crate::support::raw::raw;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use telegram_hub::model::{SessionName, StringKind, UtcTime};
use telegram_hub::session::export;
use telegram_hub::store::sessions::{self, NewSession};

type Failure = Box<dyn std::error::Error>;

/// Asks by the session's name in the path, with each byte of it encoded or none.
async fn ask(
    hub: &TestHub,
    method: &str,
    name: &str,
    rest: &str,
    encode: bool,
) -> Result<Answer, Failure> {
    let name = if encode {
        name.bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<Vec<_>>()
            .concat()
    } else {
        name.to_owned()
    };
    let line = format!("{method} /session/{name}{rest}");
    raw(&hub.client, &line, &[("Host", "localhost")], b"").await
}

/// The whole life of a session of this name.
async fn live(hub: &TestHub, name: &str, phone: &str) -> Result<(), Failure> {
    hub.log_in(name, phone).await?;
    let status = ask(hub, "GET", name, "/status", true).await?.expect(200);
    assert_eq!(
        (&status["session_id"], &status["state"]),
        (&json!(name), &json!("online"))
    );
    let text = format!("I am {name}.");
    hub.client.send(name, "me", &text).await?;
    let seen = || async {
        let page = ask(hub, "GET", name, "/messages", true).await?.expect(200);
        Ok((page["messages"][0]["text"] == *text).then_some(page))
    };
    let page = eventually(seen).await?;
    assert_eq!(page["session_id"], name);
    assert_eq!(page["messages"][0]["session_id"], name);
    let entities = ask(hub, "GET", name, "/entities", true).await?.expect(200);
    assert_eq!(entities["session_id"], name);
    let answer = ask(hub, "POST", name, "/reconnect", true)
        .await?
        .expect(200);
    assert_eq!(answer, done("Session is already connected"));
    drop(
        ask(hub, "POST", name, "/cache-from-messages", true)
            .await?
            .expect(200),
    );
    Ok(())
}

const NAMES: [&str; 10] = [
    "..",
    ".",
    "it's \"quoted\"; DROP TABLE sessions; --",
    "Алиса 🦀 e\u{301}",
    "100%",
    "a%2Fb%00",
    "a b+c&d=e?f#g",
    "C:\\hub\\..\\..",
    "Case",
    "case",
];

fn named(name: &SessionName) -> NewSession {
    NewSession {
        name: name.clone(),
        owner: None,
        api_id: 1,
        api_hash: "0123456789abcdef0123456789abcdef".into(),
        now: UtcTime::now(),
    }
}

contract! {
    async fn any_name_lives_a_whole_life(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (name, number) in NAMES.into_iter().zip(20..) {
            live(&hub, name, &format!("+155500000{number}")).await.map_err(|error| format!("{name:?}: {error}"))?;
        }
        let listed = hub.client.get("/sessions").await?.expect(200);
        let names: Vec<_> = listed["sessions"].as_array().into_iter().flatten().map(|s| &s["session_id"]).collect();
        assert_eq!(names, NAMES);

        let hub = hub.restart().await?;
        for name in NAMES {
            hub.client.wait_for_state(name, "online").await?;
            drop(hub.client.post("/logout", json!({ "session_id": name })).await?.expect(200));
            let answer = ask(&hub, "DELETE", name, "?purge=true", true).await?.expect(200);
            assert_eq!(answer, logged_out(&format!("Session {name} destroyed completely")));
        }
        assert_eq!(hub.client.get("/sessions").await?.expect(200)["total_sessions"], 0);
        assert_eq!(hub.client.get("/admin/messages").await?.expect(200)["messages"], Value::Array(Vec::new()));
        hub.stop().await?;
    }

    async fn dots_in_a_path_are_a_name_and_no_step_up(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (name, encode) in [("..", false), (".", false), ("..", true), (".", true)] {
            let status = ask(&hub, "GET", name, "/status", encode).await?.expect(200);
            assert_eq!(status["session_id"], name);
        }
        let twice = ask(&hub, "GET", "%252e%252e", "/status", false).await?.expect(200);
        assert_eq!(twice["session_id"], "%2e%2e", "a name is decoded once");
        let plus = ask(&hub, "GET", "a+b", "/status", false).await?.expect(200);
        assert_eq!(plus["session_id"], "a+b");
        drop(ask(&hub, "GET", "../sessions", "", false).await?.refused(404, "not_found"));
        hub.stop().await?;
    }

    async fn names_page_through_their_own_cursors(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for name in NAMES {
            let start = json!({ "session_id": name, "phone_number": "+15550000010" });
            drop(hub.client.post("/login/start", start).await?.expect(200));
        }
        let mut path = "/sessions?limit=1".to_owned();
        for name in NAMES {
            let page = hub.client.get(&path).await?.expect(200);
            assert_eq!(page["sessions"][0]["session_id"], name);
            path = format!("/sessions?limit=1&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
        }
        hub.stop().await?;
    }

    async fn a_new_name_that_hides_something_is_refused_and_an_old_one_is_good(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", "+15550000003").await?;
        let server = &hub.hub.registry.context().link.server;
        let string = export(&hub.hub.store, server, &SessionName::parse("carol")?, StringKind::Telethon).await?;
        for (name, why) in [
            ("ali\u{200b}ce", "must not contain U+200B, which is an invisible character"),
            ("\u{202e}ecila", "must not contain U+202E, which is an invisible character"),
            ("alice\u{2028}", "must not contain U+2028, which is a separator of lines or paragraphs"),
            ("alice\u{fe0f}", "must not contain U+FE0F, which is an invisible character"),
            ("a\u{e000}", "must not contain U+E000, which is no character that Unicode defines"),
            ("a\u{3000}b", "must not contain U+3000, which is a blank that is no plain space"),
            (" alice", "must not begin or end with a space"),
            ("alice ", "must not begin or end with a space"),
        ] {
            for (path, body) in [
                ("/login/start", json!({ "session_id": name, "phone_number": "+15550000010" })),
                ("/sessions/import", json!({ "session_id": name, "session_string": string.expose_secret() })),
            ] {
                let refused = hub.client.post(path, body).await?.refused(422, "invalid_request");
                let told = &refused["detail"][0];
                assert_eq!(told["loc"], json!(["body", "session_id"]), "{path} {name:?}");
                assert_eq!(told["msg"], format!("Value error, {why}"), "{path} {name:?}");
            }
        }
        assert_eq!(hub.client.get("/sessions").await?.expect(200)["total_sessions"], 1);

        let old = SessionName::parse("o\u{200b}ld ")?;
        let (new, vault) = (named(&old), hub.hub.store.vault().clone());
        hub.hub.store.write(move |conn| sessions::create_or_get(conn, &vault, &new)).await?;
        live(&hub, old.as_str(), "+15550000011").await?;
        drop(hub.client.post("/logout", json!({ "session_id": old })).await?.expect(200));
        drop(ask(&hub, "DELETE", old.as_str(), "?purge=true", true).await?.expect(200));
        hub.stop().await?;
    }
}
