//! Histories that were there before, and what their messages show, as a grammers client reads them.

use std::time::{Duration, Instant};

use grammers_tl_types::{enums, functions as f, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::media::{MediaKind, NewMedia};
use local_dc::dc::past::Past;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::send::Draft;

use super::phone::Phone;

/// When the first message of a history was sent.
const FIRST: i32 = 1_500_000_000;
/// Long enough for a machine that is busy.
const SOON: Duration = Duration::from_secs(10);

async fn public(phone: &Phone, username: &str) -> enums::InputPeer {
    let request = f::contacts::ResolveUsername {
        username: username.to_owned(),
        referer: None,
    };
    let found = phone.client.invoke(&request).await.unwrap();
    let enums::contacts::ResolvedPeer::Peer(found) = found;
    match found.chats.first() {
        Some(enums::Chat::Channel(channel)) => types::InputPeerChannel {
            channel_id: channel.id,
            access_hash: channel.access_hash.unwrap(),
        }
        .into(),
        other => panic!("a channel was expected, not {other:?}"),
    }
}

async fn before(phone: &Phone, peer: enums::InputPeer, date: i32) -> (i32, Vec<types::Message>) {
    let request = f::messages::GetHistory {
        peer,
        offset_id: 0,
        offset_date: date,
        add_offset: 0,
        limit: 100,
        max_id: 0,
        min_id: 0,
        hash: 0,
    };
    let answer = phone.client.invoke(&request).await.unwrap();
    let (count, messages) = match answer {
        enums::messages::Messages::ChannelMessages(page) => (page.count, page.messages),
        enums::messages::Messages::Slice(page) => (page.count, page.messages),
        other => panic!("a part of the history was expected, not {other:?}"),
    };
    let messages = messages.into_iter().filter_map(|message| match message {
        enums::Message::Message(message) => Some(message),
        _ => None,
    });
    (count, messages.collect())
}

#[tokio::test]
async fn a_hundred_thousand_messages_are_read_from_any_date() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let new = NewChat::new("alice", "old")
        .with(&["bob"])
        .named("old_team");
    let chat = dc
        .create_channel(ChannelKind::Supergroup, new.made_at(FIRST))
        .unwrap();
    let past = Past {
        chat: chat.to_string(),
        accounts: vec!["alice".to_owned(), "bob".to_owned()],
        count: 100_000,
        first_date: FIRST,
        step: 60,
        media_every: 10,
        media: vec![NewMedia::of(MediaKind::Photo)],
        ..Past::default()
    };
    let begun = Instant::now();
    let settled = dc.settle(&past).unwrap();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!((settled.first, settled.count), (2, 100_000));
    assert_eq!(settled.last_date, FIRST + 99_999 * 60);
    let alice = Phone::of(&dc, "alice").await;
    let peer = public(&alice, "old_team").await;
    for n in [1, 5_000, 99_999] {
        let (count, messages) = before(&alice, peer.clone(), FIRST + n * 60).await;
        assert_eq!(count, 100_002);
        assert_eq!(messages[0].message, format!("message {n}"));
        assert_eq!(messages[0].date, FIRST + (n - 1) * 60);
        assert_eq!(messages[0].out, n % 2 == 1);
    }
    assert!(begun.elapsed() < SOON * 2);
    alice.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_history_is_in_the_order_of_time_or_refused() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let name = |past: &Past| dc.settle(past).unwrap_err().name;
    let past = Past {
        chat: "bob".to_owned(),
        accounts: vec!["alice".to_owned()],
        count: 10,
        ..Past::default()
    };
    dc.settle(&past).unwrap();
    assert!(name(&past).contains("before what is in the chat"));
    let late = i32::MAX - 10;
    assert!(
        name(&Past {
            first_date: late,
            ..past.clone()
        })
        .contains("future")
    );
    assert!(
        name(&Past {
            count: 0,
            ..past.clone()
        })
        .contains("count")
    );
    let accounts = vec!["alice".to_owned(), "carol".to_owned()];
    assert!(
        name(&Past {
            accounts,
            ..past.clone()
        })
        .contains("two sides")
    );
    dc.send_media(
        "alice",
        "bob",
        &NewMedia::of(MediaKind::Geo),
        Draft::default(),
    )
    .unwrap();
    let alice = dc.user("alice").unwrap().0;
    assert!(dc.ledger().iter().all(|entry| entry.sender == alice));
    assert_eq!(dc.ledger_len(), 11);
    dc.stop().await;
}
