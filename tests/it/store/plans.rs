//! How PostgreSQL finds rows while it has no statistics, or has kept a plan from before it had rows.

use super::capturing::{batch, edited, message};
use super::session_id;
use telegram_hub::model::{ChatId, Deletion, MessageId};
use telegram_hub::store::capture;
use telegram_hub::store::{AnyConnection, Error};

const BOB: ChatId = ChatId::user(2);

#[derive(diesel::QueryableByName)]
struct Fetched {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

#[tokio::test]
async fn edits_and_deletions_read_no_more_rows_than_their_own_however_many_there_are()
-> crate::support::TestResult {
    use diesel::RunQueryDsl as _;
    let Some(db) = crate::support::db::TestDb::postgres()? else {
        return Ok(());
    };
    let store = db.open().await?;
    let id = session_id(&store, "alice").await?;
    let fetched = |c: &mut AnyConnection| -> Result<i64, Error> {
        let query = "SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0)) AS rows \
                     FROM pg_stat_xact_user_tables WHERE relid = 'messages'::regclass";
        Ok(diesel::sql_query(query).get_result::<Fetched>(c)?.rows)
    };
    let read = store
        .write(move |c| {
            let first = message(BOB, 1, "first");
            let few = (2..600).map(|n| message(BOB, n, "few"));
            let few = std::iter::once(first.clone()).chain(few).collect();
            capture::commit(c, &batch(id, few))?;
            for when in 10..20 {
                let text = format!("version {when}");
                capture::commit(c, &batch(id, vec![edited(first.clone(), &text, when)]))?;
            }
            let more = (600..4_000).map(|n| message(BOB, n, "more")).collect();
            capture::commit(c, &batch(id, more))?;
            let before = fetched(c)?;
            let done = capture::commit(c, &batch(id, vec![edited(first, "last", 30)]))?;
            assert_eq!(done.edited, 1);
            let mut gone = batch(id, Vec::new());
            gone.deletions = vec![Deletion {
                channel: None,
                message_ids: vec![MessageId(2)],
            }];
            assert_eq!(capture::commit(c, &gone)?.deleted, 1);
            Ok(fetched(c)? - before)
        })
        .await?;
    // The rows themselves are read a few times.
    assert!(read < 100, "{read} rows");
    Ok(())
}
