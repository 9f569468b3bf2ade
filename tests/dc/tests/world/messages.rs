//! Logging in, sending, hearing and catching up.

use grammers_client::SignInError;
use grammers_tl_types::enums;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::change::Reach;

use super::phone::Phone;

const API_HASH: &str = "0123456789abcdef0123456789abcdef";

fn text(update: &enums::Update) -> &str {
    match update {
        enums::Update::NewMessage(update) => body(&update.message),
        enums::Update::EditMessage(update) => body(&update.message),
        other => panic!("a message was expected, not {other:?}"),
    }
}

fn body(message: &enums::Message) -> &str {
    match message {
        enums::Message::Message(message) => &message.message,
        other => panic!("a message was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn bob_logs_in_with_his_code_and_his_password() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let phone = Phone::connect(&dc, dc.new_key()).await;
    let token = phone
        .client
        .request_login_code("+15550000002", API_HASH)
        .await
        .unwrap();
    let wrong = phone.client.sign_in(&token, "11111").await;
    assert!(matches!(wrong, Err(SignInError::InvalidCode)));
    let Err(SignInError::PasswordRequired(password)) = phone.client.sign_in(&token, "12345").await
    else {
        panic!("the password should be asked for");
    };
    let bob = phone
        .client
        .check_password(password, "bob-password")
        .await
        .unwrap();
    assert_eq!(bob.username(), Some("bob"));
    assert_eq!(dc.account("bob").unwrap().keys, 1);
    assert_eq!(dc.calls("auth.signIn"), 2);
    phone.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn what_is_sent_edited_and_deleted_is_heard_in_order() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let mut bob = Phone::of(&dc, "bob").await;
    bob.state().await.unwrap();
    // What comes before the first update is asked for as a difference, not pushed.
    dc.send("alice", "bob", "zero").unwrap();
    assert_eq!(text(&bob.hear(1).await[0]), "zero");
    let first = dc.send("alice", "bob", "one").unwrap();
    let second = dc.send("alice", "bob", "two").unwrap();
    dc.edit("alice", second.sender, "three").unwrap();
    dc.delete("alice", &[first.sender, second.sender], Reach::Everybody)
        .unwrap();
    let heard = bob.hear(4).await;
    assert_eq!((text(&heard[0]), text(&heard[1])), ("one", "two"));
    assert_eq!(text(&heard[2]), "three");
    let enums::Update::DeleteMessages(deleted) = &heard[3] else {
        panic!("a deletion was expected");
    };
    assert_eq!(deleted.messages, [first.receiver, second.receiver]);
    assert_eq!((deleted.pts, deleted.pts_count), (7, 2));
    let ledger = dc.ledger();
    assert_eq!(ledger.len(), 3);
    assert_eq!(ledger[2].edits[0].before, "two");
    assert!(ledger[2].accounts.iter().all(|witness| witness.deleted));
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_long_absence_is_caught_up_in_slices() {
    let options = DcOptions {
        slice: 30,
        ..DcOptions::default()
    };
    let dc = Dc::start(options).unwrap();
    let key = dc.log_in("bob").unwrap();
    dc.send_many("alice", "bob", "message {n}", 100).unwrap();
    let mut bob = Phone::resume(&dc, key, 1).await;
    bob.state().await.unwrap();
    let heard = bob.hear(100).await;
    let texts: Vec<&str> = heard.iter().map(text).collect();
    let expected: Vec<String> = (1..=100).map(|n| format!("message {n}")).collect();
    assert_eq!(texts, expected);
    assert_eq!(dc.calls("updates.getDifference"), 4);
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_repeated_random_id_answers_the_first_message() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let alice = Phone::of(&dc, "alice").await;
    let carol = alice.resolve("carol").await;
    let first = alice.send(&carol, "once", 42).await.unwrap();
    let again = alice.send(&carol, "once", 42).await.unwrap();
    let (
        enums::Updates::UpdateShortSentMessage(first),
        enums::Updates::UpdateShortSentMessage(again),
    ) = (first, again)
    else {
        panic!("the short form was expected");
    };
    assert_eq!((first.id, first.pts), (again.id, again.pts));
    assert_eq!(dc.ledger().len(), 1);
    alice.stop().await;
    dc.stop().await;
}
