//! The reader door: a stateless reading of Telegram, for callers who bring an account's session
//! string with each request.
//!
//! Owns the paths of the Telegram User API that this one replaces, with its JSON, and the headers
//! in which callers bring their credentials. It must not know whether an account is connected
//! already, nor keep anything of it.

mod asked;
mod login;
mod reading;
mod settings;
mod wire;

use crate::config::Config;
use crate::error::{Code, Error};
use crate::http::door::{Area, Door, Guard, Lock, Part, Rule, no_state};
use crate::http::failure;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use settings::{PUBLIC, SETTINGS};
use utoipa_actix_web::service_config::ServiceConfig;

/// What this door says of itself.
pub(super) static DOOR: Door = Door {
    name: NAME,
    by_default: true,
    areas: &[
        Area::Only("/auth/send-code"),
        Area::Only("/auth/verify-code"),
        Area::Only("/me"),
        Area::Only("/dialogs"),
        Area::Below("/messages"),
        Area::Only("/search"),
    ],
    starts: &[],
    routes,
    entrance: Rule::Door(Guard {
        door: NAME,
        bare_key: false,
        checks_origin: false,
    }),
    rules: Vec::new,
    document: || Part {
        tags: vec![(
            "reader",
            "Reading an account whose session string comes with each request",
        )],
        error: "Error",
        ..Part::default()
    },
    settings: SETTINGS,
    lock,
    state: no_state,
    render,
};

const NAME: &str = "reader";

fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(login::send_code)
        .service(login::verify_code)
        .service(reading::me)
        .service(reading::dialogs)
        .service(reading::messages)
        .service(reading::message)
        .service(reading::search);
}

fn lock(config: &Config) -> Lock {
    Lock {
        open_to_bearers: PUBLIC.of(&config.values),
        ..Lock::default()
    }
}

/// The common shape. Here a session string is what lets a caller in, and a login that is not there
/// is the request's fault and not the path's.
fn render(error: &Error) -> HttpResponse {
    let mut response = failure::render(error);
    match error.code {
        Code::SessionStringInvalid => *response.status_mut() = StatusCode::UNAUTHORIZED,
        Code::LoginNotFound => *response.status_mut() = StatusCode::BAD_REQUEST,
        _ => {}
    }
    response
}
