//! What the readers take and how they word what they refuse.

use super::*;
use serde_json::json;

fn fields(value: Value) -> Fields {
    let Value::Object(values) = value else {
        panic!("an object");
    };
    Fields::new("body", values)
}

fn kinds(fields: &Fields) -> Vec<&'static str> {
    fields.faults.iter().map(|fault| fault.kind).collect()
}

struct Pair;

impl FromFields for Pair {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let first = fields.text("first");
        let second = fields.integer("second", 1..=9);
        first.and(second).map(|_| Self)
    }
}

#[test]
fn every_fault_is_answered_at_once() {
    let error = fields(json!({ "third": 1 }))
        .read::<Pair>()
        .err()
        .expect("refused");
    let found: Vec<_> = error
        .fields
        .iter()
        .map(|fault| (fault.location.join("."), fault.kind, fault.message.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("body.first".to_owned(), "missing", "Field required"),
            ("body.second".to_owned(), "missing", "Field required"),
        ]
    );
    assert!(
        fields(json!({ "first": "", "second": "9" }))
            .read::<Pair>()
            .is_ok()
    );
}

#[test]
fn a_fault_in_an_optional_field_refuses_the_request() {
    struct Loose;
    impl FromFields for Loose {
        fn from_fields(fields: &mut Fields) -> Option<Self> {
            fields.optional_text("note");
            Some(Self)
        }
    }
    assert!(fields(json!({ "note": null })).read::<Loose>().is_ok());
    assert!(fields(json!({ "note": 5 })).read::<Loose>().is_err());
}

#[test]
fn texts_are_not_coerced() {
    for wrong in [json!(5), json!(null), json!(true), json!([]), json!({})] {
        let mut fields = fields(json!({ "a": wrong }));
        assert_eq!(fields.text("a"), None);
        assert_eq!(kinds(&fields), ["string_type"]);
    }
}

#[test]
fn an_id_may_be_a_number_or_a_text() {
    for (value, expected) in [
        (json!(-1_001_234_567_890_i64), Some("-1001234567890")),
        (json!("@bob"), Some("@bob")),
        (json!(1.5), None),
        (json!(u64::MAX), None),
        (json!(null), None),
    ] {
        let read = fields(json!({ "chat_id": value })).text_or_number("chat_id");
        assert_eq!(read.as_deref(), expected);
    }
}

#[test]
fn numbers_are_bounded_and_may_be_written_as_text() {
    for (value, expected, kind) in [
        (json!(7), Some(7), None),
        (json!(7.0), Some(7), None),
        (json!(" 7 "), Some(7), None),
        (json!("seven"), None, Some("int_parsing")),
        (json!(0), None, Some("greater_than_equal")),
        (json!("10"), None, Some("less_than_equal")),
        (json!(1.5), None, Some("int_type")),
        (json!(true), None, Some("int_type")),
        (json!(1e300), None, Some("int_type")),
    ] {
        let mut fields = fields(json!({ "n": value }));
        assert_eq!(fields.integer("n", 1..=9), expected);
        assert_eq!(kinds(&fields).first().copied(), kind);
    }
    assert_eq!(fields(json!({})).integer_or("n", 1..=9, 3), Some(3));
}

#[test]
fn flags_know_the_words_of_pydantic() {
    for (value, expected) in [
        (json!(true), Some(true)),
        (json!("True"), Some(true)),
        (json!(0), Some(false)),
        (json!("off"), Some(false)),
        (json!(null), Some(false)),
        (json!("maybe"), None),
        (json!(2), None),
        (json!([]), None),
    ] {
        assert_eq!(fields(json!({ "purge": value })).flag("purge"), expected);
    }
}

#[test]
fn a_choice_names_what_it_could_have_been() {
    let mut fields = fields(json!({ "state": "asleep" }));
    assert_eq!(
        fields.optional_choice("state", &["online", "login", "stopped"]),
        None
    );
    assert_eq!(
        fields.faults.first().map(|fault| fault.message.as_str()),
        Some("Input should be 'online', 'login' or 'stopped'")
    );
}

#[test]
fn a_session_name_is_checked() {
    for (value, valid) in [
        ("user 1", true),
        ("", false),
        ("a/b", false),
        ("a\u{7}", false),
    ] {
        let read = fields(json!({ "session_id": value })).session("session_id");
        assert_eq!(read.is_some(), valid, "{value:?}");
    }
}
