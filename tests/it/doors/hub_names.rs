//! Names of sessions are data: any text that the contract allows works on every route.

use super::{done, logged_out};
use crate::support::contract;
use crate::support::http::{Answer, eventually};
use crate::support::hub::TestHub;
use crate::support::raw::raw;
use serde_json::{Value, json};

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

const NAMES: [&str; 11] = [
    "..",
    ".",
    "it's \"quoted\"; DROP TABLE sessions; --",
    "Алиса 🦀 e\u{301}",
    "100%",
    "a%2Fb%00",
    "a b+c&d=e?f#g",
    "C:\\hub\\..\\..",
    " ",
    "Case",
    "case",
];

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
}
