//! `POST /sessions/import`: accounts that come in as session strings.

use super::{fault, scripted};
use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use telegram_hub::model::{SessionName, StringKind};
use telegram_hub::session::export;

type Failure = Box<dyn std::error::Error>;

/// The session's string, as the command line prints it.
async fn string_of(hub: &TestHub, name: &str, kind: StringKind) -> Result<String, Failure> {
    let server = &hub.hub.registry.context().link.server;
    let string = export(&hub.hub.store, server, &SessionName::parse(name)?, kind).await?;
    Ok(string.expose_secret().to_owned())
}

fn request(session: &str, string: &str) -> Value {
    json!({ "session_id": session, "session_string": string })
}

contract! {
    async fn an_account_goes_over_to_another_hub_as_a_string_of_either_library(db: TestDb) {
        let first = TestHub::start(db).await?;
        first.log_in("alice", "+15550000001").await?;
        first.log_in("carol", "+15550000003").await?;
        let strings = [
            ("alice", string_of(&first, "alice", StringKind::Telethon).await?),
            ("carol", string_of(&first, "carol", StringKind::Pyrogram).await?),
        ];
        let (old, dc, options) = first.stop().await?;
        let second = TestHub::start_with(old.another()?, dc, options).await?;
        for (name, string) in &strings {
            let answer = second.client.post("/sessions/import", request(name, string)).await?;
            let answer = answer.expect(200);
            assert_eq!(answer["status"], "success");
            assert_eq!(answer["user"]["username"], *name);
            second.client.wait_for_state(name, "online").await?;
        }
        second.client.send("alice", "carol", "over there").await?;
        let captured = second.client.wait_for_messages("carol", 1).await?;
        assert_eq!(captured[0]["text"], "over there");
        second.stop().await?;
    }

    async fn a_key_or_a_name_that_is_logged_in_here_is_refused(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let string = string_of(&hub, "alice", StringKind::Telethon).await?;
        for name in ["alice", "other"] {
            let answer = hub.client.post("/sessions/import", request(name, &string)).await?;
            drop(answer.refused(409, "session_in_use"));
        }
        assert_eq!(hub.client.state("other").await?, "", "nothing is left behind");
        hub.client.send("alice", "me", "undisturbed").await?;
        hub.stop().await?;
    }

    async fn what_telegram_does_not_take_replaces_nothing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        let string = string_of(&hub, "alice", StringKind::Telethon).await?;
        scripted(hub.dc.revoke("alice"))?;
        hub.client.wait_for_state("alice", "needs_login").await?;
        let answer = hub.client.post("/sessions/import", request("alice", &string)).await?;
        let refused = answer.refused(400, "session_string_invalid");
        let text = refused["detail"].as_str().unwrap_or_default();
        assert!(!text.contains(&string[1..]), "{text}");
        assert_eq!(hub.client.state("alice").await?, "needs_login");
        hub.stop().await?;
    }

    async fn another_accounts_messages_are_not_mixed_with_the_imported_ones(db: TestDb) {
        let first = TestHub::start(db).await?;
        first.log_in("carol", "+15550000003").await?;
        let string = string_of(&first, "carol", StringKind::Telethon).await?;
        let (old, dc, options) = first.stop().await?;
        let hub = TestHub::start_with(old.another()?, dc, options).await?;
        hub.log_in("mine", "+15550000001").await?;
        let logout = json!({ "session_id": "mine" });
        drop(hub.client.post("/logout", logout).await?.expect(200));
        let answer = hub.client.post("/sessions/import", request("mine", &string)).await?;
        drop(answer.refused(409, "account_mismatch"));
        hub.stop().await?;
    }

    async fn a_text_that_is_no_session_string_is_refused_and_not_repeated(db: TestDb) {
        let hub = TestHub::start_with(db, local_dc::dc::Dc::start(local_dc::dc::DcOptions::default())?, Options::default()).await?;
        for string in ["", "1", "nonsense", "1AAAA", &"A".repeat(362)] {
            let answer = hub.client.post("/sessions/import", request("a", string)).await?;
            let refused = answer.refused(400, "session_string_invalid");
            let text = refused["detail"].as_str().unwrap_or_default();
            assert!(string.len() < 2 || !text.contains(string), "{text}");
        }
        let body = json!({ "session_id": "a", "session_string": "x", "kind": "tdata" });
        let refused = hub.client.post("/sessions/import", body).await?.expect(422);
        assert_eq!(fault(&refused), ("body.kind".to_owned(), "literal_error".to_owned()));
        hub.stop().await?;
    }

    async fn of_many_imports_of_one_string_at_once_one_connects(db: TestDb) {
        let dc = local_dc::dc::Dc::start(local_dc::dc::DcOptions::default())?;
        let key = scripted(dc.log_in("alice"))?;
        let string = telegram_hub::telegram::SessionString {
            dc_id: 2,
            address: Some(dc.addr()),
            auth_key: zeroize::Zeroizing::new(key),
            user_id: None,
            is_bot: None,
            api_id: None,
            test_mode: None,
        };
        let string = string.format(StringKind::Telethon).map_err(|missing| missing.to_string())?;
        // The trial takes a while, so that all of them fall into it.
        let late = local_dc::world::faults::FaultKind::Delay(std::time::Duration::from_secs(1));
        dc.fault(local_dc::world::faults::Fault::new("users.getUsers", late).times(1));
        let hub = TestHub::start_with(db, dc, Options::default()).await?;
        let before = hub.dc.link_counts().accepted;
        let imports = (0..6).map(|n| {
            let (client, name) = (&hub.client, format!("copy-{n}"));
            let body = request(&name, string.expose_secret());
            async move { client.post("/sessions/import", body).await }
        });
        let mut taken = 0;
        for answer in futures_util::future::join_all(imports).await {
            let answer = answer?;
            if answer.status == 200 {
                taken += 1;
            } else {
                drop(answer.refused(409, "session_in_use"));
            }
        }
        assert_eq!(taken, 1);
        // One for the trial and one for the session.
        assert_eq!(hub.dc.link_counts().accepted - before, 2);
        hub.stop().await?;
    }
}
