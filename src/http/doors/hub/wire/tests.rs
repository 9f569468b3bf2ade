//! Requests are read as their schemas say, and answers have the contract's keys.

use super::*;
use crate::error::{Error, FieldFault};
use crate::http::input::OwnRequest;
use crate::model::{
    ChatId, ChatTarget, HealStep, Healed, Healing, MessageId, Missing, Page, SessionName,
    SessionState, UserId, UtcTime,
};
use crate::ops::login::{LoginProgress, LoginStarted, UserView};
use crate::ops::messages::{ParseMode, SentMessage};
use crate::ops::sessions::{Reconnected, SessionList, SessionView};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use utoipa::ToSchema;

fn read<T: OwnRequest>(value: Value) -> Result<T, Error> {
    let Value::Object(values) = value else {
        panic!("an object");
    };
    T::read("body", &values, T::POLICY)
        .map_err(|faults| Error::invalid(faults.into_iter().map(FieldFault::from).collect()))
}

/// The fields that the reader misses in an empty body, and those the schema requires.
fn required<T: OwnRequest + ToSchema>() -> (BTreeSet<String>, BTreeSet<String>) {
    let error = read::<T>(json!({})).err().expect("nothing is given");
    let missed = error.fields.iter().map(|fault| {
        assert_eq!(fault.kind, "missing");
        fault.location.last().expect("a field").clone()
    });
    let schema = serde_json::to_value(T::schema()).expect("a schema");
    let stated = schema["required"]
        .as_array()
        .expect("required fields")
        .iter();
    (
        missed.collect(),
        stated
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect(),
    )
}

#[test]
fn readers_and_schemas_require_the_same_fields() {
    for (missed, stated) in [
        required::<StartRequest>(),
        required::<CodeRequest>(),
        required::<PasswordRequest>(),
        required::<SessionRequest>(),
        required::<QrRequest>(),
        required::<QrPasswordRequest>(),
        required::<SendRequest>(),
        required::<ReplyRequest>(),
        required::<ResolveRequest>(),
    ] {
        assert_eq!(missed, stated);
    }
}

#[test]
fn a_phone_number_keeps_its_digits_alone() {
    let request: StartRequest =
        read(json!({ "session_id": "a", "phone_number": "+1 (234) 567-890", "more": 1 }))
            .expect("valid");
    assert_eq!(request.phone_number, "+1234567890");
    let none: StartRequest =
        read(json!({ "session_id": "a", "phone_number": "none" })).expect("valid");
    assert_eq!(none.phone_number, "");
}

#[test]
fn a_chat_may_be_a_number_and_a_message_id_a_text() {
    let request: ReplyRequest = read(json!({
        "session_id": "a", "chat_id": -100_123, "message": "", "message_id": "7", "client_id": null,
    }))
    .expect("valid");
    assert_eq!(
        (request.chat_id.as_str(), request.message_id),
        ("-100123", MessageId(7))
    );
    assert_eq!(request.parse_mode, ParseMode::Markdown);
    let op = request.into_operation(Some("k".to_owned()));
    assert_eq!(
        (op.reply_to, op.idempotency_key.as_deref()),
        (Some(MessageId(7)), Some("k"))
    );
    for bad in [json!(0), json!(2_147_483_648_i64), json!("x"), json!(null)] {
        let body = json!({ "session_id": "a", "chat_id": "b", "message": "c", "message_id": bad });
        assert!(read::<ReplyRequest>(body).is_err());
    }
}

#[test]
fn secrets_are_not_shown() {
    let code: CodeRequest =
        read(json!({ "session_id": "a", "phone_code": "12345", "phone_code_hash": "h" }))
            .expect("valid");
    let password: PasswordRequest =
        read(json!({ "session_id": "a", "password": "hunter2" })).expect("valid");
    assert_eq!(code.phone_code.expose_secret(), "12345");
    assert!(!format!("{code:?}{password:?}").contains("12345"));
    assert!(!format!("{password:?}").contains("hunter2"));
}

#[test]
fn a_message_query_takes_every_filter_and_names_every_fault() {
    let query = |value| read::<MessageQueryParams>(value);
    let all = query(json!({
        "chat_id": "-100123", "from": "@bob", "since": "0", "until": "2026-01-01T00:00:00Z",
        "q": "x", "limit": "500",
    }))
    .expect("valid");
    assert_eq!(all.chat_id, Some(ChatTarget::Marked(ChatId(-100_123))));
    assert_eq!((all.limit, all.since), (500, UtcTime::from_unix(0)));
    let faults = query(json!({
        "chat_id": "!", "from": "!", "since": "x", "until": "x", "q": "x".repeat(257),
        "limit": "501", "cursor": "x",
    }))
    .expect_err("all wrong");
    assert_eq!(faults.fields.len(), 7);
    assert_eq!(query(json!({})).expect("valid").limit, 100);
}

fn user() -> UserView {
    UserView {
        id: UserId(1),
        first_name: Some("John".to_owned()),
        last_name: None,
        username: None,
        phone: Some("1234567890".to_owned()),
    }
}

fn user_json() -> Value {
    json!({ "id": 1, "first_name": "John", "last_name": null, "username": null, "phone": "+1234567890" })
}

