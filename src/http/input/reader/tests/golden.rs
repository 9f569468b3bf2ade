//! What pydantic makes of many inputs, and what the reader makes of them.

use super::*;
use crate::http::input::{Request, kind, request};
use crate::model::{MessageId, UtcTime};
use serde_json::json;

/// Written by `tests/fixtures/tools/golden.py`.
const GOLDEN: &str = include_str!("../../../../../tests/fixtures/tools/pydantic.json");

request! {
    struct Model {
        text: String = kind::text_of(1, 5),
        note: Option<String> = kind::text().optional(),
        count: i64 = kind::integer(1, 200).or(20),
        reply_to: Option<MessageId> = kind::message_id().optional(),
        flag: bool = kind::flag().or(true),
        ids: Option<Vec<MessageId>> = kind::list(1, 3, kind::message_id()).optional(),
    }
}

request! {
    struct Urls {
        urls: Vec<String> = kind::list(2, 3, kind::text()),
    }
}

request! {
    struct Choices {
        mode: &'static str = kind::words(["md", "html"].map(|word| (word, word))),
        only: &'static str = kind::words([("one", "one")]).or_written("one", "one"),
        state: &'static str = kind::members(["open", "closed", "all"].map(|word| (word, word)))
            .or_written("all", "all"),
    }
}

fn read<T: Request>(given: &Map<String, Value>) -> Result<T, Vec<Fault>> {
    T::read("body", given, LAX)
}

/// What a model holds, without what it does not hold.
fn shown(given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Fault>> {
    let all = if given.contains_key("urls") {
        json!({ "urls": read::<Urls>(given)?.urls })
    } else if given.contains_key("mode") {
        let Choices { mode, only, state } = read(given)?;
        json!({ "mode": mode, "only": only, "state": state })
    } else {
        let model = read::<Model>(given)?;
        let ids = model
            .ids
            .map(|ids| ids.iter().map(|id| id.0).collect::<Vec<_>>());
        json!({
            "text": model.text, "note": model.note, "count": model.count,
            "reply_to": model.reply_to.map(|id| id.0), "flag": model.flag, "ids": ids,
        })
    };
    let mut all = all.as_object().cloned().unwrap_or_default();
    all.retain(|_, value| !value.is_null());
    Ok(all)
}

#[test]
fn every_input_is_read_or_refused_as_pydantic_does() {
    let cases: Vec<Value> = serde_json::from_str(GOLDEN).expect("JSON");
    assert!(cases.len() > 200);
    for case in cases {
        let given = case["given"].as_object().expect("an object");
        // A list with a default refuses null; the model here has no other way to say so.
        if given.get("ids").is_some_and(Value::is_null) {
            continue;
        }
        match shown(given) {
            Ok(found) => {
                let mut expected = case["values"].as_object().expect("accepted").clone();
                expected.retain(|name, value| {
                    !value.is_null() && (name != "ids" || given.contains_key("ids"))
                });
                assert_eq!(found, expected, "{}", case["given"]);
            }
            Err(faults) => {
                let found: Value = faults.iter().map(Fault::to_json).collect();
                assert_eq!(found, case["errors"], "{}", case["given"]);
            }
        }
    }
}

#[test]
fn unknown_names_can_be_ignored() {
    let ignoring = Policy {
        unknown: Unknown::Ignored,
        ..LAX
    };
    let given = json!({ "text": "x", "more": [] });
    let read = Model::read("body", given.as_object().expect("an object"), ignoring);
    assert_eq!(read.expect("read").text, "x");
}

#[test]
fn an_instant_needs_no_offset() {
    request! {
        struct Later {
            schedule: Option<UtcTime> = kind::datetime().optional(),
        }
    }
    let read = |value: Value| {
        let given = Map::from_iter([("schedule".to_owned(), value)]);
        read::<Later>(&given)
    };
    let expected = UtcTime::from_unix(1_767_225_600);
    for form in [
        Value::from("2026-01-01T00:00:00Z"),
        "2026-01-01T00:00:00".into(),
        "2026-01-01T02:00:00+02:00".into(),
        "1767225600".into(),
        1_767_225_600.into(),
    ] {
        assert_eq!(
            read(form.clone()).expect("read").schedule,
            expected,
            "{form}"
        );
    }
    for (form, kind) in [
        (Value::from("tomorrow"), "datetime_parsing"),
        (1.5.into(), "datetime_parsing"),
        (true.into(), "datetime_type"),
    ] {
        let faults = read(form.clone()).expect_err("refused");
        assert_eq!(faults[0].trouble.kind(), kind, "{form}");
    }
}
