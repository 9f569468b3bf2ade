//! What is as hard as Telegram from the start, and what is counted of each account.

use grammers_mtsender::InvocationError;
use grammers_tl_types::{enums, functions as f, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::Fault;
use local_dc::world::rules::{Limit, Rules};

use super::phone::{Phone, text_of};

/// A supergroup of Alice's and a phone of Bob's, who is in it.
async fn in_a_channel(dc: &Dc) -> (Phone, String, types::InputPeerChannel) {
    let mut bob = Phone::of(dc, "bob").await;
    bob.state().await.unwrap();
    let new = NewChat::new("alice", "channel").with(&["bob"]);
    let channel = dc.create_channel(ChannelKind::Supergroup, new).unwrap();
    let name = channel.to_string();
    dc.send("alice", &name, "first").unwrap();
    while bob.hear(1).await.iter().find_map(text_of).is_none() {}
    let input = bob.channel(&name).await;
    (bob, name, input)
}

async fn difference(
    phone: &Phone,
    channel: &types::InputPeerChannel,
    pts: i32,
    limit: i32,
) -> Result<enums::updates::ChannelDifference, InvocationError> {
    let input = types::InputChannel {
        channel_id: channel.channel_id,
        access_hash: channel.access_hash,
    };
    let request = f::updates::GetChannelDifference {
        force: false,
        channel: input.into(),
        filter: enums::ChannelMessagesFilter::Empty,
        pts,
        limit,
    };
    phone.client.invoke(&request).await
}

#[tokio::test]
async fn a_channel_further_behind_than_the_limit_is_too_long() {
    use enums::updates::ChannelDifference as Answer;
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (bob, name, channel) = in_a_channel(&dc).await;
    let of_name = |chat: &local_dc::dc::chats::ChatInfo| chat.chat.to_string() == name;
    let chat = dc.chats().into_iter().find(of_name);
    let before = chat.and_then(|chat| chat.pts).unwrap();
    dc.send_many("alice", &name, "{n}", 10).unwrap();
    let told = difference(&bob, &channel, before, 10).await.unwrap();
    assert!(matches!(told, Answer::Difference(all) if all.r#final));
    let told = difference(&bob, &channel, before, 9).await.unwrap();
    assert!(matches!(told, Answer::TooLong(_)));
    dc.rule(|rules| rules.too_long_beyond_limit = false);
    let told = difference(&bob, &channel, before, 9).await.unwrap();
    assert!(matches!(told, Answer::Difference(slice) if !slice.r#final));
    assert!(dc.unneeded_differences().is_empty());
    difference(&bob, &channel, before + 10, 9).await.unwrap();
    let account = dc.user("bob").unwrap().0;
    assert_eq!(dc.unneeded_differences().get(&account), Some(&1));
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_method_called_too_often_floods_for_one_account() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (alice, bob) = (Phone::of(&dc, "alice").await, Phone::of(&dc, "bob").await);
    dc.limit("contacts.getContacts", Some(Limit::new(2, 3600, 40)));
    let contacts = f::contacts::GetContacts { hash: 0 };
    for _ in 0..2 {
        alice.client.invoke(&contacts).await.unwrap();
    }
    for _ in 0..2 {
        let refused = alice.client.invoke(&contacts).await;
        let Err(InvocationError::Rpc(error)) = refused else {
            panic!("not {refused:?}");
        };
        assert_eq!((error.code, error.name.as_str()), (420, "FLOOD_WAIT"));
        assert!((35..=40).contains(&error.value.unwrap()));
    }
    bob.client.invoke(&contacts).await.unwrap();
    let account = dc.user("alice").unwrap().0;
    assert_eq!(dc.calls_inside_waits().get(&account), Some(&1));
    let made = dc.calls_between("alice", 0, i64::MAX).unwrap();
    assert_eq!(made.get("contacts.getContacts"), Some(&4));
    let last = dc.calls_of("alice").unwrap().pop().unwrap();
    assert!(
        dc.calls_between("alice", last.at + 1, i64::MAX)
            .unwrap()
            .is_empty()
    );
    // Waits that a script makes count as well.
    dc.fault(Fault::error("users.getUsers", 420, "FLOOD_WAIT_40"));
    let users = f::users::GetUsers { id: Vec::new() };
    assert!(bob.client.invoke(&users).await.is_err());
    bob.client.invoke(&users).await.unwrap();
    assert_eq!(dc.calls_inside_waits().len(), 2);
    alice.stop().await;
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn access_hashes_end_with_the_last_log_in() {
    for hashes_end in [true, false] {
        let rules = Rules {
            hashes_end,
            ..Rules::telegram()
        };
        let dc = Dc::start(DcOptions {
            rules,
            ..DcOptions::default()
        })
        .unwrap();
        let (bob, _, channel) = in_a_channel(&dc).await;
        // A second device changes nothing.
        let tablet = Phone::of(&dc, "bob").await;
        difference(&tablet, &channel, 1, 100).await.unwrap();
        dc.revoke("bob").unwrap();
        let anew = Phone::of(&dc, "bob").await;
        let told = difference(&anew, &channel, 1, 100).await;
        match told {
            Err(InvocationError::Rpc(error)) => {
                assert_eq!((hashes_end, error.name.as_str()), (true, "CHANNEL_INVALID"));
            }
            told => assert!(told.is_ok() && !hashes_end),
        }
        for phone in [bob, tablet, anew] {
            phone.stop().await;
        }
        dc.stop().await;
    }
}
