use super::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn parts(text: &str) -> Result<Vec<Part>, ReadError> {
    let mut parts = Vec::new();
    read(text.as_bytes(), &Arc::default(), None, |part| {
        parts.push(part);
        true
    })?;
    Ok(parts)
}

fn messages(list: &Value) -> Vec<ExportedMessage> {
    let export = json!({"name": "Team", "type": "private_supergroup", "id": 77, "messages": list});
    let parts = parts(&export.to_string()).expect("an export");
    let only = parts.into_iter().filter_map(|part| match part {
        Part::Message(message) => Some(*message),
        _ => None,
    });
    only.collect()
}

fn message(rest: &Value) -> Message {
    let mut whole = json!({"id": 5, "type": "message", "date_unixtime": "1700000000"});
    let rest = rest.as_object().expect("an object").clone();
    whole.as_object_mut().expect("an object").extend(rest);
    messages(&json!([whole])).remove(0).content
}

#[test]
fn a_whole_export_is_handed_on_in_its_order() {
    let export = json!({
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 42, "first_name": "Alice", "username": "@alice"},
        "contacts": {"about": "", "list": [{"first_name": "Bob"}]},
        "chats": {"about": "", "list": [
            {"name": "Bob", "type": "personal_chat", "id": 2, "messages": [
                {"id": 3, "type": "message", "date_unixtime": "1700000000", "from": "Bob",
                 "from_id": "user2", "text": "hello"},
                {"id": 4, "type": "unsupported"},
                {"type": "message", "date_unixtime": "1700000000", "text": "no number"},
            ]},
            {"type": "saved_messages", "id": 42, "messages": []},
            {"name": "News", "type": "hologram", "id": 9, "messages": [{"id": 1}]},
        ]},
        "left_chats": {"about": "", "list": [
            {"name": "Old", "type": "private_group", "id": 6, "messages": []},
        ]},
    });
    let parts = parts(&export.to_string()).expect("an export");
    let told: Vec<String> = parts.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "account 42",
            "chat 2",
            "message 3 of 2: hello",
            "unsupported",
            "line 1: a message without a number `id`",
            "chat 42",
            "hologram",
            "chat -6",
        ]
    );
}

fn told(part: &Part) -> String {
    match part {
        Part::Account(id) => format!("account {id}"),
        Part::Chat(chat) => format!("chat {}", chat.chat_id),
        Part::Message(message) => {
            let content = &message.content;
            let (id, chat) = (content.message_id, content.chat_id);
            format!("message {id} of {chat}: {}", content.text)
        }
        Part::Skipped(Skip::Unsupported) => "unsupported".to_owned(),
        Part::Skipped(Skip::Unreadable { line, why }) => format!("line {line}: {why}"),
        Part::Skipped(Skip::Chat { kind, .. }) => kind.clone(),
    }
}

#[test]
fn texts_become_entities_in_utf_16_units() {
    let text = json!([
        "🦀 ",
        {"type": "bold", "text": "bold"},
        " and ",
        {"type": "text_link", "text": "here", "href": "http://a.b/"},
        {"type": "mention_name", "text": "Bob", "user_id": 2},
        {"type": "link", "text": "c.d"},
        {"type": "pre", "text": "x", "language": "rust"},
    ]);
    let old = message(&json!({ "text": text }));
    assert_eq!(old.text, "🦀 bold and hereBobc.dx");
    assert_eq!(
        old.entities,
        json!([
            {"type": "bold", "offset": 3, "length": 4},
            {"type": "text_link", "offset": 12, "length": 4, "url": "http://a.b/"},
            {"type": "text_mention", "offset": 16, "length": 3, "user_id": 2},
            {"type": "url", "offset": 19, "length": 3},
            {"type": "pre", "offset": 22, "length": 1, "language": "rust"},
        ])
    );
    let new = message(&json!({"text": "plain", "text_entities": [
        {"type": "plain", "text": "pl"}, {"type": "spoiler", "text": "ain"}]}));
    assert_eq!(new.text, "plain");
    assert_eq!(
        new.entities,
        json!([{"type": "spoiler", "offset": 2, "length": 3}])
    );
    assert_eq!(message(&json!({})).entities, json!([]));
}

