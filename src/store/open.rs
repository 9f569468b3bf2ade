//! Opening the store: one plain connection that checks everything before the pool exists.
//!
//! It owns the order of the checks: the connection with a clear message, the tables' version, the
//! master key, and only then the migrations. A database that is refused stays as it was.

use crate::model::UtcTime;
use crate::store::backend::{Manager, Pooled};
use crate::store::database_url::DatabaseUrl;
use crate::store::outage::Outage;
use crate::store::presence::Presence;
use crate::store::tx::{self, Lock};
use crate::store::{AnyConnection, Engine, Error, Store, Vault, migrate, pool, vault_keys};
use diesel::r2d2::ManageConnection as _;
use std::time::Duration;

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Where it is.
    pub url: DatabaseUrl,
    /// The largest number of connections, at least 1.
    pub pool_size: u32,
    /// How long a call waits for a connection.
    pub acquire_timeout: Duration,
}

impl Store {
    /// Connects, checks version and master key, migrates, and builds the pool.
    ///
    /// # Errors
    /// [`Error::Unavailable`] without a connection, [`Error::Newer`] and [`Error::WrongMasterKey`]
    /// with nothing changed.
    pub async fn open(settings: &StoreSettings, vault: Vault) -> Result<Self, Error> {
        let url = settings.url.clone();
        let checked = vault.clone();
        let opened = pool::blocking(move || prepare(&url, &checked)).await?;
        Self::pooled(settings, vault, opened)
    }
}

/// A database that has passed every check.
pub(super) struct Opened {
    /// On SQLite the connection that stays open as long as the store: the log stays the same file
    /// until the last connection ends.
    pub(super) anchor: Option<AnyConnection>,
    pub(super) presence: Presence,
}

/// A connection outside any pool.
fn connect(url: DatabaseUrl) -> Result<Pooled, Error> {
    Manager::new(url, Outage::none(), Presence::default()).connect()
}

fn prepare(url: &DatabaseUrl, vault: &Vault) -> Result<Opened, Error> {
    // The only place where a file is made: later connections must find the one of the start.
    url.prepare_file().map_err(|source| Error::Unavailable {
        what: format!("{url} cannot be opened").into(),
        source: Some(Box::new(source)),
    })?;
    let mut pooled = connect(url.clone())?;
    let conn = &mut pooled.conn;
    migrate::refuse_newer(conn)?;
    vault_keys::verify(conn, vault)?;
    migrate::run(conn)?;
    tx::locked_tx(conn, Lock::Migrations, |conn| {
        vault_keys::claim(conn, vault, UtcTime::now())
    })?;
    Ok(Opened {
        presence: Presence::of(url)?,
        anchor: (url.engine() == Engine::Sqlite).then_some(pooled.conn),
    })
}

/// The id of the key that sealed a database; `None` for one that is new or does not exist yet.
pub(super) async fn sealed_with(url: &DatabaseUrl) -> Result<Option<String>, Error> {
    if url.sqlite_path().is_some_and(|path| !path.exists()) {
        return Ok(None);
    }
    let url = url.clone();
    pool::blocking(move || vault_keys::current(&mut connect(url)?.conn)).await
}
