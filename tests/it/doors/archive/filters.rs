//! `/api/v3/search/dialogs`: each filter and each order.

use super::{start, titles};
use crate::doors::scripted;
use crate::support::contract;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;

contract! {
    async fn each_filter_leaves_out_what_it_says(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send("alice", "alice", "note"))?;
        scripted(hub.dc.send_many("bob", "alice", "hey {n}", 3))?;
        scripted(hub.dc.create_group(NewChat::new("carol", "Group").with(&["alice", "bob"])))?;
        let new = NewChat::new("alice", "Super").named("superb");
        scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))?;
        let new = NewChat::new("bob", "News").with(&["alice"]);
        let news = scripted(hub.dc.create_channel(ChannelKind::Broadcast, new))?.to_string();
        scripted(hub.dc.archive("alice", &news, true))?;
        for (query, expected) in [
            ("", "Alice Bob Group News Super"),
            ("type=user", "Bob"),
            ("type=group", "Group"),
            ("type=supergroup", "Super"),
            ("type=group&type=supergroup", "Group Super"),
            ("type=channel", "News"),
            ("type=bot", ""),
            ("type=saved", "Alice"),
            ("type=me", "Alice"),
            ("is_archived=true", "News"),
            ("is_archived=0", "Alice Bob Group Super"),
            ("is_creator=yes", "Super"),
            ("has_username=true", "Alice Bob Super"),
            ("has_username=false", "Group News"),
            ("is_verified=true", ""),
            ("min_participants=2", "Group News"),
            ("max_participants=2", "News Super"),
            ("min_participants=3&max_participants=3", "Group"),
            ("min_messages=3", "Bob"),
            ("max_messages=2&type=user&type=saved", "Alice"),
            ("last_message_after=2000-01-01", "Alice Bob Group News Super"),
            ("last_message_before=2000-01-01", ""),
            ("created_after=2000-01-01+12:00:00", "Group News Super"),
            ("created_before=2000-01-01", ""),
            ("folder=0", "Alice Bob Group Super"),
            ("folder=all+chats", "Alice Bob Group Super"),
            ("folder=1", "News"),
        ] {
            let found = titles(&hub, &format!("?sort=title&order=asc&{query}")).await?;
            assert_eq!(found.join(" "), expected, "{query}");
        }
        hub.stop().await?;
    }

    async fn each_order_is_kept_in_both_directions(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send_many("bob", "alice", "hey {n}", 3))?;
        scripted(hub.dc.create_group(NewChat::new("carol", "group").with(&["alice", "bob"])))?;
        scripted(hub.dc.send("carol", "alice", "hey"))?;
        scripted(hub.dc.create_group(NewChat::new("alice", "Another").with(&["bob"])))?;
        for (sort, ascending) in [
            ("title", "Another Bob Carol group"),
            ("participants", ""),
            ("unread", ""),
            ("messages", ""),
        ] {
            let found = titles(&hub, &format!("?sort={sort}&order=asc")).await?;
            let mut turned = titles(&hub, &format!("?sort={sort}")).await?;
            match sort {
                "title" => {
                    turned.reverse();
                    assert_eq!((found.join(" ").as_str(), turned), (ascending, found));
                }
                "participants" => {
                    assert_eq!(found.get(2..), Some(&["Another".to_owned(), "group".to_owned()][..]));
                    assert_eq!(turned.get(..2), Some(&["group".to_owned(), "Another".to_owned()][..]));
                }
                _ => {
                    assert_eq!(found.last().map(String::as_str), Some("Bob"), "{sort}");
                    assert_eq!(turned.first().map(String::as_str), Some("Bob"), "{sort}");
                }
            }
        }
        let newest = titles(&hub, "").await?;
        let oldest = titles(&hub, "?sort=last_message&order=asc").await?;
        assert_eq!(newest.len(), 4);
        // Several of one second keep the order of Telegram's list.
        assert!(newest.iter().all(|title| oldest.contains(title)));
        hub.stop().await?;
    }
}
