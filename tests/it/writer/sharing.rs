use super::{BOB, Failure, at, batch, message, narrow, session_id};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::ledger::done;
use crate::support::process::HubProcess;
use futures_util::future::{join_all, poll_immediate};
use local_dc::dc::{Dc, DcOptions};
use std::cell::Cell;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use telegram_hub::model::{CapturedBatch, MessageId, SessionId};
use telegram_hub::session::Writer;
use telegram_hub::store::capture::Committed;
use telegram_hub::store::{Engine, Error, Store, messages, update_states};
use tokio::task::JoinHandle;

/// Holds all transactions of a narrow store up until the sender is dropped.
async fn hold(store: &Store) -> Result<(Sender<()>, Vec<JoinHandle<Result<(), Error>>>), Failure> {
    let (release, held) = channel::<()>();
    let held = Arc::new(Mutex::new(held));
    let mut holding = Vec::new();
    for _ in 0..2 {
        let (store, held) = (store.clone(), Arc::clone(&held));
        let (started, running) = tokio::sync::oneshot::channel();
        holding.push(tokio::spawn(async move {
            let body = move |_: &mut _| {
                // Nobody may look any more.
                let _: Result<(), ()> = started.send(());
                let held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let _: Result<(), _> = held.recv();
                Ok(())
            };
            store.read(body).await
        }));
        running.await?;
    }
    Ok((release, holding))
}

/// What becomes of batches that have come together.
async fn together(
    store: &Store,
    batches: Vec<CapturedBatch>,
) -> Result<Vec<Result<Committed, Error>>, Failure> {
    let writer = Writer::start(store);
    let (release, holding) = hold(store).await?;
    let mut commits = Vec::new();
    for batch in batches {
        let mut commit = Box::pin(writer.commit(Arc::new(batch)));
        // Handed in, and nothing is committed yet.
        assert!(poll_immediate(&mut commit).await.is_none());
        commits.push(commit);
    }
    drop(release);
    let results = join_all(commits).await;
    for one in holding {
        one.await??;
    }
    writer.stop().await;
    Ok(results)
}

/// An account that the database does not know: its position cannot be stored.
const NOBODY: SessionId = SessionId(999);

/// The places of the batches that were not stored.
fn failed(results: &[Result<Committed, Error>]) -> Vec<usize> {
    let places = results
        .iter()
        .zip(0..)
        .filter(|(result, _)| result.is_err());
    places.map(|(_, place)| place).collect()
}

/// Makes the database refuse messages of that text.
async fn refuse(store: &Store, text: &str) -> Result<(), Failure> {
    use diesel::RunQueryDsl as _;
    let statements = match store.engine() {
        Engine::Sqlite => format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN NEW.text = '{text}' \
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ),
        Engine::Postgres => {
            format!("ALTER TABLE messages ADD CONSTRAINT refuse CHECK (text <> '{text}')")
        }
    };
    Ok(store
        .write(move |conn| Ok(diesel::sql_query(statements).execute(conn).map(drop)?))
        .await?)
}

