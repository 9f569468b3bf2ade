//! The contract of every door, route by route.

mod archive;
mod hub_database;
mod hub_entities;
mod hub_idempotency;
mod hub_import;
mod hub_input;
mod hub_login;
mod hub_login_errors;
mod hub_messages;
mod hub_missing;
mod hub_names;
mod hub_qr;
mod hub_reconnect;
mod hub_search;
mod hub_send;
mod hub_send_errors;
mod hub_sessions;
mod links;
mod reader;
mod tools;
mod whom;

use local_dc::world::refusal::Refusal;
use serde_json::{Value, json};

/// The result of a script of the data centre, for `?`.
fn scripted<T>(result: Result<T, Refusal>) -> Result<T, String> {
    result.map_err(|refusal| format!("{refusal:?}"))
}

/// Where and what, for every fault of a refused request: `("body.chat_id", "missing")`.
fn faults(refused: &Value) -> Vec<(String, String)> {
    let listed = refused["detail"].as_array().cloned().unwrap_or_default();
    let text = |part: &Value| {
        part.as_str()
            .map_or_else(|| part.to_string(), str::to_owned)
    };
    listed
        .iter()
        .map(|fault| {
            let parts = fault["loc"].as_array().cloned().unwrap_or_default();
            let place: Vec<_> = parts.iter().map(text).collect();
            assert!(fault["msg"].is_string(), "{fault}");
            assert!(fault.get("input").is_none(), "the input may be a secret");
            (place.join("."), text(&fault["type"]))
        })
        .collect()
}

/// The only fault of a refused request.
#[track_caller]
fn fault(refused: &Value) -> (String, String) {
    let mut faults = faults(refused);
    assert_eq!(faults.len(), 1, "{refused}");
    faults.remove(0)
}

/// An account of the data centre as the contract shows a user.
fn user(number: i64, name: &str) -> Value {
    json!({
        "id": 5_550_000_000 + number,
        "first_name": name,
        "last_name": null,
        "username": name.to_lowercase(),
        "phone": format!("+1555000{number:04}"),
    })
}

/// The answer of a log-out that Telegram has taken, or that was not needed.
fn logged_out(message: &str) -> Value {
    json!({ "status": "success", "message": message, "logged_out": true })
}

fn done(message: &str) -> Value {
    json!({ "status": "success", "message": message })
}
