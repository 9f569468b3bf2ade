//! Files as grammers' own client sends and fetches them.

use std::io::Cursor;

use grammers_client::media::{Downloadable as _, Media};
use grammers_client::message::InputMessage;
use grammers_mtsender::InvocationError;
use grammers_session::types::PeerRef;
use grammers_tl_types::{enums, functions, types};
use local_dc::dc::files::NewFile;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::foreign::Death;
use local_dc::world::send::Draft;

use super::phone::Phone;

const MIB: usize = 1024 * 1024;

fn bytes(len: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(len).collect()
}

async fn peer(phone: &Phone, username: &str) -> PeerRef {
    let found = phone.client.resolve_username(username).await.unwrap();
    found.unwrap().to_ref().await.unwrap().unwrap()
}

async fn newest(phone: &Phone, with: PeerRef) -> Media {
    let mut history = phone.client.iter_messages(with);
    history.next().await.unwrap().unwrap().media().unwrap()
}

async fn download(phone: &Phone, media: &Media) -> Result<Vec<u8>, InvocationError> {
    let mut all = Vec::new();
    let mut chunks = phone.client.iter_download(media);
    while let Some(chunk) = chunks.next().await? {
        all.extend(chunk);
    }
    Ok(all)
}

fn document(len: usize) -> NewFile {
    NewFile {
        name: "made.bin".to_owned(),
        bytes: bytes(len),
        ..NewFile::default()
    }
}

fn refusal<T>(answer: Result<T, InvocationError>) -> (i32, String, Option<u32>) {
    match answer {
        Err(InvocationError::Rpc(error)) => (error.code, error.name, error.value),
        Err(other) => panic!("a refusal was expected, not {other:?}"),
        Ok(_) => panic!("a refusal was expected"),
    }
}

#[tokio::test]
async fn a_file_goes_up_and_down_small_and_big() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (alice, bob) = (Phone::of(&dc, "alice").await, Phone::of(&dc, "bob").await);
    let (to_bob, to_alice) = (peer(&alice, "bob").await, peer(&bob, "alice").await);
    for len in [5000, 11 * MIB + 3] {
        let sent = bytes(len);
        let mut stream = Cursor::new(&sent);
        let uploaded = alice
            .client
            .upload_stream(&mut stream, len, "data.bin".to_owned())
            .await
            .unwrap();
        let message = InputMessage::new().text("here").document(uploaded);
        Box::pin(alice.client.send_message(to_bob, message))
            .await
            .unwrap();
        let media = newest(&bob, to_alice).await;
        assert_eq!(media.size(), Some(len));
        assert!(download(&bob, &media).await.unwrap() == sent, "{len}");
    }
    assert_eq!(dc.calls("upload.saveBigFilePart"), 23);
    alice.stop().await;
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_reference_that_ran_out_is_good_again_after_asking_for_the_message() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let bob = Phone::of(&dc, "bob").await;
    let alice = peer(&bob, "alice").await;
    let caption = Draft {
        content: local_dc::world::post::Content::plain("made"),
        ..Draft::default()
    };
    dc.send_file("alice", "bob", &document(5000), caption)
        .unwrap();
    let old = newest(&bob, alice).await;
    dc.expire_file_references_in("bob", Some("carol")).unwrap();
    assert!(download(&bob, &old).await.is_ok());
    for all in [true, false] {
        let old = newest(&bob, alice).await;
        if all {
            dc.expire_file_references();
        } else {
            dc.expire_file_references_in("bob", Some("alice")).unwrap();
        }
        let (code, name, _) = refusal(download(&bob, &old).await);
        assert_eq!((code, name.as_str()), (400, "FILE_REFERENCE_EXPIRED"));
        let fresh = newest(&bob, alice).await;
        assert_eq!(download(&bob, &fresh).await.unwrap(), bytes(5000));
    }
    bob.stop().await;
    dc.stop().await;
}

