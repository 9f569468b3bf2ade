//! A plain connection for reading the log, without the hub's store in between.
//!
//! Owns the connection. It is not opened again when it breaks.

use super::{Database, TextRow};
use crate::Failure;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection, sql_query};
use telegram_hub::store::Engine;

/// A connection to the hub's database.
pub enum Reader {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

impl Database {
    /// Opens a connection.
    ///
    /// # Errors
    /// When the database is away.
    pub fn reader(&self) -> Result<Reader, Failure> {
        Ok(match self.engine() {
            Engine::Sqlite => {
                let path = self.url().trim_start_matches("sqlite:");
                Reader::Sqlite(SqliteConnection::establish(path)?)
            }
            Engine::Postgres => {
                let mut conn = PgConnection::establish(self.url())?;
                // Without statistics of a young table the server would read all of it each time,
                // and start processes to help with that.
                conn.batch_execute(
                    "SET enable_seqscan = off; SET max_parallel_workers_per_gather = 0",
                )?;
                Reader::Postgres(conn)
            }
        })
    }
}

impl Reader {
    /// Runs a query for rows with a number and a text; its parameter is a number.
    ///
    /// # Errors
    /// When the database is away.
    pub fn texts(&mut self, sql: &str, number: i64) -> Result<Vec<TextRow>, Failure> {
        let query = sql_query(sql).bind::<BigInt, _>(number);
        Ok(match self {
            Self::Sqlite(conn) => query.load(conn)?,
            Self::Postgres(conn) => query.load(conn)?,
        })
    }
}
