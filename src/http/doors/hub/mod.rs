//! The session hub's door: logins, sessions, messages and entities.
//!
//! Owns the paths of the Telegram API Hub that this one replaces, with its JSON to the letter and
//! what has been added since. Fields it does not know are ignored. Its errors have the common
//! shape `{"detail": …}` with the common statuses.

mod backfills;
mod entities;
mod gaps;
mod login;
mod messages;
mod qr;
mod sessions;
mod wire;

use crate::http::door::{Area, Door, Lock, Part, Rule, no_state};
use crate::http::failure;
use utoipa_actix_web::service_config::ServiceConfig;

/// What this door says of itself.
pub(super) static DOOR: Door = Door {
    name: "hub",
    by_default: true,
    areas: &[
        Area::Below("/login"),
        Area::Only("/logout"),
        Area::Below("/sessions"),
        Area::Below("/session"),
        Area::Below("/message"),
        Area::Below("/entity"),
        Area::Below("/admin"),
    ],
    starts: &[
        ("login", "/login/start"),
        ("send", "/message/send"),
        ("sessions", "/sessions"),
    ],
    routes,
    entrance: Rule::Operator,
    rules: Vec::new,
    document: || Part {
        tags: vec![
            ("login", "Logging accounts in and out"),
            (
                "sessions",
                "Looking at sessions and taking them up and down",
            ),
            ("messages", "Sending messages and reading the captured ones"),
            ("entities", "Users, groups and channels"),
            ("admin", "What concerns all sessions"),
        ],
        error: "Error",
        ..Part::default()
    },
    settings: &[],
    lock: Lock::none,
    state: no_state,
    render: failure::render,
};

fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(login::start)
        .service(login::code)
        .service(login::password)
        .service(login::logout)
        .service(qr::start)
        .service(qr::look)
        .service(qr::password)
        .service(qr::cancel)
        .service(qr::image)
        .service(sessions::list)
        .service(sessions::import)
        .service(sessions::status)
        .service(sessions::destroy)
        .service(sessions::reconnect)
        .service(sessions::restore)
        .service(messages::send)
        .service(messages::reply)
        .service(messages::of_session)
        .service(messages::of_all)
        .service(gaps::of_session)
        .service(backfills::begin)
        .service(backfills::list)
        .service(backfills::cancel)
        .service(entities::resolve)
        .service(entities::list)
        .service(entities::cache);
}
