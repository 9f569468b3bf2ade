//! The insert of messages as PostgreSQL takes it fastest: an array for each column.
//!
//! Values for each row make a statement that grows with the rows, which is parsed, checked and
//! planned anew each time; on two cores that cost more than the rows themselves. This text is
//! always the same, and prepared once for each connection.
//!
//! Source: `unnest` in <https://www.postgresql.org/docs/current/functions-array.html>.

use crate::store::capture::rows::{Arrays, Key, NewRow};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer};

struct Insert<'a>(Arrays<'a>);

/// By which its connection finds the statement that it has prepared.
impl QueryId for Insert<'_> {
    type QueryId = Insert<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO messages (");
        out.push_sql(&Arrays::COLUMNS.join(", "));
        out.push_sql(") SELECT * FROM unnest(");
        self.0.push(&mut out)?;
        out.push_sql(
            ") ON CONFLICT (session_id, message_id, chat_id) DO NOTHING \
             RETURNING session_id, chat_id, message_id",
        );
        Ok(())
    }
}

impl Query for Insert<'_> {
    type SqlType = (BigInt, BigInt, Integer);
}

impl RunQueryDsl<PgConnection> for Insert<'_> {}

/// Inserts the rows that are not stored yet, and says which ones they were.
pub(super) fn insert(conn: &mut PgConnection, rows: &[&NewRow<'_>]) -> QueryResult<Vec<Key>> {
    Insert(Arrays::new(rows)).load(conn)
}
