//! What is done to messages and chats, as a grammers client hears of it and catches up on it.

use grammers_client::InvocationError;
use grammers_tl_types::{RemoteCall, enums, functions as f, types};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::ids::UserId;
use local_dc::world::invites::Terms;
use local_dc::world::ledger::Service;
use local_dc::world::post::Content;
use local_dc::world::send::Draft;

use super::phone::{Phone, text_of};

async fn input_peer(phone: &Phone, username: &str) -> enums::InputPeer {
    let user = phone.resolve(username).await;
    types::InputPeerUser {
        user_id: user.id,
        access_hash: user.access_hash.unwrap(),
    }
    .into()
}

async fn refused<R: RemoteCall>(phone: &Phone, request: &R) -> String {
    match phone.client.invoke(request).await {
        Err(InvocationError::Rpc(error)) => error.name,
        Err(other) => panic!("a refusal was expected, not {other}"),
        Ok(_) => panic!("a refusal was expected"),
    }
}

fn forwarding(
    from_peer: enums::InputPeer,
    ids: &[i32],
    to_peer: enums::InputPeer,
) -> f::messages::ForwardMessages {
    f::messages::ForwardMessages {
        silent: false,
        background: false,
        with_my_score: false,
        drop_author: false,
        drop_media_captions: false,
        noforwards: false,
        allow_paid_floodskip: false,
        from_ephemeral: false,
        from_peer,
        id: ids.to_vec(),
        random_id: (1..).take(ids.len()).collect(),
        to_peer,
        top_msg_id: None,
        reply_to: None,
        schedule_date: None,
        schedule_repeat_period: None,
        send_as: None,
        quick_reply_shortcut: None,
        effect: None,
        video_timestamp: None,
        allow_paid_stars: None,
        suggested_post: None,
    }
}

