//! Numbers, objects within objects, and null that is not nothing.

use super::*;
use crate::http::input::{Given, Request, kind, request};
use serde_json::json;

const FASTAPI: Policy = Policy::FASTAPI;

request! {
    policy FASTAPI;
    /// What is in it.
    struct Inner {
        /// Whether.
        r#in: Option<bool> = kind::flag().optional(),
    }
}

request! {
    policy FASTAPI;
    /// What has it.
    struct Outer {
        /// How much.
        share: f64 = kind::number(0, Some(1)).or(0.8),
        /// How large.
        size: Given<f64> = kind::number(0, None).optional_or_null(),
        /// What is in it.
        inner: Given<Inner> = kind::fields::<Inner>().optional_or_null(),
        /// Which.
        r#type: Vec<bool> = kind::repeated(2, kind::members([("on", true), ("off", false)])).or_none(),
    }
}

fn read(given: &Value) -> Result<Outer, Vec<(String, &'static str)>> {
    let given = given.as_object().expect("an object");
    let faults = |faults: Vec<Fault>| {
        let told = faults.into_iter().map(|fault| {
            let place: Vec<_> = fault.place.iter().map(Place::to_string).collect();
            (place.join("."), fault.trouble.kind())
        });
        told.collect()
    };
    Outer::read("body", given, FASTAPI).map_err(faults)
}

#[test]
fn numbers_are_read_as_pydantic_reads_them() {
    for (value, expected) in [
        (json!(0.5), Ok(0.5)),
        (json!(1), Ok(1.0)),
        (json!(" 0.5 "), Ok(0.5)),
        (json!("+0.5"), Ok(0.5)),
        (json!(".5"), Ok(0.5)),
        (json!("1."), Ok(1.0)),
        (json!("1e-1"), Ok(0.1)),
        (json!(true), Ok(1.0)),
        (json!(-0.0), Ok(0.0)),
        (json!(1.5), Err("less_than_equal")),
        (json!(-1), Err("greater_than_equal")),
        (json!("x"), Err("float_parsing")),
        (json!("0x1"), Err("float_parsing")),
        (json!(""), Err("float_parsing")),
        (json!("nan"), Err("finite_number")),
        (json!("inf"), Err("finite_number")),
        (json!([]), Err("float_type")),
        (json!(null), Err("float_type")),
    ] {
        let found = read(&json!({ "share": value })).map(|outer| outer.share);
        let expected = expected.map_err(|kind| vec![("body.share".to_owned(), kind)]);
        assert_eq!(found, expected, "{value}");
    }
}

#[test]
fn null_is_told_from_nothing() {
    for (given, expected) in [
        (json!({}), Given::Nothing),
        (json!({ "size": null }), Given::Null),
        (json!({ "size": 7 }), Given::Value(7.0)),
    ] {
        assert_eq!(read(&given).expect("valid").size, expected);
    }
}

#[test]
fn an_object_within_an_object_says_where_its_faults_are() {
    let inner = |value: Value| {
        let outer = read(&json!({ "inner": value }))?;
        Ok(outer.inner.value().map(|inner| inner.r#in))
    };
    assert_eq!(
        inner(json!({ "in": "yes", "more": 1 })),
        Ok(Some(Some(true)))
    );
    assert_eq!(inner(json!(null)), Ok(None));
    let told = |place: &str, kind| Err(vec![(place.to_owned(), kind)]);
    assert_eq!(
        inner(json!({ "in": "so" })),
        told("body.inner.in", "bool_parsing")
    );
    assert_eq!(inner(json!(7)), told("body.inner", "model_attributes_type"));
}

#[test]
fn what_may_be_repeated_is_one_or_several() {
    let found = |value: Value| read(&json!({ "type": value })).map(|outer| outer.r#type);
    assert_eq!(read(&json!({})).map(|outer| outer.r#type), Ok(Vec::new()));
    assert_eq!(found(json!("on")), Ok(vec![true]));
    assert_eq!(found(json!(["on", "off"])), Ok(vec![true, false]));
    let told = |place: &str, kind| Err(vec![(place.to_owned(), kind)]);
    assert_eq!(found(json!("up")), told("body.type.0", "enum"));
    assert_eq!(found(json!(["on", "up"])), told("body.type.1", "enum"));
    assert_eq!(
        found(json!(["on", "on", "on"])),
        told("body.type", "too_long")
    );
}

#[test]
fn all_of_it_is_published() {
    let fields = Outer::fields(FASTAPI);
    let schema = |name: &str| {
        let field = fields.iter().find(|field| field.name == name);
        Value::from(field.expect("a field").schema())
    };
    let share = json!({ "type": "number", "minimum": 0, "maximum": 1, "default": 0.8 });
    assert_eq!(schema("share"), share);
    assert_eq!(
        schema("size")["anyOf"][0],
        json!({ "type": "number", "minimum": 0 })
    );
    let inner = &schema("inner")["anyOf"][0];
    assert_eq!(inner["properties"]["in"]["description"], "Whether.");
    let kinds = &schema("type")["anyOf"][0];
    assert_eq!(kinds["items"]["enum"], json!(["on", "off"]));
}
