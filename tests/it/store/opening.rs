use super::session_id;
use crate::support::TestResult;
use crate::support::contract;
use crate::support::db::vault;
use secrecy::SecretString;
use std::os::unix::fs::PermissionsExt as _;
use telegram_hub::store::{Error, Store, load_or_create_master_key};

contract! {
    async fn a_wrong_master_key_is_refused_in_a_clear_sentence(db: TestDb) {
        let store = db.open().await?;
        session_id(&store, "alice").await?;
        store.close().await;
        let refused = Store::open(&db.settings()?, vault(8)).await;
        let Err(error) = refused else {
            return Err("the store opened".into());
        };
        assert!(matches!(&error, Error::WrongMasterKey { expected, given }
            if *expected == vault(7).key_id() && *given == vault(8).key_id()));
        assert!(error.to_string().contains("HUB_MASTER_KEY"), "{error}");
        let store = db.open().await?;
        session_id(&store, "alice").await?;
    }

    async fn a_wrong_master_key_is_refused_before_the_tables_are_changed(db: TestDb) {
        use diesel::RunQueryDsl as _;
        let store = db.open().await?;
        let run = |sql: &'static str| {
            store.write(move |c| Ok(diesel::sql_query(sql).execute(c)?))
        };
        // What an older version without the table would leave.
        run("DROP TABLE sends").await?;
        run("DELETE FROM __diesel_schema_migrations").await?;
        let refused = Store::open(&db.settings()?, vault(8)).await;
        assert!(matches!(refused, Err(Error::WrongMasterKey { .. })), "{refused:?}");
        assert!(run("SELECT * FROM sends").await.is_err());
        assert_eq!(run("DELETE FROM __diesel_schema_migrations").await?, 0);
    }

    async fn a_missing_key_file_is_not_replaced_when_rows_are_sealed(db: TestDb) {
        let made = load_or_create_master_key(None, db.dir(), &db.url()?).await?;
        let store = Store::open(&db.settings()?, made.clone()).await?;
        store.close().await;
        let file = db.dir().join("master.key");
        std::fs::remove_file(&file)?;
        let refused = load_or_create_master_key(None, db.dir(), &db.url()?).await;
        assert!(matches!(refused, Err(Error::WrongMasterKey { expected, given })
            if expected == made.key_id() && given == "missing"));
        assert!(!file.exists());
    }

    async fn the_key_file_is_made_once_for_its_owner_only(db: TestDb) {
        let made = load_or_create_master_key(None, db.dir(), &db.url()?).await?;
        let file = db.dir().join("master.key");
        assert_eq!(std::fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
        let read = load_or_create_master_key(None, db.dir(), &db.url()?).await?;
        assert_eq!(read.key_id(), made.key_id());
        let text = std::fs::read_to_string(&file)?;
        assert!(text.len() == 65 && !format!("{made:?}").contains(text.trim()));
        let hex = SecretString::from(" ".to_owned() + &"07".repeat(32) + "\n");
        let set = load_or_create_master_key(Some(&hex), db.dir(), &db.url()?).await?;
        assert_eq!(set.key_id(), vault(7).key_id());
        let base64 = SecretString::from("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        let set = load_or_create_master_key(Some(&base64), db.dir(), &db.url()?).await?;
        assert_eq!(set.key_id(), vault(7).key_id());
        let names: Vec<_> = std::fs::read_dir(db.dir())?.flatten().map(|e| e.file_name()).collect();
        assert!(names.iter().all(|name| name == "master.key" || name == "hub.db"), "{names:?}");
    }

    async fn a_malformed_master_key_is_refused_without_showing_it(db: TestDb) {
        for text in ["", "secret-but-short", &"zz".repeat(32), &"07".repeat(33)] {
            let configured = SecretString::from(text);
            let refused = load_or_create_master_key(Some(&configured), db.dir(), &db.url()?).await;
            let Err(error) = refused else {
                return Err(format!("`{text}` was taken").into());
            };
            let sentence = "HUB_MASTER_KEY must hold 32 bytes as 64 hex digits or as base64";
            assert_eq!(error.to_string(), sentence);
        }
        std::fs::write(db.dir().join("master.key"), "oops")?;
        let refused = load_or_create_master_key(None, db.dir(), &db.url()?).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("master.key must hold")));
    }

    async fn a_database_of_a_newer_version_is_refused(db: TestDb) {
        use diesel::RunQueryDsl as _;
        let store = db.open().await?;
        store
            .write(|c| {
                let note = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
                Ok(diesel::sql_query(note).execute(c)?)
            })
            .await?;
        store.close().await;
        let refused = Store::open(&db.settings()?, vault(7)).await;
        assert!(matches!(refused, Err(Error::Newer { found }) if found == "99990101000000"));
    }

    async fn several_hubs_may_open_a_new_database_at_once(db: TestDb) {
        let settings = db.settings()?;
        let opened = (0..6).map(|_| Store::open(&settings, vault(7)));
        let stores = futures_util::future::try_join_all(opened).await?;
        assert_eq!(stores.len(), 6);
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn no_secret_lies_in_the_file_in_the_clear() -> TestResult {
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
    use telegram_hub::store::auth_keys::{self, DcKey};
    let db = crate::support::db::TestDb::sqlite()?;
    let store = db.open().await?;
    let id = session_id(&store, "alice").await?;
    let key: [u8; 256] = std::array::from_fn(|n| u8::try_from(n).unwrap_or(0));
    let dc = DcKey {
        dc_id: 2,
        ipv4: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 443),
        ipv6: SocketAddrV6::new(Ipv6Addr::LOCALHOST, 443, 0, 0),
        auth_key: Some(zeroize::Zeroizing::new(key)),
    };
    let vault = store.vault().clone();
    store
        .write(move |c| auth_keys::put(c, &vault, id, &dc, super::at(0)))
        .await?;
    store.close().await;
    let file = std::fs::read(db.dir().join("hub.db"))?;
    let holds = |needle: &[u8]| file.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"alice"), "the search must find what is there");
    assert!(!holds(&key[64..80]));
    assert!(!holds(b"0123456789abcdef"));
    assert_eq!(
        std::fs::metadata(db.dir().join("hub.db"))?
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    Ok(())
}

