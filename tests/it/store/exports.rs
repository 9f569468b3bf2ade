use super::capturing::{batch, but, edited, message};
use super::{at, session_id};
use crate::support::contract;
use std::collections::BTreeMap;
use telegram_hub::model::{
    CapturedBatch, ChatId, Coverage, Direction, Interval, MessageBox, MessageId, NewMessage, Peer,
    SessionId, UtcTime,
};
use telegram_hub::store::capture::{self, Imported};
use telegram_hub::store::history_intervals::{Stretch, cover, stretch};
use telegram_hub::store::messages::{self, MessageFilter};
use telegram_hub::store::{AnyConnection, Error, history, peers, revisions, sequences};

const CHANNEL: ChatId = ChatId::channel(77);
const BOB: ChatId = ChatId::user(2);

/// The message as an export tells it.
fn told(message_id: i32, text: &str) -> NewMessage {
    NewMessage {
        raw: Vec::new(),
        ..message(CHANNEL, message_id, text)
    }
}

fn export(session_id: SessionId, messages: Vec<NewMessage>) -> CapturedBatch {
    CapturedBatch {
        from_history: true,
        coverage: Some(Coverage {
            chat_id: CHANNEL,
            numbers: Interval::new(1, i32::MAX),
            history_to: MessageId(i32::MAX),
        }),
        ..batch(session_id, messages)
    }
}

fn counts(stored: u64, gone: u64, known: u64, ahead: u64) -> Imported {
    Imported {
        stored,
        gone,
        known,
        ahead,
    }
}

/// The number, the text and the instant of deletion of every message, in order of numbers.
fn log(
    c: &mut AnyConnection,
    session_id: SessionId,
) -> Result<Vec<(i32, String, Option<UtcTime>)>, Error> {
    let page = messages::page(
        c,
        &MessageFilter {
            session_id: Some(session_id),
            limit: 100,
            ..MessageFilter::default()
        },
    )?;
    let rows = page.items.into_iter();
    let mut rows: Vec<_> = rows
        .map(|row| (row.content.message_id.0, row.content.text, row.deleted_at))
        .collect();
    rows.sort();
    Ok(rows)
}

contract! {
    async fn what_the_log_has_stays_and_what_it_lacks_is_added_once(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| {
            capture::commit(c, &batch(id, vec![message(CHANNEL, 2, "as captured")]))?;
            let list = vec![told(1, "one"), told(2, "as exported"), told(3, "three"), told(3, "twice")];
            let export = export(id, list);
            assert_eq!(capture::import(c, &export, true)?, counts(2, 0, 2, 0));
            assert_eq!(capture::import(c, &export, true)?, counts(0, 0, 4, 0));
            let texts: Vec<_> = log(c, id)?.into_iter().map(|(id, text, _)| (id, text)).collect();
            let expected = [(1, "one"), (2, "as captured"), (3, "three")];
            assert_eq!(texts, expected.map(|(id, text)| (id, text.to_owned())));
            Ok(())
        }).await?;
    }

    async fn an_export_says_of_no_stretch_that_it_was_read(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| {
            let read = Coverage {
                chat_id: CHANNEL,
                numbers: Interval::new(10, 20),
                history_to: MessageId(i32::MAX),
            };
            cover(c, id, &read)?;
            // Telegram did not show 15 any more when the numbers around it were read.
            let done = capture::import(c, &export(id, vec![told(9, "a"), told(15, "b"), told(21, "c")]), true)?;
            assert_eq!(done, counts(3, 1, 0, 0));
            let gone: Vec<_> = log(c, id)?.into_iter().map(|(id, _, gone)| (id, gone)).collect();
            assert_eq!(gone, [(9, None), (15, Some(at(1_000))), (21, None)]);
            let (first, second) = (MessageId(9), MessageId(10));
            let stretch = |c: &mut _, from| stretch(c, id, CHANNEL, from, Direction::Up);
            let interval = Interval::new(10, 20);
            assert_eq!(stretch(c, first)?, Stretch::Open(Some(interval)));
            assert_eq!(stretch(c, second)?, Stretch::Covered(interval));
            assert_eq!(stretch(c, MessageId(21))?, Stretch::Open(None));
            Ok(())
        }).await?;
    }

    async fn what_an_account_still_gets_as_an_event_is_left_to_it(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| {
            sequences::put(c, id, &BTreeMap::from([(MessageBox::of(CHANNEL), MessageId(5))]))?;
            capture::commit(c, &batch(id, vec![message(CHANNEL, 7, "pushed")]))?;
            let export = export(id, vec![told(5, "old"), told(6, "missed"), told(7, "pushed")]);
            assert_eq!(capture::import(c, &export, true)?, counts(1, 0, 1, 1));
            assert_eq!(capture::import(c, &export, false)?, counts(1, 0, 2, 0));
            Ok(())
        }).await?;
    }

    async fn telegrams_own_word_takes_the_place_of_an_exports_without_a_trace(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| {
            let list = vec![told(1, "one"), told(2, "two"), edited(told(3, "three"), "three!", 50)];
            let list = list.into_iter().map(|told| NewMessage { raw: Vec::new(), ..told }).collect();
            capture::import(c, &export(id, list), true)?;
            let page = vec![
                but(message(CHANNEL, 1, "one"), |told| told.media = Some(serde_json::json!({"type": "photo", "id": "5"}))),
                edited(message(CHANNEL, 2, "two"), "two!", 60),
                message(CHANNEL, 3, "three"),
            ];
            let done = capture::commit(c, &CapturedBatch { from_history: true, ..batch(id, page) })?;
            assert_eq!((done.inserted, done.edited, done.duplicates), (0, 1, 2));
            let texts: Vec<_> = log(c, id)?.into_iter().map(|(_, text, _)| text).collect();
            assert_eq!(texts, ["one", "two!", "three!"]);
            for (number, earlier) in [(1, vec![]), (2, vec!["two"]), (3, vec![])] {
                let kept = revisions::list(c, id, CHANNEL, MessageId(number))?;
                let kept: Vec<_> = kept.iter().map(|kept| kept.text.as_str()).collect();
                assert_eq!(kept, earlier, "{number}");
            }
            let whole = history::HistoryRange {
                session_id: id, chat_id: CHANNEL, direction: Direction::Up,
                numbers: Interval::new(1, 1), since: at(-1_000), until: at(1_000_000), after: None,
            };
            let shown = history::page(c, &whole, 5, &mut history::Senders::default())?;
            let media = shown.into_iter().next().and_then(|first| first.media);
            assert_eq!(media.map(|media| media.kind).as_deref(), Some("photo"));
            Ok(())
        }).await?;
    }

    async fn names_that_are_known_stay_as_they_are(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| {
            let named = |id, name: &str| Peer { name: Some(name.to_owned()), ..Peer::new(id) };
            peers::upsert_many(c, id, &[named(BOB, "Bob")], at(0))?;
            let export = CapturedBatch {
                peers: vec![named(BOB, "Bobby"), named(CHANNEL, "News")],
                ..export(id, Vec::new())
            };
            capture::import(c, &export, true)?;
            for (peer, name) in [(BOB, "Bob"), (CHANNEL, "News")] {
                let known = peers::get(c, id, peer)?.and_then(|peer| peer.name);
                assert_eq!(known.as_deref(), Some(name));
            }
            Ok(())
        }).await?;
    }
}
