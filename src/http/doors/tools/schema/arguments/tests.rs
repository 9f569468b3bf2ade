//! What pydantic makes of many inputs, and what the table makes of them.

use super::*;

/// Written by `tests/fixtures/tools/golden.py`.
const GOLDEN: &str = include_str!("../../../../../../tests/fixtures/tools/pydantic.json");

const MODEL: [Param; 6] = [
    Param::text_of("text", 1, 5, ""),
    Param::text("note", "").optional(),
    Param::integer("count", 1, 200, "").or(20),
    Param::message_id("reply_to", "").optional(),
    Param::flag("flag", true, ""),
    {
        let mut ids = Param::message_ids("ids", "").optional();
        ids.kind = Kind::Ids { min: 1, max: 3 };
        ids
    },
];

const URLS: [Param; 1] = [Param::texts("urls", 2, 3, "")];

fn shown(arguments: &Arguments) -> Map<String, Value> {
    let values = arguments.0.iter().map(|(name, value)| {
        let value = match value {
            Argument::Text(text) => text.as_str().into(),
            Argument::Integer(number) => (*number).into(),
            Argument::Flag(answer) => (*answer).into(),
            Argument::Ids(ids) => ids.iter().map(|id| Value::from(id.0)).collect(),
            Argument::Texts(texts) => texts.iter().cloned().map(Value::from).collect(),
            Argument::Time(time) => time.to_string().into(),
        };
        ((*name).to_owned(), value)
    });
    values.collect()
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
        let params: &[Param] = if given.contains_key("urls") {
            &URLS
        } else {
            &MODEL
        };
        match Arguments::read(params, given, Strictness::RefuseUnknown) {
            Ok(arguments) => {
                let mut expected = case["values"].as_object().expect("accepted").clone();
                expected.retain(|name, value| {
                    !value.is_null() && (name != "ids" || given.contains_key("ids"))
                });
                assert_eq!(shown(&arguments), expected, "{}", case["given"]);
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
    let given = serde_json::json!({ "text": "x", "more": [] });
    let given = given.as_object().expect("an object");
    let read = Arguments::read(&MODEL, given, Strictness::IgnoreUnknown);
    assert_eq!(read.expect("read").text("text"), "x");
}

#[test]
fn an_instant_needs_no_offset() {
    let params = [Param::time("schedule", "").optional()];
    let read = |value: Value| {
        let given = Map::from_iter([("schedule".to_owned(), value)]);
        Arguments::read(&params, &given, Strictness::RefuseUnknown)
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
            read(form.clone()).expect("read").time("schedule"),
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
