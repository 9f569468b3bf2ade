//! Which keys open the tools door.

use super::{ask, endpoints, get, request};
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use serde_json::json;

fn options(api_key: Option<&'static str>) -> Options {
    // Wrong keys are shown here by the hundred.
    let flags = ["--tools-key=of-the-tools", "--wrong-keys-per-minute=0"];
    let flags = flags.map(str::to_owned).to_vec();
    Options {
        api_key,
        flags,
        ..Options::default()
    }
}

contract! {
    async fn every_endpoint_asks_for_the_key_before_anything_else(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(None)).await?;
        let mut lines: Vec<_> = endpoints().into_iter().map(|(line, _)| line).collect();
        lines.extend(["GET /api/nothing", "PUT /api/me", "GET /api", "GET /mcp", "POST /mcp/"]);
        for line in lines {
            for shown in [None, Some("Bearer wrong"), Some("wrong"), Some("Bearer"), Some("Basic of-the-tools")] {
                let request = request(&hub, line)?;
                let request = match shown {
                    Some(shown) => request.header("authorization", shown),
                    None => request,
                };
                let answer = read(request.body("not json")).await?;
                assert_eq!(answer.header("www-authenticate"), "");
                assert_eq!(answer.refused(401, "invalid_key"), json!({ "detail": "unauthorized" }), "{line}");
            }
        }
        hub.stop().await?;
    }

    async fn the_key_is_taken_with_and_without_its_word(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(None)).await?;
        hub.log_in("a", "+15550000001").await?;
        for shown in ["Bearer of-the-tools", "bearer of-the-tools", "of-the-tools"] {
            let answer = read(request(&hub, "GET /api/me")?.header("authorization", shown)).await?;
            assert_eq!(answer.expect(200)["result"]["username"], "alice");
            let unknown = request(&hub, "GET /api/nothing")?.header("authorization", shown);
            drop(read(unknown).await?.refused(404, "not_found"));
        }
        // Without the hub's own key the other doors are open on loopback.
        drop(get(&hub, "/sessions").await?.expect(200));
        hub.stop().await?;
    }

    async fn the_key_of_the_hub_opens_the_tools_and_not_the_other_way_round(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(Some("of-the-hub"))).await?;
        hub.log_in("a", "+15550000001").await?;
        drop(get(&hub, "/api/me").await?.expect(200));
        let plain = reqwest::Client::new();
        let base = hub.client.base();
        for shown in ["Bearer of-the-hub", "of-the-hub", "Bearer of-the-tools"] {
            let request = plain.get(format!("{base}/api/me")).header("authorization", shown);
            drop(read(request).await?.expect(200));
        }
        for path in ["/sessions", "/metrics", "/api/v3/x", "/nothing"] {
            let request = plain.get(format!("{base}{path}")).header("authorization", "Bearer of-the-tools");
            drop(read(request).await?.refused(403, "invalid_key"));
        }
        hub.stop().await?;
    }

    async fn health_is_public_and_tells_of_the_account(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(None)).await?;
        let health = get(&hub, "/healthz").await?.expect(200);
        assert_eq!(health, json!({ "status": "ok", "authorized": false }));
        hub.log_in("a", "+15550000001").await?;
        let health = get(&hub, "/healthz").await?.expect(200);
        assert_eq!(health, json!({ "status": "ok", "authorized": true }));
        drop(ask(&hub, "POST /logout", &json!({ "session_id": "a" })).await?.expect(200));
        let health = get(&hub, "/healthz").await?.expect(200);
        assert_eq!(health["authorized"], false);
        hub.stop().await?;
    }
}