#[test]
fn logins_answer_the_contracts_keys() {
    let sent = LoginStarted::CodeSent {
        phone_code_hash: "h".to_owned(),
    };
    assert_eq!(
        json!(LoginStartedAnswer::from(sent)),
        json!({ "status": "success", "message": "Verification code sent to your phone", "phone_code_hash": "h" })
    );
    let already = json!(LoginStartedAnswer::from(LoginStarted::AlreadyLoggedIn));
    assert_eq!(already["status"], "already_logged_in");
    assert!(already.get("phone_code_hash").is_none());
    assert_eq!(
        json!(LoginProgressAnswer::from(LoginProgress::LoggedIn(user()))),
        json!({ "status": "success", "message": "Login successful", "user": user_json() })
    );
    assert_eq!(
        json!(LoginProgressAnswer::from(LoginProgress::PasswordRequired {
            hint: None
        })),
        json!({
            "status": "2fa_required",
            "message": "Two-factor authentication is enabled. Please provide your password",
        })
    );
}

fn session_view() -> SessionView {
    let at = UtcTime::from_unix(0).expect("in range");
    SessionView {
        name: SessionName::parse("user123").expect("valid"),
        state: SessionState::Backoff {
            attempt: 2,
            until: at,
            reason: "refused".to_owned(),
        },
        state_since: at,
        is_connected: false,
        receiving_since: Some(at),
        key_doubted: Some("AUTH_KEY_UNREGISTERED".to_owned()),
        flood_waits: vec![("messages.getDialogs".to_owned(), at)],
        missing: Missing {
            backfills: 1,
            kept_out_chats: 5,
            unreadable_messages: 6,
        },
        is_receiving: false,
        is_authenticated: true,
        is_active: true,
        in_login: false,
        user: Some(user()),
        last_update_at: None,
        last_call_at: Some(at),
        checked_at: Some(at),
        pts_drift: Some(2),
        update_lag: Some(Duration::from_millis(1500)),
        healing: Healing {
            counts: [1, 2, 3, 4],
            last: Some(Box::new(Healed {
                step: HealStep::Reconnect,
                reason: "no answer".to_owned(),
                at,
            })),
        },
        messages_captured: 3,
        created_at: at,
        logged_in_at: None,
    }
}

#[test]
fn sessions_answer_the_contracts_keys_and_ours() {
    let next = SessionName::parse("é").expect("valid");
    let list = SessionList {
        total: 2,
        sessions: vec![session_view()],
        next: Some(next.clone()),
    };
    let answer = json!(Sessions::from(list));
    assert_eq!(answer["total_sessions"], 2);
    let cursor: ListQuery =
        read(json!({ "cursor": answer["next_cursor"] })).expect("our own cursor");
    assert_eq!(cursor.cursor, Some(next));
    assert_eq!(
        answer["sessions"][0],
        json!({
            "session_id": "user123", "is_connected": false, "is_receiving": false,
            "receiving_since": "1970-01-01T00:00:00Z", "key_doubted": "AUTH_KEY_UNREGISTERED",
            "flood_waits": [{ "method": "messages.getDialogs", "until": "1970-01-01T00:00:00Z" }],
            "kept_out_chats": 5, "unreadable_messages": 6, "running_backfills": 1,
            "is_authenticated": true, "is_active": true, "user_info": user_json(), "in_login_cache": false,
            "state": "backoff", "reason": "refused", "state_since": "1970-01-01T00:00:00Z",
            "backoff": { "attempt": 2, "until": "1970-01-01T00:00:00Z" },
            "last_update_at": null, "last_call_at": "1970-01-01T00:00:00Z",
            "checked_at": "1970-01-01T00:00:00Z", "pts_drift": 2, "update_lag": 1.5,
            "healing": {
                "difference": 1, "reconnect": 2, "rebuild": 3, "needs_login": 4,
                "last": { "step": "reconnect", "reason": "no answer", "at": "1970-01-01T00:00:00Z" },
            },
            "messages_captured": 3, "created_at": "1970-01-01T00:00:00Z", "logged_in_at": null,
        })
    );
    let unknown = json!(Session::unknown(&SessionName::parse("x").expect("valid")));
    assert_eq!(
        (&unknown["is_active"], &unknown["user_info"]),
        (&json!(false), &Value::Null)
    );
    assert!(unknown.get("error").is_none());
}

#[test]
fn a_cursor_that_is_not_ours_is_refused() {
    for bad in ["x", "!!!!", "_w", ""] {
        assert!(
            read::<ListQuery>(json!({ "cursor": bad })).is_err(),
            "{bad}"
        );
    }
    assert!(read::<ListQuery>(json!({ "state": "asleep", "limit": 0 })).is_err());
}

#[test]
fn sends_name_the_chat_only_where_the_contract_does() {
    let sent = SentMessage {
        message_id: Some(MessageId(7)),
        chat_id: ChatId::channel(5),
        resolved: None,
        replayed: false,
        message: None,
    };
    assert_eq!(
        json!(Sent::message(&sent)),
        json!({ "status": "success", "message": "Message sent successfully", "message_id": 7 })
    );
    assert_eq!(
        json!(Sent::reply(&sent))["resolved_entity"],
        json!({ "id": 5, "type": "Channel" })
    );
}

#[test]
fn the_other_answers_have_the_contracts_words() {
    assert_eq!(
        json!(Restored::new(3)),
        json!({ "status": "success", "message": "Restored 3 sessions from database", "restored_count": 3 })
    );
    assert_eq!(
        json!(Done::from(Reconnected::Reconnected)),
        json!({ "status": "success", "message": "Session reconnected successfully" })
    );
    let restored = Reconnected::Restored {
        first_name: Some("John".to_owned()),
    };
    assert!(Done::from(restored).message.contains("John"));
    let page = Page {
        items: Vec::new(),
        next: None,
    };
    assert_eq!(
        json!(Messages::new(None, page)),
        json!({ "status": "success", "messages": [], "next_cursor": null })
    );
}
