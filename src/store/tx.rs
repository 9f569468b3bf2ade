//! Transactions that write, and the locks that only PostgreSQL needs.
//!
//! SQLite takes its one write lock when such a transaction begins: one that reads first and
//! writes later would fail with "database is locked" once another writer has come between. On
//! PostgreSQL a decision that rests on a read takes an advisory lock instead.

use crate::store::AnyConnection;
use crate::store::backend::on_backend;
use crate::store::error::Error;
use diesel::connection::{AnsiTransactionManager, TransactionManager};

type Manager = <AnyConnection as diesel::Connection>::TransactionManager;

/// Runs a body in a transaction that holds the write lock from its start.
///
/// An error of the body rolls everything back. The body must not begin another one.
pub(super) fn write_tx<T>(
    conn: &mut AnyConnection,
    body: impl FnOnce(&mut AnyConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    begin(conn)?;
    match body(conn) {
        Ok(value) => {
            Manager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            // The body's error says more; a connection that cannot roll back leaves the pool.
            if let Err(rollback) = Manager::rollback_transaction(conn) {
                log::debug!("a transaction did not roll back: {rollback}");
            }
            Err(error)
        }
    }
}

fn begin(conn: &mut AnyConnection) -> diesel::QueryResult<()> {
    match conn {
        #[cfg(feature = "postgres-system")]
        AnyConnection::Postgres(c) => AnsiTransactionManager::begin_transaction(c),
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
        }
    }
}

/// What an advisory lock stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lock {
    /// Changing the tables.
    Migrations = 1,
    /// Taking or giving back the database.
    Hub = 2,
}

/// Takes a lock until the end of the transaction.
pub(super) fn lock(conn: &mut AnyConnection, lock: Lock) -> Result<(), Error> {
    on_backend!(conn, |c| c.lock_in_tx(lock))
}

/// Runs a body in a write transaction that holds a lock.
pub(super) fn locked_tx<T>(
    conn: &mut AnyConnection,
    which: Lock,
    body: impl FnOnce(&mut AnyConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    write_tx(conn, |conn| {
        lock(conn, which)?;
        body(conn)
    })
}

trait AdvisoryLocks {
    fn lock_in_tx(&mut self, lock: Lock) -> Result<(), Error>;
}

#[cfg(feature = "postgres-system")]
impl AdvisoryLocks for diesel::PgConnection {
    fn lock_in_tx(&mut self, lock: Lock) -> Result<(), Error> {
        use diesel::{RunQueryDsl as _, sql_query, sql_types::BigInt};
        // The upper half, which spells `tghb`, tells our locks from those of other programs.
        sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(0x7467_6862_0000_0000_i64 | lock as i64)
            .execute(self)?;
        Ok(())
    }
}

/// The write lock, which the transaction holds already, covers every other.
#[cfg(feature = "sqlite")]
impl AdvisoryLocks for diesel::SqliteConnection {
    fn lock_in_tx(&mut self, _lock: Lock) -> Result<(), Error> {
        Ok(())
    }
}
