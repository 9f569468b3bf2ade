//! What a door takes that is narrower than pydantic, and how faults are worded and placed there.

use super::*;
use crate::error::Error;
use crate::http::input::fault::invalid;
use crate::http::input::kind::{self, Kind};
use crate::http::input::{Request, request};
use serde_json::json;

fn one<T>(value: Value, param: impl Into<Param<T>>) -> Result<T, Vec<Fault>> {
    let given = Map::from_iter([("field".to_owned(), value)]);
    let mut reader = Reader::new("body", &given, PLAIN);
    let read = reader.field("field", param);
    reader.finish(read)
}

fn kinds<T>(read: Result<T, Vec<Fault>>) -> Vec<&'static str> {
    let faults = read.err().unwrap_or_default();
    faults.iter().map(|fault| fault.trouble.kind()).collect()
}

fn read<T: Request>(value: &Value) -> Result<T, Error> {
    let given = value.as_object().expect("an object");
    T::read("body", given, PLAIN).map_err(invalid)
}

#[test]
fn every_fault_is_answered_at_once() {
    request! {
        struct Pair {
            first: String = kind::text(),
            second: i64 = kind::integer(1, 9),
        }
    }
    let error = read::<Pair>(&json!({ "third": 1 })).expect_err("refused");
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
    let pair: Pair = read(&json!({ "first": "", "second": "9" })).expect("valid");
    assert_eq!((pair.first.as_str(), pair.second), ("", 9));
}

#[test]
fn a_fault_in_an_optional_field_refuses_the_request() {
    request! {
        struct Loose {
            note: Option<String> = kind::text().optional(),
        }
    }
    let loose: Loose = read(&json!({ "note": null })).expect("valid");
    assert_eq!(loose.note, None);
    assert!(read::<Loose>(&json!({ "note": 5 })).is_err());
}

#[test]
fn texts_are_not_coerced() {
    for wrong in [json!(5), json!(null), json!(true), json!([]), json!({})] {
        assert_eq!(kinds(one(wrong, kind::text())), ["string_type"]);
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
        let read = one(value, kind::text_or_integer()).ok();
        assert_eq!(read.as_deref(), expected);
    }
}

#[test]
fn numbers_are_bounded_and_may_be_written_as_text() {
    let number = || -> Kind<i64> { kind::integer(1, 9) };
    for (value, expected, kind) in [
        (json!(7), Some(7), None),
        (json!(7.0), Some(7), None),
        (json!(" 7 "), Some(7), None),
        (json!("seven"), None, Some("int_parsing")),
        (json!("7.0"), None, Some("int_parsing")),
        (json!("1_0"), None, Some("int_parsing")),
        (json!("99999999999999999999"), None, Some("int_parsing")),
        (json!(0), None, Some("greater_than_equal")),
        (json!("10"), None, Some("less_than_equal")),
        (json!(1.5), None, Some("int_type")),
        (json!(true), None, Some("int_type")),
        (json!(1e300), None, Some("int_type")),
        (json!(u64::MAX), None, Some("int_type")),
    ] {
        let read = one(value, number());
        assert_eq!(read.as_ref().ok().copied(), expected);
        assert_eq!(kinds(read).first().copied(), kind);
    }
    assert_eq!(one(json!(null), number().or(3)), Ok(3));
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
        (json!(1.0), None),
        (json!([]), None),
    ] {
        assert_eq!(one(value, kind::flag().or(false)).ok(), expected);
    }
    assert_eq!(kinds(one(json!(0.5), kind::flag())), ["bool_parsing"]);
}

#[test]
fn a_choice_names_what_it_could_have_been() {
    let state = || kind::words(["online", "login", "stopped"].map(|word| (word, word)));
    let faults = one(json!("asleep"), state().optional()).expect_err("refused");
    assert_eq!(
        faults.first().map(|fault| fault.trouble.to_string()),
        Some("Input should be 'online', 'login' or 'stopped'".to_owned())
    );
    assert_eq!(kinds(one(json!("asleep"), state())), ["literal_error"]);
    assert_eq!(kinds(one(json!(5), state())), ["string_type"]);
    assert_eq!(one(json!("login"), state()), Ok("login"));
    let member = kind::members([("open", true), ("closed", false)]);
    assert_eq!(kinds(one(json!("ajar"), member)), ["enum"]);
}

#[test]
fn a_session_name_is_checked() {
    for (value, valid) in [
        ("user 1", true),
        ("", false),
        ("a/b", false),
        ("a\u{7}", false),
    ] {
        let read = one(json!(value), kind::session());
        assert_eq!(read.is_ok(), valid, "{value:?}");
    }
}

#[test]
fn what_was_given_is_in_no_fault() {
    let faults = one(json!({ "a": "hunter2" }), kind::secret()).expect_err("refused");
    assert!(!format!("{faults:?}").contains("hunter2"));
}
