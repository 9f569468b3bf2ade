//! Raw objects in every place, raw answers, refusals for one chat, and places that lead nowhere.

use grammers_mtsender::InvocationError;
use grammers_tl_types::{Deserializable as _, Serializable, enums, functions as f, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::raw::RawPart;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use local_dc::world::raw::Raw;

use super::phone::{Phone, text_of};

/// No constructor of any layer.
const ALIEN: [u8; 12] = *b"\xef\xbe\xad\xdeno such!";

/// How often the alien bytes are in there.
fn aliens(answer: &[u8]) -> usize {
    answer
        .windows(ALIEN.len())
        .filter(|bytes| *bytes == ALIEN)
        .count()
}

fn get_history(peer: enums::InputPeer) -> f::messages::GetHistory {
    f::messages::GetHistory {
        peer,
        offset_id: 0,
        offset_date: 0,
        add_offset: 0,
        limit: 100,
        max_id: 0,
        min_id: 0,
        hash: 0,
    }
}

fn difference(pts: i32) -> f::updates::GetDifference {
    f::updates::GetDifference {
        pts,
        pts_limit: None,
        pts_total_limit: None,
        date: 1,
        qts: 0,
        qts_limit: None,
    }
}

fn channel_difference(channel: &types::InputPeerChannel) -> f::updates::GetChannelDifference {
    f::updates::GetChannelDifference {
        force: false,
        channel: input(channel),
        filter: enums::ChannelMessagesFilter::Empty,
        pts: 1,
        limit: 100,
    }
}

fn input(channel: &types::InputPeerChannel) -> enums::InputChannel {
    types::InputChannel {
        channel_id: channel.channel_id,
        access_hash: channel.access_hash,
    }
    .into()
}

fn messages(answer: enums::messages::Messages) -> Vec<enums::Message> {
    match answer {
        enums::messages::Messages::Messages(all) => all.messages,
        enums::messages::Messages::Slice(slice) => slice.messages,
        enums::messages::Messages::ChannelMessages(channel) => channel.messages,
        enums::messages::Messages::NotModified(_) => panic!("messages were expected"),
    }
}

/// A chat of each kind that Alice writes in and Bob reads, and a phone of Bob's that can name it.
async fn chats(dc: &Dc) -> (Phone, Vec<(String, enums::InputPeer)>) {
    let mut bob = Phone::of(dc, "bob").await;
    bob.state().await.unwrap();
    let alice = bob.resolve("alice").await;
    let private = types::InputPeerUser {
        user_id: alice.id,
        access_hash: alice.access_hash.unwrap(),
    };
    let group = dc.create_group(NewChat::new("alice", "group").with(&["bob"]));
    let group = group.unwrap();
    let basic = types::InputPeerChat { chat_id: -group };
    let mut chats = vec![
        ("bob".to_owned(), private.into()),
        (group.to_string(), basic.into()),
    ];
    for kind in [ChannelKind::Supergroup, ChannelKind::Broadcast] {
        let channel = dc.create_channel(kind, NewChat::new("alice", "channel").with(&["bob"]));
        let channel = channel.unwrap().to_string();
        dc.send("alice", &channel, "first").unwrap();
        while bob.hear(1).await.iter().find_map(text_of).is_none() {}
        chats.push((channel.clone(), bob.channel(&channel).await.into()));
    }
    (bob, chats)
}

#[tokio::test]
async fn a_raw_message_stands_among_readable_ones_wherever_it_is_told() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (bob, chats) = chats(&dc).await;
    let pts = dc.account("bob").unwrap().pts;
    for (chat, peer) in &chats {
        dc.send("alice", chat, "before").unwrap();
        let media = RawPart::Media(ALIEN.to_vec());
        dc.send_raw("alice", chat, "an alien thing", media).unwrap();
        let whole = RawPart::Message(Raw::new(ALIEN));
        let whole = dc.send_raw("alice", chat, "an alien", whole).unwrap();
        dc.send("alice", chat, "after").unwrap();
        let history = bob.bytes(&get_history(peer.clone())).await;
        assert_eq!(aliens(&history), 2, "{chat}");
        let text = |text: &[u8]| history.windows(text.len()).any(|bytes| bytes == text);
        // Of the message whose media is raw all else is as ever, of the other nothing.
        assert!(text(b"before") && text(b"after") && text(b"\x0ean alien thing"));
        assert!(!text(b"\x08an alien"));
        if let enums::InputPeer::Channel(channel) = peer {
            let told = bob.bytes(&channel_difference(channel)).await;
            assert_eq!(aliens(&told), 2, "{chat}");
            let id = types::InputMessageId { id: whole.sender };
            let one = f::channels::GetMessages {
                channel: input(channel),
                id: vec![id.into()],
            };
            assert_eq!(aliens(&bob.bytes(&one).await), 1);
        }
        // Once it is edited it can be read.
        dc.edit_in(chat, "alice", whole.sender, "at home").unwrap();
        let history = bob.bytes(&get_history(peer.clone())).await;
        assert_eq!(aliens(&history), 1);
    }
    assert_eq!(aliens(&bob.bytes(&difference(pts)).await), 2);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn raw_bytes_of_a_known_constructor_are_read_as_it() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (mut bob, chats) = chats(&dc).await;
    for (chat, peer) in &chats {
        let gone = types::MessageEmpty {
            id: 0,
            peer_id: None,
        };
        // Constructor and flags come before the id.
        let gone = enums::Message::from(gone).to_bytes();
        let part = RawPart::Message(Raw::new(gone).with_id_at(8));
        let sent = dc.send_raw("alice", chat, "", part).unwrap();
        dc.send("alice", chat, "after").unwrap();
        let history = bob.client.invoke(&get_history(peer.clone())).await;
        let history = messages(history.unwrap());
        let [
            enums::Message::Message(after),
            enums::Message::Empty(empty),
            ..,
        ] = history.as_slice()
        else {
            panic!("not {history:?}");
        };
        assert_eq!((after.message.as_str(), empty.id), ("after", sent.receiver));
        let mut heard = Vec::new();
        while !heard.contains(&"after".to_owned()) {
            let updates = bob.hear(1).await;
            heard.extend(updates.iter().filter_map(text_of).map(str::to_owned));
        }
    }
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn users_chats_and_updates_can_be_raw() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (mut bob, chats) = chats(&dc).await;
    for (chat, peer) in &chats {
        dc.send("alice", chat, "text").unwrap();
        let told = if chat == "bob" { "alice" } else { chat };
        dc.raw_object(told, Some(&ALIEN)).unwrap();
        assert_eq!(aliens(&bob.bytes(&get_history(peer.clone())).await), 1);
        dc.raw_object(told, None).unwrap();
        assert_eq!(aliens(&bob.bytes(&get_history(peer.clone())).await), 0);
    }
    while bob.hear(1).await.iter().find_map(text_of).is_none() {}
    // Without a pts it is only pushed, with one it is told again.
    let config = enums::Update::Config.to_bytes();
    let pts = dc.account("bob").unwrap().pts;
    dc.raw_update("bob", &config, 0).unwrap();
    while !bob.hear(1).await.contains(&enums::Update::Config) {}
    assert_eq!(dc.account("bob").unwrap().pts, pts);
    // A push of nothing but these bytes.
    let update = enums::Update::Config;
    let whole = enums::Updates::UpdateShort(types::UpdateShort { update, date: 1 });
    assert_eq!(dc.push_raw("bob", &whole.to_bytes()), Ok(1));
    while !bob.hear(1).await.contains(&enums::Update::Config) {}
    assert!(dc.push_raw("bob", &[1, 2, 3]).is_err());
    // Some clients end over these, so that nothing is heard after them.
    dc.raw_update("bob", &ALIEN, 2).unwrap();
    assert_eq!(dc.account("bob").unwrap().pts, pts + 2);
    assert_eq!(aliens(&bob.bytes(&difference(pts)).await), 1);
    let (name, enums::InputPeer::Channel(channel)) = &chats[2] else {
        panic!("a channel");
    };
    dc.raw_update(name, &ALIEN, 1).unwrap();
    assert_eq!(aliens(&bob.bytes(&channel_difference(channel)).await), 1);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn an_answer_can_be_raw_whether_the_call_is_run_or_not() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let alice = Phone::of(&dc, "alice").await;
    let carol = alice.resolve("carol").await;
    for run in [false, true] {
        let bytes = ALIEN.to_vec();
        let kind = FaultKind::Raw { bytes, run };
        dc.fault(Fault::new("messages.sendMessage", kind));
        let answer = alice.send(&carol, "hi", 1).await;
        assert!(matches!(answer, Err(InvocationError::Deserialize(_))));
        assert_eq!(dc.ledger_len(), usize::from(run));
    }
    let state = alice.bytes(&f::updates::GetState {}).await;
    let kind = FaultKind::Raw {
        bytes: state.clone(),
        run: false,
    };
    dc.fault(Fault::new("updates.getState", kind).for_ever());
    for _ in 0..3 {
        dc.send("carol", "alice", "moves the pts").unwrap();
        let told = alice.state().await.unwrap();
        let enums::updates::State::State(before) =
            enums::updates::State::from_bytes(&state).unwrap();
        assert_eq!(told.pts, before.pts);
    }
    dc.clear_faults();
    assert_eq!(
        alice.state().await.unwrap().pts,
        dc.account("alice").unwrap().pts
    );
    alice.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_refusal_strikes_whatever_names_one_chat() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (bob, chats) = chats(&dc).await;
    for (n, (chat, peer)) in chats.iter().enumerate() {
        let sent = dc.send("alice", chat, "text").unwrap();
        let named = if chat == "bob" { "alice" } else { chat };
        let refusal = Fault::error("*", 400, "CHAT_GUID_WRONG").for_ever();
        dc.fault(refusal.in_chat(dc.peer(named).unwrap()));
        let list = f::messages::GetPeerDialogs {
            peers: vec![types::InputDialogPeer { peer: peer.clone() }.into()],
        };
        assert!(bob.client.invoke(&get_history(peer.clone())).await.is_err());
        assert!(bob.client.invoke(&list).await.is_err());
        if let enums::InputPeer::Channel(channel) = peer {
            assert!(
                bob.client
                    .invoke(&channel_difference(channel))
                    .await
                    .is_err()
            );
        } else {
            let id = types::InputMessageId { id: sent.receiver };
            let id = vec![id.into()];
            let one = f::messages::GetMessages { id };
            assert!(bob.client.invoke(&one).await.is_err());
        }
        let (_, other) = &chats[(n + 1) % chats.len()];
        bob.client
            .invoke(&get_history(other.clone()))
            .await
            .unwrap();
        dc.clear_faults();
        bob.client.invoke(&get_history(peer.clone())).await.unwrap();
    }
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_place_can_be_ahead_of_a_difference_that_is_empty() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (bob, chats) = chats(&dc).await;
    let before = bob.state().await.unwrap().pts;
    dc.phantom_pts("bob", 1).unwrap();
    assert_eq!(bob.state().await.unwrap().pts, before + 1);
    let mut asked = difference(before);
    asked.date = i32::MAX;
    for _ in 0..2 {
        let told = bob.client.invoke(&asked).await.unwrap();
        assert!(matches!(told, enums::updates::Difference::Empty(_)));
    }
    let (name, enums::InputPeer::Channel(channel)) = &chats[2] else {
        panic!("a channel");
    };
    let mut asked = channel_difference(channel);
    let pts = dc
        .chats()
        .into_iter()
        .find(|chat| chat.chat.to_string() == *name);
    asked.pts = pts.and_then(|chat| chat.pts).unwrap();
    dc.phantom_pts(name, 1).unwrap();
    let told = bob.client.invoke(&asked).await.unwrap();
    assert!(matches!(told, enums::updates::ChannelDifference::Empty(_)));
    dc.send("alice", name, "found again").unwrap();
    let told = bob.client.invoke(&asked).await.unwrap();
    let enums::updates::ChannelDifference::Difference(told) = told else {
        panic!("not {told:?}");
    };
    assert_eq!((told.new_messages.len(), told.pts), (1, asked.pts + 2));
    bob.stop().await;
    dc.stop().await;
}
