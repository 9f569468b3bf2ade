//! How the statements for many messages are carried out, which no result shows.

use super::{changes, deletions, edits};
use crate::store::AnyConnection;
use crate::store::peers::{known, usernames};
use crate::store::{migrate, revisions};
use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// SQLite has no statistics and goes by how many rows a statement is given: from about 150 on it
/// took reading the whole log for cheaper.
#[test]
fn no_number_of_messages_makes_sqlite_read_the_whole_log() {
    let conn = SqliteConnection::establish(":memory:").expect("memory");
    let mut conn = AnyConnection::Sqlite(conn);
    migrate::run(&mut conn).expect("migrated");
    let AnyConnection::Sqlite(conn) = &mut conn else {
        return;
    };
    for count in [1, 2, 10, 100, 150, 200, 300, 400, 500] {
        let by_key = "SEARCH messages USING INDEX messages_key (session_id=? AND message_id=?)";
        let by_row = "SEARCH messages USING INTEGER PRIMARY KEY (rowid=?)";
        for (statement, search) in [
            (edits::statement(count), by_key),
            (deletions::statement(count), by_key),
            (changes::places_statement(count), by_row),
            (changes::edits_statement(count), by_row),
            (revisions::statement(count), by_row),
            (
                known::statement(count),
                "SEARCH peers USING PRIMARY KEY (session_id=? AND peer_id=?)",
            ),
            (
                usernames::by_peer(count),
                "SEARCH usernames USING COVERING INDEX usernames_by_peer (session_id=? AND peer_id=?)",
            ),
            (
                usernames::by_username(count),
                "SEARCH usernames USING PRIMARY KEY (session_id=? AND username=?)",
            ),
        ] {
            let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
                .load(conn)
                .expect("a plan");
            let details: Vec<&str> = steps.iter().map(|step| step.detail.as_str()).collect();
            assert!(details.contains(&search), "{count}: {details:?}");
        }
    }
}
