//! The store's contract, each test on both databases.

pub(crate) mod capturing;
mod exports;
mod flood_waits;
mod gaps;
mod history;
mod keys;
mod lock;
mod media;
mod opening;
mod peers;
#[cfg(feature = "postgres-system")]
mod plans;
mod pool;
mod positions;
mod reading;
mod searching;
mod sends;
mod sessions;
#[cfg(all(feature = "sqlite", feature = "postgres-system"))]
mod urls;

use telegram_hub::model::{SessionId, SessionName, StoredSession, UtcTime};
use telegram_hub::store::sessions::{NewSession, create_or_get};
use telegram_hub::store::{Error, Store};

/// A fixed instant and some seconds.
fn at(seconds: i64) -> UtcTime {
    UtcTime::from_unix(1_800_000_000 + seconds).unwrap_or_else(UtcTime::now)
}

async fn session(store: &Store, name: &str) -> Result<StoredSession, Box<dyn std::error::Error>> {
    let new = NewSession {
        name: SessionName::parse(name)?,
        owner: None,
        api_id: 12345,
        api_hash: "0123456789abcdef0123456789abcdef".into(),
        now: at(0),
    };
    let vault = store.vault().clone();
    Ok(store
        .write(move |conn| create_or_get(conn, &vault, &new))
        .await?)
}

pub(crate) async fn session_id(
    store: &Store,
    name: &str,
) -> Result<SessionId, Box<dyn std::error::Error>> {
    Ok(session(store, name).await?.id)
}

/// Whether an error says that the database cannot be used.
fn unavailable<T>(result: Result<T, Error>) -> bool {
    result.is_err_and(|error| error.is_unavailable())
}