contract! {
    async fn a_batch_that_cannot_be_stored_fails_alone(db: TestDb) {
        let store = narrow(&db).await?;
        let mut batches = Vec::new();
        let mut ids = Vec::new();
        for name in ["a", "b", "c", "d"] {
            let id = session_id(&store, name).await?;
            ids.push(id);
            batches.push(batch(id, message(BOB, 1, name)));
        }
        batches.insert(2, batch(NOBODY, message(BOB, 1, "of nobody")));
        batches.push(batch(ids[0], message(BOB, 2, "more")));
        let results = together(&store, batches).await?;
        assert_eq!(failed(&results), [2], "{results:?}");
        assert!(results.iter().flatten().all(|done| done.inserted == 1));
        let (counts, nobody) = store
            .read(move |c| {
                let counts: Result<Vec<_>, _> = ids.iter().map(|&id| messages::count(c, id)).collect();
                Ok((counts?, messages::count(c, NOBODY)?))
            })
            .await?;
        assert_eq!((counts, nobody), (vec![2, 1, 1, 1], 0));
        store.close().await;
    }

    async fn no_later_position_of_an_account_skips_a_batch_that_has_failed(db: TestDb) {
        let store = narrow(&db).await?;
        refuse(&store, "bad").await?;
        let (id, other) = (session_id(&store, "a").await?, session_id(&store, "b").await?);
        let without_position = CapturedBatch {
            position: None,
            ..batch(id, message(BOB, 4, "from the history"))
        };
        let batches = vec![
            batch(id, message(BOB, 1, "good")),
            batch(id, message(BOB, 2, "bad")),
            batch(other, message(BOB, 1, "good")),
            batch(id, message(BOB, 3, "good")),
            without_position,
        ];
        let results = together(&store, batches).await?;
        assert_eq!(failed(&results), [1, 3], "{results:?}");
        let position = store.read(move |c| update_states::load(c, id)).await?;
        assert_eq!(position.map(|position| position.pts), Some(1));
        store.close().await;
    }

    async fn batches_of_one_account_are_committed_in_the_order_of_their_handing_in(db: TestDb) {
        let store = narrow(&db).await?;
        let (id, other) = (session_id(&store, "a").await?, session_id(&store, "b").await?);
        let mut batches = Vec::new();
        for number in 0..50 {
            let mut edited = message(BOB, 1, &format!("version {number}"));
            edited.content.edited_at = Some(at(number));
            let mut edit = batch(id, edited);
            edit.position.get_or_insert_default().pts = i32::try_from(number)?;
            batches.push(edit);
            batches.push(batch(other, message(BOB, i32::try_from(number)? + 1, "x")));
        }
        let results = together(&store, batches).await?;
        let done: Vec<Committed> = results.into_iter().collect::<Result<_, _>>()?;
        let sum = |part: fn(&Committed) -> usize| done.iter().map(part).sum::<usize>();
        assert_eq!((sum(|d| d.inserted), sum(|d| d.edited), sum(|d| d.duplicates)), (51, 49, 0));
        let (text, position) = store
            .read(move |c| Ok((messages::get(c, id, BOB, MessageId(1))?, update_states::load(c, id)?)))
            .await?;
        assert_eq!(text.map(|m| m.content.text).as_deref(), Some("version 49"));
        assert_eq!(position.map(|p| p.pts), Some(49));
        store.close().await;
    }

    async fn what_was_handed_in_before_a_stop_is_committed(db: TestDb) {
        let store = narrow(&db).await?;
        let id = session_id(&store, "a").await?;
        let writer = Arc::new(Writer::start(&store));
        let (release, holding) = hold(&store).await?;
        // Too much for one transaction, and for several.
        for number in 1..=60 {
            let messages = (0..200).map(|one| message(BOB, number * 1000 + one, "x"));
            let large = CapturedBatch {
                messages: messages.collect(),
                ..batch(id, message(BOB, number, "x"))
            };
            // Nobody waits for the answer.
            let mut commit = Box::pin(writer.commit(Arc::new(large)));
            assert!(poll_immediate(&mut commit).await.is_none());
        }
        let stopping = tokio::spawn({
            let writer = Arc::clone(&writer);
            async move { writer.stop().await }
        });
        drop(release);
        stopping.await?;
        let late = writer.commit(Arc::new(batch(id, message(BOB, 101, "late")))).await;
        assert!(late.is_err_and(|error| error.is_unavailable()));
        for one in holding {
            one.await??;
        }
        assert_eq!(store.read(move |c| messages::count(c, id)).await?, 60 * 200);
        store.close().await;
    }

    async fn a_flood_of_many_accounts_shares_transactions(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        let accounts: Vec<(String, String)> = (10..30)
            .map(|number| (format!("s{number}"), format!("+155500000{number}")))
            .collect();
        for (session, phone) in &accounts {
            hub.client.log_in(session, phone).await?;
        }
        let before = figures(&hub).await?;
        let sent = Cell::new(0.0);
        // Batches that happen to come one by one share nothing, and the next flood follows.
        eventually(|| async {
            for _ in 0..20 {
                for pair in accounts.chunks(2) {
                    let [(_, from), (_, to)] = pair else { continue };
                    done(dc.send_many(from, to, "number {n}", 2))?;
                }
            }
            sent.set(sent.get() + 800.0);
            eventually(|| async {
                let text = hub.client.get("/metrics").await?.expect(200);
                let captured = value(&text, "telegram_hub_messages_captured_total");
                Ok((captured >= sent.get()).then_some(()))
            })
            .await?;
            let after = figures(&hub).await?;
            let (batches, transactions) = (after.0 - before.0, after.1 - before.1);
            Ok((transactions < batches).then_some(()))
        })
        .await?;
        hub.terminate().await?;
    }
}

/// Batches and transactions of the capture so far.
async fn figures(hub: &HubProcess) -> Result<(f64, f64), Failure> {
    let text = hub.client.get("/metrics").await?.expect(200);
    Ok((
        value(&text, "telegram_hub_capture_batches_sum"),
        value(&text, "telegram_hub_capture_batches_count"),
    ))
}

fn value(text: &serde_json::Value, name: &str) -> f64 {
    let lines = text.as_str().unwrap_or_default().lines();
    let mut found = lines.filter_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    found.next_back().unwrap_or(0.0)
}
