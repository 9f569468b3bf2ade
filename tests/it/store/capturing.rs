use super::{at, session_id};
use crate::support::contract;
use serde_json::json;
use telegram_hub::model::{
    CapturedBatch, ChatId, Deletion, Message, MessageId, NewMessage, Peer, SessionId,
    UnreadableMessage, UpdatesPosition,
};
use telegram_hub::store::capture::{self, Committed};
use telegram_hub::store::peers;
use telegram_hub::store::sessions::{self, Purge};
use telegram_hub::store::update_states;
use telegram_hub::store::{AnyConnection, Error, messages, revisions};

const BOB: ChatId = ChatId::user(2);
const CHANNEL: ChatId = ChatId::channel(77);

pub(crate) fn message(chat_id: ChatId, message_id: i32, text: &str) -> NewMessage {
    let sent_at = at(i64::from(message_id));
    NewMessage {
        content: Message {
            sender_id: Some(BOB),
            text: text.to_owned(),
            ..Message::new(chat_id, MessageId(message_id), sent_at)
        },
        raw: text.as_bytes().to_vec(),
        pts: None,
    }
}

/// The message with a change of what it says.
pub(crate) fn but(mut message: NewMessage, change: impl FnOnce(&mut Message)) -> NewMessage {
    change(&mut message.content);
    message
}

pub(crate) fn edited(base: NewMessage, text: &str, when: i64) -> NewMessage {
    NewMessage {
        content: Message {
            text: text.to_owned(),
            edited_at: Some(at(when)),
            ..base.content
        },
        raw: text.as_bytes().to_vec(),
        ..base
    }
}

pub(crate) fn batch(session_id: SessionId, messages: Vec<NewMessage>) -> CapturedBatch {
    CapturedBatch {
        links: Vec::new(),
        session_id,
        peers: Vec::new(),
        messages,
        unreadable: Vec::new(),
        deletions: Vec::new(),
        position: None,
        from_history: false,
        coverage: None,
        gaps: Vec::new(),
        captured_at: at(1_000),
    }
}

fn counts(inserted: usize, edited: usize, deleted: usize, duplicates: usize) -> Committed {
    Committed {
        inserted,
        edited,
        deleted,
        duplicates,
        gaps: 0,
    }
}

/// The text and the earlier texts of a message.
fn texts(
    c: &mut AnyConnection,
    id: SessionId,
    chat: ChatId,
    number: i32,
) -> Result<(Option<String>, Vec<String>), Error> {
    let now = messages::get(c, id, chat, MessageId(number))?.map(|m| m.content.text);
    let earlier = revisions::list(c, id, chat, MessageId(number))?;
    Ok((now, earlier.into_iter().map(|r| r.text).collect()))
}

