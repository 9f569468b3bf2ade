//! Whose requests are answered.

use super::{get, request_of, start, start_with};
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::{Options, TestHub};
use serde_json::json;

/// A request for each of the routes that asks Telegram.
const ASKING: [&str; 4] = [
    "GET /search/dialogs",
    "GET /folders",
    "GET /search/messages?q=x",
    "GET /search/messages/5550000002?q=x",
];

contract! {
    async fn a_request_without_an_account_is_refused(db: TestDb) {
        let hub = start(db).await?;
        for line in ASKING.iter().copied().chain(["GET /settings"]) {
            let (_, path) = line.split_once(' ').ok_or("no path")?;
            let bare = hub.client.get(&format!("/api/v3{path}")).await?;
            let told = bare.refused(401, "session_not_authorized");
            assert!(told["detail"].as_str().is_some_and(|why| why.contains("X-Telegram-Username")));
            for name in ["", "nobody", "../../etc/passwd", "a\tb"] {
                let answer = read(request_of(&hub, line, name)?).await?;
                drop(answer.refused(401, "session_not_authorized"));
            }
        }
        hub.stop().await?;
    }

    async fn an_account_that_has_left_is_refused(db: TestDb) {
        let hub = start(db).await?;
        let out = json!({ "session_id": "a" });
        drop(hub.client.post("/logout", out).await?.expect(200));
        for path in ["/search/dialogs", "/folders", "/settings"] {
            drop(get(&hub, path).await?.refused(401, "session_not_authorized"));
        }
        hub.stop().await?;
    }

    async fn an_account_whose_key_telegram_refuses_keeps_its_settings(db: TestDb) {
        let hub = start(db).await?;
        crate::doors::scripted(hub.dc.revoke("alice"))?;
        hub.client.wait_for_state("a", "needs_login").await?;
        drop(get(&hub, "/folders").await?.refused(401, "session_not_authorized"));
        drop(get(&hub, "/settings").await?.expect(200));
        hub.stop().await?;
    }

    async fn the_door_asks_for_the_hubs_key(db: TestDb) {
        let options = Options { api_key: Some("key-of-the-hub"), ..Options::trusting() };
        let hub: TestHub = start_with(db, options).await?;
        drop(get(&hub, "/settings").await?.expect(200));
        let url = format!("{}/api/v3/settings", hub.client.base());
        let bare = reqwest::Client::new().get(url).header("X-Telegram-Username", "a");
        drop(read(bare).await?.refused(403, "invalid_key"));
        hub.stop().await?;
    }
}
