//! Who wrote which row when, by the database's own account.
//!
//! It owns a table and triggers on all others, in the run's database. A hub's connections bear its
//! name as a setting of the session, which the triggers write down.

use crate::Failure;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};

const SETUP: &str = "
CREATE TABLE audit (who text, what text, at timestamptz, took boolean);
CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit VALUES (current_setting('run.hub', true), TG_TABLE_NAME, clock_timestamp(), false);
  RETURN NULL;
END $$;
CREATE FUNCTION audit_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit VALUES (current_setting('run.hub', true), TG_TABLE_NAME, clock_timestamp(),
    NEW.instance IS NOT NULL AND NEW.instance IS DISTINCT FROM OLD.instance);
  RETURN NULL;
END $$;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN ('audit', '__diesel_schema_migrations') LOOP
    EXECUTE format('CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW
      EXECUTE FUNCTION %s()', name,
      CASE name WHEN 'hub_lock' THEN 'audit_lock' ELSE 'audit_row' END);
  END LOOP;
END $$;";

/// Puts the triggers into a database whose tables are made.
pub(super) fn install(url: &str) -> Result<(), Failure> {
    Ok(PgConnection::establish(url)?.batch_execute(SETUP)?)
}

/// A database's URL for the connections of a hub of that name.
pub(super) fn named(url: &str, hub: &str) -> String {
    format!("{url}?options=-c%20run.hub%3D{hub}")
}

/// What the database has seen.
#[derive(Clone, Copy, Debug, Default, QueryableByName)]
pub(super) struct Seen {
    /// Rows that the first hub wrote before the second took the lock.
    #[diesel(sql_type = BigInt)]
    pub(super) before: i64,
    /// Rows of any table that the first hub wrote after that, and that were committed.
    #[diesel(sql_type = BigInt)]
    pub(super) stale: i64,
    /// Rows that the second hub has written.
    #[diesel(sql_type = BigInt)]
    pub(super) next: i64,
}

/// Reads it.
pub(super) fn read(url: &str) -> Result<Seen, Failure> {
    let mut conn = PgConnection::establish(url)?;
    let sql = "
        WITH taken AS (SELECT min(at) AS at FROM audit WHERE who = 'b' AND took)
        SELECT count(*) FILTER (WHERE who = 'a' AND (taken.at IS NULL OR audit.at < taken.at)) AS before,
               count(*) FILTER (WHERE who = 'a' AND audit.at >= taken.at) AS stale,
               count(*) FILTER (WHERE who = 'b') AS next
        FROM audit, taken";
    Ok(sql_query(sql).get_result(&mut conn)?)
}
