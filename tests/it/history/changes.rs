//! What happens to messages before, while and after they are downloaded.

use super::{DAY, all, calls, days, numbers, read, start, stream};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use crate::support::ledger::done;
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::change::Reach;
use telegram_hub::model::{ChatId, HistoryMessage, MessageId, SessionName};
use telegram_hub::store::{messages, revisions};

type Failure = Box<dyn std::error::Error>;

/// How many rows a session's log has of a chat, and the texts that a message had before.
async fn logged(hub: &TestHub, chat: ChatId, number: i32) -> Result<(i64, Vec<String>), Failure> {
    let handle = hub.hub.registry.get(&SessionName::parse("carol")?);
    let id = handle.ok_or("no session")?.id;
    let read = hub.hub.store.read(move |c| {
        let earlier = revisions::list(c, id, chat, MessageId(number))?;
        Ok((
            messages::count(c, id)?,
            earlier.into_iter().map(|one| one.text).collect(),
        ))
    });
    Ok(read.await?)
}

contract! {
    async fn a_refresh_finds_edits_and_deletions_that_nobody_told_of(db: TestDb) {
        // Carol reads a public group without being in it: she is told of nothing.
        let (dc, chat) = days(&[(20, 150), (10, 100)], false)?;
        let hub = start(db, dc).await?;
        let first = read(&hub, all(&chat)?).await?;
        let total: Vec<i32> = (1..=251).collect();
        assert_eq!(numbers(&first), total);
        done(hub.dc.edit_in(&chat, "alice", 40, "changed"))?;
        done(hub.dc.delete_in(&chat, "alice", &[2, 50, 51, 120]))?;
        assert_eq!(read(&hub, all(&chat)?).await?[39].text, first[39].text);
        let mut refresh = all(&chat)?;
        refresh.refresh = true;
        let left: Vec<i32> = total.iter().copied().filter(|n| ![2, 50, 51, 120].contains(n)).collect();
        let fresh = read(&hub, refresh).await?;
        assert_eq!(numbers(&fresh), left);
        assert_eq!(fresh[38].text, "changed");
        assert!(fresh[38].edited_at.is_some());
        let before = calls(&hub);
        let again = read(&hub, all(&chat)?).await?;
        assert_eq!(again, fresh);
        assert_eq!(calls(&hub), before + 1);
        let channel = ChatId(hub.dc.chats()[0].chat);
        let (_, earlier) = logged(&hub, channel, 40).await?;
        assert_eq!(earlier, ["20 days ago 39"]);
        hub.stop().await?;
    }

    async fn what_was_captured_is_shown_as_it_is_now_and_stored_once(db: TestDb) {
        let (dc, chat) = days(&[(20, 120)], true)?;
        let hub = start(db, dc).await?;
        let sent = done(hub.dc.send_many("alice", &chat, "live {n}", 30))?;
        hub.client.wait_for_messages("carol", 30).await?;
        done(hub.dc.edit_in(&chat, "alice", sent[3].sender, "edited"))?;
        done(hub.dc.delete_in(&chat, "alice", &[sent[5].sender]))?;
        eventually(|| async {
            let log = hub.client.messages("carol").await?;
            let changed = log.iter().filter(|one| !one["edited_at"].is_null() || !one["deleted_at"].is_null());
            Ok((changed.count() == 2).then_some(()))
        })
        .await?;
        let shown = read(&hub, all(&chat)?).await?;
        let expected: Vec<i32> = (1..=152).filter(|n| *n != sent[5].sender).collect();
        assert_eq!(numbers(&shown), expected);
        let edited = shown.iter().find(|one| one.message_id.0 == sent[3].sender);
        assert_eq!(edited.map(|one| one.text.as_str()), Some("edited"));
        let channel = ChatId(chat.parse()?);
        assert_eq!(logged(&hub, channel, 1).await?.0, 152);
        hub.stop().await?;
    }

    async fn messages_that_come_meanwhile_are_neither_lost_nor_stored_twice(db: TestDb) {
        let (dc, chat) = days(&[(20, 700)], true)?;
        let hub = start(db, dc).await?;
        let mut begun = stream(&hub, all(&chat)?).await?;
        let mut shown = Vec::new();
        let mut live = 0;
        while let Some(part) = begun.parts.recv().await {
            shown.extend(numbers(&part?.messages));
            if live < 5 {
                done(hub.dc.send("alice", &chat, "live"))?;
                live += 1;
            }
        }
        let total = 702 + live;
        assert!(shown.len() >= 702, "{}", shown.len());
        assert_eq!(shown, (1..).take(shown.len()).collect::<Vec<i32>>());
        let all_shown = read(&hub, all(&chat)?).await?;
        assert_eq!(numbers(&all_shown), (1..=total).collect::<Vec<_>>());
        eventually(|| async {
            let count = logged(&hub, ChatId(chat.parse()?), 1).await?.0;
            Ok((count == i64::from(total)).then_some(()))
        })
        .await?;
        hub.stop().await?;
    }

    async fn private_chats_share_their_numbers_and_have_intervals_of_their_own(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        dc.skew_clock(-20 * DAY);
        for _ in 0..60 {
            done(dc.send("alice", "carol", "from alice"))?;
            done(dc.send("bob", "carol", "from bob"))?;
        }
        dc.skew_clock(0);
        let hub = start(db, dc).await?;
        let alice = done(hub.dc.user("alice"))?.0.to_string();
        let bob = done(hub.dc.user("bob"))?.0.to_string();
        let odd: Vec<i32> = (1..=120).filter(|n| n % 2 == 1).collect();
        let even: Vec<i32> = (1..=120).filter(|n| n % 2 == 0).collect();
        assert_eq!(numbers(&read(&hub, all(&alice)?).await?), odd);
        assert_eq!(numbers(&read(&hub, all(&bob)?).await?), even);
        done(hub.dc.delete("carol", &[7, 8], Reach::Everybody))?;
        let mut refresh = all(&alice)?;
        refresh.refresh = true;
        let left: Vec<i32> = odd.iter().copied().filter(|n| *n != 7).collect();
        assert_eq!(numbers(&read(&hub, refresh).await?), left);
        assert_eq!(numbers(&read(&hub, all(&alice)?).await?), left);
        hub.stop().await?;
    }

    async fn a_group_that_was_upgraded_has_the_history_from_before(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        dc.skew_clock(-20 * DAY);
        let new = NewChat::new("alice", "crew").with(&["carol"]);
        let group = done(dc.create_group(new))?.to_string();
        done(dc.send_many("alice", &group, "old {n}", 5))?;
        let channel = done(dc.upgrade(&group))?.to_string();
        done(dc.send_many("alice", &channel, "new {n}", 3))?;
        dc.skew_clock(0);
        let hub = start(db, dc).await?;
        let texts = |messages: Vec<HistoryMessage>| {
            let texts = messages.into_iter().map(|one| one.text);
            texts.filter(|text| !text.is_empty()).collect::<Vec<_>>()
        };
        let old: Vec<String> = (1..=5).map(|n| format!("old {n}")).collect();
        let new: Vec<String> = (1..=3).map(|n| format!("new {n}")).collect();
        assert_eq!(texts(read(&hub, all(&channel)?).await?), new);
        assert_eq!(texts(read(&hub, all(&group)?).await?), old);
        // Service messages are messages too: that it was made, and that it was upgraded.
        assert_eq!(read(&hub, all(&group)?).await?.len(), 7);
        hub.stop().await?;
    }
}
