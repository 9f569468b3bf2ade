//! A door for the tests alone. It shows all that a new one needs: this folder, and its name in the
//! list.
//!
//! Owns three routes: one that is open to anyone, one that reads a body, and one that panics. Its
//! errors have a shape that no other door has.

use crate::auth::ApiKey;
use crate::config::{Config, Setting, Switch};
use crate::error::{Code, Error};
use crate::http::context::Context;
use crate::http::door::{Area, Door, Guard, Lock, Part, Rule, State};
use crate::http::failure::X_ERROR_CODE;
use crate::http::input::{Body, Policy, kind, request};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// What this door says of itself.
pub(super) static DOOR: Door = Door {
    name: "probe",
    by_default: true,
    areas: &[Area::Below("/probe")],
    starts: &[("probe", "/probe/numbers/1")],
    routes,
    entrance: Rule::Door(Guard {
        door: "probe",
        bare_key: false,
        checks_origin: false,
    }),
    rules: || vec![("/probe/numbers/{number}", Rule::Public)],
    document,
    settings: &[&LOUD],
    lock,
    state,
    render,
};

/// All that can be set of it.
static LOUD: Setting<Switch> = Setting {
    name: "HUB_PROBE_LOUD",
    former: &[],
    what: "Whether the probe greets in capitals",
    more: "",
    kind: Switch,
};

/// The key that opens it.
const KEY: &str = "key-of-the-probe";

/// What its handlers share.
struct Greeting(&'static str);

fn routes(config: &mut ServiceConfig<'_>) {
    config.service(number).service(echo).service(panics);
}

fn lock(_config: &Config) -> Lock {
    Lock {
        key: Some(ApiKey::new(&KEY.into())),
        origins: Vec::new(),
        limits: Arc::default(),
        open_to_bearers: false,
    }
}

fn state(config: &Config) -> State {
    let greeting = if LOUD.of(&config.values) {
        "HELLO"
    } else {
        "hello"
    };
    let greeting = Data::new(Greeting(greeting));
    Arc::new(move |app| {
        app.app_data(greeting.clone());
    })
}

fn document() -> Part {
    let schema = json!({
        "type": "object",
        "required": ["fault", "why"],
        "properties": { "fault": { "type": "string" }, "why": { "type": "string" } },
    });
    Part {
        tags: vec![("probe", "What tests ask")],
        paths: Map::new(),
        schemas: Map::from_iter([("ProbeError".to_owned(), schema)]),
        error: "ProbeError",
    }
}

/// `{"fault": …, "why": …}`, with 400 for every wrong request and 401 for a wrong key.
fn render(error: &Error) -> HttpResponse {
    let status = match error.code {
        Code::InvalidRequest => StatusCode::BAD_REQUEST,
        Code::InvalidKey => StatusCode::UNAUTHORIZED,
        code => StatusCode::from_u16(code.status()).expect("a status"),
    };
    HttpResponse::build(status)
        .insert_header((X_ERROR_CODE, error.code.wire()))
        .json(json!({ "fault": error.code.wire(), "why": error.message() }))
}

/// Show a number. The server library reads it, and refuses what is none.
#[utoipa::path(
    tag = "probe",
    operation_id = "probe_number",
    params(("number" = u64, Path)),
    responses((status = 200, description = "The number", body = Object))
)]
#[get("/probe/numbers/{number}")]
async fn number(number: Path<u64>, greeting: Data<Greeting>) -> Json<Value> {
    Json(json!({ "number": *number, "greeting": greeting.0 }))
}

/// How it reads: as narrowly as a door can.
const POLICY: Policy = Policy::PLAIN;

request! {
    policy POLICY;
    /// Body of `POST /probe/echo`.
    struct EchoRequest {
        /// What is shown.
        text: String = kind::text(),
    }
}

/// Show a text.
#[utoipa::path(
    tag = "probe",
    operation_id = "probe_echo",
    request_body = EchoRequest,
    responses((status = 200, description = "The text", body = Object))
)]
#[post("/probe/echo")]
async fn echo(_context: Context, body: Body<EchoRequest>) -> Json<Value> {
    Json(json!({ "text": body.0.text }))
}

/// Fail as no handler should.
#[utoipa::path(
    tag = "probe",
    operation_id = "probe_panic",
    responses((status = 200, description = "Never", body = Object))
)]
#[get("/probe/panic")]
async fn panics(_context: Context) -> Json<Value> {
    panic!("a bug")
}

#[cfg(test)]
mod tests;