#[test]
fn what_a_message_says_beside_its_text_is_read() {
    let all = message(&json!({
        "edited_unixtime": "1700000100", "from_id": "channel77", "author": "Ed",
        "forwarded_from": "Carol", "reply_to_message_id": 4,
        "file": "files/report.pdf", "file_size": 12, "mime_type": "application/pdf",
        "text": "see",
    }));
    assert_eq!(all.sender_id, Some(ChatId::channel(77)));
    assert_eq!(all.reply_to.map(|id| id.0), Some(4));
    assert_eq!(all.forward, Some(json!({"from_name": "Carol"})));
    assert_eq!(all.post_author.as_deref(), Some("Ed"));
    assert_eq!(
        all.edited_at.map(|at| at.to_string()).as_deref(),
        Some("2023-11-14T22:15:00Z")
    );
    assert_eq!(
        all.media,
        Some(
            json!({"type": "document", "mime_type": "application/pdf", "size": 12,
                    "file_name": "report.pdf"})
        )
    );
    let hidden = json!({"forwarded_from": null, "forwarded_from_id": "user3"});
    assert_eq!(message(&hidden).forward, Some(json!({"from_id": 3})));
    for (written, media) in [
        (
            json!({"photo": "photos/1.jpg", "width": 3, "height": 2}),
            json!({"type": "photo", "width": 3, "height": 2}),
        ),
        (
            json!({"file": "(File not included.)", "media_type": "voice_message", "duration_seconds": 7}),
            json!({"type": "voice", "duration": 7}),
        ),
        (
            json!({"location_information": {"latitude": 1.5, "longitude": 2.5}}),
            json!({"type": "location", "latitude": 1.5, "longitude": 2.5}),
        ),
        (
            json!({"contact_information": {"first_name": "C", "phone_number": "+1"}}),
            json!({"type": "contact", "phone_number": "+1", "first_name": "C"}),
        ),
        (json!({"poll": {"question": "?"}}), json!({"type": "poll"})),
    ] {
        assert_eq!(message(&written).media, Some(media), "{written}");
    }
}

#[test]
fn service_messages_keep_telegrams_names() {
    let pinned = message(
        &json!({"type": "service", "action": "pin_message", "message_id": 2,
        "actor_id": "user2", "text": ""}),
    );
    assert_eq!(
        pinned.service,
        Some(json!({"action": "messageActionPinMessage"}))
    );
    assert_eq!(
        (pinned.sender_id, pinned.reply_to.map(|id| id.0)),
        (Some(ChatId::user(2)), Some(2))
    );
    let new = message(&json!({"type": "service", "action": "boost_apply"}));
    assert_eq!(new.service, Some(json!({"action": "boost_apply"})));
}

#[test]
fn messages_of_the_former_group_have_its_numbers() {
    let list = json!([
        {"id": -999_999_990, "type": "message", "date_unixtime": "1700000000", "text": "before",
         "reply_to_message_id": -999_999_995},
        {"id": 1, "type": "message", "date_unixtime": 1_700_000_001, "text": "after"},
    ]);
    let read = messages(&list);
    let told: Vec<_> = read
        .iter()
        .map(|it| {
            (
                it.content.message_id.0,
                it.content.reply_to.map(|id| id.0),
                it.of_former_group,
            )
        })
        .collect();
    assert_eq!(told, [(10, Some(5), true), (1, None, false)]);
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let begin = "{\"type\": \"personal_chat\", \"id\": 2,\n \"messages\": [\n";
    let good = r#"{"id": 1, "type": "message", "date_unixtime": "1700000000", "text": "a\x1Fb"}"#;
    for (text, place, why) in [
        (
            format!("{begin}{good},\n{{\"id\": oops"),
            4,
            "expected value",
        ),
        (format!("{begin}{good}"), 3, "EOF while parsing a list"),
        ("{}".to_owned(), 1, "this is no export"),
        ("[]".to_owned(), 1, "invalid type: sequence"),
        (
            "{\n\"id\": 2, \"messages\": []}".to_owned(),
            2,
            "`type` of a chat must stand before",
        ),
    ] {
        match parts(&text) {
            Err(ReadError::Broken {
                line, why: told, ..
            }) => {
                assert!(told.starts_with(why), "{told}");
                assert_eq!(line, place, "{told}");
            }
            other => panic!("{other:?}"),
        }
    }
    let told = message(&json!({"text": "a\u{1f}b"}));
    assert_eq!(told.text, "a\u{1f}b");
}
