//! Starts that must not be: each ends with one sentence that says why, and changes nothing.

use crate::support::contract;
use crate::support::db::{TestDb, vault};
use crate::support::ledger::{complete, stored_keys};
use crate::support::process::{Ended, Environment, HubProcess, environment, run};
use local_dc::dc::{Dc, DcOptions};
use telegram_hub::model::{Reach, StoredSession};
use telegram_hub::store::auth_keys::DcKey;
use telegram_hub::store::sessions;
use telegram_hub::store::{Store, hub_lock};

const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// Checks that the program ended at once, with one line that holds all of these texts.
#[track_caller]
fn says(ended: &Ended, texts: &[&str]) {
    assert!(
        ended.status.code().is_some_and(|code| code != 0),
        "{ended:?}"
    );
    let said = &ended.stderr;
    assert_eq!(said.lines().count(), 1, "not one line: {said}");
    for text in texts {
        assert!(said.contains(text), "no {text:?}: {said}");
    }
}

/// What must not change: the accounts, their keys, and who held the database how often.
async fn rows(
    db: &TestDb,
    master: u8,
) -> Result<(Vec<StoredSession>, Vec<DcKey>, String), Failure> {
    let store = Store::open(&db.settings()?, vault(master)).await?;
    let accounts = store
        .read(|conn| sessions::list(conn, &Reach::default(), None))
        .await?;
    let keys = stored_keys(&store, "carol").await?;
    let lock = store.read(hub_lock::holder).await?;
    store.close().await;
    Ok((accounts, keys, format!("{lock:?}")))
}

contract! {
    async fn a_wrong_master_key_ends_the_start_and_changes_nothing(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let right = environment(&db, &dc);
        let hub = HubProcess::start_with(&db, &right).await?;
        hub.client.log_in("carol", CAROL).await?;
        hub.client.send("carol", "me", "a note").await?;
        hub.terminate().await?;
        let before = rows(&db, 7).await?;
        let accepted = dc.link_counts().accepted;

        let mut wrong = right.clone();
        wrong.insert("HUB_MASTER_KEY", "08".repeat(32));
        says(&run(&db, &wrong).await?, &["master key", "HUB_MASTER_KEY"]);
        assert_eq!(rows(&db, 7).await?, before);
        assert_eq!(dc.link_counts().accepted, accepted);

        let hub = HubProcess::start_with(&db, &right).await?;
        hub.client.wait_for_state("carol", "online").await?;
        complete(&dc, &hub.client, "carol").await?;
        hub.terminate().await?;
    }

    async fn a_lost_key_file_ends_the_start_and_is_not_replaced(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let mut env = environment(&db, &dc);
        env.remove("HUB_MASTER_KEY");
        let hub = HubProcess::start_with(&db, &env).await?;
        hub.client.log_in("carol", CAROL).await?;
        hub.terminate().await?;

        let file = db.dir().join("data/master.key");
        let aside = db.dir().join("aside.key");
        std::fs::rename(&file, &aside)?;
        says(&run(&db, &env).await?, &["missing", "master.key", "HUB_MASTER_KEY"]);
        assert!(!file.exists(), "a new key would open none of the old rows");
        std::fs::rename(&aside, &file)?;
        let hub = HubProcess::start_with(&db, &env).await?;
        hub.client.wait_for_state("carol", "online").await?;
        hub.terminate().await?;
    }
}

/// A change of the environment, and what the sentence must hold.
type Case = (fn(&mut Environment), &'static [&'static str]);

const WRONG: [Case; 16] = [
    (
        |env| drop(env.remove("TELEGRAM_API_ID")),
        &["TELEGRAM_API_ID", "https://my.telegram.org"],
    ),
    (
        |env| drop(env.remove("TELEGRAM_API_HASH")),
        &["TELEGRAM_API_HASH"],
    ),
    (
        |env| drop(env.remove("TELEGRAM_SERVER_KEY")),
        &["TELEGRAM_SERVER_KEY"],
    ),
    (
        |env| set(env, "TELEGRAM_SERVER_KEY", "-----BEGIN nonsense"),
        &["TELEGRAM_SERVER_KEY"],
    ),
    (
        |env| set(env, "TELEGRAM_SERVER", "nowhere"),
        &["TELEGRAM_SERVER"],
    ),
    (|env| set(env, "HUB_LISTEN", "0.0.0.0:0"), &["HUB_API_KEY"]),
    (
        |env| {
            set(env, "HUB_LISTEN", "0.0.0.0:0");
            set(env, "HUB_API_KEY", "a");
        },
        &["HUB_API_KEY", "keygen"],
    ),
    (
        |env| {
            set(env, "HUB_LISTEN", "0.0.0.0:0");
            set(env, "HUB_TOOLS_KEY", "changeme");
        },
        &["HUB_TOOLS_KEY", "keygen"],
    ),
    (
        |env| {
            set(env, "HUB_API_KEY", "kGm3x-Zq9_wB7tRv");
            set(env, "HUB_TOOLS_KEY", "kGm3x-Zq9_wB7tRv");
        },
        &["HUB_API_KEY", "HUB_TOOLS_KEY"],
    ),
    (
        |env| set(env, "HUB_ALLOWED_HOSTS", "https://hub.example"),
        &["HUB_ALLOWED_HOSTS", "scheme"],
    ),
    (|env| set(env, "HUB_LISTEN", "8000"), &["HUB_LISTEN"]),
    (
        |env| set(env, "HUB_DOORS", "hub,shed"),
        &["HUB_DOORS", "hub, archive, tools", "\"shed\""],
    ),
    (|env| set(env, "HUB_POOL_SIZE", "many"), &["HUB_POOL_SIZE"]),
    (
        |env| set(env, "HUB_MASTER_KEY", "too short"),
        &["HUB_MASTER_KEY"],
    ),
    (
        |env| set(env, "DATABASE_URL", "mysql://localhost/hub"),
        &["DATABASE_URL"],
    ),
    (
        |env| set(env, "HUB_DATA_DIR", "/dev/null/data"),
        &["HUB_DATA_DIR"],
    ),
];

fn set(env: &mut Environment, name: &'static str, value: &str) {
    env.insert(name, value.to_owned());
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_wrong_setting_ends_the_start_with_one_sentence() -> crate::support::TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    for (change, texts) in WRONG {
        let mut env = environment(&db, &dc);
        change(&mut env);
        says(&run(&db, &env).await?, texts);
    }
    assert_eq!(dc.link_counts().accepted, 0);
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_port_in_use_ends_the_start_before_the_database_is_touched() -> crate::support::TestResult
{
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let mut env = environment(&db, &dc);
    env.insert("HUB_LISTEN", taken.local_addr()?.to_string());
    says(&run(&db, &env).await?, &["HUB_LISTEN"]);
    assert!(!db.dir().join("hub.db").exists());
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_database_that_cannot_be_reached_is_named_without_its_password()
-> crate::support::TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let mut env = environment(&db, &dc);
    for url in [
        "postgres://hub:s3cret-p@127.0.0.1:1/hub",
        "sqlite:/no/such/folder/hub.db",
    ] {
        set(&mut env, "DATABASE_URL", url);
        let ended = run(&db, &env).await?;
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.stderr.contains("database"), "{ended:?}");
        assert!(!ended.stderr.contains("s3cret"), "{ended:?}");
    }
    Ok(())
}
