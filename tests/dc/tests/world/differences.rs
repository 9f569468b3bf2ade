//! Differences that are too long, and pushes that get lost, repeated or out of order.

use std::collections::BTreeSet;

use grammers_tl_types::{enums, functions, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::push_faults::Shuffle;

use super::phone::{Phone, text_of};

/// Hears until every one of these texts was heard, and answers how many texts were heard in all.
async fn hear_all(phone: &mut Phone, expected: impl IntoIterator<Item = String>) -> usize {
    let mut missing: BTreeSet<String> = expected.into_iter().collect();
    let mut heard = 0;
    while !missing.is_empty() {
        for text in phone.hear(1).await.iter().filter_map(text_of) {
            heard += 1;
            missing.remove(text);
        }
    }
    heard
}

fn numbered(name: &str, count: u32) -> impl Iterator<Item = String> {
    (1..=count).map(move |n| format!("{name} {n}"))
}

/// A phone of Bob's in a supergroup that has heard its first message.
async fn in_a_channel(dc: &Dc) -> (Phone, String) {
    let mut bob = Phone::of(dc, "bob").await;
    bob.state().await.unwrap();
    let new = NewChat::new("alice", "channel").with(&["bob"]);
    let channel = dc.create_channel(ChannelKind::Supergroup, new).unwrap();
    let channel = channel.to_string();
    dc.send("alice", &channel, "first").unwrap();
    hear_all(&mut bob, ["first".to_owned()]).await;
    (bob, channel)
}

async fn history(phone: &Phone, peer: enums::InputPeer) -> Vec<String> {
    let request = functions::messages::GetHistory {
        peer,
        offset_id: 0,
        offset_date: 0,
        add_offset: 0,
        limit: 100,
        max_id: 0,
        min_id: 0,
        hash: 0,
    };
    let messages = match phone.client.invoke(&request).await.unwrap() {
        enums::messages::Messages::Messages(all) => all.messages,
        enums::messages::Messages::Slice(slice) => slice.messages,
        enums::messages::Messages::ChannelMessages(channel) => channel.messages,
        enums::messages::Messages::NotModified(_) => panic!("messages were expected"),
    };
    let texts = messages.into_iter().rev().map(|message| match message {
        enums::Message::Message(message) => message.message,
        _ => String::new(),
    });
    texts.filter(|text| !text.is_empty()).collect()
}

#[tokio::test]
async fn an_account_difference_that_is_too_long_skips_what_the_history_holds() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let key = dc.log_in("bob").unwrap();
    dc.send_many("carol", "bob", "skipped {n}", 20).unwrap();
    dc.too_long("bob", 1).unwrap();
    let mut bob = Phone::resume(&dc, key, 1).await;
    bob.state().await.unwrap();
    let carol = bob.resolve("carol").await;
    let hearing = hear_all(&mut bob, ["heard".to_owned()]);
    let sending = async {
        while dc.calls("updates.getDifference") == 0 {
            tokio::task::yield_now().await;
        }
        dc.send("carol", "bob", "heard").unwrap();
    };
    let (heard, ()) = tokio::join!(hearing, sending);
    assert_eq!(heard, 1);
    let peer = types::InputPeerUser {
        user_id: carol.id,
        access_hash: carol.access_hash.unwrap(),
    };
    let mut expected: Vec<String> = numbered("skipped", 20).collect();
    expected.push("heard".to_owned());
    assert_eq!(history(&bob, peer.into()).await, expected);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_channels_difference_beyond_the_limit_comes_as_its_newest_messages() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (bob, channel) = in_a_channel(&dc).await;
    let peer = bob.channel(&channel).await;
    for text in numbered("missed", 30) {
        dc.send("alice", &channel, &text).unwrap();
    }
    dc.too_long_beyond(Some(10));
    let request = functions::updates::GetChannelDifference {
        force: false,
        channel: types::InputChannel {
            channel_id: peer.channel_id,
            access_hash: peer.access_hash,
        }
        .into(),
        filter: enums::ChannelMessagesFilter::Empty,
        pts: 4,
        limit: 100,
    };
    let answer = bob.client.invoke(&request).await.unwrap();
    let enums::updates::ChannelDifference::TooLong(answer) = answer else {
        panic!("it should be too long, not {answer:?}");
    };
    let enums::Dialog::Dialog(dialog) = answer.dialog else {
        panic!("a dialog was expected");
    };
    let newest = answer.messages.first().unwrap().id();
    assert_eq!((dialog.pts, dialog.top_message), (Some(34), newest));
    assert_eq!(answer.messages.len(), 20);
    dc.too_long_beyond(None);
    let answer = bob.client.invoke(&request).await.unwrap();
    assert!(matches!(
        answer,
        enums::updates::ChannelDifference::Difference(whole) if whole.new_messages.len() == 30
    ));
    assert_eq!(history(&bob, peer.into()).await.len(), 31);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn lost_pushes_are_found_by_their_gap() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (mut bob, channel) = in_a_channel(&dc).await;
    dc.lose_pushes(Some("bob"), 3).unwrap();
    for text in numbered("channel", 4) {
        dc.send("alice", &channel, &text).unwrap();
    }
    hear_all(&mut bob, numbered("channel", 4)).await;
    dc.lose_pushes(None, 2).unwrap();
    for text in numbered("private", 3) {
        dc.send("alice", "bob", &text).unwrap();
    }
    hear_all(&mut bob, numbered("private", 3)).await;
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_member_is_told_to_ask_when_too_much_has_happened() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (mut bob, channel) = in_a_channel(&dc).await;
    dc.lose_pushes(Some("bob"), 2).unwrap();
    for text in numbered("channel", 2) {
        dc.send("alice", &channel, &text).unwrap();
    }
    dc.push_channel_too_long(&channel, false).unwrap();
    hear_all(&mut bob, numbered("channel", 2)).await;
    dc.lose_pushes(Some("bob"), 2).unwrap();
    dc.send_many("alice", "bob", "private {n}", 2).unwrap();
    dc.push_too_long("bob").unwrap();
    hear_all(&mut bob, numbered("private", 2)).await;
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn shuffled_pushes_leave_nothing_unheard() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    // A phone reads no history: what a difference that is too long leaves out it never hears.
    dc.rule(|rules| rules.too_long_beyond_limit = false);
    let (mut bob, channel) = in_a_channel(&dc).await;
    dc.shuffle_pushes(Some(Shuffle {
        seed: 7,
        lose: 0.1,
        repeat: 0.2,
        reorder: 0.2,
    }));
    for text in numbered("channel", 200) {
        dc.send("alice", &channel, &text).unwrap();
    }
    dc.shuffle_pushes(None);
    dc.send("alice", &channel, "last").unwrap();
    let expected = numbered("channel", 200).chain(["last".to_owned()]);
    assert_eq!(hear_all(&mut bob, expected).await, 201);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_burst_comes_as_several_updates_at_once() {
    let options = DcOptions {
        bundle: 50,
        ..DcOptions::default()
    };
    let dc = Dc::start(options).unwrap();
    let (mut bob, channel) = in_a_channel(&dc).await;
    let asked = dc.calls("updates.getChannelDifference");
    let load = local_dc::dc::load::Load {
        accounts: vec!["alice".to_owned()],
        chats: vec![channel, "bob".to_owned()],
        rate: 0,
        count: 200,
        burst: 100,
        edits: 0.0,
        deletions: 0.0,
        ..local_dc::dc::load::Load::default()
    };
    let report = dc.load(&load).await.unwrap();
    assert_eq!(
        (report.sent, report.refused, report.running),
        (200, 0, false)
    );
    let ledger = dc.ledger_part(report.first, usize::MAX);
    let texts = ledger.into_iter().map(|entry| entry.text);
    assert_eq!(hear_all(&mut bob, texts).await, 200);
    assert_eq!(dc.calls("updates.getChannelDifference"), asked);
    bob.stop().await;
    dc.stop().await;
}
