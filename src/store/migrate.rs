//! Bringing the tables up to this version.
//!
//! It owns the embedded migrations of both databases, refuses tables that a newer version has
//! made, and lets one process migrate at a time. It must not know what the tables are for.

use crate::store::AnyConnection;
use crate::store::backend::on_backend;
use crate::store::error::Error;
use crate::store::tx::{self, Lock};
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres-system")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The table in which Diesel notes what was applied.
const NOTES: &str = "__diesel_schema_migrations";

trait Migrations: diesel::Connection {
    const SOURCE: EmbeddedMigrations;
}

#[cfg(feature = "sqlite")]
impl Migrations for diesel::SqliteConnection {
    const SOURCE: EmbeddedMigrations = SQLITE;
}

#[cfg(feature = "postgres-system")]
impl Migrations for diesel::PgConnection {
    const SOURCE: EmbeddedMigrations = POSTGRES;
}

fn source<C: Migrations>(_: &C) -> EmbeddedMigrations {
    C::SOURCE
}

/// Refuses a database with a migration that this version does not have, and changes nothing.
pub(super) fn refuse_newer(conn: &mut AnyConnection) -> Result<(), Error> {
    if !has_table(conn, NOTES)? {
        return Ok(());
    }
    let unknown: Option<MigrationVersion<'static>> = on_backend!(conn, |c| {
        let known = known(c)?;
        let applied = c.applied_migrations().map_err(Error::other)?;
        applied
            .into_iter()
            .find(|version| !known.contains(&version.to_string()))
    });
    match unknown {
        Some(version) => Err(Error::Newer {
            found: version.to_string(),
        }),
        None => Ok(()),
    }
}

fn known<C: Migrations>(_: &C) -> Result<Vec<String>, Error> {
    let migrations = MigrationSource::<C::Backend>::migrations(&C::SOURCE).map_err(Error::other)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

/// Applies what is missing.
pub(super) fn run(conn: &mut AnyConnection) -> Result<(), Error> {
    tx::locked_tx(conn, Lock::Migrations, |conn| {
        on_backend!(conn, |c| {
            let source = source(c);
            for version in c.run_pending_migrations(source).map_err(Error::other)? {
                log::info!("applied the migration {version}");
            }
        });
        Ok(())
    })
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Whether the database has a table of that name where unqualified names are looked up.
pub(super) fn has_table(conn: &mut AnyConnection, table: &str) -> Result<bool, Error> {
    let sql = match conn {
        #[cfg(feature = "postgres-system")]
        AnyConnection::Postgres(_) => "SELECT count(to_regclass($1)) AS n",
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(_) => {
            "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = $1"
        }
    };
    let count: Count = sql_query(sql)
        .bind::<diesel::sql_types::Text, _>(table)
        .get_result(conn)?;
    Ok(count.n > 0)
}
