//! Wrong keys: how many are answered at once, and what becomes of the right one meanwhile.

use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use crate::support::raw::raw;
use local_dc::dc::{Dc, DcOptions};
use serde_json::json;

const KEY: &str = "the-key-of-this-hub";
const TOOLS_KEY: &str = "the-key-of-the-tools";
const HOST: (&str, &str) = ("Host", "localhost");

fn keyed() -> Options {
    Options {
        api_key: Some(KEY),
        flags: vec![
            format!("--tools-key={TOOLS_KEY}"),
            "--wrong-keys-per-minute=1".to_owned(),
        ],
        ..Options::default()
    }
}

contract! {
    async fn after_some_wrong_keys_the_others_are_told_to_wait(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, keyed()).await?;
        let ask = |line: &'static str, name, value| {
            let client = &hub.client;
            async move { raw(client, line, &[HOST, (name, value)], b"").await }
        };
        // No key, an empty one and that of the other door are no guesses.
        for _ in 0..10 {
            for (name, value) in [("X-Other", "x"), ("X-API-Key", ""), ("X-API-Key", TOOLS_KEY)] {
                drop(ask("GET /sessions", name, value).await?.refused(403, "invalid_key"));
            }
        }
        drop(ask("GET /sessions", "X-API-Key", "wrong").await?.refused(403, "invalid_key"));
        for (line, name, value) in [
            ("GET /sessions", "X-API-Key", "wrong"),
            ("GET /sessions", "Authorization", "Bearer wrong"),
            ("GET /nowhere", "X-API-Key", "wrong"),
            ("GET /api/me", "Authorization", "wrong"),
            ("POST /mcp", "Authorization", "Bearer wrong"),
        ] {
            let answer = ask(line, name, value).await?;
            let seconds: u64 = answer.header("retry-after").parse()?;
            assert!((1..=60).contains(&seconds), "{line}: {seconds}");
            let body = answer.refused(429, "rate_limited");
            assert_eq!(body, json!({ "detail": "Too many wrong keys from this address; wait before the next" }));
        }
        // Behind a proxy all clients have one address: whoever has the key is let in.
        drop(ask("GET /sessions", "X-API-Key", KEY).await?.expect(200));
        drop(ask("GET /api/sessions", "Authorization", "Bearer the-key-of-the-tools").await?.expect(200));
        drop(ask("GET /health", "X-API-Key", "wrong").await?.expect(200));
        // Without a key nothing has been guessed.
        drop(raw(&hub.client, "GET /sessions", &[HOST], b"").await?.refused(403, "invalid_key"));
        hub.stop().await?;
    }
}
