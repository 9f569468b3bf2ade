//! Exports of Telegram Desktop come in on the command line, beside a hub and without one.

use crate::support::db::TestDb;
use crate::support::process::{Environment, HubProcess, environment};
use crate::support::{TestResult, contract};
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};
use std::process::{Command, Output};

fn import(db: &TestDb, env: &Environment, session: &str, file: &str) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_telegram-hub"))
        .args(["import", file, "--session", session])
        .env_clear()
        .envs(env)
        .current_dir(db.dir())
        .output()
}

fn message(id: i32, from: &str) -> Value {
    json!({"id": id, "type": "message", "date": "2023-11-14T22:13:20",
           "date_unixtime": (1_700_000_000 + id).to_string(), "from": "Bob", "from_id": from,
           "text": [format!("number {id} "), {"type": "bold", "text": "bold"}]})
}

fn whole(own: i64) -> Value {
    let messages: Vec<Value> = (100_001..101_201)
        .map(|id| message(id, "user777"))
        .collect();
    json!({
        "about": "",
        "personal_information": {"user_id": own},
        "chats": {"about": "", "list": [
            {"name": "Team", "type": "private_supergroup", "id": 777, "messages": messages},
            {"type": "saved_messages", "id": own,
             "messages": [{"id": 5, "type": "unsupported"}]},
        ]},
    })
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

contract! {
    async fn an_export_comes_in_once_while_a_hub_runs_and_without_one(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let env = environment(&db, &dc);
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("carol", "+15550000003").await?;
        let status = hub.client.get("/session/carol/status").await?.expect(200);
        let own = status["user_info"]["id"].as_i64().ok_or_else(|| status.to_string())?;
        std::fs::write(db.dir().join("result.json"), whole(own).to_string())?;

        let first = import(&db, &env, "carol", "result.json")?;
        assert_eq!(code(&first), Some(0), "{first:?}");
        let told = String::from_utf8(first.stdout)?;
        assert!(told.starts_with("stored\t1200\nknown\t0\n"), "{told}");
        assert!(told.contains("unreadable\t1\n"), "{told}");
        let listed = hub.client.get("/session/carol/messages?limit=2&chat_id=-1000000000777").await?.expect(200);
        assert_eq!(listed["messages"][0]["text"], "number 101200 bold", "{listed}");
        hub.terminate().await?;

        let again = import(&db, &env, "carol", "result.json")?;
        let told = String::from_utf8(again.stdout)?;
        assert!(told.starts_with("stored\t0\nknown\t1200\n"), "{told}");
    }

    async fn a_broken_export_is_taken_in_up_to_there(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let env = environment(&db, &dc);
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("carol", "+15550000003").await?;
        hub.terminate().await?;
        let good = message(1_000_007, "user777");
        let text = format!(
            "{{\"type\": \"private_supergroup\", \"id\": 777,\n\"messages\": [\n{good},\n{{\"id\": oops"
        );
        std::fs::write(db.dir().join("broken.json"), text)?;
        let stranger = json!({"type": "personal_chat", "id": 777, "messages": [message(8, "user778")]});
        std::fs::write(db.dir().join("foreign.json"), stranger.to_string())?;
        std::fs::write(db.dir().join("whose.json"), whole(5).to_string())?;
        for (session, file, why, stored) in [
            ("carol", "broken.json", "line 4, column 8 (byte ", 1),
            ("carol", "foreign.json", "stands a message of 778", 0),
            ("carol", "whose.json", "it is of user 5", 0),
            ("carol", "missing.json", "the file cannot be read", 0),
            ("dave", "broken.json", "there is no session dave", 0),
        ] {
            let done = import(&db, &env, session, file)?;
            let (out, err) = (String::from_utf8(done.stdout.clone())?, String::from_utf8(done.stderr.clone())?);
            assert_eq!(code(&done), Some(1), "{file}: {err}");
            assert!(err.contains(why), "{file}: {err}");
            assert!(out.starts_with(&format!("stored\t{stored}\n")), "{file}: {out}");
        }
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn an_import_without_a_session_is_refused_before_anything_is_opened() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let refused = Command::new(env!("CARGO_BIN_EXE_telegram-hub"))
        .args(["import", "result.json"])
        .env_clear()
        .envs(environment(&db, &dc))
        .current_dir(db.dir())
        .output()?;
    assert_eq!(code(&refused), Some(2));
    assert!(String::from_utf8(refused.stderr)?.contains("--session"));
    Ok(())
}
