//! The two histories of migrations stay one.

use crate::support::TestResult;
use crate::support::db::TestDb;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use std::collections::BTreeMap;
use std::path::Path;

fn folders(side: &str) -> Result<Vec<String>, std::io::Error> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(side);
    let mut names = std::fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>, _>>()?;
    names.sort();
    Ok(names)
}

#[test]
fn both_databases_have_the_same_migrations() -> TestResult {
    let sqlite = folders("sqlite")?;
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, folders("postgres")?);
    Ok(())
}

/// The tables of `schema.rs` with their columns, read from its text.
fn declared() -> BTreeMap<String, Vec<String>> {
    let text = include_str!("../../src/store/schema.rs");
    let mut tables = BTreeMap::new();
    for block in text.split("diesel::table! {").skip(1) {
        let body = block.split("\n}").next().unwrap_or_default();
        let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
        let name = lines.next().and_then(|line| line.split(' ').next());
        let columns =
            lines.filter_map(|line| line.split_once(" -> ").map(|(name, _)| name.to_owned()));
        tables.insert(name.unwrap_or_default().to_owned(), columns.collect());
    }
    tables
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// Goes up, down and up again on a concrete connection.
macro_rules! up_down_up {
    ($conn:expr, $source:expr, $count_tables:expr) => {{
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| error.to_string();
        for _ in 0..2 {
            $conn.run_pending_migrations($source).map_err(failed)?;
            for (table, columns) in declared() {
                let query = format!("SELECT {} FROM {table} LIMIT 0", columns.join(", "));
                diesel::sql_query(query).execute($conn)?;
            }
            let made: Count = diesel::sql_query($count_tables).get_result($conn)?;
            assert_eq!(usize::try_from(made.n)?, declared().len());
            $conn.revert_all_migrations($source).map_err(failed)?;
            let left: Count = diesel::sql_query($count_tables).get_result($conn)?;
            assert_eq!(left.n, 0);
        }
    }};
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite_goes_up_down_and_up_again() -> TestResult {
    const SOURCE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
    let db = TestDb::sqlite()?;
    let path = db.dir().join("hub.db").display().to_string();
    let mut conn = SqliteConnection::establish(&path)?;
    up_down_up!(
        &mut conn,
        SOURCE,
        "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' \
         AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'"
    );
    Ok(())
}

#[cfg(feature = "postgres-system")]
#[test]
fn postgres_goes_up_down_and_up_again() -> TestResult {
    const SOURCE: EmbeddedMigrations = embed_migrations!("migrations/postgres");
    let Some(db) = TestDb::postgres()? else {
        return Ok(());
    };
    let mut conn = PgConnection::establish(db.url_text())?;
    up_down_up!(
        &mut conn,
        SOURCE,
        "SELECT count(*) AS n FROM pg_tables WHERE schemaname = current_schema() \
         AND tablename NOT LIKE '\\_\\_diesel%'"
    );
    Ok(())
}
