//! The connection to either database, and how one is made.
//!
//! It owns the choice by URL scheme and the settings of a fresh connection. Queries run on
//! [`AnyConnection`] itself; only what Diesel's derive cannot express there (upserts, inserts of
//! many rows) goes through `on_backend!`, which expands one body for each database.

use crate::store::database_url::{DatabaseUrl, Engine};
use crate::store::error::Error;
use crate::store::outage::Outage;
use crate::store::presence::Presence;
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::R2D2Connection as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

mod any {
    /// A connection to one of the databases that are compiled in.
    #[derive(diesel::MultiConnection)]
    pub enum AnyConnection {
        /// PostgreSQL through libpq.
        #[cfg(feature = "postgres-system")]
        Postgres(diesel::PgConnection),
        /// SQLite.
        #[cfg(feature = "sqlite")]
        Sqlite(diesel::SqliteConnection),
    }
}
pub use any::AnyConnection;
pub(super) use any::MultiBackend;

/// Runs one body with the concrete connection bound to a name, whichever the database is.
macro_rules! on_backend {
    ($conn:expr, |$bound:ident| $body:expr) => {
        match $conn {
            #[cfg(feature = "postgres-system")]
            $crate::store::AnyConnection::Postgres($bound) => $body,
            #[cfg(feature = "sqlite")]
            $crate::store::AnyConnection::Sqlite($bound) => $body,
        }
    };
}
pub(super) use on_backend;

/// A connection in the pool.
pub(super) struct Pooled {
    pub(super) conn: AnyConnection,
    last_used: Instant,
}

impl Pooled {
    fn new(conn: AnyConnection) -> Self {
        Self {
            conn,
            last_used: Instant::now(),
        }
    }
}

/// Makes the pool's connections, and takes note whether any can be made.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    url: DatabaseUrl,
    outage: Arc<Outage>,
    presence: Presence,
}

impl Manager {
    pub(super) const fn new(url: DatabaseUrl, outage: Arc<Outage>, presence: Presence) -> Self {
        Self {
            url,
            outage,
            presence,
        }
    }

    /// Whether the files are those that were opened first.
    pub(super) const fn presence(&self) -> &Presence {
        &self.presence
    }

    fn try_connect(&self) -> Result<AnyConnection, Error> {
        match self.url.engine() {
            #[cfg(feature = "postgres-system")]
            Engine::Postgres => connect_postgres(&self.url),
            #[cfg(feature = "sqlite")]
            Engine::Sqlite => connect_sqlite(&self.url),
            #[cfg(not(all(feature = "sqlite", feature = "postgres-system")))]
            _ => Err(Error::unavailable("its engine is not compiled in")),
        }
    }
}

/// A connection that rested longer than this is asked for a sign of life before its next use.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

impl diesel::r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled, Error> {
        // Looked at before and after: what was opened in between is none of these files.
        let made = self
            .presence
            .check()
            .and_then(|()| self.try_connect())
            .and_then(|made| self.presence.check().map(|()| made));
        match &made {
            Ok(_) => self.outage.connected(),
            Err(_) => self.outage.refused_to_connect(),
        }
        made.map(Pooled::new)
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Error> {
        if pooled.last_used.elapsed() >= TRUSTED_FOR {
            pooled.conn.ping()?;
        }
        pooled.last_used = Instant::now();
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.last_used = Instant::now();
        std::thread::panicking() || pooled.conn.is_broken()
    }
}

#[cfg(feature = "postgres-system")]
fn connect_postgres(url: &DatabaseUrl) -> Result<AnyConnection, Error> {
    let mut conn = diesel::PgConnection::establish(url.for_libpq())
        .map_err(|error| refused(url, &url.redact(&error.to_string())))?;
    // A hub that is cut off in the middle of a transaction must not keep its locks for hours: the
    // hub that takes over waits for them. The hub's own transactions rest for microseconds.
    //
    // The account's place moves on with a commit. A server that may forget one in a crash would
    // lose its messages, and nobody would send them again.
    conn.batch_execute(
        "SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') = 'off'; \
         SET idle_in_transaction_session_timeout = '10s'",
    )?;
    Ok(AnyConnection::Postgres(conn))
}

#[cfg(feature = "sqlite")]
fn connect_sqlite(url: &DatabaseUrl) -> Result<AnyConnection, Error> {
    let mut conn = diesel::SqliteConnection::establish(&url.for_sqlite())
        .map_err(|error| refused(url, &error.to_string()))?;
    // The waiting time comes first: the switch to WAL already takes a lock. Each account's rows
    // lie on pages of their own in the indices, so that the messages of many accounts change many
    // pages again and again: a larger cache holds them, and rarer checkpoints write them once.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
         PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864; \
         PRAGMA wal_autocheckpoint = 50000; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(AnyConnection::Sqlite(conn))
}

/// libpq's reasons have several lines, one for each host it has tried.
fn refused(url: &DatabaseUrl, why: &str) -> Error {
    let lines: Vec<_> = why.lines().map(str::trim).collect();
    Error::unavailable(format!("{url} cannot be opened: {}", lines.join(" ")))
}