#[tokio::test]
async fn a_file_in_another_data_centre_needs_an_authorisation_there() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let (home, there) = (dc.log_in("bob").unwrap(), dc.new_key());
    let bob = Phone::with_keys(&dc, home, there).await;
    let alice = peer(&bob, "alice").await;
    dc.new_files_in(Some(4)).unwrap();
    let file = document(MIB + 7);
    dc.send_file("alice", "bob", &file, Draft::default())
        .unwrap();
    let media = newest(&bob, alice).await;
    let request = functions::upload::GetFile {
        precise: false,
        cdn_supported: false,
        location: media.to_raw_input_location().unwrap(),
        offset: 0,
        limit: 4096,
    };
    let (code, name, value) = refusal(bob.client.invoke(&request).await);
    assert_eq!((code, name.as_str(), value), (303, "FILE_MIGRATE", Some(4)));
    let (code, name, _) = refusal(bob.client.invoke_in_dc(4, &request).await);
    assert_eq!((code, name.as_str()), (401, "AUTH_KEY_UNREGISTERED"));
    // grammers exports and imports by itself.
    assert_eq!(download(&bob, &media).await.unwrap(), bytes(MIB + 7));
    assert_eq!(dc.calls("auth.importAuthorization"), 1);

    let ended = dc.end_foreign("bob", 4, Death::Revoked, false);
    assert_eq!(ended, Ok(1));
    let (code, name, _) = refusal(bob.client.invoke_in_dc(4, &request).await);
    assert_eq!((code, name.as_str()), (401, "SESSION_REVOKED"));
    assert!(bob.state().await.is_ok());
    bob.stop().await;
    dc.stop().await;
}

/// A document of 100 bytes that was uploaded for `to`, ready to be sent.
async fn uploaded(phone: &Phone, to: PeerRef) -> enums::InputMedia {
    let mut stream = Cursor::new(bytes(100));
    let file = phone
        .client
        .upload_stream(&mut stream, 100, "a.bin".to_owned());
    let media = types::InputMediaUploadedDocument {
        nosound_video: false,
        force_file: false,
        spoiler: false,
        file: file.await.unwrap().raw,
        thumb: None,
        mime_type: String::new(),
        attributes: Vec::new(),
        stickers: None,
        video_cover: None,
        video_timestamp: None,
        ttl_seconds: None,
    };
    let request = functions::messages::UploadMedia {
        business_connection_id: None,
        peer: to.into(),
        media: media.into(),
    };
    let kept = phone.client.invoke(&request).await.unwrap();
    Media::from_raw(kept).unwrap().to_raw_input_media().unwrap()
}

fn album(to: PeerRef, media: Vec<enums::InputMedia>) -> functions::messages::SendMultiMedia {
    let single = |(media, random_id)| types::InputSingleMedia {
        media,
        random_id,
        message: format!("file {random_id}"),
        entities: None,
    };
    let singles = media.into_iter().zip(1..).map(single);
    functions::messages::SendMultiMedia {
        silent: true,
        background: false,
        clear_draft: false,
        noforwards: false,
        update_stickersets_order: false,
        invert_media: false,
        allow_paid_floodskip: false,
        peer: to.into(),
        reply_to: None,
        multi_media: singles.map(enums::InputSingleMedia::from).collect(),
        schedule_date: None,
        send_as: None,
        quick_reply_shortcut: None,
        effect: None,
        allow_paid_stars: None,
    }
}

#[tokio::test]
async fn an_album_and_a_preview_look_the_same_to_whoever_was_away() {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let key = dc.log_in("bob").unwrap();
    let alice = Phone::of(&dc, "alice").await;
    let to_bob = peer(&alice, "bob").await;
    let media = vec![
        uploaded(&alice, to_bob).await,
        uploaded(&alice, to_bob).await,
    ];
    // The same numbers again answer the first messages.
    for _ in 0..2 {
        let album = album(to_bob, media.clone());
        alice.client.invoke(&album).await.unwrap();
    }
    let text = InputMessage::new()
        .text("see https://example.com/a")
        .link_preview(true);
    Box::pin(alice.client.send_message(to_bob, text))
        .await
        .unwrap();

    let mut bob = Phone::resume(&dc, key, 1).await;
    bob.state().await.unwrap();
    let heard = bob.hear(3).await;
    let messages: Vec<&types::Message> = heard.iter().map(message).collect();
    let groups: Vec<_> = messages.iter().map(|message| message.grouped_id).collect();
    assert!(groups[0].is_some() && groups[0] == groups[1] && groups[2].is_none());
    assert_eq!(messages[1].message, "file 2");
    let Some(enums::MessageMedia::WebPage(page)) = &messages[2].media else {
        panic!("a preview was expected");
    };
    let enums::WebPage::Page(page) = &page.webpage else {
        panic!("a page was expected");
    };
    assert_eq!(page.url, "https://example.com/a");
    assert_eq!(dc.ledger_len(), 3);
    alice.stop().await;
    bob.stop().await;
    dc.stop().await;
}

fn message(update: &enums::Update) -> &types::Message {
    match update {
        enums::Update::NewMessage(types::UpdateNewMessage {
            message: enums::Message::Message(message),
            ..
        }) => message,
        other => panic!("a message was expected, not {other:?}"),
    }
}
