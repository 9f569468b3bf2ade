//! The hub's database as a run needs it: fresh, with a known master key, readable from outside.
//!
//! Owns the place of the database and the key that seals it. What stands in the tables is read
//! by plain SQL, not by the hub's own queries: a fault in those must not hide itself.

mod growth;
mod reader;

pub use growth::Growth;
pub use reader::Reader;

use crate::Failure;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamp};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use std::path::{Path, PathBuf};
use std::time::Duration;
use telegram_hub::model::UtcTime;
use telegram_hub::store::{self, DatabaseUrl, Engine, Store, StoreSettings, Vault};
use zeroize::Zeroizing;

/// A database of a run's own.
#[derive(Clone, Debug)]
pub struct Database {
    url: String,
    dir: PathBuf,
    engine: Engine,
}

/// Every run seals with the same key; nothing in it is worth a secret.
const MASTER_KEY: [u8; 32] = [7; 32];

impl Database {
    /// A SQLite file in `dir`.
    pub fn sqlite(dir: &Path) -> Self {
        Self {
            url: format!("sqlite:{}", dir.join("hub.db").display()),
            dir: dir.to_owned(),
            engine: Engine::Sqlite,
        }
    }

    /// The Postgres database of that URL, which must be empty.
    pub fn postgres(dir: &Path, url: String) -> Self {
        Self {
            url,
            dir: dir.to_owned(),
            engine: Engine::Postgres,
        }
    }

    /// What kind it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The database's URL as the hub is told it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The run's folder, which is the hub's data folder too.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The master key as the hub is told it.
    pub fn master_key(&self) -> String {
        hex::encode(MASTER_KEY)
    }

    /// Opens it as the hub does; missing tables are made.
    pub async fn open(&self) -> Result<Store, Failure> {
        let settings = StoreSettings {
            url: DatabaseUrl::parse(&self.url)?,
            pool_size: 2,
            acquire_timeout: Duration::from_secs(10),
        };
        let vault = Vault::from_key(&Zeroizing::new(MASTER_KEY));
        Ok(Store::open(&settings, vault).await?)
    }
}

/// A row of the hub's log.
#[derive(Clone, Debug, QueryableByName)]
pub struct MessageRow {
    /// The row's number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// The account's number.
    #[diesel(sql_type = BigInt)]
    pub session_id: i64,
    /// The chat's marked id.
    #[diesel(sql_type = BigInt)]
    pub chat_id: i64,
    /// The message's number.
    #[diesel(sql_type = Integer)]
    pub message_id: i32,
    /// The sender's marked id.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub sender_id: Option<i64>,
    /// The text as last captured.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// The service message's summary.
    #[diesel(sql_type = Nullable<Text>)]
    pub service: Option<String>,
    /// When its deletion was captured.
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub deleted_at: Option<UtcTime>,
    /// When it was first captured.
    #[diesel(sql_type = Timestamp)]
    pub captured_at: UtcTime,
}

/// An earlier text of a row.
#[derive(Clone, Debug, QueryableByName)]
pub struct RevisionRow {
    /// The row it belongs to.
    #[diesel(sql_type = BigInt)]
    pub message_row: i64,
    /// What it said.
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// The text of a row.
#[derive(Clone, Debug, QueryableByName)]
pub struct TextRow {
    /// The row's number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// What it says.
    #[diesel(sql_type = Text)]
    pub text: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Every row of the log after row `after`, in the order of writing.
pub async fn messages_after(store: &Store, after: i64) -> Result<Vec<MessageRow>, store::Error> {
    store
        .read(move |conn| {
            Ok(sql_query(
                "SELECT id, session_id, chat_id, message_id, sender_id, text, service, \
                 deleted_at, captured_at FROM messages WHERE id > $1 ORDER BY id",
            )
            .bind::<BigInt, _>(after)
            .load(conn)?)
        })
        .await
}

/// Every earlier text, in the order of writing.
pub async fn revisions(store: &Store) -> Result<Vec<RevisionRow>, store::Error> {
    store
        .read(|conn| {
            let query = sql_query("SELECT message_row, text FROM message_revisions ORDER BY id");
            Ok(query.load(conn)?)
        })
        .await
}

/// A gap as the hub keeps it.
#[derive(Clone, Debug, QueryableByName)]
pub struct GapRow {
    /// The account's number.
    #[diesel(sql_type = BigInt)]
    pub session_id: i64,
    /// 0 for the account's own sequence, else the channel's bare id.
    #[diesel(sql_type = BigInt)]
    pub box_id: i64,
    /// What made it.
    #[diesel(sql_type = Text)]
    pub cause: String,
    /// Why it is still open.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    /// When it was filled.
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub closed_at: Option<UtcTime>,
}

/// Every gap that the hub has found, in the order of finding.
pub async fn gaps(store: &Store) -> Result<Vec<GapRow>, store::Error> {
    store
        .read(|conn| {
            let sql = "SELECT session_id, box_id, cause, reason, closed_at FROM gaps ORDER BY id";
            Ok(sql_query(sql).load(conn)?)
        })
        .await
}

/// How many rows the log has.
pub async fn count_messages(store: &Store) -> Result<i64, store::Error> {
    store
        .read(|conn| {
            let count: Count = sql_query("SELECT count(*) AS n FROM messages").get_result(conn)?;
            Ok(count.n)
        })
        .await
}

/// The number of the last row; 0 without rows.
pub async fn last_row(store: &Store) -> Result<i64, store::Error> {
    store
        .read(|conn| {
            let sql = "SELECT coalesce(max(id), 0) AS n FROM messages";
            let last: Count = sql_query(sql).get_result(conn)?;
            Ok(last.n)
        })
        .await
}
