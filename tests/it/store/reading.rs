use super::capturing::{batch, but, message};
use super::{at, session_id};
use crate::support::contract;
use telegram_hub::model::{
    CapturedMessage, ChatId, Cursor, Deletion, MessageId, NewMessage, UtcTime,
};
use telegram_hub::store::capture;
use telegram_hub::store::messages::{self, MessageFilter};
use telegram_hub::store::{Error, Store};

const BOB: ChatId = ChatId::user(2);
const GROUP: ChatId = ChatId::chat(5);

async fn texts(store: &Store, filter: MessageFilter) -> Result<Vec<String>, Error> {
    let filter = MessageFilter {
        limit: filter.limit.max(100),
        ..filter
    };
    let page = store.read(move |c| messages::page(c, &filter)).await?;
    Ok(page.items.into_iter().map(|m| m.content.text).collect())
}

contract! {
    async fn pages_run_newest_first_without_gap_or_repeat_even_within_a_second(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let other = session_id(&store, "other").await?;
        // Four messages share each second.
        let messages: Vec<NewMessage> = (1..=40)
            .map(|n| but(message(BOB, n, &n.to_string()), |m| m.sent_at = at(i64::from(n / 4))))
            .collect();
        let copy = messages.clone();
        store
            .write(move |c| {
                capture::commit(c, &batch(id, messages))?;
                capture::commit(c, &batch(other, copy))
            })
            .await?;
        for (session, expected) in [(Some(id), 40), (None, 80)] {
            let mut seen: Vec<CapturedMessage> = Vec::new();
            let mut before: Option<Cursor> = None;
            loop {
                let filter = MessageFilter { session_id: session, limit: 7, before, ..MessageFilter::default() };
                let page = store.read(move |c| messages::page(c, &filter)).await?;
                assert!(page.items.len() == 7 || page.next.is_none());
                seen.extend(page.items);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), expected);
            assert!(seen.windows(2).all(|w| (w[0].content.sent_at, w[0].id) > (w[1].content.sent_at, w[1].id)));
        }
    }

    async fn every_filter_narrows_the_page(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let other = session_id(&store, "other").await?;
        store
            .write(move |c| {
                let by_anna = but(message(GROUP, 2, "two"), |m| m.sender_id = Some(ChatId::user(3)));
                let mut first = batch(id, vec![message(BOB, 1, "one"), by_anna, message(BOB, 3, "three")]);
                first.deletions = vec![Deletion { channel: None, message_ids: vec![MessageId(3)] }];
                capture::commit(c, &first)?;
                capture::commit(c, &batch(other, vec![message(BOB, 4, "four")]))
            })
            .await?;
        let all = MessageFilter::default;
        for (filter, expected) in [
            (all(), vec!["four", "three", "two", "one"]),
            (MessageFilter { session_id: Some(id), ..all() }, vec!["three", "two", "one"]),
            (MessageFilter { chat_id: Some(BOB), ..all() }, vec!["four", "three", "one"]),
            (MessageFilter { session_id: Some(id), chat_id: Some(BOB), ..all() }, vec!["three", "one"]),
            (MessageFilter { sender_id: Some(ChatId::user(3)), ..all() }, vec!["two"]),
            (MessageFilter { since: Some(at(2)), until: Some(at(4)), ..all() }, vec!["three", "two"]),
            (MessageFilter { hide_deleted: true, ..all() }, vec!["four", "two", "one"]),
            (MessageFilter { session_id: Some(id), query: Some("T".to_owned()), ..all() }, vec!["three", "two"]),
        ] {
            let shown = format!("{filter:?}");
            assert_eq!(texts(&store, filter).await?, expected, "{shown}");
        }
    }

    async fn a_search_is_plain_text_in_any_case_and_alphabet(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                let texts = ["100% Ärger_x", "100 ärger-x", r"C:\temp", "Привет"];
                let messages = texts.iter().zip(1..).map(|(text, n)| message(BOB, n, text)).collect();
                capture::commit(c, &batch(id, messages))
            })
            .await?;
        for (query, expected) in [
            ("ÄRGER", vec!["100 ärger-x", "100% Ärger_x"]),
            ("0%", vec!["100% Ärger_x"]),
            ("r_X", vec!["100% Ärger_x"]),
            (r"\T", vec![r"C:\temp"]),
            ("приВЕТ", vec!["Привет"]),
            ("'; DROP TABLE messages; --\0", vec![]),
            ("", vec!["Привет", r"C:\temp", "100 ärger-x", "100% Ärger_x"]),
        ] {
            let filter = MessageFilter { query: Some(query.to_owned()), ..MessageFilter::default() };
            assert_eq!(texts(&store, filter).await?, expected, "{query}");
        }
        let endless = MessageFilter { query: Some("%".repeat(60_000)), ..MessageFilter::default() };
        assert_eq!(texts(&store, endless).await?, Vec::<String>::new());
    }

    async fn times_at_the_edge_of_the_calendar_are_no_error(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store.write(move |c| capture::commit(c, &batch(id, vec![message(BOB, 1, "one")]))).await?;
        let first = UtcTime::from_unix(-60_000_000_000).ok_or("no time")?;
        let last = UtcTime::from_unix(8_000_000_000_000).ok_or("no time")?;
        let filter = MessageFilter { since: Some(first), until: Some(last), ..MessageFilter::default() };
        assert_eq!(texts(&store, filter).await?, ["one"]);
        let before = Some(Cursor { time: last, id: i64::MAX });
        let filter = MessageFilter { before, ..MessageFilter::default() };
        assert_eq!(texts(&store, filter).await?, ["one"]);
    }
}
