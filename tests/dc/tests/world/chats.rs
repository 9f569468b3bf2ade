//! Groups and channels, as a grammers client hears of them.

use std::collections::BTreeMap;

use grammers_tl_types::{enums, functions, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;

use super::phone::{Phone, text_of};

/// The next `count` texts, whatever is heard between.
async fn texts(phone: &mut Phone, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        let heard = phone.hear(1).await;
        texts.extend(heard.iter().filter_map(text_of).map(str::to_owned));
    }
    texts
}

async fn dialogs(phone: &Phone, offset: Option<&types::Dialog>) -> types::messages::DialogsSlice {
    let request = functions::messages::GetDialogs {
        exclude_pinned: false,
        folder_id: None,
        offset_date: 0,
        offset_id: offset.map_or(0, |last| last.top_message),
        offset_peer: enums::InputPeer::Empty,
        limit: 100,
        hash: 0,
    };
    match phone.client.invoke(&request).await.unwrap() {
        enums::messages::Dialogs::Slice(slice) => slice,
        enums::messages::Dialogs::Dialogs(all) => types::messages::DialogsSlice {
            count: i32::try_from(all.dialogs.len()).unwrap(),
            dialogs: all.dialogs,
            messages: all.messages,
            chats: all.chats,
            users: all.users,
        },
        enums::messages::Dialogs::NotModified(_) => panic!("a list was expected"),
    }
}

#[tokio::test]
async fn a_group_is_heard_by_its_members_under_their_own_ids() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let mut bob = Phone::of(&dc, "bob").await;
    bob.state().await.unwrap();
    dc.send("alice", "alice", "shifts the ids").unwrap();
    let new = NewChat::new("alice", "trio").with(&["bob", "carol"]);
    let group = dc.create_group(new).unwrap().to_string();
    dc.send("alice", &group, "message 1").unwrap();
    // What comes before the first update is asked for as a difference, not pushed.
    assert_eq!(texts(&mut bob, 1).await, ["message 1"]);
    for n in 2..=3 {
        dc.send("alice", &group, &format!("message {n}")).unwrap();
    }
    let sent = dc.send("carol", &group, "from carol").unwrap();
    dc.edit("carol", sent.sender, "better").unwrap();
    let heard = texts(&mut bob, 4).await;
    assert_eq!(heard, ["message 2", "message 3", "from carol", "better"]);
    let ledger = dc.ledger();
    let last = ledger.last().unwrap();
    assert_eq!(last.chat, [group.parse::<i64>().unwrap()]);
    let ids: BTreeMap<_, _> = last
        .accounts
        .iter()
        .map(|witness| (witness.phone.as_str(), witness.message_id))
        .collect();
    let expected = [("15550000001", 6), ("15550000002", 5), ("15550000003", 5)];
    assert_eq!(ids, expected.into());
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_channel_is_heard_live_and_caught_up_after_an_absence() {
    let options = DcOptions {
        slice: 10,
        ..DcOptions::default()
    };
    let dc = Dc::start(options).unwrap();
    let key = dc.log_in("bob").unwrap();
    let mut bob = Phone::resume(&dc, key, 1).await;
    bob.state().await.unwrap();
    let new = NewChat::new("alice", "channel").with(&["bob"]);
    let channel = dc
        .create_channel(ChannelKind::Supergroup, new)
        .unwrap()
        .to_string();
    let mut seen = Vec::new();
    for n in 1..=5 {
        dc.send("alice", &channel, &format!("live {n}")).unwrap();
    }
    seen.extend(texts(&mut bob, 5).await);
    let peers = dialogs(&bob, None).await;
    let session = bob.leave().await;
    for n in 1..=25 {
        dc.send("alice", &channel, &format!("missed {n}")).unwrap();
    }
    let mut bob = Phone::on(session).await;
    assert_eq!(peers.chats.len(), 1);
    seen.extend(texts(&mut bob, 25).await);
    let live = (1..=5).map(|n| format!("live {n}"));
    let missed = (1..=25).map(|n| format!("missed {n}"));
    assert_eq!(seen, live.chain(missed).collect::<Vec<_>>());
    assert!(dc.calls("updates.getChannelDifference") >= 3);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn who_joins_late_must_not_have_seen_what_came_before() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let new = NewChat::new("alice", "news")
        .with(&["bob"])
        .named("thenews");
    dc.create_channel(ChannelKind::Broadcast, new).unwrap();
    dc.send("alice", "@thenews", "before").unwrap();
    dc.join("thenews", "carol").unwrap();
    let sent = dc.send("alice", "thenews", "after").unwrap();
    dc.leave("thenews", "bob").unwrap();
    dc.send("alice", "thenews", "without bob").unwrap();
    assert!(dc.send("carol", "thenews", "not hers to say").is_err());
    assert_eq!(dc.delete_in("thenews", "alice", &[sent.sender]), Ok(1));
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| dc.user(name).unwrap().0);
    let seen_by = |text: &str| {
        let ledger = dc.ledger();
        let entry = ledger.iter().find(|entry| entry.text == text).unwrap();
        dc.audience(entry.audience.unwrap())
    };
    assert_eq!(seen_by("before"), [alice, bob]);
    assert_eq!(seen_by("after"), [alice, bob, carol]);
    assert_eq!(seen_by("without bob"), [alice, carol]);
    let deleted = dc
        .ledger()
        .iter()
        .filter(|e| e.deleted_at.is_some())
        .count();
    assert_eq!(deleted, 1);
    dc.stop().await;
}