#[tokio::test]
async fn what_is_forwarded_is_in_the_ledger_once_for_each() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let alice = Phone::of(&dc, "alice").await;
    let [one, two] = ["one", "two"].map(|text| dc.send("bob", "alice", text).unwrap());
    let (bob, carol) = (
        input_peer(&alice, "bob").await,
        input_peer(&alice, "carol").await,
    );
    let ids = [two.receiver, 99, one.receiver];
    let request = forwarding(bob.clone(), &ids, carol.clone());
    let enums::Updates::Updates(answer) = alice.client.invoke(&request).await.unwrap() else {
        panic!("whole updates were expected");
    };
    assert_eq!(answer.updates.len(), 4);
    let again = alice.client.invoke(&request).await.unwrap();
    assert!(matches!(again, enums::Updates::Updates(_)));
    let ledger = dc.ledger();
    let texts: Vec<&str> = ledger.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "two", "one"]);
    assert_eq!(ledger[2].sender, dc.user("alice").unwrap().0);
    let nothing = forwarding(bob, &[99], carol);
    assert_eq!(refused(&alice, &nothing).await, "MESSAGE_ID_INVALID");
    alice.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn pins_and_folders_are_caught_up_after_an_absence() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let key = dc.log_in("bob").unwrap();
    let sent = dc.send("alice", "bob", "important").unwrap();
    dc.pin("alice", "bob", sent.sender, true).unwrap();
    dc.archive("bob", "alice", true).unwrap();
    let pts = dc.account("bob").unwrap().pts;
    let mut bob = Phone::resume(&dc, key, 1).await;
    bob.state().await.unwrap();
    let heard = bob.hear(4).await;
    assert!(
        heard
            .iter()
            .any(|update| text_of(update) == Some("important"))
    );
    let pinned = heard.iter().any(|update| {
        matches!(update, enums::Update::PinnedMessages(pin)
            if pin.pinned && pin.messages == [sent.receiver])
    });
    let filed = heard
        .iter()
        .any(|update| matches!(update, enums::Update::FolderPeers(filed) if filed.pts == pts));
    assert!(pinned && filed, "{heard:?}");
    assert_eq!(dc.ledger()[1].service, Some(Service::Pinned));
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_reaction_is_heard_and_counted() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let new = NewChat::new("alice", "team").with(&["bob", "carol"]);
    let team = dc.create_channel(ChannelKind::Supergroup, new).unwrap();
    let team = team.to_string();
    let mut bob = Phone::of(&dc, "bob").await;
    bob.state().await.unwrap();
    let sent = dc.send("alice", &team, "like this").unwrap();
    let mut told = Vec::new();
    while !told
        .iter()
        .any(|update| text_of(update) == Some("like this"))
    {
        told.extend(bob.hear(1).await);
    }
    for (who, emoji) in [("carol", "👍"), ("alice", "👍")] {
        dc.react(who, &team, sent.sender, Some(emoji)).unwrap();
    }
    let mut counts = Vec::new();
    while counts.len() < 2 {
        for update in bob.hear(1).await {
            if let enums::Update::MessageReactions(update) = update {
                let enums::MessageReactions::Reactions(reactions) = update.reactions;
                let enums::ReactionCount::Count(first) = &reactions.results[0];
                counts.push(first.count);
            }
        }
    }
    assert_eq!(counts, [1, 2]);
    let unknown = dc.react("bob", &team, sent.sender, Some("🦷"));
    assert_eq!(unknown.unwrap_err().name, "REACTION_INVALID");
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_scheduled_message_is_sent_when_the_clock_says_so() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let mut bob = Phone::of(&dc, "bob").await;
    bob.state().await.unwrap();
    let draft = Draft {
        content: Content::plain("later"),
        ..Draft::default()
    };
    let date = bob.state().await.unwrap().date + 3600;
    assert_eq!(dc.schedule("alice", "bob", draft, date), Ok(Some(1)));
    assert_eq!(dc.ledger_len(), 0);
    dc.skew_clock(3700);
    let heard = bob.hear(1).await;
    assert_eq!(text_of(&heard[0]), Some("later"));
    assert_eq!(dc.ledger_len(), 1);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_link_lets_in_until_it_is_revoked() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let new = NewChat::new("alice", "team");
    let team = dc.create_channel(ChannelKind::Supergroup, new).unwrap();
    let link = dc.invite_link(&team.to_string(), Terms::default()).unwrap();
    let hash = link.rsplit('+').next().unwrap().to_owned();
    let [bob, carol] = [Phone::of(&dc, "bob").await, Phone::of(&dc, "carol").await];
    let join = f::messages::ImportChatInvite { hash };
    bob.client.invoke(&join).await.unwrap();
    assert_eq!(refused(&bob, &join).await, "USER_ALREADY_PARTICIPANT");
    dc.revoke_link(&link).unwrap();
    assert_eq!(refused(&carol, &join).await, "INVITE_HASH_EXPIRED");
    let members = &dc.chats()[0].members;
    let expected = ["alice", "bob"].map(|name| dc.user(name).unwrap());
    assert_eq!(
        members.iter().copied().map(UserId).collect::<Vec<_>>(),
        expected
    );
    for phone in [bob, carol] {
        phone.stop().await;
    }
    dc.stop().await;
}

#[tokio::test]
async fn who_is_blocked_and_who_is_no_admin_is_refused() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    dc.block("bob", "alice", true).unwrap();
    let refusal = dc.send("alice", "bob", "hi").unwrap_err();
    assert_eq!(refusal.name, "USER_IS_BLOCKED");
    let refusal = dc.send("bob", "alice", "hi").unwrap_err();
    assert_eq!(refusal.name, "YOU_BLOCKED_USER");
    dc.block("bob", "alice", false).unwrap();
    dc.send("alice", "bob", "hi").unwrap();
    let new = NewChat::new("alice", "news").with(&["bob"]);
    let news = dc.create_channel(ChannelKind::Broadcast, new).unwrap();
    let news = news.to_string();
    let sent = dc.send("alice", &news, "post").unwrap();
    let refusal = dc.pin("bob", &news, sent.sender, true).unwrap_err();
    assert_eq!(refusal.name, "CHAT_ADMIN_REQUIRED");
    dc.publish(&news, Some("thenews")).unwrap();
    dc.join("@thenews", "carol").unwrap();
    dc.stop().await;
}
