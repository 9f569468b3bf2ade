//! What grammers' own high-level client does all day works unchanged.

use grammers_client::message::InputMessage;
use local_dc::dc::{Dc, DcOptions};

use super::phone::Phone;

#[tokio::test]
async fn a_person_writes_reads_edits_and_deletes() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let phone = Phone::of(&dc, "alice").await;
    let client = &phone.client;
    assert_eq!(client.get_me().await.unwrap().username(), Some("alice"));
    let bob = client.resolve_username("bob").await.unwrap().unwrap();
    let bob = bob.to_ref().await.unwrap().unwrap();

    let question = dc.send("bob", "alice", "question").unwrap().receiver;
    let draft = InputMessage::new().text("answer").reply_to(Some(question));
    let answer = Box::pin(client.send_message(bob, draft)).await.unwrap();
    assert_eq!(answer.reply_to_message_id(), Some(question));
    let mut history = client.iter_messages(bob);
    let newest = history.next().await.unwrap().unwrap();
    assert_eq!((newest.text(), newest.outgoing()), ("answer", true));
    assert_eq!(history.total().await.unwrap(), 2);

    client.mark_as_read(bob).await.unwrap();
    client
        .edit_message(bob, answer.id(), "better")
        .await
        .unwrap();
    let [found, missing] = client
        .get_messages_by_id(bob, &[answer.id(), 999])
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(found.unwrap().text(), "better");
    assert!(missing.is_none_or(|empty| empty.text().is_empty()));
    assert_eq!(
        client.delete_messages(bob, &[answer.id()]).await.unwrap(),
        1
    );
    assert!(dc.ledger()[1].accounts.iter().all(|held| held.deleted));

    let saved = self_peer(&phone).await;
    let written = Box::pin(client.send_message(saved, "note")).await.unwrap();
    assert_eq!(written.text(), "note");
    let mut dialogs = client.iter_dialogs();
    let mut names = Vec::new();
    while let Some(dialog) = dialogs.next().await.unwrap() {
        names.push(dialog.peer().name().unwrap_or_default().to_owned());
    }
    assert_eq!(names, ["Alice", "Bob"]);
    phone.stop().await;
    dc.stop().await;
}

async fn self_peer(phone: &Phone) -> grammers_session::types::PeerRef {
    let me = phone.client.get_me().await.unwrap();
    me.to_ref().await.unwrap().unwrap()
}
