//! Folders, loudness and marks that a script sets up, as a grammers client reads them.

use grammers_tl_types::{enums, functions as f, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::facts::Facts;
use local_dc::dc::folders::Folder;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;

use super::phone::Phone;

async fn dialogs(phone: &Phone) -> (Vec<types::Dialog>, Vec<enums::Chat>) {
    let request = f::messages::GetDialogs {
        exclude_pinned: false,
        folder_id: None,
        offset_date: 0,
        offset_id: 0,
        offset_peer: enums::InputPeer::Empty,
        limit: 100,
        hash: 0,
    };
    let answer = phone.client.invoke(&request).await.unwrap();
    let enums::messages::Dialogs::Dialogs(page) = answer else {
        panic!("all chats were expected");
    };
    let dialogs = page.dialogs.into_iter().map(|dialog| match dialog {
        enums::Dialog::Dialog(dialog) => dialog,
        other => panic!("a chat was expected, not {other:?}"),
    });
    (dialogs.collect(), page.chats)
}

#[tokio::test]
async fn a_folder_is_read_as_it_was_set_up() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let folder = Folder {
        id: 2,
        title: "Work".to_owned(),
        include: vec!["bob".to_owned(), "alice".to_owned()],
        broadcasts: true,
        exclude_muted: true,
        ..Folder::default()
    };
    dc.set_folder("alice", &folder).unwrap();
    let shared = Folder {
        id: 3,
        shared: true,
        ..folder.clone()
    };
    dc.set_folder("alice", &shared).unwrap();
    dc.order_folders("alice", &[3, 2]).unwrap();
    let alice = Phone::of(&dc, "alice").await;
    let answer = alice.client.invoke(&f::messages::GetDialogFilters {}).await;
    let enums::messages::DialogFilters::Filters(answer) = answer.unwrap();
    let [
        enums::DialogFilter::Default,
        enums::DialogFilter::Chatlist(shared),
        enums::DialogFilter::Filter(made),
    ] = answer.filters.as_slice()
    else {
        panic!("{:?}", answer.filters);
    };
    assert_eq!((shared.id, made.id), (3, 2));
    assert!(made.broadcasts && made.exclude_muted && !made.groups);
    let known = alice.resolve("bob").await;
    let bob = types::InputPeerUser {
        user_id: known.id,
        access_hash: known.access_hash.unwrap(),
    };
    let named = [bob.into(), enums::InputPeer::PeerSelf];
    assert_eq!(made.include_peers, named);
    assert_eq!(shared.include_peers, named);
    dc.remove_folder("alice", 3).unwrap();
    assert_eq!(
        dc.remove_folder("alice", 3).unwrap_err().name,
        "FILTER_ID_INVALID"
    );
    alice.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn loudness_marks_and_facts_stand_in_the_list() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let new = NewChat::new("alice", "team")
        .with(&["bob"])
        .made_at(1_500_000_000);
    let team = dc.create_channel(ChannelKind::Supergroup, new).unwrap();
    let team = team.to_string();
    for n in 0..4 {
        dc.send("bob", &team, &format!("m{n}")).unwrap();
    }
    dc.read("alice", &team).unwrap();
    dc.leave_unread("alice", &team, 2).unwrap();
    dc.mark_unread("alice", &team, true).unwrap();
    dc.mute("alice", &team, i32::MAX).unwrap();
    let facts = Facts {
        verified: Some(true),
        participants_count: Some(500),
        ..Facts::default()
    };
    dc.set_facts(&team, &facts).unwrap();
    let alice = Phone::of(&dc, "alice").await;
    let (dialogs, chats) = dialogs(&alice).await;
    assert_eq!(dialogs[0].unread_count, 2);
    assert!(dialogs[0].unread_mark);
    let enums::PeerNotifySettings::Settings(loudness) = &dialogs[0].notify_settings;
    assert_eq!(loudness.mute_until, Some(i32::MAX));
    let enums::Chat::Channel(channel) = &chats[0] else {
        panic!("{chats:?}");
    };
    assert!(channel.verified && channel.creator);
    assert_eq!(channel.participants_count, Some(500));
    assert_eq!(channel.date, 1_500_000_000);
    alice.stop().await;
    dc.stop().await;
}
