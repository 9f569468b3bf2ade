//! Who is let in, with a key and without.

use super::{flags, get, string_for, with};
use crate::support::contract;
use crate::support::http::{Client, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use reqwest::Method;
use serde_json::json;

const KEY: &str = "hub-key-of-this-test-77";

fn keyed(more: &[&str]) -> Options {
    Options {
        api_key: Some(KEY),
        ..flags(more)
    }
}

/// A client without the key.
fn stranger(hub: &TestHub) -> Result<Client, Box<dyn std::error::Error>> {
    Client::new(hub.client.base(), None)
}

contract! {
    async fn a_hub_with_a_key_asks_for_it(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, keyed(&[])).await?;
        let string = string_for(&hub.dc, "alice")?;
        let client = stranger(&hub)?;
        let request = with(client.request(Method::GET, "/me"), &string);
        drop(read(request).await?.refused(403, "invalid_key"));
        drop(get(&hub, "/me", &string).await?.expect(200));
        hub.stop().await?;
    }

    async fn a_public_reader_is_open_to_who_brings_a_string_and_nothing_else_is(db: TestDb) {
        let options = keyed(&["--reader-public=true"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        let string = string_for(&hub.dc, "alice")?;
        let client = stranger(&hub)?;
        let request = with(client.request(Method::GET, "/me"), &string);
        assert_eq!(read(request).await?.expect(200)["username"], "alice");
        for path in ["/sessions", "/admin/messages", "/api/me", "/metrics"] {
            let request = with(client.request(Method::GET, path), &string);
            let refused = read(request).await?;
            assert!([401, 403].contains(&refused.status), "{path}: {refused:?}");
        }
        let page = with(client.request(Method::GET, "/me"), &string);
        let page = page.header("origin", "https://elsewhere.example");
        drop(read(page).await?.refused(403, "cross_site_request"));
        hub.stop().await?;
    }

    async fn a_stranger_causes_only_so_many_connections(db: TestDb) {
        let options = keyed(&["--reader-public=true", "--reader-connects-per-minute=11"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        let client = stranger(&hub)?;
        let ask = async |string: &str| read(with(client.request(Method::GET, "/me"), string)).await;
        let known = string_for(&hub.dc, "alice")?;
        drop(ask(&known).await?.expect(200));
        let body = json!({ "api_id": 1, "api_hash": "x", "phone": "+15550000001" });
        drop(client.post("/auth/send-code", body.clone()).await?.expect(200));
        let links = hub.dc.link_counts().accepted;
        let refused = ask(&string_for(&hub.dc, "carol")?).await?;
        assert!(refused.header("retry-after").parse::<u64>().is_ok());
        drop(refused.refused(429, "rate_limited"));
        drop(client.post("/auth/send-code", body).await?.refused(429, "rate_limited"));
        assert_eq!(hub.dc.link_counts().accepted, links);
        // Who is connected costs nothing, and who shows the key is no stranger.
        for _ in 0..20 {
            drop(ask(&known).await?.expect(200));
        }
        drop(get(&hub, "/me", &string_for(&hub.dc, "carol")?).await?.expect(200));
        hub.stop().await?;
    }
}