contract! {
    async fn a_message_comes_back_as_it_was_captured(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let plain = message(BOB, i32::MAX, "ÄÖ \u{1f600}\0 'x'");
        let full = Message {
            outgoing: true,
            silent: true,
            entities: json!([{"type": "bold", "offset": 0, "length": 2}]),
            reply_to: Some(MessageId(1)),
            forward: Some(json!({"from": 9})),
            media: Some(json!({"type": "geo", "lat": 52.516_272_3, "long": 13.377_722})),
            service: Some(json!({"type": "pin"})),
            edited_at: Some(at(9)),
            ..plain.content.clone()
        };
        let given = NewMessage { content: full.clone(), raw: vec![0, 255, 1], ..plain };
        let (done, stored, raw, count) = store
            .write(move |c| {
                let done = capture::commit(c, &batch(id, vec![given]))?;
                let number = MessageId(i32::MAX);
                let stored = messages::get(c, id, BOB, number)?;
                Ok((done, stored, messages::raw(c, id, BOB, number)?, messages::count(c, id)?))
            })
            .await?;
        let stored = stored.ok_or("no row")?;
        assert_eq!((done, count), (counts(1, 0, 0, 0), 1));
        assert_eq!(stored.content.text, "ÄÖ \u{1f600}\u{fffd} 'x'");
        assert_eq!(stored.session_name.as_str(), "alice");
        assert_eq!(stored.content, Message { text: stored.content.text.clone(), ..full });
        assert_eq!((stored.captured_at, stored.deleted_at), (at(1_000), None));
        assert_eq!(raw, Some(vec![0, 255, 1]));
    }

    async fn a_replayed_batch_changes_nothing(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let float = json!({"lat": 0.1 + 0.2, "long": 1e-7});
        let all = vec![
            message(BOB, 1, "one"),
            but(message(BOB, 2, "two"), |m| m.media = Some(float)),
            edited(message(BOB, 1, ""), "one b", 50),
            edited(message(BOB, 1, ""), "one c", 50),
            edited(message(BOB, 3, ""), "three, edited before it was seen", 60),
            message(CHANNEL, 1, "another one"),
        ];
        let mut first = batch(id, all);
        first.deletions = vec![Deletion { channel: None, message_ids: vec![MessageId(2)] }];
        let (once, again, twice_edited, untouched) = store
            .write(move |c| {
                let once = capture::commit(c, &first)?;
                let before = messages::get(c, id, BOB, MessageId(2))?;
                first.captured_at = at(2_000);
                let again = capture::commit(c, &first)?;
                assert_eq!(messages::get(c, id, BOB, MessageId(2))?, before);
                Ok((once, again, texts(c, id, BOB, 1)?, texts(c, id, BOB, 2)?))
            })
            .await?;
        assert_eq!(once, counts(4, 2, 1, 0));
        assert_eq!(again, counts(0, 0, 0, 6));
        let earlier = vec!["one".to_owned(), "one b".to_owned()];
        assert_eq!(twice_edited, (Some("one c".to_owned()), earlier));
        assert_eq!(untouched, (Some("two".to_owned()), vec![]));
    }

    async fn an_edit_keeps_the_earlier_text_and_an_older_version_changes_nothing(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (done, kept) = store
            .write(move |c| {
                let original = message(BOB, 1, "first");
                capture::commit(c, &batch(id, vec![original.clone()]))?;
                let newest = edited(original.clone(), "third", 30);
                let late = edited(original.clone(), "second", 20);
                let done = capture::commit(c, &batch(id, vec![newest, late, original]))?;
                Ok((done, revisions::list(c, id, BOB, MessageId(1))?))
            })
            .await?;
        assert_eq!(done, counts(0, 1, 0, 2));
        assert_eq!(kept.len(), 1);
        let first = kept.first().ok_or("no revision")?;
        assert_eq!((first.text.as_str(), first.edited_at, first.replaced_at), ("first", None, at(1_000)));
    }

    async fn of_versions_with_one_edit_date_the_one_that_was_told_last_stays(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                let told = |number, text: &str, pts| NewMessage {
                    pts: Some(pts),
                    ..edited(message(CHANNEL, number, "first"), text, 50)
                };
                let text = |c: &mut AnyConnection, number| {
                    Ok::<_, Error>(messages::get(c, id, CHANNEL, MessageId(number))?.map(|m| m.content.text))
                };
                // History has brought the last one while the pushes of both were kept back.
                for (number, apart) in [(1, false), (2, true)] {
                    let mut asked = batch(id, vec![edited(message(CHANNEL, number, "first"), "two", 50)]);
                    asked.from_history = true;
                    capture::commit(c, &asked)?;
                    let pushes = [told(number, "one", 11), told(number, "two", 12)];
                    if apart {
                        for push in pushes {
                            capture::commit(c, &batch(id, vec![push]))?;
                        }
                    } else {
                        capture::commit(c, &batch(id, pushes.to_vec()))?;
                    }
                    let kept = (Some("two".to_owned()), vec!["one".to_owned()]);
                    assert_eq!(texts(c, id, CHANNEL, number)?, kept, "as they followed each other");
                    // What is replayed changes nothing, and what comes back to an earlier text does.
                    capture::commit(c, &batch(id, vec![told(number, "one", 11)]))?;
                    assert_eq!(text(c, number)?.as_deref(), Some("two"));
                    capture::commit(c, &batch(id, vec![told(number, "one", 13)]))?;
                    assert_eq!(text(c, number)?.as_deref(), Some("one"));
                    // What was asked for after all that is later still, and the last push is no news.
                    asked.messages = vec![edited(message(CHANNEL, number, "first"), "three", 50)];
                    capture::commit(c, &asked)?;
                    capture::commit(c, &batch(id, vec![told(number, "one", 13)]))?;
                    let kept = ["one", "two", "one"].map(str::to_owned).to_vec();
                    assert_eq!(texts(c, id, CHANNEL, number)?, (Some("three".to_owned()), kept));
                }
                Ok(())
            })
            .await?;
    }

    async fn an_answer_is_as_new_as_the_place_that_it_tells(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (now, earlier) = store
            .write(move |c| {
                let told = |text: &str, pts| NewMessage {
                    pts: Some(pts),
                    ..edited(message(CHANNEL, 1, "first"), text, 50)
                };
                let mut asked = batch(id, vec![told("two", 12)]);
                asked.from_history = true;
                capture::commit(c, &asked)?;
                // Pushes that were kept back until then.
                for kept in [told("one", 11), told("two", 12)] {
                    let done = capture::commit(c, &batch(id, vec![kept]))?;
                    assert_eq!(done, counts(0, 0, 0, 1));
                }
                capture::commit(c, &batch(id, vec![told("three", 13)]))?;
                // Another answer, which was longer on its way.
                capture::commit(c, &asked)?;
                texts(c, id, CHANNEL, 1)
            })
            .await?;
        assert_eq!((now.as_deref(), earlier), (Some("three"), vec!["two".to_owned()]));
    }

    async fn what_cannot_be_read_of_an_edit_stands_in_the_order_of_the_others(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        store
            .write(move |c| {
                let unread = |pts, date: Option<i64>| UnreadableMessage {
                    message: NewMessage {
                        pts,
                        ..but(message(BOB, 1, "unreadable"), |m| {
                            m.media = Some(UnreadableMessage::media(7));
                            m.edited_at = date.map(at);
                        })
                    },
                    constructor: 7,
                    method: "updates.getDifference".to_owned(),
                    layer: 1,
                    edited: true,
                };
                let with = |unreadable| CapturedBatch { unreadable: vec![unreadable], ..batch(id, vec![]) };
                let told = |text, when, pts| batch(id, vec![NewMessage {
                    pts: Some(pts),
                    ..edited(message(BOB, 1, "first"), text, when)
                }]);
                let text = |c: &mut AnyConnection| {
                    Ok::<_, Error>(messages::get(c, id, BOB, MessageId(1))?.map(|m| m.content.text).unwrap_or_default())
                };
                capture::commit(c, &batch(id, vec![message(BOB, 1, "first")]))?;
                // In one transaction, the one that can be read being the later.
                let pair = [with(unread(None, None)), told("second", 20, 12)];
                capture::commit_group(c, &[&pair[0], &pair[1]])?;
                assert_eq!(text(c)?, "second");
                // Told before, or edited before, or the same edit with other reactions.
                for earlier in [unread(Some(11), None), unread(None, Some(19)), unread(Some(12), Some(20))] {
                    capture::commit(c, &with(earlier))?;
                    assert_eq!(text(c)?, "second");
                }
                capture::commit(c, &with(unread(Some(13), None)))?;
                assert_eq!(text(c)?, "unreadable");
                capture::commit(c, &told("second", 20, 12))?;
                assert_eq!(text(c)?, "unreadable");
                capture::commit(c, &told("third", 30, 14))?;
                assert_eq!(text(c)?, "third");
                Ok(())
            })
            .await?;
    }

    async fn media_that_changes_without_an_edit_date_is_an_edit(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let (done, stored) = store
            .write(move |c| {
                let pending = but(message(BOB, 1, "link"), |m| m.media = Some(json!("pending")));
                let loaded = but(pending.clone(), |m| m.media = Some(json!("loaded")));
                let done = capture::commit(c, &batch(id, vec![pending, loaded]))?;
                Ok((done, messages::get(c, id, BOB, MessageId(1))?))
            })
            .await?;
        assert_eq!(done, counts(1, 1, 0, 0));
        assert_eq!(stored.and_then(|m| m.content.media), Some(json!("loaded")));
    }

    async fn a_deletion_marks_once_and_only_where_it_belongs(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let other = session_id(&store, "other").await?;
        let group = ChatId::chat(5);
        store
            .write(move |c| {
                let everywhere = vec![message(BOB, 1, "a"), message(CHANNEL, 1, "b"), message(group, 2, "c")];
                capture::commit(c, &batch(id, everywhere.clone()))?;
                capture::commit(c, &batch(other, everywhere))?;
                let numbers = vec![MessageId(1), MessageId(2), MessageId(404)];
                let mut private = batch(id, vec![]);
                private.deletions = vec![Deletion { channel: None, message_ids: numbers }];
                assert_eq!(capture::commit(c, &private)?, counts(0, 0, 2, 0));
                private.captured_at = at(5_000);
                assert_eq!(capture::commit(c, &private)?, counts(0, 0, 0, 0));
                let deleted = |c: &mut AnyConnection, id, chat, number| {
                    messages::get(c, id, chat, MessageId(number)).map(|m| m.and_then(|m| m.deleted_at))
                };
                assert_eq!(deleted(c, id, BOB, 1)?, Some(at(1_000)));
                assert_eq!(deleted(c, id, group, 2)?, Some(at(1_000)));
                assert_eq!(deleted(c, id, CHANNEL, 1)?, None);
                assert_eq!(deleted(c, other, BOB, 1)?, None);
                private.deletions = vec![Deletion { channel: Some(CHANNEL), message_ids: vec![MessageId(1)] }];
                assert_eq!(capture::commit(c, &private)?, counts(0, 0, 1, 0));
                assert_eq!(messages::count(c, id)?, 3);
                Ok(())
            })
            .await?;
    }

    async fn peers_and_position_are_committed_with_the_messages_or_not_at_all(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let mut whole = batch(id, vec![message(BOB, 1, "hello")]);
        whole.position = Some(UpdatesPosition { pts: 5, channels: vec![(77, 8)], ..UpdatesPosition::default() });
        whole.peers = vec![Peer { access_hash: Some(1), ..Peer::new(BOB) }];
        let given = whole.clone();
        let failed: Result<(), Error> = store
            .write(move |c| {
                capture::commit(c, &given)?;
                Err(Error::Conflict { constraint: "a failure after the capture".to_owned() })
            })
            .await;
        assert!(failed.is_err());
        let state = move |c: &mut AnyConnection| {
            Ok((messages::count(c, id)?, peers::list(c, id)?.len(), update_states::load(c, id)?))
        };
        assert_eq!(store.read(state).await?, (0, 0, None));
        let position = whole.position.clone();
        store.write(move |c| capture::commit(c, &whole)).await?;
        assert_eq!(store.read(state).await?, (1, 1, position));
    }

    async fn thousands_of_messages_go_in_at_once(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let many: Vec<NewMessage> = (1..=2_100).map(|n| message(BOB, n, "x")).collect();
        let (first, second) = store
            .write(move |c| {
                let mut half = batch(id, many);
                half.messages.truncate(1_200);
                let first = capture::commit(c, &half)?;
                half.messages = (1..=2_100).map(|n| message(BOB, n, "x")).collect();
                Ok((first, capture::commit(c, &half)?))
            })
            .await?;
        assert_eq!((first, second), (counts(1_200, 0, 0, 0), counts(900, 0, 0, 1_200)));
    }

    async fn messages_outlive_their_session_until_they_are_purged(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let counts = store
            .write(move |c| {
                let original = message(BOB, 1, "first");
                let edit = edited(original.clone(), "second", 20);
                capture::commit(c, &batch(id, vec![original, edit]))?;
                sessions::delete(c, id, Purge::KeepMessages)?;
                let kept = messages::get(c, id, BOB, MessageId(1))?.map(|m| m.session_name.to_string());
                sessions::delete(c, id, Purge::All)?;
                Ok((kept, messages::count(c, id)?))
            })
            .await?;
        assert_eq!(counts, (Some("alice".to_owned()), 0));
    }
}
