//! Which of a history is asked for, and that each message is shown once and in order.

use super::{ago, all, calls, days, numbers, parts, read, start, stream};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::ledger::done;
use local_dc::dc::chats::NewChat;
use local_dc::dc::past::Past;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use std::time::Duration;
use telegram_hub::error::Code;
use telegram_hub::model::Direction;

contract! {
    async fn a_history_is_downloaded_once_and_then_comes_from_the_log(db: TestDb) {
        let (dc, chat) = days(&[(20, 150), (10, 120)], true)?;
        let hub = start(db, dc).await?;
        let before = calls(&hub);
        let first = read(&hub, all(&chat)?).await?;
        let expected: Vec<i32> = (1..=272).collect();
        assert_eq!(numbers(&first), expected);
        // Three pages, and the one that shows that there is no other.
        assert_eq!(calls(&hub), before + 4);
        let second = parts(&hub, all(&chat)?).await?;
        assert!(second.iter().all(|part| !part.downloaded));
        let second: Vec<_> = second.into_iter().flat_map(|part| part.messages).collect();
        assert_eq!(second, first);
        assert_eq!(calls(&hub), before + 5, "the tail alone is asked for");
        let mut past = all(&chat)?;
        (past.since, past.until) = (ago(15), ago(5));
        assert_eq!(numbers(&read(&hub, past).await?), expected[152..]);
        let alice = first[5].sender.as_deref().and_then(|names| names.first_name.clone());
        assert_eq!(alice.as_deref(), Some("Alice"));
        assert!(first[5].text.starts_with("20 days ago"));
        hub.stop().await?;
    }

    async fn what_lies_inside_of_the_log_is_asked_of_nobody(db: TestDb) {
        let (dc, chat) = days(&[(20, 50), (10, 50), (3, 5)], true)?;
        let hub = start(db, dc).await?;
        read(&hub, all(&chat)?).await?;
        let before = calls(&hub);
        for direction in [Direction::Up, Direction::Down] {
            let mut past = all(&chat)?;
            (past.since, past.until, past.direction) = (ago(15), ago(5), direction);
            let mut found = numbers(&read(&hub, past).await?);
            found.sort_unstable();
            assert_eq!(found, (53..=102).collect::<Vec<_>>());
        }
        assert_eq!(calls(&hub), before);
        hub.stop().await?;
    }

    async fn separate_and_overlapping_ranges_leave_no_hole_and_nothing_twice(db: TestDb) {
        let (dc, chat) = days(&[(50, 130), (40, 130), (30, 130), (20, 130), (10, 130)], true)?;
        let hub = start(db, dc).await?;
        let total: Vec<i32> = (1..=652).collect();
        let ranges = [(45, 35, 132..262), (15, 5, 522..652), (42, 25, 132..392), (60, 45, 0..132)];
        for (since, until, expected) in ranges {
            for direction in [Direction::Up, Direction::Down] {
                let mut range = all(&chat)?;
                (range.since, range.until, range.direction) = (ago(since), ago(until), direction);
                let mut found = numbers(&read(&hub, range).await?);
                if direction == Direction::Down {
                    found.reverse();
                }
                // The first two were sent long before.
                let expected: Vec<i32> = match expected.start {
                    0 => total[2..132].to_vec(),
                    _ => total[expected.clone()].to_vec(),
                };
                assert_eq!(found, expected, "{since} to {until} days ago, {direction:?}");
            }
        }
        assert_eq!(numbers(&read(&hub, all(&chat)?).await?), total);
        let mut down = all(&chat)?;
        down.direction = Direction::Down;
        let mut found = numbers(&read(&hub, down).await?);
        found.reverse();
        assert_eq!(found, total);
        hub.stop().await?;
    }

    async fn a_history_from_the_newest_message_back_begins_with_it(db: TestDb) {
        let (dc, chat) = days(&[(20, 130), (10, 130)], true)?;
        let hub = start(db, dc).await?;
        let mut down = all(&chat)?;
        down.direction = Direction::Down;
        down.since = ago(15);
        let before = calls(&hub);
        let expected: Vec<i32> = (133..=262).rev().collect();
        assert_eq!(numbers(&read(&hub, down.clone()).await?), expected);
        assert_eq!(calls(&hub), before + 2);
        down.since = all(&chat)?.since;
        let expected: Vec<i32> = (1..=262).rev().collect();
        assert_eq!(numbers(&read(&hub, down.clone()).await?), expected);
        let before = calls(&hub);
        assert_eq!(numbers(&read(&hub, down).await?), expected);
        assert_eq!(calls(&hub), before + 1, "what is newest is asked for");
        hub.stop().await?;
    }

    async fn a_client_that_goes_ends_the_download_and_the_next_one_goes_on(db: TestDb) {
        let (dc, chat) = days(&[(20, 900)], true)?;
        let hub = start(db, dc).await?;
        let before = calls(&hub);
        let mut begun = stream(&hub, all(&chat)?).await?;
        let first = begun.parts.recv().await.ok_or("nothing came")??;
        assert_eq!(first.messages[0].message_id.0, 1);
        drop(begun);
        // What was under way when the client went is the last call.
        let mut seen = u64::MAX;
        eventually(|| {
            let now = calls(&hub);
            let still = now == std::mem::replace(&mut seen, now);
            async move { Ok(still.then_some(())) }
        })
        .await?;
        assert!(calls(&hub) < before + 8, "{}", calls(&hub) - before);
        let hub = hub.restart().await?;
        let expected: Vec<i32> = (1..=902).collect();
        assert_eq!(numbers(&read(&hub, all(&chat)?).await?), expected);
        // Ten pages and the end, and once more the three that may not have been stored yet.
        assert!(calls(&hub) <= before + 14, "nothing of what was stored is asked for again");
        assert_eq!(numbers(&read(&hub, all(&chat)?).await?), expected);
        hub.stop().await?;
    }

    async fn a_page_that_is_refused_ends_the_history_and_keeps_the_pages_before_it(db: TestDb) {
        let (dc, chat) = days(&[(20, 400)], true)?;
        let hub = start(db, dc).await?;
        let carol = done(hub.dc.user("carol"))?;
        let page = |kind| Fault::new("messages.getHistory", kind).of(carol);
        for _ in 0..2 {
            hub.dc.fault(page(FaultKind::Delay(Duration::ZERO)));
        }
        hub.dc.fault(Fault::error("messages.getHistory", 400, "CHANNEL_PRIVATE").of(carol));
        let mut begun = stream(&hub, all(&chat)?).await?;
        let (mut shown, mut ended) = (Vec::new(), None);
        while let Some(part) = begun.parts.recv().await {
            match part {
                Ok(part) => shown.extend(numbers(&part.messages)),
                Err(error) => ended = Some(error.code),
            }
        }
        assert_eq!(shown, (1..=200).collect::<Vec<_>>());
        assert_eq!(ended, Some(Code::ChatNotFound));
        let before = calls(&hub);
        assert_eq!(read(&hub, all(&chat)?).await?.len(), 402);
        assert_eq!(calls(&hub), before + 4);
        hub.stop().await?;
    }

    async fn a_wait_that_telegram_asks_for_is_waited_or_ends_the_history(db: TestDb) {
        let (dc, chat) = days(&[(20, 150)], true)?;
        let hub = start(db, dc).await?;
        let carol = done(hub.dc.user("carol"))?;
        let flood = |name| Fault::error("messages.getHistory", 420, name).of(carol);
        hub.dc.fault(flood("FLOOD_WAIT_1"));
        assert_eq!(read(&hub, all(&chat)?).await?.len(), 152);
        hub.dc.fault(flood("FLOOD_WAIT_500"));
        let mut begun = stream(&hub, all(&chat)?).await?;
        let mut last = None;
        while let Some(part) = begun.parts.recv().await {
            last = part.err();
        }
        let ended = last.ok_or("the history has not ended early")?;
        assert_eq!(ended.code, Code::FloodWait);
        assert!(ended.retry_after > Some(Duration::from_secs(400)));
        hub.stop().await?;
    }

    async fn two_who_read_one_history_both_get_all_of_it(db: TestDb) {
        let (dc, chat) = days(&[(20, 500)], true)?;
        let hub = start(db, dc).await?;
        let mut down = all(&chat)?;
        down.direction = Direction::Down;
        let (up, down) = tokio::try_join!(read(&hub, all(&chat)?), read(&hub, down))?;
        let expected: Vec<i32> = (1..=502).collect();
        assert_eq!(numbers(&up), expected);
        let mut down = numbers(&down);
        down.reverse();
        assert_eq!(down, expected);
        assert_eq!(numbers(&read(&hub, all(&chat)?).await?), expected);
        hub.stop().await?;
    }

    async fn a_long_history_is_whole_from_telegram_and_from_the_log(db: TestDb) {
        const COUNT: i32 = 20_000;
        let dc = Dc::start(DcOptions::default())?;
        let past = Past { chat: "newsroom".to_owned(), count: COUNT.unsigned_abs(), ..Past::default() };
        let new = NewChat::new("alice", "news").named("newsroom").made_at(past.first_date);
        done(dc.create_channel(ChannelKind::Broadcast, new))?;
        done(dc.settle(&past))?;
        let hub = start(db, dc).await?;
        let before = calls(&hub);
        let first = numbers(&read(&hub, all("newsroom")?).await?);
        assert_eq!(first, (1..=COUNT + 1).collect::<Vec<_>>());
        // Two hundred pages and one message, and the page that shows that there is no other.
        assert_eq!(calls(&hub), before + 202);
        assert_eq!(numbers(&read(&hub, all("newsroom")?).await?), first);
        assert_eq!(calls(&hub), before + 203);
        hub.stop().await?;
    }
}
