//! The files of messages, and which bytes are kept for them.

use super::capturing::{batch, but, edited, message};
use super::{at, session_id};
use crate::support::contract;
use serde_json::json;
use telegram_hub::model::{
    ChatId, FileKind, Media, MediaClass, MediaState, MessageFile, MessageId, ObjectName, SessionId,
    StoredObject,
};
use telegram_hub::store::media::{self, MessagesOfChat};
use telegram_hub::store::sessions::{self, Purge};
use telegram_hub::store::{AnyConnection, Error, capture, media_objects};

const CHAT: ChatId = ChatId::user(2);

fn file(file_id: i64) -> MessageFile {
    MessageFile {
        class: MediaClass::Document,
        kind: FileKind::Files,
        file_id,
        mime: "text/plain".to_owned(),
        name: Some(format!("{file_id}\0.txt")),
        size: 10,
    }
}

fn of(session_id: SessionId, ids: &[i32]) -> MessagesOfChat {
    MessagesOfChat {
        session_id,
        chat_id: CHAT,
        ids: ids.iter().copied().map(MessageId).collect(),
    }
}

/// Messages of these numbers with a file each, noted with these ids.
fn noted(
    conn: &mut AnyConnection,
    session: SessionId,
    files: &[(i32, i64)],
) -> Result<Vec<Media>, Error> {
    let with_file = |id: i32| {
        let media = json!({ "type": "document", "id": id.to_string() });
        but(message(CHAT, id, "text"), |content| {
            content.media = Some(media);
        })
    };
    let messages = files.iter().map(|(id, _)| with_file(*id)).collect();
    capture::commit(conn, &batch(session, messages))?;
    for (id, file_id) in files {
        media::note(
            conn,
            (session, CHAT, MessageId(*id)),
            None,
            &file(*file_id),
            at(0),
        )?;
    }
    let ids: Vec<i32> = files.iter().map(|(id, _)| *id).collect();
    let mut media = media::known(conn, &of(session, &ids))?.media;
    media.sort_by_key(|media| media.message_id);
    Ok(media)
}

fn object(byte: u8, size: u64) -> StoredObject {
    StoredObject {
        name: ObjectName::of([byte; 32]),
        size,
    }
}

fn stored(
    conn: &mut AnyConnection,
    media: &Media,
    object: StoredObject,
    used: i64,
) -> Result<(), Error> {
    media_objects::put(conn, object, at(used))?;
    assert!(media::stored(conn, media, object.name, at(used))?);
    Ok(())
}

contract! {
    async fn a_message_has_one_file_whose_uuid_stays(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (first, before, other, after) = store
            .write(move |c| {
                let poll = but(message(CHAT, 2, "text"), |content| {
                    content.media = Some(json!({ "type": "poll" }));
                });
                let plain = message(CHAT, 3, "text");
                capture::commit(c, &batch(id, vec![poll, plain]))?;
                let first = noted(c, id, &[(1, 100)])?.remove(0);
                stored(c, &first, object(1, 8), 1)?;
                // An edit of the text leaves the file as it is.
                let media = Some(json!({ "type": "document", "id": "1" }));
                let edit = but(edited(message(CHAT, 1, "text"), "new", 5), |content| {
                    content.media.clone_from(&media);
                });
                capture::commit(c, &batch(id, vec![edit]))?;
                let before = media::known(c, &of(id, &[1, 2, 3]))?;
                media::note(c, (id, CHAT, MessageId(1)), Some(at(5)), &file(100), at(6))?;
                let same = media::known(c, &of(id, &[1]))?.media.remove(0);
                assert_eq!((same.uuid, same.object), (first.uuid, Some(object(1, 8))));
                // Another file takes its place.
                media::note(c, (id, CHAT, MessageId(1)), Some(at(5)), &file(101), at(7))?;
                assert!(!media::stored(c, &same, object(1, 8).name, at(8))?, "it is another file");
                let other = media::get(c, id, first.uuid)?;
                Ok((first, before, other, media_objects::unused(c, 9)?))
            })
            .await?;
        assert_eq!(first.file.name.as_deref(), Some("100\u{fffd}.txt"));
        assert_eq!((before.media, before.unread), (Vec::new(), vec![MessageId(1)]));
        let other = other.ok_or("the row stays")?;
        assert_eq!((other.file.file_id, other.state, other.object), (101, MediaState::Skipped, None));
        assert_eq!(after, [object(1, 8)]);
    }

    async fn bytes_leave_in_the_order_of_their_use_but_for_pinned_ones(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let bob = session_id(&store, "bob").await?;
        store
            .write(move |c| {
                let files = noted(c, id, &[(1, 1), (2, 2), (3, 3), (4, 4)])?;
                for (n, file) in (0_u8..).zip(&files) {
                    stored(c, file, object(n, 10), 10_000 + i64::from(n))?;
                }
                media_objects::touch(c, object(0, 10).name, at(20_000))?;
                assert!(media::pin(c, id, files[1].uuid, true)?);
                assert!(!media::pin(c, bob, files[1].uuid, true)?, "another account's");
                assert!(media::get(c, bob, files[1].uuid)?.is_none());
                let order = media_objects::least_used(c, 9)?;
                assert_eq!(order, [object(2, 10), object(3, 10), object(0, 10)]);
                assert_eq!(media_objects::totals(c)?, (40, 4));

                let gone = media_objects::forget(c, &[object(2, 10), object(9, 1)], at(1))?;
                assert_eq!(gone, [object(2, 10)]);
                let left = media::known(c, &of(id, &[3]))?.media.remove(0);
                assert_eq!((left.state, left.object), (MediaState::Gone, None));
                let names = vec![object(2, 10).name, object(3, 10).name];
                assert_eq!(media_objects::known(c, names)?, [object(3, 10).name]);
                Ok(())
            })
            .await?;
    }

    async fn the_same_file_of_an_account_is_found_and_goes_with_a_purge(db: TestDb) {
        let store = db.open().await?;
        let (alice, bob) = (session_id(&store, "alice").await?, session_id(&store, "bob").await?);
        store
            .write(move |c| {
                let files = noted(c, alice, &[(1, 7), (2, 7)])?;
                let foreign = noted(c, bob, &[(1, 7)])?.remove(0);
                assert_eq!(media::same_file(c, &files[1])?, None);
                stored(c, &files[0], object(1, 10), 1)?;
                assert_eq!(media::same_file(c, &files[1])?, Some(object(1, 10).name));
                assert_eq!(media::same_file(c, &foreign)?, None, "another account's");
                stored(c, &foreign, object(1, 10), 2)?;
                sessions::delete(c, alice, Purge::All)?;
                assert!(media_objects::unused(c, 9)?.is_empty(), "Bob has it too");
                sessions::delete(c, bob, Purge::All)?;
                assert_eq!(media_objects::unused(c, 9)?, [object(1, 10)]);
                Ok(())
            })
            .await?;
    }

    async fn a_failure_is_counted_and_ends_with_a_success(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                let file = noted(c, id, &[(1, 7)])?.remove(0);
                media::failed(c, &file, 3, at(5))?;
                let failed = media::known(c, &of(id, &[1]))?.media.remove(0);
                assert_eq!((failed.state, failed.attempts), (MediaState::Failed, 3));
                assert_eq!(failed.updated_at, at(5));
                stored(c, &failed, object(1, 10), 6)?;
                media::failed(c, &failed, 6, at(7))?;
                let kept = media::known(c, &of(id, &[1]))?.media.remove(0);
                assert_eq!((kept.state, kept.attempts, kept.size()), (MediaState::Stored, 0, 10));
                Ok(())
            })
            .await?;
    }
}
