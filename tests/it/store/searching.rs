use super::capturing::{batch, message};
use super::{at, session_id};
use crate::support::contract;
use std::time::{Duration, Instant};
use telegram_hub::model::{CapturedMessage, ChatId, SessionId};
use telegram_hub::store::messages::{self, MessageFilter};
use telegram_hub::store::search::search;
use telegram_hub::store::{Store, capture};
use tokio_util::sync::CancellationToken;

const BOB: ChatId = ChatId::user(2);
const GROUP: ChatId = ChatId::chat(5);
const ROWS: i32 = 1500;

type Failure = Box<dyn std::error::Error>;

/// A log in which messages share their seconds by fives, and every fortieth one has a needle.
async fn filled(store: &Store, name: &str) -> Result<SessionId, Failure> {
    let id = session_id(store, name).await?;
    let messages = (1..=ROWS).map(|n| {
        let text = if n % 40 == 0 {
            format!("Needle {n}")
        } else {
            format!("hay {n}")
        };
        let chat = if n % 2 == 0 { BOB } else { GROUP };
        let mut message = message(chat, n, &text);
        message.content.sent_at = at(i64::from(n / 5));
        if n % 7 == 0 {
            message.content.sender_id = Some(ChatId::user(7));
        }
        message
    });
    let all = batch(id, messages.collect());
    store.write(move |c| capture::commit(c, &all)).await?;
    Ok(id)
}

fn far() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

contract! {
    async fn a_search_finds_what_a_page_does_in_the_same_order(db: TestDb) {
        let store = db.open().await?;
        let id = filled(&store, "alice").await?;
        filled(&store, "other").await?;
        let all = MessageFilter::default;
        let needle = || Some("nEEdle".to_owned());
        for filter in [
            MessageFilter { query: needle(), ..all() },
            MessageFilter { query: needle(), session_id: Some(id), ..all() },
            MessageFilter { query: needle(), session_id: Some(id), chat_id: Some(BOB), ..all() },
            MessageFilter { query: needle(), since: Some(at(50)), until: Some(at(251)), ..all() },
            MessageFilter { query: Some("nowhere".to_owned()), ..all() },
            MessageFilter { sender_id: Some(ChatId::user(7)), ..all() },
            MessageFilter { chat_id: Some(GROUP), ..all() },
            MessageFilter { hide_deleted: true, session_id: Some(id), ..all() },
        ] {
            assert!(filter.is_search());
            let (mut paged, mut found) = (Vec::<CapturedMessage>::new(), Vec::new());
            for limit in [500, 7] {
                let mut before = None;
                loop {
                    let wanted = MessageFilter { limit, before, ..filter.clone() };
                    before = if limit == 500 {
                        let page = store.read(move |c| messages::page(c, &wanted)).await?;
                        paged.extend(page.items);
                        page.next
                    } else {
                        let searched = search(&store, wanted, far(), &CancellationToken::new()).await?;
                        assert!(!searched.broken_off);
                        assert!(searched.page.items.len() == 7 || searched.page.next.is_none());
                        found.extend(searched.page.items);
                        searched.page.next
                    };
                    if before.is_none() || found.len() > 500 {
                        break;
                    }
                }
            }
            paged.truncate(found.len().max(500));
            assert!(found == paged[..found.len()] && (found.len() > 500 || found.len() == paged.len()), "{filter:?}");
        }
    }

    async fn a_search_that_nobody_waits_for_or_whose_time_is_over_ends_and_can_go_on(db: TestDb) {
        let store = db.open().await?;
        let id = filled(&store, "alice").await?;
        let filter = MessageFilter { query: Some("needle 40".to_owned()), session_id: Some(id), ..MessageFilter::default() };
        let gone = CancellationToken::new();
        gone.cancel();
        let searched = search(&store, filter.clone(), far(), &gone).await?;
        assert!(searched.broken_off && searched.page.items.is_empty());
        let mut wanted = filter;
        let mut parts = 0;
        // Each part has time for one look.
        let found = loop {
            let until = Instant::now() + Duration::from_micros(1);
            let searched = search(&store, wanted.clone(), until, &CancellationToken::new()).await?;
            parts += 1;
            wanted.before = searched.page.next;
            if !searched.page.items.is_empty() || !searched.broken_off {
                break searched.page.items;
            }
        };
        assert_eq!(found.first().map(|found| found.content.text.as_str()), Some("Needle 400"));
        assert!(parts > 1, "{parts}");
    }
}
