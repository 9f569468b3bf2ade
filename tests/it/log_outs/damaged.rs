//! Sealed keys that do not open: the session needs a login and says why, and nothing else suffers.

use super::{ALICE, keys, pending};
use crate::support::contract;
use crate::support::db::vault;
use crate::support::hub::TestHub;
use serde_json::json;
use telegram_hub::model::SessionName;
use telegram_hub::store::{Store, sessions};

type Failure = Box<dyn std::error::Error>;

const CAROL: &str = "+15550000003";

/// Ways to spoil the key of one session.
#[derive(Clone, Copy)]
enum Damage {
    Flipped,
    Truncated,
    OtherMasterKey,
    Hash,
}

async fn spoil(store: &Store, name: &str, damage: Damage) -> Result<(), Failure> {
    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Binary};
    let name = SessionName::parse(name)?;
    store
        .write(move |conn| {
            let id = sessions::id_of_name(conn, &name)?.map_or(0, |id| id.0);
            let mut run = |sql: &str, bytes: Vec<u8>| {
                diesel::sql_query(sql)
                    .bind::<Binary, _>(bytes)
                    .bind::<BigInt, _>(id)
                    .execute(conn)
            };
            let keys = "UPDATE auth_keys SET auth_key_sealed = $1 WHERE session_id = $2";
            match damage {
                Damage::Flipped => run(keys, vec![7; 296])?,
                Damage::Truncated => run(keys, vec![7; 3])?,
                Damage::OtherMasterKey => {
                    let sealed = vault(9).seal(&format!("auth_key:{id}:2"), &[1; 256])?;
                    run(keys, sealed.bytes)?
                }
                Damage::Hash => run(
                    "UPDATE sessions SET api_hash_sealed = $1 WHERE id = $2",
                    vec![1],
                )?,
            };
            Ok(())
        })
        .await?;
    Ok(())
}

contract! {
    async fn a_damaged_key_needs_a_login_which_replaces_it(db: TestDb) {
        let mut hub = TestHub::start(db).await?;
        hub.log_in("a", ALICE).await?;
        hub.log_in("c", CAROL).await?;
        for damage in [Damage::Flipped, Damage::Truncated, Damage::OtherMasterKey] {
            spoil(&hub.hub.store, "a", damage).await?;
            hub = hub.restart().await?;
            hub.client.wait_for_state("a", "needs_login").await?;
            hub.client.wait_for_state("c", "online").await?;
            let status = hub.client.get("/session/a/status").await?.expect(200);
            assert_eq!(status["reason"], "AUTH_KEY_UNREADABLE");
            let sent = json!({ "session_id": "a", "chat_id": "me", "message": "x" });
            let refused = hub.client.post("/message/send", sent).await?;
            drop(refused.refused(401, "session_not_authorized"));
            hub.client.send("c", "me", "undisturbed").await?;
            hub.log_in("a", ALICE).await?;
            hub.client.wait_for_state("a", "online").await?;
            hub = hub.restart().await?;
            hub.client.wait_for_state("a", "online").await?;
        }
        hub.stop().await?;
    }

    async fn a_damaged_key_that_is_destroyed_is_not_said_to_be_logged_out(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", ALICE).await?;
        spoil(&hub.hub.store, "a", Damage::Flipped).await?;
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "needs_login").await?;
        let answer = hub.client.delete("/session/a").await?.expect(200);
        assert_eq!((&answer["logged_out"], keys(&hub.dc, "alice")?), (&json!(false), 1));
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(message.contains("cannot be read"), "{message}");
        assert_eq!(pending(&hub.client).await?, 0);
        hub.log_in("a", ALICE).await?;
        hub.stop().await?;
    }

    async fn a_damaged_api_hash_keeps_no_account_offline(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", ALICE).await?;
        spoil(&hub.hub.store, "a", Damage::Hash).await?;
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        hub.stop().await?;
    }
}