#[cfg(feature = "postgres-system")]
#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() -> TestResult {
    let settings = telegram_hub::store::StoreSettings {
        url: telegram_hub::store::DatabaseUrl::parse(
            "postgres://hub:pass%40word@127.0.0.1:1/hub?sslmode=disable",
        )?,
        pool_size: 1,
        acquire_timeout: std::time::Duration::from_secs(5),
    };
    let Err(error) = Store::open(&settings, vault(7)).await else {
        return Err("the store opened".into());
    };
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("postgres://hub:***@127.0.0.1:1/hub"),
        "{text}"
    );
    assert!(!text.contains("pass"), "{text}");
    assert!(error.is_unavailable());
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_refused_sqlite_database_stays_byte_for_byte() -> TestResult {
    let db = crate::support::db::TestDb::sqlite()?;
    let store = db.open().await?;
    session_id(&store, "alice").await?;
    store.close().await;
    let before = std::fs::read(db.dir().join("hub.db"))?;
    assert!(Store::open(&db.settings()?, vault(8)).await.is_err());
    assert!(before == std::fs::read(db.dir().join("hub.db"))?);
    Ok(())
}

#[cfg(feature = "postgres-system")]
#[derive(diesel::QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    setting: String,
}

#[cfg(feature = "postgres-system")]
#[tokio::test]
async fn a_server_that_may_forget_commits_is_asked_to_keep_the_hubs() -> TestResult {
    use diesel::RunQueryDsl as _;
    let Some(db) = crate::support::db::TestDb::postgres()? else {
        return Ok(());
    };
    let settings = db.settings_with("synchronous_commit", "off")?;
    let store = Store::open(&settings, vault(7)).await?;
    let look = "SELECT current_setting('synchronous_commit') AS setting";
    let found = store.read(move |c| Ok(diesel::sql_query(look).get_result::<Setting>(c)?));
    assert_eq!(found.await?.setting, "on");
    Ok(())
}
